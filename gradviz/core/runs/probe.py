"""The inside of one neuron: z = Σ wᵢxᵢ + b term by term, and how the variance grows with the number of terms.

n independent terms, each of variance Var(w) E[x²], add up to Var(z) = n Var(w) E[x²] (He et al., "Delving Deep into Rectifiers",
2015, equation 5). A simulation does not keep the arrays of its pass, so the forward pass is run again up to the layer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gradviz.core.birth import Birth
from gradviz.core.choices.arrays import Float64Array, FloatArray, IntArray
from gradviz.core.choices.errors import ExperimentError, Problem
from gradviz.core.measures import moments
from gradviz.core.network import ForwardStep
from gradviz.core.parameters import Drawn, Parameters
from gradviz.core.simulate import Tick, inspect_forward
from gradviz.core.spec import Spec
from gradviz.core.weights import weight_moments
from gradviz.i18n import _
from gradviz.numbers import superscript

MOST_MULTIPLY_ADDS = 2e10
"""The largest number of multiply-adds in a pass for a probe, about a second on one core; deeper layers are refused."""

MOST_CELLS = 256
"""Units of either side up to which the weights are told one by one; of larger matrices, the largest of every block."""

PARTS = 4
"""The number of points at which the variance of the partial sum is measured, at equal shares of the terms."""


@dataclass(frozen=True, eq=False)
class Neuron:
    """Unit 1 of a layer, at the first example of the batch, and the layer's variances.

    Attributes
    ----------
    layer : int
    w, x : (n,) arrays
        Its weights and inputs, in the network's precision (16-bit numbers as float32).
    b, z : float
        Its bias and its pre-activation.
    weight_variance, input_mean_square, z_variance : float
        Var(w) over the layer's weights; E[x²] of its input and Var(z), over all units and examples.
    bias_variance : float
        σ_b² of the experiment; for biases from a file, their mean square.
    counts, variances : (m,) arrays
        `variances` are Var(Σ wᵢxᵢ), over all units and examples, of the sum of the first `counts` terms.
    matrix : (rows, columns) array
        The layer's weights; of a matrix with more than MOST_CELLS units on a side, the weight of largest size in every block.
    shape : tuple of int
        Units and inputs of the layer.
    all_b, all_z : (units,) arrays
        The biases of all units, and their pre-activations at the first example.
    """

    layer: int
    w: FloatArray
    x: FloatArray
    b: float
    z: float
    weight_variance: float
    input_mean_square: float
    z_variance: float
    bias_variance: float
    counts: IntArray
    variances: Float64Array
    matrix: FloatArray
    shape: tuple[int, int]
    all_b: FloatArray
    all_z: FloatArray

    @property
    def is_told_whole(self) -> bool:
        """Whether the matrix holds every weight."""
        return self.matrix.shape == self.shape

    @property
    def fan_in(self) -> int:
        """n, the number of terms in the sum."""
        return self.w.size

    @property
    def terms(self) -> Float64Array:
        """wᵢxᵢ in float64, (n,); exact for all precisions but float64."""
        with np.errstate(all="ignore"):
            return self.w.astype(np.float64) * self.x.astype(np.float64)

    @property
    def sums(self) -> Float64Array:
        """The partial sums of the terms, (n,); the last plus the bias is z, up to rounding in the network's precision."""
        with np.errstate(all="ignore"):
            return np.cumsum(self.terms)

    @property
    def term_variance(self) -> float:
        """The variance of one term: Var(w) E[x²]."""
        return self.weight_variance * self.input_mean_square

    @property
    def expected_variance(self) -> float:
        """Var(z) if the terms are independent: n Var(w) E[x²] + σ_b²."""
        return self.fan_in * self.term_variance + self.bias_variance


@dataclass(frozen=True)
class Probe:
    """A Request for the first neuron of a layer.

    Attributes
    ----------
    spec : Spec
    layer : int
    birth : Birth or None
        What the run that is asked about began with. Its files may have changed since, so two runs of one Spec are two questions.
        None: as the experiment would begin now.
    """

    spec: Spec
    layer: int
    birth: Birth | None = None

    def answers(self, tick: Tick) -> Iterator[Neuron]:
        """Yield the neuron.

        Raises
        ------
        ExperimentError
            When data or weights cannot be read, or the pass takes more than MOST_MULTIPLY_ADDS up to the layer.
        """
        yield self._neuron(tick)

    def seconds(self) -> float:
        """Return 0: what would take longer than about a second is refused."""
        return 0.0

    def _neuron(self, tick: Tick) -> Neuron:
        birth = self.birth or Birth.of(self.spec)
        if multiply_adds(birth, self.layer) > MOST_MULTIPLY_ADDS:
            raise ExperimentError([Problem("", _too_large())])

        def inspect(step: ForwardStep) -> ForwardStep:
            tick(step.layer / self.layer)
            return step

        last = inspect_forward(birth, self.layer, inspect)[-1]
        with np.errstate(all="ignore"):  # a sum may overflow, and the answer shows it
            return _neuron_of(birth, last)


def multiply_adds(birth: Birth, layer: int) -> int:
    """Return the multiply-adds of the forward pass up to a layer."""
    units = birth.net.units[: layer + 1]
    return birth.batch.size * sum(n * m for n, m in pairwise(units))


def _neuron_of(birth: Birth, step: ForwardStep) -> Neuron:
    counts, variances = _growth(step)
    draw = birth.parameters.draw(step.layer)
    return Neuron(
        layer=step.layer,
        w=step.W[0].copy(),
        x=step.a_before[0].copy(),
        b=0.0 if step.b is None else float(step.b[0]),
        z=float(step.z[0, 0]),
        weight_variance=_square(weight_moments(step.W, draw, birth.net.precision).std),
        input_mean_square=_square(moments(step.a_before).rms),
        z_variance=_square(moments(step.z).std),
        bias_variance=_bias_variance(birth.parameters, step),
        counts=counts,
        variances=variances,
        matrix=largest_of_blocks(step.W, MOST_CELLS).copy(),
        shape=(step.W.shape[0], step.W.shape[1]),
        all_b=np.zeros(step.z.shape[1], step.z.dtype) if step.b is None else step.b.copy(),
        all_z=step.z[0].copy(),
    )


def largest_of_blocks(matrix: FloatArray, most: int) -> FloatArray:
    """Return a matrix of at most `most` rows and columns: of every block the entry of largest size, with its sign, NaN before all."""
    for axis in (0, 1):
        count = matrix.shape[axis]
        if count <= most:
            continue
        starts = np.arange(most) * count // most
        largest, least = np.maximum.reduceat(matrix, starts, axis), np.minimum.reduceat(matrix, starts, axis)
        matrix = np.where(np.abs(least) > largest, least, largest)
    return matrix


def _bias_variance(parameters: Parameters, step: ForwardStep) -> float:
    """Return σ_b² of the experiment, or for biases that were not drawn, their mean square."""
    if isinstance(parameters, Drawn):
        return parameters.bias_std**2
    return 0.0 if step.b is None else _square(moments(step.b).rms)


def _growth(step: ForwardStep) -> tuple[IntArray, Float64Array]:
    """Return `Neuron.counts` and `Neuron.variances`, (m,) each, for m ≤ PARTS."""
    n = step.W.shape[1]
    counts = np.unique(np.arange(1, PARTS + 1) * n // PARTS)
    counts = counts[counts > 0]
    total, variances = np.zeros_like(step.z), []
    for start, end in pairwise([0, *counts.tolist()]):
        total = total + step.a_before[:, start:end] @ step.W[:, start:end].T
        variances.append(_square(moments(total).std))
    return counts, np.array(variances)


def _square(value: float) -> float:
    """Return value², infinite on overflow, where ``**`` would raise OverflowError."""
    return value * value


def _too_large() -> str:
    most = f"{MOST_MULTIPLY_ADDS / 1e10:.0f}·10{superscript(10)}"
    return _(
        "Up to this layer the pass takes more than {most} multiplications: make width or batch smaller to look inside."
    ).format(most=most)
