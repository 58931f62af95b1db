"""Mean-field theory: what a network of infinite width would show, layer by layer, without a random number.

Sources: Poole et al., "Exponential expressivity in deep neural networks through transient chaos" (2016); Schoenholz et al., "Deep
information propagation" (2017); Yang et al., "A mean field theory of batch normalization" (2019); Hanin and Nica, "Products of
many large random matrices and gradients in deep neural networks" (2020).

Assumed throughout: weights with mean 0, drawn anew in every layer and independent of each other (not shared, not orthogonal);
wide layers; every example of the input has the same mean square; the gradient that enters layer L is N(0, 1), independent of
everything and between examples. On the way back the weights count as drawn afresh, independent of those of the way forward.
Where a recursion is not known to hold, the functions return None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import copysign, exp, floor, inf, isinf, log, log10, nan, sqrt
from typing import Literal

import numpy as np

from gradviz.core.activations import Activation
from gradviz.core.arrays import Float64Array
from gradviz.core.gaussian import LARGEST_CORRELATED_Q, correlated_product, correlated_slopes, moments, negative_slope

Series = dict[str, Float64Array]
"""Name → (L,) array; entry l - 1 belongs to layer l."""

LARGEST_DECADES = 20
"""A root mean square beyond 10±20 is carried as a mantissa and an exponent, so that 1,000 layers neither underflow nor overflow:
there f(z)/z has come to its limit, or f(z) has, to within 1e-20."""

SMALLEST_FIXED_POINT, LARGEST_FIXED_POINT = 1e-12, 1e12
"""Outside, V(q) - q is too small a part of q (tanh: 2q, ELU: 1/q) to be told from rounding."""

WIDEST_SPREAD = 0.25
"""κ/n above which (ReLU: below 20 units) the expansion of the finite-width band is no longer worth drawing."""

SMALLEST_GROWTH = 1e-13
"""|V(q)/q - 1| below this is rounding."""


@dataclass(frozen=True)
class MeanField:
    """A network, as far as the theory asks.

    Attributes
    ----------
    activation : Activation
    k : float
        The constant that shapes it.
    weight_variance : tuple of float
        Var(W[l]) for l = 1 … L.
    units : tuple of int
        n_0 … n_L.
    bias_variance : float
        σ_b².
    residual : int
        0, or r: a skip connection from layer l - r to every layer l divisible by r, where both are equally wide.
    residual_scale : float
        What the branch is multiplied by.
    residual_order : {"pre", "post"}
        ``a[l] = a[l-r] + scale · f(z[l])``, or ``a[l] = f(a[l-r] + scale · z[l])``.
    normalization : {"none", "batch", "layer", "rms"}
        Batch normalization takes its mean and variance over an infinite batch of independent examples whose features have mean 0.
    normalization_place : {"before", "after"}
        Normalized is z[l], or f(z[l]) (before a skip connection is added).
    normalization_epsilon : float
        Added to the variance under the root.
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

    @property
    def depth(self) -> int:
        """L."""
        return len(self.weight_variance)

    @property
    def is_plain(self) -> bool:
        """Whether there is neither a skip connection nor a normalization."""
        return self.residual == 0 and self.normalization == "none"

    @property
    def has_theory(self) -> bool:
        """Whether the recursions below hold.

        A skip connection inside f feeds it something that is not Gaussian. After the activation, batch normalization with
        biases gives every unit a variance of its own.
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
class Signal:
    """Mean and variance over a layer's units: mean · 10^decades and variance · 10^(2 decades)."""

    mean: float
    variance: float
    decades: int = 0

    @property
    def mean_square(self) -> float:
        """The mantissa of the mean square."""
        return self.variance + self.mean**2

    @property
    def log10_mean_square(self) -> float:
        """log10 of the mean square."""
        return _log10(self.mean_square) + 2 * self.decades

    def at(self, decades: int) -> tuple[float, float]:
        """Return mean and variance over another, larger power of ten."""
        if self.mean_square == 0:
            return 0.0, 0.0
        factor = 10.0 ** (self.decades - decades)
        return self.mean * factor, self.variance * factor**2

    def plus(self, other: Signal, scale: float = 1.0) -> Signal:
        """Return self + scale · other, which are uncorrelated over the units: means add, and variances."""
        decades = max((s.decades for s in (self, other) if s.mean_square > 0), default=0)
        (mean, variance), (more_mean, more_variance) = self.at(decades), other.at(decades)
        return Signal(mean + scale * more_mean, variance + scale**2 * more_variance, decades).in_range()

    def over(self, divisor: Signal) -> Signal:
        """Return self / √E divisor², where that is no smaller than self."""
        mean, variance = self.at(divisor.decades)
        square = divisor.mean_square
        return Signal(mean / sqrt(square), variance / square) if square > 0 else Signal(0.0, 0.0)

    def in_range(self) -> Signal:
        """Return the same with a mantissa whose square is a float64, and without decades where they are not needed."""
        size = _log10(self.mean_square) / 2
        if isinf(size):
            return self
        decades = floor(size) + self.decades
        target = decades if abs(decades) > LARGEST_DECADES else 0
        return self if target == self.decades else Signal(*self.at(target), target)


def forward(net: MeanField, input_mean_square: float) -> Series | None:
    """Return what the signal is in each layer, or None where the theory does not hold.

    q[l] = n_{l-1} Var(W[l]) E a[l-1]² + σ_b², and E a[l]², E f′(z[l])² are Gaussian expectations at q[l], or at what normalization
    before the activation makes of it: v / (v + ε), where v is q[l] or, over a batch, n_{l-1} Var(W[l]) Var(a[l-1]).
    To a skip connection the branch adds its mean and its variance: the weights have mean 0, so that the two are uncorrelated.

    Parameters
    ----------
    net : MeanField
    input_mean_square : float
        E a[0]², the same for every example.

    Returns
    -------
    dict of (L,) arrays or None
        ``q`` = E z[l]² and ``pre_activation_std`` = √q, before any normalization; ``activation_mean``, ``activation_mean_square``,
        ``activation_rms`` and ``activation_std`` of a[l], the layer's output; ``log10_q`` and ``log10_activation_mean_square``,
        which stay true where the numbers leave float64; ``log10_input_mean_square`` and ``log10_input_variance`` of what
        enters each layer; and
        ``log10_slope_square`` = log10 (E grad_z² / E grad_a²), which `backward` reads.

    Raises
    ------
    ValueError
        For a mean square that is negative or not finite.
    """
    if not 0 <= input_mean_square < inf:
        raise ValueError(f"a mean square is finite and not negative, not {input_mean_square}")
    if not net.has_theory:
        return None
    signals = [Signal(0.0, input_mean_square).in_range()]
    log10_q, log10_slope_square = np.empty(net.depth), np.empty(net.depth)
    for l in range(1, net.depth + 1):
        signal, pre_activation, log10_slope_square[l - 1] = _layer(net, l, signals[-1])
        log10_q[l - 1] = pre_activation.log10_mean_square
        if net.skips_to(l):
            signal = signals[l - net.residual].plus(signal, net.residual_scale)
            log10_slope_square[l - 1] += 2 * _log10(abs(net.residual_scale))
        signals.append(signal)
    return _series(signals, log10_q, log10_slope_square)


def _layer(net: MeanField, l: int, before: Signal) -> tuple[Signal, Signal, float]:
    """Return f(z) and z of a layer, both with their normalization, and log10 (E grad_z² / E grad_f(z)²)."""
    sigma_w2 = net.sigma_w2[l - 1]
    z = Signal(0.0, sigma_w2 * before.mean_square, before.decades).plus(Signal(0.0, net.bias_variance))
    if net.normalization == "none":
        a, log10_slope_square = _activated(net, z)
        return a, z, log10_slope_square
    epsilon = Signal(0.0, net.normalization_epsilon)
    if net.normalization_place == "before":
        spread = Signal(0.0, sigma_w2 * before.variance, before.decades) if net.normalization == "batch" else z
        divisor = spread.plus(epsilon)
        a, log10_slope_square = _activated(net, spread.over(divisor))
    else:
        a, log10_slope_square = _activated(net, z)
        a = a if net.normalization == "rms" else Signal(0.0, a.variance, a.decades)
        divisor = Signal(0.0, a.mean_square, a.decades).plus(epsilon)
        a = a.over(divisor)
    # Normalizing divides the gradient too; what it projects out is one or two directions of very many.
    return a, z, log10_slope_square - divisor.log10_mean_square


def _activated(net: MeanField, z: Signal) -> tuple[Signal, float]:
    """Return f(z) and log10 E f′(z)².

    Beyond float64's reach f either scales with z (f ~ z near 0 or far out) or has arrived at a constant, and then E f′² falls
    like 1/√q.
    """
    if z.decades == 0:
        m = moments(net.activation, net.k, z.variance)
        return Signal(m.mean, m.variance).in_range(), _log10(m.slope_square)
    edge = 2.0 * LARGEST_DECADES * (1 if z.decades > 0 else -1)
    m = moments(net.activation, net.k, 10.0**edge)
    if abs(_log10(m.mean_square)) > LARGEST_DECADES:
        factor = sqrt(z.variance) / 10.0 ** (edge / 2)
        return Signal(m.mean * factor, m.variance * factor**2, z.decades).in_range(), _log10(m.slope_square)
    falling = max(0.0, z.log10_mean_square - edge) / 2
    return Signal(m.mean, m.variance), _log10(m.slope_square) - falling


def _series(signals: list[Signal], log10_q: Float64Array, log10_slope_square: Float64Array) -> Series:
    log10_mean_square = np.array([signal.log10_mean_square for signal in signals])
    log10_variance = np.array([_log10(signal.variance) + 2 * signal.decades for signal in signals])
    mean, variance, decades = np.array([(signal.mean, signal.variance, signal.decades) for signal in signals[1:]]).T
    with np.errstate(all="ignore"):  # beyond float64 the plain numbers read 0 and infinity, as the network's do
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
    """Return the size of the gradients in each layer, for an upstream gradient of N(0, 1) at a[L].

    E grad_a[l-1]² = n_l Var(W[l]) E grad_z[l]², plus what a skip connection brings back unchanged. Sums over the batch add up
    as squares, because the upstream gradients of two examples are independent:
    E grad_W² = batch · E grad_z[l]² · E a[l-1]² and E grad_b² = batch · E grad_z[l]². Batch normalization of z takes the mean over
    the batch out of grad_z: the biases get nothing (−∞), and Var a[l-1] stands for E a[l-1]². After the activation it leaves
    grad_z of two examples dependent: grad_b is NaN, because nothing is known of it here.

    Parameters
    ----------
    net : MeanField
    signal : dict of (L,) arrays
        What `forward` returned for it.
    batch : int
        How many examples the weight gradients are summed over.

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

    c[l] = (σ_w² E f(u₁) f(u₂) + σ_b²) / q[l], where u₁, u₂ ~ N(0, q[l-1]) with the correlation c[l-1] (Poole et al. 2016,
    equation 5). Plain networks only.

    Parameters
    ----------
    net : MeanField
    signal : dict of (L,) arrays
        What `forward` returned for it.
    c0 : float
        The inputs' own: x·x′ / (|x| |x′|), from -1 to 1.

    Returns
    -------
    (L,) array or None
        NaN where q is 0.
    """
    if not net.is_plain:
        return None
    result = np.empty(net.depth)
    alike = c0
    for l in range(net.depth):
        log10_q = float(signal["log10_q"][l])
        bias_share = min(1.0, 10 ** (_log10(net.bias_variance) - log10_q)) if net.bias_variance > 0 else 0.0
        c = (1 - bias_share) * alike + bias_share if log10_q > -inf else nan
        result[l] = c = min(1.0, max(-1.0, c)) if c == c else c
        alike = _likeness(net, log10_q, c)
    return result


def _likeness(net: MeanField, log10_q: float, c: float) -> float:
    """Return E f(u₁) f(u₂) / E f(u)²: 1 where the two are the same."""
    if c != c or c == 1:
        return c
    q = 10.0 ** min(log10(LARGEST_CORRELATED_Q), max(-2.0 * LARGEST_DECADES, log10_q))
    mean_square = moments(net.activation, net.k, q).mean_square
    return correlated_product(net.activation, net.k, q, c) / mean_square


@dataclass(frozen=True)
class FixedPoint:
    """Where a plain network of endless depth settles.

    Attributes
    ----------
    q : float
        q* = σ_w² E f(√q* Z)² + σ_b².
    chi : float
        χ = σ_w² E f′(√q* Z)²: the factor of the mean-square gradient per layer, and the slope of the correlation map at c = 1.
    c : float
        The correlation that two different inputs come to: 1 where χ ≤ 1 (order), less where χ > 1 (chaos).
    c_slope : float
        The slope of the correlation map there.
    """

    q: float
    chi: float
    c: float
    c_slope: float

    @property
    def depth_scale(self) -> float:
        """Layers in which the mean-square gradient changes by a factor of e: 1/|ln χ| (infinite at χ = 1)."""
        return depth_scale(self.chi)

    @property
    def c_depth_scale(self) -> float:
        """Layers in which the distance from c* falls by a factor of e (Schoenholz et al. 2017, equation 9)."""
        return depth_scale(self.c_slope)


def depth_scale(factor: float) -> float:
    """Return 1/|ln factor|: after how many layers a factor per layer has made one of e. Infinite for 1, and 0 for 0."""
    if factor == 0:
        return 0.0
    return inf if factor == 1 else 1 / abs(log(factor))


def chi(activation: Activation, k: float, sigma_w2: float, q: float) -> float:
    """Return χ(q) = σ_w² E f′(√q Z)², the factor of the mean-square gradient per layer."""
    return sigma_w2 * moments(activation, k, q).slope_square


def fixed_point(
    activation: Activation, k: float, sigma_w2: float, sigma_b2: float = 0.0, start: float = 1.0
) -> FixedPoint | None:
    """Return where q settles from a start, or None where it runs away, dies out, or stays wherever it is.

    q' = V(q) = σ_w² E f(√q Z)² + σ_b² grows with q, so q goes one way: to the next root of V(q) - q on the side that V points
    to. Linear, ReLU and leaky ReLU have one only with a bias. Roots outside 1e-12 … 1e12 count as 0 and infinity.

    Parameters
    ----------
    activation : Activation
    k : float
    sigma_w2, sigma_b2 : float
        fan_in · Var(W), and Var(b).
    start : float
        q of the first layer.
    """
    slope = negative_slope(activation, k)
    if slope is None:
        q = _settled(activation, k, sigma_w2, sigma_b2, start)
    else:
        kept = sigma_w2 * (1 + slope**2) / 2
        q = sigma_b2 / (1 - kept) if kept < 1 and sigma_b2 > 0 else None
    if q is None:
        return None
    at_1 = chi(activation, k, sigma_w2, q)
    c = 1.0 if at_1 <= 1 else _settled_correlation(activation, k, sigma_w2, sigma_b2, q)
    return FixedPoint(q, at_1, c, at_1 if c == 1 else sigma_w2 * correlated_slopes(activation, k, q, c))


def _settled(activation: Activation, k: float, sigma_w2: float, sigma_b2: float, start: float) -> float | None:
    from scipy.optimize import brentq

    def growth(log_q: float) -> float:
        q = exp(log_q)
        return (sigma_w2 * moments(activation, k, q).mean_square + sigma_b2) / q - 1

    here, first = log(start), growth(log(start))
    if abs(first) < SMALLEST_GROWTH:
        return start
    step = copysign(log(2), first)
    while log(SMALLEST_FIXED_POINT) < here + step < log(LARGEST_FIXED_POINT):
        if growth(here + step) * first <= 0:
            return exp(brentq(growth, *sorted((here, here + step)), xtol=1e-14))
        here += step
    return None


def _settled_correlation(activation: Activation, k: float, sigma_w2: float, sigma_b2: float, q: float) -> float:
    """Return c* < 1 of a chaotic network; C(c) - c is convex, not negative at 0, and negative just below 1."""
    from scipy.optimize import brentq

    def growth(c: float) -> float:
        return (sigma_w2 * correlated_product(activation, k, q, c) + sigma_b2) / q - c

    if growth(0.0) < 1e-7:  # an odd f without bias: nothing in common, up to the accuracy of the integral
        return 0.0
    nearly_1 = 1 - 1e-6
    return float(brentq(growth, 0.0, nearly_1, xtol=1e-14)) if growth(nearly_1) < 0 else 1.0


def finite_width_variance(net: MeanField) -> Float64Array | None:
    """Return Var[m] / E[m]² of m = (1/n_l) Σ a[l]², for one fixed input, over the draws of the weights; (L,), or None.

    Every layer multiplies m by an independent factor (σ_w²/n) Σ f(Z)², so it is Π (1 + κ/n_l) - 1 with
    κ = E f(Z)⁴ / (E f(Z)²)² - 1: 5 for ReLU, 2 for linear (Hanin and Nica 2020). Exact for Gaussian weights, for linear, ReLU and
    leaky ReLU without bias, skip connections and normalization.
    """
    log_growth = _log_growth(net)
    return None if log_growth is None else np.expm1(log_growth)


def finite_width_band(net: MeanField, signal: Mapping[str, Float64Array]) -> tuple[Float64Array, Float64Array] | None:
    """Return log10 of the activation mean square, one standard deviation below and above its mean; (L,) each, or None.

    ln m is a sum of independent terms and nearly Gaussian. A layer's factor 1 + δ has E δ² = v = κ/n and E δ³ = μ₃/n², so that its
    logarithm has the mean -v/2 + μ₃/3n² - 3v²/4 and the variance v - μ₃/n² + 5v²/2, up to 1/n³: the typical network lies below
    the mean one. As for `finite_width_variance`, for one fixed input; and nothing for layers so narrow that v > 1/4.
    """
    log_growth = _log_growth(net)
    if log_growth is None:
        return None
    n = np.array(net.units[1:])
    second, third = (_central_moment(net, order) for order in (2, 3))
    v, skew = second / n, third / n**2
    if v.max() > WIDEST_SPREAD:
        return None
    centre = signal["log10_activation_mean_square"] + np.cumsum(-v / 2 + skew / 3 - 0.75 * v**2) / log(10)
    sigma = np.sqrt(np.cumsum(v - skew + 2.5 * v**2)) / log(10)
    return centre - sigma, centre + sigma


def _log_growth(net: MeanField) -> Float64Array | None:
    """Return ln(1 + Var[m]/E[m]²) in each layer."""
    if negative_slope(net.activation, net.k) is None or not net.is_plain or net.bias_variance > 0:
        return None
    growth: Float64Array = np.cumsum(np.log1p(_central_moment(net, 2) / np.array(net.units[1:])))
    return growth


def _central_moment(net: MeanField, order: Literal[2, 3]) -> float:
    """Return κ = E (x - 1)² or μ₃ = E (x - 1)³ of x = f(Z)² / E f(Z)², by E Z⁴ = 3 and E Z⁶ = 15."""
    slope = negative_slope(net.activation, net.k) or 0.0
    square = 6 * (1 + slope**4) / (1 + slope**2) ** 2
    cube = 60 * (1 + slope**6) / (1 + slope**2) ** 3
    return square - 1 if order == 2 else cube - 3 * square + 2


def _log10(x: float) -> float:
    return log10(x) if x > 0 else -inf


def _log10_sum(x: float, y: float) -> float:
    """Return log10(10^x + 10^y)."""
    high, low = max(x, y), min(x, y)
    return high + log10(1 + 10 ** (low - high)) if low > -inf else high
