"""The measures: one number per layer, computed in float64 whatever the network's precision."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from math import copysign, frexp, inf, isfinite, ldexp, log10, nan, sqrt
from typing import Any, NamedTuple

import numpy as np

from gradviz.core.choices.arrays import LOG10_2, Float64Array, FloatArray, Series
from gradviz.core.histograms import Tally
from gradviz.core.theory.assumptions import Inputs
from gradviz.i18n import N_


class Moments(NamedTuple):
    """The statistics of one array.

    An infinity or a NaN in the array makes the moments infinite or NaN. `zero`, `infinite` and `nan` are the shares of such
    numbers.
    """

    mean: float
    std: float
    rms: float
    log10_rms: float
    zero: float
    infinite: float
    nan: float

    def scaled(self, factor: float) -> Moments:
        """Return the moments of the array times a positive number."""
        sizes = (self.mean * factor, self.std * factor, self.rms * factor, self.log10_rms + log10(factor))
        return Moments(*sizes, self.zero, self.infinite, self.nan)

    def times_two_to(self, exponent: int) -> Moments:
        """Return the moments of the array times 2**exponent; `log10_rms` stays right beyond the range of float64."""
        if not exponent:
            return self
        mean, std, rms = (_scaled(size, exponent) for size in (self.mean, self.std, self.rms))
        return Moments(mean, std, rms, self.log10_rms + exponent * LOG10_2, self.zero, self.infinite, self.nan)


def moments(x: FloatArray, tally: Tally | None = None, *, about_mean: bool = True) -> Moments:
    """Measure an array.

    The array is scaled by a power of two before squaring, so that 1e-200 does not become 0. Where the mean dominates, it is
    subtracted before the variance is taken, so that the small spread of a saturated layer survives.

    Parameters
    ----------
    x : ndarray
    tally : Tally or None
        Of the same numbers, which makes it faster.
    about_mean : bool
        Whether to compute mean and std; without them (NaN) it is faster.
    """
    low, high = tally.ends if tally else (float(x.min()), float(x.max()))
    if not (isfinite(low) and isfinite(high)):
        return _nonfinite_moments(x)
    peak = max(high, -low)
    if peak == 0:
        return Moments(0.0, 0.0, 0.0, -inf, 1.0, 0.0, 0.0)
    # all() is four times as fast as count_nonzero, and usually true.
    zero = tally.zeros / x.size if tally else 0.0 if x.all() else 1.0 - np.count_nonzero(x) / x.size
    if low == high:
        return Moments(low, 0.0, peak, log10(peak), zero, 0.0, 0.0)
    flat = x.astype(np.float64).ravel()
    taken = frexp(peak)[1]
    if abs(taken) > 200:  # squares stay within float64 up to 2±400
        flat = np.ldexp(flat, -taken)
    else:
        taken = 0
    mean_square = float(flat.dot(flat)) / flat.size  # dot lets other threads run, @ does not
    rms = sqrt(mean_square)
    if not about_mean:
        return Moments(nan, nan, rms, log10(rms), zero, 0.0, 0.0).times_two_to(taken)
    mean = float(np.add.reduce(flat)) / flat.size
    variance = mean_square - mean * mean
    if 2 * variance < mean_square:  # the subtraction has lost digits
        flat -= mean
        rest = float(np.add.reduce(flat)) / flat.size  # the rounding error of the mean
        variance = float(flat.dot(flat)) / flat.size - rest * rest
    return Moments(mean, sqrt(variance), rms, log10(rms), zero, 0.0, 0.0).times_two_to(taken)


_scratch = threading.local()


def _in_float64(x: FloatArray) -> Float64Array:
    """Return the numbers of x in float64, (size,), in a scratch array that the thread's next call overwrites.

    Allocating a new array would cost more than the conversion, because the system has to map its pages.
    """
    if x.dtype == np.float64:
        return np.ravel(x)
    flat = _room_for(x.size)
    flat.reshape(x.shape)[...] = x
    return flat


def _room_for(size: int) -> Float64Array:
    """Return the thread's scratch array, (size,)."""
    room: Float64Array | None = getattr(_scratch, "room", None)
    if room is None or room.size < size:
        room = _scratch.room = np.empty(size)
    return room[:size]


class Spread(NamedTuple):
    """What differs between examples: the root of the mean over units of the variance over the batch.

    Attributes
    ----------
    value : float
    is_lost : bool
        Whether it is below LEAST_SPREAD: rounding noise, or nothing.
    """

    value: float
    is_lost: bool


LEAST_SPREAD = 4.0
"""In units of eps · RMS: a spread below this is taken for rounding noise, which in float32 lies at 0.2 to 1.1."""


def spread_between_examples(x: FloatArray, rms: float, eps: float) -> Spread:
    """Return √ of the mean over units of Var over the batch; infinite or NaN where x is.

    Parameters
    ----------
    x : ndarray, (batch, units)
    rms : float
        Its root mean square.
    eps : float
        The distance from 1 to the next number of the network's precision.
    """
    if not isfinite(rms):
        return Spread(rms, False)
    flat = _room_for(x.size)
    differences = np.subtract(x, x[0], out=flat.reshape(x.shape), dtype=np.float64)  # exact where examples are nearly alike
    exponent, square = 0, float(flat.dot(flat))
    if not 1e-290 < square < 1e290 and differences.any():
        if square > 1:  # the difference of two large numbers may be beyond float64, and that of their quarters is not
            differences, exponent = np.ldexp(x, -2) - np.ldexp(x[0], -2), 2
        taken = frexp(float(np.abs(differences).max()))[1]
        differences, exponent = np.ldexp(differences, -taken), exponent + taken
        square = float(np.square(differences).sum())
    sums = np.add.reduce(differences, axis=0)
    variance = (square - float(sums.dot(sums)) / len(x)) / x.size
    value = _scaled(sqrt(max(0.0, variance)), exponent)
    return Spread(value, value < LEAST_SPREAD * eps * rms)


class Size(NamedTuple):
    """The root mean square of an array, and log10 of it."""

    rms: float
    log10_rms: float


def root_mean_square(x: FloatArray, exponent: int = 0) -> Size:
    """Return the size of ``x * 2**exponent``; infinite or NaN where x holds an infinity or a NaN.

    One pass over x where its squares stay within float64, which those of float32 always do.
    """
    flat = _in_float64(x)
    mean_square = float(flat.dot(flat)) / flat.size  # dot lets other threads run, @ does not
    if not 1e-290 < mean_square < 1e290:
        found = moments(x, about_mean=False).times_two_to(exponent)
        return Size(found.rms, found.log10_rms)
    rms = sqrt(mean_square)
    return Size(_scaled(rms, exponent), log10(rms) + exponent * LOG10_2)


def _nonfinite_moments(x: FloatArray) -> Moments:
    infinite = np.count_nonzero(np.isinf(x)) / x.size
    not_numbers = np.count_nonzero(np.isnan(x)) / x.size
    mean = float(x.sum(dtype=np.float64))  # infinite; NaN if x holds a NaN or infinities of both signs
    size = nan if not_numbers else inf
    zero = 1.0 - np.count_nonzero(x) / x.size
    return Moments(mean, nan, size, size, zero, infinite, not_numbers)


def _scaled(value: float, exponent: int) -> float:
    try:
        return ldexp(value, exponent)
    except OverflowError:
        return copysign(inf, value)


MOST_PAIRS = 32
"""The largest number of pairs of examples over which their correlation is averaged."""


def pair_cosines(x: FloatArray) -> Float64Array:
    """Return the cosines between examples 1 and 2, 3 and 4, and so on, (pairs,); NaN where a row is 0."""
    rows = x[: min(len(x) // 2, MOST_PAIRS) * 2].astype(np.float64)
    with np.errstate(all="ignore"):
        if x.dtype == np.float64:  # squares of float32 numbers stay within float64; those of float64 may not
            rows /= np.abs(rows).max(axis=1, keepdims=True, initial=0.0)
        squares, products = np.einsum("bi,bi->b", rows, rows), np.einsum("bi,bi->b", rows[::2], rows[1::2])
        cosines: Float64Array = products / np.sqrt(squares[::2] * squares[1::2])
    return cosines


def mean_cosine(x: FloatArray) -> float:
    """Return the mean of the pairs' cosines that are not NaN, or NaN if there are none."""
    cosines = pair_cosines(x)
    known = cosines[~np.isnan(cosines)]
    return float(known.mean()) if known.size else nan


def inputs_of(x: FloatArray) -> Inputs:
    """Return what the theory needs to know of a batch of inputs, (batch, features)."""
    wide, rms = x.astype(np.float64), moments(x).rms
    common = wide.mean(axis=0)
    squares = np.square(wide).mean(axis=1)
    spread = float(squares.std() / squares.mean()) if squares.any() else 0.0
    centred = pair_cosines(wide - common)
    likeness = float(np.sqrt(np.mean(centred**2))) if centred.size else nan
    return Inputs(
        mean_square=rms * rms,  # not rms ** 2, which raises OverflowError
        mean=float(common.mean()),
        common=float(np.square(common).mean()),
        spread=spread,
        cosine=mean_cosine(x),
        likeness=likeness,
        size=len(x),
    )


Findings = Mapping[str, Any]
"""The findings of one layer by name: moments of its arrays, and single numbers."""


@dataclass(frozen=True)
class Measure:
    """A measure: one number per layer.

    Attributes
    ----------
    key : str
        Its name in `Frame.series`, in CSV and JSON. The prefix ``log10_`` marks a logarithm, used where the range may be hundreds
        of decades; −inf is an exact 0.
    title : str
        Marked for translation.
    of : str
        The name of the finding it is computed from; NaN for a layer without that finding.
    statistic : callable
        ``statistic(finding) -> float``.
    derived : callable or None
        For a measure computed from others: ``derived(*series) -> (L,)``, from measures above it in the table.
    derived_from : tuple of str
        The keys of those measures.
    """

    key: str
    title: str
    of: str = ""
    statistic: Callable[[Any], float] = float
    derived: Callable[..., Float64Array] | None = None
    derived_from: tuple[str, ...] = ()

    def derive(self, series: Series) -> Float64Array | None:
        """Return the measure computed from others, (L,), or None if it is not a derived one or a measure it needs is missing."""
        if self.derived is None or not set(self.derived_from) <= series.keys():
            return None
        with np.errstate(all="ignore"):
            return np.asarray(self.derived(*(series[key] for key in self.derived_from)), dtype=np.float64)

    @property
    def is_log10(self) -> bool:
        """Whether the series holds logarithms."""
        return self.key.startswith("log10_")

    @property
    def plain_key(self) -> str:
        """The key without the ``log10_`` prefix."""
        return self.key.removeprefix("log10_")


def _spread_factor(std: Float64Array) -> Float64Array:
    """Return std(a[l]) / std(a[l-1]), (L,); NaN for layer 1, because layer 0 is the input."""
    return np.concatenate([[nan], std[1:] / std[:-1]])


def _gradient_factor(log10_rms: Float64Array) -> Float64Array:
    """Return RMS(grad_a[l]) / RMS(grad_a[l+1]), (L,): the factor of layer l + 1; NaN for the last layer."""
    return np.concatenate([10.0 ** (log10_rms[:-1] - log10_rms[1:]), [nan]])


MEASURES: dict[str, Measure] = {
    entry.key: entry
    for entry in (
        Measure("activation_mean", N_("mean of the activations"), "a", lambda m: m.mean),
        Measure("activation_std", N_("standard deviation of the activations"), "a", lambda m: m.std),
        Measure("activation_rms", N_("root mean square of the activations"), "a", lambda m: m.rms),
        Measure("activation_spread", N_("spread between examples: root of the mean over units of the variance over the batch; NaN where it is below rounding"), "signal"),
        Measure("activation_std_factor", N_("standard deviation of the activations over that of the layer before"), derived=_spread_factor, derived_from=("activation_std",)),
        Measure("activation_saturated", N_("share of units that are saturated: |f′| below 1 % of its largest value"), "saturated"),
        Measure("activation_dead", N_("share of units that are 0 for the whole batch"), "dead"),
        Measure("activation_zero", N_("share of activations that are exactly 0"), "a", lambda m: m.zero),
        Measure("activation_subnormal", N_("share of activations that are subnormal: too small for all their digits"), "subnormal"),
        Measure("activation_infinite", N_("share of activations that are infinite"), "a", lambda m: m.infinite),
        Measure("activation_nan", N_("share of activations that are NaN (not a number)"), "a", lambda m: m.nan),
        Measure("pre_activation_mean", N_("mean of the pre-activations"), "z", lambda m: m.mean),
        Measure("pre_activation_std", N_("standard deviation of the pre-activations"), "z", lambda m: m.std),
        Measure("pre_activation_rms", N_("root mean square of the pre-activations"), "z", lambda m: m.rms),
        Measure("input_correlation", N_("correlation of the pre-activations of two inputs"), "correlation"),
        Measure("log10_grad_a_rms", N_("size (RMS) of the gradient with respect to the activations"), "grad_a", lambda m: m.log10_rms),
        Measure("grad_a_rms_factor", N_("size of the activation gradient over that of the layer above"), derived=_gradient_factor, derived_from=("log10_grad_a_rms",)),
        Measure("grad_a_zero", N_("share of activation gradients that are exactly 0"), "grad_a", lambda m: m.zero),
        Measure("grad_a_infinite", N_("share of activation gradients that are infinite"), "grad_a", lambda m: m.infinite),
        Measure("grad_a_nan", N_("share of activation gradients that are NaN (not a number)"), "grad_a", lambda m: m.nan),
        Measure("grad_a_underflow", N_("share of activation gradients that this precision would hold as 0, being smaller than its smallest number"), "grad_a_underflow"),
        Measure("grad_a_overflow", N_("share of activation gradients that are beyond the largest number of this precision"), "grad_a_overflow"),
        Measure("log10_grad_z_rms", N_("size (RMS) of the gradient with respect to the pre-activations"), "grad_z", lambda m: m.log10_rms),
        Measure("log10_grad_W_rms", N_("size (RMS) of the gradient with respect to the weights"), "grad_W", lambda m: m.log10_rms),
        Measure("grad_W_underflow", N_("share of weight gradients that this precision would hold as 0, being smaller than its smallest number"), "grad_W_underflow"),
        Measure("grad_W_overflow", N_("share of weight gradients that are beyond the largest number of this precision"), "grad_W_overflow"),
        Measure("log10_grad_b_rms", N_("size (RMS) of the gradient with respect to the biases"), "grad_b", lambda m: m.log10_rms),
        Measure("weight_std", N_("standard deviation of the weights"), "W", lambda m: m.std),
        Measure("log10_weight_rms", N_("size (RMS) of the weights"), "W", lambda m: m.log10_rms),
        Measure("log10_grad_W_ratio", N_("size of the weight gradient over the size of the weights"), derived=lambda of_gradient, of_weight: of_gradient - of_weight, derived_from=("log10_grad_W_rms", "log10_weight_rms")),
        Measure("log10_jacobian_largest", N_("largest singular value of the derivative by the input"), "jacobian_largest"),
        Measure("log10_jacobian_smallest", N_("smallest singular value of the derivative by the input"), "jacobian_smallest"),
    )
}  # fmt: skip
"""Key → Measure."""


def series_of(layers: Sequence[Findings], wants: Collection[str] = MEASURES) -> dict[str, Float64Array]:
    """Return the measures whose keys are in `wants`, (L,) each, from the findings of layers 1 … L."""
    series: dict[str, Float64Array] = {}
    for key, measure in MEASURES.items():
        if key not in wants:
            continue
        derived = measure.derive(series)
        if derived is None:
            values = [measure.statistic(found[measure.of]) if measure.of in found else nan for found in layers]
            derived = np.array(values, dtype=np.float64)
        series[key] = derived
    return series
