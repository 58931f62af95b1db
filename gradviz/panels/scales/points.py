"""Points for a plot: merged bars, drawable points, and the range around them."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from gradviz.panels.scales.limits import Span, drawable


def merged(terms: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Return places and sizes of at most `most` bars; more terms than that are summed with their neighbours."""
    n = terms.size
    starts = np.unique(np.linspace(0, n, min(n, most), endpoint=False).astype(int))
    with np.errstate(all="ignore"):
        sums = np.add.reduceat(terms, starts)
    return (starts + np.append(starts[1:], n) + 1) / 2, sums


def set_points(item: pg.PlotDataItem | pg.ScatterPlotItem, x: np.ndarray, y: np.ndarray, **how: str) -> None:
    """Give an item the drawable points; a pair with one that is not drawable is left out."""
    kept = np.isfinite(drawable(y))
    if how:
        kept = np.repeat(kept.reshape(-1, 2).all(axis=1), 2)
    item.setData(x[kept], y[kept], **how)


def span_of(values: np.ndarray) -> Span:
    """Return a range around the drawable values, with some room."""
    drawn = values[np.isfinite(drawable(values))]
    low, high = (float(drawn.min()), float(drawn.max())) if drawn.size else (0.0, 1.0)
    if high - low < 1e-300 + 1e-9 * max(abs(low), abs(high)):
        low, high = low - max(1.0, abs(low)), high + max(1.0, abs(high))
    room = 0.08 * (high - low)
    return low - room, high + room
