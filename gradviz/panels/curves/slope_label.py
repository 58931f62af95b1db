"""The factor per layer, written large beside a curve in decades."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

import numpy as np
import pyqtgraph as pg

from gradviz.core.runs.playhead import Playhead
from gradviz.i18n import _
from gradviz.numbers import factor_text, power_text
from gradviz.panels.curves.zones import LINE
from gradviz.panels.parts.style import Style
from gradviz.panels.scales.extents import extent_of, span_across, span_up


class SlopeLabel:
    """A text placed where the curve leaves room."""

    def __init__(self, plot: pg.PlotItem) -> None:
        self._plot, self._scale = plot, 1.0
        self.text = pg.TextItem(anchor=(0.5, 1.25))
        self.running = pg.TextItem()
        """The product so far, beside the layer that the wave has come to."""
        self._sizes = np.empty(0)
        for item in (self.text, self.running):
            item.setZValue(20)
            plot.addItem(item, ignoreBounds=True)
        self.running.hide()

    def restyle(self, style: Style) -> None:
        """Take colour and size."""
        self._scale = style.scale
        for item in (self.text, self.running):
            item.setColor(style.colour("backward"))
            item.setFont(style.font(15, bold=True))
        self.running.fill = style.brush("ground", 0.8)

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
        self._sizes = log10_sizes
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
        """Show it once the gradient has reached layer 1; on the way there, the product so far at the layer that it has come to."""
        has_arrived = playhead.has_gradient(1)
        self.text.setVisible(has_arrived and self.text.toPlainText() != "")
        depth, layer = len(self._sizes), playhead.layer
        product = "" if has_arrived or not playhead.has_gradient(layer) else running_product(self._sizes, layer)
        self.running.setVisible(bool(product))
        if product:
            falls = self._sizes[layer - 1] < self._sizes[-1]  # both finite, as there is a product
            self.running.setText(product)
            # On the side where the curve still has to come, unless that is too narrow.
            self.running.setAnchor((1.03 if layer > 0.6 * depth else -0.03, -0.15 if falls else 1.15))
            self.running.setPos(layer, float(self._sizes[layer - 1]))

    def _write(self, log10_sizes: np.ndarray, left: float, width: float, highest: float) -> None:
        """Put it above the part of the curve in its columns, or below where that part is too high."""
        under = np.interp(np.linspace(left, left + width, 9), np.arange(1, len(log10_sizes) + 1), log10_sizes)
        above = float(under.max()) < highest
        self.text.setAnchor((0, 1.15) if above else (0, -0.15))
        self.text.setPos(left, float(under.max() if above else under.min()))


FACTORS_SHOWN = 2
"""So many factors are written out in a product, the last ones; of those before them stand dots."""


def running_product(log10_sizes: np.ndarray, layer: int) -> str:
    """Return the product of the factors from the last layer down to one, ``… ×0.23 ×0.22 = 3.2·10⁻⁴``; "" where one is no number."""
    with np.errstate(invalid="ignore"):  # between infinities
        factors = [float(factor) for factor in log10_sizes[layer - 1 : -1] - log10_sizes[layer:]]
        total = float(log10_sizes[layer - 1] - log10_sizes[-1])
    if not factors or not all(map(isfinite, factors)):
        return ""
    written = " ".join(map(factor_text, reversed(factors[:FACTORS_SHOWN])))
    dots = "… " if len(factors) > FACTORS_SHOWN else ""
    return written if len(factors) == 1 else f"{dots}{written} = {power_text(total)}"
