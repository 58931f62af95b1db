"""The activations, layer by layer: one histogram standing on each layer."""

from __future__ import annotations

from gradviz.core.frame import Frame
from gradviz.core.runs.playhead import Playhead
from gradviz.i18n import _
from gradviz.panels.histograms.activation_axis import ActivationAxisPanel
from gradviz.panels.histograms.ridges import RidgesItem, step_between
from gradviz.panels.parts.style import Style


class ActivationsPanel(ActivationAxisPanel):
    """The ridgeline: how the activations of each layer are distributed, with the layer under the playhead brought out."""

    key = "activations"

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self._ridges = RidgesItem("forward", Playhead.has_activation)
        self._ridges.setZValue(10)
        self.plot.addItem(self._ridges, ignoreBounds=True)
        self.restyle(style)

    def restyle_items(self, style: Style) -> None:
        """Give the ridges their colours."""
        super().restyle_items(style)
        self._ridges.restyle(style)

    def show_histograms(self, frame: Frame, reference: Frame | None) -> None:
        """Bring the ridges to a new Frame."""
        self._ridges.show_rows(self.rows(frame), self.shown, None if reference is None else self.rows(reference))

    def show_playhead(self, frame: Frame, playhead: Playhead) -> None:
        """Light the layers that the forward wave has passed, and bring out the current one."""
        super().show_playhead(frame, playhead)
        self._ridges.show_playhead(playhead)

    def legend_text(self, frame: Frame, reference: Frame | None) -> str:
        """Say what is drawn."""
        text = _("one histogram per layer, each scaled to its own peak")
        step = step_between(frame.depth)
        if step > 1:
            text = _("a histogram every {step} layers, each scaled to its own peak").format(step=step)
        if self.leaves_zeros_out(frame) and (frame.series["activation_zero"] > 0).any():
            text += _("; exact zeros left out")
        if "activation_std" in frame.theory:
            text += _("; dashed: RMS in theory") if self.value_axis.by_magnitude else _("; dashed: mean ± std in theory")
        return text + (_("; grey, to the left: pinned reference") if reference is not None else "")
