"""Pages: pieces of text and pictures, one below the other, broken only where a reader would break."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QPointF, QRectF
from PySide6.QtGui import QFont, QFontMetricsF, QPainter
from PySide6.QtSvg import QSvgRenderer

from gradviz.panels.parts.style import Style


@dataclass(frozen=True)
class Piece:
    """Something as wide as the page's text.

    Attributes
    ----------
    height : float
        In pixels, with the room below it.
    paint : callable
        ``paint(painter, top)``; the text's left edge is at 0.
    """

    height: float
    paint: Callable[[QPainter, float], None]


Block = Sequence[Piece]
"""Pieces that stay together on a page."""


def height_of(block: Block) -> float:
    """Return how high a block is."""
    return sum(piece.height for piece in block)


@dataclass(frozen=True)
class Type:
    """How a text is set: its size in points, its colour, bold or of one width, indented by points, and the room below it."""

    size: float
    role: str = "ink"
    bold: bool = False
    is_code: bool = False
    indent: float = 0.0
    below: float = 3.0

    def font(self, style: Style) -> QFont:
        """Return the type; a style's pixel is a point here."""
        font = style.font(self.size, bold=self.bold)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        if self.is_code:
            font.setFamilies(["DejaVu Sans Mono", "Menlo", "Consolas", *font.families()])
            font.setStyleHint(QFont.StyleHint.Monospace)
        return font


LEADING = 1.12
"""From line to line, as a multiple of the type's own height."""


def text_piece(text: str, kind: Type, style: Style, width: float) -> Piece:
    """Return a text, broken into lines."""
    font = kind.font(style)
    metrics = QFontMetricsF(font)
    step, left = metrics.height() * LEADING, style.px(kind.indent)
    lines = list(wrapped(text, metrics.horizontalAdvance, width - left))

    def paint(painter: QPainter, top: float) -> None:
        painter.setFont(font)
        painter.setPen(style.colour(kind.role))
        for number, line in enumerate(lines):
            painter.drawText(QPointF(left, top + metrics.ascent() + number * step), line)

    return Piece(len(lines) * step + style.px(kind.below), paint)


_UNBROKEN = re.compile(r"[^\s&]*&|[^\s&]+\s*|\s+")
"""A word, or a field of an experiment. Hangul is not broken within a word, as Qt would."""


def wrapped(text: str, advance: Callable[[str], float], width: float) -> Iterator[str]:
    """Break a text into lines no wider than `width`, where `advance` says how wide a line is."""
    line = ""
    for part in _UNBROKEN.findall(text):
        if line and advance((line + part).rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += part
        while len(line) > 1 and advance(line.rstrip()) > width:  # one word, wider than the page
            fitting = next(count for count in range(len(line) - 1, 0, -1) if count == 1 or advance(line[:count]) <= width)
            yield line[:fitting]
            line = line[fitting:]
    if line.strip():
        yield line.rstrip()


def formula_piece(svg: bytes, style: Style, width: float) -> Piece:
    """Return a formula as vectors, smaller than it was set where the page is too narrow."""
    renderer = QSvgRenderer(QByteArray(svg))
    size = renderer.viewBoxF().size()
    size *= min(1.0, width / size.width())

    def paint(painter: QPainter, top: float) -> None:
        renderer.render(painter, QRectF(QPointF(0, top + style.px(2)), size))

    return Piece(size.height() + style.px(8), paint)


def paginated(groups: Sequence[Sequence[Block]], height: float, gap: float) -> list[list[tuple[float, Piece]]]:
    """Return pages, each a list of pieces and the heights at which they begin.

    A group stays on one page if it can, else its blocks do. Between groups there is a gap.
    """
    pages: list[list[tuple[float, Piece]]] = [[]]
    top = 0.0
    for group in groups:
        whole = sum(map(height_of, group))
        top += gap if top else 0.0
        breaks = top + whole > height and (whole <= height or top + height_of(group[0]) > height)
        for number, block in enumerate(group):
            if pages[-1] and ((breaks and number == 0) or top + height_of(block) > height):
                pages.append([])
                top = 0.0
            for piece in block:
                pages[-1].append((top, piece))
                top += piece.height
    return pages
