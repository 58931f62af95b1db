"""Every entry of INITIALIZERS has the variance of the paper it comes from, and draws depend on seed and layer alone."""

from math import sqrt

import numpy as np
import pytest

from gradviz.core.birth import Birth
from gradviz.core.choices import draws
from gradviz.core.choices.initializers import INITIALIZERS, unit_normal
from gradviz.core.simulate import trace
from gradviz.core.spec import Spec

# Written down from the papers and the frameworks' documentation, for fan_in 300 and fan_out 200 at gain 1.
PUBLISHED_VARIANCE = {
    "normal": 1.0,
    "uniform": 1.0,
    "truncated": 1.0,
    **{f"lecun_{form}": 1 / 300 for form in ("normal", "uniform", "truncated")},
    **{f"glorot_{form}": 2 / 500 for form in ("normal", "uniform", "truncated")},
    **{f"he_{form}": 2 / 300 for form in ("normal", "uniform", "truncated")},
    "orthogonal": 1 / 300,
    "pytorch_default": 1 / 900,
}
# Of the distributions: uniform 9/5; N(0, 1) cut at ±2: 2.36 (fourth over squared second moment); else Gaussian.
KURTOSIS = {"uniform": 1.8, "pytorch_default": 1.8, "truncated": 2.3655}


def drawn(spec):
    """The parameters at birth."""
    return Birth.of(spec).parameters


def test_every_random_initializer_is_in_the_published_list():
    assert set(PUBLISHED_VARIANCE) == {name for name, entry in INITIALIZERS.items() if entry.is_random}


@pytest.mark.parametrize("name", PUBLISHED_VARIANCE)
def test_variance_and_shape_of_the_distribution(name):
    """Mean 0, the published variance times gain², and the kurtosis of the distribution, within 5 standard errors."""
    initializer, gain = INITIALIZERS[name], 1.7
    unit = initializer.draw(np.random.default_rng(0), (200, 300))
    W = unit * initializer.scale(gain, fan_in=300, fan_out=200)
    n, variance = W.size, gain**2 * PUBLISHED_VARIANCE[name]
    kurtosis = KURTOSIS.get(name, KURTOSIS.get(name.rpartition("_")[2], 3.0))
    assert abs(W.mean()) < 5 * sqrt(variance / n)
    assert W.var() == pytest.approx(variance, rel=5 * sqrt((kurtosis - 1) / n))
    assert initializer.variance(gain, 300, 200) == pytest.approx(variance, rel=1e-12)
    assert (W**4).mean() / W.var() ** 2 == pytest.approx(kurtosis, rel=0.05)
    if kurtosis == 1.8:
        assert np.abs(W).max() <= sqrt(3 * variance)
    if "truncated" in name:
        assert np.abs(W).max() <= 2 * sqrt(variance) / 0.87962566103423978


@pytest.mark.parametrize(("mode", "fan"), [("fan_in", 300), ("fan_out", 200), ("fan_avg", 250)])
@pytest.mark.parametrize(
    ("name", "numerator"), [("lecun_uniform", 1), ("glorot_normal", 1), ("he_truncated", 2), ("pytorch_default", 1 / 3)]
)
def test_fan_modes(mode, fan, name, numerator):
    """Keras's VarianceScaling: scale / fan_in, fan_out, or their mean."""
    assert INITIALIZERS[name].variance(1.0, 300, 200, mode) == pytest.approx(numerator / fan, rel=1e-12)


@pytest.mark.parametrize("shape", [(7, 7), (5, 9), (9, 5)])
def test_orthogonal_matrices_are_orthogonal(shape):
    """Rows or columns are orthonormal, whichever are fewer; determinants of both signs occur."""
    drawn = [INITIALIZERS["orthogonal"].draw(np.random.default_rng(seed), shape) for seed in range(20)]
    for Q in drawn:
        product = Q @ Q.T if shape[0] <= shape[1] else Q.T @ Q
        np.testing.assert_allclose(product, np.eye(min(shape)), atol=1e-14)
    if shape[0] == shape[1]:
        assert len({round(np.linalg.det(Q)) for Q in drawn}) == 2
        # Without the sign convention of QR the diagonal would be biased.
        assert abs(np.mean([np.trace(Q) for Q in drawn])) < 5 / sqrt(20)


def test_orthogonal_keeps_lengths_at_any_depth():
    spec = Spec(activation="linear", initializer="orthogonal", depth=152, width=12, batch=3, dtype="float64")
    arrays = trace(spec).arrays
    for name, start in (("a152", "a0"), ("grad_a1", "grad_a152")):
        np.testing.assert_allclose(np.linalg.norm(arrays[name], axis=1), np.linalg.norm(arrays[start], axis=1), rtol=1e-12)


@pytest.mark.parametrize("activation", ["tanh", "relu", "selu"])
def test_lsuv_gives_every_layer_unit_variance_on_the_batch(activation):
    spec = Spec(activation=activation, initializer="lsuv", gain=1.3, depth=8, width=20, batch=64, dtype="float64", bias_std=0.0)
    arrays = trace(spec).arrays
    for l in range(1, 9):
        assert arrays[f"z{l}"].std() == pytest.approx(1.3, rel=1e-12)
        W = arrays[f"W{l}"]
        np.testing.assert_allclose(W @ W.T / (W[0] @ W[0]), np.eye(20), atol=1e-12)
        np.testing.assert_allclose(arrays[f"a{l - 1}"] @ W.T, arrays[f"z{l}"], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("name", "value"), [("zeros", 0.0), ("constant", 0.25)])
def test_constants_never_break_the_symmetry(name, value):
    """All units of a layer do the same, and get the same gradient."""
    arrays = trace(Spec(initializer=name, gain=0.25, depth=3, width=6, batch=5, activation="tanh", dtype="float64")).arrays
    assert (arrays["W2"] == value).all()
    for l in (1, 2, 3):
        assert (np.ptp(arrays[f"a{l}"], axis=1) < 1e-14).all()


def test_shared_weights_are_one_matrix_and_one_bias():
    arrays = trace(Spec(depth=5, width=6, batch=2, shared_weights=True, bias_std=0.5)).arrays
    for l in range(2, 6):
        np.testing.assert_array_equal(arrays[f"W{l}"], arrays["W1"])
        np.testing.assert_array_equal(arrays[f"b{l}"], arrays["b1"])


def test_shared_weights_are_shared_by_the_layers_of_one_shape():
    arrays = trace(Spec(depth=4, width=6, batch=2, data="digits", shared_weights=True)).arrays
    assert arrays["W1"].shape == (6, 64)
    np.testing.assert_array_equal(arrays["W2"], arrays["W4"])


def test_biases_have_the_standard_deviation_asked_for():
    biases = np.concatenate([drawn(Spec(depth=30, width=500, bias_std=0.3)).bias(l) for l in range(1, 31)])
    assert biases.std() == pytest.approx(0.3, rel=0.03)
    assert abs(biases.mean()) < 0.01
    assert drawn(Spec()).bias(1) is None


def test_identity_is_c_times_the_identity():
    """The lecture's 1.5·I, to the last bit, and the wide form where fan-in and fan-out differ."""
    np.testing.assert_array_equal(drawn(Spec(width=3, initializer="identity", gain=1.5)).weight(2), 1.5 * np.eye(3))
    assert drawn(Spec(width=3, data="digits", initializer="identity")).weight(1).shape == (3, 64)


@pytest.mark.parametrize(
    "change", [{"depth": 21}, {"gain": 2.0}, {"activation": "relu"}, {"batch": 8}, {"data": "ones"}], ids=str
)
def test_draws_depend_on_seed_and_layer_alone(change):
    """Changing anything but seed and shape keeps the unit draws of every layer."""
    old, new = Spec(), Spec().replace(**change)
    for layer in (1, 7, 20):
        np.testing.assert_array_equal(
            drawn(old).weight(layer) / np.float32(old.gain), drawn(new).weight(layer) / np.float32(new.gain)
        )


def test_layers_seeds_and_purposes_are_independent():
    """No stream is another one in disguise: correlations within 5 standard errors of 0."""
    streams = [
        draws.rng(seed, layer, stream).standard_normal(10_000)
        for seed in (0, 1)
        for layer in (0, 1, 2)
        for stream in draws.Stream
    ]
    correlation = np.corrcoef(streams) - np.eye(len(streams))
    assert np.abs(correlation).max() < 5 / sqrt(10_000)


def test_both_precisions_start_from_the_same_draw():
    single, double = (drawn(Spec(dtype=dtype)).weight(3) for dtype in ("float32", "float64"))
    np.testing.assert_array_equal(single, double.astype(np.float32))


def test_unit_draws_cannot_be_written_to():
    weights = draws.unit_weight(0, 1, (2, 2), unit_normal, np.dtype(np.float32))
    assert not weights.flags.writeable
