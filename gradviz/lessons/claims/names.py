"""Resolves the names in a claim: measures, their predictions by theory, the pinned run's, verdicts, L and loss."""

from __future__ import annotations

import ast
from collections.abc import Callable
from operator import attrgetter
from typing import Any

import numpy as np

from gradviz.core.choices.errors import unknown_name
from gradviz.core.frame import Frame
from gradviz.core.measures import MEASURES
from gradviz.core.spec import KNOBS
from gradviz.core.verdict import Judgement
from gradviz.i18n import _
from gradviz.lessons.claims.terms import ClaimError, ClaimScope, Term, UnreadableError


def named_term(node: ast.expr) -> Term:
    """Resolve ``activation_std``, ``theory.activation_std``, ``reference.forward.kind`` and the like."""
    path = _path(node)
    of = _pinned if path[0] == "reference" and len(path) > 1 else _own
    rest = path[1:] if of is _pinned else path
    match rest:
        case ["theory", name] if name in _MEASURED:
            return Term("number", True, lambda scope: _MEASURED[name](_predicted(of(scope), name)))
        case [("forward" | "size" | "backward") as way, "kind"]:
            return Term("text", False, lambda scope: _kind(of(scope), way))
        case [("forward" | "size" | "backward") as way, ("factor" | "per_layer") as part]:
            return Term("number", False, lambda scope: np.float64(_FACTORS[part](getattr(of(scope).verdict, way))))
        case [name] if name in _MEASURED:
            return Term("number", True, lambda scope: _MEASURED[name](of(scope).series))
        case [name] if name in _SINGLE:
            return Term("number", False, lambda scope: np.float64(_SINGLE[name](of(scope))))
    raise UnreadableError(node, unknown_name(path[-1], list(_KEYS)))


def _kind(frame: Frame, way: str) -> str:
    state = getattr(frame.verdict, way).state
    return "" if state is None else str(state.value)


def _path(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Attribute):
        return [*_path(node.value), node.attr]
    if isinstance(node, ast.Name):
        return [node.id]
    raise UnreadableError(node, _("only a name can stand before a dot"))


def _own(scope: ClaimScope) -> Frame:
    return scope.frame


def _pinned(scope: ClaimScope) -> Frame:
    if scope.reference is None:
        raise ClaimError(_("no run is pinned"))
    return scope.reference


def _predicted(frame: Frame, name: str) -> Any:
    key = _KEYS[name]
    if key not in frame.theory:
        raise ClaimError(_("theory does not predict {name} here").format(name=name))
    return frame.theory


_KEYS = {name: measure.key for measure in MEASURES.values() for name in (measure.key, measure.plain_key)}
"""Name of a measure in a claim → its key; a measure kept as a logarithm has two names."""


def _reader(name: str) -> Callable[[Any], Any]:
    key = _KEYS[name]
    if name == key:
        return lambda series: series[key]
    return lambda series: 10.0 ** series[key]


_MEASURED = {name: _reader(name) for name in _KEYS}
_FACTORS: dict[str, Callable[[Judgement], float]] = {
    "factor": lambda judgement: 10.0**judgement.log10_total,
    "per_layer": lambda judgement: 10.0**judgement.log10_factor,
}
_SINGLE: dict[str, Callable[[Frame], float]] = {
    name: attrgetter(f"spec.{name}") for name, knob in KNOBS.items() if knob.kind in (int, float)
} | {"L": attrgetter("depth"), "loss": attrgetter("loss")}
