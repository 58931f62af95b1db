"""The single values of a lesson's file: texts, names, claims and boards, as types that pydantic validates."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import partial
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, PlainValidator, Tag, WithJsonSchema
from pydantic_core import PydanticCustomError

from gradviz.core.choices.errors import shown, unknown_name
from gradviz.core.spec import KNOBS
from gradviz.i18n import _
from gradviz.lessons.claims.claim import LONGEST_CLAIM, Claim
from gradviz.lessons.claims.terms import ClaimError
from gradviz.lessons.files.limited_toml import LARGEST_TOML
from gradviz.lessons.lesson import PLAYS
from gradviz.lessons.wording import Wording, WordingError
from gradviz.panels import PANELS, panel_key
from gradviz.panels.layouts import LAYOUTS

MOST_LESSON_ROWS, MOST_IN_A_LESSON_ROW = 4, 4
LONGEST_LINE, LONGEST_STEP_TEXT, LONGEST_FORMULA = 120, 1200, 400
"""How many, and how many characters: what fits on a screen."""

LONGEST_SOURCE = 4000
"""Characters of a text in the file, with the expressions of its numbers."""

STEP_NAME = r"^[a-z][a-z0-9_]{0,39}$"


FORM = "#"
"""Begins the tag of one form of a value; pydantic puts the tag into the location of an error."""


def wrong(message: str) -> PydanticCustomError:
    """Return the error of a value that is wrong, in the program's own words."""
    return PydanticCustomError("wrong", "{message}", {"message": message})


def one_line(text: str) -> str:
    """Return a text with its line breaks and runs of spaces as single spaces."""
    return " ".join(text.split())


def _text(longest: int, value: Any, longest_shown: int | None = None) -> str:
    if not isinstance(value, str):
        raise wrong(_("{value} is not a text").format(value=shown(value)))
    text = one_line(value)
    if not text or len(text) > longest or not text.isprintable():
        raise wrong(_("a text of 1 to {limit} printable characters is needed here").format(limit=longest_shown or longest))
    return text


def _name_in(names: Collection[str], value: Any) -> str:
    if not isinstance(value, str):
        raise wrong(_("{value} is not a name").format(value=shown(value)))
    if value not in names:
        raise wrong(unknown_name(value, list(names)))
    return value


def _step_name(value: Any) -> str:
    if not isinstance(value, str) or not re.match(STEP_NAME, value) or value.endswith("\n"):
        raise wrong(_('"{value}" is no name: small letters, digits and _ are').format(value=shown(value)))
    return value


def listed(least: int, most: int, value: Any) -> Any:
    """Return a list of a fitting length; refuse another, and what is none."""
    if not isinstance(value, list) or not least <= len(value) <= most:
        raise wrong(_("a list of {least} to {most} is needed here, [ … ]").format(least=least, most=most))
    return value


def _wording(read: Callable[[str], Wording], longest: int, value: Any) -> Wording:
    try:
        wording = read(_text(LONGEST_SOURCE, value, longest))
    except (ClaimError, WordingError) as error:
        raise wrong(str(error)) from None
    _text(longest, wording.text)
    return wording


def _claim(value: Any) -> Claim:
    try:
        return Claim.parse(value if isinstance(value, str) else "")
    except ClaimError as error:
        raise wrong(str(error)) from None


def _panel_name(value: Any) -> str:
    return _name_in(PANELS, panel_key(value) if isinstance(value, str) else value)


def _form_of_board(value: Any) -> str:
    return f"{FORM}layout" if isinstance(value, str) else f"{FORM}rows"


# The validators refuse first, because a message about a length names both limits; the Fields' limits go into the schema.
_SOURCE = WithJsonSchema({"type": "string", "minLength": 1, "maxLength": LONGEST_SOURCE})
Line = Annotated[Wording, PlainValidator(partial(_wording, Wording.of_text, LONGEST_LINE)), _SOURCE]
Text = Annotated[Wording, PlainValidator(partial(_wording, Wording.of_text, LONGEST_STEP_TEXT)), _SOURCE]
Latex = Annotated[Wording, PlainValidator(partial(_wording, Wording.of_latex, LONGEST_FORMULA)), _SOURCE]
Experiment = Annotated[str, Field(min_length=1), BeforeValidator(partial(_text, LARGEST_TOML))]
StepName = Annotated[str, Field(pattern=STEP_NAME), BeforeValidator(_step_name)]
ClaimText = Annotated[Claim, PlainValidator(_claim), WithJsonSchema({"type": "string", "maxLength": LONGEST_CLAIM})]
PanelName = Annotated[str, Field(json_schema_extra={"enum": list(PANELS)}), BeforeValidator(_panel_name)]
LayoutName = Annotated[str, Field(json_schema_extra={"enum": list(LAYOUTS)}), BeforeValidator(partial(_name_in, LAYOUTS))]
FieldName = Annotated[str, Field(json_schema_extra={"enum": list(KNOBS)}), BeforeValidator(partial(_name_in, KNOBS))]
PlayName = Annotated[str, Field(json_schema_extra={"enum": list(PLAYS)}), BeforeValidator(partial(_name_in, PLAYS))]
PanelRow = Annotated[
    list[PanelName],
    Field(min_length=1, max_length=MOST_IN_A_LESSON_ROW),
    BeforeValidator(partial(listed, 1, MOST_IN_A_LESSON_ROW)),
]
PanelRows = Annotated[
    list[PanelRow], Field(min_length=1, max_length=MOST_LESSON_ROWS), BeforeValidator(partial(listed, 1, MOST_LESSON_ROWS))
]

LessonBoard = Annotated[
    Annotated[LayoutName, Tag(f"{FORM}layout")] | Annotated[PanelRows, Tag(f"{FORM}rows")], Discriminator(_form_of_board)
]
