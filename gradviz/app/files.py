"""Files and the clipboard: experiments come in, experiments and pictures go out. What goes wrong is said in the banner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from gradviz.app.board.board import Board
from gradviz.app.lecture.lecture import Lecture
from gradviz.app.look import Look
from gradviz.app.parts.export_dialog import ExportDialog
from gradviz.app.parts.steps import Steps, Work
from gradviz.app.session.session import Session
from gradviz.core.choices.errors import ExperimentError
from gradviz.core.runs.scene import Scene
from gradviz.experiment import read_file, read_text
from gradviz.export.answers import questions
from gradviz.export.figure import FORMATS, format_of, image
from gradviz.export.files import FileError, write_whole
from gradviz.export.limits import ending_of
from gradviz.export.picture import Figure, Picture, drawing
from gradviz.i18n import _
from gradviz.panels.layouts import Layout
from gradviz.report.words import file_stem

PICTURE_SIZE = (1920, 1080)
"""Of what is copied, in pixels: a slide."""


class Files(QObject):
    """Opens, saves, exports, copies and pastes for a window."""

    recent_changed = Signal()

    def __init__(self, window: QWidget, session: Session, board: Board, look: Look, lecture: Lecture) -> None:
        super().__init__(window)
        self._window, self._session, self._settings = window, session, session.settings
        self._board, self._look, self._lecture = board, look, lecture
        self.steps = Steps(self)
        """Pictures that are being made."""

    # --- in ---

    def open(self) -> None:
        """Ask for a file and take over its experiment."""
        kinds = _("Experiments, pictures and lessons") + " (*.json *.txt *.png *.svg *.pdf *.toml)"
        path, _kind = QFileDialog.getOpenFileName(self._window, _("Open"), self._settings.folder, kinds)
        if path:
            self.open_file(path)

    def open_file(self, path: str) -> None:
        """Take over the experiment in a file; where there is none, say so and change nothing."""
        if path.lower().endswith(".toml"):
            (self._remember if self._lecture.open_lesson(path) else self._forget)(path)
            return
        try:
            self._session.store.replace(read_file(path), _("Open"))
        except ExperimentError as error:
            self._session.complain(_("Nothing was opened."), error)
            self._forget(path)
        else:
            self._remember(path)

    def read_text(self, text: str) -> None:
        """Take over the experiment in a text; where it is wrong, say so and change nothing."""
        try:
            self._session.store.replace(read_text(text), _("Paste experiment"))
        except ExperimentError as error:
            self._session.complain(_("Nothing was pasted."), error)

    def paste_text(self) -> None:
        """Take over the experiment on the clipboard."""
        self.read_text(QGuiApplication.clipboard().text())

    def take(self, dropped: QMimeData) -> None:
        """Take over what was dropped on the window."""
        files = [url.toLocalFile() for url in dropped.urls() if url.isLocalFile()]
        if files:
            self.open_file(files[0])
        else:
            self.read_text(dropped.text())

    # --- out ---

    def save(self) -> None:
        """Ask for a name and write the experiment."""
        kinds = "JSON (*.json)"
        path, _kind = QFileDialog.getSaveFileName(
            self._window, _("Save experiment"), self._path(f"{file_stem(self._session.store.spec)}.json"), kinds
        )
        if path:
            with self._reporting(path):
                write_whole(path, self._session.store.spec.to_json().encode())

    def export(self) -> None:
        """Ask what becomes a picture, and where it goes."""
        dialog = ExportDialog(self._window, self._look.style_.theme.name, self._board.seen_layout())
        accepted, figure = dialog.exec(), dialog.figure()
        dialog.deleteLater()
        if not accepted or self._session.scene is None:
            return
        kinds = ";;".join(f"{name.upper()} (*.{name})" for name in FORMATS)
        path, kind = QFileDialog.getSaveFileName(
            self._window, _("Export picture"), self._path(file_stem(self._session.scene.run.spec)), kinds
        )
        if path:
            if ending_of(path) not in FORMATS:
                path += f".{kind.partition(' ')[0].lower() or 'png'}"
                if Path(path).exists():  # the dialog asked about another name
                    text = _("{path} is there already; choose it by its whole name to replace it")
                    self._session.say(text.format(path=path))
                    return
            self.export_to(path, figure)

    def export_to(self, path: str, figure: Figure) -> None:
        """Write what is seen as a picture."""
        self._make(figure, path, lambda picture: write_whole(path, FORMATS[format_of(path)](picture)))

    def copy_picture(self, layout: Layout | None = None) -> None:
        """Put the board, or another layout, on the clipboard as a picture."""
        figure = Figure(layout or self._board.seen_layout(), PICTURE_SIZE, self._look.style_.theme.name)
        self._make(figure, "", lambda picture: QGuiApplication.clipboard().setImage(image(picture)))

    def copy_text(self) -> None:
        """Put the experiment's line of text on the clipboard."""
        QGuiApplication.clipboard().setText(self._session.store.spec.to_text(full=True))

    def _path(self, name: str) -> str:
        return str(Path(self._settings.folder or Path.home()) / name)

    def _make(self, figure: Figure, path: str, use: Callable[[Picture], None]) -> None:
        """Make a picture of what is shown now, and do with it what it is made for, when the whole of it is there."""
        figure = replace(figure, hovered=self._board.hovered)
        asks = partial(questions, layout=figure.layout, hovered=figure.hovered)
        self._session.when_whole(partial(self._begin, figure, path, use), asks)

    def _begin(self, figure: Figure, path: str, use: Callable[[Picture], None], scene: Scene) -> None:
        self.steps.begin(self._reporting_work(path, drawing(scene, figure, use)))

    def _reporting_work(self, path: str, steps: Work) -> Work:
        with self._reporting(path):
            yield from steps

    @contextmanager
    def _reporting(self, path: str) -> Iterator[None]:
        """Say what goes wrong; where nothing does, remember the file, if there is one."""
        try:
            yield
        except (FileError, ValueError, MemoryError) as error:
            self._session.say(str(error))
        else:
            if path:
                self._remember(path)

    def _remember(self, path: str) -> None:
        self._settings.folder = str(Path(path).parent)
        self._settings.add_recent(str(Path(path).absolute()))
        self.recent_changed.emit()

    def _forget(self, path: str) -> None:
        self._settings.drop_recent(str(Path(path).absolute()))
        self.recent_changed.emit()
