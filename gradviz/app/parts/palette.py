"""The command palette: everything that can be done or chosen, found by typing a part of its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from gradviz.i18n import _
from gradviz.panels.parts.style import Style

MOST_SHOWN = 200


@dataclass(frozen=True)
class Command:
    """One thing to choose.

    Attributes
    ----------
    text : str
        In the language in use.
    hint : str
        Its keys, or where it belongs; searched too.
    run : callable
    """

    text: str
    hint: str
    run: Callable[[], object]


def matching(commands: Sequence[Command], typed: str) -> list[Command]:
    """Return the commands with every typed word in them: first those that begin with it, then those that have it in their name."""
    words = typed.casefold().split()
    found = [each for each in commands if all(word in f"{each.text} {each.hint}".casefold() for word in words)]

    def rank(command: Command) -> tuple[bool, bool]:
        text = command.text.casefold()
        return not text.startswith(typed.casefold().strip()), not all(word in text for word in words)

    return sorted(found, key=rank)


class Palette(QDialog):
    """A line to type in and a list of what fits."""

    def __init__(self, parent: QWidget, commands: Sequence[Command], style: Style) -> None:
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self._commands = commands
        self.line, self.list = QLineEdit(), QListWidget()
        self.line.setPlaceholderText(_("Type what you want to do"))
        self.line.setAccessibleName(_("Command palette"))
        self.list.setAccessibleName(_("Commands"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for widget in (self.line, self.list):
            widget.setFont(style.font(15))
        rows = QVBoxLayout(self)
        rows.addWidget(self.line)
        rows.addWidget(self.list)
        self.line.textChanged.connect(self._show)
        self.line.returnPressed.connect(self._run_current)
        self.line.installEventFilter(self)
        self.list.itemClicked.connect(lambda _item: self._run_current())
        self._show("")
        self.resize(round(min(style.px(620), 0.9 * parent.width())), round(min(style.px(420), 0.8 * parent.height())))
        corner = parent.mapToGlobal(parent.rect().center())
        self.move(corner.x() - self.width() // 2, parent.mapToGlobal(parent.rect().topLeft()).y() + round(style.px(60)))
        self.line.setFocus()

    def _show(self, typed: str) -> None:
        self.list.clear()
        for command in matching(self._commands, typed)[:MOST_SHOWN]:
            item = QListWidgetItem(f"{command.text}    {command.hint}" if command.hint else command.text)
            item.setToolTip(item.text())  # the whole of a line that has no room
            item.setData(Qt.ItemDataRole.UserRole, self._commands.index(command))
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _run_current(self) -> None:
        item = self.list.currentItem()
        self.accept()
        if item is not None:
            self._commands[item.data(Qt.ItemDataRole.UserRole)].run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 10, Qt.Key.Key_PageUp: -10}.get(
                Qt.Key(event.key())
            )
            if steps is not None:
                self.list.setCurrentRow(min(max(self.list.currentRow() + steps, 0), self.list.count() - 1))
                return True
        return False
