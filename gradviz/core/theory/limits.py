"""The limit of infinite depth: mean-field fixed points and depth scales.

Source: Schoenholz et al., "Deep information propagation" (2017). Assumptions as in `mean_field`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import copysign, exp, inf, log

from gradviz.core.choices.activations import Activation
from gradviz.core.theory.gaussian import correlated_product, correlated_slopes, gaussian_moments, negative_slope
from gradviz.core.theory.roots import root

SMALLEST_FIXED_POINT, LARGEST_FIXED_POINT = 1e-12, 1e12
"""Outside this range (V(q) - q)/q (tanh: 2q, ELU: 1/q) is too small to be distinguished from rounding."""

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
