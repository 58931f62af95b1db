"""Expectations against adaptive quadrature, closed forms and published constants."""

import itertools
from math import acos, asin, erf, exp, inf, pi, sqrt

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import erfc, gammainc

from gradviz.core.choices.activations import ACTIVATIONS
from gradviz.core.theory.gaussian import correlated_product, correlated_slopes, expectation, gaussian_moments

EVERY = pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=list(ACTIVATIONS))
K = 0.3


def by_quad(g, q):
    """E g(√q Z) by adaptive quadrature, pieces at powers of two of z and at 0."""
    top = 12 * sqrt(q)
    right = [0.0, *(2.0**i for i in range(-4, 16) if 2.0**i < top), *np.linspace(top / 6, top, 6)]
    edges = np.unique([*(-z for z in right), *right])

    def density(z):
        with np.errstate(all="ignore"):
            return float(g(np.array(z))) * exp(-z * z / (2 * q)) / sqrt(2 * pi * q)

    return sum(quad(density, a, b, epsabs=0, epsrel=1e-11, limit=100)[0] for a, b in itertools.pairwise(edges))


@EVERY
@pytest.mark.filterwarnings("ignore::scipy.integrate.IntegrationWarning")
@pytest.mark.parametrize("q", [1e-12, 0.37, 1.0, 23.0, 1e6])
def test_moments_agree_with_adaptive_quadrature(activation, q):
    """The moments are the integrals, at either end of the range too; the mean in relation to the root mean square."""
    m = gaussian_moments(activation, K, q)
    assert m.mean == pytest.approx(by_quad(lambda z: activation.f(z, K), q), abs=1e-12 * sqrt(m.mean_square))
    assert m.mean_square == pytest.approx(by_quad(lambda z: activation.f(z, K) ** 2, q), rel=2e-12)
    assert m.slope_square == pytest.approx(by_quad(lambda z: activation.derivative_at(z, K) ** 2, q), rel=2e-12)
    assert m.variance == pytest.approx(by_quad(lambda z: (activation.f(z, K) - m.mean) ** 2, q), rel=1e-9)


@pytest.mark.parametrize("q", [1e-12, 1e-3, 1.0, 50.0, 1e6, 1e300])
def test_hard_tanh_has_a_closed_form(q):
    """E f² = q P(3/2, 1/2q) + P(|z| > 1), and E f′² = P(|z| < 1)."""
    m = gaussian_moments(ACTIVATIONS["hardtanh"], 0.0, q)
    assert m.mean_square == pytest.approx(q * gammainc(1.5, 1 / (2 * q)) + erfc(1 / sqrt(2 * q)), rel=1e-12)
    assert m.slope_square == pytest.approx(erf(1 / sqrt(2 * q)), rel=1e-12)


@pytest.mark.parametrize("q", [1e2, 1e6, 1e300])
def test_the_boundary_layer_is_never_lost(q):
    """For large q, E f′² of a sigmoid is ∫ f′² dz / √(2πq): 1/6 for the logistic function, 4/3 for tanh."""
    tolerance = 1 / q + 1e-12
    for name, integral in (("sigmoid", 1 / 6), ("tanh", 4 / 3), ("softsign", 2 / 3)):
        value = gaussian_moments(ACTIVATIONS[name], 0.0, q).slope_square
        assert value == pytest.approx(integral / sqrt(2 * pi * q), rel=100 * tolerance)


@pytest.mark.parametrize("q", [1e-12, 0.1, 1.0, 1e6])
def test_gelu_has_closed_forms(q):
    """E zΦ(z) = q/√(2π(1 + q)); E (zΦ)² in the arcsine (Owen): q/4 + (q/2π) asin(q/(1+q)) + q²/(π (1+q) √(1+2q))."""
    m = gaussian_moments(ACTIVATIONS["gelu"], 0.0, q)
    assert m.mean == pytest.approx(q / sqrt(2 * pi * (1 + q)), abs=1e-12 * sqrt(q))
    square = q / 4 + q / (2 * pi) * asin(q / (1 + q)) + q**2 / (pi * (1 + q) * sqrt(1 + 2 * q))
    assert m.mean_square == pytest.approx(square, rel=1e-12)


def test_published_constants():
    """He: ReLU halves the mean square. SELU: mean 0, variance 1. Sigmoid′ is never above 1/4."""
    relu, selu, sigmoid = (gaussian_moments(ACTIVATIONS[name], 0.0, 1.0) for name in ("relu", "selu", "sigmoid"))
    assert (relu.mean, relu.mean_square) == pytest.approx((0.5642 / sqrt(2), 0.5), rel=1e-4)
    assert (selu.mean, selu.mean_square, selu.variance) == pytest.approx((0, 1, 1), abs=1e-12)
    assert sigmoid.mean == pytest.approx(0.5, rel=1e-14) and sigmoid.slope_square < 1 / 16


@EVERY
@pytest.mark.parametrize("q", [0.0, 1e-300, 1e100, 1e300])
def test_finite_and_silent_at_the_ends(activation, q):
    m = gaussian_moments(activation, K, q)
    assert np.isfinite([m.mean, m.mean_square, m.variance, m.slope_square]).all()
    if q == 0:
        assert m.mean == float(activation.f(np.zeros(1), K)[0]) and m.variance == 0
    else:
        assert m.mean_square > 0 and m.slope_square > 0


@pytest.mark.parametrize("q", [-1.0, inf, float("nan")])
def test_what_is_no_variance_is_refused(q):
    with pytest.raises(ValueError, match="a variance is finite"):
        gaussian_moments(ACTIVATIONS["tanh"], 0.0, q)


def test_expectation_of_any_function():
    """E cos(√q Z) = exp(-q/2), and E |√q Z - 1| by quad."""
    assert expectation(np.cos, 2.0) == pytest.approx(exp(-1), rel=1e-13)
    assert expectation(lambda z: np.abs(z - 1), 1.0, (1.0,)) == pytest.approx(1.1666309411, rel=1e-9)


@EVERY
@pytest.mark.parametrize("c", [-0.7, 0.0, 0.95])
def test_products_agree_with_tensor_hermite(activation, c):
    """E f(u₁) f(u₂) against 200 × 200 Gauss–Hermite nodes: a kink costs those about 1e-4, the smooth ones nothing."""
    x, w = np.polynomial.hermite_e.hermegauss(200)
    u = np.sqrt(0.8) * x
    v = np.sqrt(0.8) * (c * x[:, None] + sqrt(1 - c * c) * x[None, :])
    w = w / w.sum()
    brute = w @ (activation.f(u, K)[:, None] * activation.f(v, K)) @ w
    tolerance = 1e-3 if activation.kinks else 1e-7
    assert correlated_product(activation, K, 0.8, c) == pytest.approx(brute, abs=tolerance)


@pytest.mark.parametrize("activation", [f for f in ACTIVATIONS.values() if not f.kinks], ids=lambda f: f.name)
@pytest.mark.parametrize(
    ("q", "c"), [(0.3, 0.0), (0.3, 0.999), (3.0, -0.8), (69.0, 0.0), (69.0, 0.91), (69.0, 0.957), (400.0, 0.6)]
)
def test_series_and_plane_agree_with_the_trapezoid_rule(activation, q, c):
    """On an even grid, which is exact to far beyond 1e-8 for what is smooth; the same for the slopes."""
    x = np.arange(-9, 9, 0.02)
    w = np.exp(-x * x / 2)
    w /= w.sum()
    u, v = np.sqrt(q) * x, np.sqrt(q) * (c * x[:, None] + sqrt(1 - c * c) * x)
    for product, g in (
        (correlated_product, lambda z: activation.f(z, K)),
        (correlated_slopes, lambda z: activation.derivative_at(z, K)),
    ):
        with np.errstate(over="ignore"):
            brute, square = w @ (g(u)[:, None] * g(v)) @ w, w @ g(u) ** 2
        assert product(activation, K, q, c) == pytest.approx(brute, abs=5e-8 * square)


@pytest.mark.parametrize("c", [-0.7, 0.3, 0.999])
def test_kinks_are_met_in_the_plane(c):
    """Hard tanh, whose kinks are lines beside the origin, against nested adaptive quadrature between the kinks."""
    f = ACTIVATIONS["hardtanh"]
    s = sqrt(1 - c * c)

    def inner(x):
        m, edges = c * x, [-9.0, *sorted(np.clip([(-1 - c * x) / s, (1 - c * x) / s], -9, 9)), 9.0]
        value = sum(quad(lambda y: np.clip(m + s * y, -1, 1) * exp(-y * y / 2), a, b)[0] for a, b in itertools.pairwise(edges))
        return np.clip(x, -1, 1) * value * exp(-x * x / 2) / (2 * pi)

    edges = [-9, -1 - 4 * s, -1, -1 + s, 1 - s, 1, 1 + 4 * s, 9]
    edges = sorted(set(np.clip(edges, -9, 9)))
    brute = sum(quad(inner, a, b, epsrel=1e-9)[0] for a, b in itertools.pairwise(edges))
    assert correlated_product(f, 0.0, 1.0, c) == pytest.approx(brute, abs=2e-8)


@EVERY
def test_the_same_and_the_opposite_input(activation):
    """c = 1 gives back E f² and E f′²; c near 1 comes near to it."""
    m = gaussian_moments(activation, K, 2.0)
    assert correlated_product(activation, K, 2.0, 1.0) == pytest.approx(m.mean_square, rel=1e-12)
    assert correlated_slopes(activation, K, 2.0, 1.0) == pytest.approx(m.slope_square, rel=1e-12)
    assert correlated_product(activation, K, 2.0, 1 - 1e-10) == pytest.approx(m.mean_square, rel=1e-7)
    opposite = expectation(lambda z: activation.f(z, K) * activation.f(-z, K), 2.0, (-1.0, 0.0, 1.0))
    assert correlated_product(activation, K, 2.0, -1.0) == pytest.approx(opposite, abs=1e-12)


@EVERY
def test_slopes_are_the_derivative_by_c(activation):
    """d/dc E f(u₁) f(u₂) = q E f′(u₁) f′(u₂) (Price's theorem)."""
    q, c, h = 1.7, 0.4, 1e-3
    rise = correlated_product(activation, K, q, c + h) - correlated_product(activation, K, q, c - h)
    assert correlated_slopes(activation, K, q, c) == pytest.approx(rise / (2 * h * q), rel=1e-4)


def test_sign_like_limit():
    """Where q is huge tanh is a sign, and E sign sign = 1 - 2θ/π."""
    value = correlated_product(ACTIVATIONS["tanh"], 0.0, 1e20, 0.3)
    assert value == pytest.approx(1 - 2 * acos(0.3) / pi, abs=1e-3)
