"""Layouts as values: kept as text, changed by rules, and nothing but valid ones comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from gradviz import cli
from gradviz.lessons.files.lesson_values import PanelName
from gradviz.panels import FORMER_KEYS, PANELS, panel_key
from gradviz.panels.layouts import (
    LAYOUTS,
    MOST_IN_A_ROW,
    MOST_ROWS,
    Row,
    from_text,
    panels_in,
    stacked,
    swapped,
    to_text,
    with_panel,
    without_panel,
)

LAYOUT = st.lists(st.sampled_from(list(PANELS)), min_size=1, max_size=MOST_ROWS, unique=True).map(stacked)


@pytest.mark.parametrize("key", LAYOUTS)
def test_every_named_layout_is_one(key):
    """Its panels exist, none twice, and it can be kept."""
    layout = LAYOUTS[key].rows
    assert set(panels_in(layout)) <= PANELS.keys()
    assert from_text(to_text(layout)) == layout


@given(LAYOUT)
def test_what_is_kept_comes_back(layout):
    assert from_text(to_text(layout)) == layout


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "1",
        "null",
        "[" * 100_000,
        '[{"panels": ["gradient"], "height": NaN, "widths": []}]',
        '[{"panels": ["gradient"], "height": -1, "widths": []}]',
        '[{"panels": ["gradient"], "height": 1e999, "widths": []}]',
        '[{"panels": ["gradient"], "height": 1, "widths": [1, 2]}]',
        '[{"panels": ["no such panel"], "height": 1, "widths": []}]',
        '[{"panels": [], "height": 1, "widths": []}]',
        '[{"panels": "gradient", "height": 1, "widths": []}]',
        '[{"panels": ["gradient", "gradient"], "height": 1, "widths": []}]',
        '[{"panels": ["gradient"]}]',
    ],
)
def test_what_is_damaged_is_none(text):
    assert from_text(text) is None


@given(LAYOUT, st.sampled_from(list(PANELS)))
def test_a_panel_comes_and_goes(layout, key):
    """No panel is ever there twice, and the last one stays."""
    more = with_panel(layout, key)
    assert sorted(panels_in(more)) == sorted({*panels_in(layout), key})
    less = without_panel(more, key)
    assert set(panels_in(less)) == ({*panels_in(more)} - {key} or {key})
    assert all(row.panels and len(row.panels) <= MOST_IN_A_ROW for row in less)


@given(LAYOUT, st.data())
def test_two_panels_change_places(layout, data):
    one, other = (data.draw(st.sampled_from(panels_in(layout))) for _ in range(2))
    after = swapped(layout, one, other)
    assert sorted(panels_in(after)) == sorted(panels_in(layout))
    assert swapped(after, one, other) == layout


def test_a_row_says_its_shares():
    assert Row(("gradient", "activations")).shares == (1.0, 1.0)
    assert Row(("gradient", "activations"), widths=(2.0, 1.0)).shares == (2.0, 1.0)


def test_a_panel_is_found_by_its_former_key():
    """In the settings, in a lesson's board, and on the command line."""
    assert all(panel_key(key) in PANELS and key not in PANELS for key in FORMER_KEYS)
    assert panel_key("sizes") == "sizes"
    text = to_text(stacked(["network", "sizes"])).replace("sizes", "spread")
    assert from_text(text) == stacked(["network", "sizes"])
    assert TypeAdapter(PanelName).validate_python("spread") == "sizes"
    arguments = cli._parser().parse_args(["export", "", "--panel", "spread", "network", "-o", "F.png"])
    assert arguments.panel == ["sizes", "network"]


def test_many_rows_stand_on_a_page_that_scrolls(open_window, qtbot):
    """No panel of "Everything" is a strip of forty pixels, and the wheel over any of them turns the page."""
    window = open_window("depth=3&width=4&batch=4")
    board = window.board
    assert board.page.verticalScrollBar().maximum() == 0
    window.arrangement.use_named("everything")
    qtbot.waitUntil(lambda: len(board.seen()) == len(PANELS) and board.page.verticalScrollBar().maximum() > 1000)
    assert set(panels_in(board.layout_)) == set(PANELS)
    assert min(panel.height() for panel in board.seen()) >= 100 and min(panel.width() for panel in board.seen()) >= 250
    viewport = board.panels["gradient"].view.viewport()
    place = QPointF(50, 50)
    none, still = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    down = QPoint(0, -120)
    event = QWheelEvent(place, viewport.mapToGlobal(place), QPoint(), down, none, still, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(viewport, event)
    assert board.page.verticalScrollBar().value() > 0
    board.maximise("gradient")
    qtbot.waitUntil(lambda: board.page.verticalScrollBar().maximum() == 0)
    window.arrangement.use_named("score")
    qtbot.waitUntil(lambda: board.page.verticalScrollBar().maximum() == 0)


def test_a_panel_that_fills_the_board_grows_its_type(open_window, qtbot):
    """And gives it back."""
    window = open_window("depth=3&width=4&batch=4")
    panel, scale = window.board.panels["gradient"], window.look.style_.scale
    window.board.maximise("gradient")
    qtbot.waitUntil(lambda: panel.style_.scale == pytest.approx(1.35 * scale))
    window.look.zoom_in()
    qtbot.waitUntil(lambda: panel.style_.scale == pytest.approx(1.35 * window.look.style_.scale))
    window.board.maximise("")
    qtbot.waitUntil(lambda: panel.style_ == window.look.style_)
