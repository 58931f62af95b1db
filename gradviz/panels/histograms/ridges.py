"""Ridges: one histogram standing on each layer, all of them in one graphics item."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPolygonF

from gradviz.core.histograms import Rows
from gradviz.core.runs.playhead import Playhead
from gradviz.panels.curves.curve_item import polygon
from gradviz.panels.parts.style import Style

MOST_RIDGES = 120
"""More than this cannot be told apart on a projector, and each costs drawing time."""

HEIGHTS = 256
"""The number of distinct heights: finer than a pixel of a picture 16K wide with 50 layers."""

RIDGE_REACH = 0.86
"""How far a histogram's peak reaches towards the next layer."""

REACH_BESIDE = 0.6
"""The same beside a reference, which reaches half as far to the left, so that neither covers the other."""


@dataclass(frozen=True)
class Ridge:
    """A histogram as an outline in the plot's coordinates, standing on its layer."""

    layer: int
    outline: QPolygonF


class RidgesItem(pg.GraphicsObject):
    """All histograms in one item: a plot item each could not be animated.

    Parameters
    ----------
    role : str
        The colour, a field of `Theme`.
    is_lit : callable
        ``is_lit(playhead, layer)``: whether the wave has been there.
    """

    def __init__(self, role: str, is_lit: Callable[[Playhead, int], bool]) -> None:
        super().__init__()
        self.ridges: list[Ridge] = []
        self.ghosts: list[Ridge] = []
        self._role, self._is_lit = role, is_lit
        self._playhead = Playhead()
        self._style: Style | None = None
        self._rect = QRectF(0, 0, 1, 1)
        self._current: Ridge | None = None
        self._outline_of: Callable[[int], Ridge | None] = lambda layer: None

    def restyle(self, style: Style) -> None:
        """Take colours and sizes."""
        self._style = style
        self.update()

    def show_rows(self, rows: Rows, shown: tuple[float, float], reference: Rows | None = None) -> None:
        """Show the histograms of all layers, beside those of a reference, between two ends of the value axis."""
        depth = len(rows.counts)
        step = step_between(depth)
        layers, reach = range(1, depth + 1, step), (RIDGE_REACH if reference is None else REACH_BESIDE) * step
        self.prepareGeometryChange()
        self.ridges = outlines(rows, layers, shown, reach)
        self.ghosts = [] if reference is None else outlines(reference, layers, shown, -reach / 2)
        self._outline_of = lambda layer: outline(rows, layer, shown, reach)
        self._rect = QRectF(-1, shown[0], depth + 3, shown[1] - shown[0])
        self.update()

    def show_playhead(self, playhead: Playhead) -> None:
        """Show what the wave has reached, and bring out the current layer, which has a ridge even where not every one has."""
        self._playhead = playhead
        self._current = self._outline_of(playhead.layer)
        self.update()

    def boundingRect(self) -> QRectF:
        return self._rect

    def paint(self, painter: QPainter, *_options: object) -> None:
        if self._style is None:
            return
        style = self._style
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(style.outline("reference", 0.9))
        painter.setBrush(style.fill("reference", 0.35))
        _paint(painter, self.ghosts)
        here = self._playhead.layer
        painter.setPen(style.outline(self._role, 0.9))
        painter.setBrush(style.fill(self._role, 0.45))
        _paint(painter, [ridge for ridge in self.ridges if ridge.layer != here and self._is_lit(self._playhead, ridge.layer)])
        if self._current is not None and self._is_lit(self._playhead, here):
            painter.setPen(style.pen("ink", 1.4))
            painter.setBrush(style.fill(self._role, 0.95))
            _paint(painter, [self._current])


def _paint(painter: QPainter, ridges: Iterable[Ridge]) -> None:
    for ridge in ridges:
        painter.drawPolygon(ridge.outline)


def step_between(depth: int) -> int:
    """Return how many layers lie between two ridges: 1 where every layer has one."""
    return ceil(depth / MOST_RIDGES)


def outlines(rows: Rows, layers: Iterable[int], shown: tuple[float, float], reach: float) -> list[Ridge]:
    """Return the histograms of some layers as outlines, without those that are nowhere in sight; see `outline`."""
    made = (outline(rows, layer, shown, reach) for layer in layers)
    return [ridge for ridge in made if ridge is not None]


def outline(rows: Rows, layer: int, shown: tuple[float, float], reach: float) -> Ridge | None:
    """Return the histogram of one layer as an outline, or None where there is nothing to see.

    Parameters
    ----------
    rows : Rows
        Edges and counts of all layers; a layer that they lack has no outline.
    layer : int
    shown : tuple of float
        The range of values that is shown; what lies beyond is cut off here, because SVG does not clip.
    reach : float
        How far the peak reaches, in layers: to the right, or below 0 to the left.
    """
    if layer > len(rows.counts):
        return None
    edges, row = rows.edges if rows.edges.ndim == 1 else rows.edges[layer - 1], rows.counts[layer - 1]
    inside = np.flatnonzero((row > 0) & (edges[1:] > shown[0]) & (edges[:-1] < shown[1]))
    if not inside.size:
        return None
    first, last = inside[0], inside[-1] + 1
    # Neighbouring bins that are drawn equally high make one step: a saturated layer has hundreds of them.
    heights = np.round(row[first:last] * (HEIGHTS / row.max())) / HEIGHTS
    steps = np.flatnonzero(np.diff(heights)) + 1
    y = np.clip(np.repeat(edges[first + np.concatenate([[0], steps, [last - first]])], 2), *shown)
    x = layer + np.concatenate([[0.0], np.repeat(reach * heights[np.concatenate([[0], steps])], 2), [0.0]])
    return Ridge(layer, polygon(x, y))
