"""An activation function and its derivative as curves over z, and the histogram of z that they stand over."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gradviz.core.choices.activations import SATURATED_BELOW, Activation
from gradviz.core.choices.arrays import Float64Array, FloatArray
from gradviz.core.frame import Frame
from gradviz.core.histograms import Rows
from gradviz.panels.scales.limits import Span
from gradviz.panels.scales.spans import NOTHING_FINITE, in_units, span_of_values

CURVE_POINTS = 401
"""Points of each curve; each corner of f adds two, so that it is exact at any size of the picture."""

LOWEST, HIGHEST = -1.5, 2.0
"""The range in which an unbounded f is shown, so that f′, which is about 1, can still be read."""

ROOM = 0.08

OWN_FROM = 0.15
"""A layer that would fill less than this share of the shared axis has an axis of its own."""


class SlopeCurves(NamedTuple):
    """f and f′ at z = x · 10**unit, (points,) each, and the stretches of x where a unit is saturated."""

    x: Float64Array
    f: FloatArray
    slope: FloatArray
    flat: Float64Array

    @property
    def is_zero_where_flat(self) -> bool:
        """Whether f′ is not only small there."""
        return all(not self.slope[(self.x >= low) & (self.x <= high)].any() for low, high in self.flat)


def curves_of(activation: Activation, k: float, span: Span, unit: int) -> SlopeCurves:
    """Return the curves between two ends of an axis in units of 10**unit."""
    corners = np.array(activation.kinks) / 10.0**unit
    beside = np.concatenate([np.nextafter(corners, -np.inf), np.nextafter(corners, np.inf)])
    x = np.unique(np.concatenate([np.linspace(*span, CURVE_POINTS), beside[(beside > span[0]) & (beside < span[1])]]))
    with np.errstate(all="ignore"):
        z = x * 10.0**unit
        f, slope = activation.f(z, k), activation.derivative_at(z, k)
        is_flat = np.abs(slope) < SATURATED_BELOW * activation.steepest_at(k)
    changes = np.flatnonzero(np.diff(np.concatenate([[False], is_flat, [False]]).astype(np.int8))).reshape(-1, 2)
    return SlopeCurves(x, f, slope, np.stack([x[changes[:, 0]], x[changes[:, 1] - 1]], axis=1))


def slope_span(activation: Activation, k: float) -> Span:
    """Return the ends of an axis for f and f′, the same whatever z is."""
    low, high = activation.bounds_at(k)
    low, high = min(0.0, max(low, LOWEST)), max(min(high, HIGHEST), activation.steepest_at(k))
    return low - ROOM * (high - low), high + ROOM * (high - low)


def steps_of(frame: Frame, layer: int, unit: int, span: Span) -> tuple[Float64Array, Float64Array]:
    """Return the histogram of z in a layer as steps within a span: x in units of 10**unit, and heights over its peak."""
    edges, counts = in_units(frame.edges["pre_activation_own"][layer - 1], unit), frame.counts["pre_activation_own"][layer - 1]
    inside = np.flatnonzero((counts > 0) & (edges[1:] > span[0]) & (edges[:-1] < span[1]))
    if not inside.size:
        return np.zeros(0), np.zeros(0)
    first, last = inside[0], inside[-1] + 1
    heights = np.repeat(counts[first:last] / counts.max(), 2)
    return np.clip(np.repeat(edges[first : last + 1], 2), *span), np.concatenate([[0.0], heights, [0.0]])


def normal_of(frame: Frame, layer: int, unit: int, x: Float64Array) -> Float64Array:
    """Return the density of N(0, q) at x, over the peak of the layer's histogram; NaN where theory has no q."""
    q = float(in_units(np.array([frame.theory.get("pre_activation_rms", np.full(layer, np.nan))[layer - 1]]), unit)[0])
    edges, counts = in_units(frame.edges["pre_activation_own"][layer - 1], unit), frame.counts["pre_activation_own"][layer - 1]
    width, peak = float(edges[1] - edges[0]), counts.max() / max(1, counts.sum())
    if not (0 < q < np.inf and width > 0 and peak > 0):
        return np.full(x.shape, np.nan)
    with np.errstate(all="ignore"):
        return np.exp(-((x / q) ** 2) / 2) / (q * np.sqrt(2 * np.pi)) * width / peak


def wished_span(frame: Frame, layer: int, unit: int) -> Span:
    """Return the range of z: that of all layers, or the layer's own where it would fill too little of that."""
    edges, counts = frame.edges["pre_activation_own"][layer - 1], frame.counts["pre_activation_own"][layer - 1 : layer]
    if not counts.any() or edges[-1] <= NOTHING_FINITE:
        return -1.0, 1.0
    own = span_of_values(Rows(in_units(edges, unit), counts))
    shared = span_of_values(Rows(in_units(frame.edges["pre_activation"], unit), frame.counts["pre_activation"]))
    return shared if own[1] - own[0] >= OWN_FROM * (shared[1] - shared[0]) else own


def what_comes_between(frame: Frame, layer: int) -> str:
    """Return what changes z before f reads it: "normalization", "skip", or nothing."""
    if frame.net.normalization(layer, "before").axis is not None:
        return "normalization"
    return "skip" if frame.net.skip(layer, "post") is not None else ""
