"""Lessons and cards as text, for the command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradviz.i18n import _
from gradviz.lessons.cards import Reproduced, Reproduction
from gradviz.lessons.check import Report
from gradviz.lessons.lesson import Lesson, LessonStep
from gradviz.report.words import difference_text


def list_text(lessons: Sequence[Lesson]) -> str:
    """Return one line a lesson: name, how many steps, title."""
    width = max((len(lesson.name) for lesson in lessons), default=0)
    return "\n".join(
        f"{number:2}  {lesson.name:{width}}  {len(lesson.steps):2}  {lesson.title}"
        for number, lesson in enumerate(lessons, start=1)
    )


def lesson_text(lesson: Lesson) -> str:
    """Return a lesson to be read: every step with its text, its formula, its experiment and its question, without the answer."""
    parts = [f"{lesson.title}\n{lesson.summary}"]
    parts += ["\n".join(_step_lines(number, step)) for number, step in enumerate(lesson.steps, start=1)]
    return "\n\n".join(parts)


def _step_lines(number: int, step: LessonStep) -> Iterator[str]:
    yield f"{number}. {step.title} ({step.name})"
    yield f"   {step.text}"
    if step.formula is not None:
        yield f"   $ {step.formula} $"
    yield f"   {step.spec.to_text(full=False)}"
    if step.reference is not None:
        yield "   " + _("compared with: {difference}").format(difference=difference_text(step.spec, step.reference))
    if step.question is not None:
        yield f"   {step.question.text}"
        yield from (f"   {letter}) {choice}" for letter, choice in zip("abcdef", step.question.choices, strict=False))


def check_text(lesson: Lesson, report: Report) -> str:
    """Return how many claims and numbers of a lesson are so, and which are not."""
    mark = "✗" if report.failures else "✓"
    holding = report.count - len(report.failures)
    summary = _("{holding} of {count} claims and numbers hold").format(holding=holding, count=report.count)
    return "\n".join([f"{mark} {lesson.name}: {summary}", *(f"  {failure}" for failure in report.failures)])


def card_text(result: Reproduction) -> str:
    """Return a card as a table: what was published, what was measured, what theory says."""
    card = result.card
    head = ("", _("measure"), _("layer"), _("published"), _("measured"), _("theory"))
    rows = [head, *(figure_row(figure) for figure in result.figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(1, len(head))]
    table = [f"{row[0]:1} " + "  ".join(cell.rjust(width) for cell, width in zip(row[1:], widths, strict=True)) for row in rows]
    notes = [str(card.source), card.experiment, _("Tolerance: {reason}").format(reason=card.tolerance)]
    return "\n".join(
        [f"{card.title} ({card.name})", *(f"  {note}" for note in notes), *table, *(f"✗ {fault}" for fault in result.faults)]
    )


def figure_row(found: Reproduced) -> tuple[str, ...]:
    """Return a figure as cells: whether it holds, measure, layer, published, measured, theory."""
    figure = found.figure
    expected = "—" if found.expected is None else f"{found.expected:.6g}"
    mark = "✓" if found.holds else "✗"
    return mark, figure.measure, str(figure.layer), str(figure.published), f"{found.measured:.6g}", expected
