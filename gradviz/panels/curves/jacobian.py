"""The input–layer Jacobian: how each layer stretches small changes of the input."""

from __future__ import annotations

from math import inf, isfinite

import numpy as np
from PySide6.QtCore import Qt

from gradviz.core.frame import Frame
from gradviz.core.jacobian import obstacle
from gradviz.core.spec import KNOBS
from gradviz.i18n import N_, _
from gradviz.numbers import factor_text, power_text
from gradviz.panels.curves.curve import LOGARITHMS, Curve
from gradviz.panels.curves.curve_panel import CurvePanel, CurvePlot
from gradviz.panels.parts.axes import DecadeAxis

LARGEST_VALUE, SMALLEST_VALUE = "log10_jacobian_largest", "log10_jacobian_smallest"

ALIKE_DECADES = 0.05
"""Singular values within this (12 %) are called equal."""

_REMEDIES = {
    "jacobian": N_(
        "The singular values take time: they are measured with “{title}” switched on in the controls, and not in a preview."
    ),
    "normalization": N_("Not measured with “{title}”: set it to “{usual}” in the controls."),
    "output_activation": N_("Not measured with such a last layer: set “{title}” to “{usual}” in the controls."),
}
"""What stands in the way → what to do."""


def _remedy(frame: Frame, reference: Frame | None) -> str:
    """Return what to do where it is not measured."""
    name = obstacle(frame.net, is_wanted=frame.spec.jacobian)
    if name is None:
        return ""
    knob = KNOBS[name]
    usual = _(knob.choices[knob.default].title) if knob.choices else ""
    return _(_REMEDIES[name]).format(title=_(knob.title), usual=usual)


class JacobianPanel(CurvePanel):
    """Largest and smallest singular value of ∂a[l]/∂a[0], in decades."""

    key = "jacobian"
    value_axis_types = (DecadeAxis,)
    marks_role = "forward"
    contents = (
        CurvePlot(
            N_("∂a / ∂input"),
            (
                Curve(LARGEST_VALUE, N_("largest singular value"), LOGARITHMS, "forward", "o", read_as=N_("largest")),
                Curve(SMALLEST_VALUE, N_("smallest"), LOGARITHMS, "forward", "t", Qt.PenStyle.DashDotLine),
            ),
            notice=_remedy,
        ),
    )

    def finding_text(self, frame: Frame) -> str:
        """Say how the directions of the input are stretched."""
        if obstacle(frame.net, is_wanted=frame.spec.jacobian) is not None:
            return ""
        largest, smallest = (float(frame.series[key][-1]) for key in (LARGEST_VALUE, SMALLEST_VALUE))
        values = {"largest": power_text(largest), "smallest": power_text(smallest), "factor": factor_text(largest)}
        return _(_finding(largest, smallest)).format(**values)

    def legend_text(self, frame: Frame, reference: Frame | None) -> str:
        """Say what is drawn."""
        text = _("how far each layer stretches the directions of one input, most and least")
        return text


def _finding(largest: float, smallest: float) -> str:
    """Return the sentence for log10 of the last layer's singular values."""
    if np.isnan([largest, smallest]).any() or largest == inf:
        return N_("The derivative by the input ends in infinities or NaN")
    if largest == -inf:
        return N_("No change of the input arrives: the derivative by it is exactly 0")
    if smallest == -inf:
        lost = N_("One direction of the input grows {largest} times, another is lost")
        return lost if largest >= 0 else N_("The strongest direction of the input shrinks to {largest}, another is lost")
    if isfinite(smallest) and largest - smallest < ALIKE_DECADES:
        return N_("All directions of the input fare alike: {factor}")
    if largest < 0:
        return N_("All directions of the input shrink: to {largest} at most, to {smallest} at least")
    if smallest > 0:
        return N_("All directions of the input grow: {largest} times at most, {smallest} times at least")
    return N_("One direction of the input grows {largest} times, another shrinks to {smallest}")
