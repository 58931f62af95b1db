"""Strokes that a wave lights: of three pictures of one network, each shows where the wave has been."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from gradviz.core.runs.playhead import Phase
from gradviz.panels.parts.still_item import Stroke, paint_strokes
from gradviz.panels.strip.dots import Strokes
from gradviz.panels.strip.items import LitItem


class WaveItem(LitItem):
    """The pictures are painted once, as pixels, and a wave only moves the border between them; a picture file gets the lines."""

    def __init__(self, plot: object) -> None:
        super().__init__(plot)
        self.strokes = Strokes()
        self._pixmaps: dict[str, QPixmap] = {}
        self._is_exported = False

    def setExportMode(self, export: bool, options: object = None) -> None:
        """Paint lines, not pixels, while a picture is made (the name is pyqtgraph's)."""
        self._is_exported = export

    def show_strokes(self, strokes: Strokes) -> None:
        """Take another network."""
        self.strokes = strokes
        self._pixmaps.clear()
        self.update()

    def paint(self, painter: QPainter, *_options: object) -> None:
        if self.strip is None or self.style_ is None or not self.strip.is_dots:
            return
        for name, left, right in self._stretches():
            room = self._rect.intersected(QRectF(left, self._rect.top(), right - left, self._rect.height()))
            if room.isEmpty():
                continue
            painter.save()
            painter.setClipRect(room, Qt.ClipOperation.IntersectClip)
            if self._is_exported:
                paint_strokes(painter, self._strokes(name))
            else:
                painter.drawPixmap(self._rect.topLeft(), self._pixmap(name))
            painter.restore()

    def _stretches(self) -> Iterator[tuple[str, float, float]]:
        """Yield which picture is seen from where to where."""
        assert self.strip is not None
        left, right = self._rect.left(), self._rect.right()
        if self.playhead.phase is Phase.WHOLE:
            yield "backward", left, right
            return
        strip, place = self.strip, self.strip.column(self.playhead.layer)
        if self.playhead.phase is Phase.FORWARD:
            border = float(strip.right[place])
            yield "forward", left, border
            yield "unlit", border, right
        else:
            border = float(strip.left[place])
            yield "forward", left, border
            yield "backward", border, right

    def _strokes(self, name: str) -> Sequence[Stroke]:
        found: tuple[Stroke, ...] = getattr(self.strokes, name)
        return found

    def _pixmap(self, name: str) -> QPixmap:
        if name not in self._pixmaps:
            assert self.style_ is not None
            ratio = self.style_.ratio
            pixmap = QPixmap(max(1, round(self._rect.width() * ratio)), max(1, round(self._rect.height() * ratio)))
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            painter.translate(-self._rect.topLeft())
            paint_strokes(painter, self._strokes(name))
            painter.end()
            self._pixmaps[name] = pixmap
        return self._pixmaps[name]
