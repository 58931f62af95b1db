"""One curve over the layers as a single item, which is cheap to update when the playhead moves."""

from __future__ import annotations

from itertools import pairwise
from math import ceil, hypot

import numpy as np
import pyqtgraph as pg
from pyqtgraph.graphicsItems.ScatterPlotItem import Symbols
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPainterPath, QPen, QPixmap, QPolygonF, QTransform

from gradviz.panels.parts.style import Style

SYMBOL, CURRENT_SYMBOL = 7.5, 12.0
"""Pixels at scale 1."""


class CurveItem(pg.GraphicsObject):
    """Points joined by a line, in the colour of a role: those that are lit, and the current layer's larger.

    What is not lit is what the wave has not reached. It is not drawn: a curve that comes in shows nothing of what is to come.

    pyqtgraph's own curve with symbols takes 0.3 ms to be given new points.
    On the screen the line is drawn as separate, opaque pieces: 152 of them in 0.2 ms, where Qt 6.11 takes 4 ms for one polyline
    wider than a pixel, and 6 ms for a translucent one. A picture file gets the polyline, with its joints.

    Parameters
    ----------
    symbol : str
        One of pyqtgraph's, or "" for a line without.
    line : Qt.PenStyle
    width : float
        Of the line, in pixels at scale 1.
    alpha : float
        How opaque it is where it is lit.

    Attributes
    ----------
    values : (L,) ndarray
        What is drawn; NaN where nothing is.
    lit : (L,) ndarray of bool
    """

    def __init__(
        self, symbol: str = "", line: Qt.PenStyle = Qt.PenStyle.SolidLine, width: float = 2.2, alpha: float = 1.0
    ) -> None:
        super().__init__()
        self._symbol, self._line, self._width, self._alpha = symbol, line, width, alpha
        self.values, self.lit = np.empty(0), np.empty(0, bool)
        self._here = 0
        self._rect = QRectF()
        self._exporting = False
        self._all_pieces: list[QLineF] = []
        self._pieces = np.empty(0, bool)
        """Whether a layer is joined to the next one, (L − 1,)."""
        self._pen, self._brush = QPen(), QBrush()
        self._stamps: dict[float, QPixmap] = {}
        """The symbol as a picture, by the ratio of the device's pixels."""
        self._current_pen = QPen()
        self._size = SYMBOL
        self._current_size = CURRENT_SYMBOL

    def restyle(self, style: Style, role: str) -> None:
        """Take colour and size."""
        colour = style.outline(role, self._alpha).color()
        self._pen = style.pen(role, self._width, line=self._line)
        self._pen.setColor(colour)
        self._brush = QBrush(colour)
        self._current_pen = style.pen("ink", 1.5)
        self._size, self._current_size = style.px(SYMBOL * min(1.0, self._width / 2)), style.px(CURRENT_SYMBOL)
        self._stamps = {}
        self.update()

    def set_values(self, values: np.ndarray, rect: QRectF) -> None:
        """Take the points, (L,), all of them lit, and the part of the plot in which they lie."""
        self.prepareGeometryChange()
        self.values, self._rect = values, rect
        points = [QPointF(layer, value) for layer, value in enumerate(values.tolist(), start=1)]
        self._all_pieces = [QLineF(start, end) for start, end in pairwise(points)]
        self._light(np.ones(len(values), bool), 0)

    def light(self, lit: np.ndarray, here: int) -> None:
        """Bring out the layers where `lit`, (L,), and with a larger symbol the layer `here`."""
        if here != self._here or not np.array_equal(lit, self.lit):
            self._light(lit, here)

    def setExportMode(self, export: bool, options: object = None) -> None:
        """Draw as well as can be while a picture is made (the name is pyqtgraph's)."""
        self._exporting = export

    def boundingRect(self) -> QRectF:
        return self._rect

    def paint(self, painter: QPainter, *_options: object) -> None:
        if not len(self.values):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._pen)
        if self._exporting:
            for part in self._polylines(self._pieces):
                painter.drawPolyline(part)
        elif self._line == Qt.PenStyle.SolidLine:
            painter.drawLines([self._all_pieces[place] for place in np.flatnonzero(self._pieces)])
        else:
            self._paint_dashes(painter)
        if self._symbol:
            transform = painter.worldTransform()
            painter.save()
            painter.resetTransform()
            self._paint_symbols(painter, transform)
            painter.restore()

    def _light(self, lit: np.ndarray, here: int) -> None:
        self.lit, self._here = lit, here
        drawn = np.isfinite(self.values)
        self._pieces = drawn[:-1] & drawn[1:] & lit[:-1] & lit[1:]
        self.update()

    def _paint_dashes(self, painter: QPainter) -> None:
        """Draw the pieces of a dashed line; where one ends in the pattern, the next goes on."""
        transform, pen = painter.worldTransform(), QPen(self._pen)
        # Dashes are counted in widths of the pen, and that is in pixels of the device.
        width = pen.widthF() / painter.device().devicePixelRatio()
        lengths = np.hypot(transform.m11(), transform.m22() * np.diff(self.values)) / width
        offsets = np.cumsum(np.nan_to_num(lengths)) - np.nan_to_num(lengths)
        for place in np.flatnonzero(self._pieces):
            pen.setDashOffset(float(offsets[place]))
            painter.setPen(pen)
            painter.drawLine(self._all_pieces[place])

    def _polylines(self, joined: np.ndarray) -> list[QPolygonF]:
        """Return a line for every run of layers that are joined to the next one."""
        ends = np.flatnonzero(np.diff(joined, prepend=False, append=False))
        return [_polyline(start + 1, self.values[start : end + 1]) for start, end in ends.reshape(-1, 2)]

    def _paint_symbols(self, painter: QPainter, transform: QTransform) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._brush)
        layers = [layer for layer in self._with_symbol(transform) if self.lit[layer - 1]]
        (self._paint_outlines if self._exporting else self._paint_stamps)(painter, layers, transform)
        here = self._here
        if 0 < here <= len(self.values) and self.lit[here - 1] and np.isfinite(self.values[here - 1]):
            painter.setPen(self._current_pen)
            painter.drawPath(self._symbol_at(here, self._current_size, transform))

    def _paint_outlines(self, painter: QPainter, layers: list[int], transform: QTransform) -> None:
        path = QPainterPath()
        for layer in layers:
            path.addPath(self._symbol_at(layer, self._size, transform))
        painter.drawPath(path)

    def _paint_stamps(self, painter: QPainter, layers: list[int], transform: QTransform) -> None:
        """Draw the same small picture at every layer: a tenth of the time that filling outlines takes."""
        stamp = self._stamp(painter.device().devicePixelRatio())
        half = stamp.deviceIndependentSize().width() / 2
        places = np.array(layers, dtype=np.intp)
        xs = transform.m11() * places + transform.dx() - half
        ys = transform.m22() * self.values[places - 1] + transform.dy() - half
        for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
            painter.drawPixmap(QPointF(x, y), stamp)

    def _stamp(self, ratio: float) -> QPixmap:
        if ratio not in self._stamps:
            side = ceil(self._size) + 2
            stamp = QPixmap(round(side * ratio), round(side * ratio))
            stamp.setDevicePixelRatio(ratio)
            stamp.fill(Qt.GlobalColor.transparent)
            painter = QPainter(stamp)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._brush)
            painter.translate(side / 2, side / 2)
            painter.scale(self._size, self._size)
            painter.drawPath(Symbols[self._symbol])
            painter.end()
            self._stamps[ratio] = stamp
        return self._stamps[ratio]

    def _with_symbol(self, transform: QTransform) -> list[int]:
        """Return the layers that have a symbol: as many as can be told apart, and what no line leads to."""
        drawn = np.isfinite(self.values)
        joined = drawn[:-1] & drawn[1:]
        alone = drawn & ~np.append(joined, False) & ~np.insert(joined, 0, False)
        pixels = max(1e-6, hypot(transform.m11(), transform.m12()))
        step = max(1, ceil(1.7 * self._size / pixels))
        every = np.zeros(len(drawn), bool)
        every[::step] = True
        every[-1 - (len(drawn) - 1) % step : -1] = False  # the last layer has one, instead of its neighbour
        every[-1:] = True
        layers: list[int] = (np.flatnonzero(drawn & (every | alone)) + 1).tolist()
        return layers

    def _symbol_at(self, layer: int, size: float, transform: QTransform) -> QPainterPath:
        place = transform.map(QPointF(layer, float(self.values[layer - 1])))
        path: QPainterPath = QTransform(size, 0, 0, size, place.x(), place.y()).map(Symbols[self._symbol])
        return path


def _polyline(first_layer: int, values: np.ndarray) -> QPolygonF:
    return polygon(np.arange(first_layer, first_layer + len(values)), values)


def polygon(x: np.ndarray, y: np.ndarray) -> QPolygonF:
    """Return points as Qt takes them."""
    if not len(x):
        return QPolygonF()
    made = pg.functions.create_qpolygonf(len(x))
    points = pg.functions.ndarray_from_qpolygonf(made)
    points[:, 0], points[:, 1] = x, y
    return made
