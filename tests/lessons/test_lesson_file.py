"""A lesson from outside is read, or refused with everything that is wrong in it."""

import time

import pytest

from gradviz.core.choices.errors import ExperimentError
from gradviz.core.spec import KNOBS, Spec
from gradviz.i18n import LANGUAGES, use_language
from gradviz.lessons.lesson import PLAYS, check
from gradviz.lessons.lesson_file import FormulaTable, LessonTable, LineTable, StepTable, TextTable, lesson_schema
from gradviz.lessons.lesson_reader import read_lesson
from gradviz.lessons.limited_toml import LARGEST_TOML
from gradviz.lessons.shelf import lesson_named, lessons, step_experiment
from gradviz.panels import PANELS
from gradviz.panels.layouts import LAYOUTS

MOST_SECONDS = 20.0
"""Of processor time, for a file that takes less than one on the machine where the worst one took 41."""

GOOD = """
title = { en = "Mine", ko = "내 강의" }
summary = { en = "Two steps.", ko = "두 단계." }
[[step]]
name = "one"
title = { en = "One", ko = "하나" }
text = { en = "First.", ko = "첫째." }
formula = 'z = W a'
experiment = "depth=3&width=4"
board = [["network"], ["activations", "gradient"]]
controls = ["depth"]
play = "forward"
claim = ["L == 3"]
[step.question]
en = "Which?"
ko = "어느 것?"
choices = [{ en = "a", ko = "가" }, { en = "b", ko = "나" }]
answer = 2
because = { en = "So.", ko = "그래서." }
[[step]]
name = "two"
title = { en = "Two", ko = "둘" }
text = { en = "Second.", ko = "둘째." }
formula = { en = 'a', ko = '\\text{가}' }
change = "gain=2"
reference = "before"
note = { en = "Aside.", ko = "덧붙임." }
claim = ["reference.L == 3", "weight_std[1] > reference.weight_std[1]"]
[[step]]
name = "three"
title = { en = "Three", ko = "셋" }
text = { en = "Third.", ko = "셋째." }
reference = "depth=2"
"""


def read(text):
    return read_lesson(text.encode() if isinstance(text, str) else text, "mine")


def test_a_good_lesson_is_read_as_it_is_written():
    lesson = read(GOOD)
    one, two, three = lesson.steps
    assert one.spec == Spec(depth=3, width=4) and one.reference is None
    assert two.spec == Spec(depth=3, width=4, gain=2.0) and two.reference == one.spec
    assert three.spec == two.spec and three.reference == Spec(depth=2)
    assert one.board == (("network",), ("activations", "gradient")) and one.controls == ("depth",)
    assert one.question.answer == 2 and one.question.choices[1].ko == "나"
    assert two.formula.ko == "\\text{가}" and one.formula.en == one.formula.ko
    assert check(lesson) == [] and hash(lesson) == hash(read(GOOD))
    assert str(lesson.title) == "Mine"
    use_language("ko")
    assert str(lesson.title) == "내 강의"


def test_windows_line_ends_and_a_byte_order_mark_change_nothing():
    assert read(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()) == read(GOOD)


def problems(text):
    with pytest.raises(ExperimentError) as caught:
        read(text)
    return list(map(str, caught.value.problems))


@pytest.mark.parametrize(
    ("old", "new", "place", "says"),
    [
        ('title = { en = "Mine", ko = "내 강의" }', "", "lesson mine", '"title" is missing'),
        (', ko = "내 강의"', "", "lesson mine, title", '"ko" is missing'),
        ('ko = "내 강의"', 'ko = "내 강의", fr = "x"', "lesson mine, title, fr", 'there is no "fr"'),
        ('en = "Mine"', "en = 3", "lesson mine, title, en", "3 is not a text"),
        ('en = "Mine"', 'en = ""', "lesson mine, title, en", "1 to 120"),
        ('en = "Mine"', f'en = "{"x" * 121}"', "lesson mine, title, en", "1 to 120"),
        ('en = "Mine"', 'en = "a\\u0007b"', "lesson mine, title, en", "printable"),
        ('title = { en = "One", ko = "하나" }', 'title = "One"', "step 1, title", "a table is needed"),
        ('name = "one"', 'name = "1"', "step 1, name", "no name"),
        ('name = "two"', 'name = "one"', "step 2, name", "a step before"),
        ('name = "one"', "nmae = 1", "step 1, nmae", 'did you mean "name"'),
        ('experiment = "depth=3&width=4"', "", "step 1", '"experiment" is missing'),
        ('experiment = "depth=3&width=4"', 'change = "depth=3"', "step 1, change", "no step before"),
        ('change = "gain=2"', 'change = "gain=2"\nexperiment = "depth=3"', "step 2", "not both"),
        ("depth=3&width=4", "depth=0&width=4", "step 1, experiment", "depth: 0 is outside"),
        ("gain=2", "gain=-2", "step 2, change", "gain: -2.0 is outside"),
        ('"depth=2"', '"depth=x"', "step 3, reference", "depth: x is not"),
        ('experiment = "depth=3&width=4"', 'experiment = "depth=3"\nreference = "before"', "step 1, reference", "no step before"),
        ('["network"]', '["netwrok"]', "step 1, board, row 1", 'did you mean "network"'),
        ('["network"]', "[7]", "step 1, board, row 1", "7 is not a name"),
        ('[["network"], ["activations", "gradient"]]', '"all"', "step 1, board", 'there is no "all"'),
        ('[["network"], ["activations", "gradient"]]', "[]", "step 1, board", "a list of 1 to 4"),
        ('["depth"]', '["dept"]', "step 1, controls", 'did you mean "depth"'),
        ('"forward"', '"forwards"', "step 1, play", 'did you mean "forward"'),
        ('["L == 3"]', '["L == 3", "L =="]', "step 1, claim 2", "no expression"),
        ('["L == 3"]', "[3]", "step 1, claim 1", "no expression"),
        ('["L == 3"]', '["L == reference.L"]', "step 1", "pins no reference"),
        ('["L == 3"]', '"L == 3"', "step 1, claim", "a list"),
        ("answer = 2", "answer = 3", "step 1, question, answer", "counted from 1"),
        ("answer = 2", "answer = 0", "step 1, question, answer", "counted from 1"),
        ("answer = 2", "answer = true", "step 1, question, answer", "counted from 1"),
        ('{ en = "b", ko = "나" }', '{ en = "b" }', "step 1, question, choices, choice 2", '"ko" is missing'),
        ('because = { en = "So.", ko = "그래서." }', "", "step 1, question", '"because" is missing'),
    ],
)
def test_what_is_wrong_is_named_with_its_place(old, new, place, says):
    assert GOOD.count(old)
    found = problems(GOOD.replace(old, new, 1))
    assert any(place in problem and says in problem for problem in found), found
    assert all(problem.startswith("lesson mine") and len(problem) < 2000 for problem in found)


def test_a_key_given_twice_is_refused():
    assert "this is no lesson: " in problems(GOOD.replace('name = "one"', 'name = "one"\nname = "one"'))[0]


def tables(schema):
    yield from (schema, *schema["$defs"].values())


def test_the_schema_says_what_each_key_is_and_what_it_may_hold():
    """What editors read: the keys of the models, each described; panels, layouts, fields and waves by name; nothing that is null."""
    schema = lesson_schema()
    step = schema["$defs"]["StepTable"]["properties"]
    assert step.keys() == StepTable.model_fields.keys() and schema["properties"].keys() == LessonTable.model_fields.keys()
    for table in tables(schema):
        assert table["additionalProperties"] is False
        assert all(key["description"].endswith(".") for key in table["properties"].values())
    layout, rows = step["board"]["oneOf"]
    assert layout["enum"] == list(LAYOUTS) and rows["items"]["items"]["enum"] == list(PANELS)
    assert step["controls"]["items"]["enum"] == list(KNOBS) and step["play"]["enum"] == list(PLAYS)
    assert step["name"]["pattern"] == "^[a-z][a-z0-9_]{0,39}$"
    assert schema["$defs"]["StepTable"]["required"] == ["name", "title", "text"]
    assert "null" not in str(schema)


@pytest.mark.parametrize("table", [LineTable, TextTable, FormulaTable])
def test_a_text_is_there_in_every_language(table):
    assert table.model_fields.keys() == LANGUAGES.keys()


def test_every_error_at_once():
    bad = GOOD.replace("depth=3&width=4", "depth=0&width=x").replace("L == 3", "L === 3").replace(', ko = "둘"', "")
    bad = bad.replace('"reference.L == 3"', '"refrence.L == 3"').replace("gain=2", "gain=nan").replace('"network"', '"netz"')
    found = problems(bad)
    for place in (
        "step 1, experiment: depth",
        "step 1, experiment: width",
        "step 1, claim 1",
        "step 1, board, row 1",
        "step 2, title",
        "step 2, change: gain",
        "step 2, claim 1",
    ):
        assert any(place in problem for problem in found), (place, found)


@pytest.mark.parametrize(
    "content",
    [
        ".".join("a" * 50_000) + "=1",
        ".".join("a" * 30_000) + "=1",
        "[" + ".".join("a" * 30_000) + "]",
        "\n".join([f"[{'.'.join('a' * 100)}]", *(f"{'.'.join('a' * 100)}.k{i}=1" for i in range(300))]),
        "a=" + "[" * 30_000,
        "a=" + "[\n" * 3_000,
        "a=" + "{a=" * 3_900,
        "a=" + "{a=" * 1_000,
        "[[step]]\n" * 7_000,
        "step = [" + "{}," * 3_900 + "]",
        "a=" + "9" * 60_000,
        'a="' + "\\u0041" * 10_000 + '"',
        'title = "' + "x" * 60_000 + '"',
        "x" * (LARGEST_TOML + 1),
        b"\xff\xfe\x00",
        b"",
        b"\x00" * 1000,
    ],
    ids=lambda content: repr(content[:20]),
)
def test_hostile_files_are_refused_at_once(content):
    """A key of 50,000 parts took the parser 41 s; on the same machine nothing takes one."""
    started = time.process_time()
    found = problems(content)
    assert time.process_time() - started < MOST_SECONDS
    assert all(len(problem) < 2000 for problem in found) and len(found) < 500


def test_a_claim_that_does_not_hold_says_what_was_found():
    (failure,) = check(read(GOOD.replace("L == 3", "L == 4", 1)))
    assert str(failure) == "step 1: L == 4: does not hold (3, 4)"
    (failure,) = check(read(GOOD.replace("L == 3", "activation_std[9] > 0", 1)))
    assert "there is no layer 9" in str(failure)


def test_lessons_are_found_by_name_number_key_and_path(tmp_path):
    lesson = lessons()[3]
    for name in (lesson.name, lesson.key, "4"):
        assert lesson_named(name) == lesson
    path = tmp_path / "mine.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert lesson_named(str(path)).name == "mine"
    with pytest.raises(ExperimentError, match="did you mean"):
        lesson_named("from_one_to_tow")
    with pytest.raises(ExperimentError, match="cannot read"):
        lesson_named(str(tmp_path / "none.toml"))


def test_a_step_is_an_experiment(tmp_path):
    """By number or by name; of a lesson that comes with the program, or of a file."""
    path = tmp_path / "mine.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert lessons()[0].step("3") == lessons()[0].step("smaller") == lessons()[0].steps[2]
    for source, depth in ((f"lesson:{path}/two", 3), (f"lesson:{path}/2", 3), (f"lesson:{path}", 3)):
        assert step_experiment(source).depth == depth
    with pytest.raises(ExperimentError, match='there is no "four"'):
        step_experiment(f"lesson:{path}/four")
