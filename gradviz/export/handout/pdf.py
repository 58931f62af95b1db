"""A handout as PDF: A4, every picture and formula as vectors, every text as text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPageSize, QPainter, QPdfWriter

from gradviz.core.choices.errors import shown
from gradviz.export.figure import begun
from gradviz.export.formula import LONGEST_SHOWN, formula_or_reason
from gradviz.export.handout.pages import Block, Piece, Type, formula_piece, height_of, paginated, text_piece
from gradviz.export.handout.sections import Handout, Section, answer, choices
from gradviz.export.pdf import pdf_bytes
from gradviz.export.picture import Figure, drawn
from gradviz.i18n import _
from gradviz.lessons.lesson import Question
from gradviz.panels.parts.style import Style
from gradviz.panels.parts.themes import THEMES

DPI = 300
POINT = DPI / 72
"""Pixels of the page to a point. Pens keep their width in pixels, so nothing on the page is scaled."""

PAGE_WIDTH, PAGE_HEIGHT = 595.0 * POINT, 842.0 * POINT
"""A4."""

SIDE, TOP, BOTTOM = 43.0 * POINT, 40.0 * POINT, 52.0 * POINT
"""Margins: 15 mm, and below room for the page's number."""

WIDTH, HEIGHT = PAGE_WIDTH - 2 * SIDE, PAGE_HEIGHT - TOP - BOTTOM
GAP = 18.0 * POINT
"""Between steps."""

TITLE = Type(19, bold=True, below=4)
SUMMARY = Type(10.5, "quiet", below=4)
HEADING = Type(13, bold=True, below=3)
TEXT = Type(10, below=5)
FINDING = Type(9, below=1)
SMALL_PRINT = Type(7.5, "quiet", below=2)
CODE = Type(7.5, "quiet", is_code=True, below=4)
QUESTION = Type(10, bold=True, below=2)
CHOICE = Type(10, indent=12, below=1)
NOTE = Type(9, "quiet", indent=12, below=2)
PRINTED_FORMULA_SIZE = 12.0
BETWEEN = "\u2003\u2003"
"""Two wide spaces, between choices on one line."""


def handout_pdf(handout: Handout) -> bytes:
    """Return a handout as the content of a PDF file; each step's experiment is in its metadata."""
    experiments = [section.step.spec.to_text(full=True) for section in handout.sections]
    return pdf_bytes(str(handout.lesson.title), experiments, DPI, QPageSize(QPageSize.PageSizeId.A4), _Press(handout).print)


@dataclass(frozen=True)
class _Press:
    """Turns a handout into pages."""

    handout: Handout

    @property
    def style(self) -> Style:
        """Colours, and lengths in points."""
        return Style(THEMES[self.handout.theme], POINT)

    def print(self, writer: QPdfWriter) -> None:
        pages = paginated([[self._head()], *map(self._group, self.handout.sections), *self._answers()], HEIGHT, GAP)
        painter = begun(writer)
        for number, page in enumerate(pages, start=1):
            if number > 1:
                writer.newPage()
            painter.resetTransform()
            painter.fillRect(QRectF(0, 0, PAGE_WIDTH + 2 * POINT, PAGE_HEIGHT + 2 * POINT), self.style.colour("ground"))
            painter.translate(round(SIDE), round(TOP))
            for top, piece in page:
                piece.paint(painter, top)
            self._paint_foot(painter, f"{number} / {len(pages)}")
        painter.end()

    def _text(self, text: str, kind: Type) -> Piece:
        return text_piece(text, kind, self.style, WIDTH)

    def _head(self) -> Block:
        lesson = self.handout.lesson
        return [self._text(str(lesson.title), TITLE), self._text(str(lesson.summary), SUMMARY)]

    def _group(self, section: Section) -> list[Block]:
        """Return a step as blocks: its picture and what belongs to it, its question, its note."""
        above, below = list(self._above(section)), list(self._below(section))
        picture = self._picture(section, HEIGHT - height_of(above) - height_of(below))
        blocks: list[Block] = [[*above, picture, *below]]
        if section.step.question is not None:
            blocks.append(self._question(section.step.question))
        if note := self.handout.note(section):
            blocks.append([self._text(note, NOTE)])
        return blocks

    def _above(self, section: Section) -> Iterator[Piece]:
        yield self._text(section.heading, HEADING)
        yield self._text(str(section.step.text), TEXT)
        if section.step.formula is not None:
            yield self._formula(str(section.step.formula))
        if section.compared:
            yield self._text(section.compared, SMALL_PRINT)

    def _below(self, section: Section) -> Iterator[Piece]:
        yield from (self._text(finding, FINDING) for finding in section.findings)
        if section.quantities:
            yield self._text(section.quantities, SMALL_PRINT)
        yield self._text(section.command, CODE)

    def _formula(self, latex: str) -> Piece:
        svg = formula_or_reason(latex, self.style.px(PRINTED_FORMULA_SIZE), self.style.theme.ink)
        if isinstance(svg, str):
            return self._text(f"{shown(latex, LONGEST_SHOWN)}\n{svg}", CODE)
        return formula_piece(svg, self.style, WIDTH)

    def _picture(self, section: Section, highest: float) -> Piece:
        scene = section.scene
        figure = Figure.for_page(section.layout, int(WIDTH), int(highest - 6 * POINT), self.handout.theme, DPI)

        def paint(painter: QPainter, top: float) -> None:
            painter.save()
            painter.translate(0, round(top))
            drawn(scene, figure, lambda picture: picture.paint(painter))
            painter.restore()

        return Piece(figure.size[1] + self.style.px(6), paint)

    def _question(self, question: Question) -> Block:
        """Return a question and its choices, side by side where they fit."""
        row = self._text(BETWEEN.join(choices(question)), CHOICE)
        lines = [self._text(choice, CHOICE) for choice in choices(question)]
        return [self._text(str(question.text), QUESTION), *([row] if row.height <= lines[0].height else lines)]

    def _answers(self) -> list[list[Block]]:
        """Return the answers, the first of them below the heading."""
        blocks = [list(self._answer(section, question)) for section, question in self.handout.asked]
        if not blocks:
            return []
        return [[[self._text(_("Answers"), HEADING), *blocks[0]], *blocks[1:]]]

    def _answer(self, section: Section, question: Question) -> Iterator[Piece]:
        yield self._text(f"{section.number}. {question.text}", FINDING)
        yield self._text(answer(question), QUESTION)
        yield self._text(str(question.because), TEXT)

    def _paint_foot(self, painter: QPainter, place: str) -> None:
        painter.setFont(SMALL_PRINT.font(self.style))
        painter.setPen(self.style.colour("quiet"))
        line = QRectF(0, HEIGHT + 12 * POINT, WIDTH, 14 * POINT)
        painter.drawLine(QPointF(0, line.top()), QPointF(WIDTH, line.top()))
        room = line.translated(0, 4 * POINT)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft, "gradviz")
        painter.drawText(room, Qt.AlignmentFlag.AlignRight, place)
