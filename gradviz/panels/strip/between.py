"""What stands over the layers of the network strip: skip connections."""

from __future__ import annotations

from PySide6.QtGui import QPainterPath

from gradviz.panels.parts.still_item import Stroke
from gradviz.panels.strip.layout import ARC_ROOM, StripLayout

LEAST_ARC = 5.0
"""Pixels from end to end: narrower ones are drawn as one line."""


def strokes_between(layout: StripLayout) -> list[Stroke]:
    """Return the skip connections."""
    arcs = arcs_of(layout)
    return [] if arcs.isEmpty() else [Stroke(layout.style.pen("quiet", 1.4), path=arcs)]


def arcs_of(layout: StripLayout) -> QPainterPath:
    """Return the skip connections as arcs, or where they are too narrow for that, one line over all of them."""
    path, order = QPainterPath(), layout.frame.net.order
    sources = [(source, layer) for layer in layout.drawn[1:] if (source := layout.frame.net.skip(layer, order)) is not None]
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
