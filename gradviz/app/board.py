"""The board: the panels below one another, their layer axes aligned, one playhead and one hovered layer in all of them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from gradviz.core.frame import Frame
from gradviz.panels import PANELS
from gradviz.panels.playhead import Playhead
from gradviz.panels.style import Style


class Board(QWidget):
    """Shows one Frame in every panel."""

    layer_clicked = Signal(int)

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.panels = {key: entry.load()(style) for key, entry in PANELS.items()}
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._splitter.setChildrenCollapsible(False)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self._splitter)
        for panel in self.panels.values():
            self._splitter.addWidget(panel)
            panel.layer_clicked.connect(self.layer_clicked)
            panel.layer_hovered.connect(self.hover)

    def draw(self, frame: Frame, playhead: Playhead, reference: Frame | None) -> None:
        """Show a Frame at a playhead in every panel."""
        for panel in self.panels.values():
            panel.draw(frame, playhead, reference)

    def hover(self, layer: int) -> None:
        """Read out a layer in every panel."""
        for panel in self.panels.values():
            panel.hover(layer)

    def fit(self) -> None:
        """Fit the axes of every panel."""
        for panel in self.panels.values():
            panel.fit()

    def restyle(self, style: Style) -> None:
        """Take colours and sizes."""
        self._splitter.setHandleWidth(round(style.px(6)))
        for panel in self.panels.values():
            panel.restyle(style)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        for panel in self.panels.values():
            panel.redraw()
