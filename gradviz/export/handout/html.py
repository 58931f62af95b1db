"""A handout as one HTML file that needs nothing else: pictures and formulas are in it as SVG.

It is well-formed XML too. Every text is escaped: a lesson may come from anywhere.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from html import escape

from gradviz.core.choices.errors import shown
from gradviz.export.figure import FORMATS
from gradviz.export.formula import LONGEST_SHOWN, formula_or_reason
from gradviz.export.handout.sections import Handout, Section, answer, choices
from gradviz.export.picture import PRINT_DPI, Figure, drawn
from gradviz.export.svg import NAMESPACE, inlined
from gradviz.i18n import _, language
from gradviz.lessons.lesson import Question
from gradviz.panels.parts.themes import THEMES, Theme

PICTURE_WIDTH, HIGHEST_PICTURE = 1120, 4000
"""Pixels; a page shows it smaller where there is less room."""

HTML_FORMULA_SIZE = 20.0


def handout_html(handout: Handout) -> bytes:
    """Return a handout as the content of an HTML file; each step's experiment is in its picture."""
    lesson, theme = handout.lesson, THEMES[handout.theme]
    body = [
        "<header>",
        element("h1", str(lesson.title)),
        element("p", str(lesson.summary)),
        "</header>",
        "<main>",
        *(line for section in handout.sections for line in _section(handout, section)),
        *_answers(handout),
        "</main>",
        element("footer", "gradviz"),
    ]
    head = f'<meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/><style>{_style(theme)}</style>'
    html = [
        "<!DOCTYPE html>",
        f'<html lang="{language()}">',
        f"<head>{element('title', str(lesson.title))}{head}</head>",
        "<body>",
        *body,
        "</body>",
        "</html>\n",
    ]
    return "\n".join(html).encode()


def element(tag: str, text: str, kind: str = "") -> str:
    """Return an element that holds a text."""
    named = f' class="{kind}"' if kind else ""
    return f"<{tag}{named}>{escape(text)}</{tag}>"


def _section(handout: Handout, section: Section) -> Iterator[str]:
    step = section.step
    yield f'<section id="step-{section.number}">'
    yield element("h2", section.heading)
    yield element("p", str(step.text))
    if step.formula is not None:
        yield _formula(str(step.formula), THEMES[handout.theme].ink)
    if section.compared:
        yield element("p", section.compared, "quiet")
    yield f"<figure>{_picture(handout, section)}<figcaption>{escape(' '.join(section.findings))}</figcaption></figure>"
    if section.quantities:
        yield element("p", section.quantities, "quiet")
    yield f"<p>{element('code', section.command)}</p>"
    if step.question is not None:
        yield from _question(step.question)
    if note := handout.note(section):
        yield element("aside", note)
    yield "</section>"


def _formula(latex: str, colour: str) -> str:
    svg = formula_or_reason(latex, HTML_FORMULA_SIZE, colour)
    if isinstance(svg, str):
        return f"<p>{element('code', shown(latex, LONGEST_SHOWN))}<br/>{escape(svg)}</p>"
    root = ET.fromstring(svg)
    return f'<p class="formula">{inlined(root, latex)}</p>'


def _picture(handout: Handout, section: Section) -> str:
    figure = Figure.for_page(section.layout, PICTURE_WIDTH, HIGHEST_PICTURE, handout.theme, round(PRINT_DPI))
    svg, description = drawn(section.scene, figure, lambda picture: (FORMATS["svg"](picture), picture.description))
    root = ET.fromstring(svg)
    for name in ("width", "height"):  # as wide as the page
        root.attrib.pop(name, None)
    for title in root.findall(f"{{{NAMESPACE}}}title"):  # it would stand beside the pointer everywhere
        root.remove(title)
    return inlined(root, description, f"-{section.number}")


def _question(question: Question) -> Iterator[str]:
    yield element("p", str(question.text), "question")
    yield "<ul>" + "".join(element("li", choice) for choice in choices(question)) + "</ul>"


def _answers(handout: Handout) -> Iterator[str]:
    if not handout.asked:
        return
    yield '<section id="answers">'
    yield element("h2", _("Answers"))
    for section, question in handout.asked:
        yield element("p", f"{section.number}. {question.text}")
        yield element("p", answer(question), "question")
        yield element("p", str(question.because))
    yield "</section>"


def _style(theme: Theme) -> str:
    return (
        f"body{{max-width:62rem;margin:2rem auto;padding:0 1rem;background:{theme.ground};color:{theme.ink};"
        "font:1.05rem/1.5 sans-serif;word-break:keep-all;overflow-wrap:anywhere}"
        f"section{{margin:2.5rem 0;border-top:1px solid {theme.grid}}}"
        "figure{margin:1rem 0;break-inside:avoid}figure svg{display:block;width:100%;height:auto}"
        ".formula svg{display:block;max-width:100%;height:auto}"
        "figcaption{margin-top:.4rem}.question{font-weight:bold}ul{list-style:none;padding-left:1rem}"
        f".quiet,code,aside,footer,header p{{color:{theme.quiet}}}.quiet,code{{font-size:.85rem}}"
        "aside{margin-left:1rem}@media print{section{break-inside:avoid}}"
    )
