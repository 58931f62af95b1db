"""Finds room for a text in a plot: beside its line and over no other."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from PySide6.QtCore import QRectF

CELL = 4.0
"""Pixels: as fine as texts are placed."""


LEAST_ROOM = 1.6
"""The least height of a plot in which a text stands beside a line, over the text's height."""


STEEPEST = 1.5
"""Of how many heights of the text a line rises along it, the most that counts: beside a line that is steep everywhere the middle
is better than an end."""


@dataclass(frozen=True)
class TextPlace:
    """Where a text goes, in the plot's coordinates: the middle of its lower edge where it lies above its line, else of its upper one."""

    x: float
    y: float
    is_above: bool


class Room:
    """Which cells of a plot, a few pixels each, are taken by lines and texts.

    Parameters
    ----------
    left, right, low, high : float
        The range that is shown.
    width, height : float
        Of the plot, in pixels.
    """

    def __init__(self, left: float, right: float, low: float, high: float, width: float, height: float) -> None:
        self._left, self._right, self._low, self._high = left, right, low, high
        self._columns, self._rows = (max(4, round(size / CELL)) for size in (width, height))
        self._taken = np.zeros((self._columns, self._rows), bool)

    def take_line(self, values: np.ndarray) -> None:
        """Mark the cells along a line through values, (L,), as taken."""
        rows = self._rows_of(values)
        if rows is None:
            return
        lowest, highest = np.minimum(rows[:-1], rows[1:]), np.maximum(rows[:-1], rows[1:])
        cells = np.arange(self._rows)
        self._taken |= (cells >= lowest[:, None] - 0.5) & (cells <= highest[:, None] + 0.5)

    def take_rows(self, low: float, high: float) -> None:
        """Mark everything between two heights as taken."""
        first, last = ((y - self._low) / (self._high - self._low) * self._rows for y in (low, high))
        self._taken[:, max(0, round(first)) : max(0, round(last))] = True

    def take_rect(self, rect: QRectF) -> None:
        """Mark a rectangle in the plot's coordinates as taken; `rect.top()` is its lower edge."""
        sides = ((rect.left(), rect.right(), self._left, self._right), (rect.top(), rect.bottom(), self._low, self._high))
        counts = self._taken.shape
        (left, right), (low, high) = (
            (max(0, floor((start - least) / (most - least) * count)), max(0, ceil((end - least) / (most - least) * count)))
            for (start, end, least, most), count in zip(sides, counts, strict=True)
        )
        self._taken[left:right, low:high] = True

    def take_place(self, values: np.ndarray, width: float, height: float) -> TextPlace | None:
        """Return the place beside a line where a text of this size in pixels covers the fewest taken cells, and take it.

        None where the line has no point, or the plot is too small for the text to clear it.
        """
        rows, across, up = self._rows_of(values), max(1, round(width / CELL)), max(1, round(height / CELL))
        if rows is None or across > self._columns or LEAST_ROOM * up > self._rows:
            return None
        windows = sliding_window_view(rows[:-1], across)
        highest, lowest = windows.max(axis=1), windows.min(axis=1)
        # Rows of the lower edge, for texts above the line and below it.
        lower_edges = np.rint(np.stack([highest + 1, lowest - 1 - up])).astype(int)
        inside = (lower_edges >= 0) & (lower_edges + up <= self._rows)
        kept = np.clip(lower_edges, 0, self._rows - up)
        cost = self._covered(kept, across, up) + np.where(inside, 0.0, self._taken.size)
        # A text beside a steep line, or beyond its ends, lies far from it; otherwise it is looked for in the middle, and above.
        first, last = self._ends_of(values)
        middle = np.arange(cost.shape[1]) + across / 2
        beyond = np.maximum(0, np.maximum(first - middle, middle - last))
        steepness = np.minimum((highest - lowest) / up, STEEPEST)
        cost = cost + 0.3 * across * steepness + 2 * beyond + 1e-3 * np.abs(middle - self._columns / 2)
        cost[1] += 0.5
        below, column = np.unravel_index(int(np.argmin(cost)), cost.shape)
        row = int(kept[below, column])
        self._taken[column : column + across, row : row + up] = True
        return TextPlace(self._x(float(column) + across / 2), self._y(row + up * int(below)), not below)

    def _rows_of(self, values: np.ndarray) -> np.ndarray | None:
        """Return the row of a line at each edge of a column; it goes on level where it has ended."""
        drawn = np.flatnonzero(np.isfinite(values))
        if not drawn.size:
            return None
        x = np.linspace(self._left, self._right, self._columns + 1)
        y = np.interp(x, drawn + 1.0, values[drawn])
        rows: np.ndarray = np.clip((y - self._low) / (self._high - self._low), -0.5, 1.5) * self._rows
        return rows

    def _ends_of(self, values: np.ndarray) -> tuple[float, float]:
        """Return the columns between which a line is drawn."""
        layers = np.flatnonzero(np.isfinite(values))[[0, -1]] + 1.0
        first, last = (layers - self._left) / (self._right - self._left) * self._columns
        return float(first), float(last)

    def _covered(self, lower_edges: np.ndarray, across: int, up: int) -> np.ndarray:
        """Return how many taken cells lie under a text in each place."""
        summed = np.pad(np.cumsum(np.cumsum(self._taken, axis=0), axis=1), ((1, 0), (1, 0)))
        columns = np.arange(lower_edges.shape[1])
        upper, right = lower_edges + up, columns + across
        covered: np.ndarray = (
            summed[right, upper] - summed[columns, upper] - summed[right, lower_edges] + summed[columns, lower_edges]
        )
        return covered

    def _x(self, column: float) -> float:
        return self._left + (self._right - self._left) * column / self._columns

    def _y(self, row: float) -> float:
        return self._low + (self._high - self._low) * row / self._rows
