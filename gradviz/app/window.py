"""The window: where things are, and who tells whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QActionGroup, QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QMenu, QMessageBox, QProgressBar, QVBoxLayout, QWidget

from gradviz import __version__
from gradviz.app.actions import ACTIONS, fill_menus, keys_text, make_actions, translate_actions
from gradviz.app.board.arrangement import Arrangement
from gradviz.app.board.board import Board
from gradviz.app.controls import Controls
from gradviz.app.files import Files
from gradviz.app.lecture.card_sheet import Cards
from gradviz.app.lecture.lecture import Lecture
from gradviz.app.lecture.lesson_bar import LessonBar
from gradviz.app.lecture.presenter import Presenter
from gradviz.app.look import Look
from gradviz.app.parts.notices import Banner, VerdictBar
from gradviz.app.parts.palette import Command, Palette
from gradviz.app.parts.sheet import ShortcutSheet
from gradviz.app.parts.transport_bar import TransportBar
from gradviz.app.session.comparison import Comparison
from gradviz.app.session.runner import Runner
from gradviz.app.session.settings import Settings
from gradviz.app.session.store import Store
from gradviz.app.session.transport import Transport
from gradviz.core.choices.errors import ExperimentError
from gradviz.core.frame import Frame
from gradviz.core.runs.scene import Scene
from gradviz.core.spec import KNOBS, Spec
from gradviz.i18n import LANGUAGES, _, language
from gradviz.panels.parts.style import Style
from gradviz.panels.parts.themes import THEMES

OPENING_SIZE = (1280, 800)
LEAST_SIZE = (900, 560)


class Window(QMainWindow):
    """Controls on the left, the board on the right, the transport below."""

    def __init__(self, store: Store, runner: Runner, transport: Transport, settings: Settings) -> None:
        super().__init__()
        self.store, self.runner, self.transport, self.settings = store, runner, transport, settings
        self.frame: Frame | None = None
        self._to_pin: Spec | None = None
        self.look, self.comparison = Look(self, settings), Comparison()
        self.actions_ = make_actions(self)
        self.menus = fill_menus(self, self.actions_)
        self.menus_of_choices: dict[str, QMenu] = {}
        self._themes = self._choices("theme", {name: theme.title for name, theme in THEMES.items()}, self.look.set_theme)
        self._languages = self._choices("language", LANGUAGES, self.look.set_language)
        self._lay_out()
        self.files, self.arrangement, self.lecture = Files(self), Arrangement(self), Lecture(self)
        self.presenter, self.cards = Presenter(self, self.lecture.player), Cards(self)
        self.lesson_bar = LessonBar(self.lecture.player, self.actions_)
        self._rows.insertWidget(0, self.lesson_bar)
        self.recent_menu = QMenu(self)
        self._fill_menus()
        self._connect()
        self.setAcceptDrops(True)
        self.resize(*(settings.window_size or OPENING_SIZE))
        self.look.restyle()
        self._retranslate()

    # --- making ---

    def _lay_out(self) -> None:
        self.controls, self.board = Controls(self.store), Board(self.look.style_, self.settings.layout)
        self.verdict, self.banner = VerdictBar(), Banner()
        self.bar = TransportBar(self.transport, self.actions_)
        self.progress = _thin_progress()
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        for widget, stretch in ((self.banner, 0), (self.progress, 0), (self.board, 1), (self.verdict, 0)):
            right.addWidget(widget, stretch)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.controls)
        middle.addLayout(right, 1)
        central = QWidget()
        self._rows = QVBoxLayout(central)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self._rows.addLayout(middle, 1)
        self._rows.addWidget(self.bar)
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
        for path in self.settings.recent:
            # An & in a name would be taken for a key.
            self.recent_menu.addAction(path.replace("&", "&&"), partial(self.files.open_file, path))
        self.recent_menu.setEnabled(bool(self.settings.recent))

    def _connect(self) -> None:
        self.store.changed.connect(self.runner.submit)
        self.controls.refused.connect(self._on_edit_refused)
        self.runner.finished.connect(self.show_frame)
        self.runner.refused.connect(self._on_refused)
        self.runner.failed.connect(self._on_failed)
        self.runner.progressed.connect(self._on_progressed)
        self.transport.moved.connect(self._draw)
        self.transport.changed.connect(self._show_states)
        self.comparison.changed.connect(self._on_compared)
        self.board.layer_clicked.connect(self.transport.look_at)
        self.board.maximised.connect(self._show_states)
        self.look.restyled.connect(self._restyle)
        self.look.retranslated.connect(self._retranslate)
        self.files.recent_changed.connect(self._fill_recent)
        history = self.store.history
        for changed in (history.canUndoChanged, history.canRedoChanged, history.undoTextChanged, history.redoTextChanged):
            changed.connect(self._show_states)
        self._resized = QTimer(self, interval=40, singleShot=True)
        self._resized.timeout.connect(self.look.restyle_if_needed)

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

    # --- the experiment ---

    def start(self, reference: Spec | None = None) -> None:
        """Ask for the first picture, and then for that of a reference to pin."""
        self._to_pin = reference
        self.runner.submit(self.store.spec)

    def show_frame(self, frame: Frame) -> None:
        """Show a Frame on the board, and say what it says."""
        if self.frame is not None and frame.spec == self._to_pin:
            self._to_pin = None
            self.comparison.pin(frame)
            return
        self.frame = frame
        if self._to_pin is not None and frame.spec == self.store.spec:  # an older picture must not cost the one that is wanted
            self.runner.submit(self._to_pin)
        self.banner.run_ended_well()
        with QSignalBlocker(self.transport):  # the board is drawn once, and the bar refreshed, right below
            self.transport.set_depth(frame.depth)
        self._on_compared()
        self.bar.refresh()
        self.lecture.on_frame(frame)
        self.cards.on_frame(frame)

    def compare(self, spec: Spec, reference: Spec | None, why: str) -> None:
        """Show an experiment beside another one, pinned; what is there already is not simulated again."""
        known = {frame.spec: frame for frame in (self.frame, self.comparison.reference) if frame is not None}
        pinned = known.get(reference) if reference is not None else None
        self.store.replace(spec, why)
        self._to_pin = None
        self.comparison.pin(pinned)
        if reference is not None and pinned is None:
            self._to_pin = reference
            if self.frame is not None and self.frame.spec == spec:
                self.runner.submit(reference if self.runner.is_idle else spec)

    def complain(self, what: str, error: ExperimentError, *, about_a_run: bool = False) -> None:
        """Say in the banner everything that is wrong with an experiment."""
        self.banner.say("\n".join([*map(str, error.problems), what]), until_a_run_ends_well=about_a_run)

    def _on_refused(self, error: ExperimentError) -> None:
        self._to_pin = None
        self.complain(_("The last picture stays."), error, about_a_run=True)

    def _on_edit_refused(self, error: ExperimentError) -> None:
        self.complain(_("The last picture stays."), error, about_a_run=True)

    def _on_failed(self, fault: BaseException) -> None:
        text = _("The simulation failed ({reason}). The last picture stays.").format(reason=fault)
        self.banner.say(text, until_a_run_ends_well=True)

    def _on_progressed(self, share: float) -> None:
        self.progress.setVisible(share >= 0)
        self.progress.setValue(round(1000 * max(share, 0)))

    def _on_compared(self) -> None:
        self._draw()
        self._show_states()
        if self.frame is not None:
            self.verdict.show_frame(self.frame, self.comparison.reference)

    def _draw(self) -> None:
        if self.frame is not None:
            self.board.draw(Scene.of(self.frame, self.transport.playhead, self.comparison.reference))

    def _show_states(self) -> None:
        """Show in the menus what can be done, what is on, and what would be undone."""
        history, actions = self.store.history, self.actions_
        for key, text, can in (
            ("undo", history.undoText(), history.canUndo()),
            ("redo", history.redoText(), history.canRedo()),
        ):
            actions[key].setText(f"{_(ACTIONS[key].text)}: {text}" if text else _(ACTIONS[key].text))
            actions[key].setEnabled(can)
        actions["loop"].setChecked(self.transport.loops)
        actions["pin"].setChecked(self.comparison.reference is not None)
        actions["swap"].setEnabled(self.comparison.reference is not None)
        self.lecture.show_states()
        self.presenter.show_states()

    # --- language, colours, sizes ---

    def _restyle(self, style: Style) -> None:
        for part in (self.controls, self.board, self.verdict, self.banner, self.bar, self.lesson_bar, self.presenter):
            part.restyle(style)
        for action in self._themes.actions():
            action.setChecked(action.data()[0] == self.settings.theme)

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
        parts = (self.controls, self.board, self.banner, self.bar, self.arrangement, self.lesson_bar, self.lecture)
        for part in (*parts, self.cards, self.presenter):
            part.retranslate()
        if self.frame is not None:
            self.verdict.show_frame(self.frame, self.comparison.reference)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._resized.start()
        self.presenter.resized()

    # --- actions that are the window's own ---

    def reset_experiment(self) -> None:
        """Go back to the opening experiment."""
        self.store.replace(Spec(), _("Opening experiment"))

    def reset_view(self) -> None:
        """Show everything, at its usual size, with fitted axes."""
        self.arrangement.show_all()
        self.transport.reset()
        self.look.zoom_reset()
        self.board.fit()

    def set_pinned(self, on: bool) -> None:
        """Keep the present run as the reference, or let go of it."""
        if on != (self.comparison.reference is not None):
            self._to_pin = None
            self.comparison.pin(self.frame if on else None)
        self._show_states()  # where there is nothing yet to pin, the mark goes again

    def swap(self) -> None:
        """Show the pinned run and pin the one that is shown."""
        shown, pinned = self.frame, self.comparison.reference
        if shown is not None and pinned is not None:
            self.comparison.pin(shown)
            self.show_frame(pinned)
            self.store.replace(pinned.spec, _("Swap A and B"))

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
                yield Command(f"{menu.title()}: {action.text()}", "", action.trigger)
        yield from self.lecture.commands()
        yield from self.cards.commands()
        for name, knob in KNOBS.items():
            if not knob.applies(self.store.spec):
                continue
            yield Command(_(knob.title), _(knob.help), partial(self.controls.focus, name))
            for value, choice in (knob.choices or {}).items():
                text = f"{_(knob.title)}: {_(choice.title)}"
                yield Command(text, "", partial(self.store.edit, name, value))

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
        self.transport.pause()
        self.files.steps.finish()
        self.runner.stop()
        self._remember()
        self.presenter.stop()
        self.presenter.set_speaker(False)
        self.store.history.blockSignals(True)  # it speaks once more when it is destroyed, and nobody is there then
        super().closeEvent(event)

    def _remember(self) -> None:
        size = self.normalGeometry().size() if self.isFullScreen() else self.size()
        self.settings.window_size = (size.width(), size.height())
        self.settings.layout = self.lecture.own_layout or self.board.present_layout()
        self.settings.experiment = self.store.spec
        reference = self.comparison.reference
        self.settings.reference = reference.spec if reference else None


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
