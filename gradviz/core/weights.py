"""The measures of the weights.

Most changes to an experiment keep the draws, so a draw is sorted and measured once: scaling it keeps the order and scales the
moments.
"""

from __future__ import annotations

from typing import NamedTuple

from gradviz.cache import CACHE
from gradviz.core.choices.arrays import FloatArray
from gradviz.core.choices.precisions import Precision
from gradviz.core.histograms import Magnitudes, OwnHistogram, Tally
from gradviz.core.measures import Moments, moments
from gradviz.core.parameters import UnitDraw


class WeightHistograms(NamedTuple):
    """The histograms of the weights of one layer."""

    own: OwnHistogram
    by_magnitude: Magnitudes


def weight_histograms(W: FloatArray, draw: UnitDraw | None, precision: Precision) -> WeightHistograms:
    """Return the histograms of a layer's weights, from the cache where W is a multiple of a cached draw."""
    if draw is None:
        return _histograms_of(Tally(W))
    key = ("weight histograms", draw.name, draw.factor, precision)
    return CACHE.get(key, lambda: _histograms_of(_sorted_weights(draw, precision)))


def weight_moments(W: FloatArray, draw: UnitDraw | None, precision: Precision) -> Moments:
    """Return the moments of a layer's weights, scaled from the cache where W is a multiple of a cached draw."""
    if draw is None or abs(draw.factor) < precision.smallest_normal or precision.dtype != precision.computes_in:
        # Scaling loses digits, or is followed by rounding to 16 bits: measure the weights themselves.
        return moments(W)
    return CACHE.get(("moments of draw", draw.name), lambda: moments(draw.unit)).scaled(draw.factor)


def _sorted_weights(draw: UnitDraw, precision: Precision) -> Tally:
    # Multiplying by a positive number and rounding keep the order, so these are exactly the sorted weights.
    unit = draw.in_order
    return Tally(precision.round(unit * unit.dtype.type(draw.factor)), is_sorted=True)


def _histograms_of(ordered: Tally) -> WeightHistograms:
    return WeightHistograms(ordered.on_own_axis(), ordered.by_magnitude())
