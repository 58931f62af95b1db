"""Numbers in texts are read back as they are meant, and say what they say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.lessons.shown_numbers import RELATIONS, read_number
from gradviz.lessons.wording import Wording


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("57.7", 57.7, 0.1),
        ("1.1·10⁻⁷", 1.1e-7, 1e-8),
        ("5·10⁻³²⁴", 5e-324, 0),
        ("10²⁰", 1e20, 1e20),
        ("2⁻¹⁴⁹", 2.0**-149, 2.0**-149 * 1e-9),
        ("14 %", 0.14, 0.01),
        ("0.8%", 0.008, 0.001),
        ("65,504", 65504, 1),
        ("−1", -1, 1),
        ("1.8 million", 1.8e6, 1e5),
        ("178만", 1.78e6, 1e4),
        ("1/4", 0.25, 0.05),
        ("4분의 1", 0.25, 0.05),
        ("1,000만분의 1", 1e-7, 1e-14),
        ("two thirds", 2 / 3, 1 / 6),
        ("half", 0.5, 1 / 6),
        ("절반", 0.5, 1 / 6),
        ("a ten-millionth", 1e-7, 1e-14),
        ("twice", 2, 1),
        ("두 배", 2, 1),
    ],
)
def test_numbers_are_read_as_they_are_shown(text, value, unit):
    number = read_number(text)
    assert (number.value, number.unit) == pytest.approx((value, unit), rel=1e-6, abs=0)


@pytest.mark.parametrize(
    "text", ["", "x", "1,5", "5.8·10", "1e5", "10⁹⁹⁹⁹", "1/0", "0분의 1", "--1", "nan", "∞", "1 2", "½x", "9" * 400]
)
def test_what_shows_no_number_is_none(text):
    assert read_number(text) is None


@pytest.mark.parametrize(
    ("text", "relation", "right", "wrong"),
    [
        ("57.7", "=", [57.66, 57.74], [57.64, 57.76, 75.7, float("nan"), float("inf")]),
        ("20", "<", [20.0, 20.9], [19.9, 21.1]),
        ("10¹²", "<", [1e12, 2.9e13], [9.9e11, 3.1e13]),
        ("0.01", ">", [0.0001, 0.0099], [0.0101, -0.1]),
        ("10⁻⁷", "~", [5e-8, 3e-7], [3e-8, 4e-7, 0.0, -1e-7]),
        ("3·10⁻⁷", "~", [], [3e-7]),
    ],
)
def test_what_a_number_says(text, relation, right, wrong):
    number = read_number(text)
    assert [number.says(relation, value) for value in right] == [True] * len(right)
    assert [number.says(relation, value) for value in wrong] == [False] * len(wrong)


@given(st.floats(1e-300, 1e300), st.integers(1, 6))
def test_a_number_printed_to_some_digits_is_read_back(value, digits):
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    text = f"{mantissa}·10{exponent.replace('+', '').translate(str.maketrans('0123456789-', '⁰¹²³⁴⁵⁶⁷⁸⁹⁻'))}"
    number = read_number(text)
    assert number.value == float(f"{mantissa}e{exponent}") and number.says("=", value)


@given(st.text("0123456789.,·⁻¹²³/분의만억% −abhalf", max_size=12), st.sampled_from(list(RELATIONS)), st.floats())
def test_anything_is_read_or_not(text, relation, value):
    number = read_number(text)
    assert number is None or number.says(relation, value) in (True, False)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("N(0, 1) in float32 and bfloat16", ()),
        ("It is 5 or 1,000.5", ("5", "1,000.5")),
        ("after ten layers, twice a tenth", ("ten", "twice", "a tenth")),
        ("the third layer, one of them, often, someone", ()),
        ("E[f²] and 10⁻³", ("10",)),
        ("열 층 뒤 두 배, 절반", ("열 층", "두 배", "절반")),
        ("자릿수만 층마다 두 가지지만", ()),
        ("{3 = L} layers", ()),
    ],
)
def test_numbers_without_an_expression_are_found(text, bare):
    assert Wording.of_text(text).bare == bare
