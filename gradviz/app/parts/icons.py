"""The icons of the transport, drawn in the theme's ink: fonts do not agree on which of these signs they have."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF

BOX = 24.0
"""The icons are drawn in a square of this many units."""

Shape = list[tuple[float, float]]

_RIGHT: Shape = [(8, 5), (19, 12), (8, 19)]


def _bar(x: float, width: float = 3.0) -> Shape:
    return [(x, 5), (x + width, 5), (x + width, 19), (x, 19)]


ICONS: dict[str, list[Shape]] = {
    "play": [_RIGHT],
    "pause": [_bar(6, 4), _bar(14, 4)],
    "step_on": [_bar(5, 2.5), [(10, 5), (20, 12), (10, 19)]],
    "step_back": [[(14, 5), (4, 12), (14, 19)], _bar(16.5, 2.5)],
    "to_start": [_bar(3.5), [(13.5, 5), (7, 12), (13.5, 19)], [(21, 5), (14.5, 12), (21, 19)]],
    "to_end": [[(3, 5), (9.5, 12), (3, 19)], [(10.5, 5), (17, 12), (10.5, 19)], _bar(17.5)],
    "loop": [[(14.5, 1.5), (20, 5.5), (14.5, 9.5)]],
}
"""Name → filled polygons; `loop` has an open ring besides."""


def icon(name: str, colour: QColor, size: int, ratio: float) -> QIcon:
    """Return an icon of a size in pixels, for a screen with that device pixel ratio."""
    pixmap = QPixmap(QSize(size, size) * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size / BOX, size / BOX)
    if name == "loop":
        painter.setPen(QPen(colour, 2.2))
        painter.drawArc(QRectF(4.5, 5.5, 15, 15), 70 * 16, -320 * 16)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    for shape in ICONS[name]:
        painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in shape]))
    painter.end()
    return QIcon(pixmap)
