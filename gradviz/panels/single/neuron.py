"""One neuron: what it adds up, and how the variance of its sum grows with the number of terms."""

from __future__ import annotations

from math import isfinite, nan

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt

from gradviz.core.choices.errors import ExperimentError
from gradviz.core.frame import Frame
from gradviz.core.runs.playhead import Playhead
from gradviz.core.runs.probe import Neuron, Probe
from gradviz.core.runs.scene import Scene
from gradviz.i18n import _
from gradviz.numbers import signed_text
from gradviz.panels.base import BODY_ROW, Panel
from gradviz.panels.parts.axes import LayerAxis, PlainAxis
from gradviz.panels.parts.style import Style
from gradviz.panels.scales.limits import LARGEST_DRAWN
from gradviz.panels.scales.points import merged, set_points, span_of

MOST_BARS = 200
"""More are merged: neighbouring terms are added up."""

DIMMED = 0.35
"""How opaque the neuron of before is while that of the layer is computed."""

AS_EXPECTED = 1.5
"""Within this factor of n Var(w) E[x²] the sum is one of independent terms."""


class NeuronPanel(Panel):
    """Left, the terms of unit 1 at the first example and their running sum; right, Var(z) against the number of terms."""

    key = "neuron"
    shows_one_layer = True

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.neuron: Neuron | None = None
        self._is_behind = False
        """Whether the neuron that is drawn is one of before, because there is no answer yet."""
        self.axes = [LayerAxis("bottom"), PlainAxis("left"), LayerAxis("bottom"), PlainAxis("left")]
        self.sum_plot, self.variance_plot = (
            pg.PlotItem(axisItems={"bottom": bottom, "left": left}, enableMenu=False)
            for bottom, left in (self.axes[:2], self.axes[2:])
        )
        self._body = pg.GraphicsLayout()
        self._body.setContentsMargins(0, 0, 0, 0)
        for column, plot in enumerate((self.sum_plot, self.variance_plot)):
            plot.hideButtons()
            plot.setMouseEnabled(False, False)
            plot.disableAutoRange()
            self._body.addItem(plot, 0, column)
            self._body.layout.setColumnStretchFactor(column, 5 - column)
        self.view.ci.addItem(self._body, BODY_ROW, 0)
        self.view.ci.layout.setRowStretchFactor(BODY_ROW, 100)

        self._zero = pg.InfiniteLine(angle=0, movable=False)
        self.terms, self.sums, self.bias = pg.PlotDataItem(), pg.PlotDataItem(), pg.PlotDataItem()
        self.z = pg.ScatterPlotItem(symbol="o")
        self._z_name = pg.TextItem(anchor=(1, 0.5))
        self.expected, self.kept = pg.PlotDataItem(), pg.PlotDataItem()
        self.measured = pg.PlotDataItem(symbol="o")
        self._names = {name: pg.TextItem() for name in ("measured", "expected", "kept")}
        self._apology = pg.TextItem(anchor=(0.5, 0.5))
        for plot, items in (
            (self.sum_plot, (self._zero, self.terms, self.sums, self.bias, self.z, self._z_name, self._apology)),
            (self.variance_plot, (self.kept, self.expected, self.measured, *self._names.values())),
        ):
            for depth, item in enumerate(items):
                item.setZValue(depth)
                plot.addItem(item, ignoreBounds=True)
        self.sum_plot.vb.sigResized.connect(self._on_resized)
        self.restyle(style)

    def restyle_items(self, style: Style) -> None:
        """Give every item its colour and size."""
        for axis, thickness in zip(self.axes, (40, 62, 40, 70), strict=True):
            axis.restyle(style, thickness)
        self._body.layout.setHorizontalSpacing(round(style.px(18)))
        self._zero.setPen(style.pen("grid", 1.2))
        self.terms.setPen(style.pen("forward", 1.6, 0.75))
        self.sums.setPen(style.pen("ink", 1.8))
        self.bias.setPen(style.pen("quiet", 2.4))
        self.z.setPen(style.pen("ground", 1.2))
        self.z.setBrush(style.brush("ink"))
        self.z.setSize(style.px(11))
        self.expected.setPen(style.pen("ink", 1.3, 0.8, Qt.PenStyle.DashLine))
        self.kept.setPen(style.pen("reference", 1.5, 1.0, Qt.PenStyle.DotLine))
        self.measured.setPen(style.pen("forward", 2.0))
        self.measured.setSymbolPen(None)
        self.measured.setSymbolBrush(style.brush("forward"))
        self.measured.setSymbolSize(style.px(9))
        for item, role in (
            (self._z_name, "ink"),
            (self._apology, "quiet"),
            *zip(self._names.values(), ("forward", "ink", "reference"), strict=True),
        ):
            item.setColor(style.colour(role))
            item.setFont(style.font(12, bold=item is self._z_name))
            item.fill = style.brush("ground", 0.75)

    def asks(self, scene: Scene) -> tuple[Probe]:
        """Return the question for the neuron of the layer that is looked at."""
        return (Probe(scene.run.spec, self.layer_in(scene)),)

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Name the axes; the rest depends on the layer."""
        names = (_("term i of Σ wᵢxᵢ"), _("wᵢxᵢ and running sum"), _("number of terms n"), _("Var(z)"))
        for axis, name in zip(self.axes, names, strict=True):
            axis.name_it(name)

    def show_playhead(self, frame: Frame, playhead: Playhead) -> None:
        """Bring everything to the neuron of the current layer."""
        self._show_layer()

    def show_hovered(self, frame: Frame, layer: int) -> None:
        """Bring everything to the neuron of the hovered layer."""
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
        """Show the answer that is there; while there is none, that of before, dimmed."""
        assert self.scene is not None
        answer = self.scene.answers.get(*self.asks(self.scene))
        self._is_behind = answer is None
        self._body.setOpacity(DIMMED if self._is_behind else 1.0)
        if isinstance(answer, Neuron):
            self._show_neuron(answer)
        elif isinstance(answer, ExperimentError):
            self.neuron = None
            self._apologize(str(answer))
        for item in (*self.axes, self._zero, self.variance_plot):
            item.setVisible(self.neuron is not None)

    def _show_neuron(self, one: Neuron) -> None:
        self.neuron = one
        self._apology.setText("")
        for axis in self.axes[::2]:
            axis.depth, axis.picture = one.fan_in, None  # numbered as layers are, the last one always
        self._show_sum(one)
        self._show_variance(one)

    def _apologize(self, text: str) -> None:
        for item in (self.terms, self.sums, self.bias, self.z, self.expected, self.kept, self.measured):
            item.setData([], [])
        self._z_name.setText("")
        self._apology.setText(text)
        self._apology.setTextWidth(max(80.0, self.sum_plot.vb.width() - 2 * self.style_.px(20)))
        self.sum_plot.setXRange(0, 1, padding=0)
        self.sum_plot.setYRange(-1, 1, padding=0)
        self._apology.setPos(0.5, 0)

    def _show_sum(self, one: Neuron) -> None:
        places, terms = merged(one.terms, MOST_BARS)
        sums, end = one.sums, one.fan_in
        x, y = np.repeat(places, 2), np.zeros(2 * places.size)
        y[1::2] = terms
        set_points(self.terms, x, y, connect="pairs")
        kept = np.unique(np.linspace(0, end, min(end, 4 * MOST_BARS) + 1).round().astype(int))
        running = np.concatenate([[0.0], sums])[kept]
        set_points(self.sums, kept.astype(float), running)
        set_points(self.bias, np.array([end, end], float), np.array([sums[-1], one.z]) if one.b else np.array([nan, nan]))
        set_points(self.z, np.array([end], float), np.array([one.z]))
        shown = np.concatenate([terms, running, [one.z, 0.0]])
        low, high = span_of(shown)
        self.sum_plot.setXRange(0, end * 1.03 + 0.2, padding=0)
        self.sum_plot.setYRange(low, high, padding=0)
        self._z_name.setText(f"z = {signed_text(one.z)}")
        level = one.z if abs(one.z) < LARGEST_DRAWN else 0.0
        above = level < (low + high) / 2
        self._z_name.setAnchor((1, 1.3 if above else -0.3))
        self._z_name.setPos(end * 1.03 + 0.2, level)

    def _show_variance(self, one: Neuron) -> None:
        n = np.array([0.0, one.fan_in])
        set_points(self.expected, n, one.bias_variance + n * one.term_variance)
        set_points(self.kept, n, np.full(2, one.input_mean_square) * n / one.fan_in + one.bias_variance)
        counts, variances = one.counts.astype(float), one.variances + one.bias_variance
        variances[-1] = one.z_variance
        set_points(self.measured, counts, variances)
        low, high = span_of(np.concatenate([variances, [0.0, one.expected_variance, one.input_mean_square + one.bias_variance]]))
        self.variance_plot.setXRange(0, one.fan_in * 1.08, padding=0)
        self.variance_plot.setYRange(max(low, 0.0), high, padding=0)
        self._name_curves()

    def _name_curves(self) -> None:
        """Name the curves in the upper left corner, which lines that rise from 0 leave free."""
        texts = ("● " + _("measured"), "– – n · Var(w) · E[x²]", "···· " + _("if Var(w) = 1/n"))
        (left, _right), (low, high) = self.variance_plot.viewRange()
        box = self.variance_plot.vb
        for place, (item, text) in enumerate(zip(self._names.values(), texts, strict=True)):
            item.setText(text)
            item.setPos(left, high - place * self.style_.px(18) * (high - low) / max(1.0, box.height()))
            item.setVisible(box.width() > self.style_.px(150) and box.height() > self.style_.px(110))


def _number(value: float) -> str:
    return signed_text(value, 3) if isfinite(value) else "NaN" if value != value else "∞"
