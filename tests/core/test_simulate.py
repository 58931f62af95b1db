"""simulate(spec) → Frame: the same bytes each time, the published figures, and refusal before allocation."""

import subprocess
import sys
import threading
import tracemalloc

import numpy as np
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import log_softmax
from strategies import SPECS

from gradviz.blas import limited_blas
from gradviz.core import simulate as module
from gradviz.core.birth import Birth
from gradviz.core.budget import needed_bytes, traced_bytes
from gradviz.core.choices.activations import ACTIVATIONS
from gradviz.core.choices.errors import ExperimentError
from gradviz.core.measures import MEASURES
from gradviz.core.meter import Meter
from gradviz.core.simulate import simulate, trace
from gradviz.core.spec import Spec
from gradviz.core.verdict import State
from gradviz.report.formats import json_text
from gradviz.report.verdict import text as verdict_text


def same(one, other):
    for name in ("edges", "counts", "series"):
        left, right = getattr(one, name), getattr(other, name)
        assert left.keys() == right.keys()
        for key in left:
            assert left[key].tobytes() == right[key].tobytes(), key


@settings(max_examples=150, deadline=None)
@given(SPECS, st.integers(1, 12), st.integers(1, 20), st.integers(1, 20))
def test_any_experiment_runs(spec, depth, width, batch):
    """No exception, no warning; shapes right; histograms and left-out shares add up; the same Spec, the same bytes."""
    spec = spec.replace(depth=depth, width=width, batch=batch, data_file="", input_units=0, output_units=spec.output_units % 12)
    if spec.data == "file":
        spec = spec.replace(data="digits")
    frame = simulate(spec)
    assert set(frame.series) == set(MEASURES)
    assert all(series.shape == (depth,) and series.dtype == np.float64 for series in frame.series.values())
    total = batch * np.array(spec.layer_units)
    numbers = total * (1 - frame.series["activation_infinite"] - frame.series["activation_nan"])
    for key in ("activation", "activation_own"):
        np.testing.assert_allclose(frame.counts[key].sum(axis=1), numbers, atol=1e-6)
    np.testing.assert_allclose(
        frame.counts["activation_log10"].sum(axis=1), numbers - total * frame.series["activation_zero"], atol=1e-6
    )
    for key, edges in frame.edges.items():
        assert edges.shape[-1] == frame.counts[key].shape[1] + 1 and np.isfinite(edges).all(), key
    gradients = total * (1 - sum(frame.series[f"grad_a_{kind}"] for kind in ("zero", "infinite", "nan")))
    np.testing.assert_allclose(frame.counts["grad_a_log10"].sum(axis=1), gradients, atol=1e-6)
    assert verdict_text(frame.verdict)
    same(frame, simulate(spec))


def test_same_bytes_in_another_process_and_in_a_thread():
    """The window computes in a worker thread, the command line in the main one; both show the same digits."""
    spec = Spec(depth=5, width=40)
    code = (
        "from gradviz import *; from gradviz.report.formats import json_text; import sys; "
        "sys.stdout.write(json_text(simulate(Spec(depth=5, width=40))))"
    )
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8")
    assert child.stdout == json_text(simulate(spec))
    frames = []
    thread = threading.Thread(target=lambda: frames.append(simulate(spec)))
    thread.start()
    thread.join()
    same(frames[0], simulate(spec))


def test_a_frame_cannot_be_written_to():
    frame = simulate(Spec(depth=2, width=3))
    with pytest.raises(ValueError, match="read-only"):
        frame.series["activation_std"][0] = 1
    with pytest.raises(TypeError):
        frame.series["activation_std"] = np.zeros(2)


def test_the_measures_are_those_of_the_trace():
    """What simulate measures on the way is what NumPy says of the arrays that trace keeps."""
    spec = Spec(depth=6, width=30, activation="tanh", initializer="glorot_normal", dtype="float64")
    frame, arrays = simulate(spec), trace(spec).arrays
    for l in range(1, 7):
        at = {key: series[l - 1] for key, series in frame.series.items()}
        assert at["activation_mean"] == pytest.approx(arrays[f"a{l}"].mean(), rel=1e-10)
        assert at["activation_std"] == pytest.approx(arrays[f"a{l}"].std(), rel=1e-12)
        assert at["pre_activation_mean"] == pytest.approx(arrays[f"z{l}"].mean(), rel=1e-10)
        assert at["pre_activation_std"] == pytest.approx(arrays[f"z{l}"].std(), rel=1e-12)
        for name in ("a", "z", "W", "b"):
            rms = np.sqrt((arrays[f"grad_{name}{l}"] ** 2).mean())
            assert 10 ** at[f"log10_grad_{name}_rms"] == pytest.approx(rms, rel=1e-12)
        np.testing.assert_array_equal(
            frame.counts["activation"][l - 1], np.histogram(arrays[f"a{l}"], frame.edges["activation"])[0]
        )


@pytest.mark.parametrize(
    ("loss", "value"),
    [
        ("mse", lambda a, t: ((a - t) ** 2).mean()),
        ("cross_entropy", lambda a, t: -log_softmax(a, axis=1)[range(len(a)), t].mean()),
    ],
)
def test_the_loss_is_that_of_the_traced_output_and_target(loss, value):
    """And the gradient that enters the last layer is its slope."""
    spec = Spec(depth=2, width=5, batch=4, activation="tanh", loss=loss, dtype="float64")
    arrays = trace(spec).arrays
    a, target = arrays["a2"], arrays["target"]
    assert simulate(spec).loss == pytest.approx(value(a, target), rel=1e-13)
    for place in np.ndindex(a.shape):
        nudge = np.zeros_like(a)
        nudge[place] = 1e-6
        slope = (value(a + nudge, target) - value(a - nudge, target)) / 2e-6
        assert arrays["grad_a2"][place] == pytest.approx(slope, abs=1e-9)


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_histograms_are_those_of_the_trace(activation, dtype):
    """Counted by NumPy, edge by edge; also where the meter gets the activations in order from z in order."""
    spec = Spec(depth=4, width=33, batch=17, activation=activation, initializer="he_normal", gain=2.0, dtype=dtype)
    frame, arrays = simulate(spec), trace(spec).arrays
    for key, name in (("activation_own", "a"), ("pre_activation_own", "z"), ("weight_own", "W")):
        for l in range(1, 5):
            values = np.sort(arrays[f"{name}{l}"].astype(np.float64), axis=None)
            below = np.searchsorted(values, frame.edges[key][l - 1])
            np.testing.assert_array_equal(frame.counts[key][l - 1], np.diff(below), err_msg=f"{key} {l}")


@pytest.mark.parametrize("seed", range(3))
def test_published_printout_of_tanh_with_small_weights(seed):
    """1000 inputs × 500, tanh, W = 0.01·randn, 10 layers of 500: the printed standard deviations.

    The printout is one draw and this is another, so they agree within the spread of draws, about 0.5 % in layer 1 and that
    times √l further down; six decimals were printed.
    """
    printed = [0.213081, 0.047551, 0.010630, 0.002378, 0.000532, 0.000119, 0.000026, 0.000006, 0.000001, 0.000000]
    spec = Spec(activation="tanh", initializer="normal", gain=0.01, depth=10, width=500, batch=1000, seed=seed)
    got = simulate(spec).series["activation_std"]
    np.testing.assert_allclose(got, printed, rtol=0.03, atol=6e-7)


def test_published_printout_of_relu_with_he():
    """The same with ReLU and He: mean .5625 .5536 .5459, std .8252 .8278 .8139; theory .5642 and .8256 in every layer."""
    spec = Spec(activation="relu", initializer="he_normal", depth=10, width=500, batch=1000)
    frame = simulate(spec)
    np.testing.assert_allclose(frame.series["activation_mean"][:3], [0.5625, 0.5536, 0.5459], rtol=0.05)
    np.testing.assert_allclose(frame.series["activation_std"][:3], [0.8252, 0.8278, 0.8139], rtol=0.05)


def test_relu_halves_the_square_with_one_over_n():
    """χ = σ_w²/2: 1/fan_in loses half of the mean square per layer, He holds it."""
    spec = Spec(activation="relu", depth=30, width=500, batch=64)
    lecun, he = (simulate(spec.replace(initializer=name)).series["log10_grad_a_rms"] for name in ("lecun_normal", "he_normal"))
    assert (lecun[0] - lecun[-1]) / 29 == pytest.approx(np.log10(0.5) / 2, rel=0.03)
    assert abs(he[0] - he[-1]) / 29 < 0.01


def test_sigmoid_loses_at_least_a_quarter_per_layer_and_weight():
    """σ′ ≤ 1/4: through 20 layers of I the gradient shrinks to at most 0.25^20 = 9.09e-13 of itself."""
    spec = Spec(activation="sigmoid", initializer="identity", depth=21, width=8)
    log10_rms = simulate(spec).series["log10_grad_a_rms"]
    assert log10_rms[0] - log10_rms[-1] < np.log10(9.1e-13)


@pytest.mark.parametrize("run", [simulate, trace])
def test_too_large_is_refused_before_anything_is_allocated(run, monkeypatch):
    """The message says how much is needed; nothing was drawn."""
    monkeypatch.setattr(module, "propagate", None)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: type("Memory", (), {"available": 2**29}))
    with pytest.raises(ExperimentError, match=r"needs \d+\.\d GiB of memory and 0\.5 GiB are free"):
        run(Spec(depth=1000, width=2048))


@pytest.mark.parametrize(("call", "estimate", "seed"), [(simulate, needed_bytes, 1001), (trace, traced_bytes, 1002)])
def test_the_estimate_is_right(call, estimate, seed):
    """Peak memory as the tracer sees it lies within 25 % of the estimate. (A seed of its own: nothing is on the shelf.)"""
    spec = Spec(depth=40, width=300, batch=500, activation="relu", initializer="he_uniform", seed=seed)
    tracemalloc.start()
    kept = call(spec)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert kept is not None
    assert 0.75 * estimate(spec) < peak < 1.25 * estimate(spec)


def test_a_run_can_be_broken_off_within_one_layer():
    """`tick` is called between layers, tells the share that is done, and may raise."""
    shares = []

    def tick(share):
        shares.append(share)
        if share >= 0.5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        simulate(Spec(depth=10, width=5), tick)
    assert shares == pytest.approx([i / 20 for i in range(11)])


def test_a_large_run_that_is_measured_beside_can_be_broken_off_too():
    """And what goes wrong while measuring is not lost in the other thread."""
    spec = Spec(depth=20, width=256, batch=256)

    def tick(share):
        if share >= 0.5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        simulate(spec, tick)


def test_data_whose_square_is_beyond_float64(tmp_path):
    """Measured like any other, and nothing is predicted of it."""
    path = tmp_path / "large.csv"
    path.write_text("x,y\n1e300,2e300\n-1e300,5e299\n")
    spec = Spec(data="file", data_file=str(path), normalize="none", depth=3, width=4, batch=4, dtype="float64", activation="tanh")
    frame = simulate(spec)
    assert not frame.theory and frame.series["pre_activation_rms"][0] > 1e299


def test_a_fault_in_the_measuring_thread_is_raised(monkeypatch):
    monkeypatch.setattr(Meter, "measure", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        simulate(Spec(depth=20, width=256, batch=256))


@pytest.mark.parametrize(
    ("text", "forward", "backward"),
    [
        ("activation=linear&initializer=identity&gain=0.5&depth=50", State.VANISHES, State.VANISHES),
        ("activation=linear&initializer=identity&gain=1.5&depth=50", State.EXPLODES, State.EXPLODES),
        ("activation=relu&initializer=he_normal&depth=20", State.HOLDS, State.HOLDS),
        ("activation=sigmoid&initializer=glorot_normal&depth=20", State.VANISHES, State.VANISHES),
    ],
)
def test_the_verdict(text, forward, backward):
    verdict = simulate(Spec.from_text(text)).verdict
    assert (verdict.forward.state, verdict.backward.state) == (forward, backward)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("gain", [2.2, 0.4])
def test_gradients_keep_their_size_where_the_format_could_not_hold_it(dtype, gain):
    """They carry an exponent, so that nothing becomes infinite or 0 for want of range; digits are the format's."""
    spec = Spec(depth=10, width=64, activation="relu", initializer="he_normal", gain=gain, loss="cross_entropy", batch=4096)
    with_digits, exact = simulate(spec.replace(dtype=dtype)), simulate(spec.replace(dtype="float64"))
    for name in ("a", "z", "W", "b"):
        key = f"log10_grad_{name}_rms"
        np.testing.assert_allclose(with_digits.series[key], exact.series[key], atol=0.1, err_msg=key)
        assert np.isfinite(with_digits.series[key]).all()


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("gain", [0.4, 1.0, 2.5])
def test_what_the_format_could_not_hold_of_a_gradient_is_counted(dtype, gain):
    """As the arrays themselves have it, which are rounded to the format."""
    spec = Spec(activation="linear", initializer="lecun_normal", gain=gain, depth=250, width=10, batch=20, dtype=dtype)
    series, arrays = simulate(spec).series, trace(spec).arrays
    for layer in range(1, spec.depth + 1):
        if gain == 1.0:  # where the signal neither under- nor overflows, so that no gradient of a weight is exactly 0
            of_weights = arrays[f"grad_W{layer}"]
            assert series["grad_W_underflow"][layer - 1] == pytest.approx(np.mean(of_weights == 0), abs=1e-12)
            assert series["grad_W_overflow"][layer - 1] == pytest.approx(np.mean(np.isinf(of_weights)), abs=1e-12)
        gradient = arrays[f"grad_a{layer}"]
        zero, infinite = np.mean(gradient == 0), np.mean(np.isinf(gradient))
        assert series["grad_a_underflow"][layer - 1] + series["grad_a_zero"][layer - 1] == pytest.approx(zero, abs=1e-12)
        assert series["grad_a_overflow"][layer - 1] + series["grad_a_infinite"][layer - 1] == pytest.approx(infinite, abs=1e-12)
    assert gain == 1.0 or series["grad_a_underflow" if gain < 1 else "grad_a_overflow"][0] == 1


@pytest.mark.parametrize(("dtype", "depth"), [("bfloat16", 140), ("float16", 26)])
def test_half_of_the_smallest_number_is_rounded_to_0(dtype, depth):
    spec = Spec(depth=depth, width=100, activation="linear", initializer="identity", gain=0.5, dtype=dtype)
    series, arrays = simulate(spec).series, trace(spec).arrays
    zero = [np.mean(arrays[f"grad_a{layer}"] == 0) for layer in range(1, depth + 1)]
    np.testing.assert_allclose(series["grad_a_underflow"] + series["grad_a_zero"], zero, atol=1e-12)


def test_the_factors_of_lsuv_do_not_depend_on_the_number_of_blas_threads(monkeypatch):
    """They are found before the pass, and under the same limit: other threads would give other last bits."""
    spec = Spec(depth=2, width=600, batch=300, initializer="lsuv")
    monkeypatch.setattr("gradviz.core.birth.limited_blas", lambda: seen.append(True) or limited_blas())
    seen = []
    birth = Birth.of(spec)
    assert seen == [True] and set(birth.parameters.fitted) == {1, 2}
