"""From a Frame and the room there is to the network strip: every column, circle, line and arc in pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PySide6.QtCore import QLineF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF

from gradviz.core.frame import FEW_UNITS, Frame, sampled_units
from gradviz.i18n import _
from gradviz.panels.parts.layer_plots import layer_ends
from gradviz.panels.parts.style import Style
from gradviz.panels.strip import shape as shape
from gradviz.panels.strip.items import Lane, Strip, mixed

LEAST_COLUMN = 3
"""Pixels that the narrowest layer keeps."""

ARC_ROOM = 14.0
"""Pixels above the columns, for skip connections."""

LEAST_FOR_DOTS = (12.0, 4.0)
"""Pixels a layer, and a unit, below which dots are too small and columns are drawn."""

SMALLEST_NAME = 6.5
"""Pixels at scale 1 below which the names of the two waves are left out of a low strip."""

INPUT_WIDTH = 12.0
"""Pixels, at most."""

GLOW_LAYERS, LEAST_GLOW = 1.2, 26.0
"""How far the light of the wave front reaches behind it, in layers, and in pixels at least."""


@dataclass(frozen=True)
class StripLayout:
    """Where everything is.

    Attributes
    ----------
    frame : Frame
    style : Style
    box : QRectF
        The room over the layer axis, in pixels of the plot.
    depth : int
        The axis ends here; of a deeper network, the layers up to it are drawn.
    name : str
        What stands beside it in place of the waves' names, where there is another network to tell it from.
    is_lowest : bool
        Whether the layer axis is right below it.
    """

    frame: Frame
    style: Style
    box: QRectF
    depth: int
    name: str = ""
    is_lowest: bool = True

    @cached_property
    def last(self) -> int:
        """The last layer that is drawn."""
        return min(self.frame.depth, self.depth)

    @cached_property
    def pixels(self) -> float:
        """Pixels a layer."""
        left, right = layer_ends(self.depth)
        return self.box.width() / (right - left)

    @cached_property
    def columns(self) -> shape.Bands:
        """Which layers stand together."""
        return shape.bands(self.last, self.pixels)

    @cached_property
    def units(self) -> tuple[int, ...]:
        """n_0 … n_L, as far as they are drawn."""
        return self.frame.net.units[: self.last + 1]

    @property
    def drawn(self) -> range:
        """The layers that are drawn, from 0, the input, on."""
        return range(self.last + 1)

    @cached_property
    def log10_largest_gradient(self) -> float:
        """Of all weights in the sample."""
        found = [sample.log10_gradients[np.isfinite(sample.log10_gradients)] for sample in self.frame.samples]
        return max((float(each.max()) for each in found if each.size), default=0.0)

    @cached_property
    def levels(self) -> np.ndarray:
        """How full the colour of each layer's units is, (L,)."""
        with np.errstate(all="ignore"):
            return shape.levels(np.log10(self.frame.series["activation_rms"]))

    @cached_property
    def top(self) -> float:
        """Where the highest column ends."""
        return self.box.top() + (self.style.px(ARC_ROOM) if self.frame.net.residual else self.style.px(2))

    @cached_property
    def middle(self) -> int:
        """Between the two lanes."""
        return round((self.top + self.box.bottom()) / 2)

    @cached_property
    def half(self) -> float:
        """Half of the highest column."""
        return max(float(LEAST_COLUMN), (self.box.bottom() - self.top) / 2 - 1)

    @cached_property
    def spacing(self) -> float:
        """From a unit to the next, where they are drawn one by one."""
        if self.draws_all:
            return min(2 * self.half / max(self.units[1:]), self.style.px(26))
        rooms = 2 * self.half * shape.heights(self.units)[1:] / np.array([len(sampled_units(n)) for n in self.units[1:]])
        return min(float(rooms.min()), self.style.px(26))

    @cached_property
    def draws_all(self) -> bool:
        """Whether every unit of every layer is drawn, and not some of them."""
        return max(self.units[1:]) <= FEW_UNITS

    @cached_property
    def is_dots(self) -> bool:
        """Whether units are drawn one by one."""
        room, least = LEAST_FOR_DOTS
        return self.pixels >= room and self.spacing >= least

    def places(self, layer: int) -> np.ndarray:
        """Return where the drawn units of a layer stand, in pixels from the middle."""
        if layer not in self._places:
            self._places[layer] = self._placed(layer)
        return self._places[layer]

    @cached_property
    def _places(self) -> dict[int, np.ndarray]:
        return {}

    def _placed(self, layer: int) -> np.ndarray:
        count = len(sampled_units(self.units[layer]))
        if self.draws_all and self.units[layer] <= FEW_UNITS:
            return shape.unit_places(count, min(self.spacing, 2 * self.half / count))
        end = max(0.0, float(self.highs[layer]) - self.radius)
        return np.linspace(-end, end, count) if count > 1 else np.zeros(1)

    @cached_property
    def radius(self) -> float:
        """Of a dot."""
        return shape.radius(self.pixels, self.spacing)

    @cached_property
    def rim(self) -> float:
        """From a dot to the edge of its column."""
        return min(self.style.px(3), 0.12 * self.pixels)

    @cached_property
    def highs(self) -> np.ndarray:
        """Half of the height of each column, 0 … L."""
        if self.is_dots and self.draws_all:
            return np.minimum(np.array(self.units) * self.spacing / 2, self.half)
        return shape.heights(self.units) * self.half

    def x(self, layer: float) -> float:
        """Return where a layer stands; the input moves to the edge where its place is farther out."""
        place = self.box.left() + (layer - layer_ends(self.depth)[0]) * self.pixels
        return place if layer else max(place, self.box.left() - self.style.px(INPUT_WIDTH))

    def strip(self) -> Strip:
        """Return the layers and what is written beside them."""
        first, last = self.columns
        inset = 0.5 if self.pixels < shape.OWN_COLUMNS else shape.FILLED / 2
        if self.is_dots:
            inset = (self.radius + self.rim) / self.pixels
        left, right = (np.array([self.x(float(each)) for each in ends]) for ends in (first - inset, last + inset))
        with np.errstate(all="ignore"):
            forward = np.log10(self.frame.series["activation_rms"][: self.last])
        return Strip(
            forward=self._lane("forward", forward, left, right, -1),
            backward=self._lane("backward", self.frame.series["log10_grad_a_rms"][: self.last], left, right, 1),
            first=first,
            last=last,
            left=left,
            right=right,
            bars=self._bars(left, right),
            entrance=self._entrance(),
            texts=self._texts(),
            is_dots=self.is_dots,
            reach=max(self.style.px(LEAST_GLOW), GLOW_LAYERS * self.pixels),
        )

    def _lane(self, role: str, sizes: np.ndarray, left: np.ndarray, right: np.ndarray, side: int) -> Lane:
        rects = self._rects(left, right, side)
        marks = shape.runs(shape.gravest(shape.kinds(sizes), self.columns))
        top = self.middle - self.half if side < 0 else self.middle
        area = QRectF(self.box.left(), top, self.box.width(), self.half)
        edges = [_edge(rect, side) for rect in rects]
        return Lane(role, rects, self._colours(role, sizes), marks, area, edges)

    def _colours(self, role: str, sizes: np.ndarray) -> list[QColor]:
        """Return the colour of each column: by its level, and without one where there is no number."""
        kinds = shape.gravest(shape.kinds(sizes), self.columns).tolist()
        levels = shape.mean_levels(shape.levels(sizes), self.columns).tolist()
        return [
            mixed(self.style, "fault", 0.15) if kind == shape.NAN else mixed(self.style, role, level)
            for kind, level in zip(kinds, levels, strict=True)
        ]

    def _rects(self, left: np.ndarray, right: np.ndarray, side: int) -> list[QRect]:
        """Return halves of columns, on whole pixels: neighbours then meet without a seam."""
        highs = (
            np.maximum(np.round(np.maximum.reduceat(self.highs[1:], self.columns.first - 1)), LEAST_COLUMN).astype(int).tolist()
        )
        edges = np.round(left).astype(int).tolist(), np.round(right).astype(int).tolist()
        return [
            QRect(start, self.middle - high if side < 0 else self.middle + 1, max(1, end - start), high)
            for start, end, high in zip(*edges, highs, strict=True)
        ]

    def _entrance(self) -> QRectF:
        if self.pixels < shape.LEAST_BAND or self.is_dots:
            return QRectF()
        high = max(float(LEAST_COLUMN), float(self.highs[0]))
        wide = min(self.pixels * shape.FILLED, self.style.px(INPUT_WIDTH))
        return QRectF(self.x(0) - wide / 2, self.middle - high, wide, 2 * high)

    def _bars(self, left: np.ndarray, right: np.ndarray) -> list[QRectF]:
        """Return a thin bar where a layer is normalized: before its column or behind it, as before or after the activation."""
        net = self.frame.net
        if not net.is_normalized or self.pixels < 2 * shape.OWN_COLUMNS:
            return []
        before, wide = net.place == "before", self.style.px(2)
        bars = []
        for layer in range(1, self.last + 1):
            if net.normalization(layer, net.place).axis is not None:
                high = float(self.highs[layer])
                x = left[layer - 1] - 2 * wide if before else right[layer - 1] + wide
                bars.append(QRectF(x, self.middle - high, wide, 2 * high))
        return bars

    def _texts(self) -> list[tuple[str, str, float, QRectF, Qt.AlignmentFlag]]:
        px, flag = self.style.px, Qt.AlignmentFlag
        wide = self.x(0) - max(px(INPUT_WIDTH / 2), self._entrance().width() / 2) - px(6)
        names = {"forward": (_("forward →"), self.middle - self.half), "backward": (_("← backward"), float(self.middle))}
        metrics = QFontMetricsF(self.style.font(12, bold=True))
        widest = max(metrics.horizontalAdvance(name) for name, _top in names.values())
        size = 12 * min(1.0, min(wide, px(62)) / widest, self.half / metrics.height())
        texts = (
            self._name(wide)
            if self.name or size < SMALLEST_NAME or self.is_dots
            else [
                (name, role, size, QRectF(0, top, wide, self.half), flag.AlignRight | flag.AlignVCenter)
                for role, (name, top) in names.items()
            ]
        )
        if self.is_lowest and self.x(1) - self.x(0) > px(17):
            under = QRectF(self.x(0) - px(20), self.box.bottom() + px(5), px(40), px(16))
            texts.append(("0", "quiet", 12.0, under, flag.AlignHCenter | flag.AlignTop))
        beyond = self.x(self.last + 0.5)
        if self.box.right() - beyond > QFontMetricsF(self.style.font(12)).horizontalAdvance(_("loss")):
            where = QRectF(beyond, self.middle - self.half, self.box.right() - beyond, 2 * self.half)
            texts.append((_("loss"), "quiet", 12.0, where, flag.AlignLeft | flag.AlignVCenter))
        return texts

    def _name(self, wide: float) -> list[tuple[str, str, float, QRectF, Qt.AlignmentFlag]]:
        """Return the network's name, in as many lines as there is room for."""
        room = QRectF(0, self.box.top(), wide, self.box.height())
        how = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for size in (12.0, 11.0, 10.0):
            metrics = QFontMetricsF(self.style.font(size))
            if room.contains(metrics.boundingRect(room, how | Qt.TextFlag.TextWordWrap, self.name)):
                return [(self.name, "quiet", size, room, how | Qt.TextFlag.TextWordWrap)]
        return [(metrics.elidedText(self.name, Qt.TextElideMode.ElideRight, wide), "quiet", size, room, how)]


def _edge(rect: QRect, side: int) -> QLineF:
    y = rect.top() if side < 0 else rect.top() + rect.height()
    return QLineF(rect.left(), y, rect.left() + rect.width(), y)
