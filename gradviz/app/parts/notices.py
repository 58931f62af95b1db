"""What the window says in words: the banner when something went wrong, and a question."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from gradviz.i18n import _
from gradviz.panels.parts.style import Style
from gradviz.report.words import duration_text


def _plain_label() -> QLabel:
    label = QLabel()
    # Text may come from outside, and Qt would take it for HTML.
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label


class Banner(QWidget):
    """What happened and what to do; the program goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.label = _plain_label()
        self.button = QToolButton()
        self.button.setText("×")
        self.button.setAutoRaise(True)
        self.button.clicked.connect(self.hide)
        self._about_a_run = False
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.label, 1)
        self._row.addWidget(self.button)
        self.setAutoFillBackground(True)
        self.hide()

    def say(self, text: str, is_about_a_run: bool = False) -> None:
        """Show a text until it is closed, or until `run_went_well` where it is about a run."""
        self._about_a_run = is_about_a_run
        self.label.setText(text)
        self.show()

    def run_went_well(self) -> None:
        """Take away what was said about a run."""
        if self._about_a_run:
            self.hide()

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.button.setToolTip(_("Close this message"))
        self.button.setAccessibleName(_("Close this message"))

    def restyle(self, style: Style) -> None:
        """Take colours and sizes."""
        palette = self.palette()
        palette.setColor(self.backgroundRole(), style.colour("fault"))
        palette.setColor(self.foregroundRole(), style.colour("ground"))
        for widget in (self, self.label, self.button):
            widget.setPalette(palette)
        self.label.setFont(style.font(14))


class LongRunQuestion(QWidget):
    """Asks whether to run what is expected to take long. Until it is answered the last picture stays."""

    agreed = Signal()
    declined = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.label = _plain_label()
        self.run_button, self.leave_button = QPushButton(), QPushButton()
        self.run_button.clicked.connect(self.agreed)
        self.leave_button.clicked.connect(self.declined)
        self._seconds = 0.0
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.label, 1)
        for button in (self.run_button, self.leave_button):
            self._row.addWidget(button)
        self.setAutoFillBackground(True)
        self.hide()

    def ask(self, seconds: float) -> None:
        """Ask about a run that takes so long; with 0 there is nothing to ask any more."""
        self._seconds = seconds
        self.retranslate()
        self.setVisible(seconds > 0)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.label.setText(_("This takes about {time}. Run it?").format(time=duration_text(self._seconds)))
        self.run_button.setText(_("Run"))
        self.leave_button.setText(_("Do not run"))

    def restyle(self, style: Style) -> None:
        """Take colours and sizes."""
        palette = self.palette()
        palette.setColor(self.backgroundRole(), style.colour("raised"))
        self.setPalette(palette)
        for widget in (self.label, self.run_button, self.leave_button):
            widget.setFont(style.font(14))
