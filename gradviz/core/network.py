"""The network: one forward pass and one backward pass, layer by layer, in the textbook's names.

Layers are numbered 1 … L and layer 0 is the input. W[l] has the shape (fan_out, fan_in) = (n_l, n_{l-1}); batches are
(batch, units). The loss is the sum of a[L] times a fixed random cotangent of N(0, 1) numbers, so that the gradient that enters
layer L has the size 1 and what happens to it on the way back is read without a loss function in the way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gradviz.core.activations import ACTIVATIONS, Activation
from gradviz.core.arrays import PRECISIONS, FloatArray
from gradviz.core.data import SOURCES, input_batch
from gradviz.core.draws import Stream, rng, unit_weight
from gradviz.core.initializers import INITIALIZERS
from gradviz.core.spec import Spec


@dataclass(frozen=True)
class Network:
    """The weights of an experiment, made when they are asked for.

    Attributes
    ----------
    spec : Spec
    """

    spec: Spec

    @cached_property
    def units(self) -> tuple[int, ...]:
        """n_0 … n_L."""
        return (SOURCES[self.spec.data].units(self.spec), *[self.spec.width] * self.spec.depth)

    @cached_property
    def dtype(self) -> np.dtype[np.floating]:
        """The precision of every array."""
        return PRECISIONS[self.spec.dtype].dtype

    @property
    def activation(self) -> Activation:
        """f, the same in every layer."""
        return ACTIVATIONS[self.spec.activation]

    @property
    def k(self) -> float:
        """The constant that shapes the activation, where it has one."""
        return float(getattr(self.spec, self.activation.parameter)) if self.activation.parameter else 0.0

    def weight(self, layer: int) -> FloatArray:
        """Return W[layer], (n_l, n_{l-1})."""
        fan_in, fan_out = self.units[layer - 1], self.units[layer]
        initializer = INITIALIZERS[self.spec.initializer]
        unit = unit_weight(self.spec.seed, layer, (fan_out, fan_in), initializer.draw, self.dtype)
        return unit * self.dtype.type(initializer.scale(self.spec.gain, fan_in, fan_out))

    def bias(self, layer: int) -> FloatArray:
        """Return b[layer], (n_l,)."""
        return np.zeros(self.units[layer], self.dtype)

    def cotangent(self) -> FloatArray:
        """Return the gradient of the loss with respect to a[L], (batch, n_L)."""
        shape = (self.spec.batch, self.units[-1])
        return rng(self.spec.seed, 0, Stream.COTANGENT).standard_normal(shape).astype(self.dtype)


@dataclass(frozen=True)
class ForwardStep:
    """What the forward pass does in one layer; `a_before` is what comes in."""

    layer: int
    a_before: FloatArray
    W: FloatArray
    b: FloatArray
    z: FloatArray
    a: FloatArray


@dataclass(frozen=True)
class BackwardStep:
    """The gradients in one layer: each array times 2**exponent.

    The backward pass is linear in the gradient that comes from above, so a power of two taken out of it, which is exact, stays
    out: nothing underflows or overflows on the way, however deep the network.
    """

    layer: int
    exponent: int
    grad_a: FloatArray
    grad_z: FloatArray
    grad_W: FloatArray
    grad_b: FloatArray


def propagate(network: Network) -> Iterator[ForwardStep | BackwardStep]:
    """Run one batch through the network and its gradient back, yielding layers 1 … L and then L … 1."""
    f, f_prime = network.activation.f, network.activation.derivative
    from_z, k = network.activation.derivative_of == "pre_activation", network.k
    layers = range(1, network.spec.depth + 1)

    a = {0: input_batch(network.spec)}
    kept = {}
    for l in layers:
        W, b = network.weight(l), network.bias(l)
        z = a[l - 1] @ W.T + b
        a[l] = f(z, k)
        kept[l] = z if from_z else a[l]
        yield ForwardStep(l, a[l - 1], W, b, z, a[l])

    grad_a, exponent = network.cotangent(), 0
    for l in reversed(layers):
        grad_z = grad_a * f_prime(kept.pop(l), k)
        grad_W = grad_z.T @ a[l - 1]
        grad_b = grad_z.sum(axis=0)
        yield BackwardStep(l, exponent, grad_a, grad_z, grad_W, grad_b)
        del a[l]
        grad_a, taken = take_exponent(grad_z @ network.weight(l))
        exponent += taken


def take_exponent(x: FloatArray) -> tuple[FloatArray, int]:
    """Split x into an array of a size near 1 and a power of two: ``x == array * 2.0**exponent``, exactly.

    Arrays within a factor of 2¹⁰ of 1, and those with nothing but zeros or with an infinity or NaN, stay as they are.
    """
    peak = float(max(x.max(), -x.min()))
    exponent = int(np.frexp(peak)[1])
    if peak == 0 or not np.isfinite(peak) or abs(exponent) <= 10:
        return x, 0
    return np.ldexp(x, -exponent), exponent
