"""The value axis of the activations: values, or decades where layers differ too much. Shared by two panels."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt

from gradviz.core.frame import Frame
from gradviz.core.histograms import Rows
from gradviz.core.runs.playhead import Playhead
from gradviz.i18n import _
from gradviz.numbers import signed_text
from gradviz.panels.histograms.shapes import leaves_zeros_out, share_at_the_ends, shown_by_magnitude, without_zeros
from gradviz.panels.parts.broken_curve import set_curve
from gradviz.panels.parts.marks import Marks
from gradviz.panels.parts.panel_part import PanelPart
from gradviz.panels.parts.style import Style
from gradviz.panels.scales.limits import Span, drawable_span
from gradviz.panels.scales.ranges import StillRange
from gradviz.panels.scales.spans import joined, span_of_decades, span_of_values

SATURATED = 0.4
"""Above this share of activations at the ends, saturation is the finding."""


class ActivationAxis(PanelPart):
    """The vertical axis of a panel of activations, with the theory's curves and the marks on it.

    Parameters
    ----------
    plot : PlotItem
        Its left axis is a `ValueOrDecadeAxis`.

    Attributes
    ----------
    shown : tuple of float
        The ends of the axis.
    marks : Marks
        Of zeros, infinities and NaN, which have no place on it.
    """

    def __init__(self, plot: pg.PlotItem) -> None:
        self._plot, self._axis = plot, plot.getAxis("left")
        self.shown: Span = (0.0, 1.0)
        self._range = StillRange(room=0.03)
        self._theory = [pg.PlotDataItem(), pg.PlotDataItem()]
        for curve in self._theory:
            curve.setZValue(30)
            plot.addItem(curve, ignoreBounds=True)
        self.marks = Marks(plot)

    @property
    def is_by_magnitude(self) -> bool:
        """Whether it is in decades."""
        return bool(self._axis.by_magnitude)

    def restyle(self, style: Style) -> None:
        """Take colours and sizes."""
        for curve in self._theory:
            curve.setPen(style.outline("ink", 0.8, Qt.PenStyle.DashLine))
        self.marks.restyle(style, "forward")

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Bring axis and theory to a new Frame."""
        self._show_axis(shown_by_magnitude(frame, reference))
        spans = [self._span(each) for each in (frame, reference) if each is not None]
        self.shown = self._range.fit(*joined(*spans))
        self._plot.setYRange(*self.shown, padding=0)
        for curve, values in zip(self._theory, self.spread(frame, frame.theory), strict=True):
            set_curve(curve, values, self.shown)

    def show_playhead(self, frame: Frame, playhead: Playhead) -> None:
        """Mark zeros, infinities and NaN in the layers that the forward wave has reached."""
        series, lit = frame.series, np.array([playhead.has_activation(layer) for layer in range(1, frame.depth + 1)])
        zero = (series["activation_zero"] == 1) & self.leaves_zeros_out(frame)
        infinite, nan = series["activation_infinite"] > 0, series["activation_nan"] > 0
        zero_at = None if self.is_by_magnitude else 0.0
        self.marks.show(lit & zero, lit & infinite, lit & nan, *self.shown, zero_at=zero_at)

    def rows(self, frame: Frame) -> Rows:
        """Return the histograms on this axis."""
        key = "activation_log10" if self.is_by_magnitude else "activation"
        return Rows(frame.edges[key], without_zeros(frame, key))

    def spread(self, frame: Frame, measures: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Return mean - std and mean + std on this axis, (L,); by magnitude, the root mean square. NaN where not known."""
        nowhere = np.full(frame.depth, np.nan)
        mean, std = (measures.get(f"activation_{name}", nowhere) for name in ("mean", "std"))
        with np.errstate(all="ignore"):
            if self.is_by_magnitude:
                return np.log10(measures.get("activation_rms", nowhere)), nowhere
            return mean - std, mean + std

    def leaves_zeros_out(self, frame: Frame) -> bool:
        """Whether exact zeros are left out of the drawing."""
        return self.is_by_magnitude or leaves_zeros_out(frame)

    def _span(self, frame: Frame) -> Span:
        rows = self.rows(frame)
        if self.is_by_magnitude:
            return span_of_decades(rows)
        if frame.net.hidden.is_bounded:
            return drawable_span(float(rows.edges[0]), float(rows.edges[-1]))
        return span_of_values(rows)

    def finding_text(self, frame: Frame) -> str:
        """Say how many activations are saturated, where they are many."""
        at_the_ends = share_at_the_ends(frame)
        if at_the_ends is not None and at_the_ends > SATURATED:
            ends = [signed_text(end, 1) for end in frame.net.hidden.bounds]
            text = _("{share:.0%} lie next to {low} or {high}")
            return text.format(share=at_the_ends, low=ends[0], high=ends[1])
        return ""

    def layer_text(self, frame: Frame, layer: int) -> str:
        """Read out the activations at a layer."""
        mean, std = (signed_text(frame.series[f"activation_{name}"][layer - 1]) for name in ("mean", "std"))
        text = _("mean {mean}, std {std}").format(mean=mean, std=std)
        zero = frame.series["activation_zero"][layer - 1]
        return text + (", " + _("{share:.0%} exactly 0").format(share=zero) if zero > 0 else "")

    def forget_range(self) -> None:
        """Fit the axis to the next Frame."""
        self._range.forget()

    def _show_axis(self, by_magnitude: bool) -> None:
        if by_magnitude != self.is_by_magnitude:
            self._axis.by_magnitude = by_magnitude
            self._axis.picture = None
            self._range.forget()
        self._axis.name_it(_("|activation|") if by_magnitude else _("activation"))
