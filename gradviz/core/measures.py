"""The measures: one number per layer, computed in float64 whatever the network's precision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf, log10, nan

import numpy as np

from gradviz.core.arrays import FloatArray
from gradviz.i18n import N_

LOG10_2 = log10(2.0)


@dataclass(frozen=True)
class Moments:
    """What is known of one array.

    Where it holds an infinity or a NaN, so do the moments; the shares say how much of it.
    """

    mean: float
    std: float
    rms: float
    log10_rms: float
    zero: float
    infinite: float
    nan: float


def moments(x: FloatArray, exponent: int = 0) -> Moments:
    """Measure an array that stands for ``x * 2**exponent``.

    The array is scaled by a power of two before it is squared, so that 1e-200 is not taken for 0, and centred before the
    variance is taken, so that a saturated layer keeps its last spread.
    """
    low, high = float(x.min()), float(x.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        return _moments_of_the_unfinite(x)
    peak = max(high, -low)
    if peak == 0:
        return Moments(0.0, 0.0, 0.0, -inf, 1.0, 0.0, 0.0)
    zero = 1.0 - np.count_nonzero(x) / x.size
    if low == high:
        log10_rms = log10(peak) + exponent * LOG10_2
        return Moments(_scaled(low, exponent), 0.0, _scaled(peak, exponent), log10_rms, zero, 0.0, 0.0)
    flat = x.ravel().astype(np.float64)
    taken = int(np.frexp(peak)[1])
    if abs(taken) > 200:  # squares stay within float64 up to 2±400
        flat = np.ldexp(flat, -taken)
    else:
        taken = 0
    mean = float(flat.mean())
    flat -= mean
    variance = float(flat @ flat) / flat.size
    rms = float(np.sqrt(variance + mean * mean))
    back = taken + exponent
    return Moments(
        mean=_scaled(mean, back),
        std=_scaled(float(np.sqrt(variance)), back),
        rms=_scaled(rms, back),
        log10_rms=log10(rms) + back * LOG10_2,
        zero=zero,
        infinite=0.0,
        nan=0.0,
    )


def _moments_of_the_unfinite(x: FloatArray) -> Moments:
    infinite = np.count_nonzero(np.isinf(x)) / x.size
    not_numbers = np.count_nonzero(np.isnan(x)) / x.size
    mean = float(x.sum(dtype=np.float64))  # an infinity, or NaN where there is one or two infinities cancel
    size = nan if not_numbers else inf
    zero = 1.0 - np.count_nonzero(x) / x.size
    return Moments(mean, nan, size, size, zero, infinite, not_numbers)


def _scaled(value: float, exponent: int) -> float:
    return float(np.ldexp(value, exponent))


@dataclass(frozen=True)
class Measure:
    """A number that every layer has.

    Attributes
    ----------
    key : str
        Its name in `Frame.series`, in CSV and JSON. One that begins with ``log10_`` is a logarithm, because its span may be
        hundreds of decades: −inf is an exact 0.
    array : str
        Which array of the pass it is taken of.
    statistic : callable
        ``statistic(moments) -> float``.
    title : str
        Marked for translation.
    """

    key: str
    array: str
    statistic: Callable[[Moments], float]
    title: str

    @property
    def is_log10(self) -> bool:
        """Whether the series holds logarithms."""
        return self.key.startswith("log10_")

    @property
    def plain_key(self) -> str:
        """The name of the quantity itself."""
        return self.key.removeprefix("log10_")


MEASURES: dict[str, Measure] = {
    entry.key: entry
    for entry in (
        Measure("activation_mean", "a", lambda m: m.mean, N_("mean of the activations")),
        Measure("activation_std", "a", lambda m: m.std, N_("standard deviation of the activations")),
        Measure("activation_rms", "a", lambda m: m.rms, N_("root mean square of the activations")),
        Measure("activation_zero", "a", lambda m: m.zero, N_("share of activations that are exactly 0")),
        Measure("activation_infinite", "a", lambda m: m.infinite, N_("share of activations that are infinite")),
        Measure("activation_nan", "a", lambda m: m.nan, N_("share of activations that are NaN (not a number)")),
        Measure("pre_activation_mean", "z", lambda m: m.mean, N_("mean of the pre-activations")),
        Measure("pre_activation_std", "z", lambda m: m.std, N_("standard deviation of the pre-activations")),
        Measure(
            "log10_grad_a_rms", "grad_a", lambda m: m.log10_rms, N_("size (RMS) of the gradient with respect to the activations")
        ),
        Measure("grad_a_zero", "grad_a", lambda m: m.zero, N_("share of activation gradients that are exactly 0")),
        Measure("grad_a_infinite", "grad_a", lambda m: m.infinite, N_("share of activation gradients that are infinite")),
        Measure("grad_a_nan", "grad_a", lambda m: m.nan, N_("share of activation gradients that are NaN (not a number)")),
        Measure(
            "log10_grad_z_rms",
            "grad_z",
            lambda m: m.log10_rms,
            N_("size (RMS) of the gradient with respect to the pre-activations"),
        ),
        Measure(
            "log10_grad_W_rms", "grad_W", lambda m: m.log10_rms, N_("size (RMS) of the gradient with respect to the weights")
        ),
        Measure("log10_grad_b_rms", "grad_b", lambda m: m.log10_rms, N_("size (RMS) of the gradient with respect to the biases")),
    )
}
"""Key → Measure."""


def measured(moments_of: Mapping[str, Moments]) -> dict[str, float]:
    """Return every measure of the arrays that are there."""
    return {key: entry.statistic(moments_of[entry.array]) for key, entry in MEASURES.items() if entry.array in moments_of}
