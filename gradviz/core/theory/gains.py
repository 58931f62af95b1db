"""Gains: by what a standard deviation of 1/√fan_in has to be multiplied, solved for any activation, beside what libraries use.

Var(W) = gain² / fan_in and no bias. He et al., "Delving Deep into Rectifiers" (2015), ask for the first two conditions; Schoenholz
et al., "Deep information propagation" (2017), for the third.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import exp, log, sqrt

import numpy as np

from gradviz.core.choices.activations import Activation
from gradviz.core.theory.gaussian import GaussianMoments, gaussian_moments, negative_slope
from gradviz.core.theory.roots import root

NEARLY_0 = 1e-200
"""A q at which every f that is 0 at 0 is straight on either side, to the last digit of float64."""

SEARCHED = (1e-3, 1e6)
"""Where a critical q* > 0 is looked for: nearer to 0, and farther out, ln χ is lost in rounding."""

KERAS_DEFAULT = "glorot_uniform"
"""What `keras.layers.Dense` starts from."""

KERAS_RECOMMENDED: dict[str, str] = {"selu": "lecun_normal"}
"""Activation → initializer, where Keras's own page of the activation names one; else there is only the layer's default."""


@dataclass(frozen=True)
class Gains:
    """What is known of one activation.

    Attributes
    ----------
    moments : GaussianMoments
        E f(Z), E f(Z)², E f′(Z)² for Z ~ N(0, 1).
    forward : float
        Keeps E z² = 1: gain² E f(Z)² = 1.
    backward : float
        Keeps the gradient where E z² = 1: gain² E f′(Z)² = 1.
    critical : float or None
        Keeps the gradient where E z² settles: χ(q*) = 1.
    pytorch : float or None
        What `torch.nn.init.calculate_gain` returns.
    keras : str
        The initializer that Keras recommends, or its default.
    """

    moments: GaussianMoments
    forward: float
    backward: float
    critical: float | None
    pytorch: float | None
    keras: str


def gains(activation: Activation, k: float) -> Gains:
    """Return every gain of an activation; k is the constant that shapes it."""
    at_1 = gaussian_moments(activation, k, 1.0)
    return Gains(
        moments=at_1,
        forward=sqrt(1 / at_1.mean_square),
        backward=sqrt(1 / at_1.slope_square),
        critical=critical_gain(activation, k),
        pytorch=pytorch_gain(activation.name, k),
        keras=KERAS_RECOMMENDED.get(activation.name, KERAS_DEFAULT),
    )


def pytorch_gain(name: str, slope: float) -> float | None:
    """Return what torch.nn.init.calculate_gain documents, or None for an activation it does not know."""
    table = {
        "linear": 1.0,
        "sigmoid": 1.0,
        "tanh": 5 / 3,
        "relu": sqrt(2.0),
        "leaky_relu": sqrt(2 / (1 + slope**2)),
        "selu": 3 / 4,
    }
    return table.get(name)


def critical_gain(activation: Activation, k: float) -> float | None:
    """Return the gain at which a deep network keeps the size of its gradient, or None where there is none.

    A network without bias settles at q* = gain² E f(√q* Z)², and χ = gain² E f′(√q* Z)² = 1 there asks for
    q* E f′² = E f². For linear, ReLU and leaky ReLU that is so at every q. Where f(0) = 0, it is so in the limit q* → 0, which the
    network comes to if E f²/q falls with q (tanh: gain 1). A q* that the depth moves away from does not count (GELU, SiLU, Mish).
    """
    slope = negative_slope(activation, k)
    if slope is not None:
        return sqrt(2 / (1 + slope**2))
    near_0 = gaussian_moments(activation, k, NEARLY_0)
    if near_0.mean_square < sqrt(NEARLY_0):  # else f(0) is not 0
        growing = gaussian_moments(activation, k, 0.1).mean_square / 0.1 > near_0.mean_square / NEARLY_0 * (1 + 1e-12)
        return None if growing else 1 / sqrt(near_0.slope_square)
    return _critical_gain_off_0(activation, k)


def _critical_gain_off_0(activation: Activation, k: float) -> float | None:
    """Return the gain for the first q* > 0 with χ = 1; f(0) ≠ 0 makes E f²/q fall there, so the depth settles at it."""

    def log_chi(log_q: float) -> float:
        m = gaussian_moments(activation, k, exp(log_q))
        return log(m.slope_square) + log_q - log(m.mean_square)

    grid = np.linspace(log(SEARCHED[0]), log(SEARCHED[1]), 64)
    for low, high in pairwise(grid):
        if log_chi(low) < 0 <= log_chi(high):
            q = exp(root(log_chi, low, high))
            return sqrt(q / gaussian_moments(activation, k, q).mean_square)
    return None
