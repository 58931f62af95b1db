"""The weight initializers: a variance, which depends on fan-in and fan-out, and a distribution.

The variances are those of LeCun et al., "Efficient BackProp" (1998): 1/fan_in; Glorot and Bengio, "Understanding the
difficulty of training deep feedforward neural networks" (2010): 2/(fan_in + fan_out); He et al., "Delving Deep into
Rectifiers" (2015): 2/fan_in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np

from gradviz.core.arrays import FloatArray
from gradviz.core.draws import Draw
from gradviz.i18n import N_


def identity_matrix(rng: np.random.Generator, shape: tuple[int, int]) -> FloatArray:
    """Ones on the diagonal and nothing else; nothing is drawn."""
    return np.eye(*shape)


def unit_normal(rng: np.random.Generator, shape: tuple[int, int]) -> FloatArray:
    """Gaussian, mean 0, variance 1."""
    return rng.standard_normal(shape)


def unit_uniform(rng: np.random.Generator, shape: tuple[int, int]) -> FloatArray:
    """Uniform between −√3 and √3: mean 0, variance 1."""
    limit = sqrt(3.0)
    return rng.uniform(-limit, limit, shape)


@dataclass(frozen=True)
class Initializer:
    """How the weights of a layer are drawn.

    Attributes
    ----------
    name : str
        What a Spec calls it.
    title, formula, help : str
        What people read; `title` and `help` are marked for translation.
    draw : callable
        The unit-variance distribution.
    variance : callable or None
        ``variance(fan_in, fan_out)`` at gain 1, or None where the weights are not random.
    """

    name: str
    title: str
    formula: str
    help: str
    draw: Draw
    variance: Callable[[int, int], float] | None

    def scale(self, gain: float, fan_in: int, fan_out: int) -> float:
        """Return what a unit draw is multiplied by: gain × the standard deviation at gain 1."""
        return gain if self.variance is None else gain * sqrt(self.variance(fan_in, fan_out))


def _one(fan_in: int, fan_out: int) -> float:
    return 1.0


def _lecun(fan_in: int, fan_out: int) -> float:
    return 1.0 / fan_in


def _glorot(fan_in: int, fan_out: int) -> float:
    return 2.0 / (fan_in + fan_out)


def _he(fan_in: int, fan_out: int) -> float:
    return 2.0 / fan_in


_LECUN = N_("Keeps the variance of a linear layer: the more inputs, the smaller the weights.")
_GLOROT = N_("Also called Xavier: a compromise between keeping the forward signal and keeping the gradient.")
_HE = N_("Twice LeCun's variance, because ReLU drops half of the signal.")

INITIALIZERS: dict[str, Initializer] = {
    entry.name: entry
    for entry in (
        Initializer(
            "identity",
            N_("Identity, c·I"),
            "W = gain · I",
            N_("The lecture's c·I: every layer multiplies by the gain."),
            identity_matrix,
            None,
        ),
        Initializer(
            "normal",
            N_("Normal, N(0, 1)"),
            "Var(W) = gain²",
            N_("N(0, 1) at gain 1, whatever the width: how it was done for years."),
            unit_normal,
            _one,
        ),
        Initializer(
            "uniform",
            N_("Uniform, variance 1"),
            "Var(W) = gain²",
            N_("Between −√3 and √3 at gain 1, whatever the width."),
            unit_uniform,
            _one,
        ),
        Initializer("lecun_normal", N_("LeCun, normal"), "Var(W) = gain² / fan_in", _LECUN, unit_normal, _lecun),
        Initializer("lecun_uniform", N_("LeCun, uniform"), "Var(W) = gain² / fan_in", _LECUN, unit_uniform, _lecun),
        Initializer(
            "glorot_normal",
            N_("Glorot (Xavier), normal"),
            "Var(W) = gain² · 2 / (fan_in + fan_out)",
            _GLOROT,
            unit_normal,
            _glorot,
        ),
        Initializer(
            "glorot_uniform",
            N_("Glorot (Xavier), uniform"),
            "Var(W) = gain² · 2 / (fan_in + fan_out)",
            _GLOROT,
            unit_uniform,
            _glorot,
        ),
        Initializer("he_normal", N_("He, normal"), "Var(W) = gain² · 2 / fan_in", _HE, unit_normal, _he),
        Initializer("he_uniform", N_("He, uniform"), "Var(W) = gain² · 2 / fan_in", _HE, unit_uniform, _he),
    )
}
"""Name → Initializer, in teaching order."""
