"""Panels off the screen: created at their final size in widgets that are never shown, and painted with any painter.

So type and lines are as sharp as the format allows, and nothing is scaled afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import ceil
from typing import TypeVar

from PySide6.QtCore import QEventLoop, QRect, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication

from gradviz.core.runs.scene import Scene
from gradviz.export.answers import answered
from gradviz.export.foot import Foot, foot_of
from gradviz.export.limits import LARGEST, SMALLEST
from gradviz.i18n import _
from gradviz.panels import PANELS
from gradviz.panels.base import Panel
from gradviz.panels.headline.headline import Headline
from gradviz.panels.layouts import Layout, column_of, panels_in, rows_of
from gradviz.panels.parts.style import Style
from gradviz.panels.parts.themes import THEMES
from gradviz.report.headline import headline, note_text

DESIGN_PICTURE_HEIGHT = 720.0
"""The height in pixels at which type and lines have their design size."""

LEAST_WIDTH, LEAST_WIDTH_IN_A_ROW, LEAST_PANEL_HEIGHT, TEXT_HEIGHT = 720.0, 560.0, 280.0, 110.0
"""What a panel, alone or beside others, and the headline with the line below the panels need at that size of type, in pixels."""

T = TypeVar("T")

PRINT_DPI = 120.0
"""At this resolution type has its design size; 12 pixels are then 7.2 points, a figure's usual type."""


@dataclass(frozen=True)
class Figure:
    """What a picture is to be like.

    Attributes
    ----------
    layout : tuple of Row
        Which panels, and where.
    size : tuple of int
        Width and height in pixels.
    theme : str
        A key of `THEMES`.
    dpi : int or None
        With it, the file says so and type has its printed size: 1920 pixels at 300 dpi are 16.3 cm. Without, type grows with
        the picture, as on a slide.
    is_on_page : bool
        Whether it stands on a page that says verdict, experiment and numbers itself: then it has neither headline nor foot.
    hovered : int
        The layer that is read out in place of the playhead's, as under the pointer in the window; 0 for none.
    """

    layout: Layout
    size: tuple[int, int] = (1920, 1080)
    theme: str = "light"
    dpi: int | None = None
    is_on_page: bool = False
    hovered: int = 0

    @property
    def style(self) -> Style:
        """Colours and the scale of type and lines, which leaves every panel room enough for its text."""
        width, height = self.size
        wanted = self.dpi / PRINT_DPI if self.dpi else height / DESIGN_PICTURE_HEIGHT
        texts = 0.0 if self.is_on_page else TEXT_HEIGHT
        room = min(width / least_width(self.layout), height / (least_height(self.layout) + texts))
        return Style(THEMES[self.theme], min(wanted, room))

    @classmethod
    def for_page(cls, layout: Layout, width: int, highest: int, theme: str, dpi: int) -> Figure:
        """Return a picture for a page, of a width in pixels and as high as its panels' text needs, if that is not too high."""
        scale = min(dpi / PRINT_DPI, width / least_width(layout))
        height = max(SMALLEST, min(ceil(scale * least_height(layout)), highest))
        return cls(layout, (width, height), theme, dpi, is_on_page=True)


def least_width(layout: Layout) -> float:
    """Return how wide panels have to be in pixels for type of its design size."""
    column = column_of(layout)
    widest = max(LEAST_WIDTH, LEAST_WIDTH_IN_A_ROW * max(len(row.panels) for row in rows_of(layout)))
    return widest * (1.0 if column is None else 1.0 + column.height)


def least_height(layout: Layout) -> float:
    """Return how high panels have to be in pixels for type of its design size."""
    heights = [row.height for row in rows_of(layout)]
    return LEAST_PANEL_HEIGHT * sum(heights) / max(heights)


@dataclass(frozen=True)
class Picture:
    """Panels that are ready to be painted; valid only inside `drawing`."""

    scene: Scene
    figure: Figure
    _panels: Sequence[Panel]
    _places: Sequence[QRect]
    _head: Headline
    _foot: Foot | None

    @property
    def description(self) -> str:
        """The headline and the panels' own descriptions, as one text."""
        panels = (f"{panel.header.name.text}: {panel.accessibleDescription()}." for panel in self._panels)
        return " ".join([self._head.text, *panels])

    def paint(self, painter: QPainter) -> None:
        """Paint it, its upper left corner at the painter's origin."""
        width, height = self.figure.size
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        painter.fillRect(QRect(0, 0, width, height), self.figure.style.colour("window"))
        for panel, place in zip(self._panels, self._places, strict=True):
            _paint_panel(panel, painter, place)
        if self._foot is not None:
            self._foot.paint(painter, width, height)
            if len(self._panels) > 1:
                self._head.paint(painter, 0, 0, width)


def drawn(scene: Scene, figure: Figure, use: Callable[[Picture], T]) -> T:
    """Make the panels at their size, off the screen, and return what `use` makes of the picture."""
    return at_once(drawing(scene, figure, use))


def at_once(steps: Generator[None, None, T]) -> T:
    """Do all steps, running the event loop between them without the user's own events."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)


def drawing(scene: Scene, figure: Figure, use: Callable[[Picture], T]) -> Generator[None, None, T]:
    """Do the work of `drawn` in steps; between steps the event loop has to run, so that the layouts settle.

    Questions of the panels that the Scene holds no answer to are answered here, so that a picture from the command line equals the
    window's. The window has them answered beforehand, in its worker: here they would hold it up.

    Raises
    ------
    ValueError
        When no picture has that size.
    """
    width, height = figure.size
    if not (SMALLEST <= width <= LARGEST and SMALLEST <= height <= LARGEST):
        limits = {"size": f"{width}×{height}", "low": SMALLEST, "high": LARGEST}
        raise ValueError(_("{size} is no size for a picture: each side has {low} to {high} pixels").format(**limits))
    style = figure.style
    head, foot = (
        Headline(headline(scene.frame.verdict), note_text(scene), style),
        None if figure.is_on_page else foot_of(scene, style),
    )
    top = round(head.height(width)) if foot and len(panels_in(figure.layout)) > 1 else 0
    room = QRect(0, top, width, height - top - (round(foot.height) if foot else 0))
    places = _places(room, figure.layout, round(style.px(6)))
    panels: list[Panel] = []
    try:
        for key, place in zip(panels_in(figure.layout), places, strict=True):
            panel: Panel = PANELS[key].load()(style)
            panels.append(panel)
            panel.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
            panel.setUpdatesEnabled(False)  # laid out, but painted once only, by us
            panel.resize(place.size())
            panel.show()
            yield
        for panel in panels:
            panel.hover(figure.hovered)
            scene = answered(scene, panel)
            panel.draw(scene)
            if figure.is_on_page:
                panel.readout.write("")
            yield
        return use(Picture(scene, figure, panels, places, head, foot))
    finally:
        for panel in panels:
            panel.close()
            panel.deleteLater()


def _places(room: QRect, layout: Layout, gap: int) -> list[QRect]:
    """Return where each panel stands, in reading order."""
    rows, column, beside = rows_of(layout), column_of(layout), room
    if column is not None:
        (_left, wide), (left, width) = _spans(room.width(), [1.0, column.height], gap)
        beside = QRect(room.left() + left, room.top(), width, room.height())
        room = QRect(room.left(), room.top(), wide, room.height())
    places = [
        QRect(room.left() + left, room.top() + top, width, height)
        for row, (top, height) in zip(rows, _spans(room.height(), [row.height for row in rows], gap), strict=True)
        for left, width in _spans(room.width(), row.shares, gap)
    ]
    if column is not None:
        places += [
            QRect(beside.left(), beside.top() + top, beside.width(), height)
            for top, height in _spans(beside.height(), column.shares, gap)
        ]
    return places


def _spans(length: int, shares: Sequence[float], gap: int) -> list[tuple[int, int]]:
    """Return start and length of parts that fill a length in proportion to their shares."""
    total, ends = sum(shares), accumulate(shares, initial=0.0)
    edges = [round(end * (length + gap) / total) for end in ends]
    return [(start, end - gap - start) for start, end in pairwise(edges)]


def _paint_panel(panel: Panel, painter: QPainter, place: QRect) -> None:
    exporting = [item for item in panel.view.scene().items() if hasattr(item, "setExportMode")]
    options = {"painter": painter, "antialias": True, "resolutionScale": 1.0, "background": panel.style_.colour("ground")}
    for item in exporting:
        item.setExportMode(True, options)
    try:
        painter.fillRect(place, panel.style_.colour("ground"))
        panel.view.render(painter, QRectF(place), panel.view.viewport().rect())
    finally:
        for item in exporting:
            item.setExportMode(False)
