"""Axes with their own tick text: plain numbers, powers of ten, shares, layers."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import ClassVar

import pyqtgraph as pg
from PySide6.QtGui import QPainter

from gradviz.numbers import power_text, superscript
from gradviz.panels.parts.style import Style

Ticks = list[tuple[float, list[float]]]


class PanelAxis(pg.AxisItem):
    """An axis with type, lines and size from the Style. Abstract; the concrete axes are final, and say how a tick is written."""

    labelText: str

    is_painted: ClassVar[bool] = True
    """False where it only keeps the room that the axes of other panels have."""

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation)
        self.enableAutoSIPrefix(False)
        self._exporting = False

    def tick_text(self, value: float, spacing: float) -> str:
        """Return the text at a tick, which is `spacing` away from the next one (a hook)."""
        return ""

    def restyle(self, style: Style, thickness: float) -> None:
        """Take colours and sizes; `thickness` is the room across the axis at scale 1."""
        self.setStyle(
            tickFont=style.font(12),
            tickTextOffset=round(style.px(2)),
            tickLength=round(style.px(4)),  # outwards: inwards they would lie on the data
            autoExpandTextSpace=False,
            hideOverlappingLabels=False,
        )
        self.setPen(style.pen("grid", 1.0))
        self.setTickPen(style.pen("grid", 1.0))
        self.setTextPen(style.pen("quiet"))
        self.label.setFont(style.font(12))
        self.label.setDefaultTextColor(style.colour("quiet"))
        (self.setHeight if self.orientation in ("bottom", "top") else self.setWidth)(round(style.px(thickness)))

    def setExportMode(self, export: bool, options: object = None) -> None:
        """Draw directly while a picture is made (the name is pyqtgraph's).

        Its axes draw themselves into a QPicture and play that, which Qt scales by the ratio of the two devices' resolutions: at
        300 dpi the numbers of a PDF came out three times as large.
        """
        self._exporting = export

    def paint(self, painter: QPainter, option: object, widget: object) -> None:
        if not self.is_painted:
            return
        if not self._exporting:
            super().paint(painter, option, widget)
            return
        specs = self.generateDrawSpecs(painter)
        if specs is not None:
            self.drawPicture(painter, *specs)

    def name_it(self, text: str) -> None:
        """Set the label, as plain text."""
        if text == self.labelText == self.label.toPlainText():  # pyqtgraph sets it as HTML, without its spaces, when it is shown
            return
        self.labelText = text
        self.label.setPlainText(text)
        self.label.setVisible(bool(text))
        self.resizeEvent()

    def resizeEvent(self, event: object = None) -> None:
        super().resizeEvent(event)
        if self.orientation == "left" and self.labelText:  # one that is longer than its axis would run into what stands above
            self.label.setVisible(self.label.boundingRect().width() <= self.size().height())

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return [self.tick_text(value, spacing) for value in values]


class PlainAxis(PanelAxis):
    """An axis with plain decimal numbers."""

    def tick_text(self, value: float, spacing: float) -> str:
        return decimal_text(value, spacing)


def decimal_text(value: float, spacing: float) -> str:
    """Return a number with the decimals that tell it from one `spacing` away."""
    decimals = max(0, -floor(log10(spacing))) if spacing > 0 else 0
    if abs(value) < spacing * 1e-6:
        return "0"
    if abs(value) >= 1e5 or abs(value) < 1e-4:
        mantissa, exponent = f"{value:.1e}".split("e")
        return f"{mantissa.removesuffix('.0')}·10{superscript(int(exponent))}".replace("-", "−")
    return f"{value:.{decimals}f}".replace("-", "−")


class DecadeAxis(PanelAxis):
    """An axis of logarithms to base 10, written as powers: 10⁻³."""

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Ticks:
        return decade_ticks(minVal, maxVal, size / self.style["tickFont"].pixelSize())

    def tick_text(self, value: float, spacing: float) -> str:
        return decade_text(value)


class ValueOrDecadeAxis(PanelAxis):
    """An axis of values, or of logarithms to base 10."""

    by_magnitude = False

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Ticks:
        if self.by_magnitude:
            return decade_ticks(minVal, maxVal, size / self.style["tickFont"].pixelSize())
        ticks: Ticks = super().tickValues(minVal, maxVal, size)
        return ticks[:1] if len(ticks[0][1]) > 3 else ticks[:2]

    def tick_text(self, value: float, spacing: float) -> str:
        return decade_text(value) if self.by_magnitude else decimal_text(value, spacing)


def decade_ticks(low: float, high: float, lines: float) -> Ticks:
    """Return ticks at whole powers of ten, on an axis on which `lines` lines of text have room."""
    step = _round_step((high - low) / max(2.0, lines / 2.6))
    return [(float(step), [float(tick) for tick in range(ceil(low / step) * step, floor(high) + 1, step)])]


def decade_text(value: float) -> str:
    """Return the power of ten with a whole exponent."""
    return "1" if value == 0 else f"10{superscript(round(value))}"


class FactorAxis(PanelAxis):
    """An axis of logarithms to base 10, written as plain numbers: 0.1, 0.2, 0.5 and so on."""

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Ticks:
        decades = range(floor(minVal), ceil(maxVal) + 1)
        steps = (1, 2, 5) if maxVal - minVal < size / (14 * self.style["tickFont"].pixelSize()) * 2.5 else (1,)
        ticks = [decade + log10(step) for decade in decades for step in steps]
        return [(1.0, [tick for tick in ticks if minVal <= tick <= maxVal])]

    def tick_text(self, value: float, spacing: float) -> str:
        return f"{10.0**value:.3g}" if -3 < value < 5 else power_text(value)


class FixedAxis(PanelAxis):
    """An axis with constant ends, divided into halves or quarters. Abstract."""

    ends = (0.0, 1.0)
    form = "{:g}"

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Ticks:
        room = size / (2.2 * self.style["tickFont"].pixelSize())
        parts = next((parts for parts in (4, 2) if room > parts), 1)
        low, high = self.ends
        return [((high - low) / parts, [low + (high - low) * place / parts for place in range(parts + 1)])]

    def tick_text(self, value: float, spacing: float) -> str:
        return self.form.format(value).replace("-", "−")


class PercentAxis(FixedAxis):
    """An axis of shares."""

    form = "{:.0%}"


class CorrelationAxis(FixedAxis):
    """An axis from −1 to 1."""

    ends = (-1.0, 1.0)


class LayerAxis(PanelAxis):
    """The layers, numbered; the first and the last one always."""

    depth = 1

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Ticks:
        digits = len(str(self.depth)) + 1.5
        room = max(2.0, size / (0.62 * digits * self.style["tickFont"].pixelSize()))
        step = _round_step((maxVal - minVal) / room)
        inner = [float(layer) for layer in range(step, self.depth, step) if 1 + step / 2 < layer < self.depth - step / 2]
        return [(float(step), [1.0, *inner, float(self.depth)] if self.depth > 1 else [1.0])]

    def tick_text(self, value: float, spacing: float) -> str:
        return str(round(value))


class NoAxis(PanelAxis):
    """Keeps the room in which other panels have their numbers."""

    is_painted = False


def _round_step(least: float) -> int:
    """Return the smallest of 1, 2, 5, 10, 20, … that is not below."""
    decade = 1
    while True:
        for step in (1, 2, 5):
            if step * decade >= least:
                return step * decade
        decade *= 10
