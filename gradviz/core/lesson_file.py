"""Reads a lesson from TOML. Such files also come from outside: everything in them is checked, and every error is named at once.

What a key may hold is said by one function each, in the tables at the end; nothing else is accepted.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from gradviz.core.claim_terms import ClaimError
from gradviz.core.claims import Claim
from gradviz.core.errors import ExperimentError, Problem, shown, unknown_name
from gradviz.core.lesson import PLAYS, Bilingual, Lesson, Question, Step
from gradviz.core.spec import KNOBS, Spec
from gradviz.i18n import LANGUAGES, _

LARGEST_LESSON = 64 * 1024
MOST_DOTS = 100
MOST_BRACKETS = 4000
"""Bytes of a file, dots in a line, opening brackets in all. A key of 50,000 parts (a.a.a…) takes tomllib 3.11 half a minute; within
these limits nothing was found that takes it longer than 0.3 s.
"""

MOST_STEPS, MOST_CLAIMS, MOST_CHOICES = 40, 20, 6
LONGEST_LINE, LONGEST_TEXT, LONGEST_FORMULA = 120, 1200, 400
"""How many, and how many characters: what fits on a screen."""

BEFORE = "before"
"""As a reference: the experiment of the step before."""


@dataclass(frozen=True)
class Known:
    """The names that a lesson may use and that the core does not know itself: of panels and of layouts."""

    panels: Collection[str]
    layouts: Collection[str] = ()


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
    root = _Place(key, "", [], known)
    found = _table(_parsed(content, root), root, _LESSON)
    if root.problems:
        raise ExperimentError(root.problems)
    return Lesson(key=key, **{name: value for name, value in found.items() if name != "step"}, steps=tuple(found["step"]))


def _parsed(content: bytes, root: _Place) -> Mapping[str, Any]:
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
        _refuse_what_takes_long(text, len(content))
        return tomllib.loads(text)
    except RecursionError:
        reason = _("too deeply nested")
    except ValueError as error:
        reason = shown(str(error), 200)
    root.wrong(_("this is no lesson: {reason}").format(reason=reason))
    raise ExperimentError(root.problems)


def _refuse_what_takes_long(text: str, size: int) -> None:
    if size > LARGEST_LESSON:
        raise ValueError(_("more than {limit} KiB").format(limit=LARGEST_LESSON // 1024))
    for number, line in enumerate(text.split("\n"), start=1):
        if line.count(".") > MOST_DOTS:
            raise ValueError(_("more than {limit} dots in line {line}").format(limit=MOST_DOTS, line=number))
    if text.count("[") + text.count("{") > MOST_BRACKETS:
        raise ValueError(_("more than {limit} brackets").format(limit=MOST_BRACKETS))


# --- places and tables ---


@dataclass(frozen=True)
class _Place:
    """Where in a lesson we are, and what was found wrong so far."""

    lesson: str
    path: str
    problems: list[Problem]
    known: Known

    def at(self, part: str) -> _Place:
        return replace(self, path=f"{self.path}, {part}" if self.path else part)

    def wrong(self, message: str) -> None:
        place = _("lesson {name}").format(name=shown(self.lesson))
        self.problems.append(Problem(f"{place}, {self.path}" if self.path else place, message))

    def name_in(self, value: Any, names: Collection[str]) -> str:
        """Return a name from a table, or say that it is none."""
        if not isinstance(value, str):
            self.wrong(_("{value} is not a name").format(value=shown(value)))
        elif value not in names:
            self.wrong(unknown_name(value, list(names)))
        else:
            return value
        return ""


Read = Callable[[Any, _Place], Any]


class _Key(NamedTuple):
    """What is read under a key, and whether it has to be there."""

    read: Read
    needed: bool = True


def _table(value: Any, place: _Place, keys: Mapping[str, _Key]) -> dict[str, Any]:
    """Read a table; what is wrong in it is noted, and what is missing."""
    if not isinstance(value, dict):
        place.wrong(_("a table is needed here, { … }"))
        return {}
    for name in [name for name in value if name not in keys]:
        place.at(shown(name)).wrong(unknown_name(name, list(keys)))
    for name in [name for name, key in keys.items() if key.needed and name not in value]:
        place.wrong(_('"{name}" is missing').format(name=name))
    return {name: key.read(value[name], place.at(name)) for name, key in keys.items() if name in value}


def _list(value: Any, place: _Place, most: int, least: int = 1) -> Sequence[Any]:
    if isinstance(value, list) and least <= len(value) <= most:
        return value
    place.wrong(_("a list of {least} to {most} is needed here, [ … ]").format(least=least, most=most))
    return ()


# --- what single keys hold ---


def _line(longest: int) -> Read:
    def read(value: Any, place: _Place) -> str:
        if not isinstance(value, str):
            place.wrong(_("{value} is not a text").format(value=shown(value)))
            return ""
        text = " ".join(value.split())
        if not text or len(text) > longest or not text.isprintable():
            place.wrong(_("a text of 1 to {limit} printable characters is needed here").format(limit=longest))
        return text

    return read


def _both(longest: int) -> Callable[[Any, _Place], Bilingual | None]:
    keys = {code: _Key(_line(longest)) for code in LANGUAGES}

    def read(value: Any, place: _Place) -> Bilingual | None:
        said = _table(value, place, keys)
        return Bilingual(**said) if said.keys() == LANGUAGES.keys() else None

    return read


def _formula(value: Any, place: _Place) -> Bilingual | None:
    """Read one formula for all languages, or one for each."""
    if isinstance(value, dict):
        return _both(LONGEST_FORMULA)(value, place)
    line = _line(LONGEST_FORMULA)(value, place)
    return Bilingual(en=line, ko=line)


def _step_name(value: Any, place: _Place) -> str:
    if isinstance(value, str) and re.fullmatch(r"[a-z][a-z0-9_]{0,39}", value):
        return value
    place.wrong(_('"{value}" is no name: small letters, digits and _ are').format(value=shown(value)))
    return ""


def _board(value: Any, place: _Place) -> tuple[tuple[str, ...], ...] | str:
    if isinstance(value, str):
        return place.name_in(value, place.known.layouts)
    rows = []
    for number, row in enumerate(_list(value, place, most=4), start=1):
        there = place.at(_("row {number}").format(number=number))
        rows.append(tuple(there.name_in(key, place.known.panels) for key in _list(row, there, most=4)))
    return tuple(rows)


def _controls(value: Any, place: _Place) -> tuple[str, ...]:
    return tuple(place.name_in(name, KNOBS) for name in _list(value, place, most=len(KNOBS), least=0))


def _play(value: Any, place: _Place) -> str:
    return place.name_in(value, PLAYS)


def _claims(value: Any, place: _Place) -> tuple[Claim, ...]:
    claims = []
    for number, text in enumerate(_list(value, place, most=MOST_CLAIMS), start=1):
        there = replace(place, path=place.path.removesuffix("claim") + _("claim {number}").format(number=number))
        try:
            claims.append(Claim.parse(text if isinstance(text, str) else ""))
        except ClaimError as error:
            there.wrong(str(error))
    return tuple(claims)


def _question(value: Any, place: _Place) -> Question | None:
    found = _table(value, place, _QUESTION)
    if not found.keys() >= _QUESTION.keys():
        return None
    if type(found["answer"]) is not int or not 1 <= found["answer"] <= len(found["choices"]):
        place.at("answer").wrong(_("the number of a choice is needed here, counted from 1"))
    words = {code: found.pop(code) for code in LANGUAGES}
    return Question(text=Bilingual(**words), **found)


def _choices(value: Any, place: _Place) -> tuple[Bilingual | None, ...]:
    read = _both(LONGEST_LINE)
    choices = _list(value, place, most=MOST_CHOICES, least=2)
    return tuple(read(each, place.at(_("choice {number}").format(number=number))) for number, each in enumerate(choices, start=1))


# --- steps, in their order ---


def _steps(value: Any, place: _Place) -> list[Step]:
    steps: list[Step] = []
    spec: Spec | None = None
    names: set[str] = set()
    for number, table in enumerate(_list(value, place, most=MOST_STEPS), start=1):
        there = replace(place, path=_("step {number}").format(number=number))
        found = _table(table, there, _STEP)
        if found.get("name") and found["name"] in names:
            there.at("name").wrong(_('"{name}" is the name of a step before').format(name=found["name"]))
        names.add(found.get("name", ""))
        before, spec = spec, _experiment(found, spec, there)
        reference = _reference(found.pop("reference", None), before, there)
        _refuse_claims_without_reference(found.get("claim", ()), reference, there)
        if not place.problems:
            claims = found.pop("claim", ())
            steps.append(Step(spec=spec, reference=reference, claims=claims, **found))
    return steps


def _experiment(found: dict[str, Any], before: Spec | None, place: _Place) -> Spec:
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


def _reference(line: str | None, before: Spec | None, place: _Place) -> Spec | None:
    if line is None:
        return None
    there = place.at("reference")
    if line == BEFORE and before is None:
        there.wrong(_("there is no step before"))
    return before if line == BEFORE else _spec(line, None, there)


def _spec(line: str, base: Spec | None, place: _Place) -> Spec:
    try:
        return Spec.from_text(line, base)
    except ExperimentError as error:
        for problem in error.problems:
            place.wrong(str(problem))
        return base or Spec()


def _refuse_claims_without_reference(claims: Sequence[Claim], reference: Spec | None, place: _Place) -> None:
    for claim in claims:
        if claim.needs_reference and reference is None:
            place.wrong(_("{claim}: the step pins no reference").format(claim=shown(claim.text)))


_QUESTION = {
    **{code: _Key(_line(LONGEST_TEXT)) for code in LANGUAGES},
    "choices": _Key(_choices),
    "answer": _Key(lambda value, place: value),
    "because": _Key(_both(LONGEST_TEXT)),
}

_STEP = {
    "name": _Key(_step_name),
    "title": _Key(_both(LONGEST_LINE)),
    "text": _Key(_both(LONGEST_TEXT)),
    "formula": _Key(_formula, needed=False),
    "experiment": _Key(_line(LARGEST_LESSON), needed=False),
    "change": _Key(_line(LARGEST_LESSON), needed=False),
    "reference": _Key(_line(LARGEST_LESSON), needed=False),
    "board": _Key(_board, needed=False),
    "controls": _Key(_controls, needed=False),
    "question": _Key(_question, needed=False),
    "note": _Key(_both(LONGEST_TEXT), needed=False),
    "play": _Key(_play, needed=False),
    "claim": _Key(_claims, needed=False),
}

_LESSON = {
    "title": _Key(_both(LONGEST_LINE)),
    "summary": _Key(_both(LONGEST_TEXT)),
    "step": _Key(_steps),
}
