"""Formulas: LaTeX as vector graphics, by ziamath, within limits: a lesson's file may come from anybody."""

from __future__ import annotations

import inspect
import re
import sys
import time
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Thread
from types import FrameType

from PySide6.QtCore import QByteArray, QRectF
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from gradviz.cache import remembered
from gradviz.i18n import N_, _

MOST_CHARACTERS = 1000
"""Characters of a formula."""

DEEPEST = 10
"""Groups within groups. Each level doubles ziamath's work (0.13): eleven fractions in one another take 3 s, thirteen 26 s."""

LARGEST_LENGTH = 100.0
"""What a length such as ``\\hspace{3em}`` may be, in whatever unit."""

WIDEST, HIGHEST = 100.0, 60.0
"""What a formula may take, as multiples of the letters' size."""

LONGEST_SHOWN = 200
"""Characters that are shown of one that cannot be set."""

SECONDS = 1.0
"""What setting may take of a processor, ziamath's own start aside: a busy machine refuses nothing more."""

SETTERS = frozenset({"ziamath", "ziafont", "latex2mathml"})
"""The packages that a formula's setting runs through."""

CHEAP = 600
"""Characters, each counted twice as often a level deeper, that are set in far less; what costs more is watched."""

_OPENING = re.compile(r"\\left(?![a-zA-Z])|\\begin(?![a-zA-Z])|(?<!\\)\{")
_CLOSING = re.compile(r"\\right(?![a-zA-Z])|\\end(?![a-zA-Z])|(?<!\\)\}")
_LENGTH = re.compile(r"([0-9]*\.?[0-9]+)\s*(?:em|ex|pt|px|cm|mm|in|pc|bp|mu|sp)(?![a-zA-Z])")

_setting = Lock()


class FormulaError(ValueError):
    """Raised for what cannot be set; its text says why."""


def load_beforehand() -> Thread:
    """Bring in ziamath and its font in another thread, which takes half a second, so that the first formula need not wait."""
    thread = Thread(target=formula_svg, args=("z", 20.0, "black"), name="formulas", daemon=True)
    thread.start()
    return thread


def formula_svg(latex: str, size: float, colour: str) -> bytes:
    """Return a formula as SVG; the letters' size in pixels.

    Raises
    ------
    FormulaError
        When it is not LaTeX that ziamath can read, or beyond the limits.
    """
    made = _set(latex, size, colour)
    if isinstance(made, str):
        raise FormulaError(_(made).format(deepest=DEEPEST, longest=MOST_CHARACTERS))
    return made


def formula_or_reason(latex: str, size: float, colour: str) -> bytes | str:
    """Return a formula as SVG, or why it cannot be set."""
    try:
        return formula_svg(latex, size, colour)
    except FormulaError as error:
        return str(error)


def formula_pixmap(latex: str, size: float, colour: str, ratio: float) -> QPixmap | str:
    """Return a formula as a picture, `ratio` pixels of the device to one of the program, or why it cannot be set."""
    svg = formula_or_reason(latex, size, colour)
    if isinstance(svg, str):
        return svg
    renderer = QSvgRenderer(QByteArray(svg))
    wanted = renderer.viewBoxF().size()
    pixmap = QPixmap(round(wanted.width() * ratio), round(wanted.height() * ratio))
    pixmap.fill("transparent")
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, pixmap.width(), pixmap.height()))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


UNREADABLE = N_("this formula is no LaTeX that can be set")
TOO_LONG = N_("this formula is longer than {longest} characters")
TOO_DEEP = N_("this formula is nested more than {deepest} deep")
TOO_LARGE = N_("this formula is too large for a page")
TOO_SLOW = N_("this formula is too complicated to be set")


@remembered
def _set(latex: str, size: float, colour: str) -> bytes | str:
    """Return the SVG, or the sentence that says why there is none; either is remembered."""
    depth, cost = depth_and_cost(latex)
    if len(latex) > MOST_CHARACTERS:
        return TOO_LONG
    if depth > DEEPEST:
        return TOO_DEEP
    if any(float(length) > LARGEST_LENGTH for length in _LENGTH.findall(latex)):
        return TOO_LARGE
    with _setting:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # ziamath 0.13 asks importlib.resources in an old way
            import ziafont  # 0.3 s: only where a formula is shown
            import ziamath

        # With <use>, which these two say they are for, Qt 6 draws the fraction bars and nothing else.
        ziamath.config.svg2 = ziafont.config.svg2 = False  # type: ignore[attr-defined]
        try:
            with _time_limit(SECONDS if cost > CHEAP else None):
                svg: str = ziamath.Latex(latex, size=size, color=colour).svg()  # type: ignore[attr-defined]
            root = ET.fromstring(svg)
        except _TimeIsUpError:
            return TOO_SLOW
        except Exception:  # it raises whatever its parsers meet
            return UNREADABLE
    width, height = (float(root.get(name, "0")) for name in ("width", "height"))
    if not (width > 0 and height > 0):  # an empty one
        return UNREADABLE
    return svg.encode() if width <= WIDEST * size and height <= HIGHEST * size else TOO_LARGE


def depth_and_cost(latex: str) -> tuple[int, int]:
    """Return how deep the deepest group is, and the number of characters, each counted twice as often a level deeper."""
    opened = [match.start() for match in _OPENING.finditer(latex)]
    closed = [match.start() for match in _CLOSING.finditer(latex)]
    depth = deepest = cost = last = 0
    for place, step in sorted([(place, 1) for place in opened] + [(place, -1) for place in closed]):
        cost += (place - last) << min(depth, 40)
        depth, last = max(0, depth + step), place
        deepest = max(deepest, depth)
    cost += (len(latex) - last) << min(depth, 40)
    return deepest, cost


class _TimeIsUpError(BaseException):
    """Not an Exception: what is being watched catches those."""


@contextmanager
def _time_limit(seconds: float | None) -> Iterator[None]:
    """End the setting of a formula that takes longer. Watching doubles its time, so it is for what may take long only."""
    if seconds is None:
        yield
        return
    end = time.thread_time() + seconds

    def watch(frame: FrameType, event: str, _argument: object) -> None:
        # What is raised where Python calls somebody else's code, as the garbage collector does, or where a generator is
        # ending, is lost, and the watching ends with it.
        if event == "call" and time.thread_time() > end and _sets_formulas(frame):
            raise _TimeIsUpError

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        yield
    finally:
        sys.setprofile(before)


def _sets_formulas(frame: FrameType) -> bool:
    """Return whether this is a plain function of the packages that set formulas."""
    package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
    return package in SETTERS and not frame.f_code.co_flags & inspect.CO_GENERATOR
