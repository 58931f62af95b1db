"""Expectations over Gaussian pre-activations: E g(√q Z) for Z ~ N(0, 1), and E g(u₁) g(u₂) for two correlated ones.

Closed forms serve linear, ReLU and leaky ReLU; quadrature, split at the kinks and graded towards 0, serves the rest. Everything
is float64, warning-free and finite for q from 0 to 1e300; the moments are good to about 1e-12 (`mean` and `variance` in relation to
the size of f where they cancel).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import acos, ceil, log2, pi, sin, sqrt

import numpy as np

from gradviz.cache import remembered
from gradviz.core.choices.activations import Activation
from gradviz.core.choices.arrays import Float64Array, FloatArray

Function = Callable[[Float64Array], FloatArray]

NODES = 16
"""Gauss–Legendre nodes per panel: with the panels below, no activation's nearest pole leaves more than 1e-16."""

REACH = 10.0
"""Standard deviations. What is left out beyond is 1.5e-23 of the mass."""

TERMS = 256
WIDEST_PANEL = 0.625
"""Hermite functions of a series of two correlated pre-activations, and the panels of its coefficients: 1.6 waves of the last one
among 16 nodes."""

SERIES_ERROR = 1e-8
"""What may be left out of the series, as a share of E f(u)²; where more would be, the plane is integrated."""

PLANE_NODES = 12
"""The same for two pre-activations, which are drawn and not tabulated: 1e-8 is enough."""

LARGEST_CORRELATED_Q = 1e8
"""A larger q is taken as this one in the plane, where the product is within about 1e-4 of its limit (a corner is 1/√q wide)."""


@dataclass(frozen=True)
class GaussianMoments:
    """What an activation makes of z ~ N(0, q).

    Attributes
    ----------
    mean, mean_square, variance : float
        E f(z), E f(z)², and the variance of f(z), which is summed about the mean: a sigmoid at q = 1e-12 keeps it.
    slope_square : float
        E f′(z)².
    """

    mean: float
    mean_square: float
    variance: float
    slope_square: float


def negative_slope(activation: Activation, k: float) -> float | None:
    """Return s where f(z) is z on the right of 0 and s·z on the left, else None."""
    return {"linear": 1.0, "relu": 0.0, "leaky_relu": k}.get(activation.name)


@remembered
def gaussian_moments(activation: Activation, k: float, q: float) -> GaussianMoments:
    """Return the moments of f(z) and f′(z) for z ~ N(0, q).

    Parameters
    ----------
    activation : Activation
    k : float
        The constant that shapes it.
    q : float
        From 0 to 1e300. At 0 the derivative is the one at z = 0, as the pass would take it.

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
    z, w = _nodes(q, activation.kinks)
    with np.errstate(all="ignore"):  # exp(-z) far on the left, and 0 · huge
        a = activation.f(z, k)
        slopes = activation.derivative_at(z, k)
    mean = float(w @ a)
    return GaussianMoments(mean, float(w @ (a * a)), float(w @ (a - mean) ** 2), float(w @ (slopes * slopes)))


def expectation(g: Function, q: float, kinks: tuple[float, ...] = ()) -> float:
    """Return E g(√q Z), split where g has a kink and graded towards 0."""
    z, w = _nodes(q, kinks)
    with np.errstate(all="ignore"):
        return float(w @ g(z))


def _piecewise_linear_moments(slope: float, q: float) -> GaussianMoments:
    """Half of the mass on each side: E z₊ = √(q/2π), E z₊² = q/2 (He et al. 2015, section 2.2)."""
    mean, mean_square = (1 - slope) * sqrt(q / (2 * pi)), (1 + slope**2) / 2 * q
    return GaussianMoments(mean, mean_square, mean_square - mean**2, (1 + slope**2) / 2)


def _nodes(q: float, kinks: tuple[float, ...]) -> tuple[Float64Array, Float64Array]:
    """Return z (nodes,) and weights (nodes,) that sum to 1."""
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
    """Return nodes t and weights for Z on panels that halve towards 0.

    The innermost panel is about 1 wide in z = √q t, however large q is: that is where a sigmoid turns, and a derivative lives.
    """
    right = REACH * 2.0 ** np.arange(-3 - octaves, 1)
    edges = np.sort(np.concatenate([-right, [0.0], right, splits]))
    t, w = _panel_nodes(edges, NODES)
    return t.ravel(), (w * np.exp(-t * t / 2)).ravel() / sqrt(2 * pi)


def _panel_nodes(edges: Float64Array, count: int) -> tuple[Float64Array, Float64Array]:
    """Return Gauss–Legendre nodes and weights between neighbouring edges, (..., edges - 1, count)."""
    x, w = _legendre(count)
    width = np.diff(edges)[..., None]
    return edges[..., :-1, None] + width * x, width * w


@cache
def _legendre(count: int) -> tuple[Float64Array, Float64Array]:
    """Return nodes and weights on [0, 1]: eigenvalues of the Jacobi matrix, and squares of first components (Golub, Welsch 1969).

    ``np.polynomial`` has them too; its import takes 6 ms of the start.
    """
    k = np.arange(1, count)
    off_diagonal = k / np.sqrt(4.0 * k * k - 1)
    x, vectors = np.linalg.eigh(np.diag(off_diagonal, -1))
    return (x + 1) / 2, vectors[0] ** 2


# Two correlated pre-activations: u₁ = √q r cos(ψ + θ/2), u₂ = √q r cos(ψ - θ/2) with c = cos θ. A kink at 0 is a ray there, and
# ψ and -ψ swap the two, so that half of the plane is enough.


@remembered
def correlated_product(activation: Activation, k: float, q: float, c: float) -> float:
    """Return E f(u₁) f(u₂) for u₁, u₂ ~ N(0, q) with the correlation c, to about 1e-8 of E f(u)².

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
    """Return E f′(u₁) f′(u₂): by how much E f(u₁) f(u₂) / q grows with c."""
    slope = negative_slope(activation, k)
    if slope is None:
        return _product(activation, k, q, c, of_slopes=True)
    return slope + (1 - slope) ** 2 * (pi - acos(c)) / (2 * pi)


def _product(activation: Activation, k: float, q: float, c: float, *, of_slopes: bool) -> float:
    """Return E g(u₁) g(u₂) for g = f or f′.

    By Mehler's formula it is Σ aₙ² cⁿ, where aₙ is E g(√q Z) hₙ(Z) with the normalized Hermite polynomials. What the terms from N
    on add up to is at most |c|ᴺ (E g² - Σ aₙ²) by Bessel's inequality, so that it is known when they may be left out: the series
    takes a tenth of the time, and the plane is left for what is both kinked or steep and strongly correlated.
    """
    q = min(q, LARGEST_CORRELATED_Q)
    if q > 0 and abs(c) < 1:
        squares, mean_square = _hermite_squares(activation, k, q, of_slopes)
        if abs(c) ** TERMS * (mean_square - squares.sum()) <= SERIES_ERROR * mean_square:
            return float(squares @ c ** np.arange(TERMS))
    return _product_in_the_plane(lambda z: _taken(activation, k, of_slopes, z), q, c, activation.kinks)


def _taken(activation: Activation, k: float, of_slopes: bool, z: Float64Array) -> FloatArray:
    return activation.derivative_at(z, k) if of_slopes else activation.f(z, k)


@remembered
def _hermite_squares(activation: Activation, k: float, q: float, of_slopes: bool) -> tuple[Float64Array, float]:
    """Return aₙ² for n < TERMS, and E g²."""
    root = sqrt(q)
    t, w, polynomials = _hermite_nodes(max(0, ceil(log2(root))), tuple(kink / root for kink in activation.kinks if kink))
    with np.errstate(all="ignore"):
        g = _taken(activation, k, of_slopes, root * t)
    return (polynomials @ (w * g)) ** 2, float(w @ (g * g))


@remembered
def _hermite_nodes(octaves: int, splits: tuple[float, ...]) -> tuple[Float64Array, Float64Array, Float64Array]:
    """Return nodes and weights for Z, and hₙ there, (TERMS, nodes): √(n + 1) hₙ₊₁ = t hₙ - √n hₙ₋₁."""
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
    """Return values of z between which a smooth activation is nearly a polynomial, as far as √q reaches."""
    outer = [2.0 * 8**i for i in range(32) if 2.0 * 8**i < REACH * root]
    return (0.0, *outer, *(-z for z in outer))


def _radii(root: float, c: float, kinks: tuple[float, ...]) -> tuple[Float64Array, Float64Array]:
    """Return r and weights of r exp(-r²/2) dr, both (radii,)."""
    splits = [0.0, 2.5, 5.0, REACH, *(z / root for z in _turns(root)), *_radial_kinks(root, c, kinks)]
    edges = np.array(sorted({r for r in splits if 0 <= r <= REACH}))  # np.unique would bring in numpy.ma: 30 ms
    u, w = _legendre(PLANE_NODES)
    if kinks:  # there the ring integral starts like a square root: take it in u², at both ends
        u, w = _legendre(2 * PLANE_NODES)
        u, w = u * u * (3 - 2 * u), 6 * u * (1 - u) * w
    width = np.diff(edges)[:, None]
    r = edges[:-1, None] + width * u
    return r.ravel(), (width * w * r * np.exp(-r * r / 2)).ravel()


def _radial_kinks(root: float, c: float, kinks: tuple[float, ...]) -> list[float]:
    """Return the radii where a ring first touches a kink's line, and where two of the lines cross."""
    touching = [abs(kink) / root for kink in kinks]
    crossing = [sqrt(max(0.0, (i * i + j * j - 2 * c * i * j) / (1 - c * c))) / root for i in kinks for j in kinks]
    return touching + crossing


def _angles(radius: Float64Array, half: float, levels: tuple[float, ...]) -> Float64Array:
    """Return the sorted angles ψ from 0 to π at which u₁ or u₂ passes a level on each ring, (radii, edges)."""
    alpha = np.arccos(np.clip(np.array(sorted(set(levels))) / radius[:, None], -1, 1))
    ends = np.broadcast_to([0.0, pi], (len(radius), 2))
    return np.sort(np.concatenate([ends, np.abs(alpha - half), pi - np.abs(pi - alpha - half)], axis=1), axis=1)
