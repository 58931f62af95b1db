"""What the window says in words: the verdict below the board, the banner when something went wrong, and a question."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gradviz.core.runs.scene import Scene
from gradviz.core.runs.timeline import Timeline
from gradviz.i18n import _
from gradviz.panels.parts.style import Style
from gradviz.report.verdict import backward_text, forward_text, lines, output_text, scale_text
from gradviz.report.words import difference_text, duration_text


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
        self._scene: Scene | None = None
        self._rows = QVBoxLayout(self)
        for label in self.labels.values():
            self._rows.addWidget(label)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def show_scene(self, scene: Scene) -> None:
        """Say what becomes of both signals, where it is another run than before, or compared with another one."""
        before, self._scene = self._scene, scene
        if before is None or (scene.frame, scene.run, scene.reference) != (before.frame, before.run, before.reference):
            self._write(scene)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        if self._scene is not None:
            self._write(self._scene)

    def _write(self, scene: Scene) -> None:
        run, reference, verdict = scene.run, scene.reference, scene.frame.verdict
        difference = ""
        if reference is not None:
            difference = _("Pinned reference → now: {difference}").format(difference=difference_text(run.spec, reference.spec))
            difference += _preview_note(reference, _("(pinned run: over the first {examples} of {batch} examples)"))
        texts = {
            "backward": backward_text(verdict) + _preview_note(run, _("(over the first {examples} of {batch} examples)")),
            "forward": forward_text(verdict),
            "difference": difference,
        }
        for key, text in texts.items():
            self.labels[key].setText(text)
        self.labels["forward"].setVisible(len(lines(verdict)) > 1)  # of one layer both lines would be the same
        self.setToolTip(" ".join(filter(None, (scale_text(), output_text(verdict)))))
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


def _preview_note(run: Timeline, text: str) -> str:
    """Return the text that marks a run as measured over the first examples only, or nothing where it is whole."""
    if not run.is_preview:
        return ""
    return "   " + text.format(examples=run.nearest(0).spec.batch, batch=run.spec.batch)


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
