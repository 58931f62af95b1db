"""Checks a lesson: whether its claims hold, its numbers are those of its experiments, and its answers are right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from gradviz.core.choices.errors import ExperimentError
from gradviz.core.frame import Frame
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec
from gradviz.i18n import _
from gradviz.lessons.claims.claim import Claim
from gradviz.lessons.claims.terms import ClaimError
from gradviz.lessons.lesson import Lesson, LessonStep, Question
from gradviz.lessons.wording import Bilingual


@dataclass(frozen=True)
class Failure:
    """What is not so: the number of its step (counted from 1; 0: the lesson), what stands there, and the reason."""

    step: int
    what: str
    reason: str

    def __str__(self) -> str:
        place = _("step {number}").format(number=self.step) if self.step else _("lesson")
        return f"{place}: {self.what}: {self.reason}"


class _Run(NamedTuple):
    """What is said of it: a run, and the pinned one."""

    frame: Frame
    reference: Frame | None


@dataclass(frozen=True)
class Report:
    """What became of a lesson's check: how many claims and numbers it has, and which are wrong."""

    count: int
    failures: tuple[Failure, ...]


def check(lesson: Lesson) -> Report:
    """Run every step of a lesson and find what it says that is not so."""
    frames: dict[Spec, Frame] = {}
    count, failures = 0, []
    for number, step in enumerate(lesson.steps, start=1):
        try:
            run = _Run(_simulated(step.spec, frames), _simulated(step.reference, frames) if step.reference else None)
        except ExperimentError as error:  # its file is not there, for one
            count += 1
            failures += [Failure(number, "experiment", str(problem)) for problem in error.problems]
            continue
        said = list(_of_step(step, run))
        if number == 1:  # title and summary speak of the lesson's first experiment
            said += [(f"{key}, {what}", reason, 0) for key, text in lesson.texts for what, reason in _of_text(text, run)]
        count += len(said)
        failures += [Failure(place * number, what, reason) for what, reason, place in said if reason]
    return Report(count, tuple(failures))


def _simulated(spec: Spec, frames: dict[Spec, Frame]) -> Frame:
    if spec not in frames:
        frames[spec] = simulate(spec)
    return frames[spec]


def _of_step(step: LessonStep, run: _Run) -> Iterator[tuple[str, str, int]]:
    """Yield what a step says, why it is not so ("" where it is), and 1."""
    for claim in step.claims:
        yield claim.text, _fault(claim, run), 1
    for key, text in step.texts:
        for what, reason in _of_text(text, run):
            yield f"{key}, {what}", reason, 1
    if step.question is not None:
        yield from ((what, reason, 1) for what, reason in _of_answers(step.question, run))


def _of_text(text: Bilingual, run: _Run) -> Iterator[tuple[str, str]]:
    for code, wording in text.wordings:
        language = f" ({code})" if code else ""
        yield from ((f"{what}{language}", reason) for what, reason in wording.findings(*run))


def _of_answers(question: Question, run: _Run) -> Iterator[tuple[str, str]]:
    for number, choice in enumerate(question.choices, start=1):
        is_right = number == question.answer
        what = _("choice {number}").format(number=number)
        if choice.claim is None:
            yield what, _("the right answer needs a claim") if is_right else ""
            continue
        try:
            holds = choice.claim.holds(*run)
        except ClaimError as error:
            yield f"{what}: {choice.claim.text}", str(error)
            continue
        reason = "" if holds == is_right else _("this is the answer, and does not hold") if is_right else _("this holds as well")
        yield f"{what}: {choice.claim.text}", reason


def _fault(claim: Claim, run: _Run) -> str:
    """Return why a claim does not hold, or "" if it does."""
    try:
        if claim.holds(*run):
            return ""
        values = claim.values(*run)
    except ClaimError as error:
        return str(error)
    return _("does not hold") + (f" ({values})" if values else "")
