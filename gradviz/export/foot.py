"""The lines of text below the panels of a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from gradviz.core.runs.scene import Scene
from gradviz.panels.parts.style import Style
from gradviz.report.words import caption


@dataclass(frozen=True)
class Foot:
    """Lines of text below the panels: what network this is."""

    style: Style
    lines: Sequence[tuple[str, str, float]]
    """Text, colour and size of each."""

    @property
    def height(self) -> float:
        """In pixels."""
        return sum(self._line_height(size) for _text, _role, size in self.lines) + self.style.px(12)

    def paint(self, painter: QPainter, width: int, height: int) -> None:
        """Paint it at the lower edge of a picture of this size."""
        margin, top = self.style.px(14), height - self.height + self.style.px(5)
        for text, role, size in self.lines:
            painter.setFont(self.style.font(size))
            painter.setPen(self.style.colour(role))
            room = QRectF(margin, top, width - 2 * margin, self._line_height(size))
            metrics = QFontMetricsF(painter.font())
            painter.drawText(
                room,
                Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
                metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width()),
            )
            top += room.height()

    def _line_height(self, size: float) -> float:
        return QFontMetricsF(self.style.font(size)).height()


def foot_of(scene: Scene, style: Style) -> Foot:
    """Return what stands below the panels of a Scene."""
    return Foot(style, [(caption(scene.run.spec), "quiet", 11.0)])
