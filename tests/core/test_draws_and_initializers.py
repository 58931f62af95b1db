"""Every entry of INITIALIZERS has the variance of the paper it comes from, and draws depend on seed and layer alone."""

from math import sqrt

import numpy as np
import pytest

from gradviz.core import draws
from gradviz.core.initializers import INITIALIZERS, unit_normal
from gradviz.core.network import Network
from gradviz.core.spec import Spec

# Written down from the papers, for fan_in 300 and fan_out 200 at gain 1.
PUBLISHED_VARIANCE = {
    "normal": 1.0,
    "uniform": 1.0,
    "lecun_normal": 1 / 300,
    "lecun_uniform": 1 / 300,
    "glorot_normal": 2 / 500,
    "glorot_uniform": 2 / 500,
    "he_normal": 2 / 300,
    "he_uniform": 2 / 300,
}


def test_every_random_initializer_is_in_the_published_list():
    assert set(PUBLISHED_VARIANCE) == {name for name, entry in INITIALIZERS.items() if entry.variance is not None}


@pytest.mark.parametrize("name", PUBLISHED_VARIANCE)
def test_variance_and_shape_of_the_distribution(name):
    """Mean 0, the published variance times gain², and the kurtosis of the distribution, within 5 standard errors."""
    initializer, gain = INITIALIZERS[name], 1.7
    unit = initializer.draw(np.random.default_rng(0), (200, 300))
    W = unit * initializer.scale(gain, fan_in=300, fan_out=200)
    n, variance = W.size, gain**2 * PUBLISHED_VARIANCE[name]
    kurtosis = 1.8 if "uniform" in name else 3.0
    assert abs(W.mean()) < 5 * sqrt(variance / n)
    assert W.var() == pytest.approx(variance, rel=5 * sqrt((kurtosis - 1) / n))
    assert (W**4).mean() / W.var() ** 2 == pytest.approx(kurtosis, rel=0.05)
    if "uniform" in name:
        assert np.abs(W).max() <= sqrt(3 * variance)


def test_identity_is_c_times_the_identity():
    """The lecture's 1.5·I, to the last bit, and the wide form where fan-in and fan-out differ."""
    np.testing.assert_array_equal(Network(Spec(width=3, initializer="identity", gain=1.5)).weight(2), 1.5 * np.eye(3))
    assert Network(Spec(width=3, data="digits", initializer="identity")).weight(1).shape == (3, 64)


@pytest.mark.parametrize(
    "change", [{"depth": 21}, {"gain": 2.0}, {"activation": "relu"}, {"batch": 8}, {"data": "ones"}], ids=str
)
def test_draws_depend_on_seed_and_layer_alone(change):
    """Changing anything but seed and shape keeps the unit draws of every layer."""
    old, new = Spec(), Spec().replace(**change)
    for layer in (1, 7, 20):
        np.testing.assert_array_equal(
            Network(old).weight(layer) / np.float32(old.gain), Network(new).weight(layer) / np.float32(new.gain)
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
    single, double = (Network(Spec(dtype=dtype)).weight(3) for dtype in ("float32", "float64"))
    np.testing.assert_array_equal(single, double.astype(np.float32))


def test_shelf_keeps_within_its_budget_and_drops_the_oldest():
    """A draw that was dropped is drawn again, the same."""
    shelf, made = draws._Shelf(budget=3 * 800), []

    def get(key):
        def make():
            made.append(key)
            return np.full(100, key, float)

        return shelf.get(key, make)

    for key in (1, 2, 3, 1, 4, 1, 2):
        assert get(key)[0] == key
    assert made == [1, 2, 3, 4, 2]
    assert shelf._held <= 3 * 800
    with pytest.raises(ValueError, match="read-only"):
        get(1)[0] = 5


def test_unit_draws_cannot_be_written_to():
    weights = draws.unit_weight(0, 1, (2, 2), unit_normal, np.dtype(np.float32))
    assert not weights.flags.writeable
