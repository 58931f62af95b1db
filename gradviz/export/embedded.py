"""Reads back the experiment that travels inside an exported picture or report. Needs no Qt."""

from __future__ import annotations

import html
import json
import re
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence

from gradviz.core.spec import LONGEST_TEXT

KEY = "gradviz"
"""Under this name the experiment stands in the text of a PNG file."""

PNG_START = b"\x89PNG\r\n\x1a\n"

MOST_CHUNKS = 2**17
"""Chunks of a PNG file that are looked through; Qt's have 8 KiB each, so that the largest file that is read has fewer."""

IN_XML = re.compile(rb"gradviz:experiment\[([^\[\]<>]{0,%d})\]" % LONGEST_TEXT)

IN_REPORT = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"experiment"\s*:\s*("(?:[^"\\]|\\.){0,%d}")' % LONGEST_TEXT)
"""A JSON report of a run begins with its experiment."""


def marked(experiment: str) -> str:
    """Return the experiment as it stands in the description of an SVG or PDF file."""
    return f"gradviz:experiment[{experiment}]"


def xmp(title: str, experiments: Sequence[str]) -> bytes:
    """Return a PDF file's metadata: its title, and the experiments of its pictures."""
    title, described = (html.escape(text, quote=False) for text in (title, "\n".join(map(marked, experiments))))
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>'
        f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{described}</rdf:li></rdf:Alt></dc:description>'
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def experiment_in(content: bytes) -> str | None:
    """Return the experiment's text from the bytes of a picture or of a report, the first of several, or None where there is none."""
    start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    return next((read(content) for begins, read in _READERS.items() if start.startswith(begins)), None)


def _from_png(content: bytes) -> str | None:
    for kind, body in _png_chunks(content):
        name, _nul, text = body.partition(b"\0")
        if name != KEY.encode():
            continue
        if kind == b"tEXt":
            return text[:LONGEST_TEXT].decode("latin-1")
        if kind == b"zTXt":
            try:
                # One byte names the compression; the limit is for files that would inflate without end.
                return zlib.decompressobj().decompress(text[1:], LONGEST_TEXT).decode("latin-1")
            except zlib.error:
                return None
    return None


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(PNG_START)
    for _chunk in range(MOST_CHUNKS):
        if place + 8 > len(content):
            return
        (length,) = struct.unpack(">I", content[place : place + 4])
        yield content[place + 4 : place + 8], content[place + 8 : place + 8 + length]
        place += length + 12


def _from_markup(content: bytes) -> str | None:
    found = IN_XML.search(content)
    return html.unescape(found[1].decode("ascii", "replace")) if found else None


def _from_report(content: bytes) -> str | None:
    found = IN_REPORT.match(content)
    try:
        return None if found is None else str(json.loads(found[1]))
    except ValueError:
        return None


_READERS: dict[bytes, Callable[[bytes], str | None]] = {
    PNG_START: _from_png,
    b"<?xml": _from_markup,
    b"<svg": _from_markup,
    b"%PDF": _from_markup,
    b"<!--": _from_markup,
    b"<!DOCTYPE": _from_markup,
    b"{": _from_report,
}
