"""Why a layer multiplies signal and gradient by what it does: the parts of its factors."""

from __future__ import annotations

from gradviz.core.frame import Frame
from gradviz.core.runs.playhead import Playhead
from gradviz.i18n import _
from gradviz.numbers import factor_text
from gradviz.panels.base import BODY_ROW, Panel
from gradviz.panels.parts.rows_item import NamedRow, RowsItem
from gradviz.panels.parts.style import Style
from gradviz.report.factors import Factor, backward_factor, forward_factor


class WhyPanel(Panel):
    """The factors of the layer that is looked at, each with its parts, which multiply to it."""

    key = "why"
    shows_one_layer = True

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.rows = RowsItem()
        self.view.ci.addItem(self.rows, BODY_ROW, 0)
        self.view.ci.layout.setRowStretchFactor(BODY_ROW, 100)
        self.restyle(style)

    def restyle_items(self, style: Style) -> None:
        """Give the rows their type."""
        self.rows.restyle(style)

    def show_playhead(self, frame: Frame, playhead: Playhead) -> None:
        """Show the factors that the wave has made at the layer that is looked at."""
        layer = self.shown_layer()
        backward = backward_factor(frame, layer) if playhead.has_gradient(layer) else None
        forward = forward_factor(frame, layer) if playhead.has_activation(layer) else None
        self.rows.show_rows([row for factor in (backward, forward) if factor is not None for row in _rows(factor)])

    def show_hovered(self, frame: Frame, layer: int) -> None:
        """Show the layer that is looked at in any panel."""
        self.show_playhead(frame, self.playhead)

    def legend_text(self, frame: Frame, reference: Frame | None) -> str:
        """Say what the rows do."""
        return _("the parts multiply to the measured number")

    def layer_text(self, frame: Frame, layer: int) -> str:
        """Nothing: the layer is what the panel shows."""
        return ""


def _rows(factor: Factor) -> list[NamedRow]:
    what = _("gradient, {way}") if factor.way == "backward" else _("activations, {way}")
    head = NamedRow(what.format(way=factor.name), factor_text(factor.log10), factor.way, bold=True)
    return [head, *(NamedRow(part.name, factor_text(part.log10)) for part in factor.parts)]
