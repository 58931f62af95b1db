"""Marks for what has no place on an axis: an exact zero, an infinity, a NaN. Drawn and named, never a gap."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from gradviz.i18n import N_, _
from gradviz.panels.style import Style

_KINDS = {
    # kind: (symbol, at the top?, name)
    "zero": ("o", False, N_("exactly 0")),
    "infinite": ("t1", True, N_("infinite")),
    "nan": ("x", True, N_("NaN, not a number")),
}


class Marks:
    """Three rows of marks along the lower and the upper edge of a plot."""

    def __init__(self, plot: pg.PlotItem) -> None:
        self._points = {kind: pg.ScatterPlotItem(symbol=symbol) for kind, (symbol, _top, _name) in _KINDS.items()}
        self._names = {kind: pg.TextItem() for kind in _KINDS}
        for item in [*self._points.values(), *self._names.values()]:
            item.setZValue(40)
            plot.addItem(item, ignoreBounds=True)

    def restyle(self, style: Style, role: str) -> None:
        """Take colour and size."""
        for kind, points in self._points.items():
            points.setSize(style.px(8))
            points.setPen(style.pen(role, 1.5))
            points.setBrush(style.brush("ground" if kind == "zero" else role))
            self._names[kind].setColor(style.colour(role))
            self._names[kind].setFont(style.font(12, bold=True))

    def show(self, zero: np.ndarray, infinite: np.ndarray, nan: np.ndarray, low: float, high: float) -> None:
        """Mark the layers where each is true, (L,), on an axis from `low` to `high`."""
        for (kind, (_symbol, top, name)), where in zip(_KINDS.items(), (zero, infinite, nan), strict=True):
            layers = np.flatnonzero(where) + 1.0
            room = 0.035 * (high - low)
            place = high - room if top else low + room
            self._points[kind].setData(layers, np.full(layers.size, place))
            self._names[kind].setVisible(layers.size > 0)
            if layers.size:
                in_right_half = layers[0] > len(where) / 2
                self._names[kind].setText(_(name))
                self._names[kind].setAnchor((1 if in_right_half else 0, 0 if top else 1))
                self._names[kind].setPos(layers[-1 if in_right_half else 0], place)
