"""What differs between examples, by mean-field theory: the spread √(E f(u₁)² − E f(u₁) f(u₂)), without cancellation.

With c = 1 − ε the correlation of u₁, u₂ ~ N(0, q), the difference is q ∫ E f′(u₁) f′(u₂) dc from 1 − ε to 1, because q E f′ f′ is
the derivative of E f f by c (Poole et al. 2016). So it keeps its digits where ε is far below the rounding of c.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, log10, nan, sqrt

import numpy as np

from gradviz.cache import remembered
from gradviz.core.choices.activations import Activation
from gradviz.core.choices.arrays import Float64Array
from gradviz.core.theory.gaussian import correlated_product, correlated_slopes, gaussian_moments, legendre
from gradviz.core.theory.mean_field import MeanField, bias_share, integrable

FAR, NEAR = 0.5, 1e-7
"""Above FAR the difference is taken as it stands; below NEAR, E f′(u₁) f′(u₂) is E f′², up to √ε for a kinked f."""

LARGEST_NORMS_VARIANCE = 1.0
"""Of the examples' mean squares, over their mean squared; above it, one q does not stand for all examples."""

LARGEST_AMPLIFICATION = 2.0
"""Of a difference between the examples' mean squares, since the input. At finite width every layer adds to that difference, so
that beyond it GELU's spread at width 300 is up to four times the prediction."""

LARGEST_THINNESS = 0.2
"""Σ 1/n over the layers. The logarithm of a product of random factors has a mean below that of its mean: 50 ReLU layers of 100
units are 0.4 decades below the prediction, 20 of them less than 0.1."""

_STEP = 1e-4
"""Of q, relatively, between two values of which a derivative is taken."""

NODES = 4
"""Of the integral over the correlation."""


def spread(
    net: MeanField, signal: Mapping[str, Float64Array], cosine: float, norms_spread: float, size: int
) -> Float64Array | None:
    """Return the spread between examples in each layer, (L,), or None where the theory does not hold: plain networks only.

    Parameters
    ----------
    net : MeanField
    signal : dict of (L,) arrays
        The result of `forward` for this network.
    cosine : float
        The cosine between two inputs.
    norms_spread : float
        The standard deviation over the mean of the inputs' mean squares. What is left of it differs between examples too; it
        stays where f is homogeneous, is lost in a few layers where f is bounded, and grows where q moves away from a fixed point.
    size : int
        The number of examples: over a batch, the variance is (1 − 1/size) times that of all examples.
    """
    if not net.is_plain:
        return None
    result, distance, norms_variance, amplified = np.full(net.depth, nan), 1.0 - cosine, norms_spread**2, 1.0
    thinness = np.cumsum([1 / units for units in net.units[1:]])
    for l in range(net.depth):
        log10_q = float(signal["log10_q"][l])
        if log10_q == -inf or thinness[l] > LARGEST_THINNESS:
            break
        q, of_weights = integrable(log10_q), 1 - bias_share(net, log10_q)
        distance = _relative_difference(net.activation, net.k, q, of_weights * distance)
        growth = (of_weights * _exponent(net.activation, net.k, q)) ** 2
        norms_variance, amplified = norms_variance * growth, amplified * growth
        if norms_variance > LARGEST_NORMS_VARIANCE or amplified > LARGEST_AMPLIFICATION:
            break
        varies = distance + norms_variance / 4 * (1 - distance)  # (E |a|)² is 1 − norms_variance / 4 times E |a|²
        result[l] = signal["activation_rms"][l] * sqrt(max(0.0, varies) * (1 - 1 / size))
    return result


def _exponent(activation: Activation, k: float, q: float) -> float:
    """Return d ln E f(√q Z)² / d ln q: 1 where f is homogeneous."""
    low, high = (gaussian_moments(activation, k, q * (1 + step)).mean_square for step in (-_STEP, _STEP))
    return (log10(high) - log10(low)) / (log10(1 + _STEP) - log10(1 - _STEP))


@remembered
def _relative_difference(activation: Activation, k: float, q: float, epsilon: float) -> float:
    """Return (E f(u₁)² − E f(u₁) f(u₂)) / E f(u)² for a correlation of 1 − ε."""
    moments = gaussian_moments(activation, k, q)
    if epsilon > FAR:
        return 1 - correlated_product(activation, k, q, max(-1.0, 1 - epsilon)) / moments.mean_square
    if epsilon < NEAR:
        slopes = moments.slope_square
    else:  # with e = ε x², the integrand of a kinked f is smooth in x too
        places = zip(*legendre(NODES), strict=True)
        slopes = sum(2 * x * w * correlated_slopes(activation, k, q, 1 - epsilon * x * x) for x, w in places)
    return q * epsilon * slopes / moments.mean_square
