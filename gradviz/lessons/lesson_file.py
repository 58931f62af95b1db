"""The format of a lesson's file: what may stand under each key of the TOML, declared once.

Validation and the JSON Schema that editors read come from the models below. What a step takes from the step before it is resolved
in `lesson_reader`.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    Tag,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema

from gradviz.core.choices.errors import shown, unknown_name
from gradviz.core.spec import KNOBS
from gradviz.i18n import _
from gradviz.lessons.claim_terms import ClaimError
from gradviz.lessons.claims import LONGEST_CLAIM, Claim
from gradviz.lessons.lesson import PLAYS
from gradviz.lessons.limited_toml import LARGEST_FILE
from gradviz.panels import PANELS
from gradviz.panels.layouts import LAYOUTS

MOST_STEPS, MOST_CLAIMS, MOST_CHOICES, MOST_ROWS, MOST_IN_A_ROW = 40, 20, 6, 4, 4
LONGEST_LINE, LONGEST_TEXT, LONGEST_FORMULA = 120, 1200, 400
"""How many, and how many characters: what fits on a screen."""

STEP_NAME = r"^[a-z][a-z0-9_]{0,39}$"

BEFORE = "before"
"""As a reference: the experiment of the step before."""


FORM = "#"
"""Begins the tag of one form of a value; pydantic puts the tag into the location of an error."""


def wrong(message: str) -> PydanticCustomError:
    """Return the error of a value that is wrong, in the program's own words."""
    return PydanticCustomError("wrong", "{message}", {"message": message})


def one_line(text: str) -> str:
    """Return a text with its line breaks and runs of spaces as single spaces."""
    return " ".join(text.split())


def _text(longest: int, value: Any) -> str:
    if not isinstance(value, str):
        raise wrong(_("{value} is not a text").format(value=shown(value)))
    text = one_line(value)
    if not text or len(text) > longest or not text.isprintable():
        raise wrong(_("a text of 1 to {limit} printable characters is needed here").format(limit=longest))
    return text


def _name_in(names: Any, value: Any) -> str:
    if not isinstance(value, str):
        raise wrong(_("{value} is not a name").format(value=shown(value)))
    if value not in names:
        raise wrong(unknown_name(value, list(names)))
    return value


def _step_name(value: Any) -> str:
    if not isinstance(value, str) or not re.match(STEP_NAME, value) or value.endswith("\n"):
        raise wrong(_('"{value}" is no name: small letters, digits and _ are').format(value=shown(value)))
    return value


def _listed(least: int, most: int, value: Any) -> Any:
    if not isinstance(value, list) or not least <= len(value) <= most:
        raise wrong(_("a list of {least} to {most} is needed here, [ … ]").format(least=least, most=most))
    return value


def _claim(value: Any) -> Claim:
    try:
        return Claim.parse(value if isinstance(value, str) else "")
    except ClaimError as error:
        raise wrong(str(error)) from None


def _form_of_formula(value: Any) -> str:
    return f"{FORM}each" if isinstance(value, dict) else f"{FORM}all"


def _form_of_board(value: Any) -> str:
    return f"{FORM}layout" if isinstance(value, str) else f"{FORM}rows"


# A message about a length names both limits, so the validators in front of the Fields speak; the Fields tell the schema.
Line = Annotated[str, Field(min_length=1, max_length=LONGEST_LINE), BeforeValidator(partial(_text, LONGEST_LINE))]
Text = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT), BeforeValidator(partial(_text, LONGEST_TEXT))]
Latex = Annotated[str, Field(min_length=1, max_length=LONGEST_FORMULA), BeforeValidator(partial(_text, LONGEST_FORMULA))]
Experiment = Annotated[str, Field(min_length=1), BeforeValidator(partial(_text, LARGEST_FILE))]
StepName = Annotated[str, Field(pattern=STEP_NAME), BeforeValidator(_step_name)]
ClaimText = Annotated[Claim, PlainValidator(_claim), WithJsonSchema({"type": "string", "maxLength": LONGEST_CLAIM})]
PanelName = Annotated[str, Field(json_schema_extra={"enum": list(PANELS)}), BeforeValidator(partial(_name_in, PANELS))]
LayoutName = Annotated[str, Field(json_schema_extra={"enum": list(LAYOUTS)}), BeforeValidator(partial(_name_in, LAYOUTS))]
FieldName = Annotated[str, Field(json_schema_extra={"enum": list(KNOBS)}), BeforeValidator(partial(_name_in, KNOBS))]
PlayName = Annotated[str, Field(json_schema_extra={"enum": list(PLAYS)}), BeforeValidator(partial(_name_in, PLAYS))]
PanelRow = Annotated[
    list[PanelName],
    Field(min_length=1, max_length=MOST_IN_A_ROW),
    BeforeValidator(partial(_listed, 1, MOST_IN_A_ROW)),
]
PanelRows = Annotated[list[PanelRow], Field(min_length=1, max_length=MOST_ROWS), BeforeValidator(partial(_listed, 1, MOST_ROWS))]

Board = Annotated[
    Annotated[LayoutName, Tag(f"{FORM}layout")] | Annotated[PanelRows, Tag(f"{FORM}rows")], Discriminator(_form_of_board)
]


class _Table(BaseModel):
    """A table of the file; a key that is not declared is refused."""

    # Built on first use: the command line imports this module, and rarely reads a lesson.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


class LineTable(_Table):
    """A short text in both languages."""

    en: Line = Field(description="In English.")
    ko: Line = Field(description="In Korean.")


class TextTable(_Table):
    """A text in both languages."""

    en: Text = Field(description="In English.")
    ko: Text = Field(description="In Korean.")


class FormulaTable(_Table):
    """A formula that contains words, in both languages."""

    en: Latex = Field(description="In LaTeX, its words in English.")
    ko: Latex = Field(description="In LaTeX, its words in Korean.")


Formula = Annotated[
    Annotated[Latex, Tag(f"{FORM}all")] | Annotated[FormulaTable, Tag(f"{FORM}each")], Discriminator(_form_of_formula)
]


class QuestionTable(_Table):
    """A question to vote on, asked before the step's experiment is shown."""

    en: Text = Field(description="The question in English.")
    ko: Text = Field(description="The question in Korean.")
    choices: Annotated[list[LineTable], BeforeValidator(partial(_listed, 2, MOST_CHOICES))] = Field(
        description="The answers to choose from.", min_length=2, max_length=MOST_CHOICES
    )
    answer: int = Field(description="The number of the right choice, counted from 1.", ge=1, le=MOST_CHOICES)
    because: TextTable = Field(description="Why that choice is right; shown with the answer.")

    @field_validator("answer", mode="before")
    @classmethod
    def _is_a_choice(cls, value: Any, info: ValidationInfo) -> Any:
        most = len(info.data["choices"]) if "choices" in info.data else MOST_CHOICES
        if type(value) is not int or not 1 <= value <= most:
            raise wrong(_("the number of a choice is needed here, counted from 1"))
        return value


class StepTable(_Table):
    """One page of a lesson."""

    name: StepName = Field(
        description="Unique in the lesson: small letters, digits and _. gradviz show lesson:LESSON/NAME opens it."
    )
    title: LineTable = Field(description="The heading.")
    text: TextTable = Field(description="What is said about the experiment.")
    formula: Formula | None = Field(None, description="A formula in LaTeX, one for both languages or one for each.")
    experiment: Experiment | None = Field(
        None,
        description="The experiment, whole: depth=50&activation=tanh. Without experiment and change, that of the step before.",
    )
    change: Experiment | None = Field(
        None, description="What differs from the experiment of the step before: gain=2. Not beside experiment."
    )
    reference: Experiment | None = Field(
        None, description='The experiment that is pinned for comparison, or "before": that of the step before.'
    )
    board: Board | None = Field(
        None, description="The panels, row by row, or the name of a layout. Without it they stay as they are."
    )
    controls: Annotated[list[FieldName], BeforeValidator(partial(_listed, 0, len(KNOBS)))] = Field(
        [], description="The fields of the experiment whose controls are shown.", max_length=len(KNOBS)
    )
    question: QuestionTable | None = Field(None, description="A question to vote on.")
    note: TextTable | None = Field(None, description="For the lecturer alone.")
    play: PlayName | None = Field(None, description="The wave that plays when the step is opened; whole: both.")
    claim: Annotated[list[ClaimText], BeforeValidator(partial(_listed, 1, MOST_CLAIMS))] = Field(
        [],
        description="What the text says, in numbers, to be checked by gradviz lessons --check: activation_std[L] < 0.1.",
        min_length=1,
        max_length=MOST_CLAIMS,
    )

    @field_validator("change")
    @classmethod
    def _stands_alone(cls, change: str | None, info: ValidationInfo) -> str | None:
        if change is not None and info.data.get("experiment") is not None:
            raise wrong(_("an experiment or a change, not both"))
        return change

    @field_validator("claim")
    @classmethod
    def _have_a_reference(cls, claims: list[Claim], info: ValidationInfo) -> list[Claim]:
        without = [shown(claim.text) for claim in claims if claim.needs_reference and info.data.get("reference", "") is None]
        if without:
            raise wrong(_("{claim}: the step pins no reference").format(claim=", ".join(without)))
        return claims


class LessonTable(_Table):
    """A lesson of gradviz: pages that each set an experiment, show panels and state in claims what they say of it."""

    title: LineTable = Field(description="What the lesson is called.")
    summary: TextTable = Field(description="What it is about.")
    step: Annotated[list[StepTable], BeforeValidator(partial(_listed, 1, MOST_STEPS))] = Field(
        description="The pages, in their order.", min_length=1, max_length=MOST_STEPS
    )


class _TomlSchema(GenerateJsonSchema):
    """The schema of a TOML file, which has no null: an optional key is left out."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def lesson_schema() -> dict[str, Any]:
    """Return the JSON Schema of a lesson's file."""
    schema = LessonTable.model_json_schema(schema_generator=_TomlSchema)
    return {"$schema": _TomlSchema.schema_dialect, **schema}
