"""Array types, and what an exponent of 2 is worth in decades."""

from collections.abc import Mapping
from math import log10
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating[Any]]
Float64Array = NDArray[np.float64]
IntArray = NDArray[np.integer[Any]]
BoolArray = NDArray[np.bool_]

Series = Mapping[str, Float64Array]
"""Name → (L,) array; entry l - 1 belongs to layer l."""

LOG10_2 = log10(2.0)
"""What an exponent of 2 is worth in decades."""
