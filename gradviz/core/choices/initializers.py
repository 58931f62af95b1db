"""The weight initializers: each a distribution, and a variance that may depend on fan-in and fan-out.

The variances are those of LeCun et al., "Efficient BackProp" (1998): 1/fan_in; Glorot and Bengio, "Understanding the
difficulty of training deep feedforward neural networks" (2010): 2/(fan_in + fan_out); He et al., "Delving Deep into
Rectifiers" (2015): 2/fan_in; orthogonal: Saxe et al., "Exact solutions to the nonlinear dynamics of learning" (2013); LSUV:
Mishkin and Matas, "All you need is a good init" (2015).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np

from gradviz.core.choices.arrays import FloatArray
from gradviz.core.choices.draws import Draw
from gradviz.i18n import N_

TRUNCATED_STD = 0.87962566103423978
"""The standard deviation of N(0, 1) truncated at ±2; Keras divides by it."""


def identity_matrix(rng: np.random.Generator, shape: tuple[int, int]) -> FloatArray:
    """Return ones on the diagonal and zeros elsewhere; nothing is drawn."""
    return np.eye(*shape)


def all_ones(rng: np.random.Generator, shape: tuple[int, int]) -> FloatArray:
    """Return ones everywhere; nothing is drawn."""
    return np.ones(shape)


def unit_normal(rng: np.random.Generator, shape: tuple[int, int]) -> FloatArray:
    """Return N(0, 1) numbers."""
    return rng.standard_normal(shape)


def unit_uniform(rng: np.random.Generator, shape: tuple[int, int]) -> FloatArray:
    """Return numbers uniform between −√3 and √3: mean 0, variance 1."""
    limit = sqrt(3.0)
    return rng.uniform(-limit, limit, shape)


def unit_truncated(rng: np.random.Generator, shape: tuple[int, int]) -> FloatArray:
    """Return numbers of N(0, 1) truncated at ±2 and scaled to variance 1, as in Keras."""
    from scipy.special import ndtr, ndtri  # here, so that only this initializer pays for the import

    quantiles = rng.uniform(ndtr(-2.0), ndtr(2.0), shape)
    truncated: FloatArray = ndtri(quantiles) / TRUNCATED_STD
    return truncated


def orthogonal_matrix(rng: np.random.Generator, shape: tuple[int, int]) -> FloatArray:
    """Return a random orthogonal matrix; if it is not square, its rows or columns, whichever are fewer, are orthonormal."""
    rows, columns = shape
    gaussian = rng.standard_normal((max(shape), min(shape)))
    q, r = np.linalg.qr(gaussian)
    q = q * np.where(np.diagonal(r) < 0, -1.0, 1.0)  # otherwise the signs would not be uniformly distributed
    return q if rows >= columns else np.ascontiguousarray(q.T)


@dataclass(frozen=True)
class FanMode:
    """A choice of the fan that the variance is divided by: ``fan(fan_in, fan_out)``; None leaves it to the initializer."""

    name: str
    title: str
    help: str
    fan: Callable[[int, int], float] | None


FAN_MODES: dict[str, FanMode] = {
    entry.name: entry
    for entry in (
        FanMode("auto", N_("As the initializer says"), N_("LeCun and He divide by fan-in, Glorot by the mean of both."), None),
        FanMode("fan_in", N_("Fan-in"), N_("The inputs of a unit: keeps the forward signal."), lambda i, o: float(i)),
        FanMode("fan_out", N_("Fan-out"), N_("The units a signal goes to: keeps the gradient."), lambda i, o: float(o)),
        FanMode("fan_avg", N_("Mean of fan-in and fan-out"), N_("Glorot's compromise."), lambda i, o: (i + o) / 2),
    )
}
"""Name → FanMode."""


@dataclass(frozen=True)
class Initializer:
    """How the weights of a layer are drawn.

    Attributes
    ----------
    name : str
        Its name in a Spec.
    title, formula, help : str
        Texts for the user; `title` and `help` are marked for translation.
    draw : callable
        The distribution, of unit variance where `numerator` is given.
    numerator : float or None
        The variance at gain 1 is numerator / fan. None: W is gain times the matrix that `draw` returns.
    fan : {"", "fan_in", "fan_avg"}
        The fan in that formula; "" for 1.
    is_loaded : bool
        Whether the weights come from a file instead of being drawn.
    fits_the_data : bool
        Whether each layer is rescaled so that W·a has variance gain² on the batch (LSUV).
    """

    name: str
    title: str
    formula: str
    help: str
    draw: Draw
    numerator: float | None = None
    fan: str = ""
    fits_the_data: bool = False
    is_loaded: bool = False

    @property
    def is_random(self) -> bool:
        """Whether the weights are random and `variance` gives their variance."""
        return self.draw not in (identity_matrix, all_ones) and not self.fits_the_data and not self.is_loaded

    @property
    def is_independent(self) -> bool:
        """Whether the weights are drawn independently of each other, so that mean-field theory applies."""
        return self.is_random and self.draw is not orthogonal_matrix

    @property
    def is_gaussian(self) -> bool:
        """Whether the weights are independent and normal, so that W·a is exactly normal for any a."""
        return self.draw is unit_normal

    def scale(self, gain: float, fan_in: int, fan_out: int, fan_mode: str = "auto") -> float:
        """Return the factor that scales a draw to the weights."""
        if self.numerator is None or not self.fan:
            return gain * sqrt(1.0 if self.numerator is None else self.numerator)
        fan = FAN_MODES[self.fan if fan_mode == "auto" else fan_mode].fan
        assert fan is not None
        return gain * sqrt(self.numerator / fan(fan_in, fan_out))

    def variance(self, gain: float, fan_in: int, fan_out: int, fan_mode: str = "auto") -> float:
        """Return Var(W) of a random initializer."""
        drawn = 1.0 if self.numerator is not None else 1.0 / max(fan_in, fan_out)  # of an orthogonal matrix
        return drawn * self.scale(gain, fan_in, fan_out, fan_mode) ** 2


_ANY = N_("N(0, 1) at gain 1, whatever the width: how it was done for years.")
_LECUN = N_("Keeps the variance of a linear layer: the more inputs, the smaller the weights.")
_GLOROT = N_("Also called Xavier: a compromise between keeping the forward signal and keeping the gradient.")
_HE = N_("Twice LeCun's variance, because ReLU drops half of the signal.")
_VAR_LECUN, _VAR_HE = "Var(W) = gain² / fan_in", "Var(W) = gain² · 2 / fan_in"
_VAR_GLOROT = "Var(W) = gain² · 2 / (fan_in + fan_out)"

INITIALIZERS: dict[str, Initializer] = {
    entry.name: entry
    for entry in (
        Initializer("identity", N_("Identity, c·I"), "W = gain · I", N_("The lecture's c·I: every layer multiplies by the gain."), identity_matrix),
        Initializer("zeros", N_("Zeros"), "W = 0", N_("Nothing passes, and no unit ever differs from another."), all_ones, 0.0),
        Initializer("constant", N_("Constant"), "W = gain", N_("All weights equal the gain: no unit ever differs from another."), all_ones),
        Initializer("normal", N_("Normal, N(0, 1)"), "Var(W) = gain²", _ANY, unit_normal, 1.0),
        Initializer("uniform", N_("Uniform, variance 1"), "Var(W) = gain²", N_("Between −√3 and √3 at gain 1, whatever the width."), unit_uniform, 1.0),
        Initializer("truncated", N_("Truncated normal, variance 1"), "Var(W) = gain²", N_("N(0, 1) cut at ±2 standard deviations and widened again, as Keras does."), unit_truncated, 1.0),
        Initializer("lecun_normal", N_("LeCun, normal"), _VAR_LECUN, _LECUN, unit_normal, 1.0, "fan_in"),
        Initializer("lecun_uniform", N_("LeCun, uniform"), _VAR_LECUN, _LECUN, unit_uniform, 1.0, "fan_in"),
        Initializer("lecun_truncated", N_("LeCun, truncated normal"), _VAR_LECUN, _LECUN, unit_truncated, 1.0, "fan_in"),
        Initializer("glorot_normal", N_("Glorot (Xavier), normal"), _VAR_GLOROT, _GLOROT, unit_normal, 1.0, "fan_avg"),
        Initializer("glorot_uniform", N_("Glorot (Xavier), uniform"), _VAR_GLOROT, _GLOROT, unit_uniform, 1.0, "fan_avg"),
        Initializer("glorot_truncated", N_("Glorot (Xavier), truncated normal"), _VAR_GLOROT, _GLOROT, unit_truncated, 1.0, "fan_avg"),
        Initializer("he_normal", N_("He, normal"), _VAR_HE, _HE, unit_normal, 2.0, "fan_in"),
        Initializer("he_uniform", N_("He, uniform"), _VAR_HE, _HE, unit_uniform, 2.0, "fan_in"),
        Initializer("he_truncated", N_("He, truncated normal"), _VAR_HE, _HE, unit_truncated, 2.0, "fan_in"),
        Initializer("orthogonal", N_("Orthogonal"), "WᵀW = gain² · I", N_("A random rotation: lengths are kept exactly, at any depth, as long as the layers are linear and do not narrow (there W Wᵀ = gain² · I)."), orthogonal_matrix),
        Initializer("pytorch_default", N_("PyTorch's default"), "W ~ U(±gain / √fan_in)", N_("What nn.Linear really does to its weights: a third of LeCun's variance. (It draws biases too; see bias std.)"), unit_uniform, 1.0 / 3.0, "fan_in"),
        Initializer("lsuv", N_("LSUV"), "Var(W·a) = gain²", N_("Orthogonal, then each layer is rescaled until its weighted sums have variance 1 on the batch; shared weights in the first layer that has them."), orthogonal_matrix, fits_the_data=True),
        Initializer("file", N_("From a file"), "W = the file's", N_("The weights and biases of a file, as they are: an NPZ file as --arrays writes it, or a safetensors file."), identity_matrix, is_loaded=True),
    )
}  # fmt: skip
"""Name → Initializer, in teaching order."""

FAMILIES: dict[str, tuple[str, ...]] = {
    N_("Not drawn"): ("identity", "zeros", "constant"),
    N_("The same at every width"): ("normal", "uniform", "truncated"),
    N_("LeCun: variance 1 / fan-in"): ("lecun_normal", "lecun_uniform", "lecun_truncated"),
    N_("Glorot: variance 1 / mean of the fans"): ("glorot_normal", "glorot_uniform", "glorot_truncated"),
    N_("He: variance 2 / fan-in"): ("he_normal", "he_uniform", "he_truncated"),
    N_("Others"): ("orthogonal", "pytorch_default", "lsuv", "file"),
}
"""Heading → the names below it, in the order of `INITIALIZERS`."""


def family_of(name: str) -> tuple[str, ...]:
    """Return the initializers that stand under one heading with an initializer."""
    return next(names for names in FAMILIES.values() if name in names)
