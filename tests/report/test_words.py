"""Experiments in words."""

import pytest

from gradviz.core.spec import Spec
from gradviz.report.words import caption, difference_text, name_beside, value_text


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("activation", "relu", "ReLU"),
        ("jacobian", True, "yes"),
        ("jacobian", False, "no"),
        ("gain", 1.5, "1.5"),
        ("gain", 0.1 + 0.2, "0.3"),
        ("depth", 152, "152"),
    ],
)
def test_a_value_as_people_read_it(name, value, text):
    assert value_text(name, value) == text


def test_what_differs_is_said_with_the_reference_first():
    """And a field that makes no difference is not named."""
    reference = Spec(activation="relu")
    assert difference_text(reference.replace(gain=0.5), reference) == "Gain 1 → 0.5"
    assert difference_text(reference.replace(slope=0.5), reference) == "the same experiment"
    assert difference_text(reference.replace(depth=7, width=50), reference) == "Depth 20 → 7 · Width 100 → 50"


@pytest.mark.parametrize(
    ("one", "other", "name"),
    [
        (
            {"activation": "sigmoid", "initializer": "glorot_normal"},
            {"activation": "relu", "initializer": "he_normal"},
            "Sigmoid, Glorot",
        ),
        ({"initializer": "glorot_normal"}, {"initializer": "glorot_uniform"}, "Glorot (Xavier), normal"),
        ({"gain": 0.5}, {}, "Gain 0.5"),
        ({"gain": 0.5, "batch": 8}, {}, "Gain 0.5"),
        ({"batch": 8}, {}, "Batch 8"),
        ({"depth": 5, "width": 7, "gain": 2}, {}, "Depth 5, Width 7 …"),
        ({}, {}, "the same experiment"),
    ],
)
def test_a_name_beside_another_is_what_tells_them_apart(one, other, name):
    assert name_beside(Spec(**one), Spec(**other)) == name


def test_the_caption_names_the_front_and_what_is_not_usual():
    text = caption(Spec(activation="leaky_relu", slope=0.25, jacobian=True))
    assert "Depth 20" in text and "0.25" in text and "yes" in text and "Batch" not in text
