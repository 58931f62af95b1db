"""What theory predicts for the measures of an experiment; nothing where no theory is known to hold."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from gradviz.core.arrays import Float64Array
from gradviz.core.gaussian import moments
from gradviz.core.limits import FixedPoint, finite_width_band, fixed_point
from gradviz.core.network import Network
from gradviz.core.normalization import EPSILON
from gradviz.core.spec import Spec
from gradviz.core.theory import MeanField, backward, correlation, forward
from gradviz.i18n import _

SMALLEST_LEAN = 1e-9
"""A mean of f(Z) below this is 0 but for the rounding of the integral."""

DEEPEST_CORRELATION = 200
"""The correlation of two inputs takes a double integral per layer, up to seconds in 1,000 of them."""


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
        residual=spec.residual,
        residual_scale=network.branch_scale,
        residual_order="pre" if spec.residual_order == "pre" else "post",
        normalization=spec.normalization,  # type: ignore[arg-type]
        normalization_place=spec.normalization_place,  # type: ignore[arg-type]
        normalization_epsilon=EPSILON if spec.normalization != "none" else 0.0,
    )


@lru_cache(maxsize=64)
def limit(spec: Spec) -> FixedPoint | None:
    """Return where a plain network of one width settles if it is deep enough, or None where it does not.

    Kept, because it takes some milliseconds and several places show it.
    """
    network = Network(spec)
    net = mean_field(network)
    if net is None or not net.is_plain or len(set(network.units)) > 1:
        return None
    return fixed_point(net.activation, net.k, net.sigma_w2[-1], net.bias_variance)


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


def predict(network: Network, input_mean_square: float, input_correlation: float) -> Prediction:
    """Return the predictions.

    Parameters
    ----------
    network : Network
    input_mean_square, input_correlation : float
        E x² of the input batch, and the mean cosine between its pairs of examples.
    """
    spec, net = network.spec, mean_field(network)
    signal = forward(net, input_mean_square) if net is not None and np.isfinite(input_mean_square) else None
    if net is None or signal is None:
        return Prediction({}, {})
    predicted = {
        "activation_mean": signal["activation_mean"],
        "activation_std": signal["activation_std"],
        "activation_rms": signal["activation_rms"],
        "pre_activation_std": signal["pre_activation_std"],
        "pre_activation_rms": np.sqrt(signal["q"]),
    }
    if spec.loss == "cotangent" and not _adds_up(net):
        predicted |= backward(net, signal, spec.batch)
    if net.residual and net.normalization == "batch" and _leans(net):
        # The units' means add up along the skips each by its own draw, so that less of E a² is one mean for all.
        predicted = {key: values for key, values in predicted.items() if key not in ("activation_mean", "activation_std")}
    if spec.depth <= DEEPEST_CORRELATION and np.isfinite(input_correlation):
        together = correlation(net, signal, float(np.clip(input_correlation, -1, 1)))
        if together is not None:
            predicted["input_correlation"] = together
    series = {key: np.asarray(values, np.float64) for key, values in predicted.items() if np.isfinite(values).any()}
    band = finite_width_band(net, signal) if "activation_rms" in series else None
    return Prediction(series, {} if band is None else {"activation_rms": 10.0 ** (np.stack(band, axis=1) / 2)})
