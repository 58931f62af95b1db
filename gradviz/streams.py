"""Standard output and standard error that write what their encoding lacks in ASCII, instead of failing."""

from __future__ import annotations

import io
import sys
import unicodedata
from contextlib import suppress
from typing import TextIO

_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿˡ", "0123456789+-nl", strict=True))
_SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₋", "0123456789-", strict=True))

_ASCII = {
    "×": "x",
    "·": "*",
    "−": "-",
    "–": "-",
    "—": "--",
    "≤": "<=",
    "≥": ">=",
    "≈": "~",
    "≠": "!=",
    "∞": "inf",
    "√": "sqrt ",
    "∂": "d",
    "→": "->",
    "←": "<-",
    "…": "...",
    "“": "'",
    "”": "'",
    "‘": "'",
    "’": "'",
    "✓": "ok",
    "✗": "--",
    "Σ": "sum ",
    "∈": "in",
}

HANGUL = "한글"


class Careful(io.TextIOWrapper):
    """A text stream that writes any text: ``10^-3``, ``<=``, ``sigma`` where its encoding lacks the sign."""

    def write(self, text: str) -> int:
        """Write a text, and return its length."""
        super().write(text if _has(self.encoding, text) else readable(text, self.encoding))
        return len(text)


def prepare() -> None:
    """Let standard output and standard error of this process write any text.

    A console of Windows or a locale without UTF-8 lacks the signs of formulas.
    """
    sys.stdout, sys.stderr = _careful(sys.stdout), _careful(sys.stderr)


def _careful(stream: TextIO) -> TextIO:
    if not isinstance(stream, io.TextIOWrapper) or isinstance(stream, Careful):
        return stream  # None without a console; something else where somebody listens
    encoding, is_buffered, is_by_line = stream.encoding, not stream.write_through, stream.line_buffering
    return Careful(stream.detach(), encoding, "replace", line_buffering=is_by_line, write_through=not is_buffered)


def can_write(text: str) -> bool:
    """Whether the encoding of standard output has every sign of a text."""
    return _has(getattr(sys.stdout, "encoding", None) or "utf-8", text)


def readable(text: str, encoding: str) -> str:
    """Return a text with the signs that an encoding lacks in an ASCII form; an exponent as a whole."""
    in_ascii = {letter for letter in text if not _has(encoding, letter)}
    for signs in (_SUPERSCRIPTS, _SUBSCRIPTS):
        if in_ascii & signs.keys():
            in_ascii |= signs.keys()
    return "".join(_ascii_of(text, place) if letter in in_ascii else letter for place, letter in enumerate(text))


def _has(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _ascii_of(text: str, place: int) -> str:
    letter, before = text[place], text[place - 1 : place]
    for signs, mark in ((_SUPERSCRIPTS, "^"), (_SUBSCRIPTS, "_")):
        if letter in signs:
            return signs[letter] if before in signs and before else mark + signs[letter]
    if letter == "·" and before == " ":
        return "|"
    if letter in _ASCII:
        return _ASCII[letter]
    plain = "".join(part for part in unicodedata.normalize("NFKD", letter).replace("⁄", "/") if part.isascii())
    name = unicodedata.name(letter, "")
    if not plain and name.startswith("GREEK SMALL LETTER "):
        return name.rpartition(" ")[2].lower()
    return plain or "?"


def tell(text: str, *, who: str = "gradviz") -> None:
    """Say something on standard error, where somebody can hear it: it may be closed, or go to a disk that is full."""
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            print(f"{who}: {text}", file=sys.stderr, flush=True)
