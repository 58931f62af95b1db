"""The Architecture: the shapes and layer types of a network, resolved once from a Spec. No weights, no file."""

from __future__ import annotations

from dataclasses import dataclass

from gradviz.core.choices.activations import ACTIVATIONS, OUTPUT_ACTIVATIONS, Activation
from gradviz.core.choices.blocks import RESIDUAL_SCALES
from gradviz.core.choices.normalization import BLOCK_NORMALIZATIONS, Normalization
from gradviz.core.choices.precisions import PRECISIONS, Precision
from gradviz.core.spec import Spec


@dataclass(frozen=True)
class Architecture:
    """The layers of a network, numbered 1 … L; layer 0 is the input.

    Attributes
    ----------
    units : tuple of int
        n_0 … n_L.
    activations : tuple of Activation
        f of layers 1 … L.
    constants : tuple of float
        The constant k of each f (the slope of a leaky ReLU, the α of an ELU); 0 where f has none.
    hidden : Activation
        f of every layer that has no activation of its own; one layer with its own output activation leaves no such layer.
    hidden_k : float
        The constant k of `hidden`.
    residual : int
        How many layers each skip connection spans; 0 for no skip connections.
    skips : tuple of int or None
        For layers 1 … L, the layer whose output a skip connection adds here, or None.
    order : {"pre", "post"}
        Whether the skipped signal is added after the activation or before it.
    branch_scale : float
        The factor on the branch beside a skip connection.
    normalizations : tuple of Normalization
        The normalization of layers 1 … L.
    place : {"before", "after"}
        Whether normalization comes before the activation or after it.
    precision : Precision
        The number format.
    shares_weights : bool
        Whether all layers of one shape share one matrix, as in a recurrent network unrolled in time.
    drawn_as : tuple of int
        For layers 1 … L, the layer whose random draw this layer reuses: itself, or with shared weights the first of its shape.
    has_own_output : bool
        Whether the last layer is of another kind than the others: its activation was chosen separately, and it is another
        function, or the others are normalized or have skip connections, which an output layer never has.
    """

    units: tuple[int, ...]
    activations: tuple[Activation, ...]
    constants: tuple[float, ...]
    hidden: Activation
    hidden_k: float
    residual: int
    skips: tuple[int | None, ...]
    order: str
    branch_scale: float
    normalizations: tuple[Normalization, ...]
    place: str
    precision: Precision
    shares_weights: bool
    drawn_as: tuple[int, ...]
    has_own_output: bool

    @classmethod
    def of(cls, spec: Spec, features: int) -> Architecture:
        """Return the architecture of an experiment; `features` is n_0."""
        units = (features, *spec.layer_units)
        depth = len(units) - 1
        hidden = ACTIVATIONS[spec.activation]
        output = OUTPUT_ACTIVATIONS[spec.output_activation].activation
        if output is hidden and spec.normalization == "none" and not spec.residual:
            output = None
        activations = (*[hidden] * (depth - 1), output or hidden)
        normalization, plain = BLOCK_NORMALIZATIONS[spec.normalization], BLOCK_NORMALIZATIONS["none"]
        return cls(
            units=units,
            activations=activations,
            constants=tuple(_constant(spec, f) for f in activations),
            hidden=hidden,
            hidden_k=_constant(spec, hidden),
            residual=spec.residual,
            skips=tuple(_skip_source(layer, spec.residual, units, output is not None) for layer in range(1, depth + 1)),
            order=spec.residual_order,
            branch_scale=RESIDUAL_SCALES[spec.residual_scale].factor(depth),
            normalizations=(*[normalization] * (depth - 1), normalization if output is None else plain),
            place=spec.normalization_place,
            precision=PRECISIONS[spec.dtype],
            shares_weights=spec.shared_weights,
            drawn_as=_drawn_as(units, spec.shared_weights),
            has_own_output=output is not None,
        )

    @property
    def depth(self) -> int:
        """L, the number of layers."""
        return len(self.units) - 1

    @property
    def layers(self) -> range:
        """The layer numbers, 1 … L."""
        return range(1, len(self.units))

    def shape(self, layer: int) -> tuple[int, int]:
        """Return the shape of W[layer], (n_l, n_{l-1})."""
        return self.units[layer], self.units[layer - 1]

    def activation(self, layer: int) -> Activation:
        """Return the activation function f of a layer."""
        return self.activations[layer - 1]

    def k(self, layer: int) -> float:
        """Return the constant k of a layer's f."""
        return self.constants[layer - 1]

    def normalization(self, layer: int, place: str) -> Normalization:
        """Return a layer's normalization at a place, "before" or "after" its activation; the identity at the other place."""
        return self.normalizations[layer - 1] if place == self.place else BLOCK_NORMALIZATIONS["none"]

    def skip(self, layer: int, order: str) -> int | None:
        """Return the layer whose output is added to this one in the order "pre" or "post", or None."""
        return self.skips[layer - 1] if order == self.order else None

    @property
    def has_skips(self) -> bool:
        """Whether any skip connection exists: it needs two layers of equal width."""
        return any(source is not None for source in self.skips)

    @property
    def is_normalized(self) -> bool:
        """Whether any layer is normalized."""
        return any(each.axis is not None for each in self.normalizations)

    @property
    def is_plain(self) -> bool:
        """Whether a = f(z) in every layer: no normalization, and `residual` is 0."""
        return not (self.is_normalized or self.residual)


def _constant(spec: Spec, f: Activation) -> float:
    return float(getattr(spec, f.parameter)) if f.parameter else 0.0


def _skip_source(layer: int, every: int, units: tuple[int, ...], has_own_output: bool) -> int | None:
    """Return the layer whose output a skip connection adds to this layer, or None."""
    is_output = layer == len(units) - 1 and has_own_output
    if not every or layer % every or is_output or units[layer - every] != units[layer]:
        return None
    return layer - every


def _drawn_as(units: tuple[int, ...], shared: bool) -> tuple[int, ...]:
    layers = range(1, len(units))
    if not shared:
        return tuple(layers)
    first: dict[tuple[int, int], int] = {}
    return tuple(first.setdefault((units[layer - 1], units[layer]), layer) for layer in layers)
