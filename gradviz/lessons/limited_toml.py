"""TOML from outside: parsed within limits, and read table by table with every problem noted at its place."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from gradviz.core.choices.errors import ExperimentError, Problem, shown, unknown_name
from gradviz.i18n import _

LARGEST_LESSON = 64 * 1024
MOST_DOTS = 100
MOST_BRACKETS = 4000
"""Bytes of a file, dots in a line, opening brackets in all. A key of 50,000 parts (a.a.a…) took tomllib 41 s; within these limits
nothing was found that takes it longer than 0.3 s (Python 3.11).
"""


@dataclass(frozen=True)
class Known:
    """The names that a lesson may use and that the core does not know itself: of panels and of layouts."""

    panels: Collection[str]
    layouts: Collection[str] = ()


@dataclass(frozen=True)
class Place:
    """Where in a lesson we are, and what was found wrong so far."""

    lesson: str
    path: str
    problems: list[Problem]
    known: Known

    def at(self, part: str) -> Place:
        """Return a place within this one."""
        return replace(self, path=f"{self.path}, {part}" if self.path else part)

    def wrong(self, message: str) -> None:
        """Note what is wrong here."""
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


Read = Callable[[Any, Place], Any]


class Key(NamedTuple):
    """What is read under a key, and whether it has to be there."""

    read: Read
    needed: bool = True


def read_table(value: Any, place: Place, keys: Mapping[str, Key]) -> dict[str, Any]:
    """Read a table; what is wrong in it is noted, and what is missing."""
    if not isinstance(value, dict):
        place.wrong(_("a table is needed here, { … }"))
        return {}
    for name in [name for name in value if name not in keys]:
        place.at(shown(name)).wrong(unknown_name(name, list(keys)))
    for name in [name for name, key in keys.items() if key.needed and name not in value]:
        place.wrong(_('"{name}" is missing').format(name=name))
    return {name: key.read(value[name], place.at(name)) for name, key in keys.items() if name in value}


def read_list(value: Any, place: Place, most: int, least: int = 1) -> Sequence[Any]:
    """Return a list of a fitting length; of another, or of something else, note it and return an empty one."""
    if isinstance(value, list) and least <= len(value) <= most:
        return value
    place.wrong(_("a list of {least} to {most} is needed here, [ … ]").format(least=least, most=most))
    return ()


def parsed(content: bytes, root: Place) -> Mapping[str, Any]:
    """Return what a TOML file holds, or raise ExperimentError with the reason why it cannot be read."""
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
