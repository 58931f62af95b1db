"""Texts of lessons are never cut: every step, asked and answered, in both languages, at three sizes of the screen; labels alone."""

from itertools import combinations

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QAction, QFontMetricsF
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

from gradviz.app.lecture.lesson_bar import SIGNS, LessonBar
from gradviz.app.lecture.lesson_player import LessonPlayer
from gradviz.app.lecture.presenter import PRESENTED
from gradviz.i18n import use_language
from gradviz.lessons.files.shelf import lessons
from gradviz.panels.parts.style import Style
from gradviz.panels.parts.themes import THEMES

SIZES = [(1920, 1080), (1280, 720), (1024, 640)]


@pytest.fixture
def page(qapp):
    """A screen of a size with nothing but a lesson's bar on it."""
    pages = []

    def make(width, height):
        page = QWidget()
        player, actions = LessonPlayer(), {key: QAction(page) for key in SIGNS}
        page.bar = LessonBar(player, actions)
        rows = QVBoxLayout(page)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(page.bar)
        rows.addStretch(1)
        page.resize(width, height)
        page.bar.restyle(Style(THEMES["light"], PRESENTED * min(width / 1280, height / 720)))
        page.show()
        pages.append(page)
        return page, player

    yield make
    for page in pages:
        page.close()
        page.deleteLater()


def place_of(widget, bar):
    return QRect(widget.mapTo(bar, QPoint(0, 0)), widget.size())


def faults_in(bar):
    """What is cut or covered: the names of widgets."""
    seen = [each for each in (*bar.labels.values(), *bar.answers.buttons, bar.formula) if each.isVisible()]
    faults = []
    for widget in seen:
        is_label = isinstance(widget, QLabel)
        if is_label and widget.wordWrap():
            is_whole = widget.height() >= widget.heightForWidth(widget.width())
            longest = max(widget.text().split() or [""], key=len)
            is_whole &= QFontMetricsF(widget.font()).horizontalAdvance(longest) <= widget.width()
        elif is_label:
            is_whole = widget.width() >= widget.sizeHint().width() and widget.height() >= widget.sizeHint().height()
        else:
            is_whole = QFontMetricsF(widget.font()).horizontalAdvance(widget.text().replace("&&", "&")) < widget.width() - 20
        if not is_whole or not bar.rect().contains(place_of(widget, bar)):
            faults.append(f"cut: {widget.text()[:60]}")
    places = [(widget, place_of(widget, bar)) for widget in (*seen, *bar.buttons.values())]
    faults += [
        f"over one another: {one.text()[:30]} | {other.text()[:30]}"
        for (one, here), (other, there) in combinations(places, 2)
        if here.intersects(there)
    ]
    return faults


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
@pytest.mark.parametrize("code", ["en", "ko"])
@pytest.mark.sampled(2)
def test_no_text_is_cut_or_covered(page, size, code):
    use_language(code)
    made, player = page(*size)
    found = {}
    for lesson in lessons():
        for place, step in enumerate(lesson.steps):
            for is_answered in (False, True) if step.question else (True,):
                player.open(lesson, place)
                if is_answered:
                    player.reveal()
                for _turn in range(3):  # labels, answers and formula find their room one after the other
                    QApplication.processEvents()
                faults = faults_in(made.bar)
                if made.bar.height() > 0.42 * size[1]:
                    faults.append(f"high: {made.bar.height()}")
                if faults:
                    found[lesson.name, step.name, is_answered] = faults
    assert not found, list(found.items())[:6]


def test_a_text_that_is_cut_is_found(page):
    """The check fails where it should."""
    made, player = page(1280, 720)
    player.open(lessons()[0])
    QApplication.processEvents()
    assert not faults_in(made.bar)
    made.bar.labels["text"].setFixedHeight(20)
    made.bar.labels["place"].setFixedWidth(10)
    QApplication.processEvents()
    assert [fault[:3] for fault in faults_in(made.bar)] == ["cut", "cut"]
