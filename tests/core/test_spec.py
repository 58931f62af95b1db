"""The Spec: round trips, and every bad input answered with the field's name."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import SPECS

from gradviz.core.choices.errors import ExperimentError
from gradviz.core.spec import KNOBS, LONGEST_TEXT, Spec


@given(SPECS)
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
