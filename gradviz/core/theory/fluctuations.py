"""Finite width: how far the logarithms of sizes scatter over weight draws, and how far the typical network lies from the mean.

Of mean squares, theory of infinite width gives the mean over weight draws. A product of many factors is mostly smaller than its
mean, so in networks that are deep for their width no network looks like it. For linear, ReLU and leaky ReLU networks of
independent Gaussian weights without biases the law of one input is exact: every layer multiplies the mean square by an independent
factor, σ_w²/n times the sum of f(Z)² over its n units. For others it is an estimate to first order in 1/n.

Sources: Hanin and Nica, "Products of many large random matrices and gradients in deep neural networks" (2020); Roberts et al.,
"The Principles of Deep Learning Theory" (2022), chapter 5. Logarithms are natural unless a name says log10.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import log, pi
from typing import NamedTuple

import numpy as np

from gradviz.cache import remembered
from gradviz.core.choices.activations import Activation
from gradviz.core.choices.arrays import Float64Array
from gradviz.core.theory.gaussian import gaussian_nodes, negative_slope
from gradviz.core.theory.mean_field import LARGEST_DECADES, MeanField

EULER_GAMMA = 0.57721566490153286

INTEGRATED = np.arange(-45.0, 120.0, 0.1)
"""ln t where the law of a factor is integrated; with these steps the trapezoidal rule is right to about 1e-13."""

MOST_DEAD = 0.05
"""The largest share of draws in which a ReLU layer is 0 for the input, for a band: beyond, the interval that holds 68 % of all
draws would soon reach down to 0, which no picture of decades shows. (At 10 units each layer adds 0.001, at 3 units 0.125.)"""

NARROWEST_NOT_GAUSSIAN = 16
"""Units of the narrowest hidden layer for which the law of Gaussian weights is used for uniform and truncated ones. After 20 layers
the mean of the logarithm is off by at most 0.14 standard deviations at 16 units, 0.24 at 8, 0.37 at 4; after 100, twice as much."""

WIDEST_SCATTER = 2.0
"""The largest standard deviation of the logarithm of a mean square, 0.43 decades of the root mean square, at which an estimate lets
the infinite-width value stand. It grows fastest where q has an unstable fixed point: GELU with a gain of √2, 200 layers of 64."""


class FactorLaw(NamedTuple):
    """The law of X = Σ f(Z)² / (n E f(Z)²) over the n units of a layer.

    Attributes
    ----------
    mean, variance : float
        Of ln X, where X is not 0.
    zero : float
        The probability of X = 0, which is 2⁻ⁿ for ReLU.
    """

    mean: float
    variance: float
    zero: float


@remembered
def factor_law(slope: float, n: int) -> FactorLaw:
    """Return the law of a layer's factor for f(z) = z if z > 0 else slope · z.

    Linear: nX is χ²_n, so mean and variance are ψ(n/2) - ln(n/2) and ψ′(n/2). ReLU: nX/2 is χ²_k with k ~ Binomial(n, 1/2). In
    general, if T ~ Exp(1), then P(T/X > t) = E exp(-tX) = φ(t/n)ⁿ, where φ is the Laplace transform of one unit's f(Z)². So
    Y = ln T - ln X has a known density, and mean and variance of ln T are -γ and π²/6.
    """
    y = INTEGRATED
    t, square = np.exp(y) / n, slope * slope
    positive, negative = 1 / np.sqrt(1 + 2 * t), 1 / np.sqrt(1 + 2 * square * t)
    falls = (positive**3 + square * negative**3) / 2  # -φ′
    density = n * ((positive + negative) / 2) ** (n - 1) * falls * t * (y[1] - y[0])
    there = float(density.sum())
    mean = float(density @ y) / there
    variance = float(density @ (y - mean) ** 2) / there
    return FactorLaw(-EULER_GAMMA - mean - log((1 + square) / 2), variance - pi * pi / 6, max(0.0, 1 - there))


class Scatter(NamedTuple):
    """The scatter of ln of a mean square over weight draws, per layer.

    Attributes
    ----------
    shift : ndarray, (L,)
        Its mean, less ln of the infinite-width value.
    std : ndarray, (L,)
        Its standard deviation.
    """

    shift: Float64Array
    std: Float64Array

    def holds_infinite_width(self) -> np.ndarray:
        """Whether the infinite-width value lies within one standard deviation of the mean, per layer."""
        return np.abs(self.shift) <= self.std


class Scatters(NamedTuple):
    """The scatter of the sizes of one network.

    Attributes
    ----------
    signal : Scatter
        Of a[l].
    gradient : Scatter
        Of the gradient with respect to z[l].
    alive : ndarray of bool, (L,)
        Whether a[l] is rarely 0: in at most `MOST_DEAD` of all draws.
    is_exact : bool
        Whether the laws are exact for one input, rather than estimates.
    """

    signal: Scatter
    gradient: Scatter
    alive: np.ndarray
    is_exact: bool

    def signal_stands(self) -> np.ndarray:
        """Return whether the infinite-width values of the signal are typical of networks of this width, per layer."""
        return self.alive & self._stands(self.signal)

    def gradient_stands(self) -> np.ndarray:
        """Return the same for the gradient with respect to z[l], and a[l]."""
        return self.alive[-1] & self._stands(self.gradient)

    def weight_gradient_stands(self) -> np.ndarray:
        """Return the same for the gradient with respect to W[l], the product of the gradient of z[l] and a[l-1]."""
        shift, std = (np.concatenate([[0.0], values[:-1]]) for values in self.signal)
        return self.alive[-1] & self._stands(Scatter(self.gradient.shift + shift, np.hypot(self.gradient.std, std)))

    def _stands(self, scatter: Scatter) -> np.ndarray:
        stands = scatter.holds_infinite_width()
        return stands if self.is_exact else stands & (scatter.std <= WIDEST_SCATTER)


def scatters(net: MeanField, signal: Mapping[str, Float64Array], log10_grad_a: Float64Array | None) -> Scatters | None:
    """Return the scatter of signal and gradient, or None behind batch normalization.

    Parameters
    ----------
    net : MeanField
    signal : dict of (L,) arrays
        The result of `forward` for this network.
    log10_grad_a : (L,) array or None
        ``log10_grad_a_rms`` of `backward`; only read with skip connections, without it the gradient's scatter is NaN there.
    """
    if net.normalization == "batch":
        return None
    laws = _laws(net)
    if laws is not None:
        return Scatters(_product(laws), _reversed(_product(laws[::-1])), _alive(laws), is_exact=True)
    layers = _layer_scatters(net, signal)
    of_signal, kicks = _signal_scatter(net, signal, layers)
    of_gradient = _gradient_scatter(net, layers, of_signal, kicks, log10_grad_a)
    return Scatters(of_signal, of_gradient, np.ones(net.depth, bool), is_exact=False)


def signal_band(net: MeanField, signal: Mapping[str, Float64Array]) -> Float64Array | None:
    """Return the 68 % interval of log10 E a[l]² over weight draws for one input, (L, 2), or None without an exact law.

    It lies one standard deviation on either side of the mean of the logarithm, which is the typical value. NaN in layers that are
    0 in more than `MOST_DEAD` of all draws.
    """
    laws = _laws(net)
    if laws is None:
        return None
    shift, std = _product(laws)
    centre = signal["log10_activation_mean_square"] + shift / log(10)
    band = np.stack([centre - std / log(10), centre + std / log(10)], axis=1)
    return np.where(_alive(laws)[:, None], band, np.nan)


def _laws(net: MeanField) -> list[FactorLaw] | None:
    """Return the law of each layer's factor, or None where the factors are not independent."""
    slope = negative_slope(net.activation, net.k)
    if slope is None or not net.is_plain or net.bias_variance > 0:
        return None
    if not net.has_gaussian_weights and min(net.units[1:-1] or net.units[1:]) < NARROWEST_NOT_GAUSSIAN:
        return None
    return [factor_law(slope, n) for n in net.units[1:]]


def _product(laws: list[FactorLaw]) -> Scatter:
    return Scatter(np.cumsum([law.mean for law in laws]), np.sqrt(np.cumsum([law.variance for law in laws])))


def _alive(laws: list[FactorLaw]) -> np.ndarray:
    return np.cumprod([1 - law.zero for law in laws]) >= 1 - MOST_DEAD


def _reversed(scatter: Scatter) -> Scatter:
    return Scatter(scatter.shift[::-1], scatter.std[::-1])


class _Moments(NamedTuple):
    """κ = Var f²/(E f²)² and the same of f′² times a Gaussian's square; and d ln E f²/d ln q and d ln E f′²/d ln q."""

    kappa: float
    slope_kappa: float
    growth: float
    slope_growth: float


@remembered
def _moments(activation: Activation, k: float, q: float) -> _Moments:
    z, w = gaussian_nodes(q, activation.kinks)
    with np.errstate(all="ignore"):
        square, slope_square = np.square(activation.f(z, k)), np.square(activation.derivative_at(z, k))
    by_q = w * (z * z / q - 1) / 2  # q dE g/dq = E (Z² - 1) g / 2
    mean, slope_mean = float(w @ square), float(w @ slope_square)
    if mean == 0 or slope_mean == 0:
        return _Moments(0.0, 0.0, 0.0, 0.0)
    return _Moments(
        kappa=float(w @ (square / mean) ** 2) - 1,
        slope_kappa=3 * float(w @ (slope_square / slope_mean) ** 2) - 1,  # E Z⁴ = 3
        growth=float(by_q @ square) / mean,
        slope_growth=float(by_q @ slope_square) / slope_mean,
    )


class _LayerScatter(NamedTuple):
    """What one layer adds: variances of ln E a² and of ln E grad², and how both follow E a[l-1]²."""

    added: float
    gradient_added: float
    growth: float
    slope_growth: float


def _layer_scatters(net: MeanField, signal: Mapping[str, Float64Array]) -> list[_LayerScatter]:
    normalized, before = net.normalization != "none", net.normalization_place == "before"
    found = []
    for n, log10_q in zip(net.units[1:], signal["log10_q"], strict=True):
        q = 10.0 ** min(2.0 * LARGEST_DECADES, max(-2.0 * LARGEST_DECADES, float(log10_q)))
        m = _moments(net.activation, net.k, q / (q + net.normalization_epsilon) if normalized and before else q)
        if normalized:  # nothing follows the size of what is divided by its size
            found.append(_LayerScatter(m.kappa / n if before else 0.0, m.slope_kappa / n, 0.0, 0.0))
        else:
            follows = 1 - min(1.0, net.bias_variance / q)
            found.append(_LayerScatter(m.kappa / n, m.slope_kappa / n, follows * m.growth, follows * m.slope_growth))
    return found


def _signal_scatter(
    net: MeanField, signal: Mapping[str, Float64Array], layers: list[_LayerScatter]
) -> tuple[Scatter, Float64Array]:
    """Return the scatter of a[l], and the variance that each layer adds to it.

    A branch that makes up the share p of E a² adds p² of its own variance, and 4p(1 - p)/n because it is not quite at right
    angles to what it is added to.
    """
    size = np.concatenate([signal["log10_input_mean_square"][:1], signal["log10_activation_mean_square"]])
    shift, std, added = np.zeros(net.depth + 1), np.zeros(net.depth + 1), np.zeros(net.depth)
    for l, layer in enumerate(layers, start=1):
        source = l - net.residual if net.skips_to(l) else l - 1
        p = _share(size[source], size[l]) if net.skips_to(l) else 1.0
        added[l - 1] = p * p * layer.added + 4 * p * (1 - p) / net.units[l]
        follows = p * layer.growth
        shift[l] = (1 - p) * shift[source] + follows * shift[l - 1] - added[l - 1] / 2
        std[l] = np.hypot((1 - p) * std[source] + follows * std[l - 1], np.sqrt(added[l - 1]))
    return Scatter(shift[1:], std[1:]), added


def _gradient_scatter(
    net: MeanField, layers: list[_LayerScatter], signal: Scatter, added: Float64Array, log10_grad_a: Float64Array | None
) -> Scatter:
    """Return the scatter of the gradient with respect to z[l].

    Its own factors scatter as those of the signal do. Besides, f′ in the layers above follows the size of the signal there, which
    a deviation in layer l changes: `echo` is the sum of all that, counted without skip connections only.
    """
    if net.residual and log10_grad_a is None:
        return Scatter(np.full(net.depth, np.nan), np.full(net.depth, np.nan))
    depth, r = net.depth, net.residual
    shift, std = np.zeros(depth + 2), np.zeros(depth + 2)  # of grad_a[l]; entry 0 is not used
    of_z = Scatter(np.zeros(depth), np.zeros(depth))
    echo, echo_shift, echo_variance = 0.0, 0.0, 0.0
    for l in range(depth, 0, -1):
        layer = layers[l - 1]
        if l < depth:
            above = layers[l]
            skipped = l + r if r and l + r <= depth and net.skips_to(l + r) else None
            p = 1.0 if skipped is None or log10_grad_a is None else _share(2 * log10_grad_a[skipped - 1], 2 * log10_grad_a[l - 1])
            more = p * p * above.gradient_added + 4 * p * (1 - p) / net.units[l]
            shift[l] = (1 - p) * shift[skipped or 0] + p * shift[l + 1] - more / 2
            std[l] = np.hypot((1 - p) * std[skipped or 0] + p * std[l + 1], np.sqrt(more))
            if not r:
                echo_shift -= echo * added[l] / 2
                echo_variance += echo * echo * added[l]
                echo = above.slope_growth + above.growth * echo
        of_z.shift[l - 1] = shift[l] - layer.gradient_added / 2 + echo_shift + echo * signal.shift[l - 1]
        variance = std[l] ** 2 + layer.gradient_added + echo_variance + (echo * signal.std[l - 1]) ** 2
        of_z.std[l - 1] = np.sqrt(variance)
    return of_z


def _share(log10_part: float, log10_whole: float) -> float:
    """Return 1 - part/whole, from 0 to 1."""
    return float(1 - 10 ** min(0.0, log10_part - log10_whole)) if log10_whole > -np.inf else 0.0
