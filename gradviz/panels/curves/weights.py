"""The weights and their gradients, layer by layer: how fast each layer learns."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt

from gradviz.core.frame import Frame
from gradviz.i18n import N_, _
from gradviz.numbers import power_text
from gradviz.panels.curves.curve import LOGARITHMS, Curve
from gradviz.panels.curves.curve_panel import CurvePanel, CurvePlot
from gradviz.panels.parts.axes import DecadeAxis

RATIO = "log10_grad_W_ratio"

LIKE_DECADES = 1.0
"""Layers whose ratios differ by less than this learn at a like pace."""


class WeightsPanel(CurvePanel):
    """Sizes of the weights and of their gradients above, the ratio of the two below."""

    key = "weights"
    value_axis_types = (DecadeAxis, DecadeAxis)
    contents = (
        CurvePlot(
            N_("RMS"),
            (
                Curve("log10_weight_rms", "W", LOGARITHMS, "ink", "s"),
                Curve("log10_grad_W_rms", N_("∂loss/∂W"), LOGARITHMS, "backward", "o"),
                Curve("log10_grad_b_rms", N_("∂loss/∂b"), LOGARITHMS, "backward", "t1", Qt.PenStyle.DashDotLine),
            ),
        ),
        CurvePlot(N_("ratio"), (Curve(RATIO, N_("∂loss/∂W : W"), LOGARITHMS, "backward", "d"),)),
    )

    def finding_text(self, frame: Frame) -> str:
        """Say how much the layers' learning speeds differ."""
        ratios = frame.series[RATIO]
        if not np.isfinite(ratios).all():
            return _without_ratio(ratios)
        slow, fast = int(np.argmin(ratios)), int(np.argmax(ratios))
        apart = float(ratios[fast] - ratios[slow])
        if ratios.size == 1:
            return _("One layer: its gradient is {ratio} times as large as its weights").format(
                ratio=power_text(float(ratios[0]))
            )
        if apart < LIKE_DECADES:
            return _("All layers learn at a like pace: within a factor of {factor}").format(factor=power_text(apart))
        values = {"slow": slow + 1, "fast": fast + 1, "factor": power_text(-apart)}
        return _("Layer {slow} learns {factor} times as fast as layer {fast}").format(**values)

    def legend_text(self, frame: Frame, reference: Frame | None) -> str:
        """Say what is drawn."""
        text = _("sizes above, gradient over weight below")
        text += _("; dashed: theory") if "log10_grad_W_rms" in frame.theory else ""
        return text


def _without_ratio(ratios: np.ndarray) -> str:
    """Return what to say of layers whose gradient is exactly 0, or else has no ratio to the weights."""
    still, depth = int(np.count_nonzero(ratios == -np.inf)), ratios.size
    if still == depth:
        return _("No layer learns: the gradients of all weights are exactly 0")
    if still:
        return _("{count} of {depth} layers learn nothing: their gradient is exactly 0").format(count=still, depth=depth)
    count = int(np.count_nonzero(~np.isfinite(ratios)))
    return _("{count} of {depth} layers have no such ratio: weights 0, or gradients infinite or NaN").format(
        count=count, depth=depth
    )
