"""Gains against their conditions, published values and a simulated recursion."""

from math import sqrt

import numpy as np
import pytest

from gradviz.core.choices.activations import ACTIVATIONS
from gradviz.core.theory.gains import critical_gain, gains, pytorch_gain
from gradviz.core.theory.limits import chi, fixed_point

EVERY = pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=list(ACTIVATIONS))


@EVERY
def test_conditions_are_met(activation):
    """gain² E f(Z)² = 1 and gain² E f′(Z)² = 1."""
    g = gains(activation, 0.2)
    assert g.forward**2 * g.at_1.mean_square == pytest.approx(1, rel=1e-14)
    assert g.backward**2 * g.at_1.slope_square == pytest.approx(1, rel=1e-14)


def test_published_values():
    """He: √2 for ReLU, √(2/(1 + slope²)) for leaky; tanh: 1.5925 keeps variance 1; SELU with 1/fan_in keeps it by design."""
    assert critical_gain(ACTIVATIONS["relu"], 0) == gains(ACTIVATIONS["relu"], 0).forward == sqrt(2)
    assert gains(ACTIVATIONS["leaky_relu"], 0.2).forward == pytest.approx(sqrt(2 / 1.04))
    assert gains(ACTIVATIONS["tanh"], 0).forward == pytest.approx(1.5925374197, rel=1e-9)
    assert gains(ACTIVATIONS["selu"], 0).forward == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("name", ["tanh", "softsign", "hardtanh", "linear"])
def test_critical_gain_is_1_where_the_slope_at_0_is(name):
    assert critical_gain(ACTIVATIONS[name], 0) == pytest.approx(1, rel=1e-14)


@pytest.mark.parametrize("name", ["gelu", "silu", "mish", "softplus"])
def test_some_have_no_critical_gain(name):
    """GELU, SiLU and Mish leave the point where χ would be 1; softplus never has it (Roberts et al. 2022, section 5.3)."""
    assert critical_gain(ACTIVATIONS[name], 0) is None


def test_critical_gain_of_the_sigmoid():
    """It is large; the depth settles at a q* where χ = 1, whatever it starts from."""
    sigmoid = ACTIVATIONS["sigmoid"]
    gain = critical_gain(sigmoid, 0)
    for start in (0.1, 1e3):
        point = fixed_point(sigmoid, 0, gain**2, start=start)
        assert point.chi == pytest.approx(1, rel=1e-9)


@pytest.mark.parametrize(("name", "k"), [("tanh", 0), ("elu", 1.0), ("elu", 0.5), ("selu", 0)])
def test_critical_gain_divides_decay_from_settling(name, k):
    """A little below it the signal dies; a little above, it settles near 0, where χ is near 1."""
    activation = ACTIVATIONS[name]
    gain = critical_gain(activation, k)
    assert fixed_point(activation, k, (0.999 * gain) ** 2) is None
    point = fixed_point(activation, k, (1.001 * gain) ** 2)
    assert point.q < 0.01 and point.chi == pytest.approx(1, abs=0.01)
    assert chi(activation, k, gain**2, 1e-12) == pytest.approx(1, abs=1e-5)


def test_the_gain_keeps_the_second_moment_not_the_standard_deviation():
    """ReLU: 1/√E f² = √2 and 1/std f = 1.7129. tanh has no mean, and both are 1.5925."""
    relu, tanh = gains(ACTIVATIONS["relu"], 0), gains(ACTIVATIONS["tanh"], 0)
    assert (relu.forward, relu.at_1.variance**-0.5) == pytest.approx((sqrt(2), 1.7129), rel=1e-4)
    assert tanh.at_1.variance**-0.5 == pytest.approx(tanh.forward) == pytest.approx(1.5925, abs=5e-5)


def test_five_thirds_keeps_nothing_of_tanh():
    """E z² = 1 becomes 1.0953 and settles at 1.1785."""
    tanh = ACTIVATIONS["tanh"]
    assert 25 / 9 * gains(tanh, 0).at_1.mean_square == pytest.approx(1.0953, abs=5e-5)
    assert fixed_point(tanh, 0, 25 / 9).q == pytest.approx(1.1785, abs=5e-5)


def test_a_gain_from_ten_thousand_draws_is_right_to_three_digits():
    """The standard deviations of Z and tanh(Z) have ratios between 1.576 and 1.609 in 98 of 100 draws of 10,000."""
    z = np.random.default_rng(0).standard_normal((1000, 10_000))
    ratios = z.std(axis=1) / np.tanh(z).std(axis=1)
    low, high = np.quantile(ratios, [0.01, 0.99])
    assert (low, high) == pytest.approx((1.576, 1.609), abs=2e-3) and ratios.mean() == pytest.approx(1.5925, abs=5e-4)


def test_libraries():
    """The table that torch.nn.init.calculate_gain documents, and Keras's recommendation for SELU."""
    assert [pytorch_gain(name, 0.2) for name in ("linear", "sigmoid", "tanh", "selu", "gelu")] == [1, 1, 5 / 3, 0.75, None]
    assert pytorch_gain("leaky_relu", 0.2) == pytest.approx(1.3867504906)
    assert gains(ACTIVATIONS["selu"], 0).keras == "lecun_normal"
    assert gains(ACTIVATIONS["tanh"], 0).keras == "glorot_uniform"
