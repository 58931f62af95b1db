"""The ends of an axis that shows histograms, and the unit that its numbers are in."""

from __future__ import annotations

from math import floor, isfinite, log10

import numpy as np

from gradviz.core.choices.arrays import Float64Array
from gradviz.core.histograms import EXPONENTS, Rows
from gradviz.panels.scales.limits import Span, drawable_span

OUTLIERS = 0.001
"""The share of a layer at either end that may lie outside an axis of values."""

TAIL = 0.01
"""The share of a layer that may lie below an axis of decades: a thin tail of tiny values says nothing."""

PLAIN_EXPONENTS = (-4, 6)
"""Values between these powers of ten are labelled as they are; others in units of a power of ten."""

NOTHING_FINITE = 2.0 ** EXPONENTS[0]
"""The end of the axis of a layer that has no finite value but 0."""


def span_of_values(rows: Rows) -> Span:
    """Return the range that holds all but a thousandth of every layer at either end, and 0; edges shared by all layers."""
    edges, counts = rows.edges, rows.counts[rows.counts.any(axis=1)]
    if not counts.size:
        return drawable_span(float(edges[0]), float(edges[-1]))
    shares = np.cumsum(counts, axis=1) / counts.sum(axis=1, keepdims=True)
    low = int(np.argmax(shares > OUTLIERS, axis=1).min())
    high = int(np.argmax(shares >= 1 - OUTLIERS, axis=1).max())
    return drawable_span(min(float(edges[low]), 0.0), max(float(edges[high + 1]), 0.0))


def span_of_decades(rows: Rows) -> Span:
    """Return the range that holds every layer but its tail below; edges are logarithms, each layer's its own."""
    filled = rows.counts.any(axis=1)
    if not filled.any():
        return -1.0, 1.0
    edges, counts = rows.edges[filled], rows.counts[filled]
    shares = np.cumsum(counts, axis=1) / counts.sum(axis=1, keepdims=True)
    lows = edges[np.arange(len(edges)), np.argmax(shares >= TAIL, axis=1)]
    return drawable_span(float(lows.min()), float(edges[:, -1].max()))


def joined(*spans: Span) -> Span:
    """Return the span that covers them all."""
    return min(low for low, _high in spans), max(high for _low, high in spans)


def unit_exponent(size: float) -> int:
    """Return k, so that numbers of a size are drawn in units of 10**k: 0 unless they are very large or very small."""
    if not isfinite(size) or size <= NOTHING_FINITE or PLAIN_EXPONENTS[0] <= log10(size) <= PLAIN_EXPONENTS[1]:
        return 0
    return floor(log10(size))


def in_units(values: Float64Array, k: int) -> Float64Array:
    """Return values / 10**k, in two steps because 10**k may overflow; overflowing results are clipped to the largest float64."""
    half = k // 2
    largest = np.finfo(np.float64).max
    with np.errstate(over="ignore"):
        return np.clip(values / 10.0**half / 10.0 ** (k - half), -largest, largest)
