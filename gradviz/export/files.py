"""Files that are whole or not there: written beside the old one, which is replaced only when everything is on the disk."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QIODevice, QSaveFile

from gradviz.i18n import _

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class FileError(OSError):
    """A file that could not be written; the message says which and why, and what was there before is still there."""


class WholeFile(io.RawIOBase):
    """What `whole_file` hands out: a binary file that can be written to, from front to end."""

    def __init__(self, device: QSaveFile) -> None:
        self._device = device

    def writable(self) -> bool:
        """Say yes."""
        return True

    def write(self, content: ReadableBuffer) -> int:
        """Write all of it or raise."""
        piece = bytes(content)
        if self._device.write(piece) != len(piece):
            raise _failure(self._device)
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
    if Path(name).exists() and not Path(name).is_file() and not Path(name).is_dir():
        # A pipe or a device is written to; putting a file in its place would take it away.
        try:
            with open(name, "wb", buffering=0) as stream:
                yield stream
        except OSError as error:
            raise FileError(_("cannot write {path}: {reason}").format(path=name, reason=error.strerror or error)) from None
        return
    device = QSaveFile(name)
    if not device.open(QIODevice.OpenModeFlag.WriteOnly):
        raise _failure(device)
    try:
        yield WholeFile(device)
    except BaseException:
        device.cancelWriting()
        device.commit()
        raise
    if not device.commit():
        raise _failure(device)


def _failure(device: QSaveFile) -> FileError:
    return FileError(_("cannot write {path}: {reason}").format(path=device.fileName(), reason=device.errorString()))


def write_whole(path: str | Path, content: bytes) -> None:
    """Write a file at once. Raises FileError."""
    with whole_file(path) as file:
        file.write(content)
