"""The zones of the verdict on an axis of decades: where a gradient counts as exploding, and where as vanishing."""

from __future__ import annotations

import pyqtgraph as pg

from gradviz.core.verdict import THRESHOLD_DECADES
from gradviz.i18n import N_, _
from gradviz.panels.parts.style import Style
from gradviz.panels.scales.extents import span_across, span_up

LINE = 22.0
"""Pixels at scale 1 that a line of text needs."""

PAST_CURSOR = 3.0
"""Pixels at scale 1 from layer 1, where the cursor mostly is, to a name on the left."""

WIDEST_NAME = 0.45
"""A name wider than this share of the plot is cut to its first word, so that curve and slope have room."""

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

    def show(self, output: float, *, falls: bool) -> None:
        """Show as much of the zones around log10 of the output's gradient as is in sight.

        Where the curve falls to the left, the corner of the vanishing zone that it leaves free is the left one.
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
            name.setVisible(end - start > line)
            if end > start:
                zone.setRegion((start, end))
                name.setText(_(_NAMES[role]))
                if name.boundingRect().width() > WIDEST_NAME * self._plot.vb.width():
                    name.setText(_(_NAMES[role]).partition(":")[0])
                name.setAnchor((side, 0.5))
                name.setPos(self.ends[side], end - 0.5 * line)
