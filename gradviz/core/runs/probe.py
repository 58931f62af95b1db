"""One neuron from inside: z = Σ wᵢxᵢ + b, term by term, and what becomes of the variance of such a sum.

n independent terms, each of variance Var(w) E[x²], add up to Var(z) = n Var(w) E[x²] (He et al., "Delving Deep into Rectifiers",
2015, equation 5). A simulation keeps no arrays, so the pass is run again, as far as it is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gradviz.cache import CACHE
from gradviz.core.birth import Birth
from gradviz.core.choices.arrays import Float64Array, FloatArray, IntArray
from gradviz.core.choices.errors import ExperimentError, Problem
from gradviz.core.measures import moments
from gradviz.core.network import ForwardStep
from gradviz.core.parameters import Drawn, Parameters
from gradviz.core.runs.request import Tick
from gradviz.core.simulate import inspect_forward
from gradviz.core.spec import Spec
from gradviz.core.weights import weight_moments
from gradviz.i18n import _
from gradviz.numbers import superscript

MOST_MULTIPLY_ADDS = 2e10
"""A pass of so many takes about a second on one core; the layers beyond are not looked into."""

PARTS = 4
"""The sum is measured after so many equal shares of its terms."""


@dataclass(frozen=True, eq=False)
class Neuron:
    """Unit 1 of a layer, at the first example of the batch, and the layer's variances.

    Attributes
    ----------
    layer : int
    w, x : (n,) arrays
        Its weights and what comes in, in the network's precision (16 bits: in float32 that holds nothing but such numbers).
    b, z : float
        Its bias and its pre-activation.
    weight_variance, input_mean_square, z_variance : float
        Var(w) of the layer's weights, E[x²] of its input, and Var(z), each over all units and examples.
    bias_variance : float
        σ_b², as the experiment asks for; of biases from a file their mean square.
    counts, variances : (m,) arrays
        Var(Σ wᵢxᵢ) over all units and examples, of the first so many terms.
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

    @property
    def nbytes(self) -> int:
        """How many bytes its arrays take."""
        return self.w.nbytes + self.x.nbytes + self.counts.nbytes + self.variances.nbytes

    @property
    def fan_in(self) -> int:
        """How many terms it adds up: n."""
        return self.w.size

    @property
    def terms(self) -> Float64Array:
        """wᵢxᵢ, (n,), each exact for all precisions but float64."""
        with np.errstate(all="ignore"):
            return self.w.astype(np.float64) * self.x.astype(np.float64)

    @property
    def sums(self) -> Float64Array:
        """The running sum of the terms, (n,); with the bias it ends in z, but for the rounding of the network's precision."""
        with np.errstate(all="ignore"):
            return np.cumsum(self.terms)

    @property
    def term_variance(self) -> float:
        """Var(w) E[x²]."""
        return self.weight_variance * self.input_mean_square

    @property
    def expected_variance(self) -> float:
        """What independent terms add up to: n Var(w) E[x²] + σ_b²."""
        return self.fan_in * self.term_variance + self.bias_variance


@dataclass(frozen=True)
class Probe:
    """Asks for the first neuron of a layer.

    Attributes
    ----------
    spec : Spec
    layer : int
    """

    spec: Spec
    layer: int

    def answers(self, tick: Tick) -> Iterator[Neuron]:
        """Yield the neuron.

        Raises
        ------
        ExperimentError
            When the data or the weights cannot be read, or the pass up to the layer takes too long.
        """
        yield CACHE.get(("neuron", self), lambda: self._neuron(tick))

    def _neuron(self, tick: Tick) -> Neuron:
        birth = Birth.of(self.spec)
        if multiply_adds(birth, self.layer) > MOST_MULTIPLY_ADDS:
            raise ExperimentError([Problem("", _too_large())])

        def inspect(step: ForwardStep) -> ForwardStep:
            tick(step.layer / self.layer)
            return step

        step = inspect_forward(birth, self.layer, inspect)[-1]
        with np.errstate(all="ignore"):  # of numbers beyond the precision, which are reported as they are
            return _neuron_of(birth, step)


def multiply_adds(birth: Birth, layer: int) -> int:
    """Return how many multiplications and additions the forward pass takes up to a layer."""
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
    )


def _bias_variance(parameters: Parameters, step: ForwardStep) -> float:
    """Return σ_b² as the experiment asks for, or of biases that were not drawn, their mean square."""
    if isinstance(parameters, Drawn):
        return parameters.bias_std**2
    return 0.0 if step.b is None else _square(moments(step.b).rms)


def _growth(step: ForwardStep) -> tuple[IntArray, Float64Array]:
    n = step.W.shape[1]
    counts = np.unique(np.arange(1, PARTS + 1) * n // PARTS)
    counts = counts[counts > 0]
    total, variances = np.zeros_like(step.z), []
    for start, end in pairwise([0, *counts.tolist()]):
        total = total + step.a_before[:, start:end] @ step.W[:, start:end].T
        variances.append(_square(moments(total).std))
    return counts, np.array(variances)


def _square(value: float) -> float:
    """Return value², which may be infinite; ``**`` raises an exception then."""
    return value * value


def _too_large() -> str:
    most = f"{MOST_MULTIPLY_ADDS / 1e10:.0f}·10{superscript(10)}"
    return _(
        "Up to this layer the pass takes more than {most} multiplications: make width or batch smaller to look inside."
    ).format(most=most)
