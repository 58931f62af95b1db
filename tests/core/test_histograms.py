"""Histograms: nothing raises, nothing is lost, and ordinary data agrees with np.histogram."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gradviz.core.histograms import BINS, DECADES, PER_DECADE, counts, magnitude_counts, shared_edges

ANY = (-np.inf, np.inf)
AWKWARD = [
    [0.0] * 5,
    [np.nan] * 3,
    [np.inf, -np.inf, 1.0],
    [1e300, 1e300, np.nextafter(1e300, 0)],
    [1.0, np.nextafter(1.0, 0)],
    [5e-324, 1e-310, 0.0],
    [-1.7e308, 1.7e308],
    [1e-300, 1e300],
]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("values", AWKWARD, ids=str)
@pytest.mark.parametrize("bounds", [ANY, (0.0, 1.0), (-1.0, 1.0), (0.0, np.inf)], ids=str)
def test_awkward_arrays_are_counted_whole(values, dtype, bounds):
    """Every finite value stands in one bin; edges rise strictly and are finite."""
    with np.errstate(all="ignore"):
        x = np.array(values).astype(dtype)
        edges = shared_edges([x], bounds)
        assert np.isfinite(edges).all() and (np.diff(edges) > 0).all() and len(edges) == BINS + 1
        assert counts(x, edges).sum() == np.isfinite(x).sum()
        places, by_size = magnitude_counts(x)
    assert by_size.sum() == (np.isfinite(x) & (x != 0)).sum()
    assert np.isfinite(places).all() and len(places) == DECADES * PER_DECADE + 1


@given(hnp.arrays(np.float64, st.integers(1, 50), elements=st.floats(-1e308, 1e308)))
def test_any_finite_array_is_counted_whole(x):
    edges = shared_edges([x], ANY)
    assert edges[0] <= x.min() and x.max() <= edges[-1]
    with np.errstate(all="ignore"):
        assert counts(x, edges).sum() == x.size
        assert magnitude_counts(x)[1].sum() == np.count_nonzero(x)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_ordinary_data_agrees_with_numpy(dtype):
    """np.histogram is the oracle where it works; float32 may place a value next to an edge in the next bin."""
    x = np.random.default_rng(0).standard_normal(100_000).astype(dtype)
    edges = shared_edges([x], ANY)
    assert (edges[0], edges[-1]) == (-5.0, 5.0)
    expected = np.histogram(x.astype(np.float64), edges)[0]
    assert np.abs(np.cumsum(counts(x, edges)) - np.cumsum(expected)).max() <= (3 if dtype == np.float32 else 0)


def test_magnitudes_agree_with_numpy():
    x = 10 ** np.random.default_rng(0).uniform(-9, 3, 50_000)
    edges, got = magnitude_counts(x, exponent=-5000)
    shift = 5000 * np.log10(2)
    expected = np.histogram(np.log10(x), edges + shift)[0]
    assert np.abs(np.cumsum(got) - np.cumsum(expected)).max() <= 1
    assert edges[-1] + shift == pytest.approx(3, abs=0.2)


def test_values_outside_go_into_the_end_bins():
    edges = shared_edges([np.zeros(1)], (0.0, 1.0))
    got = counts(np.array([-5.0, 0.5, 7.0, 8.0]), edges)
    assert (got[0], got[BINS // 2], got[-1]) == (1, 1, 2)


def test_the_axis_stays_when_the_data_changes_a_little():
    """Limits are round, and symmetric for what is symmetric."""
    assert shared_edges([np.array([-3.1, 4.2])], ANY)[[0, -1]].tolist() == [-5.0, 5.0]
    assert shared_edges([np.array([-3.9, 4.9])], ANY)[[0, -1]].tolist() == [-5.0, 5.0]
    # One side that is much longer is no symmetry: a leaky ReLU.
    assert shared_edges([np.array([-0.04, 4.2])], ANY)[[0, -1]].tolist() == [-0.04, 5.0]
    assert shared_edges([np.array([0.0, 11.0])], (0.0, np.inf))[[0, -1]].tolist() == [0.0, 15.0]
