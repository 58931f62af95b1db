"""The problems of an experiment: all reported at once, each with the name of its field."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from gradviz.i18n import _

MOST_PROBLEMS = 10
"""So many are told of at once; a file with a wrong separator has one in every line."""


@dataclass(frozen=True)
class Problem:
    """One problem; `field` is "" where it concerns the experiment as a whole."""

    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


class ExperimentError(ValueError):
    """Raised for an experiment that cannot be run as asked.

    Attributes
    ----------
    problems : tuple of Problem
        All problems found, never empty.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.lines()))

    def lines(self) -> list[str]:
        """Return the problems as people read them, a line each: the first MOST_PROBLEMS, and how many more there are."""
        lines = [str(problem) for problem in self.problems[:MOST_PROBLEMS]]
        if more := len(self.problems) - len(lines):
            lines.append(_("and {count} more").format(count=more))
        return lines


def shown(value: Any, longest: int = 40) -> str:
    """Return a user's value fit for a message: at most `longest` characters, on one line, unprintable ones as "?"."""
    text = value if isinstance(value, str) else repr(value)
    text = "".join(char if char.isprintable() else "?" for char in text[: longest + 1])
    return f"{text[:longest]}…" if len(text) > longest else text


def nearest_name(name: str, known: Sequence[str]) -> str | None:
    """Return the known name that an unknown one is most like, if any is like it."""
    return next(iter(get_close_matches(shown(name), known, n=1)), None)


def unknown_name(name: str, known: Sequence[str]) -> str:
    """Return the message for an unknown name: it suggests the most similar known name, or lists all."""
    nearest = nearest_name(name, known)
    if nearest:
        return _('there is no "{name}"; did you mean "{nearest}"?').format(name=shown(name), nearest=nearest)
    return _('there is no "{name}"; there are: {known}').format(name=shown(name), known=", ".join(known))
