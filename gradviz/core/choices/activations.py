"""The activation functions. To add one, add one entry here.

Functions take and return arrays of the network's precision. `k` is the constant that some of them have: the value of the Spec's
field named by `Activation.parameter`. At a kink the derivative is PyTorch's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np

from gradviz.core.choices.arrays import FloatArray
from gradviz.i18n import N_

INFINITY = float("inf")

SELU_SCALE = 1.0507009873554804934
SELU_ALPHA = 1.6732632423543772848
"""λ and α of Klambauer et al., "Self-Normalizing Neural Networks" (2017)."""

SATURATED_BELOW = 0.01
"""A unit counts as saturated where |f′| is below this share of its largest value: almost no gradient passes back through it."""


@dataclass(frozen=True)
class Activation:
    """An activation function, its derivative, and its texts.

    Attributes
    ----------
    name : str
        Its name in a Spec.
    title, formula, help : str
        Texts for the user; `title` and `help` are marked for translation.
    f : callable
        ``f(z, k) -> a``.
    derivative : callable
        ``derivative(v, k) -> f'(z)``, a new array, where v is a or z, as `derivative_of` says. If f′ can be computed from
        a = f(z), the pass need not keep z.
    derivative_of : {"activation", "pre_activation"}
        Which of the two arrays `derivative` reads.
    bounds : tuple of float
        The infimum and the supremum of f; at k = 1 if it has a k.
    steepest : float
        The largest |f′|; likewise at k = 1.
    saturation : str
        Where f counts as saturated, and why; marked for translation.
    initializer : str
        The initializer usually recommended for it.
    kinks : tuple of float
        The z at which f′ or f″ jumps; quadrature is split there.
    parameter : {"", "slope", "alpha"}
        The Spec's field that gives k; "" if f has no k.
    pull_back : callable or None
        ``pull_back(gradient, v, k)`` returns the gradient with respect to z. Given where a unit's output also depends on other
        units, so that multiplying by f′ is not enough; `derivative` is then ∂aᵢ/∂zᵢ.
    rises_fast : bool
        Whether f is monotonic down to the last digit, and faster to compute than sorting is: then the sorted a are computed as
        f of the sorted z.
    """

    name: str
    title: str
    formula: str
    help: str
    f: Callable[[FloatArray, float], FloatArray]
    derivative: Callable[[FloatArray, float], FloatArray]
    derivative_of: Literal["activation", "pre_activation"]
    bounds: tuple[float, float]
    steepest: float
    saturation: str
    initializer: str
    kinks: tuple[float, ...] = ()
    parameter: Literal["", "slope", "alpha"] = ""
    pull_back: Callable[[FloatArray, FloatArray, float], FloatArray] | None = None
    rises_fast: bool = False

    def gradient(self, gradient: FloatArray, v: FloatArray, k: float) -> FloatArray:
        """Return the gradient with respect to z, given the one with respect to a; v is the array that `derivative` reads."""
        if self.pull_back is not None:
            return self.pull_back(gradient, v, k)
        slopes = self.derivative(v, k)
        return np.multiply(gradient, slopes, out=slopes)

    def bounds_at(self, k: float) -> tuple[float, float]:
        """Return the infimum and the supremum of f at k."""
        low, high = self.bounds
        return (low * k if self.parameter == "alpha" else low), high

    def steepest_at(self, k: float) -> float:
        """Return the largest |f′| at k."""
        return max(self.steepest, k) if self.parameter else self.steepest

    @property
    def is_bounded(self) -> bool:
        """Whether both the infimum and the supremum of f are finite."""
        return bool(np.isfinite(self.bounds).all())

    @property
    def reads_all_units(self) -> bool:
        """Whether a unit's output depends on the other units too, as softmax's does, which is nowhere 0 and nowhere flat."""
        return self.pull_back is not None

    def derivative_at(self, z: FloatArray, k: float) -> FloatArray:
        """Return f′(z) given z, also where `derivative` reads a."""
        return self.derivative(z if self.derivative_of == "pre_activation" else self.f(z, k), k)


def _where(condition: np.ndarray, yes: FloatArray | float, no: FloatArray | float, like: FloatArray) -> FloatArray:
    """Return np.where in the dtype of `like`; Python numbers as arguments of np.where would give float64."""
    return np.where(condition, np.asarray(yes, like.dtype), np.asarray(no, like.dtype))


def _with_nan(slopes: FloatArray, x: FloatArray) -> FloatArray:
    """Set slopes to NaN where x is NaN: comparisons are false there, and a slope of 0 would look like a vanishing gradient."""
    slopes = np.asarray(slopes)
    np.copyto(slopes, x, where=np.isnan(x))
    return slopes


def _sigmoid(z: FloatArray) -> FloatArray:
    # For very negative z, exp(-z) overflows to infinity, and 1/inf = 0 is the right answer.
    return 1 / (1 + np.exp(-z))


def _softplus(z: FloatArray) -> FloatArray:
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def _softsign(z: FloatArray) -> FloatArray:
    return _where(np.isinf(z), np.sign(z), z / (1 + np.abs(z)), z)


def _normal_cdf(z: FloatArray) -> FloatArray:
    from scipy.special import ndtr  # here, so that only GELU pays for the import

    cdf: FloatArray = ndtr(z)
    return cdf


def _gelu_derivative(z: FloatArray, k: float) -> FloatArray:
    return _normal_cdf(z) + z * np.exp(-z * z / 2) / z.dtype.type(sqrt(2 * np.pi))


def _silu_derivative(z: FloatArray, k: float) -> FloatArray:
    s = _sigmoid(z)
    return s * (1 + z * (1 - s))


def _mish_derivative(z: FloatArray, k: float) -> FloatArray:
    t = np.tanh(_softplus(z))
    return t + z * _sigmoid(z) * (1 - t * t)


_LESS_THAN_1_PERCENT = N_("where f′ is below 1 % of its largest value")
_LEFT_OF_0 = N_("left of 0, where f′ is 0: the unit is off")
_NOWHERE = N_("nowhere")
_ONLY_WHERE_FLAT = N_("nowhere; with a slope below 1 %, left of 0")

ACTIVATIONS: dict[str, Activation] = {
    entry.name: entry
    for entry in (
        Activation(
            name="linear",
            title=N_("Linear"),
            formula="f(z) = z",
            help=N_("No activation function: the whole network is one product of matrices."),
            f=lambda z, k: z,
            derivative=lambda a, k: np.ones_like(a),
            derivative_of="activation",
            bounds=(-INFINITY, INFINITY),
            steepest=1.0,
            saturation=_NOWHERE,
            initializer="glorot_normal",
        ),
        Activation(
            name="sigmoid",
            title=N_("Sigmoid"),
            formula="f(z) = 1 / (1 + e⁻ᶻ)",
            help=N_("Squeezes everything between 0 and 1. Its derivative is never above 1/4 and dies where it saturates."),
            f=lambda z, k: _sigmoid(z),
            derivative=lambda a, k: a * (1 - a),
            derivative_of="activation",
            bounds=(0.0, 1.0),
            steepest=0.25,
            saturation=_LESS_THAN_1_PERCENT,
            initializer="glorot_normal",
            rises_fast=True,
        ),
        Activation(
            name="tanh",
            title=N_("Tanh"),
            formula="f(z) = tanh z",
            help=N_("A sigmoid centred on 0, between −1 and 1. Its derivative is 1 at 0 and dies where it saturates."),
            f=lambda z, k: np.tanh(z),
            derivative=lambda a, k: 1 - a * a,
            derivative_of="activation",
            bounds=(-1.0, 1.0),
            steepest=1.0,
            saturation=_LESS_THAN_1_PERCENT,
            initializer="glorot_normal",
            rises_fast=True,
        ),
        Activation(
            name="softsign",
            title=N_("Softsign"),
            formula="f(z) = z / (1 + |z|)",
            help=N_("Like tanh, but it nears its ends slowly, so that it saturates later."),
            f=lambda z, k: _softsign(z),
            derivative=lambda z, k: 1 / (1 + np.abs(z)) ** 2,
            derivative_of="pre_activation",
            bounds=(-1.0, 1.0),
            steepest=1.0,
            saturation=_LESS_THAN_1_PERCENT,
            initializer="glorot_normal",
            # f′ is continuous, but f″ jumps at 0, which also makes quadrature less accurate.
            kinks=(0.0,),
        ),
        Activation(
            name="hardtanh",
            title=N_("Hard tanh"),
            formula="f(z) = min(1, max(−1, z))",
            help=N_("Tanh in three straight pieces: the gradient passes whole or not at all."),
            f=lambda z, k: np.clip(z, -1, 1),
            derivative=lambda z, k: _with_nan((np.abs(z) < 1).astype(z.dtype), z),
            derivative_of="pre_activation",
            bounds=(-1.0, 1.0),
            steepest=1.0,
            saturation=_LESS_THAN_1_PERCENT,
            initializer="glorot_normal",
            kinks=(-1.0, 1.0),
            rises_fast=True,
        ),
        Activation(
            name="relu",
            title=N_("ReLU"),
            formula="f(z) = max(0, z)",
            help=N_("Passes what is positive and drops the rest. Never saturates on the right; half of the signal is lost."),
            f=lambda z, k: np.maximum(z, 0),
            derivative=lambda a, k: _with_nan((a > 0).astype(a.dtype), a),
            derivative_of="activation",
            bounds=(0.0, INFINITY),
            steepest=1.0,
            saturation=_LEFT_OF_0,
            initializer="he_normal",
            kinks=(0.0,),
            rises_fast=True,
        ),
        Activation(
            name="leaky_relu",
            title=N_("Leaky ReLU"),
            formula="f(z) = z > 0 ? z : slope · z",
            help=N_("A ReLU that lets a little of the negative side through, so that no unit dies."),
            f=lambda z, k: _where(z > 0, z, z * z.dtype.type(k), z),
            # The slope is never negative, so a > 0 exactly where z > 0.
            derivative=lambda a, k: _with_nan(_where(a > 0, 1.0, k, a), a),
            derivative_of="activation",
            bounds=(-INFINITY, INFINITY),
            steepest=1.0,
            saturation=_ONLY_WHERE_FLAT,
            initializer="he_normal",
            kinks=(0.0,),
            parameter="slope",
            rises_fast=True,
        ),
        Activation(
            name="elu",
            title=N_("ELU"),
            formula="f(z) = z > 0 ? z : α (eᶻ − 1)",
            help=N_("Straight on the right; on the left it bends towards −α, which draws the mean towards 0."),
            f=lambda z, k: _where(z > 0, z, z.dtype.type(k) * np.expm1(np.minimum(z, 0)), z),
            derivative=lambda z, k: _where(z > 0, 1.0, z.dtype.type(k) * np.exp(np.minimum(z, 0)), z),
            derivative_of="pre_activation",
            bounds=(-1.0, INFINITY),
            steepest=1.0,
            saturation=_LESS_THAN_1_PERCENT,
            initializer="he_normal",
            kinks=(0.0,),
            parameter="alpha",
        ),
        Activation(
            name="selu",
            title=N_("SELU"),
            formula="f(z) = λ (z > 0 ? z : α (eᶻ − 1))",
            help=N_("An ELU scaled so that mean 0 and variance 1 hold themselves, with LeCun's initialization."),
            f=lambda z, k: SELU_SCALE * _where(z > 0, z, SELU_ALPHA * np.expm1(np.minimum(z, 0)), z),
            derivative=lambda z, k: SELU_SCALE * _where(z > 0, 1.0, SELU_ALPHA * np.exp(np.minimum(z, 0)), z),
            derivative_of="pre_activation",
            bounds=(-SELU_SCALE * SELU_ALPHA, INFINITY),
            steepest=SELU_SCALE * SELU_ALPHA,
            saturation=_LESS_THAN_1_PERCENT,
            initializer="lecun_normal",
            kinks=(0.0,),
        ),
        Activation(
            name="gelu",
            title=N_("GELU"),
            formula="f(z) = z Φ(z)",
            help=N_("A ReLU with a soft corner: z times the probability that a Gaussian is below z. (The exact form, with erf.)"),
            f=lambda z, k: z * _normal_cdf(z),
            derivative=_gelu_derivative,
            derivative_of="pre_activation",
            bounds=(-0.16997120747990369, INFINITY),
            steepest=1.128904145185155,
            saturation=_LESS_THAN_1_PERCENT,
            initializer="he_normal",
        ),
        Activation(
            name="silu",
            title=N_("SiLU (swish)"),
            formula="f(z) = z / (1 + e⁻ᶻ)",
            help=N_("A ReLU with a soft corner: z times its sigmoid."),
            f=lambda z, k: z * _sigmoid(z),
            derivative=_silu_derivative,
            derivative_of="pre_activation",
            bounds=(-0.27846454276107385, INFINITY),
            steepest=1.0998393201288672,
            saturation=_LESS_THAN_1_PERCENT,
            initializer="he_normal",
        ),
        Activation(
            name="softplus",
            title=N_("Softplus"),
            formula="f(z) = ln(1 + eᶻ)",
            help=N_("A smooth ReLU that is positive everywhere; its derivative is the sigmoid."),
            f=lambda z, k: _softplus(z),
            derivative=lambda z, k: _sigmoid(z),
            derivative_of="pre_activation",
            bounds=(0.0, INFINITY),
            steepest=1.0,
            saturation=_LESS_THAN_1_PERCENT,
            initializer="he_normal",
        ),
        Activation(
            name="mish",
            title=N_("Mish"),
            formula="f(z) = z tanh(ln(1 + eᶻ))",
            help=N_("Between SiLU and GELU: z times the tanh of its softplus."),
            f=lambda z, k: z * np.tanh(_softplus(z)),
            derivative=_mish_derivative,
            derivative_of="pre_activation",
            bounds=(-0.30884341301725043, INFINITY),
            steepest=1.088498161251728,
            saturation=_LESS_THAN_1_PERCENT,
            initializer="he_normal",
        ),
    )
}
"""Name → Activation, in teaching order."""


def _softmax(z: FloatArray) -> FloatArray:
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    shares: FloatArray = powers / powers.sum(axis=1, keepdims=True)
    return shares


SOFTMAX = Activation(
    name="softmax",
    title=N_("Softmax"),
    formula="f(z)ᵢ = e^zᵢ / Σⱼ e^zⱼ",
    help=N_("Shares that add up to 1 over the units; for the output layer only."),
    f=lambda z, k: _softmax(z),
    derivative=lambda a, k: a * (1 - a),
    derivative_of="activation",
    bounds=(0.0, 1.0),
    steepest=0.25,
    saturation=_LESS_THAN_1_PERCENT,
    initializer="glorot_normal",
    pull_back=lambda gradient, a, k: a * (gradient - (gradient * a).sum(axis=1, keepdims=True)),
)


@dataclass(frozen=True)
class OutputActivation:
    """A choice for the last layer's activation; `activation` is None for the one of the other layers."""

    name: str
    title: str
    help: str
    activation: Activation | None


OUTPUT_ACTIVATIONS: dict[str, OutputActivation] = {
    "same": OutputActivation("same", N_("As the other layers"), N_("The last layer is a layer like the others."), None),
    **{
        entry.name: OutputActivation(entry.name, entry.title, entry.help, entry)
        for entry in (ACTIVATIONS["linear"], ACTIVATIONS["sigmoid"], ACTIVATIONS["tanh"], SOFTMAX)
    },
}
"""Name → OutputActivation."""
