"""Lesson and LessonStep: a text, an experiment, what is shown of it, and claims that the simulation has to bear out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from gradviz.core.choices.errors import ExperimentError, Problem, unknown_name
from gradviz.core.frame import Frame
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec
from gradviz.i18n import _, language
from gradviz.lessons.claim_terms import ClaimError
from gradviz.lessons.claims import Claim

PLAYS = ("forward", "backward", "whole")
"""What a step may play when it is opened: one of the waves, or both."""


@dataclass(frozen=True)
class Bilingual:
    """A text in both languages; as a string it is in the one that is in use."""

    en: str
    ko: str

    def __str__(self) -> str:
        text: str = getattr(self, language())
        return text


@dataclass(frozen=True)
class Question:
    """A question to vote on.

    Attributes
    ----------
    text : Bilingual
    choices : tuple of Bilingual
    answer : int
        Which choice is right, counted from 1. Not to be shown before it is asked for.
    because : Bilingual
        Why, shown with the answer.
    """

    text: Bilingual
    choices: tuple[Bilingual, ...]
    answer: int
    because: Bilingual


@dataclass(frozen=True)
class LessonStep:
    """One page of a lesson.

    Attributes
    ----------
    name : str
        Unique in the lesson.
    title, text : Bilingual
    spec : Spec
        The experiment.
    reference : Spec or None
        The experiment that is pinned beside it.
    claims : tuple of Claim
        What the text says of the experiment, in numbers: all have to hold.
    board : tuple of tuple of str, or str
        Rows of panel keys, or the name of a layout; empty where the panels stay as they are.
    controls : tuple of str
        The fields of the Spec whose controls are shown.
    formula : Bilingual or None
        In LaTeX.
    question : Question or None
    note : Bilingual or None
        For the lecturer alone.
    play : str
        One of `PLAYS`, or nothing.
    """

    name: str
    title: Bilingual
    text: Bilingual
    spec: Spec
    reference: Spec | None = None
    claims: tuple[Claim, ...] = ()
    board: tuple[tuple[str, ...], ...] | str = ()
    controls: tuple[str, ...] = ()
    formula: Bilingual | None = None
    question: Question | None = None
    note: Bilingual | None = None
    play: str = ""


@dataclass(frozen=True)
class Lesson:
    """A lesson; `key` is the name of its file, ``01_depth_multiplies``, whose number gives the order."""

    key: str
    title: Bilingual
    summary: Bilingual
    steps: tuple[LessonStep, ...]

    @cached_property
    def name(self) -> str:
        """The key without its number."""
        number, _underscore, name = self.key.partition("_")
        return name if number.isdecimal() and name else self.key

    def step(self, which: str) -> LessonStep:
        """Return the step of a number, counted from 1, or of a name.

        Raises
        ------
        ExperimentError
            When there is none.
        """
        if which.isascii() and which.isdecimal() and len(which) < 4 and 1 <= int(which) <= len(self.steps):
            return self.steps[int(which) - 1]
        for step in self.steps:
            if step.name == which:
                return step
        message = unknown_name(which, [step.name for step in self.steps])
        raise ExperimentError([Problem(_("lesson {name}").format(name=self.name), message)])


@dataclass(frozen=True)
class Failure:
    """A claim that does not hold: in which step, counted from 1, which one, and what was found instead."""

    step: int
    claim: Claim
    reason: str

    def __str__(self) -> str:
        place = _("step {number}").format(number=self.step)
        return f"{place}: {self.claim.text}: {self.reason}"


def check(lesson: Lesson) -> list[Failure]:
    """Run every step of a lesson and return the claims that do not hold."""
    frames: dict[Spec, Frame] = {}
    failures = []
    for number, step in enumerate(lesson.steps, start=1):
        frame, reference = (_simulated(spec, frames) for spec in (step.spec, step.reference))
        assert frame is not None
        reasons = ((claim, _reason(claim, frame, reference)) for claim in step.claims)
        failures += [Failure(number, claim, reason) for claim, reason in reasons if reason]
    return failures


def _simulated(spec: Spec | None, frames: dict[Spec, Frame]) -> Frame | None:
    if spec is not None and spec not in frames:
        frames[spec] = simulate(spec)
    return None if spec is None else frames[spec]


def _reason(claim: Claim, frame: Frame, reference: Frame | None) -> str:
    """Return why a claim does not hold, or nothing."""
    try:
        if claim.holds(frame, reference):
            return ""
        values = claim.values(frame, reference)
    except ClaimError as error:
        return str(error)
    return _("does not hold") + (f" ({values})" if values else "")
