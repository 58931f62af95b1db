"""The weights, layer by layer: one histogram standing on each layer, beside what the initializer's formula says."""

from __future__ import annotations

from math import inf

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt

from gradviz.core.choices.initializers import INITIALIZERS
from gradviz.core.frame import Frame
from gradviz.core.histograms import Rows
from gradviz.core.runs.playhead import Playhead
from gradviz.i18n import N_, _
from gradviz.numbers import signed_text, superscript
from gradviz.panels.histograms.ridges import RidgesItem, step_between
from gradviz.panels.histograms.shapes import nonzero_counts, zero_counts
from gradviz.panels.layer_panel import LayerPanel
from gradviz.panels.parts.broken_curve import set_curve
from gradviz.panels.parts.marks import Marks
from gradviz.panels.parts.style import Style
from gradviz.panels.scales.ranges import StillRange
from gradviz.panels.scales.spans import in_units, joined, span_of_values, unit_exponent

_FINDINGS = {
    # what the formula says: nothing, the same in the first and the last layer, or not
    "fixed": N_("{formula}; std {first} → {last}"),
    "same": N_("std {first} → {last}; {formula} says {wanted}"),
    "apart": N_("std {first} → {last}; {formula} says {wanted} → {wanted_last}"),
}
_FINDINGS_OF_ONE = {"fixed": N_("{formula}; std {first}"), "same": N_("Weights: std {first}; {formula} says {wanted}")}


class WeightHistogramsPanel(LayerPanel):
    """Ridges on an axis of values. They are neither forward nor backward: the weights are there before either."""

    key = "weight_histograms"
    shows_reference = True

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self._range, self._unit = StillRange(room=0.04), 0
        self._wanted = np.zeros(0)
        self._ridges = RidgesItem("quiet", lambda playhead, layer: True)
        self._formula = [pg.PlotDataItem(), pg.PlotDataItem()]
        for depth, item in enumerate([self._ridges, *self._formula], start=10):
            item.setZValue(depth)
            self.plot.addItem(item, ignoreBounds=True)
        self._marks = Marks(self.plot)
        self.restyle(style)

    def restyle_items(self, style: Style) -> None:
        """Give every item its colour."""
        self._ridges.restyle(style)
        for curve in self._formula:
            curve.setPen(style.outline("ink", 0.8, Qt.PenStyle.DashLine))
        self._marks.restyle(style, "ink")

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Bring ridges and axis to a new Frame."""
        self._wanted = np.sqrt(frame.weight_variance)
        self._show_unit(frame)
        rows = [_rows(each, self._unit) for each in (frame, reference) if each is not None]
        shown = self._range.fit(*joined(*(span_of_values(each) for each in rows)))
        self.plot.setYRange(*shown, padding=0)
        self._ridges.show_rows(rows[0], shown, rows[1] if reference is not None else None)
        for curve, sign in zip(self._formula, (-1, 1), strict=True):
            set_curve(curve, sign * in_units(self._wanted, self._unit), shown)
        sizes = frame.series["log10_weight_rms"]
        self._marks.show(sizes == -inf, sizes == inf, np.isnan(sizes), *shown)

    def show_playhead(self, frame: Frame, playhead: Playhead) -> None:
        """Bring out the current layer."""
        self._ridges.show_playhead(playhead)

    def finding_text(self, frame: Frame) -> str:
        """Say how large the weights are, measured and by the formula."""
        measured, wanted, formula = frame.series["weight_std"], self._wanted, INITIALIZERS[frame.spec.initializer].formula
        if not np.isfinite(measured).all():
            return _("Some weights are too large for {dtype} and become infinite").format(dtype=frame.net.precision.name)
        texts = _FINDINGS_OF_ONE if frame.depth == 1 else _FINDINGS
        text = texts["fixed" if np.isnan(wanted[0]) else "same" if wanted[0] == wanted[-1] else "apart"]
        sizes = {"first": measured[0], "last": measured[-1], "wanted": wanted[0], "wanted_last": wanted[-1]}
        formatted = {name: signed_text(float(size), 3) for name, size in sizes.items()}
        return _(text).format(**formatted, formula=formula)

    def legend_text(self, frame: Frame, reference: Frame | None) -> str:
        """Say what is drawn."""
        step = step_between(frame.depth)
        text = _("one histogram per layer, each scaled to its own peak")
        if step > 1:
            text = _("a histogram every {step} layers, each scaled to its own peak").format(step=step)
        if zero_counts(frame, "weight").any():
            text += _("; exact zeros left out")
        text += _("; dashed: ± std by the formula") if np.isfinite(self._wanted).any() else ""
        return text

    def layer_text(self, frame: Frame, layer: int) -> str:
        """Read out the weights of a layer."""
        text = _("std {std}").format(std=signed_text(frame.series["weight_std"][layer - 1]))
        wanted = self._wanted[layer - 1]
        return text + (_(", by the formula {std}").format(std=signed_text(wanted)) if np.isfinite(wanted) else "")

    def forget_range(self) -> None:
        """Fit the axis to the next Frame."""
        self._range.forget()

    def _show_unit(self, frame: Frame) -> None:
        ends = frame.edges["weight"][[0, -1]]
        unit = unit_exponent(float(np.abs(ends).max()))
        if unit != self._unit:
            self._unit = unit
            self.value_axis.picture = None
            self._range.forget()
        self.value_axis.name_it(
            _("weight") if not unit else _("weight, in units of {unit}").format(unit=f"10{superscript(unit)}")
        )


def _rows(frame: Frame, unit: int) -> Rows:
    """Return the histograms, without the zeros off the diagonal of c·I, on an axis in units of 10**unit."""
    return Rows(in_units(frame.edges["weight"], unit), nonzero_counts(frame, "weight"))
