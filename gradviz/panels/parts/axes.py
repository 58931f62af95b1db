"""Axes with their own tick text: plain numbers, powers of ten, shares, layers."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10

import pyqtgraph as pg
from PySide6.QtGui import QPainter

from gradviz.numbers import power_text, superscript
from gradviz.panels.parts.style import Style

Ticks = list[tuple[float, list[float]]]


class PlainAxis(pg.AxisItem):
    """An axis with plain decimal numbers, and type, lines and size from the Style."""

    labelText: str

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation)
        self.enableAutoSIPrefix(False)
        self._exporting = False

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
        decimals = max(0, -floor(log10(spacing))) if spacing > 0 else 0
        return [_written(value, spacing, decimals) for value in values]


def _written(value: float, spacing: float, decimals: int) -> str:
    if abs(value) < spacing * 1e-6:
        return "0"
    if abs(value) >= 1e5 or abs(value) < 1e-4:
        mantissa, exponent = f"{value:.1e}".split("e")
        return f"{mantissa.removesuffix('.0')}·10{superscript(int(exponent))}".replace("-", "−")
    return f"{value:.{decimals}f}".replace("-", "−")


class DecadeAxis(PlainAxis):
    """An axis of logarithms to base 10, written as powers: 10⁻³."""

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Ticks:
        room = max(2.0, size / (2.6 * self.style["tickFont"].pixelSize()))
        step = _round_step((maxVal - minVal) / room)
        major = [float(tick) for tick in range(ceil(minVal / step) * step, floor(maxVal) + 1, step)]
        return [(float(step), major)]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return ["1" if value == 0 else f"10{superscript(round(value))}" for value in values]


class FactorAxis(PlainAxis):
    """An axis of logarithms to base 10, written as plain numbers: 0.1, 0.2, 0.5 and so on."""

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Ticks:
        decades = range(floor(minVal), ceil(maxVal) + 1)
        steps = (1, 2, 5) if maxVal - minVal < size / (14 * self.style["tickFont"].pixelSize()) * 2.5 else (1,)
        ticks = [decade + log10(step) for decade in decades for step in steps]
        return [(1.0, [tick for tick in ticks if minVal <= tick <= maxVal])]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return [f"{10.0**value:.3g}" if -3 < value < 5 else power_text(value) for value in values]


class FixedAxis(PlainAxis):
    """An axis with constant ends, divided into halves or quarters."""

    ends = (0.0, 1.0)
    form = "{:g}"

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Ticks:
        room = size / (2.2 * self.style["tickFont"].pixelSize())
        parts = next((parts for parts in (4, 2) if room > parts), 1)
        low, high = self.ends
        return [((high - low) / parts, [low + (high - low) * place / parts for place in range(parts + 1)])]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return [self.form.format(value).replace("-", "−") for value in values]


class PercentAxis(FixedAxis):
    """An axis of shares."""

    form = "{:.0%}"


class CorrelationAxis(FixedAxis):
    """An axis from −1 to 1."""

    ends = (-1.0, 1.0)


class LayerAxis(PlainAxis):
    """The layers, numbered; the first and the last one always."""

    depth = 1

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Ticks:
        digits = len(str(self.depth)) + 1.5
        room = max(2.0, size / (0.62 * digits * self.style["tickFont"].pixelSize()))
        step = _round_step((maxVal - minVal) / room)
        inner = [float(layer) for layer in range(step, self.depth, step) if 1 + step / 2 < layer < self.depth - step / 2]
        return [(float(step), [1.0, *inner, float(self.depth)] if self.depth > 1 else [1.0])]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return [str(round(value)) for value in values]


def _round_step(least: float) -> int:
    """Return the smallest of 1, 2, 5, 10, 20, … that is not below."""
    decade = 1
    while True:
        for step in (1, 2, 5):
            if step * decade >= least:
                return step * decade
        decade *= 10
