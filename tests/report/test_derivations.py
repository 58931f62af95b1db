"""Where numbers come from: what is written is what the Frame holds, and it multiplies to the number that is shown."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradviz.core.measures import MEASURES
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec
from gradviz.i18n import use_language
from gradviz.numbers import power_text
from gradviz.report.derivations import of_layer_number, of_verdict

SUPERSCRIPT = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def value_of(text):
    """What a number on the screen says."""
    mantissa, _times, power = text.replace("−", "-").partition("·10")
    if mantissa.startswith("10") and not power and re.search("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]", mantissa):
        return 10.0 ** int(mantissa[2:].translate(SUPERSCRIPT))
    return float(mantissa) * 10.0 ** (int(power.translate(SUPERSCRIPT)) if power else 0)


SPECS = st.builds(
    Spec,
    depth=st.integers(2, 24),
    width=st.integers(4, 40),
    batch=st.just(16),
    activation=st.sampled_from(["sigmoid", "tanh", "relu", "gelu", "selu"]),
    initializer=st.sampled_from(["glorot_normal", "he_normal", "lecun_uniform", "normal"]),
    gain=st.sampled_from([0.5, 1.0, 1.7]),
    seed=st.integers(0, 99),
)


@settings(max_examples=60)
@given(SPECS)
def test_the_quotient_and_the_root_are_those_of_the_numbers_written(spec):
    frame = simulate(spec)
    judged, text = frame.verdict.gradient, of_verdict(frame, "gradient")
    lines = text.split("\n")
    if judged.farthest is None and judged.zero is None and len(lines) == 3:
        last, first, total = (value_of(each) for each in re.split(" / | = ", lines[1]))
        assert total == pytest.approx(last / first, rel=0.02)
        assert power_text(judged.log10_total) in lines[2]
        factor = value_of(lines[2].split("= ×")[1].split(" ")[0])
        assert factor**judged.steps == pytest.approx(total, rel=0.055 * judged.steps)


def test_the_size_is_made_of_mean_and_std():
    frame = simulate(Spec(depth=6, width=30, initializer="glorot_normal"))
    for layer in (1, 4, 6):
        written = of_layer_number(frame, "activation_rms", layer).split("\n")[2]
        mean, std, size = (value_of(each) for each in re.fullmatch(r".*√\((.*)² \+ (.*)²\) = (.*)", written).groups())
        assert (mean**2 + std**2) ** 0.5 == pytest.approx(size, rel=0.01)
        assert size == pytest.approx(frame.series["activation_rms"][layer - 1], rel=0.005)


def test_the_weights_by_the_formula_and_as_drawn():
    frame = simulate(Spec(depth=3, width=50, initializer="he_normal", activation="relu"))
    text = of_layer_number(frame, "log10_weight_rms", 2)
    assert "Var(W) = gain² · 2 / fan_in with fan-in 50 and fan-out 50: √Var(W) = 0.200" in text
    assert text.endswith(f"of this draw {10 ** frame.series['log10_weight_rms'][1]:.3f}")


def test_a_gradient_from_the_layer_above():
    frame = simulate(Spec(depth=5, width=30, initializer="glorot_normal"))
    sizes = frame.series["log10_grad_a_rms"]
    text = of_layer_number(frame, "log10_grad_a_rms", 3).split("\n")[2]
    assert text.startswith("that of layer 4, ") and f"×{10 ** (sizes[2] - sizes[3]):.2f} = " in text
    assert len(of_layer_number(frame, "log10_grad_a_rms", 5).split("\n")) == 2  # the loss stands above it


@pytest.mark.parametrize(
    "text",
    ["depth=1&width=4&batch=4", "depth=3&width=4&batch=4&initializer=zeros", "depth=9&width=8&batch=4&gain=1e6&activation=relu"],
)
@pytest.mark.parametrize("code", ["en", "ko"])
def test_what_has_no_quotient_is_told_without_one(text, code):
    use_language(code)
    frame = simulate(Spec.from_text(text))
    for what in ("gradient", "signal", "size"):
        assert "nan" not in of_verdict(frame, what)
    for key in MEASURES:
        if key in frame.series:
            assert of_layer_number(frame, key, 1)
