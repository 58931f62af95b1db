"""Reads a lesson from TOML. Such files also come from outside: everything in them is checked, and every error is named at once.

What a key may hold is said by one function each, in the tables at the end; nothing else is accepted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from gradviz.core.choices.errors import ExperimentError, shown
from gradviz.core.spec import KNOBS, Spec
from gradviz.i18n import LANGUAGES, _
from gradviz.lessons.claim_terms import ClaimError
from gradviz.lessons.claims import Claim
from gradviz.lessons.lesson import PLAYS, Bilingual, Lesson, LessonStep, Question
from gradviz.lessons.tables import LARGEST_LESSON, Key, Known, Place, Read, parsed, read_list, read_table

MOST_STEPS, MOST_CLAIMS, MOST_CHOICES = 40, 20, 6
LONGEST_LINE, LONGEST_TEXT, LONGEST_FORMULA = 120, 1200, 400
"""How many, and how many characters: what fits on a screen."""

BEFORE = "before"
"""As a reference: the experiment of the step before."""


def read_lesson(content: bytes, key: str, known: Known) -> Lesson:
    """Read a lesson.

    Parameters
    ----------
    content : bytes
        Of the file.
    key : str
        The file's name without its ending.
    known : Known
        What may stand in ``board``.

    Raises
    ------
    ExperimentError
        With everything that is wrong, each with lesson, step and place.
    """
    root = Place(key, "", [], known)
    found = read_table(parsed(content, root), root, _LESSON)
    if root.problems:
        raise ExperimentError(root.problems)
    return Lesson(key=key, **{name: value for name, value in found.items() if name != "step"}, steps=tuple(found["step"]))


# --- what single keys hold ---


def _line(longest: int) -> Read:
    def read(value: Any, place: Place) -> str:
        if not isinstance(value, str):
            place.wrong(_("{value} is not a text").format(value=shown(value)))
            return ""
        text = " ".join(value.split())
        if not text or len(text) > longest or not text.isprintable():
            place.wrong(_("a text of 1 to {limit} printable characters is needed here").format(limit=longest))
        return text

    return read


def _both(longest: int) -> Callable[[Any, Place], Bilingual | None]:
    keys = {code: Key(_line(longest)) for code in LANGUAGES}

    def read(value: Any, place: Place) -> Bilingual | None:
        said = read_table(value, place, keys)
        return Bilingual(**said) if said.keys() == LANGUAGES.keys() else None

    return read


def _formula(value: Any, place: Place) -> Bilingual | None:
    """Read one formula for all languages, or one for each."""
    if isinstance(value, dict):
        return _both(LONGEST_FORMULA)(value, place)
    line = _line(LONGEST_FORMULA)(value, place)
    return Bilingual(en=line, ko=line)


def _step_name(value: Any, place: Place) -> str:
    if isinstance(value, str) and re.fullmatch(r"[a-z][a-z0-9_]{0,39}", value):
        return value
    place.wrong(_('"{value}" is no name: small letters, digits and _ are').format(value=shown(value)))
    return ""


def _board(value: Any, place: Place) -> tuple[tuple[str, ...], ...] | str:
    if isinstance(value, str):
        return place.name_in(value, place.known.layouts)
    rows = []
    for number, row in enumerate(read_list(value, place, most=4), start=1):
        there = place.at(_("row {number}").format(number=number))
        rows.append(tuple(there.name_in(key, place.known.panels) for key in read_list(row, there, most=4)))
    return tuple(rows)


def _controls(value: Any, place: Place) -> tuple[str, ...]:
    return tuple(place.name_in(name, KNOBS) for name in read_list(value, place, most=len(KNOBS), least=0))


def _play(value: Any, place: Place) -> str:
    return place.name_in(value, PLAYS)


def _claims(value: Any, place: Place) -> tuple[Claim, ...]:
    claims = []
    for number, text in enumerate(read_list(value, place, most=MOST_CLAIMS), start=1):
        there = replace(place, path=place.path.removesuffix("claim") + _("claim {number}").format(number=number))
        try:
            claims.append(Claim.parse(text if isinstance(text, str) else ""))
        except ClaimError as error:
            there.wrong(str(error))
    return tuple(claims)


def _question(value: Any, place: Place) -> Question | None:
    found = read_table(value, place, _QUESTION)
    if not found.keys() >= _QUESTION.keys():
        return None
    if type(found["answer"]) is not int or not 1 <= found["answer"] <= len(found["choices"]):
        place.at("answer").wrong(_("the number of a choice is needed here, counted from 1"))
    words = {code: found.pop(code) for code in LANGUAGES}
    return Question(text=Bilingual(**words), **found)


def _choices(value: Any, place: Place) -> tuple[Bilingual | None, ...]:
    read = _both(LONGEST_LINE)
    choices = read_list(value, place, most=MOST_CHOICES, least=2)
    return tuple(read(each, place.at(_("choice {number}").format(number=number))) for number, each in enumerate(choices, start=1))


# --- steps, in their order ---


def _steps(value: Any, place: Place) -> list[LessonStep]:
    steps: list[LessonStep] = []
    spec: Spec | None = None
    names: set[str] = set()
    for number, table in enumerate(read_list(value, place, most=MOST_STEPS), start=1):
        there = replace(place, path=_("step {number}").format(number=number))
        found = read_table(table, there, _STEP)
        if found.get("name") and found["name"] in names:
            there.at("name").wrong(_('"{name}" is the name of a step before').format(name=found["name"]))
        names.add(found.get("name", ""))
        before, spec = spec, _experiment(found, spec, there)
        reference = _reference(found.pop("reference", None), before, there)
        _refuse_claims_without_reference(found.get("claim", ()), reference, there)
        if not place.problems:
            claims = found.pop("claim", ())
            steps.append(LessonStep(spec=spec, reference=reference, claims=claims, **found))
    return steps


def _experiment(found: dict[str, Any], before: Spec | None, place: Place) -> Spec:
    """Take experiment or change out of what was found in a step; with neither, the step goes on with that of the step before."""
    lines = {name: found.pop(name) for name in ("experiment", "change") if name in found}
    if len(lines) > 1:
        place.wrong(_("an experiment or a change, not both"))
    elif not lines and before is None:
        place.wrong(_('"{name}" is missing').format(name="experiment"))
    elif "change" in lines and before is None:
        place.at("change").wrong(_("there is no step before"))
    for name, line in lines.items():
        return _spec(line, before if name == "change" else None, place.at(name))
    return before or Spec()


def _reference(line: str | None, before: Spec | None, place: Place) -> Spec | None:
    if line is None:
        return None
    there = place.at("reference")
    if line == BEFORE and before is None:
        there.wrong(_("there is no step before"))
    return before if line == BEFORE else _spec(line, None, there)


def _spec(line: str, base: Spec | None, place: Place) -> Spec:
    try:
        return Spec.from_text(line, base)
    except ExperimentError as error:
        for problem in error.problems:
            place.wrong(str(problem))
        return base or Spec()


def _refuse_claims_without_reference(claims: Sequence[Claim], reference: Spec | None, place: Place) -> None:
    for claim in claims:
        if claim.needs_reference and reference is None:
            place.wrong(_("{claim}: the step pins no reference").format(claim=shown(claim.text)))


_QUESTION = {
    **{code: Key(_line(LONGEST_TEXT)) for code in LANGUAGES},
    "choices": Key(_choices),
    "answer": Key(lambda value, place: value),
    "because": Key(_both(LONGEST_TEXT)),
}

_STEP = {
    "name": Key(_step_name),
    "title": Key(_both(LONGEST_LINE)),
    "text": Key(_both(LONGEST_TEXT)),
    "formula": Key(_formula, needed=False),
    "experiment": Key(_line(LARGEST_LESSON), needed=False),
    "change": Key(_line(LARGEST_LESSON), needed=False),
    "reference": Key(_line(LARGEST_LESSON), needed=False),
    "board": Key(_board, needed=False),
    "controls": Key(_controls, needed=False),
    "question": Key(_question, needed=False),
    "note": Key(_both(LONGEST_TEXT), needed=False),
    "play": Key(_play, needed=False),
    "claim": Key(_claims, needed=False),
}

_LESSON = {
    "title": Key(_both(LONGEST_LINE)),
    "summary": Key(_both(LONGEST_TEXT)),
    "step": Key(_steps),
}
