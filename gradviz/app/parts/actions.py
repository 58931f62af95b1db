"""Every action, once: menus, shortcuts and the sheet of shortcuts are read from this table."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from gradviz.i18n import N_, _

MENUS = {
    "file": N_("File"),
    "edit": N_("Edit"),
    "play": N_("Play"),
    "compare": N_("Compare"),
    "lesson": N_("Lesson"),
    "view": N_("View"),
    "help": N_("Help"),
}


@dataclass(frozen=True)
class ActionEntry:
    """One thing that can be done.

    Attributes
    ----------
    key : str
        Its name.
    menu : str
        A key of `MENUS`.
    does : str
        The method that does it, as a path from the window: ``session.transport.toggle``.
    text, help : str
        Marked for translation.
    shortcuts : tuple of str
        The first one stands in the menu.
    checkable : bool
        Whether it is on or off; the method is given which.
    separated : bool
        Whether a line stands above it in the menu.
    """

    key: str
    menu: str
    does: str
    text: str
    help: str
    shortcuts: tuple[str, ...] = ()
    checkable: bool = False
    separated: bool = False
    repeats: bool = False
    """Whether a key that is held down does it again and again."""


ACTIONS: dict[str, ActionEntry] = {
    entry.key: entry
    for entry in (
        ActionEntry("open", "file", "files.open", N_("Open…"), N_("Open an experiment: a JSON file or an exported picture."), ("Ctrl+O",)),
        ActionEntry("save", "file", "files.save", N_("Save experiment…"), N_("Write the experiment as a JSON file."), ("Ctrl+S",)),
        ActionEntry("export", "file", "files.export", N_("Export picture…"), N_("Write what is seen as PNG, SVG or PDF."), ("Ctrl+E",), separated=True),
        ActionEntry("quit", "file", "close", N_("Quit"), N_("Close the program."), ("Ctrl+Q",), separated=True),
        ActionEntry("undo", "edit", "session.store.history.undo", N_("Undo"), N_("Take back the last change of the experiment."), ("Ctrl+Z",), repeats=True),
        ActionEntry("redo", "edit", "session.store.history.redo", N_("Redo"), N_("Make the change again."), ("Ctrl+Shift+Z", "Ctrl+Y"), repeats=True),
        ActionEntry("reset", "edit", "reset", N_("Opening experiment"), N_("Go back to the experiment that the program opens with."), ("Ctrl+R",)),
        ActionEntry("copy_picture", "edit", "files.copy_picture", N_("Copy as picture"), N_("Put what is seen on the clipboard, as a picture."), ("Ctrl+Shift+C",), separated=True),
        ActionEntry("copy_text", "edit", "files.copy_text", N_("Copy experiment as text"), N_("Put the experiment's one line of text on the clipboard."), ("Ctrl+Shift+T",)),
        ActionEntry("paste_text", "edit", "files.paste_text", N_("Paste experiment"), N_("Read an experiment's line of text from the clipboard."), ("Ctrl+Shift+V",)),
        ActionEntry("play", "play", "session.transport.toggle", N_("Play or pause"), N_("Run the wave forward through the layers, then the gradient back."), ("Space",)),
        ActionEntry("step_on", "play", "session.transport.step_on", N_("Step on"), N_("One layer further."), ("Right",), repeats=True),
        ActionEntry("step_back", "play", "session.transport.step_back", N_("Step back"), N_("One layer back."), ("Left",), repeats=True),
        ActionEntry("to_start", "play", "session.transport.to_start", N_("To the start"), N_("Before the forward wave."), ("Home",)),
        ActionEntry("to_end", "play", "session.transport.to_end", N_("Show everything"), N_("All layers, forward and backward."), ("End",)),
        ActionEntry("faster", "play", "session.transport.faster", N_("Faster"), N_("Double the speed of the wave."), ("Ctrl+]",), separated=True, repeats=True),
        ActionEntry("slower", "play", "session.transport.slower", N_("Slower"), N_("Halve the speed of the wave."), ("Ctrl+[",), repeats=True),
        ActionEntry("loop", "play", "session.transport.set_loops", N_("Loop"), N_("Begin again when the wave has come back."), ("Ctrl+L",), checkable=True),
        ActionEntry("pin", "compare", "session.set_pinned", N_("Pin as reference"), N_("Keep the present run as a grey reference behind the next ones."), ("Ctrl+P",), checkable=True),
        ActionEntry("swap", "compare", "session.swap", N_("Swap A and B"), N_("Show the pinned run, and pin the one that is shown."), ("Ctrl+T",)),
        ActionEntry("lesson_next", "lesson", "lecture.next", N_("Next step"), N_("Reveal the answer, or go to the next step of the lesson."), ("PgDown",), separated=True),
        ActionEntry("lesson_back", "lesson", "lecture.back", N_("Step before"), N_("Go back to the step before."), ("PgUp",)),
        ActionEntry("lesson_reveal", "lesson", "lecture.player.reveal", N_("Reveal the answer"), N_("Show the answer to the question, and the experiment."), ("Ctrl+Return",)),
        ActionEntry("lesson_close", "lesson", "lecture.player.close", N_("Close lesson"), N_("Leave the lesson; the experiment stays."), ("Ctrl+W",)),
        ActionEntry("present", "lesson", "presenter.set_presenting", N_("Present"), N_("Fill the screen with the lesson, for a room; Esc ends it."), ("F5",), checkable=True, separated=True),
        ActionEntry("blank", "lesson", "presenter.toggle_cover", N_("Darken the screen"), N_("Make the screen black, and show it again."), (".", "B")),
        ActionEntry("speaker", "lesson", "presenter.set_speaker", N_("Lecturer's notes"), N_("A second window with the note to this step, the next step and the clock."), ("Ctrl+Shift+N",), checkable=True),
        ActionEntry("palette", "view", "show_palette", N_("Command palette…"), N_("Find anything that can be done by a part of its name."), ("Ctrl+K",)),
        ActionEntry("maximise", "view", "arrangement.toggle_maximised", N_("Fill the board with one panel"), N_("The panel under the pointer fills the board, or all are shown again."), ("Ctrl+M",), separated=True),
        ActionEntry("show_all", "view", "leave", N_("Show all panels"), N_("Show the whole board again, or leave the presentation."), ("Esc",)),
        ActionEntry("helps", "view", "arrangement.set_helps_shown", N_("What helps here?"), N_("Rank what could be chosen for this network by how much of signal and gradient would arrive."), ("Ctrl+H",), checkable=True),
        ActionEntry("reset_layout", "view", "arrangement.reset", N_("Reset layout"), N_("Put the panels where they are when the program opens."), ("Ctrl+Shift+L",)),
        ActionEntry("reset_view", "view", "reset_view", N_("Reset view"), N_("Show everything, at its usual size, with fitted axes."), ("Ctrl+Shift+R",)),
        ActionEntry("fit", "view", "board.fit", N_("Fit the axes"), N_("Fit the axes to what is shown; else they keep still."), ("Ctrl+F",), separated=True),
        ActionEntry("zoom_in", "view", "look.zoom_in", N_("Larger"), N_("Larger type and lines."), ("Ctrl++", "Ctrl+="), separated=True, repeats=True),
        ActionEntry("zoom_out", "view", "look.zoom_out", N_("Smaller"), N_("Smaller type and lines."), ("Ctrl+-",), repeats=True),
        ActionEntry("zoom_reset", "view", "look.zoom_reset", N_("Usual size"), N_("Type and lines at their usual size."), ("Ctrl+0",)),
        ActionEntry("full_screen", "view", "set_full_screen", N_("Full screen"), N_("Fill the screen, and back."), ("F11",), checkable=True),
        ActionEntry("shortcuts", "help", "show_shortcuts", N_("Keyboard shortcuts"), N_("List every action and its keys."), ("F1",)),
        ActionEntry("about", "help", "show_about", N_("About gradviz"), N_("Version and licence.")),
    )
}  # fmt: skip
"""Key → ActionEntry, in menu order."""


def make_actions(window: QMainWindow) -> dict[str, QAction]:
    """Return a QAction for every entry; each belongs to the window too, so that its keys work while the menu bar is hidden."""
    actions = {}
    for key, entry in ACTIONS.items():
        action = QAction(window)
        action.setCheckable(entry.checkable)
        action.setAutoRepeat(entry.repeats)
        action.setShortcuts([QKeySequence(keys) for keys in entry.shortcuts])
        _connect(action, window, entry)
        window.addAction(action)
        actions[key] = action
    return actions


def _connect(action: QAction, window: QMainWindow, entry: ActionEntry) -> None:
    # Looked up when it is done: what does it is made after the menus. Qt's ``triggered`` gives a state that is not wanted.
    does = attrgetter(entry.does)
    if entry.checkable:
        action.toggled.connect(lambda on: does(window)(on))
    else:
        action.triggered.connect(lambda _checked=False: does(window)())


def fill_menus(window: QMainWindow, actions: dict[str, QAction]) -> dict[str, QMenu]:
    """Put the actions into the menu bar."""
    menus = {key: window.menuBar().addMenu("") for key in MENUS}
    for key, entry in ACTIONS.items():
        if entry.separated:
            menus[entry.menu].addSeparator()
        menus[entry.menu].addAction(actions[key])
    return menus


def translate_actions(actions: dict[str, QAction], menus: dict[str, QMenu]) -> None:
    """Give menus and actions the texts of the language in use."""
    for key, menu in menus.items():
        menu.setTitle(_(MENUS[key]))
    for key, action in actions.items():
        entry = ACTIONS[key]
        keys = keys_text(entry)
        action.setText(_(entry.text))
        action.setToolTip(f"{_(entry.text)}: {_(entry.help)}" + (f" ({keys})" if keys else ""))
        action.setStatusTip(_(entry.help))


def keys_text(entry: ActionEntry) -> str:
    """Return an action's keys as this system writes them."""
    native = QKeySequence.SequenceFormat.NativeText
    return ", ".join(QKeySequence(keys).toString(native) for keys in entry.shortcuts)
