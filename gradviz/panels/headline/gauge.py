"""The gauge beside a chip: the five words as stretches of one axis, and where the network stands on it.

So one sees how far it is from another word, which the word alone does not tell.
"""

from __future__ import annotations

from math import isnan

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPolygonF

from gradviz.core.verdict import HELD_DECADES, THRESHOLD_DECADES
from gradviz.panels.parts.style import Style

REACH = 6.0
"""Decades from the middle, which is 1, to either end. What is farther stands at the end, as an arrow that points outwards."""

WIDTH, HEIGHT = 76.0, 9.0
"""In pixels at scale 1."""

SHADES = ((REACH, 70), (THRESHOLD_DECADES, 130), (HELD_DECADES, 200))
"""Half a stretch in decades, and how strongly it is shaded: the outer words first, over them the drifting ones, over them "holds"."""


def place_of(log10_value: float) -> float:
    """Return where a total stands between the ends, 0 … 1; a NaN, which explodes, at the right end."""
    if isnan(log10_value):
        return 1.0
    return (min(max(log10_value, -REACH), REACH) + REACH) / (2 * REACH)


def paint_gauge(painter: QPainter, room: QRectF, log10_value: float, role: str, style: Style) -> None:
    """Paint the gauge into a room; the marker has the colour of the chip."""
    centre = room.center()
    painter.setPen(Qt.PenStyle.NoPen)
    for decades, strength in SHADES:
        half = room.width() / 2 * decades / REACH
        colour = style.colour("holds" if decades == HELD_DECADES else "zone")
        colour.setAlpha(strength)
        painter.setBrush(colour)
        painter.drawRect(QRectF(centre.x() - half, room.top() + room.height() / 4, 2 * half, room.height() / 2))
    x, size = room.left() + place_of(log10_value) * room.width(), room.height() * 0.62
    painter.setPen(style.pen("raised", 1.0))
    painter.setBrush(style.brush(role))
    if abs(log10_value) <= REACH:
        dot = QPainterPath()  # which an SVG keeps as one; an ellipse would be an element of another kind
        dot.addEllipse(QPointF(x, centre.y()), size, size)
        painter.drawPath(dot)
        return
    out = -1.0 if log10_value < 0 else 1.0  # a NaN compares as not below
    corners = ((out * 1.3, 0.0), (-out * 0.7, -1.0), (-out * 0.7, 1.0))
    painter.drawPolygon(QPolygonF([QPointF(x + a * size, centre.y() + b * size) for a, b in corners]))
