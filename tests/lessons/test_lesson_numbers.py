"""No number in a shipped lesson can be changed, and no answer moved, without the check finding it, in either language."""

import re

import pytest

from gradviz.assets import resources
from gradviz.core.simulate import simulate
from gradviz.lessons import check as check_module
from gradviz.lessons.check import check
from gradviz.lessons.files.lesson_reader import read_lesson
from gradviz.lessons.shown_numbers import read_number

FILES = {path.stem: path.read_text(encoding="utf-8") for path in sorted((resources() / "lessons").glob("*.toml"))}
SAID = re.compile(r"\{(?P<shown>[^{}=<>~\"]+?)(?P<rest> [=<>~] [^{}\"]*)\}")
SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
WORDS = {
    "half": "a third",
    "a tenth": "a third",
    "a thousandth": "a hundredth",
    "a ten-millionth": "a millionth",
    "double": "three",
    "doubles": "three",
    "twice": "three",
    "절반": "3분의 1",
    "두 배": "세",
}


@pytest.fixture(autouse=True)
def frames(monkeypatch):
    """Each experiment is run once for all the mutants of a lesson."""
    found = {}

    def simulated(spec):
        if spec not in found:
            found[spec] = simulate(spec)
        return found[spec]

    monkeypatch.setattr(check_module, "simulate", simulated)


def first_digit_changed(shown):
    return re.sub(r"\d", lambda digit: str(int(digit[0]) % 9 + 1), shown, count=1)


def last_digit_changed(shown):
    return re.sub(r"\d(?=\D*$)", lambda digit: str((int(digit[0]) + 1) % 10), shown)


def turned_round(shown):
    return re.sub(r"\d[\d.]*\d", lambda digits: digits[0][::-1], shown)


def exponent_changed(shown):
    return re.sub(rf"[{SUPERSCRIPTS}]$", lambda digit: SUPERSCRIPTS[(SUPERSCRIPTS.index(digit[0]) + 1) % 10], shown)


def sign_changed(shown):
    return shown.replace("⁻", "") if "⁻" in shown else shown


def word_changed(shown):
    return WORDS.get(shown.lower(), shown)


CHANGES = [first_digit_changed, last_digit_changed, turned_round, exponent_changed, sign_changed, word_changed]


def mutant(text, change):
    """The file with every number changed that the change makes another one; and how many these are."""
    count = 0

    def changed(match):
        nonlocal count
        now, then = read_number(match["shown"]), read_number(change(match["shown"]))
        if then is None or abs(then.value - now.value) <= now.unit * 1e-6:
            return match[0]
        count += 1
        return f"{{{change(match['shown'])}{match['rest']}}}"

    return SAID.sub(changed, text), count


def times_said(lesson):
    """How often a number of the file is checked: one that stands for both languages once."""
    texts = [text for step in lesson.steps for _key, text in step.texts] + [text for _key, text in lesson.texts]
    return sum(len(wording.said) for text in texts for _code, wording in text.wordings)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.sampled(3)
def test_every_number_that_is_changed_is_found(name):
    text = FILES[name]
    assert len(SAID.findall(text)) == times_said(read_lesson(text.encode(), name))
    for change in CHANGES:
        changed, count = mutant(text, change)
        report = check(read_lesson(changed.encode(), name))
        assert len(report.failures) == count, change.__name__


def test_the_changes_reach_every_number():
    for name, text in FILES.items():
        for match in SAID.finditer(text):
            assert any(mutant(match[0], change)[1] for change in CHANGES), (name, match[0])


@pytest.mark.parametrize("name", FILES)
@pytest.mark.sampled(3)
def test_every_number_that_is_written_without_its_expression_is_found(name):
    text = FILES[name]
    bare = SAID.sub(lambda match: match["shown"], text)
    report = check(read_lesson(bare.encode(), name))
    formulas = sum(line.startswith("formula") and "\\value" in line for line in text.splitlines())
    assert len(report.failures) >= 0.8 * len(SAID.findall(text)) - formulas


@pytest.mark.parametrize("name", FILES)
@pytest.mark.sampled(3)
def test_every_answer_that_is_moved_is_found(name):
    text = FILES[name]
    lesson = read_lesson(text.encode(), name)
    answers = list(re.finditer(r"^answer = (\d)$", text, re.MULTILINE))
    questions = [step.question for step in lesson.steps if step.question]
    assert len(answers) == len(questions)
    for match, question in zip(answers, questions, strict=True):
        assert all(choice.claim is not None for choice in question.choices)
        for other in range(1, len(question.choices) + 1):
            if other != question.answer:
                moved = f"{text[: match.start()]}answer = {other}{text[match.end() :]}"
                assert len(check(read_lesson(moved.encode(), name)).failures) == 2
