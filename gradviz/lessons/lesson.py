"""Lesson and LessonStep: a text, an experiment, the panels that show it, and claims that are checked against the simulation."""

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
"""What may play when a step is opened: the forward wave, the backward wave, or both."""


@dataclass(frozen=True)
class Bilingual:
    """A text in both languages; `str` gives it in the language in use."""

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
        The number of the right choice, counted from 1. Hidden until the lecturer reveals it.
    because : Bilingual
        Why it is right, shown with the answer.
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
        The experiment that is pinned for comparison.
    claims : tuple of Claim
        What the text says of the experiment, in numbers; all of them have to hold.
    board : tuple of tuple of str, or str
        Rows of panel keys, or a key of `LAYOUTS`; empty if the panels stay as they are.
    controls : tuple of str
        The fields of the Spec whose controls are shown.
    formula : Bilingual or None
        In LaTeX.
    question : Question or None
    note : Bilingual or None
        For the lecturer alone.
    play : str
        One of `PLAYS`, or "" if nothing plays.
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
    """A lesson. `key` is its file's name without the ending, ``01_depth_multiplies``; the number gives the order."""

    key: str
    title: Bilingual
    summary: Bilingual
    steps: tuple[LessonStep, ...]

    @cached_property
    def name(self) -> str:
        """The key without its number."""
        number, _underscore, name = self.key.partition("_")
        return name if number.isdecimal() and name else self.key

    def board_at(self, place: int) -> tuple[tuple[str, ...], ...] | str:
        """Return the board at the step of an index: its own, or that of the nearest step before it that has one; else empty."""
        return next((step.board for step in self.steps[place::-1] if step.board), ())

    def step(self, which: str) -> LessonStep:
        """Return the step with a number, counted from 1, or with a name.

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
    """A claim that does not hold, the number of its step (counted from 1), and the reason."""

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
    """Return why a claim does not hold, or "" if it does."""
    try:
        if claim.holds(frame, reference):
            return ""
        values = claim.values(frame, reference)
    except ClaimError as error:
        return str(error)
    return _("does not hold") + (f" ({values})" if values else "")
