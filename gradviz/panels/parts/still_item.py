"""One item for lines that no wave changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyqtgraph as pg
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QBrush, QPainter, QPainterPath, QPen


@dataclass(frozen=True)
class Stroke:
    """Lines, or an outline, in one pen and brush."""

    pen: QPen
    brush: QBrush = field(default_factory=QBrush)
    lines: Sequence[QLineF] = ()
    path: QPainterPath = field(default_factory=QPainterPath)


class StillItem(pg.GraphicsObject):
    """Lines that no wave changes: painted once and cached as pixels."""

    def __init__(self, plot: pg.PlotItem) -> None:
        super().__init__()
        self.setParentItem(plot)
        self._rect = QRectF()
        self.strokes: Sequence[Stroke] = ()
        self.setExportMode(False)

    def setExportMode(self, export: bool, options: object = None) -> None:
        """Paint lines, not pixels, while a picture is made (the name is pyqtgraph's)."""
        mode = self.CacheMode
        self.setCacheMode(mode.NoCache if export else mode.DeviceCoordinateCache)

    def show_strokes(self, strokes: Sequence[Stroke], rect: QRectF) -> None:
        """Take other lines; `rect` is the whole plot's."""
        self.prepareGeometryChange()
        self.strokes, self._rect = strokes, rect
        self.setVisible(bool(strokes))
        self.update()

    def boundingRect(self) -> QRectF:
        return self._rect

    def paint(self, painter: QPainter, *_options: object) -> None:
        paint_strokes(painter, self.strokes)


def paint_strokes(painter: QPainter, strokes: Sequence[Stroke]) -> None:
    """Paint strokes, one over the other."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for stroke in strokes:
        painter.setPen(stroke.pen)
        painter.setBrush(stroke.brush)
        if stroke.lines:
            painter.drawLines(list(stroke.lines))
        if not stroke.path.isEmpty():  # an empty one is a fault in a PDF
            painter.drawPath(stroke.path)
