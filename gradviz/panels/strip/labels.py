"""The words on the network strip."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from gradviz.i18n import N_, _
from gradviz.panels.parts.style import Style
from gradviz.panels.strip.items import Lane, LitItem
from gradviz.panels.strip.shape import INFINITE, NAN, ZERO

_MARKS = {
    # kind: (name, sign where the name does not fit)
    ZERO: (N_("exactly 0"), "0"),
    INFINITE: (N_("infinite"), "∞"),
    NAN: (N_("NaN, not a number"), "NaN"),
}


class LabelsItem(LitItem):
    """The words on the strip, over everything else."""

    def paint(self, painter: QPainter, *_options: object) -> None:
        if self.strip is None or self.style_ is None:
            return
        for lane in (self.strip.forward, self.strip.backward):
            self._paint_marks(painter, self.style_, lane, self.strip.lit(lane, self.playhead))
        for text, role, size, where, how in self.strip.texts:
            painter.setFont(self.style_.font(size, bold=role != "quiet"))
            painter.setPen(self.style_.colour(role))
            painter.drawText(where, how, text)

    @staticmethod
    def _paint_marks(painter: QPainter, style: Style, lane: Lane, lit: range) -> None:
        """Say once for every run of layers what they are; the sign alone where there is little room, nothing where there is none."""
        painter.setFont(style.font(11, bold=True))
        metrics, end = QFontMetricsF(painter.font()), -1.0
        for first, last, kind in lane.marks:
            first, last = max(first, lit.start), min(last, lit.stop - 1)
            if not lit or first > last:
                continue
            ends = QRectF(lane.rects[first]), QRectF(lane.rects[last])
            room = QRectF(ends[0].left(), lane.area.top(), ends[1].right() - ends[0].left(), lane.area.height())
            name, sign = _(_MARKS[kind][0]), _MARKS[kind][1]
            text = name if metrics.horizontalAdvance(name) + style.px(8) < room.width() else sign
            width = metrics.horizontalAdvance(text) + style.px(6)
            place = QRectF(room.center().x() - width / 2, room.center().y() - metrics.height() / 2, width, metrics.height())
            place.moveLeft(min(max(place.left(), lane.area.left()), lane.area.right() - width))
            if place.left() < end:
                continue
            end = place.right()
            painter.fillRect(place, style.brush("ground", 0.85))
            painter.setPen(style.colour("fault" if kind == NAN else lane.role))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
