"""From a Frame and the room there is to the network strip: every column, circle, line and arc in pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PySide6.QtCore import QLineF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath

from gradviz.core.frame import Frame
from gradviz.core.network import Network
from gradviz.i18n import _
from gradviz.panels import strip_shape as shape
from gradviz.panels.base import layer_ends
from gradviz.panels.strip_items import BetweenItem, Lane, Shape, Strip, mixed, polygon_path
from gradviz.panels.style import Style

LEAST_HEIGHT = 3
"""Pixels that the narrowest layer keeps."""

MOST_LINES = 3000
"""So many weights are drawn; with more layers, of each only the strongest."""

ARC_ROOM, LEAST_ARC = 14.0, 5.0
"""Room above the columns for skip connections, and the least width of an arc, in pixels."""

LEAST_FOR_CIRCLES = (9.0, 4.0)
"""Pixels a layer, and a unit, below which circles are too small and columns are drawn."""

INPUT_WIDTH = 12.0


@dataclass(frozen=True)
class Layout:
    """Where everything is; `box` is the room over the layer axis, in pixels of the plot."""

    frame: Frame
    style: Style
    box: QRectF

    @cached_property
    def network(self) -> Network:
        """The network whose layers are drawn."""
        return Network(self.frame.spec)

    @cached_property
    def pixels(self) -> float:
        """Pixels a layer."""
        left, right = layer_ends(self.frame.depth)
        return self.box.width() / (right - left)

    @cached_property
    def columns(self) -> shape.Bands:
        """Which layers stand together."""
        return shape.bands(self.frame.depth, self.pixels)

    @cached_property
    def units(self) -> tuple[int, ...]:
        """n_0 … n_L."""
        return self.network.units

    @property
    def top(self) -> float:
        """Where the highest column ends."""
        return self.box.top() + (self.style.px(ARC_ROOM) if self.frame.spec.residual else self.style.px(2))

    @property
    def middle(self) -> int:
        """Between the two lanes."""
        return round((self.top + self.box.bottom()) / 2)

    @property
    def half(self) -> float:
        """Half of the highest column."""
        return max(float(LEAST_HEIGHT), (self.box.bottom() - self.top) / 2 - 1)

    @property
    def spacing(self) -> float:
        """From a unit to the next, where they are circles."""
        return min(2 * self.half / max(self.units[1:]), self.style.px(26))

    @property
    def is_circles(self) -> bool:
        """Whether units are drawn one by one."""
        room, least = LEAST_FOR_CIRCLES
        return max(self.units[1:]) <= shape.MOST_CIRCLES and self.pixels >= room and self.spacing >= least

    @property
    def radius(self) -> float:
        """Of a circle."""
        return shape.radius(self.pixels, self.spacing)

    def x(self, layer: float) -> float:
        """Return where a layer stands; the input moves to the edge where its place is farther out."""
        place = self.box.left() + (layer - layer_ends(self.frame.depth)[0]) * self.pixels
        return place if layer else max(place, self.box.left() - self.style.px(INPUT_WIDTH))

    def strip(self) -> Strip:
        """Return the layers and what is written beside them."""
        first, last = self.columns
        inset = 0.5 if self.pixels < shape.OWN_COLUMNS else shape.FILLED / 2
        left, right = (np.array([self.x(float(each)) for each in ends]) for ends in (first - inset, last + inset))
        with np.errstate(all="ignore"):
            sizes = np.log10(self.frame.series["activation_rms"]), self.frame.series["log10_grad_a_rms"]
        return Strip(
            forward=self._lane("forward", sizes[0], left, right, -1),
            backward=self._lane("backward", sizes[1], left, right, 1),
            first=first,
            last=last,
            left=left,
            right=right,
            bars=self._bars(left, right),
            input_shape=self._input(),
            texts=self._texts(),
        )

    def _lane(self, role: str, sizes: np.ndarray, left: np.ndarray, right: np.ndarray, side: int) -> Lane:
        shapes = self._circles(side) if self.is_circles else self._rects(left, right, side)
        outline = QPainterPath()
        for each in shapes:
            outline.addRect(QRectF(each)) if isinstance(each, QRect) else outline.addPath(each)
        marks = shape.runs(shape.gravest(shape.kinds(sizes), self.columns))
        top = self.middle - self.half if side < 0 else self.middle
        area = QRectF(self.box.left(), top, self.box.width(), self.half)
        return Lane(role, shapes, outline, self._colours(role, sizes), marks, area)

    def _colours(self, role: str, sizes: np.ndarray) -> list[QColor]:
        return [mixed(self.style, role, level) for level in shape.mean_levels(shape.levels(sizes), self.columns).tolist()]

    def _rects(self, left: np.ndarray, right: np.ndarray, side: int) -> list[Shape]:
        """Return halves of columns, on whole pixels: neighbours then meet without a seam."""
        shares = np.maximum.reduceat(shape.heights(self.units)[1:], self.columns.first - 1)
        highs = np.maximum(np.round(shares * self.half), LEAST_HEIGHT).astype(int).tolist()
        edges = np.round(left).astype(int).tolist(), np.round(right).astype(int).tolist()
        return [
            QRect(start, self.middle - high if side < 0 else self.middle + 1, max(1, end - start), high)
            for start, end, high in zip(*edges, highs, strict=True)
        ]

    def _circles(self, side: int) -> list[Shape]:
        shapes: list[Shape] = []
        for layer in range(1, self.frame.depth + 1):
            path = QPainterPath()
            for y in shape.unit_places(self.units[layer], self.spacing):
                self._add_circle(path, self.x(layer), self.middle + float(y), -180.0 * side)
            shapes.append(path)
        return shapes

    def _add_circle(self, path: QPainterPath, x: float, y: float, angle: float) -> None:
        r = self.radius
        path.moveTo(x + r, y)
        path.arcTo(QRectF(x - r, y - r, 2 * r, 2 * r), 0.0, angle)
        path.closeSubpath()

    def _input(self) -> QPainterPath:
        path, x = QPainterPath(), self.x(0)
        if self.pixels < shape.LEAST_BAND:
            return path
        if self.is_circles and self.units[0] <= shape.MOST_CIRCLES and self.units[0] * self.spacing <= 2 * self.half + 1:
            for y in shape.unit_places(self.units[0], self.spacing):
                self._add_circle(path, x, self.middle + float(y), 360.0)
            return path
        high = max(float(LEAST_HEIGHT), float(shape.heights(self.units)[0]) * self.half)
        wide = min(self.pixels * shape.FILLED, self.style.px(INPUT_WIDTH)) / 2
        return polygon_path([(x + dx * wide, self.middle + dy * high) for dx, dy in ((-1, -1), (1, -1), (1, 1), (-1, 1))])

    def _bars(self, left: np.ndarray, right: np.ndarray) -> list[QRectF]:
        """Return a thin bar where a layer is normalized: before its column or behind it, as before or after the activation."""
        spec = self.frame.spec
        if spec.normalization == "none" or self.pixels < 2 * shape.OWN_COLUMNS:
            return []
        before, wide = spec.normalization_place == "before", self.style.px(2)
        reach = self.radius if self.is_circles else 0.0
        bars = []
        for layer in range(1, self.frame.depth + 1):
            if self.network.normalization(layer, spec.normalization_place).name != "none":
                high = self.half if self.is_circles else float(shape.heights(self.units)[layer]) * self.half
                edges = (self.x(layer) - reach, self.x(layer) + reach) if reach else (left[layer - 1], right[layer - 1])
                x = edges[0] - 1.5 * wide if before else edges[1] + 0.5 * wide
                bars.append(QRectF(x, self.middle - high, wide, 2 * high))
        return bars

    def _texts(self) -> list[tuple[str, str, QRectF, Qt.AlignmentFlag]]:
        px, flag = self.style.px, Qt.AlignmentFlag
        wide = self.box.left() - px(INPUT_WIDTH + 14)
        texts = [
            (_("forward →"), "forward", QRectF(0, self.middle - self.half, wide, self.half), flag.AlignRight | flag.AlignVCenter),
            (_("← backward"), "backward", QRectF(0, self.middle, wide, self.half), flag.AlignRight | flag.AlignVCenter),
        ]
        if self.pixels >= shape.OWN_COLUMNS:
            under = QRectF(self.x(0) - px(20), self.box.bottom() + px(5), px(40), px(16))
            texts.append(("0", "quiet", under, flag.AlignHCenter | flag.AlignTop))
        beyond = self.x(self.frame.depth + 0.45)
        if self.box.right() - beyond > px(30):
            where = QRectF(beyond, self.middle - self.half, self.box.right() - beyond, 2 * self.half)
            texts.append((_("loss"), "quiet", where, flag.AlignCenter))
        return texts

    def lines(self) -> dict[tuple[int, bool], list[QLineF]]:
        """Return the weights, by strength and sign, where units are drawn one by one."""
        lines: dict[tuple[int, bool], list[QLineF]] = {}
        if not self.is_circles:
            return lines
        most, strengths, r = max(1, MOST_LINES // self.frame.depth), BetweenItem.STRENGTHS, self.radius
        for layer in range(1, self.frame.depth + 1):
            if layer == 1 and self.units[0] > shape.MOST_CIRCLES:
                continue
            places = [shape.unit_places(units, self.spacing) + self.middle for units in self.units[layer - 1 : layer + 1]]
            for to, from_, w in zip(*shape.strongest(self.network.weight(layer), most), strict=True):
                ends = (self.x(layer - 1) + r, float(places[0][from_])), (self.x(layer) - r, float(places[1][to]))
                strength = max(1, round(strengths * abs(float(w))))
                lines.setdefault((strength, bool(w < 0)), []).append(QLineF(*ends[0], *ends[1]))
        return lines

    def arcs(self) -> QPainterPath:
        """Return the skip connections as arcs, or where they are too narrow for that, one line over all of them."""
        path, order = QPainterPath(), self.frame.spec.residual_order
        sources = [(source, layer) for layer in range(1, self.frame.depth + 1) if (source := self.network.skip(layer, order)) is not None]
        if not sources:
            return path
        room = self.style.px(ARC_ROOM)
        if self.frame.spec.residual * self.pixels < LEAST_ARC:
            path.moveTo(self.x(sources[0][0]), self.top - room / 2)
            path.lineTo(self.x(sources[-1][1]), self.top - room / 2)
            return path
        for source, layer in sources:
            path.moveTo(self.x(source), self.top - 1)
            path.quadTo((self.x(source) + self.x(layer)) / 2, self.top - 2 * room + 4, self.x(layer), self.top - 1)
        return path
