"""What a handout says: a lesson's steps with everything that their runs have shown. Needs no Qt."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from gradviz.core.frame import Frame
from gradviz.core.runs.playhead import Playhead
from gradviz.core.runs.scene import Scene
from gradviz.core.simulate import Tick, simulate
from gradviz.core.spec import Spec
from gradviz.i18n import _
from gradviz.lessons.claims.claim import Claim
from gradviz.lessons.claims.terms import ClaimError
from gradviz.lessons.lesson import Lesson, LessonStep, Question
from gradviz.numbers import signed_text
from gradviz.panels.layouts import OPENING, Layout, layout_of
from gradviz.report.verdict import lines
from gradviz.report.words import difference_text

LETTERS = "ABCDEFGH"


@dataclass(frozen=True)
class Section:
    """A step, run.

    Attributes
    ----------
    number : int
        Of the step, counted from 1.
    step : LessonStep
    frame, reference : Frame
        Its run, and the one that is pinned beside it, or None.
    layout : Layout
        Its panels.
    """

    number: int
    step: LessonStep
    frame: Frame
    reference: Frame | None
    layout: Layout

    @property
    def scene(self) -> Scene:
        """What the window shows when the step's wave has come to its end."""
        return Scene.of(self.frame, Playhead.after(self.step.play, self.frame.depth), self.reference)

    @property
    def heading(self) -> str:
        """Number and title."""
        return f"{self.number}. {self.step.title}"

    @property
    def compared(self) -> str:
        """In what the run differs from the pinned one; nothing where none is."""
        if self.step.reference is None:
            return ""
        return _("compared with the run in grey: {difference}").format(
            difference=difference_text(self.step.spec, self.step.reference)
        )

    @property
    def findings(self) -> list[str]:
        """The verdict's lines, first that of the wave which the step plays."""
        found = lines(self.frame.verdict)
        return found[::-1] if self.step.play == "forward" else found

    @property
    def quantities(self) -> str:
        """The measured numbers that the step's claims speak of; nothing where they name none."""
        found: dict[str, float] = {}
        for claim in self.step.claims:
            found |= _quantities(claim, self.frame, self.reference)
        numbers = ", ".join(f"{name} = {signed_text(value)}" for name, value in found.items())
        return _("measured: {numbers}").format(numbers=numbers) if numbers else ""

    @property
    def experiment(self) -> str:
        """The experiment's line of text."""
        spec = self.step.spec
        return spec.to_text() or f"depth={spec.depth}"

    @property
    def command(self) -> str:
        """What runs it again."""
        return f"gradviz {shlex.quote(self.experiment)}"


def _quantities(claim: Claim, frame: Frame, reference: Frame | None) -> dict[str, float]:
    try:
        return claim.quantities(frame, reference)
    except ClaimError:  # of a lesson that claims what has no answer; `lessons --check` says so
        return {}


@dataclass(frozen=True)
class Handout:
    """A lesson on paper.

    Attributes
    ----------
    lesson : Lesson
    sections : tuple of Section
        One a step.
    theme : str
        A key of `THEMES`.
    has_notes : bool
        Whether the lecturer's notes are in it.
    """

    lesson: Lesson
    sections: tuple[Section, ...]
    theme: str = "light"
    has_notes: bool = False

    @classmethod
    def of(cls, lesson: Lesson, theme: str = "light", *, has_notes: bool = False, tick: Tick = lambda share: None) -> Handout:
        """Run a lesson's steps, each experiment once."""
        frames: dict[Spec, Frame] = {}
        sections: list[Section] = []
        for number, step in enumerate(lesson.steps, start=1):
            tick((number - 1) / len(lesson.steps))
            layout = layout_of(lesson.board_at(number - 1)) or OPENING.rows
            for spec in (step.spec, step.reference):
                if spec is not None and spec not in frames:
                    frames[spec] = simulate(spec)
            reference = None if step.reference is None else frames[step.reference]
            sections.append(Section(number, step, frames[step.spec], reference, layout))
        return cls(lesson, tuple(sections), theme, has_notes)

    @property
    def asked(self) -> tuple[tuple[Section, Question], ...]:
        """The steps that ask something, and what."""
        return tuple((section, section.step.question) for section in self.sections if section.step.question is not None)

    def note(self, section: Section) -> str:
        """Return a step's note, where notes are wanted and there is one."""
        if not self.has_notes or section.step.note is None:
            return ""
        return _("Lecturer's note: {note}").format(note=section.step.note)


def choices(question: Question) -> list[str]:
    """Return the choices, lettered."""
    return [f"{letter}) {choice}" for letter, choice in zip(LETTERS, question.choices, strict=False)]


def answer(question: Question) -> str:
    """Return the right choice, lettered."""
    return _("Answer: {answer}").format(answer=choices(question)[question.answer - 1])
