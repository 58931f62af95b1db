"""The gradient by magnitude: one histogram of |∂loss/∂a| standing on each layer, in decades."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pyqtgraph as pg

from gradviz.core.frame import Frame
from gradviz.core.histograms import Rows
from gradviz.core.runs.playhead import Playhead
from gradviz.i18n import _
from gradviz.numbers import exact_text
from gradviz.panels.histograms.ridges import RidgesItem, step_between
from gradviz.panels.layer_panel import LayerPanel
from gradviz.panels.parts.axes import DecadeAxis
from gradviz.panels.parts.broken_curve import set_curve
from gradviz.panels.parts.floor import Floor
from gradviz.panels.parts.marks import Marks
from gradviz.panels.parts.style import Style
from gradviz.panels.scales.ranges import StillRange
from gradviz.panels.scales.spans import joined, span_of_decades

HISTOGRAM, RMS_MEASURE = "grad_a_log10", "log10_grad_a_rms"


class GradientHistogramsPanel(LayerPanel):
    """Ridges in decades, the RMS of each layer as a line through them."""

    key = "gradient_histograms"
    shows_reference = True
    value_axis_types = (DecadeAxis,)

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self._shown = (0.0, 1.0)
        self._range = StillRange(room=0.04)
        self._floor = Floor(self.plot)
        self._ridges = RidgesItem("backward", Playhead.has_gradient)
        self._rms = pg.PlotDataItem()
        for depth, item in ((10, self._ridges), (30, self._rms)):
            item.setZValue(depth)
            self.plot.addItem(item, ignoreBounds=True)
        self._marks = Marks(self.plot)
        self.restyle(style)

    def restyle_items(self, style: Style) -> None:
        """Give every item its colour and size."""
        self._ridges.restyle(style)
        self._floor.restyle(style)
        self._rms.setPen(style.outline("ink", 0.9))
        self._marks.restyle(style, "backward")

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Bring ridges, axis and floor to a new Frame."""
        self.value_axis.name_it(_("|∂loss/∂a|"))
        spans = [span_of_decades(_rows(each)) for each in (frame, reference) if each is not None]
        self._shown = self._range.fit(*joined(*spans))
        self.plot.setYRange(*self._shown, padding=0)
        # Where the gradient falls to the left, it leaves the corner there free.
        falls = frame.verdict.backward.log10_total < -1
        self._floor.show(frame.net.precision, self._shown, self.stage.ends, on_the_left=falls)
        self._ridges.show_rows(_rows(frame), self._shown, None if reference is None else _rows(reference))

    def show_playhead(self, frame: Frame, playhead: Playhead) -> None:
        """Light the layers that the backward wave has passed."""
        lit = np.array([playhead.has_gradient(layer) for layer in range(1, frame.depth + 1)])
        self._ridges.show_playhead(playhead)
        set_curve(self._rms, np.where(lit, frame.series[RMS_MEASURE], nan), self._shown)
        zero, infinite, not_numbers = (frame.series[f"grad_a_{name}"] for name in ("zero", "infinite", "nan"))
        self._marks.show(lit & (zero == 1), lit & (infinite > 0), lit & (not_numbers > 0), *self._shown)

    def finding_text(self, frame: Frame) -> str:
        """State the median in the first and the last layer."""
        first, last = log10_median(frame, 1), log10_median(frame, frame.depth)
        if np.isnan(first) or np.isnan(last):
            return ""
        if first == -inf:
            return _("Median gradient: exactly 0 in layer 1")
        if frame.depth == 1:
            return _("Median gradient: {first} in layer 1").format(first=_rough(first))
        text = _("Median gradient: {first} in layer 1, {last} in layer {depth}")
        return text.format(first=_rough(first), last=_rough(last), depth=frame.depth)

    def legend_text(self, frame: Frame, reference: Frame | None) -> str:
        """Say what is drawn."""
        step = step_between(frame.depth)
        text = _("|∂loss/∂a| in each layer, scaled to its own peak")
        if step > 1:
            text = _("|∂loss/∂a| every {step} layers, scaled to its own peak").format(step=step)
        text += _("; line: RMS")
        if (frame.series["grad_a_zero"] > 0).any():
            text += _("; exact zeros left out")
        return text

    def layer_text(self, frame: Frame, layer: int) -> str:
        """Read out the gradient at a layer."""
        median = log10_median(frame, layer)
        text = _("RMS {rms}").format(rms=exact_text(frame.series[RMS_MEASURE][layer - 1]))
        text += "" if np.isnan(median) else _(", median {median}").format(median=_rough(median))
        zero = frame.series["grad_a_zero"][layer - 1]
        return text + (", " + _("{share:.0%} exactly 0").format(share=zero) if zero > 0 else "")

    def forget_range(self) -> None:
        """Fit the axis to the next Frame."""
        self._range.forget()


def _rows(frame: Frame) -> Rows:
    return Rows(frame.edges[HISTOGRAM], frame.counts[HISTOGRAM])


def log10_median(frame: Frame, layer: int) -> float:
    """Return log10 of the median of |∂loss/∂a| in a layer, to a fraction of a bin; -inf for 0, NaN where there is none.

    Exact zeros count as what they are, and so do infinities.
    """
    edges, counts = frame.edges[HISTOGRAM][layer - 1], frame.counts[HISTOGRAM][layer - 1]
    zero, infinite, not_numbers = (float(frame.series[f"grad_a_{name}"][layer - 1]) for name in ("zero", "infinite", "nan"))
    if not not_numbers <= 0 or not (0 <= zero <= 1 and 0 <= infinite < 0.5):
        return nan
    if zero >= 0.5 or not counts.any():
        return -inf
    # Evenly spread over a bin in decades, which one of 1/6 decade nearly is.
    shares = zero + np.concatenate([[0.0], np.cumsum(counts)]) / counts.sum() * (1 - zero - infinite)
    return float(np.interp(0.5, shares, edges))


def _rough(log10: float) -> str:
    """Return a number to one digit: a histogram does not know more."""
    return exact_text(log10, 1).removeprefix("1·")
