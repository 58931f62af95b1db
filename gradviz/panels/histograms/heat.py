"""Histograms as an image: a column a layer, a row a bin, and the share of the layer's numbers in each."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

import numpy as np

from gradviz.core.choices.arrays import Float64Array, IntArray
from gradviz.core.histograms import PER_DECADE, Rows
from gradviz.panels.scales.limits import Span

MOST_HEAT_ROWS = 512
"""More cannot be told apart; of a finer histogram by magnitude, several bins make one row."""

STRONGEST, SCALE_DECADES = 0.1, 2.0
"""The colours span the shares from 0.1 % to 10 %, on a logarithmic scale: a Gaussian's peak has some 4 % in a bin."""

FAINTEST = 0.08
"""The least strength of a bin that is not empty."""


@dataclass(frozen=True, eq=False)
class Heat:
    """An image of histograms.

    Attributes
    ----------
    low, height : float
        The lower edge of the first row, and how high each is, on the value axis.
    shares : ndarray, (L, rows)
        The share of a layer's numbers in each row.
    """

    low: float
    height: float
    shares: Float64Array

    @property
    def high(self) -> float:
        """The upper edge of the last row."""
        return self.low + self.height * self.shares.shape[1]

    def row_at(self, value: float) -> int | None:
        """Return the row that holds a value, if there is one."""
        row = floor((value - self.low) / self.height)
        return row if 0 <= row < self.shares.shape[1] else None

    def ends(self, row: int) -> Span:
        """Return the edges of a row."""
        return self.low + row * self.height, self.low + (row + 1) * self.height


def heat_of(rows: Rows, sizes: Float64Array, shown: Span) -> Heat:
    """Return the part of histograms that is in sight.

    Parameters
    ----------
    rows : Rows
        On one axis of equal bins for all layers; or by magnitude, each layer in its own place on one grid.
    sizes : ndarray, (L,)
        How many numbers each layer has.
    shown : tuple of float
        The ends of the axis; bins that are not wholly between them are left out, because SVG does not clip.
    """
    low, height, counts = (_on_shared_edges if rows.edges.ndim == 1 else _on_one_grid)(rows, shown)
    return Heat(low, height, counts / np.maximum(sizes, 1)[:, None])


def _on_shared_edges(rows: Rows, shown: Span) -> tuple[float, float, IntArray]:
    edges, room = rows.edges, 1e-6 * (shown[1] - shown[0])
    inside = np.flatnonzero((edges[:-1] >= shown[0] - room) & (edges[1:] <= shown[1] + room))
    if not inside.size:
        return shown[0], shown[1] - shown[0], rows.counts[:, :0]
    first, last = inside[0], inside[-1] + 1
    return float(edges[first]), float(edges[last] - edges[first]) / (last - first), rows.counts[:, first:last]


def _on_one_grid(rows: Rows, shown: Span) -> tuple[float, float, IntArray]:
    first, last = ceil(shown[0] * PER_DECADE - 1e-6), floor(shown[1] * PER_DECADE + 1e-6)
    together = max(1, ceil((last - first) / MOST_HEAT_ROWS))
    counts = np.zeros((len(rows.counts), max(0, ceil((last - first) / together))), np.int64)
    bins = np.round(rows.edges[:, :-1] * PER_DECADE).astype(np.int64) - first
    layers, places = np.nonzero((bins >= 0) & (bins < last - first))
    np.add.at(counts, (layers, bins[layers, places] // together), rows.counts[layers, places])
    return first / PER_DECADE, together / PER_DECADE, counts


def strengths(shares: Float64Array) -> Float64Array:
    """Return how strong a colour stands for each share: from 0 for none to 1 for STRONGEST and more."""
    with np.errstate(divide="ignore"):
        level = 1 + np.log10(shares / STRONGEST) / SCALE_DECADES
    return np.where(shares > 0, np.clip(level, FAINTEST, 1), 0.0)
