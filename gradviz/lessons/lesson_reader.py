"""Reads a lesson's file. Such files also come from outside: everything in them is checked, and every error is named at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError

from gradviz.core.choices.errors import ExperimentError, shown
from gradviz.core.spec import Spec
from gradviz.i18n import _
from gradviz.lessons.lesson import Bilingual, Lesson, LessonStep, Question
from gradviz.lessons.lesson_file import (
    FormulaTable,
    LessonTable,
    LineTable,
    QuestionTable,
    StepTable,
    TextTable,
)
from gradviz.lessons.lesson_problems import Location, Wrong, in_our_words, missing, problem_of, step_index
from gradviz.lessons.lesson_values import one_line
from gradviz.lessons.limited_toml import parse_toml

BEFORE = "before"
"""As a reference: the experiment of the step before."""


class _Experiments(NamedTuple):
    """The experiment of a step, and the one that is pinned beside it."""

    spec: Spec
    reference: Spec | None


def read_lesson(content: bytes, key: str) -> Lesson:
    """Read a lesson.

    Parameters
    ----------
    content : bytes
        Of the file.
    key : str
        The file's name without its ending.

    Raises
    ------
    ExperimentError
        With everything that is wrong, each with lesson, step and place.
    """
    try:
        found = parse_toml(content)
    except ValueError as error:
        raise _no_lesson(key, str(error)) from None
    try:
        return lesson_of(found, key)
    except RecursionError:  # arrays of dotted keys nest deeper than the repr of a value can follow
        raise _no_lesson(key, _("too deeply nested")) from None


def _no_lesson(key: str, reason: str) -> ExperimentError:
    return ExperimentError([problem_of(key, Wrong((), _("this is no lesson: {reason}").format(reason=reason)))])


def lesson_of(found: Mapping[str, Any], key: str) -> Lesson:
    """Return the lesson that a parsed file holds; `key` and the errors are those of `read_lesson`."""
    wrong: list[Wrong] = []
    try:
        table = LessonTable.model_validate(found)
    except ValidationError as error:
        wrong += [in_our_words(details) for details in error.errors(include_url=False)]
    experiments = [] if ("step",) in {each.location for each in wrong} else _experiments(found.get("step", ()), wrong)
    if wrong:
        raise ExperimentError([problem_of(key, each) for each in sorted(wrong, key=step_index)])
    return Lesson(
        key=key,
        title=_bilingual(table.title),
        summary=_bilingual(table.summary),
        steps=tuple(_step(*pair) for pair in zip(table.step, experiments, strict=True)),
    )


def _step(table: StepTable, experiments: _Experiments) -> LessonStep:
    board = table.board
    return LessonStep(
        name=table.name,
        title=_bilingual(table.title),
        text=_bilingual(table.text),
        spec=experiments.spec,
        reference=experiments.reference,
        claims=tuple(table.claim),
        board=board if isinstance(board, str) else tuple(map(tuple, board or ())),
        controls=tuple(table.controls),
        formula=None if table.formula is None else _formula(table.formula),
        question=None if table.question is None else _question(table.question),
        note=None if table.note is None else _bilingual(table.note),
        play=table.play or "",
    )


def _bilingual(table: LineTable | TextTable | FormulaTable) -> Bilingual:
    return Bilingual(en=table.en, ko=table.ko)


def _formula(formula: str | FormulaTable) -> Bilingual:
    return Bilingual(en=formula, ko=formula) if isinstance(formula, str) else _bilingual(formula)


def _question(table: QuestionTable) -> Question:
    return Question(
        text=Bilingual(en=table.en, ko=table.ko),
        choices=tuple(map(_bilingual, table.choices)),
        answer=table.answer,
        because=_bilingual(table.because),
    )


# --- what a step takes from those before it ---


def _experiments(steps: Sequence[Any], wrong: list[Wrong]) -> list[_Experiments]:
    """Resolve the experiments of all steps in their order, and note what is wrong.

    The steps are read as they stand in the file, so that an error elsewhere in a step hides none here.
    """
    experiments: list[_Experiments] = []
    names: set[str] = set()
    before: Spec | None = None
    for index, table in enumerate(steps):
        here: Location = ("step", index)
        lines = _lines(table)
        if "name" in lines:
            if lines["name"] in names:
                wrong.append(Wrong((*here, "name"), _('"{name}" is the name of a step before').format(name=shown(lines["name"]))))
            names.add(lines["name"])
        if before is None and isinstance(table, dict) and not table.keys() & {"experiment", "change"}:
            wrong.append(Wrong(here, missing("experiment")))
        spec = _spec(lines, before, here, wrong)
        experiments.append(_Experiments(spec, _reference(lines.get("reference"), before, here, wrong)))
        before = spec
    return experiments


def _lines(table: Any) -> dict[str, str]:
    """Return the keys of a step that hold a text; pydantic has refused the others that should."""
    if not isinstance(table, dict):
        return {}
    return {name: one_line(value) for name, value in table.items() if isinstance(value, str)}


def _spec(lines: Mapping[str, str], before: Spec | None, here: Location, wrong: list[Wrong]) -> Spec:
    if "experiment" in lines:
        return _parsed(lines["experiment"], None, (*here, "experiment"), wrong)
    if "change" not in lines:
        return before or Spec()
    if before is None:
        wrong.append(Wrong((*here, "change"), _("there is no step before")))
    return _parsed(lines["change"], before, (*here, "change"), wrong)


def _reference(line: str | None, before: Spec | None, here: Location, wrong: list[Wrong]) -> Spec | None:
    if line is None:
        return None
    if line != BEFORE:
        return _parsed(line, None, (*here, "reference"), wrong)
    if before is None:
        wrong.append(Wrong((*here, "reference"), _("there is no step before")))
    return before


def _parsed(line: str, base: Spec | None, location: Location, wrong: list[Wrong]) -> Spec:
    try:
        return Spec.from_text(line, base)
    except ExperimentError as error:
        wrong += [Wrong(location, str(problem)) for problem in error.problems]
        return base or Spec()
