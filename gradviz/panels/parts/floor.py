"""The floor of a precision on an axis of decades: hatched and named."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import Qt

from gradviz.core.choices.precisions import Precision
from gradviz.i18n import _
from gradviz.panels.parts.style import Style
from gradviz.panels.scales.limits import Span


class Floor:
    """The range below the smallest number of a precision."""

    def __init__(self, plot: pg.PlotItem) -> None:
        self._zone = pg.LinearRegionItem(orientation="horizontal", movable=False)
        self.name = pg.TextItem(anchor=(1, 1))
        for depth, item in enumerate([self._zone, self.name]):
            item.setZValue(depth)
            plot.addItem(item, ignoreBounds=True)

    def restyle(self, style: Style) -> None:
        """Take colours and sizes."""
        brush = style.brush("quiet", 0.5)
        brush.setStyle(Qt.BrushStyle.BDiagPattern)
        self._zone.setBrush(brush)
        for line in self._zone.lines:
            line.setPen(pg.mkPen(None))
        self.name.setColor(style.colour("quiet"))
        self.name.setFont(style.font(12))

    def show(self, precision: Precision, shown: Span, ends: Span, *, on_the_left: bool) -> None:
        """Show the part in sight, with its name above the edge at one end of the layer axis."""
        edge = precision.log10_smallest
        low, high = shown[0], min(edge, shown[1])
        for item in (self._zone, self.name):
            item.setVisible(high > low)
        if high > low:
            self._zone.setRegion((low, high))
            self.name.setText(_("below this line {dtype} reads 0").format(dtype=precision.name))
            self.name.setAnchor((0 if on_the_left else 1, 1 if high < shown[1] else 0))
            self.name.setPos(ends[0 if on_the_left else 1], high)

    def name_below(self) -> None:
        """Write the name below the edge, where something else stands above it."""
        self.name.setAnchor((self.name.anchor.x(), 0))
