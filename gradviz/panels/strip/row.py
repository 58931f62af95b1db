"""A row of the network strip: one network, its layers, units and words, which a wave lights."""

from __future__ import annotations

import pyqtgraph as pg

from gradviz.core.runs.playhead import Playhead
from gradviz.panels.parts.still_item import StillItem
from gradviz.panels.parts.style import Style
from gradviz.panels.strip.between import strokes_between
from gradviz.panels.strip.dots import Strokes
from gradviz.panels.strip.items import StripItem
from gradviz.panels.strip.labels import LabelsItem
from gradviz.panels.strip.layout import StripLayout
from gradviz.panels.strip.lens import LensItem
from gradviz.panels.strip.wave_item import WaveItem


class NetworkRow:
    """The items of one network, under the view box, whose ground is clear, so that the playhead's line stands over them."""

    def __init__(self, plot: pg.PlotItem) -> None:
        self._plot = plot
        self.between, self.layers, self.dots = StillItem(plot), StripItem(plot), WaveItem(plot)
        self.labels, self.lens = LabelsItem(plot), LensItem(plot)
        self._lit = (self.layers, self.dots, self.labels, self.lens)
        for item, depth in ((self.between, -3), (self.layers, -2), (self.dots, -1), (self.labels, 1), (self.lens, 2)):
            item.setZValue(depth)

    def restyle(self, style: Style) -> None:
        """Give the layers their colours; the weights and units take theirs with the next network."""
        for item in self._lit:
            item.style_ = style

    def show_layout(self, layout: StripLayout) -> None:
        """Show a network as it is laid out."""
        strip, rect = layout.strip(), self._plot.rect()
        self.between.show_strokes(strokes_between(layout), rect)
        for item in self._lit:
            item.show_strip(strip, rect)
            item.show()
        self.dots.show_strokes(Strokes(layout))
        self.lens.show_layout(layout)

    def show_playhead(self, playhead: Playhead) -> None:
        """Light what the wave has reached."""
        for item in self._lit:
            item.show_playhead(playhead)

    def hide(self) -> None:
        """Show no network."""
        for item in (self.between, *self._lit):
            item.hide()
