"""The zones of the verdict on an axis of decades: where a gradient counts as exploding, and where as vanishing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg

from gradviz.core.choices.arrays import Float64Array
from gradviz.core.verdict import THRESHOLD_DECADES
from gradviz.i18n import N_, _
from gradviz.panels.parts.style import Style
from gradviz.panels.scales.extents import extent_of, span_across, span_up

LINE = 22.0
"""Pixels at scale 1 that a line of text needs."""

PAST_CURSOR = 3.0
"""Pixels at scale 1 from layer 1, where the cursor mostly is, to a name on the left."""

WIDEST_NAME = 0.45
"""A name wider than this share of the plot is cut to its first word, so that curve and slope have room."""

SAMPLES = 40
"""Places along a name at which curves are looked for."""

_NAMES = {
    "explode": N_("explodes: more than 10³ × the output's"),
    "vanish": N_("vanishes: less than 10⁻³ × the output's"),
}


class Zones:
    """Two shaded ranges of the axis, each with its name in a corner."""

    def __init__(self, plot: pg.PlotItem) -> None:
        self._plot, self._scale = plot, 1.0
        self._zones = {role: pg.LinearRegionItem(orientation="horizontal", movable=False) for role in _NAMES}
        self.names = {role: pg.TextItem(anchor=(1, 0.5)) for role in _NAMES}
        for depth, item in enumerate([*self._zones.values(), *self.names.values()]):
            item.setZValue(depth)
            plot.addItem(item, ignoreBounds=True)

    @property
    def ends(self) -> tuple[float, float]:
        """The layers between which names stand."""
        return 1 + span_across(self._plot, PAST_CURSOR * self._scale), self._plot.viewRange()[0][1]

    def restyle(self, style: Style) -> None:
        """Take colours and sizes."""
        self._scale = style.scale
        for role, zone in self._zones.items():
            zone.setBrush(style.brush("zone", 0.16))
            for line in zone.lines:
                line.setPen(pg.mkPen(None))
            self.names[role].setColor(style.colour("quiet"))
            self.names[role].setFont(style.font(12))

    def show(self, output: float, curves: Sequence[Float64Array], *, falls: bool) -> None:
        """Show as much of the zones around log10 of the output's gradient as is in sight, with their names off the curves.

        Parameters
        ----------
        output : float
        curves : sequence of ndarray
            What is drawn over the layers from 1 on: the gradient's, and that of what is compared.
        falls : bool
            Whether the gradient falls to the left, which leaves free the left corner of the vanishing zone.
        """
        low, high = self._plot.viewRange()[1]
        spans = {
            "explode": (max(output + THRESHOLD_DECADES, low), high, 1),
            "vanish": (low, min(output - THRESHOLD_DECADES, high), 0 if falls else 1),
        }
        line = span_up(self._plot, LINE * self._scale)
        for role, (start, end, side) in spans.items():
            zone, name = self._zones[role], self.names[role]
            zone.setVisible(end > start)
            if end > start:
                zone.setRegion((start, end))
            whole = _(_NAMES[role])
            places = [(text, each) for text in (whole, whole.partition(":")[0]) for each in (side, 1 - side)]
            has_room = end - start > line
            name.setVisible(has_room and any(self._fits(name, *place, end - 0.5 * line, curves) for place in places))

    def _fits(self, name: pg.TextItem, text: str, side: int, y: float, curves: Sequence[Float64Array]) -> bool:
        """Put a name to one side, and return whether it is short enough there, and crosses no curve."""
        name.setText(text)
        name.setAnchor((side, 0.5))
        name.setPos(self.ends[side], y)
        extent = extent_of(self._plot, name)
        if ":" in text and name.boundingRect().width() > WIDEST_NAME * self._plot.vb.width():
            return False
        x = np.linspace(extent.left(), extent.right(), SAMPLES)
        for values in curves:
            with np.errstate(invalid="ignore"):  # beside an infinity it has none, and NaN crosses nothing
                heights = np.interp(x, np.arange(1, len(values) + 1), values)
            heights[(x < 1) | (x > len(values))] = np.nan
            if ((heights > extent.top()) & (heights < extent.bottom())).any():
                return False
        return True
