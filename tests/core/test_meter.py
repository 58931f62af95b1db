"""What the Meter measures where less than everything is wanted, and of parameters that were not drawn."""

from dataclasses import replace

import numpy as np
import pytest

from gradviz.core.birth import Birth
from gradviz.core.meter import EVERYTHING, HISTOGRAMS, JACOBIAN, PULSE, THEORY, Meter
from gradviz.core.parameters import Stored
from gradviz.core.simulate import measured, simulate
from gradviz.core.spec import Spec

LINES = [
    "depth=5&width=20&batch=16",
    "depth=4&width=30&batch=16&activation=relu&initializer=he_normal&bias_std=0.3&dtype=float64",
    "depth=5&width=12&batch=8&activation=tanh&initializer=lecun_normal&residual=2&normalization=layer",
    "depth=30&width=8&batch=4&activation=linear&initializer=identity&gain=1e6",
    "depth=30&width=8&batch=4&activation=linear&initializer=identity&gain=1e-6",
    "depth=3&width=8&batch=4&activation=relu&gain=0",
]


def meter_of(line, wants):
    birth = Birth.of(Spec.from_text(line))
    return measured(birth, Meter(birth.net, birth.parameters, wants)).meter


@pytest.mark.parametrize("line", LINES)
def test_a_pulse_is_what_everything_holds_under_the_same_names(line):
    """To the last digits of a sum; overflow, zeros and exponents of hundreds of decades included."""
    frame, pulse = simulate(Spec.from_text(line)), meter_of(line, PULSE).series()
    assert pulse.keys() == PULSE
    for key, values in pulse.items():
        np.testing.assert_allclose(values, frame.series[key], rtol=1e-12, atol=1e-12, err_msg=key)


def test_one_measure_alone_is_measured_alone():
    series = meter_of(LINES[0], frozenset({"log10_grad_W_rms"})).series()
    assert list(series) == ["log10_grad_W_rms"] and np.isfinite(series["log10_grad_W_rms"]).all()


@pytest.mark.parametrize(
    "wants", [{"activation_std"}, {"grad_a_rms_factor"}, {"no such thing", HISTOGRAMS}, PULSE | {"activation_mean"}]
)
def test_what_would_not_be_measured_is_refused(wants):
    birth = Birth.of(Spec(depth=2, width=3))
    with pytest.raises(ValueError, match="measured only together"):
        Meter(birth.net, birth.parameters, frozenset(wants))


def test_theory_may_be_wanted_with_a_pulse():
    birth = Birth.of(Spec.from_text(LINES[0]))
    Meter(birth.net, birth.parameters, PULSE | {THEORY, JACOBIAN})


def test_changed_weights_are_measured_as_they_are():
    """After ten per cent on every weight and biases where there were none: the arrays' own figures, and no theory of random weights."""
    birth = Birth.of(Spec.from_text("depth=4&width=40&batch=32&activation=tanh&initializer=lecun_normal&dtype=float64"))
    layers = birth.net.layers
    weights = [1.1 * birth.parameters.weight(l) + 0.01 for l in layers]
    trained = Stored(weights, [np.full(40, 0.1 * l) for l in layers])
    later = replace(birth, parameters=trained)
    frame = measured(later, Meter(birth.net, trained, EVERYTHING - {JACOBIAN})).frame(Spec(), step=200)
    np.testing.assert_allclose(frame.series["weight_std"], [W.std() for W in weights], rtol=1e-12)
    np.testing.assert_allclose(10 ** frame.series["log10_weight_rms"], [np.sqrt((W**2).mean()) for W in weights], rtol=1e-12)
    assert frame.step == 200 and not frame.theory and not frame.bands and frame.settled is None
    assert np.isnan(frame.weight_variance).all()
    a = birth.batch.a0
    for l, (W, b) in enumerate(zip(weights, trained.biases, strict=True)):
        a = np.tanh(a @ W.T + b)
        assert frame.series["activation_rms"][l] == pytest.approx(np.sqrt((a**2).mean()), rel=1e-12)
