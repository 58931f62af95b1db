"""Mean-field theory: the statistics of a network of infinite width, layer by layer, computed without random numbers.

Sources: Poole et al., "Exponential expressivity in deep neural networks through transient chaos" (2016); Schoenholz et al., "Deep
information propagation" (2017); Yang et al., "A mean field theory of batch normalization" (2019); Hanin and Nica, "Products of
many large random matrices and gradients in deep neural networks" (2020).

Assumptions: weights of mean 0, independent of each other and between layers (not shared, not orthogonal); wide layers; the same
mean square in every input example; the gradient that enters layer L is N(0, 1), independent of everything else and between
examples. The backward pass is treated as if its weights were independent of those of the forward pass. Where a recursion is not
known to hold, the functions return None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import floor, inf, isinf, log10, nan, sqrt
from typing import Literal

import numpy as np

from gradviz.core.choices.activations import Activation
from gradviz.core.choices.arrays import Float64Array, Series
from gradviz.core.theory.gaussian import LARGEST_CORRELATED_Q, correlated_product, gaussian_moments

LARGEST_DECADES = 20
"""A root mean square outside 10⁻²⁰ … 10²⁰ is stored as mantissa and exponent, so that 1,000 layers do not under- or overflow. At
such sizes f(z)/z, or f(z), equals its limit to within 1e-20."""


@dataclass(frozen=True)
class MeanField:
    """The properties of a network that the theory uses.

    Attributes
    ----------
    activation : Activation
    k : float
        The activation's constant.
    weight_variance : tuple of float
        Var(W[l]) for l = 1 … L.
    units : tuple of int
        n_0 … n_L.
    bias_variance : float
        σ_b².
    residual : int
        0, or r: a skip connection from layer l - r to every layer l divisible by r, if the two are equally wide.
    residual_scale : float
        The factor on the branch.
    residual_order : {"pre", "post"}
        ``a[l] = a[l-r] + scale · f(z[l])``, or ``a[l] = f(a[l-r] + scale · z[l])``.
    normalization : {"none", "batch", "layer", "rms"}
        For "batch", mean and variance are those of an infinite batch of independent examples.
    normalization_place : {"before", "after"}
        Whether z[l] is normalized, or f(z[l]) (before a skip connection is added).
    normalization_epsilon : float
        Added to the variance under the square root.
    has_gaussian_weights : bool
        Whether the weights are drawn from a normal distribution; at infinite width the distribution does not matter.
    """

    activation: Activation
    k: float
    weight_variance: tuple[float, ...]
    units: tuple[int, ...]
    bias_variance: float = 0.0
    residual: int = 0
    residual_scale: float = 1.0
    residual_order: Literal["pre", "post"] = "pre"
    normalization: Literal["none", "batch", "layer", "rms"] = "none"
    normalization_place: Literal["before", "after"] = "before"
    normalization_epsilon: float = 0.0
    has_gaussian_weights: bool = True

    @property
    def depth(self) -> int:
        """L, the number of layers."""
        return len(self.weight_variance)

    @property
    def is_plain(self) -> bool:
        """Whether the network has neither skip connections nor normalization."""
        return self.residual == 0 and self.normalization == "none"

    @property
    def has_theory(self) -> bool:
        """Whether the recursions below hold.

        They do not hold for skip connections of order "post", where the input of f is not Gaussian, nor for batch normalization
        after the activation with biases, where the units have different variances.
        """
        inside = self.residual > 0 and self.residual_order == "post"
        uneven = self.normalization == "batch" and self.normalization_place == "after" and self.bias_variance > 0
        return not (inside or uneven)

    @cached_property
    def sigma_w2(self) -> tuple[float, ...]:
        """σ_w² = n_{l-1} Var(W[l]) for l = 1 … L."""
        return tuple(n * variance for n, variance in zip(self.units[:-1], self.weight_variance, strict=True))

    def skips_to(self, layer: int) -> bool:
        """Whether a skip connection ends in a layer."""
        r = self.residual
        return r > 0 and layer % r == 0 and self.units[layer] == self.units[layer - r]


@dataclass(frozen=True)
class LayerMoments:
    """Mean and variance over a layer's units, which are mean · 10^decades and variance · 10^(2 decades)."""

    mean: float
    variance: float
    decades: int = 0

    @property
    def mean_square(self) -> float:
        """The mantissa of the mean square, which is this times 10^(2 decades)."""
        return self.variance + self.mean**2

    @property
    def log10_mean_square(self) -> float:
        """log10 of the mean square."""
        return _log10(self.mean_square) + 2 * self.decades

    def at(self, decades: int) -> tuple[float, float]:
        """Return the mantissas of mean and variance for another value of `decades`."""
        if self.mean_square == 0:
            return 0.0, 0.0
        factor = 10.0 ** (self.decades - decades)
        return self.mean * factor, self.variance * factor**2

    def plus(self, other: LayerMoments, scale: float = 1.0) -> LayerMoments:
        """Return the moments of self + scale · other, uncorrelated over the units, so that means add and variances add."""
        decades = max((s.decades for s in (self, other) if s.mean_square > 0), default=0)
        (mean, variance), (more_mean, more_variance) = self.at(decades), other.at(decades)
        return LayerMoments(mean + scale * more_mean, variance + scale**2 * more_variance, decades).in_range()

    def over(self, divisor: LayerMoments) -> LayerMoments:
        """Return the moments of self / √E divisor², which must be at least as large as self."""
        mean, variance = self.at(divisor.decades)
        square = divisor.mean_square
        return LayerMoments(mean / sqrt(square), variance / square) if square > 0 else LayerMoments(0.0, 0.0)

    def in_range(self) -> LayerMoments:
        """Return the same moments with decades = 0 if the size permits, else with a mantissa of size 1 to 10."""
        size = _log10(self.mean_square) / 2
        if isinf(size):
            return self
        decades = floor(size) + self.decades
        target = decades if abs(decades) > LARGEST_DECADES else 0
        return self if target == self.decades else LayerMoments(*self.at(target), target)


def forward(net: MeanField, input_mean_square: float, input_mean: float = 0.0) -> Series | None:
    """Return the statistics of the signal in each layer, or None where the theory does not hold.

    q[l] = n_{l-1} Var(W[l]) E a[l-1]² + σ_b², and E a[l]² and E f′(z[l])² are Gaussian expectations at q[l]. With normalization
    before the activation they are taken at v / (v + ε) instead, where v is q[l] or, for batch normalization,
    n_{l-1} Var(W[l]) Var(a[l-1]). At a skip connection the means and the variances of skipped signal and branch add, because the
    weights have mean 0 and the two are therefore uncorrelated.

    Parameters
    ----------
    net : MeanField
    input_mean_square : float
        E a[0]², the same for every example.
    input_mean : float
        The mean of a[0] over units, to which a skip connection adds the mean of its branch. For batch normalization, which
        subtracts each unit's mean over the batch, the root mean square of those means.

    Returns
    -------
    dict of (L,) arrays or None
        ``q`` = E z[l]² and ``pre_activation_std`` = √q, before any normalization; ``activation_mean``,
        ``activation_mean_square``, ``activation_rms`` and ``activation_std`` of a[l], the layer's output; ``log10_q`` and
        ``log10_activation_mean_square``, right also beyond the range of float64; ``log10_input_mean_square`` and
        ``log10_input_variance`` of a[l-1], each layer's input; and ``log10_slope_square`` = log10 (E grad_z² / E grad_a²), which
        `backward` reads.

    Raises
    ------
    ValueError
        For a mean square that is negative or not finite.
    """
    if not 0 <= input_mean_square < inf:
        raise ValueError(f"a mean square is finite and not negative, not {input_mean_square}")
    if not net.has_theory:
        return None
    input_variance = max(0.0, input_mean_square - input_mean * input_mean)
    signals = [LayerMoments(input_mean, input_variance).in_range()]
    log10_q, log10_slope_square = np.empty(net.depth), np.empty(net.depth)
    for l in range(1, net.depth + 1):
        signal, pre_activation, log10_slope_square[l - 1] = _layer(net, l, signals[-1])
        log10_q[l - 1] = pre_activation.log10_mean_square
        if net.skips_to(l):
            signal = signals[l - net.residual].plus(signal, net.residual_scale)
            log10_slope_square[l - 1] += 2 * _log10(abs(net.residual_scale))
        signals.append(signal)
    return _series(signals, log10_q, log10_slope_square)


def _layer(net: MeanField, l: int, before: LayerMoments) -> tuple[LayerMoments, LayerMoments, float]:
    """Return the moments of a, the branch's output, and of z before normalization, and log10 (E grad_z² / E grad_a²)."""
    sigma_w2 = net.sigma_w2[l - 1]
    z = LayerMoments(0.0, sigma_w2 * before.mean_square, before.decades).plus(LayerMoments(0.0, net.bias_variance))
    if net.normalization == "none":
        a, log10_slope_square = _activated(net, z)
        return a, z, log10_slope_square
    epsilon = LayerMoments(0.0, net.normalization_epsilon)
    if net.normalization_place == "before":
        spread = LayerMoments(0.0, sigma_w2 * before.variance, before.decades) if net.normalization == "batch" else z
        divisor = spread.plus(epsilon)
        a, log10_slope_square = _activated(net, spread.over(divisor))
    else:
        a, log10_slope_square = _activated(net, z)
        a = a if net.normalization == "rms" else LayerMoments(0.0, a.variance, a.decades)
        divisor = LayerMoments(0.0, a.mean_square, a.decades).plus(epsilon)
        a = a.over(divisor)
    # Normalization divides the gradient too. It also removes one or two of its directions: negligible among very many.
    return a, z, log10_slope_square - divisor.log10_mean_square


def _activated(net: MeanField, z: LayerMoments) -> tuple[LayerMoments, float]:
    """Return the moments of f(z), and log10 E f′(z)².

    Where z has decades, f is either proportional to z (near 0 or far out) or constant; if constant, E f′² falls like 1/√q.
    """
    if z.decades == 0:
        m = gaussian_moments(net.activation, net.k, z.variance)
        return LayerMoments(m.mean, m.variance).in_range(), _log10(m.slope_square)
    edge = 2.0 * LARGEST_DECADES * (1 if z.decades > 0 else -1)
    m = gaussian_moments(net.activation, net.k, 10.0**edge)
    if abs(_log10(m.mean_square)) > LARGEST_DECADES:
        factor = sqrt(z.variance) / 10.0 ** (edge / 2)
        return LayerMoments(m.mean * factor, m.variance * factor**2, z.decades).in_range(), _log10(m.slope_square)
    falling = max(0.0, z.log10_mean_square - edge) / 2
    return LayerMoments(m.mean, m.variance), _log10(m.slope_square) - falling


def _series(signals: list[LayerMoments], log10_q: Float64Array, log10_slope_square: Float64Array) -> Series:
    log10_mean_square = np.array([signal.log10_mean_square for signal in signals])
    log10_variance = np.array([_log10(signal.variance) + 2 * signal.decades for signal in signals])
    mean, variance, decades = np.array([(signal.mean, signal.variance, signal.decades) for signal in signals[1:]]).T
    with np.errstate(all="ignore"):  # beyond float64 these are 0 or infinity, as in a network
        return {
            "q": 10**log10_q,
            "log10_q": log10_q,
            "pre_activation_std": 10 ** (log10_q / 2),
            "activation_mean": np.where(mean == 0, 0, mean * 10**decades),
            "activation_mean_square": 10 ** log10_mean_square[1:],
            "log10_activation_mean_square": log10_mean_square[1:],
            "activation_rms": 10 ** (log10_mean_square[1:] / 2),
            "activation_std": np.where(variance == 0, 0, np.sqrt(variance) * 10**decades),
            "log10_input_mean_square": log10_mean_square[:-1],
            "log10_input_variance": log10_variance[:-1],
            "log10_slope_square": log10_slope_square,
        }


def backward(net: MeanField, signal: Mapping[str, Float64Array], batch: int = 1) -> Series:
    """Return the size of the gradients in each layer, where the gradient with respect to a[L] is N(0, 1).

    E grad_a[l-1]² = n_l Var(W[l]) E grad_z[l]², plus the gradient that a skip connection passes back unchanged. In sums over the
    batch the mean squares add, because the gradients of two examples are independent: E grad_W² = batch · E grad_z[l]² ·
    E a[l-1]² and E grad_b² = batch · E grad_z[l]². Batch normalization of z removes the batch mean of grad_z: grad_b is 0 (−∞ in
    log10), and Var a[l-1] replaces E a[l-1]². Batch normalization after the activation makes grad_z of two examples dependent:
    grad_b is NaN, because this theory does not give it.

    Parameters
    ----------
    net : MeanField
    signal : dict of (L,) arrays
        The result of `forward` for this network.
    batch : int
        The number of examples that the weight gradients are summed over.

    Returns
    -------
    dict of (L,) arrays
        ``log10_grad_a_rms``, ``log10_grad_z_rms``, ``log10_grad_W_rms``, ``log10_grad_b_rms``.
    """
    grad_a, grad_z = np.zeros(net.depth + 1), np.zeros(net.depth + 1)  # log10 of mean squares; entry 0 is not used
    for l in range(net.depth, 0, -1):
        if l < net.depth:
            grad_a[l] = grad_z[l + 1] + _log10(net.units[l + 1] * net.weight_variance[l])
        if l + net.residual <= net.depth and net.skips_to(l + net.residual):
            grad_a[l] = _log10_sum(grad_a[l], grad_a[l + net.residual])
        grad_z[l] = grad_a[l] + signal["log10_slope_square"][l - 1]
    summed = grad_z[1:] + log10(batch)
    over_batch = net.normalization == "batch"
    centred = over_batch and net.normalization_place == "before"
    grad_b = np.full(net.depth, -inf if centred else nan) if over_batch else summed
    into = signal["log10_input_variance" if centred else "log10_input_mean_square"]
    return {
        "log10_grad_a_rms": grad_a[1:] / 2,
        "log10_grad_z_rms": grad_z[1:] / 2,
        "log10_grad_W_rms": (summed + into) / 2,
        "log10_grad_b_rms": grad_b / 2,
    }


def correlation(net: MeanField, signal: Mapping[str, Float64Array], c0: float) -> Float64Array | None:
    """Return the correlation of the pre-activations of two inputs in each layer, or None where the theory does not hold.

    c[l] = (σ_w² E f(u₁) f(u₂) + σ_b²) / q[l], where u₁, u₂ ~ N(0, q[l-1]) with correlation c[l-1] (Poole et al. 2016,
    equation 5). Plain networks only.

    Parameters
    ----------
    net : MeanField
    signal : dict of (L,) arrays
        The result of `forward` for this network.
    c0 : float
        The cosine of the two inputs, x·x′ / (|x| |x′|), from -1 to 1.

    Returns
    -------
    (L,) array or None
        NaN where q is 0.
    """
    if not net.is_plain:
        return None
    result = np.empty(net.depth)
    cosine = c0
    for l in range(net.depth):
        log10_q = float(signal["log10_q"][l])
        share = bias_share(net, log10_q)
        c = (1 - share) * cosine + share if log10_q > -inf else nan
        result[l] = c = min(1.0, max(-1.0, c)) if c == c else c
        cosine = _activation_cosine(net, log10_q, c)
    return result


def bias_share(net: MeanField, log10_q: float) -> float:
    """Return σ_b² / q: the part of E z² that all examples have in common."""
    return min(1.0, 10 ** (_log10(net.bias_variance) - log10_q)) if net.bias_variance > 0 else 0.0


def integrable(log10_q: float) -> float:
    """Return q, within the sizes at which f(u₁) f(u₂) can be integrated; beyond them f is at its limit."""
    return float(10.0 ** min(log10(LARGEST_CORRELATED_Q), max(-2.0 * LARGEST_DECADES, log10_q)))


def _activation_cosine(net: MeanField, log10_q: float, c: float) -> float:
    """Return E f(u₁) f(u₂) / E f(u)² for u₁, u₂ ~ N(0, q) with correlation c."""
    if c != c or c == 1:
        return c
    q = integrable(log10_q)
    mean_square = gaussian_moments(net.activation, net.k, q).mean_square
    return correlated_product(net.activation, net.k, q, c) / mean_square


def _log10(x: float) -> float:
    return log10(x) if x > 0 else -inf


def _log10_sum(x: float, y: float) -> float:
    """Return log10(10^x + 10^y)."""
    high, low = max(x, y), min(x, y)
    return high + log10(1 + 10 ** (low - high)) if low > -inf else high
