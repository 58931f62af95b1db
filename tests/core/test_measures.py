"""Moments in float64, right at every size and for everything that is no number."""

from fractions import Fraction
from math import inf, isnan, log10, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gradviz.core.measures import MEASURES, moments

SIZES = st.floats(-1e300, 1e300, allow_subnormal=True)
FEW_DIGITS = -317.0
"""log10 of the size below which float64 has not six digits."""


@given(hnp.arrays(np.float64, st.integers(1, 30), elements=SIZES))
def test_moments_agree_with_exact_rational_arithmetic(x):
    """Mean, standard deviation and RMS against fractions: no false 0 below 1e-154, no false infinity above 1e154."""
    exact = [Fraction(float(value)) for value in x]
    n = len(exact)
    mean = sum(exact) / n
    square = sum(value * value for value in exact) / n
    got, peak = moments(x), float(np.abs(x).max())
    assert got.mean == pytest.approx(float(mean), rel=1e-12, abs=1e-15 * peak)
    assert got.log10_rms == (-inf if not square else pytest.approx(_log10(square) / 2, rel=1e-12, abs=1e-13))
    variance = square - mean * mean
    if variance:
        log10_std = _log10(variance) / 2
        if log10_std > max(log10(peak) - 7, FEW_DIGITS):
            assert log10(got.std) == pytest.approx(log10_std, abs=1e-6)
    else:
        assert got.std == pytest.approx(0, abs=1e-15 * peak)


def _log10(value: Fraction) -> float:
    """log10 of any positive fraction, also beyond what a float holds."""
    digits = len(str(value.numerator)) - len(str(value.denominator))
    return digits + log10(value / Fraction(10) ** digits)


def test_a_saturated_layer_keeps_its_last_spread():
    """Two neighbours of 1 in float32 differ by 6e-8, and that is their spread: not 0, and not rounding noise."""
    x = np.array([1.0, np.nextafter(np.float32(1), np.float32(0))] * 5000, np.float32)
    assert moments(x).std == pytest.approx(2.0**-25, rel=1e-6)


@pytest.mark.parametrize(("low", "high"), [(1.0, np.nextafter(1, 2)), (1e15, 1e15 + 0.125), (-3.0, np.nextafter(-3, 0))])
def test_the_spread_of_neighbours_is_half_their_distance(low, high):
    """Their mean is no number of float64, and its rounding is no part of the spread."""
    assert moments(np.array([low, high] * 50)).std == pytest.approx((high - low) / 2, rel=1e-9)


@pytest.mark.parametrize("value", [0.1, -3e38, 1e-45])
def test_a_constant_has_no_spread_at_all(value):
    x = np.full(1000, value, np.float32)
    got = moments(x)
    assert (got.mean, got.std, got.rms) == (float(x[0]), 0.0, abs(float(x[0])))


def test_the_exponent_counts():
    got = moments(np.array([3.0, -4.0])).times_two_to(-2000)
    assert got.rms == 0.0  # beyond float64 …
    assert got.log10_rms == pytest.approx(log10(sqrt(12.5)) - 2000 * log10(2))  # … and still known


@pytest.mark.parametrize(
    ("values", "mean", "size", "shares"),
    [
        ([1.0, inf], inf, inf, (0, 0.5, 0)),
        ([-inf, 0.0, 0.0, 2.0], -inf, inf, (0.5, 0.25, 0)),
        ([inf, -inf], None, inf, (0, 1, 0)),
        ([np.nan, 1.0, inf, 0.0], None, None, (0.25, 0.25, 0.25)),
        ([0.0, -0.0], 0.0, 0.0, (1, 0, 0)),
    ],
)
def test_what_is_no_number_is_named(values, mean, size, shares):
    """Infinities and NaN show in the moments, and the shares say how many."""
    with np.errstate(all="ignore"):
        got = moments(np.array(values))
    assert isnan(got.mean) if mean is None else got.mean == mean
    assert isnan(got.rms) if size is None else got.rms == size
    assert (got.zero, got.infinite, got.nan) == shares


@pytest.mark.parametrize("key", MEASURES)
def test_every_measure_has_a_title(key):
    assert MEASURES[key].key == key and MEASURES[key].title
