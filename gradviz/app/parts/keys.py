"""Keeps the window's plain keys from the widgets that need them, and the wheel from those that do not have the keyboard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QSlider, QWidget

_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End)

OWN_KEYS: dict[type[QWidget], tuple[Qt.Key, ...]] = {
    QAbstractButton: (Qt.Key.Key_Space,),
    QComboBox: (Qt.Key.Key_Space, Qt.Key.Key_Home, Qt.Key.Key_End),
    QSlider: _ARROWS,
    QAbstractSpinBox: (*_ARROWS, Qt.Key.Key_Space),
    QLineEdit: (*_ARROWS, Qt.Key.Key_Space),
}
"""Widget → the keys that it takes while it has the focus, though the window has shortcuts on them."""


TURNED_BY_THE_WHEEL = (QComboBox, QAbstractSpinBox)


class KeepsItsKeys(QObject):
    """An event filter: answers Qt's question whether a widget wants a key that is a shortcut too.

    And the wheel scrolls the page: it turns no box that it happens to pass over, but one that has the focus.
    """

    def install(self, parent: QWidget) -> None:
        """Watch every widget below one."""
        for widget in parent.findChildren(QWidget):
            widget.installEventFilter(self)
            if isinstance(widget, TURNED_BY_THE_WHEEL):
                widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # Qt's own would take the focus from the wheel

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            for kind, keys in OWN_KEYS.items():
                if isinstance(watched, kind) and event.key() in keys and not event.modifiers():
                    event.accept()
                    return True
        if event.type() == QEvent.Type.Wheel and isinstance(watched, TURNED_BY_THE_WHEEL) and not watched.hasFocus():
            event.ignore()  # it goes on to the page
            return True
        return False
