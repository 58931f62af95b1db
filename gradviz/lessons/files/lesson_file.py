"""The format of a lesson's file: what may stand under each key of the TOML, declared once.

Validation and the JSON Schema that editors read come from the models below. What a step takes from the step before it is resolved
in `lesson_reader`.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from gradviz.core.choices.errors import shown
from gradviz.core.spec import KNOBS
from gradviz.i18n import LANGUAGES, _
from gradviz.lessons.claims.claim import Claim
from gradviz.lessons.files.lesson_values import (
    FORM,
    ClaimText,
    Experiment,
    FieldName,
    Latex,
    LessonBoard,
    Line,
    PlayName,
    StepName,
    Text,
    listed,
    wrong,
)

MOST_STEPS, MOST_CLAIMS, MOST_CHOICES = 40, 20, 6


class _Table(BaseModel):
    """A table of the file; a key that is not declared is refused."""

    # Built on first use: the command line imports this module, and rarely reads a lesson.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


class _Bilingual(_Table):
    """A text in one or both languages."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    @model_validator(mode="after")
    def _is_there(self) -> Self:
        if all(getattr(self, code) is None for code in LANGUAGES):
            raise wrong(_("a text is needed here, in one language or in both: { en = …, ko = … }"))
        return self


class LineTable(_Bilingual):
    """A short text in one or both languages."""

    en: Line | None = Field(None, description="In English.")
    ko: Line | None = Field(None, description="In Korean.")


class TextTable(_Bilingual):
    """A text in one or both languages."""

    en: Text | None = Field(None, description="In English.")
    ko: Text | None = Field(None, description="In Korean.")


class FormulaTable(_Bilingual):
    """A formula that contains words, in one or both languages."""

    en: Latex | None = Field(None, description="In LaTeX, its words in English.")
    ko: Latex | None = Field(None, description="In LaTeX, its words in Korean.")


def _form(value: Any) -> str:
    return f"{FORM}each" if isinstance(value, dict) else f"{FORM}all"


# A text is given once, for all languages, or in a table by language.
_ALL, _EACH = Tag(f"{FORM}all"), Tag(f"{FORM}each")
LineIn = Annotated[Annotated[Line, _ALL] | Annotated[LineTable, _EACH], Discriminator(_form)]
TextIn = Annotated[Annotated[Text, _ALL] | Annotated[TextTable, _EACH], Discriminator(_form)]
FormulaIn = Annotated[Annotated[Latex, _ALL] | Annotated[FormulaTable, _EACH], Discriminator(_form)]


class ChoiceTable(_Table):
    """An answer to choose from."""

    text: LineIn = Field(description="What is to be chosen.")
    claim: ClaimText | None = Field(
        None, description="What the answer says, in numbers: it has to hold for the right one, and must not for any other."
    )


class QuestionTable(_Table):
    """A question to vote on, asked before the step's experiment is shown."""

    text: TextIn = Field(description="The question.")
    choices: Annotated[list[ChoiceTable], BeforeValidator(partial(listed, 2, MOST_CHOICES))] = Field(
        description="The answers to choose from.", min_length=2, max_length=MOST_CHOICES
    )
    answer: int = Field(description="The number of the right choice, counted from 1.", ge=1, le=MOST_CHOICES)
    because: TextIn = Field(description="Why that choice is right; shown with the answer.")

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
    title: LineIn = Field(description="The heading.")
    text: TextIn = Field(description="What is said about the experiment.")
    formula: FormulaIn | None = Field(None, description="A formula in LaTeX; its numbers as \\\\value{1.5 = gain}.")
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
    board: LessonBoard | None = Field(
        None, description="The panels, row by row, or the name of a layout. Without it they stay as they are."
    )
    controls: Annotated[list[FieldName], BeforeValidator(partial(listed, 0, len(KNOBS)))] = Field(
        [], description="The fields of the experiment whose controls are shown.", max_length=len(KNOBS)
    )
    question: QuestionTable | None = Field(None, description="A question to vote on.")
    note: TextIn | None = Field(None, description="For the lecturer alone.")
    play: PlayName | None = Field(None, description="The wave that plays when the step is opened; whole: both.")
    claim: Annotated[list[ClaimText], BeforeValidator(partial(listed, 1, MOST_CLAIMS))] = Field(
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

    title: LineIn = Field(description="What the lesson is called.")
    summary: TextIn = Field(description="What it is about.")
    step: Annotated[list[StepTable], BeforeValidator(partial(listed, 1, MOST_STEPS))] = Field(
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
