"""A lens over the network strip: where layers stand too close to show units, those around the playhead, unit by unit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from gradviz.core.runs.playhead import Phase, Playhead
from gradviz.panels.parts.still_item import paint_strokes
from gradviz.panels.strip import shape as shape
from gradviz.panels.strip.dots import Strokes
from gradviz.panels.strip.items import LitItem
from gradviz.panels.strip.layout import LEAST_FOR_DOTS, StripLayout

AROUND = 3
"""So many layers before and behind the playhead's are shown."""

PIXELS = 20.0
"""A layer under the lens, at scale 1."""

MOST = 0.4
"""Of the strip's width, the most that a lens covers."""


@dataclass(frozen=True)
class LensLayout(StripLayout):
    """Some layers of a strip, in a box over it.

    Attributes
    ----------
    whole : StripLayout
    playhead : Playhead
    """

    whole: StripLayout = field(kw_only=True)
    playhead: Playhead = field(kw_only=True)

    @classmethod
    def over(cls, whole: StripLayout, playhead: Playhead) -> LensLayout:
        """Return the lens over a strip, its box centred at the playhead as far as the strip's ends allow."""
        lens = cls(whole.frame, whole.style, whole.box, whole.depth, whole=whole, playhead=playhead)
        width = (len(lens.drawn) + 0.4) * lens.pixels
        x = whole.x(float(playhead.layer))
        left = min(max(x - width / 2, whole.box.left()), whole.box.right() - width)
        return replace(lens, box=QRectF(left, whole.box.top(), width, whole.box.height()))

    @cached_property
    def is_dots(self) -> bool:
        """Whether there is anything to show: columns below, and room for units."""
        fits = self.playhead.layer <= self.last and len(self.drawn) * self.pixels <= MOST * self.whole.box.width()
        return not self.whole.is_dots and fits and self.spacing >= LEAST_FOR_DOTS[1]

    @cached_property
    def pixels(self) -> float:
        """Pixels a layer."""
        return self.style.px(PIXELS)

    @cached_property
    def drawn(self) -> range:
        """The layers under it."""
        last, layer = self.last, self.playhead.layer
        first = max(0, min(layer - AROUND, last - 2 * AROUND))
        return range(first, min(first + 2 * AROUND, last) + 1)

    @property
    def log10_largest_gradient(self) -> float:
        """Of all weights in the sample."""
        return self.whole.log10_largest_gradient

    @property
    def levels(self) -> np.ndarray:
        """How full the colour of each layer's units is, (L,)."""
        return self.whole.levels

    def x(self, layer: float) -> float:
        """Return where a layer stands."""
        return self.box.left() + (layer - self.drawn.start + 0.7) * self.pixels


class LensItem(LitItem):
    """The lens, which stands where the playhead is; made anew with every layer, of few layers."""

    layout: StripLayout | None = None
    lens: LensLayout | None = None
    _strokes = Strokes()

    def show_layout(self, layout: StripLayout) -> None:
        """Take another network, or other room."""
        self.layout, self.lens = layout, None

    def show_playhead(self, playhead: Playhead) -> None:
        """Stand where the wave is."""
        if self.layout is not None and (self.lens is None or playhead.layer != self.playhead.layer):
            self.lens = LensLayout.over(self.layout, playhead)
            self._strokes = Strokes(self.lens)
        super().show_playhead(playhead)

    def paint(self, painter: QPainter, *_options: object) -> None:
        lens, style = self.lens, self.style_
        if lens is None or style is None or not lens.is_dots:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(style.pen("quiet", 1.2))
        painter.setBrush(style.brush("ground"))
        painter.drawRoundedRect(lens.box, style.px(4), style.px(4))
        self._paint_current(painter, lens)
        for name, left, right in self._stretches(lens):
            painter.save()
            painter.setClipRect(QRectF(left, lens.box.top(), right - left, lens.box.height()), Qt.ClipOperation.IntersectClip)
            paint_strokes(painter, getattr(self._strokes, name))
            painter.restore()

    def _stretches(self, lens: LensLayout) -> list[tuple[str, float, float]]:
        """Return which strokes are seen from where to where, as in `WaveItem`."""
        left, right, layer = lens.box.left(), lens.box.right(), self.playhead.layer
        half = lens.radius + lens.rim
        if self.playhead.phase is Phase.WHOLE:
            return [("backward", left, right)]
        if self.playhead.phase is Phase.FORWARD:
            border = lens.x(layer) + half
            return [("forward", left, border), ("unlit", border, right)]
        border = lens.x(layer) - half
        return [("forward", left, border), ("backward", border, right)]

    def _paint_current(self, painter: QPainter, lens: LensLayout) -> None:
        """Bring out the playhead's layer, and number the outermost ones in the corners."""
        style, half = lens.style, lens.radius + lens.rim
        painter.setPen(style.pen("quiet", 1.0))
        painter.setBrush(style.brush("zone", 0.25))
        painter.drawRect(QRectF(lens.x(self.playhead.layer) - half, lens.box.top() + 1, 2 * half, lens.box.height() - 2))
        painter.setFont(style.font(11))
        painter.setPen(style.colour("quiet"))
        metrics = QFontMetricsF(painter.font())
        for layer, where in ((lens.drawn.start, Qt.AlignmentFlag.AlignRight), (lens.drawn.stop - 1, Qt.AlignmentFlag.AlignLeft)):
            wide = metrics.horizontalAdvance(str(layer)) + style.px(6)
            left = lens.box.left() - wide if where is Qt.AlignmentFlag.AlignRight else lens.box.right()
            room = QRectF(left, lens.box.bottom() - metrics.height(), wide, metrics.height())
            if self.boundingRect().contains(room):
                painter.fillRect(room, style.brush("ground", 0.85))
                painter.drawText(room, Qt.AlignmentFlag.AlignCenter, str(layer))
