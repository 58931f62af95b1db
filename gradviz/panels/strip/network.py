"""The network itself as a strip over the layer axis: its layers, lit by the signal forward and by the gradient backward."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF

from gradviz.core.architecture import Architecture
from gradviz.core.choices.blocks import NORMALIZATION_PLACES
from gradviz.core.frame import Frame
from gradviz.core.runs.playhead import Playhead
from gradviz.i18n import N_, _
from gradviz.numbers import exact_text
from gradviz.panels.layer_panel import LayerPanel
from gradviz.panels.parts.axes import NoAxis
from gradviz.panels.parts.style import Style
from gradviz.panels.strip.layout import StripLayout
from gradviz.panels.strip.row import NetworkRow
from gradviz.panels.strip.shape import is_by_root
from gradviz.report.words import name_beside

_SIZES = {
    # (one layer, one unit in each)
    (False, False): N_("{depth} layers of {units} units"),
    (False, True): N_("{depth} layers of one unit"),
    (True, False): N_("One layer of {units} units"),
    (True, True): N_("One layer of one unit"),
}


class NetworkPanel(LayerPanel):
    """Units as dots with some of their weights, which the waves light; where layers stand close, columns and a lens over them."""

    key = "network"
    value_axis_types = (NoAxis,)
    names_its_layers = False

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.row, self.pinned = NetworkRow(self.plot), NetworkRow(self.plot)
        self.pinned.hide()
        self.restyle(style)

    def restyle_items(self, style: Style) -> None:
        """Give the layers their colours."""
        for row in (self.row, self.pinned):
            row.restyle(style)

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Lay the network out in the room there is, and below it the pinned one."""
        self.plot.setYRange(0, 1, padding=0)
        self.row.show_layout(self._layout(frame, reference))
        if reference is None:
            self.pinned.hide()
        else:
            box = self._boxes()[1]
            self.pinned.show_layout(
                StripLayout(reference, self.style_, box, frame.depth, name_beside(reference.spec, frame.spec))
            )

    def show_playhead(self, frame: Frame, playhead: Playhead) -> None:
        """Light what the wave has reached."""
        self.row.show_playhead(playhead)
        self.pinned.show_playhead(playhead)

    def _layout(self, frame: Frame, reference: Frame | None) -> StripLayout:
        if reference is None:
            return StripLayout(frame, self.style_, self.plot.vb.geometry(), frame.depth)
        name = name_beside(frame.spec, reference.spec)
        return StripLayout(frame, self.style_, self._boxes()[0], frame.depth, name, is_lowest=False)

    def _boxes(self) -> tuple[QRectF, QRectF]:
        """Return the rooms of two networks, one above the other."""
        box, gap = self.plot.vb.geometry(), self.style_.px(8)
        high = max(1.0, (box.height() - gap) / 2)
        return box.adjusted(0, 0, 0, high - box.height()), box.adjusted(0, box.height() - high, 0, 0)

    def finding_text(self, frame: Frame) -> str:
        """Say how large the network is."""
        return _size_text(frame.net)

    def legend_text(self, frame: Frame, reference: Frame | None) -> str:
        """Say what is drawn, and what of the network cannot be seen."""
        net, layout = frame.net, self._layout(frame, reference)
        if layout.is_dots:
            text = _("dots: RMS of a unit's a; lines: ∂loss/∂W of a weight, palest from 10⁻⁶ of the largest")
            if not layout.draws_all:
                text = _("dots: RMS of a unit's a, of some units; lines: ∂loss/∂W of a weight, palest from 10⁻⁶ of the largest")
        elif is_by_root(layout.units):
            text = _("height: √units; upper half RMS of a, lower RMS of ∂loss/∂a, palest from 10⁻⁶ of the largest")
        else:
            text = _("height: units; upper half RMS of a, lower RMS of ∂loss/∂a, palest from 10⁻⁶ of the largest")
        merged = int(layout.columns.last[0])
        text += _("; {count} layers in a column").format(count=merged) if merged > 1 else ""
        text += _("; arcs: skip connections") if net.residual else ""
        if net.is_normalized:
            kind, place = net.normalizations[0], NORMALIZATION_PLACES[net.place]
            text += _("; bars: normalization ({kind}, {place})").format(kind=_(kind.title), place=_(place.title))
        return text + (_("; the same weights in every layer") if net.shares_weights else "")

    def layer_text(self, frame: Frame, layer: int) -> str:
        """Read out a layer's width and both sizes."""
        with np.errstate(all="ignore"):
            sizes = np.log10(frame.series["activation_rms"][layer - 1]), frame.series["log10_grad_a_rms"][layer - 1]
        text = _("n = {units}, RMS: a {a}, ∂loss/∂a {gradient}")
        return text.format(units=frame.net.units[layer], a=exact_text(sizes[0]), gradient=exact_text(sizes[1]))


def _size_text(net: Architecture) -> str:
    units = net.units[1:]
    if len(set(units)) > 1:
        return _("{depth} layers of {least} to {most} units").format(depth=len(units), least=min(units), most=max(units))
    return _(_SIZES[len(units) == 1, units[0] == 1]).format(depth=len(units), units=units[0])
