"""The histograms of a Frame: on one axis for all layers, or by magnitude, each layer in its own place.

``np.histogram`` raises on NaN and infinity, on constant arrays of large value, and on two values one unit in the last place
apart, which is what a saturated layer holds. So the bins are fixed beforehand, what lies outside goes into the end bins, and
what is no number is left out (the shares of `measures` say how much that is).
"""

from collections.abc import Sequence
from math import ceil, floor, log10

import numpy as np
from fast_histogram import histogram1d

from gradviz.core.arrays import Float64Array, FloatArray, IntArray
from gradviz.core.measures import LOG10_2

BINS = 101
"""Bins of an axis that all layers share; odd, so that a spike at the middle of a symmetric axis stands in one bin."""

SMALLEST_SPAN = 1e-300
"""An axis shorter than this has edges that float64 cannot tell apart; the values then stand in the middle of a longer one."""

DECADES = 16
PER_DECADE = 6
"""A histogram by magnitude spans the 16 decades (float64's digits) below the layer's peak, in six bins each."""


def shared_edges(arrays: Sequence[FloatArray], bounds: tuple[float, float]) -> Float64Array:
    """Return the edges of BINS equal bins that all arrays fit in, (BINS + 1,).

    Parameters
    ----------
    arrays : sequence of ndarray
        One per layer.
    bounds : tuple of float
        Limits that the values cannot leave. A finite one is taken; an infinite one is replaced by the data's own extreme,
        rounded up to one of few numbers so that the axis stays when the data changes a little.
    """
    low, high = bounds
    if not np.isfinite(low):
        low = -_nice(max(-_extreme(array, np.fmin) for array in arrays))
    if not np.isfinite(high):
        high = _nice(max(_extreme(array, np.fmax) for array in arrays))
    if bounds[0] == -bounds[1] and max(-low, high) <= 2 * min(-low, high):
        low, high = min(low, -high), max(high, -low)
    if not high / 2 - low / 2 > SMALLEST_SPAN:
        low, high = low - 1.0, high + 1.0
    # Halves, because the difference of two large float64 may be infinite.
    edges = 2 * np.linspace(low / 2, high / 2, BINS + 1)
    edges[0], edges[-1] = low, high  # which half of the smallest number is not
    return edges


def own_counts(x: FloatArray) -> tuple[Float64Array, IntArray]:
    """Count the values of one layer on an axis of its own, which is symmetric about 0.

    Returns
    -------
    edges : ndarray, (BINS + 1,)
    counts : ndarray, (BINS,)
    """
    edges = shared_edges([x], (-np.inf, np.inf))
    return edges, counts(x, edges)


def _extreme(array: FloatArray, reduce: np.ufunc) -> float:
    value = float(reduce.reduce(array, axis=None))
    if np.isinf(value) or np.isnan(value):
        finite = array[np.isfinite(array)]
        value = float(reduce.reduce(finite)) if finite.size else 0.0
    return value


def _nice(value: float) -> float:
    """Return the next of 1, 1.5, 2, 3, 4, 5, 6, 8, 10, … at or above a positive value, else 0."""
    if value <= 0:
        return 0.0
    decade = floor(log10(value))
    for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10):
        limit = float(f"{step}e{decade}")
        if value <= limit and np.isfinite(limit):
            return limit
    return value


def counts(x: FloatArray, edges: Float64Array) -> IntArray:
    """Count finite values into equal bins; those outside go into the end bins. (bins,)."""
    flat, bins, low, high = x.ravel(), len(edges) - 1, float(edges[0]), float(edges[-1])
    if not (np.isfinite(flat.min()) and np.isfinite(flat.max())):
        flat = flat[np.isfinite(flat)]
    if not 1e-300 < high - low < 1e300:
        # Beyond what differences and quotients of float64 bear; by a power of two, which changes no digit.
        taken = int(np.frexp(max(abs(low), abs(high)))[1])
        flat, low, high = np.ldexp(flat.astype(np.float64), -taken), float(np.ldexp(low, -taken)), float(np.ldexp(high, -taken))
    counted = histogram1d(flat, bins, (low, high)).astype(np.int64)
    # What is counted has left out what lies below, and the upper end itself and beyond.
    over = np.count_nonzero(flat >= flat.dtype.type(high))
    counted[-1] += over
    counted[0] += flat.size - counted.sum()
    return counted


def magnitude_counts(x: FloatArray, exponent: int = 0) -> tuple[Float64Array, IntArray]:
    """Count the magnitudes of ``x * 2**exponent``.

    Returns
    -------
    edges : ndarray, (DECADES * PER_DECADE + 1,)
        log10 of the magnitude; the last edge lies at or above the largest one. Zeros are left out; whatever is more than
        DECADES below stands in the first bin.
    counts : ndarray, (DECADES * PER_DECADE,)
    """
    sizes = np.abs(x.ravel())
    if not (sizes.min() > 0 and np.isfinite(sizes.max())):
        sizes = sizes[(sizes > 0) & np.isfinite(sizes)]
    if not sizes.size:
        return np.linspace(-DECADES, 0, DECADES * PER_DECADE + 1), np.zeros(DECADES * PER_DECADE, np.int64)
    logs = np.log10(sizes, out=sizes)
    shift = exponent * LOG10_2
    top = ceil((float(logs.max()) + shift) * PER_DECADE + 1e-9) / PER_DECADE
    edges = top - np.arange(DECADES * PER_DECADE, -1, -1) / PER_DECADE
    return edges, counts(logs, edges - shift)
