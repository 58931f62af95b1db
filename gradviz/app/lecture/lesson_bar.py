"""The storyboard bar: a step's title, text, formula and question, and the way through the lesson."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QPixmap, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gradviz.app.lecture.answers import AnswerButtons
from gradviz.app.lecture.lesson_player import LessonPlayer
from gradviz.core.choices.errors import shown
from gradviz.export.formula import LONGEST_SHOWN, formula_pixmap
from gradviz.i18n import _
from gradviz.lessons.lesson import LessonStep, Question
from gradviz.panels.parts.style import Style

SIGNS = {"lesson_back": "◀", "lesson_next": "▶", "lesson_close": "×"}
"""Keys of `ACTIONS` and what stands on the button."""

LESSON_POINTS = {"title": 19.0, "text": 16.0, "question": 16.0, "because": 15.0, "place": 14.0}
FORMULA_SIZE = 20.0

BESIDE = 0.4
"""The largest share of the width that a formula takes beside the text."""


class LessonBar(QWidget):
    """Hidden while there is no lesson."""

    def __init__(self, player: LessonPlayer, actions: dict[str, QAction]) -> None:
        super().__init__()
        self._player = player
        self._style: Style | None = None
        self.labels = {name: QLabel() for name in LESSON_POINTS}
        for name, label in self.labels.items():
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(name != "place")
        self.formula = QLabel()
        self.formula.setTextFormat(Qt.TextFormat.PlainText)
        self.buttons = {key: QToolButton() for key in SIGNS}
        for key, button in self.buttons.items():
            actions[key].setIconText(SIGNS[key])  # what a button without an icon shows
            button.setDefaultAction(actions[key])
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            button.setAutoRaise(True)
        self.answers = AnswerButtons(player)
        self._lay_out()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setAutoFillBackground(True)
        player.changed.connect(self.refresh)
        self.hide()

    def _lay_out(self) -> None:
        way, head, words = QHBoxLayout(), QHBoxLayout(), QBoxLayout(QBoxLayout.Direction.LeftToRight)
        around = (self.buttons["lesson_back"], self.labels["place"], self.buttons["lesson_next"], self.buttons["lesson_close"])
        for part in around:
            way.addWidget(part)
        head.addWidget(self.labels["title"], 1)
        head.addLayout(way)
        words.addWidget(self.labels["text"], 1)
        words.addWidget(self.formula, 0, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
        self._words, self._rows = words, QVBoxLayout(self)
        self._rows.addLayout(head)
        self._rows.addLayout(words)
        for widget in (self.labels["question"], self.answers, self.labels["because"]):
            self._rows.addWidget(widget)

    def refresh(self) -> None:
        """Show the step of now."""
        step, lesson = self._player.step, self._player.lesson
        self.setVisible(step is not None)
        if step is None or lesson is None or self._style is None:
            return
        asks = self._player.asks
        texts = {
            "title": str(lesson.title) if asks else f"{lesson.title} · {step.title}",
            "text": "" if asks else str(step.text),
            "question": str(step.question.text) if step.question else "",
            "because": str(step.question.because) if step.question and not asks else "",
            "place": _("{step} of {steps}").format(step=self._player.place + 1, steps=len(lesson.steps)),
        }
        if (offered := self._player.offered) is not None:
            texts |= {"title": _("Next lesson: {title}").format(title=offered.title), "text": str(offered.summary)}
            texts |= {"question": "", "because": ""}
        for name, text in texts.items():
            self.labels[name].setText(text)
            self.labels[name].setVisible(bool(text))
        self.answers.refresh()
        self._show_formula(step, self._style, hidden=asks or offered is not None)
        self.setAccessibleName(texts["title"])
        choices = choices_text(step.question, revealed=not asks) if step.question else ""
        self.setAccessibleDescription(" ".join(filter(None, (texts["text"], texts["question"], choices))))

    def _show_formula(self, step: LessonStep, style: Style, *, hidden: bool) -> None:
        latex = "" if step.formula is None or hidden else str(step.formula)
        made = formula_pixmap(latex, style.px(FORMULA_SIZE), style.theme.ink, style.ratio) if latex else QPixmap()
        if isinstance(made, str):  # of a lesson of one's own
            self.formula.setText(f"{shown(latex, LONGEST_SHOWN)}\n{made}")
        else:
            self.formula.setPixmap(made)
        self.formula.setVisible(bool(latex))
        self._place_formula()
        self.formula.setAccessibleName(latex)

    def _place_formula(self) -> None:
        """Put the formula beside the text, or under it where it would take the text's room."""
        is_beside = self.formula.sizeHint().width() <= BESIDE * self.width()
        direction = QBoxLayout.Direction.LeftToRight if is_beside else QBoxLayout.Direction.TopToBottom
        self._words.setDirection(direction)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_formula()

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.refresh()

    def restyle(self, style: Style) -> None:
        """Take colours and sizes."""
        self._style = style
        margin = round(style.px(14))
        self._rows.setContentsMargins(margin, round(style.px(4)), margin, round(style.px(6)))
        self._rows.setSpacing(round(style.px(3)))
        palette = self.palette()
        palette.setColor(self.backgroundRole(), style.colour("raised"))
        self.setPalette(palette)
        for name, label in self.labels.items():
            label.setFont(style.font(LESSON_POINTS[name], bold=name in ("title", "question")))
        for button in self.buttons.values():
            button.setFont(style.font(16))
        self.answers.restyle(style)
        self.refresh()


def choices_text(question: Question, *, revealed: bool) -> str:
    """Return the choices, lettered; revealed, with the right one marked and the reason."""
    lines = [
        f"{'✓' if revealed and number == question.answer else ' '} {'ABCDEFGH'[number - 1]}  {choice}"
        for number, choice in enumerate(question.choices, 1)
    ]
    return "\n".join([*lines, str(question.because)] if revealed else lines)
