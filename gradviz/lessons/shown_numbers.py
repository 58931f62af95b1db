"""Numbers as texts show them, read back: ``57.7``, ``1.1·10⁻⁷``, ``14 %``, ``1/4``, ``65,504``, ``half``, ``4분의 1``, ``200만``."""

from __future__ import annotations

import re
from math import isfinite, log10
from typing import NamedTuple

_DIGITS = r"\d{1,3}(?:,\d{3})+|\d+"
_SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"
_PLAIN_EXPONENT = str.maketrans(_SUPERSCRIPT, "0123456789-")

_MULTIPLES = {
    "%": 0.01,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "퍼센트": 0.01,
    "천": 1e3,
    "만": 1e4,
    "백만": 1e6,
    "천만": 1e7,
    "억": 1e8,
}

_FORM = re.compile(
    rf"(?P<sign>[−-]?)(?P<whole>{_DIGITS})(?P<part>\.\d+)?(?P<power>·10)?"
    rf"(?P<exponent>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)? ?(?P<multiple>{'|'.join(sorted(_MULTIPLES, key=len, reverse=True))})?"
)
_FRACTION = re.compile(r"(?P<above>\d+)/(?P<below>\d+)|(?P<of>[\d,]+(?:천|만|백만|천만|억)?|[천만억백]+)분의 ?(?P<parts>\d+)")

_COUNTS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
_WORDS = {word: (count, 1) for count, word in enumerate(_COUNTS)}
_WORDS |= {f"{a}{word}": (1, below) for word, below in _PARTS.items() for a in ("", "an " if word == "eighth" else "a ", "one ")}
_WORDS |= {f"{_COUNTS[count]} {word}s": (count, below) for word, below in _PARTS.items() for count in range(2, below)}
_WORDS |= {
    f"a {word}th": (1, below)
    for word, below in {
        "hundred": 10**2,
        "thousand": 10**3,
        "million": 10**6,
        "ten-million": 10**7,
        "hundred-million": 10**8,
    }.items()
}
_WORDS |= dict.fromkeys(("twice", "double", "doubles", "doubled", "두", "두 배", "둘"), (2, 1))
_WORDS |= dict.fromkeys(("halves", "halved", "절반", "반"), (1, 2))
_WORDS |= {"triple": (3, 1), "triples": (3, 1), "세": (3, 1), "셋": (3, 1), "네": (4, 1), "넷": (4, 1)}
"""Word → what it says, as (above, below) of a fraction."""

EXACT = 1e-9
"""Relative; of a power such as 2⁻¹⁴⁹, which has no last digit that could have been rounded."""


MORE = 30.0
"""How many times larger than a power of ten it may be what is "more than" that. Where rounding grows with the gradient, two correct
programs differ by a factor of two or three.
"""


class ShownNumber(NamedTuple):
    """A number as a text shows it.

    Attributes
    ----------
    value : float
    unit : float
        One unit of the last digit that is shown. Of a fraction p/q, the distance to p/(q + 1).
    is_power : bool
        Whether it is a power of ten, such as 10¹².
    """

    value: float
    unit: float
    is_power: bool = False

    def says(self, relation: str, value: float) -> bool:
        """Whether what is shown is so of a value: a key of `RELATIONS` stands between the two."""
        return isfinite(value) and RELATIONS[relation](self, value)


def _rounds_to(shown: ShownNumber, value: float) -> bool:
    return abs(value - shown.value) <= shown.unit * (0.5 + EXACT) + EXACT * abs(shown.value)


def _is_below(shown: ShownNumber, value: float) -> bool:
    return shown.value <= value < (shown.value * MORE if shown.is_power else shown.value + shown.unit)


def _is_above(shown: ShownNumber, value: float) -> bool:
    return shown.value - shown.unit < value <= shown.value


def _is_about(shown: ShownNumber, value: float) -> bool:
    decades = log10(shown.value) if shown.value > 0 else 0.5
    return abs(decades - round(decades)) < EXACT and value > 0 and abs(log10(value) - decades) < 0.5


RELATIONS = {"=": _rounds_to, "<": _is_below, ">": _is_above, "~": _is_about}
"""Sign → what it asks: the value rounds to what is shown; it is more, by less than a unit of the last digit, or than `MORE` times a
power of ten; it is less, by less than a unit; the power of ten that is shown is the nearest one.
"""


def read_number(text: str) -> ShownNumber | None:
    """Return the number that a text shows, or None where it shows none, or one that is no finite number."""
    text = " ".join(text.split())
    if text.lower() in _WORDS:
        return _fraction(*_WORDS[text.lower()])
    if match := _FRACTION.fullmatch(text):
        above, below = (read_number(part) for part in (match["above"] or match["parts"], match["below"] or match["of"]))
        return _fraction(round(above.value), round(below.value)) if above and below and below.value >= 1 else None
    match = _FORM.fullmatch(f"1{text}" if text in _MULTIPLES and text != "%" else text)
    if match is None or (match["power"] and not match["exponent"]):
        return None
    number = _number(match)
    return number if isfinite(number.value) else None


def _fraction(above: int, below: int) -> ShownNumber:
    return ShownNumber(above / below, 1.0 if below == 1 else above / (below * (below + 1)))


def _number(match: re.Match[str]) -> ShownNumber:
    whole, part = match["whole"].replace(",", ""), match["part"] or ""
    exponent = int((match["exponent"] or "0").translate(_PLAIN_EXPONENT)[:6])
    scale = _MULTIPLES.get(match["multiple"] or "", 1.0) * (-1.0 if match["sign"] else 1.0)
    if match["exponent"] and not match["power"]:  # 10²⁰, 2⁻¹⁴⁹
        value = _power(float(whole + part), exponent) * scale
        is_power = whole == "10" and not part
        return ShownNumber(value, abs(value) if is_power else abs(value) * EXACT, is_power)
    digits = max(0, len(part) - 1)
    value, unit = float(f"{whole}{part}e{exponent}") * scale, float(f"1e{exponent - digits}") * scale
    return ShownNumber(value, abs(unit))


def _power(base: float, exponent: int) -> float:
    try:
        return base**exponent
    except (OverflowError, ZeroDivisionError):
        return float("inf")
