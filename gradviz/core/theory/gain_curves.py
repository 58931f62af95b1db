"""χ at the fixed point of a deep network, as a function of σ_w: the curve reaches 1 at the critical gain.

Without biases the fixed point is q = σ_w² E f(√q Z)². Solved for σ_w instead, every q gives one σ_w² = q / E f(√q Z)², and there
χ = σ_w² E f′(√q Z)² (Schoenholz et al., "Deep information propagation", 2017, equations 3 and 5): so the curve needs no root
finding.
"""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

import numpy as np

from gradviz.cache import remembered
from gradviz.core.choices.activations import Activation
from gradviz.core.choices.arrays import Float64Array
from gradviz.core.theory.gains import NEARLY_0, Gains, gains
from gradviz.core.theory.gaussian import gaussian_moments, negative_slope

SETTLED = (1e-3, 1e5)
"""The range of q for which the curve is computed."""

POINTS = 60
"""The number of q in that range, evenly spaced by log."""

SMALLEST_STEP = 1e-12
"""The smallest relative growth of σ_w² between points: where a hard tanh is still linear, σ_w² grows by rounding only."""

NEARLY_CRITICAL = 0.02
"""The relative distance from the critical gain within which a hundred layers stay within a factor of 10."""

known_gains = remembered(gains)
"""`gains`, with its results cached."""


class SettledChi(NamedTuple):
    """χ at the fixed point, (m,), for ascending σ_w, (m,)."""

    sigma_w: Float64Array
    chi: Float64Array


@remembered
def settled_chi(activation: Activation, k: float) -> SettledChi:
    """Return χ(q*) as a function of σ_w, without biases.

    If f(0) = 0, q falls to 0 while σ_w f′(0) < 1. Unstable fixed points, where σ_w² does not grow with q, are left out.
    """
    slope = negative_slope(activation, k)
    if slope is not None:  # χ is the same at every q
        sigma_w = np.array([1e-6, 1e6])
        return SettledChi(sigma_w, sigma_w**2 * (1 + slope**2) / 2)
    q = np.geomspace(*SETTLED, POINTS)
    at_q = [gaussian_moments(activation, k, float(each)) for each in q]
    sigma_w2 = q / np.array([m.mean_square for m in at_q])
    chi = sigma_w2 * np.array([m.slope_square for m in at_q])
    near_0 = gaussian_moments(activation, k, NEARLY_0)
    if near_0.mean_square < sqrt(NEARLY_0) and near_0.slope_square > 0:  # f(0) = 0
        least = min(1 / near_0.slope_square, sigma_w2[0])
        vanishing = np.array([1e-12, 1.0]) * least
        sigma_w2, chi = np.concatenate([vanishing, sigma_w2]), np.concatenate([vanishing * near_0.slope_square, chi])
    largest_before = np.maximum.accumulate(np.concatenate([[0.0], sigma_w2[:-1]]))
    kept = sigma_w2 > largest_before * (1 + SMALLEST_STEP)
    return SettledChi(np.sqrt(sigma_w2[kept]), chi[kept])


def against_critical(value: float, solved: Gains) -> str:
    """Return whether a gain is "below", "at" or "above" the critical gain; "" without one, or for a NaN or negative value."""
    if solved.critical is None or not value >= 0:
        return ""
    ratio = value / solved.critical
    return "at" if abs(ratio - 1) <= NEARLY_CRITICAL else "below" if ratio < 1 else "above"
