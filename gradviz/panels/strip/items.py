"""The layers of the network strip, in one item, which a wave lights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter

from gradviz.core.runs.playhead import Phase, Playhead
from gradviz.panels.parts.style import Style

PALEST = 0.10
"""How much of its colour the palest layer keeps."""


@dataclass(frozen=True)
class Lane:
    """One signal: the half of each column that it lights.

    Attributes
    ----------
    role : str
        Its colour.
    rects : list of QRect
        Its half of each column.
    colours : list of QColor
    marks : list of tuple
        Runs of zeros, infinities and NaN: first and last column, and kind.
    area : QRectF
    edges : list of QLineF
        The outer ends of columns.
    """

    role: str
    rects: Sequence[QRect]
    colours: Sequence[QColor]
    marks: Sequence[tuple[int, int, int]]
    area: QRectF
    edges: Sequence[QLineF] = ()


@dataclass(frozen=True)
class Strip:
    """All that is painted, in the plot's pixels.

    Attributes
    ----------
    forward, backward : Lane
    first, last : ndarray
        The layers of each column.
    left, right : ndarray
        Where each column's place begins and ends.
    bars : list of QRectF
        Normalizations.
    entrance : QRectF
        Layer 0, or nothing where there is no room.
    texts : list of tuple
        Text, role, size, where, and how aligned.
    reach : float
        How far the light of the wave front goes, in pixels.
    is_dots : bool
        Whether units are drawn one by one, and not as columns.
    """

    forward: Lane
    backward: Lane
    first: np.ndarray
    last: np.ndarray
    left: np.ndarray
    right: np.ndarray
    bars: Sequence[QRectF] = ()
    entrance: QRectF = field(default_factory=QRectF)
    texts: Sequence[tuple[str, str, float, QRectF, Qt.AlignmentFlag]] = ()
    reach: float = 26.0
    is_dots: bool = False

    def lit(self, lane: Lane, playhead: Playhead) -> range:
        """Return the columns of a lane that the wave has reached."""
        if lane is self.forward:
            whole = playhead.phase is not Phase.FORWARD
            return range(len(self.first) if whole else int(np.searchsorted(self.first, playhead.layer, side="right")))
        if playhead.phase is Phase.FORWARD:
            return range(0)
        begin = 0 if playhead.phase is Phase.WHOLE else int(np.searchsorted(self.last, playhead.layer))
        return range(begin, len(self.last))

    def column(self, layer: int) -> int:
        """Return the column in which a layer stands; of one that is not there, the last."""
        return min(int(np.searchsorted(self.last, layer)), len(self.last) - 1)


class LitItem(pg.GraphicsObject):
    """What a wave over the layers lights: abstract. It lies over the plot, in pixels: letters stay what they are there."""

    def __init__(self, plot: pg.PlotItem) -> None:
        super().__init__()
        self.setParentItem(plot)
        self._rect = QRectF()
        self.strip: Strip | None = None
        self.playhead = Playhead()
        self.style_: Style | None = None

    def show_strip(self, strip: Strip, rect: QRectF) -> None:
        """Take other layers; `rect` is the whole plot's."""
        self.prepareGeometryChange()
        self.strip, self._rect = strip, rect
        self.update()

    def show_playhead(self, playhead: Playhead) -> None:
        """Light what the wave has reached."""
        self.playhead = playhead
        self.update()

    def boundingRect(self) -> QRectF:
        return self._rect


class StripItem(LitItem):
    """The layers and their input."""

    def paint(self, painter: QPainter, *_options: object) -> None:
        if self.strip is None or self.style_ is None:
            return
        style, strip = self.style_, self.strip
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._paint_front(painter, style, strip)
        if not strip.is_dots:
            painter.setPen(style.pen("quiet", 1.0))
            painter.setBrush(style.brush("grid"))
            painter.drawRect(strip.entrance)
            for lane in (strip.forward, strip.backward):
                lit = strip.lit(lane, self.playhead)
                self._paint_unlit(painter, style, lane, lit)
                self._paint_lit(painter, style, lane, lit)
        for bar in strip.bars:
            painter.fillRect(bar, style.brush("quiet"))
        self._paint_current(painter, style, strip)

    @staticmethod
    def _paint_unlit(painter: QPainter, style: Style, lane: Lane, lit: range) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.brush("grid", 0.55))
        # As rectangles: one path of them all takes Qt 6.11 thirty times as long.
        painter.drawRects([*lane.rects[: lit.start], *lane.rects[lit.stop :]])

    @staticmethod
    def _paint_lit(painter: QPainter, style: Style, lane: Lane, lit: range) -> None:
        for place in lit:
            painter.fillRect(lane.rects[place], lane.colours[place])
        # However pale a layer is, its edge says that the wave has been there.
        painter.setPen(style.outline(lane.role, 0.7))
        painter.drawLines([lane.edges[place] for place in lit])

    def _paint_front(self, painter: QPainter, style: Style, strip: Strip) -> None:
        """Let the wave front shine: brightest where it is, fading the way it came."""
        if self.playhead.phase is Phase.WHOLE:
            return
        ahead = self.playhead.phase is Phase.FORWARD
        lane = strip.forward if ahead else strip.backward
        place = strip.column(self.playhead.layer)
        left, right = float(strip.left[place]), float(strip.right[place])
        reach = strip.reach
        bright, behind = (right, right - reach) if ahead else (left, left + reach)
        gradient = QLinearGradient(bright, 0, behind, 0)
        gradient.setColorAt(0, style.colour(lane.role, 0.55))
        gradient.setColorAt(1, style.colour(lane.role, 0.0))
        area = strip.forward.area.united(strip.backward.area) if strip.is_dots else lane.area
        painter.fillRect(QRectF(min(bright, behind), area.top(), reach, area.height()), gradient)

    def _paint_current(self, painter: QPainter, style: Style, strip: Strip) -> None:
        """Draw around the current layer what of it has been reached."""
        place = strip.column(self.playhead.layer)
        if self.playhead.layer > strip.last[place]:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(style.pen("ink", 1.6))
        if strip.is_dots:
            painter.setPen(style.pen("quiet", 1.0))
            painter.drawRect(strip.forward.rects[place].united(strip.backward.rects[place]))
            return
        for lane in (strip.forward, strip.backward):
            if place in strip.lit(lane, self.playhead):
                painter.drawRect(lane.rects[place])


def mixed(style: Style, role: str, level: float) -> QColor:
    """Return a role's colour at a level: full at 1, nearly the ground's at 0."""
    return style.over_ground(role, PALEST + (1 - PALEST) * level)
