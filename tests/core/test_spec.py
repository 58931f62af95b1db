"""The Spec: round trips, and every bad input answered with the field's name."""

import json
import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import SPECS, SPECS_OF_WIDTHS

from gradviz.core.choices.errors import ExperimentError
from gradviz.core.spec import DEEPEST, KNOBS, LONGEST_TEXT, SIZE_FIELDS, WIDEST, Spec


@given(SPECS | SPECS_OF_WIDTHS)
def test_text_and_json_give_the_same_experiment_back(spec):
    """Both forms restore every field exactly, and neither needs more than printable ASCII."""
    for full in (False, True):
        text = spec.to_text(full=full)
        assert Spec.from_text(text) == spec
        assert text.isascii() and text.isprintable()
    assert Spec.from_json(spec.to_json()) == spec
    assert hash(Spec.from_text(spec.to_text())) == hash(spec)


def test_the_line_says_only_what_differs():
    assert Spec().to_text() == ""
    assert Spec(depth=50, activation="tanh", gain=2.0).to_text() == "depth=50&activation=tanh&gain=2"
    assert set(Spec().to_text(full=True).split("&")) >= {"depth=20", "width=100", "activation=sigmoid", "initializer=normal"}


def problems(call, *arguments, **named):
    with pytest.raises(ExperimentError) as caught:
        call(*arguments, **named)
    return {problem.field: problem.message for problem in caught.value.problems}


@pytest.mark.parametrize("widths", ["10-5-1", "5-10-1", "3", "2048-1", "-".join([str(WIDEST)] * DEEPEST)])
def test_widths_stand_for_depth_and_width(widths):
    """In every form the list alone is written; depth and width follow from it, and the layers have these units."""
    spec, units = Spec(widths=widths), tuple(map(int, widths.split("-")))
    assert spec.layer_units == units and (spec.depth, spec.width) == (len(units), max(units))
    assert spec.input_width == units[0] and spec.replace(input_units=7).input_width == 7
    assert spec.to_text() == f"widths={widths}"
    assert not set(SIZE_FIELDS) & {part.partition("=")[0] for part in spec.to_text(full=True).split("&")}
    assert not set(SIZE_FIELDS) & set(json.loads(spec.to_json()))
    for text in (spec.to_text(), spec.to_text(full=True)):
        assert Spec.from_text(text) == spec
    assert Spec.from_json(spec.to_json()) == spec == Spec(**spec.written_fields()) == pickle.loads(pickle.dumps(spec))


def test_one_network_has_one_list_of_widths():
    """Leading zeros are dropped, so that the same network is the same experiment."""
    assert Spec(widths="010-05") == Spec(widths="10-5") and Spec(widths="010-05").to_text() == "widths=10-5"


def test_widths_come_and_go():
    """Given over a depth they replace it; without them depth and width stay as they made them; all else is kept."""
    spec = Spec(depth=7, width=30, width_profile="funnel", output_units=3, gain=2.0, input_units=4)
    listed = spec.replace(widths="10-5-1")
    assert listed.to_text() == "gain=2&widths=10-5-1&input_units=4"
    assert listed.replace(gain=3.0).layer_units == (10, 5, 1)
    assert listed.replace(widths="4-4").layer_units == (4, 4)
    assert listed.replace(widths="") == Spec(depth=3, width=10, gain=2.0, input_units=4)
    assert listed.replace(widths="", depth=7, width=30, width_profile="funnel", output_units=3) == spec
    assert Spec.from_text("widths=3-2", base=spec).layer_units == (3, 2)
    assert Spec.from_text("widths=&depth=4", base=listed).layer_units == (10,) * 4


@pytest.mark.parametrize("name", SIZE_FIELDS)
def test_what_widths_stand_for_is_refused_beside_them(name):
    """Even with the value that follows from them, and with its default: what is written twice may contradict itself."""
    value = KNOBS[name].default
    for call in (Spec, Spec(widths="10-5-1").replace):
        assert "beside widths" in problems(call, **{"widths": "10-5-1", name: value})[name]
    assert "beside widths" in problems(Spec(widths="10-5-1").replace, **{name: value})[name]
    assert "beside widths" in problems(Spec.from_text, f"{name}={value}", Spec(widths="10-5-1"))[name]
    assert not KNOBS[name].applies(Spec(widths="10-5-1")) and KNOBS[name].applies(Spec())


@pytest.mark.parametrize(
    ("widths", "says"),
    [
        *(
            (text, "not of the form 10-5-1")
            for text in ("-", "10-", "-5", "10--5", "10,5", "1.5-2", "10 - 5", "٣-2", "1e2", "1_0")
        ),
        ("1234567", "not of the form 10-5-1"),
        ("10-5\n", "not of the form 10-5-1"),
        ("10-0-5", "0 units; a layer has 1 … 2048"),
        ("2049", "2049 units; a layer has 1 … 2048"),
        ("-".join(["1"] * (DEEPEST + 1)), "1001 layers; at most 1000"),
        ("1" * 6000, "not of the form 10-5-1"),
        (3, "not a name"),
        (None, "not a name"),
    ],
)
def test_bad_widths_are_answered_with_the_field(widths, says):
    with pytest.raises(ExperimentError) as caught:
        Spec(widths=widths)
    assert {problem.field for problem in caught.value.problems} == {"widths"}
    assert says in str(caught.value)
    assert all(len(str(problem)) < 200 for problem in caught.value.problems)


@pytest.mark.parametrize("text", ["-".join(["1"] * (DEEPEST + 1)), "-".join(["2048"] * (DEEPEST + 1)), "1" * 6000, "1-" * 3000])
def test_one_message_is_enough_for_a_long_list(text):
    """Too many layers, or no list at all: that it is also too long a text says nothing more."""
    with pytest.raises(ExperimentError) as caught:
        Spec(widths=text)
    assert len(caught.value.problems) == 1 and "too long" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        *((text, True) for text in ("", "3", "10-5-1", "010-05")),
        *((text, False) for text in ("10-", "-5", "10 - 5", "1234567", "٣-2")),
    ],
)
def test_the_schema_knows_the_form_of_widths(text, fits):
    """Its pattern accepts what the Spec accepts, searched anywhere in the text as JSON Schema does."""
    pattern = Spec.model_json_schema()["properties"]["widths"]["pattern"]
    assert (re.search(pattern, text) is not None) == fits
    if fits:
        Spec(widths=text)
    else:
        assert "not of the form" in problems(Spec, widths=text)["widths"]


def test_all_that_is_wrong_with_widths_is_said_at_once():
    """Every field beside them, every size outside, and what else is wrong; at most ten sizes are named."""
    found = problems(Spec.from_text, "widths=0-5-3000&depth=3&output_units=x&gain=nan&foo=1")
    assert set(found) == {"widths", "depth", "output_units", "gain", "foo"}
    with pytest.raises(ExperimentError) as caught:
        Spec(widths="-".join(["0"] * 500))
    assert len(caught.value.problems) == 10


def test_a_file_has_its_own_scale():
    """Weights from a file are neither scaled nor divided by a fan, and their biases are there or not there."""
    drawn, loaded = Spec(), Spec(initializer="file")
    for name in ("gain", "bias_std", "fan_mode"):
        assert not KNOBS[name].applies(loaded)
    assert KNOBS["gain"].applies(drawn) and KNOBS["bias_std"].applies(drawn)
    assert KNOBS["weights_file"].applies(loaded) and not KNOBS["weights_file"].applies(drawn)
    assert loaded.differences(loaded.replace(gain=2.0, bias_std=1.0, fan_mode="fan_out")) == ()


def test_what_opens_a_file_is_a_path():
    """A field that has a file dialog is text without a table; the dialog's filters have the form that Qt reads."""
    opening = {name: knob.opens for name, knob in KNOBS.items() if knob.opens}
    assert set(opening) == {"data_file", "weights_file"}
    for name, opens in opening.items():
        assert KNOBS[name].kind is str and KNOBS[name].choices is None
        assert re.fullmatch(r"[^()]+ \((\*\.\w+ ?)+\)", opens)


@pytest.mark.parametrize(
    ("text", "field", "says"),
    [
        ("activation=sigmod", "activation", 'did you mean "sigmoid"'),
        ("activation=zzz", "activation", "linear, sigmoid, tanh"),
        ("initializer=he_norml", "initializer", 'did you mean "he_normal"'),
        ("widht=3", "widht", 'did you mean "width"'),
        ("depth=0", "depth", "outside 1 … 1000"),
        ("depth=1001", "depth", "outside 1 … 1000"),
        ("depth=2.5", "depth", "2.5 is not a whole number"),
        ("depth=", "depth", "not a whole number"),
        ("depth=ten", "depth", "not a whole number"),
        ("depth=1_0", "depth", "not a whole number"),
        ("depth=٣", "depth", "not a whole number"),
        ("gain=nan", "gain", "not a finite number"),
        ("gain=inf", "gain", "not a finite number"),
        ("gain=-1", "gain", "outside 0 … 1000000"),
        ("gain=big", "gain", "not a number"),
        ("seed=-1", "seed", "outside"),
        ("seed=" + "9" * 50, "seed", "outside"),
        ("gain=1" + "0" * 390, "gain", "not a finite number"),
        ("self=1", "self", "there is no"),
        ("depth=3&depth=4", "depth", "twice"),
        ("tanh", "", "not of the form name=value"),
        ("x" * (LONGEST_TEXT + 1), "", "64 KiB"),
    ],
)
def test_bad_text_is_answered_with_the_field(text, field, says):
    assert says in problems(Spec.from_text, text)[field]


@pytest.mark.parametrize(
    ("text", "field", "says"),
    [
        ('{"depth": true}', "depth", "not a whole number"),
        ('{"depth": 3.0}', "depth", "not a whole number"),
        ('{"depth": "3"}', "depth", "not a whole number"),
        ('{"depth": null}', "depth", "not a whole number"),
        ('{"depth": [1]}', "depth", "not a whole number"),
        ('{"gain": NaN}', "gain", "not a finite number"),
        ('{"gain": -Infinity}', "gain", "not a finite number"),
        ('{"gain": 1e999}', "gain", "not a finite number"),
        ('{"gain": true}', "gain", "not a number"),
        ('{"activation": 3}', "activation", "not a name"),
        ('{"gain": 1, "gain": 2}', "gain", "twice"),
        ('{"dept": 3}', "dept", 'did you mean "depth"'),
        ("[1, 2]", "", "an object"),
        ('"depth=3"', "", "an object"),
        ("", "", "not JSON"),
        ('{"depth": 3', "", "not JSON"),
        ("[" * 5000, "", "not JSON"),
        ('{"seed": ' + "9" * 5000 + "}", "", "not JSON"),
        (" " * (LONGEST_TEXT + 1), "", "64 KiB"),
    ],
)
def test_bad_json_is_answered_with_the_field(text, field, says):
    assert says in problems(Spec.from_json, text)[field]


def test_every_error_at_once():
    found = problems(Spec.from_text, "depth=0&activation=sigmod&gain=nan&width=2.5&foo=1&seed=1&seed=2&bar")
    assert set(found) == {"depth", "activation", "gain", "width", "foo", "seed", ""}


def test_constructor_and_replace_validate_too():
    assert "outside" in problems(Spec, depth=0)["depth"]
    assert "outside" in problems(Spec().replace, width=5000)["width"]
    assert "whole number" in problems(Spec().replace, width=True)["width"]


@given(st.text(max_size=200))
def test_any_text_is_an_experiment_or_an_experiment_error(text):
    for read in (Spec.from_text, Spec.from_json):
        try:
            read(text)
        except ExperimentError as error:
            assert error.problems
            assert all(len(str(problem)) < 500 and str(problem).isprintable() for problem in error.problems)


def test_a_spec_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        Spec().depth = 3


def test_a_difference_that_does_not_apply_is_none():
    """The slope matters to a leaky ReLU only, normalization to data sets only."""
    assert Spec(slope=0.5).differences(Spec(slope=0.1)) == ()
    assert Spec(slope=0.5, activation="leaky_relu").differences(Spec(slope=0.1)) == ("activation", "slope")
    assert Spec(normalize="none").differences(Spec()) == ()


@pytest.mark.parametrize("name", KNOBS)
def test_every_field_is_declared_in_full(name):
    """Title and help for people, a range for numbers, a table for names, and a schema that says the same."""
    knob, schema = KNOBS[name], Spec.model_json_schema()["properties"][name]
    assert knob.title and knob.help
    assert schema["default"] == knob.default
    if knob.low is not None:
        assert (schema["minimum"], schema["maximum"]) == (knob.low, knob.high)
        assert knob.low <= knob.default <= knob.high
    elif knob.choices is not None:
        assert schema["enum"] == list(knob.choices)
        assert all(entry.title and entry.help for entry in knob.choices.values())
    json.dumps(schema)
