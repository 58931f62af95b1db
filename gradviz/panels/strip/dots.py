"""The network unit by unit: dots coloured by what the units do, and lines for weights, as strokes that a wave lights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QBrush, QPainterPath, QPen

from gradviz.panels.parts.still_item import Stroke
from gradviz.panels.strip import shape as shape
from gradviz.panels.strip.items import mixed
from gradviz.panels.strip.layout import StripLayout

MOST_LINES = 3000
"""So many weights are drawn; with more layers, of each only the strongest."""

STRENGTHS = 6
"""So many widths and shades tell strengths apart."""

SPARSE = 90.0
"""Pixels a layer, from which on lines are drawn at full strength."""

LEAST_STRENGTH = 0.02
"""Of the strongest; what is weaker is not drawn."""


class Strokes:
    """A network's strokes before a wave, behind the forward and behind the backward one; each made when it is first seen.

    None where units are not drawn one by one.
    """

    def __init__(self, layout: StripLayout | None = None) -> None:
        self._layout = layout if layout is not None and layout.is_dots else None

    @cached_property
    def unlit(self) -> tuple[Stroke, ...]:
        """Weights and units that no wave has reached."""
        return self._of("grid", _by_weight, is_lit=False)

    @cached_property
    def forward(self) -> tuple[Stroke, ...]:
        """Weights by their size, and units."""
        return self._of("forward", _by_weight, is_lit=True)

    @cached_property
    def backward(self) -> tuple[Stroke, ...]:
        """Weights by their gradient, and units."""
        return self._of("backward", _by_gradient, is_lit=True)

    def _of(self, role: str, strength: Callable[[StripLayout, int], np.ndarray], *, is_lit: bool) -> tuple[Stroke, ...]:
        if (layout := self._layout) is None:
            return ()
        strengths = {layer: strength(layout, layer) for layer in layout.drawn[1:]}
        return (*_lines(layout, role, strengths), *_dots(layout, is_lit=is_lit))


def _dots(layout: StripLayout, *, is_lit: bool) -> Iterator[Stroke]:
    """Yield the dots by their shade: how large a unit's activation is, against the largest of the network and of its layer."""
    style, r = layout.style, layout.radius
    paths: dict[int, QPainterPath] = {}
    for layer in layout.drawn:
        shades = _shades(layout, layer) if is_lit and layer else None
        for place, y in enumerate(layout.places(layer)):
            level = -1 if shades is None else int(shades[place])
            paths.setdefault(level, QPainterPath()).addEllipse(QPointF(layout.x(layer), layout.middle + float(y)), r, r)
    for level, path in sorted(paths.items()):
        fill = style.brush("grid") if level < 0 else QBrush(mixed(style, "forward", level / STRENGTHS))
        yield Stroke(QPen(Qt.PenStyle.NoPen), fill, path=path)


def _shades(layout: StripLayout, layer: int) -> np.ndarray:
    """Return the shade of each drawn unit of a layer, 0 … STRENGTHS."""
    shares = _of_largest(layout.frame.samples[layer - 1].activation_rms)
    return np.round(STRENGTHS * layout.levels[layer - 1] * (0.35 + 0.65 * shares)).astype(int)


def _by_weight(layout: StripLayout, layer: int) -> np.ndarray:
    """Return the strength of each line by its weight, against the layer's largest."""
    return _of_largest(np.abs(layout.frame.samples[layer - 1].weights))


def _of_largest(values: np.ndarray) -> np.ndarray:
    """Return values as shares of the largest of them."""
    sizes = np.nan_to_num(values, nan=0.0, posinf=1e300)
    largest = sizes.max()
    return sizes / largest if largest > 0 else np.zeros(sizes.shape)


def _by_gradient(layout: StripLayout, layer: int) -> np.ndarray:
    """Return the strength of each line by its weight's gradient, in decades below the largest of the network."""
    largest = layout.log10_largest_gradient
    sizes = np.nan_to_num(layout.frame.samples[layer - 1].log10_gradients, nan=-np.inf, posinf=largest)
    return np.clip(1 + (sizes - largest) / shape.PALE_DECADES, 0, 1)


def _lines(layout: StripLayout, role: str, strengths: dict[int, np.ndarray]) -> Iterator[Stroke]:
    lines: dict[int, list[QLineF]] = {}
    most = max(1, MOST_LINES // max(len(strengths), 1))
    for layer, of_layer in strengths.items():
        start, end = layout.x(layer - 1), layout.x(layer)
        ys = [layout.middle + layout.places(each) for each in (layer - 1, layer)]
        for to, from_, strength in shape.strongest(of_layer, most):
            if strength > LEAST_STRENGTH:
                level = max(1, round(STRENGTHS * strength))
                lines.setdefault(level, []).append(QLineF(start, float(ys[0][from_]), end, float(ys[1][to])))
    crowd = min(1.0, max(0.35, layout.pixels / SPARSE))
    for level, found in sorted(lines.items()):
        share = level / STRENGTHS
        alpha = 0.8 if role == "grid" else 0.08 + 0.82 * share**1.5
        # Mixed with the ground: Qt paints lines that let it shine through ten times as slowly.
        pen = layout.style.pen(role, (0.4 + 1.3 * share**2) * crowd**0.5)
        pen.setColor(layout.style.over_ground(role, alpha * crowd))
        yield Stroke(pen, lines=found)
