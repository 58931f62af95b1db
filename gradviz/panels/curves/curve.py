"""The declaration of a curve: its measure, scale, colour, line, and the wave that reveals it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt

from gradviz.core.runs.playhead import Playhead
from gradviz.i18n import _
from gradviz.numbers import exact_text, percent_text, signed_text
from gradviz.panels.scales.limits import LARGEST_DRAWN

Measures = Mapping[str, np.ndarray]
"""Measure → its values, (L,)."""

GLYPHS = {"o": "●", "s": "■", "d": "◆", "t": "▼", "t1": "▲", "+": "+"}
"""A curve's symbol before its name."""


@dataclass(frozen=True)
class Scale:
    """How the numbers of a measure are drawn and read out.

    Attributes
    ----------
    drawn : callable
        From a measure to its values on the axis, (L,).
    value_text : callable
        From one value to text.
    has_zero : bool
        Whether −∞ on the axis is an exact 0.
    """

    drawn: Callable[[np.ndarray], np.ndarray]
    value_text: Callable[[float], str]
    has_zero: bool = False


def as_it_is(values: np.ndarray) -> np.ndarray:
    """Return the values unchanged."""
    return values


def decades(values: np.ndarray) -> np.ndarray:
    """Return log10 of the magnitude, −∞ for 0."""
    with np.errstate(divide="ignore"):
        return np.log10(np.abs(values))


LOGARITHMS = Scale(as_it_is, exact_text, has_zero=True)
"""Of a measure that is a log10 already."""
MAGNITUDES = Scale(decades, signed_text, has_zero=True)
SHARES = Scale(as_it_is, percent_text)
VALUES = Scale(as_it_is, signed_text)


@dataclass(frozen=True)
class Curve:
    """The declaration of one curve.

    Attributes
    ----------
    key : str
        The measure.
    name : str
        What is written beside it, marked for translation; empty for nothing.
    scale : Scale
    role : {"forward", "backward", "ink"}
        Its colour, and the wave that reveals it; "ink" is always shown.
    symbol : str
        One of `GLYPHS`.
    line : Qt.PenStyle
    read_as : str
        Its name in the readout, where that differs.
    may_end : bool
        Whether NaN means that there is nothing to tell, and is not marked.
    """

    key: str
    name: str
    scale: Scale
    role: str
    symbol: str
    line: Qt.PenStyle = Qt.PenStyle.SolidLine
    read_as: str = ""
    may_end: bool = False

    def value_text(self, measures: Measures, layer: int) -> str:
        """Return its name and exact value at a layer."""
        return f"{_(self.read_as or self.name)} {self.scale.value_text(float(measures[self.key][layer - 1]))}"

    def drawn(self, measures: Measures | None) -> np.ndarray | None:
        """Return its values on the axis, (L,), or None where the measure is missing."""
        return self.scale.drawn(measures[self.key]) if measures is not None and self.key in measures else None

    def marked(self, drawn: np.ndarray) -> np.ndarray:
        """Return where it is exactly 0, infinite and NaN, (3, L); a value too large to draw counts as infinite."""
        low, high = drawn <= -LARGEST_DRAWN, drawn >= LARGEST_DRAWN
        zero = low if self.scale.has_zero else np.zeros_like(low)
        nothing = np.zeros_like(low) if self.may_end else np.isnan(drawn)
        return np.array([zero, high | (low & ~zero), nothing])


def lit_layers(role: str, playhead: Playhead, depth: int) -> np.ndarray:
    """Return which layers the wave of a role has reached, (L,)."""
    waves: dict[str, Callable[[int], bool]] = {"forward": playhead.has_activation, "backward": playhead.has_gradient}
    if role not in waves:
        return np.ones(depth, bool)
    has = waves[role]
    return np.fromiter((has(layer) for layer in range(1, depth + 1)), bool, depth)
