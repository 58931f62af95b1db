"""The activations, layer by layer: one histogram standing on each layer."""

from __future__ import annotations

from gradviz.core.frame import Frame
from gradviz.core.runs.playhead import Playhead
from gradviz.i18n import _
from gradviz.panels.histograms.activation_axis import ActivationAxis
from gradviz.panels.histograms.ridges import RidgesItem, step_between
from gradviz.panels.layer_panel import LayerPanel
from gradviz.panels.parts.axes import ValueOrDecadeAxis
from gradviz.panels.parts.style import Style


class ActivationsPanel(LayerPanel):
    """The ridgeline: how the activations of each layer are distributed, with the layer under the playhead brought out."""

    key = "activations"
    shows_reference = True
    value_axis_types = (ValueOrDecadeAxis,)

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.axis = ActivationAxis(self.plot)
        self.parts.append(self.axis)
        self._ridges = RidgesItem("forward", Playhead.has_activation)
        self._ridges.setZValue(10)
        self.plot.addItem(self._ridges, ignoreBounds=True)
        self.restyle(style)

    def restyle_items(self, style: Style) -> None:
        """Give the ridges their colours."""
        self._ridges.restyle(style)

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Bring the ridges to a new Frame."""
        rows = [self.axis.rows(each) for each in (frame, reference) if each is not None]
        self._ridges.show_rows(rows[0], self.axis.shown, rows[1] if reference is not None else None)

    def show_playhead(self, frame: Frame, playhead: Playhead) -> None:
        """Light the layers that the forward wave has passed, and bring out the current one."""
        self._ridges.show_playhead(playhead)

    def legend_text(self, frame: Frame, reference: Frame | None) -> str:
        """Say what is drawn."""
        text = _("one histogram per layer, each scaled to its own peak")
        step = step_between(frame.depth)
        if step > 1:
            text = _("a histogram every {step} layers, each scaled to its own peak").format(step=step)
        if self.axis.leaves_zeros_out(frame) and (frame.series["activation_zero"] > 0).any():
            text += _("; exact zeros left out")
        if "activation_std" in frame.theory:
            text += _("; dashed: RMS in theory") if self.axis.is_by_magnitude else _("; dashed: mean ± std in theory")
        return text
