"""A ramp of colours between two, in steps that the eye takes for equal."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor

from gradviz.core.choices.arrays import Float64Array

_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def ramp(low: QColor, high: QColor, count: int = 256) -> np.ndarray:
    """Return colours from `low` to `high`, (count, 3) uint8, evenly spaced in Oklab (Ottosson, 2020)."""
    ends = np.array([_to_oklab(low), _to_oklab(high)])
    lab = ends[0] + np.linspace(0, 1, count)[:, None] * (ends[1] - ends[0])
    linear = (lab @ np.linalg.inv(_TO_LAB).T) ** 3 @ np.linalg.inv(_TO_CONES).T
    linear = np.clip(linear, 0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.round(255 * encoded).astype(np.uint8)


def _to_oklab(colour: QColor) -> Float64Array:
    encoded = np.array([colour.redF(), colour.greenF(), colour.blueF()])
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    lab: Float64Array = _TO_LAB @ np.cbrt(_TO_CONES @ linear)
    return lab
