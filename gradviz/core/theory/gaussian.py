"""Expectations over Gaussian pre-activations: E g(√q Z) for Z ~ N(0, 1), and E g(u₁) g(u₂) for two correlated ones.

Linear, ReLU and leaky ReLU have closed forms; the other activations use quadrature, split at kinks and refined towards 0. All
results are float64, finite and free of warnings for q from 0 to 1e300. The relative error of the moments is about 1e-12; where
`mean` and `variance` cancel, it is relative to the size of f.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import acos, ceil, log2, pi, sin, sqrt

import numpy as np

from gradviz.cache import remembered
from gradviz.core.choices.activations import Activation
from gradviz.core.choices.arrays import Float64Array, FloatArray

Function = Callable[[Float64Array], FloatArray]

NODES = 16
"""Gauss–Legendre nodes per panel: on the panels below, the nearest pole of any activation causes an error of at most 1e-16."""

REACH = 10.0
"""Integration limit in standard deviations; 1.5e-23 of the probability lies beyond it."""

TERMS = 256
WIDEST_PANEL = 0.625
"""The number of Hermite terms in the series for two correlated pre-activations, and the widest panel in the integrals of their
coefficients: the last Hermite function makes 1.6 waves on its 16 nodes."""

SERIES_ERROR = 1e-8
"""The largest truncation error of the series, as a share of E f(u)²; above it the plane is integrated instead."""

PLANE_NODES = 12
"""Gauss–Legendre nodes per panel in the plane: an error of 1e-8 is enough there, because the result is drawn, not tabulated."""

LARGEST_CORRELATED_Q = 1e8
"""A larger q is replaced by this one, at which E f(u₁) f(u₂) is within about 1e-4 of its limit (a corner is 1/√q wide)."""


@dataclass(frozen=True)
class GaussianMoments:
    """The moments of f(z) and f′(z) for z ~ N(0, q).

    Attributes
    ----------
    mean, mean_square, variance : float
        E f(z), E f(z)², and Var f(z). The variance is integrated about the mean, so that it survives for a sigmoid at q = 1e-12.
    slope_square : float
        E f′(z)².
    """

    mean: float
    mean_square: float
    variance: float
    slope_square: float


def negative_slope(activation: Activation, k: float) -> float | None:
    """Return s if f(z) is z for z > 0 and s·z for z < 0, else None."""
    return {"linear": 1.0, "relu": 0.0, "leaky_relu": k}.get(activation.name)


@remembered
def gaussian_moments(activation: Activation, k: float, q: float) -> GaussianMoments:
    """Return the moments of f(z) and f′(z) for z ~ N(0, q).

    Parameters
    ----------
    activation : Activation
    k : float
        The activation's constant.
    q : float
        From 0 to 1e300. At 0, slope_square is f′(0)², with f′(0) as in the pass.

    Raises
    ------
    ValueError
        For a q that is negative or not finite.
    """
    if not 0 <= q < np.inf:
        raise ValueError(f"a variance is finite and not negative, not {q}")
    slope = negative_slope(activation, k)
    if slope is not None and q > 0:
        return _piecewise_linear_moments(slope, q)
    z, w = gaussian_nodes(q, activation.kinks)
    with np.errstate(all="ignore"):  # exp(-z) overflows for very negative z, and 0 times a huge number occurs
        a = activation.f(z, k)
        slopes = activation.derivative_at(z, k)
    mean = float(w @ a)
    return GaussianMoments(mean, float(w @ (a * a)), float(w @ (a - mean) ** 2), float(w @ (slopes * slopes)))


def expectation(g: Function, q: float, kinks: tuple[float, ...] = ()) -> float:
    """Return E g(√q Z) by quadrature, split at the kinks of g and refined towards 0."""
    z, w = gaussian_nodes(q, kinks)
    with np.errstate(all="ignore"):
        return float(w @ g(z))


def _piecewise_linear_moments(slope: float, q: float) -> GaussianMoments:
    """Return the moments in closed form; half of the probability is on each side: E z₊ = √(q/2π), E z₊² = q/2.

    He et al. 2015, section 2.2.
    """
    mean, mean_square = (1 - slope) * sqrt(q / (2 * pi)), (1 + slope**2) / 2 * q
    return GaussianMoments(mean, mean_square, mean_square - mean**2, (1 + slope**2) / 2)


def gaussian_nodes(q: float, kinks: tuple[float, ...]) -> tuple[Float64Array, Float64Array]:
    """Return nodes z and weights, (nodes,) each, with E g(√q Z) = Σ weight · g(z) for a g that bends at the kinks and near 0."""
    if q == 0:
        return np.zeros(1), np.ones(1)
    root = sqrt(q)
    octaves = max(0, ceil(log2(root)))
    off_0 = tuple(kink / root for kink in kinks if kink and abs(kink) < REACH * root)
    t, w = _split_nodes(octaves, off_0) if off_0 else _graded_nodes(octaves)
    return root * t, w


@remembered
def _graded_nodes(octaves: int) -> tuple[Float64Array, Float64Array]:
    return _split_nodes(octaves, ())


def _split_nodes(octaves: int, splits: tuple[float, ...]) -> tuple[Float64Array, Float64Array]:
    """Return nodes and weights for Z, on panels whose width halves towards 0.

    However large q is, the innermost panel is about 1 wide in z = √q t: there a sigmoid bends, and its derivative is not 0.
    """
    right = REACH * 2.0 ** np.arange(-3 - octaves, 1)
    edges = np.sort(np.concatenate([-right, [0.0], right, splits]))
    t, w = _panel_nodes(edges, NODES)
    return t.ravel(), (w * np.exp(-t * t / 2)).ravel() / sqrt(2 * pi)


def _panel_nodes(edges: Float64Array, count: int) -> tuple[Float64Array, Float64Array]:
    """Return Gauss–Legendre nodes and weights between neighbouring edges, (..., edges - 1, count) each."""
    x, w = legendre(count)
    width = np.diff(edges)[..., None]
    return edges[..., :-1, None] + width * x, width * w


@remembered
def legendre(count: int) -> tuple[Float64Array, Float64Array]:
    """Return Gauss–Legendre nodes and weights on [0, 1], (count,) each.

    The nodes are eigenvalues of the Jacobi matrix, the weights squared first components of its eigenvectors (Golub, Welsch 1969).
    ``np.polynomial`` has them too, but importing it would add 6 ms to every start.
    """
    k = np.arange(1, count)
    off_diagonal = k / np.sqrt(4.0 * k * k - 1)
    x, vectors = np.linalg.eigh(np.diag(off_diagonal, -1))
    return (x + 1) / 2, vectors[0] ** 2


# Two correlated pre-activations in polar coordinates: u₁ = √q r cos(ψ + θ/2), u₂ = √q r cos(ψ - θ/2) with c = cos θ. A kink at 0
# is a ray, and changing ψ to -ψ swaps u₁ and u₂, so half of the plane is enough.


@remembered
def correlated_product(activation: Activation, k: float, q: float, c: float) -> float:
    """Return E f(u₁) f(u₂) for u₁, u₂ ~ N(0, q) with correlation c, to about 1e-8 of E f(u)².

    For linear, ReLU and leaky ReLU it is the arc-cosine kernel of order 1 (Cho and Saul, "Kernel Methods for Deep Learning",
    2009, equation 6).
    """
    slope = negative_slope(activation, k)
    if slope is None:
        return _product(activation, k, q, c, of_slopes=False)
    theta = acos(c)
    return q * (slope * c + (1 - slope) ** 2 * (sin(theta) + (pi - theta) * c) / (2 * pi))


@remembered
def correlated_slopes(activation: Activation, k: float, q: float, c: float) -> float:
    """Return E f′(u₁) f′(u₂), which is the derivative of E f(u₁) f(u₂) / q by c."""
    slope = negative_slope(activation, k)
    if slope is None:
        return _product(activation, k, q, c, of_slopes=True)
    return slope + (1 - slope) ** 2 * (pi - acos(c)) / (2 * pi)


def _product(activation: Activation, k: float, q: float, c: float, *, of_slopes: bool) -> float:
    """Return E g(u₁) g(u₂) for g = f or f′.

    By Mehler's formula it is Σ aₙ² cⁿ, where aₙ = E g(√q Z) hₙ(Z) and hₙ are the normalized Hermite polynomials. By Bessel's
    inequality the terms from N on add up to at most |c|ᴺ (E g² - Σ aₙ²), where Σ runs over the terms before N. Where this bound
    is small enough, the series is used, which takes a tenth of the time. Otherwise (a kinked or steep g and a strong correlation)
    the plane is integrated.
    """
    q = min(q, LARGEST_CORRELATED_Q)
    if q > 0 and abs(c) < 1:
        squares, mean_square = _hermite_squares(activation, k, q, of_slopes)
        if abs(c) ** TERMS * (mean_square - squares.sum()) <= SERIES_ERROR * mean_square:
            return float(squares @ c ** np.arange(TERMS))
    return _product_in_the_plane(lambda z: _evaluated(activation, k, of_slopes, z), q, c, activation.kinks)


def _evaluated(activation: Activation, k: float, of_slopes: bool, z: Float64Array) -> FloatArray:
    return activation.derivative_at(z, k) if of_slopes else activation.f(z, k)


@remembered
def _hermite_squares(activation: Activation, k: float, q: float, of_slopes: bool) -> tuple[Float64Array, float]:
    """Return aₙ² for n < TERMS, and E g²."""
    root = sqrt(q)
    t, w, polynomials = _hermite_nodes(max(0, ceil(log2(root))), tuple(kink / root for kink in activation.kinks if kink))
    with np.errstate(all="ignore"):
        g = _evaluated(activation, k, of_slopes, root * t)
    return (polynomials @ (w * g)) ** 2, float(w @ (g * g))


@remembered
def _hermite_nodes(octaves: int, splits: tuple[float, ...]) -> tuple[Float64Array, Float64Array, Float64Array]:
    """Return nodes t and weights for Z, (nodes,) each, and hₙ(t), (TERMS, nodes), by √(n + 1) hₙ₊₁ = t hₙ - √n hₙ₋₁."""
    evenly = np.arange(-REACH, REACH, WIDEST_PANEL)[1:]
    t, w = _split_nodes(octaves, (*evenly, *(split for split in splits if abs(split) < REACH)))
    polynomials = np.empty((TERMS, t.size))
    polynomials[0], polynomials[1] = 1.0, t
    for n in range(1, TERMS - 1):
        polynomials[n + 1] = (t * polynomials[n] - sqrt(n) * polynomials[n - 1]) / sqrt(n + 1)
    return t, w, polynomials


def _product_in_the_plane(g: Function, q: float, c: float, kinks: tuple[float, ...]) -> float:
    if abs(c) == 1:
        return expectation(lambda z: g(z) * g(c * z), q, (*kinks, *(-kink for kink in kinks)))
    root, half = sqrt(q), acos(c) / 2
    r, r_weight = _radii(root, c, tuple(kink for kink in kinks if kink))
    psi, psi_weight = _panel_nodes(_angles(root * r, half, (*kinks, *_turns(root))), PLANE_NODES)
    scale = (root * r)[:, None, None]
    with np.errstate(all="ignore"):
        ring = g(scale * np.cos(psi + half)) * g(scale * np.cos(psi - half))
    return float(r_weight @ np.einsum("rpn,rpn->r", ring, psi_weight)) / pi


def _turns(root: float) -> tuple[float, ...]:
    """Return the z, up to REACH · √q, between which a smooth activation is nearly a polynomial."""
    outer = [2.0 * 8**i for i in range(32) if 2.0 * 8**i < REACH * root]
    return (0.0, *outer, *(-z for z in outer))


def _radii(root: float, c: float, kinks: tuple[float, ...]) -> tuple[Float64Array, Float64Array]:
    """Return radii r and weights for ∫ … r exp(-r²/2) dr, (radii,) each."""
    splits = [0.0, 2.5, 5.0, REACH, *(z / root for z in _turns(root)), *_radial_kinks(root, c, kinks)]
    edges = np.array(sorted({r for r in splits if 0 <= r <= REACH}))  # np.unique would import numpy.ma: 30 ms
    u, w = legendre(PLANE_NODES)
    if kinks:  # near an edge the ring integral behaves like a square root: substitute so that both ends are smooth
        u, w = legendre(2 * PLANE_NODES)
        u, w = u * u * (3 - 2 * u), 6 * u * (1 - u) * w
    width = np.diff(edges)[:, None]
    r = edges[:-1, None] + width * u
    return r.ravel(), (width * w * r * np.exp(-r * r / 2)).ravel()


def _radial_kinks(root: float, c: float, kinks: tuple[float, ...]) -> list[float]:
    """Return the radii at which a ring first touches the line of a kink, and at which two such lines cross."""
    touching = [abs(kink) / root for kink in kinks]
    crossing = [sqrt(max(0.0, (i * i + j * j - 2 * c * i * j) / (1 - c * c))) / root for i in kinks for j in kinks]
    return touching + crossing


def _angles(radius: Float64Array, half: float, levels: tuple[float, ...]) -> Float64Array:
    """Return the sorted angles ψ from 0 to π at which u₁ or u₂ passes a level on each ring, (radii, edges)."""
    alpha = np.arccos(np.clip(np.array(sorted(set(levels))) / radius[:, None], -1, 1))
    ends = np.broadcast_to([0.0, pi], (len(radius), 2))
    return np.sort(np.concatenate([ends, np.abs(alpha - half), pi - np.abs(pi - alpha - half)], axis=1), axis=1)
