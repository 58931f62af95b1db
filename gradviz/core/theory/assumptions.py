"""Where mean-field theory holds: each limit is a constant whose docstring says what was measured on either side of it.

"Off by 0.3 decades" is said of the mean over seeds of log10, in the layer where it is farthest from the prediction.
"""

from __future__ import annotations

from typing import NamedTuple

from gradviz.core.theory.gaussian import gaussian_moments, negative_slope
from gradviz.core.theory.mean_field import MeanField

SMALLEST_MEAN = 1e-9
"""A mean of f(Z) below this is rounding error of the integral."""

WIDEST_INPUT = 1.25
"""The largest `Inputs.spread` for a prediction where f is nonlinear in the input's size (Gaussian input: of one feature). Above
it, f at the mean of the examples' mean squares does not give the mean over the examples; at 1 the sizes are off by a tenth."""

NARROWEST_NORMALIZED = 16
"""Units that layer or RMS normalization divides the size of, and features of the input. In narrower layers the part of the
gradient that normalization projects out is not negligible. E 1/‖x‖² of n Gaussian features is n/(n - 2) times 1/E ‖x‖², and
infinite for n ≤ 2: the gradient in layer 1 is off by 1.1 to 1.5 decades with 1 feature, .4 to .6 with 2, .2 with 4."""

NARROWEST_NORMALIZED_OUTPUT = 6
"""Units of the last layer, behind layer or RMS normalization. Seen from the others it is one layer: at 6 units the gradient is off
by up to .2 decades in all layers, with 4 by .36, with 2 by .57; one unit keeps its sign alone, and passes no gradient on."""

SMALLEST_BATCH, LARGEST_LIKENESS = 32, 0.6
"""For batch normalization: with fewer examples, or a larger `Inputs.likeness` (examples in a plane), the gradient is off by
more than a factor of 2 in 20 layers."""

LARGEST_COMMON = 0.05
"""For batch normalization with skip connections: the largest share of E x² in the features' means over the batch. They add to the
mean of each branch in their own proportion, which the recursion does not follow. (256 Gaussian examples have 0.004.)"""

DEEPEST_BATCH_NORMALIZED = 20
"""Layers for which the gradient behind batch normalization is predicted. The pre-activations of a deep layer are not Gaussian over
the batch: a few examples lie far from the others. Off by at most 0.2 decades at 20 layers of 100 with 32 or 256 examples, for
every f; at 50 layers, by up to 0.45, SiLU 0.75 and softplus 1.2; at 500 layers of 128, softplus by 9 to 24 decades."""

DEEPEST_NEARLY_HOMOGENEOUS = {"relu": 50, "leaky_relu": 50, "gelu": 50}
"""Activation → layers for which the gradient behind batch normalization is predicted where that is more: at 50 layers of 100
with 256 examples off by .16, .15 and .33 decades, at 100 layers by up to .5."""

DEEPEST_SKIPPED = 60
"""The same with skip connections and an f whose mean cannot grow: off by at most .15 decades at 60 layers with 256 examples, by up
to .7 at 200. An f whose mean can grow is off by .1 at 20 layers and up to .6 at 60."""

EXAMPLES_PER_LAYER, UNITS_PER_LAYER = 1.5, 2
"""For the gradient behind batch normalization without skip connections: the least number of examples, and of units in the
narrowest hidden layer, divided by the number of layers. With 32 examples ReLU is off by .2 decades at 20 layers and .43 at 50;
in layers of 32, a linear network by .43 at 20 layers and .9 at 50."""

MOST_BLOCKS = {"before": 60, "after": 30}
"""Place of batch normalization → the most skip connections for which the signal's size is predicted where the mean of f can grow.
Examples that are large come to be large in every branch: off by .1 decades at these numbers, by up to .25 and .4 at 100."""


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


def signal_is_predictable(net: MeanField, inputs: Inputs) -> bool:
    """Whether the sizes of the signal lie on the theory for these inputs."""
    if net.normalization == "batch":
        return (
            inputs.size >= SMALLEST_BATCH and inputs.likeness <= LARGEST_LIKENESS and _batch_normalized_skips_add_up(net, inputs)
        )
    if net.normalization != "none":
        narrowest = min(net.units[: max(2, net.depth)])
        return narrowest >= NARROWEST_NORMALIZED and net.units[-1] >= NARROWEST_NORMALIZED_OUTPUT
    scales = negative_slope(net.activation, net.k) is not None and net.bias_variance == 0
    return scales or inputs.spread <= WIDEST_INPUT


def gradient_is_predictable(net: MeanField, batch: int) -> bool:
    """Whether the sizes of the gradient lie on the theory, where those of the signal do.

    With skip connections and without normalization they do not if the mean of f's output can grow: it accumulates along one
    direction, W and f′ are correlated along it, and the gradient's component there grows like the signal. At 60 ReLU layers it is
    10³·⁸ times the prediction, which assumes that the gradient is independent of the weights it passes.
    """
    if net.normalization == "batch":
        return net.depth <= _deepest_batch_normalized(net, batch)
    return not (net.residual and net.normalization == "none" and mean_can_grow(net))


def mean_can_grow(net: MeanField) -> bool:
    """Whether E f(z) ≠ 0 and f is unbounded, so that the mean can grow from layer to layer."""
    # Two values of q, because the mean of SELU is 0 at q = 1 and only there.
    return not net.activation.is_bounded and any(
        abs(gaussian_moments(net.activation, net.k, q).mean) > SMALLEST_MEAN for q in (1.0, 4.0)
    )


def _batch_normalized_skips_add_up(net: MeanField, inputs: Inputs) -> bool:
    if not net.residual:
        return True
    blocks = net.depth // net.residual
    few = blocks <= MOST_BLOCKS[net.normalization_place] or not mean_can_grow(net)
    return few and inputs.common <= LARGEST_COMMON * inputs.mean_square


def _deepest_batch_normalized(net: MeanField, batch: int) -> float:
    if net.residual:
        return DEEPEST_BATCH_NORMALIZED if mean_can_grow(net) else DEEPEST_SKIPPED
    narrowest = min(net.units[1:-1] or net.units[1:])
    deepest = DEEPEST_NEARLY_HOMOGENEOUS.get(net.activation.name, DEEPEST_BATCH_NORMALIZED)
    return min(deepest, batch / EXAMPLES_PER_LAYER, narrowest / UNITS_PER_LAYER)
