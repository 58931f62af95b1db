"""A Frame → a picture: PNG, SVG or PDF, by one painter path, from the window or without a display.

The panels are made at the final size in widgets that are never shown, and painted onto an image, an SVG generator or a PDF
writer; so type and lines are as sharp as the format allows and nothing is scaled afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from xml.sax.saxutils import escape

from PySide6.QtCore import QBuffer, QByteArray, QEventLoop, QMarginsF, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPageSize, QPaintDevice, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QApplication

from gradviz.core.frame import Frame
from gradviz.core.words import caption
from gradviz.export.embedded import KEY, marked
from gradviz.export.files import write_whole
from gradviz.export.limits import ENDINGS, LARGEST, SMALLEST, ending_of
from gradviz.export.svg import flattened
from gradviz.i18n import _
from gradviz.panels import PANELS
from gradviz.panels.base import Panel
from gradviz.panels.layouts import Layout, panels_in
from gradviz.panels.playhead import Playhead
from gradviz.panels.style import Style
from gradviz.panels.themes import THEMES

DESIGN_HEIGHT = 720.0
"""The height in pixels at which type and lines have their design size."""

LEAST_WIDTH, LEAST_WIDTH_IN_A_ROW, LEAST_HEIGHT, FOOT_HEIGHT = 720.0, 560.0, 280.0, 65.0
"""What a panel, alone or beside others, and the lines below it, need at that size of type, in pixels."""

PNG_QUALITY = 80
"""Lossless all the same; 80 packs a 4K picture in 0.14 s where Qt's own choice takes 0.31 s for a fifth less."""

SCREEN_DPI = 96.0
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
    """

    layout: Layout
    size: tuple[int, int] = (1920, 1080)
    theme: str = "light"
    dpi: int | None = None

    @property
    def style(self) -> Style:
        """Colours and the scale of type and lines, which leaves every panel room enough for its text."""
        width, height = self.size
        wanted = self.dpi / PRINT_DPI if self.dpi else height / DESIGN_HEIGHT
        columns = max(len(row.panels) for row in self.layout)
        heights = [row.height for row in self.layout]
        rows = sum(heights) / max(heights)
        least_width = max(LEAST_WIDTH, LEAST_WIDTH_IN_A_ROW * columns)
        room = min(width / least_width, height / (LEAST_HEIGHT * rows + FOOT_HEIGHT))
        return Style(THEMES[self.theme], min(wanted, room))


def write_figure(frame: Frame, figure: Figure, path: str | Path, playhead: Playhead, reference: Frame | None = None) -> None:
    """Draw a picture and write it whole; the ending of the name is the format.

    Raises
    ------
    FileError
        When the file cannot be written.
    ValueError
        When no picture has that ending, or that size.
    MemoryError
        When there is no room for a picture of that size.
    """
    write_whole(path, figure_bytes(frame, figure, format_of(path), playhead, reference))


def format_of(path: str | Path) -> str:
    """Return the format that a file's ending names: one of `FORMATS`."""
    ending = ending_of(path)
    if ending not in FORMATS:
        known = ", ".join(f".{name}" for name in FORMATS)
        raise ValueError(_('"{path}" ends in none of {known}').format(path=path, known=known))
    return ending


def figure_bytes(frame: Frame, figure: Figure, ending: str, playhead: Playhead, reference: Frame | None = None) -> bytes:
    """Return a picture as the content of a file."""
    with _drawn(frame, figure, playhead, reference) as paint:
        return FORMATS[ending](frame, figure, paint)


def figure_image(frame: Frame, figure: Figure, playhead: Playhead, reference: Frame | None = None) -> QImage:
    """Return a picture as an image, for the clipboard."""
    with _drawn(frame, figure, playhead, reference) as paint:
        return _image(frame, figure, paint)


Paint = Callable[[QPaintDevice], None]


@contextmanager
def _drawn(frame: Frame, figure: Figure, playhead: Playhead, reference: Frame | None) -> Iterator[Paint]:
    """Make the panels at their size, off the screen, and hand out what paints them."""
    width, height = figure.size
    if not (SMALLEST <= width <= LARGEST and SMALLEST <= height <= LARGEST):
        limits = {"size": f"{width}×{height}", "low": SMALLEST, "high": LARGEST}
        raise ValueError(_("{size} is no size for a picture: each side has {low} to {high} pixels").format(**limits))
    style = figure.style
    foot = _foot(frame, style, with_verdict=len(panels_in(figure.layout)) > 1)
    places = _places(QRect(0, 0, width, height - round(foot.height)), figure.layout, round(style.px(6)))
    panels = [PANELS[key].load()(style) for key in panels_in(figure.layout)]
    try:
        for panel, place in zip(panels, places, strict=True):
            panel.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
            panel.setUpdatesEnabled(False)  # laid out, but painted once only, by us
            panel.resize(place.size())
            panel.show()
        # The layouts settle with the event loop; the user's own events wait outside.
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        for panel in panels:
            panel.draw(frame, playhead, reference)
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)

        def paint(device: QPaintDevice) -> None:
            painter = QPainter()
            if not painter.begin(device):
                raise MemoryError(_("the picture cannot be made at this size"))
            painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
            painter.fillRect(QRect(0, 0, device.width(), device.height()), style.colour("window"))
            for panel, place in zip(panels, places, strict=True):
                _paint_panel(panel, painter, place)
            foot.paint(painter, width, height)
            painter.end()

        yield paint
    finally:
        for panel in panels:
            panel.close()
            panel.deleteLater()


def _places(room: QRect, layout: Layout, gap: int) -> list[QRect]:
    """Return where each panel stands, in reading order."""
    rows = zip(layout, _spans(room.height(), [row.height for row in layout], gap), strict=True)
    return [
        QRect(room.left() + left, room.top() + top, width, height)
        for row, (top, height) in rows
        for left, width in _spans(room.width(), row.shares, gap)
    ]


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


@dataclass(frozen=True)
class _Foot:
    """Lines of text below the panels: the verdict, and what network this is."""

    style: Style
    lines: Sequence[tuple[str, str, float]]
    """Text, colour and size of each."""

    @property
    def height(self) -> float:
        return sum(self._line_height(size) for _text, _role, size in self.lines) + self.style.px(12)

    def paint(self, painter: QPainter, width: int, height: int) -> None:
        margin, top = self.style.px(14), height - self.height + self.style.px(5)
        for text, role, size in self.lines:
            painter.setFont(self.style.font(size))
            painter.setPen(self.style.colour(role))
            room = QRectF(margin, top, width - 2 * margin, self._line_height(size))
            metrics = QFontMetricsF(painter.font())
            painter.drawText(
                room,
                Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
                metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width()),
            )
            top += room.height()

    def _line_height(self, size: float) -> float:
        return QFontMetricsF(self.style.font(size)).height()


def _foot(frame: Frame, style: Style, *, with_verdict: bool) -> _Foot:
    sentences = [frame.verdict.backward_text(), frame.verdict.forward_text()] if with_verdict else []
    return _Foot(style, [*((sentence, "ink", 14.0) for sentence in sentences), (caption(frame.spec), "quiet", 11.0)])


def _image(frame: Frame, figure: Figure, paint: Paint) -> QImage:
    image = QImage(QSize(*figure.size), QImage.Format.Format_RGB32)
    if image.isNull():
        raise MemoryError(_("the picture cannot be made at this size"))
    image.fill(figure.style.colour("window"))
    paint(image)
    dots = round((figure.dpi or SCREEN_DPI) / 0.0254)
    image.setDotsPerMeterX(dots)
    image.setDotsPerMeterY(dots)
    image.setText(KEY, frame.spec.to_text(full=True))
    return image


def _png(frame: Frame, figure: Figure, paint: Paint) -> bytes:
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    if not _image(frame, figure, paint).save(buffer, "PNG", PNG_QUALITY):  # type: ignore[call-overload]
        raise MemoryError(_("the picture cannot be made at this size"))
    return bytes(content.data())


def _svg(frame: Frame, figure: Figure, paint: Paint) -> bytes:
    content = QByteArray()
    buffer = QBuffer(content)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(QSize(*figure.size))
    generator.setViewBox(QRect(0, 0, *figure.size))
    # The panels are laid out for the screen's resolution; at another one Qt would set all type anew.
    generator.setResolution(round(QApplication.primaryScreen().logicalDotsPerInch()))
    generator.setTitle(frame.verdict.text())
    generator.setDescription(marked(frame.spec.to_text(full=True)))
    paint(generator)
    return flattened(bytes(content.data()), 25.4 / figure.dpi if figure.dpi else None)


def _pdf(frame: Frame, figure: Figure, paint: Paint) -> bytes:
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    dpi = figure.dpi or round(SCREEN_DPI)
    points = QSizeF(*(side * 72.0 / dpi for side in figure.size))
    writer.setResolution(dpi)
    writer.setPageSize(QPageSize(points, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setTitle(frame.verdict.text())
    writer.setCreator("gradviz")
    writer.setDocumentXmpMetadata(_xmp(frame).encode())
    paint(writer)
    del writer
    return bytes(content.data())


def _xmp(frame: Frame) -> str:
    experiment, title = escape(marked(frame.spec.to_text(full=True))), escape(frame.verdict.text())
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>'
        f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{experiment}</rdf:li></rdf:Alt></dc:description>'
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    )


FORMATS: dict[str, Callable[[Frame, Figure, Paint], bytes]] = dict(zip(ENDINGS, (_png, _svg, _pdf), strict=True))
"""Ending → what makes the file's content."""
