"""A lesson on paper: a PDF file to print, or one HTML file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from gradviz.export.files import write_whole
from gradviz.export.handout.html import handout_html
from gradviz.export.handout.pdf import handout_pdf
from gradviz.export.handout.sections import Handout
from gradviz.export.limits import HANDOUT_ENDINGS, NoFontError, ending_of
from gradviz.lessons.lesson import Lesson
from gradviz.panels.parts.typeface import signs_without_font

HANDOUTS: dict[str, Callable[[Handout], bytes]] = dict(zip(HANDOUT_ENDINGS, (handout_pdf, handout_html), strict=True))
"""Ending → what makes the file's content."""


def write_handout(handout: Handout, path: str | Path) -> None:
    """Write a handout whole; the ending of the name, one of `HANDOUTS`, is the format.

    Raises
    ------
    FileError
        When it cannot be written.
    NoFontError
        When no font has a sign of the lesson's texts, which would be printed as a box.
    """
    missing = signs_without_font(texts_of(handout.lesson))
    if missing and ending_of(path) == "pdf":  # a browser has fonts of its own
        raise NoFontError(missing)
    write_whole(path, HANDOUTS[ending_of(path)](handout))


def texts_of(lesson: Lesson) -> Iterator[str]:
    """Yield every text of a lesson, in the language in use; formulas have fonts of their own."""
    yield from (str(text) for _key, text in lesson.texts)
    for step in lesson.steps:
        yield from (str(text) for key, text in step.texts if key != "formula")
