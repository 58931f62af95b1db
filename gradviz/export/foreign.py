"""Says in words what a file is that holds no experiment, and where its experiment may be found. Needs no Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gradviz.core.measures import MEASURES
from gradviz.i18n import N_, _

START = 4096
"""Bytes at the beginning of a file that tell what it is."""

_PICTURE = N_(
    "{path} is a picture ({format}) without an experiment: gradviz did not export it, or another program has saved it anew and "
    "left the experiment out. Open the picture as it was exported"
)
_OTHER_PICTURE = N_("{path} is a picture ({format}); only exported PNG, SVG and PDF files carry an experiment")
_ARCHIVE = N_(
    "{path} is an archive ({format}) and no experiment. Arrays in NPZ are data, data=file&data_file=PATH, or weights, "
    "initializer=file&weights_file=PATH"
)
_OFFICE = N_("{path} is an office document ({format}) and no experiment. A table is read as data when it is saved as CSV")
_PAGE = N_("{path} is a page or drawing ({format}) without an experiment of gradviz in it")
_MEASURES = N_(
    "{path} is a table of measures that gradviz wrote. It does not carry its experiment; pictures, and files saved as JSON, do"
)
_TABLE = N_("{path} is a table and no experiment. It can be the input of one: data=file&data_file=PATH")
_NO_TEXT = N_("{path} is neither text nor a picture with an experiment in it")


@dataclass(frozen=True)
class Kind:
    """A kind of file: what to say of one, the format's name, and how its first START bytes tell it."""

    sentence: str
    format: str
    is_one: Callable[[bytes], bool]


def _begins(*starts: bytes) -> Callable[[bytes], bool]:
    return lambda start: start.startswith(starts)


def _markup(*roots: bytes) -> Callable[[bytes], bool]:
    return lambda start: start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and any(root in start for root in roots)


def _is_archive_of(*members: bytes) -> Callable[[bytes], bool]:
    return lambda start: start.startswith(b"PK\x03\x04") and any(member in start for member in members)


def _is_riff(form: bytes) -> Callable[[bytes], bool]:
    return lambda start: start[:4] == b"RIFF" and start[8:12] == form


def _first_line(start: bytes) -> bytes:
    return next((line.strip() for line in start.replace(b"\0", b"").splitlines() if line.strip()), b"")


def _has_measures(start: bytes) -> bool:
    names = _first_line(start).decode("latin-1").split(",")
    return names[0] == "layer" and any(name in MEASURES for name in names)


def _is_table(start: bytes) -> bool:
    line = _first_line(start)
    return b"=" not in line and not line.startswith((b"{", b"[")) and any(mark in line for mark in (b",", b";", b"\t"))


KINDS: tuple[Kind, ...] = (
    Kind(_PICTURE, "PNG", _begins(b"\x89PNG")),
    Kind(_PICTURE, "PDF", lambda start: b"%PDF-" in start[:1024]),
    Kind(_PICTURE, "SVG", _markup(b"<svg", b"<!DOCTYPE svg")),
    Kind(_PAGE, "HTML", _markup(b"<html", b"<HTML", b"<!DOCTYPE html", b"<!doctype html")),
    Kind(_PAGE, "XML", _markup(b"<?xml", b"</", b"/>", b"<!--")),
    Kind(_OTHER_PICTURE, "JPEG", _begins(b"\xff\xd8\xff")),
    Kind(_OTHER_PICTURE, "GIF", _begins(b"GIF8")),
    Kind(_OTHER_PICTURE, "WebP", _is_riff(b"WEBP")),
    Kind(_OTHER_PICTURE, "TIFF", _begins(b"II*\0", b"MM\0*")),
    Kind(_OTHER_PICTURE, "EPS", _begins(b"%!PS", b"\xc5\xd0\xd3\xc6")),
    Kind(_OFFICE, "XLSX, DOCX, PPTX", _is_archive_of(b"[Content_Types].xml", b"xl/", b"ppt/", b"word/")),
    Kind(_OFFICE, "ODF", _is_archive_of(b"application/vnd.oasis")),
    Kind(_OFFICE, "XLS, DOC, HWP", _begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")),
    Kind(_ARCHIVE, "ZIP, NPZ", _begins(b"PK\x03\x04", b"PK\x05\x06")),
    Kind(_ARCHIVE, "NPY", _begins(b"\x93NUMPY")),
    Kind(_ARCHIVE, "GZIP", _begins(b"\x1f\x8b")),
    Kind(_ARCHIVE, "safetensors", lambda start: start[8:9] == b"{" and b"\0" in start[:8]),
    Kind(_NO_TEXT, "", lambda start: b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff"))),
    Kind(_MEASURES, "CSV", _has_measures),
    Kind(_TABLE, "CSV", _is_table),
)
"""From the surest sign to the weakest."""


def what_it_is(content: bytes, where: str) -> str | None:
    """Say what a file is by its first bytes; None for a text that may be an experiment. `where` is its name as it is shown."""
    start = content[:START]
    kind = next((kind for kind in KINDS if kind.is_one(start)), None)
    return None if kind is None else _(kind.sentence).format(path=where, format=kind.format)
