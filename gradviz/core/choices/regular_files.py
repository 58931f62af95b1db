"""The only way in which the program opens a file that somebody names: it is a regular file, of a bounded size, and whatever fails is said in words."""

from __future__ import annotations

import os
import stat
import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from gradviz.core.choices.errors import ExperimentError, Problem, shown
from gradviz.i18n import N_, _

LONGEST_PATH, LONGEST_REASON = 300, 200
"""Characters of a path and of a reason in a message."""

_OF_ARCHIVES = (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, MemoryError, EOFError, KeyError)
"""Raised by archives that are damaged, encrypted, compressed by an unknown method, or false about an array's size."""
_OF_HEADERS = (SyntaxError, tokenize.TokenError, TypeError, OverflowError)
"""Raised by NumPy for the header of an array that is no header."""

_WHAT_ELSE = {
    stat.S_ISDIR: N_("{path} is a folder, and no file"),
    stat.S_ISFIFO: N_("{path} is a pipe, and no file; its content may come through standard input instead, named -"),
    stat.S_ISCHR: N_("{path} is a device, and no file"),
    stat.S_ISBLK: N_("{path} is a device, and no file"),
    stat.S_ISSOCK: N_("{path} is a socket, and no file"),
}
"""A test of a mode → what to say of something that has it."""


class FileState(NamedTuple):
    """What tells one state of a file from another: when it was changed last, in ns, and its size in bytes."""

    changed: int
    size: int


def state_of(path: str | Path, field: str, largest: int) -> FileState:
    """Return the state of a regular file of at most `largest` bytes, before it is opened.

    Raises
    ------
    ExperimentError
        With the field's name: no path is given, it leads to no regular file, or the file is too large.
    OSError, ValueError
        When nothing can be found out about it.
    """
    if not str(path):
        raise refusal(field, _("which file? Give its path"))
    return _checked(os.stat(path), path, field, largest)


def seen_state(path: str) -> FileState | None:
    """Return the state of a file without reading it, or None where none can be seen."""
    try:
        state = os.stat(path)
    except (OSError, ValueError):
        return None
    return FileState(state.st_mtime_ns, state.st_size)


@contextmanager
def opened(path: str | Path, field: str, largest: int) -> Iterator[BinaryIO]:
    """Open a regular file of at most `largest` bytes for reading.

    It is looked at before it is opened, because opening a pipe would wait for somebody to write and opening a device may do
    something; and once more when it is open, because it may have been replaced in between.

    Raises
    ------
    ExperimentError
        With the field's name, for whatever goes wrong here or in the block.
    """
    with faults_named(path, field):
        state_of(path, field, largest)
        with open(path, "rb", opener=_without_waiting) as file:
            _checked(os.fstat(file.fileno()), path, field, largest)
            yield file


def content_of(path: str | Path, field: str, largest: int) -> bytes:
    """Return the bytes of a regular file. Raises ExperimentError with the field's name."""
    with opened(path, field, largest) as file:
        return file.read(os.fstat(file.fileno()).st_size)  # not `largest`: Python makes room for all that is asked for


@contextmanager
def faults_named(path: str | Path, field: str, *others: type[Exception]) -> Iterator[None]:
    """Turn whatever goes wrong while a file is read, `others` included, into an ExperimentError with the field's name."""
    expected: tuple[type[Exception], ...] = (OSError, ValueError, *_OF_ARCHIVES, *_OF_HEADERS, *others)
    try:
        yield
    except expected as error:
        if isinstance(error, ExperimentError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        message = _("cannot read {path}: {reason}")
        if isinstance(error, FileNotFoundError) and not os.path.isabs(path):
            message = _("cannot read {path}: {reason}; it was looked for in {folder}")
        folder = path_shown(os.getcwd()) if "{folder}" in message else ""
        raise refusal(field, message.format(path=path_shown(path), reason=shown(reason, LONGEST_REASON), folder=folder)) from None


def refusal(field: str, *messages: str) -> ExperimentError:
    """Return the error that names what is wrong with a file."""
    return ExperimentError([Problem(field, message) for message in messages])


def path_shown(path: str | Path) -> str:
    """Return a path fit for a message."""
    return shown(str(path), LONGEST_PATH)


def size_shown(size: int) -> str:
    """Return a number of bytes fit for a message, rounded up: ``3 MiB``."""
    unit, name = (2**20, "MiB") if size >= 2**20 else (2**10, "KiB")
    return f"{-(-size // unit)} {name}"


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # Windows has no such flag, and no pipe among its files


def _checked(state: os.stat_result, path: str | Path, field: str, largest: int) -> FileState:
    if not stat.S_ISREG(state.st_mode):
        sentence = next((text for is_so, text in _WHAT_ELSE.items() if is_so(state.st_mode)), N_("{path} is no file"))
        raise refusal(field, _(sentence).format(path=path_shown(path)))
    if state.st_size > largest:
        message = _("{path} is larger than {limit}, which is the most that is read: {size}")
        raise refusal(field, message.format(path=path_shown(path), limit=size_shown(largest), size=size_shown(state.st_size)))
    return FileState(state.st_mtime_ns, state.st_size)
