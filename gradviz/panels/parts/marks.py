"""Marks for values that have no place on an axis: exact zeros, infinities and NaN are drawn and named, not left as gaps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg

from gradviz.i18n import N_, _
from gradviz.panels.parts.style import Style

_KINDS = {
    # kind: (symbol, how far up the axis, name)
    "zero": ("o", 0.035, N_("exactly 0")),
    "infinite": ("t1", 0.965, N_("infinite")),
    "nan": ("x", 0.78, N_("NaN, not a number")),
}


SECOND_ROW = 38.0
"""Pixels at scale 1 from the upper edge to the second row, so that the first row's name fits between."""

EDGE = 6.0
"""Pixels at scale 1 between a mark and the edge."""

NAME = 24.0
"""Pixels at scale 1: the height of a name beside its marks."""


class Marks:
    """Three rows of marks: along the lower edge of a plot, along the upper one, and below that."""

    def __init__(self, plot: pg.PlotItem) -> None:
        self._plot, self._scale = plot, 1.0
        self._points = {kind: pg.ScatterPlotItem(symbol=symbol) for kind, (symbol, _height, _name) in _KINDS.items()}
        self._names = {kind: pg.TextItem() for kind in _KINDS}
        self._shown: dict[str, tuple[object, ...]] = {}
        for item in [*self._points.values(), *self._names.values()]:
            item.setZValue(40)
            plot.addItem(item, ignoreBounds=True)

    def restyle(self, style: Style, role: str) -> None:
        """Take colour and size."""
        self._shown, self._scale = {}, style.scale
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
        *,
        zero_at: float | None = None,
    ) -> None:
        """Mark the layers where each is true, (L,), on an axis from `low` to `high`; `of` says what is 0, infinite or NaN there.

        An axis of decades has no 0, so that it is marked at its lower edge; on one of values it stands at `zero_at`.
        """
        for (kind, (_symbol, _height, name)), where, whose in zip(_KINDS.items(), (zero, infinite, nan), of, strict=True):
            layers = np.flatnonzero(where) + 1.0
            place = zero_at if kind == "zero" and zero_at is not None else low + self._height(kind) * (high - low)
            text = f"{whose}: {_(name)}" if whose else _(name)
            # Giving points to pyqtgraph takes longer than all the rest of a step of the playhead, and mostly there are none.
            shown = (layers.tobytes(), len(where), place, text)
            if self._shown.get(kind) == shown:
                continue
            self._shown[kind] = shown
            self._points[kind].setData(layers, np.full(layers.size, place))
            self._names[kind].setVisible(layers.size > 0)
            if layers.size:
                self._show_name(kind, text, float(layers[len(layers) // 2]), place)

    def rows(self, kinds: Sequence[bool], low: float, high: float) -> list[tuple[float, float]]:
        """Return the ends of the rows of some kinds with their names, on an axis from `low` to `high`."""
        name = NAME * self._scale / max(1.0, self._plot.vb.height()) * (high - low)
        middles = [low + self._height(kind) * (high - low) for kind, there in zip(_KINDS, kinds, strict=True) if there]
        return [(y - 0.3 * name, y + name) if y < (low + high) / 2 else (y - name, y + 0.3 * name) for y in middles]

    def _height(self, kind: str) -> float:
        """Return a row's height as a share of the axis; the second row from above moves down in a low plot."""
        height, pixel = _KINDS[kind][1], self._scale / max(1.0, self._plot.vb.height())
        if kind == "nan":
            return max(0.55, min(height, 1 - SECOND_ROW * pixel))
        edge = min(0.2, EDGE * pixel)
        return min(max(height, edge), 1 - edge)

    def _show_name(self, kind: str, text: str, middle: float, place: float) -> None:
        """Write the name above or below the middle mark, kept within the plot."""
        name = self._names[kind]
        name.setText(text)
        name.setAnchor((0.5, 1 if kind == "zero" else 0))
        left, right = self._plot.viewRange()[0]
        half = 0.5 * name.textItem.boundingRect().width() * (right - left) / max(1.0, self._plot.vb.width())
        name.setPos(max(left + half, min(middle, right - half)), place)
