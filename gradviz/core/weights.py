"""What is measured of the weights, which is remembered: most of what is changed in an experiment leaves them as they are.

A draw is put in order and measured once: scaling keeps the order and scales the moments.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from gradviz.core.choices.arrays import Precision
from gradviz.core.choices.draws import Draw, Shelf, unit_weight
from gradviz.core.histograms import Histogram, Ordered, OwnHistogram
from gradviz.core.measures import Moments, moments
from gradviz.core.network import ForwardStep, Network

SHELF_BYTES = 192 * 2**20
"""Putting a draw in order takes longer than measuring it. 152 layers of 512 units take 152 MiB in float32."""

REMEMBERED = 4096
"""Draws whose moments, and weights whose histograms (3 kB each), are remembered."""

_shelf = Shelf(budget=SHELF_BYTES)


class WeightHistograms(NamedTuple):
    """The histograms of the weights of one layer."""

    own: OwnHistogram
    by_magnitude: Histogram


def weight_histograms(network: Network, step: ForwardStep) -> WeightHistograms:
    """Return the histograms of W of a layer."""
    return _histograms(network.weight_factor(step.layer), network.precision, *_draw(network, step))


def weight_moments(network: Network, step: ForwardStep) -> Moments:
    """Return the moments of W of a layer."""
    precision, factor = network.precision, network.weight_factor(step.layer)
    if abs(factor) < precision.smallest_normal or precision.dtype != precision.computes_in:
        # Scaling has lost digits, or rounding to 16 bits comes after it, so that the scaled draw has to be measured itself.
        return moments(step.W)
    return _moments_of_draw(*_draw(network, step)).scaled(factor)


DrawName = tuple[int, int, tuple[int, int], Draw, "np.dtype[np.floating]"]


def _draw(network: Network, step: ForwardStep) -> DrawName:
    shape = (step.W.shape[0], step.W.shape[1])
    return network.spec.seed, network.drawn_as(step.layer), shape, network.initializer.draw, network.precision.computes_in


@lru_cache(maxsize=REMEMBERED)
def _histograms(factor: float, precision: Precision, *draw: *DrawName) -> WeightHistograms:
    unit = _shelf.get(draw, lambda: np.sort(unit_weight(*draw), axis=None))
    # Multiplying by a positive number and rounding are monotonic, so this is the sorted W itself, to the last digit.
    ordered = Ordered(precision.round(unit * unit.dtype.type(factor)), is_sorted=True)
    return WeightHistograms(ordered.on_own_axis(), ordered.by_magnitude())


@lru_cache(maxsize=REMEMBERED)
def _moments_of_draw(*draw: *DrawName) -> Moments:
    return moments(unit_weight(*draw))
