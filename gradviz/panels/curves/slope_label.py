"""The factor per layer, written large beside a curve in decades."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

import numpy as np
import pyqtgraph as pg

from gradviz.core.runs.playhead import Playhead
from gradviz.i18n import _
from gradviz.numbers import factor_text
from gradviz.panels.curves.zones import LINE
from gradviz.panels.parts.style import Style
from gradviz.panels.scales.extents import extent_of, span_across, span_up


class SlopeLabel:
    """A text placed where the curve leaves room."""

    def __init__(self, plot: pg.PlotItem) -> None:
        self._plot, self._scale = plot, 1.0
        self.text = pg.TextItem(anchor=(0.5, 1.25))
        self.text.setZValue(20)
        plot.addItem(self.text, ignoreBounds=True)

    def restyle(self, style: Style) -> None:
        """Take colour and size."""
        self._scale = style.scale
        self.text.setColor(style.colour("backward"))
        self.text.setFont(style.font(15, bold=True))

    def show(self, log10_sizes: np.ndarray, log10_factor: float, log10_total: float, names: Sequence[pg.TextItem]) -> None:
        """Write the factor beside the curve; nothing where it is not finite or there is no room.

        Where it would overlap another name it moves to the right of it, or hides that name if there is no room.

        Parameters
        ----------
        log10_sizes : ndarray, (L,)
        log10_factor, log10_total : float
            Per layer, and from the last layer to the first.
        names : sequence of TextItem
            The other texts in the plot.
        """
        (first, last), (low, high) = self._plot.viewRange()
        line = span_up(self._plot, LINE * self._scale)
        self.text.setText(_("{factor} per layer").format(factor=factor_text(log10_factor)) if isfinite(log10_total) else "")
        width = span_across(self._plot, self.text.boundingRect().width())
        if not isfinite(log10_total) or width > last - first or 3 * line > high - low:
            self.text.setText("")
            return
        # Toward the lower end of the curve, clear of the part of it under the text.
        side = 0.5 if abs(log10_total) < 1 else float(log10_total < 0)
        left = max(first, min((len(log10_sizes) + 1) / 2 - side * width, last - width))
        self._write(log10_sizes, left, width, high - 1.6 * line)
        for name in names:
            named = extent_of(self._plot, name)
            if not (name.isVisible() and named.intersects(extent_of(self._plot, self.text))):
                continue
            if named.right() + width < last:
                self._write(log10_sizes, named.right(), width, high - 1.6 * line)
            else:
                name.hide()

    def light(self, playhead: Playhead) -> None:
        """Show it once the gradient has reached layer 1."""
        self.text.setVisible(playhead.has_gradient(1) and self.text.toPlainText() != "")

    def _write(self, log10_sizes: np.ndarray, left: float, width: float, highest: float) -> None:
        """Put it above the part of the curve in its columns, or below where that part is too high."""
        under = np.interp(np.linspace(left, left + width, 9), np.arange(1, len(log10_sizes) + 1), log10_sizes)
        above = float(under.max()) < highest
        self.text.setAnchor((0, 1.15) if above else (0, -0.15))
        self.text.setPos(left, float(under.max() if above else under.min()))
