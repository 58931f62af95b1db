"""A slider that answers keys, and boxes for numbers of any size."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QValidator
from PySide6.QtWidgets import QDoubleSpinBox, QSpinBox
from superqt import QDoubleSlider

from gradviz.core.spec import Knob


class KeyedSlider(QDoubleSlider):
    """superqt 0.9's slider of real numbers, and keys: it takes none itself."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step, page = self.singleStep(), self.pageStep()
        moves = {
            Qt.Key.Key_Right: step,
            Qt.Key.Key_Up: step,
            Qt.Key.Key_Left: -step,
            Qt.Key.Key_Down: -step,
            Qt.Key.Key_PageUp: page,
            Qt.Key.Key_PageDown: -page,
            Qt.Key.Key_Home: -1.0,
            Qt.Key.Key_End: 1.0,
        }
        move = moves.get(Qt.Key(event.key()))
        if move is None:
            event.ignore()
        else:
            self.setValue(min(max(self.value() + move, 0.0), 1.0))


class _TypedBox(QDoubleSpinBox):
    """A box that writes numbers as short as they are and reads 1e-6 too."""

    def textFromValue(self, value: float) -> str:
        return repr(value).removesuffix(".0")

    def valueFromText(self, text: str) -> float:
        return float(text)

    def validate(self, text: str, place: int) -> tuple[QValidator.State, str, int]:
        if not re.fullmatch(r"[0-9]*\.?[0-9]*([eE][-+]?[0-9]*)?", text):
            return QValidator.State.Invalid, text, place
        try:
            inside = self.minimum() <= float(text) <= self.maximum()
        except ValueError:  # half typed: 1e-
            inside = False
        return (QValidator.State.Acceptable if inside else QValidator.State.Intermediate), text, place


def number_box(knob: Knob) -> QSpinBox | QDoubleSpinBox:
    """Return a box for a field's exact value."""
    box: QSpinBox | QDoubleSpinBox
    if knob.kind is int:
        box = QSpinBox()
    else:
        box = _TypedBox()
        box.setDecimals(323)
        box.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
    box.setRange(knob.low, knob.high)
    # A number half typed is not yet a wish: 152 is not 1, 15, 152.
    box.setKeyboardTracking(False)
    box.setMinimumWidth(76)
    return box
