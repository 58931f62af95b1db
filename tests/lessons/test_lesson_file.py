"""A lesson from outside is read, or refused with everything that is wrong in it."""

import json
import time
import tomllib

import jsonschema
import pytest

from gradviz.assets import resources
from gradviz.core.choices.errors import ExperimentError
from gradviz.core.simulate import simulate
from gradviz.core.spec import KNOBS, Spec
from gradviz.i18n import LANGUAGES, use_language
from gradviz.lessons.check import Report, check
from gradviz.lessons.files.lesson_file import FormulaTable, LessonTable, LineTable, StepTable, TextTable, lesson_schema
from gradviz.lessons.files.lesson_reader import read_lesson
from gradviz.lessons.files.limited_toml import LARGEST_TOML
from gradviz.lessons.files.shelf import lesson_named, lessons, step_experiment
from gradviz.lessons.lesson import PLAYS
from gradviz.panels import PANELS
from gradviz.panels.layouts import LAYOUTS

MOST_SECONDS = 20.0
"""Of processor time, for a file that takes less than one on the machine where the worst one took 41."""

GOOD = """
title = { en = "Mine", ko = "내 강의" }
summary = { en = "Some steps.", ko = "몇 단계." }
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
text = { en = "Which?", ko = "어느 것?" }
choices = [{ text = { en = "a", ko = "가" } }, { text = { en = "b", ko = "나" }, claim = "L == 3" }]
answer = 2
because = { en = "So.", ko = "그래서." }
[[step]]
name = "two"
title = { en = "Other", ko = "둘" }
text = { en = "Second.", ko = "둘째." }
formula = { en = 'a', ko = '\\text{가}' }
change = "gain=2"
reference = "before"
note = { en = "Aside.", ko = "덧붙임." }
claim = ["reference.L == 3", "weight_std[1] > reference.weight_std[1]"]
[[step]]
name = "three"
title = { en = "Last", ko = "셋" }
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
    assert one.question.answer == 2 and str(one.question.choices[1].text.ko) == "나"
    assert str(two.formula.ko) == "\\text{가}" and one.formula.en == one.formula.ko
    assert check(lesson) == Report(5, ()) and hash(lesson) == hash(read(GOOD))
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
        ('{ en = "Mine", ko = "내 강의" }', "{}", "lesson mine, title", "in one language or in both"),
        ('en = "Mine"', 'en = "{3 = L"', "lesson mine, title, en", "a brace stands alone"),
        ('en = "Mine"', 'en = "{3 : L}"', "lesson mine, title, en", "needed in braces"),
        ('en = "Mine"', 'en = "{x = L}"', "lesson mine, title, en", "x is not read as a number"),
        ('en = "Mine"', 'en = "{3 = l}"', "lesson mine, title, en", 'there is no "l"'),
        ('en = "Mine"', 'en = "{3 = activation_std}"', "lesson mine, title, en", "one number is needed"),
        ('en = "First."', 'en = "{3 = L == 3}"', "lesson mine, step 1, text, en", "number is needed"),
        ("z = W a", "\\value{3 = l} a", "step 1, formula", 'there is no "l"'),
        ('ko = "내 강의"', 'ko = "내 강의", fr = "x"', "lesson mine, title, fr", 'there is no "fr"'),
        ('en = "Mine"', "en = 3", "lesson mine, title, en", "3 is not a text"),
        ('en = "Mine"', 'en = ""', "lesson mine, title, en", "1 to 120"),
        ('en = "Mine"', f'en = "{"x" * 121}"', "lesson mine, title, en", "1 to 120"),
        ('en = "Mine"', 'en = "a\\u0007b"', "lesson mine, title, en", "printable"),
        ('title = { en = "One", ko = "하나" }', "title = [1]", "step 1, title", "is not a text"),
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
        ('text = { en = "b", ko = "나" }, ', "", "step 1, question, choices, choice 2", '"text" is missing'),
        ('claim = "L == 3" }', 'claim = "L" }', "step 1, question, choices, choice 2, claim", "true or false"),
        ('{ text = { en = "a", ko = "가" } }', '"a"', "step 1, question, choices, choice 1", "a table is needed"),
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
    kept = (resources() / "lesson.schema.json").read_text(encoding="utf-8")
    assert json.loads(kept) == schema, "gradviz lessons --schema > resources/lesson.schema.json"


SHIPPED = sorted((resources() / "lessons").glob("*.toml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_editors_find_nothing_wrong_in_the_shipped_lessons(path):
    assert path.read_text(encoding="utf-8").startswith("#:schema ../lesson.schema.json")
    jsonschema.validate(tomllib.loads(path.read_text(encoding="utf-8")), lesson_schema())


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('title = { en = "Mine", ko = "내 강의" }', "", []),
        ('title = { en = "Mine", ko = "내 강의" }', "title = {}", ["title"]),
        ('en = "Mine"', 'fr = "Mine"', ["title"]),
        ('en = "Mine"', "en = 3", ["title", "en"]),
        ('name = "one"', 'name = "One"', ["step", 0, "name"]),
        ('["network"]', '["netwrok"]', ["step", 0, "board", 0, 0]),
        ('["depth"]', '["dept"]', ["step", 0, "controls", 0]),
        ('"forward"', '"forwards"', ["step", 0, "play"]),
        ("answer = 2", "answer = 0", ["step", 0, "question", "answer"]),
        ('text = { en = "b", ko = "나" }, ', "", ["step", 0, "question", "choices", 1]),
        ('change = "gain=2"', "change = 2", ["step", 1, "change"]),
    ],
)
def test_editors_show_what_is_wrong_where_it_is(old, new, where):
    broken = tomllib.loads(GOOD.replace(old, new, 1))
    errors = list(jsonschema.Draft202012Validator(lesson_schema()).iter_errors(broken))
    assert len(errors) == 1
    deepest = jsonschema.exceptions.best_match(errors)
    assert list(deepest.absolute_path) == where, deepest


def test_one_language_is_enough_and_is_shown_in_both():
    lesson = read(
        'title = "내 강의"\nsummary = { ko = "한 쪽." }\n[[step]]\nname = "a"\ntitle = "제목"\n'
        'text = { ko = "{3 = L}층입니다." }\nexperiment = "depth=3"\n'
    )
    assert check(lesson) == Report(1, ())
    for code in LANGUAGES:
        use_language(code)
        assert [str(lesson.title), str(lesson.summary), str(lesson.steps[0].text)] == ["내 강의", "한 쪽.", "3층입니다."]


def test_a_lesson_s_files_are_looked_for_in_its_folder(tmp_path, monkeypatch):
    """Whatever folder the program is started in; the experiment then names the whole path, so that its line runs anywhere."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "table.csv").write_text("1,2\n3,4\n5,6\n")
    text = GOOD.replace("depth=3&width=4", "depth=3&width=4&data=file&data_file=table.csv")
    (tmp_path / "mine" / "a.toml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    lesson = lesson_named("mine/a.toml")
    assert lesson.steps[0].spec.data_file == lesson.steps[1].spec.data_file == str(tmp_path / "mine" / "table.csv")
    assert check(lesson).failures == ()
    with pytest.raises(ExperimentError, match=f"cannot read table.csv: .*looked for in {tmp_path}"):
        simulate(Spec(data="file", data_file="table.csv"))


def test_a_check_finds_what_is_not_so():
    lesson = read(
        GOOD.replace('"First."', '"{4 = L} layers, and 7."')
        .replace('ko = "첫째."', 'ko = "{3 = L}층 가운데 두 층."')
        .replace("z = W a", "\\value{2.5 = gain} W a + 1.75")
        .replace('{ text = { en = "a", ko = "가" } }', '{ text = "a", claim = "gain == 1" }')
        .replace('"Second."', '"{2 = reference.gain}"')
    )
    assert [str(failure) for failure in check(lesson).failures] == [
        "step 1: text, 4 (en): L is 3.00000",
        "step 1: text, 7 (en): no expression gives this number; write {7 = …}",
        "step 1: text, 두 층 (ko): no expression gives this number; write {두 층 = …}",
        "step 1: formula, 2.5: gain is 1.00000",
        "step 1: formula, 1.75: no expression gives this number; write {1.75 = …}",
        "step 1: choice 1: gain == 1: this holds as well",
        "step 2: text, 2 (en): reference.gain is 1.00000",
    ]
    moved = check(read(GOOD.replace("answer = 2", "answer = 1")))
    assert [str(failure) for failure in moved.failures] == [
        "step 1: choice 1: the right answer needs a claim",
        "step 1: choice 2: L == 3: this holds as well",
    ]


@pytest.mark.parametrize("table", [LineTable, TextTable, FormulaTable])
def test_a_text_is_there_in_every_language(table):
    assert table.model_fields.keys() == LANGUAGES.keys()


def test_every_error_at_once():
    bad = GOOD.replace("depth=3&width=4", "depth=0&width=x").replace("L == 3", "L === 3").replace('en = "Other"', "en = 2")
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
    (failure,) = check(read(GOOD.replace("L == 3", "L == 4", 1))).failures
    assert str(failure) == "step 1: L == 4: does not hold (3, 4)"
    (failure,) = check(read(GOOD.replace("L == 3", "activation_std[9] > 0", 1))).failures
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
