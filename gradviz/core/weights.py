"""What is measured of the weights. A draw is put in order and measured once: scaling keeps the order and scales the moments."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from gradviz.core.draws import Draw, Shelf, unit_weight
from gradviz.core.histograms import Ordered
from gradviz.core.measures import Moments, moments
from gradviz.core.network import ForwardStep, Network

SHELF_BYTES = 128 * 2**20
"""Putting a draw in order takes longer than measuring it."""

_shelf = Shelf(budget=SHELF_BYTES)


def ordered_weight(network: Network, step: ForwardStep) -> Ordered:
    """Return W of a layer in order."""
    draw = _draw(network, step)
    unit = _shelf.get(draw, lambda: np.sort(unit_weight(*draw), axis=None))
    # Multiplying by a positive number and rounding are monotonic, so this is the sorted W itself, to the last digit.
    factor = unit.dtype.type(network.weight_factor(step.layer))
    return Ordered(network.precision.round(unit * factor), is_sorted=True)


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


@lru_cache(maxsize=4096)
def _moments_of_draw(*draw: *DrawName) -> Moments:
    return moments(unit_weight(*draw))
