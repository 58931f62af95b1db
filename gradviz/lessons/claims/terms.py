"""The parts of a claim, and the errors of a part that cannot stand where it stands.

Each part knows before anything runs whether it is a number, a truth or a text, and whether it has a value for each layer.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from gradviz.core.frame import Frame
from gradviz.i18n import N_, _


class ClaimError(ValueError):
    """A claim that cannot be read, or that cannot be computed for a run."""


class ClaimScope(NamedTuple):
    """What a claim is checked against: a run, and the pinned one."""

    frame: Frame
    reference: Frame | None


@dataclass(frozen=True)
class Term:
    """A part of a claim: its kind, whether it has a value for each layer, and the function that computes it."""

    kind: Literal["number", "truth", "text"]
    per_layer: bool
    run: Callable[[ClaimScope], Any]
    operands: tuple[Term, ...] = ()


class UnreadableError(Exception):
    """A part of a claim that cannot stand where it stands."""

    def __init__(self, node: ast.expr, message: str) -> None:
        super().__init__(message)
        self.node = node


_WANTED = {
    ("number", True): N_("a measure is needed here, with a value for each layer"),
    ("number", False): N_("one number is needed here: name the layer, as in activation_std[L]"),
    ("number", None): N_("a number is needed here"),
    ("truth", True): N_("a comparison is needed here, with an answer for each layer"),
    ("truth", False): N_("something true or false is needed here; of a value for each layer take all(…) or any(…)"),
}
"""(kind, whether a value for each layer is needed; None: either) → the message when a term is something else."""


def require(node: ast.expr, term: Term, kind: str, layered: bool | None = None) -> Term:
    """Return the term if it is of the kind that is needed, else raise UnreadableError."""
    if term.kind != kind or (layered is not None and term.per_layer != layered):
        message = _WANTED[kind, layered]
        raise UnreadableError(node, _(message))
    return term
