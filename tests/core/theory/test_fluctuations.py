"""The laws of finite width, against closed forms, sums over the binomial distribution, and networks drawn in plain NumPy."""

from math import log, log10, sqrt

import numpy as np
import pytest
from scipy.special import digamma, polygamma
from scipy.stats import binom

from gradviz.core.choices.activations import ACTIVATIONS
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec
from gradviz.core.theory.fluctuations import factor_law, scatters, signal_band
from gradviz.core.theory.mean_field import MeanField, backward, forward


def make(name, sigma_w2=1.0, depth=10, width=100, k=0.1, **more):
    return MeanField(ACTIVATIONS[name], k, (sigma_w2 / width,) * depth, (width,) * (depth + 1), **more)


def scatters_of(net):
    signal = forward(net, 1.0)
    return scatters(net, signal, backward(net, signal)["log10_grad_a_rms"])


# --- the exact law -----------------------------------------------------------------------------------------------------


def test_published_figures():
    """100 units: ln(χ²ₙ/n) has mean -.010033 and variance .020201; ReLU -.025421 and .051940."""
    assert factor_law(1.0, 100)[:2] == pytest.approx((-0.010033, 0.020201), abs=6e-7)
    assert factor_law(0.0, 100)[:2] == pytest.approx((-0.025421, 0.051940), abs=6e-7)


@pytest.mark.parametrize("n", [1, 2, 3, 10, 100, 1000, 8192])
def test_linear_and_relu_agree_with_chi_square(n):
    """Linear: ψ(n/2) - ln(n/2) and ψ′(n/2). ReLU: summed over k ~ Binomial(n, 1/2), given that k > 0."""
    law = factor_law(1.0, n)
    assert (law.mean, law.variance) == pytest.approx((digamma(n / 2) - log(n / 2), float(polygamma(1, n / 2))), rel=1e-7)
    k = np.arange(1, n + 1)
    weight = binom.pmf(k, n, 0.5)
    mean = digamma(k / 2) + log(4 / n)
    of_relu = factor_law(0.0, n)
    expected = np.average(mean, weights=weight)
    assert of_relu.mean == pytest.approx(expected, rel=1e-7)
    spread = np.average((mean - expected) ** 2 + polygamma(1, k / 2), weights=weight)
    assert of_relu.variance == pytest.approx(spread, rel=1e-7) and of_relu.zero == pytest.approx(0.5**n, abs=1e-12)


@pytest.mark.parametrize("slope", [0.01, 0.2, 0.9])
def test_leaky_relu_agrees_with_a_million_draws(slope):
    z = np.random.default_rng(0).standard_normal((400_000, 5))
    x = np.log((np.where(z > 0, z, slope * z) ** 2).mean(axis=1) * 2 / (1 + slope**2))
    law = factor_law(slope, 5)
    assert law.mean == pytest.approx(x.mean(), abs=0.01) and law.variance == pytest.approx(x.var(), rel=0.01)


@pytest.mark.parametrize(("name", "k", "width"), [("linear", 0, 4), ("linear", 0, 50), ("relu", 0, 16), ("leaky_relu", 0.2, 8)])
def test_the_band_of_drawn_networks(name, k, width):
    """1,000 networks of 12 layers, one input: typical value and standard deviation of the logarithm, and two thirds inside."""
    net = make(name, 2.0, depth=12, width=width, k=k)
    sizes = drawn_sizes(net, 1000)
    alive = sizes > 0
    low, high = signal_band(net, forward(net, 1.0))[-1]
    measured = np.log10(sizes[alive])
    assert np.mean(measured) == pytest.approx((low + high) / 2, abs=5 * (high - low) / 2 / sqrt(1000))
    assert np.std(measured) == pytest.approx((high - low) / 2, rel=0.12)
    assert np.mean((measured > low) & (measured < high)) == pytest.approx(0.683, abs=0.06)


def drawn_sizes(net, count):
    """Mean squares of the last layer of networks of one width, for an input of ones."""
    rng, n, slope = np.random.default_rng(0), net.units[0], {"linear": 1.0, "relu": 0.0}.get(net.activation.name, net.k)
    a = np.ones((count, n, 1))
    for variance in net.weight_variance:
        z = sqrt(variance) * rng.standard_normal((count, n, n)) @ a
        a = np.where(z > 0, z, slope * z)
    return (a**2).mean(axis=(1, 2))


# --- what is drawn of it -----------------------------------------------------------------------------------------------


def test_depth_over_width_ends_the_theory_but_not_the_band():
    """100 linear layers of 4 units, N(0, 1): infinite width says 1.3·10³⁰, networks measure about 10²⁴, as the band does."""
    spec = Spec(activation="linear", initializer="normal", depth=100, width=4, batch=16)
    frames = [simulate(spec.replace(seed=seed)) for seed in range(20)]
    theory, band = frames[0].theory["activation_rms"], frames[0].bands["activation_rms"]
    signal = forward(frames[0].mean_field, 1.0)
    assert signal["activation_rms"][-1] == pytest.approx(1.3e30, rel=0.05)
    assert np.isfinite(theory).tolist() == [layer <= 8 for layer in range(1, 101)]
    inside = np.isfinite(theory)
    assert ((band[inside, 0] <= theory[inside]) & (theory[inside] <= band[inside, 1])).all()
    low, high = np.log10(band[-1])
    assert (low + high) / 2 == pytest.approx(log10(2.0**100) + 50 * factor_law(1.0, 4).mean / log(10), abs=0.02)
    measured = np.log10([frame.series["activation_rms"][-1] for frame in frames])
    assert low < measured.mean() < high and np.median(measured) == pytest.approx((low + high) / 2, abs=1)


def test_the_gradient_ends_from_the_other_side():
    """It is a product of the same factors from layer L on; the gradient of a weight takes all of them and is not predicted."""
    frame = simulate(Spec(activation="linear", initializer="lecun_normal", depth=30, width=4, batch=16))
    assert np.isfinite(frame.theory["log10_grad_a_rms"]).tolist() == [layer > 22 for layer in range(1, 31)]
    assert "log10_grad_W_rms" not in frame.theory


def test_layers_that_die_have_neither_theory_nor_band():
    """30 ReLU layers of 3: .832 was drawn, 2.7·10⁻⁴ is measured, and 98 of 100 such networks are 0 for one input."""
    frame = simulate(Spec(activation="relu", initializer="he_normal", depth=30, width=3))
    assert not frame.bands and not {"activation_rms", "log10_grad_a_rms"} & frame.theory.keys()


def test_a_band_ends_where_it_would_reach_down_to_0():
    """10 units: every layer is 0 in 1 of 1,024 draws, 52 layers in more than 5 %."""
    band = signal_band(make("relu", 2.0, depth=60, width=10), forward(make("relu", 2.0, depth=60, width=10), 1.0))
    assert np.isfinite(band).all(axis=1).tolist() == [layer <= 52 for layer in range(1, 61)]


@pytest.mark.parametrize(
    "net",
    [
        make("tanh"),
        make("relu", 2.0, bias_variance=0.1),
        make("relu", 2.0, residual=1),
        make("relu", 2.0, normalization="layer"),
        make("linear", width=8, has_gaussian_weights=False),
    ],
)
def test_only_independent_factors_have_a_band(net):
    assert signal_band(net, forward(net, 1.0)) is None


def test_orthogonal_layers_have_no_such_spread():
    """Linear and square: every draw keeps every length, where Gaussian weights of the same variance scatter by .3 decades."""
    spec = Spec(activation="linear", initializer="orthogonal", depth=100, width=20, batch=8, dtype="float64")
    for seed in range(3):
        frame = simulate(spec.replace(seed=seed))
        assert np.ptp(frame.series["activation_rms"]) < 1e-12 and np.ptp(frame.series["log10_grad_a_rms"]) < 1e-12
        assert not frame.bands and not frame.theory
    assert scatters_of(make("linear", depth=100, width=20)).signal.std[-1] / 2 / log(10) > 0.3


# --- estimates ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["linear", "relu"])
def test_the_estimate_comes_to_the_law_in_wide_layers(name):
    """A bias of nothing is no independent product, but the same network; Σ (2 or 5)/n."""
    exact = scatters_of(make(name, 2.0, depth=20, width=200))
    estimate = scatters_of(make(name, 2.0, depth=20, width=200, bias_variance=1e-300))
    assert exact.is_exact and not estimate.is_exact
    for way in ("signal", "gradient"):
        (shift, std), (shift_estimate, std_estimate) = getattr(exact, way), getattr(estimate, way)
        assert shift_estimate == pytest.approx(shift, rel=0.05) and std_estimate == pytest.approx(std, rel=0.05)


@pytest.mark.parametrize(
    ("text", "rel"),
    [
        ("activation=tanh&initializer=lecun_normal&gain=2", 0.25),
        ("activation=selu&initializer=lecun_normal", 0.25),
        ("activation=sigmoid&initializer=lecun_normal", 0.25),
        ("activation=linear&initializer=lecun_normal&residual=1", 0.25),
        ("activation=tanh&initializer=lecun_normal&residual=1", 0.5),
    ],
)
@pytest.mark.sampled(5)
def test_estimates_agree_with_drawn_networks(text, rel):
    """12 layers of 32, one input, 300 seeds: the standard deviation of ln of the mean square, signal and gradient."""
    spec = Spec.from_text(text).replace(depth=12, width=32, batch=1, data="ones", jacobian=False)
    frames = [simulate(spec.replace(seed=seed)) for seed in range(300)]
    net = frames[0].mean_field
    signal = forward(net, 1.0, 1.0)
    found = scatters(net, signal, backward(net, signal)["log10_grad_a_rms"])
    of_signal = np.std([2 * np.log(frame.series["activation_rms"]) for frame in frames], axis=0)
    of_gradient = np.std([2 * log(10) * frame.series["log10_grad_z_rms"] for frame in frames], axis=0)
    assert found.signal.std[-1] == pytest.approx(of_signal[-1], rel=rel)
    assert found.gradient.std[0] == pytest.approx(of_gradient[0], rel=rel)


def test_an_unstable_size_ends_the_theory():
    """GELU, gain √2, 64 units: q falls to 0 from an unstable point, other draws run away; nothing is typical from layer 10 on."""
    spec = Spec(activation="gelu", initializer="lecun_normal", gain=1.414, width=64, depth=60, batch=16)
    theory = simulate(spec).theory["activation_rms"]
    assert np.isfinite(theory[:8]).all() and not np.isfinite(theory[12:]).any()


def test_chaos_ends_the_theory_of_the_gradient_alone():
    """tanh, gain 2: 200 layers of 16 have the predicted sizes, and gradients some 3 decades below the mean."""
    frames = [
        simulate(Spec(activation="tanh", initializer="lecun_normal", gain=2.0, depth=200, width=16, seed=s)) for s in range(6)
    ]
    theory = frames[0].theory
    assert np.isfinite(theory["activation_rms"]).all() and not np.isfinite(theory["log10_grad_a_rms"][:170]).any()
    net = frames[0].mean_field
    predicted = backward(net, forward(net, 1.0))["log10_grad_a_rms"]
    assert np.mean([frame.series["log10_grad_a_rms"][0] for frame in frames]) < predicted[0] - 2


def test_wide_networks_keep_their_theory():
    """The opening experiment, and 50 layers of 100 of tanh and ReLU, are predicted in every layer; their spread as far as it goes."""
    for text in ("", "depth=50&activation=tanh&initializer=lecun_normal", "depth=50&activation=relu&initializer=he_normal"):
        frame = simulate(Spec.from_text(text))
        everywhere = [values for key, values in frame.theory.items() if not key.endswith("factor") and key != "activation_spread"]
        assert all(np.isfinite(values).all() for values in everywhere)
