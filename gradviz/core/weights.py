"""What is measured of the weights. A draw is measured once: its statistics are scaled as the draw itself is."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from gradviz.core.arrays import Float64Array, IntArray
from gradviz.core.draws import Draw, unit_weight
from gradviz.core.histograms import own_counts
from gradviz.core.measures import Moments, moments
from gradviz.core.network import ForwardStep, Network


class WeightStatistics(NamedTuple):
    """Moments and histogram of a layer's weights."""

    moments: Moments
    edges: Float64Array
    counts: IntArray


def weight_statistics(network: Network, step: ForwardStep) -> WeightStatistics:
    """Return the statistics of W of a layer."""
    precision = network.precision
    if precision.dtype != precision.computes_in:
        # Rounding to 16 bits comes after the scaling, so that the scaled draw has to be measured itself.
        return WeightStatistics(moments(step.W), *own_counts(step.W))
    factor = network.weight_factor(step.layer)
    if factor == 0:
        return WeightStatistics(moments(step.W), *own_counts(step.W))
    drawn = _of_draw(
        network.spec.seed, network.drawn_as(step.layer), step.W.shape, network.initializer.draw, precision.computes_in
    )
    return WeightStatistics(drawn.moments.scaled(factor), drawn.edges * factor, drawn.counts)


@lru_cache(maxsize=4096)
def _of_draw(seed: int, layer: int, shape: tuple[int, int], draw: Draw, dtype: np.dtype[np.floating]) -> WeightStatistics:
    unit = unit_weight(seed, layer, shape, draw, dtype)
    return WeightStatistics(moments(unit), *own_counts(unit))
