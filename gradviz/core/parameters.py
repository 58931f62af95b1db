"""The parameters of a network as a value: drawn from a seed, or stored arrays (after a training step, or from a file)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from math import nan
from typing import Protocol

import numpy as np

from gradviz.cache import CACHE
from gradviz.core.architecture import Architecture
from gradviz.core.choices.arrays import FloatArray
from gradviz.core.choices.draws import Draw, Stream, rng, unit_weight
from gradviz.core.choices.initializers import Initializer
from gradviz.core.choices.normalization import EPSILON
from gradviz.core.theory.mean_field import MeanField


@dataclass(frozen=True)
class UnitDraw:
    """A cached random matrix of unit variance, and the factor that scales it to the weights of a layer.

    Attributes
    ----------
    factor : float
    seed, drawn_as : int
        Seed and layer that name the draw, together with `shape`, `distribution` and `dtype`.
    shape : tuple of int
        (fan_out, fan_in).
    distribution : callable
    dtype : numpy.dtype
    """

    factor: float
    seed: int
    drawn_as: int
    shape: tuple[int, int]
    distribution: Draw
    dtype: np.dtype[np.floating]

    @property
    def name(self) -> Hashable:
        """A key of all that the unscaled matrix depends on, so without the factor."""
        return (self.seed, self.drawn_as, self.shape, self.distribution, self.dtype)

    @property
    def unit(self) -> FloatArray:
        """The unscaled matrix, (fan_out, fan_in), read-only."""
        return unit_weight(self.seed, self.drawn_as, self.shape, self.distribution, self.dtype)

    @property
    def in_order(self) -> FloatArray:
        """The unscaled numbers, ascending, (fan_out · fan_in,); cached, because sorting takes longer than measuring."""
        return CACHE.get(("in order", self.name), lambda: np.sort(self.unit, axis=None))

    @property
    def weight(self) -> FloatArray:
        """W before rounding to the network's precision, (fan_out, fan_in)."""
        return self.unit * self.unit.dtype.type(self.factor)


class Parameters(Protocol):
    """The weights and biases of layers 1 … L, in the dtype that the network computes in."""

    def weight(self, layer: int) -> FloatArray:
        """Return W[layer], (n_l, n_{l-1})."""

    def bias(self, layer: int) -> FloatArray | None:
        """Return b[layer], (n_l,), or None where the layer has no bias."""

    def draw(self, layer: int) -> UnitDraw | None:
        """Return the draw that W[layer] is a multiple of, or None where W was not drawn."""

    def variance(self, layer: int) -> float:
        """Return Var(W[layer]) by the initializer's formula, or NaN where there is no formula."""

    @property
    def mean_field(self) -> MeanField | None:
        """The network as mean-field theory describes it, or None where its assumptions do not hold."""


@dataclass(frozen=True)
class Drawn:
    """Parameters at birth, drawn from a seed on access.

    Attributes
    ----------
    net : Architecture
    seed : int
    initializer : Initializer
    gain : float
    fan_mode : str
    bias_std : float
        The standard deviation of the biases; 0 means no biases.
    fitted : mapping of int to float
        Extra factors that LSUV puts on a draw, by the layer that the draw is named after.
    """

    net: Architecture
    seed: int
    initializer: Initializer
    gain: float
    fan_mode: str
    bias_std: float
    fitted: Mapping[int, float] = field(default_factory=dict, hash=False)

    def weight(self, layer: int) -> FloatArray:
        """Return W[layer], (n_l, n_{l-1})."""
        return self.net.precision.round(self.draw(layer).weight)

    def bias(self, layer: int) -> FloatArray | None:
        """Return b[layer], (n_l,), drawn from N(0, bias_std²), or None without biases."""
        if not self.bias_std:
            return None
        units, precision = self.net.units[layer], self.net.precision
        unit = rng(self.seed, self.net.drawn_as[layer - 1], Stream.BIAS).standard_normal(units)
        return precision.round((self.bias_std * unit).astype(precision.computes_in))

    def draw(self, layer: int) -> UnitDraw:
        """Return the draw that W[layer] is a multiple of."""
        drawn_as, shape = self.net.drawn_as[layer - 1], self.net.shape(layer)
        scale = self.initializer.scale(self.gain, shape[1], shape[0], self.fan_mode)
        factor = scale * self.fitted.get(drawn_as, 1.0)
        return UnitDraw(factor, self.seed, drawn_as, shape, self.initializer.draw, self.net.precision.computes_in)

    def variance(self, layer: int) -> float:
        """Return Var(W[layer]) by the initializer's formula, or NaN for an initializer that is not random."""
        fan_out, fan_in = self.net.shape(layer)
        return self.initializer.variance(self.gain, fan_in, fan_out, self.fan_mode) if self.initializer.is_random else nan

    @property
    def mean_field(self) -> MeanField | None:
        """The network as mean-field theory describes it.

        None for weights that are not drawn independently (c·I, constants, orthogonal, LSUV, shared), and for an output layer
        whose activation was chosen separately.
        """
        net = self.net
        if not self.initializer.is_independent or net.shares_weights or net.has_own_output:
            return None
        normalization = net.normalizations[0]
        return MeanField(
            activation=net.activation(1),
            k=net.k(1),
            weight_variance=tuple(self.variance(l) for l in net.layers),
            units=net.units,
            bias_variance=self.bias_std**2,
            residual=net.residual if net.has_skips else 0,
            residual_scale=net.branch_scale,
            residual_order="pre" if net.order == "pre" else "post",
            normalization=normalization.name,  # type: ignore[arg-type]
            normalization_place=net.place,  # type: ignore[arg-type]
            normalization_epsilon=EPSILON if normalization.axis is not None else 0.0,
            has_gaussian_weights=self.initializer.is_gaussian,
        )


@dataclass(frozen=True, eq=False)
class Stored:
    """Parameters held as arrays: after a training step, or from a file.

    Attributes
    ----------
    weights : sequence of ndarray
        W[1] … W[L].
    biases : sequence of ndarray or None
        b[1] … b[L]; None where a layer has no bias.
    """

    weights: Sequence[FloatArray]
    biases: Sequence[FloatArray | None]

    def weight(self, layer: int) -> FloatArray:
        """Return W[layer], (n_l, n_{l-1})."""
        return self.weights[layer - 1]

    def bias(self, layer: int) -> FloatArray | None:
        """Return b[layer], (n_l,), or None where the layer has no bias."""
        return self.biases[layer - 1]

    def draw(self, layer: int) -> None:
        """Return None: stored weights are not a multiple of a draw."""

    def variance(self, layer: int) -> float:
        """Return NaN: stored weights have no formula."""
        return nan

    @property
    def mean_field(self) -> None:
        """None: the theory assumes random weights."""

    @classmethod
    def of(cls, parameters: Parameters, layers: Sequence[int]) -> Stored:
        """Return the parameters of some layers, as arrays."""
        return cls([parameters.weight(l) for l in layers], [parameters.bias(l) for l in layers])
