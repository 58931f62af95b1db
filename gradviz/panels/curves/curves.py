"""The curves of one plot, each with its theory, its pinned reference and its name beside the line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF

from gradviz.core.runs.playhead import Playhead
from gradviz.i18n import _
from gradviz.panels.curves.curve import GLYPHS, Curve, Measures, lit_layers
from gradviz.panels.curves.curve_item import CurveItem
from gradviz.panels.parts.marks import Marks
from gradviz.panels.parts.style import Style
from gradviz.panels.scales.limits import Span, drawable
from gradviz.panels.scales.room import Room

LANE = 30.0
"""Pixels at scale 1: the height of a row of marks with its name."""


APART = 0.5
"""The pinned run's name stands where its curve is at least this share of the largest distance away from the present one."""


class Sources(NamedTuple):
    """The measures that are drawn as measured, as theory, and as the pinned reference."""

    measured: Measures
    theory: Measures
    reference: Measures | None


NO_SOURCES = Sources({}, {}, None)


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
        Which part of the plot is taken: after `show` by lines and marks, after `write_names` also by names.
    """

    def __init__(self, plot: pg.PlotItem, table: Sequence[Curve], marks_role: str) -> None:
        self.plot, self.table, self._marks_role = plot, table, marks_role
        self.drawn = {curve.key: _Drawn(curve) for curve in table}
        self.marks = Marks(plot)
        self._pinned = pg.TextItem()
        self.reference_name = ""
        """What the pinned run is called beside its curve."""
        self._marked_names = ("", "", "")
        self._together: dict[Curve, list[Curve]] = {}
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

    def span(self, sources: Sources, *, more: Sequence[float], least: float) -> Span:
        """Return the ends of the axis, at least `least` apart, with room for the rows of marks."""
        lines = (curve.drawn(source) for source in (sources.measured, sources.reference) for curve in self.table)
        drawn = [np.asarray(more, float), *(line for line in lines if line is not None)]
        numbers = np.concatenate([line[np.isfinite(drawable(line))] for line in drawn])
        low, high = (float(numbers.min()), float(numbers.max())) if numbers.size else (-least / 2, least / 2)
        missing = max(0.0, least - (high - low))
        low, high = low - missing / 2, high + missing / 2
        zero, infinite, nan = self._marked_in(sources.measured)
        lane = min(0.3, self._style.px(LANE) / max(1.0, self.plot.vb.height())) * (high - low)
        return low - lane * zero, high + lane * (infinite + 2 * nan)

    def show(self, sources: Sources, ends: Span, span: Span) -> None:
        """Show other values, on a layer axis between `ends` and a vertical axis between the ends of `span`.

        Curves that coincide are drawn once, under both names.
        """
        self.plot.setYRange(*span, padding=0)
        view = self.plot.vb
        self.rect = QRectF(ends[0], span[0], ends[1] - ends[0], span[1] - span[0])
        self.room = Room(*ends, *span, view.width(), view.height())
        self._depth = len(next(iter(sources.measured.values())))
        self._together = self._coinciding(sources.measured)
        for curve in self.table:
            self._show_curve(curve, sources if curve in self._together else NO_SOURCES)
        for low, high in self.marks.rows(self._marked_in(sources.measured), *span):
            self.room.take_rows(low, high)
        self._marked_names = self._names_of_marks()

    def write_names(self) -> None:
        """Write each curve's name beside it, where there is `room`."""
        for curve, together in self._together.items():
            text = ", ".join(_(each.name) for each in together)
            each = self.drawn[curve.key]
            if text:
                self.write_beside(each.name, each.measured.values, f"{GLYPHS[curve.symbol]} {text}", 12, bold=True)
        self._write_pinned()

    def show_none(self) -> None:
        """Show no curve."""
        self._together = {}
        for each in self.drawn.values():
            each.show_nothing()
        self._pinned.hide()
        self._marked_names = ("", "", "")

    def light(self, playhead: Playhead) -> None:
        """Highlight the layers that the waves have reached."""
        lit = {role: lit_layers(role, playhead, self._depth) for role in {curve.role for curve in self.table}}
        marked = np.zeros((3, self._depth), bool)
        for curve in self.table:
            each = self.drawn[curve.key]
            if each.measured.values.size:
                each.measured.light(lit[curve.role], playhead.layer)
                marked |= each.marked & lit[curve.role]
        self.marks.show(marked[0], marked[1], marked[2], self.rect.top(), self.rect.bottom(), self._marked_names)

    def _marked_in(self, measured: Measures) -> tuple[bool, bool, bool]:
        found = [curve.marked(drawn).any(axis=1) for curve in self.table if (drawn := curve.drawn(measured)) is not None]
        zero, infinite, nan = np.any(found, axis=0).tolist()
        return zero, infinite, nan

    def _coinciding(self, measured: Measures) -> dict[Curve, list[Curve]]:
        """Return each curve that is drawn, with those that coincide with it."""
        together: dict[Curve, list[Curve]] = {}
        for curve in self.table:
            if curve.key in measured:
                first = next((other for other in together if _coincide(measured[curve.key], measured[other.key])), curve)
                together.setdefault(first, []).append(curve)
        return together

    def _show_curve(self, curve: Curve, sources: Sources) -> None:
        each = self.drawn[curve.key]
        each.show_nothing()
        measured = curve.drawn(sources.measured)
        if measured is None:
            return
        each.marked = curve.marked(measured)
        for item, drawn in (
            (each.measured, measured),
            (each.theory, curve.drawn(sources.theory)),
            (each.reference, curve.drawn(sources.reference)),
        ):
            if drawn is not None:
                item.set_values(self._within(drawn, item is not each.measured), self.rect)
                self.room.take_line(item.values)

    def _within(self, drawn: np.ndarray, cut: bool) -> np.ndarray:
        """Return the drawable values; with `cut`, only those in sight: theory knows no float32 and may leave the plot, and SVG does not clip."""
        values = drawable(drawn)[: self._depth]
        return np.where((values > self.rect.top()) & (values < self.rect.bottom()), values, np.nan) if cut else values

    def _write_pinned(self) -> None:
        ghosts = [each for each in self.drawn.values() if np.isfinite(each.reference.values).any()]
        self._pinned.setVisible(bool(ghosts))
        if ghosts:
            self.write_beside(
                self._pinned, _where_apart(ghosts[0].reference.values, ghosts[0].measured.values), self.reference_name, 12
            )

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
    """Whether two measures are equal up to rounding."""
    with np.errstate(invalid="ignore"):
        return bool(np.allclose(one, other, rtol=1e-9, atol=1e-12, equal_nan=True))


def _where_apart(line: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return a line where it is far from another one and NaN elsewhere, so that a name beside it is not taken for the other's."""
    apart = np.nan_to_num(np.abs(line - other[: len(line)]))
    farthest = float(apart.max())
    return np.where(apart >= APART * farthest, line, np.nan) if farthest > 0 else line
