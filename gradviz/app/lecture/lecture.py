"""The lecture: a lesson's steps on the window, and the menu of lessons."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from gradviz.app.board.arrangement import Arrangement
from gradviz.app.board.board import Board
from gradviz.app.lecture.lesson_player import LessonPlayer
from gradviz.app.lecture.presenter import Presenter
from gradviz.app.parts.palette import Command
from gradviz.app.session.session import Session
from gradviz.core.choices.errors import ExperimentError
from gradviz.core.runs.request import Run
from gradviz.core.runs.timeline import Timeline
from gradviz.i18n import _
from gradviz.lessons.files.shelf import lesson_named, lessons
from gradviz.lessons.lesson import Lesson, LessonStep
from gradviz.panels.layouts import Layout, layout_of

LESSON_ACTIONS = ("lesson_next", "lesson_back", "lesson_reveal", "lesson_close")


class Lecture(QObject):
    """Shows a lesson's steps: experiment, reference and panels, and the wave when the picture is there."""

    def __init__(
        self, session: Session, board: Board, arrangement: Arrangement, presenter: Presenter, actions: dict[str, QAction]
    ) -> None:
        super().__init__(board)
        self._session, self._board, self._arrangement = session, board, arrangement
        self._presenter, self._actions = presenter, actions
        self.player: LessonPlayer = presenter.player
        self.menu = QMenu(board)
        self.menu.aboutToShow.connect(self._fill_menu)
        self.own_layout: Layout | None = None
        """What was on the board before the lesson, to be given back."""
        self._awaited: tuple[LessonStep, Run] | None = None
        """The step whose picture is not there yet, and its run; only then does anything happen here when a run arrives."""
        self._pictured: LessonStep | None = None
        """The step that was brought to the panels last."""
        # After the step's words have been painted: the room sees at once that something happens.
        self._showing = QTimer(self, interval=0, singleShot=True)
        self._showing.timeout.connect(self._show)
        self.player.changed.connect(self._on_changed)

    def open_lesson(self, name: str, place: int = 0) -> bool:
        """Begin the lesson of a name or of a file; where there is none, say so and change nothing. Return whether there was."""
        try:
            self.begin(lesson_named(name), place)
        except ExperimentError as error:
            self._session.complain(_("Nothing was opened."), error)
            return False
        return True

    def begin(self, lesson: Lesson, place: int = 0) -> None:
        """Begin a lesson."""
        if self.player.lesson is None:
            self.own_layout = self._board.present_layout()
        self._pictured = None
        self.player.open(lesson, place)
        pictured = self.player.pictured
        if pictured is not None and not pictured.board:  # the steps before it, which are not shown, have one
            board = layout_of(lesson.board_at(lesson.steps.index(pictured)))
            if board is not None:
                self._arrangement.use(board)

    def next(self) -> None:
        """Reveal the answer, or go to the next step; at the end offer the next lesson, then begin it; without a lesson, the first."""
        self._presenter.uncover()
        player = self.player
        if player.lesson is None:
            self.open_lesson("1")
        elif player.offered is not None:
            self.begin(player.offered)
        elif player.is_at_end and (following := self._following(player.lesson)) is not None:
            player.offer(following)
        else:
            player.next()

    def _following(self, lesson: Lesson) -> Lesson | None:
        """Return the lesson after one of those that come with the program."""
        all_ = self._lessons()
        place = next((place for place, each in enumerate(all_, 1) if each.key == lesson.key), len(all_))
        return all_[place] if place < len(all_) else None

    def back(self) -> None:
        """Go to the step before."""
        self._presenter.uncover()
        self.player.back()

    def _fill_menu(self) -> None:
        self.menu.clear()
        for number, lesson in enumerate(self._lessons(), 1):
            title = str(lesson.title).replace("&", "&&")
            action = self.menu.addAction(f"{number}. {title}", partial(self.begin, lesson))
            action.setToolTip(str(lesson.summary))

    def commands(self) -> Iterator[Command]:
        """Yield the lessons, for the palette."""
        for lesson in self._lessons():
            yield Command(f"{self.menu.title()}: {lesson.title}", str(lesson.summary), partial(self.begin, lesson))

    def _lessons(self) -> tuple[Lesson, ...]:
        try:
            return lessons()
        except ExperimentError as error:
            self._session.complain(_("Nothing was opened."), error)
            return ()

    def _on_changed(self) -> None:
        self.show_states()
        if self.player.step is None:
            self._await(None)
            self._pictured = None
            if self.own_layout is not None:
                self._arrangement.use(self.own_layout)
                self.own_layout = None
        elif not self._asks_over_what_is_there():
            self._showing.start()

    def _asks_over_what_is_there(self) -> bool:
        """Whether a question is asked over the panels of the step before, as they have been left."""
        return self.player.asks and self.player.pictured in (None, self._pictured)

    def _show(self) -> None:
        """Bring the window to the step: panels, experiment, reference; the wave runs when the picture is there."""
        step = self.player.pictured
        if step is None or self._asks_over_what_is_there():
            return
        self._pictured = step
        layout = layout_of(step.board)
        if layout is not None and [row.panels for row in layout] != [row.panels for row in self._board.layout_]:
            self._arrangement.use(layout)
        self._arrangement.show_all()
        self._session.compare(step.spec, step.reference, str(step.title))
        if self._session.shows(self._session.wanted):
            self._await(None)
            self._play(step)
        else:
            self._await((step, self._session.wanted))

    def _await(self, awaited: tuple[LessonStep, Run] | None) -> None:
        if (awaited is None) is not (self._awaited is None):
            arrived = self._session.run_arrived
            (arrived.disconnect if awaited is None else arrived.connect)(self._on_run)
        self._awaited = awaited

    def _on_run(self, request: Run, run: Timeline) -> None:
        if self._awaited is None or request != self._awaited[1]:
            return
        step, _run = self._awaited
        self._await(None)
        if self._session.wanted == request:  # else the hand has moved on since
            self._play(step)

    def _play(self, step: LessonStep) -> None:
        if step.play and not self.player.asks:
            self._session.transport.play_part(step.play)
        else:
            self._session.transport.to_end()

    def show_states(self) -> None:
        """Show in the menus what can be done."""
        actions, player = self._actions, self.player
        # Those for next and back stay on at the ends: a key that is off goes to whatever has the keyboard, and moves its slider.
        for key in LESSON_ACTIONS:
            actions[key].setEnabled(player.lesson is not None)
        actions["lesson_next"].setEnabled(player.lesson is not None or self._presenter.is_presenting)
        actions["lesson_reveal"].setEnabled(player.asks)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.menu.setTitle(_("Open lesson"))
