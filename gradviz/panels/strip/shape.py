"""How the network strip is laid out and coloured: plain functions of a Frame's numbers and of the room in pixels."""

from __future__ import annotations

from math import ceil, sqrt
from typing import NamedTuple

import numpy as np

PALE_DECADES = 6.0
"""Sizes this many decades below the largest are palest: enough to tell 10⁻³, where vanishing begins, from 10⁻⁶."""

LEAST_BAND = 3.0
"""Pixels; where a layer has less, neighbouring layers are merged into a band."""

OWN_COLUMNS = 6.0
"""Pixels a layer, from which on there is a gap between columns."""

FILLED = 0.64
"""How much of a layer's place its column takes."""

LINEAR_RATIO = 16.0
"""Layers that differ by more in units are drawn by the square root, so that the narrowest can still be seen."""

FINITE, ZERO, INFINITE, NAN = range(4)
"""The kinds of a size, the gravest last."""


class Bands(NamedTuple):
    """The first and the last layer of each column, (m,) each."""

    first: np.ndarray
    last: np.ndarray


def bands(depth: int, pixels_per_layer: float) -> Bands:
    """Return which layers stand in one column: each its own, unless that would be too narrow."""
    count = 1 if pixels_per_layer >= LEAST_BAND else ceil(LEAST_BAND / max(pixels_per_layer, 1e-3))
    first = np.arange(1, depth + 1, count)
    return Bands(first, np.minimum(first + count - 1, depth))


def kinds(log10_sizes: np.ndarray) -> np.ndarray:
    """Return FINITE, ZERO, INFINITE or NAN of each layer, (L,)."""
    return np.select([np.isnan(log10_sizes), log10_sizes == np.inf, log10_sizes == -np.inf], [NAN, INFINITE, ZERO], FINITE)


def levels(log10_sizes: np.ndarray) -> np.ndarray:
    """Return how full the colour of each layer is, (L,): 1 at the largest size, 0 from `PALE_DECADES` below it on."""
    finite = np.isfinite(log10_sizes)
    largest = log10_sizes[finite].max() if finite.any() else 0.0
    below = np.where(finite, (np.where(finite, log10_sizes, largest) - largest) / PALE_DECADES, 0.0)
    return np.where(log10_sizes == -np.inf, 0.0, np.clip(1 + below, 0.0, 1.0))


def gravest(kinds_of_layers: np.ndarray, columns: Bands) -> np.ndarray:
    """Return the kind of each column, (m,): that of its gravest layer."""
    return np.maximum.reduceat(kinds_of_layers, columns.first - 1)


def mean_levels(levels_of_layers: np.ndarray, columns: Bands) -> np.ndarray:
    """Return the level of each column, (m,): the mean over its layers, that is, of the logarithms."""
    return np.add.reduceat(levels_of_layers, columns.first - 1) / (columns.last - columns.first + 1)


def is_by_root(units: tuple[int, ...]) -> bool:
    """Whether heights are by the square root of the units."""
    return max(units) > LINEAR_RATIO * min(units)


def heights(units: tuple[int, ...]) -> np.ndarray:
    """Return the height of each layer, 0 … L, as a share of the highest."""
    shares = np.array(units, dtype=float) / max(units)
    return np.sqrt(shares) if is_by_root(units) else shares


def runs(values: np.ndarray) -> list[tuple[int, int, int]]:
    """Return the runs of equal values other than 0, each as its first and last place and the value."""
    edges = np.flatnonzero(np.diff(values)) + 1
    starts, ends = [0, *edges.tolist()], [*(edges - 1).tolist(), len(values) - 1]
    return [(start, end, int(values[start])) for start, end in zip(starts, ends, strict=True) if values[start]]


def strongest(strengths: np.ndarray, most: int) -> list[tuple[int, int, float]]:
    """Return the strongest entries of a matrix, at most so many: to which unit, from which, and how strong."""
    order = np.argsort(-strengths, axis=None, kind="stable")[:most]
    to, from_ = np.unravel_index(order, strengths.shape)
    return list(zip(to.tolist(), from_.tolist(), strengths[to, from_].tolist(), strict=True))


def unit_places(units: int, spacing: float) -> np.ndarray:
    """Return the places of a layer's units around 0, (units,)."""
    return (np.arange(units) - (units - 1) / 2) * spacing


def radius(pixels_per_layer: float, spacing: float) -> float:
    """Return the radius of a dot that touches neither its neighbours in the layer nor those of the next."""
    return min(0.40 * spacing, 0.22 * pixels_per_layer, 1.7 * sqrt(max(spacing, 0.0)))
