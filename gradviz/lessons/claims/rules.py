"""Turns a claim's syntax tree into functions, node by node, by the table `RULES`; nothing else may stand in a claim."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Literal, NamedTuple

import numpy as np

from gradviz.core.choices.errors import unknown_name
from gradviz.core.verdict import State
from gradviz.i18n import _
from gradviz.lessons.claims.names import named_term
from gradviz.lessons.claims.terms import ClaimError, ClaimScope, Term, UnreadableError, require


def term_of(node: ast.expr) -> Term:
    """Return the term that a node of the tree stands for, or raise UnreadableError."""
    rule = RULES.get(type(node))
    if rule is None:
        raise UnreadableError(node, _("this cannot stand in a claim"))
    return rule(node)


def _constant(node: ast.expr) -> Term:
    assert isinstance(node, ast.Constant)
    value: Any = node.value
    if isinstance(value, str):
        if value not in _KINDS:
            raise UnreadableError(node, unknown_name(value, _KINDS))
        return Term("text", False, lambda scope: value)
    if type(value) not in (int, float) or abs(value) > sys.float_info.max:
        raise UnreadableError(node, _("this cannot stand in a claim"))
    number = np.float64(value)  # a Python int would compute a huge power exactly; this overflows to infinity
    return Term("number", False, lambda scope: number)


_KINDS = [kind.value for kind in State]


def _unary(node: ast.expr) -> Term:
    assert isinstance(node, ast.UnaryOp)
    term = term_of(node.operand)
    if isinstance(node.op, ast.Not):
        require(node.operand, term, "truth", layered=False)
        return Term("truth", False, lambda scope: not term.run(scope))
    if not isinstance(node.op, ast.USub):
        raise UnreadableError(node, _("this cannot stand in a claim"))
    require(node.operand, term, "number")
    return Term("number", term.per_layer, lambda scope: -term.run(scope))


_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.power,
}


def _binary(node: ast.expr) -> Term:
    assert isinstance(node, ast.BinOp)
    apply = _ARITHMETIC.get(type(node.op))
    if apply is None:
        raise UnreadableError(node, _("this cannot stand in a claim"))
    left, right = (require(side, term_of(side), "number") for side in (node.left, node.right))
    return Term("number", left.per_layer or right.per_layer, lambda scope: apply(left.run(scope), right.run(scope)))


_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: lambda left, right: left == right,
    ast.NotEq: lambda left, right: left != right,
}


def _compare(node: ast.expr) -> Term:
    """Turn ``a < b``, and the chain ``a < b < c``, into a function."""
    assert isinstance(node, ast.Compare)
    nodes = [node.left, *node.comparators]
    terms = [term_of(each) for each in nodes]
    only_equal = all(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops)
    if {term.kind for term in terms} != {"text"} or not only_equal:
        for each, term in zip(nodes, terms, strict=True):
            require(each, term, "number")
    if any(type(op) not in _COMPARISONS for op in node.ops):
        raise UnreadableError(node, _("this cannot stand in a claim"))
    operations = [_COMPARISONS[type(op)] for op in node.ops]

    def run(scope: ClaimScope) -> Any:
        values = [term.run(scope) for term in terms]
        answers = [compare(*pair) for compare, pair in zip(operations, pairwise(values), strict=True)]
        return np.logical_and.reduce(np.broadcast_arrays(*answers))

    return Term("truth", any(term.per_layer for term in terms), run, tuple(terms))


def _and_or(node: ast.expr) -> Term:
    assert isinstance(node, ast.BoolOp)
    terms = [require(each, term_of(each), "truth", layered=False) for each in node.values]
    join = all if isinstance(node.op, ast.And) else any
    return Term("truth", False, lambda scope: join(bool(term.run(scope)) for term in terms))


def _at_layer(node: ast.expr) -> Term:
    """Turn ``x[L]`` into one value and ``x[a:b]`` into those of layers a to b, both included."""
    assert isinstance(node, ast.Subscript)
    series = term_of(node.value)
    require(node, series, series.kind if series.kind == "truth" else "number", layered=True)
    if not isinstance(node.slice, ast.Slice):
        layer = require(node.slice, term_of(node.slice), "number", layered=False)
        return Term(series.kind, False, lambda scope: _of_layer(series.run(scope), layer.run(scope)))
    if node.slice.lower is None or node.slice.upper is None or node.slice.step is not None:
        raise UnreadableError(node, _("layers are named from the first to the last, as in [2:L]"))
    ends = [require(end, term_of(end), "number", layered=False) for end in (node.slice.lower, node.slice.upper)]

    def run(scope: ClaimScope) -> Any:
        values = series.run(scope)
        first, last = (_index(values, end.run(scope)) for end in ends)
        if first > last:  # all(…) of no layer would be true
            raise ClaimError(_("no layer lies from {first} to {last}").format(first=first + 1, last=last + 1))
        return values[first : last + 1]

    return Term(series.kind, True, run)


def _of_layer(values: Any, layer: float) -> Any:
    return values[_index(values, layer)]


def _index(values: Any, layer: float) -> int:
    if not (1 <= layer <= len(values) and layer == int(layer)):
        raise ClaimError(_("there is no layer {layer}: they are 1 … {depth}").format(layer=f"{layer:g}", depth=len(values)))
    return int(layer) - 1


class _Function(NamedTuple):
    """What a function takes; `reduces`: whether it makes one value out of a value for each layer."""

    takes: Literal["number", "truth"]
    reduces: bool
    apply: Callable[[Any], Any]


_FUNCTIONS = {
    "min": _Function("number", True, np.min),
    "max": _Function("number", True, np.max),
    "mean": _Function("number", True, np.mean),
    "abs": _Function("number", False, np.abs),
    "log10": _Function("number", False, np.log10),
    "sqrt": _Function("number", False, np.sqrt),
    "all": _Function("truth", True, np.all),
    "any": _Function("truth", True, np.any),
}


def _call(node: ast.expr) -> Term:
    assert isinstance(node, ast.Call)
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if not name or node.keywords:
        raise UnreadableError(node, _("this cannot stand in a claim"))
    if name not in _FUNCTIONS:
        raise UnreadableError(node, unknown_name(name, list(_FUNCTIONS)))
    function, terms = _FUNCTIONS[name], [term_of(argument) for argument in node.args]
    if name in ("min", "max") and len(terms) > 1:
        return _of_several(function, node.args, terms)
    if len(terms) != 1:
        raise UnreadableError(node, _("{name} takes one argument").format(name=name))
    term = require(node.args[0], terms[0], function.takes, layered=True if function.reduces else None)
    return Term(function.takes, term.per_layer and not function.reduces, lambda scope: function.apply(term.run(scope)))


def _of_several(function: _Function, nodes: Sequence[ast.expr], terms: Sequence[Term]) -> Term:
    for node, term in zip(nodes, terms, strict=True):
        require(node, term, "number", layered=False)
    return Term("number", False, lambda scope: function.apply([term.run(scope) for term in terms]))


RULES: dict[type[ast.expr], Callable[[ast.expr], Term]] = {
    ast.Constant: _constant,
    ast.Name: named_term,
    ast.Attribute: named_term,
    ast.UnaryOp: _unary,
    ast.BinOp: _binary,
    ast.Compare: _compare,
    ast.BoolOp: _and_or,
    ast.Subscript: _at_layer,
    ast.Call: _call,
}
