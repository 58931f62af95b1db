"""The activations, layer by layer: one histogram standing on each layer."""

from __future__ import annotations

from collections.abc import Sequence
from math import log10

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt

from gradviz.core.activations import ACTIVATIONS
from gradviz.core.frame import Frame
from gradviz.core.histograms import Rows
from gradviz.i18n import N_, _
from gradviz.numbers import power_text, signed_text
from gradviz.panels.base import LayerPanel
from gradviz.panels.items import DecadeAxis, PlainAxis, Ticks
from gradviz.panels.marks import Marks
from gradviz.panels.playhead import Playhead
from gradviz.panels.ranges import StillRange
from gradviz.panels.ridges import RidgesItem, step_between
from gradviz.panels.style import Style

LINEAR_DECADES = 2.0
"""An unbounded activation whose layers differ by more than this in size is shown by magnitude, on an axis of decades."""

SATURATED = 0.4
"""From this share of activations at the ends on, saturation is the finding."""

_FINDINGS = (
    # from this std(layer L) / std(layer 1) on
    (10.0, N_("Activations explode: std {first} → {last}")),
    (2.0, N_("Activations grow: std {first} → {last}")),
    (0.5, N_("Activations keep their spread: std {first} → {last}")),
    (0.1, N_("Activations shrink: std {first} → {last}")),
    (-np.inf, N_("Activations collapse: std {first} → {last}")),
)

OUTLIERS = 0.001
"""The share of a layer, at either end, that an axis of values need not reach to."""


class ValueOrDecadeAxis(DecadeAxis):
    """An axis of values or of decades, as the panel says."""

    by_magnitude = False

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Ticks:
        if self.by_magnitude:
            return super().tickValues(minVal, maxVal, size)
        ticks: Ticks = pg.AxisItem.tickValues(self, minVal, maxVal, size)
        return ticks[:1] if len(ticks[0][1]) > 3 else ticks[:2]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        if self.by_magnitude:
            return super().tickStrings(values, scale, spacing)
        return PlainAxis.tickStrings(self, values, scale, spacing)


class ActivationsPanel(LayerPanel):
    """The ridgeline: how the activations of each layer are distributed, with the layer under the playhead brought out."""

    key = "activations"
    value_axis_type = ValueOrDecadeAxis
    value_axis: ValueOrDecadeAxis

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self._range = StillRange(room=0.03)
        self._shown = (0.0, 1.0)
        self._theory = [pg.PlotDataItem(), pg.PlotDataItem()]
        for curve in self._theory:
            curve.setZValue(30)
            self.plot.addItem(curve, ignoreBounds=True)
        self._ridges = RidgesItem("forward", Playhead.has_activation)
        self._ridges.setZValue(10)
        self.plot.addItem(self._ridges, ignoreBounds=True)
        self._marks = Marks(self.plot)
        self.restyle(style)

    def restyle_items(self, style: Style) -> None:
        """Give the ridges their colours."""
        self._ridges.restyle(style)
        for curve in self._theory:
            curve.setPen(style.outline("ink", 0.8, Qt.PenStyle.DashLine))
        self._marks.restyle(style, "forward")

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Bring ridges, axis and marks to a new Frame."""
        by_magnitude = shown_by_magnitude(frame, reference)
        self._show_axis(by_magnitude)
        key = "activation_log10" if by_magnitude else "activation"
        low, high = self._shown = self._range.fit(*_span(frame, key))
        self.plot.setYRange(low, high, padding=0)
        self._show_theory(frame, by_magnitude)
        self._ridges.show_rows(_rows(frame, key), self._shown, None if reference is None else _rows(reference, key))

    def _show_theory(self, frame: Frame, by_magnitude: bool) -> None:
        """Draw mean ± standard deviation as theory has them; by magnitude, the root mean square."""
        theory, nowhere = frame.theory, np.full(frame.depth, np.nan)
        mean, std = theory.get("activation_mean", nowhere), theory.get("activation_std", nowhere)
        with np.errstate(all="ignore"):
            by_size = np.log10(theory.get("activation_rms", nowhere))
            curves = (by_size, nowhere) if by_magnitude else (mean - std, mean + std)
        for item, values in zip(self._theory, curves, strict=True):
            layers = np.flatnonzero(np.isfinite(values) & (values >= self._shown[0]) & (values <= self._shown[1]))
            item.setData(layers + 1.0, values[layers], connect=np.append(np.diff(layers) == 1, False))

    def show_playhead(self, frame: Frame, playhead: Playhead) -> None:
        """Light the layers that the forward wave has passed, and bring out the current one."""
        self._ridges.show_playhead(playhead)
        self._show_marks(frame, playhead)

    def _show_marks(self, frame: Frame, playhead: Playhead) -> None:
        series, lit = frame.series, np.array([playhead.has_activation(layer) for layer in range(1, frame.depth + 1)])
        zero = (series["activation_zero"] == 1) & self._leaves_zeros_out(frame)
        infinite, nan = series["activation_infinite"] > 0, series["activation_nan"] > 0
        self._marks.show(lit & zero, lit & infinite, lit & nan, *self._shown)

    def _leaves_zeros_out(self, frame: Frame) -> bool:
        return self.value_axis.by_magnitude or leaves_zeros_out(frame)

    def finding_text(self, frame: Frame) -> str:
        """Say what becomes of the spread."""
        first, last = (float(frame.series["activation_std"][place]) for place in (0, -1))
        at_the_ends = share_at_the_ends(frame)
        if not np.isfinite(last):
            return frame.verdict.forward_text().rstrip(".")
        if at_the_ends is not None and at_the_ends > SATURATED:
            ends = [signed_text(end, 1) for end in ACTIVATIONS[frame.spec.activation].bounds]
            text = _("Activations saturate: {share:.0%} of them lie next to {low} or {high}")
            return text.format(share=at_the_ends, low=ends[0], high=ends[1])
        if first == last == 0:
            return _("All activations of a layer are the same: std 0")
        ratio = last / first if first > 0 else np.inf
        text = next(text for least, text in _FINDINGS if ratio >= least)
        return _(text).format(first=_size(first), last=_size(last))

    def legend_text(self, frame: Frame, reference: Frame | None) -> str:
        """Say what is drawn."""
        text = _("one histogram per layer, each scaled to its own peak")
        step = step_between(frame.depth)
        if step > 1:
            text = _("a histogram every {step} layers, each scaled to its own peak").format(step=step)
        if self._leaves_zeros_out(frame) and (frame.series["activation_zero"] > 0).any():
            text += _("; exact zeros left out")
        if "activation_std" in frame.theory:
            text += _("; dashed: RMS in theory") if self.value_axis.by_magnitude else _("; dashed: mean ± std in theory")
        return text + (_("; grey, to the left: pinned reference") if reference is not None else "")

    def layer_text(self, frame: Frame, layer: int) -> str:
        """Read out the activations at a layer."""
        mean, std = (signed_text(frame.series[f"activation_{name}"][layer - 1]) for name in ("mean", "std"))
        text = _("mean {mean}, std {std}").format(mean=mean, std=std)
        zero = frame.series["activation_zero"][layer - 1]
        return text + (", " + _("{share:.0%} exactly 0").format(share=zero) if zero > 0 else "")

    def forget_range(self) -> None:
        """Fit the axis anew next time."""
        self._range.forget()

    def _show_axis(self, by_magnitude: bool) -> None:
        if by_magnitude != self.value_axis.by_magnitude:
            self.value_axis.by_magnitude = by_magnitude
            self._range.forget()
        self.value_axis.picture = None
        self.value_axis.name_it(_("|activation|") if by_magnitude else _("activation"))


def share_at_the_ends(frame: Frame) -> float | None:
    """Return the share of all activations within 2 % of either end of a bounded activation, else None."""
    if not ACTIVATIONS[frame.spec.activation].is_bounded:
        return None
    counts = frame.counts["activation"]
    end = round(0.02 * counts.shape[1])
    return float((counts[:, :end].sum() + counts[:, -end:].sum()) / max(1, counts.sum()))


def shown_by_magnitude(frame: Frame, reference: Frame | None = None) -> bool:
    """Whether the layers, the reference's included, are too unlike in size for one axis of values."""
    shown = [frame] if reference is None else [frame, reference]
    if all(ACTIVATIONS[each.spec.activation].is_bounded for each in shown):
        return False
    rms = np.concatenate([each.series["activation_rms"] for each in shown])
    sizes = rms[np.isfinite(rms) & (rms > 0)]
    if not sizes.size:
        return False
    return bool(log10(sizes.max()) - log10(sizes.min()) > LINEAR_DECADES) or not np.isfinite(rms).all()


def _rows(frame: Frame, key: str) -> Rows:
    return Rows(frame.edges[key], without_zeros(frame, key))


def leaves_zeros_out(frame: Frame) -> bool:
    """Whether exact zeros are no part of the histograms that are drawn on an axis of values."""
    return not ACTIVATIONS[frame.spec.activation].is_bounded


def without_zeros(frame: Frame, key: str) -> np.ndarray:
    """Return the counts of a histogram without the exact zeros, (L, bins).

    Half of what a ReLU gives out is exactly 0: in one bin it would be a spike beside which nothing else is seen. By magnitude
    zeros have no place anyway; the share of them is read out, and marked where it is all. Where the activation is bounded they
    stay: a sigmoid that saturates so far that float32 reads 0 must keep its lower spike.
    """
    edges, counts = frame.edges[key], frame.counts[key]
    if edges.ndim > 1 or not leaves_zeros_out(frame):
        return counts
    finite = 1.0 - frame.series["activation_infinite"] - frame.series["activation_nan"]
    with np.errstate(all="ignore"):
        zeros = np.round(np.nan_to_num(frame.series["activation_zero"] * counts.sum(axis=1) / finite))
    place = min(max(int(np.searchsorted(edges, 0.0, side="right")) - 1, 0), counts.shape[1] - 1)
    rest = counts.copy()
    rest[:, place] = np.maximum(rest[:, place] - zeros.astype(np.int64), 0)
    return rest


def _span(frame: Frame, key: str) -> tuple[float, float]:
    """Return the range of values that the histograms cover."""
    edges, counts = frame.edges[key], frame.counts[key]
    if edges.ndim == 1:
        if ACTIVATIONS[frame.spec.activation].is_bounded:
            return float(edges[0]), float(edges[-1])
        return _without_outliers(edges, without_zeros(frame, key))
    # By magnitude, a thin tail of tiny values reaches far down and says nothing: cut below 1 % of a layer.
    shares = np.cumsum(counts, axis=1) / np.maximum(1, counts.sum(axis=1, keepdims=True))
    filled = counts.any(axis=1)
    if not filled.any():
        return -1.0, 1.0
    lows = [row_edges[np.searchsorted(row, 0.01)] for row_edges, row in zip(edges[filled], shares[filled], strict=True)]
    return float(min(lows)), float(edges[filled][:, -1].max())


def _without_outliers(edges: np.ndarray, counts: np.ndarray) -> tuple[float, float]:
    """Return the range that holds all but a thousandth of every layer at either end, and 0."""
    counts = counts[counts.any(axis=1)]
    if not counts.size:
        return float(edges[0]), float(edges[-1])
    shares = np.cumsum(counts, axis=1) / counts.sum(axis=1, keepdims=True)
    low = min(int(np.argmax(row > OUTLIERS)) for row in shares)
    high = max(int(np.argmax(row >= 1 - OUTLIERS)) for row in shares)
    return min(float(edges[low]), 0.0), max(float(edges[high + 1]), 0.0)


def _size(value: float) -> str:
    return power_text(log10(value)) if value > 0 else "0"
