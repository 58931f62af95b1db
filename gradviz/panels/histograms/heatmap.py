"""The activations as a heat map: layers across, values up, and the share of a layer's values as colour."""

from __future__ import annotations

from math import ceil

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt

from gradviz.core.frame import Frame
from gradviz.core.runs.playhead import Playhead
from gradviz.i18n import _
from gradviz.numbers import power_text, signed_text
from gradviz.panels.histograms.activation_axis import ActivationAxis
from gradviz.panels.histograms.heat import Heat, heat_of, strengths
from gradviz.panels.histograms.shapes import sizes
from gradviz.panels.layer_panel import LayerPanel
from gradviz.panels.parts.axes import ValueOrDecadeAxis
from gradviz.panels.parts.broken_curve import set_curve
from gradviz.panels.parts.ramp import ramp
from gradviz.panels.parts.style import Style

LEAST_ACROSS, LEAST_UP = 800, 300
"""The smallest size of the image in pixels: SVG viewers blur it by one pixel, which should not be as wide as a layer."""


class HeatmapPanel(LayerPanel):
    """One image for all layers."""

    key = "heatmap"
    shows_reference = True
    value_axis_types = (ValueOrDecadeAxis,)

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.axis = ActivationAxis(self.plot)
        self.parts.append(self.axis)
        self._heat = Heat(0.0, 1.0, np.zeros((1, 0)))
        self._pointed: float | None = None
        self._colours = np.zeros((256, 3), np.uint8)
        self._image = pg.ImageItem()
        self._veil = pg.LinearRegionItem(orientation="vertical", movable=False)
        self._reference = [pg.PlotDataItem(), pg.PlotDataItem()]
        for depth, item in enumerate([self._image, self._veil, *self._reference], start=10):
            item.setZValue(depth)
            self.plot.addItem(item, ignoreBounds=True)
        self.restyle(style)

    def restyle_items(self, style: Style) -> None:
        """Compute the ramp of colours for the theme."""
        self._colours = ramp(style.colour("ground"), style.colour("forward"))
        self._veil.setBrush(style.brush("ground"))
        for line in self._veil.lines:
            line.setPen(pg.mkPen(None))
        for curve in self._reference:
            curve.setPen(style.outline("reference", 1.0, Qt.PenStyle.SolidLine))

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Paint the image."""
        self._heat = heat_of(self.axis.rows(frame), sizes(frame), self.axis.shown)
        self._image.setVisible(self._heat.shares.size > 0)
        if self._heat.shares.size:
            colours = self._colours[np.round(255 * strengths(self._heat.shares)).astype(np.uint8)]
            self._image.setImage(_enlarged(colours), autoLevels=False, levels=None)
            self._image.setRect(QRectF(0.5, self._heat.low, frame.depth, self._heat.high - self._heat.low))
        nowhere = (np.full(1, np.nan),) * 2
        spread = nowhere if reference is None else self.axis.spread(reference, reference.series)
        for curve, values in zip(self._reference, spread, strict=True):
            set_curve(curve, values[: frame.depth], self.axis.shown)

    def show_playhead(self, frame: Frame, playhead: Playhead) -> None:
        """Veil the layers that the forward wave has not reached."""
        ahead = not playhead.has_activation(frame.depth)
        self._veil.setVisible(ahead)
        if ahead:
            self._veil.setRegion((playhead.layer + 0.5, frame.depth + 0.5))

    def legend_text(self, frame: Frame, reference: Frame | None) -> str:
        """Say what is drawn."""
        text = _("colour: share of a layer in a bin, 0.1 % to 10 %, log scale")
        if self.axis.leaves_zeros_out(frame) and (frame.series["activation_zero"] > 0).any():
            text += _("; exact zeros left out")
        if "activation_std" in frame.theory:
            text += _("; dashed: RMS in theory") if self.axis.is_by_magnitude else _("; dashed: mean ± std in theory")
        return text

    def layer_text(self, frame: Frame, layer: int) -> str:
        """Read out a layer, and the share in the bin under the pointer."""
        text = self.axis.layer_text(frame, layer)
        row = None if self._pointed is None else self._heat.row_at(self._pointed)
        if row is None:
            return text
        written = power_text if self.axis.is_by_magnitude else signed_text
        low, high = (written(end) for end in self._heat.ends(row))
        share = self._heat.shares[layer - 1, row]
        return _("{share:.2%} between {low} and {high}").format(share=share, low=low, high=high) + "; " + text

    def show_pointed(self, position: QPointF | None) -> None:
        """Read out the share under the pointer."""
        inside = position is not None and self.layer_at(position) > 0
        self._pointed = float(self.plot.vb.mapSceneToView(position).y()) if inside else None
        self._write_readout()


def _enlarged(colours: np.ndarray) -> np.ndarray:
    """Return an image with each pixel repeated, (across, up, 3)."""
    across, up = (ceil(least / size) for least, size in zip((LEAST_ACROSS, LEAST_UP), colours.shape, strict=False))
    return colours.repeat(across, axis=0).repeat(up, axis=1)
