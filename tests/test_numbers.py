"""Numbers as people read them."""

from math import inf, log10, nan

import pytest

from gradviz.numbers import decimal_text, factor_text, power_text, signed_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (log10(0.41), "0.41"),
        (log10(0.7), "0.70"),
        (0.0, "1.00"),
        (log10(0.03), "0.03"),
        (-8.0, "10⁻⁸"),
        (log10(3.2) - 8, "3.2·10⁻⁸"),
        (log10(25), "25"),
        (log10(999.6), "1000"),
        (26.7659, "5.8·10²⁶"),
        (-6155.9086, "1.2·10⁻⁶¹⁵⁶"),
        (log10(9.96) - 9, "10⁻⁸"),
        (-inf, "0"),
        (inf, "∞"),
        (nan, "NaN"),
    ],
)
def test_power_text(value, text):
    assert power_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(log10(0.982), "×0.982"), (log10(1.5), "×1.50"), (log10(0.01), "×0.01"), (0.0, "×1.000")]
)
def test_factor_text(value, text):
    assert factor_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(log10(1.234) - 6156, "1.234e-6156"), (log10(9.9999), "1.000e+01"), (0.0, "1.000e+00"), (-inf, "0"), (nan, "NaN")],
)
def test_decimal_text(value, text):
    assert decimal_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.88541, "0.8854"),
        (-2.1674e-9, "−2.167·10⁻⁹"),
        (12.3456, "12.35"),
        (0.0, "0"),
        (-inf, "−∞"),
        (nan, "NaN"),
        (5e-324, "4.941·10⁻³²⁴"),
    ],
)
def test_signed_text(value, text):
    assert signed_text(value) == text
