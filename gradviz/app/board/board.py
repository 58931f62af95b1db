"""The board: panels in rows, one playhead and one hovered layer in all of them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QCursor, QMouseEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QSplitter, QVBoxLayout, QWhatsThis, QWidget

from gradviz.core.runs.scene import Scene
from gradviz.panels import PANELS
from gradviz.panels.base import Panel
from gradviz.panels.layouts import Layout, Row, column_of, panels_in, rows_of, stacked, swapped
from gradviz.panels.parts.style import Style

TURN = 0.05
"""Seconds of drawing after which the window answers before the next panel is drawn. The opening layout takes 0.03."""

MADE_BEFOREHAND = 2
"""Panels that are made before the window is shown, and seen first; more would hold up the first picture, which is not computed
meanwhile: two threads in Python take longer together than one after the other."""

ROUNDED = 2.0
"""Pixels by which the parts of a splitter differ from their shares when nobody has moved them."""

MAXIMISED = 1.35
"""By how much type and lines grow in a panel that fills the board."""

MOST_AT_ONCE = 4
"""More rows than these stand on a page that scrolls."""

ROW_OF_A_PAGE = 260.0
"""The height of its rows in pixels at scale 1."""

LEAST_PANEL = (110, 60)
"""Pixels at scale 1 below which a panel cannot be made."""


class Board(QWidget):
    """Shows one Scene in every panel of a layout. A panel is made when it is first seen, and drawn while it is."""

    layer_clicked = Signal(int)
    arranged = Signal(object)
    """The new Layout, when it was changed with the mouse."""
    change_asked = Signal(object)
    """Fields and values, by name: a panel offers a change of the experiment, and it was clicked."""
    maximised = Signal(str)
    """The key of the panel that fills the board now, or nothing."""
    asked = Signal(str, object)
    """A panel's key, and the Requests that it wants answered beside the run; none where it is not seen."""
    menu_asked = Signal(str, QPoint)
    """A panel's key, and where on the screen its menu is wanted."""

    def __init__(self, style: Style, layout: Layout) -> None:
        super().__init__()
        self._style = style
        self.panels: dict[str, Panel] = {}
        """Those that were made, by key; seen or not."""
        self.layout_: Layout = ()
        self.maximised_key = ""
        self._scene: Scene | None = None
        self._slots: dict[str, QWidget] = {}
        """Where each panel stands, made or not yet."""
        self._waiting: list[str] = []
        """Panels that are seen and not up to date."""
        self._turns = QTimer(self, interval=0, singleShot=True)
        self._turns.timeout.connect(self._draw_waiting)
        self._grabbed: tuple[str, QPoint] | None = None
        self._sizes: list[list[int]] = []
        """Those of the rows and the column before a panel filled the board."""
        self._rows, self._sides = QSplitter(Qt.Orientation.Vertical), QSplitter(Qt.Orientation.Horizontal)
        self._rows.setChildrenCollapsible(False)
        self._sides.setChildrenCollapsible(False)
        self._sides.addWidget(self._rows)
        self.page = QScrollArea()
        """Scrolls where there are more rows than a screen has room for."""
        self.page.setWidget(self._sides)
        self.page.setWidgetResizable(True)
        self.page.setFrameShape(QScrollArea.Shape.NoFrame)
        self.page.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.page)
        self.arrange(layout)

    # --- where the panels stand ---

    def arrange(self, layout: Layout) -> None:
        """Show the panels of a layout, each at its place."""
        self.layout_, self.maximised_key = layout, ""
        old = self._splitters()
        for slot in self._slots.values():
            slot.hide()
            slot.setParent(self)
        for splitter in old:
            splitter.setParent(self)
            splitter.deleteLater()
        rows, column = rows_of(layout), column_of(layout)
        for row in rows:
            self._rows.addWidget(self._made_row(row))
        self._rows.setSizes(_pixels([row.height for row in rows]))
        if column is not None:
            self._sides.addWidget(self._made_row(column))
            self._sides.setSizes(_pixels([1.0, column.height]))
        self._restyle_handles()
        self._fit_page()
        self._draw_if_visible()
        self.maximised.emit("")

    def present_layout(self) -> Layout:
        """Return the layout with the sizes that the mouse has given it."""
        if self.maximised_key or not self.isVisible():
            return self.layout_
        rows, column = rows_of(self.layout_), column_of(self.layout_)
        heights, sides = self._rows.sizes(), self._sides.sizes()
        widths = [splitter.sizes() for splitter in self._splitters()]
        if not all(heights) or not all(sides) or not all(map(all, widths)):
            return self.layout_
        sizes = list(_as_given([row.height for row in rows], heights))
        if column is not None:
            wide, beside = _as_given([1.0, column.height], sides)
            sizes.append(beside / wide)
        return tuple(
            replace(row, height=size, widths=tuple(_as_given(row.shares, shares)))
            for row, size, shares in zip(self.layout_, sizes, widths, strict=True)
        )

    def seen_layout(self) -> Layout:
        """Return the layout of what is seen: of the one panel that fills the board, or of all."""
        return stacked([self.maximised_key]) if self.maximised_key else self.present_layout()

    def maximise(self, key: str) -> None:
        """Fill the board with one panel, or with nothing given show all again."""
        if key and not self.maximised_key:
            self.layout_ = self.present_layout()  # the sizes that the mouse has given it
            self._sizes = [splitter.sizes() for splitter in (self._sides, self._rows)]
        self.maximised_key = key
        for row, splitter in zip(self.layout_, self._splitters(), strict=True):
            splitter.setVisible(not key or key in row.panels)
            for other in row.panels:
                self._slots[other].setVisible(not key or other == key)
        self._rows.setVisible(not key or any(key in row.panels for row in rows_of(self.layout_)))
        if not key:
            for splitter, sizes in zip((self._sides, self._rows), self._sizes, strict=False):
                splitter.setSizes(sizes)
        self._fit_page()
        self._draw_seen()
        self.maximised.emit(key)

    def _made_row(self, row: Row) -> QSplitter:
        splitter = QSplitter(Qt.Orientation.Vertical if row.is_column else Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        for key in row.panels:
            splitter.addWidget(self._slot(key))
            self._slots[key].show()
        splitter.setSizes(_pixels(row.shares))
        return splitter

    def _slot(self, key: str) -> QWidget:
        if key not in self._slots:
            slot = self._slots[key] = QWidget()
            QVBoxLayout(slot).setContentsMargins(0, 0, 0, 0)
        return self._slots[key]

    def _panel(self, key: str) -> Panel:
        if key not in self.panels:
            panel = self.panels[key] = PANELS[key].load()(self._style)
            layout = self._slots[key].layout()
            assert layout is not None
            layout.addWidget(panel)
            panel.show()
            panel.waits = True
            for wanted in (panel.outgrown, panel.asked):
                wanted.connect(lambda: self._draw_later(key))
            panel.layer_clicked.connect(self.layer_clicked)
            panel.change_asked.connect(self.change_asked)
            panel.explained.connect(lambda text: QWhatsThis.showText(QCursor.pos(), text, panel))
            panel.layer_hovered.connect(self.hover)
            panel.view.viewport().installEventFilter(self)
        return self.panels[key]

    def _splitters(self) -> list[QSplitter]:
        """Return the splitter of every row of the layout, in its order."""
        rows = (self._rows.widget(place) for place in range(self._rows.count()))
        beside = (self._sides.widget(place) for place in range(1, self._sides.count()))
        return [row for row in (*rows, *beside) if isinstance(row, QSplitter)]

    # --- what they show ---

    def seen(self) -> list[Panel]:
        """Return the panels that are on the board now, as far as they are made."""
        return [self.panels[key] for key in self._seen_keys() if key in self.panels]

    def _seen_keys(self) -> list[str]:
        return [self.maximised_key] if self.maximised_key else panels_in(self.layout_)

    def draw(self, scene: Scene) -> None:
        """Show a Scene in every panel."""
        self._scene = scene
        self._draw_seen()

    @property
    def is_up_to_date(self) -> bool:
        """Whether every panel that is seen shows what it should."""
        return not self._waiting

    def _draw_seen(self) -> None:
        self._wait()
        self._draw_waiting()

    def _draw_if_visible(self) -> None:
        self._wait()
        if self.isVisible():
            self._draw_waiting()

    def _draw_later(self, key: str) -> None:
        """Draw a panel that has another size, once, however often the size changes before."""
        if key in self._seen_keys() and key not in self._waiting:
            self._waiting.append(key)
        if self.isVisible():
            self._turns.start()

    def _wait(self) -> None:
        """Note that all that is seen has to be drawn. What waited longest comes first, or the last of many would never be drawn."""
        seen = self._seen_keys()
        waiting = [key for key in self._waiting if key in seen]
        self._waiting = waiting + [key for key in seen if key not in waiting]
        for key in self.panels.keys() - set(seen):
            self.asked.emit(key, ())

    def _draw_waiting(self) -> None:
        """Bring panels up to date, for as long as nobody notices; the others after what else has happened in the meantime."""
        until = time.perf_counter() + TURN
        while (key := next(filter(self._may_be_drawn, self._waiting), None)) is not None:
            self._waiting.remove(key)
            panel = self._panel(key)
            if panel.style_ != (
                style := self._style_of(key)
            ):  # it was not seen when sizes or colours changed, or fills the board
                panel.restyle(style)
            if self._scene is not None:
                self.asked.emit(key, panel.questions(self._scene))
                panel.draw(self._scene)
            if self._waiting and self.isVisible() and time.perf_counter() > until:
                self._turns.start()
                return

    def _style_of(self, key: str) -> Style:
        return replace(self._style, scale=self._style.scale * MAXIMISED) if key == self.maximised_key else self._style

    def _may_be_drawn(self, key: str) -> bool:
        return self.isVisible() or key in self.panels or len(self.panels) < MADE_BEFOREHAND

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._waiting:
            self._turns.start()

    @property
    def hovered(self) -> int:
        """The layer that is hovered in the panels that are seen, or 0."""
        return max((panel.hovered for panel in self.seen()), default=0)

    def hover(self, layer: int) -> None:
        """Read out a layer in every panel."""
        for panel in self.seen():
            panel.hover(layer)

    def fit(self) -> None:
        """Fit the axes of every panel."""
        for panel in self.panels.values():
            panel.fit()
        self._draw_seen()

    def fit_next(self) -> None:
        """Fit the axes of every panel to what it is given next."""
        for panel in self.panels.values():
            panel.fit()

    def restyle(self, style: Style) -> None:
        """Take colours and sizes."""
        self._style = style
        self._restyle_handles()
        self._fit_page()
        self._draw_if_visible()

    def _fit_page(self) -> None:
        """Give many rows the height that they need, on a page that scrolls; a few share the height that there is."""
        rows = rows_of(self.layout_)
        is_page = len(rows) > MOST_AT_ONCE and not self.maximised_key
        least = sum(row.height for row in rows) * self._style.px(ROW_OF_A_PAGE) if is_page else 0
        self._sides.setMinimumHeight(round(least))

    def _restyle_handles(self) -> None:
        for splitter in (self._sides, self._rows, *self._splitters()):
            splitter.setHandleWidth(round(self._style.px(6)))
        for slot in self._slots.values():
            slot.setMinimumSize(*(round(self._style.px(side)) for side in LEAST_PANEL))

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        for panel in self.panels.values():
            panel.outdate()
        self._draw_seen()

    # --- the mouse: double click, menu, and dragging one panel's title onto another ---

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QWheelEvent) and self.page.verticalScrollBar().maximum() > 0:
            QApplication.sendEvent(self.page.verticalScrollBar(), event)  # a panel would keep it, and does nothing with it
            return True
        if not isinstance(event, QMouseEvent) or not (key := self._key_of(watched)):
            return False
        place = event.globalPosition().toPoint()
        match event.type():
            case QEvent.Type.MouseButtonDblClick if event.button() == Qt.MouseButton.LeftButton:
                self.maximise("" if self.maximised_key else key)
            case QEvent.Type.MouseButtonPress if event.button() == Qt.MouseButton.RightButton:
                self.menu_asked.emit(key, place)
            case QEvent.Type.MouseButtonPress if self._is_title(key, event.position().toPoint()):
                self._grabbed = key, place
            case QEvent.Type.MouseMove if self._grabbed:
                self._show_grab(place)
            case QEvent.Type.MouseButtonRelease if self._grabbed:
                self._drop(place)
        return False

    def _key_of(self, viewport: QObject) -> str:
        return next((key for key, panel in self.panels.items() if panel.view.viewport() is viewport), "")

    def _is_title(self, key: str, place: QPoint) -> bool:
        panel = self.panels[key]
        return panel.header.sceneBoundingRect().contains(panel.view.mapToScene(place))

    def _show_grab(self, place: QPoint) -> None:
        assert self._grabbed is not None
        far = (place - self._grabbed[1]).manhattanLength() >= QApplication.startDragDistance()
        self.setCursor(Qt.CursorShape.ClosedHandCursor) if far else self.unsetCursor()

    def _drop(self, place: QPoint) -> None:
        assert self._grabbed is not None
        key, start = self._grabbed
        self._grabbed = None
        self.unsetCursor()
        under = (panel.key for panel in self.seen() if panel.rect().contains(panel.mapFromGlobal(place)))
        other = next(under, key)
        if other != key and (place - start).manhattanLength() >= QApplication.startDragDistance():
            self.arrange(swapped(self.present_layout(), key, other))
            self.arranged.emit(self.layout_)


def _as_given(shares: Sequence[float], pixels: Sequence[int]) -> Sequence[float]:
    """Return the sizes of a splitter's parts: the shares that it was given, where it has only rounded them."""
    unit = sum(pixels) / sum(shares)
    is_rounded = all(abs(share * unit - size) <= ROUNDED for share, size in zip(shares, pixels, strict=True))
    return shares if is_rounded else [float(size) for size in pixels]


def _pixels(shares: Iterable[float]) -> list[int]:
    """Return sizes for a splitter, which takes whole numbers and looks at their proportions."""
    return [max(1, round(1000 * share)) for share in shares]
