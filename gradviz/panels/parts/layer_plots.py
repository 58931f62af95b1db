"""One or two plots over the layer axis, with the cursor of the playhead and the hovered layer in each."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt

from gradviz.core.frame import Frame
from gradviz.core.runs.playhead import Playhead
from gradviz.i18n import _
from gradviz.panels.parts.axes import LayerAxis, PanelAxis
from gradviz.panels.parts.panel_part import PanelPart
from gradviz.panels.parts.style import Style
from gradviz.panels.scales.limits import Span

LOW = 290.0
"""Pixels at scale 1. In a panel lower than this the axis has no name, so that the plot has its room."""

VALUE_AXIS_WIDTH = 84.0
"""At scale 1, in every panel: so the layer axes of panels above one another are aligned."""

LOWER_SHARE = 0.8
"""How high the lower plot is, the upper one being 1."""


class LayerPlots(PanelPart):
    """The plots.

    Parameters
    ----------
    layout : GraphicsLayout
        Where they are put, the first in `row`.
    row : int
    value_axes : list of PanelAxis
        Their vertical axes, from the top down: one or two.
    has_name : bool
        Whether the layer axis has a name below it.

    Attributes
    ----------
    plots : list of PlotItem
        From the top down.
    layer_axis : LayerAxis
        The one with numbers, below the last plot.
    cursors : list of InfiniteLine
        The playhead's line in each plot.
    ends : tuple of float
        The ends of the layer axis.
    height : float
        The panel's height in pixels, which the panel keeps up to date.
    """

    def __init__(self, layout: pg.GraphicsLayout, row: int, value_axes: list[PanelAxis], *, has_name: bool) -> None:
        self.value_axes, self.layer_axis, self._has_name = value_axes, LayerAxis("bottom"), has_name
        self._silent_axes = [LayerAxis("bottom") for _axis in value_axes[1:]]
        layer_axes = [*self._silent_axes, self.layer_axis]
        self.plots = [_plot(layer_axis, axis) for layer_axis, axis in zip(layer_axes, value_axes, strict=True)]
        for place, plot in enumerate(self.plots):
            layout.addItem(plot, row + place, 0)
        if self._silent_axes:
            self._silent_axes[0].setStyle(showValues=False)
            layout.layout.setRowStretchFactor(row, 100)
            layout.layout.setRowStretchFactor(row + 1, round(100 * LOWER_SHARE))
        self.cursors, self._hover_lines = ([pg.InfiniteLine(angle=90, movable=False) for _plot in self.plots] for _kind in "ch")
        for lines, depth in ((self.cursors, 50), (self._hover_lines, 49)):
            for plot, line in zip(self.plots, lines, strict=True):
                line.setZValue(depth)
                plot.addItem(line, ignoreBounds=True)
        for line in self._hover_lines:
            line.hide()
        self.ends: Span = (0.0, 1.0)
        self.height = 0.0
        self._is_low = False

    def fit_height(self, height: float, style: Style) -> bool:
        """Take the panel's height, and return whether it changed what the axes have room for; they are then restyled."""
        self.height = height
        if (height < LOW * style.scale) is self._is_low:
            return False
        self.restyle(style)
        return True

    def restyle(self, style: Style) -> None:
        """Take colours and sizes; without much height, the layer axis has no name."""
        self._is_low = self.height < LOW * style.scale
        is_named = self._has_name and not self._is_low
        self.layer_axis.restyle(style, 40 if is_named else 22)
        self.layer_axis.showLabel(is_named)
        for axis in self.value_axes:
            axis.restyle(style, VALUE_AXIS_WIDTH)
        for axis in self._silent_axes:
            axis.restyle(style, 6)
        for cursor, hover_line in zip(self.cursors, self._hover_lines, strict=True):
            cursor.setPen(style.pen("cursor", 1.2, 0.55))
            hover_line.setPen(style.pen("cursor", 1.0, 0.35, Qt.PenStyle.DotLine))

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Make room for all layers."""
        for axis in (self.layer_axis, *self._silent_axes):
            if axis.depth != frame.depth:
                axis.depth = frame.depth
                axis.picture = None
        if self._has_name and not self._is_low:
            self.layer_axis.name_it(_("layer   (input left, output right)"))
        self.ends = layer_ends(frame.depth)
        for plot in self.plots:
            plot.setXRange(*self.ends, padding=0)

    def show_playhead(self, frame: Frame, playhead: Playhead) -> None:
        """Bring the cursor to the current layer."""
        for line in self.cursors:
            line.setValue(playhead.layer)

    def show_hovered(self, frame: Frame, layer: int) -> None:
        """Draw a line at the hovered layer."""
        for cursor, line in zip(self.cursors, self._hover_lines, strict=True):
            line.setVisible(layer > 0 and layer != cursor.value())
            line.setValue(layer)

    def layer_at(self, position: QPointF) -> int:
        """Return the layer at a place of the graphics scene, or 0; there is one once a Frame has been shown."""
        for plot in self.plots:
            if plot.vb.sceneBoundingRect().contains(position):
                return min(max(round(plot.vb.mapSceneToView(position).x()), 1), self.layer_axis.depth)
        return 0


def _plot(layer_axis: LayerAxis, value_axis: PanelAxis) -> pg.PlotItem:
    plot = pg.PlotItem(axisItems={"bottom": layer_axis, "left": value_axis}, enableMenu=False)
    plot.hideButtons()
    plot.setMouseEnabled(False, False)
    plot.disableAutoRange()
    return plot


def layer_ends(depth: int) -> Span:
    """Return the ends of the layer axis: room for the cursor at the first layer, and for the last one's histogram and number."""
    return 1 - max(0.65, 0.012 * depth), depth + max(1.15, 0.02 * depth)
