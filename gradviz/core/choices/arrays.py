"""Array types, and log10 of 2."""

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
"""Name → array of one number per layer, (L,); entry l - 1 belongs to layer l."""

LOG10_2 = log10(2.0)
"""log10 of 2: converts a binary exponent to decades."""
