"""What the window says in words: the verdict below the board, and the banner when something went wrong."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gradviz.core.frame import Frame
from gradviz.i18n import _
from gradviz.panels.parts.style import Style
from gradviz.report.words import difference_text


def _plain_label() -> QLabel:
    label = QLabel()
    # Text may come from outside, and Qt would take it for HTML.
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label


class VerdictBar(QWidget):
    """One sentence on the gradient, one on the signal, and what differs from the pinned reference."""

    def __init__(self) -> None:
        super().__init__()
        self.labels = {key: _plain_label() for key in ("backward", "forward", "difference")}
        self._rows = QVBoxLayout(self)
        for label in self.labels.values():
            self._rows.addWidget(label)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Say what becomes of both signals."""
        difference = ""
        if reference is not None:
            difference = _("Pinned reference → now: {difference}").format(difference=difference_text(frame.spec, reference.spec))
        texts = {"backward": frame.verdict.backward_text(), "forward": frame.verdict.forward_text(), "difference": difference}
        for key, text in texts.items():
            self.labels[key].setText(text)
        self.setToolTip(frame.verdict.threshold_text())
        self.labels["difference"].setVisible(bool(difference))

    def restyle(self, style: Style) -> None:
        """Take colours and sizes."""
        margin = round(style.px(14))
        self._rows.setContentsMargins(margin, round(style.px(6)), margin, round(style.px(4)))
        self._rows.setSpacing(round(style.px(1)))
        for key, role in (("backward", "backward"), ("forward", "forward"), ("difference", "reference")):
            palette = self.palette()
            palette.setColor(self.foregroundRole(), style.colour(role))
            self.labels[key].setPalette(palette)
            self.labels[key].setFont(style.font(16, bold=key != "difference"))


class Banner(QWidget):
    """What happened and what to do; the program goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.label = _plain_label()
        self.button = QToolButton()
        self.button.setText("✕")
        self.button.setAutoRaise(True)
        self.button.clicked.connect(self.hide)
        self._about_a_run = False
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.label, 1)
        self._row.addWidget(self.button)
        self.setAutoFillBackground(True)
        self.hide()

    def say(self, text: str, *, until_a_run_ends_well: bool = False) -> None:
        """Show a text until it is closed, or until `run_ended_well` where it was about a run."""
        self._about_a_run = until_a_run_ends_well
        self.label.setText(text)
        self.show()

    def run_ended_well(self) -> None:
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
