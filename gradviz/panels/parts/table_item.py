"""A table painted in one item: as sharp in a file as on the screen, and cheap to scroll."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QSizePolicy

from gradviz.panels.parts.style import Style

TYPE = 13.0
"""The size of the type in pixels at scale 1."""

LEAST_ROW, HIGHEST_ROW, LEAST_GAP, WIDEST_GAP = 1.45, 2.3, 0.9, 3.0
"""The least and the largest height of a row, and the same of the room between columns, in heights of the type."""

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class TableColumn:
    """A column: its heading and colour, and its rank, the largest of which is left out first where there is no room."""

    heading: str
    rank: int
    role: str = "ink"
    left: bool = False


@dataclass(frozen=True)
class Table:
    """What is shown.

    Attributes
    ----------
    columns : sequence of TableColumn
    count : int
        How many rows there are.
    text : callable
        ``text(row, column)``, both counted from 0.
    samples : sequence of int
        Rows by which the widths are measured, so that they keep still while the table scrolls.
    """

    columns: Sequence[TableColumn]
    count: int
    text: Callable[[int, int], str]
    samples: Sequence[int]


class TableItem(pg.GraphicsWidget):
    """Shows as many rows of a Table as fit, around the current one, and as many columns, the most important first."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.table: Table | None = None
        self.current, self.hovered = 0, -1
        self.is_lit: Callable[[int, str], bool] = lambda row, role: True
        self.cells: list[list[str]] = []
        """The texts of the rows that are shown."""
        self._widths: list[float] = []
        self._style: Style | None = None

    def restyle(self, style: Style) -> None:
        """Take colours and sizes."""
        self._style = style
        self._measure()

    def show_table(self, table: Table) -> None:
        """Take another table."""
        self.table = table
        self._measure()

    def show_row(self, current: int, is_lit: Callable[[int, str], bool] = lambda row, role: True) -> None:
        """Bring out a row and scroll to it; what is not lit, by row and the column's role, is left blank."""
        self.current, self.is_lit = current, is_lit
        rows, columns = self.rows(), self.columns()
        self.cells = [[self.table.text(row, column) for column in columns] for row in rows] if self.table else []
        self.update()

    def show_hovered(self, row: int) -> None:
        """Bring out another row, or with -1 none."""
        self.hovered = row
        self.update()

    def rows(self) -> range:
        """Return the rows that are shown."""
        count = self.table.count if self.table else 0
        fitting = min(count, max(1, floor(self.height() / self._row_height()) - 1))
        first = min(max(self.current - fitting // 2, 0), count - fitting)
        return range(first, first + fitting)

    def columns(self) -> list[int]:
        """Return the columns that are shown, in the table's order."""
        if self.table is None:
            return []
        ranks = [column.rank for column in self.table.columns]
        room, gap, chosen = self.width(), self._gap(), list[int]()
        for column in sorted(range(len(ranks)), key=ranks.__getitem__):
            room -= self._widths[column] + gap
            if room < -gap and chosen:
                break
            chosen.append(column)
        return sorted(chosen)

    def row_at(self, y: float) -> int | None:
        """Return the row at a height within the item."""
        place = floor(y / self._row_height()) - 1
        return self.rows()[place] if 0 <= place < len(self.rows()) else None

    def paint(self, painter: QPainter, *_options: object) -> None:
        if self._style is None or self.table is None or not self.cells:
            return
        style, height, rows = self._style, self._row_height(), self.rows()
        places = self._places()
        for row, alpha in ((self.hovered, 0.07), (self.current, 0.16)):
            if row in rows:
                painter.fillRect(QRectF(0, (row - rows[0] + 1) * height, self.width(), height), style.brush("cursor", alpha))
        painter.setPen(style.pen("grid"))
        painter.drawLine(pg.Point(0, height), pg.Point(self.width(), height))
        painter.setFont(_font(style, bold=True))
        for column, left, width in places:
            heading = self.table.columns[column]
            painter.setPen(style.colour("quiet" if heading.role == "ink" else heading.role))
            painter.drawText(QRectF(left, 0, width, height), LEFT if heading.left else RIGHT, heading.heading)
        for place, (row, cells) in enumerate(zip(rows, self.cells, strict=False), start=1):
            painter.setFont(_font(style, bold=row == self.current))
            self._paint_row(painter, row, cells, places, place * height)

    def _paint_row(
        self, painter: QPainter, row: int, cells: list[str], places: list[tuple[int, float, float]], top: float
    ) -> None:
        assert self._style is not None and self.table is not None
        for (column, left, width), text in zip(places, cells, strict=False):
            heading = self.table.columns[column]
            if self.is_lit(row, heading.role):
                painter.setPen(self._style.colour("ink"))
                painter.drawText(QRectF(left, top, width, self._row_height()), LEFT if heading.left else RIGHT, text)

    def _places(self) -> list[tuple[int, float, float]]:
        """Return column, left edge and width of those shown: room that is left over goes between them."""
        columns, least = self.columns(), self._gap()
        over = self.width() - sum(self._widths[column] for column in columns)
        gap = min(max(least, over / max(1, len(columns))), WIDEST_GAP / LEAST_GAP * least)
        places, left = [], 0.0
        for column in columns:
            width = min(self._widths[column], self.width() - left)
            places.append((column, left, width))
            left += width + gap
        return places

    def _measure(self) -> None:
        if self._style is None or self.table is None:
            return
        metrics = QFontMetricsF(_font(self._style, bold=True))
        for_each = range(len(self.table.columns))
        texts = [
            [self.table.columns[column].heading, *(self.table.text(row, column) for row in self.table.samples)]
            for column in for_each
        ]
        self._widths = [max(map(metrics.horizontalAdvance, column)) + 2 for column in texts]

    def _gap(self) -> float:
        return LEAST_GAP * (self._style.px(TYPE) if self._style else TYPE)

    def _row_height(self) -> float:
        type_height = self._style.px(TYPE) if self._style else TYPE
        count = self.table.count if self.table else 1
        return float(floor(min(max(LEAST_ROW * type_height, self.height() / (count + 1)), HIGHEST_ROW * type_height)))


def _font(style: Style, *, bold: bool) -> QFont:
    """Return the type with digits of equal width, so that numbers stand below one another."""
    font = style.font(TYPE, bold=bold)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font
