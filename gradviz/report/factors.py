"""Why a layer multiplies by what it does: the parts of the factor of signal and gradient, which multiply to the measured number.

Of a plain layer with random weights: the weights, the activation function for z ~ N(0, q), and what this draw of finitely many
weights adds (He et al. 2015, eq. 7 and 13; Poole et al. 2016). Elsewhere the parts are measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite, log10, nan
from typing import NamedTuple

import numpy as np

from gradviz.core.choices.initializers import INITIALIZERS
from gradviz.core.frame import Frame
from gradviz.core.theory.gaussian import GaussianMoments, gaussian_moments
from gradviz.i18n import N_, _


class Part(NamedTuple):
    """A part of a factor: its name and its log10."""

    name: str
    log10: float


@dataclass(frozen=True)
class Factor:
    """What a layer multiplies by, and why.

    Attributes
    ----------
    name : str
        Of what, from which layer to which.
    log10 : float
        Measured.
    parts : tuple of Part
        They multiply to it; empty where one of them is 0, infinite or NaN.
    way : {"forward", "backward"}
    """

    name: str
    log10: float
    parts: tuple[Part, ...]
    way: str


_FAN = {"forward": N_("weights: √(fan_in · Var W)"), "backward": N_("weights: √(fan_out · Var W)")}
_FAN_MEASURED = {"forward": N_("weights: √(fan_in · E W²)"), "backward": N_("weights: √(fan_out · E W²)")}
_FUNCTION = {"forward": N_("activation: √(E f(z)² / E (z − b)²)"), "backward": N_("activation: √E f′(z)²")}
_FUNCTION_MEASURED = {
    "forward": N_("activation: size of a / size of z"),
    "backward": N_("activation: size of ∂loss/∂z / size of ∂loss/∂a"),
}
_INSIDE = {
    "forward": N_("activation, skip connection and normalization"),
    "backward": N_("activation, skip connection and normalization"),
}
_DRAW = N_("this draw (finite width)")
_REST = N_("these weights, not drawn one by one")
_SKIP = N_("skip connection, and this draw")


def forward_factor(frame: Frame, layer: int) -> Factor:
    """Return what a layer multiplies the size of the activations by, and its parts."""
    with np.errstate(all="ignore"):
        sizes = np.log10([frame.input_rms, *frame.series["activation_rms"]])
        z = float(np.log10(frame.series["pre_activation_rms"][layer - 1]))
    before, after = float(sizes[layer - 1]), float(sizes[layer])
    of = _("layer {before} → {after}") if layer > 1 else _("input → layer {after}")
    return _factor(frame, layer, "forward", of.format(before=layer - 1, after=layer), (before, after, after - z))


def backward_factor(frame: Frame, layer: int) -> Factor | None:
    """Return what a layer multiplies the gradient by on its way to the layer before, and its parts; None for the first layer."""
    if layer < 2:
        return None
    gradients = frame.series["log10_grad_a_rms"]
    before, after = float(gradients[layer - 1]), float(gradients[layer - 2])
    inside = float(frame.series["log10_grad_z_rms"][layer - 1]) - before
    of = _("layer {before} → {after}").format(before=layer, after=layer - 1)
    return _factor(frame, layer, "backward", of, (before, after, inside))


def _factor(frame: Frame, layer: int, way: str, name: str, sizes: tuple[float, float, float]) -> Factor:
    """Return a factor; `sizes` are log10 of the size before and after, and what happens inside the layer, measured."""
    before, after, measured = sizes
    total = after - before if isfinite(before) else nan
    weights = _weights(frame, layer, way)
    moments = _moments(frame, layer)
    if moments is not None:
        inside = (
            (_log10(moments.mean_square) - _log10(moments_q(frame, layer))) / 2
            if way == "forward"
            else _log10(moments.slope_square) / 2
        )
        names = (_FUNCTION[way], _DRAW)
    else:
        inside = measured
        rest = _SKIP if frame.net.residual and way == "backward" else _DRAW if _is_random(frame) else _REST
        names = (_FUNCTION_MEASURED[way] if frame.net.is_plain else _INSIDE[way], rest)
    values = (weights.log10, inside, total - weights.log10 - inside)
    parts = (weights, Part(_(names[0]), inside), Part(_(names[1]), values[2]))
    return Factor(name, total, parts if all(map(isfinite, values)) else (), way)


def _weights(frame: Frame, layer: int, way: str) -> Part:
    fan = frame.net.units[layer - 1] if way == "forward" else frame.net.units[layer]
    variance = float(frame.weight_variance[layer - 1])
    if isfinite(variance):
        return Part(_(_FAN[way]), _log10(fan * variance) / 2)
    return Part(_(_FAN_MEASURED[way]), _log10(fan) / 2 + float(frame.series["log10_weight_rms"][layer - 1]))


def _is_random(frame: Frame) -> bool:
    """Whether the weights of every layer are drawn independently of each other and of the other layers'."""
    return INITIALIZERS[frame.spec.initializer].is_independent and not frame.net.shares_weights


def _moments(frame: Frame, layer: int) -> GaussianMoments | None:
    """Return the moments of f(z) and f′(z) for z as wide as the layer before makes it; None where z is no such sum."""
    net = frame.net
    activation = net.activation(layer)
    if not _is_random(frame) or not net.is_plain or activation.reads_all_units:
        return None
    q = moments_q(frame, layer) + frame.spec.bias_std**2
    return gaussian_moments(activation, net.k(layer), q) if 1e-200 < q < 1e200 else None


def moments_q(frame: Frame, layer: int) -> float:
    """Return E (z − b)² of a layer from the size of its input: fan_in · Var W · E a²."""
    before = np.float64(frame.input_rms if layer == 1 else frame.series["activation_rms"][layer - 2])
    with np.errstate(all="ignore"):
        return float(frame.net.units[layer - 1] * frame.weight_variance[layer - 1] * before**2)


def _log10(value: float) -> float:
    return log10(value) if 0 < value < inf else -inf if value == 0 else nan
