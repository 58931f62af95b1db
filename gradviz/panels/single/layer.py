"""The numbers of one layer."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF

from gradviz.core.frame import Frame
from gradviz.core.runs.playhead import Playhead
from gradviz.i18n import N_, _
from gradviz.numbers import exact_text, percent_text, signed_text
from gradviz.panels.base import BODY_ROW, Panel
from gradviz.panels.parts.rows_item import NamedRow, RowsItem
from gradviz.panels.parts.style import Style
from gradviz.report.derivations import of_layer_number


class _Number(NamedTuple):
    """A measure by its key, its name, the wave that brings it, and whether it is left out where it is 0."""

    name: str
    key: str
    way: str
    is_share: bool = False


_NUMBERS = (
    _Number(N_("size of a (RMS)"), "activation_rms", "forward"),
    _Number(N_("spread between examples"), "activation_spread", "forward"),
    _Number(N_("correlation of two inputs"), "input_correlation", "forward"),
    _Number(N_("saturated"), "activation_saturated", "forward", True),
    _Number(N_("dead units"), "activation_dead", "forward", True),
    _Number(N_("infinite"), "activation_infinite", "forward", True),
    _Number(N_("∂loss/∂a (RMS)"), "log10_grad_a_rms", "backward"),
    _Number(N_("∂loss/∂W (RMS)"), "log10_grad_W_rms", "backward"),
    _Number(N_("W (RMS)"), "log10_weight_rms", "forward"),
)
"""In the order of the rows; a share that is 0 in every layer is left out."""


class LayerNumbersPanel(Panel):
    """What is measured in the layer that is looked at."""

    key = "layer"
    shows_one_layer = True

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.rows = RowsItem()
        self._shown: list[_Number] = []
        self.view.ci.addItem(self.rows, BODY_ROW, 0)
        self.view.ci.layout.setRowStretchFactor(BODY_ROW, 100)
        self.restyle(style)

    def restyle_items(self, style: Style) -> None:
        """Give the rows their type."""
        self.rows.restyle(style)

    def show_playhead(self, frame: Frame, playhead: Playhead) -> None:
        """Show the numbers of the layer that is looked at, as far as the wave has come."""
        layer = self.shown_layer()
        reached = {"forward": playhead.has_activation(layer), "backward": playhead.has_gradient(layer)}
        self._shown = [each for each in _NUMBERS if not each.is_share or (frame.series[each.key] != 0).any()]
        self.rows.show_rows(
            [NamedRow(_(each.name), _text(frame, each, layer) if reached[each.way] else "…") for each in self._shown]
        )

    def show_hovered(self, frame: Frame, layer: int) -> None:
        """Show the layer that is looked at in any panel."""
        self.show_playhead(frame, self.playhead)

    def legend_text(self, frame: Frame, reference: Frame | None) -> str:
        """Say how large it is."""
        layer = self.shown_layer()
        return _("{fan_in} inputs, {units} units").format(fan_in=frame.net.units[layer - 1], units=frame.net.units[layer])

    def explanation_at(self, position: QPointF) -> str:
        """Say where the number of a row comes from."""
        place = self.rows.mapFromScene(position)
        row = self.rows.row_at(place.y()) if 0 <= place.x() <= self.rows.size().width() else None
        if row is None or self.frame is None or self.rows.rows[row].value == "…":
            return ""
        return of_layer_number(self.frame, self._shown[row].key, self.shown_layer())

    def layer_text(self, frame: Frame, layer: int) -> str:
        """Nothing: the layer is what the panel shows."""
        return ""


def _text(frame: Frame, number: _Number, layer: int) -> str:
    value = float(frame.series[number.key][layer - 1])
    if number.is_share:
        return percent_text(value)
    if number.key.startswith("log10_"):
        return exact_text(value, 3)
    if np.isnan(value) and number.key == "activation_spread":
        return _("below rounding")
    return signed_text(value, 3)
