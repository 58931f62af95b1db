"""The verdict, at zeros, infinities and NaN too, and what it says in words."""

import numpy as np
import pytest
from verdicts import judged

from gradviz.core.choices.precisions import PRECISIONS
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec
from gradviz.core.verdict import State, state_of
from gradviz.report.headline import headline
from gradviz.report.verdict import backward_text, forward_text, lines, text

INF, NAN = np.inf, np.nan


def backward(*log10_sizes, causes=None):
    """Judge a gradient given from layer 1 to L."""
    ones = np.ones(len(log10_sizes))
    series = {"activation_rms": ones, "activation_spread": ones, "log10_grad_a_rms": np.array(log10_sizes, float)}
    return judged(series, PRECISIONS["float32"], causes=causes)


def forward(*spreads, sizes=None, dtype="float32", **known):
    """Judge a signal given from layer 1 to L."""
    spreads = np.array(spreads, float)
    sizes = np.ones(len(spreads)) if sizes is None else np.array(sizes, float)
    series = {"activation_rms": sizes, "activation_spread": spreads, "log10_grad_a_rms": np.zeros(len(spreads))}
    return judged(series, PRECISIONS[dtype], **known)


def of(line):
    return simulate(Spec.from_text(line)).verdict


@pytest.mark.parametrize(
    ("total", "state"),
    [
        (0, State.VANISHES),
        (0.00099, State.VANISHES),
        (0.001, State.SHRINKS),
        (0.0016, State.SHRINKS),
        (0.333, State.SHRINKS),
        (1 / 3, State.HOLDS),
        (0.43, State.HOLDS),
        (3, State.HOLDS),
        (3.01, State.GROWS),
        (183, State.GROWS),
        (1000, State.GROWS),
        (1001, State.EXPLODES),
        (INF, State.EXPLODES),
        (NAN, State.EXPLODES),
    ],
)
def test_five_words(total, state):
    """vanishes < 10⁻³ ≤ shrinks < ⅓ ≤ holds ≤ 3 < grows ≤ 10³ < explodes."""
    with np.errstate(divide="ignore"):
        assert state_of(float(np.log10(total))) is state


@pytest.mark.parametrize(
    ("sizes", "state", "says"),
    [
        ((-8, -6, -4, -2, 0), State.VANISHES, "×0.01 per layer (10⁻³ at 3 layers), 10⁻⁸ of it reaches layer 1"),
        ((8, 6, 4, 2, 0), State.EXPLODES, "×100 per layer (10³ at 3 layers), 10⁸ times as large at layer 1"),
        ((-0.4, -1, -0.5, 0, 0), State.SHRINKS, "0.10 of it at layer 2, 0.40 at layer 1"),
        ((-0.4, -0.3, -0.2, -0.1, 0), State.HOLDS, "×0.79 per layer (10⁻³ at 31 layers), 0.40 of it reaches layer 1"),
        ((-INF, -INF, -30, -20, 0), State.VANISHES, "from layer 2 down it is exactly 0"),
        ((-INF, -INF, -INF), State.VANISHES, "from layer 3 down it is exactly 0"),
        ((INF, INF, 30, 0), State.EXPLODES, "from layer 2 down it is infinite in float32"),
        ((NAN, INF, 30, 0), State.EXPLODES, "from layer 2 down it is infinite or NaN in float32"),
        ((NAN, NAN), State.EXPLODES, "from layer 2 down it is infinite or NaN in float32"),
        ((-2, -1, INF, INF, 0), State.EXPLODES, "explodes: infinite in float32 at layer 4, ×0.01 at layer 1."),
        ((5, 0, INF, 0), State.EXPLODES, "explodes: infinite in float32 at layer 3, ×10⁵ at layer 1."),
        ((-INF, -INF, INF, 0), State.EXPLODES, "explodes: infinite in float32 at layer 3, from layer 2 down it is exactly 0."),
        ((INF, 0, INF, 0), State.EXPLODES, "explodes: from layer 1 down it is infinite in float32."),
        ((-60, -40, -20, 0), State.VANISHES, "It is below the smallest number of float32 from layer 1 down."),
        ((60, 40, 20, 0), State.EXPLODES, "It is beyond the largest number of float32 from layer 2 down."),
        (
            (0, 0, 60, 0, 0),
            State.EXPLODES,
            "×10⁶⁰ at layer 3, ×1.00 at layer 1. It is beyond the largest number of float32 at layer 3:",
        ),
        (
            (0, 0, -60, 0, 0),
            State.VANISHES,
            "10⁻⁶⁰ of it at layer 3, 1.00 at layer 1. It is below the smallest number of float32 at layer 3:",
        ),
    ],
)
def test_backward(sizes, state, says):
    verdict = backward(*sizes)
    assert verdict.gradient.state is state
    assert says in backward_text(verdict)
    assert "number of float32" not in backward_text(verdict) or "number of float32" in says


def test_forward_reads_from_layer_1_up():
    verdict = forward(1, 0.1, 0.01, 0, sizes=[1, 0.1, 0.01, 0], dtype="float64", causes=("precision", ""))
    assert forward_text(verdict) == "The signal vanishes: from layer 4 on it is exactly 0 in float64."
    assert verdict.signal.zero.layer == 4


def test_a_zero_beside_a_skip_connection_is_no_end():
    """Exactly 0 from layer l on means: at l and in every layer after it."""
    verdict = backward(0, 0, -INF, -0.3, -INF, -0.3)
    assert verdict.gradient.zero is None and verdict.gradient.state is State.HOLDS
    assert backward(-INF, -INF, -1, -INF, 0).gradient.zero.layer == 2


@pytest.mark.parametrize(("factor", "layers"), [(1.5, 19), (0.5, 11), (2.0, 11), (0.1, 4), (10.0, 4), (0.94, 113), (1.06, 120)])
def test_a_factor_that_is_not_1_says_where_it_leads(factor, layers):
    """n factors are n + 1 layers: 1.5**18 is the first above 10³, 0.1**3 is 10⁻³."""
    verdict = backward(*(np.log10(factor) * np.array([2.0, 1.0, 0.0])))
    assert verdict.gradient.layers_to_threshold == layers
    assert f"at {layers} layers)" in backward_text(verdict)
    assert factor ** (layers - 1) >= 999.9999 or factor ** (layers - 1) <= 0.001000001
    assert 0.001 < factor ** (layers - 2) < 1000


@pytest.mark.parametrize("factor", [0.951, 1.0, 1.049])
def test_a_factor_near_1_leads_nowhere(factor):
    verdict = backward(*(np.log10(factor) * np.array([2.0, 1.0, 0.0])))
    assert verdict.gradient.layers_to_threshold is None and "layers)" not in backward_text(verdict)


def test_the_factor_is_the_geometric_mean():
    """c·I: the factor per layer is c, whatever the depth."""
    for depth in (2, 7, 152):
        spec = Spec(activation="linear", initializer="identity", gain=0.9, depth=depth, width=5, dtype="float64")
        signal = simulate(spec).verdict.gradient
        assert 10**signal.log10_factor == pytest.approx(0.9, rel=1e-12)
        assert signal.steps == depth - 1


def test_the_signal_is_what_differs_not_the_size():
    """Glorot's sigmoid: the size stays where it is, the signal vanishes as fast as the gradient."""
    for dtype in ("float32", "float64"):
        verdict = of(f"depth=20&activation=sigmoid&initializer=glorot_uniform&dtype={dtype}")
        assert (verdict.signal.state, verdict.size.state, verdict.gradient.state) == (State.VANISHES, State.HOLDS, State.VANISHES)
        assert abs(verdict.signal.log10_factor - verdict.gradient.log10_factor) < 0.02
        assert "The size holds: " in forward_text(verdict) and headline(verdict)[1].sentence.endswith(" The size holds.")
    assert "from layer 11 on it is below the rounding of float32" in forward_text(
        of("depth=20&activation=sigmoid&initializer=glorot_uniform")
    )


def test_a_signal_lost_in_rounding_is_judged_above_it():
    verdict = forward(0.1, 0.03, 0.01, NAN, NAN, lost=[4, 5])
    assert (verdict.signal.state, verdict.signal.steps, verdict.signal.lost.layer) == (State.SHRINKS, 2, 4)
    assert 10**verdict.signal.log10_total == pytest.approx(0.1)
    nothing = forward(NAN, NAN, NAN, lost=[1, 2, 3])
    assert nothing.signal.state is State.VANISHES
    equal = forward(0.1, 0.1, NAN, NAN, equal=[3, 4])
    assert equal.signal.state is State.VANISHES
    assert forward_text(equal).startswith("The signal vanishes: from layer 3 on it is the same, whatever goes in.")


def test_what_a_skip_connection_brings_is_judged_from_where_it_is_there():
    """Two factors of 0.1 after two layers of 0 are 0.1 per layer."""
    judgement = backward(-2, -1, 0, -INF, -INF).gradient
    assert (judgement.log10_total, judgement.steps, judgement.log10_factor) == (-2, 2, -1)


def test_where_a_signal_goes_before_it_is_lost_is_said():
    far = forward(0.1, 1e4, 0.05, NAN, lost=[4]).signal
    assert (far.state, far.farthest.layer, far.layers_to_threshold) == (State.EXPLODES, 2, None)
    says = "The signal explodes: ×10⁵ at layer 2, from layer 4 on it is below the rounding of float32."
    assert forward_text(forward(0.1, 1e4, 0.05, NAN, lost=[4])).startswith(says)
    infinite = forward(0.1, INF, INF, NAN, NAN, sizes=(1, INF, INF, 1, 1), equal=[4, 5])
    assert (infinite.signal.state, infinite.signal.log10_total) == (State.EXPLODES, -INF)
    says = "The signal explodes: infinite in float32 at layer 2, from layer 4 on it is the same, whatever goes in."
    assert forward_text(infinite).startswith(says)


def test_an_output_of_the_same_kind_is_judged_with_the_others():
    """Sigmoid after sigmoid is no other kind; sigmoid after tanh is, and so is one that is not normalized after layers that are."""
    line = "depth=5&output_activation=sigmoid&activation="
    kinds = {"sigmoid": 5, "tanh": 4, "sigmoid&normalization=layer": 4, "sigmoid&residual=1": 4}
    assert {kind: of(line + kind).depth for kind in kinds} == kinds
    same = simulate(Spec.from_text(line + "sigmoid")), simulate(Spec.from_text("depth=5&activation=sigmoid"))
    for key, values in same[1].series.items():
        np.testing.assert_array_equal(same[0].series[key], values, err_msg=key)


def test_what_a_skip_connection_brings_back_is_not_lost():
    verdict = forward(0.1, NAN, 0.1, NAN, 0.1, lost=[2, 4])
    assert verdict.signal.state is State.HOLDS and verdict.signal.lost is None


@pytest.mark.parametrize("line", ["initializer=zeros&activation=sigmoid", "initializer=zeros&activation=tanh&bias_std=1"])
def test_what_is_the_same_whatever_goes_in_is_no_signal(line):
    """Every activation is ½, or what the biases say, and so is the root mean square; nothing of the input is left."""
    verdict = of(f"depth=5&{line}")
    assert verdict.signal.state is State.VANISHES
    assert forward_text(verdict).startswith("The signal vanishes: from layer 1 on it is the same, whatever goes in.")


@pytest.mark.parametrize(
    "line",
    [
        "depth=1",
        "depth=1&initializer=zeros&activation=sigmoid",
        "depth=1&gain=0",
        "depth=1&data=ones",
        "depth=2&output_activation=softmax",
    ],
)
def test_of_one_layer_nothing_is_said(line):
    verdict = of(line)
    assert (verdict.signal or verdict.size).state is verdict.size.state is verdict.gradient.state is None
    assert text(verdict) == forward_text(verdict) == "One layer: there is nothing to cross."
    assert lines(verdict) == [text(verdict)]
    [line] = headline(verdict)
    assert (line.chip, line.sentence) == ("", text(verdict))


@pytest.mark.parametrize("line", ["data=ones", "batch=1"])
def test_without_a_spread_the_size_is_judged_and_called_size(line):
    """The lecture's first example: a batch of ones, which every layer multiplies by 0.9."""
    verdict = of(f"activation=linear&initializer=identity&gain=0.9&depth=9&width=5&{line}")
    assert verdict.signal is None and verdict.forward is verdict.size and verdict.size.state is State.HOLDS
    assert forward_text(verdict).startswith(
        "No two examples differ: there is no signal between them. The size holds: ×0.900 per layer (10⁻³ at 67 layers)"
    )


@pytest.mark.parametrize("line", ["data=ones", "batch=1&activation=relu&bias_std=0.5", "activation=relu&data=ones&bias_std=0.5"])
def test_batch_normalization_of_equal_examples_is_noise(line):
    """Dividing by √ε makes 0.7 of a rounding error; it is called what it is, and no size is told of it."""
    verdict = of(f"depth=12&normalization=batch&{line}")
    assert verdict.noise_layer == 1
    assert forward_text(verdict).endswith(
        "rounding noise between the examples, and divides it by √ε: what follows is no signal."
    ) and "size" not in forward_text(verdict)


@pytest.mark.parametrize("normalization", ["layer", "rms"])
def test_normalization_over_units_is_no_noise(normalization):
    assert of(f"depth=6&data=ones&normalization={normalization}").noise_layer is None


def test_noise_that_grows_again_is_no_signal():
    """Equal inputs through a chaotic network: ulps grow to differences of size 1, and are none."""
    frame = simulate(Spec.from_text("depth=60&data=ones&activation=tanh&initializer=lecun_normal&gain=4"))
    assert np.isnan(frame.series["activation_spread"]).all() and frame.verdict.signal is None


def test_an_output_layer_of_another_kind_is_judged_apart():
    """Shares of a softmax are 1/n in size, however well the signal came there."""
    spec = Spec(depth=5, activation="tanh", initializer="lecun_normal")
    plain, shares = simulate(spec.replace(depth=4)).verdict, simulate(spec.replace(output_activation="softmax")).verdict
    assert shares.depth == 4 and shares.has_own_output and not plain.has_own_output
    assert shares.signal == plain.signal and shares.size == plain.size
    assert shares.gradient.state is State.HOLDS


@pytest.mark.whole
def test_a_course_that_comes_back_has_the_word_of_its_farthest_point():
    """The total course is 0.13, the way there leads through 10³·⁶ and 10⁻⁴·³."""
    verdict = of("depth=200&activation=linear&initializer=normal&gain=0.035&width_profile=hourglass&width=1600&batch=16")
    for judgement in (verdict.signal, verdict.size, verdict.gradient):
        assert judgement.state is State.VANISHES
        assert -4.6 < judgement.farthest.log10_total < -4 and -1.2 < judgement.log10_total < -0.6
    assert "of it at layer" in forward_text(verdict) and forward_text(verdict).endswith(" at layer 200.")


def test_a_gradient_that_float16_cannot_hold_does_not_hold():
    """At depth 400 no number of float16 is as small as the gradient."""
    frame = simulate(
        Spec.from_text("depth=400&width=100&activation=linear&initializer=lecun_normal&gain=0.95&dtype=float16&batch=16")
    )
    assert frame.series["grad_a_underflow"][0] == 1
    assert frame.verdict.gradient.state is State.VANISHES and frame.verdict.gradient.underflow.lasts


@pytest.mark.parametrize(
    ("line", "forward_says", "backward_says"),
    [
        (
            "depth=160&activation=linear&initializer=identity&gain=0.5",
            "from layer 152 on it is exactly 0 in float32",
            "10⁻⁴⁸ of it reaches",
        ),
        ("depth=6&activation=tanh&gain=0", "all weights of layer 1 are 0", "all weights of layer 6 are 0"),
        ("depth=6&activation=relu&gain=0", "all weights of layer 1 are 0", "no unit of layer 6 passes it on"),
        (
            "depth=6&width=1&activation=relu&initializer=normal&seed=2",
            "all units of layer 2 are dead",
            "no unit of layer 6 passes it on",
        ),
        ("depth=6&activation=hardtanh&initializer=normal&gain=1000000", "The signal holds", "no unit of layer 6 passes it on"),
        (
            "depth=3&width=1&activation=sigmoid&gain=100000&initializer=normal&batch=4&seed=0",
            "exactly 0 in float32",
            "from layer 2 down it is exactly 0 in float32",
        ),
    ],
)
def test_exactly_0_names_its_cause(line, forward_says, backward_says):
    """Only a precision that has no smaller number makes an exact 0 "in float32"."""
    verdict = of(line)
    assert forward_says in forward_text(verdict)
    assert backward_says in backward_text(verdict)
    if "exactly 0 in" not in forward_says:
        assert "in float32" not in forward_text(verdict)


def test_a_gradient_beyond_the_precision_is_said():
    verdict = of("depth=300&activation=tanh&initializer=lecun_normal&gain=4.0")
    assert verdict.gradient.overflow is not None and "beyond the largest number of float32" in backward_text(verdict)


def test_an_input_of_zeros_is_the_cause_of_all_that_follows(tmp_path):
    """No two examples differ, and the size is 0 because the input is."""
    path = tmp_path / "zeros.csv"
    path.write_text("0,0,0\n" * 8)
    verdict = simulate(Spec(depth=4, width=5, data="file", data_file=str(path), normalize="none", activation="tanh")).verdict
    assert verdict.signal is None and verdict.size.zero.cause == "input"
    assert forward_text(verdict).endswith("The size vanishes: the input is 0.")


@pytest.mark.parametrize(
    ("gain", "depth", "state", "says"),
    [
        (1.5, 3, State.HOLDS, "×1.50 per layer (10³ at 19 layers), 2.25 times as large at layer 3"),
        (0.5, 3, State.SHRINKS, "×0.50 per layer (10⁻³ at 11 layers), 0.25 of it reaches layer 3"),
        (0.43, 2, State.HOLDS, "×0.43 per layer (10⁻³ at 10 layers), 0.43 of it reaches layer 2"),
        (183 ** (1 / 9), 10, State.GROWS, "183 times as large at layer 10"),
        (0.0016 ** (1 / 9), 10, State.SHRINKS, "1.6·10⁻³ of it reaches layer 10"),
    ],
)
def test_networks_that_multiply_have_the_word_of_their_product(gain, depth, state, says):
    """c·I: signal, size and gradient all go by c, and none is merely stable."""
    verdict = simulate(
        Spec(depth=depth, width=4, activation="linear", initializer="identity", gain=gain, dtype="float64")
    ).verdict
    assert (verdict.signal.state, verdict.size.state, verdict.gradient.state) == (state, state, state)
    assert says in forward_text(verdict)


def test_what_is_printed_as_1_is_not_called_larger():
    """1.0048 is printed as 1.00, 1.0052 as 1.01."""
    assert "1.00 of it reaches layer 1" in backward_text(backward(np.log10(1.0048), 0))
    assert "1.01 times as large at layer 1" in backward_text(backward(np.log10(1.0052), 0))
