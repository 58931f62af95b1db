"""Why a layer multiplies by what it does: the parts multiply to the measured number, and are what theory says of them."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strategies import VALUES, specs

from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec
from gradviz.report.factors import backward_factor, forward_factor


def frame_of(text):
    return simulate(Spec.from_text(text))


def factors_of(frame):
    for layer in range(1, frame.depth + 1):
        yield layer, forward_factor(frame, layer)
        backward = backward_factor(frame, layer)
        assert (backward is None) is (layer == 1)
        if backward is not None:
            yield layer, backward


SMALL = specs(
    {name: values for name, values in VALUES.items() if name not in ("widths", "data_file")}
    | {"depth": st.integers(1, 8), "width": st.integers(1, 24), "batch": st.integers(1, 12), "jacobian": st.just(False)}
    | {"data": st.sampled_from(["gaussian", "ones", "digits", "unlike"])}
)


@settings(max_examples=200, deadline=None)
@example(Spec(depth=1, width=1, activation="linear", gain=0.0, bias_std=1.0))  # nothing but biases: E (z − b)² = 0
@given(SMALL)
def test_the_parts_multiply_to_what_is_measured(spec):
    """Over 200 experiments of every kind: to the last digit, or there are no parts because one is 0, infinite or NaN."""
    frame = simulate(spec)
    with np.errstate(all="ignore"):
        sizes = np.log10([frame.input_rms, *frame.series["activation_rms"]])
    gradients = frame.series["log10_grad_a_rms"]
    for layer, factor in factors_of(frame):
        with np.errstate(all="ignore"):
            measured = sizes[layer] - sizes[layer - 1] if factor.way == "forward" else gradients[layer - 2] - gradients[layer - 1]
        if np.isfinite(measured):
            assert factor.log10 == pytest.approx(measured, abs=1e-12)
        if factor.parts:
            assert sum(part.log10 for part in factor.parts) == pytest.approx(factor.log10, abs=1e-9)
            assert len({part.name for part in factor.parts}) == 3


def part(factor, beginning):
    [found] = [part for part in factor.parts if part.name.startswith(beginning)]
    return 10**found.log10


def test_he_s_relu_is_root_two_times_root_a_half():
    """He et al. 2015: √(n · 2/n) and √(1/2), on either way; what is left is the draw."""
    frame = frame_of("depth=6&width=400&batch=100&activation=relu&initializer=he_normal")
    for _layer, factor in factors_of(frame):
        assert part(factor, "weights") == pytest.approx(2**0.5, rel=1e-12)
        assert part(factor, "activation") == pytest.approx(0.5**0.5, rel=1e-12)
        assert part(factor, "this draw") == pytest.approx(1, abs=0.1)


def test_a_sigmoid_s_derivative_is_integrated():
    """E f′(z)² for z ~ N(0, q), by the trapezoid rule."""
    frame = frame_of("depth=8&width=300&initializer=glorot_normal")
    layer = 5
    q = float(frame.series["activation_rms"][layer - 2]) ** 2
    z = np.linspace(-12, 12, 40001) * np.sqrt(q)
    density = np.exp(-z * z / (2 * q)) / np.sqrt(2 * np.pi * q)
    slope = np.exp(-z) / (1 + np.exp(-z)) ** 2
    factor = backward_factor(frame, layer)
    assert part(factor, "weights") == pytest.approx(1, rel=1e-12)
    assert part(factor, "activation") == pytest.approx(np.sqrt(np.trapezoid(slope**2 * density, z)), rel=1e-6)


def test_fan_out_is_what_counts_on_the_way_back():
    """With 400 and 100 units, 1/fan_in leaves the signal and halves, or doubles, the gradient."""
    frame = frame_of("widths=400-100-400&batch=50&activation=linear&initializer=lecun_normal")
    assert part(forward_factor(frame, 2), "weights") == pytest.approx(1, rel=1e-12)
    assert part(backward_factor(frame, 2), "weights") == pytest.approx(0.5, rel=1e-12)
    assert part(backward_factor(frame, 3), "weights") == pytest.approx(2, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("activation=tanh&initializer=orthogonal", "these weights"),
        ("activation=tanh&initializer=lecun_normal&shared_weights=true", "these weights"),
        ("activation=relu&initializer=he_normal&residual=2", "skip connection"),
        ("activation=relu&initializer=he_normal&normalization=batch", "this draw"),
    ],
)
def test_where_no_theory_holds_the_parts_are_measured(text, last):
    frame = frame_of(f"depth=6&width=50&{text}")
    factor = backward_factor(frame, 3)
    inside = frame.series["log10_grad_z_rms"][2] - frame.series["log10_grad_a_rms"][2]
    assert factor.parts[1].log10 == pytest.approx(inside, abs=1e-12)
    assert factor.parts[2].name.startswith(last)
