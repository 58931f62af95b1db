"""The columns that people read: every one a measure, and its text the measure's own number."""

import math

import pytest

from gradviz.core.measures import MEASURES
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec
from gradviz.report.columns import COLUMNS, plain_text
from gradviz.report.table import report

FRAME = simulate(Spec(depth=4, width=20, batch=32))


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: f"{column.key}{column.is_theory}")
def test_a_column_says_what_the_frame_says(column):
    assert column.key in MEASURES and column.is_in(FRAME)
    values = (FRAME.theory if column.is_theory else FRAME.series)[column.key]
    for layer, value in enumerate(values.tolist(), start=1):
        text = column.text(FRAME, layer)
        if math.isnan(value):
            assert text == "—" and column.key.endswith("_factor")
        else:
            expected = 10**value if column.key.startswith("log10_") else value
            assert float(text) == pytest.approx(expected, rel=1e-3, abs=1e-6)


def test_ranks_are_an_order():
    assert sorted(column.rank for column in COLUMNS) == list(range(len(COLUMNS)))


def test_the_report_has_its_columns_only():
    heads = report(FRAME).splitlines()[2].split("  ")
    assert [head.strip() for head in heads if head.strip()] == ["layer", *(c.heading for c in COLUMNS if c.in_report)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.000000"),
        (-0.25, "-0.250000"),
        (1e-7, "1.000e-07"),
        (2e9, "2.000e+09"),
        (math.inf, "∞"),
        (-math.inf, "-∞"),
        (math.nan, "NaN"),
    ],
)
def test_numbers_have_a_fixed_number_of_digits(value, text):
    assert plain_text(value) == text
