"""The window: where things are, and who tells whom."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QActionGroup, QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QMessageBox,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from gradviz import __version__
from gradviz.app.actions import ACTIONS, fill_menus, make_actions, shortcut_lines, translate_actions
from gradviz.app.board import Board
from gradviz.app.controls import Controls
from gradviz.app.export_dialog import ExportDialog
from gradviz.app.notices import Banner, VerdictBar
from gradviz.app.runner import Runner
from gradviz.app.settings import LEAST_ZOOM, MOST_ZOOM, Settings
from gradviz.app.store import Store
from gradviz.app.theme import apply_style
from gradviz.app.transport import Transport
from gradviz.app.transport_bar import TransportBar
from gradviz.core.errors import ExperimentError
from gradviz.core.frame import Frame
from gradviz.core.spec import Spec
from gradviz.experiment import read_file
from gradviz.export.figure import FORMATS, Figure, figure_image, write_figure
from gradviz.export.files import FileError, write_whole
from gradviz.export.limits import ending_of
from gradviz.i18n import LANGUAGES, _, language, use_language
from gradviz.panels import PANELS
from gradviz.panels.style import Style
from gradviz.panels.themes import THEMES

DESIGN_HEIGHT = 740.0
"""The height of the window in pixels at which type has its design size; it grows with the window, for the back row."""

OPENING_SIZE = (1280, 800)


class Window(QMainWindow):
    """Controls on the left, the board on the right, the transport below."""

    def __init__(self, store: Store, runner: Runner, transport: Transport, settings: Settings) -> None:
        super().__init__()
        self.store, self.runner, self.transport, self.settings = store, runner, transport, settings
        self.frame: Frame | None = None
        self.reference: Frame | None = None
        self._style = Style(THEMES[settings.theme])
        self.actions_ = make_actions(self)
        self.menus = fill_menus(self, self.actions_)
        self.menus_of_choices: dict[str, QMenu] = {}
        self._themes = self._choices("theme", {name: theme.title for name, theme in THEMES.items()}, self.set_theme)
        self._languages = self._choices("language", LANGUAGES, self.set_language)
        self._lay_out()
        self._connect()
        self.setAcceptDrops(True)
        self.resize(*(settings.window_size or OPENING_SIZE))
        self._restyle()
        self._retranslate()

    # --- making ---

    def _lay_out(self) -> None:
        self.controls, self.board = Controls(self.store), Board(self._style)
        self.verdict, self.banner = VerdictBar(), Banner()
        self.bar = TransportBar(self.transport, self.actions_)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(3)
        self.progress.setRange(0, 1000)
        # It keeps its place while it is not seen, so that nothing moves when it comes.
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)
        self.progress.hide()
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
        rows = QVBoxLayout(central)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(middle, 1)
        rows.addWidget(self.bar)
        self.setCentralWidget(central)
        self.setMinimumSize(900, 560)

    def _connect(self) -> None:
        self.store.changed.connect(self.runner.submit)
        self.runner.finished.connect(self._on_finished)
        self.runner.refused.connect(self._on_refused)
        self.runner.failed.connect(self._on_failed)
        self.runner.progressed.connect(self._on_progressed)
        self.transport.moved.connect(self._draw)
        self.transport.changed.connect(self._show_transport)
        self.board.layer_clicked.connect(self.transport.look_at)
        self.store.history.canUndoChanged.connect(self.actions_["undo"].setEnabled)
        self.store.history.canRedoChanged.connect(self.actions_["redo"].setEnabled)
        self.store.history.undoTextChanged.connect(self._show_undo)
        self.store.history.redoTextChanged.connect(self._show_undo)
        self.actions_["undo"].setEnabled(False)
        self.actions_["redo"].setEnabled(False)
        self._resized = QTimer(self, interval=40, singleShot=True)
        self._resized.timeout.connect(self._restyle_if_needed)

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

    def start(self) -> None:
        """Ask for the first picture."""
        self.runner.submit(self.store.spec)

    def open_file(self, path: str) -> None:
        """Take over the experiment in a file; where there is none, say so and change nothing."""
        try:
            self.store.replace(read_file(path), _("Open"))
            self.settings.folder = str(Path(path).parent)
        except ExperimentError as error:
            self._complain(_("Nothing was opened."), error)

    def read_text(self, text: str) -> None:
        """Take over the experiment in a text; where it is wrong, say so and change nothing."""
        try:
            is_json = text.lstrip().startswith("{")
            self.store.replace((Spec.from_json if is_json else Spec.from_text)(text), _("Paste experiment"))
        except ExperimentError as error:
            self._complain(_("Nothing was pasted."), error)

    def _on_finished(self, frame: Frame) -> None:
        self.frame = frame
        self.banner.run_ended_well()
        self.transport.set_depth(frame.depth)
        self._draw()
        self.verdict.show_frame(frame, self.reference)
        self.bar.refresh()

    def _on_refused(self, error: ExperimentError) -> None:
        self._complain(_("The last picture stays."), error, about_a_run=True)

    def _on_failed(self, fault: BaseException) -> None:
        text = _("The simulation failed ({reason}). The last picture stays.").format(reason=fault)
        self.banner.say(text, until_a_run_ends_well=True)

    def _on_progressed(self, share: float) -> None:
        self.progress.setVisible(share >= 0)
        self.progress.setValue(round(1000 * max(share, 0)))

    def _complain(self, what: str, error: ExperimentError, *, about_a_run: bool = False) -> None:
        self.banner.say("\n".join([*map(str, error.problems), what]), until_a_run_ends_well=about_a_run)

    def _draw(self) -> None:
        if self.frame is not None:
            self.board.draw(self.frame, self.transport.playhead, self.reference)

    def _show_undo(self) -> None:
        """Say in the menu what would be undone."""
        history = self.store.history
        for key, text in (("undo", history.undoText()), ("redo", history.redoText())):
            self.actions_[key].setText(f"{_(ACTIONS[key].text)}: {text}" if text else _(ACTIONS[key].text))

    def _show_transport(self) -> None:
        self.actions_["loop"].setChecked(self.transport.loops)

    # --- language, colours, sizes ---

    def set_language(self, code: str) -> None:
        """Switch the language of everything, now and at the next start."""
        use_language(code)
        self.settings.language = code
        self._retranslate()

    def set_theme(self, name: str) -> None:
        """Switch the colours of everything, now and at the next start."""
        self.settings.theme = name
        self._restyle()

    def set_zoom(self, zoom: float) -> None:
        """Scale type and lines, now and at the next start."""
        self.settings.zoom = min(max(zoom, LEAST_ZOOM), MOST_ZOOM)
        self._restyle()

    def _wished_style(self) -> Style:
        # In steps, so that a window being resized is not set anew at every pixel.
        by_height = round(8 * self.height() / DESIGN_HEIGHT) / 8
        scale = self.settings.zoom * min(max(by_height, 0.875), 3.0)
        # The controls must leave the board more than half of the width, and the panels room for their text.
        scale = min(scale, 0.42 * self.width() / 288, self.height() / 520)
        return Style(THEMES[self.settings.theme], scale)

    def _restyle(self) -> None:
        self._style = style = self._wished_style()
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        apply_style(application, style)
        for part in (self.controls, self.board, self.verdict, self.banner, self.bar):
            part.restyle(style)
        for action in self._themes.actions():
            action.setChecked(action.data()[0] == self.settings.theme)

    def _restyle_if_needed(self) -> None:
        if self._wished_style() != self._style:
            self._restyle()

    def _retranslate(self) -> None:
        self.setWindowTitle("gradviz")
        translate_actions(self.actions_, self.menus)
        for name, title in (("theme", _("Colours")), ("language", _("Language"))):
            self.menus_of_choices[name].setTitle(title)
        for action in self._themes.actions():
            action.setText(_(action.data()[1]))
        for action in self._languages.actions():
            action.setChecked(action.data()[0] == language())
        self._show_transport()
        self._show_undo()
        for part in (self.controls, self.board, self.banner, self.bar):
            part.retranslate()
        if self.frame is not None:
            self.verdict.show_frame(self.frame, self.reference)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._resized.start()

    # --- the actions, as the table names them ---

    def do_open(self) -> None:
        kinds = _("Experiments and pictures") + " (*.json *.txt *.png *.svg *.pdf)"
        path, _kind = QFileDialog.getOpenFileName(self, _("Open"), self.settings.folder, kinds)
        if path:
            self.open_file(path)

    def do_save(self) -> None:
        path, _kind = QFileDialog.getSaveFileName(self, _("Save experiment"), self._path("experiment.json"), "JSON (*.json)")
        if path:
            self._written(path, lambda: write_whole(path, self.store.spec.to_json().encode()))

    def do_export(self) -> None:
        dialog = ExportDialog(self, self._style.theme.name)
        accepted, figure = dialog.exec(), dialog.figure()
        dialog.deleteLater()
        if not accepted or self.frame is None:
            return
        kinds = ";;".join(f"{name.upper()} (*.{name})" for name in FORMATS)
        path, kind = QFileDialog.getSaveFileName(self, _("Export picture"), self._path("gradviz"), kinds)
        if path:
            if ending_of(path) not in FORMATS:
                path += f".{kind.partition(' ')[0].lower() or 'png'}"
                if Path(path).exists():  # the dialog asked about another name
                    self.banner.say(_("{path} is there already; choose it by its whole name to replace it").format(path=path))
                    return
            self.export_to(path, figure)

    def export_to(self, path: str, figure: Figure) -> None:
        """Write what is seen as a picture; what goes wrong is said in the banner."""
        frame = self.frame
        assert frame is not None
        self._written(path, lambda: write_figure(frame, figure, path, self.transport.playhead, self.reference))

    def do_copy_picture(self) -> None:
        if self.frame is not None:
            figure = Figure(tuple(PANELS), (1920, 1080), self._style.theme.name)
            QGuiApplication.clipboard().setImage(figure_image(self.frame, figure, self.transport.playhead, self.reference))

    def do_copy_text(self) -> None:
        QGuiApplication.clipboard().setText(self.store.spec.to_text(full=True))

    def do_paste_text(self) -> None:
        self.read_text(QGuiApplication.clipboard().text())

    def do_quit(self) -> None:
        self.close()

    def do_undo(self) -> None:
        self.store.history.undo()

    def do_redo(self) -> None:
        self.store.history.redo()

    def do_reset(self) -> None:
        self.store.replace(Spec(), _("Opening experiment"))

    def do_play(self) -> None:
        self.transport.toggle()

    def do_step_on(self) -> None:
        self.transport.step(1)

    def do_step_back(self) -> None:
        self.transport.step(-1)

    def do_to_start(self) -> None:
        self.transport.to_start()

    def do_to_end(self) -> None:
        self.transport.to_end()

    def do_faster(self) -> None:
        self.transport.change_speed(1)

    def do_slower(self) -> None:
        self.transport.change_speed(-1)

    def do_loop(self, on: bool) -> None:
        self.transport.set_loops(on)

    def do_pin(self, on: bool) -> None:
        if on and self.frame is None:
            self.actions_["pin"].setChecked(False)  # there is nothing yet to pin
            return
        self.reference = self.frame if on else None
        self._draw()
        if self.frame is not None:
            self.verdict.show_frame(self.frame, self.reference)

    def do_fit(self) -> None:
        self.board.fit()

    def do_zoom_in(self) -> None:
        self.set_zoom(self.settings.zoom * 1.1)

    def do_zoom_out(self) -> None:
        self.set_zoom(self.settings.zoom / 1.1)

    def do_zoom_reset(self) -> None:
        self.set_zoom(1.0)

    def do_full_screen(self, on: bool) -> None:
        self.showFullScreen() if on else self.showNormal()

    def do_shortcuts(self) -> None:
        lines = "\n".join(f"{text}:  {keys}" for text, keys in shortcut_lines())
        self._tell(_("Keyboard shortcuts"), lines)

    def do_about(self) -> None:
        text = _("gradviz {version}: vanishing and exploding gradients, in a real network.\nMIT licence.")
        self._tell(_("About gradviz"), text.format(version=__version__))

    def _tell(self, title: str, text: str) -> None:
        box = QMessageBox(self)
        box.setWindowTitle(title)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(text)
        box.addButton(_("Close"), QMessageBox.ButtonRole.AcceptRole)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _path(self, name: str) -> str:
        return str(Path(self.settings.folder or Path.home()) / name)

    def _written(self, path: str, write: Callable[[], None]) -> None:
        try:
            write()
        except (FileError, ValueError, MemoryError) as error:
            self.banner.say(str(error))
        else:
            self.settings.folder = str(Path(path).parent)

    # --- what comes from outside ---

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasText():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            self.open_file(files[0])
        else:
            self.read_text(event.mimeData().text())
        event.acceptProposedAction()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.transport.pause()
        self.runner.stop()
        self.store.history.blockSignals(True)  # it speaks once more when it is destroyed, and nobody is there then
        if not self.isFullScreen():
            self.settings.window_size = (self.width(), self.height())
        super().closeEvent(event)
