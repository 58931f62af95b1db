"""Reads a lesson's file. Such files also come from outside: everything in them is checked, and every error is named at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gradviz.core.choices.errors import ExperimentError, Problem, shown, unknown_name
from gradviz.core.spec import Spec
from gradviz.i18n import N_, _
from gradviz.lessons.lesson import Bilingual, Lesson, LessonStep, Question
from gradviz.lessons.lesson_file import (
    BEFORE,
    FORM,
    FormulaTable,
    LessonTable,
    LineTable,
    QuestionTable,
    StepTable,
    TextTable,
    one_line,
)
from gradviz.lessons.limited_toml import parse_toml

Location = tuple[int | str, ...]
"""Keys and indices (from 0) from the file's root, as pydantic gives them."""


class _Wrong(NamedTuple):
    """What is wrong in a lesson's file, and where."""

    location: Location
    message: str


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
    return ExperimentError([_problem(key, _Wrong((), _("this is no lesson: {reason}").format(reason=reason)))])


def lesson_of(found: Mapping[str, Any], key: str) -> Lesson:
    """Return the lesson that a parsed file holds; `key` and the errors are those of `read_lesson`."""
    wrong: list[_Wrong] = []
    try:
        table = LessonTable.model_validate(found)
    except ValidationError as error:
        wrong += [_in_our_words(details) for details in error.errors(include_url=False)]
    experiments = [] if ("step",) in {each.location for each in wrong} else _experiments(found.get("step", ()), wrong)
    if wrong:
        raise ExperimentError([_problem(key, each) for each in sorted(wrong, key=_step_index)])
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


def _experiments(steps: Sequence[Any], wrong: list[_Wrong]) -> list[_Experiments]:
    """Resolve the experiments of all steps in their order, and note what is wrong.

    The steps are read as they stand in the file, so that an error elsewhere in a step hides none here.
    """
    experiments: list[_Experiments] = []
    names: set[str] = set()
    before: Spec | None = None
    for index, table in enumerate(steps):
        here: Location = ("step", index)
        lines = _lines(table)
        if lines.get("name") in names:
            message = _('"{name}" is the name of a step before').format(name=shown(lines["name"]))
            wrong.append(_Wrong((*here, "name"), message))
        names.add(lines.get("name", ""))
        if before is None and isinstance(table, dict) and not table.keys() & {"experiment", "change"}:
            wrong.append(_Wrong(here, _missing("experiment")))
        spec = _spec(lines, before, here, wrong)
        experiments.append(_Experiments(spec, _reference(lines.get("reference"), before, here, wrong)))
        before = spec
    return experiments


def _lines(table: Any) -> dict[str, str]:
    """Return the keys of a step that hold a text; pydantic has refused the others that should."""
    if not isinstance(table, dict):
        return {}
    return {name: one_line(value) for name, value in table.items() if isinstance(value, str)}


def _spec(lines: Mapping[str, str], before: Spec | None, here: Location, wrong: list[_Wrong]) -> Spec:
    if "experiment" in lines:
        return _parsed(lines["experiment"], None, (*here, "experiment"), wrong)
    if "change" not in lines:
        return before or Spec()
    if before is None:
        wrong.append(_Wrong((*here, "change"), _("there is no step before")))
    return _parsed(lines["change"], before, (*here, "change"), wrong)


def _reference(line: str | None, before: Spec | None, here: Location, wrong: list[_Wrong]) -> Spec | None:
    if line is None:
        return None
    if line != BEFORE:
        return _parsed(line, None, (*here, "reference"), wrong)
    if before is None:
        wrong.append(_Wrong((*here, "reference"), _("there is no step before")))
    return before


def _parsed(line: str, base: Spec | None, location: Location, wrong: list[_Wrong]) -> Spec:
    try:
        return Spec.from_text(line, base)
    except ExperimentError as error:
        wrong += [_Wrong(location, str(problem)) for problem in error.problems]
        return base or Spec()


# --- what is wrong, in the program's own words and with its place ---


def _in_our_words(details: ErrorDetails) -> _Wrong:
    """Translate one of pydantic's errors."""
    location = details["loc"]
    if details["type"] == "missing":
        return _Wrong(location[:-1], _missing(location[-1]))
    if details["type"] == "extra_forbidden":
        return _Wrong(location, unknown_name(str(location[-1]), list(_table_at(location).model_fields)))
    if details["type"] == "model_type":
        return _Wrong(location, _("a table is needed here, { … }"))
    return _Wrong(location, details["msg"])  # of the validators in `lesson_file`, which speak for themselves


def _missing(key: int | str) -> str:
    return _('"{name}" is missing').format(name=key)


def _table_at(location: Location) -> type[BaseModel]:
    """Return the model of the innermost table that a location lies in."""
    table: type[BaseModel] = LessonTable
    for part in location[:-1]:
        field = table.model_fields.get(str(part))
        table = next(_models(field.annotation), table) if field else table
    return table


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models in an annotation such as ``list[StepTable]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def _step_index(wrong: _Wrong) -> int:
    """Sort by step; what concerns the whole lesson comes first."""
    return int(wrong.location[1]) if wrong.location[:1] == ("step",) and len(wrong.location) > 1 else -1


def _problem(lesson: str, wrong: _Wrong) -> Problem:
    name = _("lesson {name}").format(name=shown(lesson))
    return Problem(", ".join([name, *_places(wrong.location)]), wrong.message)


_COUNTED = {"step": N_("step {number}"), "claim": N_("claim {number}")}
"""Key of a list → how one of its items is called, in place of the key."""

_COUNTED_WITHIN = {"board": N_("row {number}"), "choices": N_("choice {number}")}
"""Key of a list → how one of its items is called, after the key."""


def _places(location: Location) -> Iterator[str]:
    """Yield ``step 3``, ``board``, ``row 2``: where something is, from the outside in."""
    path = [part for part in location if not str(part).startswith(FORM)]
    for part, following in zip(path, [*path, ""][1:], strict=True):
        if isinstance(part, int):
            continue
        is_item, label = isinstance(following, int), _COUNTED.get(part) or _COUNTED_WITHIN.get(part)
        if not (is_item and part in _COUNTED):
            yield shown(part)
        if is_item and label:
            yield _(label).format(number=int(following) + 1)
