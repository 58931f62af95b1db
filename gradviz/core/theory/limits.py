"""The limits of deep and of narrow networks: mean-field fixed points, depth scales, and the fluctuations at finite width.

Sources: Schoenholz et al., "Deep information propagation" (2017); Hanin and Nica, "Products of many large random matrices and
gradients in deep neural networks" (2020). Assumptions as in `mean_field`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import copysign, exp, inf, log
from typing import Literal

import numpy as np

from gradviz.core.choices.activations import Activation
from gradviz.core.choices.arrays import Float64Array
from gradviz.core.theory.gaussian import correlated_product, correlated_slopes, gaussian_moments, negative_slope
from gradviz.core.theory.mean_field import MeanField
from gradviz.core.theory.roots import root

SMALLEST_FIXED_POINT, LARGEST_FIXED_POINT = 1e-12, 1e12
"""Outside this range (V(q) - q)/q (tanh: 2q, ELU: 1/q) is too small to be distinguished from rounding."""

WIDEST_SPREAD = 0.25
"""The κ/n above which (ReLU: below 20 units) the expansion behind the finite-width band is too inaccurate to draw."""

SMALLEST_GROWTH = 1e-13
"""The |V(q)/q - 1| below which it is taken for rounding error."""


@dataclass(frozen=True)
class FixedPoint:
    """The fixed point of a plain network: the limit of infinite depth.

    Attributes
    ----------
    q : float
        q* = σ_w² E f(√q* Z)² + σ_b².
    chi : float
        χ = σ_w² E f′(√q* Z)²: the factor of the mean-square gradient per layer, and the slope of the correlation map at c = 1.
    c : float
        c*, the limit of the correlation of two different inputs: 1 if χ ≤ 1 (order), less than 1 if χ > 1 (chaos).
    c_slope : float
        The slope of the correlation map at c*.
    """

    q: float
    chi: float
    c: float
    c_slope: float

    @property
    def depth_scale(self) -> float:
        """The number of layers in which the mean-square gradient changes by a factor of e: 1/|ln χ| (infinite at χ = 1)."""
        return depth_scale(self.chi)

    @property
    def c_depth_scale(self) -> float:
        """The number of layers in which the distance from c* falls by a factor of e (Schoenholz et al. 2017, equation 9)."""
        return depth_scale(self.c_slope)


def depth_scale(factor: float) -> float:
    """Return 1/|ln factor|: the number of layers in which a factor per layer multiplies to e or 1/e. Infinite for 1, 0 for 0."""
    if factor == 0:
        return 0.0
    return inf if factor == 1 else 1 / abs(log(factor))


def chi(activation: Activation, k: float, sigma_w2: float, q: float) -> float:
    """Return χ(q) = σ_w² E f′(√q Z)², the factor of the mean-square gradient per layer."""
    return sigma_w2 * gaussian_moments(activation, k, q).slope_square


def fixed_point(
    activation: Activation, k: float, sigma_w2: float, sigma_b2: float = 0.0, start: float = 1.0
) -> FixedPoint | None:
    """Return the fixed point that q approaches from a start; None if q grows without bound, falls to 0, or stays at any start.

    The map q' = V(q) = σ_w² E f(√q Z)² + σ_b² increases with q, so q moves monotonically to the next root of V(q) - q: above the
    start if V(q) > q there, else below. Linear, ReLU and leaky ReLU have a root only with a bias. Roots outside 1e-12 … 1e12
    count as 0 and infinity.

    Parameters
    ----------
    activation : Activation
    k : float
    sigma_w2, sigma_b2 : float
        fan_in · Var(W), and Var(b).
    start : float
        The q of the first layer.
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
    def growth(log_q: float) -> float:
        q = exp(log_q)
        return (sigma_w2 * gaussian_moments(activation, k, q).mean_square + sigma_b2) / q - 1

    here, first = log(start), growth(log(start))
    if abs(first) < SMALLEST_GROWTH:
        return start
    step = copysign(log(2), first)
    while log(SMALLEST_FIXED_POINT) < here + step < log(LARGEST_FIXED_POINT):
        if growth(here + step) * first <= 0:
            return exp(root(growth, *sorted((here, here + step))))
        here += step
    return None


def _settled_correlation(activation: Activation, k: float, sigma_w2: float, sigma_b2: float, q: float) -> float:
    """Return c* < 1 of a chaotic network; C(c) - c is convex, nonnegative at 0, and negative just below 1."""

    def growth(c: float) -> float:
        return (sigma_w2 * correlated_product(activation, k, q, c) + sigma_b2) / q - c

    if growth(0.0) < 1e-7:  # 0 within the accuracy of the integral: an odd f without bias
        return 0.0
    nearly_1 = 1 - 1e-6
    return root(growth, 0.0, nearly_1) if growth(nearly_1) < 0 else 1.0


def finite_width_variance(net: MeanField) -> Float64Array | None:
    """Return Var[m] / E[m]² over weight draws, (L,), for m = (1/n_l) Σ a[l]² at one fixed input; None where no formula holds.

    Every layer multiplies m by an independent factor (σ_w²/n) Σ f(Z)², so it is Π (1 + κ/n_l) - 1 with
    κ = E f(Z)⁴ / (E f(Z)²)² - 1: 5 for ReLU, 2 for linear (Hanin and Nica 2020). Exact for Gaussian weights.
    Holds for linear, ReLU and leaky ReLU without bias, skip connections and normalization; None for any other network.
    """
    log_growth = _log_growth(net)
    return None if log_growth is None else np.expm1(log_growth)


def finite_width_band(net: MeanField, signal: Mapping[str, Float64Array]) -> tuple[Float64Array, Float64Array] | None:
    """Return the 68 % interval of log10 of the activation mean square over weight draws: its ends, (L,) each, or None.

    The ends lie one standard deviation below and above the mean: ln m is a sum of independent terms and nearly Gaussian. A
    layer's factor 1 + δ has E δ² = v = κ/n and E δ³ = μ₃/n², so its logarithm has mean -v/2 + μ₃/3n² - 3v²/4 and variance
    v - μ₃/n² + 5v²/2, up to terms of order 1/n³; the typical m is smaller than the mean m. For one fixed input and the
    networks of `finite_width_variance`; None also if a layer is so narrow that v > 1/4.
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
    """Return ln(1 + Var[m]/E[m]²), (L,), or None where `finite_width_variance` has no formula."""
    if negative_slope(net.activation, net.k) is None or not net.is_plain or net.bias_variance > 0:
        return None
    growth: Float64Array = np.cumsum(np.log1p(_central_moment(net, 2) / np.array(net.units[1:])))
    return growth


def _central_moment(net: MeanField, order: Literal[2, 3]) -> float:
    """Return κ = E (x - 1)² or μ₃ = E (x - 1)³ for x = f(Z)² / E f(Z)², using E Z⁴ = 3 and E Z⁶ = 15."""
    slope = negative_slope(net.activation, net.k) or 0.0
    square = 6 * (1 + slope**4) / (1 + slope**2) ** 2
    cube = 60 * (1 + slope**6) / (1 + slope**2) ** 3
    return square - 1 if order == 2 else cube - 3 * square + 2
