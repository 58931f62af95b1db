"""Measured values lie on the theory, and where theory does not hold nothing is predicted."""

import re
from math import pi, sqrt

import numpy as np
import pytest

from gradviz.core.measures import MEASURES, mean_cosine
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec
from gradviz.core.theory.mean_field import forward
from gradviz.report.formats import columns_of
from gradviz.report.table import settled_text

WIDTH, SEEDS = 256, 100
"""The standard error over the seeds goes as 1/√(width · seeds), the time as width² · seeds."""
CHECKED = ("activation_rms", "activation_std", "pre_activation_rms", "log10_grad_a_rms", "log10_grad_z_rms", "log10_grad_W_rms")


@pytest.mark.parametrize(
    "text",
    [
        "activation=tanh&initializer=glorot_normal&bias_std=0.2",
        "activation=relu&initializer=he_uniform",
        "activation=sigmoid&initializer=lecun_truncated",
        "activation=tanh&initializer=lecun_normal&residual=1&residual_scale=inverse_sqrt_depth",
    ],
)
@pytest.mark.sampled(4)
def test_measured_values_lie_on_the_theory(text):
    """The mean over the seeds is the prediction, within 5 of its standard errors and 1 %.

    The 1 % is for what is of order 1/width and 1/batch, which the theory of infinite width leaves out.
    """
    frames = [simulate(Spec.from_text(text).replace(depth=5, width=WIDTH, batch=64, seed=seed)) for seed in range(SEEDS)]
    for key in CHECKED:
        measured = np.array([frame.series[key] for frame in frames])
        predicted = np.mean([frame.theory[key] for frame in frames], axis=0)
        error = 5 * measured.std(axis=0, ddof=1) / np.sqrt(SEEDS)
        allowed = error + (np.log10(1.01) if key.startswith("log10_") else 0.01 * np.abs(predicted))
        assert (np.abs(measured.mean(axis=0) - predicted) <= allowed).all(), key


@pytest.mark.parametrize("normalization", ["batch", "layer", "rms"])
def test_normalized_networks_have_their_own_recursion(normalization):
    """Depth 5, width 512: within 5 % of the gradient's size in every layer."""
    spec = Spec(activation="relu", initializer="he_normal", depth=5, width=512, batch=512, normalization=normalization)
    frames = [simulate(spec.replace(seed=seed)) for seed in range(3)]
    measured = np.mean([frame.series["log10_grad_a_rms"] for frame in frames], axis=0)
    np.testing.assert_allclose(measured, frames[0].theory["log10_grad_a_rms"], atol=np.log10(1.05))


SKIPS = "depth=20&residual_scale=inverse_sqrt_depth"


@pytest.mark.parametrize(
    "text",
    [
        f"{SKIPS}&data=ones&residual=1&activation=gelu&initializer=lecun_normal&gain=1.5&width=512",
        "depth=20&data=ones&width=200&activation=relu&initializer=he_normal&residual=2",
        f"{SKIPS}&data=digits&normalize=none&residual=1&width=64&activation=gelu&initializer=lecun_normal",
        "depth=10&data=digits&normalize=none&residual=2&width=64&activation=relu&initializer=he_normal",
    ],
)
@pytest.mark.sampled(4)
def test_skip_connections_start_from_the_mean_of_the_input(text):
    """Inputs of 1, and pixels, which are positive: the mean over the units adds to the mean of every branch."""
    frames = [simulate(Spec.from_text(text).replace(seed=seed)) for seed in range(5)]
    for key in ("activation_rms", "activation_std", "activation_mean", "pre_activation_rms"):
        measured = np.mean([np.log10(frame.series[key]) for frame in frames], axis=0)
        np.testing.assert_allclose(measured, np.log10(frames[0].theory[key]), atol=0.1, err_msg=key)


def test_an_input_of_ones_doubles_what_gelu_adds_up_to():
    """GELU, gain 1.5, branches scaled by 1/√L, layer 20: 13.58; from a mean of 0 it would be 6.96, and five seeds measure 13.5.

    Of the pre-activations, the standard deviation is 17.82, and would be 9.165; at width 512, seeds measure 15.9 to 19.5.
    """
    spec = Spec.from_text(f"{SKIPS}&data=ones&residual=1&activation=gelu&initializer=lecun_normal&gain=1.5&width=64&batch=2")
    frame = simulate(spec)
    assert frame.theory["activation_rms"][-1] == pytest.approx(13.577, rel=1e-3)
    assert frame.theory["pre_activation_std"][-1] == pytest.approx(17.82, rel=1e-3)
    from_zero = forward(frame.mean_field, 1.0)
    assert from_zero["activation_rms"][-1] == pytest.approx(6.964, rel=1e-3)
    assert from_zero["pre_activation_std"][-1] == pytest.approx(9.165, rel=1e-3)
    assert 15.9 < simulate(spec.replace(width=512)).series["pre_activation_std"][-1] < 19.5


def test_an_output_of_one_unit_behind_rms_normalization_has_no_theory():
    """Normalizing one unit leaves its sign alone: .5 decades from the recursion of wide layers."""
    line = "depth=11&width=32&activation=elu&normalization=rms&batch=32"
    assert "activation_rms" in simulate(Spec.from_text(line)).theory
    assert "activation_rms" not in simulate(Spec.from_text(line + "&output_units=1")).theory


def test_angles_have_a_theory_where_sizes_have_one():
    """34 SiLU layers of 44 units: the correlation of two inputs is .57 at the end, and would be .95 at infinite width."""
    theory = simulate(Spec.from_text("depth=34&width=44&activation=silu&initializer=lecun_normal&gain=1.6&bias_std=0.075")).theory
    is_silent = np.isnan(theory["input_correlation"])
    assert is_silent[-1] and not is_silent[:9].any() and (is_silent == np.isnan(theory["pre_activation_rms"])).all()


def test_units_that_start_equal_differ_by_what_the_branch_adds():
    """ReLU, 50 layers, a skip connection every 2, inputs of 1: the std of layer 2 is that of one branch, .117, not 1.007."""
    spec = Spec.from_text("depth=50&residual=2&residual_scale=inverse_sqrt_depth&data=ones&activation=relu&initializer=he_normal")
    theory = simulate(spec.replace(width=64, batch=2)).theory
    assert theory["activation_std"][1] == pytest.approx(sqrt((1 - 1 / pi) / 50), rel=1e-6)


def test_batch_normalization_divides_by_the_std_over_the_batch():
    """Raw digits: their mean image is half of their mean square, and a gradient that ignores this is off by a factor of 2."""
    spec = Spec.from_text("depth=6&normalization=batch&activation=relu&initializer=he_normal&data=digits&normalize=none")
    frame = simulate(spec.replace(width=200))
    np.testing.assert_allclose(frame.series["log10_grad_z_rms"], frame.theory["log10_grad_z_rms"], atol=0.1)


@pytest.mark.parametrize(
    "text",
    [
        "normalization=batch&batch=1",
        "normalization=batch&residual=1&data=digits&normalize=none&width=64",
        "normalization=batch&batch=2",
        "normalization=batch&data=ones",
        "normalization=batch&data=unlike",
        "normalization=layer&width=1",
        "normalization=rms&width=2",
        "input_units=1&width=300&gain=4",
    ],
)
def test_nothing_is_predicted_of_inputs_that_the_theory_does_not_mean(text):
    """Where every example is 0 after the batch's normalization, say, or where they differ much more than wide ones do."""
    assert not simulate(Spec.from_text(f"depth=5&activation=tanh&initializer=lecun_normal&{text}")).theory


BEHIND_BATCH = "normalization=batch&initializer=he_normal"


@pytest.mark.parametrize(
    "text",
    [
        "activation=softplus&depth=50",
        "activation=softplus&depth=500&width=128",
        "activation=linear&depth=100&width=256&batch=32",
        "activation=relu&depth=51&width=256",
        "activation=relu&depth=50&width=256&batch=32",
        "activation=relu&depth=50&width=64",
        "activation=gelu&depth=60&residual=1",
    ],
)
def test_the_gradient_behind_batch_normalization_is_silent_where_it_does_not_hold(text):
    """Softplus, 50 layers: 10^0.82 was drawn and 10^2.19 is measured; 500 layers of 128: 10^8.4 and 10^17 (B = 32), 10^32 (256).

    Linear, B = 32, 1,000 layers: 1 and 10^4.4. The sizes of the signal, which is divided by itself in each layer, stay.
    """
    spec = Spec.from_text(f"{BEHIND_BATCH}&{text}").replace(batch=32)
    theory = simulate(spec).theory
    assert "activation_rms" in theory and not any("grad" in key for key in theory)


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "gelu"])
def test_some_gradients_behind_batch_normalization_hold_for_50_layers(activation):
    """Default sizes, 5 seeds: off by .16, .15 and .33 decades."""
    off = gradient_off(Spec.from_text(f"{BEHIND_BATCH}&depth=50").replace(activation=activation), seeds=5)
    assert off < 0.36


@pytest.mark.parametrize("batch", [32, 256])
@pytest.mark.parametrize(
    "activation", ["linear", "sigmoid", "tanh", "hardtanh", "relu", "selu", "gelu", "silu", "softplus", "mish"]
)
def test_every_gradient_behind_batch_normalization_holds_for_20_layers(activation, batch):
    """20 layers of 100, 2 seeds: off by less than .3 decades."""
    assert gradient_off(Spec.from_text(f"{BEHIND_BATCH}&depth=20").replace(activation=activation, batch=batch), seeds=2) < 0.3


def gradient_off(spec, seeds):
    """How far, in decades, the mean over seeds is from the prediction in the layer where it is farthest."""
    frames = [simulate(spec.replace(seed=seed)) for seed in range(seeds)]
    measured = np.mean([frame.series["log10_grad_a_rms"] for frame in frames], axis=0)
    return float(np.abs(measured - frames[0].theory["log10_grad_a_rms"]).max())


@pytest.mark.parametrize("normalization", ["layer", "rms"])
@pytest.mark.parametrize(("inputs", "is_off_by"), [(1, 1.1), (2, 0.35), (4, 0.1), (16, 0.0)])
def test_few_inputs_that_are_normalized_have_no_theory(normalization, inputs, is_off_by):
    """E 1/‖x‖² of n Gaussian inputs is infinite for n ≤ 2 and twice 1/E ‖x‖² for n = 4; the theory takes it for 1/E ‖x‖²."""
    spec = Spec.from_text("depth=3&width=512&batch=512&activation=relu&initializer=he_normal").replace(
        normalization=normalization
    )
    frame, wide = simulate(spec.replace(input_units=inputs)), simulate(spec)
    off = frame.series["log10_grad_z_rms"][0] - wide.theory["log10_grad_z_rms"][0]
    assert bool(frame.theory) is (inputs >= 16)
    assert is_off_by - 0.05 <= off <= is_off_by + 0.6


@pytest.mark.parametrize("normalization", ["layer", "rms"])
def test_ten_outputs_do_not_silence_the_theory(normalization):
    spec = Spec(activation="relu", initializer="he_normal", depth=6, width=200, output_units=10, normalization=normalization)
    frame = simulate(spec)
    np.testing.assert_allclose(frame.series["activation_rms"], frame.theory["activation_rms"], rtol=0.2)


def test_inputs_of_any_spread_suit_a_network_that_scales_with_them():
    """ReLU without biases: what is twice as large is twice as large everywhere."""
    spec = Spec(activation="relu", initializer="he_normal", depth=5, width=1024, input_units=1)
    frame = simulate(spec)
    np.testing.assert_allclose(frame.series["activation_rms"], frame.theory["activation_rms"], rtol=0.25)


def test_skip_connections_that_end_nowhere_change_nothing():
    spec = Spec(activation="relu", initializer="he_normal", depth=5)
    one, other = simulate(spec), simulate(spec.replace(residual=100))
    assert one.theory.keys() == other.theory.keys() and one.bands.keys() == other.bands.keys()


def test_where_a_network_settles_depends_on_where_it_starts():
    """GELU with a bias: from 1 it would come to 0.005; from what raw digits make of the first layer it runs away."""
    spec = Spec(activation="gelu", initializer="lecun_normal", gain=1.46, bias_std=0.05, width=64, depth=60, batch=64)
    assert "0.0054" in settled_text(simulate(spec))
    assert not settled_text(simulate(spec.replace(data="digits", normalize="none")))


def test_a_network_settles_whatever_its_input_has_for_a_width():
    text = settled_text(simulate(Spec(activation="tanh", initializer="lecun_normal", gain=1.5, data="digits", width=100)))
    assert "0.7934" in text and text == settled_text(
        simulate(Spec(activation="tanh", initializer="lecun_normal", gain=1.5, width=64, data="digits"))
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_one_input_of_zeros_does_not_hide_what_the_others_have_in_common(dtype):
    x = np.array([[1.0, 2.0], [2.0, 4.0], [0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 3.0]], dtype)
    assert mean_cosine(x) == pytest.approx(0.5)
    assert np.isnan(mean_cosine(np.zeros((4, 3), dtype)))


def test_the_correlation_of_two_inputs_follows_its_map():
    """ReLU draws all inputs together: from c = 0 towards 1, as the arc-cosine map says."""
    spec = Spec(activation="relu", initializer="he_normal", depth=10, width=1024, batch=64)
    frame = simulate(spec)
    np.testing.assert_allclose(frame.series["input_correlation"], frame.theory["input_correlation"], atol=0.03)
    assert frame.series["input_correlation"][-1] > 0.6


@pytest.mark.parametrize(
    "text",
    [
        "initializer=identity",
        "initializer=orthogonal",
        "initializer=lsuv",
        "initializer=zeros",
        "shared_weights=true",
        "output_activation=linear",
        "residual=2&residual_order=post",
    ],
)
def test_silence_where_no_theory_holds(text):
    assert not simulate(Spec.from_text(text).replace(depth=4, width=20, batch=8)).theory


@pytest.mark.parametrize("activation", ["linear", "tanh", "softsign", "sigmoid", "relu", "selu", "gelu"])
@pytest.mark.parametrize(
    "architecture", ["residual=1", "residual=2", "residual=1&normalization=batch", "residual=1&normalization=layer"]
)
@pytest.mark.sampled(8)
def test_deep_skip_connections_lie_on_the_theory_or_it_is_silent(activation, architecture):
    """60 layers of 200, 3 seeds: within a factor of 2 in RMS, gradient and std, wherever something is predicted."""
    gain = "he" if activation in ("relu", "gelu") else "lecun"
    spec = Spec.from_text(f"depth=60&width=200&batch=64&initializer={gain}_normal&{architecture}").replace(activation=activation)
    frames = [simulate(spec.replace(seed=seed)) for seed in range(3)]
    assert "activation_rms" in frames[0].theory
    for key in {"activation_rms", "activation_std", "log10_grad_a_rms"} & frames[0].theory.keys():
        measured, predicted = (
            np.mean([get(frame)[key] for frame in frames], axis=0) for get in (lambda f: f.series, lambda f: f.theory)
        )
        off = measured - predicted if key.startswith("log10_") else np.log10(measured / predicted)
        assert np.abs(off).max() < np.log10(2), key


@pytest.mark.parametrize("text", ["loss=mse", "loss=cross_entropy"])
def test_a_loss_has_its_own_gradient_and_no_prediction(text):
    theory = simulate(Spec.from_text(text).replace(depth=3, width=20, batch=8)).theory
    assert "activation_rms" in theory and "log10_grad_a_rms" not in theory


def test_every_prediction_is_of_a_measure():
    frame = simulate(Spec(depth=4, width=20, batch=8))
    assert set(frame.theory) <= set(MEASURES) and len(frame.theory) >= 9
    assert all(values.shape == (4,) and not values.flags.writeable for values in frame.theory.values())
    assert {f"{key}_theory" for key in frame.theory} <= set(columns_of(frame))


@pytest.mark.whole
def test_the_spread_of_finite_width():
    """Of 200 ReLU networks, two thirds lie within the band of one input, and theirs is the only kind that has one."""
    spec = Spec(activation="relu", initializer="he_normal", depth=8, width=60, batch=1)
    frames = [simulate(spec.replace(seed=seed, data="ones")) for seed in range(200)]
    last = np.array([frame.series["activation_rms"][-1] for frame in frames])
    low, high = frames[0].bands["activation_rms"][-1]
    assert np.mean((low < last) & (last < high)) == pytest.approx(0.683, abs=0.1)
    assert {"activation_rms_theory_low", "activation_rms_theory_high"} <= set(columns_of(frames[0]))
    assert not simulate(spec.replace(activation="tanh")).bands


def test_where_a_deep_network_settles():
    """tanh with σ_w² = 4: q* solves q = 4 E tanh²(√q Z), and χ there is the factor that deep layers show."""
    spec = Spec(activation="tanh", initializer="lecun_normal", gain=2.0, width=500, depth=12, batch=32)
    text = settled_text(simulate(spec))
    q, chi = (float(number) for number in re.findall(r"settles at ([\d.]+).*χ = ([\d.]+)", text)[0])
    series = simulate(spec).series
    assert series["pre_activation_rms"][-1] ** 2 == pytest.approx(q, rel=0.05)
    assert series["grad_a_rms_factor"][-4] ** 2 == pytest.approx(chi, rel=0.1)
    c = float(re.findall(r"tends to ([\d.]+)", text)[0])
    deep = simulate(spec.replace(depth=40, batch=16)).series["input_correlation"]
    assert deep[-1] == pytest.approx(c, abs=0.05)


@pytest.mark.parametrize(
    "text", ["initializer=orthogonal", "activation=relu&initializer=he_normal", "residual=1", "width_profile=funnel"]
)
def test_nothing_is_said_where_nothing_settles(text):
    assert settled_text(simulate(Spec.from_text(text))) == ""


def test_of_a_file_that_has_gone_the_same_is_said(tmp_path):
    """The Frame of it is still there, and holds all that was measured of its input."""
    path = tmp_path / "x.csv"
    path.write_text("1,2\n3,5\n")
    frame = simulate(
        Spec(activation="tanh", initializer="lecun_normal", gain=1.5, data="file", data_file=str(path), normalize="none")
    )
    said = settled_text(frame)
    path.unlink()
    assert said and settled_text(frame) == said


@pytest.mark.parametrize("gain", [1e-9, 1e6])
def test_what_starts_beyond_where_sizes_are_told_settles_nowhere(gain):
    assert settled_text(simulate(Spec(activation="linear", initializer="lecun_normal", gain=gain, bias_std=0.0))) == ""
