"""The limits of what Qt and pyqtgraph can draw. Every value goes through here on its way into a plot."""

from __future__ import annotations

from math import log10

import numpy as np

from gradviz.core.choices.arrays import Float64Array

LARGEST_DRAWN = 1e12
"""Larger values are marked, not drawn to scale: Qt 6.11 treats a scale below 1e-12 pixels a unit as 0 (`qFuzzyIsNull`)."""

SHORTEST = 1e-9
"""The length of the shortest axis, over its largest end or 1; anything shorter collapses to a line."""

LARGEST_IN_DECADES = 1e30
"""Larger numbers have no place on an axis of decades that is extended to them: it could not be read."""

LARGEST_UNIT_EXPONENT = 300
"""The largest power of ten that is used as the unit of an axis: numbers in that unit are still finite float64."""

Span = tuple[float, float]
"""The two ends of an axis, or of a part of one."""


def drawable(values: np.ndarray) -> Float64Array:
    """Return the values, with NaN for those that cannot be drawn to scale."""
    return np.where(np.abs(values) < LARGEST_DRAWN, values, np.nan)


def drawable_span(low: float, high: float) -> Span:
    """Return the ends of an axis made finite, not too large, and far enough apart."""
    low, high = (float(np.clip(np.nan_to_num(end), -LARGEST_DRAWN, LARGEST_DRAWN)) for end in (low, high))
    least = SHORTEST * max(1.0, abs(low), abs(high))
    if high - low >= least:
        return low, high
    middle = (low + high) / 2
    return middle - least / 2, middle + least / 2


def drawable_log10(value: float) -> float | None:
    """Return log10 of a number, or None where it has no place on an axis of decades."""
    return log10(value) if 0 < value < LARGEST_IN_DECADES else None


def drawable_unit(exponent: int) -> int:
    """Return the exponent of an axis's unit, a power of ten, limited to what float64 holds."""
    return min(max(exponent, -LARGEST_UNIT_EXPONENT), LARGEST_UNIT_EXPONENT)
