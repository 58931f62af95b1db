"""Theoretical predictions for the measures of a network; none where no theory is known to hold."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

import numpy as np

from gradviz.cache import remembered
from gradviz.core.choices.arrays import Float64Array
from gradviz.core.theory.gaussian import gaussian_moments, negative_slope
from gradviz.core.theory.limits import LARGEST_FIXED_POINT, SMALLEST_FIXED_POINT, FixedPoint, finite_width_band, fixed_point
from gradviz.core.theory.mean_field import MeanField, backward, correlation, forward

SMALLEST_MEAN = 1e-9
"""A mean of f(Z) below this is rounding error of the integral."""

WIDEST_INPUT = 1.25
"""The largest `Inputs.spread` for a prediction where f is nonlinear in the input's size (Gaussian input: of one feature). Above
it, f at the mean of the examples' mean squares does not give the mean over the examples; at 1 the sizes are off by a tenth."""

SMALLEST_BATCH, LARGEST_LIKENESS = 32, 0.6
"""For batch normalization: with fewer examples, or a larger `Inputs.likeness` (examples in a plane), the gradient is off by
more than a factor of 2 in 20 layers."""

NARROWEST_NORMALIZED = 16
"""Units of a hidden layer; with fewer, the part of the gradient that normalization projects out is not negligible."""

LARGEST_COMMON = 0.05
"""For batch normalization with skip connections: the largest share of E x² in the features' means over the batch. They add to the
mean of each branch in their own proportion, which the recursion does not follow. (256 Gaussian examples have 0.004.)"""

DEEPEST_CORRELATION = 200
"""Layers; the correlation of two inputs takes a double integral per layer, up to seconds for 1,000 layers."""


class Inputs(NamedTuple):
    """The statistics of an input batch that the theory uses.

    Attributes
    ----------
    mean_square : float
        E x².
    mean : float
        E x.
    common : float
        The mean over features of the square of their means over the batch.
    spread : float
        The standard deviation over the mean of the examples' mean squares.
    cosine : float
        The mean cosine between pairs of examples.
    likeness : float
        The root mean square of the cosine between pairs after subtracting the batch mean: about 1/√n for examples that fill n
        dimensions.
    size : int
        The number of examples.
    """

    mean_square: float
    mean: float
    common: float
    spread: float
    cosine: float
    likeness: float
    size: int

    def meet_assumptions(self, net: MeanField) -> bool:
        """Whether the inputs are close enough to what the theory assumes of a network's input."""
        if net.normalization == "batch":
            adds_up = net.residual == 0 or self.common <= LARGEST_COMMON * self.mean_square
            return adds_up and self.size >= SMALLEST_BATCH and self.likeness <= LARGEST_LIKENESS
        if net.normalization != "none":
            return min(net.units[1:-1] or net.units[1:]) >= NARROWEST_NORMALIZED
        scales = negative_slope(net.activation, net.k) is not None and net.bias_variance == 0
        return scales or self.spread <= WIDEST_INPUT


@remembered
def settled(net: MeanField, input_rms: float) -> FixedPoint | None:
    """Return the fixed point that a plain network of one width approaches with depth from its input, or None without one."""
    if not net.is_plain or len(set(net.units[1:])) > 1 or (net.depth == 1 and net.units[0] != net.units[1]):
        return None
    start = net.sigma_w2[0] * input_rms * input_rms + net.bias_variance
    if not SMALLEST_FIXED_POINT < start < LARGEST_FIXED_POINT:
        return None
    return fixed_point(net.activation, net.k, net.sigma_w2[-1], net.bias_variance, start)


def _mean_can_grow(net: MeanField) -> bool:
    """Whether E f(z) ≠ 0 and f is unbounded, so that the mean can grow from layer to layer."""
    # Two values of q, because the mean of SELU is 0 at q = 1 and only there.
    return not net.activation.is_bounded and any(
        abs(gaussian_moments(net.activation, net.k, q).mean) > SMALLEST_MEAN for q in (1.0, 4.0)
    )


def _skips_amplify_gradient(net: MeanField) -> bool:
    """Whether skip connections amplify the gradient beyond the prediction.

    The theory assumes that the gradient is independent of the weights it passes. With skip connections, the mean of f's output
    accumulates along one direction, W and f′ are correlated along it, and the gradient's component there grows like the signal:
    at 60 ReLU layers it is 10³·⁸ times the prediction from independence.
    """
    return bool(net.residual) and net.normalization == "none" and _mean_can_grow(net)


class Prediction(NamedTuple):
    """The predictions, by the keys of `MEASURES`.

    Attributes
    ----------
    series : dict of str to ndarray
        The values at infinite width, (L,).
    bands : dict of str to ndarray
        The 68 % interval over weight draws at this width, for one input, (L, 2).
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
    if net is None or not np.isfinite(inputs.mean_square) or not inputs.meet_assumptions(net):
        return NOTHING
    mean = sqrt(inputs.common) if net.normalization == "batch" else inputs.mean
    signal = forward(net, inputs.mean_square, mean)
    if signal is None:
        return NOTHING
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
    if unit_gradient and not _skips_amplify_gradient(net):
        predicted |= backward(net, signal, inputs.size)
    if net.residual and net.normalization == "batch" and _mean_can_grow(net):
        # Along the skips the units' means add up independently of each other, so a smaller part of E a² is a common mean.
        predicted = {key: values for key, values in predicted.items() if key not in ("activation_mean", "activation_std")}
    if net.depth <= DEEPEST_CORRELATION and np.isfinite(inputs.cosine):
        cosines = correlation(net, signal, float(np.clip(inputs.cosine, -1, 1)))
        if cosines is not None:
            predicted["input_correlation"] = cosines
    band = finite_width_band(net, signal)
    return Prediction(predicted, {} if band is None else {"activation_rms": 10.0 ** (np.stack(band, axis=1) / 2)})
