"""Files that are whole or not there: written beside the old one, which is replaced only when everything is on the disk."""

from __future__ import annotations

import io
import math
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING

from PySide6.QtCore import QIODevice, QSaveFile

from gradviz.core.choices.regular_files import path_shown
from gradviz.i18n import _

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


_DEVICES = {
    "CON",
    "PRN",
    "AUX",
    "NUL",
    "CONIN$",
    "CONOUT$",
    *(f"{port}{number}" for port in ("COM", "LPT") for number in "123456789¹²³"),
}
"""Names that Windows keeps for devices, with any ending (learn.microsoft.com, "Naming Files, Paths, and Namespaces")."""


class FileError(OSError):
    """A file that could not be written; the message says which and why, and what was there before is still there."""


class WholeFile(io.RawIOBase):
    """What `whole_file` hands out: a binary file that can be written to, from front to end."""

    def __init__(self, device: QSaveFile) -> None:
        self._device = device
        self.size = 0
        """Bytes that were to be written."""

    def writable(self) -> bool:
        """Say yes."""
        return True

    def write(self, content: ReadableBuffer) -> int:
        """Write all of it or raise."""
        piece = bytes(content)
        self.size += len(piece)
        if self._device.write(piece) != len(piece):
            raise _failure(self._device, self.size)
        return len(piece)


@contextmanager
def whole_file(path: str | Path) -> Iterator[io.RawIOBase]:
    """Open a file that appears under its name when the block ends well, and not at all when it raises.

    Raises
    ------
    FileError
        When it cannot be opened, written or put into place.
    """
    name = str(path)
    if not name or "\0" in name:
        raise FileError(_("this is no name for a file: {name}").format(name=repr(name)))
    if sys.platform == "win32" and _is_reserved(name):
        raise FileError(_("Windows has no files of this name: {name}").format(name=path_shown(name)))
    if _is_stream(name):
        # A pipe or a device is written to; putting a file in its place would take it away.
        try:
            with open(name, "wb", buffering=0) as stream:
                yield stream
        except OSError as error:
            raise _error(name, error.strerror or str(error)) from None
        return
    device = QSaveFile(name)
    if not device.open(QIODevice.OpenModeFlag.WriteOnly):
        raise _failure(device)
    file = WholeFile(device)
    try:
        yield file
    except BaseException:
        device.cancelWriting()
        device.commit()
        raise
    if not device.commit():
        raise _failure(device, file.size)


def _is_reserved(name: str) -> bool:
    """Whether Windows takes the name for a device's, or would write elsewhere: a stream of another file, a name without its end."""
    last = PureWindowsPath(name).name
    device = last.partition(".")[0].rstrip().upper()
    return device in _DEVICES or any(sign in '<>:"|?*' or sign < " " for sign in last) or last[-1:] in (".", " ")


def _is_stream(name: str) -> bool:
    try:
        mode = os.stat(name).st_mode
    except FileNotFoundError:
        return False
    except OSError as error:
        raise _error(name, error.strerror or str(error)) from None
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _failure(device: QSaveFile, size: int = 0) -> FileError:
    """Return what went wrong when so many bytes were to be written. Qt calls a full disk an unknown error."""
    reason = _("the disk is full") if _free_beside(device.fileName()) < size else device.errorString()
    return _error(device.fileName(), reason)


def _error(name: str, reason: str) -> FileError:
    return FileError(_("cannot write {path}: {reason}").format(path=path_shown(name), reason=reason))


def _free_beside(name: str) -> float:
    try:
        return shutil.disk_usage(Path(name).absolute().parent).free
    except OSError:
        return math.inf


def write_whole(path: str | Path, content: bytes) -> None:
    """Write a file at once. Raises FileError."""
    with whole_file(path) as file:
        file.write(content)
