"""Array types and the precisions a network may compute in."""

from dataclasses import dataclass
from math import log10
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradviz.i18n import N_

FloatArray = NDArray[np.floating[Any]]
Float64Array = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Precision:
    """A floating-point format.

    Attributes
    ----------
    name : str
        What a Spec calls it.
    title, help : str
        What people read, marked for translation.
    dtype : numpy.dtype
        The format of every array of the network.
    """

    name: str
    title: str
    help: str
    dtype: np.dtype[np.floating[Any]]

    @property
    def log10_smallest(self) -> float:
        """log10 of the smallest number above 0 (a subnormal): below it this precision reads 0."""
        info = np.finfo(self.dtype)
        return (info.minexp - info.nmant) * log10(2.0)

    @property
    def log10_largest(self) -> float:
        """log10 of the largest finite number: above it this precision reads infinity."""
        return log10(float(np.finfo(self.dtype).max))


PRECISIONS: dict[str, Precision] = {
    entry.name: entry
    for entry in (
        Precision(
            "float32", N_("float32"), N_("32 bits, 7 digits, 10⁻⁴⁵ … 10³⁸: what networks usually run in."), np.dtype(np.float32)
        ),
        Precision(
            "float64", N_("float64"), N_("64 bits, 16 digits, 10⁻³²⁴ … 10³⁰⁸: for checking by hand."), np.dtype(np.float64)
        ),
    )
}
"""Name → Precision."""
