"""What is wrong in a lesson's file, in the program's own words and with its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from gradviz.core.choices.errors import Problem, shown, unknown_name
from gradviz.i18n import N_, _
from gradviz.lessons.files.lesson_file import LessonTable
from gradviz.lessons.files.lesson_values import FORM

Location = tuple[int | str, ...]
"""Keys and indices (from 0) from the file's root, as pydantic gives them."""


class Wrong(NamedTuple):
    """What is wrong in a lesson's file, and where."""

    location: Location
    message: str


def in_our_words(details: ErrorDetails) -> Wrong:
    """Translate one of pydantic's errors."""
    location = details["loc"]
    if details["type"] == "missing":
        return Wrong(location[:-1], missing(location[-1]))
    if details["type"] == "extra_forbidden":
        return Wrong(location, unknown_name(str(location[-1]), list(_table_at(location).model_fields)))
    if details["type"] == "model_type":
        return Wrong(location, _("a table is needed here, { … }"))
    return Wrong(location, details["msg"])  # of the validators in `lesson_file`, which speak for themselves


def missing(key: int | str) -> str:
    """Return the message for a key that has to be there."""
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


def step_index(wrong: Wrong) -> int:
    """Return the step in which something is wrong, from 0; -1 where it concerns the whole lesson."""
    return int(wrong.location[1]) if wrong.location[:1] == ("step",) and len(wrong.location) > 1 else -1


def problem_of(lesson: str, wrong: Wrong) -> Problem:
    """Name the place, as in ``lesson 01_depth, step 3, claim 2``."""
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
