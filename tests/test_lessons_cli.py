"""Lessons and cards on the command line."""

import json
import re
from dataclasses import replace

import pytest

from gradviz import cli
from gradviz.assets import resources
from gradviz.core.simulate import simulate
from gradviz.i18n import LANGUAGES
from gradviz.lessons.cards import CARDS
from gradviz.lessons.check import check
from gradviz.lessons.files.lesson_file import lesson_schema
from gradviz.lessons.files.lesson_reader import read_lesson
from gradviz.lessons.files.shelf import lesson_named, lessons
from gradviz.report.verdict import backward_text

MINE = """
title = { en = "Mine", ko = "내 강의" }
summary = { en = "One step.", ko = "한 단계." }
[[step]]
name = "one"
title = { en = "One", ko = "하나" }
text = { en = "Said aloud.", ko = "말로 합니다." }
experiment = "depth=3&width=4"
claim = ["L == 3", "activation_std[1] > 0"]
[step.question]
text = { en = "Which?", ko = "어느 것?" }
choices = [{ text = { en = "this", ko = "이것" }, claim = "L == 4" }, { text = { en = "that", ko = "저것" }, claim = "L == 3" }]
answer = 2
because = { en = "Secret.", ko = "비밀." }
"""


@pytest.fixture
def gradviz(capsys, monkeypatch):
    """Run a command and return status, output and errors."""
    monkeypatch.setattr(cli, "system_language", lambda: "en")

    def call(*arguments):
        status = cli.run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return status, out, err

    return call


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(MINE, encoding="utf-8")
    return path


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_list_has_name_steps_and_title(gradviz, language):
    status, out, _ = gradviz("lessons", "--lang", language)
    assert status == 0
    for number, (line, lesson) in enumerate(zip(out.splitlines(), lessons(), strict=True), start=1):
        assert line.split()[:3] == [str(number), lesson.name, str(len(lesson.steps))]
        assert line.endswith(str(getattr(lesson.title, language)))


def test_a_lesson_is_printed_without_its_answers(gradviz, mine):
    status, out, _ = gradviz("lessons", mine)
    assert status == 0
    assert all(text in out for text in ("Mine", "Said aloud.", "depth=3&width=4", "a) this", "b) that"))
    assert "Secret" not in out
    assert "말로 합니다." in gradviz("lessons", mine, "--lang", "ko")[1]
    assert "1.5" in gradviz("lessons", "depth_multiplies")[1]


def test_check_says_what_does_not_hold(gradviz, mine):
    assert gradviz("lessons", mine, "--check")[:2] == (0, "✓ mine: 4 of 4 claims and numbers hold\n")
    mine.write_text(MINE.replace('["L == 3"', '["L == 4"'), encoding="utf-8")
    status, out, _ = gradviz("lessons", mine, "--check")
    assert (status, out) == (1, "✗ mine: 3 of 4 claims and numbers hold\n  step 1: L == 4: does not hold (3, 4)\n")


def test_a_step_works_wherever_an_experiment_does(gradviz, mine, tmp_path):
    expected = gradviz("run", "depth=3&width=4")
    assert expected[0] == 0
    for source in (f"lesson:{mine}/1", f"lesson:{mine}/one", f"lesson:{mine}"):
        assert gradviz("run", source) == expected
    lesson = lessons()[0]
    status, out, _ = gradviz("run", "lesson:depth_multiplies/nearly_one", "--set", "depth=5")
    assert status == 0 and backward_text(simulate(lesson.step("nearly_one").spec.replace(depth=5)).verdict) in out
    picture = tmp_path / "x.svg"
    assert gradviz("export", "lesson:1/chain", "-o", picture, "--panel", "gradient", "--size", "640x480")[0] == 0
    assert gradviz("run", picture) == gradviz("run", "lesson:1/chain")
    assert cli._with_command(["lesson:1/chain"]) == ["show", "lesson:1/chain"]


def test_what_is_wrong_is_status_2_with_every_error(gradviz, mine):
    mine.write_text(MINE.replace("depth=3", "depth=0").replace("L == 3", "L =="), encoding="utf-8")
    for arguments in (["lessons", mine], ["lessons", mine, "--check"], ["run", f"lesson:{mine}/1"]):
        status, out, err = gradviz(*arguments)
        assert (status, out) == (2, "")
        assert "lesson mine, step 1, experiment: depth: 0 is outside" in err and "lesson mine, step 1, claim 1" in err
    for arguments, says in (
        (["lessons", "dept_multiplies"], 'did you mean "depth_multiplies"'),
        (["run", "lesson:table/relu_hee"], 'did you mean "relu_he"'),
        (["run", "lesson:none.toml/1"], "cannot read none.toml"),
        (["cards", "tanh-smal"], 'did you mean "tanh-small"'),
    ):
        status, out, err = gradviz(*arguments)
        assert (status, out) == (2, "") and says in err


def test_the_schema_of_a_lesson_is_json(gradviz):
    status, out, _ = gradviz("lessons", "--schema")
    assert status == 0 and json.loads(out) == lesson_schema()


def test_a_card_stands_beside_what_was_published(gradviz, monkeypatch):
    status, out, _ = gradviz("cards", "1.5^152")
    assert status == 0 and "5.833e26" in out and "5.83272e+26" in out
    monkeypatch.setitem(CARDS, "1.5^152", replace(CARDS["1.5^152"], experiment=CARDS["0.5^152"].experiment))
    status, out, _ = gradviz("cards", "1.5^152")
    assert status == 1 and "✗" in out


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lesson_to_start_from_passes_its_own_check(gradviz, tmp_path, language):
    path = tmp_path / "mine.toml"
    assert gradviz("lessons", "--new", path, "--lang", language) == (0, "", "")
    status, out, _ = gradviz("lessons", path, "--check", "--lang", language)
    assert status == 0 and out.startswith("✓ mine: ") and "13" in out
    lesson = lesson_named(str(path))
    assert bool(re.search("[가-힣]", str(lesson.title))) is (language == "ko")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("0.24", "0.42"), encoding="utf-8")
    assert gradviz("lessons", path, "--check")[0] == 1
    status, _, err = gradviz("lessons", "--new", path)
    assert status == 2 and "mine.toml is there already" in err and "0.42" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("mine.txt", 2, '"mine.txt" ends in none of .toml'),
        ("no/mine.toml", 1, "there is no such folder"),
        ("", 2, "none of .toml"),
    ],
)
def test_a_lesson_to_start_from_goes_into_a_file_of_its_kind(gradviz, tmp_path, monkeypatch, path, status, says):
    monkeypatch.chdir(tmp_path)
    found, _, err = gradviz("lessons", "--new", path)
    assert found == status and says in err and list(tmp_path.iterdir()) == []


def test_every_key_of_a_lesson_is_explained():
    """`docs/lessons.md` names each key of the file, and its own example holds."""
    page = (resources().parent / "docs" / "lessons.md").read_text(encoding="utf-8")
    definitions = lesson_schema()["$defs"]
    keys = {key for name in ("StepTable", "QuestionTable", "ChoiceTable") for key in definitions[name]["properties"]}
    assert {"name", "choices", "claim"} < keys and [key for key in keys if f"`{key}`" not in page] == []
    [example] = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    report = check(read_lesson(example.encode(), "example"))
    assert report.failures == () and report.count >= 10


def lesson_with_data(folder):
    """A lesson in Korean alone, whose data lie beside it."""
    folder.mkdir()
    rows = [f"{x / 7:.3f},{(x * x % 11) / 11:.3f},{x % 5}" for x in range(24)]
    (folder / "mine.csv").write_text("\n".join(["height,weight,age", *rows]), encoding="utf-8")
    path = folder / "mine.toml"
    path.write_text(
        """
title = "내 강의"
summary = "예제 {24 = batch}개로 해 봅니다."
[[step]]
name = "one"
title = "특성 {3 = 3}개"
text = "입력은 파일에서 옵니다. 층은 {3 = L}개입니다."
experiment = "depth=3&width=4&batch=24&data=file&data_file=mine.csv"
claim = ["L == 3"]
""",
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lesson_with_its_data_works_from_anywhere(gradviz, qapp, tmp_path, monkeypatch, language):
    path = lesson_with_data(tmp_path / "lecture")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    for name in (path, "../lecture/mine.toml"):
        assert gradviz("lessons", name, "--check", "--lang", language)[0] == 0
        status, out, _ = gradviz("lessons", name, "--lang", language)
        assert status == 0 and "예제 24개로 해 봅니다." in out
        assert gradviz("run", f"lesson:{name}/one")[0] == 0
        assert gradviz("handout", name, "-o", "x.html", "--lang", language)[0] == 0
        assert "내 강의" in (elsewhere / "x.html").read_text(encoding="utf-8")
        assert gradviz("export", f"lesson:{name}/1", "-o", "x.png", "--size", "640x360")[0] == 0
    path.with_suffix(".csv").unlink()
    status, out, _ = gradviz("lessons", path, "--check", "--lang", "en")
    assert status == 1 and f"step 1: experiment: data_file: cannot read {path.with_suffix('.csv')}" in out
