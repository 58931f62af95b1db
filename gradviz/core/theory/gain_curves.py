"""What a deep network of an activation comes to, against σ_w: the curve on which the critical gain lies.

Without biases a network settles where q = σ_w² E f(√q Z)². Read the other way round, every q belongs to one σ_w² = q / E f(√q Z)²,
and χ = σ_w² E f′(√q Z)² there (Schoenholz et al., "Deep information propagation", 2017, equations 3 and 5): so the curve needs no
root to be found.
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
"""The q for which the curve is worked out."""

POINTS = 60

SMALLEST_STEP = 1e-12
"""By what σ_w² must grow from a point to the next: where a hard tanh is still straight, it grows by rounding only."""

NEARLY_CRITICAL = 0.02
"""As near to critical, in relation, a hundred layers stay within a factor of 10."""

known_gains = remembered(gains)
"""`gains`, remembered."""


class SettledChi(NamedTuple):
    """χ where the depth settles, (m,), against σ_w, (m,), ascending."""

    sigma_w: Float64Array
    chi: Float64Array


@remembered
def settled_chi(activation: Activation, k: float) -> SettledChi:
    """Return χ(q*) against σ_w, without biases.

    Where f(0) = 0, q falls to 0 as long as σ_w f′(0) < 1. A q* that the depth moves away from is left out: σ_w² must grow with q.
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
        dying = np.array([1e-12, 1.0]) * least
        sigma_w2, chi = np.concatenate([dying, sigma_w2]), np.concatenate([dying * near_0.slope_square, chi])
    largest_before = np.maximum.accumulate(np.concatenate([[0.0], sigma_w2[:-1]]))
    kept = sigma_w2 > largest_before * (1 + SMALLEST_STEP)
    return SettledChi(np.sqrt(sigma_w2[kept]), chi[kept])


def against_critical(value: float, solved: Gains) -> str:
    """Return "below", "at" or "above", or "" where there is no critical gain or no number to compare."""
    if solved.critical is None or not value >= 0:
        return ""
    ratio = value / solved.critical
    return "at" if abs(ratio - 1) <= NEARLY_CRITICAL else "below" if ratio < 1 else "above"
