"""Where one is in a lesson: which step, and whether its question has been answered."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from gradviz.lessons.lesson import Lesson, LessonStep


class LessonPlayer(QObject):
    """Goes through a lesson, step by step.

    A step that asks something is shown twice: first the question, over the picture of the step before; then, revealed, the
    experiment that answers it.
    """

    changed = Signal()
    """Another lesson or step, or the answer was revealed."""

    def __init__(self) -> None:
        super().__init__()
        self.lesson: Lesson | None = None
        self.place = 0
        self.is_revealed = False
        self.offered: Lesson | None = None
        """The lesson that is offered at the end of this one."""
        self.votes: list[int] = []
        """How many have raised a hand for each choice of the step's question."""

    @property
    def step(self) -> LessonStep | None:
        """The step that is shown."""
        return self.lesson.steps[self.place] if self.lesson else None

    @property
    def asks(self) -> bool:
        """Whether a question waits for its answer."""
        return self.step is not None and self.step.question is not None and not self.is_revealed

    @property
    def pictured(self) -> LessonStep | None:
        """The step whose experiment is on the panels: while a question waits, the one before, so that they do not answer it."""
        if self.lesson is None:
            return None
        return self.lesson.pictured(self.place, is_asked=self.asks)

    @property
    def is_at_end(self) -> bool:
        """Whether nothing follows."""
        return self.lesson is None or (self.place == len(self.lesson.steps) - 1 and not self.asks)

    @property
    def following(self) -> LessonStep | None:
        """The step after this one."""
        steps = self.lesson.steps if self.lesson else ()
        return steps[self.place + 1] if self.place + 1 < len(steps) else None

    def open(self, lesson: Lesson, place: int = 0) -> None:
        """Begin a lesson, or go to one of its steps."""
        self.lesson = lesson
        self._go(place, revealed=False)

    def close(self) -> None:
        """Leave the lesson; the experiment stays."""
        self.lesson = self.offered = None
        self.changed.emit()

    def offer(self, lesson: Lesson) -> None:
        """Offer another lesson, at the end of this one."""
        self.offered = lesson
        self.changed.emit()

    def next(self) -> None:
        """Reveal the answer, or else go to the next step."""
        if self.asks:
            self.reveal()
        elif not self.is_at_end:
            self._go(self.place + 1, revealed=False)

    def back(self) -> None:
        """Go to the step before, which is shown with its answer."""
        if self.offered is not None:
            self._go(self.place, revealed=True)
        elif self.lesson is not None and self.place > 0:
            self._go(self.place - 1, revealed=True)

    def reveal(self) -> None:
        """Show the answer."""
        if self.asks:
            self.is_revealed = True
            self.changed.emit()

    def vote(self, number: int) -> None:
        """Count a vote for a choice, counted from 1, while the question waits."""
        if self.asks and 1 <= number <= len(self.votes):
            self.votes[number - 1] += 1
            self.changed.emit()

    def _go(self, place: int, *, revealed: bool) -> None:
        self.place, self.is_revealed, self.offered = place, revealed, None
        question = None if self.step is None else self.step.question
        self.votes = [0] * (len(question.choices) if question else 0)
        self.changed.emit()
