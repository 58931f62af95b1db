"""The Spec: an experiment as one frozen value, one line of text, or one JSON object.

Each field is declared once, in the class below: type, range, default, unit, title, help, group and when it applies. Validation,
the control in the window, its tooltip, the command line, both file formats and the reference are generated from it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self
from urllib.parse import quote, unquote

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from gradviz.core.choices.activations import ACTIVATIONS, OUTPUT_ACTIVATIONS
from gradviz.core.choices.blocks import NORMALIZATION_PLACES, RESIDUAL_ORDERS, RESIDUAL_SCALES
from gradviz.core.choices.errors import MOST_PROBLEMS, ExperimentError, Problem, nearest_name, shown, unknown_name
from gradviz.core.choices.initializers import FAMILIES, FAN_MODES, INITIALIZERS, family_of
from gradviz.core.choices.losses import LOSSES
from gradviz.core.choices.normalization import BLOCK_NORMALIZATIONS
from gradviz.core.choices.precisions import PRECISIONS
from gradviz.core.choices.profiles import WIDTH_PROFILES
from gradviz.core.data.csv_manners import DECIMALS, HEADERS, MISSING, SEPARATORS
from gradviz.core.data.data_set import DATA_PARTS, INPUT_NORMALIZATIONS
from gradviz.core.data.sources import SOURCES
from gradviz.i18n import N_, _

WIDEST = 2048
"""The largest number of units in a layer."""

DEEPEST = 1000
"""The largest number of layers."""

_LIST_OF_UNITS = "[0-9]{1,6}(-[0-9]{1,6})*"
"""The form of `widths`, as a regular expression of Python and of JSON Schema."""

LONGEST_TEXT = 64 * 1024
"""Bytes; an experiment is one line of text or a small JSON object, so a longer input is not one."""


@dataclass(frozen=True)
class Knob:
    """The declaration of one field of the Spec.

    Attributes
    ----------
    name, title, help, unit : str
        `title`, `help` and `unit` are marked for translation.
    kind : type
        int, float, bool or str.
    default : int, float, bool or str
    low, high : number or None
        The accepted range, both ends included.
    reach : tuple of numbers or None
        The range of the slider, where that is smaller than the accepted range.
    scale : {"linear", "log"}
        The scale of the slider.
    choices : mapping or None
        The table that the value must be a key of: name → entry with a `title` and a `help`.
    group : {"front", "more"}
        Whether its control is always visible ("front") or in the folded part ("more").
    is_seed : bool
        Whether it is a random seed, for which people ask for any new value instead of choosing one.
    opens : str
        For a field that is the path of a file: what a file dialog offers, as Qt writes it.
    applies : callable
        ``applies(spec)``: whether the field has an effect in that experiment.
    detent : float or None
        A value that the slider holds at, because it means something.
    groups : mapping or None
        Heading → the choices below it, where a list of all would be long.
    suits : callable
        ``suits(spec)``: the choices that are usual in that experiment.
    """

    name: str
    title: str
    help: str
    unit: str
    kind: type
    default: Any
    low: Any
    high: Any
    reach: tuple[float, float] | None
    scale: Literal["linear", "log"]
    choices: Mapping[str, Any] | None
    group: Literal["front", "more"]
    is_seed: bool
    opens: str
    applies: Callable[[Spec], bool]
    detent: float | None
    groups: Mapping[str, Sequence[str]] | None
    suits: Callable[[Spec], Collection[str]]


def _knob(
    default: Any,
    title: str,
    help: str,
    *,
    unit: str = "",
    ge: float | None = None,
    le: float | None = None,
    longest: int | None = None,
    form: str | None = None,
    reach: tuple[float, float] | None = None,
    scale: Literal["linear", "log"] = "linear",
    choices: Mapping[str, Any] | None = None,
    group: Literal["front", "more"] = "front",
    is_seed: bool = False,
    opens: str = "",
    applies: Callable[[Spec], bool] = lambda spec: True,
    detent: float | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    suits: Callable[[Spec], Collection[str]] = lambda spec: (),
) -> Any:
    more = {
        "unit": unit,
        "reach": reach,
        "scale": scale,
        "choices": choices,
        "group": group,
        "is_seed": is_seed,
        "opens": opens,
        "applies": applies,
        "detent": detent,
        "groups": groups,
        "suits": suits,
    }
    limits = {"enum": list(choices or ()), "pattern": form and f"^({form})?$"}
    schema: dict[str, Any] = {key: limit for key, limit in limits.items() if limit}
    field = Field(default, title=title, description=help, ge=ge, le=le, max_length=longest, json_schema_extra=schema)
    field.metadata.append(more)
    return field


def _reads_a_file(spec: Spec) -> bool:
    return spec.data == "file"


class Spec(BaseModel):
    """One experiment: a network at initialization, its input, and its random seed.

    Frozen, hashable, comparable; every field has a default.

    Raises
    ------
    ExperimentError
        From the constructor, `replace`, `from_text` and `from_json`, with every problem at once.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    depth: int = _knob(
        20,
        N_("Depth"),
        N_("How many layers the network has. Every layer multiplies the signal once more."),
        unit=N_("layers"),
        ge=1,
        le=DEEPEST,
        scale="log",
        applies=lambda spec: not spec.widths,
    )
    width: int = _knob(
        100,
        N_("Width"),
        N_("How many units each layer has. A unit adds up as many terms as the layer before has units."),
        unit=N_("units"),
        ge=1,
        le=WIDEST,
        scale="log",
        applies=lambda spec: not spec.widths,
    )
    activation: str = _knob(
        "sigmoid",
        N_("Activation"),
        N_("The function each unit applies to its weighted sum."),
        choices=ACTIVATIONS,
    )
    slope: float = _knob(
        0.01,
        N_("Slope"),
        N_("How much of the negative side a leaky ReLU lets through."),
        ge=0,
        le=1,
        applies=lambda spec: ACTIVATIONS[spec.activation].parameter == "slope",
    )
    alpha: float = _knob(
        1.0,
        N_("Alpha"),
        N_("How far an ELU reaches down: it bends towards −α."),
        ge=0,
        le=10,
        applies=lambda spec: ACTIVATIONS[spec.activation].parameter == "alpha",
    )
    initializer: str = _knob(
        "normal",
        N_("Initializer"),
        N_("How the weights are drawn before learning begins."),
        choices=INITIALIZERS,
        groups=FAMILIES,
        suits=lambda spec: family_of(ACTIVATIONS[spec.activation].initializer),
    )
    weights_file: str = _knob(
        "",
        N_("Weights file"),
        N_(
            "The path of an NPZ file with W1 … WL and b1 … bL, or of a safetensors file whose matrices, in order, fit the layers."
        ),
        longest=1000,
        opens="NPZ, safetensors (*.npz *.safetensors)",
        applies=lambda spec: INITIALIZERS[spec.initializer].is_loaded,
    )
    gain: float = _knob(
        1.0,
        N_("Gain"),
        N_("Multiplies the standard deviation of the weights (for c·I it is c): the multiplier one may tune."),
        ge=0,
        le=1e6,
        reach=(0.01, 10.0),
        scale="log",
        applies=lambda spec: not INITIALIZERS[spec.initializer].is_loaded,
        detent=1.0,
    )
    data: str = _knob("gaussian", N_("Data"), N_("What goes into the first layer."), choices=SOURCES)
    data_file: str = _knob(
        "",
        N_("Data file"),
        N_("The path of a CSV or NPZ file with one row per example and one column per feature."),
        longest=1000,
        opens="CSV, NPZ (*.csv *.tsv *.txt *.npz)",
        applies=_reads_a_file,
    )
    target: str = _knob(
        "",
        N_("Labels"),
        N_(
            "The column with the labels, by its name in the header or its number from 1; in an NPZ file the array, y where none is "
            "named. Cross-entropy compares the output with them."
        ),
        longest=200,
        applies=_reads_a_file,
    )
    missing: str = _knob(
        "refuse",
        N_("Missing values"),
        N_("What is done where the file lacks a value: an empty cell, NA, NaN and the like."),
        choices=MISSING,
        group="more",
        applies=_reads_a_file,
    )
    separator: str = _knob(
        "auto",
        N_("Separator"),
        N_("What stands between two cells of a CSV file."),
        choices=SEPARATORS,
        group="more",
        applies=_reads_a_file,
    )
    decimal: str = _knob(
        "auto",
        N_("Decimal sign"),
        N_("How a CSV file writes one half."),
        choices=DECIMALS,
        group="more",
        applies=_reads_a_file,
    )
    header: str = _knob(
        "auto",
        N_("Header line"),
        N_("Whether the first line of a CSV file names the columns."),
        choices=HEADERS,
        group="more",
        applies=_reads_a_file,
    )
    feature_scale: float = _knob(
        1000.0,
        N_("Feature scale"),
        N_("How far the first of the two features reaches; the second reaches to 1."),
        ge=1,
        le=1e6,
        scale="log",
        applies=lambda spec: spec.data == "unlike",
    )
    normalize: str = _knob(
        "standardize",
        N_("Input normalization"),
        N_("What is done to the features of a data set before they go in."),
        choices=INPUT_NORMALIZATIONS,
        applies=lambda spec: SOURCES[spec.data].is_set,
    )
    part: str = _knob(
        "training",
        N_("Part"),
        N_("Which part of the data set goes in. Both are normalized with the training part's mean and standard deviation."),
        choices=DATA_PARTS,
        group="more",
        applies=lambda spec: SOURCES[spec.data].is_set,
    )
    seed: int = _knob(
        7,
        N_("Seed"),
        N_("Names the random draws. The same seed gives the same numbers, whatever else is changed."),
        ge=0,
        le=2**31 - 1,
        is_seed=True,
    )
    width_profile: str = _knob(
        "constant",
        N_("Width profile"),
        N_("How the width changes along the depth: where fan-in and fan-out differ."),
        choices=WIDTH_PROFILES,
        group="more",
        applies=lambda spec: not spec.widths,
    )
    widths: str = _knob(
        "",
        N_("Widths"),
        N_(
            "The units of layers 1 … L one by one, as in 10-5-1, in place of depth, width and profile. The input's come from the data."
        ),
        longest=5000,
        form=_LIST_OF_UNITS,
        group="more",
    )
    input_units: int = _knob(
        0,
        N_("Input units"),
        N_("How many features a drawn input has; 0 means as many as the width."),
        unit=N_("units"),
        ge=0,
        le=WIDEST,
        group="more",
        applies=lambda spec: not SOURCES[spec.data].is_set,
    )
    output_units: int = _knob(
        0,
        N_("Output units"),
        N_("How many units the last layer has; 0 means as the profile says."),
        unit=N_("units"),
        ge=0,
        le=WIDEST,
        group="more",
        applies=lambda spec: not spec.widths,
    )
    fan_mode: str = _knob(
        "auto",
        N_("Divided by"),
        N_("Which of a layer's two sizes the variance of the weights is divided by."),
        choices=FAN_MODES,
        group="more",
        applies=lambda spec: bool(INITIALIZERS[spec.initializer].fan),
    )
    bias_std: float = _knob(
        0.0,
        N_("Bias std"),
        N_("The standard deviation of the biases, which are drawn from N(0, bias std²)."),
        ge=0,
        le=1e6,
        reach=(0.0, 2.0),
        group="more",
        applies=lambda spec: not INITIALIZERS[spec.initializer].is_loaded,
    )
    residual: int = _knob(
        0,
        N_("Residual"),
        N_("A connection past every so many layers, where the widths agree; 0 means none."),
        unit=N_("layers"),
        ge=0,
        le=100,
        reach=(0, 10),
        group="more",
    )
    residual_order: str = _knob(
        "pre",
        N_("Residual order"),
        N_("Whether the skipped signal is added after the activation or before it."),
        choices=RESIDUAL_ORDERS,
        group="more",
        applies=lambda spec: spec.residual > 0,
    )
    residual_scale: str = _knob(
        "one",
        N_("Branch scale"),
        N_("What the branch beside a skip connection is multiplied by."),
        choices=RESIDUAL_SCALES,
        group="more",
        applies=lambda spec: spec.residual > 0,
    )
    normalization: str = _knob(
        "none",
        N_("Normalization"),
        N_("Mean and variance are set right in every layer, over the batch or over the units."),
        choices=BLOCK_NORMALIZATIONS,
        group="more",
    )
    normalization_place: str = _knob(
        "before",
        N_("Normalization's place"),
        N_("Before the activation or after it."),
        choices=NORMALIZATION_PLACES,
        group="more",
        applies=lambda spec: spec.normalization != "none",
    )
    shared_weights: bool = _knob(
        False,
        N_("Shared weights"),
        N_("The same matrix in every layer: a recurrent network unrolled in time."),
        group="more",
    )
    output_activation: str = _knob(
        "same",
        N_("Output activation"),
        N_("The activation of the last layer. One that is named here, even the same, is neither normalized nor skipped past."),
        choices=OUTPUT_ACTIVATIONS,
        group="more",
    )
    loss: str = _knob("cotangent", N_("Loss"), N_("What the gradient is the gradient of."), choices=LOSSES, group="more")
    batch: int = _knob(
        256,
        N_("Batch"),
        N_("How many examples go through the network at once; histograms and averages are taken over them."),
        unit=N_("examples"),
        ge=1,
        le=4096,
        scale="log",
        group="more",
    )
    dtype: str = _knob(
        "float32",
        N_("Precision"),
        N_("The number format of the whole network. What it cannot hold becomes 0 or infinity."),
        choices=PRECISIONS,
        group="more",
    )
    jacobian: bool = _knob(
        False,
        N_("Jacobian"),
        N_(
            "Also measure the singular values of the derivative of each layer by the input. Takes time: one n × n product a layer. "
            "Not with normalization, nor for a softmax output."
        ),
        group="more",
    )

    @property
    def layer_units(self) -> tuple[int, ...]:
        """n_1 … n_L: the units of each layer."""
        if self.widths:
            return tuple(map(int, self.widths.split("-")))
        hidden = WIDTH_PROFILES[self.width_profile].units(self.width, self.depth)
        return (*hidden[:-1], self.output_units or hidden[-1])

    @property
    def input_width(self) -> int:
        """The number of features of a drawn input."""
        if self.input_units or self.widths:
            return self.input_units or self.layer_units[0]
        return WIDTH_PROFILES[self.width_profile].units(self.width, self.depth)[0]

    def __init__(self, /, **values: Any) -> None:
        sizes, problems = _sizes_of(values)
        try:
            super().__init__(**{**values, **sizes})
        except ValidationError as error:
            raise ExperimentError([*problems, *_problems(error.errors())]) from None
        if problems:
            raise ExperimentError(problems)

    @field_validator("*", mode="after")
    @classmethod
    def _is_in_its_table(cls, value: Any, info: ValidationInfo) -> Any:
        choices = KNOBS[info.field_name or ""].choices
        if choices is not None and value not in choices:
            raise PydanticCustomError("unknown_name", "not in the table")
        return value

    def replace(self, /, **changes: Any) -> Self:
        """Return a validated copy with some fields changed.

        If `widths` is cleared, depth and width keep the values that followed from it.
        """
        widths = changes.get("widths", self.widths)
        kept = {name: value for name, value in self if not (widths and name in SIZE_FIELDS)}
        return type(self)(**{**kept, **changes})

    def written_fields(self) -> dict[str, Any]:
        """Return the fields that text and JSON hold, by name: all, but where `widths` is given, not those in SIZE_FIELDS."""
        return {name: value for name, value in self if not (self.widths and name in SIZE_FIELDS)}

    def to_text(self, *, full: bool = False) -> str:
        """Return the experiment as one line of text: the fields that differ from their defaults, or with `full` every field."""
        fields = self.written_fields().items()
        return "&".join(f"{name}={_written(value)}" for name, value in fields if full or value != KNOBS[name].default)

    @classmethod
    def from_text(cls, text: str, base: Self | None = None) -> Self:
        """Read a line such as ``depth=50&activation=tanh``; fields not named are taken from `base`, or have their defaults."""
        _refuse_long(text)
        pairs: list[tuple[str, Any]] = []
        problems: list[Problem] = []
        for part in filter(None, text.strip().split("&")):
            name, equals, value = part.partition("=")
            if equals:
                pairs.append((name.strip(), _read(name.strip(), unquote(value.strip()))))
            else:
                problems.append(Problem("", _('"{part}" is not of the form name=value').format(part=shown(part))))
        return cls._from_pairs(pairs, problems, base)

    def to_json(self) -> str:
        """Return the experiment as a JSON object of its fields (see `written_fields`)."""
        return json.dumps(self.written_fields(), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a JSON object of fields; fields it does not name have their defaults."""
        _refuse_long(text)
        try:
            # Pairs instead of a dict, so that duplicate keys are noticed.
            pairs = json.loads(text, object_pairs_hook=_Pairs)
        except (ValueError, RecursionError) as error:
            raise ExperimentError([Problem("", _("this is not JSON: {reason}").format(reason=shown(str(error))))]) from None
        if not isinstance(pairs, _Pairs):
            raise ExperimentError([Problem("", _("an experiment in JSON is an object of fields, {…}"))])
        return cls._from_pairs(pairs, [])

    @classmethod
    def _from_pairs(cls, pairs: Iterable[tuple[str, Any]], problems: list[Problem], base: Self | None = None) -> Self:
        values: dict[str, Any] = {}
        for name, value in pairs:
            if name in values:
                problems.append(Problem(shown(name), _("is given twice")))
            values[name] = value
        try:
            spec = cls(**values) if base is None else base.replace(**values)
        except ExperimentError as error:
            raise ExperimentError([*problems, *error.problems]) from None
        if problems:
            raise ExperimentError(problems)
        return spec

    def differences(self, other: Spec) -> tuple[str, ...]:
        """Return the names of the fields that differ and apply in one experiment or both, in the order of declaration."""
        return tuple(
            name
            for name, knob in KNOBS.items()
            if getattr(self, name) != getattr(other, name) and (knob.applies(self) or knob.applies(other))
        )


SIZE_FIELDS = ("depth", "width", "width_profile", "output_units")
"""The fields that `widths` replaces, and that must not be given together with it."""


def _sizes_of(values: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Return the fields that follow from `widths`, and the problems in it; where there are any, `widths` is emptied, lest it be checked twice."""
    widths = values.get("widths", "")
    if not (widths and isinstance(widths, str)):
        return {}, []
    problems = [
        Problem(name, _("is given beside widths, which says it too; leave out one of them"))
        for name in SIZE_FIELDS
        if name in values
    ]
    if not re.fullmatch(_LIST_OF_UNITS, widths):
        message = _("{value} is not of the form 10-5-1: the units of layers 1 … L").format(value=shown(widths))
        return {"widths": ""}, [*problems, Problem("widths", message)]
    units = [int(each) for each in widths.split("-")]
    if len(units) > DEEPEST:
        problems.append(
            Problem("widths", _("{count} layers; at most {limit} are possible").format(count=len(units), limit=DEEPEST))
        )
    outside = _("{value} units; a layer has 1 … {high}")
    problems += [Problem("widths", outside.format(value=each, high=WIDEST)) for each in units if not 1 <= each <= WIDEST][:10]
    if problems:
        return {"widths": ""}, problems
    return {"depth": len(units), "width": max(units), "widths": "-".join(map(str, units))}, []


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as a list of pairs, duplicate keys included."""


def _declared_knobs() -> dict[str, Knob]:
    knobs = {}
    for name, field in Spec.model_fields.items():
        more = next(entry for entry in field.metadata if isinstance(entry, dict))
        limit = {key: getattr(entry, key) for entry in field.metadata for key in ("ge", "le") if hasattr(entry, key)}
        assert field.title and field.description, name
        assert isinstance(field.annotation, type), name
        knobs[name] = Knob(
            name=name,
            title=field.title,
            help=field.description,
            kind=field.annotation,
            default=field.default,
            low=limit.get("ge"),
            high=limit.get("le"),
            **more,
        )
    return knobs


KNOBS: dict[str, Knob] = _declared_knobs()
"""Field name → Knob, in the order of the controls."""


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return quote(repr(value).removesuffix(".0") if isinstance(value, float) else str(value), safe="")


def _read(name: str, text: str) -> Any:
    """Convert text to the field's type; text that cannot be converted is returned as it is, and validation refuses it."""
    kind = KNOBS[name].kind if name in KNOBS else str
    # int() and float() also accept underscores and digits of other scripts, and take very long for very long numbers.
    if kind is bool:
        return {"true": True, "false": False}.get(text.lower(), text)
    if kind is str or not re.fullmatch(r"[-+.0-9a-z]{1,400}", text, re.ASCII | re.IGNORECASE):
        return text
    try:
        return kind(text)
    except ValueError:
        return text


def _refuse_long(text: str) -> None:
    if len(text.encode(errors="replace")) > LONGEST_TEXT:
        limit = LONGEST_TEXT // 1024
        raise ExperimentError([Problem("", _("too long for an experiment: more than {limit} KiB").format(limit=limit))])


def _problems(errors: Iterable[ErrorDetails]) -> list[Problem]:
    """Return the Problems for the errors found by pydantic. All fields there are, are listed once; so many are not told of twice."""
    problems: list[Problem] = []
    has_listed = False
    for details in errors:
        name = str(details["loc"][0]) if details["loc"] else ""
        if name in KNOBS:
            problems.append(_problem(details))
        elif len(problems) >= MOST_PROBLEMS or (has_listed and not nearest_name(name, list(KNOBS))):
            problems.append(Problem(shown(name), _('there is no "{name}"').format(name=shown(name))))
        else:
            problems.append(Problem(shown(name), unknown_name(name, list(KNOBS))))
            has_listed = has_listed or not nearest_name(name, list(KNOBS))
    return problems


def _problem(details: ErrorDetails) -> Problem:
    """Return the Problem for an error in a field found by pydantic, with this program's message."""
    name = str(details["loc"][0])
    value, knob = details["input"], KNOBS[name]
    if knob.choices is not None and isinstance(value, str):
        return Problem(name, unknown_name(value, list(knob.choices)))
    message = _MESSAGES.get(details["type"])
    if message is None:  # pragma: no cover - no field has another check; a new one is still reported
        return Problem(name, details["msg"])
    return Problem(name, _(message).format(value=shown(value), low=knob.low, high=_plain(knob.high)))


def _plain(number: Any) -> str:
    return f"{number:.15g}" if isinstance(number, float) else str(number)


_MESSAGES = {
    "int_type": N_("{value} is not a whole number"),
    "float_type": N_("{value} is not a number"),
    "finite_number": N_("{value} is not a finite number"),
    "string_type": N_("{value} is not a name"),
    "bool_type": N_("{value} is neither true nor false"),
    "string_too_long": N_("is too long"),
    "greater_than_equal": N_("{value} is outside {low} … {high}"),
    "less_than_equal": N_("{value} is outside {low} … {high}"),
}
