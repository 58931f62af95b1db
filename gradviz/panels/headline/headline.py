"""The headline of the window and of a picture: chips with a word, and a sentence beside each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from gradviz.core.verdict import State
from gradviz.panels.headline import gauge
from gradviz.panels.parts.style import Style
from gradviz.report.headline import HeadlineLine

ROLES = {
    State.VANISHES: "fails",
    State.SHRINKS: "drifts",
    State.HOLDS: "holds",
    State.GROWS: "drifts",
    State.EXPLODES: "fails",
}
"""State → the field of `Theme` with the colour of its chip."""

FIRST, SECOND, LAST = 22.0, 15.0, 13.0
"""Size of the type in pixels at scale 1: the first line's, the second's, and that of what is compared."""

GAUGED_FROM = 640.0
"""The width in pixels at scale 1 from which there is room for the gauges."""

_WRAPPED = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap


@dataclass(frozen=True)
class Headline:
    """What is painted.

    Attributes
    ----------
    lines : sequence of HeadlineLine
    note : str
        A line below them: what is compared, or that only a part has been measured; may be empty.
    style : Style
    kept_back : frozenset of str
        What is not yet said, because the wave is still on its way; its place stays empty.
    is_compact : bool
        Whether it is set in the smaller type, for where a lesson's text is what comes first.
    """

    lines: Sequence[HeadlineLine]
    note: str
    style: Style
    kept_back: frozenset[str] = frozenset()
    is_compact: bool = False

    @property
    def text(self) -> str:
        """All that is said, as one text."""
        said = [line for line in self.lines if line.what not in self.kept_back]
        words = (f"{line.chip}: {line.sentence}" if line.chip else line.sentence for line in said)
        return " ".join([*words, *([self.note] if self.note else [])])

    def height(self, width: float) -> float:
        """Return how high it is in a width, in pixels."""
        rows = [self._row_height(line, place, width) for place, line in enumerate(self.lines)]
        note = QFontMetricsF(self._note_font()).height() if self.note else 0.0
        gap = self.style.px(5)
        return sum(rows) + gap * (len(rows) - 1 + bool(note)) + note + self.style.px(16)

    def line_at(self, y: float, width: float) -> HeadlineLine | None:
        """Return the line at a height, where it is said already."""
        bottom = self.style.px(8)
        for place, line in enumerate(self.lines):
            bottom += self._row_height(line, place, width)
            if y < bottom:
                return None if line.what in self.kept_back else line
            bottom += self.style.px(5)
        return None

    def paint(self, painter: QPainter, left: float, top: float, width: float) -> None:
        """Paint it, its upper left corner at a place."""
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        top += self.style.px(8)
        for place, line in enumerate(self.lines):
            height = self._row_height(line, place, width)
            if line.what not in self.kept_back:
                self._paint_line(painter, line, place, QRectF(left, top, width, height))
            top += height + self.style.px(5)
        if self.note:
            painter.setFont(self._note_font())
            painter.setPen(self.style.colour("quiet"))
            metrics = QFontMetricsF(painter.font())
            text = metrics.elidedText(self.note, Qt.TextElideMode.ElideRight, width - 2 * self._margin)
            painter.drawText(QRectF(left + self._margin, top, width - 2 * self._margin, metrics.height()), _WRAPPED, text)

    @property
    def _margin(self) -> float:
        return self.style.px(14)

    def _note_font(self) -> QFont:
        return self.style.font(LAST)

    def _font(self, place: int) -> QFont:
        return self.style.font(self._size(place), bold=place == 0)

    def _size(self, place: int) -> float:
        return SECOND if place or self.is_compact else FIRST

    def _chip_font(self, place: int) -> QFont:
        return self.style.font(self._size(place) * 0.78, bold=True)

    def _chip_width(self, line: HeadlineLine, place: int) -> float:
        if not line.chip:
            return 0.0
        font = self._chip_font(place)
        return QFontMetricsF(font).horizontalAdvance(line.chip) + 1.5 * font.pixelSize()

    def _gauge_left(self, line: HeadlineLine, place: int) -> float:
        return self._margin + self._chip_width(line, place) + self.style.px(14)

    def _has_gauge(self, width: float) -> bool:
        return not self.is_compact and width >= self.style.px(GAUGED_FROM)

    def _text_left(self, line: HeadlineLine, place: int, width: float) -> float:
        if not line.chip:
            return self._margin
        room = self.style.px(gauge.WIDTH + 14) if self._has_gauge(width) else -self.style.px(4)
        return self._gauge_left(line, place) + room

    def _row_height(self, line: HeadlineLine, place: int, width: float) -> float:
        room = width - self._text_left(line, place, width) - self._margin
        metrics = QFontMetricsF(self._font(place))
        wrapped = metrics.boundingRect(QRectF(0, 0, max(room, 1.0), 1e6), _WRAPPED, line.sentence)
        return max(wrapped.height(), 1.25 * metrics.height())

    def _paint_line(self, painter: QPainter, line: HeadlineLine, place: int, room: QRectF) -> None:
        left = room.left() + self._text_left(line, place, room.width())
        if line.chip and line.state is not None:
            font = self._chip_font(place)
            height = 1.25 * QFontMetricsF(self._font(place)).height()
            chip = QRectF(room.left() + self._margin, room.top(), self._chip_width(line, place), height)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.style.brush(ROLES[line.state]))
            painter.drawRoundedRect(chip, height / 2, height / 2)
            painter.setFont(font)
            painter.setPen(self.style.colour("on_state"))
            painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, line.chip)
            if self._has_gauge(room.width()):
                width, high = self.style.px(gauge.WIDTH), self.style.px(gauge.HEIGHT)
                at = QRectF(room.left() + self._gauge_left(line, place), chip.center().y() - high / 2, width, high)
                gauge.paint_gauge(painter, at, line.log10_deciding, ROLES[line.state], self.style)
        painter.setFont(self._font(place))
        painter.setPen(self.style.colour("ink" if place == 0 else "quiet"))
        painter.drawText(QRectF(left, room.top(), room.right() - self._margin - left, room.height()), _WRAPPED, line.sentence)
