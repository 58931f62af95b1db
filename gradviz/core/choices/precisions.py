"""The floating-point formats that a network may compute in."""

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
        Its name in a Spec.
    title, help : str
        Texts for the user, marked for translation.
    computes_in : numpy.dtype
        The dtype of the arithmetic: the format itself, or for 16-bit formats float32, with each result rounded to the format.
        (Processors do the same with 16-bit formats.)
    """

    name: str
    title: str
    help: str
    computes_in: np.dtype[np.floating[Any]]

    @cached_property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the format itself."""
        if self.name != "bfloat16":
            return np.dtype(self.name)
        import ml_dtypes  # here, because it would add 5 ms to every start

        return np.dtype(ml_dtypes.bfloat16)

    def round(self, x: FloatArray) -> FloatArray:
        """Return x rounded to the format, as an array of `computes_in`."""
        if self.dtype == self.computes_in:
            return x
        rounded: FloatArray = x.astype(self.dtype).astype(self.computes_in)
        return rounded

    def round_digits(self, x: FloatArray) -> FloatArray:
        """Return x rounded to the format's number of digits, but not to its range: the array carries a separate exponent."""
        if self.dtype == self.computes_in:
            return x
        fraction, exponent = np.frexp(x)
        rounded: FloatArray = np.ldexp(self.round(fraction), exponent)
        return rounded

    @property
    def log10_smallest(self) -> float:
        """log10 of the smallest (subnormal) number above 0."""
        fraction, exponent = frexp(float(self._limits.smallest_subnormal))
        return log10(fraction) + exponent * LOG10_2

    def ends_over_two_to(self, exponent: int) -> tuple[float, float]:
        """Return the |x| below which ``x * 2**exponent`` is rounded to 0, and the |x| above which it overflows."""
        half_of_smallest = frexp(float(self._limits.smallest_subnormal))[1] - 2
        # Exactly half the smallest number is rounded to the even neighbour, 0.
        return nextafter(_times_two_to(1.0, half_of_smallest - exponent), inf), _times_two_to(float(self._limits.max), -exponent)

    @property
    def log10_largest(self) -> float:
        """log10 of the largest finite number."""
        return log10(float(self._limits.max))

    @property
    def eps(self) -> float:
        """The distance from 1 to the next larger number."""
        return float(self._limits.eps)

    @property
    def smallest_normal(self) -> float:
        """The smallest number that has all its digits; smaller ones are subnormal."""
        return float(self._limits.tiny)

    @property
    def _limits(self) -> Any:
        if self.name != "bfloat16":
            return np.finfo(self.dtype)
        import ml_dtypes

        return ml_dtypes.finfo(self.dtype)  # type: ignore[no-untyped-call]


def _times_two_to(x: float, exponent: int) -> float:
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
