"""A lesson on paper: a PDF file to print, or one HTML file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gradviz.export.files import write_whole
from gradviz.export.handout.html import handout_html
from gradviz.export.handout.pdf import handout_pdf
from gradviz.export.handout.sections import Handout
from gradviz.export.limits import HANDOUT_ENDINGS, ending_of

HANDOUTS: dict[str, Callable[[Handout], bytes]] = dict(zip(HANDOUT_ENDINGS, (handout_pdf, handout_html), strict=True))
"""Ending → what makes the file's content."""


def write_handout(handout: Handout, path: str | Path) -> None:
    """Write a handout whole; the ending of the name, one of `HANDOUTS`, is the format. Raises FileError."""
    write_whole(path, HANDOUTS[ending_of(path)](handout))
