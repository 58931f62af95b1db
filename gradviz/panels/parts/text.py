"""Lines of plain text: the header of a panel, a sentence in an empty plot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import floor

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QSizePolicy

from gradviz.panels.parts.style import Style


class Notice(pg.TextItem):
    """A sentence in the middle of a plot that has nothing else to show."""

    def __init__(self) -> None:
        super().__init__(anchor=(0.5, 0.5))
        option = self.textItem.document().defaultTextOption()
        option.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.textItem.document().setDefaultTextOption(option)
        self._fonts: list[QFont] = []
        self.hide()

    def restyle(self, style: Style) -> None:
        """Take colour and size."""
        self.setColor(style.colour("quiet"))
        self._fonts = [style.font(size) for size in (15, 12, 10)]

    def say(self, text: str, view: pg.ViewBox) -> None:
        """Show a text, broken into lines and made smaller where it must be; nothing without one."""
        self.setVisible(bool(text))
        if text:
            (left, right), (low, high) = view.viewRange()
            self.setText(text)
            for font in self._fonts:
                self.setFont(font)
                self.setTextWidth(0.9 * view.width())
                if self.textItem.boundingRect().height() <= view.height():
                    break
            self.setPos((left + right) / 2, (low + high) / 2)


@dataclass
class Words:
    """A text of a header."""

    line: HeaderLine
    text: str = ""

    def write(self, text: str) -> None:
        """Show a text."""
        if text != self.text:
            self.text = text
            self.line.update()


class HeaderLine(pg.GraphicsWidget):
    """The line above a panel: its name, what is to be seen in it, what is drawn, and on the right what is read out.

    Where there is no room, the right side is set smaller before it is cut, and the others lose clauses from their end, a little
    smaller at most. The name is always there, and set smaller where it must be.
    """

    SIZE, NAME_SIZE = 12.5, 13.5
    SMALLEST, LEGIBLE = 0.75, 0.9

    def __init__(self) -> None:
        super().__init__()
        self._style: Style | None = None
        self.name, self.finding, self.legend, self.readout = (Words(self) for _place in range(4))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def said(self) -> str:
        """What is to be seen, and what is drawn."""
        return "; ".join(words.text for words in (self.finding, self.legend) if words.text)

    @property
    def has_its_name(self) -> bool:
        """Whether there is room for the whole name, at its smallest."""
        if self._style is None:
            return False
        name = QFontMetricsF(self._style.font(self.NAME_SIZE, bold=True)).horizontalAdvance(self.name.text)
        return self.SMALLEST * name <= self.width()

    def restyle(self, style: Style) -> None:
        """Take colour and size."""
        self._style = style
        self.setFixedHeight(QFontMetricsF(style.font(self.NAME_SIZE, bold=True)).height())
        self.update()

    def paint(self, painter: QPainter, *_options: object) -> None:
        if self._style is None:
            return
        font, gap = self._style.font(self.SIZE), self._style.px(self.SIZE)
        name = self._paint_text(painter, self.name.text, self._style.font(self.NAME_SIZE, bold=True), "ink", 0.0, self.width())
        left = name + gap if name else 0.0
        read = self._paint_text(painter, self.readout.text, font, "ink", left, self.width() - left, right=True)
        room = self.width() - left - (read + gap if read else 0)
        advance = QFontMetricsF(font).horizontalAdvance
        text = first_clauses(self.said, lambda text: self.LEGIBLE * advance(text) <= room)
        if room >= self.SMALLEST * advance(text):
            self._paint_text(painter, text, font, "quiet", left, room)

    def _paint_text(
        self, painter: QPainter, text: str, font: QFont, role: str, left: float, room: float, *, right: bool = False
    ) -> float:
        """Paint a text at one end of a room and return how much it took."""
        assert self._style is not None
        if not text or room <= 0:
            return 0.0
        wanted = QFontMetricsF(font).horizontalAdvance(text)
        if wanted > room:
            font = QFont(font)
            font.setPixelSize(max(1, floor(font.pixelSize() * max(self.SMALLEST, room / wanted))))
        painter.setFont(font)
        painter.setPen(self._style.colour(role))
        metrics = QFontMetricsF(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(QRectF(left, 0.0, room, self.height()), side | Qt.AlignmentFlag.AlignVCenter, shown)
        return metrics.horizontalAdvance(shown)


BETWEEN_CLAUSES = ("; ", ", ", ". ")
"""In Korean, a full stop is what a semicolon is in English."""


def first_clauses(text: str, fits: Callable[[str], bool]) -> str:
    """Return a text without the clauses at its end that do not fit; its first clause at least."""
    while not fits(text) and (end := max(map(text.rfind, BETWEEN_CLAUSES))) > 0:
        text = text[:end]
    return text
