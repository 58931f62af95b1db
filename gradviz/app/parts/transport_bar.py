"""The bar below the panels: to the start, step, play, step, to the end; the way there and back; speed and loop."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from gradviz.app.parts.icons import icon
from gradviz.app.parts.theme import slider_sheet
from gradviz.app.session.transport import SPEEDS, Transport
from gradviz.core.runs.playhead import Phase
from gradviz.i18n import N_, _
from gradviz.panels.parts.style import Style

BUTTONS = ("to_start", "step_back", "play", "step_on", "to_end", "loop")
"""Keys of `ACTIONS`."""

_PLACE = {
    Phase.FORWARD: N_("layer {layer} of {depth} · forward →"),
    Phase.BACKWARD: N_("layer {layer} of {depth} · backward ←"),
    Phase.WHOLE: N_("layer {layer} of {depth} · everything shown"),
}


class TransportBar(QWidget):
    """What moves the playhead by hand."""

    def __init__(self, transport: Transport, actions: dict[str, QAction]) -> None:
        super().__init__()
        self._transport = transport
        self._style: Style | None = None
        self._icons_key: object = None
        self._is_small = False
        self._row = QHBoxLayout(self)
        self.buttons = {}
        for key in BUTTONS:
            button = QToolButton()
            button.setDefaultAction(actions[key])
            button.setAutoRaise(True)
            self._row.addWidget(button)
            self.buttons[key] = button
        self.track = QSlider(Qt.Orientation.Horizontal)
        self.track.setMinimum(1)
        self.place = QLabel()
        self.place.setTextFormat(Qt.TextFormat.PlainText)
        self.speed = QComboBox()
        for speed in SPEEDS:
            self.speed.addItem(f"×{speed:g}".replace("0.25", "¼").replace("0.5", "½"), speed)
        self._row.addWidget(self.track, 1)
        self._row.addWidget(self.place)
        self._row.addWidget(self.speed)
        self.track.valueChanged.connect(transport.scrub)
        self.speed.currentIndexChanged.connect(lambda place: transport.set_speed(self.speed.itemData(place)))
        transport.moved.connect(self.refresh)
        transport.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show where the playhead is, and whether it moves."""
        self._show_icons()
        depth, playhead = self._transport.depth, self._transport.playhead
        with QSignalBlocker(self.track), QSignalBlocker(self.speed):
            self.track.setMaximum(2 * depth)
            # Where everything is shown the wave is over, whichever layer is looked at.
            self.track.setValue(2 * depth if playhead.phase is Phase.WHOLE else playhead.position(depth))
            self.speed.setCurrentIndex(SPEEDS.index(self._transport.speed))
        text = _("layer {layer} of {depth}") if self._is_small else _(_PLACE[playhead.phase])
        self.place.setText(text.format(layer=playhead.layer, depth=depth))

    def set_small(self, on: bool) -> None:
        """Leave only the button that plays, and the track."""
        self._is_small = on
        for key, button in self.buttons.items():
            button.setVisible(key == "play" or not on)
        self.speed.setVisible(not on)
        self.retranslate()

    def _show_icons(self) -> None:
        key = (self._style, self._transport.is_playing)
        if self._style is None or key == self._icons_key:
            return
        self._icons_key = key
        for name, button in self.buttons.items():
            shown = "pause" if name == "play" and self._transport.is_playing else name
            side = button.iconSize().width()
            button.defaultAction().setIcon(icon(shown, self._style.colour("ink"), side, self.devicePixelRatioF()))

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.track.setAccessibleName(_("Playhead: forward, then backward"))
        self.track.setToolTip(_("The way there and back: the left half is the forward wave, the right half the backward wave."))
        self.speed.setAccessibleName(_("Speed"))
        self.speed.setToolTip(_("How fast the wave runs"))
        self.refresh()
        # The longest text decides, so that the bar does not jump while the wave runs.
        texts = [_("layer {layer} of {depth}")] if self._is_small else [_(text) for text in _PLACE.values()]
        most = self._transport.depth if self._is_small else 1000
        longest = max(texts, key=len).format(layer=most, depth=most)
        self.place.setMinimumWidth(self.place.fontMetrics().horizontalAdvance(longest))

    def restyle(self, style: Style) -> None:
        """Take the sizes that belong to the type."""
        side, gap = round(style.px(12)), round(style.px(6))
        self._row.setContentsMargins(side, gap, side, gap)
        self._row.setSpacing(gap)
        for button in self.buttons.values():
            button.setFixedSize(round(style.px(38)), round(style.px(34)))
            button.setIconSize(QSize(round(style.px(24)), round(style.px(24))))
        self._icons_key, self._style = None, style
        self.track.setStyleSheet(slider_sheet(style))
        self.place.setFont(style.font(13))
        self.retranslate()
