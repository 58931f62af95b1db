"""The lessons that come with the program: they are complete, and what they say is so, on every machine."""

import re
import subprocess
import sys

import pytest

from gradviz.core.simulate import simulate
from gradviz.lessons.check import check
from gradviz.lessons.claims.terms import ClaimError
from gradviz.lessons.files.shelf import lessons

LESSONS = lessons()
STEPS = {f"{lesson.name}/{step.name}": step for lesson in LESSONS for step in lesson.steps}
HANGUL = re.compile("[가-힣]")


def test_there_are_twelve_in_their_order():
    assert [lesson.key[:3] for lesson in LESSONS] == [f"{number:02}_" for number in range(1, 13)]
    assert all(4 <= len(lesson.steps) <= 9 for lesson in LESSONS)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_everything_that_is_claimed_or_said_is_so(lesson):
    assert list(map(str, check(lesson).failures)) == []


DRAWN = {name: step for name, step in STEPS.items() if step.spec.initializer != "identity"}
"""Not the powers of a number, c·I: they are exact everywhere, down to where the number format ends."""

ROUNDING = (2e-7, -2e-7, 4e-7, -4e-7, 6e-7, -6e-7)
"""Relative changes of the gain about as large as what the order of a sum changes in float32."""


@pytest.mark.parametrize("step", DRAWN.values(), ids=DRAWN)
@pytest.mark.sampled(10)
def test_the_claims_of_a_chaotic_network_leave_room_for_rounding(step):
    """Where a change in the last digits moves a quantity by more than 1 %, two correct programs differ: the limits lie further out."""
    reference = None if step.reference is None else simulate(step.reference)
    frames = (simulate(step.spec.replace(gain=step.spec.gain * (1 + change))) for change in (0.0, *ROUNDING))
    first, second = (quantities(step, next(frames), reference) for _ in range(2))
    if second != pytest.approx(first, rel=0.01):
        for frame in frames:
            assert [claim.text for claim in step.claims if not claim.holds(frame, reference)] == []
    for frame in frames_of(step):
        assert [said.text for said in numbers(step) if said.quantity.text not in EXACT and said.fault(frame, reference)] == []


EXACT = ("gain", "slope", "-alpha")
"""What the experiment sets, and what is turned a little here."""


def frames_of(step):
    return [simulate(step.spec.replace(gain=step.spec.gain * (1 + change))) for change in ROUNDING]


def numbers(step):
    return [said for _key, text in step.texts for _code, wording in text.wordings for said in wording.said]


def quantities(step, frame, reference):
    return {key: value for claim in step.claims for key, value in claim.quantities(frame, reference).items()}


def texts(step):
    question = step.question
    yield from (step.title, step.text, step.note)
    if question is not None:
        yield from (question.text, question.because)


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_every_step_is_complete(step):
    """Both languages, of which one has Hangul and the other none; something to see; something that is claimed."""
    for text in filter(None, texts(step)):
        assert text.en != text.ko and HANGUL.search(str(text.ko)) and not HANGUL.search(str(text.en))
    assert len(re.findall(r"[.?:;](?:\s|$)|, ", str(step.text.en))) >= 2 and len(str(step.text.en)) < 420
    assert step.claims and step.board and step.controls
    assert re.search(r"(니다|시오)(\([^)]*\))?\.$", str(step.text.ko))


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
@pytest.mark.sampled(8)
def test_a_step_s_claims_fail_for_another_network(step):
    """A claim that holds whatever happens says nothing: with other weights, or another activation, one has to fail."""
    others = [{"gain": step.spec.gain * 1.7}, {"activation": "sigmoid" if step.spec.activation != "sigmoid" else "elu"}]
    reference = None if step.reference is None else simulate(step.reference)
    assert any(fails(step, simulate(step.spec.replace(**other)), reference) for other in others)


def fails(step, frame, reference):
    try:
        return not all(claim.holds(frame, reference) for claim in step.claims)
    except ClaimError:
        return True


@pytest.mark.parametrize(
    ("imported", "without"),
    [
        ("gradviz.lessons.files.shelf", "PySide6"),
        ("gradviz.lessons.cards", "PySide6"),
        ("gradviz.panels.layouts", "gradviz.lessons"),
    ],
)
def test_lessons_need_no_qt_and_panels_need_no_lessons(imported, without):
    code = f"import sys, {imported}; sys.exit({without!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
