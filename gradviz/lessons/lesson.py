"""Lesson and LessonStep: a text, an experiment, the panels that show it, and claims that are checked against the simulation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from gradviz.core.choices.errors import ExperimentError, Problem, unknown_name
from gradviz.core.spec import Spec
from gradviz.i18n import _
from gradviz.lessons.claims.claim import Claim
from gradviz.lessons.wording import Bilingual

PLAYS = ("forward", "backward", "whole")
"""What may play when a step is opened: the forward wave, the backward wave, or both."""


@dataclass(frozen=True)
class Choice:
    """An answer to choose from; `claim` is what it says, in numbers, or None. `str` gives its text."""

    text: Bilingual
    claim: Claim | None = None

    def __str__(self) -> str:
        return str(self.text)


@dataclass(frozen=True)
class Question:
    """A question to vote on.

    Attributes
    ----------
    text : Bilingual
    choices : tuple of Choice
    answer : int
        The number of the right choice, counted from 1. Hidden until the lecturer reveals it.
    because : Bilingual
        Why it is right, shown with the answer.
    """

    text: Bilingual
    choices: tuple[Choice, ...]
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

    @property
    def texts(self) -> Iterator[tuple[str, Bilingual]]:
        """Everything that is said, each with the key under which it stands in the file."""
        said = {"title": self.title, "text": self.text, "formula": self.formula, "note": self.note}
        yield from ((key, text) for key, text in said.items() if text is not None)
        if self.question is not None:
            yield "question", self.question.text
            yield from (("choices", choice.text) for choice in self.question.choices)
            yield "because", self.question.because


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

    @property
    def texts(self) -> Iterator[tuple[str, Bilingual]]:
        """What is said of it as a whole, with the key in the file."""
        yield from (("title", self.title), ("summary", self.summary))

    def pictured(self, place: int, *, is_asked: bool) -> LessonStep | None:
        """Return the step whose experiment the panels show at the step of an index; None: they stay as they are.

        While its question is asked they show the step before, so that they do not give the answer away.
        """
        shown = place - 1 if is_asked else place
        return self.steps[shown] if shown >= 0 else None

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
