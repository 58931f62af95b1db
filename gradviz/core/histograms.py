"""The histograms of a Frame: on one axis for all layers, on a layer's own, by magnitude, and in units of a layer's own size.

A histogram follows from how many numbers lie below each limit between two bins. A `Tally` counts these exactly: bins hold what
lies at or above their lower edge and below their upper one. (``np.histogram`` raises on NaN and infinity, on constant arrays of
large value, and on two values one unit in the last place apart, which is what a saturated layer holds.) What lies outside an
axis goes into its end bins, and what is no number is left out; the shares of `measures` say how much that is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, frexp, isfinite, log10
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

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

FEWEST_FOR_BUCKETS = 12_000
"""Numbers of float32 from which on counting by bucket is faster than sorting.

All histograms of an array by sorting and by bucket, in µs, on a processor whose sort is slow (AMD Zen 4, NumPy 2.4):

===============  ==========  ==========  ==========  ============  ==========
numbers          normal      tanh        sigmoid     relu          gradient
===============  ==========  ==========  ==========  ============  ==========
2,000            31, 92      39, 142     39, 142     29, 109       37, 126
12,000           195, 116    204, 181    204, 184    130, 139      182, 163
25,600           456, 151    466, 236    465, 243    290, 180      462, 211
131,072          3134, 519   3108, 842   3117, 877   1745, 667     3099, 810
===============  ==========  ==========  ==========  ============  ==========
"""

BUCKETS = 2**15
"""One for each sign, exponent and leading 6 bits of the mantissa."""

_SHIFT, _LOW_BITS, _SIGN = np.uint32(17), np.uint32(2**17 - 1), np.uint32(2**31)

AT_ONCE = 2**16
"""Numbers that are counted at once: the buffers stay within a processor's cache, and other threads wait 0.07 ms for `bincount`."""

UIntArray = NDArray[np.uint32]
BucketArray = NDArray[np.intp]


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


class Tally:
    """Counts the numbers of an array below limits, and in bins: by sorting, or, where there are many, by bucket.

    The way depends on dtype and size alone, and is not seen in the counts. The array must not change while it is counted.

    Attributes
    ----------
    size : int
        How many numbers the array has, infinities and NaN included.
    finite : int
        How many of them are finite; the others are not counted.
    ends : tuple of float
        The least and the greatest number; infinite where any is infinite or NaN.
    peak : float
        The largest magnitude; 0 where nothing is finite.
    zeros : int
        How many numbers are 0.
    """

    def __init__(self, x: FloatArray, *, is_sorted: bool = False) -> None:
        by_buckets = x.dtype == np.float32 and x.size >= FEWEST_FOR_BUCKETS and not is_sorted
        values = x if is_sorted or by_buckets else np.sort(x, axis=None)
        self.size, self._dtype = x.size, x.dtype
        self.ends = low, high = _ends(values, is_sorted=not by_buckets)
        if not (isfinite(low) and isfinite(high)):
            values = values[np.isfinite(values)]
            self.ends = -np.inf, np.inf
            low, high = _ends(values, is_sorted=not by_buckets)
        self.finite, self.peak = values.size, max(-low, high)
        # An array whose ends are equal is in order as it is.
        self._numbers = _Buckets(values, self.peak) if by_buckets and low < high else _Ascending(values.ravel(order="K"))
        self.zeros = self._numbers.zeros

    def mapped(self, f: Callable[[FloatArray], FloatArray]) -> Tally | None:
        """Return the tally of f of every number, where that saves sorting: f has kept the order and nothing was left out."""
        if isinstance(self._numbers, _Buckets):
            return None
        values = f(self._numbers.values)
        kept = values.size == self.size and bool((values[1:] >= values[:-1]).all())
        return Tally(values, is_sorted=True) if kept else None

    def below(self, limits: FloatArray) -> IntArray:
        """Return how many finite values lie below each limit, ascending and of the array's own precision; see `rounded_up`."""
        return self._numbers.below(limits)

    def share_between_zero_and(self, limit: float) -> float:
        """Return the share of numbers that are not 0 and smaller in size than a limit."""
        if limit <= np.finfo(self._dtype).smallest_subnormal:
            return 0.0
        from_, to = self.below(_limits_about_zero(limit, self._dtype)).tolist()
        return (to - from_ - self.zeros) / self.size

    def share_beyond(self, limit: float) -> float:
        """Return the share of finite numbers that are larger in size than a limit."""
        if self.peak <= limit:
            return 0.0
        limits = rounded_up(np.array([-limit, np.nextafter(limit, np.inf)]), self._dtype)
        below, not_above = self.below(limits).tolist()
        return (below + self.finite - not_above) / self.size

    def counts(self, edges: Float64Array) -> IntArray:
        """Count into bins; those outside go into the end bins. (bins,)."""
        return self._between(self.below(rounded_up(edges[1:-1], self._dtype)))

    def by_magnitude(self, exponent: int = 0) -> Magnitudes:
        """Count the magnitudes of ``x * 2**exponent``.

        The top is a multiple of 1 / PER_DECADE above the largest one. Zeros are left out; whatever lies more than DECADES below
        the top stands in the first bin.
        """
        shift, peak = exponent * LOG10_2, self.peak
        top = ceil((log10(peak) + shift) * PER_DECADE + 1e-9) / PER_DECADE if peak else 0.0
        places = self.below(_magnitude_limits(top, exponent, self._dtype))
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
        return OwnHistogram(j, self._between(self.below(_dyadic_limits(j, self._dtype))))

    def _between(self, inner: IntArray) -> IntArray:
        counts = np.empty(len(inner) + 1, np.int64)
        counts[0], counts[-1] = inner[0], self.finite - inner[-1]
        np.subtract(inner[1:], inner[:-1], out=counts[1:-1])
        return counts


class _Ascending:
    """The numbers in order, so that counting is bisecting."""

    def __init__(self, values: FloatArray) -> None:
        self.values = values
        from_, to = values.searchsorted(np.array([0.0, np.finfo(values.dtype).smallest_subnormal], values.dtype)).tolist()
        self.zeros: int = to - from_

    def below(self, limits: FloatArray) -> IntArray:
        return self.values.searchsorted(limits)


class _Scratch(threading.local):
    """Buffers of one thread: fresh memory for every array costs more than the counting (65,536 numbers: 730 instead of 250 µs)."""

    def __init__(self) -> None:
        self.bits, self.buckets = np.empty(AT_ONCE, np.uint32), np.empty(AT_ONCE, np.intp)
        self.owner: object = None  # whose numbers these two describe
        self.limit_in = np.zeros(BUCKETS, np.uint32)  # 0 in all buckets between two uses
        self.limits, self.is_below = np.empty(AT_ONCE, np.uint32), np.empty(AT_ONCE, np.bool_)


_SCRATCH = _Scratch()


class _Buckets:
    """Finite float32 numbers, counted by sign, exponent and 6 bits of the mantissa: 64 buckets an octave.

    Read as unsigned integers, floating-point numbers of one sign are in the order of their magnitudes, so that the leading 15
    bits number the buckets. 1 is subtracted from the bits of negative numbers first, which puts one on a bucket's edge into the
    bucket of smaller magnitudes: a limit whose other 17 bits are 0 then has whole buckets below it, whatever its sign. (This
    moves -0 above all positive numbers, to the bucket at the end of the first half.) The numbers in a bucket that a limit
    divides are compared with that limit.
    """

    def __init__(self, values: FloatArray, peak: float) -> None:
        self._signed, self._key = values.ravel(order="K").view(np.int32), object()
        counts = self._count(lambda bits, buckets: buckets)
        positive, negative = counts.reshape(2, -1)
        positive_zeros, negative_zeros = self._positive_zeros() if positive[0] else 0, int(positive[-1])
        self.zeros = positive_zeros + negative_zeros
        if positive[0] == positive_zeros:  # then no limit divides them
            positive[0] = 0
        # How many numbers of the sign lie in a bucket and those of smaller magnitudes; the last ones, which hold only NaN and -0,
        # are read as those before the first.
        self._up_to = counts
        above = int(np.float32(peak).view(np.uint32) >> _SHIFT) + 1
        for each in (positive, negative):
            np.cumsum(each[:above], out=each[:above])
            each[above:] = each[above - 1]
            each[-1] = 0
        self._negative = int(negative[-2])
        self._not_positive = self._signed.size - int(positive[-2])

    def below(self, limits: FloatArray) -> IntArray:
        bits = limits.view(np.uint32)
        bits = np.where(bits, bits, _SIGN)  # as a limit, 0 is -0: all negative numbers lie below it, and nothing else
        buckets = bits >> _SHIFT
        ranks = self._up_to.take(buckets.view(np.int32) - 1)
        divides = (self._up_to.take(buckets) > ranks) & (bits & _LOW_BITS).astype(bool)
        if divides.any():
            ranks[divides] += self._ranks_within(bits[divides], buckets[divides])
        return np.where(bits < _SIGN, self._not_positive + ranks, self._negative - ranks)

    def _ranks_within(self, bits: UIntArray, buckets: UIntArray) -> IntArray:
        """Return how many numbers in the buckets of limits have smaller bits than these."""
        limit_in = _SCRATCH.limit_in
        limit_in[buckets] = bits
        try:
            if (limit_in.take(buckets) == bits).all():  # no bucket has two
                return self._count(_buckets_of_smaller).take(buckets)
            some = np.sort(np.concatenate([part.compress(limit_in.take(of)) for part, of in self._parts()]))
        finally:
            limit_in[buckets] = 0
        return some.searchsorted(bits) - some.searchsorted(bits & ~_LOW_BITS)

    def _positive_zeros(self) -> int:
        return sum(bits.size - int(np.count_nonzero(bits)) for bits, _buckets in self._parts())

    def _count(self, choose: Callable[[UIntArray, BucketArray], BucketArray]) -> IntArray:
        """Count by bucket what is chosen of each part."""
        counts = [np.bincount(choose(bits, buckets), minlength=BUCKETS) for bits, buckets in self._parts()]
        return sum(counts[1:], start=counts[0])

    def _parts(self) -> Iterator[tuple[UIntArray, BucketArray]]:
        """Yield bits and buckets, AT_ONCE numbers at a time, in the thread's buffers."""
        for start in range(0, self._signed.size, AT_ONCE):
            signed = self._signed[start : start + AT_ONCE]
            bits, buckets = _SCRATCH.bits[: signed.size], _SCRATCH.buckets[: signed.size]
            if _SCRATCH.owner is not self._key:
                minus_sign = np.right_shift(signed, 31, out=bits.view(np.int32))
                np.add(signed, minus_sign, out=minus_sign)
                np.right_shift(bits, _SHIFT, out=buckets)
                _SCRATCH.owner = self._key if self._signed.size <= AT_ONCE else None
            yield bits, buckets


def _buckets_of_smaller(bits: UIntArray, buckets: BucketArray) -> BucketArray:
    """Return the buckets of the numbers whose bits are smaller than those of the limit in their bucket."""
    limits, is_below = _SCRATCH.limits[: bits.size], _SCRATCH.is_below[: bits.size]
    _SCRATCH.limit_in.take(buckets, out=limits, mode="clip")  # "raise" would copy
    np.less(bits, limits, out=is_below)
    return buckets.compress(is_below)


def _ends(values: FloatArray, *, is_sorted: bool) -> tuple[float, float]:
    """Return the least and the greatest number; NaN where there is one (if sorted, it is the last)."""
    if not values.size:
        return 0.0, 0.0
    return (float(values[0]), float(values[-1])) if is_sorted else (float(values.min()), float(values.max()))


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
def _limits_about_zero(limit: float, dtype: np.dtype[np.floating]) -> FloatArray:
    return rounded_up(np.array([np.nextafter(-limit, 0.0), limit]), dtype)
