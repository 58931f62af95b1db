"""Reads a user's data file: CSV or NPZ, one row per example. Everything in it is checked; nothing in it is run."""

from __future__ import annotations

import csv
import io
import os
import zipfile
from functools import lru_cache

import numpy as np

from gradviz.core.arrays import Float64Array
from gradviz.core.errors import ExperimentError, Problem, shown
from gradviz.i18n import _

LARGEST_FILE = 64 * 2**20
LARGEST_INFLATED = 256 * 2**20
"""Bytes of a file, and of what an archive may unpack to."""

MOST_FEATURES = 2048
"""As many as a layer may have units."""

MOST_PROBLEMS = 10
"""So many are named; a file with a wrong separator has one in every line."""


def read_examples(path: str) -> Float64Array:
    """Return the rows of a file, (examples, features), float64, read-only.

    Raises
    ------
    ExperimentError
        With the field `data_file`: the file cannot be read, is too large, or does not hold a table of finite numbers.
    """
    if not path:
        raise _wrong(_("which file? Give its path"))
    try:
        state = os.stat(path)
        if state.st_size > LARGEST_FILE:
            raise _wrong(_("the file is larger than {limit} MiB").format(limit=LARGEST_FILE // 2**20))
        return _read(path, state.st_mtime_ns, state.st_size)
    except (OSError, ValueError, csv.Error, zipfile.BadZipFile) as error:
        if isinstance(error, ExperimentError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise _wrong(_("cannot read {path}: {reason}").format(path=shown(path, 300), reason=shown(reason, 200))) from None


@lru_cache(maxsize=4)
def _read(path: str, changed: int, size: int) -> Float64Array:
    """Read a file once for each time that it has changed."""
    with open(path, "rb") as file:
        content = file.read(LARGEST_FILE + 1)
    table = _from_npz(content) if content.startswith(b"PK") else _from_csv(content)
    if table.ndim != 2 or 0 in table.shape:
        raise _wrong(
            _("the data has the shape {shape}; rows of examples and columns of features are needed").format(shape=table.shape)
        )
    if table.shape[1] > MOST_FEATURES:
        raise _wrong(_("{count} features; at most {limit} are possible").format(count=table.shape[1], limit=MOST_FEATURES))
    if not np.isfinite(table).all():
        row, column = np.argwhere(~np.isfinite(table))[0]
        raise _wrong(_("row {row}, column {column} is not a finite number").format(row=row + 1, column=column + 1))
    table.flags.writeable = False
    return table


def _from_npz(content: bytes) -> Float64Array:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(member.file_size for member in archive.infolist()) > LARGEST_INFLATED:
            raise _wrong(_("the archive unpacks to more than {limit} MiB").format(limit=LARGEST_INFLATED // 2**20))
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        tables = {name: stored[name] for name in stored.files if stored[name].ndim == 2 and stored[name].dtype.kind in "fiub"}
    if "x" in tables:
        return tables["x"].astype(np.float64)
    if len(tables) != 1:
        raise _wrong(
            _("the archive holds {count} tables of numbers; it needs one, or one that is called x").format(count=len(tables))
        )
    return next(iter(tables.values())).astype(np.float64)


def _from_csv(content: bytes) -> Float64Array:
    rows: list[list[float]] = []
    problems: list[str] = []
    for line, cells in enumerate(csv.reader(io.StringIO(content.decode("utf-8-sig"))), start=1):
        if not any(cell.strip() for cell in cells):
            continue
        try:
            row = [float(cell) for cell in cells]
        except ValueError:
            if rows or problems or line > 1:  # a first line of names is a heading
                problems.append(_("line {line} has a cell that is not a number").format(line=line))
            continue
        if rows and len(row) != len(rows[0]):
            problems.append(
                _("line {line} has {count} cells, not {expected}").format(line=line, count=len(row), expected=len(rows[0]))
            )
            continue
        rows.append(row)
    if problems:
        raise ExperimentError([Problem("data_file", problem) for problem in problems[:MOST_PROBLEMS]])
    return np.array(rows, dtype=np.float64)


def _wrong(message: str) -> ExperimentError:
    return ExperimentError([Problem("data_file", message)])
