"""A text that somebody else has written, as lines and cells: its encoding is found out, what stands before the table is left out."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import islice

from gradviz.i18n import _

LONGEST_LINE = 2**17
"""Characters; 2048 numbers of full precision have 51,000."""

SAMPLE_LINES, SAMPLE_SIZE = 200, 2**17
"""Lines, and characters, that the way of writing is found out from."""

_COMMENT = "#"


class TableError(ValueError):
    """Raised for a table that cannot be read; its arguments are the messages."""


_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""What a file begins with → its encoding. The longer ones come first: one of them begins with a shorter one."""

ENCODING_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp949": "CP949",
    "cp1252": "CP1252",
}


def encoding_of(content: bytes) -> str:
    """Return the encoding of a text: by its mark, by where its zero bytes are, else the first that reads it all."""
    marked = next((encoding for mark, encoding in _MARKS.items() if content.startswith(mark)), None)
    start = content[:4096]
    if marked:
        candidates: Sequence[str] = (marked,)
    elif b"\0" in start:  # ASCII in 16 bits has every other byte zero
        candidates = ("utf-16-le",) if start[1::2].count(0) > start[::2].count(0) else ("utf-16-be",)
    else:
        candidates = ("utf-8", "cp949", "cp1252")
    for encoding in candidates:
        if _is_readable(content, encoding):
            return encoding
    raise TableError(_("it is no text in UTF-8, UTF-16 or CP949, and no NPZ archive"))


def _is_readable(content: bytes, encoding: str, piece: int = 2**20) -> bool:
    if encoding == "utf-8" and content.isascii():
        return True
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        texts = (decoder.decode(content[at : at + piece], at + piece >= len(content)) for at in range(0, len(content), piece))
        return all("\0" not in text for text in texts)
    except UnicodeError:
        return False


class Lines:
    """The lines of a text, as csv wants them; what stands before the table is left out."""

    def __init__(self, content: bytes, encoding: str) -> None:
        self._stream = io.TextIOWrapper(io.BytesIO(content), encoding, newline="")
        self.separator = ""
        """The sign that a first line such as ``sep=;`` declares, as Excel reads it."""
        self.before = 0
        """Lines before the table."""
        self._first = ""
        for line in iter(self._next, ""):
            named = re.fullmatch(r'"?sep=(.)"?', line.rstrip("\r\n"), re.IGNORECASE)
            if named:
                self.separator = named[1]
            elif not line.startswith(_COMMENT):
                self._first = line
                break
            self.before += 1

    def __iter__(self) -> Iterator[str]:
        if self._first:
            yield self._first
            yield from iter(self._next, "")

    def _next(self) -> str:
        line = self._stream.readline(LONGEST_LINE)
        if len(line) == LONGEST_LINE:
            raise TableError(_("a line has more than {limit} characters").format(limit=LONGEST_LINE))
        return line

    def sample(self) -> list[str]:
        """Return the first lines."""
        lines, size = [], 0
        for line in islice(self, SAMPLE_LINES):
            lines.append(line)
            size += len(line)
            if size >= SAMPLE_SIZE and len(lines) >= 4:
                break
        return lines


def rows_of(lines: Iterator[str], separator: str, *, strict: bool) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not blank, each with the number of its last line, counted from 1."""
    if separator == " ":
        lines = (line.strip(" \r\n") + "\n" for line in lines)  # blanks at the end would make a cell
    reader = csv.reader(lines, delimiter=separator, strict=strict, skipinitialspace=True)
    return ((reader.line_num, cells) for cells in reader if len(cells) > 1 or (cells and cells[0].strip()))
