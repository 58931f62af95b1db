"""The number formats that a network may compute in."""

from dataclasses import dataclass
from functools import cached_property
from math import frexp, inf, ldexp, log10, nextafter
from typing import Any

import numpy as np

from gradviz.core.choices.arrays import LOG10_2, FloatArray
from gradviz.i18n import N_


@dataclass(frozen=True)
class Precision:
    """A floating-point format.

    Attributes
    ----------
    name : str
        What a Spec calls it.
    title, help : str
        What people read, marked for translation.
    computes_in : numpy.dtype
        What the arithmetic runs in: the format itself, or for 16 bits float32, each result being rounded to the format. (That
        is what processors do with 16-bit formats too.)
    """

    name: str
    title: str
    help: str
    computes_in: np.dtype[np.floating[Any]]

    @cached_property
    def dtype(self) -> np.dtype[Any]:
        """The format itself."""
        if self.name != "bfloat16":
            return np.dtype(self.name)
        import ml_dtypes  # which takes 5 ms of the start

        return np.dtype(ml_dtypes.bfloat16)

    def round(self, x: FloatArray) -> FloatArray:
        """Return an array of `computes_in` that holds nothing but numbers of the format."""
        if self.dtype == self.computes_in:
            return x
        rounded: FloatArray = x.astype(self.dtype).astype(self.computes_in)
        return rounded

    def round_digits(self, x: FloatArray) -> FloatArray:
        """Return an array with no more digits than the format has, whatever its size: it carries an exponent of its own."""
        if self.dtype == self.computes_in:
            return x
        fraction, exponent = np.frexp(x)
        rounded: FloatArray = np.ldexp(self.round(fraction), exponent)
        return rounded

    @property
    def log10_smallest(self) -> float:
        """log10 of the smallest number above 0 (a subnormal): below it this precision reads 0."""
        fraction, exponent = frexp(float(self._limits.smallest_subnormal))
        return log10(fraction) + exponent * LOG10_2

    def ends_over_two_to(self, exponent: int) -> tuple[float, float]:
        """Return below what ``x * 2**exponent`` is rounded to 0, and above what it is beyond the largest number."""
        half_of_smallest = frexp(float(self._limits.smallest_subnormal))[1] - 2
        # A half itself is rounded to the even neighbour, which 0 is.
        return nextafter(_power(1.0, half_of_smallest - exponent), inf), _power(float(self._limits.max), -exponent)

    @property
    def log10_largest(self) -> float:
        """log10 of the largest number: above it this precision reads infinity."""
        return log10(float(self._limits.max))

    @property
    def smallest_normal(self) -> float:
        """The smallest number with all its digits; what is smaller is subnormal."""
        return float(self._limits.tiny)

    @property
    def _limits(self) -> Any:
        if self.name != "bfloat16":
            return np.finfo(self.dtype)
        import ml_dtypes

        return ml_dtypes.finfo(self.dtype)  # type: ignore[no-untyped-call]


def _power(x: float, exponent: int) -> float:
    try:
        return ldexp(x, exponent)
    except OverflowError:
        return inf


_SINGLE, _DOUBLE = np.dtype(np.float32), np.dtype(np.float64)

PRECISIONS: dict[str, Precision] = {
    entry.name: entry
    for entry in (
        Precision("float16", N_("float16"), N_("16 bits, 3 digits, 10⁻⁷ … 65504. Computed in float32 and rounded after every operation."), _SINGLE),
        Precision("bfloat16", N_("bfloat16"), N_("16 bits, 2 digits, 10⁻⁴¹ … 10³⁸. Computed in float32 and rounded after every operation."), _SINGLE),
        Precision("float32", N_("float32"), N_("32 bits, 7 digits, 10⁻⁴⁵ … 10³⁸: what networks usually run in."), _SINGLE),
        Precision("float64", N_("float64"), N_("64 bits, 16 digits, 10⁻³²⁴ … 10³⁰⁸: for checking by hand."), _DOUBLE),
    )
}  # fmt: skip
"""Name → Precision."""
