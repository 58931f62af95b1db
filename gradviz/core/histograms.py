"""The histograms of a Frame: on one axis for all layers, on a layer's own, by magnitude, and in units of a layer's own size.

An array is put in order once; every histogram of it is then a handful of bisections, so that each count is exact: bins hold
what lies at or above their lower edge and below their upper one. (``np.histogram`` raises on NaN and infinity, on constant
arrays of large value, and on two values one unit in the last place apart, which is what a saturated layer holds.) What lies
outside an axis goes into its end bins, and what is no number is left out; the shares of `measures` say how much that is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, frexp, isfinite, log10
from typing import NamedTuple, Protocol

import numpy as np

from gradviz.cache import remembered
from gradviz.core.choices.arrays import LOG10_2, Float64Array, FloatArray, IntArray

BINS = 101
"""Bins of an axis with fixed ends; odd, so that a spike at the middle of a symmetric axis stands in one bin."""

OWN_BINS = 256
"""Bins between ±2**j, the next power of two beyond a layer's largest value. Half of them at least are used by what is symmetric."""

HALF = OWN_BINS // 2
EIGHTH = HALF // 8

OCTAVES = 7
"""Doublings of an axis that leave one bin of the 128 on each side of 0; it stays one, whatever the axis."""

EXPONENTS = (-990, 1024)
"""The range of j: below, float64 could not tell the edges apart; above there are no numbers."""

DECADES = 16
PER_DECADE = 6
"""A histogram by magnitude spans the 16 decades (float64's digits) below the layer's peak, in six bins each."""

_BELOW_TOP = np.arange(DECADES * PER_DECADE, -1, -1) / PER_DECADE

STANDARD_EDGES = np.linspace(-6.0, 6.0, 121)
"""Edges in units of a layer's own root mean square: the shape of a distribution, whatever its size."""


class Axis(Protocol):
    """Where the bins of the histograms of all layers lie; kept as what the edges are made from."""

    @property
    def edges(self) -> Float64Array:
        """(bins + 1,) where all layers share them, else (L, bins + 1)."""


@dataclass(frozen=True, eq=False)
class SharedAxis:
    """One axis for all layers."""

    edges: Float64Array

    def __post_init__(self) -> None:
        self.edges.flags.writeable = False


@dataclass(frozen=True)
class OwnAxis:
    """Each layer between its own ±2**j, in OWN_BINS bins."""

    exponents: tuple[int, ...]

    @property
    def edges(self) -> Float64Array:
        """(L, OWN_BINS + 1)."""
        return np.stack([_dyadic(j) for j in self.exponents])


@dataclass(frozen=True)
class MagnitudeAxis:
    """log10 of the magnitude: each layer's DECADES below a top of its own, PER_DECADE bins in each."""

    tops: tuple[float, ...]

    @property
    def edges(self) -> Float64Array:
        """(L, DECADES * PER_DECADE + 1)."""
        return np.array(self.tops)[:, np.newaxis] - _BELOW_TOP


class Magnitudes(NamedTuple):
    """A layer's histogram by magnitude: log10 of the upper end of its last bin, and counts (DECADES * PER_DECADE,)."""

    top: float
    counts: IntArray

    @property
    def edges(self) -> Float64Array:
        """(DECADES * PER_DECADE + 1,)."""
        return self.top - _BELOW_TOP


class Ordered:
    """The numbers of an array in order.

    Attributes
    ----------
    values : ndarray
        The finite ones, ascending.
    size : int
        How many numbers the array has, infinities and NaN included.
    ends : tuple of float
        The least and the greatest number; infinite where any is infinite or NaN.
    peak : float
        The largest magnitude; 0 where nothing is finite.
    """

    def __init__(self, x: FloatArray, *, is_sorted: bool = False) -> None:
        values = x if is_sorted else np.sort(x, axis=None)
        self.size = values.size
        self.ends = (float(values[0]), float(values[-1])) if self.size else (0.0, 0.0)
        if not (isfinite(self.ends[0]) and isfinite(self.ends[1])):
            values = values[values.searchsorted(-np.inf, "right") : values.searchsorted(np.inf)]
            self.ends = -np.inf, np.inf
        self.values = values
        self.peak = max(-float(values[0]), float(values[-1])) if values.size else 0.0

    def mapped(self, f: Callable[[FloatArray], FloatArray]) -> Ordered | None:
        """Return f of every number in order, where f has kept the order and nothing was left out; else None."""
        values = f(self.values)
        kept = values.size == self.size and bool((values[1:] >= values[:-1]).all())
        return Ordered(values, is_sorted=True) if kept else None

    def below(self, limits: FloatArray) -> IntArray:
        """Return how many finite values lie below each limit; the limits of the array's own precision, see `rounded_up`."""
        return self.values.searchsorted(limits)

    def share_between_zero_and(self, limit: float) -> float:
        """Return the share of numbers that are not 0 and smaller in size than a limit."""
        if limit <= np.finfo(self.values.dtype).smallest_subnormal:
            return 0.0
        from_, to_zero, past_zero, to = self.below(_limits_about_zero(limit, self.values.dtype)).tolist()
        return (to - past_zero + to_zero - from_) / self.size

    def share_beyond(self, limit: float) -> float:
        """Return the share of finite numbers that are larger in size than a limit."""
        if self.peak <= limit:
            return 0.0
        limits = rounded_up(np.array([-limit, np.nextafter(limit, np.inf)]), self.values.dtype)
        below, not_above = self.below(limits).tolist()
        return (below + self.values.size - not_above) / self.size

    @property
    def zeros(self) -> int:
        """How many numbers are 0."""
        if not self.values.size or self.values[0] > 0:
            return 0
        from_, to = self.below(_about_zero(self.values.dtype)).tolist()
        return to - from_

    def counts(self, edges: Float64Array) -> IntArray:
        """Count into bins; those outside go into the end bins. (bins,)."""
        return self._between(self.below(rounded_up(edges[1:-1], self.values.dtype)))

    def by_magnitude(self, exponent: int = 0) -> Magnitudes:
        """Count the magnitudes of ``x * 2**exponent``.

        The top is a multiple of 1 / PER_DECADE above the largest one. Zeros are left out; whatever lies more than DECADES below
        the top stands in the first bin.
        """
        shift, peak = exponent * LOG10_2, self.peak
        top = ceil((log10(peak) + shift) * PER_DECADE + 1e-9) / PER_DECADE if peak else 0.0
        places = self.below(_magnitude_limits(top, exponent, self.values.dtype))
        sizes = places[1:] - places[:-1]
        half = DECADES * PER_DECADE
        return Magnitudes(top, sizes[-half:] + sizes[half - 1 :: -1])

    def in_units_of(self, size: float) -> IntArray:
        """Count into STANDARD_EDGES times a size; zeros stand in the middle whatever the size."""
        return self.counts(STANDARD_EDGES * (size if np.isfinite(size) and size > 0 else 1.0))

    def on_own_axis(self) -> OwnHistogram:
        """Count into OWN_BINS bins between ±2**j."""
        least, most = EXPONENTS
        j = min(max(frexp(self.peak)[1], least), most) if self.peak else least
        return OwnHistogram(j, self._between(self.below(_dyadic_limits(j, self.values.dtype))))

    def _between(self, inner: IntArray) -> IntArray:
        counts = np.empty(len(inner) + 1, np.int64)
        counts[0], counts[-1] = inner[0], self.values.size - inner[-1]
        np.subtract(inner[1:], inner[:-1], out=counts[1:-1])
        return counts


class OwnHistogram(NamedTuple):
    """A layer's histogram between ±2**j, in OWN_BINS bins. The bins of a longer axis of this kind are whole bins of this one."""

    j: int
    counts: IntArray

    @property
    def edges(self) -> Float64Array:
        """(OWN_BINS + 1,)."""
        return _dyadic(self.j)


class Rows(NamedTuple):
    """The histograms of all layers as panels draw them: edges (bins + 1,) or (L, bins + 1), counts (L, bins)."""

    edges: Float64Array
    counts: IntArray


class LayerHistograms(NamedTuple):
    """The histograms of all layers: their axis, and counts (L, bins)."""

    axis: Axis
    counts: IntArray


def fixed_edges(low: float, high: float) -> Float64Array:
    """Return the edges of BINS equal bins."""
    return np.linspace(low, high, BINS + 1)


def each_on_its_own(histograms: Sequence[OwnHistogram]) -> LayerHistograms:
    """Return the histograms, each on its layer's own axis."""
    return LayerHistograms(OwnAxis(tuple(each.j for each in histograms)), np.stack([each.counts for each in histograms]))


def each_by_magnitude(histograms: Sequence[Magnitudes]) -> LayerHistograms:
    """Return the histograms by magnitude."""
    return LayerHistograms(MagnitudeAxis(tuple(each.top for each in histograms)), np.stack([each.counts for each in histograms]))


def on_one_axis(histograms: Sequence[OwnHistogram]) -> LayerHistograms:
    """Return the histograms on the axis of the longest of them, cut to the eighths that are used; 64 to 128 bins.

    Exact, because each bin of that axis is a number of whole bins of every other one. An axis that moves in eighths stays where
    it is when the data changes a little.
    """
    k = max(each.j for each in histograms)
    nothing = k == EXPONENTS[0]  # but zeros, or what float64 cannot tell from them on an axis
    k = 0 if nothing else k
    counts, octaves = np.stack([each.counts for each in histograms]), np.array([k - each.j for each in histograms])
    for octave in range(min(int(octaves.max()), OCTAVES)):
        shorter = octaves > octave
        inner = _by_twos(counts[shorter])
        counts[shorter] = 0
        counts[shorter, HALF // 2 : -HALF // 2] = inner
    low, high = (-8, 8) if nothing else _used_eighths(counts.sum(axis=0) > 0)
    kept = slice(HALF + low * EIGHTH, HALF + high * EIGHTH)
    edges, counts = _dyadic(k)[kept.start : kept.stop + 1], counts[:, kept]
    if counts.shape[1] > HALF:
        edges, counts = edges[::2], _by_twos(counts)
    return LayerHistograms(SharedAxis(edges), counts)


def _by_twos(counts: IntArray) -> IntArray:
    return counts[:, ::2] + counts[:, 1::2]


def _used_eighths(used: np.ndarray) -> tuple[int, int]:
    """Return the ends of what is used in eighths of the longer side; alike, where the two sides are about alike."""
    places = np.flatnonzero(used.reshape(-1, EIGHTH).any(axis=1))
    low, high = min(int(places[0]) - 8, 0), max(int(places[-1]) - 7, 0)
    if max(-low, high) <= 2 * min(-low, high):
        return -max(-low, high), max(-low, high)
    return low, high


def rounded_up(limits: Float64Array, dtype: np.dtype[np.floating]) -> FloatArray:
    """Return limits in another precision; one that it does not have, rounded up: no number of it lies between the two."""
    own = limits.astype(dtype)
    return np.nextafter(own, dtype.type(np.inf), out=own, where=own < limits)


@remembered
def _dyadic(j: int) -> Float64Array:
    largest = np.finfo(np.float64).max
    edges = np.clip(np.ldexp(np.arange(-HALF, HALF + 1) / HALF, j), -largest, largest)
    edges.flags.writeable = False
    return edges


@remembered
def _dyadic_limits(j: int, dtype: np.dtype[np.floating]) -> FloatArray:
    return rounded_up(_dyadic(j)[1:-1], dtype)


@remembered
def _magnitude_limits(top: float, exponent: int, dtype: np.dtype[np.floating]) -> FloatArray:
    """Return the limits between the bins below a top for an array that lacks an exponent: negative, then positive."""
    edges = top - _BELOW_TOP
    tiny = float(np.finfo(dtype).smallest_subnormal)
    inner = np.maximum(tiny, 10.0 ** (edges[1:-1] - exponent * LOG10_2))
    positive = np.concatenate([[tiny], inner, [np.inf]])
    # A negative limit itself lies in the bin that leads away from 0, as the positive one does.
    negative = np.nextafter(-positive[::-1], np.inf)
    return rounded_up(np.concatenate([negative, positive]), dtype)


@remembered
def _about_zero(dtype: np.dtype[np.floating]) -> FloatArray:
    return np.array([0.0, np.finfo(dtype).smallest_subnormal], dtype)


@remembered
def _limits_about_zero(limit: float, dtype: np.dtype[np.floating]) -> FloatArray:
    tiny = float(np.finfo(dtype).smallest_subnormal)
    return rounded_up(np.array([np.nextafter(-limit, 0.0), 0.0, tiny, limit]), dtype)
