"""What every file that an experiment names goes through: it is a file, it is not too large, and what fails names the field."""

from __future__ import annotations

import os
import stat
import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from gradviz.core.choices.errors import ExperimentError, Problem, shown
from gradviz.i18n import _

MOST_PROBLEMS = 10
"""So many are named; a file with a wrong separator has one in every line."""

LONGEST_PATH, LONGEST_REASON = 300, 200
"""Characters of a path and of a reason in a message."""

_OF_ARCHIVES = (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, MemoryError, EOFError, KeyError)
"""Raised by archives that are damaged, encrypted, compressed by an unknown method, or false about an array's size."""
_OF_HEADERS = (SyntaxError, tokenize.TokenError, TypeError, OverflowError)
"""Raised by NumPy for the header of an array that is no header."""


class FileState(NamedTuple):
    """What tells one state of a file from another: when it was changed last, in ns, and its size in bytes."""

    changed: int
    size: int


def state_of(path: str, field: str, largest: int) -> FileState:
    """Return the state of a regular file of at most `largest` bytes, before it is opened.

    Raises
    ------
    ExperimentError
        With the field's name: no path is given, it leads to no regular file, or the file is too large.
    OSError, ValueError
        When nothing can be found out about it.
    """
    if not path:
        raise refusal(field, _("which file? Give its path"))
    state = os.stat(path)
    if not stat.S_ISREG(state.st_mode):  # opening a pipe would wait for somebody to write
        raise refusal(field, _("{path} is no file").format(path=shown(path, LONGEST_PATH)))
    if state.st_size > largest:
        raise refusal(field, _("the file is larger than {limit} MiB").format(limit=largest // 2**20))
    return FileState(state.st_mtime_ns, state.st_size)


def seen_state(path: str) -> FileState | None:
    """Return the state of a file without reading it, or None where none can be seen."""
    try:
        state = os.stat(path)
    except (OSError, ValueError):
        return None
    return FileState(state.st_mtime_ns, state.st_size)


@contextmanager
def faults_named(path: str, field: str, *others: type[Exception]) -> Iterator[None]:
    """Turn whatever goes wrong while a file is read, `others` included, into an ExperimentError with the field's name."""
    expected: tuple[type[Exception], ...] = (OSError, ValueError, *_OF_ARCHIVES, *_OF_HEADERS, *others)
    try:
        yield
    except expected as error:
        if isinstance(error, ExperimentError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        message = _("cannot read {path}: {reason}")
        raise refusal(field, message.format(path=shown(path, LONGEST_PATH), reason=shown(reason, LONGEST_REASON))) from None


def refusal(field: str, *messages: str) -> ExperimentError:
    """Return the error that names the first MOST_PROBLEMS of what is wrong with a file."""
    return ExperimentError([Problem(field, message) for message in messages[:MOST_PROBLEMS]])
