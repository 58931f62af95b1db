"""The verdict, at zeros, infinities and NaN too."""

import numpy as np
import pytest

from gradviz.core.choices.precisions import PRECISIONS
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec
from gradviz.core.verdict import Kind, Verdict

FINE = np.zeros(5)
INF, NAN = np.inf, np.nan


def backward(*log10_sizes):
    """Judge a gradient given from layer 1 to L."""
    return Verdict.of(np.zeros(len(log10_sizes)), np.array(log10_sizes, float), PRECISIONS["float32"])


@pytest.mark.parametrize(
    ("sizes", "kind", "says"),
    [
        ((-8, -6, -4, -2, 0), Kind.VANISHING, "×0.01 per layer, 10⁻⁸ of it reaches layer 1"),
        ((8, 6, 4, 2, 0), Kind.EXPLODING, "×100 per layer, 10⁸ times as large at layer 1"),
        ((-1.1, -1, -0.5, 0, 0), Kind.STABLE, "stable"),
        ((-INF, -INF, -30, -20, 0), Kind.VANISHING, "exactly 0 in float32 from layer 2 down"),
        ((-INF, -INF, -INF), Kind.VANISHING, "exactly 0 in float32 from layer 3 down"),
        ((INF, INF, 30, 0), Kind.EXPLODING, "from layer 2 down it is infinite"),
        ((NAN, INF, 30, 0), Kind.EXPLODING, "cannot be computed: from layer 2 down"),
        ((NAN, NAN), Kind.EXPLODING, "cannot be computed: from layer 2 down"),
        ((-60, -40, -20, 0), Kind.VANISHING, "From layer 1 down it is below the smallest number of float32"),
        ((60, 40, 20, 0), Kind.EXPLODING, "From layer 2 down it is beyond the largest number of float32"),
        ((0, 0, 60, 0, 0), Kind.STABLE, "is stable: ×1.000 per layer, 1.00 of it reaches layer 1."),
        ((0, 0, -60, 0, 0), Kind.STABLE, "is stable: ×1.000 per layer, 1.00 of it reaches layer 1."),
        ((0.0,), Kind.STABLE, "One layer"),
        ((-INF,), Kind.VANISHING, "exactly 0"),
    ],
)
def test_backward(sizes, kind, says):
    verdict = backward(*sizes)
    assert verdict.backward.kind is kind
    assert says in verdict.backward_text()
    assert "number of float32" not in verdict.backward_text() or "number of float32" in says


def test_forward_reads_from_layer_1_up():
    verdict = Verdict.of(np.array([0.0, -2, -4, -INF]), np.zeros(4), PRECISIONS["float64"])
    assert verdict.forward_text() == "The signal vanishes: it is exactly 0 in float64 from layer 4 on."
    assert verdict.forward.zero_layer == 4


def test_threshold_is_three_decades_in_total():
    gently = np.linspace(1, 0, 30)
    assert backward(*(-2.99 * gently)).backward.kind is Kind.STABLE
    assert backward(*(-3.01 * gently)).backward.kind is Kind.VANISHING
    assert backward(*(3.01 * gently)).backward.kind is Kind.EXPLODING


@pytest.mark.parametrize(
    ("factor", "kind"), [(2.0, Kind.EXPLODING), (1.9, Kind.STABLE), (0.51, Kind.STABLE), (0.5, Kind.VANISHING)]
)
def test_a_factor_of_two_per_layer_counts_at_any_depth(factor, kind):
    """The lecture's 0.5·I vanishes in three layers too."""
    assert backward(*(np.log10(factor) * np.array([2.0, 1.0, 0.0]))).backward.kind is kind


def test_a_zero_on_the_way_is_not_a_zero_from_there_on():
    """Exactly 0 from layer l on means: at l and in every layer after it."""
    verdict = Verdict.of(np.array([-INF, -0.3, -INF, -0.3, 0, 0]), np.zeros(6), PRECISIONS["float32"])
    assert verdict.forward.zero_layer is None and verdict.forward.kind is not Kind.VANISHING
    assert Verdict.of(np.array([0, -INF, -1, -INF, -INF]), np.zeros(5), PRECISIONS["float32"]).forward.zero_layer == 4


def test_the_factor_is_the_geometric_mean():
    """c·I: the factor per layer is c, whatever the depth."""
    for depth in (2, 7, 152):
        spec = Spec(activation="linear", initializer="identity", gain=0.9, depth=depth, width=5, dtype="float64")
        signal = simulate(spec).verdict.backward
        assert 10**signal.log10_factor == pytest.approx(0.9, rel=1e-12)
        assert signal.steps == depth - 1


@pytest.mark.parametrize("text", ["initializer=zeros&activation=sigmoid", "initializer=zeros&activation=tanh&bias_std=1"])
def test_what_is_the_same_whatever_goes_in_is_no_signal(text):
    """Every activation is ½, or what the biases say, and so is the root mean square; nothing of the input is left."""
    verdict = simulate(Spec.from_text(text).replace(depth=5)).verdict
    assert verdict.forward.kind is Kind.VANISHING
    assert verdict.forward_text() == "The signal vanishes: from layer 1 on it is the same, whatever goes in."


def test_of_one_layer_nothing_is_told():
    assert "One layer" in simulate(Spec(depth=1, initializer="zeros", activation="sigmoid")).verdict.forward_text()


def test_inputs_that_are_all_the_same_stay_a_signal():
    """The lecture's first example: a batch of ones, which every layer multiplies by 0.9."""
    spec = Spec(activation="linear", initializer="identity", gain=0.9, depth=9, data="ones", width=5)
    assert simulate(spec).verdict.forward.kind is Kind.STABLE


def test_an_output_layer_of_another_kind_is_not_judged():
    """Shares of a softmax are 1/n in size, however well the signal came there."""
    spec = Spec(depth=5, activation="tanh", initializer="lecun_normal")
    plain, shares = simulate(spec.replace(depth=4)).verdict, simulate(spec.replace(output_activation="softmax")).verdict
    assert shares.depth == 4
    assert shares.forward == plain.forward
    assert shares.backward.kind is Kind.STABLE


def test_of_two_layers_both_are_judged():
    """Whatever the second one is."""
    assert simulate(Spec(depth=2, output_activation="softmax", loss="cross_entropy")).verdict.depth == 2


def test_a_gradient_beyond_the_precision_is_told():
    verdict = simulate(Spec(depth=300, activation="tanh", initializer="lecun_normal", gain=4.0)).verdict
    assert verdict.backward.overflow_layer is not None and "beyond the largest number of float32" in verdict.backward_text()
