"""The panels: one file each, one entry in this table.

The table itself needs no Qt; the command line reads it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from gradviz.i18n import N_

if TYPE_CHECKING:
    from gradviz.panels.base import Panel


@dataclass(frozen=True)
class PanelEntry:
    """What the program knows of a panel before it is made."""

    key: str
    title: str
    help: str
    place: str
    height: float = 1.0
    """The share of the height that it wishes on a board."""

    def load(self) -> type[Panel]:
        """Return the class, which brings Qt with it."""
        module, _colon, name = self.place.partition(":")
        panel: type[Panel] = getattr(import_module(module), name)
        return panel


PANELS: dict[str, PanelEntry] = {
    entry.key: entry
    for entry in (
        PanelEntry(
            "activations",
            N_("Activations, layer by layer"),
            N_("A histogram of the activations on every layer: whether they collapse, saturate or explode."),
            "gradviz.panels.activations:ActivationsPanel",
        ),
        PanelEntry(
            "gradient",
            N_("Gradient, layer by layer"),
            N_("The size of the gradient in every layer, in decades: how much of it reaches layer 1."),
            "gradviz.panels.gradient:GradientPanel",
        ),
        PanelEntry(
            "network",
            N_("Network"),
            N_(
                "The layers as columns, as high as they are wide: blue as the signal goes forward, orange as the gradient comes back."
            ),
            "gradviz.panels.network:NetworkPanel",
            height=0.45,
        ),
        PanelEntry(
            "neuron",
            N_("One neuron"),
            N_("z = Σ wᵢxᵢ term by term, and why the variance of z grows with the number of terms."),
            "gradviz.panels.neuron:NeuronPanel",
        ),
        PanelEntry(
            "gains",
            N_("Gains"),
            N_(
                "Which spread of the weights keeps the signal and which the gradient, for every activation, and where this network is."
            ),
            "gradviz.panels.gains:GainsPanel",
        ),
        PanelEntry(
            "numbers",
            N_("Numbers"),
            N_("The measures as a table, a row a layer, around the current one."),
            "gradviz.panels.numbers:NumbersPanel",
        ),
    )
}
"""Key → PanelEntry, in menu order."""
