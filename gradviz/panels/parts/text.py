"""Lines of plain text: a title, a line shared by two texts, a sentence in an empty plot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import floor

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QGraphicsSceneResizeEvent, QSizePolicy

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
    """A text on a line that is shared."""

    line: SharedLine
    text: str = ""

    def write(self, text: str) -> None:
        """Show a text."""
        if text != self.text:
            self.text = text
            self.line.update()


class SharedLine(pg.GraphicsWidget):
    """A text on the left and one on the right; where both do not fit, the right one has precedence.

    The right one is set smaller before it is cut. The left one loses clauses from its end until it fits, a little smaller at
    most; the first clause is set as small as need be, and where it does not fit even so, nothing is shown: half of it says nothing.
    """

    SMALLEST, LEGIBLE = 0.75, 0.9

    def __init__(self, size: float, left_role: str, right_role: str) -> None:
        super().__init__()
        self._size, self._left_role, self._right_role = size, left_role, right_role
        self._style: Style | None = None
        self.left, self.right = Words(self), Words(self)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def restyle(self, style: Style) -> None:
        """Take colour and size."""
        self._style = style
        self.setFixedHeight(QFontMetricsF(style.font(self._size)).height())
        self.update()

    def paint(self, painter: QPainter, *_options: object) -> None:
        if self._style is None:
            return
        gap = self._style.px(self._size)
        used = self._paint_text(painter, self.right.text, self._right_role, self.width(), right=True)
        room = self.width() - (used + gap if used else 0)
        advance = QFontMetricsF(self._style.font(self._size)).horizontalAdvance
        text = first_clauses(self.left.text, lambda text: self.LEGIBLE * advance(text) <= room)
        if room >= self.SMALLEST * advance(text):
            self._paint_text(painter, text, self._left_role, room, right=False)

    def _paint_text(self, painter: QPainter, text: str, role: str, room: float, *, right: bool) -> float:
        """Paint a text at one end and return how much room it took."""
        assert self._style is not None
        if not text or room <= 0:
            return 0.0
        font = self._style.font(self._size)
        wanted = QFontMetricsF(font).horizontalAdvance(text)
        if wanted > room:
            font.setPixelSize(max(1, floor(font.pixelSize() * max(self.SMALLEST, room / wanted))))
        painter.setFont(font)
        painter.setPen(self._style.colour(role))
        metrics = QFontMetricsF(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        place = QRectF(self.width() - room if right else 0.0, 0.0, room, self.height())
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(place, side | Qt.AlignmentFlag.AlignVCenter, shown)
        return metrics.horizontalAdvance(shown)


BETWEEN_CLAUSES = ("; ", ", ", ". ")
"""In Korean, a full stop is what a semicolon is in English."""


def first_clauses(text: str, fits: Callable[[str], bool]) -> str:
    """Return a text without the clauses at its end that do not fit; its first clause at least."""
    while not fits(text) and (end := max(map(text.rfind, BETWEEN_CLAUSES))) > 0:
        text = text[:end]
    return text


class TextLine(pg.GraphicsWidget):
    """Plain text across a panel; where it does not fit it is set smaller, then on two lines, then cut with an ellipsis."""

    SMALLEST, MOST_LINES = 0.75, 2

    def __init__(self, size: float, role: str, *, bold: bool = False) -> None:
        super().__init__()
        self._size, self._role, self._bold = size, role, bold
        self._style: Style | None = None
        self.text = ""
        self._lines: list[str] = []
        self._font = QFont()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def is_cut(self) -> bool:
        """Whether not all of the text is shown."""
        return "".join(self._lines).replace(" ", "") != self.text.replace(" ", "")

    def restyle(self, style: Style) -> None:
        """Take colour and size."""
        self._style = style
        self._set()

    def write(self, text: str) -> None:
        """Show a text."""
        if text != self.text:
            self.text = text
            self._set()

    def resizeEvent(self, event: QGraphicsSceneResizeEvent) -> None:
        if event.newSize().width() != event.oldSize().width():
            self._set()

    def _set(self) -> None:
        """Choose the size and break the lines to fit the width."""
        if self._style is None:
            return
        font = self._style.font(self._size, bold=self._bold)
        line_height, room = QFontMetricsF(font).height(), self.width()
        wanted = QFontMetricsF(font).horizontalAdvance(self.text)
        lines = [self.text]
        if wanted > room > 0:
            least = max(1, floor(font.pixelSize() * self.SMALLEST))
            font.setPixelSize(max(least, floor(font.pixelSize() * room / wanted)))
            if QFontMetricsF(font).horizontalAdvance(self.text) > room:
                lines = _broken(self.text, QFontMetricsF(font), room, self.MOST_LINES)
        self._font, self._lines = font, lines
        height = line_height if len(lines) == 1 else len(lines) * QFontMetricsF(font).height()
        if height != self.minimumHeight():
            self.setFixedHeight(height)
        self.update()

    def paint(self, painter: QPainter, *_options: object) -> None:
        if self._style is None or not self.text:
            return
        painter.setFont(self._font)
        painter.setPen(self._style.colour(self._role))
        height = self.height() / len(self._lines)
        for place, line in enumerate(self._lines):
            room = QRectF(0, place * height, self.width(), height)
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, line)


def _broken(text: str, metrics: QFontMetricsF, room: float, most: int) -> list[str]:
    """Return a text as lines that fit, broken at spaces; the last one cut where there would be more."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if metrics.horizontalAdvance(longer) <= room or not lines[-1] or len(lines) == most:
            lines[-1] = longer
        else:
            lines.append(word)
    return [metrics.elidedText(line, Qt.TextElideMode.ElideRight, room) for line in lines]
