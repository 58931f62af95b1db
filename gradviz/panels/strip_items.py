"""The two items of the network strip: its layers, and what lies between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter, QPainterPath, QPen, QPolygonF

from gradviz.i18n import N_, _
from gradviz.panels.playhead import Phase, Playhead
from gradviz.panels.strip_shape import INFINITE, NAN, ZERO
from gradviz.panels.style import Style

Shape = QRect | QPainterPath

PALEST = 0.10
"""How much of its colour the palest layer keeps."""

_MARKS = {
    # kind: (name, sign where the name does not fit)
    ZERO: (N_("exactly 0"), "0"),
    INFINITE: (N_("infinite"), "∞"),
    NAN: (N_("NaN, not a number"), "NaN"),
}

GLOW_LAYERS, LEAST_GLOW = 2.5, 26.0
"""How far the light of the wave front reaches behind it, in layers, and in pixels at least."""


@dataclass(frozen=True)
class Lane:
    """One signal: the half of each column that it lights.

    Attributes
    ----------
    role : str
        Its colour.
    shapes : list
        What is filled, one a column.
    outline : QPainterPath
        All of it, as long as the wave has not been there.
    colours : list of QColor
    marks : list of tuple
        Runs of zeros, infinities and NaN: first and last column, and kind.
    area : QRectF
    """

    role: str
    shapes: Sequence[Shape]
    outline: QPainterPath
    colours: Sequence[QColor]
    marks: Sequence[tuple[int, int, int]]
    area: QRectF


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
    input_shape : QPainterPath
        Layer 0.
    texts : list of tuple
        Text, role, where, and how aligned.
    """

    forward: Lane
    backward: Lane
    first: np.ndarray
    last: np.ndarray
    left: np.ndarray
    right: np.ndarray
    bars: Sequence[QRectF] = ()
    input_shape: QPainterPath = field(default_factory=QPainterPath)
    texts: Sequence[tuple[str, str, QRectF, Qt.AlignmentFlag]] = ()

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
        """Return the column in which a layer stands."""
        return int(np.searchsorted(self.last, layer))


class StripItem(pg.GraphicsObject):
    """The layers and their input. It lies over the plot, in pixels, because circles and letters stay what they are there."""

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

    def paint(self, painter: QPainter, *_options: object) -> None:
        if self.strip is None or self.style_ is None:
            return
        style, strip = self.style_, self.strip
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, isinstance(strip.forward.shapes[0], QPainterPath))
        self._paint_front(painter, style, strip)
        painter.setPen(style.pen("quiet", 1.0))
        painter.setBrush(style.brush("grid"))
        painter.drawPath(strip.input_shape)
        for lane in (strip.forward, strip.backward):
            painter.fillPath(lane.outline, style.brush("grid", 0.55))
            self._paint_lit(painter, style, lane, strip.lit(lane, self.playhead))
        for bar in strip.bars:
            painter.fillRect(bar, style.brush("ink", 0.7))
        self._paint_current(painter, style, strip)
        for lane in (strip.forward, strip.backward):
            self._paint_marks(painter, style, lane, strip.lit(lane, self.playhead))
        for text, role, where, how in strip.texts:
            painter.setFont(_fitted(style, text, where.width()))
            painter.setPen(style.colour(role))
            painter.drawText(where, how, text)

    @staticmethod
    def _paint_lit(painter: QPainter, style: Style, lane: Lane, lit: range) -> None:
        if not lit:
            return
        if isinstance(lane.shapes[0], QRect):
            for place in lit:
                painter.fillRect(lane.shapes[place], lane.colours[place])
            return
        painter.setPen(style.outline(lane.role, 0.8))
        for place in lit:
            painter.setBrush(lane.colours[place])
            painter.drawPath(lane.shapes[place])

    def _paint_front(self, painter: QPainter, style: Style, strip: Strip) -> None:
        """Let the wave front shine: brightest where it is, fading the way it came."""
        if self.playhead.phase is Phase.WHOLE:
            return
        ahead = self.playhead.phase is Phase.FORWARD
        lane = strip.forward if ahead else strip.backward
        place = strip.column(self.playhead.layer)
        left, right = float(strip.left[place]), float(strip.right[place])
        reach = max(style.px(LEAST_GLOW), GLOW_LAYERS * (right - left))
        bright, behind = (right, right - reach) if ahead else (left, left + reach)
        gradient = QLinearGradient(bright, 0, behind, 0)
        gradient.setColorAt(0, style.colour(lane.role, 0.55))
        gradient.setColorAt(1, style.colour(lane.role, 0.0))
        painter.fillRect(QRectF(min(bright, behind), lane.area.top(), reach, lane.area.height()), gradient)

    def _paint_current(self, painter: QPainter, style: Style, strip: Strip) -> None:
        """Draw around the current layer what of it has been reached."""
        place = strip.column(self.playhead.layer)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(style.pen("ink", 1.6))
        for lane in (strip.forward, strip.backward):
            if place in strip.lit(lane, self.playhead):
                shape = lane.shapes[place]
                painter.drawRect(shape) if isinstance(shape, QRect) else painter.drawPath(shape)

    @staticmethod
    def _paint_marks(painter: QPainter, style: Style, lane: Lane, lit: range) -> None:
        """Say once for every run of layers what they are; the sign alone where there is little room, nothing where there is none."""
        painter.setFont(style.font(11, bold=True))
        metrics = QFontMetricsF(painter.font())
        for first, last, kind in lane.marks:
            reached = [place for place in (max(first, lit.start), min(last, lit.stop - 1))] if lit else [1, 0]
            if reached[0] > reached[1]:
                continue
            ends = [_bounds(lane.shapes[place]) for place in reached]
            room = QRectF(ends[0].left(), lane.area.top(), ends[1].right() - ends[0].left(), lane.area.height())
            name, sign = _(_MARKS[kind][0]), _MARKS[kind][1]
            text = name if metrics.horizontalAdvance(name) + style.px(8) < room.width() else sign
            width = metrics.horizontalAdvance(text) + style.px(6)
            place = QRectF(room.center().x() - width / 2, room.center().y() - metrics.height() / 2, width, metrics.height())
            place.moveLeft(max(place.left(), lane.area.left()))
            painter.fillRect(place, style.brush("ground", 0.85))
            painter.setPen(style.colour("fault" if kind == NAN else lane.role))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)


class BetweenItem(pg.GraphicsObject):
    """The weights of a small network, and the skip connections: painted once and kept as pixels, because a wave changes nothing."""

    def __init__(self, plot: pg.PlotItem) -> None:
        super().__init__()
        self.setParentItem(plot)
        self._rect = QRectF()
        self.lines: dict[tuple[int, bool], list[QLineF]] = {}
        """The weights: (strength from 1 to `STRENGTHS`, whether negative) → lines."""
        self.arcs = QPainterPath()
        self.style_: Style | None = None
        self.setExportMode(False)

    STRENGTHS = 4

    def setExportMode(self, export: bool, options: object = None) -> None:
        """Paint lines, not pixels, while a picture is made (the name is pyqtgraph's)."""
        mode = self.CacheMode
        self.setCacheMode(mode.NoCache if export else mode.DeviceCoordinateCache)

    def show_between(self, lines: dict[tuple[int, bool], list[QLineF]], arcs: QPainterPath, rect: QRectF) -> None:
        """Take other lines; `rect` is the whole plot's."""
        self.prepareGeometryChange()
        self.lines, self.arcs, self._rect = lines, arcs, rect
        self.update()

    def boundingRect(self) -> QRectF:
        return self._rect

    def paint(self, painter: QPainter, *_options: object) -> None:
        if self.style_ is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for (strength, negative), lines in sorted(self.lines.items()):
            painter.setPen(self._pen(self.style_, strength / self.STRENGTHS, negative))
            painter.drawLines(lines)
        painter.setPen(self.style_.pen("quiet", 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self.arcs)

    @staticmethod
    def _pen(style: Style, share: float, negative: bool) -> QPen:
        pen = style.pen("ink", 0.5 + 1.3 * share, 0.08 + 0.42 * share)
        if negative:
            pen.setDashPattern([3.0, 3.0])
        return pen


def mixed(style: Style, role: str, level: float) -> QColor:
    """Return a role's colour at a level: full at 1, nearly the ground's at 0."""
    share = PALEST + (1 - PALEST) * level
    over, ground = style.colour(role), style.colour("ground")
    parts: list[Callable[[QColor], int]] = [QColor.red, QColor.green, QColor.blue]
    return QColor(*(round(share * part(over) + (1 - share) * part(ground)) for part in parts))


def polygon_path(points: Sequence[tuple[float, float]]) -> QPainterPath:
    """Return a closed outline."""
    path = QPainterPath()
    path.addPolygon(QPolygonF([pg.Point(x, y) for x, y in points]))
    path.closeSubpath()
    return path


def _bounds(shape: Shape) -> QRectF:
    return QRectF(shape) if isinstance(shape, QRect) else shape.boundingRect()


def _fitted(style: Style, text: str, room: float) -> object:
    font = style.font(11, bold=True)
    wanted = QFontMetricsF(font).horizontalAdvance(text)
    if wanted > room > 0:
        font.setPixelSize(max(6, int(font.pixelSize() * room / wanted)))
    return font
