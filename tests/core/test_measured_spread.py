"""The spread between examples, against the same thing computed in another way, and what networks show of it."""

from fractions import Fraction

import numpy as np
import pytest

from gradviz.core.choices.precisions import PRECISIONS
from gradviz.core.measures import moments, spread_between_examples
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec
from gradviz.core.verdict import State

GLOROT = "depth=20&width=100&activation=sigmoid&initializer=glorot_uniform"


def exact(x):
    """Return the mean over units of Σ (x − mean)² / B, in rational numbers."""
    rows = [[Fraction(float(value)) for value in row] for row in x]
    total = Fraction(0)
    for column in zip(*rows, strict=True):
        mean = sum(column) / len(column)
        total += sum((value - mean) ** 2 for value in column) / len(column)
    return total / len(rows[0])


def measured(x, dtype):
    with np.errstate(over="ignore"):
        return spread_between_examples(x, moments(x).rms, PRECISIONS[dtype].eps)


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("offset", [0.0, 1.0, 300.0])
@pytest.mark.parametrize("size", [1.0, 1e-3])
def test_it_is_the_root_of_the_mean_variance(dtype, offset, size):
    """Exact to float64's digits, also where a common offset is much larger than the differences."""
    precision = PRECISIONS[dtype]
    x = offset + size * np.random.default_rng(1).standard_normal((9, 5))
    x = precision.round(x.astype(precision.computes_in))
    found, square = measured(x, dtype), exact(x)
    assert found.value**2 == pytest.approx(float(square), rel=1e-12)
    assert found.is_lost == (float(square) < (4 * precision.eps * moments(x).rms) ** 2)


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1e160, 1e200, 1e307])
def test_sizes_whose_squares_float64_cannot_hold(scale):
    x = np.random.default_rng(2).uniform(-1, 1, (7, 4))
    assert measured(scale * x, "float64").value / scale == pytest.approx(float(np.sqrt(float(exact(x)))), rel=1e-12)


def test_equal_examples_and_one_ulp():
    """Exactly equal is exactly 0; one unit in the last place is measured as it is, and is rounding."""
    x = np.full((6, 3), 0.7)
    assert measured(x, "float64") == (0.0, True)
    x[2, 1] = np.nextafter(0.7, 1)
    found = measured(x, "float64")
    assert found.value**2 == pytest.approx(float(exact(x)), rel=1e-12) and found.value > 0 and found.is_lost


def test_one_example_and_what_is_no_number():
    assert measured(np.array([[1.0, -2.0]]), "float32") == (0.0, True)
    assert measured(np.array([[1.0], [np.inf]]), "float32") == (np.inf, False)
    value, is_lost = measured(np.array([[1.0], [np.nan]]), "float32")
    assert np.isnan(value) and not is_lost
    assert measured(np.zeros((3, 2)), "float32") == (0.0, False)


@pytest.mark.parametrize(("layer", "figure"), [(1, 0.21), (2, 4.8e-2), (5, 6.1e-4), (10, 4.5e-7), (20, 2.3e-13)])
def test_twenty_sigmoid_layers(layer, figure):
    """The published figures are of one draw; over eight seeds the geometric mean is within a tenth in the first layers, a third at 20."""
    spec = Spec.from_text(f"{GLOROT}&dtype=float64")
    logs = [np.log(simulate(spec.replace(seed=seed)).series["activation_spread"][layer - 1]) for seed in range(8)]
    assert np.exp(np.mean(logs)) == pytest.approx(figure, rel=0.1 if layer < 10 else 0.35)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_below_rounding_is_nan_and_stays_so(dtype):
    """From the layer on where float64's spread is below 4 eps · RMS, or one beside it; and never a better word than float64's."""
    coarse, fine = (simulate(Spec.from_text(f"{GLOROT}&dtype={name}")) for name in (dtype, "float64"))
    spread = coarse.series["activation_spread"]
    first = int(np.argmax(np.isnan(spread)))
    expected = int(np.argmax(fine.series["activation_spread"] < 4 * PRECISIONS[dtype].eps * fine.series["activation_rms"]))
    assert np.isnan(spread[first:]).all() and not np.isnan(spread[:first]).any()
    assert abs(first - expected) <= 1
    assert fine.verdict.signal.state is State.VANISHES
    assert list(State).index(coarse.verdict.signal.state) <= list(State).index(State.SHRINKS)


def test_a_signal_that_a_skip_connection_brings_begins_where_it_is():
    """Layer 1 is dead, and layer 2 has the input again: nothing is compared with the 0 of layer 1."""
    frame = simulate(
        Spec.from_text("depth=8&width=1&activation=relu&initializer=normal&bias_std=20&residual=2&seed=1&dtype=float64")
    )
    spread = frame.series["activation_spread"]
    alive = np.flatnonzero(spread > 0)
    judged = frame.verdict.signal
    assert spread[0] == 0 and alive[0] > 0 and spread[-1] > 0
    assert 10**judged.log10_total == pytest.approx(spread[-1] / spread[alive[0]])
