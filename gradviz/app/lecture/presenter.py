"""Presenting to a room: the whole screen, larger type, a screen that can be darkened, and the lecturer's own window."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QWidget

from gradviz.app.board.board import Board
from gradviz.app.lecture.lesson_player import LessonPlayer
from gradviz.app.lecture.speaker import SpeakerView
from gradviz.panels.parts.style import Style

PRESENTED = 1.25
"""By how much type and lines grow while presenting."""


class Presenter(QObject):
    """Presents what a window shows, with a lesson or without."""

    enlarged = Signal(float)
    """By how much type and lines are to grow."""
    controls_chosen = Signal(object)
    """The names of the only controls that are to be seen; none: all."""
    lesson_presented = Signal(bool)
    """Whether a lesson is presented, whose text comes first on the screen."""

    def __init__(
        self, window: QMainWindow, board: Board, player: LessonPlayer, actions: dict[str, QAction], style: Style
    ) -> None:
        super().__init__(window)
        self._window, self._board, self.player, self._actions, self._style = window, board, player, actions, style
        self.is_presenting = self._was_full = False
        self.speaker: SpeakerView | None = None
        self.cover = QWidget(window)
        self.cover.setAutoFillBackground(True)
        palette = self.cover.palette()
        palette.setColor(self.cover.backgroundRole(), Qt.GlobalColor.black)
        self.cover.setPalette(palette)
        self.cover.hide()
        player.changed.connect(self._on_step)

    def set_presenting(self, on: bool) -> None:
        """Fill the screen, in larger type and without what the step does not need; or go back to the window as it was."""
        if on != self.is_presenting:
            (self._begin if on else self.stop)()

    def _begin(self) -> None:
        window = self._window
        self.is_presenting, self._was_full = True, window.isFullScreen()
        window.menuBar().hide()
        self.enlarged.emit(PRESENTED)
        self._actions["full_screen"].setChecked(True)
        self._show_controls()
        if len(window.screen().virtualSiblings()) > 1:
            self.set_speaker(True)
        window.activateWindow()
        self.show_states()

    def stop(self) -> None:
        """Go back to the window as it was."""
        if not self.is_presenting:
            return
        window, self.is_presenting = self._window, False
        self.uncover()
        self.set_speaker(False)
        window.menuBar().show()
        self.enlarged.emit(1.0)
        self._show_controls()
        self._actions["full_screen"].setChecked(self._was_full)
        self.show_states()

    def _on_step(self) -> None:
        if self.player.step is None:
            self.stop()
        self._show_controls()

    def _show_controls(self) -> None:
        step = self.player.step
        self.controls_chosen.emit(step.controls if step and self.is_presenting else ())
        self.lesson_presented.emit(step is not None and self.is_presenting)

    def show_states(self) -> None:
        """Show in the menus what can be done."""
        actions = self._actions
        actions["present"].setChecked(self.is_presenting)
        actions["speaker"].setChecked(self.speaker is not None)
        actions["blank"].setEnabled(self.is_presenting)
        fills = bool(self._board.maximised_key) or self.is_presenting or self._window.isFullScreen()
        actions["show_all"].setEnabled(fills)

    # --- the screen, darkened ---

    def toggle_cover(self) -> None:
        """Darken the picture, so that the room looks at the lecturer; or show it again."""
        if self.cover.isVisible():
            self.uncover()
        else:
            self.resized()
            self.cover.raise_()
            self.cover.show()

    def uncover(self) -> None:
        """Show the picture again."""
        self.cover.hide()

    def resized(self) -> None:
        """Keep the cover as large as the window."""
        self.cover.setGeometry(self._window.rect())

    # --- the lecturer's own window ---

    def set_speaker(self, on: bool) -> None:
        """Open the lecturer's own window, or close it."""
        if on and self.speaker is None:
            self.speaker = SpeakerView(self.player, self._window)
            self.speaker.restyle(self._style)
            self.speaker.refresh()
            self.speaker.closed.connect(self._forget_speaker)
            self.speaker.place_beside()
            self.speaker.show()
        elif not on and self.speaker is not None:
            self.speaker.close()
        self.show_states()

    def _forget_speaker(self) -> None:
        if self.speaker is not None:
            self.speaker.deleteLater()
            self.speaker = None
            self.show_states()

    def restyle(self, style: Style) -> None:
        """Take sizes."""
        self._style = style
        if self.speaker is not None:
            self.speaker.restyle(style)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        if self.speaker is not None:
            self.speaker.refresh()
