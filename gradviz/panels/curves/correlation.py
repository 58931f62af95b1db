"""The correlation of two inputs on their way: whether the network can still tell them apart."""

from __future__ import annotations

from math import isfinite

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt

from gradviz.core.frame import Frame
from gradviz.i18n import N_, _
from gradviz.numbers import signed_text
from gradviz.panels.curves.curve import VALUES, Curve
from gradviz.panels.curves.curve_panel import CurvePanel, CurvePlot
from gradviz.panels.parts.axes import CorrelationAxis
from gradviz.panels.parts.style import Style

INPUT_CORRELATION = "input_correlation"

ALIKE = 0.99
"""Above this two inputs look alike."""

MOVED = 0.1
"""The smallest change that is called a rise or a fall."""

_CHANGES = (
    # from this c(layer L) − c(layer 1) on
    (MOVED, N_("Inputs grow alike: correlation {first} → {last}")),
    (-MOVED, N_("Inputs keep apart: correlation {first} → {last}")),
    (-np.inf, N_("Like inputs grow apart: correlation {first} → {last}")),
)


def _too_few(frame: Frame, reference: Frame | None) -> str:
    """Return what to do where there is only one input."""
    return _("Two inputs are needed: set “Batch” to 2 or more in the controls.") if frame.spec.batch < 2 else ""


class CorrelationPanel(CurvePanel):
    """Correlation of the pre-activations of two inputs, with theory, and where theory says that it settles."""

    key = "correlation"
    value_axis_types = (CorrelationAxis,)
    marks_role = "forward"
    contents = (
        CurvePlot(
            N_("correlation"),
            (Curve(INPUT_CORRELATION, N_("correlation of two inputs"), VALUES, "forward", "o", read_as=N_("correlation")),),
            span=(-1.08, 1.08),
            notice=_too_few,
        ),
    )

    def add_items(self) -> None:
        """Create the line of the fixed point."""
        self.limit_line = pg.InfiniteLine(angle=0, movable=False)
        self.limit_name = pg.TextItem()
        for item in (self.limit_line, self.limit_name):
            item.setZValue(5)
            self.plot.addItem(item, ignoreBounds=True)

    def restyle_items(self, style: Style) -> None:
        """Give every item its colour and size."""
        self.limit_line.setPen(style.pen("ink", 1.0, 0.7, Qt.PenStyle.DotLine))
        self.limit_name.setColor(style.colour("ink"))
        self.limit_name.setFont(style.font(12))

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Bring the fixed point to a new Frame."""
        settled = frame.settled
        there = settled is not None and frame.spec.batch > 1
        self.limit_line.setVisible(there)
        self.limit_name.setVisible(there)
        if settled is not None and there:
            self.limit_line.setValue(settled.c)
            name = _("c* = {c}").format(c=signed_text(settled.c, 3))
            self.curves[0].write_beside(self.limit_name, np.full(frame.depth, settled.c), name, 12)

    def finding_text(self, frame: Frame) -> str:
        """Say how the correlation changes on its way."""
        values = frame.series[INPUT_CORRELATION]
        last = float(values[-1])
        if not isfinite(last):
            return self._end_text(frame)
        first = float(values[np.isfinite(values)][0])
        if last >= ALIKE:
            unlike = np.flatnonzero(~(values >= ALIKE))
            layer = int(unlike[-1]) + 2 if unlike.size else 1
            return _("All inputs look alike from layer {layer} on: correlation {last}").format(
                layer=layer, last=signed_text(last, 3)
            )
        text = next(text for least, text in _CHANGES if last - first >= least)
        return _(text).format(first=signed_text(first, 2), last=signed_text(last, 2))

    def _end_text(self, frame: Frame) -> str:
        if frame.spec.batch < 2:
            return ""
        numbers = np.flatnonzero(np.isfinite(frame.series[INPUT_CORRELATION]))
        layer = int(numbers[-1]) + 2 if numbers.size else 1
        return _("From layer {layer} on nothing is left to compare: the signal is 0, infinite or NaN").format(layer=layer)

    def legend_text(self, frame: Frame, reference: Frame | None) -> str:
        """Say what is drawn."""
        text = _("mean over pairs of inputs")
        text += _("; dashed: theory") if INPUT_CORRELATION in frame.theory else ""
        settled = frame.settled
        if settled is not None:
            text += _("; c*: where it settles, by a factor of e in {scale} layers").format(scale=f"{settled.c_depth_scale:.3g}")
        return text
