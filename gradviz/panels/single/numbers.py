"""The numbers themselves: a table of the measures, a row a layer."""

from __future__ import annotations

from math import inf, log10

import numpy as np
from PySide6.QtCore import QPointF

from gradviz.core.frame import Frame
from gradviz.core.runs.playhead import Playhead
from gradviz.i18n import _
from gradviz.numbers import exact_text, power_text, signed_text
from gradviz.panels.base import BODY_ROW, Panel
from gradviz.panels.parts.style import Style
from gradviz.panels.parts.table_item import Table, TableColumn, TableItem
from gradviz.report.columns import COLUMNS

SAMPLES = 40
"""So many layers give the columns their widths."""


class NumbersPanel(Panel):
    """As many layers as fit, around the playhead; what the wave has not reached is blank."""

    key = "numbers"

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.table = TableItem()
        self.view.ci.addItem(self.table, BODY_ROW, 0)
        self.view.ci.layout.setRowStretchFactor(BODY_ROW, 100)
        self.table.geometryChanged.connect(self._on_resized)
        self.restyle(style)

    def restyle_items(self, style: Style) -> None:
        """Give the table its type."""
        self.table.restyle(style)

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Take the columns that the Frame has."""
        columns = [column for column in COLUMNS if column.is_in(frame)]

        def text(row: int, place: int) -> str:
            return columns[place - 1].text(frame, row + 1) if place else str(row + 1)

        heads = [TableColumn(_("layer"), -1), *(TableColumn(_(each.heading), each.rank, each.way) for each in columns)]
        samples = np.unique(np.linspace(0, frame.depth - 1, SAMPLES).round()).astype(int).tolist()
        self.table.show_table(Table(heads, frame.depth, text, samples))

    def show_playhead(self, frame: Frame, playhead: Playhead) -> None:
        """Scroll to the current layer."""
        reached = {"forward": playhead.has_activation, "backward": playhead.has_gradient}
        self.table.show_row(playhead.layer - 1, lambda row, role: role not in reached or reached[role](row + 1))

    def show_hovered(self, frame: Frame, layer: int) -> None:
        """Bring out the row of the hovered layer."""
        self.table.show_hovered(layer - 1)

    def finding_text(self, frame: Frame) -> str:
        """Say from what to what the two signals go."""
        spread, grad_a = frame.series["activation_spread"], frame.series["log10_grad_a_rms"]
        text = _("Layer 1 → {depth}: spread of a {first} → {last}, RMS of ∂loss/∂a {first_gradient} → {last_gradient}")
        if frame.depth == 1:
            text = _("One layer: spread of a {last}, RMS of ∂loss/∂a {last_gradient}")
        return text.format(
            depth=frame.depth,
            first=_spread(float(spread[0])),
            last=_spread(float(spread[-1])),
            first_gradient=power_text(float(grad_a[0])),
            last_gradient=power_text(float(grad_a[-1])),
        )

    def legend_text(self, frame: Frame, reference: Frame | None) -> str:
        """Say what the headings mean."""
        text = _("grad: root mean square of the gradient; loss {loss}").format(loss=signed_text(frame.loss))
        return text + _("; theory: mean field, infinite width") if frame.theory else text

    def layer_text(self, frame: Frame, layer: int) -> str:
        """Read out the two sizes that the verdict is made of."""
        with np.errstate(all="ignore"):
            sizes = np.log10(frame.series["activation_rms"][layer - 1]), frame.series["log10_grad_a_rms"][layer - 1]
        return _("RMS of a {a}, of ∂loss/∂a {gradient}").format(a=exact_text(sizes[0]), gradient=exact_text(sizes[1]))

    def layer_at(self, position: QPointF) -> int:
        """Return the layer whose row is at a place of the scene, or 0."""
        row = self.table.row_at(self.table.mapFromScene(position).y()) if self.frame is not None else None
        return 0 if row is None else row + 1


def _spread(value: float) -> str:
    if value != value:
        return _("below rounding")
    return power_text(log10(value) if 0 < value < inf else {0.0: -inf, inf: inf}.get(value, float("nan")))
