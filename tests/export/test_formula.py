"""Formulas within limits: whatever a lesson's file holds, the program answers at once and says why."""

import gc
import random
import resource
import sys
import time

import pytest
from PySide6.QtXml import QDomDocument

from gradviz.export.formula import CHEAP, depth_and_cost, formula_pixmap, formula_svg
from gradviz.lessons.files.shelf import lessons

LONG, DEEP, LARGE = "longer than 1000 characters", "nested more than 10 deep", "too large for a page"
SLOW, NONE = "too complicated to be set", "no LaTeX that can be set"


def nested(opening, closing, depth):
    return opening * depth + "x" + closing * depth


@pytest.fixture(autouse=True)
def loaded(qapp):
    formula_svg("z", 20.0, "black")


@pytest.mark.parametrize(
    ("latex", "says"),
    [
        (nested(r"\sqrt{", "}", 24), DEEP),
        (nested("x^{", "}", 30), DEEP),
        (nested("{", "}", 300), DEEP),
        (nested(r"\left(", r"\right)", 12), DEEP),
        (nested(r"\begin{matrix}", r"\end{matrix}", 12), DEEP),
        (nested(r"\sqrt{", "}", 10), SLOW),
        (nested(r"\frac{1}{1+", "}", 9), SLOW),
        ("+x" * 499, SLOW),
        (r"\begin{matrix}" + ("a&" * 20 + r"\\") * 20 + r"\end{matrix}", SLOW),
        ("x" * 1001, LONG),
        (r"\hspace{1000000em}", LARGE),
        (r"x \kern 99999pt x", LARGE),
        (r"\rule{1000em}{1000em}", LARGE),
        ("x" * 300, LARGE),
        (r"\frac{", NONE),
        (r"\left(x", NONE),
        ("}{", NONE),
        ("_{}", NONE),
        ("", NONE),
    ],
    ids=lambda value: value[:20],
)
def test_what_is_beyond_the_limits_is_refused_in_words_and_in_time(latex, says):
    before, memory = time.thread_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    made = formula_pixmap(latex, 20.0, "black", 2.0)
    assert isinstance(made, str) and says in made
    assert time.thread_time() - before < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 100 * 1024
    again = time.perf_counter()
    assert formula_pixmap(latex, 20.0, "black", 2.0) == made and time.perf_counter() - again < 0.1


def test_the_time_limit_holds_while_the_garbage_collector_calls_back():
    """What is raised in such a call is lost, and no call is watched after it."""
    heard, threshold = [], gc.get_threshold()

    def hear(_phase, _info):
        heard.append(0)
        for _ in range(100):  # so that the end falls into such a call
            nothing()

    def nothing():
        pass

    gc.callbacks.append(hear)
    gc.set_threshold(5, 1000, 1000)
    try:
        made = formula_pixmap("+y" * 498, 20.0, "black", 2.0)
    finally:
        gc.set_threshold(*threshold)
        gc.callbacks.remove(hear)
    assert len(heard) > 100
    assert isinstance(made, str) and SLOW in made


@pytest.mark.parametrize(
    "latex",
    [
        nested(r"\frac{1}{1+", "}", 4),
        nested(r"\sqrt{", "}", 5),
        r"\frac{\partial L}{\partial a_{l-1}} = W_l^{\top} \left( f^\prime(z_l) \odot \frac{\partial L}{\partial a_l}\right)",
        r"\begin{pmatrix} c & 0 \\ 0 & c \end{pmatrix} x",
        r"\text{기울기} \approx 0.9^{152}",
    ],
)
def test_what_a_lecture_shows_is_set(latex):
    svg = formula_svg(latex, 20.0, "black")
    assert QDomDocument().setContent(svg) and svg.count(b"<path") > 5


def test_watching_leaves_no_trace():
    before = sys.getprofile()
    formula_pixmap(nested(r"\sqrt{", "}", 10), 21.0, "black", 1.0)
    assert sys.getprofile() is before


PIECES = [
    r"\sqrt",
    r"\frac",
    r"{",
    r"}",
    r"^",
    r"_",
    r"x",
    r"y",
    r"1",
    r"+",
    r"\left(",
    r"\right)",
    r"\sum",
    r"\begin{matrix}",
    r"\end{matrix}",
    r"&",
    r"\\",
    r"\overline",
    r"\text{a}",
    r"[",
    r"]",
    r"\hspace{3em}",
    r"\binom",
    r"\color{red}",
    r"$",
    r"#",
    r"~",
    r"|",
    r"\big(",
]


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_written_is_answered(seed):
    """Set, or refused in words; never a fault, never for long."""
    chosen = random.Random(seed)
    latex = "".join(chosen.choice(PIECES) for _ in range(chosen.choice([5, 20, 60, 200])))
    before = time.perf_counter()
    made = formula_pixmap(latex, 20.0, "black", 2.0)
    assert made if isinstance(made, str) else not made.isNull()
    assert time.thread_time() - before < 2


def test_no_lesson_of_ours_waits_for_a_busy_machine():
    """The watch is for what strangers write: a formula of ours is never called too complicated."""
    steps = [step for lesson in lessons() for step in lesson.steps if step.formula is not None]
    shown = {str(said) for step in steps for said in (step.formula.en, step.formula.ko) if said is not None}
    assert len(shown) > 30
    assert [latex for latex in shown if depth_and_cost(latex)[1] > CHEAP] == []
