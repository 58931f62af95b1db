"""The starting points as tiles: each shows the gradient of its own network, measured, from layer 1 on the left to the output."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPixmap, QPolygonF
from PySide6.QtWidgets import QGridLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from gradviz.core.choices.arrays import Float64Array
from gradviz.core.runs.gradient_sizes import GradientSizes
from gradviz.core.runs.scene import Scene
from gradviz.i18n import _
from gradviz.panels.parts.style import Style
from gradviz.starting_points import STARTING_POINTS

SLOT = "starting points"

COLUMNS = 2
TILE = (106.0, 28.0)
"""The size of a tile's picture in pixels at scale 1."""

SHOWN = (-13.0, 5.0)
"""The decades that every tile shows, the output's gradient being 0, so that they can be compared."""


class StartTiles(QWidget):
    """Six buttons with pictures, which appear when their networks have been run."""

    asked = Signal(str, object)
    """A slot, and the request that the pictures are made of; none any more when they are there."""
    chosen = Signal(object)
    """A StartingPoint."""

    def __init__(self) -> None:
        super().__init__()
        self._request = GradientSizes(tuple(point.spec for point in STARTING_POINTS.values()))
        self._has_asked = False
        self._style: Style | None = None
        self.curves: dict[str, Float64Array] = {}
        """Key → log10 of the gradient's RMS in layers 1 … L over the last layer's."""
        self.title = QLabel()
        self.buttons = {key: QToolButton() for key in STARTING_POINTS}
        rows, self._tiles = QVBoxLayout(self), QGridLayout()
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self.title)
        rows.addLayout(self._tiles)
        for place, (key, button) in enumerate(self.buttons.items()):
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda *_state, key=key: self.chosen.emit(STARTING_POINTS[key]))
            self._tiles.addWidget(button, place // COLUMNS, place % COLUMNS)

    def show_scene(self, scene: Scene) -> None:
        """Ask for the pictures after the first Scene, and take those that have come."""
        if not self._has_asked:
            self._has_asked = True
            self.asked.emit(SLOT, (self._request,))
        answer = scene.answers.get(self._request)
        if isinstance(answer, tuple):
            self.curves = {key: sizes - sizes[-1] for key, sizes in zip(STARTING_POINTS, answer, strict=True)}
            for key in self.curves:
                self._paint(key)
            self.asked.emit(SLOT, ())

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.title.setText(_("Start from"))
        for key, button in self.buttons.items():
            point = STARTING_POINTS[key]
            button.setText(_(point.title))
            button.setToolTip(_(point.help))
            button.setAccessibleName(_(point.title))
            button.setAccessibleDescription(_(point.help))

    def restyle(self, style: Style) -> None:
        """Take colours and sizes."""
        self._style = style
        theme, px = style.theme, style.px
        self._tiles.setSpacing(round(px(8)))
        self.title.setFont(style.font(13))
        for key, button in self.buttons.items():
            button.setFont(style.font(12))
            button.setIconSize(QSize(round(px(TILE[0])), round(px(TILE[1]))))
            button.setStyleSheet(
                f"QToolButton {{ background: {theme.raised}; color: {theme.ink}; border: {px(1):.0f}px solid {theme.grid};"
                f" border-radius: {px(6):.0f}px; padding: {px(3):.0f}px; }}"
                f"QToolButton:hover, QToolButton:focus {{ border: {px(2):.0f}px solid {theme.forward}; }}"
            )
            self._paint(key)

    def _paint(self, key: str) -> None:
        """Paint the picture of one tile: the curve over a line at the output's size."""
        style = self._style
        if style is None or key not in self.curves:
            return
        pixmap = QPixmap(QSize(*(round(style.px(side) * style.ratio) for side in TILE)))
        pixmap.setDevicePixelRatio(style.ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        room = QRectF(QPointF(0, 0), pixmap.deviceIndependentSize()).adjusted(*(style.px(side) for side in (6, 4, -6, -4)))
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(style.pen("grid"))
        painter.drawLine(QPointF(room.left(), _height(0.0, room)), QPointF(room.right(), _height(0.0, room)))
        curve = np.clip(np.nan_to_num(self.curves[key], nan=SHOWN[0], posinf=SHOWN[1], neginf=SHOWN[0]), *SHOWN)
        across = np.linspace(room.left(), room.right(), len(curve))
        painter.setPen(style.pen("backward", 2.4))
        painter.drawPolyline(QPolygonF([QPointF(x, _height(y, room)) for x, y in zip(across, curve.tolist(), strict=True)]))
        painter.end()
        self.buttons[key].setIcon(QIcon(pixmap))


def _height(decades: float, room: QRectF) -> float:
    low, high = SHOWN
    return room.bottom() - (decades - low) / (high - low) * room.height()
