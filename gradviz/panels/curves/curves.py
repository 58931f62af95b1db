"""Curves over the layers: one table a plot, each curve with its theory, its pinned reference and its name beside the line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF

from gradviz.core.runs.playhead import Playhead
from gradviz.i18n import _
from gradviz.panels.curves.curve import GLYPHS, Curve, Series, lit_layers
from gradviz.panels.curves.curve_item import CurveItem
from gradviz.panels.parts.limits import drawable
from gradviz.panels.parts.marks import Marks
from gradviz.panels.parts.room import Room
from gradviz.panels.parts.style import Style

LANE = 30.0
"""Pixels at scale 1 that a row of marks and its name need beside the curves."""


class _Drawn:
    """The items of one curve."""

    def __init__(self, curve: Curve) -> None:
        self.reference = CurveItem(curve.symbol, curve.line, 1.5, 0.8)
        self.measured = CurveItem(curve.symbol, curve.line)
        self.theory = CurveItem("", Qt.PenStyle.DashLine, 1.3, 0.8)
        self.name = pg.TextItem()
        self.marked = np.zeros((3, 0), bool)
        self.items = [self.reference, self.measured, self.theory, self.name]

    def show_nothing(self) -> None:
        for curve in (self.reference, self.measured, self.theory):
            curve.set_values(np.empty(0), QRectF())
        self.name.hide()
        self.marked = np.zeros((3, 0), bool)

    def restyle(self, style: Style, role: str) -> None:
        self.reference.restyle(style, "reference")
        self.measured.restyle(style, role)
        self.theory.restyle(style, "ink")
        self.name.setColor(style.colour(role))
        self.name.setFont(style.font(12, bold=True))


class Curves:
    """The curves of one plot, from a table.

    Attributes
    ----------
    room : Room
        What of the plot is taken after `show`, for further texts.
    """

    def __init__(self, plot: pg.PlotItem, table: Sequence[Curve], marks_role: str) -> None:
        self.plot, self.table, self._marks_role = plot, table, marks_role
        self.drawn = {curve.key: _Drawn(curve) for curve in table}
        self.marks = Marks(plot)
        self._pinned = pg.TextItem()
        self._marked_names = ("", "", "")
        self._depth = 1
        self.rect = QRectF(0, 0, 1, 1)
        for depth, items in enumerate(zip(*(each.items for each in self.drawn.values()), strict=True)):
            for item in items:
                item.setZValue(10 + depth)
                plot.addItem(item, ignoreBounds=True)
        self._pinned.setZValue(10)
        plot.addItem(self._pinned, ignoreBounds=True)

    def restyle(self, style: Style) -> None:
        """Give every item its colour and size."""
        self._style = style
        for curve in self.table:
            self.drawn[curve.key].restyle(style, curve.role)
        self._pinned.setColor(style.colour("reference"))
        self._pinned.setFont(style.font(12))
        self.marks.restyle(style, self._marks_role)

    def span(self, *sources: Series | None, more: np.ndarray, least: float) -> tuple[float, float]:
        """Return from where to where the axis must reach, at least so far, with room for the rows of marks."""
        drawn = [more] + [
            line for line in (curve.drawn(source) for source in sources for curve in self.table) if line is not None
        ]
        numbers = np.concatenate([line[np.isfinite(drawable(line))] for line in drawn])
        low, high = (float(numbers.min()), float(numbers.max())) if numbers.size else (-least / 2, least / 2)
        missing = max(0.0, least - (high - low))
        low, high = low - missing / 2, high + missing / 2
        zero, infinite, nan = self._marked_in(sources[0])
        lane = min(0.3, self._style.px(LANE) / max(1.0, self.plot.vb.height())) * (high - low)
        return low - lane * zero, high + lane * (infinite + 2 * nan)

    def show(
        self,
        series: Series,
        theory: Series,
        reference: Series | None,
        ends: tuple[float, float],
        span: tuple[float, float],
    ) -> Room:
        """Bring the curves to new numbers, on a layer axis between `ends` and a vertical one of `span`, which is set here.

        Curves that coincide are drawn once, under the names of both.
        """
        self.plot.setYRange(*span, padding=0)
        view = self.plot.vb
        self.rect = QRectF(ends[0], span[0], ends[1] - ends[0], span[1] - span[0])
        self.room = Room(*ends, *span, view.width(), view.height())
        self._depth = len(next(iter(series.values())))
        shown = self._together(series)
        for curve in self.table:
            self._show_curve(curve, series if curve in shown else {}, theory, reference)
        for low, high in self.marks.rows(self._marked_in(series), *span):
            self.room.take_rows(low, high)
        for curve, names in shown.items():
            self._show_name(curve, names)
        self._marked_names = self._names_of_marks()
        self._show_pinned()
        return self.room

    def say_nothing(self) -> None:
        """Draw no curve."""
        for each in self.drawn.values():
            each.show_nothing()
        self._pinned.hide()
        self._marked_names = ("", "", "")

    def light(self, playhead: Playhead) -> None:
        """Bring out what the waves have reached."""
        lit = {role: lit_layers(role, playhead, self._depth) for role in {curve.role for curve in self.table}}
        marked = np.zeros((3, self._depth), bool)
        for curve in self.table:
            each = self.drawn[curve.key]
            if each.measured.values.size:
                each.measured.light(lit[curve.role], playhead.layer)
                marked |= each.marked & lit[curve.role]
        self.marks.show(marked[0], marked[1], marked[2], self.rect.top(), self.rect.bottom(), self._marked_names)

    def _marked_in(self, series: Series | None) -> tuple[bool, bool, bool]:
        found = [curve.marked(drawn).any(axis=1) for curve in self.table if (drawn := curve.drawn(series)) is not None]
        zero, infinite, nan = np.any(found, axis=0).tolist()
        return zero, infinite, nan

    def _together(self, series: Series) -> dict[Curve, list[Curve]]:
        """Return each curve that is drawn, with those that coincide with it."""
        together: dict[Curve, list[Curve]] = {}
        for curve in self.table:
            if curve.key in series:
                first = next((other for other in together if _coincide(series[curve.key], series[other.key])), curve)
                together.setdefault(first, []).append(curve)
        return together

    def _show_curve(self, curve: Curve, series: Series, theory: Series, reference: Series | None) -> None:
        each = self.drawn[curve.key]
        each.show_nothing()
        measured = curve.drawn(series)
        if measured is None:
            return
        each.marked = curve.marked(measured)
        for item, drawn in (
            (each.measured, measured),
            (each.theory, curve.drawn(theory)),
            (each.reference, curve.drawn(reference)),
        ):
            if drawn is not None:
                item.set_values(self._within(drawn, item is not each.measured), self.rect)
                self.room.take_line(item.values)

    def _within(self, drawn: np.ndarray, cut: bool) -> np.ndarray:
        """Return what can be drawn to scale. Theory knows nothing of float32 and may lead out of sight, and SVG does not clip."""
        values = drawable(drawn)[: self._depth]
        return np.where((values > self.rect.top()) & (values < self.rect.bottom()), values, np.nan) if cut else values

    def _show_name(self, curve: Curve, names: list[Curve]) -> None:
        item = self.drawn[curve.key].name
        text = f"{GLYPHS[curve.symbol]} " + ", ".join(_(each.name) for each in names)
        self.write_beside(item, self.drawn[curve.key].measured.values, text, 12, bold=True)

    def _show_pinned(self) -> None:
        ghosts = [each.reference.values for each in self.drawn.values() if np.isfinite(each.reference.values).any()]
        self._pinned.setVisible(bool(ghosts))
        if ghosts:
            self.write_beside(self._pinned, ghosts[0], _("pinned"), 12)

    def write_beside(self, item: pg.TextItem, line: np.ndarray, text: str, size: float, *, bold: bool = False) -> None:
        """Write a text beside a line, where there is room."""
        metrics = QFontMetricsF(self._style.font(size, bold=bold))
        # Qt keeps a margin of 4 pixels round a text of its own.
        place = self.room.take_place(line, metrics.horizontalAdvance(text) + 8, metrics.height() + 4)
        item.setVisible(place is not None)
        if place is not None:
            item.setText(text)
            item.setAnchor((0.5, 0.92 if place.is_above else 0.08))
            item.setPos(place.x, place.y)

    def _names_of_marks(self) -> tuple[str, str, str]:
        zero, infinite, nan = (
            ", ".join(_(curve.name) for curve in self.table if self.drawn[curve.key].marked[kind].any()) for kind in range(3)
        )
        return zero, infinite, nan


def _coincide(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two series are the same but for rounding."""
    with np.errstate(invalid="ignore"):
        return bool(np.allclose(one, other, rtol=1e-9, atol=1e-12, equal_nan=True))
