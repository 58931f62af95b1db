"""Tables of text: the cells are taken apart by Python's csv module, checked here, and named by line and column where they are wrong."""

from __future__ import annotations

import re
import sys
from array import array
from collections.abc import Sequence
from itertools import chain, islice
from math import isnan, nan
from typing import NamedTuple

import numpy as np

from gradviz.core.choices.arrays import Float64Array
from gradviz.core.choices.errors import MOST_PROBLEMS, ExperimentError, Problem, shown
from gradviz.core.data.csv_manners import (
    DECIMALS,
    MISSING_WORDS,
    SEPARATORS,
    TableOptions,
    Written,
    found_out,
    name_of,
    number_in,
    numbers_in,
)
from gradviz.core.data.text_lines import ENCODING_NAMES, Lines, TableError, encoding_of, rows_of
from gradviz.i18n import _

LARGEST_NUMBER = 1e307
"""The difference of two larger numbers could overflow float64."""

MOST_NUMBERS = 2**23
"""Cells of a table: 64 MiB as float64, and some five seconds to read."""

AT_ONCE = 2**13
"""Cells that are read at once where nothing is wrong with them; a cell takes some 200 bytes meanwhile."""


class Reading(NamedTuple):
    """How a table was read, to be told.

    Attributes
    ----------
    examples, features : int
        What came of it.
    separator, decimal : str
        Names in SEPARATORS and DECIMALS; "" for an only column, and where there is neither point nor comma in any number.
    has_header : bool
    encoding : str
    target : str
        The name of the label column, or "".
    classes : int
        The number of different labels.
    dropped, filled : int
        Examples that were left out, and values that were put in, where one was missing.
    """

    examples: int
    features: int
    separator: str
    decimal: str
    has_header: bool
    encoding: str
    target: str = ""
    classes: int = 0
    dropped: int = 0
    filled: int = 0


class Table(NamedTuple):
    """What is in a file.

    Attributes
    ----------
    numbers : ndarray, (examples, features), float64
        NaN where a value is missing.
    labels : list of str or None
        A label for each example, "" where it is missing.
    lines : sequence of int, (examples,)
        The line of each example, counted from 1.
    columns : list of str
        The features by number and, where there is a header, name.
    reading : Reading
    """

    numbers: Float64Array
    labels: list[str] | None
    lines: Sequence[int]
    columns: list[str]
    reading: Reading

    def place(self, row: int, column: int) -> str:
        """Say where in the file a number stands."""
        return place_text(self.lines[row], self.columns[column])


def place_text(line: int, column: str) -> str:
    """Say where in a text a cell stands."""
    return _("line {line}, column {column}").format(line=line, column=column)


def missing_text(place: str, cell: str) -> str:
    """Say that a value is missing, and what can be done."""
    text = _('{place}: no value ("{cell}"); missing=drop leaves such examples out, missing=mean takes the mean of the column')
    return text.format(place=place, cell=shown(cell.strip()))


def no_label_text(place: str) -> str:
    """Say that a label is missing, and what can be done."""
    return _("{place}: no label; missing=drop leaves such examples out").format(place=place)


def outside_text(place: str, cell: str) -> str:
    """Say that a number is too large."""
    return _('{place}: "{cell}" is not between −10³⁰⁷ and 10³⁰⁷').format(place=place, cell=shown(cell.strip()))


def read_table(content: bytes, options: TableOptions) -> Table:
    """Return the table in the bytes of a file.

    Raises
    ------
    TableError
        Where it is no table of numbers, or can be read in two ways.
    csv.Error, UnicodeError
        Where it is no text.
    """
    encoding = encoding_of(content)
    written = found_out(Lines(content, encoding), options)
    return _Reader(written, options).table(Lines(content, encoding), ENCODING_NAMES[encoding])


class _Reader:
    """Reads all lines in the way that was found out."""

    def __init__(self, written: Written, options: TableOptions) -> None:
        self._written, self._options = written, options
        self._names: list[str] = []
        self._target: int | None = None
        self._numbers = array("d")
        self._lines = array("L")
        self._labels: list[str] = []
        self._problems: list[str] = []

    def table(self, lines: Lines, encoding: str) -> Table:
        """Return the table of all lines."""
        written = self._written
        rows = rows_of(iter(lines), written.separator, strict=True)
        if written.ends_in_separator:
            rows = ((line, self._without_last(cells)) for line, cells in rows)
        if written.has_header:
            self._names = [cell.strip() for cell in next(rows)[1]]
        rows_at_once = max(1, AT_ONCE // max(1, written.width))
        block = list(islice(rows, rows_at_once))
        self._target = self._target_column()
        self._refuse_text_columns()
        while block:
            if not self._take_block(block, lines.before):
                self._take_one_by_one(block, lines.before)
            if len(self._numbers) > MOST_NUMBERS:
                raise TableError(_("it has more than {limit} numbers").format(limit=MOST_NUMBERS))
            if len(self._problems) >= MOST_PROBLEMS:
                break
            block = list(islice(rows, rows_at_once))
        if self._problems:
            raise TableError(*self._problems)
        features = written.width - (self._target is not None)
        numbers = np.frombuffer(self._numbers, np.float64) if self._numbers else np.zeros(0)
        return Table(
            numbers.reshape(len(self._lines), features),
            None if self._target is None else self._labels,
            self._lines,
            [self._column(column) for column in range(written.width) if column != self._target],
            Reading(
                examples=len(self._lines),
                features=features,
                separator=name_of(SEPARATORS, written.separator) if written.width > 1 else "",
                decimal=name_of(DECIMALS, written.decimal) if written.has_signs else "",
                has_header=written.has_header,
                encoding=encoding,
                target="" if self._target is None else self._name(self._target),
            ),
        )

    def _without_last(self, cells: list[str]) -> list[str]:
        """Return the cells of a row without the empty one that the separator at its end makes."""
        return cells[:-1] if len(cells) > self._written.width and not cells[-1].strip() else cells

    def _take_block(self, block: list[tuple[int, list[str]]], before: int) -> bool:
        """Take many rows that are as they should be; say no, and take none, where one of them is not."""
        width = self._written.width
        rows = [cells for _line, cells in block]
        if set(map(len, rows)) != {width}:
            return False
        if self._target is None:
            labels = []
        else:
            labels = [self._label_in(cells[self._target]) for cells in rows]
            rows = [[*cells[: self._target], *cells[self._target + 1 :]] for cells in rows]
        found = numbers_in(list(chain.from_iterable(rows)), self._written.decimal)
        if found is None:
            return False
        numbers = np.array(found)
        is_right = np.abs(numbers) <= LARGEST_NUMBER
        if self._options.missing != "refuse":
            is_right |= np.isnan(numbers)
        if not is_right.all() or ("" in labels and self._options.missing != "drop"):
            return False
        self._numbers.frombytes(numbers.tobytes())
        self._lines.extend([before + line for line, _cells in block])
        self._labels += labels
        return True

    def _take_one_by_one(self, block: list[tuple[int, list[str]]], before: int) -> None:
        """Take the rows that are as they should be, and say of each of the others what is wrong with it."""
        written = self._written
        for line, cells in ((before + line, cells) for line, cells in block):
            if len(cells) != written.width:
                text = _("line {line} has {count} cells, not {expected}")
                self._problems.append(text.format(line=line, count=len(cells), expected=written.width))
                continue
            numbers = [self._number(line, column, cell) for column, cell in enumerate(cells) if column != self._target]
            if self._target is not None:
                self._labels.append(self._label(line, cells[self._target]))
            self._numbers.extend(numbers)
            self._lines.append(line)
            if len(self._problems) >= MOST_PROBLEMS:
                return

    def _number(self, line: int, column: int, cell: str) -> float:
        number = number_in(cell, self._written.decimal)
        if number is None or not abs(number) <= LARGEST_NUMBER:
            place = place_text(line, self._column(column))
            if number is None:
                self._problems.append(_('{place}: "{cell}" is not a number').format(place=place, cell=shown(cell.strip())))
            elif not isnan(number):
                self._problems.append(outside_text(place, cell))
            elif self._options.missing == "refuse":
                self._problems.append(missing_text(place, cell))
        return nan if number is None else number

    def _label(self, line: int, cell: str) -> str:
        label = self._label_in(cell)
        if not label and self._options.missing != "drop":
            self._problems.append(no_label_text(place_text(line, self._column(self._target or 0))))
        return label

    @staticmethod
    def _label_in(cell: str) -> str:
        text = cell.strip()
        return "" if text.lower() in MISSING_WORDS else sys.intern(text)  # few different ones in very many rows

    def _target_column(self) -> int | None:
        """Return the label column: the one of that name, else the one of that number."""
        target = self._options.target.strip()
        if not target:
            return None
        places = [place for place, name in enumerate(self._names) if name == target]
        if len(places) > 1:
            message = _('{count} columns are called "{name}"').format(count=len(places), name=shown(target))
            raise ExperimentError([Problem("target", message)])
        if places:
            return places[0]
        if re.fullmatch("[1-9][0-9]{0,5}", target) and int(target) <= self._written.width:
            return int(target) - 1
        columns = ", ".join(self._column(column) for column in range(min(self._written.width, 20)))
        message = _('no column is called "{name}"; there are: {columns}').format(name=shown(target), columns=columns)
        raise ExperimentError([Problem("target", message)])

    def _refuse_text_columns(self) -> None:
        """Name the columns that hold words: one of them may be the labels."""
        words = sorted(self._written.texts - {self._target})
        if len(self._written.texts) == self._written.width or not self._written.is_whole:
            return  # no table of numbers at all: the cells say what is wrong
        for column in words:
            text = _("column {column} holds no numbers; target={name} takes it for the labels, else leave it out of the file")
            self._problems.append(text.format(column=self._column(column), name=self._name(column)))
        if self._problems:
            raise TableError(*self._problems)

    def _name(self, column: int) -> str:
        return shown(self._names[column]) if column < len(self._names) and self._names[column] else str(column + 1)

    def _column(self, column: int) -> str:
        """Return a column as it is told: its number, and its name where it has one."""
        name = self._name(column)
        return name if name == str(column + 1) else f"{column + 1} ({name})"
