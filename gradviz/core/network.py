"""The network: one forward pass and one backward pass, layer by layer, in the textbook's names.

Layers are numbered 1 … L and layer 0 is the input. W[l] has the shape (fan_out, fan_in) = (n_l, n_{l-1}); batches are
(batch, units). A plain layer is::

    z[l] = a[l-1] @ W[l].T + b[l]        a[l] = f(z[l])

With normalization N before or after the activation, and at every k-th layer a skip connection from a[l-k] beside a branch
scaled by s, a layer is one of::

    a[l] = a[l-k] + s · N(f(z[l]))       order "pre"  (N(f(z)) or f(N(z)))
    a[l] = N(f(a[l-k] + s · z[l]))       order "post" (N(f(·)) or f(N(·)))
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import frexp, isfinite
from typing import NamedTuple

import numpy as np

from gradviz.core.architecture import Architecture
from gradviz.core.batch import Batch
from gradviz.core.choices.arrays import FloatArray
from gradviz.core.choices.losses import Loss
from gradviz.core.choices.normalization import Pullback
from gradviz.core.choices.precisions import Precision
from gradviz.core.parameters import Parameters


@dataclass(frozen=True)
class ForwardStep:
    """The forward pass of one layer.

    Attributes
    ----------
    layer : int
    a_before : ndarray, (batch, n_{l-1})
        The layer's input, a[l-1].
    W : ndarray, (n_l, n_{l-1})
    b : ndarray, (n_l,), or None
    z, a : ndarray, (batch, n_l)
        Pre-activation and output.
    v : ndarray, (batch, n_l)
        The array from which f′ is computed: f's input or output (see `Activation.derivative_of`).
    """

    layer: int
    a_before: FloatArray
    W: FloatArray
    b: FloatArray | None
    z: FloatArray
    a: FloatArray
    v: FloatArray


@dataclass(frozen=True)
class BackwardStep:
    """The gradients of one layer; every array stands for itself times 2**exponent.

    The backward pass is linear in the gradient from the layer above, so a power of two can be factored out exactly and kept
    separately: nothing underflows or overflows on the way, however deep the network.

    Attributes
    ----------
    layer, exponent : int
    grad_a, grad_z : ndarray, (batch, n_l)
    a_before : ndarray, (batch, n_{l-1})
        The layer's input, a[l-1].
    precision : Precision
    """

    layer: int
    exponent: int
    grad_a: FloatArray
    grad_z: FloatArray
    a_before: FloatArray
    precision: Precision

    # The layer below does not need the gradients of the parameters, so they are computed on access.

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


class BackwardContext(NamedTuple):
    """What the forward pass of a layer saves for its backward pass: `v`, and the pullbacks of both normalizations."""

    v: FloatArray
    before: Pullback
    after: Pullback


def propagate(net: Architecture, parameters: Parameters, batch: Batch, loss: Loss) -> Iterator[ForwardStep | BackwardStep]:
    """Run the forward and the backward pass of one batch, yielding layers 1 … L and then L … 1."""
    a = {0: net.precision.round(batch.a0.astype(net.precision.computes_in))}
    contexts: dict[int, BackwardContext] = {}
    for l in net.layers:
        step, contexts[l] = forward(net, parameters, l, a)
        a[l] = step.a
        yield step

    grad_a = {net.depth: scaled(net.precision.round_digits(loss.gradient(a[net.depth], batch.target)))}
    for l in reversed(net.layers):
        yield _backward(net, parameters, l, a[l - 1], contexts.pop(l), grad_a)
        del a[l]


def forward(net: Architecture, parameters: Parameters, l: int, a: dict[int, FloatArray]) -> tuple[ForwardStep, BackwardContext]:
    """Compute layer l from a[0] … a[l-1]."""
    f, k, round_ = net.activation(l), net.k(l), net.precision.round
    W, b = parameters.weight(l), parameters.bias(l)
    z = round_(a[l - 1] @ W.T)
    z = z if b is None else round_(z + b)
    h, before = net.normalization(l, "before").apply(_with_skip(net, l, "post", a, z))
    u = round_(f.f(round_(h), k))
    y, after = net.normalization(l, "after").apply(u)
    out = _with_skip(net, l, "pre", a, round_(y))
    v = h if f.derivative_of == "pre_activation" else u
    return ForwardStep(l, a[l - 1], W, b, z, out, v), BackwardContext(v, before, after)


def _with_skip(net: Architecture, l: int, order: str, a: dict[int, FloatArray], branch: FloatArray) -> FloatArray:
    source = net.skip(l, order)
    if source is None:
        return branch
    return net.precision.round(a[source] + branch * branch.dtype.type(net.branch_scale))


def _backward(
    net: Architecture, parameters: Parameters, l: int, a_before: FloatArray, context: BackwardContext, grad_a: dict[int, Scaled]
) -> BackwardStep:
    """Compute grad_z[l] from grad_a[l], and add its contributions to grad_a of the layers below."""
    above, round_ = grad_a.pop(l), net.precision.round_digits

    def through_skip(order: str, gradient: FloatArray) -> FloatArray:
        source = net.skip(l, order)
        if source is None:
            return gradient
        _accumulate(net, grad_a, source, Scaled(gradient, above.exponent))
        return round_(gradient * gradient.dtype.type(net.branch_scale))

    grad_f = round_(context.after(through_skip("pre", above.array)))
    grad_h = round_(net.activation(l).gradient(grad_f, context.v, net.k(l)))
    grad_z = through_skip("post", round_(context.before(grad_h)))
    _accumulate(net, grad_a, l - 1, scaled(round_(grad_z @ parameters.weight(l)), above.exponent))
    return BackwardStep(l, above.exponent, above.array, grad_z, a_before, net.precision)


def _accumulate(net: Architecture, grad_a: dict[int, Scaled], layer: int, more: Scaled) -> None:
    """Add a contribution to grad_a[layer]."""
    known = grad_a.get(layer)
    if known is not None:
        exponent = max(known.exponent, more.exponent)
        total = sum(np.ldexp(part.array, part.exponent - exponent) for part in (known, more))
        more = scaled(net.precision.round_digits(np.asarray(total)), exponent)
    grad_a[layer] = more


def scaled(x: FloatArray, exponent: int = 0) -> Scaled:
    """Return ``x * 2**exponent`` with the array's own power of two moved into the exponent."""
    array, taken = take_exponent(x)
    return Scaled(array, exponent + taken)


def take_exponent(x: FloatArray) -> tuple[FloatArray, int]:
    """Split x into an array of size near 1 and a power of two: ``x == array * 2.0**exponent``, exactly.

    An array whose peak is within a factor of 2¹⁰ of 1, is 0, or is not finite is returned unchanged with exponent 0.
    """
    # Plain Python on two numbers: NumPy's functions of single numbers take as long as a pass over a small array.
    peak = max(float(np.maximum.reduce(x, axis=None)), -float(np.minimum.reduce(x, axis=None)))
    if peak == 0 or not isfinite(peak):
        return x, 0
    exponent = frexp(peak)[1]
    if abs(exponent) <= 10:
        return x, 0
    return np.ldexp(x, -exponent), exponent
