"""The lecturer's own window: the note to this step, the next step, and the clock."""

from __future__ import annotations

import time

from PySide6.QtCore import QDateTime, QLocale, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gradviz.app.lecture.lesson_player import LessonPlayer
from gradviz.i18n import _, language
from gradviz.panels.parts.style import Style

SPEAKER_POINTS = {"clock": 26.0, "now": 20.0, "note": 20.0, "question": 17.0, "next": 17.0}

SPEAKER_SIZE = (700, 500)


class SpeakerView(QWidget):
    """A second window, on the screen that the audience does not see."""

    closed = Signal()

    def __init__(self, player: LessonPlayer, audience: QWidget) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self._player, self._audience = player, audience
        self.addActions(audience.actions())  # the clicker works whichever of the two windows has the keyboard
        self._began = time.monotonic()
        self.resize(*SPEAKER_SIZE)
        self.labels = {name: QLabel() for name in SPEAKER_POINTS}
        rows = QVBoxLayout(self)
        for name, label in self.labels.items():
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            rows.addWidget(label, 1 if name == "note" else 0)
        self.labels["note"].setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._ticking = QTimer(self, interval=1000)
        self._ticking.timeout.connect(self._show_clock)
        self._ticking.start()
        player.changed.connect(self.refresh)

    def place_beside(self) -> bool:
        """Move to a screen that the audience's window is not on; return whether there is one."""
        others = [screen for screen in QGuiApplication.screens() if screen is not self._audience.screen()]
        if others:
            self.setGeometry(others[0].availableGeometry().adjusted(40, 40, -40, -40))
        return bool(others)

    def refresh(self) -> None:
        """Show the step of now and the next one."""
        step, following = self._player.step, self._player.following
        self.setWindowTitle(_("Lecturer's notes"))
        answer = ""
        if step is not None and step.question is not None:
            question = step.question
            answer = _("Answer: {answer}").format(answer=question.choices[question.answer - 1])
        texts = {
            "now": str(step.title) if step else "",
            "note": str(step.note or "") if step else "",
            "question": answer,
            "next": _("Next: {title}").format(title=following.title) if following else _("This is the last step."),
        }
        for name, text in texts.items():
            self.labels[name].setText(text)
        self._show_clock()

    def restyle(self, style: Style) -> None:
        """Take sizes."""
        for name, label in self.labels.items():
            label.setFont(style.font(SPEAKER_POINTS[name], bold=name in ("clock", "now")))

    def _show_clock(self) -> None:
        minutes, seconds = divmod(int(time.monotonic() - self._began), 60)
        now = QLocale(language()).toString(QDateTime.currentDateTime().time(), QLocale.FormatType.ShortFormat)
        self.labels["clock"].setText(
            _("{time}   ·   {minutes}:{seconds:02d} since the start").format(time=now, minutes=minutes, seconds=seconds)
        )

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closed.emit()
        super().closeEvent(event)
