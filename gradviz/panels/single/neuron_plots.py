"""The two plots of one neuron: its terms and their running sum, and Var(z) against the number of terms."""

from __future__ import annotations

from collections.abc import Iterable
from math import nan

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt

from gradviz.core.runs.probe import Neuron
from gradviz.i18n import _
from gradviz.numbers import signed_text
from gradviz.panels.parts.axes import LayerAxis, PlainAxis
from gradviz.panels.parts.style import Style
from gradviz.panels.scales.limits import LARGEST_DRAWN
from gradviz.panels.scales.points import merged, set_points, span_of

MOST_BARS = 200
"""More terms than this are merged: neighbours are summed."""


class SumPlot:
    """The terms wᵢxᵢ as bars, their running sum, and z, in which it ends; or why there is no neuron to show."""

    def __init__(self) -> None:
        self.terms_axis, self.value_axis = LayerAxis("bottom"), PlainAxis("left")
        self.plot = _plot(self.terms_axis, self.value_axis)
        self._zero = pg.InfiniteLine(angle=0, movable=False)
        self.terms, self.sums, self.bias = pg.PlotDataItem(), pg.PlotDataItem(), pg.PlotDataItem()
        self.z = pg.ScatterPlotItem(symbol="o")
        self._z_name = pg.TextItem(anchor=(1, 0.5))
        self.apology = pg.TextItem(anchor=(0.5, 0.5))
        _stack(self.plot, (self._zero, self.terms, self.sums, self.bias, self.z, self._z_name, self.apology))

    def restyle(self, style: Style) -> None:
        """Take colours and sizes."""
        self._style = style
        self.terms_axis.restyle(style, 40)
        self.value_axis.restyle(style, 62)
        self._zero.setPen(style.pen("grid", 1.2))
        self.terms.setPen(style.pen("forward", 1.6, 0.75))
        self.sums.setPen(style.pen("ink", 1.8))
        self.bias.setPen(style.pen("quiet", 2.4))
        self.z.setPen(style.pen("ground", 1.2))
        self.z.setBrush(style.brush("ink"))
        self.z.setSize(style.px(11))
        _restyle_text(self._z_name, style, "ink", bold=True)
        _restyle_text(self.apology, style, "quiet")

    def name_axes(self) -> None:
        """Name them in the language in use."""
        self.terms_axis.name_it(_("term i of Σ wᵢxᵢ"))
        self.value_axis.name_it(_("wᵢxᵢ and running sum"))

    def set_visible(self, visible: bool) -> None:
        """Show or hide the axes; the plot itself stays, for an apology."""
        for item in (self.terms_axis, self.value_axis, self._zero):
            item.setVisible(visible)

    def apologize(self, text: str) -> None:
        """Show a text instead of a neuron."""
        for item in (self.terms, self.sums, self.bias, self.z):
            item.setData([], [])
        self._z_name.setText("")
        self.apology.setText(text)
        self.apology.setTextWidth(max(80.0, self.plot.vb.width() - 2 * self._style.px(20)))
        self.plot.setXRange(0, 1, padding=0)
        self.plot.setYRange(-1, 1, padding=0)
        self.apology.setPos(0.5, 0)

    def show(self, one: Neuron) -> None:
        """Show a neuron."""
        self.apology.setText("")
        _number_up_to(self.terms_axis, one.fan_in)
        places, terms = merged(one.terms, MOST_BARS)
        sums, end = one.sums, one.fan_in
        x, y = np.repeat(places, 2), np.zeros(2 * places.size)
        y[1::2] = terms
        set_points(self.terms, x, y, connect="pairs")
        kept = np.unique(np.linspace(0, end, min(end, 4 * MOST_BARS) + 1).round().astype(int))
        running = np.concatenate([[0.0], sums])[kept]
        set_points(self.sums, kept.astype(float), running)
        set_points(self.bias, np.array([end, end], float), np.array([sums[-1], one.z]) if one.b else np.array([nan, nan]))
        set_points(self.z, np.array([end], float), np.array([one.z]))
        shown = np.concatenate([terms, running, [one.z, 0.0]])
        low, high = span_of(shown)
        self.plot.setXRange(0, end * 1.03 + 0.2, padding=0)
        self.plot.setYRange(low, high, padding=0)
        self._z_name.setText(f"z = {signed_text(one.z)}")
        level = one.z if abs(one.z) < LARGEST_DRAWN else 0.0
        above = level < (low + high) / 2
        self._z_name.setAnchor((1, 1.3 if above else -0.3))
        self._z_name.setPos(end * 1.03 + 0.2, level)


class VariancePlot:
    """Var(z) against the number of terms: as measured, as it would be of independent terms, and with Var(w) = 1/n."""

    def __init__(self) -> None:
        self.terms_axis, self.value_axis = LayerAxis("bottom"), PlainAxis("left")
        self.plot = _plot(self.terms_axis, self.value_axis)
        self.expected, self.kept = pg.PlotDataItem(), pg.PlotDataItem()
        self.measured = pg.PlotDataItem(symbol="o")
        self._names = {name: pg.TextItem() for name in ("measured", "expected", "kept")}
        _stack(self.plot, (self.kept, self.expected, self.measured, *self._names.values()))

    def restyle(self, style: Style) -> None:
        """Take colours and sizes."""
        self._style = style
        self.terms_axis.restyle(style, 40)
        self.value_axis.restyle(style, 70)
        self.expected.setPen(style.pen("ink", 1.3, 0.8, Qt.PenStyle.DashLine))
        self.kept.setPen(style.pen("reference", 1.5, 1.0, Qt.PenStyle.DotLine))
        self.measured.setPen(style.pen("forward", 2.0))
        self.measured.setSymbolPen(None)
        self.measured.setSymbolBrush(style.brush("forward"))
        self.measured.setSymbolSize(style.px(9))
        for item, role in zip(self._names.values(), ("forward", "ink", "reference"), strict=True):
            _restyle_text(item, style, role)

    def name_axes(self) -> None:
        """Name them in the language in use."""
        self.terms_axis.name_it(_("number of terms n"))
        self.value_axis.name_it(_("Var(z)"))

    def set_visible(self, visible: bool) -> None:
        """Show or hide all of it."""
        self.plot.setVisible(visible)
        for axis in (self.terms_axis, self.value_axis):
            axis.setVisible(visible)

    def show(self, one: Neuron) -> None:
        """Show a neuron."""
        _number_up_to(self.terms_axis, one.fan_in)
        n = np.array([0.0, one.fan_in])
        set_points(self.expected, n, one.bias_variance + n * one.term_variance)
        set_points(self.kept, n, np.full(2, one.input_mean_square) * n / one.fan_in + one.bias_variance)
        counts, variances = one.counts.astype(float), one.variances + one.bias_variance
        variances[-1] = one.z_variance
        set_points(self.measured, counts, variances)
        low, high = span_of(np.concatenate([variances, [0.0, one.expected_variance, one.input_mean_square + one.bias_variance]]))
        self.plot.setXRange(0, one.fan_in * 1.08, padding=0)
        self.plot.setYRange(max(low, 0.0), high, padding=0)
        self._name_curves()

    def _name_curves(self) -> None:
        """Name the curves in the upper left corner, which lines that rise from 0 leave free."""
        texts = ("● " + _("measured"), "– – n · Var(w) · E[x²]", "···· " + _("if Var(w) = 1/n"))
        (left, _right), (low, high) = self.plot.viewRange()
        box = self.plot.vb
        for place, (item, text) in enumerate(zip(self._names.values(), texts, strict=True)):
            item.setText(text)
            item.setPos(left, high - place * self._style.px(18) * (high - low) / max(1.0, box.height()))
            item.setVisible(box.width() > self._style.px(150) and box.height() > self._style.px(110))


def _plot(bottom: LayerAxis, left: PlainAxis) -> pg.PlotItem:
    plot = pg.PlotItem(axisItems={"bottom": bottom, "left": left}, enableMenu=False)
    plot.hideButtons()
    plot.setMouseEnabled(False, False)
    plot.disableAutoRange()
    return plot


def _stack(plot: pg.PlotItem, items: Iterable[pg.GraphicsObject]) -> None:
    """Add items, each over the one before."""
    for depth, item in enumerate(items):
        item.setZValue(depth)
        plot.addItem(item, ignoreBounds=True)


def _restyle_text(item: pg.TextItem, style: Style, role: str, *, bold: bool = False) -> None:
    item.setColor(style.colour(role))
    item.setFont(style.font(12, bold=bold))
    item.fill = style.brush("ground", 0.75)


def _number_up_to(axis: LayerAxis, count: int) -> None:
    """Give the terms numbers as layers have, the last one always."""
    axis.depth, axis.picture = count, None
