"""Theoretical predictions for the measures of a network; none where no theory is known to hold."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import NamedTuple

import numpy as np

from gradviz.cache import remembered
from gradviz.core.choices.arrays import Float64Array, Series
from gradviz.core.theory.assumptions import Inputs, gradient_is_predictable, mean_can_grow, signal_is_predictable
from gradviz.core.theory.fluctuations import scatters, signal_band
from gradviz.core.theory.limits import LARGEST_FIXED_POINT, SMALLEST_FIXED_POINT, FixedPoint, fixed_point
from gradviz.core.theory.mean_field import MeanField, backward, correlation, forward
from gradviz.core.theory.spread import spread

DEEPEST_CORRELATION = 200
"""Layers; the correlation of two inputs takes a double integral per layer, up to seconds for 1,000 layers."""


@remembered
def settled(net: MeanField, input_rms: float) -> FixedPoint | None:
    """Return the fixed point that a plain network of one width approaches with depth from its input, or None without one."""
    if not net.is_plain or len(set(net.units[1:])) > 1 or (net.depth == 1 and net.units[0] != net.units[1]):
        return None
    start = net.sigma_w2[0] * input_rms * input_rms + net.bias_variance
    if not SMALLEST_FIXED_POINT < start < LARGEST_FIXED_POINT:
        return None
    return fixed_point(net.activation, net.k, net.sigma_w2[-1], net.bias_variance, start)


class Prediction(NamedTuple):
    """The predictions, by the keys of `MEASURES`.

    Attributes
    ----------
    series : dict of str to ndarray
        The values at infinite width, (L,); NaN in layers where they are not typical of this width.
    bands : dict of str to ndarray
        The 68 % interval over weight draws at this width, for one input, (L, 2); NaN in layers where it would reach 0.
    """

    series: dict[str, Float64Array]
    bands: dict[str, Float64Array]


NOTHING = Prediction({}, {})


def predict(net: MeanField | None, inputs: Inputs, *, unit_gradient: bool) -> Prediction:
    """Return the predictions for the measures that are not derived from others.

    Parameters
    ----------
    net : MeanField or None
        None if the theory's assumptions do not hold.
    inputs : Inputs
    unit_gradient : bool
        Whether a random gradient of size 1 enters the last layer, as the predictions for gradients assume.
    """
    if net is None or not np.isfinite(inputs.mean_square) or not signal_is_predictable(net, inputs):
        return NOTHING
    mean = sqrt(inputs.common) if net.normalization == "batch" else inputs.mean
    signal = forward(net, inputs.mean_square, mean)
    if signal is None:
        return NOTHING
    sizes = {
        "activation_mean": signal["activation_mean"],
        "activation_std": signal["activation_std"],
        "activation_rms": signal["activation_rms"],
        "pre_activation_std": signal["pre_activation_std"],
        "pre_activation_rms": np.sqrt(signal["q"]),
    }
    if net.residual and net.normalization == "batch" and mean_can_grow(net):
        # Along the skips the units' means add up independently of each other, so a smaller part of E a² is a common mean.
        del sizes["activation_mean"], sizes["activation_std"]
    has_gradient = unit_gradient and gradient_is_predictable(net, inputs.size)
    gradients = backward(net, signal, inputs.size) if has_gradient else {}
    predicted = _where_typical(net, signal, sizes, gradients)
    predicted["weight_std"] = np.sqrt(net.weight_variance)
    with np.errstate(divide="ignore"):
        predicted["log10_weight_rms"] = np.log10(predicted["weight_std"])
    if net.depth <= DEEPEST_CORRELATION and np.isfinite(inputs.cosine):
        cosines = correlation(net, signal, float(np.clip(inputs.cosine, -1, 1)))
        if cosines is not None:
            # Where no network of this width has the sizes of infinite width, none has its angles: 34 SiLU layers of 44 are .4 off.
            predicted["input_correlation"] = np.where(np.isnan(predicted["pre_activation_rms"]), np.nan, cosines)
        between = spread(net, signal, float(np.clip(inputs.cosine, -1, 1)), inputs.spread, inputs.size)
        if between is not None:
            predicted["activation_spread"] = between
    band = signal_band(net, signal)
    return Prediction(predicted, {} if band is None else {"activation_rms": 10.0 ** (band / 2)})


def _where_typical(
    net: MeanField, signal: Mapping[str, Float64Array], sizes: Series, gradients: Series
) -> dict[str, Float64Array]:
    """Return the predictions with NaN in the layers where no network of this width is like one of infinite width.

    The value of infinite width is the mean over weight draws. It stays as long as it lies within a standard deviation of the
    typical one, so that a curve with a band is never drawn outside it.
    """
    scatter = scatters(net, signal, gradients.get("log10_grad_a_rms"))
    if scatter is None:
        return {**sizes, **gradients}
    stand = dict.fromkeys(sizes, scatter.signal_stands()) | dict.fromkeys(gradients, scatter.gradient_stands())
    if "log10_grad_W_rms" in stand:
        stand["log10_grad_W_rms"] = scatter.weight_gradient_stands()
    return {key: np.where(stand[key], values, np.nan) for key, values in {**sizes, **gradients}.items()}
