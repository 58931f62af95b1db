"""What theory predicts for the measures of an experiment; nothing where no theory is known to hold."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from gradviz.core.choices.arrays import Float64Array, FloatArray
from gradviz.core.choices.errors import ExperimentError
from gradviz.core.choices.normalization import EPSILON
from gradviz.core.choices.sources import input_batch
from gradviz.core.measures import MEASURES, mean_cosine, pair_cosines
from gradviz.core.measures import moments as measured
from gradviz.core.network import Network
from gradviz.core.spec import Spec
from gradviz.core.theory.gaussian import moments, negative_slope
from gradviz.core.theory.limits import LARGEST_FIXED_POINT, SMALLEST_FIXED_POINT, FixedPoint, finite_width_band, fixed_point
from gradviz.core.theory.mean_field import MeanField, backward, correlation, forward
from gradviz.i18n import _

SMALLEST_LEAN = 1e-9
"""A mean of f(Z) below this is 0 but for the rounding of the integral."""

WIDEST_INPUT = 1.25
"""Of the examples' mean squares, the standard deviation over the mean: above it (Gaussian input: one feature), what f makes of the
mean is not the mean of what f makes of them. At 1 the sizes are off by a tenth."""

SMALLEST_BATCH, LARGEST_LIKENESS = 32, 0.6
"""For batch normalization: with fewer examples, or with such as lie in a plane, the gradient is off by more than a factor of
2 in 20 layers."""

NARROWEST_NORMALIZED = 16
"""Units of a hidden layer; what the normalization of fewer projects out is no small part any more."""

DEEPEST_CORRELATION = 200
"""The correlation of two inputs takes a double integral per layer, up to seconds in 1,000 of them."""


class Inputs(NamedTuple):
    """What the theory asks of a batch of inputs.

    Attributes
    ----------
    mean_square : float
        E x².
    spread : float
        Of the examples' own mean squares, the standard deviation over the mean.
    cosine : float
        The mean cosine between pairs of examples.
    likeness : float
        The root mean square of the cosine between pairs, the batch's mean taken out: about 1/√n where they fill n dimensions.
    """

    mean_square: float
    spread: float
    cosine: float
    likeness: float

    @classmethod
    def of(cls, x: FloatArray) -> Inputs:
        """Measure a batch, (batch, features)."""
        wide, rms = x.astype(np.float64), measured(x).rms
        squares = np.square(wide).mean(axis=1)
        spread = float(squares.std() / squares.mean()) if squares.any() else 0.0
        centred = pair_cosines(wide - wide.mean(axis=0))
        likeness = float(np.sqrt(np.mean(centred**2))) if centred.size else np.nan
        return cls(rms * rms, spread, mean_cosine(x), likeness)  # not rms ** 2, which raises beyond float64

    def suit(self, net: MeanField, batch: int) -> bool:
        """Whether they are near enough to what the theory takes them for."""
        if net.normalization == "batch":
            return batch >= SMALLEST_BATCH and self.likeness <= LARGEST_LIKENESS
        if net.normalization != "none":
            return min(net.units[1:-1] or net.units[1:]) >= NARROWEST_NORMALIZED
        scales = negative_slope(net.activation, net.k) is not None and net.bias_variance == 0
        return scales or self.spread <= WIDEST_INPUT


def mean_field(network: Network) -> MeanField | None:
    """Return what the theory needs to know of a network, or None where its assumptions do not hold.

    They do not for weights that are not drawn independently (c·I, constants, orthogonal, LSUV, shared), nor for an output layer
    of another kind.
    """
    spec, units = network.spec, network.units
    initializer, f = network.initializer, network.activation(1)
    if not initializer.is_independent or spec.shared_weights or spec.output_activation != "same":
        return None
    return MeanField(
        activation=f,
        k=network.k(1),
        weight_variance=tuple(
            initializer.variance(spec.gain, units[l - 1], units[l], spec.fan_mode) for l in range(1, spec.depth + 1)
        ),
        units=units,
        bias_variance=spec.bias_std**2,
        residual=spec.residual if any(network.skip(l, spec.residual_order) is not None for l in range(1, spec.depth + 1)) else 0,
        residual_scale=network.branch_scale,
        residual_order="pre" if spec.residual_order == "pre" else "post",
        normalization=spec.normalization,  # type: ignore[arg-type]
        normalization_place=spec.normalization_place,  # type: ignore[arg-type]
        normalization_epsilon=EPSILON if spec.normalization != "none" else 0.0,
    )


@lru_cache(maxsize=64)
def limit(spec: Spec) -> FixedPoint | None:
    """Return where a plain network of one width settles from its input if it is deep enough, or None where it does not.

    Kept, because it takes some milliseconds and several places show it.
    """
    try:
        return _limit(spec)
    except ExperimentError:  # the file with its input has gone since
        return None


def _limit(spec: Spec) -> FixedPoint | None:
    network = Network(spec)
    net = mean_field(network)
    if net is None or not net.is_plain or len(set(net.units[1:])) > 1 or (spec.depth == 1 and net.units[0] != net.units[1]):
        return None
    rms = measured(input_batch(spec)).rms
    start = net.sigma_w2[0] * rms * rms + net.bias_variance
    if not SMALLEST_FIXED_POINT < start < LARGEST_FIXED_POINT:
        return None
    return fixed_point(net.activation, net.k, net.sigma_w2[-1], net.bias_variance, start)


def limit_text(network: Network) -> str:
    """Return one sentence on where a plain network settles if it is deep enough, or nothing where it does not."""
    settled = limit(network.spec)
    if settled is None:
        return ""
    said = {
        "q": f"{settled.q:.4g}",
        "chi": f"{settled.chi:.4g}",
        "scale": f"{settled.depth_scale:.3g}",
        "c": f"{settled.c:.3g}",
        "c_scale": f"{settled.c_depth_scale:.3g}",
    }
    return _(
        "Theory: deep down E z² settles at {q}; there the squared gradient changes by χ = {chi} per layer, by e in {scale} layers. "
        "The correlation of two inputs tends to {c}, by e in {c_scale} layers."
    ).format(**said)


def _leans(net: MeanField) -> bool:
    """Whether f gives out a mean other than 0, and can give out any."""
    # SELU has none at q = 1, and one everywhere else.
    return not net.activation.is_bounded and any(abs(moments(net.activation, net.k, q).mean) > SMALLEST_LEAN for q in (1.0, 4.0))


def _adds_up(net: MeanField) -> bool:
    """Whether the gradient along the mean of a adds up over skip connections.

    The theory takes the weights that a gradient meets for independent of it. With skips, the mean that f gives out grows along one
    direction, W and f′ are correlated along it, and the gradient's share there grows as the signal does: at 60 ReLU layers it is
    10³·⁸ times what independence gives.
    """
    return bool(net.residual) and net.normalization == "none" and _leans(net)


class Prediction(NamedTuple):
    """What theory says, each under the name of a measure.

    Attributes
    ----------
    series : dict of str to ndarray
        The value at infinite width, (L,).
    bands : dict of str to ndarray
        Between what it lies in two thirds of all draws of the weights at this width, for one input, (L, 2).
    """

    series: dict[str, Float64Array]
    bands: dict[str, Float64Array]


def predict(network: Network, inputs: Inputs) -> Prediction:
    """Return the predictions."""
    spec, net = network.spec, mean_field(network)
    if net is None or not np.isfinite(inputs.mean_square) or not inputs.suit(net, spec.batch):
        return Prediction({}, {})
    signal = forward(net, inputs.mean_square)
    if signal is None:
        return Prediction({}, {})
    predicted = {
        "activation_mean": signal["activation_mean"],
        "activation_std": signal["activation_std"],
        "activation_rms": signal["activation_rms"],
        "pre_activation_std": signal["pre_activation_std"],
        "pre_activation_rms": np.sqrt(signal["q"]),
        "weight_std": np.sqrt(net.weight_variance),
    }
    with np.errstate(divide="ignore"):
        predicted["log10_weight_rms"] = np.log10(predicted["weight_std"])
    if spec.loss == "cotangent" and not _adds_up(net):
        predicted |= backward(net, signal, spec.batch)
    if net.residual and net.normalization == "batch" and _leans(net):
        # The units' means add up along the skips each by its own draw, so that less of E a² is one mean for all.
        predicted = {key: values for key, values in predicted.items() if key not in ("activation_mean", "activation_std")}
    if spec.depth <= DEEPEST_CORRELATION and np.isfinite(inputs.cosine):
        together = correlation(net, signal, float(np.clip(inputs.cosine, -1, 1)))
        if together is not None:
            predicted["input_correlation"] = together
    for key, measure in MEASURES.items():
        derived = measure.derive(predicted)
        if derived is not None:
            predicted[key] = derived
    series = {key: np.asarray(values, np.float64) for key, values in predicted.items() if np.isfinite(values).any()}
    band = finite_width_band(net, signal) if "activation_rms" in series else None
    return Prediction(series, {} if band is None else {"activation_rms": 10.0 ** (np.stack(band, axis=1) / 2)})
