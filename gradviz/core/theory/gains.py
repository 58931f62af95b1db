"""Gains: the factors on a standard deviation of 1/√fan_in, solved for any activation, and the ones that libraries use.

Var(W) = gain² / fan_in, without bias. The conditions for `forward` and `backward` are those of He et al., "Delving Deep into
Rectifiers" (2015); the one for `critical` is that of Schoenholz et al., "Deep information propagation" (2017).
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
"""A q so small that every f with f(0) = 0 is linear on either side of 0, to the last digit of float64."""

SEARCHED = (1e-3, 1e6)
"""The range in which a critical q* > 0 is searched; outside it ln χ is lost in rounding."""

KERAS_DEFAULT = "glorot_uniform"
"""The default initializer of `keras.layers.Dense`."""

KERAS_RECOMMENDED: dict[str, str] = {"selu": "lecun_normal"}
"""Activation → the initializer that Keras's page on it names; for all others there is only the layer's default."""


@dataclass(frozen=True)
class Gains:
    """The gains of one activation.

    Attributes
    ----------
    at_1 : GaussianMoments
        E f(Z), E f(Z)², E f′(Z)² for Z ~ N(0, 1).
    forward : float
        Preserves E z² = 1: gain² E f(Z)² = 1.
    backward : float
        Preserves the gradient's size where E z² = 1: gain² E f′(Z)² = 1.
    critical : float or None
        Preserves the gradient's size at the fixed point q* of E z²: χ(q*) = 1. None if there is no such gain.
    pytorch : float or None
        The value of `torch.nn.init.calculate_gain`; None for an activation it does not know.
    keras : str
        The initializer that Keras recommends, or the default of its dense layer.
    """

    at_1: GaussianMoments
    forward: float
    backward: float
    critical: float | None
    pytorch: float | None
    keras: str


def gains(activation: Activation, k: float) -> Gains:
    """Return the gains of an activation with the constant k."""
    at_1 = gaussian_moments(activation, k, 1.0)
    return Gains(
        at_1=at_1,
        forward=sqrt(1 / at_1.mean_square),
        backward=sqrt(1 / at_1.slope_square),
        critical=critical_gain(activation, k),
        pytorch=pytorch_gain(activation.name, k),
        keras=KERAS_RECOMMENDED.get(activation.name, KERAS_DEFAULT),
    )


def pytorch_gain(name: str, slope: float) -> float | None:
    """Return the documented value of torch.nn.init.calculate_gain, or None for an activation it does not know."""
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
    """Return the gain at which a deep network preserves the size of its gradient, or None if there is none.

    The fixed point of a network without bias is q* = gain² E f(√q* Z)², so χ = gain² E f′(√q* Z)² = 1 there means
    q* E f′² = E f². For linear, ReLU and leaky ReLU this holds at every q. If f(0) = 0, it holds in the limit q* → 0, which the
    network approaches if E f²/q falls with q (tanh: gain 1). An unstable q* does not count (GELU, SiLU, Mish).
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
    """Return the gain for the smallest q* > 0 with χ = 1, or None; as f(0) ≠ 0, E f²/q falls there, so q* is stable."""

    def log_chi(log_q: float) -> float:
        m = gaussian_moments(activation, k, exp(log_q))
        return log(m.slope_square) + log_q - log(m.mean_square)

    grid = np.linspace(log(SEARCHED[0]), log(SEARCHED[1]), 64)
    for low, high in pairwise(grid):
        if log_chi(low) < 0 <= log_chi(high):
            q = exp(root(log_chi, low, high))
            return sqrt(q / gaussian_moments(activation, k, q).mean_square)
    return None
