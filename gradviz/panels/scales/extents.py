"""Sizes of pixels and texts in a plot's coordinates."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QRectF


def span_across(plot: pg.PlotItem, pixels: float) -> float:
    """Return a width in pixels in a plot's coordinates."""
    left, right = plot.viewRange()[0]
    return pixels * (right - left) / max(1.0, plot.vb.width())


def span_up(plot: pg.PlotItem, pixels: float) -> float:
    """Return a height in pixels in a plot's coordinates."""
    low, high = plot.viewRange()[1]
    return pixels * (high - low) / max(1.0, plot.vb.height())


def extent_of(plot: pg.PlotItem, text: pg.TextItem) -> QRectF:
    """Return the rectangle of a text in the plot's coordinates; its upper edge is the rectangle's bottom."""
    box = text.boundingRect()
    width, height = span_across(plot, box.width()), span_up(plot, box.height())
    return QRectF(text.pos().x() - text.anchor.x() * width, text.pos().y() - (1 - text.anchor.y()) * height, width, height)
