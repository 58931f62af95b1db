"""One neuron: what it adds up, and how the variance of its sum grows with the number of terms."""

from __future__ import annotations

from math import isfinite, nan

import pyqtgraph as pg

from gradviz.core.choices.errors import ExperimentError
from gradviz.core.frame import Frame
from gradviz.core.runs.playhead import Playhead
from gradviz.core.runs.probe import Neuron, Probe
from gradviz.core.runs.scene import Scene
from gradviz.i18n import _
from gradviz.numbers import signed_text
from gradviz.panels.base import BODY_ROW, Panel
from gradviz.panels.parts.style import Style
from gradviz.panels.single.neuron_plots import SumPlot, VariancePlot

DIMMED = 0.35
"""The opacity of the previous neuron while the next one is computed."""

AS_EXPECTED = 1.5
"""Within this factor of n Var(w) E[x²] the terms count as independent."""


class NeuronPanel(Panel):
    """Left, the terms of unit 1 at the first example and their running sum; right, Var(z) against the number of terms."""

    key = "neuron"
    shows_one_layer = True

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.neuron: Neuron | None = None
        self._is_behind = False
        """Whether the previous neuron is still drawn, because there is no answer yet."""
        self.sum_plot, self.variance_plot = SumPlot(), VariancePlot()
        self._plots: list[SumPlot | VariancePlot] = [self.sum_plot, self.variance_plot]
        self._body = pg.GraphicsLayout()
        self._body.setContentsMargins(0, 0, 0, 0)
        for column, each in enumerate(self._plots):
            self._body.addItem(each.plot, 0, column)
            self._body.layout.setColumnStretchFactor(column, 5 - column)
        self.view.ci.addItem(self._body, BODY_ROW, 0)
        self.view.ci.layout.setRowStretchFactor(BODY_ROW, 100)
        self.sum_plot.plot.vb.sigResized.connect(self._on_resized)
        self.restyle(style)

    def restyle_items(self, style: Style) -> None:
        """Give every item its colour and size."""
        self._body.layout.setHorizontalSpacing(round(style.px(18)))
        for each in self._plots:
            each.restyle(style)

    @classmethod
    def asks(cls, scene: Scene, layer: int) -> tuple[Probe]:
        """Return the question for the neuron of a layer."""
        return (Probe(scene.run.spec, layer, scene.run.birth),)

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Name the axes; everything else depends on the layer."""
        for each in self._plots:
            each.name_axes()

    def show_playhead(self, frame: Frame, playhead: Playhead) -> None:
        """Show the neuron of the current layer."""
        self._show_layer()

    def show_hovered(self, frame: Frame, layer: int) -> None:
        """Show the neuron of the hovered layer."""
        self._show_layer()

    def finding_text(self, frame: Frame) -> str:
        """Say what the terms add up to."""
        one = self.neuron
        if one is None:
            return _("One neuron: z = Σ wᵢxᵢ")
        said = {"n": one.fan_in, "expected": _number(one.expected_variance), "measured": _number(one.z_variance)}
        if one.z_variance == one.expected_variance == 0:
            return _("All terms are 0: there is nothing to add up")
        if not isfinite(one.z_variance):
            return _("{n} terms, and the sum is beyond the numbers of {dtype}").format(n=one.fan_in, dtype=frame.spec.dtype)
        ratio = one.z_variance / one.expected_variance if one.expected_variance > 0 else nan
        if not 1 / AS_EXPECTED <= ratio <= AS_EXPECTED:
            return _("Var(z) = {measured}; {n} independent terms would give {expected}").format(**said)
        if one.bias_variance:
            return _("{n} terms and a bias add up: Var(z) = n · Var(w) · E[x²] + σ_b² = {expected}, measured {measured}").format(
                **said
            )
        return _("{n} terms add up: Var(z) = n · Var(w) · E[x²] = {expected}, measured {measured}").format(**said)

    def legend_text(self, frame: Frame, reference: Frame | None) -> str:
        """Say what is drawn, with the numbers of the formula."""
        one = self.neuron
        if one is None:
            return ""
        if self._is_behind:
            return _("the neuron of layer {before}; that of layer {layer} is being computed").format(
                before=one.layer, layer=self.shown_layer()
            )
        text = _("unit 1, first example; Var(w) = {weight}, E[x²] = {square}; with Var(w) = 1/n: Var(z) = {kept}")
        return text.format(
            weight=_number(one.weight_variance),
            square=_number(one.input_mean_square),
            kept=_number(one.input_mean_square + one.bias_variance),
        )

    def layer_text(self, frame: Frame, layer: int) -> str:
        """Read out the neuron of a layer."""
        if self.neuron is None or self._is_behind:
            return ""
        return _("z = {z}, Var(z) = {variance}").format(z=signed_text(self.neuron.z), variance=_number(self.neuron.z_variance))

    def _show_layer(self) -> None:
        """Show the answer, or while there is none the previous neuron, dimmed."""
        assert self.scene is not None
        answer = self.scene.answers.get(*self.asks(self.scene, self.shown_layer()))
        self._is_behind = answer is None
        self._body.setOpacity(DIMMED if self._is_behind else 1.0)
        if isinstance(answer, ExperimentError):
            self.neuron = None
            self.sum_plot.apologize(str(answer))
        elif isinstance(answer, Neuron):
            self.neuron = answer
        for each in self._plots:
            each.set_visible(self.neuron is not None)
            if self.neuron is not None:
                each.show(self.neuron)


def _number(value: float) -> str:
    return signed_text(value, 3) if isfinite(value) else "NaN" if value != value else "∞"
