"""Marks for what has no place on an axis: an exact zero, an infinity, a NaN. Drawn and named, never a gap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg

from gradviz.i18n import N_, _
from gradviz.panels.style import Style

_KINDS = {
    # kind: (symbol, how far up the axis, name)
    "zero": ("o", 0.035, N_("exactly 0")),
    "infinite": ("t1", 0.965, N_("infinite")),
    "nan": ("x", 0.78, N_("NaN, not a number")),
}


class Marks:
    """Three rows of marks: along the lower edge of a plot, along the upper one, and below that."""

    def __init__(self, plot: pg.PlotItem) -> None:
        self._points = {kind: pg.ScatterPlotItem(symbol=symbol) for kind, (symbol, _height, _name) in _KINDS.items()}
        self._names = {kind: pg.TextItem() for kind in _KINDS}
        self._shown: dict[str, tuple[object, ...]] = {}
        for item in [*self._points.values(), *self._names.values()]:
            item.setZValue(40)
            plot.addItem(item, ignoreBounds=True)

    def restyle(self, style: Style, role: str) -> None:
        """Take colour and size."""
        self._shown = {}
        for kind, points in self._points.items():
            points.setSize(style.px(8))
            points.setPen(style.pen(role, 1.5))
            points.setBrush(style.brush("ground" if kind == "zero" else role))
            self._names[kind].setColor(style.colour(role))
            self._names[kind].setFont(style.font(12, bold=True))

    def show(
        self,
        zero: np.ndarray,
        infinite: np.ndarray,
        nan: np.ndarray,
        low: float,
        high: float,
        of: Sequence[str] = ("", "", ""),
    ) -> None:
        """Mark the layers where each is true, (L,), on an axis from `low` to `high`; `of` says what is 0, infinite or NaN there."""
        for (kind, (_symbol, height, name)), where, whose in zip(_KINDS.items(), (zero, infinite, nan), of, strict=True):
            layers = np.flatnonzero(where) + 1.0
            place = low + height * (high - low)
            text = f"{whose}: {_(name)}" if whose else _(name)
            # Giving points to pyqtgraph takes longer than all the rest of a step of the playhead, and mostly there are none.
            shown = (layers.tobytes(), len(where), place, text)
            if self._shown.get(kind) == shown:
                continue
            self._shown[kind] = shown
            self._points[kind].setData(layers, np.full(layers.size, place))
            self._names[kind].setVisible(layers.size > 0)
            if layers.size:
                # Over or under the middle one, but within the plot where they stand at an end.
                middle = layers[len(layers) // 2]
                share = middle / len(where)
                self._names[kind].setText(text)
                self._names[kind].setAnchor((0.0 if share < 0.15 else 1.0 if share > 0.85 else 0.5, 0 if height > 0.5 else 1))
                self._names[kind].setPos(middle, place)
