"""The spread between examples in theory, against sampled pairs and against networks."""

import numpy as np
import pytest

from gradviz.core.choices.activations import ACTIVATIONS
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec
from gradviz.core.theory.spread import _relative_difference

PAIRS = np.random.default_rng(0).standard_normal((2, 400_000))


@pytest.mark.parametrize("name", ["linear", "relu", "sigmoid", "tanh", "hardtanh", "gelu", "softplus", "selu"])
@pytest.mark.parametrize("epsilon", [1.6, 0.6, 0.3, 1e-3, 1e-6, 1e-9, 1e-13])
def test_the_difference_of_two_inputs_is_half_the_mean_square_of_what_differs(name, epsilon):
    """½ E (f(u₁) − f(u₂))² over sampled pairs, the difference of the two taken before f, so that it keeps its digits."""
    activation, q = ACTIVATIONS[name], 1.3
    middle, apart = PAIRS[0] * np.sqrt(q * (1 - epsilon / 2)), PAIRS[1] * np.sqrt(q * epsilon / 2)
    if epsilon > 1e-4:
        differences = activation.f(middle + apart, 1.0) - activation.f(middle - apart, 1.0)
    else:
        differences = 2 * apart * activation.derivative_at(middle, 1.0)
    mean_square = np.mean(activation.f(PAIRS[0] * np.sqrt(q), 1.0) ** 2)
    expected = np.mean(differences**2) / 2 / mean_square
    assert _relative_difference(activation, 1.0, q, epsilon) == pytest.approx(expected, rel=0.015)


@pytest.mark.parametrize(
    ("text", "decades"),
    [
        ("depth=20&activation=sigmoid&initializer=glorot_uniform&dtype=float64", 0.06),
        ("depth=20&width=400", 0.04),
        ("depth=30&activation=tanh&initializer=lecun_normal&width=300&gain=2", 0.02),
        ("depth=20&activation=tanh&initializer=lecun_normal&bias_std=0.3&width=300&dtype=float64", 0.06),
        ("depth=20&activation=softsign&initializer=lecun_normal&width=300&batch=2", 0.1),
        ("depth=12&activation=softplus&initializer=he_normal&width=300&dtype=float64", 0.06),
    ],
)
def test_theory_is_what_networks_show(text, decades):
    """The mean of the logarithms over seeds, in every layer that theory speaks of."""
    frames = [simulate(Spec.from_text(text).replace(seed=seed)) for seed in range(4)]
    measured = np.mean([np.log10(frame.series["activation_spread"]) for frame in frames], axis=0)
    predicted = frames[0].theory.get("activation_spread", np.full(len(measured), np.nan))
    known = np.isfinite(predicted)
    assert np.abs(np.log10(predicted[known]) - measured[known]).max() < decades


def test_theory_is_silent_in_thin_and_deep_networks():
    predicted = simulate(Spec(depth=50, width=100)).theory["activation_spread"]
    assert np.isfinite(predicted[:19]).all() and np.isnan(predicted[21:]).all()


def test_theory_is_silent_where_examples_grow_apart():
    """GELU's q leaves an unstable fixed point, every example's at its own rate."""
    predicted = simulate(Spec(depth=20, width=300, activation="gelu", initializer="he_normal")).theory["activation_spread"]
    assert np.isfinite(predicted[:2]).all() and np.isnan(predicted[6:]).all()


def test_equal_inputs_have_no_spread():
    predicted = simulate(Spec(depth=5, data="ones", activation="tanh", initializer="lecun_normal")).theory["activation_spread"]
    assert (predicted == 0).all()
