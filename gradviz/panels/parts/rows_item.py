"""Named values below one another, a line each, painted in one item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QSizePolicy

from gradviz.panels.parts.style import Style

TYPE, SMALLEST = 13.5, 9.0
"""The size of the type in pixels at scale 1, and the least that it is made where there are many rows."""

LINE = 1.75
"""The height of a row, in sizes of the type."""


@dataclass(frozen=True)
class NamedRow:
    """A name and its value; without a value, a heading."""

    name: str
    value: str = ""
    role: str = "ink"
    bold: bool = False


class RowsItem(pg.GraphicsWidget):
    """Shows rows as far as there is room, smaller where there are many; a name that is too long is cut."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: Sequence[NamedRow] = ()
        self._style: Style | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)

    def restyle(self, style: Style) -> None:
        """Take colours and sizes."""
        self._style = style
        self.update()

    def show_rows(self, rows: Sequence[NamedRow]) -> None:
        """Take other rows."""
        if rows != self.rows:
            self.rows = rows
            self.update()

    @property
    def size_of_type(self) -> float:
        """The size of the type, in pixels at scale 1."""
        if self._style is None or not self.rows:
            return TYPE
        return max(SMALLEST, min(TYPE, self.height() / (len(self.rows) * LINE * self._style.scale)))

    def row_at(self, y: float) -> int | None:
        """Return the row at a height within the item."""
        if self._style is None:
            return None
        place = int(y // (LINE * self._style.px(self.size_of_type)))
        return place if 0 <= y < self.height() and place < len(self.rows) else None

    def paint(self, painter: QPainter, *_options: object) -> None:
        if self._style is None:
            return
        style, size = self._style, self.size_of_type
        high = LINE * style.px(size)
        for place, row in enumerate(self.rows[: max(0, int(self.height() / high + 0.01))]):
            room = QRectF(0, place * high, self.width(), high)
            font = style.font(size, bold=row.bold)
            painter.setFont(font)
            metrics, gap = QFontMetricsF(font), style.px(8)
            taken = metrics.horizontalAdvance(row.value) + gap if row.value else 0.0
            painter.setPen(style.colour(row.role if row.bold else "quiet"))
            name = metrics.elidedText(row.name, Qt.TextElideMode.ElideRight, max(0.0, room.width() - taken))
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
            painter.setPen(style.colour(row.role))
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, row.value)
            painter.setPen(style.pen("grid", 1.0))
            painter.drawLine(room.bottomLeft(), room.bottomRight())
