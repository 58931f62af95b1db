r"""Texts whose numbers are computed.

``After {10 = L} layers every unit holds {57.7 = activation_mean[L]}.`` A number stands in braces: as it is shown, a sign, and the expression that gives it. The signs are those of `RELATIONS`: ``=`` for
"rounds to it", ``<`` for "it is more than this", ``>`` for "less", ``~`` for "about this power of ten". In a formula the same stands
in ``\value{…}``. What is shown needs no simulation; whether it is true, `lessons --check` finds out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gradviz.core.choices.errors import shown
from gradviz.core.choices.precisions import PRECISIONS
from gradviz.core.frame import Frame
from gradviz.i18n import LANGUAGES, _, language
from gradviz.lessons.claims.claim import Quantity
from gradviz.lessons.claims.terms import ClaimError
from gradviz.lessons.shown_numbers import RELATIONS, ShownNumber, read_number
from gradviz.numbers import signed_text

_IN_TEXT = re.compile(r"\{([^{}]*)\}")
_IN_LATEX = re.compile(r"\\value\{([^{}]*)\}")
_SAID = re.compile(r"\s*(?P<shown>.*?\S)\s+(?P<relation>[=<>~])\s+(?P<expression>\S.*?)\s*")

_NAMES = re.compile("|".join(map(re.escape, ("N(0, 1)", *sorted(PRECISIONS, key=len, reverse=True)))))
"""What contains digits and is no number."""

_BARE_IN_LATEX = re.compile(r"\d*\.\d+|\d{2,}")
_BARE = re.compile(
    r"\d+(?:[.,]\d+)*"
    r"|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|(?:hundred|thousand|million|billion)s?"
    r"|half|halves|(?:third|quarter|fifth|sixth|eighth|tenth|hundredth|thousandth|millionth)s|twice|doubles?d?|triples?d?|\w+fold)\b"
    r"|\ban? (?:\w+-)?(?:third|quarter|fifth|sixth|eighth|tenth|hundredth|thousandth|millionth)\b"
    r"|절반|(?<![가-힣])(?:두|세|네|다섯|여섯|일곱|여덟|아홉|열|스무|쉰|수?[백천만억]+) ?(?:배|개|층|번|단계|걸음|자릿수|유닛|무더기|가지)(?![가-힣]*지)",
    re.IGNORECASE,
)
"""Numbers, in digits and in words. ("두 가지" counts; "가지다" does not.)"""


class WordingError(ValueError):
    """A text whose braces cannot be read."""


@dataclass(frozen=True)
class SaidNumber:
    """A number in a text, and what it says.

    Attributes
    ----------
    text : str
        As it is shown.
    number : ShownNumber
    relation : str
        A key of `RELATIONS`.
    quantity : Quantity
        What it is a number of.
    """

    text: str
    number: ShownNumber
    relation: str
    quantity: Quantity

    def fault(self, frame: Frame, reference: Frame | None) -> str:
        """Return why it is not so, or "" if it is."""
        try:
            value = self.quantity.value(frame, reference)
        except ClaimError as error:
            return str(error)
        if self.number.says(self.relation, value):
            return ""
        return _("{expression} is {value}").format(expression=self.quantity.text, value=signed_text(value, 6))


@dataclass(frozen=True)
class Wording:
    """A text in one language: what is shown, the numbers in it, and those that no expression gives."""

    text: str
    said: tuple[SaidNumber, ...] = ()
    bare: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.text

    def findings(self, frame: Frame, reference: Frame | None = None) -> Iterator[tuple[str, str]]:
        """Yield every number in it, and why it is not so, or "" where it is."""
        for said in self.said:
            yield said.text, said.fault(frame, reference)
        for bare in self.bare:
            yield bare, _("no expression gives this number; write {{{number} = …}}").format(number=bare)

    @classmethod
    def of_text(cls, source: str) -> Wording:
        """Read a text. Raises WordingError, or ClaimError for an expression."""
        wording = cls._read(source, _IN_TEXT, _BARE)
        if "{" in wording.text or "}" in wording.text:
            raise WordingError(_("a brace stands alone; numbers are written {57.7 = activation_mean[L]}"))
        return wording

    @classmethod
    def of_latex(cls, source: str) -> Wording:
        """Read a formula. Raises WordingError, or ClaimError for an expression."""
        return cls._read(source, _IN_LATEX, _BARE_IN_LATEX)

    @classmethod
    def _read(cls, source: str, in_braces: re.Pattern[str], bare: re.Pattern[str]) -> Wording:
        said = [_said(match[1]) for match in in_braces.finditer(source)]
        numbers = iter(said)
        rest = _NAMES.sub(" ", in_braces.sub("\0", source))
        text = in_braces.sub(lambda _match: next(numbers).text, source)
        return cls(text, tuple(said), tuple(match[0] for match in bare.finditer(rest)))


def _said(inside: str) -> SaidNumber:
    match = _SAID.fullmatch(inside)
    if match is None:
        message = _("{part}: a number, one of {signs} and an expression are needed in braces, as in 57.7 = activation_mean[L]")
        raise WordingError(message.format(part=shown(inside), signs=" ".join(RELATIONS)))
    number = read_number(match["shown"])
    if number is None:
        raise WordingError(_("{part} is not read as a number").format(part=shown(match["shown"])))
    return SaidNumber(match["shown"], number, match["relation"], Quantity.parse(match["expression"]))


@dataclass(frozen=True)
class Bilingual:
    """A text in one or both languages; `str` gives it in the language in use, or else in the other."""

    en: Wording | None
    ko: Wording | None

    def __str__(self) -> str:
        return str(getattr(self, language()) or self.en or self.ko)

    @classmethod
    def same(cls, wording: Wording) -> Bilingual:
        """Return a text that is the same in all languages."""
        return cls(wording, wording)

    @property
    def wordings(self) -> Iterator[tuple[str, Wording]]:
        """The code of each language that it has, and the text; "" for one that is the same in all."""
        if self.en == self.ko and self.en is not None:
            yield "", self.en
            return
        for code in LANGUAGES:
            wording = getattr(self, code)
            if wording is not None:
                yield code, wording
