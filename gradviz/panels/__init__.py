"""The panels: one file each, one entry in this table.

The table itself needs no Qt; the command line reads it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from gradviz.i18n import N_


@dataclass(frozen=True)
class PanelEntry:
    """What the program knows of a panel before it is made."""

    key: str
    title: str
    help: str
    place: str
    height: float = 1.0
    """The share of the height that it wishes on a board."""

    def load(self) -> type[Any]:
        """Return the class, a `Panel`, which brings Qt with it; the type is not named here because `Panel` reads this table."""
        module, _colon, name = self.place.partition(":")
        return getattr(import_module(module), name)


PANELS: dict[str, PanelEntry] = {
    entry.key: entry
    for entry in (
        PanelEntry(
            "network",
            N_("Network"),
            N_("Units as dots and weights as lines: blue as the signal goes forward, orange as the gradient comes back."),
            "gradviz.panels.strip.network:NetworkPanel",
            height=0.45,
        ),
        PanelEntry(
            "activations",
            N_("Activations"),
            N_("A histogram of the activations on every layer: whether they collapse, saturate or explode."),
            "gradviz.panels.histograms.activations:ActivationsPanel",
        ),
        PanelEntry(
            "heatmap",
            N_("Activations, as a heat map"),
            N_("The histograms of the activations side by side, as colours: of hundreds of layers at once."),
            "gradviz.panels.histograms.heatmap:HeatmapPanel",
        ),
        PanelEntry(
            "pre_activations",
            N_("Layer from inside"),
            N_(
                "A histogram of z in one layer, and over it the activation function and its derivative: which units are saturated."
            ),
            "gradviz.panels.single.pre_activations:PreActivationsPanel",
        ),
        PanelEntry(
            "sizes",
            N_("Signal"),
            N_(
                "What differs between examples, and the size of the activations; what share is saturated, dead, zero or no number."
            ),
            "gradviz.panels.curves.sizes:SizesPanel",
        ),
        PanelEntry(
            "gradient",
            N_("Gradient"),
            N_("The size of the gradient in every layer, in decades: how much of it reaches layer 1."),
            "gradviz.panels.curves.gradient:GradientPanel",
        ),
        PanelEntry(
            "gradient_histograms",
            N_("Gradient histograms"),
            N_("A histogram of the gradient's entries on every layer, in decades: where most of them lie, not only their size."),
            "gradviz.panels.histograms.gradient_histograms:GradientHistogramsPanel",
        ),
        PanelEntry(
            "weights",
            N_("Weights"),
            N_("The size of the weights, of their gradients, and of one over the other: how fast each layer learns."),
            "gradviz.panels.curves.weights:WeightsPanel",
        ),
        PanelEntry(
            "weight_histograms",
            N_("Weight histograms"),
            N_("A histogram of the weights on every layer, beside what the initializer's formula says."),
            "gradviz.panels.histograms.weight_histograms:WeightHistogramsPanel",
        ),
        PanelEntry(
            "jacobian",
            N_("Jacobian"),
            N_("The directions of the input that each layer stretches most and least."),
            "gradviz.panels.curves.jacobian:JacobianPanel",
        ),
        PanelEntry(
            "correlation",
            N_("Correlation of two inputs"),
            N_("Whether the network can still tell two inputs apart: 1 means that they look alike."),
            "gradviz.panels.curves.correlation:CorrelationPanel",
        ),
        PanelEntry(
            "neuron",
            N_("One neuron"),
            N_("z = Σ wᵢxᵢ term by term, and why the variance of z grows with the number of terms."),
            "gradviz.panels.single.neuron:NeuronPanel",
        ),
        PanelEntry(
            "matrix",
            N_("Weight matrix"),
            N_("The weights of one layer, a row for every unit: as numbers while they are few, as a heat map above."),
            "gradviz.panels.single.matrix:MatrixPanel",
        ),
        PanelEntry(
            "why",
            N_("Why this factor?"),
            N_("What a layer multiplies signal and gradient by, and the parts of that number: weights, activation, this draw."),
            "gradviz.panels.single.why:WhyPanel",
        ),
        PanelEntry(
            "layer",
            N_("This layer"),
            N_("What is measured in the layer that is looked at."),
            "gradviz.panels.single.layer:LayerNumbersPanel",
        ),
        PanelEntry(
            "helps",
            N_("What helps here?"),
            N_(
                "Other initializers, activations, skip connections and normalizations for this network, ranked by how much of signal and "
                "gradient they let through. Each is measured, and one click away."
            ),
            "gradviz.panels.single.helps:HelpsPanel",
        ),
        PanelEntry(
            "gains",
            N_("Gains"),
            N_(
                "Which spread of the weights keeps the signal and which the gradient, for every activation, and where this network is. "
                "The forward gain is 1/√E f(Z)². It keeps the mean square of z, to which the mean of f counts, and not the standard deviation of f."
            ),
            "gradviz.panels.single.gains:GainsPanel",
        ),
        PanelEntry(
            "ratio",
            N_("Present over pinned"),
            N_("Signal and gradient in every layer, over those of the pinned reference."),
            "gradviz.panels.curves.ratio:RatioPanel",
        ),
        PanelEntry(
            "numbers",
            N_("Numbers"),
            N_("The measures as a table, a row a layer, around the current one."),
            "gradviz.panels.single.numbers:NumbersPanel",
        ),
    )
}
"""Key → PanelEntry, in menu order."""

FORMER_KEYS = {"spread": "sizes"}
"""Key that a panel had in an earlier version → its key."""


def panel_key(key: str) -> str:
    """Return the key of a panel that may be called by a former one."""
    return FORMER_KEYS.get(key, key)
