"""What `gradviz run` writes, as table, CSV and JSON, is the Frame's numbers: every cell, by its key."""

import csv
import io
import json
import re
from decimal import Decimal

import numpy as np
import pytest

from gradviz import Spec, cli, simulate
from gradviz.report.verdict import backward_text, forward_text, scale_text

EXPERIMENTS = {
    "theory": "depth=3&width=20&batch=8",
    "bands of one input": "depth=4&activation=relu&initializer=he_normal&width=60&batch=1&data=ones",
    "overflow and NaN in float16": "depth=40&width=16&activation=linear&initializer=normal&gain=1.5&dtype=float16&batch=4",
    "exact zeros": "depth=3&width=12&activation=relu&gain=0",
    "one layer, a loss, the Jacobian": "depth=1&width=5&loss=mse&jacobian=true",
    "a negative loss": "depth=3&activation=tanh&initializer=lecun_normal&gain=1.5",
    "infinities": "depth=12&width=20&batch=2&activation=relu&initializer=constant&gain=1000000&data=ones&loss=mse",
    "no theory": "depth=5&width=12&initializer=orthogonal&activation=tanh&jacobian=true",
    "beyond float64": "depth=400&width=4&batch=3&activation=linear&initializer=identity&gain=0.1&dtype=float64",
    "tiny and huge": "depth=12&width=8&batch=4&activation=linear&gain=0.01&dtype=float64&normalization=none&initializer=lecun_normal",
}

HEADINGS = (
    ("a mean", "series", "activation_mean"),
    ("spread", "series", "activation_spread"),
    ("a std", "series", "activation_std"),
    ("theory", "theory", "activation_std"),
    ("z std", "series", "pre_activation_std"),
    ("a = 0", "series", "activation_zero"),
    ("grad a", "series", "log10_grad_a_rms"),
    ("theory", "theory", "log10_grad_a_rms"),
    ("grad z", "series", "log10_grad_z_rms"),
    ("grad W", "series", "log10_grad_W_rms"),
    ("grad b", "series", "log10_grad_b_rms"),
)
"""Of the printed table, in its order: what each column is. Theory is left out where there is none."""

SIGNAL = {
    "log10_total": "log10_total",
    "log10_factor_per_layer": "log10_factor",
    "layers_to_threshold": "layers_to_threshold",
    "farthest_layer": "farthest.layer",
    "farthest_log10_total": "farthest.log10_total",
    "exactly_zero_from_layer": "zero.layer",
    "not_finite_from_layer": "nonfinite_layer",
    "underflows_at_layer": "underflow.layer",
    "overflows_at_layer": "overflow.layer",
    "lost_from_layer": "lost.layer",
}
"""A verdict in JSON → the attribute of the Frame's."""

SPECIAL = {"0": -np.inf, "∞": np.inf}
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--")


@pytest.fixture(scope="module", params=EXPERIMENTS.values(), ids=list(EXPERIMENTS))
def frame(request):
    return simulate(Spec.from_text(request.param))


@pytest.fixture
def out_of(capsys, monkeypatch):
    """Return what a command prints."""
    monkeypatch.setattr(cli, "system_language", lambda: "en")

    def call(*arguments):
        assert cli.run(list(arguments)) == 0
        out, errors = capsys.readouterr()
        assert errors == ""
        return out

    return call


def numbers_of(frame):
    """Return every column that a file has to have: its name → the numbers, all of them plain floats."""
    numbers = {"layer": np.arange(1, frame.spec.depth + 1)}
    for key, values in frame.series.items():
        numbers[key] = values
    for key, values in frame.theory.items():
        numbers[f"{key}_theory"] = values
    for key, values in frame.bands.items():
        numbers[f"{key}_theory_low"], numbers[f"{key}_theory_high"] = values[:, 0], values[:, 1]
    return numbers


def decimal_columns(frame):
    """Return the columns in which a size beyond float64 stands in decimal notation: name → log10 of the numbers."""
    return {key.removeprefix("log10_"): values for key, values in frame.series.items() if key.startswith("log10_")}


def assert_decimal(text, log10, digits=None):
    """A text in decimal notation is 10**log10, rounded to the digits that it shows, which are at least so many."""
    if np.isnan(log10):
        assert text == "NaN"
    elif np.isinf(log10):
        assert SPECIAL[text] == log10
    else:
        assert_rounded(text, Decimal(10) ** Decimal(float(log10)), digits)


def assert_rounded(text, value, digits):
    """A text is a number, rounded to the digits that it shows, which are at least so many."""
    shown = Decimal(text)
    assert len(shown.as_tuple().digits) >= digits
    last_place = Decimal(1).scaleb(shown.as_tuple().exponent)
    # The logarithm is a float: of 15 digits the last may be off by a few.
    assert abs(shown - value) <= (Decimal("0.5001") if digits < 10 else 3000) * last_place, (text, value)


def assert_same(cells, values, parsed=float):
    found = np.array([parsed(cell) for cell in cells], float)
    np.testing.assert_array_equal(found, np.asarray(values, float))


def test_every_cell_of_the_csv(frame, out_of):
    """The numbers to the last bit, and sizes beyond float64 in 15 digits."""
    rows = list(csv.reader(io.StringIO(out_of("run", frame.spec.to_text(), "--csv", "-"))))
    columns = dict(zip(rows[0], zip(*rows[1:], strict=True), strict=True))
    assert len(columns) == len(rows[0])
    numbers, decimals = numbers_of(frame), decimal_columns(frame)
    words = {f"{name}_verdict": getattr(frame.verdict, name) for name in ("signal", "size", "gradient")}
    assert columns.keys() == numbers.keys() | decimals.keys() | words.keys()
    for name, judged in words.items():
        assert set(columns[name]) == {judged.state.value if judged and judged.state else ""}
    for name, values in numbers.items():
        assert_same(columns[name], values)
    for name, values in decimals.items():
        for text, log10 in zip(columns[name], values, strict=True):
            assert_decimal(text, log10, digits=15)


def test_every_cell_of_the_json(frame, out_of):
    """Numbers to the last bit, infinities and NaN as text, and the rest of the Frame beside them."""
    content = json.loads(out_of("run", frame.spec.to_text(), "--json", "-"), parse_constant=pytest.fail)
    numbers, decimals = numbers_of(frame), decimal_columns(frame)
    layers = content["layers"]
    assert layers.keys() == numbers.keys() | decimals.keys()
    for name, values in numbers.items():
        assert_same(layers[name], values)
        assert all(isinstance(cell, str) != np.isfinite(value) for cell, value in zip(layers[name], values, strict=True))
    for name, values in decimals.items():
        for text, log10 in zip(layers[name], values, strict=True):
            assert_decimal(text, log10, digits=15)
    assert_same([content["loss"]], [frame.loss])
    assert Spec.from_text(content["experiment"]) == frame.spec
    assert content["spec"] == frame.spec.model_dump()
    told_of = content["verdict"]
    assert content["scale"] == scale_text()
    assert told_of["sentences"] == {"forward": forward_text(frame.verdict), "backward": backward_text(frame.verdict)}
    assert (told_of["last_layer"], told_of["noise_from_layer"]) == (frame.verdict.depth, frame.verdict.noise_layer)
    assert told_of["forward"]["of"] == ("size" if frame.verdict.signal is None else "signal")
    for way in ("forward", "size", "backward"):
        told, signal = told_of[way], getattr(frame.verdict, way)
        assert told["kind"] == (signal.state and signal.state.value)
        for name, attribute in SIGNAL.items():
            outer, _dot, inner = attribute.partition(".")
            expected = getattr(signal, outer)
            expected = getattr(expected, inner) if inner and expected is not None else expected
            assert (told[name] is None) == (expected is None), name
            if expected is not None:
                assert_same([told[name]], [expected])


def test_every_cell_of_the_printed_table(frame, out_of):
    """Each in the column that its heading names, rounded to the digits that it shows: four or more, or six decimals."""
    out = out_of("run", frame.spec.to_text())
    caption, table, rest = out.split("\n\n")
    rows = [re.split(r"\s{2,}", line.strip()) for line in table.splitlines()]
    expected = [each for each in HEADINGS if each[1] == "series" or each[2] in frame.theory]
    assert rows[0] == ["layer", *(heading for heading, _which, _key in expected)]
    assert [row[0] for row in rows[1:]] == [str(layer) for layer in range(1, frame.spec.depth + 1)]
    assert caption.startswith(f"Depth {frame.spec.depth} · ")
    for row in rows[1:]:
        for text, (_heading, which, key) in zip(row[1:], expected, strict=True):
            value = getattr(frame, which)[key][int(row[0]) - 1]
            if key.startswith("log10_"):
                assert_decimal(text, value, digits=4)
            elif np.isfinite(value):
                assert_rounded(text, Decimal(float(value)), digits=4 if "e" in text else 0)
                assert "e" in text or len(text.partition(".")[2]) == 6
            else:
                assert text == ("NaN" if np.isnan(value) else "∞" if value > 0 else "-∞")
    note, *sentences = rest.splitlines()
    assert_readout(note.rpartition("loss ")[2], frame.loss)
    assert sentences[:2] == list(dict.fromkeys([backward_text(frame.verdict), forward_text(frame.verdict), scale_text()]))[:2]


def assert_readout(text, value):
    """A number as people read it: ``−1.020·10⁻⁵``, four digits."""
    if value == 0 or not np.isfinite(value):
        assert text == ("0" if value == 0 else "NaN" if np.isnan(value) else "∞" if value > 0 else "−∞")
        return
    mantissa, _times, power = text.replace("−", "-", 1).partition("·10")
    assert_rounded(f"{mantissa}e{power.translate(SUPERSCRIPTS) or 0}", Decimal(float(value)), digits=4)


@pytest.mark.parametrize("text", ["", "activation=tanh&initializer=lecun_normal&gain=1.5"])
def test_where_it_settles_is_one_thing_on_paper_and_in_json(out_of, text):
    """The sentence below the table has the numbers of the JSON, with four digits."""
    settled = json.loads(out_of("run", f"depth=3&width=8&{text}", "--json", "-"))["settles_at"]
    sentence = out_of("run", f"depth=3&width=8&{text}").splitlines()[-1]
    q, chi, scale, c, c_scale = re.search(
        r"settles at (\S+); .* χ = (\S+) per layer, by e in (\S+) layers.* tends to (\S+), by e in (\S+) layers", sentence
    ).groups()
    for written, key in (
        (q, "q"),
        (chi, "chi"),
        (scale, "depth_scale"),
        (c, "correlation"),
        (c_scale, "correlation_depth_scale"),
    ):
        assert float(written) == pytest.approx(settled[key], rel=5e-3, abs=5e-4), key
