"""The controls, made from the Spec's declarations: one row per field, its kind decided by what is declared."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from math import exp, log
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gradviz.app.parts.inputs import ShareSlider, TypedBox, WholeBox, number_box
from gradviz.app.parts.keys import KeepsItsKeys
from gradviz.app.parts.start_tiles import StartTiles
from gradviz.app.parts.theme import slider_sheet
from gradviz.app.session.store import Store
from gradviz.core.choices.errors import ExperimentError
from gradviz.core.frame import Frame
from gradviz.core.spec import KNOBS, Knob, Spec
from gradviz.i18n import _
from gradviz.panels.parts.style import Style
from gradviz.report.words import reading_text

SLIDER_STEPS = 1000
DETENT = 0.006
"""How near, as a share of its way, a slider that is dragged holds at its field's detent. The keys reach every value."""

UNLIMITED = (1 << 24) - 1
"""Qt's QWIDGETSIZE_MAX, which PySide does not have."""
LYING_WIDTH = 176.0
"""Pixels at scale 1 that a field beside others takes at most."""


class Control(QWidget):
    """A field's row. Abstract; concrete ones are final and fill in `show_value`, and `retranslate_values` where values have names."""

    edited = Signal(str, object, int)
    """Field, value, and the number of the drag it belongs to (0: none)."""

    def __init_subclass__(cls) -> None:
        # A class that is both abstract and a QWidget would need a metaclass of both kinds; this check does the same.
        if "show_value" not in cls.__dict__:
            raise TypeError(f"{cls.__name__} does not show its value")

    def __init__(self, knob: Knob, new_drag: Callable[[], int]) -> None:
        super().__init__()
        self.knob = knob
        self._new_drag = new_drag
        self.label = QLabel()
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self._remark: QLabel | None = None
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.rows.setSpacing(2)
        self.rows.addWidget(self.label)

    def show_value(self, value: Any) -> None:
        """Show a value without asking for it."""

    def show_experiment(self, spec: Spec) -> None:
        """Show what the other fields make of this one."""

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        title, unit, help_text = _(self.knob.title), _(self.knob.unit), _(self.knob.help)
        self.label.setText(f"{title} ({unit})" if unit else title)
        for widget in self.findChildren(QWidget):
            widget.setAccessibleName(title)
            widget.setAccessibleDescription(help_text)
        self.setToolTip(help_text)
        self.retranslate_values()

    def retranslate_values(self) -> None:
        """Take the texts of the values."""

    def show_remark(self, text: str) -> None:
        """Show a line below the control, or with an empty text none."""
        if text and self._remark is None:
            self._remark = QLabel()
            self._remark.setTextFormat(Qt.TextFormat.PlainText)
            self._remark.setWordWrap(True)
            self.rows.addWidget(self._remark)
        if self._remark is not None:
            self._remark.setText(text)
            self._remark.setVisible(bool(text))

    def take_focus(self) -> None:
        """Give the keyboard to the first part that takes it."""
        next(widget for widget in self.findChildren(QWidget) if widget.focusPolicy() != Qt.FocusPolicy.NoFocus).setFocus()


class NumberControl(Control):
    """A slider for the hand and a box for the exact value."""

    def __init__(self, knob: Knob, new_drag: Callable[[], int]) -> None:
        super().__init__(knob, new_drag)
        low, high = knob.reach or (knob.low, knob.high)
        self._low, self._high = float(low), float(high)
        self._drag = 0
        self.slider = ShareSlider()
        self.slider.set_steps(1 / SLIDER_STEPS if knob.kind is float else self._smallest_step(), 0.1)
        self.box: WholeBox | TypedBox = number_box(knob)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.slider, 1)
        row.addWidget(self.box)
        self.rows.addLayout(row)
        self.label.setBuddy(self.box)
        self.slider.pressed.connect(self._on_pressed)
        self.slider.sliderReleased.connect(self._on_released)
        self.slider.moved.connect(self._on_slid)
        self.box.valueChanged.connect(self._on_typed)
        self.box.typed_beyond.connect(self._on_typed)

    def show_value(self, value: Any) -> None:
        with QSignalBlocker(self.slider), QSignalBlocker(self.box):
            # While it is dragged the slider is the hand's, not the value's.
            if not self.slider.isSliderDown():
                self.slider.set_share(self._place_of(float(value)))
            self.box.setValue(value)

    def _smallest_step(self) -> float:
        # From one whole number to the next, in the middle of the scale.
        return abs(self._place_of(self._value_at(0.5) + 1) - 0.5) or 1 / SLIDER_STEPS

    def _value_at(self, place: float) -> float:
        if self.knob.scale == "log":
            return exp(log(self._low) + place * (log(self._high) - log(self._low)))
        return self._low + place * (self._high - self._low)

    def _place_of(self, value: float) -> float:
        value = min(max(value, self._low), self._high)
        if self.knob.scale == "log":
            return (log(value) - log(self._low)) / (log(self._high) - log(self._low))
        return (value - self._low) / (self._high - self._low)

    def _on_pressed(self) -> None:
        self._drag = self._new_drag()

    def _on_released(self) -> None:
        self._drag = 0
        with QSignalBlocker(self.slider):
            self.slider.set_share(self._place_of(float(self.box.value())))

    def _on_slid(self, place: float) -> None:
        value = self._value_at(place)
        detent = self.knob.detent
        if detent is not None and self.slider.isSliderDown() and abs(place - self._place_of(detent)) < DETENT:
            value = detent
        value = round(value) if self.knob.kind is int else float(f"{value:.3g}")
        self.edited.emit(self.knob.name, value, self._drag)

    def _on_typed(self, value: float) -> None:
        self.edited.emit(self.knob.name, value, 0)


class ChoiceControl(Control):
    """A list of the entries of a table, under headings where there are many; what is usual in the experiment is ticked."""

    def __init__(self, knob: Knob, new_drag: Callable[[], int]) -> None:
        super().__init__(knob, new_drag)
        self.box = QComboBox()
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(12)
        self._headings: dict[int, str] = {}
        """Place in the list → the heading there."""
        self._suiting: frozenset[str] = frozenset()
        for heading, names in (knob.groups or {"": list(knob.choices or {})}).items():
            if heading:
                self._headings[self.box.count()] = heading
                self.box.addItem("")
                self._list.item(self.box.count() - 1).setEnabled(False)
            for name in names:
                self.box.addItem(name, name)
        self.rows.addWidget(self.box)
        self.label.setBuddy(self.box)
        self.box.currentIndexChanged.connect(self._on_chosen)

    @property
    def _list(self) -> QStandardItemModel:
        model = self.box.model()
        assert isinstance(model, QStandardItemModel)
        return model

    def show_value(self, value: Any) -> None:
        with QSignalBlocker(self.box):
            self.box.setCurrentIndex(self.box.findData(value))

    def show_experiment(self, spec: Spec) -> None:
        suiting = frozenset(self.knob.suits(spec))
        if suiting != self._suiting:
            self._suiting = suiting
            self.retranslate_values()

    def retranslate_values(self) -> None:
        for place in range(self.box.count()):
            name = self.box.itemData(place)
            if name is None:
                self.box.setItemText(place, _(self._headings[place]))
                continue
            entry, tick = (self.knob.choices or {})[name], " ✓" if name in self._suiting else ""
            self.box.setItemText(place, f"{_(entry.title)}{tick}")
            self.box.setItemData(place, self._tip(entry, is_usual=bool(tick)), Qt.ItemDataRole.ToolTipRole)

    def _tip(self, entry: Any, *, is_usual: bool) -> str:
        return _("{help} Usual here.").format(help=_(entry.help)) if is_usual else _(entry.help)

    def _on_chosen(self, place: int) -> None:
        self.edited.emit(self.knob.name, self.box.itemData(place), 0)


class SeedControl(Control):
    """A number that one does not choose but draws."""

    def __init__(self, knob: Knob, new_drag: Callable[[], int]) -> None:
        super().__init__(knob, new_drag)
        self.box = number_box(knob)
        self.button = QPushButton()
        row = QHBoxLayout()
        row.addWidget(self.box, 1)
        row.addWidget(self.button)
        self.rows.addLayout(row)
        self.label.setBuddy(self.box)
        for typed in (self.box.valueChanged, self.box.typed_beyond):
            typed.connect(lambda value: self.edited.emit(self.knob.name, value, 0))
        self.button.clicked.connect(self.draw_anew)

    def show_value(self, value: Any) -> None:
        with QSignalBlocker(self.box):
            self.box.setValue(value)

    def retranslate_values(self) -> None:
        self.button.setText(_("Draw anew"))
        self.button.setAccessibleName(_("Draw anew"))

    def draw_anew(self) -> None:
        """Ask for another seed, small enough to be read out in a hall."""
        self.edited.emit(self.knob.name, random.randrange(1000), 0)


class SwitchControl(Control):
    """On or off."""

    def __init__(self, knob: Knob, new_drag: Callable[[], int]) -> None:
        super().__init__(knob, new_drag)
        self.label.hide()
        self.box = QCheckBox()
        self.rows.addWidget(self.box)
        self.box.toggled.connect(lambda on: self.edited.emit(self.knob.name, on, 0))

    def show_value(self, value: Any) -> None:
        with QSignalBlocker(self.box):
            self.box.setChecked(value)

    def retranslate_values(self) -> None:
        self.box.setText(self.label.text())


class TextControl(Control):
    """A line of text, taken on Enter or when the keyboard goes elsewhere."""

    def __init__(self, knob: Knob, new_drag: Callable[[], int]) -> None:
        super().__init__(knob, new_drag)
        self.box = QLineEdit()
        self.rows.addWidget(self.box)
        self.label.setBuddy(self.box)
        self.box.editingFinished.connect(lambda: self.edited.emit(self.knob.name, self.box.text().strip(), 0))

    def show_value(self, value: Any) -> None:
        self.box.setText(value)


class PathControl(Control):
    """The path of a file, typed or looked for."""

    def __init__(self, knob: Knob, new_drag: Callable[[], int]) -> None:
        super().__init__(knob, new_drag)
        self.box = QLineEdit()
        self.button = QPushButton()
        row = QHBoxLayout()
        row.addWidget(self.box, 1)
        row.addWidget(self.button)
        self.rows.addLayout(row)
        self.label.setBuddy(self.box)
        self.box.editingFinished.connect(lambda: self.edited.emit(self.knob.name, self.box.text(), 0))
        self.button.clicked.connect(self._look_for)

    def show_value(self, value: Any) -> None:
        self.box.setText(value)

    def retranslate_values(self) -> None:
        self.button.setText(_("Browse…"))
        self.button.setAccessibleName(_("Browse…"))

    def chosen(self) -> str:
        """Return the path of a file that is looked for in a dialog, or nothing."""
        path, _kind = QFileDialog.getOpenFileName(self, _(self.knob.title), self.box.text(), self.knob.opens)
        return path

    def _look_for(self) -> None:
        if path := self.chosen():
            self.edited.emit(self.knob.name, path, 0)


_KINDS: dict[type, type[Control]] = {bool: SwitchControl, int: NumberControl, float: NumberControl, str: TextControl}


def control_for(knob: Knob, new_drag: Callable[[], int]) -> Control:
    """Return the control that a field's declaration calls for."""
    declared = {ChoiceControl: knob.choices is not None, SeedControl: knob.is_seed, PathControl: bool(knob.opens)}
    kind = next((each for each, is_called_for in declared.items() if is_called_for), _KINDS[knob.kind])
    return kind(knob, new_drag)


class Controls(QScrollArea):
    """All fields: those in front, and the others folded away."""

    refused = Signal(object)
    """An ExperimentError: what was typed makes no experiment; the control shows the former value again."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store
        self._only: frozenset[str] = frozenset()
        self._hinted: frozenset[str] = frozenset()
        self._is_lying = False
        self._style: Style | None = None
        self._frame: Frame | None = None
        self.controls = {name: control_for(knob, store.new_drag) for name, knob in KNOBS.items()}
        self.fold = QToolButton()
        self.fold.setCheckable(True)
        self.fold.setAutoRaise(True)
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._more = QWidget()
        self._more_rows = QVBoxLayout(self._more)
        self._more_rows.setContentsMargins(0, 0, 0, 0)
        inside = QWidget()
        self._rows = QVBoxLayout(inside)
        for control in self.controls.values():
            (self._rows if control.knob.group == "front" else self._more_rows).addWidget(control)
            control.edited.connect(self._on_edited)
        self.tiles = StartTiles()
        for widget in (self.fold, self._more, self.tiles):
            self._rows.addWidget(widget)
        self._rows.addStretch(1)
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.fold.toggled.connect(self._on_folded)
        self._on_folded(False)
        self._keys = KeepsItsKeys()
        self._keys.install(inside)
        store.changed.connect(self.show_spec)
        self.show_spec(store.spec)

    def show_spec(self, spec: Spec) -> None:
        """Show the values of an experiment, and only the fields that make a difference in it."""
        for name, control in self.controls.items():
            control.show_value(getattr(spec, name))
            control.show_experiment(spec)
            control.setVisible(name in self._only if self._only else control.knob.applies(spec))

    def show_reading(self, frame: Frame) -> None:
        """Say below the data file how it was read."""
        if frame is not self._frame:
            self._frame = frame
            self._write_reading()

    def _write_reading(self) -> None:
        text = ""
        if self._frame is not None and self._frame.reading is not None:
            text = reading_text(self._frame.spec.data_file, self._frame.reading)
        self.controls["data_file"].show_remark(text)

    def show_only(self, names: Sequence[str]) -> None:
        """Show only some fields, as a lesson wants it; with none given, all."""
        self._only = frozenset(names)
        for widget in (self.fold, self.tiles):
            widget.setVisible(not names)
        self._more.setVisible(bool(names) or self.fold.isChecked())
        self.show_spec(self._store.spec)
        self._fit()

    def set_lying(self, on: bool) -> None:
        """Put the fields of `show_only` beside one another, for a line below the picture; or below one another again."""
        self._is_lying = on
        direction = QBoxLayout.Direction.LeftToRight if on else QBoxLayout.Direction.TopToBottom
        for rows in (self._rows, self._more_rows):
            rows.setDirection(direction)
        self._fit()

    def _fit(self) -> None:
        """Take the width of a column, or of as many fields as lie beside one another."""
        if self._style is None:
            return
        px, count = self._style.px, len(self._only)
        margin = round(px(12))
        self._rows.setContentsMargins(margin, 0 if self._is_lying else margin, margin, 0 if self._is_lying else margin)
        self.setVisible(bool(count) or not self._is_lying)
        bars = Qt.ScrollBarPolicy.ScrollBarAlwaysOff if self._is_lying else Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self.setVerticalScrollBarPolicy(bars)
        if self._is_lying:
            hints = [self.controls[name].sizeHint() for name in self._only]
            width = sum(min(hint.width() + self._rows.spacing(), px(LYING_WIDTH)) for hint in hints)
            self.setFixedSize(round(width) + 2 * margin, max((hint.height() for hint in hints), default=0) + round(px(8)))
        else:
            self.setFixedWidth(round(px(288)))
            self.setMinimumHeight(0)
            self.setMaximumHeight(UNLIMITED)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.fold.setText(_("More"))
        self.tiles.retranslate()
        for control in self.controls.values():
            control.retranslate()
        self._write_reading()

    def restyle(self, style: Style) -> None:
        """Take the sizes that belong to the type."""
        self._style = style
        self.tiles.restyle(style)
        self._rows.setSpacing(round(style.px(11)))
        sheet = slider_sheet(style)
        for control in self.controls.values():
            if isinstance(control, NumberControl):
                control.slider.setStyleSheet(sheet)
        self._restyle_names()
        self._fit()

    def set_hinted(self, names: Sequence[str]) -> None:
        """Bring out the names of some fields: here it goes on. With none given, of none."""
        self._hinted = frozenset(names)
        self._restyle_names()

    def _restyle_names(self) -> None:
        if self._style is not None:
            for name, control in self.controls.items():
                colour = self._style.theme.forward if name in self._hinted else self._style.theme.ink
                control.label.setFont(self._style.font(13, bold=name in self._hinted))
                control.label.setStyleSheet(f"color: {colour}")

    def focus(self, name: str) -> None:
        """Bring a field into sight, and the keyboard to it."""
        control = self.controls[name]
        if control.knob.group != "front":
            self.fold.setChecked(True)
        self.ensureWidgetVisible(control)
        control.take_focus()

    def _on_edited(self, name: str, value: Any, drag: int) -> None:
        try:
            spec = self._store.spec.replace(**{name: value})
            if (control := self._lacking_file(spec)) is None:
                self._store.edit(name, value, drag)
            elif path := control.chosen():
                self._store.replace(spec.replace(**{control.knob.name: path}), _(KNOBS[name].title))
            else:  # the former experiment stays, and so does what the control says
                self.show_spec(self._store.spec)
        except ExperimentError as error:
            self.controls[name].show_value(getattr(self._store.spec, name))
            self.refused.emit(error)

    def _lacking_file(self, spec: Spec) -> PathControl | None:
        """Return the control of a file that a changed experiment would read, and none is named yet."""
        for name, control in self.controls.items():
            is_new = control.knob.applies(spec) and not control.knob.applies(self._store.spec)
            if isinstance(control, PathControl) and is_new and not getattr(spec, name):
                return control
        return None

    def _on_folded(self, open_: bool) -> None:
        self._more.setVisible(open_)
        self.fold.setArrowType(Qt.ArrowType.DownArrow if open_ else Qt.ArrowType.RightArrow)
