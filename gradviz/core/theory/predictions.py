"""What theory predicts for the measures of a network; nothing where no theory is known to hold."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gradviz.cache import remembered
from gradviz.core.choices.arrays import Float64Array
from gradviz.core.theory.gaussian import gaussian_moments, negative_slope
from gradviz.core.theory.limits import LARGEST_FIXED_POINT, SMALLEST_FIXED_POINT, FixedPoint, finite_width_band, fixed_point
from gradviz.core.theory.mean_field import MeanField, backward, correlation, forward

SMALLEST_LEAN = 1e-9
"""A mean of f(Z) below this is 0 but for the rounding of the integral."""

WIDEST_INPUT = 1.25
"""The largest standard deviation over mean of the examples' mean squares (Gaussian input: of one feature). Above it, what f makes
of the mean is not the mean of what f makes of them; at 1 the sizes are off by a tenth."""

SMALLEST_BATCH, LARGEST_LIKENESS = 32, 0.6
"""For batch normalization: with fewer examples, or with examples that lie in a plane, the gradient is off by more than a factor
of 2 in 20 layers."""

NARROWEST_NORMALIZED = 16
"""Units of a hidden layer; what the normalization of fewer units projects out is no small part any more."""

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
    size : int
        How many examples there are.
    """

    mean_square: float
    spread: float
    cosine: float
    likeness: float
    size: int

    def suit(self, net: MeanField) -> bool:
        """Whether they are near enough to what the theory takes them for."""
        if net.normalization == "batch":
            return self.size >= SMALLEST_BATCH and self.likeness <= LARGEST_LIKENESS
        if net.normalization != "none":
            return min(net.units[1:-1] or net.units[1:]) >= NARROWEST_NORMALIZED
        scales = negative_slope(net.activation, net.k) is not None and net.bias_variance == 0
        return scales or self.spread <= WIDEST_INPUT


@remembered
def settled(net: MeanField, input_rms: float) -> FixedPoint | None:
    """Return where a plain network of one width settles from its input if it is deep enough, or None where it does not."""
    if not net.is_plain or len(set(net.units[1:])) > 1 or (net.depth == 1 and net.units[0] != net.units[1]):
        return None
    start = net.sigma_w2[0] * input_rms * input_rms + net.bias_variance
    if not SMALLEST_FIXED_POINT < start < LARGEST_FIXED_POINT:
        return None
    return fixed_point(net.activation, net.k, net.sigma_w2[-1], net.bias_variance, start)


def _leans(net: MeanField) -> bool:
    """Whether f gives out a mean other than 0, and can give out any."""
    # SELU has none at q = 1, and one everywhere else.
    return not net.activation.is_bounded and any(
        abs(gaussian_moments(net.activation, net.k, q).mean) > SMALLEST_LEAN for q in (1.0, 4.0)
    )


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


NOTHING = Prediction({}, {})


def predict(net: MeanField | None, inputs: Inputs, *, unit_gradient: bool) -> Prediction:
    """Return the predictions for the measures that are no quotient of others.

    Parameters
    ----------
    net : MeanField or None
        None where the assumptions of the theory do not hold.
    inputs : Inputs
    unit_gradient : bool
        Whether a random gradient of size 1 enters the last layer, which the way back assumes.
    """
    if net is None or not np.isfinite(inputs.mean_square) or not inputs.suit(net):
        return NOTHING
    signal = forward(net, inputs.mean_square)
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
    if unit_gradient and not _adds_up(net):
        predicted |= backward(net, signal, inputs.size)
    if net.residual and net.normalization == "batch" and _leans(net):
        # The units' means add up along the skips each by its own draw, so that less of E a² is one mean for all.
        predicted = {key: values for key, values in predicted.items() if key not in ("activation_mean", "activation_std")}
    if net.depth <= DEEPEST_CORRELATION and np.isfinite(inputs.cosine):
        together = correlation(net, signal, float(np.clip(inputs.cosine, -1, 1)))
        if together is not None:
            predicted["input_correlation"] = together
    band = finite_width_band(net, signal)
    return Prediction(predicted, {} if band is None else {"activation_rms": 10.0 ** (np.stack(band, axis=1) / 2)})
