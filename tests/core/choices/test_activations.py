"""Every entry of ACTIVATIONS is tested on arrival."""

import numpy as np
import pytest

from gradviz.core.choices.activations import ACTIVATIONS, Activation
from gradviz.core.choices.initializers import INITIALIZERS

EVERY = pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=list(ACTIVATIONS))
SLOPE = 0.2


def derivative(activation: Activation, z: np.ndarray) -> np.ndarray:
    return activation.derivative_at(z, SLOPE)


@EVERY
def test_derivative_agrees_with_central_differences(activation):
    """f′ is the slope of f. (The grid has no 0, where some have a kink.)"""
    z = np.linspace(-6, 6, 400)
    h = 1e-5
    slope = (activation.f(z + h, SLOPE) - activation.f(z - h, SLOPE)) / (2 * h)
    np.testing.assert_allclose(derivative(activation, z), slope, rtol=1e-7, atol=1e-10)


@EVERY
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_stays(activation, dtype):
    """A float32 network computes in float32."""
    z = np.linspace(-200, 200, 101, dtype=dtype)
    with np.errstate(over="ignore"):
        assert activation.f(z, SLOPE).dtype == dtype
        assert derivative(activation, z).dtype == dtype


@EVERY
def test_bounds_hold_and_are_tight(activation):
    """The stated infimum and supremum are what the function comes near to and never passes; likewise the largest |f′|."""
    z = np.concatenate([-np.logspace(8, 1, 200), np.linspace(-10, 10, 20_001), np.logspace(1, 8, 200)])
    with np.errstate(over="ignore"):
        a, slope = activation.f(z, SLOPE), derivative(activation, z)
    low, high = activation.bounds_at(SLOPE)
    assert low - 1e-15 <= a.min() and a.max() <= high
    assert np.abs(slope).max() == pytest.approx(activation.steepest_at(SLOPE), rel=1e-6)
    assert a.min() == pytest.approx(low, abs=1e-6) if np.isfinite(low) else a.min() < -1e5
    assert a.max() == pytest.approx(high, abs=1e-6) if np.isfinite(high) else a.max() > 1e5


@pytest.mark.parametrize("activation", [f for f in ACTIVATIONS.values() if f.rises_fast], ids=lambda f: f.name)
@pytest.mark.parametrize("size", [1, 2, 7, 63, 1000, 4097, 65536])
def test_ordered_and_then_mapped_is_mapped_and_then_ordered(activation, size):
    """To the last bit, wherever in the array a number stands: the pass maps a table, the meter a list in order."""
    for seed, scale in enumerate((1e-30, 1e-3, 1.0, 30.0, 1e30)):
        z = (scale * np.random.default_rng(seed).standard_normal(size)).astype(np.float32)
        with np.errstate(over="ignore", under="ignore"):
            mapped, ordered = activation.f(z, SLOPE), activation.f(np.sort(z), SLOPE)
        np.testing.assert_array_equal(np.sort(mapped), ordered)


@EVERY
def test_nan_and_infinity_pass(activation):
    """What is no number going in is never a number that looks right coming out."""
    with np.errstate(all="ignore"):
        assert np.isnan(activation.f(np.array([np.nan]), SLOPE)).all()
        ends = activation.f(np.array([-np.inf, np.inf]), SLOPE)
    assert ends[1] == activation.bounds[1]
    if activation.name not in ("gelu", "silu", "mish"):  # −∞ · 0, which PyTorch calls NaN too
        assert ends[0] == activation.bounds_at(SLOPE)[0]


@EVERY
def test_the_slope_at_nan_is_nan(activation):
    """Or the gradient of a network whose numbers have ended would be told to vanish. (Linear has the slope 1 whatever z is.)"""
    slope = derivative(activation, np.array([np.nan]))[0]
    assert np.isnan(slope) or activation.name == "linear"


@EVERY
def test_what_is_said_of_it_is_there(activation):
    """Title, formula and help are not empty, and the recommended initializer exists."""
    assert activation.title and activation.formula and activation.help and activation.saturation
    assert activation.initializer in INITIALIZERS


@EVERY
def test_parameter_says_whether_there_is_a_constant(activation):
    z = np.linspace(-3, 3, 7)
    assert bool(activation.parameter) == (not np.array_equal(activation.f(z, 0.1), activation.f(z, 0.3)))


@EVERY
def test_kinks_are_where_the_derivative_jumps(activation):
    """Everywhere else f′ is continuous, which quadrature relies on. (Softsign's kink is one of f″.)"""
    z = np.linspace(-3, 3, 60_001) + 1e-9
    jumps = z[:-1][np.abs(np.diff(derivative(activation, z))) > 0.01]
    kinks = [] if activation.name == "softsign" else activation.kinks
    assert len(jumps) == len(kinks) and np.allclose(jumps, kinks, atol=2e-4)


@pytest.mark.parametrize(
    ("name", "at_zero"),
    [("relu", 0.0), ("leaky_relu", SLOPE), ("elu", SLOPE), ("selu", 1.0507009873554805 * 1.6732632423543772)],
)
def test_kinks_are_taken_as_pytorch_takes_them(name, at_zero):
    """torch.relu, leaky_relu, elu and selu give 0, the slope, α and λα at exactly 0."""
    assert derivative(ACTIVATIONS[name], np.array([0.0]))[0] == at_zero


def test_values_from_a_table():
    """Figures from mathematical tables, not from this code: σ(1), tanh(1), σ′(0) = 1/4, tanh′(0) = 1."""
    assert ACTIVATIONS["sigmoid"].f(np.array([1.0]), 0)[0] == pytest.approx(0.731058578630005, rel=1e-14)
    assert ACTIVATIONS["tanh"].f(np.array([1.0]), 0)[0] == pytest.approx(0.761594155955765, rel=1e-14)
    assert ACTIVATIONS["gelu"].f(np.array([1.0]), 0)[0] == pytest.approx(0.841344746068543, rel=1e-14)
    assert ACTIVATIONS["softplus"].f(np.array([0.0]), 0)[0] == pytest.approx(0.693147180559945, rel=1e-14)
    assert ACTIVATIONS["elu"].f(np.array([-1.0]), 1)[0] == pytest.approx(-0.632120558828558, rel=1e-14)
    assert derivative(ACTIVATIONS["sigmoid"], np.array([0.0]))[0] == 0.25
    assert derivative(ACTIVATIONS["tanh"], np.array([0.0]))[0] == 1.0
