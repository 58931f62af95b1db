"""A slider of real numbers, and boxes for numbers of any size."""

from __future__ import annotations

import re
from contextlib import suppress

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent, QValidator, QWheelEvent
from PySide6.QtWidgets import QDoubleSpinBox, QSlider, QSpinBox, QStyle, QStyleOptionSlider

from gradviz.core.spec import Knob


class ShareSlider(QSlider):
    """A slider of real numbers from 0 to 1 that jumps to the pointer, and leaves the wheel to the page it stands on.

    Qt's own, because superqt's takes a tenth of the program's start to import, has no keys, and says that it was pressed after
    it has moved (superqt 0.9).
    """

    pressed = Signal()
    """Before anything moves."""
    moved = Signal(float)
    """The new share."""

    STEPS = 10_000

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setRange(0, self.STEPS)
        self.valueChanged.connect(lambda value: self.moved.emit(value / self.STEPS))

    def share(self) -> float:
        """Return where the handle is."""
        return self.value() / self.STEPS

    def set_share(self, share: float) -> None:
        """Put the handle somewhere."""
        self.setValue(round(share * self.STEPS))

    def set_steps(self, single: float, page: float) -> None:
        """Say how far the arrow keys and the page keys go."""
        self.setSingleStep(max(1, round(single * self.STEPS)))
        self.setPageStep(max(1, round(page * self.STEPS)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.pressed.emit()
            jump_to_pointer(self, event)
        super().mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        super().wheelEvent(event) if self.hasFocus() else event.ignore()


def jump_to_pointer(slider: QSlider, event: QMouseEvent) -> None:
    """Bring the handle under the pointer, so that the press takes hold of it."""
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    style, sub = slider.style(), QStyle.SubControl
    handle = style.subControlRect(QStyle.ComplexControl.CC_Slider, option, sub.SC_SliderHandle, slider)
    if not handle.contains(event.position().toPoint()):
        groove = style.subControlRect(QStyle.ComplexControl.CC_Slider, option, sub.SC_SliderGroove, slider)
        place, room = round(event.position().x()) - groove.x() - handle.width() // 2, groove.width() - handle.width()
        slider.setSliderPosition(QStyle.sliderValueFromPosition(slider.minimum(), slider.maximum(), place, room))


class WholeBox(QSpinBox):
    """A box in which any whole number can be typed; one beyond its ends is handed on, to be refused in words.

    Qt's own takes no further digit where the number would be too large: 5000 becomes 500, unnoticed.
    """

    typed_beyond = Signal(object)
    """A number that was typed and is beyond the ends."""

    def validate(self, text: str, place: int) -> tuple[QValidator.State, str, int]:
        if not re.fullmatch(r"-?[0-9]{0,30}", text):
            return QValidator.State.Invalid, text, place
        is_number = text.lstrip("-") != ""
        inside = is_number and self.minimum() <= int(text) <= self.maximum()
        return (QValidator.State.Acceptable if inside else QValidator.State.Intermediate), text, place

    def fixup(self, text: str) -> str:
        if text.lstrip("-"):
            self.typed_beyond.emit(int(text))
        return self.textFromValue(self.value())


class TypedBox(QDoubleSpinBox):
    """A box that writes numbers as short as they are and reads 1e-6 too; one beyond its ends is handed on, to be refused in words."""

    typed_beyond = Signal(object)
    """A number that was typed and is beyond the ends."""

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

    def fixup(self, text: str) -> str:
        with suppress(ValueError):  # half typed: nothing is meant
            self.typed_beyond.emit(float(text))
        return self.textFromValue(self.value())


def number_box(knob: Knob) -> WholeBox | TypedBox:
    """Return a box for a field's exact value."""
    box: WholeBox | TypedBox
    if knob.kind is int:
        box = WholeBox()
    else:
        box = TypedBox()
        box.setDecimals(323)
        box.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
    box.setRange(knob.low, knob.high)
    # A number half typed is not yet a wish: 152 is not 1, 15, 152.
    box.setKeyboardTracking(False)
    box.setMinimumWidth(76)
    return box
