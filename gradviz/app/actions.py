"""Every action, once: menus, shortcuts and the sheet of shortcuts are read from this table."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from gradviz.i18n import N_, _

MENUS = {
    "file": N_("File"),
    "edit": N_("Edit"),
    "play": N_("Play"),
    "compare": N_("Compare"),
    "view": N_("View"),
    "help": N_("Help"),
}


@dataclass(frozen=True)
class ActionEntry:
    """One thing that can be done.

    Attributes
    ----------
    key : str
        Its name; the window's method of the name ``do_{key}`` does it.
    menu : str
        A key of `MENUS`.
    text, help : str
        Marked for translation.
    shortcuts : tuple of str
        The first one stands in the menu.
    checkable : bool
        Whether it is on or off; ``do_{key}`` is given which.
    separated : bool
        Whether a line stands above it in the menu.
    """

    key: str
    menu: str
    text: str
    help: str
    shortcuts: tuple[str, ...] = ()
    checkable: bool = False
    separated: bool = False


ACTIONS: dict[str, ActionEntry] = {
    entry.key: entry
    for entry in (
        ActionEntry("open", "file", N_("Open…"), N_("Open an experiment: a JSON file or an exported picture."), ("Ctrl+O",)),
        ActionEntry("save", "file", N_("Save experiment…"), N_("Write the experiment as a JSON file."), ("Ctrl+S",)),
        ActionEntry("export", "file", N_("Export picture…"), N_("Write what is seen as PNG, SVG or PDF."), ("Ctrl+E",), separated=True),
        ActionEntry("quit", "file", N_("Quit"), N_("Close the program."), ("Ctrl+Q",), separated=True),
        ActionEntry("undo", "edit", N_("Undo"), N_("Take back the last change of the experiment."), ("Ctrl+Z",)),
        ActionEntry("redo", "edit", N_("Redo"), N_("Make the change again."), ("Ctrl+Shift+Z", "Ctrl+Y")),
        ActionEntry("reset", "edit", N_("Opening experiment"), N_("Go back to the experiment that the program opens with."), ("Ctrl+R",)),
        ActionEntry("copy_picture", "edit", N_("Copy as picture"), N_("Put what is seen on the clipboard, as a picture."), ("Ctrl+Shift+C",), separated=True),
        ActionEntry("copy_text", "edit", N_("Copy experiment as text"), N_("Put the experiment's one line of text on the clipboard."), ("Ctrl+Shift+T",)),
        ActionEntry("paste_text", "edit", N_("Paste experiment"), N_("Read an experiment's line of text from the clipboard."), ("Ctrl+Shift+V",)),
        ActionEntry("play", "play", N_("Play or pause"), N_("Run the wave forward through the layers, then the gradient back."), ("Space",)),
        ActionEntry("step_on", "play", N_("Step on"), N_("One layer further."), ("Right",)),
        ActionEntry("step_back", "play", N_("Step back"), N_("One layer back."), ("Left",)),
        ActionEntry("to_start", "play", N_("To the start"), N_("Before the forward wave."), ("Home",)),
        ActionEntry("to_end", "play", N_("Show everything"), N_("All layers, forward and backward."), ("End",)),
        ActionEntry("faster", "play", N_("Faster"), N_("Double the speed of the wave."), ("Ctrl+]",), separated=True),
        ActionEntry("slower", "play", N_("Slower"), N_("Halve the speed of the wave."), ("Ctrl+[",)),
        ActionEntry("loop", "play", N_("Loop"), N_("Begin again when the wave has come back."), ("Ctrl+L",), checkable=True),
        ActionEntry("pin", "compare", N_("Pin as reference"), N_("Keep the present run as a grey reference behind the next ones."), ("Ctrl+P",), checkable=True),
        ActionEntry("fit", "view", N_("Fit the axes"), N_("Fit the axes to what is shown; else they keep still."), ("Ctrl+F",)),
        ActionEntry("zoom_in", "view", N_("Larger"), N_("Larger type and lines."), ("Ctrl++", "Ctrl+="), separated=True),
        ActionEntry("zoom_out", "view", N_("Smaller"), N_("Smaller type and lines."), ("Ctrl+-",)),
        ActionEntry("zoom_reset", "view", N_("Usual size"), N_("Type and lines at their usual size."), ("Ctrl+0",)),
        ActionEntry("full_screen", "view", N_("Full screen"), N_("Fill the screen, and back."), ("F11",), checkable=True),
        ActionEntry("shortcuts", "help", N_("Keyboard shortcuts"), N_("List every action and its keys."), ("F1",)),
        ActionEntry("about", "help", N_("About gradviz"), N_("Version and licence.")),
    )
}  # fmt: skip
"""Key → ActionEntry, in menu order."""


def make_actions(window: QMainWindow) -> dict[str, QAction]:
    """Return a QAction for every entry; each belongs to the window too, so that its keys work while the menu bar is hidden."""
    actions = {}
    for key, entry in ACTIONS.items():
        action = QAction(window)
        action.setCheckable(entry.checkable)
        action.setShortcuts([QKeySequence(keys) for keys in entry.shortcuts])
        (action.toggled if entry.checkable else action.triggered).connect(getattr(window, f"do_{key}"))
        window.addAction(action)
        actions[key] = action
    return actions


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
        keys = QKeySequence(entry.shortcuts[0]).toString(QKeySequence.SequenceFormat.NativeText) if entry.shortcuts else ""
        action.setText(_(entry.text))
        action.setToolTip(f"{_(entry.text)}: {_(entry.help)}" + (f" ({keys})" if keys else ""))
        action.setStatusTip(_(entry.help))


def shortcut_lines() -> list[tuple[str, str]]:
    """Return every action that has keys: what it is, and the keys."""
    native = QKeySequence.SequenceFormat.NativeText
    return [
        (_(entry.text), ", ".join(QKeySequence(keys).toString(native) for keys in entry.shortcuts))
        for entry in ACTIONS.values()
        if entry.shortcuts
    ]
