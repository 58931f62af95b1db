"""The weights of one layer as a matrix: with its numbers while they are few, as a heat map above."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from gradviz.core.choices.arrays import FloatArray
from gradviz.core.choices.errors import ExperimentError
from gradviz.core.frame import Frame
from gradviz.core.runs.playhead import Playhead
from gradviz.core.runs.probe import Neuron, Probe
from gradviz.core.runs.scene import Scene
from gradviz.i18n import _
from gradviz.numbers import signed_text
from gradviz.panels.base import BODY_ROW, Panel
from gradviz.panels.parts.style import Style
from gradviz.report.derivations import of_unit

WITH_NUMBERS = 8
"""The most rows or columns whose cells have room for numbers."""

DIMMED = 0.35
"""The opacity of the previous layer while this one is computed."""

SQUARE = 1.8
"""A matrix whose sides differ by less, and whose numbers do not need the room, is drawn with square cells."""


class MatrixItem(pg.GraphicsWidget):
    """The cells, row 1 at the top."""

    def __init__(self) -> None:
        super().__init__()
        self.matrix: FloatArray = np.zeros((0, 0))
        self.style_: Style | None = None
        self._image = QImage()

    def show_matrix(self, matrix: FloatArray) -> None:
        """Take another matrix."""
        self.matrix = matrix
        self._image = QImage()
        self.update()

    def restyle(self, style: Style) -> None:
        """Take colours and sizes."""
        self.style_, self._image = style, QImage()
        self.update()

    @property
    def room(self) -> QRectF:
        """Where the matrix lies."""
        rows, columns = self.matrix.shape
        size = self.size()
        wide, high = size.width(), size.height()
        if not rows or not columns:
            return QRectF()
        if max(rows, columns) > WITH_NUMBERS and max(rows / columns, columns / rows) < SQUARE:
            cell = min(wide / columns, high / rows)
            wide, high = cell * columns, cell * rows
        return QRectF((size.width() - wide) / 2, (size.height() - high) / 2, wide, high)

    def cell_at(self, place: QPointF) -> tuple[int, int] | None:
        """Return row and column of the cell at a place of the item."""
        room, (rows, columns) = self.room, self.matrix.shape
        if not room.contains(place):
            return None
        row, column = (place.y() - room.top()) / room.height() * rows, (place.x() - room.left()) / room.width() * columns
        return min(int(row), rows - 1), min(int(column), columns - 1)

    def paint(self, painter: QPainter, *_options: object) -> None:
        if self.style_ is None or not self.matrix.size:
            return
        if self._image.isNull():
            self._image = _image_of(self.matrix, self.style_)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(self.room, self._image)
        painter.setPen(self.style_.pen("grid", 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(self.room)
        if max(self.matrix.shape) <= WITH_NUMBERS:
            self._paint_numbers(painter, self.style_)

    def _paint_numbers(self, painter: QPainter, style: Style) -> None:
        room, (rows, columns) = self.room, self.matrix.shape
        wide, high = room.width() / columns, room.height() / rows
        texts = [
            [signed_text(float(value), 2) if np.isfinite(value) else _odd(float(value)) for value in row] for row in self.matrix
        ]
        size = next((size for size in (14.0, 12.0, 10.0, 9.0) if _fits(texts, style, size, wide, high)), None)
        if size is None:
            return
        painter.setFont(style.font(size))
        for row, of_row in enumerate(texts):
            for column, text in enumerate(of_row):
                ground = self._image.pixelColor(column, row)
                painter.setPen(_ink_on(ground))
                cell = QRectF(room.left() + column * wide, room.top() + row * high, wide, high)
                painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, text)


class MatrixPanel(Panel):
    """The weights of the layer that is looked at: a row for every unit, a column for every input."""

    key = "matrix"
    shows_one_layer = True

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.answer: Neuron | ExperimentError | None = None
        self.cells = MatrixItem()
        self.view.ci.addItem(self.cells, BODY_ROW, 0)
        self.view.ci.layout.setRowStretchFactor(BODY_ROW, 100)
        self.restyle(style)

    def restyle_items(self, style: Style) -> None:
        """Give the cells their colours."""
        self.cells.restyle(style)

    @classmethod
    def asks(cls, scene: Scene, layer: int) -> tuple[Probe]:
        """Return the question for the inside of a layer."""
        return (Probe(scene.run.spec, layer, scene.run.birth),)

    def show_playhead(self, frame: Frame, playhead: Playhead) -> None:
        """Show the weights of the current layer, or while there is no answer the previous ones, dimmed."""
        assert self.scene is not None
        answer = self.scene.answers.get(*self.asks(self.scene, self.shown_layer()))
        self.cells.setOpacity(1.0 if answer is not None else DIMMED)
        if answer is None:
            return
        self.answer = answer
        self.cells.show_matrix(answer.matrix if isinstance(answer, Neuron) else np.zeros((0, 0)))

    def show_hovered(self, frame: Frame, layer: int) -> None:
        """Show the weights of the layer that is hovered in any panel."""
        self.show_playhead(frame, self.playhead)

    def finding_text(self, frame: Frame) -> str:
        """Say how large it is, and what the full colours stand for."""
        if isinstance(self.answer, ExperimentError):
            return str(self.answer)
        if self.answer is None:
            return ""
        units, inputs = self.answer.shape
        return _("{units} units × {inputs} inputs; full colour: ±{largest}").format(
            units=units, inputs=inputs, largest=signed_text(_largest(self.answer.matrix), 3)
        )

    def legend_text(self, frame: Frame, reference: Frame | None) -> str:
        """Say how it is read."""
        if not isinstance(self.answer, Neuron):
            return ""
        if not self.answer.is_told_whole:
            return _("purple: positive, green: negative; of every block the largest weight")
        return _("purple: positive, green: negative; a row is a unit: click it for its sum")

    def layer_text(self, frame: Frame, layer: int) -> str:
        """Nothing: the layer is what the panel shows."""
        return ""

    def explanation_at(self, position: QPointF) -> str:
        """Say what the unit of a row adds up."""
        cell = self.cells.cell_at(self.cells.mapFromScene(position))
        if cell is None or not isinstance(self.answer, Neuron) or not self.answer.is_told_whole:
            return ""
        return of_unit(self.answer, cell[0])


def _largest(matrix: FloatArray) -> float:
    finite = np.abs(matrix[np.isfinite(matrix)])
    return float(finite.max()) if finite.size else 0.0


def _odd(value: float) -> str:
    return "NaN" if value != value else "∞" if value > 0 else "−∞"


def _image_of(matrix: FloatArray, style: Style) -> QImage:
    """Return the matrix as colours: from the ground at 0 to a full colour at the largest; what is no number in the colour of faults."""
    largest = _largest(matrix)
    with np.errstate(all="ignore"):
        shares = np.clip(np.nan_to_num(np.abs(matrix.astype(np.float64)) / (largest or 1.0), nan=1.0, posinf=1.0), 0.0, 1.0)
    ground, positive, negative, fault = (_rgb(style.colour(role)) for role in ("ground", "positive", "negative", "fault"))
    full = np.where((matrix >= 0)[..., None], positive, negative)
    full = np.where(np.isfinite(matrix)[..., None], full, fault)
    colours = np.round(ground + shares[..., None] * (full - ground)).astype(np.uint8)
    rows, columns = matrix.shape
    padded = np.zeros((rows, columns, 4), np.uint8)
    padded[..., :3], padded[..., 3] = colours[..., ::-1], 255
    return QImage(padded.tobytes(), columns, rows, 4 * columns, QImage.Format.Format_RGB32).copy()


def _rgb(colour: QColor) -> np.ndarray:
    return np.array([colour.red(), colour.green(), colour.blue()], dtype=np.float64)


def _ink_on(ground: QColor) -> QColor:
    """Return black or white, whichever is read better."""
    return QColor("#000000" if ground.lightnessF() > 0.5 else "#ffffff")


def _fits(texts: list[list[str]], style: Style, size: float, wide: float, high: float) -> bool:
    metrics = QFontMetricsF(style.font(size))
    widest = max(metrics.horizontalAdvance(text) for row in texts for text in row)
    return widest + style.px(4) <= wide and metrics.height() <= high
