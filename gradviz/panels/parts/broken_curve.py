"""Curves over the layers that break where a value cannot be drawn."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg


def set_curve(item: pg.PlotDataItem, values: np.ndarray, shown: tuple[float, float]) -> None:
    """Draw the values that are in sight, (L,), with a break at each layer whose value is not.

    SVG does not clip, and pyqtgraph 0.14 takes the minimum of what may be all NaN inside ``boundingRect``, where a warning that is
    turned into an exception ends the process: it is given nothing but numbers in sight.
    """
    layers = np.flatnonzero((values >= shown[0]) & (values <= shown[1]))
    item.setData(layers + 1.0, values[layers], connect=np.append(np.diff(layers) == 1, False))
