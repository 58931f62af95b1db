"""Reads a user's data file: CSV or NPZ, one row per example. All of it is checked; no code in it (pickle) is run."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any

import numpy as np

from gradviz.cache import remembered
from gradviz.core.choices.archives import Entry, entry_of
from gradviz.core.choices.arrays import IntArray
from gradviz.core.choices.errors import MOST_PROBLEMS, ExperimentError, Problem, shown, unknown_name
from gradviz.core.choices.regular_files import faults_named, opened, path_shown, refusal, size_shown, state_of
from gradviz.core.data.csv_manners import TableOptions, number_in
from gradviz.core.data.csv_table import LARGEST_NUMBER, Reading, missing_text, no_label_text, outside_text, read_table
from gradviz.core.data.data_set import DataSet, training_examples
from gradviz.core.data.text_lines import TableError
from gradviz.i18n import _

FIELD = "data_file"

LARGEST_DATA_FILE = 64 * 2**20
"""Bytes that a file may have."""

LARGEST_TABLE = 128 * 2**20
"""Bytes that a table of an archive may have as it is stored."""

MOST_EXAMPLES = 2**22

MOST_FEATURES = 2048
"""As many as the units that a layer may have."""

MOST_CLASSES = 2048
"""As many as the units that the last layer may have."""

BLOCK = 2**21
"""Numbers that are looked at at once."""


def read_data(path: str, options: TableOptions) -> DataSet:
    """Return the data set in a file.

    Raises
    ------
    ExperimentError
        With the field `data_file` or `target`: the file cannot be read, is too large, or does not hold a table of finite numbers.
    """
    with faults_named(path, FIELD, csv.Error, UnicodeError):
        try:
            return _read(path, *state_of(path, FIELD, LARGEST_DATA_FILE), options)
        except TableError as error:
            raise refusal(FIELD, *(f"{path_shown(path)}: {message}" for message in error.args)) from None


@remembered
def _read(path: str, changed: int, size: int, options: TableOptions) -> DataSet:
    """Read a file; cached until its modification time or size changes."""
    with opened(path, FIELD, LARGEST_DATA_FILE) as file:
        content = file.read(size)  # not the most there may be: Python makes room for all that is asked for
    return _from_archive(content, options) if content.startswith(b"PK") else _from_text(content, options)


# --- CSV ---


def _from_text(content: bytes, options: TableOptions) -> DataSet:
    table = read_table(content, options)
    return _data_set(table.numbers, table.labels, options, table.place, table.reading)


# --- NPZ ---


def _from_archive(content: bytes, options: TableOptions) -> DataSet:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        if any(member.filename == "xl/workbook.xml" for member in members):
            raise TableError(_("it is an Excel workbook; save the sheet as CSV"))
        entries = {
            entry.name: entry
            for member in members
            if member.filename.endswith(".npy")
            for entry in [entry_of(archive, member, FIELD)]
        }
        tables = {name: entry for name, entry in entries.items() if len(entry.shape) == 2 and entry.is_real}
        only = next(iter(tables.values())) if len(tables) == 1 else None
        chosen = entries.get("x", only)
        if chosen is not None and not chosen.is_real:
            message = _("{name} is of the type {type}, which cannot be read as real numbers")
            raise TableError(message.format(name=shown(chosen.name), type=shown(chosen.type_name)))
        if chosen is None:
            raise TableError(
                _("the archive holds {count} tables of numbers; it needs one, or one that is called x").format(count=len(tables))
            )
        _refuse_shape(chosen.shape)
        if chosen.nbytes > LARGEST_TABLE:
            limits = {"size": size_shown(chosen.nbytes), "limit": size_shown(LARGEST_TABLE)}
            raise TableError(_("its table unpacks to {size}; at most {limit} are possible").format(**limits))
        labels, target = _labels_beside(chosen, entries, options.target.strip())
        numbers = np.ascontiguousarray(chosen.read())
    reading = Reading(len(numbers), numbers.shape[1], "", "", has_header=False, encoding="NPZ", target=target)
    return _data_set(numbers, labels, options, _place_in_array, reading)


def _labels_beside(table: Entry, entries: Mapping[str, Entry], target: str) -> tuple[list[Any] | None, str]:
    """Return the labels of an archive, and their array's name: the one asked for, else y where it can be one."""
    if target and target not in entries:
        raise ExperimentError([Problem("target", unknown_name(target, list(entries)))])
    entry = entries.get(target or "y")
    is_column = entry is not None and entry.shape in ((table.shape[0],), (table.shape[0], 1))
    if entry is not None and is_column and (entry.is_real or entry.type_name.startswith(("str", "bytes"))):
        labels = entry.read().ravel()
        if labels.dtype.kind != "f" or np.array_equal(labels, np.rint(labels)):
            return labels.tolist(), entry.name
    if target:
        message = _("{name} holds no labels: one whole number or word for each of {count} examples is needed")
        raise ExperimentError([Problem("target", message.format(name=shown(target), count=table.shape[0]))])
    return None, ""


def _place_in_array(row: int, column: int) -> str:
    return _("row {row}, column {column}").format(row=row + 1, column=column + 1)


def _row_in_array(row: int) -> str:
    return _("row {row}").format(row=row + 1)


# --- both ---


def _refuse_shape(shape: tuple[int, ...]) -> None:
    if len(shape) != 2 or 0 in shape:
        raise TableError(
            _("the data has the shape {shape}; rows of examples and columns of features are needed").format(shape=shape)
        )
    if shape[1] > MOST_FEATURES:
        raise TableError(_("{count} features; at most {limit} are possible").format(count=shape[1], limit=MOST_FEATURES))
    if shape[0] > MOST_EXAMPLES:
        raise TableError(_("{count} examples; at most {limit} are possible").format(count=shape[0], limit=MOST_EXAMPLES))


def _data_set(
    numbers: np.ndarray, labels: Sequence[Any] | None, options: TableOptions, place: Callable[[int, int], str], reading: Reading
) -> DataSet:
    """Return what was read, when every value that is there is in range, and whatever is missing is dealt with as asked."""
    _refuse_shape(numbers.shape)
    lacks_value = _lacking(numbers, options, place)
    lacks_label = np.zeros(len(numbers), bool) if labels is None else np.array([str(label) == "" for label in labels])
    if lacks_label.any() and options.missing != "drop":
        raise TableError(*(no_label_text(_row_in_array(int(row))) for row in np.flatnonzero(lacks_label)[:MOST_PROBLEMS]))
    filled = 0
    if options.missing == "drop":
        kept = ~(lacks_value | lacks_label)
        if not kept.all():
            numbers = numbers[kept]
            labels = None if labels is None else [label for label, is_kept in zip(labels, kept, strict=True) if is_kept]
        if not len(numbers):
            raise TableError(_("every example lacks a value"))
    elif lacks_value.any():
        numbers, filled = _filled(numbers)
    codes, classes = (None, 0) if labels is None else _numbered(labels, reading.target)
    dropped, rows = reading.examples - len(numbers), len(numbers)
    return DataSet(numbers, codes, classes, reading._replace(examples=rows, classes=classes, dropped=dropped, filled=filled))


def _lacking(numbers: np.ndarray, options: TableOptions, place: Callable[[int, int], str]) -> np.ndarray:
    """Return which examples lack a value, (examples,); refuse what is out of range, and where it is asked what is missing."""
    lacking = np.zeros(len(numbers), bool)
    if numbers.dtype.kind != "f":
        return lacking
    problems: list[str] = []
    rows = max(1, BLOCK // numbers.shape[1])
    for start in range(0, len(numbers), rows):
        block = numbers[start : start + rows]
        block = block.astype(np.promote_types(block.dtype, np.float64), copy=False)  # float32 takes the limit for infinity
        is_missing = np.isnan(block)
        lacking[start : start + rows] = is_missing.any(axis=1)
        is_wrong = ~(np.abs(block) <= LARGEST_NUMBER) & (~is_missing | (options.missing == "refuse"))
        for row, column in np.argwhere(is_wrong)[: MOST_PROBLEMS - len(problems)]:
            where = place(start + int(row), int(column))
            problems.append(
                missing_text(where, "NaN") if is_missing[row, column] else outside_text(where, f"{block[row, column]:g}")
            )
    if problems:
        raise TableError(*problems)
    return lacking


def _filled(numbers: np.ndarray) -> tuple[np.ndarray, int]:
    """Return the numbers with each missing one replaced by the mean of those that its column has in the training part, and how many."""
    filled = numbers.copy()
    count = 0
    for column in range(numbers.shape[1]):
        is_missing = np.isnan(numbers[:, column])
        if is_missing.any():
            there = numbers[: training_examples(len(numbers)), column].astype(np.float64)
            there = there[~np.isnan(there)]
            if not there.size:
                raise TableError(_("column {column} has no value in the training part").format(column=column + 1))
            filled[is_missing, column] = np.sum(there / there.size)
            count += int(is_missing.sum())
    return filled, count


def _numbered(labels: Sequence[Any], target: str) -> tuple[IntArray, int]:
    """Return labels as numbers from 0, in the order of numbers where all are numbers, else of words; and how many there are."""
    different = set(labels)
    if len(different) > MOST_CLASSES:
        message = _("{name} has {count} different values; labels are at most {limit} different ones")
        raise ExperimentError([Problem("target", message.format(name=shown(target), count=len(different), limit=MOST_CLASSES))])
    values = {label: number_in(str(label), ".") for label in different}
    if any(value is None or not isfinite(value) for value in values.values()):
        values = dict.fromkeys(different, 0.0)
    order = {label: place for place, label in enumerate(sorted(different, key=lambda label: (values[label], label)))}
    return np.array([order[label] for label in labels], np.int64), len(order)
