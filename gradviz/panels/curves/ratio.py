"""Two runs compared: the present one over the pinned reference, layer by layer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyqtgraph as pg

from gradviz.core.frame import Frame
from gradviz.i18n import N_, _
from gradviz.numbers import factor_text
from gradviz.panels.curves.curve import LOGARITHMS, MAGNITUDES, Curve, decades
from gradviz.panels.curves.curve_panel import CurvePanel, CurvePlot
from gradviz.panels.curves.curves import Sources
from gradviz.panels.parts.axes import DecadeAxis
from gradviz.panels.parts.style import Style

STD, GRADIENT = "activation_std", "log10_grad_a_rms"


_CURVES = (
    Curve(STD, N_("std of the activations"), LOGARITHMS, "forward", "s", read_as=N_("std")),
    Curve(GRADIENT, N_("RMS of ∂loss/∂a"), LOGARITHMS, "backward", "o", read_as=N_("∂loss/∂a")),
)


def _sources(frame: Frame, reference: Frame | None) -> Sources:
    """Return the ratios, in the layers that both have."""
    return Sources({} if reference is None else ratios(frame, reference), {}, None)


def _how_to_pin(frame: Frame, reference: Frame | None) -> str:
    return _("Pin a run (Ctrl+P) to compare with it.") if reference is None else ""


class RatioPanel(CurvePanel):
    """Present over pinned: standard deviation of the activations, and size of the gradient, in decades."""

    key = "ratio"
    value_axis_types = (DecadeAxis,)
    contents = (CurvePlot(N_("present / pinned"), _CURVES, sources=_sources, notice=_how_to_pin),)

    def add_items(self) -> None:
        """Create the line at 1, where both runs are equal."""
        self.same_line = pg.InfiniteLine(0.0, angle=0, movable=False)
        self.same_line.setZValue(1)
        self.plot.addItem(self.same_line, ignoreBounds=True)

    def restyle_items(self, style: Style) -> None:
        """Give every item its colour and size."""
        self.same_line.setPen(style.pen("quiet", 1.0))

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Show the line where there is a reference."""
        self.same_line.setVisible(reference is not None)

    def finding_text(self, frame: Frame) -> str:
        """Say how the two runs differ at the end of each signal's way."""
        if self.reference is None:
            return ""
        found = ratios(frame, self.reference)
        if all(np.all(each == 0) for each in found.values()):
            return _("Signal and gradient are those of the pinned run")
        common = len(found[STD])
        values = {
            "signal": factor_text(float(found[STD][-1])),
            "gradient": factor_text(float(found[GRADIENT][0])),
            "layer": common,
        }
        return _("Over the pinned run: signal {signal} in layer {layer}, gradient {gradient} in layer 1").format(**values)

    def legend_text(self, frame: Frame, reference: Frame | None) -> str:
        """Say what is drawn, and what is left out."""
        if reference is None:
            return _("present over pinned; nothing is pinned")
        text = _("present over pinned; 1: no difference")
        common, deepest = sorted((frame.depth, reference.depth))
        if common == deepest:
            return text
        only = _("; layers {first} … {last} left out: only the present run has them")
        other = _("; layers {first} … {last} left out: only the pinned run has them")
        return text + (only if frame.depth > common else other).format(first=common + 1, last=deepest)

    def layer_text(self, frame: Frame, layer: int) -> str:
        """Read out both runs and their ratio at a layer."""
        return ", ".join(self._layer_texts(frame, layer))

    def _layer_texts(self, frame: Frame, layer: int) -> Iterator[str]:
        found = ratios(frame, self.reference) if self.reference is not None else {}
        for curve, scale in zip(_CURVES, (MAGNITUDES, LOGARITHMS), strict=True):
            text = replace(curve, scale=scale).value_text(frame.series, layer)
            if self.reference is not None and layer <= len(found[curve.key]):
                pinned = scale.value_text(float(self.reference.series[curve.key][layer - 1]))
                text += f" : {pinned} = {factor_text(float(found[curve.key][layer - 1]))}"
            yield text


def ratios(frame: Frame, reference: Frame) -> dict[str, np.ndarray]:
    """Return log10 of present over pinned, in the layers that both have: ∞ over a 0, NaN for 0 over 0."""
    common = min(frame.depth, reference.depth)
    pairs = ((each.series[STD][:common], each.series[GRADIENT][:common]) for each in (frame, reference))
    (std, gradient), (pinned_std, pinned_gradient) = pairs
    with np.errstate(invalid="ignore"):
        return {STD: decades(std) - decades(pinned_std), GRADIENT: gradient - pinned_gradient}
