"""One neuron from inside: z = Σ wᵢxᵢ + b, term by term, and what becomes of the variance of such a sum.

n independent terms, each of variance Var(w) E[x²], add up to Var(z) = n Var(w) E[x²] (He et al., "Delving Deep into Rectifiers",
2015, equation 5). A simulation keeps no arrays, so the pass is run again, as far as it is needed, once per experiment.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

import numpy as np

from gradviz.core.choices.arrays import Float64Array, FloatArray, IntArray
from gradviz.core.measures import moments
from gradviz.core.network import ForwardStep, Network
from gradviz.core.simulate import look_along
from gradviz.core.spec import Spec
from gradviz.core.weights import weight_moments

MOST_MULTIPLY_ADDS = 2e8
"""A pass of so many takes some 40 ms on one core; the layers beyond are not looked into."""

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
        σ_b², as the experiment asks for.
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


def neuron(spec: Spec, layer: int) -> Neuron | None:
    """Return the first neuron of a layer, or None where the pass up to there is too long to be run again.

    Raises
    ------
    ExperimentError
        When the data cannot be read.
    """
    return _neurons(spec)[layer - 1] if layer <= layers_within_reach(spec) else None


def multiply_adds(spec: Spec) -> list[int]:
    """Return how many the forward pass takes up to each layer, (L,)."""
    return [spec.batch * products for products in accumulate(n * m for n, m in pairwise(Network(spec).units))]


@lru_cache(maxsize=8)
def layers_within_reach(spec: Spec) -> int:
    """Return the last layer that `neuron` looks into, or 0."""
    return sum(products <= MOST_MULTIPLY_ADDS for products in multiply_adds(spec))


@lru_cache(maxsize=2)
def _neurons(spec: Spec) -> list[Neuron]:
    return look_along(spec, layers_within_reach(spec), _neuron_of)


def _neuron_of(network: Network, step: ForwardStep) -> Neuron:
    counts, variances = _growth(step)
    return Neuron(
        layer=step.layer,
        w=step.W[0].copy(),
        x=step.a_before[0].copy(),
        b=float(step.b[0]),
        z=float(step.z[0, 0]),
        weight_variance=_square(weight_moments(network, step).std),
        input_mean_square=_square(moments(step.a_before).rms),
        z_variance=_square(moments(step.z).std),
        bias_variance=network.spec.bias_std**2,
        counts=counts,
        variances=variances,
    )


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
