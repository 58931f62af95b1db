"""The Frame: the measurements of one pass. It holds all that panels show of it, so that they compute and open nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import nan
from types import MappingProxyType

import numpy as np

from gradviz.core.architecture import Architecture
from gradviz.core.choices.arrays import Float64Array, IntArray
from gradviz.core.data.csv_table import Reading
from gradviz.core.histograms import Axis, Rows
from gradviz.core.spec import Spec
from gradviz.core.theory.limits import FixedPoint
from gradviz.core.theory.mean_field import MeanField
from gradviz.core.theory.predictions import settled
from gradviz.core.verdict import Verdict

FEW_UNITS, SAMPLED_UNITS = 16, 6
"""Of a layer with at most so many units a Frame tells every one by itself; of a wider one so many, spread evenly."""


@cache
def sampled_units(units: int) -> IntArray:
    """Return the units of a layer that a Frame tells one by one, counted from 0; not to be written to."""
    count = units if units <= FEW_UNITS else SAMPLED_UNITS
    sample = np.linspace(0, units - 1, count).round().astype(np.intp)
    sample.setflags(write=False)
    return sample


@dataclass(frozen=True, eq=False)
class UnitSample:
    """Some units of a layer, one by one, and the weights that lead to them from those of the layer before.

    Attributes
    ----------
    units : ndarray, (k,)
        Which units, counted from 0: `sampled_units`.
    activation_rms : ndarray, (k,)
        The size of each unit's activation over the batch.
    weights : ndarray, (k, m)
        From the m sampled units of the layer before.
    log10_gradients : ndarray, (k, m)
        log10 |∂loss/∂W| of the same weights; −inf where it is 0.
    """

    units: IntArray
    activation_rms: Float64Array
    weights: Float64Array
    log10_gradients: Float64Array


@dataclass(frozen=True, eq=False)
class Frame:
    """The answer to a Spec at one step. The arrays are read-only; row l − 1 belongs to layer l.

    Attributes
    ----------
    spec : Spec
        The experiment.
    net : Architecture
        Its layers.
    step : int
        The training step; 0 at birth.
    axes : mapping of str to Axis
        The bins of the histograms. ``activation``, ``pre_activation`` and ``weight``: one axis for all layers; with the suffix
        ``_own``, one axis per layer. ``grad_a`` and ``grad_W``: in units of each layer's own RMS. All five with the suffix
        ``_log10``: log10 of the magnitude, one axis per layer; except for weights, the axes of any two layers differ by a whole
        number of bins.
    counts : mapping of str to ndarray
        The histograms, (L, bins), int32: no array has 2³¹ numbers.
    series : mapping of str to ndarray
        The measures by their keys in `MEASURES`, (L,), float64.
    theory : mapping of str to ndarray
        Mean-field predictions under the same keys, (L,); empty where the theory does not hold.
    bands : mapping of str to ndarray
        The 68 % interval of a measure over weight draws, for one input, by finite-width theory, (L, 2); empty where the theory
        does not hold.
    verdict : Verdict
        Vanishing, stable or exploding, for signal and gradient.
    loss : float
        The value of the loss.
    mean_field : MeanField or None
        The network as mean-field theory describes it, or None where its assumptions do not hold.
    input_rms : float
        The root mean square of the input.
    weight_variance : ndarray
        Var(W) by the initializer's formula, (L,); NaN where there is no formula.
    samples : sequence of UnitSample
        Some units of every layer, one by one.
    reading : Reading or None
        How the data file was read.
    """

    spec: Spec
    net: Architecture
    step: int
    axes: Mapping[str, Axis]
    counts: Mapping[str, IntArray]
    series: Mapping[str, Float64Array]
    theory: Mapping[str, Float64Array]
    bands: Mapping[str, Float64Array]
    verdict: Verdict
    loss: float
    mean_field: MeanField | None
    input_rms: float
    weight_variance: Float64Array
    samples: Sequence[UnitSample]
    reading: Reading | None = None

    def __post_init__(self) -> None:
        for name in ("counts", "series", "theory", "bands"):
            arrays: Mapping[object, np.ndarray] = getattr(self, name)
            for array in arrays.values():
                array.flags.writeable = False
            object.__setattr__(self, name, MappingProxyType(dict(arrays)))
        self.weight_variance.flags.writeable = False
        object.__setattr__(self, "axes", MappingProxyType(dict(self.axes)))

    @property
    def depth(self) -> int:
        """L, the number of layers."""
        return self.net.depth

    @property
    def edges(self) -> Mapping[str, Float64Array]:
        """The bin edges by histogram name: (bins + 1,) where all layers share them, else (L, bins + 1)."""
        return _Edges(self.axes)

    def rows(self, name: str) -> Rows:
        """Return the histograms of all layers under a name in `counts`."""
        return Rows(self.axes[name].edges, self.counts[name])

    @property
    def settled(self) -> FixedPoint | None:
        """The fixed point that a plain network of one width approaches with depth from its input, or None without one."""
        return None if self.mean_field is None else settled(self.mean_field, self.input_rms)

    def sigma_w(self, layer: int) -> float:
        """Return σ_w = √(fan_in · Var W) of a layer; where no formula gives Var W, the measured √(fan_in · E W²)."""
        fan_in, variance = self.net.units[layer - 1], float(self.weight_variance[layer - 1])
        if np.isfinite(variance):
            return float(np.sqrt(fan_in * variance))
        log10_rms = float(self.series["log10_weight_rms"][layer - 1])
        return float(np.sqrt(fan_in)) * 10.0**log10_rms if log10_rms < 300 else nan

    @property
    def nbytes(self) -> int:
        """The number of bytes the arrays take."""
        mappings: tuple[Mapping[object, np.ndarray], ...] = (self.counts, self.series, self.theory, self.bands)  # type: ignore[assignment]
        of_samples = sum(each.weights.nbytes + each.log10_gradients.nbytes for each in self.samples)
        return of_samples + sum(array.nbytes for arrays in mappings for array in arrays.values())


class _Edges(Mapping[str, Float64Array]):
    """Bin edges by name, computed from the axes on access."""

    def __init__(self, axes: Mapping[str, Axis]) -> None:
        self._axes = axes

    def __getitem__(self, name: str) -> Float64Array:
        return self._axes[name].edges

    def __iter__(self) -> Iterator[str]:
        return iter(self._axes)

    def __len__(self) -> int:
        return len(self._axes)
