"""The window: where things are, and who tells whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QActionGroup, QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QMenu, QMessageBox, QProgressBar, QVBoxLayout, QWidget

from gradviz import __version__, streams
from gradviz.app.board.arrangement import Arrangement
from gradviz.app.board.board import Board
from gradviz.app.board.headline_bar import HeadlineBar
from gradviz.app.controls import Controls
from gradviz.app.files import Files
from gradviz.app.lecture.card_sheet import Cards
from gradviz.app.lecture.lecture import Lecture
from gradviz.app.lecture.lesson_bar import LessonBar
from gradviz.app.lecture.lesson_player import LessonPlayer
from gradviz.app.lecture.presenter import Presenter
from gradviz.app.look import Look
from gradviz.app.parts.actions import ACTIONS, fill_menus, keys_text, make_actions, translate_actions
from gradviz.app.parts.notices import Banner, LongRunQuestion
from gradviz.app.parts.palette import Command, Palette
from gradviz.app.parts.sheet import ShortcutSheet
from gradviz.app.parts.transport_bar import TransportBar
from gradviz.app.session.session import Session
from gradviz.core.choices.errors import ExperimentError
from gradviz.core.runs.scene import Scene
from gradviz.core.spec import KNOBS
from gradviz.i18n import LANGUAGES, _, language
from gradviz.panels.layouts import panels_in
from gradviz.panels.parts.style import Style
from gradviz.panels.parts.themes import THEMES
from gradviz.starting_points import STARTING_POINTS, StartingPoint

OPENING_SIZE = (1280, 800)
LEAST_SIZE = (900, 560)


KEEP_AFTER_MS = 1500
"""How long after a change it is written to the settings."""

FINISH_WITHIN = 1.0
"""Seconds that pictures may take which are still being made when the window is closed."""


class Window(QMainWindow):
    """Controls on the left, the board on the right, the transport below."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.look = Look(self, session.settings)
        self.actions_ = make_actions(self)
        self.menus = fill_menus(self, self.actions_)
        self.menus_of_choices: dict[str, QMenu] = {}
        self._themes = self._choices("theme", {name: theme.title for name, theme in THEMES.items()}, self.look.set_theme)
        self._languages = self._choices("language", LANGUAGES, self.look.set_language)
        self._lay_out()
        self.arrangement = Arrangement(self.board)
        self.presenter = Presenter(self, self.board, self.player, self.actions_, self.look.style_)
        self.lecture = Lecture(session, self.board, self.arrangement, self.presenter, self.actions_)
        self.cards = Cards(self, session, self.look.style_)
        self.files = Files(self, session, self.board, self.look, self.lecture)
        self.recent_menu = QMenu(self)
        self._fill_menus()
        self._connect()
        self.setAcceptDrops(True)
        self.resize(self._size_on_screen())
        self.look.restyle()
        self._retranslate()

    # --- making ---

    def _size_on_screen(self) -> QSize:
        """Return the size of the last time, as far as this screen has room for it."""
        wanted = QSize(*(self.session.settings.window_size or OPENING_SIZE))
        return wanted.boundedTo(self.screen().availableSize()).expandedTo(QSize(*LEAST_SIZE))

    def _lay_out(self) -> None:
        session, self.player = self.session, LessonPlayer()
        self.controls, self.board = Controls(session.store), Board(self.look.style_, session.settings.layout)
        self.headline, self.banner, self.question = (
            HeadlineBar(self.look.style_, self.actions_["helps"]),
            Banner(),
            LongRunQuestion(),
        )
        self.bar, self.lesson_bar = TransportBar(session.transport, self.actions_), LessonBar(self.player, self.actions_)
        self.progress = _thin_progress()
        self._right, self._middle, self._below = QVBoxLayout(), QHBoxLayout(), QHBoxLayout()
        for widget in (self.banner, self.question, self.progress, self.headline, self.board):
            self._right.addWidget(widget, 1 if widget is self.board else 0)
        self._middle.addWidget(self.controls)
        self._middle.addLayout(self._right, 1)
        central = QWidget()
        self._rows = QVBoxLayout(central)
        self._rows.addWidget(self.lesson_bar)
        self._rows.addLayout(self._middle, 1)
        self._rows.addLayout(self._below)
        self._rows.addWidget(self.bar)
        for layout in (self._right, self._middle, self._below, self._rows):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        self.setCentralWidget(central)
        self.setMinimumSize(*LEAST_SIZE)

    def _fill_menus(self) -> None:
        view = self.menus["view"]
        first = view.actions()[0]
        for menu in (self.arrangement.layouts_menu, self.arrangement.panels_menu):
            view.insertMenu(first, menu)
        view.insertSeparator(first)
        first = self.menus["lesson"].actions()[0]
        for menu in (self.lecture.menu, self.cards.menu):
            self.menus["lesson"].insertMenu(first, menu)
        self.menus["file"].insertMenu(self.actions_["save"], self.recent_menu)
        self.recent_menu.aboutToShow.connect(self._fill_recent)
        self._fill_recent()

    def _fill_recent(self) -> None:
        self.recent_menu.clear()
        for path in self.session.settings.recent:
            # An & in a name would be taken for a key.
            self.recent_menu.addAction(path.replace("&", "&&"), partial(self.files.open_file, path))
        self.recent_menu.setEnabled(bool(self.session.settings.recent))

    def _connect(self) -> None:
        session, history = self.session, self.session.store.history
        session.scene_changed.connect(self._on_scene)
        session.reference_changed.connect(self._show_states)
        session.complained.connect(self.banner.say)
        session.went_well.connect(self.banner.run_went_well)
        session.progressed.connect(self._on_progressed)
        session.long_run_asked.connect(self.question.ask)
        session.transport.changed.connect(self._show_states)
        self.question.agreed.connect(session.run_long)
        self.question.declined.connect(session.leave_long)
        self.board.layer_clicked.connect(session.transport.look_at)
        self.board.asked.connect(session.asks)
        self.board.change_asked.connect(session.change)
        self.controls.tiles.asked.connect(session.asks)
        self.controls.tiles.chosen.connect(self._start_from)
        self.controls.refused.connect(self._on_edit_refused)
        self.board.maximised.connect(self._show_states)
        self.arrangement.changed.connect(self._show_states)
        self.arrangement.copy_asked.connect(self.files.copy_picture)
        self.presenter.enlarged.connect(self.look.set_growth)
        self.presenter.controls_chosen.connect(self.controls.show_only)
        self.presenter.lesson_presented.connect(self._set_lesson_presented)
        self.look.restyled.connect(self._restyle)
        self.look.retranslated.connect(self._retranslate)
        self.files.recent_changed.connect(self._fill_recent)
        for changed in (history.canUndoChanged, history.canRedoChanged, history.undoTextChanged, history.redoTextChanged):
            changed.connect(self._show_states)
        # Within seconds of a change, so that the next start has it whatever ends this one.
        self._keeping = QTimer(self, interval=KEEP_AFTER_MS, singleShot=True)
        self._keeping.timeout.connect(self._remember)
        for changed in (session.store.changed, session.reference_changed, session.went_well, self.arrangement.changed):
            changed.connect(lambda *_what: self._keeping.start())
        self._resized = QTimer(self, interval=40, singleShot=True)
        self._resized.timeout.connect(self.look.restyle_if_needed)

    def _set_lesson_presented(self, on: bool) -> None:
        """Give the picture the whole width and what the text leaves of the height: headline, controls and time lie in one line below it."""
        if on:
            for widget, share in ((self.headline, 3), (self.controls, 0), (self.bar, 2)):
                self._below.addWidget(widget, share)
        else:
            self._rows.addWidget(self.bar)
            self._right.insertWidget(self._right.indexOf(self.board), self.headline)
            self._middle.insertWidget(0, self.controls)
        self.headline.set_compact(on)
        self.controls.set_lying(on)
        self.bar.set_small(on)

    def _choices(self, name: str, titles: dict[str, str], choose: Callable[[str], None]) -> QActionGroup:
        """Add a submenu to View of which one entry is chosen."""
        menu = self.menus["view"].addMenu("")
        group = QActionGroup(self)
        for key, title in titles.items():
            action = menu.addAction(title)
            action.setCheckable(True)
            action.setData((key, title))
            group.addAction(action)
        group.triggered.connect(lambda action: choose(action.data()[0]))
        self.menus_of_choices[name] = menu
        return group

    # --- what the session says ---

    def _on_scene(self, scene: Scene) -> None:
        self.board.draw(scene)
        self.headline.show_scene(scene)
        self.controls.show_reading(scene.frame)
        self.controls.tiles.show_scene(scene)

    def _on_edit_refused(self, error: ExperimentError) -> None:
        self.session.complain(_("The last picture stays."), error, about_a_run=True)

    def _on_progressed(self, share: float) -> None:
        self.progress.setVisible(share >= 0)
        self.progress.setValue(round(1000 * max(share, 0)))

    def _show_states(self) -> None:
        """Show in the menus what can be done, what is on, and what would be undone."""
        history, actions = self.session.store.history, self.actions_
        for key, text, can in (
            ("undo", history.undoText(), history.canUndo()),
            ("redo", history.redoText(), history.canRedo()),
        ):
            actions[key].setText(f"{_(ACTIONS[key].text)}: {text}" if text else _(ACTIONS[key].text))
            actions[key].setEnabled(can)
        actions["loop"].setChecked(self.session.transport.loops)
        actions["pin"].setChecked(self.session.reference is not None)
        actions["swap"].setEnabled(self.session.reference is not None)
        actions["helps"].setChecked("helps" in panels_in(self.board.layout_))
        self.lecture.show_states()
        self.presenter.show_states()

    # --- language, colours, sizes ---

    def _restyle(self, style: Style) -> None:
        parts = (self.controls, self.board, self.headline, self.banner, self.question, self.bar, self.lesson_bar)
        for part in (*parts, self.presenter, self.cards):
            part.restyle(style)
        for action in self._themes.actions():
            action.setChecked(action.data()[0] == self.session.settings.theme)

    def _retranslate(self) -> None:
        self.setWindowTitle("gradviz")
        translate_actions(self.actions_, self.menus)
        self.recent_menu.setTitle(_("Open recent"))
        for name, title in (("theme", _("Colours")), ("language", _("Language"))):
            self.menus_of_choices[name].setTitle(title)
        for action in self._themes.actions():
            action.setText(_(action.data()[1]))
        for action in self._languages.actions():
            action.setChecked(action.data()[0] == language())
        self._show_states()
        parts = (self.controls, self.board, self.headline, self.banner, self.question, self.bar, self.arrangement)
        for part in (*parts, self.lesson_bar, self.lecture, self.cards, self.presenter):
            part.retranslate()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._resized.start()
        self.presenter.resized()

    # --- actions that are the window's own ---

    def reset_view(self) -> None:
        """Show everything, at its usual size, with fitted axes."""
        self.arrangement.show_all()
        self.session.transport.reset()
        self.look.zoom_reset()
        self.board.fit()

    def leave(self) -> None:
        """Leave what fills the board or the screen, one after the other."""
        if self.board.maximised_key:
            self.arrangement.show_all()
        elif self.presenter.is_presenting:
            self.presenter.stop()
        else:
            self.actions_["full_screen"].setChecked(False)

    def set_full_screen(self, on: bool) -> None:
        """Fill the screen, and back."""
        if on != self.isFullScreen():
            self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        if not on:
            self.presenter.stop()
        self._show_states()

    def show_palette(self) -> None:
        """Let anything be found by a part of its name."""
        palette = Palette(self, list(self.commands()), self.look.style_)
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        palette.open()

    def commands(self) -> Iterator[Command]:
        """Yield everything that the palette offers: actions, panels, layouts, colours, languages, and the values of fields."""
        for key, action in self.actions_.items():
            if action.isEnabled() and key != "palette":
                yield Command(action.text(), keys_text(ACTIONS[key]), action.trigger)
        menus = [self.arrangement.layouts_menu, self.arrangement.panels_menu, *self.menus_of_choices.values()]
        for menu in menus:
            for action in menu.actions():
                help_text = "" if action.toolTip() == action.text() else action.toolTip()
                yield Command(f"{menu.title()}: {action.text()}", help_text, action.trigger)
        for point in STARTING_POINTS.values():
            yield Command(f"{_('Start from')}: {_(point.title)}", _(point.help), partial(self._start_from, point))
        yield from self.lecture.commands()
        yield from self.cards.commands()
        for name, knob in KNOBS.items():
            if not knob.applies(self.session.store.spec):
                continue
            yield Command(_(knob.title), _(knob.help), partial(self.controls.focus, name))
            for value, choice in (knob.choices or {}).items():
                text = f"{_(knob.title)}: {_(choice.title)}"
                yield Command(text, "", partial(self.session.store.edit, name, value))

    def _start_from(self, point: StartingPoint) -> None:
        self.session.store.replace(point.spec, _(point.title))
        self.board.fit_next()

    def reset(self) -> None:
        """Go back to the opening experiment, with axes that are fitted to it."""
        self.session.reset()
        self.board.fit_next()
        if self.session.shows(self.session.wanted):  # nothing else is to come
            self.board.fit()

    def show_shortcuts(self) -> None:
        """List every action and its keys."""
        ShortcutSheet(self, self.look.style_).open()

    def show_about(self) -> None:
        """Say what this is."""
        text = _("gradviz {version}: vanishing and exploding gradients, in a real network.\nMIT licence.")
        box = QMessageBox(self)
        box.setWindowTitle(_("About gradviz"))
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(text.format(version=__version__))
        box.addButton(_("Close"), QMessageBox.ButtonRole.AcceptRole)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    # --- what comes from outside ---

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasText():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.files.take(event.mimeData())
        event.acceptProposedAction()

    def closeEvent(self, event: QCloseEvent) -> None:
        # The event loop runs once more below, and what was asked for just before would open a dialog that nobody closes.
        for action in self.actions_.values():
            action.blockSignals(True)
        self.session.use_whole_runs()
        if not self.files.steps.finish(FINISH_WITHIN):
            streams.tell(_("a picture was not finished when the window was closed, and is not written"))
        self._keeping.stop()
        self._remember()
        self.session.settings.release_session()
        self.session.stop()
        self.presenter.stop()
        self.presenter.set_speaker(False)
        super().closeEvent(event)

    def mention_settings(self) -> None:
        """Say why this window's experiment will not be found at the next start, where that is so."""
        settings = self.session.settings
        sentences = [settings.problem] if settings.problem else []
        if not settings.holds_session():
            sentences.append(_("another window of gradviz is open: what this one shows is not remembered"))
        if sentences:
            self.session.say("\n".join(sentences))

    def _remember(self) -> None:
        """Write what is shown to the settings, where this is the window that they are about."""
        settings = self.session.settings
        if not settings.holds_session():
            return
        self.session.remember()
        size = self.normalGeometry().size() if self.isFullScreen() else self.size()
        settings.window_size = (size.width(), size.height())
        settings.layout = self.lecture.own_layout or self.board.present_layout()
        had_problem = bool(settings.problem)
        settings.write()
        if settings.problem and not had_problem:
            self.session.say(settings.problem)


def _thin_progress() -> QProgressBar:
    progress = QProgressBar()
    progress.setTextVisible(False)
    progress.setFixedHeight(3)
    progress.setRange(0, 1000)
    # It keeps its place while it is not seen, so that nothing moves when it comes.
    policy = progress.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    progress.setSizePolicy(policy)
    progress.hide()
    return progress
