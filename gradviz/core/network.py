"""The network: one forward pass and one backward pass, layer by layer, in the textbook's names.

Layers are numbered 1 … L and layer 0 is the input. W[l] has the shape (fan_out, fan_in) = (n_l, n_{l-1}); batches are
(batch, units). A plain layer is::

    z[l] = a[l-1] @ W[l].T + b[l]        a[l] = f(z[l])

With normalization N, before or after the activation, and at every k-th layer a skip connection from a[l-k] with the branch
scaled by s, it is one of::

    a[l] = a[l-k] + s · N(f(z[l]))       residual_order "pre"  (N(f(z)) or f(N(z)))
    a[l] = N(f(a[l-k] + s · z[l]))       residual_order "post" (N(f(·)) or f(N(·)))
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from gradviz.core.choices.activations import ACTIVATIONS, OUTPUT_ACTIVATIONS, Activation
from gradviz.core.choices.arrays import PRECISIONS, FloatArray, Precision
from gradviz.core.choices.blocks import RESIDUAL_SCALES
from gradviz.core.choices.draws import Stream, rng, unit_weight
from gradviz.core.choices.initializers import INITIALIZERS, Initializer
from gradviz.core.choices.losses import LOSSES, Loss
from gradviz.core.choices.normalization import BLOCK_NORMALIZATIONS, Normalization, Pullback
from gradviz.core.choices.profiles import WIDTH_PROFILES
from gradviz.core.choices.sources import SOURCES, input_batch
from gradviz.core.spec import Spec


@dataclass(frozen=True)
class Network:
    """The layers of an experiment: their sizes, and their weights, made when they are asked for."""

    spec: Spec

    @cached_property
    def units(self) -> tuple[int, ...]:
        """n_0 … n_L."""
        spec = self.spec
        hidden = WIDTH_PROFILES[spec.width_profile].units(spec.width, spec.depth)
        return (SOURCES[spec.data].units(spec), *hidden[:-1], spec.output_units or hidden[-1])

    @cached_property
    def precision(self) -> Precision:
        """The number format."""
        return PRECISIONS[self.spec.dtype]

    @property
    def initializer(self) -> Initializer:
        """How the weights are drawn."""
        return INITIALIZERS[self.spec.initializer]

    @property
    def loss(self) -> Loss:
        """What the gradient is the gradient of."""
        return LOSSES[self.spec.loss]

    def activation(self, layer: int) -> Activation:
        """Return f of a layer: the same everywhere, but for an output layer with one of its own."""
        return (self._own_output(layer) or ACTIVATIONS[self.spec.activation]) if layer else ACTIVATIONS["linear"]

    def k(self, layer: int) -> float:
        """Return the constant that shapes the activation of a layer, where it has one."""
        parameter = self.activation(layer).parameter
        return float(getattr(self.spec, parameter)) if parameter else 0.0

    def normalization(self, layer: int, place: str) -> Normalization:
        """Return what is done before or after the activation of a layer."""
        there = place == self.spec.normalization_place and self._own_output(layer) is None
        return BLOCK_NORMALIZATIONS[self.spec.normalization if there else "none"]

    @property
    def is_plain(self) -> bool:
        """Whether a = f(z) in every layer: no normalization, and no skip connection."""
        return self.spec.normalization == "none" and not self.spec.residual

    def skip(self, layer: int, order: str) -> int | None:
        """Return the layer from which a connection leads past others to this one, if it is added in that order."""
        spec = self.spec
        if not spec.residual or layer % spec.residual or order != spec.residual_order or self._own_output(layer):
            return None
        source = layer - spec.residual
        return source if self.units[source] == self.units[layer] else None

    @property
    def branch_scale(self) -> float:
        """s, what the branch beside a skip connection is multiplied by."""
        return RESIDUAL_SCALES[self.spec.residual_scale].factor(self.spec.depth)

    def weight_factor(self, layer: int) -> float:
        """Return what the draw of a layer's weights is multiplied by."""
        fan_in, fan_out = self.units[layer - 1], self.units[layer]
        scale = self.initializer.scale(self.spec.gain, fan_in, fan_out, self.spec.fan_mode)
        return scale * self._fitted.get(self.drawn_as(layer), 1.0)

    def weight(self, layer: int) -> FloatArray:
        """Return W[layer], (n_l, n_{l-1})."""
        shape = (self.units[layer], self.units[layer - 1])
        unit = unit_weight(self.spec.seed, self.drawn_as(layer), shape, self.initializer.draw, self.precision.computes_in)
        return self.precision.round(unit * unit.dtype.type(self.weight_factor(layer)))

    def bias(self, layer: int) -> FloatArray:
        """Return b[layer], (n_l,)."""
        units, kind = self.units[layer], self.precision.computes_in
        if not self.spec.bias_std:
            return np.zeros(units, kind)
        unit = rng(self.spec.seed, self.drawn_as(layer), Stream.BIAS).standard_normal(units)
        return self.precision.round((self.spec.bias_std * unit).astype(kind))

    def fit(self, layer: int, z: FloatArray) -> None:
        """Rescale the weights of a layer so that z = W·a has variance gain² (LSUV)."""
        drawn_as = self.drawn_as(layer)
        if drawn_as not in self._fitted:  # shared weights are fitted where they occur first
            std = float(z.std(dtype=np.float64))
            self._fitted[drawn_as] = self.spec.gain / std if std > 0 else 1.0

    @cached_property
    def _fitted(self) -> dict[int, float]:
        return {}

    def _own_output(self, layer: int) -> Activation | None:
        return OUTPUT_ACTIVATIONS[self.spec.output_activation].activation if layer == self.spec.depth else None

    def drawn_as(self, layer: int) -> int:
        """Return the layer whose draw this one has: its own, or with shared weights that of the first of its shape."""
        if not self.spec.shared_weights:
            return layer
        shape = self.units[layer - 1 : layer + 1]
        return next(l for l in range(1, layer + 1) if self.units[l - 1 : l + 1] == shape)


@dataclass(frozen=True)
class ForwardStep:
    """What the forward pass does in one layer; `a_before` is what comes in, `v` the array that f′ is computed from."""

    layer: int
    a_before: FloatArray
    W: FloatArray
    b: FloatArray
    z: FloatArray
    a: FloatArray
    v: FloatArray


@dataclass(frozen=True)
class BackwardStep:
    """The gradients in one layer: each of them times 2**exponent; `a_before` is what came in on the way forward.

    The backward pass is linear in the gradient that comes from above, so a power of two taken out of it, which is exact, stays
    out: nothing underflows or overflows on the way, however deep the network.
    """

    layer: int
    exponent: int
    grad_a: FloatArray
    grad_z: FloatArray
    a_before: FloatArray
    precision: Precision

    # On the way to the layer below, nobody needs the gradients of the parameters: they are made where they are asked for.

    @cached_property
    def grad_W(self) -> FloatArray:
        """The gradient with respect to W, (n_l, n_{l-1})."""
        return self.precision.round_digits(self.grad_z.T @ self.a_before)

    @cached_property
    def grad_b(self) -> FloatArray:
        """The gradient with respect to b, (n_l,)."""
        return self.precision.round_digits(self.grad_z.sum(axis=0))


class Scaled(NamedTuple):
    """An array that stands for ``array * 2**exponent``."""

    array: FloatArray
    exponent: int


class _Way(NamedTuple):
    """How a gradient comes back through a layer."""

    v: FloatArray
    before: Pullback
    after: Pullback


def propagate(network: Network) -> Iterator[ForwardStep | BackwardStep]:
    """Run one batch through the network and its gradient back, yielding layers 1 … L and then L … 1."""
    layers, round_ = range(1, network.spec.depth + 1), network.precision.round
    a = {0: round_(input_batch(network.spec).astype(network.precision.computes_in))}
    ways: dict[int, _Way] = {}
    for l in layers:
        step, ways[l] = _forward(network, l, a)
        a[l] = step.a
        yield step

    target = network.loss.target(network.spec, network.units[-1])
    entering = network.precision.round_digits(network.loss.gradient(a[network.spec.depth], target))
    gradients = dict.fromkeys(range(network.spec.depth)) | {network.spec.depth: Scaled(*take_exponent(entering))}
    for l in reversed(layers):
        grad_a = gradients.pop(l)
        assert grad_a is not None
        yield _backward(network, l, a[l - 1], grad_a, ways.pop(l), gradients)
        del a[l]


def _forward(network: Network, l: int, a: dict[int, FloatArray]) -> tuple[ForwardStep, _Way]:
    round_, f, k = network.precision.round, network.activation(l), network.k(l)
    W, b = network.weight(l), network.bias(l)
    product = round_(a[l - 1] @ W.T)
    if network.initializer.fits_the_data:
        network.fit(l, product)
        W = network.weight(l)
        product = round_(a[l - 1] @ W.T)
    z = round_(product + b) if network.spec.bias_std else product

    t = _with_skip(network, l, "post", a, z)
    h, before = network.normalization(l, "before").apply(t)
    u = round_(f.f(round_(h), k))
    y, after = network.normalization(l, "after").apply(u)
    out = _with_skip(network, l, "pre", a, round_(y))
    v = h if f.derivative_of == "pre_activation" else u
    return ForwardStep(l, a[l - 1], W, b, z, out, v), _Way(v, before, after)


def _with_skip(network: Network, l: int, order: str, a: dict[int, FloatArray], branch: FloatArray) -> FloatArray:
    source = network.skip(l, order)
    if source is None:
        return branch
    return network.precision.round(a[source] + branch * branch.dtype.type(network.branch_scale))


def _backward(
    network: Network, l: int, a_before: FloatArray, grad_a: Scaled, way: _Way, gradients: dict[int, Scaled | None]
) -> BackwardStep:
    round_, gradient = network.precision.round_digits, grad_a.array

    def past_skip(order: str, gradient: FloatArray) -> FloatArray:
        source = network.skip(l, order)
        if source is None:
            return gradient
        _add(network, gradients, source, Scaled(gradient, grad_a.exponent))
        return round_(gradient * gradient.dtype.type(network.branch_scale))

    gradient = round_(way.after(past_skip("pre", gradient)))
    gradient = round_(network.activation(l).gradient(gradient, way.v, network.k(l)))
    grad_z = past_skip("post", round_(way.before(gradient)))
    array, taken = take_exponent(round_(grad_z @ network.weight(l)))
    _add(network, gradients, l - 1, Scaled(array, grad_a.exponent + taken))
    return BackwardStep(l, grad_a.exponent, grad_a.array, grad_z, a_before, network.precision)


def _add(network: Network, gradients: dict[int, Scaled | None], layer: int, more: Scaled) -> None:
    """Add to the gradient with respect to a[layer]."""
    there = gradients[layer]
    if there is None:
        gradients[layer] = more
        return
    exponent = max(there.exponent, more.exponent)
    total = sum(np.ldexp(part.array, part.exponent - exponent) for part in (there, more))
    array, taken = take_exponent(network.precision.round_digits(np.asarray(total)))
    gradients[layer] = Scaled(array, exponent + taken)


def take_exponent(x: FloatArray) -> tuple[FloatArray, int]:
    """Split x into an array of a size near 1 and a power of two: ``x == array * 2.0**exponent``, exactly.

    Arrays within a factor of 2¹⁰ of 1, and those with nothing but zeros or with an infinity or NaN, stay as they are.
    """
    peak = float(max(x.max(), -x.min()))
    exponent = int(np.frexp(peak)[1])
    if peak == 0 or not np.isfinite(peak) or abs(exponent) <= 10:
        return x, 0
    return np.ldexp(x, -exponent), exponent
