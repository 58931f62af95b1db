"""Reads a user's data file: CSV or NPZ, one row per example. All of it is checked; no code in it (pickle) is run."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from math import nan

import numpy as np

from gradviz.cache import remembered
from gradviz.core.choices.arrays import Float64Array
from gradviz.core.choices.errors import MOST_PROBLEMS, ExperimentError
from gradviz.core.choices.regular_files import faults_named, opened, path_shown, refusal, state_of
from gradviz.i18n import _

LARGEST_DATA_FILE = 64 * 2**20
LARGEST_INFLATED = 256 * 2**20
"""Bytes that a file may have, and that an archive may unpack to."""

MOST_FEATURES = 2048
"""As many as the units that a layer may have."""

LARGEST_NUMBER = 1e307
"""The difference of two larger numbers could overflow float64."""


def read_examples(path: str) -> Float64Array:
    """Return the rows of a file, (examples, features), float64, read-only.

    Raises
    ------
    ExperimentError
        With the field `data_file`: the file cannot be read, is too large, or does not hold a table of finite numbers.
    """
    with faults_named(path, "data_file", csv.Error):
        try:
            return _read(path, *state_of(path, "data_file", LARGEST_DATA_FILE))
        except UnicodeDecodeError:
            raise _file_error(_("{path} is no text in UTF-8, and no NPZ archive").format(path=path_shown(path))) from None


@remembered
def _read(path: str, changed: int, size: int) -> Float64Array:
    """Read a file; cached until its modification time or size changes."""
    with opened(path, "data_file", LARGEST_DATA_FILE) as file:
        content = file.read(LARGEST_DATA_FILE + 1)
    table = _from_npz(content) if content.startswith(b"PK") else _from_csv(content)
    if table.ndim != 2 or 0 in table.shape:
        raise _file_error(
            _("the data has the shape {shape}; rows of examples and columns of features are needed").format(shape=table.shape)
        )
    if table.shape[1] > MOST_FEATURES:
        raise _file_error(_("{count} features; at most {limit} are possible").format(count=table.shape[1], limit=MOST_FEATURES))
    if out_of_range := [
        _out_of_range(_("row {row}").format(row=row + 1), column)
        for row, column in np.argwhere(~(np.abs(table) <= LARGEST_NUMBER))[:MOST_PROBLEMS]
    ]:
        raise _file_error(*out_of_range)
    table.flags.writeable = False
    return table


def _from_npz(content: bytes) -> Float64Array:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(member.file_size for member in archive.infolist()) > LARGEST_INFLATED:
            raise _file_error(_("the archive unpacks to more than {limit} MiB").format(limit=LARGEST_INFLATED // 2**20))
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        members = {name: stored[name] for name in stored.files}  # bytes for a member that is no array
    arrays = {name: member for name, member in members.items() if isinstance(member, np.ndarray)}
    tables = {name: array for name, array in arrays.items() if array.ndim == 2 and array.dtype.kind in "fiub"}
    if "x" in tables:
        return _as_float64(tables["x"])
    if len(tables) != 1:
        raise _file_error(
            _("the archive holds {count} tables of numbers; it needs one, or one that is called x").format(count=len(tables))
        )
    return _as_float64(next(iter(tables.values())))


def _as_float64(table: np.ndarray) -> Float64Array:
    with np.errstate(over="ignore"):  # overflow gives infinity, which is refused later
        return table.astype(np.float64)


def _from_csv(content: bytes) -> Float64Array:
    rows: list[list[float]] = []
    problems: list[str] = []
    expected = 0
    for place, (line, cells) in enumerate(_filled_lines(content)):
        numbers = [_number(cell) for cell in cells]
        expected = expected or len(cells)
        if place == 0 and all(number is None for number in numbers) and any(cell.strip() for cell in cells):  # a header row
            continue
        row = [nan if number is None else number for number in numbers]
        problems += [
            _out_of_range(_("line {line}").format(line=line), column)
            for column, value in enumerate(row)
            if not abs(value) <= LARGEST_NUMBER
        ]
        rows.append(row)
        if len(row) != expected:
            problems.append(
                _("line {line} has {count} cells, not {expected}").format(line=line, count=len(row), expected=expected)
            )
        if len(problems) >= MOST_PROBLEMS:
            break
    if problems:
        raise _file_error(*problems)
    return np.array(rows, dtype=np.float64)


def _filled_lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not blank, each with its number, counted from 1."""
    for line, cells in enumerate(csv.reader(io.StringIO(content.decode("utf-8-sig"))), start=1):
        if len(cells) > 1 or any(cell.strip() for cell in cells):
            yield line, cells


def _number(cell: str) -> float | None:
    try:
        return None if "_" in cell else float(cell)
    except ValueError:
        return None


def _out_of_range(place: str, column: int) -> str:
    return _("{place}, column {column} is not a number between −10³⁰⁷ and 10³⁰⁷").format(place=place, column=column + 1)


def _file_error(*messages: str) -> ExperimentError:
    return refusal("data_file", *messages)
