"""How a table of text is written: told, or found out from its first lines.

Every combination of a separator and a decimal sign is tried on the first lines. The one that makes most of them numbers is taken;
where two do equally well and give different numbers, the file is refused, because choosing would be guessing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import product
from math import isnan, nan
from typing import NamedTuple

from gradviz.core.data.text_lines import Lines, TableError, rows_of
from gradviz.i18n import N_, _

AUTO = "auto"

MISSING_WORDS = frozenset(
    ["", "na", "n/a", "#n/a", "#nv", "nan", "null", "none", "nil", "-", "--", "?", ".", "#div/0!", "#value!", "#wert!"]
)
"""Cells that stand for a value that is not there, in small letters."""


@dataclass(frozen=True)
class Manner:
    """A choice in how a table is written: its name in a Spec, texts for the user, and the sign that it stands for."""

    name: str
    title: str
    help: str
    sign: str = ""


def _table(*entries: Manner) -> dict[str, Manner]:
    return {entry.name: entry for entry in entries}


SEPARATORS = _table(
    Manner(AUTO, N_("Found out"), N_("From the first lines; two that fit equally well are refused.")),
    Manner("comma", N_("Comma"), N_("1,2,3"), ","),
    Manner("semicolon", N_("Semicolon"), N_("1;2;3, as spreadsheets write where the decimal sign is a comma."), ";"),
    Manner("tab", N_("Tab"), N_("As copied from a spreadsheet."), "\t"),
    Manner("blank", N_("Blank"), N_("1 2 3, with any number of blanks between."), " "),
)
"""Name → what stands between two cells."""

DECIMALS = _table(
    Manner(AUTO, N_("Found out"), N_("From the first lines; two that fit equally well are refused.")),
    Manner("point", N_("Point"), N_("0.5; a comma, blank or apostrophe between thousands."), "."),
    Manner("comma", N_("Comma"), N_("0,5; a point, blank or apostrophe between thousands."), ","),
)
"""Name → the decimal sign."""

HEADERS = _table(
    Manner(AUTO, N_("Found out"), N_("The first line is a header where none of its cells is a number.")),
    Manner("yes", N_("Yes"), N_("The first line is a header, even one of numbers.")),
    Manner("no", N_("No"), N_("The first line is an example as all others are.")),
)
"""Name → whether the first line names the columns."""

MISSING = _table(
    Manner("refuse", N_("Refuse"), N_("A file that lacks a value is refused, and the place named.")),
    Manner("drop", N_("Leave out the example"), N_("Examples that lack a value are left out.")),
    Manner("mean", N_("Mean of the column"), N_("A value that is missing is the mean of its column over the training part.")),
)
"""Name → what is done where a value is missing."""


class TableOptions(NamedTuple):
    """How to read a file; names in the tables above, and the label column by its name or its number, counted from 1 ("": none)."""

    separator: str = AUTO
    decimal: str = AUTO
    header: str = AUTO
    target: str = ""
    missing: str = "refuse"


# --- numbers ---

_BLANKS = " '\u2019\u00a0\u2009\u202f"
"""What stands between thousands beside the other sign."""


def _form(decimal: str) -> str:
    """Return the form of a number with a decimal sign, thousands apart or not, as a regular expression."""
    other, sign = ("," if decimal == "." else "."), re.escape(decimal)
    # After a decimal comma there is a digit: "1," is a cell and a separator.
    fraction = r"\.\d*" if decimal == "." else r",\d+"
    return rf"[-+]?(?:(?:[1-9]\d{{0,2}}(?:[{other}{_BLANKS}]\d{{3}})+|\d+)(?:{fraction})?|{sign}\d+)(?:[eE][-+]?\d+)?"


_CELL = {decimal: re.compile(_form(decimal), re.ASCII) for decimal in ".,"}
_CELLS = {decimal: re.compile(rf"(?:[ ]*(?:{_form(decimal)}[ ]*)?\n)*", re.ASCII) for decimal in ".,"}
_PLAIN = {decimal: {ord(sign): None for sign in f"{other}{_BLANKS}"} | {ord(decimal): "."} for decimal, other in (".,", ",.")}
"""Decimal sign → what becomes of the signs in a number for Python to read it."""


def number_in(cell: str, decimal: str) -> float | None:
    """Return the number in a cell, written with a decimal sign; NaN for a missing value, None for what is neither."""
    text = cell.strip().replace("\u2212", "-")
    if text.lower() in MISSING_WORDS:
        return nan
    if text.lower().lstrip("+-") in ("inf", "infinity"):
        return float(text)
    return float(text.translate(_PLAIN[decimal])) if _CELL[decimal].fullmatch(text) else None


def numbers_in(cells: list[str], decimal: str) -> list[float] | None:
    """Return the numbers in many cells, NaN for an empty one; None where they have to be looked at one by one."""
    text = "\n".join([*cells, ""])
    if not _CELLS[decimal].fullmatch(text):
        return None
    parts = text.translate(_PLAIN[decimal]).split("\n")
    return [float(part) if part else nan for part in parts[:-1]] if len(parts) == len(cells) + 1 else None


# --- finding out ---


@dataclass(frozen=True)
class Written:
    """How a table is written, as far as its first lines show."""

    separator: str
    decimal: str
    has_header: bool
    width: int
    ends_in_separator: bool
    numbers: list[list[float | None]] = field(repr=False)
    texts: frozenset[int] = frozenset()
    """Columns of which no cell is a number."""
    has_signs: bool = False
    """Whether any number has a point or a comma in it."""
    is_even: bool = False
    """Whether all rows are of one length, and some cells are numbers."""
    is_whole: bool = False
    """Whether it is even, and all cells of the other columns are numbers."""
    share: float = 0.0
    """The share of the characters that are in numbers."""

    @property
    def rank(self) -> tuple[bool, bool, float]:
        """The better the reading, the greater."""
        return self.is_whole, self.width > 1, self.share

    @property
    def options(self) -> str:
        """The options that ask for it."""
        return f"separator={name_of(SEPARATORS, self.separator)}, decimal={name_of(DECIMALS, self.decimal)}"


def name_of(table: dict[str, Manner], sign: str) -> str:
    """Return the name of a sign; a sign that has none is returned itself."""
    return next((name for name, manner in table.items() if manner.sign == sign and name != AUTO), sign)


def found_out(lines: Lines, options: TableOptions) -> Written:
    """Return how a table is written: the best of all readings of its first lines."""
    sample = lines.sample()
    if options.separator != AUTO:
        signs = [SEPARATORS[options.separator].sign]
    else:
        signs = [lines.separator] if lines.separator else [manner.sign for manner in SEPARATORS.values() if manner.sign]
    decimals = [manner.sign for name, manner in DECIMALS.items() if options.decimal in (AUTO, name) and manner.sign]
    has_quoted_commas = any(re.search(r'"[-+ ]*\d[\d.]*,\d', line) for line in sample)
    readings = [
        _reading(sample, separator, decimal, options)
        for separator, decimal in product(signs, decimals)
        # A decimal comma between commas has to be quoted.
        if not separator == decimal == "," or has_quoted_commas or len(decimals) == 1
    ]
    if any(reading.is_even and reading.width > 1 for reading in readings):
        # Else a table with one bad cell, "1,x" above "3,4", could pass for a column of 3.4.
        readings = [reading for reading in readings if reading.width > 1]
    best = max(readings, key=lambda reading: reading.rank)
    for other in readings:
        if best.is_whole and other.rank == best.rank and other.numbers != best.numbers:
            raise TableError(
                _("it can be read in two ways, with {one} ({first}) or with {other} ({second}); say which").format(
                    one=best.options, first=_first_numbers(best), other=other.options, second=_first_numbers(other)
                )
            )
    return best


def _first_numbers(reading: Written) -> str:
    row = next((row for row in reading.numbers if any(number is not None for number in row)), [])
    shown_numbers = ["…" if number is None else f"{number:g}" for number in row[:3]]
    return " | ".join([*shown_numbers, *["…"] * (len(row) > 3)])


def _is_no_number(number: float | None) -> bool:
    return number is None or isnan(number)


def _reading(sample: list[str], separator: str, decimal: str, options: TableOptions) -> Written:
    rows = [cells for _line, cells in rows_of(iter(sample), separator, strict=False)]
    is_even = len({len(cells) for cells in rows}) == 1
    ends_in_separator = is_even and len(rows[0]) > 1 and not any(cells[-1].strip() for cells in rows)
    if ends_in_separator:
        rows = [cells[:-1] for cells in rows]
    width = len(rows[0]) if rows else 0
    has_header = bool(rows) and (options.header == "yes" or (options.header == AUTO and _is_header(rows[0])))
    data = rows[has_header:]
    numbers = [[number_in(cell, decimal) for cell in cells] for cells in data]
    columns = [[row[column] for row in numbers if column < len(row)] for column in range(width)]
    texts = frozenset(place for place, column in enumerate(columns) if None in column and all(map(_is_no_number, column)))
    is_even = is_even and len(texts) < width and bool(data)
    # A header of several names is none of one column.
    fits_header = width > 1 or not has_header or not re.search("[,;\t]", rows[0][0])
    is_whole = is_even and fits_header and not any(None in column for place, column in enumerate(columns) if place not in texts)
    pairs = [(number, cell) for row, cells in zip(numbers, data, strict=True) for number, cell in zip(row, cells, strict=True)]
    in_numbers = sum(len(cell) for number, cell in pairs if number is not None)
    return Written(
        separator,
        decimal,
        has_header,
        width,
        ends_in_separator,
        [[None if _is_no_number(number) else number for number in row] for row in numbers],
        texts,
        has_signs=any(not _is_no_number(number) and re.search("[.,]", cell) for number, cell in pairs),
        is_even=is_even,
        is_whole=is_whole,
        share=in_numbers / max(1, sum(len(cell) for _number, cell in pairs)),
    )


def _is_header(cells: list[str]) -> bool:
    """Whether none of the cells is a number, whichever the decimal sign, and some of them are words."""
    numbers = [number_in(cell, decimal) for cell in cells for decimal in ".,"]
    return None in numbers and all(map(_is_no_number, numbers))
