"""What Qt and pyqtgraph can draw. Every number goes through here on its way into a plot."""

from __future__ import annotations

import numpy as np

from gradviz.core.choices.arrays import Float64Array

LARGEST_DRAWN = 1e12
"""What is larger is marked, not drawn to scale: Qt 6.11 takes a scale of less than 1e-12 pixels a unit for none (`qFuzzyIsNull`)."""

SHORTEST = 1e-9
"""The length of the shortest axis, over its largest end or 1: what is shorter is drawn as a line."""

Span = tuple[float, float]
"""The two ends of an axis, or of a part of one."""


def drawable(values: np.ndarray) -> Float64Array:
    """Return the values that can be drawn to scale, and NaN in place of the others."""
    return np.where(np.abs(values) < LARGEST_DRAWN, values, np.nan)


def drawable_span(low: float, high: float) -> Span:
    """Return the ends of an axis such that they are finite, not too large, and not too close to each other."""
    low, high = (float(np.clip(np.nan_to_num(end), -LARGEST_DRAWN, LARGEST_DRAWN)) for end in (low, high))
    least = SHORTEST * max(1.0, abs(low), abs(high))
    if high - low >= least:
        return low, high
    middle = (low + high) / 2
    return middle - least / 2, middle + least / 2
