"""The arrays of an NPZ archive: listed by name, shape and number type before one is read, so that none asks for memory unseen."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import prod

import numpy as np

from gradviz.core.choices.errors import shown
from gradviz.core.choices.regular_files import refusal
from gradviz.i18n import _

_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
"""Version of the format → what reads its header; version 3 is for names that are not Latin, which no array of numbers has."""


@dataclass(frozen=True)
class Entry:
    """An array in a file, before it is read.

    Attributes
    ----------
    name : str
        What the file calls it.
    shape : tuple of int
    type_name : str
        What the file calls its number type.
    is_real : bool
        Whether that is a type of real numbers.
    read : callable
        Reads the array.
    nbytes : int
        What it takes in memory.
    """

    name: str
    shape: tuple[int, ...]
    type_name: str
    is_real: bool
    read: Callable[[], np.ndarray]
    nbytes: int = 0

    def problems(self, wanted: tuple[int, ...]) -> Iterator[str]:
        """Say what keeps it from being the weights or the bias of a layer that needs the shape `wanted`."""
        name = shown(self.name)
        if self.shape != wanted:
            message = _("{name} has the shape {shape}; {wanted} is needed")
            yield message.format(name=name, shape=shown(self.shape), wanted=wanted)
        if not self.is_real:
            message = _("{name} is of the type {type}, which cannot be read as real numbers")
            yield message.format(name=name, type=shown(self.type_name))


def entry_of(archive: zipfile.ZipFile, member: zipfile.ZipInfo, field: str) -> Entry:
    """Return an array of an archive by its header; whatever is wrong with its content is refused, with the field's name, when it is read."""
    name = member.filename.removesuffix(".npy")
    with archive.open(member) as stream:
        version = np.lib.format.read_magic(stream)
        if version not in _HEADERS:
            raise ValueError(
                _("{name} is in version {version} of the NPY format, which is not read").format(name=name, version=version)
            )
        shape, _is_fortran, dtype = _HEADERS[version](stream)
        size = prod(shape) * dtype.itemsize
        promised = stream.tell() + size

    def read() -> np.ndarray:
        if member.file_size != promised and not dtype.hasobject:  # how long pickled objects are, no header says
            message = _("{name} has {size} bytes; its header promises {promised}")
            raise refusal(field, message.format(name=name, size=member.file_size, promised=promised))
        with archive.open(member) as stream:
            array: np.ndarray = np.lib.format.read_array(stream, allow_pickle=False)
        return array

    return Entry(name, shape, dtype.name, dtype.kind in "fiub", read, size)
