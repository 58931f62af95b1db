"""What is measured of the weights.

Most of what is changed in an experiment leaves the draws as they are, so they are put in order and measured once: scaling keeps
the order and scales the moments.
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
    """Return the histograms of the weights of a layer, which may be a multiple of a remembered draw."""
    if draw is None:
        return _histograms_of(Tally(W))
    key = ("weight histograms", draw.name, draw.factor, precision)
    return CACHE.get(key, lambda: _histograms_of(_in_order(draw, precision)))


def weight_moments(W: FloatArray, draw: UnitDraw | None, precision: Precision) -> Moments:
    """Return the moments of the weights of a layer, which may be a multiple of a remembered draw."""
    if draw is None or abs(draw.factor) < precision.smallest_normal or precision.dtype != precision.computes_in:
        # Scaling has lost digits, or rounding to 16 bits comes after it: the weights themselves have to be measured.
        return moments(W)
    return CACHE.get(("moments of draw", draw.name), lambda: moments(draw.unit)).scaled(draw.factor)


def _in_order(draw: UnitDraw, precision: Precision) -> Tally:
    # Multiplying by a positive number and rounding keep the order, so these are the sorted weights to the last digit.
    unit = draw.in_order
    return Tally(precision.round(unit * unit.dtype.type(draw.factor)), is_sorted=True)


def _histograms_of(ordered: Tally) -> WeightHistograms:
    return WeightHistograms(ordered.on_own_axis(), ordered.by_magnitude())
