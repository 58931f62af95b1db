"""Spread and size of the activations, layer by layer, and the shares of saturated, dead and non-finite units."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGraphicsPolygonItem

from gradviz.core.frame import Frame
from gradviz.i18n import N_, _
from gradviz.numbers import percent_text, signed_text
from gradviz.panels.curves.curve import MAGNITUDES, SHARES, Curve, Scale, decades
from gradviz.panels.curves.curve_item import polygon
from gradviz.panels.curves.curve_panel import CurvePanel, CurvePlot, only
from gradviz.panels.curves.curves import Sources
from gradviz.panels.parts.axes import DecadeAxis, PercentAxis
from gradviz.panels.parts.style import Style
from gradviz.panels.scales.limits import drawable


def _spread_text(value: float) -> str:
    return _("below rounding") if value != value else signed_text(value)


SPREADS = Scale(decades, _spread_text, has_zero=True)

BAND = "activation_rms"

_SHARES = (
    Curve("activation_nan", "NaN", SHARES, "forward", "+", Qt.PenStyle.DotLine),
    Curve("activation_infinite", N_("infinite"), SHARES, "forward", "t1", Qt.PenStyle.DashDotDotLine),
    Curve("activation_subnormal", N_("subnormal"), SHARES, "forward", "t", Qt.PenStyle.DashDotLine),
    Curve("activation_dead", N_("dead"), SHARES, "forward", "s", Qt.PenStyle.DashLine),
    Curve("activation_saturated", N_("saturated"), SHARES, "forward", "o"),
    Curve("activation_zero", N_("exactly 0"), SHARES, "forward", "d", Qt.PenStyle.DashDotLine),
)
"""The worst first: the title names the first that is more than a few."""

WORTH_SAYING = 0.01

NAME_ROOM = 0.25
"""Of the range of the sizes: in the lowest plot that has names, a line of text."""


def _size_key(frame: Frame) -> str:
    """Return the measure of size that is drawn: the band is one of the RMS, which then replaces std."""
    return BAND if BAND in frame.bands else "activation_std"


def _sizes(frame: Frame, reference: Frame | None) -> Sources:
    return _sources({"activation_spread", _size_key(frame), "activation_mean"}, frame, reference)


def _found_shares(frame: Frame, reference: Frame | None) -> Sources:
    """Return the shares that are not 0 everywhere."""
    return _sources({curve.key for curve in found_shares(frame)}, frame, reference)


def _sources(keys: set[str], frame: Frame, reference: Frame | None) -> Sources:
    pinned = only(reference.series, keys) if reference is not None else None
    return Sources(only(frame.series, keys), only(frame.theory, keys), pinned)


def _in_sight(frame: Frame) -> list[float]:
    """Return the ends of the band, and a value that leaves the name of the uppermost curve a place above it."""
    ends: list[float] = drawn_band(frame)[np.isfinite(drawn_band(frame))].tolist()
    sizes = np.concatenate([decades(values) for values in _sizes(frame, None).measured.values()])
    seen = sizes[np.isfinite(drawable(sizes))]
    return [*ends, float(seen.max() + NAME_ROOM * np.ptp(seen))] if seen.size else ends


def _without_shares(frame: Frame, reference: Frame | None) -> str:
    """Return a sentence where there is no share to show."""
    nothing = _("No unit is saturated or dead, and no activation is 0, subnormal, infinite or NaN.")
    return "" if found_shares(frame) else nothing


class SizesPanel(CurvePanel):
    """Spread between examples, size and mean of the activations above; the shares saturated, dead, zero and so on below."""

    key = "sizes"
    value_axis_types = (DecadeAxis, PercentAxis)
    marks_role = "forward"
    contents = (
        CurvePlot(
            N_("activation"),
            (
                Curve("activation_spread", N_("spread"), SPREADS, "forward", "t1", may_end=True),
                Curve("activation_rms", N_("RMS"), MAGNITUDES, "forward", "s"),
                Curve("activation_std", N_("std"), MAGNITUDES, "forward", "o"),
                Curve("activation_mean", N_("|mean|"), MAGNITUDES, "forward", "d", Qt.PenStyle.DashDotLine, N_("mean")),
            ),
            sources=_sizes,
            in_sight=_in_sight,
        ),
        CurvePlot(N_("share"), _SHARES, sources=_found_shares, span=(-0.07, 1.07), notice=_without_shares),
    )

    def add_items(self) -> None:
        """Create the band of other weight draws."""
        self.band = QGraphicsPolygonItem()
        self.band.setPen(Qt.PenStyle.NoPen)
        self.band.setZValue(1)
        self.plot.addItem(self.band, ignoreBounds=True)

    def restyle_items(self, style: Style) -> None:
        """Give every item its colour and size."""
        self.band.setBrush(style.brush("forward", 0.16))

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Bring the band to a new Frame."""
        band = drawn_band(frame)
        there = np.flatnonzero(np.isfinite(band).all(axis=1))
        self.band.setVisible(there.size > 1)
        low, high = np.clip(band[there].T, *self.plot.viewRange()[1])
        layers = there + 1.0
        self.band.setPolygon(polygon(np.concatenate([layers, layers[::-1]]), np.concatenate([low, high[::-1]])))

    def finding_text(self, frame: Frame) -> str:
        """Say how many units are lost, where there are any."""
        for curve in found_shares(frame):
            shares = np.nan_to_num(frame.series[curve.key])
            if shares.max() >= WORTH_SAYING:
                return _("Up to {share} {what}").format(share=percent_text(round(float(shares.max()), 2)), what=_(curve.name))
        return ""

    def legend_text(self, frame: Frame, reference: Frame | None) -> str:
        """Say what is drawn."""
        text = _("spread between examples and sizes above, shares below")
        text += _("; dashed: theory") if _sizes(frame, None).theory else ""
        text += _("; band: two thirds of all draws, one input; theory is drawn inside it only") if BAND in frame.bands else ""
        return text


def drawn_band(frame: Frame) -> np.ndarray:
    """Return the ends of the band on the axis, (L, 2), NaN where unknown."""
    return decades(frame.bands[BAND]) if BAND in frame.bands else np.full((frame.depth, 2), np.nan)


def found_shares(frame: Frame) -> list[Curve]:
    """Return the shares that are not 0 in every layer."""
    return [curve for curve in _SHARES if (frame.series[curve.key] != 0).any()]
