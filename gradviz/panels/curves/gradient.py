"""The gradient, layer by layer, in decades."""

from __future__ import annotations

from math import inf, isfinite, nan

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF

from gradviz.core.frame import Frame
from gradviz.core.runs.playhead import Playhead
from gradviz.core.verdict import THRESHOLD_DECADES
from gradviz.i18n import N_, _
from gradviz.numbers import exact_text
from gradviz.panels.curves.curve import LOGARITHMS, Curve
from gradviz.panels.curves.curve_panel import CurvePanel, CurvePlot
from gradviz.panels.curves.curves import Curves
from gradviz.panels.curves.slope_label import SlopeLabel
from gradviz.panels.curves.zones import Zones
from gradviz.panels.parts.axes import DecadeAxis
from gradviz.panels.parts.floor import Floor
from gradviz.panels.parts.panel_part import PanelPart
from gradviz.panels.parts.style import Style
from gradviz.panels.scales.extents import extent_of
from gradviz.report.derivations import of_verdict

GRADIENT_RMS = "log10_grad_a_rms"

ZONE_IN_SIGHT = 0.8
"""How many decades of each zone the axis shows at least."""


def _inside_zones(frame: Frame) -> tuple[float, float]:
    """Return a value inside each zone."""
    reach = THRESHOLD_DECADES + ZONE_IN_SIGHT
    return judged_size(frame) - reach, judged_size(frame) + reach


class GradientGround(PanelPart):
    """What lies behind the curve: the zones of the verdict, the floor of the precision, and the slope's label."""

    def __init__(self, plot: pg.PlotItem, curves: Curves) -> None:
        self._plot, self._curves = plot, curves
        self.floor, self.zones, self.slope = Floor(plot), Zones(plot), SlopeLabel(plot)

    def restyle(self, style: Style) -> None:
        """Take colours and sizes."""
        for item in (self.floor, self.zones, self.slope):
            item.restyle(style)

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Update the zones, the floor and the slope, and take their room."""
        signal, sizes = frame.verdict.backward, frame.series[GRADIENT_RMS]
        curves = [each.series[GRADIENT_RMS] for each in (frame, reference) if each is not None]
        self.zones.show(judged_size(frame), curves, falls=signal.log10_total < -1)
        is_left, shown = is_farther_on_the_left(frame), self._plot.viewRange()[1]
        self.floor.show(frame.net.precision, shown, self.zones.ends, on_the_left=is_left)
        names = [*self.zones.names.values(), self.floor.name]
        floor, vanish = (extent_of(self._plot, text) for text in (self.floor.name, self.zones.names["vanish"]))
        if self.floor.name.isVisible() and self.zones.names["vanish"].isVisible() and floor.intersects(vanish):
            self.floor.name_below()
        self.slope.show(
            sizes, signal.log10_factor, signal.log10_total if signal.steps and signal.farthest is None else nan, names
        )
        for text in (*names, self.slope.text):
            if text.isVisible() and text.toPlainText():
                self._curves.room.take_rect(extent_of(self._plot, text))

    def show_playhead(self, frame: Frame, playhead: Playhead) -> None:
        """Show the slope once the gradient has reached layer 1."""
        self.slope.light(playhead)


class GradientPanel(CurvePanel):
    """Size of the gradient against the layer, over the zones of the verdict and the floor of the precision."""

    key = "gradient"
    value_axis_types = (DecadeAxis,)
    marks_role = "backward"
    symbol_room = 0.0  # the zones keep the curve's ends off the edges
    contents = (
        CurvePlot(N_("RMS of ∂loss/∂a"), (Curve(GRADIENT_RMS, "", LOGARITHMS, "backward", "o"),), in_sight=_inside_zones),
    )

    def add_items(self) -> None:
        """Make the ground."""
        ground = GradientGround(self.plot, self.curves[0])
        self.floor, self.zones, self.slope = ground.floor, ground.zones, ground.slope
        self.parts.append(ground)

    def legend_text(self, frame: Frame, reference: Frame | None) -> str:
        """Say what is drawn."""
        text = _("RMS of ∂loss/∂a in each layer, measured")
        theory = frame.theory.get(GRADIENT_RMS)
        if theory is not None:
            text += (
                _(", and dashed: theory") if np.isfinite(theory).all() else _(", and dashed: theory, where this width follows it")
            )
        return text

    def explanation_at(self, position: QPointF) -> str:
        """Say where the factor per layer comes from."""
        label = self.slope.text
        is_on_it = label.isVisible() and label.mapRectToScene(label.boundingRect()).contains(position)
        return of_verdict(self.frame, "gradient") if is_on_it and self.frame is not None else ""

    def layer_text(self, frame: Frame, layer: int) -> str:
        """Read out the gradient at a layer."""
        values = [exact_text(frame.series[f"log10_grad_{name}_rms"][layer - 1]) for name in ("a", "W")]
        return _("∂loss/∂a {a}, ∂loss/∂W {W}").format(a=values[0], W=values[1])


def judged_size(frame: Frame) -> float:
    """Return log10 of the gradient's RMS in the last layer that the verdict covers; 0 where it is not finite."""
    size = float(frame.series[GRADIENT_RMS][frame.verdict.depth - 1])
    return size if isfinite(size) else 0.0


def is_farther_on_the_left(frame: Frame) -> bool:
    """Whether the floor has more room in the first third of the layers than in the last."""
    sizes, third = frame.series[GRADIENT_RMS], max(1, frame.depth // 3)
    away = np.where(np.isfinite(sizes), np.abs(sizes - frame.net.precision.log10_smallest), inf)
    return bool(away[:third].min() > away[-third:].min())
