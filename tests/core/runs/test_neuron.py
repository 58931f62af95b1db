"""One neuron against the arrays of the trace, and the variance of sums against their definition."""

import threading

import numpy as np
import pytest

from gradviz.blas import threadpools
from gradviz.core.birth import Birth
from gradviz.core.choices.errors import ExperimentError
from gradviz.core.runs.probe import Probe, multiply_adds
from gradviz.core.runs.request import Run
from gradviz.core.simulate import inspect_forward, simulate, trace
from gradviz.core.spec import Spec


def neuron(spec, layer):
    """The one answer of a Probe."""
    (answer,) = Probe(spec, layer).answers(lambda share: None)
    return answer


NETWORKS = [
    "depth=3&width=1&batch=1",
    "depth=4&width=17&batch=5",
    "depth=5&width=30&width_profile=hourglass&bias_std=0.5",
    "depth=3&width=40&dtype=float16",
    "depth=3&width=40&dtype=bfloat16&activation=relu",
    "depth=6&width=20&dtype=float64&residual=2&normalization=batch",
    "depth=4&width=20&initializer=lsuv&activation=tanh",
    "depth=3&width=16&data=digits&shared_weights=true",
    "depth=40&width=8&activation=linear&gain=1000",
    "depth=4&width=8&gain=0",
]


@pytest.mark.parametrize("text", NETWORKS)
def test_a_neuron_is_the_traces_to_the_last_digit(text):
    """Weights, input, bias and z of unit 1 at the first example are the very numbers that trace keeps."""
    spec = Spec.from_text(text)
    arrays = trace(spec).arrays
    for layer in range(1, spec.depth + 1):
        one = neuron(spec, layer)
        np.testing.assert_array_equal(one.w, arrays[f"W{layer}"][0].astype(one.w.dtype))
        np.testing.assert_array_equal(one.x, arrays[f"a{layer - 1}"][0].astype(one.x.dtype))
        assert one.b == arrays[f"b{layer}"][0]
        np.testing.assert_equal(one.z, float(arrays[f"z{layer}"][0, 0]))
        assert (one.layer, one.fan_in) == (layer, arrays[f"W{layer}"].shape[1])


@pytest.mark.parametrize("text", NETWORKS[:8])
def test_the_terms_add_up_to_z_and_the_variances_are_the_arrays_own(text):
    spec = Spec.from_text(text)
    arrays = {name: array.astype(np.float64) for name, array in trace(spec).arrays.items()}
    rounding = {"float16": 2e-3, "bfloat16": 2e-2}.get(spec.dtype, 1e-5)
    for layer in range(1, spec.depth + 1):
        one = neuron(spec, layer)
        W, x, z = arrays[f"W{layer}"], arrays[f"a{layer - 1}"], arrays[f"z{layer}"]
        np.testing.assert_array_equal(one.terms, W[0] * x[0])
        assert one.sums[-1] + one.b == pytest.approx(one.z, rel=rounding, abs=rounding * np.abs(one.terms).max())
        assert one.weight_variance == pytest.approx(W.var(), rel=1e-5, abs=1e-12)
        assert one.input_mean_square == pytest.approx((x**2).mean(), rel=1e-9)
        assert one.z_variance == pytest.approx(z.var(), rel=1e-9, abs=1e-12)
        for count, variance in zip(one.counts, one.variances, strict=True):
            assert variance == pytest.approx((x[:, :count] @ W[:, :count].T).var(), rel=max(rounding, 1e-4), abs=1e-9)
        assert one.counts[-1] == one.fan_in
        assert one.expected_variance == pytest.approx(one.fan_in * W.var() * (x**2).mean() + spec.bias_std**2, rel=1e-5)


def test_the_variances_are_the_frames():
    """Two ways to the same measures: the pass that is run again, and the one that was measured on the way."""
    spec = Spec(depth=4, width=50)
    frame = simulate(spec)
    for layer in range(1, 5):
        one = neuron(spec, layer)
        assert one.z_variance == pytest.approx(frame.series["pre_activation_std"][layer - 1] ** 2, rel=1e-9)
        assert one.weight_variance == frame.series["weight_std"][layer - 1] ** 2


def test_wide_layers_add_up_to_n_times_the_variance_of_a_term():
    """Var(z) = n Var(w) E[x²] (He et al. 2015, equation 5), within what 512 units scatter."""
    for layer in (1, 2, 3):
        one = neuron(Spec(depth=3, width=512, batch=64, activation="relu", initializer="he_normal"), layer)
        assert one.z_variance == pytest.approx(one.expected_variance, rel=0.12)
        halves = dict(zip(one.counts.tolist(), one.variances, strict=True))
        assert halves[256] == pytest.approx(halves[512] / 2, rel=0.2)


def test_what_would_take_too_long_is_refused_in_words():
    """2,048 × 2,048 weights and 256 examples are 10⁹ multiplications a layer."""
    spec = Spec(width=2048, depth=30)
    assert multiply_adds(Birth.of(spec), 3) == 3 * 256 * 2048 * 2048
    with pytest.raises(ExperimentError, match="make width or batch smaller"):
        neuron(spec, 20)


def test_the_pass_goes_as_far_as_the_layer_and_says_how_far_it_is():
    shares = []
    (one,) = Probe(Spec(depth=5, width=11, seed=12345), 3).answers(shares.append)
    assert one.layer == 3 and shares == [pytest.approx(layer / 3) for layer in (1, 2, 3)]


def test_the_neuron_is_that_of_the_run_whatever_has_become_of_its_file(tmp_path):
    """A file of seven columns is replaced by one of three, and then deleted: the run's own input is looked into."""
    path = tmp_path / "x.csv"
    path.write_text("\n".join(",".join(str(row * column % 5 + column) for column in range(7)) for row in range(20)))
    spec = Spec(depth=3, width=10, batch=8, data="file", data_file=str(path))
    *_previews, run = Run(spec).answers(lambda share: None)
    path.write_text("1,2,3\n4,5,7\n")
    (one,) = Probe(spec, 1, run.birth).answers(lambda share: None)
    assert one.fan_in == 7 == run.frames[0].net.units[0]
    path.unlink()
    (again,) = Probe(spec, 1, run.birth).answers(lambda share: None)
    np.testing.assert_array_equal(again.x, one.x)


def test_two_runs_of_one_spec_are_two_questions():
    spec = Spec(depth=2, width=3, batch=4)
    one, other = Birth.of(spec), Birth.of(spec)
    assert Probe(spec, 1, one) == Probe(spec, 1, one) != Probe(spec, 1, other)


def test_a_pass_that_ends_does_not_lift_the_limit_of_another():
    """Matrix products on more threads have other last bits, and the limit is the whole process's."""
    started, ended = threading.Event(), threading.Event()
    seen = []

    def long_pass():
        def inspect(step):
            if step.layer == 1:
                started.set()
                ended.wait(10)
            seen.append(max(pool["num_threads"] for pool in threadpools().info() if pool["user_api"] == "blas"))

        inspect_forward(Birth.of(Spec(depth=2, width=3)), 2, inspect)

    thread = threading.Thread(target=long_pass)

    def start_the_other(step):
        thread.start()
        started.wait(10)

    inspect_forward(Birth.of(Spec(depth=1, width=3)), 1, start_the_other)
    ended.set()
    thread.join()
    assert seen == [1, 1]
