"""What stands between the layers of the network strip, and on them: weights, skip connections, units."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF
from PySide6.QtGui import QPainterPath

from gradviz.panels.parts.still_item import Stroke
from gradviz.panels.strip import shape as shape
from gradviz.panels.strip.layout import ARC_ROOM, StripLayout

MOST_LINES = 3000
"""So many weights are drawn; with more layers, of each only the strongest."""

STRENGTHS = 4
"""So many widths of line tell weights apart."""

SPARSE = 130.0
"""Pixels a layer, from which on weights are drawn at full strength."""

LEAST_ARC = 5.0
"""Pixels from end to end: narrower ones are drawn as one line."""


def strokes_between(layout: StripLayout) -> list[Stroke]:
    """Return the weights, where units are drawn one by one, and the skip connections."""
    style, strength = layout.style, _strength(layout)
    strokes = []
    for (size, negative), lines in sorted(lines_of(layout).items()):
        share = size / STRENGTHS
        pen = style.pen("ink", (0.5 + 1.3 * share) * strength**0.5, (0.1 + 0.4 * share) * strength)
        if negative:
            pen.setDashPattern([3.0, 3.0])
        strokes.append(Stroke(pen, lines=lines))
    arcs = arcs_of(layout)
    return strokes if arcs.isEmpty() else [*strokes, Stroke(style.pen("quiet", 1.4), path=arcs)]


def circles_of(layout: StripLayout) -> list[Stroke]:
    """Return the units, where they are drawn one by one."""
    if not layout.is_circles:
        return []
    path, r = QPainterPath(), layout.radius
    for layer in range(0 if layout.units[0] <= shape.MOST_CIRCLES else 1, layout.frame.depth + 1):
        for y in shape.unit_places(layout.units[layer], layout.spacing):
            path.addEllipse(QPointF(layout.x(layer), layout.middle + float(y)), r, r)
    return [Stroke(layout.style.pen("quiet", min(1.0, r / 3)), layout.style.brush("ground", 0.9), path=path)]


def lines_of(layout: StripLayout) -> dict[tuple[int, bool], list[QLineF]]:
    """Return the weights as lines, by their size from 1 to `STRENGTHS` and by whether they are negative."""
    lines: dict[tuple[int, bool], list[QLineF]] = {}
    if not layout.is_circles:
        return lines
    most, reach = max(1, MOST_LINES // layout.frame.depth), layout.radius + layout.rim
    for layer in range(1, layout.frame.depth + 1):
        if layer == 1 and layout.units[0] > shape.MOST_CIRCLES:
            continue
        places = [shape.unit_places(units, layout.spacing) + layout.middle for units in layout.units[layer - 1 : layer + 1]]
        start, end = layout.x(layer - 1) + reach, layout.x(layer) - reach
        for to, from_, w in zip(*shape.strongest(layout.frame.weights[layer], most), strict=True):
            size = max(1, round(STRENGTHS * abs(float(w))))
            lines.setdefault((size, bool(w < 0)), []).append(QLineF(start, float(places[0][from_]), end, float(places[1][to])))
    return lines


def arcs_of(layout: StripLayout) -> QPainterPath:
    """Return the skip connections as arcs, or where they are too narrow for that, one line over all of them."""
    path, order = QPainterPath(), layout.frame.net.order
    sources = [
        (source, layer)
        for layer in range(1, layout.frame.depth + 1)
        if (source := layout.frame.net.skip(layer, order)) is not None
    ]
    if not sources:
        return path
    room = layout.style.px(ARC_ROOM)
    if layout.frame.net.residual * layout.pixels < LEAST_ARC:
        path.moveTo(layout.x(sources[0][0]), layout.top - room / 2)
        path.lineTo(layout.x(sources[-1][1]), layout.top - room / 2)
        return path
    for source, layer in sources:
        path.moveTo(layout.x(source), layout.top - 1)
        path.quadTo((layout.x(source) + layout.x(layer)) / 2, layout.top - 2 * room + 4, layout.x(layer), layout.top - 1)
    return path


def _strength(layout: StripLayout) -> float:
    """Return how strongly weights are drawn: less where layers stand close."""
    return min(1.0, max(0.25, layout.pixels / SPARSE))
