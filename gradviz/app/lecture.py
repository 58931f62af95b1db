"""The lecture: a lesson's steps on the window, the menu of lessons, and presenting to a room."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QMenu, QWidget

from gradviz.app.card_sheet import CardSheet
from gradviz.app.lesson_player import LessonPlayer
from gradviz.app.palette import Command
from gradviz.app.speaker import SpeakerView
from gradviz.core.card import CARDS, Card
from gradviz.core.errors import ExperimentError
from gradviz.core.frame import Frame
from gradviz.core.lesson import Lesson, Step
from gradviz.i18n import _
from gradviz.lessons import lesson_named, lessons
from gradviz.panels.layouts import Layout, layout_of
from gradviz.panels.style import Style

if TYPE_CHECKING:
    from gradviz.app.window import Window

PRESENTED = 1.25
"""By how much type and lines grow while presenting."""

LESSON_ACTIONS = ("lesson_next", "lesson_back", "lesson_reveal", "lesson_close")


class Lecture(QObject):
    """Shows a lesson's steps on a window."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self.player = window, LessonPlayer()
        self.menu = QMenu(window)
        self.menu.aboutToShow.connect(self._fill_menu)
        self.cards_menu = QMenu(window)
        self.cards_menu.aboutToShow.connect(self._fill_cards)
        self._sheet: CardSheet | None = None
        self.is_presenting = self._was_full = False
        self.own_layout: Layout | None = None
        """What was on the board before the lesson, to be given back."""
        self._awaited: Step | None = None
        self._cover = QWidget(window)
        self._cover.setAutoFillBackground(True)
        self._cover.hide()
        self._speaker: SpeakerView | None = None
        # After the step's words have been painted: the room sees at once that something happens.
        self._showing = QTimer(self, interval=0, singleShot=True)
        self._showing.timeout.connect(self._show)
        self.player.changed.connect(self._on_changed)

    # --- lessons ---

    def open_lesson(self, name: str, place: int = 0) -> bool:
        """Begin the lesson of a name or of a file; where there is none, say so and change nothing. Return whether there was."""
        try:
            self.begin(lesson_named(name), place)
        except ExperimentError as error:
            self._window.complain(_("Nothing was opened."), error)
            return False
        return True

    def begin(self, lesson: Lesson, place: int = 0) -> None:
        """Begin a lesson."""
        if self.player.lesson is None:
            self.own_layout = self._window.board.present_layout()
        self.player.open(lesson, place)

    def next(self) -> None:
        """Reveal the answer, or go to the next step."""
        self.uncover()
        if self.player.lesson is None:
            self.open_lesson("1")
        else:
            self.player.next()

    def back(self) -> None:
        """Go to the step before."""
        self.uncover()
        self.player.back()

    def _fill_menu(self) -> None:
        self.menu.clear()
        for number, lesson in enumerate(self._lessons(), 1):
            title = str(lesson.title).replace("&", "&&")
            action = self.menu.addAction(f"{number}. {title}", partial(self.begin, lesson))
            action.setToolTip(str(lesson.summary))

    def commands(self) -> Iterator[Command]:
        """Yield the lessons and the published experiments, for the palette."""
        for lesson in self._lessons():
            yield Command(f"{self.menu.title()}: {lesson.title}", str(lesson.summary), partial(self.begin, lesson))
        for card in CARDS.values():
            yield Command(f"{self.cards_menu.title()}: {_(card.title)}", "", partial(self.open_card, card))

    def _lessons(self) -> tuple[Lesson, ...]:
        try:
            return lessons()
        except ExperimentError as error:
            self._window.complain(_("Nothing was opened."), error)
            return ()

    def _fill_cards(self) -> None:
        self.cards_menu.clear()
        for card in CARDS.values():
            self.cards_menu.addAction(_(card.title).replace("&", "&&"), partial(self.open_card, card))

    def open_card(self, card: Card) -> None:
        """Set up a published experiment, and show its figures beside what comes out."""
        if self._sheet is not None:
            self._sheet.destroyed.disconnect(self._forget_sheet)
            self._sheet.close()
        window = self._window
        self._sheet = CardSheet(window, card, window.look.style_)
        self._sheet.destroyed.connect(self._forget_sheet)
        self._sheet.addActions(window.actions())
        self._sheet.show()
        window.store.replace(card.spec, _(card.title))
        if window.frame is not None:
            self._sheet.show_frame(window.frame)

    def _forget_sheet(self) -> None:
        self._sheet = None

    def _on_changed(self) -> None:
        window, step = self._window, self.player.step
        self.show_states()
        window.controls.show_only(step.controls if step and self.is_presenting else ())
        if step is None:
            self.stop_presenting()
            if self.own_layout is not None:
                self._window.arrangement.use(self.own_layout)
                self.own_layout = None
        elif not self.player.asks:
            self._showing.start()

    def _show(self) -> None:
        """Bring the window to the step: panels, experiment, reference; the wave runs when the picture is there."""
        window, step = self._window, self.player.step
        if step is None or self.player.asks:
            return
        layout = layout_of(step)
        if layout is not None and [row.panels for row in layout] != [row.panels for row in window.board.layout_]:
            window.arrangement.use(layout)
        window.arrangement.show_all()
        self._awaited = step
        window.compare(step.spec, step.reference, str(step.title))
        if window.frame is not None and window.frame.spec == step.spec and window.runner.is_idle:
            self.on_frame(window.frame)

    def on_frame(self, frame: Frame) -> None:
        """Start the wave that the step asks for, once its picture is there; and fill the sheet of a published experiment."""
        if self._sheet is not None:
            self._sheet.show_frame(frame)
        step = self._awaited
        if step is not None and frame.spec == step.spec:
            self._awaited = None
            if step.play:
                self._window.transport.play_part(step.play)
            else:
                self._window.transport.to_end()

    def show_states(self) -> None:
        """Show in the menus what can be done."""
        actions, player = self._window.actions_, self.player
        # Those for next and back stay on at the ends: a key that is off goes to whatever has the keyboard, and moves its slider.
        for key in LESSON_ACTIONS:
            actions[key].setEnabled(player.lesson is not None)
        actions["lesson_next"].setEnabled(player.lesson is not None or self.is_presenting)
        actions["lesson_reveal"].setEnabled(player.asks)
        leaves = bool(self._window.board.maximised_key) or self.is_presenting or self._window.isFullScreen()
        actions["show_all"].setEnabled(leaves)
        actions["present"].setChecked(self.is_presenting)
        actions["speaker"].setChecked(self._speaker is not None)
        actions["blank"].setEnabled(self.is_presenting)

    # --- presenting ---

    def set_presenting(self, on: bool) -> None:
        """Fill the screen with the lesson, in larger type and without what it does not need; or go back."""
        (self._present if on else self.stop_presenting)()

    def _present(self) -> None:
        if self.is_presenting:
            return
        window = self._window
        self.is_presenting, self._was_full = True, window.isFullScreen()
        window.menuBar().hide()
        window.look.set_growth(PRESENTED)
        window.actions_["full_screen"].setChecked(True)
        window.controls.show_only(self.player.step.controls if self.player.step else ())
        if len(window.screen().virtualSiblings()) > 1:
            self.set_speaker(True)
        window.activateWindow()
        self.show_states()

    def stop_presenting(self) -> None:
        """Go back to the window as it was."""
        if not self.is_presenting:
            return
        window, self.is_presenting = self._window, False
        self.uncover()
        self.set_speaker(False)
        window.menuBar().show()
        window.look.set_growth(1.0)
        window.controls.show_only(())
        window.actions_["full_screen"].setChecked(self._was_full)
        self.show_states()

    def toggle_cover(self) -> None:
        """Darken the picture, so that the room looks at the lecturer; or show it again."""
        if self._cover.isVisible():
            self.uncover()
            return
        palette = self._cover.palette()
        palette.setColor(self._cover.backgroundRole(), Qt.GlobalColor.black)
        self._cover.setPalette(palette)
        self._cover.setGeometry(self._window.rect())
        self._cover.raise_()
        self._cover.show()

    def uncover(self) -> None:
        """Show the picture again."""
        self._cover.hide()

    def set_speaker(self, on: bool) -> None:
        """Open the lecturer's own window, or close it."""
        if on == (self._speaker is not None):
            return
        if on:
            self._speaker = SpeakerView(self.player, self._window)
            self._speaker.restyle(self._window.look.style_)
            self._speaker.refresh()
            self._speaker.resize(700, 500)
            self._speaker.closed.connect(self._forget_speaker)
            self._speaker.place_beside()
            self._speaker.show()
        elif self._speaker is not None:
            self._speaker.close()
        self.show_states()

    def _forget_speaker(self) -> None:
        if self._speaker is not None:
            self._speaker.deleteLater()
            self._speaker = None
            self.show_states()

    def resized(self) -> None:
        """Keep the cover as large as the window."""
        self._cover.setGeometry(self._window.rect())

    def restyle(self, style: Style) -> None:
        """Take sizes."""
        if self._speaker is not None:
            self._speaker.restyle(style)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.menu.setTitle(_("Open lesson"))
        self.cards_menu.setTitle(_("Reproduce a published experiment"))
        if self._speaker is not None:
            self._speaker.refresh()
        if self._sheet is not None:
            self.open_card(self._sheet.card)
