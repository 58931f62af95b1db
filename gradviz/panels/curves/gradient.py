"""The gradient, layer by layer, in decades."""

from __future__ import annotations

from math import inf, isfinite

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt

from gradviz.core.choices.precisions import PRECISIONS
from gradviz.core.frame import Frame
from gradviz.core.runs.playhead import Playhead
from gradviz.core.verdict import THRESHOLD_DECADES
from gradviz.i18n import N_, _
from gradviz.numbers import exact_text, factor_text, power_text
from gradviz.panels.base import LayerPanel
from gradviz.panels.curves.curve import lit_layers
from gradviz.panels.curves.curve_item import CurveItem
from gradviz.panels.parts.axes import DecadeAxis
from gradviz.panels.parts.floor import Floor
from gradviz.panels.parts.limits import drawable
from gradviz.panels.parts.marks import Marks
from gradviz.panels.parts.ranges import StillRange
from gradviz.panels.parts.style import Style

SERIES = "log10_grad_a_rms"

WIDEST_NAME = 0.45
"""The share of the plot's width from which a zone is named by one word, so that curve and slope have room."""

_FINDINGS = {
    "vanishing": N_("The gradient vanishes: {total} of it reaches layer 1"),
    "stable": N_("The gradient arrives: {total} of it reaches layer 1"),
    "grown": N_("The gradient arrives: {total} times as large at layer 1"),
    "exploding": N_("The gradient explodes: {total} times as large at layer 1"),
}


class GradientPanel(LayerPanel):
    """Size of the gradient against the layer: measured points, the pinned reference, the zones, the floor of the precision."""

    key = "gradient"
    value_axis_type = DecadeAxis

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self._range = StillRange(room=0.06)
        self._zones = {role: pg.LinearRegionItem(orientation="horizontal", movable=False) for role in ("explode", "vanish")}
        self._floor = Floor(self.plot)
        self._zone_names = {role: pg.TextItem(anchor=(1, 0.5)) for role in self._zones}
        self._reference = CurveItem("s", width=1.5, alpha=0.8)
        self._reference_name = pg.TextItem(anchor=(1, 1))
        self._theory = CurveItem("", Qt.PenStyle.DashLine, 1.3, 0.8)
        self._measured = CurveItem("o")
        self._slope = pg.TextItem(anchor=(0.5, 1.25))
        self._marks = Marks(self.plot)
        for depth, item in enumerate(
            [
                *self._zones.values(),
                *self._zone_names.values(),
                self._reference,
                self._reference_name,
                self._measured,
                self._theory,
                self._slope,
            ]
        ):
            item.setZValue(depth)
            self.plot.addItem(item, ignoreBounds=True)
        self.restyle(style)

    def restyle_items(self, style: Style) -> None:
        """Give every item its colour and size."""
        for role, zone in self._zones.items():
            zone.setBrush(style.brush(role, 0.13))
            for line in zone.lines:
                line.setPen(pg.mkPen(None))
            self._zone_names[role].setColor(style.colour("quiet"))
            self._zone_names[role].setFont(style.font(12))
        for item, role in ((self._reference, "reference"), (self._measured, "backward"), (self._theory, "ink")):
            item.restyle(style, role)
        self._floor.restyle(style)
        self._slope.setColor(style.colour("backward"))
        self._slope.setFont(style.font(15, bold=True))
        self._reference_name.setColor(style.colour("reference"))
        self._reference_name.setFont(style.font(12))
        self._marks.restyle(style, "backward")

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Bring points, zones and range to a new Frame."""
        sizes = frame.series[SERIES]
        self.value_axis.name_it(_("RMS of ∂loss/∂a"))
        finite = sizes[np.isfinite(sizes)].tolist()
        judged = float(sizes[frame.verdict.depth - 1])  # the zones are those of the verdict
        output = judged if isfinite(judged) else 0.0
        shown = [*finite, output - THRESHOLD_DECADES - 0.8, output + THRESHOLD_DECADES + 0.8]
        if reference is not None:
            others = reference.series[SERIES]
            shown += others[np.isfinite(others)].tolist()
        low, high = self._range.fit(float(min(shown)), float(max(shown)))
        self.plot.setYRange(low, high, padding=0)
        rect = QRectF(self.left_end, low, self.right_end - self.left_end, high - low)
        self._measured.set_values(drawable(sizes), rect)
        theory = frame.theory.get(SERIES, np.full(frame.depth, np.nan))
        # Theory knows nothing of float32 and may lead out of sight; SVG does not clip.
        self._theory.set_values(np.where((theory >= low) & (theory <= high), theory, np.nan), rect)
        self._show_zones(frame, sizes, output, low, high)
        self._show_reference(frame, reference, rect)
        self._show_slope(frame, sizes, low, high)

    def show_playhead(self, frame: Frame, playhead: Playhead) -> None:
        """Light the layers that the backward wave has passed."""
        lit = lit_layers("backward", playhead, frame.depth)
        self._measured.light(lit, playhead.layer)
        self._show_marks(frame.series[SERIES], lit)
        self._slope.setVisible(playhead.has_gradient(1) and self._slope.toPlainText() != "")

    def finding_text(self, frame: Frame) -> str:
        """Say what becomes of the gradient."""
        signal = frame.verdict.backward
        if not isfinite(signal.log10_total) or not signal.steps:
            return frame.verdict.backward_text().rstrip(".")
        return _(_FINDINGS[signal.word]).format(total=power_text(signal.log10_total))

    def legend_text(self, frame: Frame, reference: Frame | None) -> str:
        """Say what is drawn."""
        text = _("RMS of ∂loss/∂a in each layer, measured")
        text += _(", and dashed: theory") if SERIES in frame.theory else ""
        return text + (_(", and grey: pinned reference") if reference is not None else "")

    def layer_text(self, frame: Frame, layer: int) -> str:
        """Read out the gradient at a layer."""
        values = [exact_text(frame.series[f"log10_grad_{name}_rms"][layer - 1]) for name in ("a", "W")]
        return _("∂loss/∂a {a}, ∂loss/∂W {W}").format(a=values[0], W=values[1])

    def forget_range(self) -> None:
        """Fit the axis anew next time."""
        self._range.forget()

    def _show_marks(self, sizes: np.ndarray, lit: np.ndarray) -> None:
        low, high = self.plot.viewRange()[1]
        self._marks.show(lit & (sizes == -inf), lit & (sizes == inf), lit & np.isnan(sizes), low, high)

    def _text_height(self, low: float, high: float) -> float:
        """Return how many decades a line of text is high."""
        return self.style_.px(22) * (high - low) / max(1.0, self.plot.vb.height())

    def _show_zones(self, frame: Frame, sizes: np.ndarray, output: float, low: float, high: float) -> None:
        # Where the curve falls to the left, the corner of the vanishing zone that it leaves free is the left one.
        falls = frame.verdict.backward.log10_total < -1
        spans = {
            "explode": (output + THRESHOLD_DECADES, high, False, _("exploding: more than 10³ × the output's")),
            "vanish": (low, output - THRESHOLD_DECADES, falls, _("vanishing: less than 10⁻³ × the output's")),
        }
        text_height = self._text_height(low, high)
        # Past the cursor at layer 1, where it mostly is.
        ends = 1 + self._layers(self.style_.px(3)), self.right_end
        for role, (start, end, on_the_left, name) in spans.items():
            start, end = max(start, low), min(end, high)
            self._zones[role].setVisible(end > start)
            self._zone_names[role].setVisible(end - start > text_height)
            if end > start:
                self._zones[role].setRegion((start, end))
                self._zone_names[role].setText(name)
                if self._zone_names[role].boundingRect().width() > WIDEST_NAME * self.plot.vb.width():
                    self._zone_names[role].setText(name.partition(":")[0])
                self._zone_names[role].setAnchor((0 if on_the_left else 1, 0.5))
                self._zone_names[role].setPos(ends[0 if on_the_left else 1], end - 0.5 * text_height)
        away = np.where(np.isfinite(sizes), np.abs(sizes - PRECISIONS[frame.spec.dtype].log10_smallest), inf)
        part = max(1, frame.depth // 3)  # of the layers, over which the floor's name reaches
        on_the_left = bool(away[:part].min() > away[-part:].min())
        self._floor.show(frame.spec.dtype, (low, high), ends, on_the_left=on_the_left)

    def _show_reference(self, frame: Frame, reference: Frame | None, rect: QRectF) -> None:
        self._reference.setVisible(reference is not None)
        self._reference_name.setVisible(reference is not None)
        if reference is not None:
            sizes = drawable(reference.series[SERIES])[: frame.depth]
            self._reference.set_values(sizes, rect)
            # The name stands where the two curves are furthest apart.
            apart = np.nan_to_num(np.abs(sizes - drawable(frame.series[SERIES])[: sizes.size]), nan=-1.0)
            place = int(np.argmax(apart))
            said = bool(np.isfinite(sizes[place]))
            self._reference_name.setText(_("pinned") if said else "")
            if said:
                low, high = self.plot.viewRange()[1]
                below = sizes[place] + 1.5 * self._text_height(low, high) > high
                self._reference_name.setAnchor((1 if place > frame.depth / 2 else 0, 0 if below else 1))
                self._reference_name.setPos(place + 1, sizes[place])

    def _show_slope(self, frame: Frame, sizes: np.ndarray, low: float, high: float) -> None:
        signal = frame.verdict.backward
        said = signal.steps > 0 and isfinite(signal.log10_total)
        text_height = self._text_height(low, high)
        self._slope.setText(_("{factor} per layer").format(factor=factor_text(signal.log10_factor)) if said else "")
        width = self._layers(self._slope.boundingRect().width())
        if width > self.right_end - self.left_end or 3 * text_height > high - low:  # no room for it beside the curve
            self._slope.setText("")
        elif said:
            # Beside the curve where it is steep: over the side to which it falls, clear of all of it under the text.
            side = 0.5 if abs(signal.log10_total) < 1 else float(signal.log10_total < 0)
            left = (frame.depth + 1) / 2 - side * width
            left = max(self.left_end, min(left, self.right_end - width))
            self._write_slope(sizes, left, width, high - 1.6 * text_height)
            for name in (*self._zone_names.values(), self._floor.name):
                named = self._extent(name)
                if not (name.isVisible() and named.intersects(self._extent(self._slope))):
                    continue
                if named.right() + width < self.right_end:
                    self._write_slope(sizes, named.right(), width, high - 1.6 * text_height)
                else:
                    name.hide()

    def _write_slope(self, sizes: np.ndarray, left: float, width: float, highest: float) -> None:
        """Put it beside what of the curve lies over or under it: above, where that is not too high."""
        under = np.interp(np.linspace(left, left + width, 9), np.arange(1, len(sizes) + 1), sizes)
        above = float(under.max()) < highest
        self._slope.setAnchor((0, 1.15) if above else (0, -0.15))
        self._slope.setPos(left, float(under.max() if above else under.min()))

    def _extent(self, text: pg.TextItem) -> QRectF:
        """Return where a text stands, in the plot's coordinates: its top is the rectangle's bottom."""
        low, high = self.plot.viewRange()[1]
        box = text.boundingRect()
        width, height = self._layers(box.width()), box.height() * (high - low) / max(1.0, self.plot.vb.height())
        return QRectF(text.pos().x() - text.anchor.x() * width, text.pos().y() - (1 - text.anchor.y()) * height, width, height)

    def _layers(self, pixels: float) -> float:
        """Return how many layers are as wide as that."""
        return pixels * (self.right_end - self.left_end) / max(1.0, self.plot.vb.width())
