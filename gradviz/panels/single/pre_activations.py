"""The pre-activations of one layer, and over them the activation function and its derivative."""

from __future__ import annotations

from math import inf, isfinite

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QGraphicsPolygonItem

from gradviz.core.frame import Frame
from gradviz.core.runs.playhead import Playhead
from gradviz.i18n import N_, _
from gradviz.numbers import signed_text, superscript
from gradviz.panels.base import BODY_ROW, Panel
from gradviz.panels.curves.curve_item import polygon
from gradviz.panels.parts.axes import PlainAxis
from gradviz.panels.parts.layer_plots import VALUE_AXIS_WIDTH
from gradviz.panels.parts.style import Style
from gradviz.panels.scales.limits import Span, drawable_unit
from gradviz.panels.scales.ranges import StillRange
from gradviz.panels.scales.spans import unit_exponent
from gradviz.panels.single.slope_names import SlopeNames
from gradviz.panels.single.slopes import SlopeCurves, curves_of, normal_of, slope_span, steps_of, what_comes_between, wished_span

PEAK = 0.9
"""How high the histogram is, of the plot."""

MOST_FLATS = 4
"""GELU and the like have one flat place more than a sigmoid: their turning point."""

_FINDINGS = {
    # whether f′ is exactly 0 there
    True: N_("{share} of layer {layer}'s units stand where f′ is 0"),
    False: N_("{share} of layer {layer}'s units stand where f′ is nearly 0"),
}

_BETWEEN = {
    "normalization": N_("; f reads z normalized"),
    "skip": N_("; f reads z plus the skip connection"),
    "": "",
}


class PreActivationsPanel(Panel):
    """The histogram of z in the layer that is looked at, on axes of its own, because the horizontal one is z and not the layer."""

    key = "pre_activations"
    shows_reference = True
    shows_one_layer = True

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self._range = StillRange(room=0.03)
        self._unit, self._layer = 0, 0
        self._pointed: float | None = None
        self._curves: SlopeCurves | None = None
        self.z_axis, self.value_axis = PlainAxis("bottom"), PlainAxis("left")
        self.plot = pg.PlotItem(axisItems={"bottom": self.z_axis, "left": self.value_axis}, enableMenu=False)
        self.plot.hideButtons()
        self.plot.setMouseEnabled(False, False)
        self.plot.disableAutoRange()
        self.view.ci.addItem(self.plot, BODY_ROW, 0)
        self._flats = [pg.LinearRegionItem(movable=False) for _place in range(MOST_FLATS)]
        # pyqtgraph 0.14 fills a curve in pieces, whose seams are seen.
        self._histogram = QGraphicsPolygonItem()
        self._reference, self._theory, self._f, self._slope = (pg.PlotCurveItem() for _curve in range(4))
        for depth, item in enumerate([self._histogram, *self._flats, self._reference, self._theory, self._f, self._slope]):
            item.setZValue(depth)
            self.plot.addItem(item, ignoreBounds=True)
        self._names = SlopeNames(self.plot)
        # Where texts find room depends on the size in pixels.
        self.plot.vb.sigResized.connect(self._on_resized)
        self.restyle(style)

    def restyle_items(self, style: Style) -> None:
        """Give every item its colour and size."""
        self.z_axis.restyle(style, 40)
        self.value_axis.restyle(style, VALUE_AXIS_WIDTH)
        for flat in self._flats:
            flat.setBrush(style.brush("quiet", 0.2))
            for line in flat.lines:
                line.setPen(pg.mkPen(None))
        self._reference.setPen(style.pen("reference", 1.6))
        self._theory.setPen(style.outline("ink", 0.8, Qt.PenStyle.DashLine))
        self._histogram.setPen(style.outline("forward", 0.7))
        self._histogram.setBrush(style.fill("forward", 0.3))
        self._f.setPen(style.pen("forward", 2.6))
        self._slope.setPen(style.pen("backward", 2.6))
        self._names.restyle(style)

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Name the axes; the layer comes with the playhead."""
        self._layer = 0
        self.value_axis.name_it(_("f(z), f′(z)"))
        self._name_z()

    def show_playhead(self, frame: Frame, playhead: Playhead) -> None:
        """Show the playhead's layer, or the one that is looked at; nothing of its z where the forward wave has not been."""
        layer = self.shown_layer()
        if layer != self._layer:
            self._layer = layer
            self._show_layer(frame, layer)
        self._histogram.setVisible(playhead.has_activation(layer))

    def show_hovered(self, frame: Frame, layer: int) -> None:
        """Show the layer that is looked at in any panel."""
        self.show_playhead(frame, self.playhead)

    def finding_text(self, frame: Frame) -> str:
        """Say how many units of the layer are saturated."""
        layer = self.shown_layer()
        share = float(frame.series["activation_saturated"][layer - 1])
        if not isfinite(frame.series["pre_activation_rms"][layer - 1]):
            return _("Layer {layer} holds pre-activations that are infinite or NaN").format(layer=layer)
        if not 0 < share <= 1:
            return _("No unit of layer {layer} stands where f′ is nearly 0").format(layer=layer)
        exactly = self._curves is not None and self._curves.is_zero_where_flat and len(self._curves.flat) > 0
        return _(_FINDINGS[exactly]).format(share=_share_text(share), layer=layer)

    def legend_text(self, frame: Frame, reference: Frame | None) -> str:
        """Say what is drawn."""
        text = _("filled: z of the layer, scaled to its peak")
        text += _(_BETWEEN[what_comes_between(frame, self.shown_layer())])
        text += _("; dashed: N(0, q) in theory") if self._theory.isVisible() else ""
        return text

    def layer_text(self, frame: Frame, layer: int) -> str:
        """Read out z in a layer, and f and f′ under the pointer."""
        mean, std = (signed_text(frame.series[f"pre_activation_{name}"][layer - 1], 3) for name in ("mean", "std"))
        text = _("z: mean {mean}, std {std}").format(mean=mean, std=std)
        activation, k = frame.net.activation(layer), frame.net.k(layer)
        if self._pointed is None or activation.pull_back:
            return text
        point = curves_of(activation, k, (self._pointed,) * 2, self._unit)
        values = {"z": self._pointed * 10.0**self._unit, "f": float(point.f[0]), "slope": float(point.slope[0])}
        at = {name: signed_text(value, 3) for name, value in values.items()}
        return _("f({z}) = {f}, f′ = {slope}").format(**at) + "; " + text

    def forget_range(self) -> None:
        """Fit the axis to the next Frame."""
        self._range.forget()

    def show_pointed(self, position: QPointF | None) -> None:
        """Read out f and f′ under the pointer."""
        inside = position is not None and self.plot.vb.sceneBoundingRect().contains(position)
        self._pointed = float(self.plot.vb.mapSceneToView(position).x()) if inside else None
        self._write_readout()

    def _show_layer(self, frame: Frame, layer: int) -> None:
        self._show_unit(frame, layer)
        across = self._range.fit(*wished_span(frame, layer, self._unit))
        activation, k = frame.net.activation(layer), frame.net.k(layer)
        up = slope_span(activation, k)
        self.plot.setXRange(*across, padding=0)
        self.plot.setYRange(*up, padding=0)
        self._curves = None if activation.pull_back else curves_of(activation, k, across, self._unit)
        self._show_curves(self._curves, up)
        self._show_histograms(frame, layer, across, up)
        share, rms = (float(frame.series[name][layer - 1]) for name in ("activation_saturated", "pre_activation_rms"))
        is_said = isfinite(rms) and 0 <= share <= 1 and not what_comes_between(frame, layer)
        self._names.show(self._curves, across, up, _share_text(share) if is_said else "", _note(rms, self._curves))

    def _show_unit(self, frame: Frame, layer: int) -> None:
        """Draw very large and very small z in units of a power of ten."""
        size = float(np.abs(frame.edges["pre_activation_own"][layer - 1]).max())
        unit = drawable_unit(unit_exponent(size))
        if unit != self._unit:
            self._unit = unit
            self._range.forget()
            self._name_z()

    def _name_z(self) -> None:
        self.z_axis.picture = None
        name = _("pre-activation z, in units of {unit}").format(unit=f"10{superscript(self._unit)}")
        self.z_axis.name_it(name if self._unit else _("pre-activation z"))

    def _show_curves(self, curves: SlopeCurves | None, up: Span) -> None:
        for item, values in ((self._f, curves and curves.f), (self._slope, curves and curves.slope)):
            item.setVisible(curves is not None)
            if curves is not None and values is not None:
                _set_part(item, curves.x, values, up)
        flats = [] if curves is None else curves.flat[:MOST_FLATS].tolist()
        for place, item in enumerate(self._flats):
            item.setVisible(place < len(flats))
            if place < len(flats):
                item.setRegion(flats[place])

    def _show_histograms(self, frame: Frame, layer: int, across: Span, up: Span) -> None:
        low, size = up[0], PEAK * (up[1] - up[0])
        x, heights = steps_of(frame, layer, self._unit, across)
        self._histogram.setPolygon(polygon(x, low + size * heights))
        reference = self.reference if self.reference is not None and layer <= self.reference.depth else None
        self._reference.setVisible(reference is not None)
        if reference is not None:
            x, heights = steps_of(reference, layer, self._unit, across)
            self._reference.setData(x, low + size * heights)
        x = np.linspace(*across, 201)
        normal = normal_of(frame, layer, self._unit, x)
        self._theory.setVisible(bool(np.isfinite(normal).any()))
        _set_part(self._theory, x, low + size * normal, up)


def _set_part(item: pg.PlotCurveItem, x: np.ndarray, values: np.ndarray, up: Span) -> None:
    """Give a curve the part that is in sight: SVG does not clip. One so steep that no point of it is in sight is drawn too."""
    known = np.isfinite(values)
    x, values = x[known], values[known]
    beyond = (values > up[1]).astype(np.int8) - (values < up[0])
    connect = (beyond[:-1] == 0) | (beyond[:-1] != beyond[1:])
    item.setData(x, np.clip(values, *up), connect=np.append(connect, False))


def _share_text(share: float) -> str:
    return f"{share:.0%}" if share >= 0.01 else "<1%"


def _note(rms: float, curves: SlopeCurves | None) -> str:
    """Return what is to be said of a layer that histogram and curves cannot show."""
    if rms == 0:
        return _("every z is exactly 0")
    if not isfinite(rms):
        return _("infinite") if rms == inf else _("NaN, not a number")
    return _("softmax reads all units at once: it has no curve") if curves is None else ""
