"""Claims: small expressions over a Frame that are true or false, such as ``activation_std[L] < 0.1 * activation_std[1]``.

They come in files from outside, so they can compute and nothing else. The text is parsed into Python's syntax tree, and each
node is turned into a function by the table `RULES` of `rules`; a node without an entry there is refused. The kinds of all
parts are checked before anything runs, so that a claim which makes no sense is found when the lesson is read.

========================  ==================================================================================
``activation_std``        a measure, a value for each layer; of one that is kept as a logarithm also the quantity itself
``activation_std[L]``     its value in a layer, 1 … L; ``[2:5]`` is layers 2 to 5, both included
``theory.activation_std`` what theory predicts; ``reference.activation_std`` the measure of the pinned run
``forward.kind``          ``"vanishes"``, ``"shrinks"``, ``"holds"``, ``"grows"`` or ``"explodes"``; ``size.kind`` and
                          ``backward.kind`` likewise
``forward.factor``        the same verdict in numbers: how many times as large at the end of its way; ``forward.per_layer`` in each
``loss``, ``L``           single numbers; also the fields of the experiment: ``gain``, ``width``, ``reference.gain``
``min max mean``          of a value per layer (``min`` and ``max`` of several numbers too); ``abs log10 sqrt`` of each
``all any``               whether it holds in all layers, in any
========================  ==================================================================================
"""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass, field
from typing import Any, TypeGuard

import numpy as np

from gradviz.core.choices.errors import shown
from gradviz.core.frame import Frame
from gradviz.i18n import _
from gradviz.lessons.claims.rules import term_of
from gradviz.lessons.claims.terms import ClaimError, ClaimScope, Term, UnreadableError, require

LONGEST_CLAIM = 300
MOST_TERMS = 100
"""Limits on the characters and terms of a claim, which also bound how deep it nests."""


@dataclass(frozen=True)
class Claim:
    """An expression that is true or false for a Frame.

    Attributes
    ----------
    text : str
        The expression.
    needs_reference : bool
        Whether it names the pinned run, ``reference``.
    """

    text: str
    needs_reference: bool
    _term: Term = field(compare=False, repr=False)
    _quantities: tuple[tuple[str, Term], ...] = field(compare=False, repr=False)

    @classmethod
    def parse(cls, text: str) -> Claim:
        """Read a claim.

        Raises
        ------
        ClaimError
            With what is wrong, and the position in the text.
        """
        tree, term = _parsed(text, "truth")
        named = ((ast.unparse(node), term_of(node)) for node in ast.walk(tree) if _is_quantity(node))
        return cls(text, _names_reference(tree), term, tuple(pair for pair in named if not pair[1].per_layer))

    def holds(self, frame: Frame, reference: Frame | None = None) -> bool:
        """Return whether it is true.

        Raises
        ------
        ClaimError
            If it cannot be computed: there is no such layer, no prediction of theory, or no pinned run.
        """
        return bool(_computed(self._term, ClaimScope(frame, reference)))

    def values(self, frame: Frame, reference: Frame | None = None) -> str:
        """Return the numbers that are compared, as text; those that have a value for each layer are left out."""
        values = [_computed(operand, ClaimScope(frame, reference)) for operand in self._term.operands if not operand.per_layer]
        return ", ".join(value if isinstance(value, str) else f"{value:.6g}" for value in values)

    def quantities(self, frame: Frame, reference: Frame | None = None) -> dict[str, float]:
        """Return the measured numbers that it names: ``activation_std[5]`` → 0.32, ``max(grad_W_rms)`` → 2e-6.

        Raises
        ------
        ClaimError
            As `holds` does.
        """
        return {text: float(_computed(term, ClaimScope(frame, reference))) for text, term in self._quantities}


@dataclass(frozen=True)
class Quantity:
    """An expression that is one number for a Frame.

    Attributes
    ----------
    text : str
        The expression.
    needs_reference : bool
        Whether it names the pinned run, ``reference``.
    """

    text: str
    needs_reference: bool
    _term: Term = field(compare=False, repr=False)

    @classmethod
    def parse(cls, text: str) -> Quantity:
        """Read an expression. Raises ClaimError, as `Claim.parse` does."""
        tree, term = _parsed(text, "number")
        return cls(text, _names_reference(tree), term)

    def value(self, frame: Frame, reference: Frame | None = None) -> float:
        """Return the number. Raises ClaimError, as `Claim.holds` does."""
        return float(_computed(self._term, ClaimScope(frame, reference)))


def _parsed(text: str, kind: str) -> tuple[ast.expr, Term]:
    tree = _tree(text)
    try:
        return tree, require(tree, term_of(tree), kind, layered=False)
    except UnreadableError as error:
        raise ClaimError(f"{_at(text, error.node.col_offset)}: {error}") from None


def _names_reference(tree: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "reference" for node in ast.walk(tree))


def _is_quantity(node: ast.AST) -> TypeGuard[ast.expr]:
    """Whether a node is a measure at one layer, or a function of a whole measure such as its maximum."""
    if isinstance(node, ast.Subscript):
        return isinstance(node.value, ast.Name | ast.Attribute) and not isinstance(node.slice, ast.Slice)
    return isinstance(node, ast.Call) and len(node.args) == 1 and isinstance(node.args[0], ast.Name | ast.Attribute)


def _at(text: str, column: int) -> str:
    return _('"{part}" at character {number}').format(part=shown(text[column:]), number=column + 1)


def _tree(text: str) -> ast.expr:
    if len(text) > LONGEST_CLAIM or not (text.isascii() and text.isprintable()):
        raise ClaimError(_("a claim has at most {limit} characters, all of them plain ASCII").format(limit=LONGEST_CLAIM))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a text that Python warns about is no claim either
            tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise ClaimError(f"{_at(text, max(0, (error.offset or 1) - 1))}: " + _("this is no expression")) from None
    except (ValueError, MemoryError, RecursionError, Warning):
        raise ClaimError(_("this is no expression")) from None
    if sum(isinstance(node, ast.expr) for node in ast.walk(tree)) > MOST_TERMS:
        raise ClaimError(_("a claim has at most {limit} terms").format(limit=MOST_TERMS))
    return tree


def _computed(term: Term, scope: ClaimScope) -> Any:
    try:
        with np.errstate(all="ignore"):
            return term.run(scope)
    except ValueError as error:
        if isinstance(error, ClaimError):
            raise
        raise ClaimError(_("the two runs have different numbers of layers")) from None
