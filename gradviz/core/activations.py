"""The activation functions: one entry here is all that a new one needs.

Functions take and return arrays of the network's own precision; `slope` is the Spec's field of that name, which most of
them ignore. At a kink the derivative is the one PyTorch takes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gradviz.core.arrays import FloatArray
from gradviz.i18n import N_

INFINITY = float("inf")


@dataclass(frozen=True)
class Activation:
    """An activation function, its derivative, and what the program says of it.

    Attributes
    ----------
    name : str
        What a Spec calls it.
    title, formula, help : str
        What people read; `title` and `help` are marked for translation.
    f : callable
        ``f(z, slope) -> a``.
    derivative : callable
        ``derivative(v, slope) -> f'(z)``, where v is a or z, as `derivative_of` says. Where f′ follows from a = f(z), the
        pass need not remember z.
    derivative_of : {"activation", "pre_activation"}
        Which of the two arrays `derivative` reads.
    bounds : tuple of float
        The infimum and the supremum of f.
    initializer : str
        The initializer usually recommended with it.
    uses_slope : bool
        Whether `slope` changes it.
    """

    name: str
    title: str
    formula: str
    help: str
    f: Callable[[FloatArray, float], FloatArray]
    derivative: Callable[[FloatArray, float], FloatArray]
    derivative_of: Literal["activation", "pre_activation"]
    bounds: tuple[float, float]
    initializer: str
    uses_slope: bool = False

    @property
    def is_bounded(self) -> bool:
        """Whether the output stays within two finite limits whatever comes in."""
        return bool(np.isfinite(self.bounds).all())


def _sigmoid(z: FloatArray, slope: float) -> FloatArray:
    # exp(-z) runs over to infinity far on the left, and 1/inf is the right answer there: 0.
    one = z.dtype.type(1)
    return one / (one + np.exp(-z))


def _leaky_relu(z: FloatArray, slope: float) -> FloatArray:
    return np.where(z > 0, z, z * z.dtype.type(slope))


def _leaky_relu_derivative(a: FloatArray, slope: float) -> FloatArray:
    # a has the sign of z, because the slope is never negative.
    kind = a.dtype.type
    return np.where(a > 0, kind(1), kind(slope))


ACTIVATIONS: dict[str, Activation] = {
    entry.name: entry
    for entry in (
        Activation(
            name="linear",
            title=N_("Linear"),
            formula="f(z) = z",
            help=N_("No activation function: the whole network is one product of matrices."),
            f=lambda z, slope: z,
            derivative=lambda a, slope: np.ones_like(a),
            derivative_of="activation",
            bounds=(-INFINITY, INFINITY),
            initializer="glorot_normal",
        ),
        Activation(
            name="sigmoid",
            title=N_("Sigmoid"),
            formula="f(z) = 1 / (1 + e⁻ᶻ)",
            help=N_("Squeezes everything between 0 and 1. Its derivative is never above 1/4 and dies where it saturates."),
            f=_sigmoid,
            derivative=lambda a, slope: a * (a.dtype.type(1) - a),
            derivative_of="activation",
            bounds=(0.0, 1.0),
            initializer="glorot_normal",
        ),
        Activation(
            name="tanh",
            title=N_("Tanh"),
            formula="f(z) = tanh z",
            help=N_("A sigmoid centred on 0, between −1 and 1. Its derivative is 1 at 0 and dies where it saturates."),
            f=lambda z, slope: np.tanh(z),
            derivative=lambda a, slope: a.dtype.type(1) - a * a,
            derivative_of="activation",
            bounds=(-1.0, 1.0),
            initializer="glorot_normal",
        ),
        Activation(
            name="relu",
            title=N_("ReLU"),
            formula="f(z) = max(0, z)",
            help=N_("Passes what is positive and drops the rest. Never saturates on the right; half of the signal is lost."),
            f=lambda z, slope: np.maximum(z, z.dtype.type(0)),
            derivative=lambda a, slope: (a > 0).astype(a.dtype),
            derivative_of="activation",
            bounds=(0.0, INFINITY),
            initializer="he_normal",
        ),
        Activation(
            name="leaky_relu",
            title=N_("Leaky ReLU"),
            formula="f(z) = z > 0 ? z : slope · z",
            help=N_("A ReLU that lets a little of the negative side through, so that no unit dies."),
            f=_leaky_relu,
            derivative=_leaky_relu_derivative,
            derivative_of="activation",
            bounds=(-INFINITY, INFINITY),
            initializer="he_normal",
            uses_slope=True,
        ),
    )
}
"""Name → Activation, in teaching order."""
