"""The answers to a question as large buttons, which count votes; revealed, the right one is marked."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFontMetricsF, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QPushButton, QSizePolicy, QWidget

from gradviz.app.lecture.lesson_player import LessonPlayer
from gradviz.i18n import _
from gradviz.lessons.files.lesson_file import MOST_CHOICES
from gradviz.lessons.lesson import Question
from gradviz.panels.parts.style import Style

POINTS = 15.0
"""The size of the type in pixels at scale 1."""


class AnswerButtons(QWidget):
    """Beside one another where there is room, else below one another. A click or the key of its number counts a vote."""

    def __init__(self, player: LessonPlayer) -> None:
        super().__init__()
        self._player = player
        self._style: Style | None = None
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self.buttons = [QPushButton() for _place in range(MOST_CHOICES)]
        self._keys = [QShortcut(QKeySequence(str(place + 1)), self) for place in range(MOST_CHOICES)]
        for place, (button, key) in enumerate(zip(self.buttons, self._keys, strict=True)):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the clicker's keys go to the lesson
            for voted in (button.clicked, key.activated):
                voted.connect(lambda *_state, place=place: self._player.vote(place + 1))
            self._row.addWidget(button)
        self._row.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def refresh(self) -> None:
        """Show the question of now, as far as it has come."""
        step = self._player.step
        question = None if step is None or self._player.offered is not None else step.question
        self.setVisible(question is not None)
        for place, (button, key) in enumerate(zip(self.buttons, self._keys, strict=True)):
            is_there = question is not None and place < len(question.choices)
            button.setVisible(is_there)
            key.setEnabled(is_there and self._player.asks)
            if question is not None and is_there:
                self._show(button, question, place + 1)
        self._turn()

    def _show(self, button: QPushButton, question: Question, number: int) -> None:
        asks, votes = self._player.asks, self._player.votes[number - 1]
        is_right = not asks and number == question.answer
        mark = "✓ " if is_right else ""
        counted = f"   ({votes})" if any(self._player.votes) else ""
        text = f"{mark}{'ABCDEFGH'[number - 1]}   {question.choices[number - 1]}{counted}"
        button.setText(text.replace("&", "&&"))
        button.setEnabled(asks)
        button.setToolTip(_("Click, or press {number}, for each hand that is raised.").format(number=number) if asks else "")
        if self._style is not None:
            button.setFont(self._style.font(POINTS, bold=is_right))
            button.setStyleSheet(self._sheet(is_right))

    def _sheet(self, is_right: bool) -> str:
        assert self._style is not None
        theme, px = self._style.theme, self._style.px
        ground, ink, line = (theme.holds, theme.on_state, theme.holds) if is_right else (theme.raised, theme.ink, theme.grid)
        return (
            f"QPushButton {{ background: {ground}; color: {ink}; border: {px(1.2):.0f}px solid {line}; text-align: left;"
            f" border-radius: {px(6):.0f}px; padding: {px(5):.0f}px {px(12):.0f}px; }}"
            f"QPushButton:hover:enabled {{ border-color: {theme.forward}; }}"
        )

    def restyle(self, style: Style) -> None:
        """Take colours and sizes."""
        self._style = style
        self._row.setSpacing(round(style.px(8)))
        self.refresh()

    def _turn(self) -> None:
        """Put the buttons beside one another where there is room."""
        if self._style is None:
            return
        there = [button for button in self.buttons if not button.isHidden()]
        padding = self._style.px(30)
        wide = sum(QFontMetricsF(button.font()).horizontalAdvance(button.text()) + padding for button in there)
        beside = wide + self._style.px(8) * len(there) <= self.width()
        self._row.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._turn()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._turn()
