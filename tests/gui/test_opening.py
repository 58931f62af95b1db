"""The first minute: the wave runs once, then the window says where it goes on, and ranks what helps."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QWhatsThis

from gradviz.app.opening import HINTED, Opening
from gradviz.app.session import transport as transport_module
from gradviz.core.runs.playhead import Phase, Playhead
from gradviz.core.runs.remedies import Remedies
from gradviz.core.verdict import State
from gradviz.panels.layouts import OPENING, column_of, panels_in
from gradviz.report.derivations import of_layer_number, of_verdict

SMALL = "depth=6&width=8&batch=16&initializer=glorot_normal"


@pytest.fixture
def opened(open_window, monkeypatch):
    """A window whose opening is about to be played, quickly."""
    monkeypatch.setattr(transport_module, "LEAST_RATE", 100.0)
    monkeypatch.setattr(transport_module, "AT_LOSS", 0.05)
    window = open_window(SMALL)
    window.opening = Opening(window.session, window.headline, window.controls)
    return window


def hinted(window):
    return {name for name, control in window.controls.controls.items() if control.label.font().bold()}


def test_the_wave_runs_once_and_then_it_is_hinted_where_it_goes_on(opened, qtbot):
    session = opened.session
    session.store.repeated.emit(session.store.spec)  # a run that is there already plays nothing
    session.run_arrived.emit(session.wanted, session.scene.run)
    assert session.transport.is_playing and session.transport.playhead == Playhead(1, Phase.FORWARD)
    assert not opened.headline.is_hinting and not opened.headline.button.isVisible()
    qtbot.waitUntil(lambda: not session.transport.is_playing)
    assert opened.headline.is_hinting and hinted(opened) == set(HINTED)
    assert opened.headline.button.isVisible()
    session.store.edit("seed", 8)
    assert not opened.headline.is_hinting and hinted(opened) == set()
    qtbot.waitUntil(lambda: session.frame.spec.seed == 8)
    assert not session.transport.is_playing  # once


def test_an_edit_before_the_wave_has_come_back_ends_the_opening(opened, qtbot):
    session = opened.session
    session.run_arrived.emit(session.wanted, session.scene.run)
    session.store.edit("seed", 9)
    qtbot.waitUntil(lambda: session.frame.spec.seed == 9 and not session.transport.is_playing)
    assert not opened.headline.is_hinting and hinted(opened) == set()


def test_what_helps_here_is_asked_where_something_does_not_hold(open_window, qtbot):
    window = open_window(SMALL)
    assert window.session.frame.verdict.gradient.state is not State.HOLDS and window.headline.button.isVisible()
    window.session.transport.to_start()
    assert not window.headline.button.isVisible()  # the wave has not said so yet
    window.session.transport.to_end()
    qtbot.mouseClick(window.headline.button, Qt.MouseButton.LeftButton)
    assert column_of(window.board.layout_).panels == ("pre_activations", "why", "helps")
    panel = window.board.panels["helps"]
    qtbot.waitUntil(lambda: Remedies(window.session.store.spec) in window.session._answered)
    assert panel.ranking[0].change == () and panel.finding.text.startswith("most: ")
    assert panel.table.cells[0][0] == "as it is"
    qtbot.mouseClick(window.headline.button, Qt.MouseButton.LeftButton)
    assert panels_in(window.board.layout_) == panels_in(OPENING.rows)


def test_a_click_makes_the_change_in_one_step(open_window, qtbot):
    window = open_window(SMALL)
    window.actions_["helps"].trigger()
    qtbot.waitUntil(lambda: Remedies(window.session.store.spec) in window.session._answered)
    panel = window.board.panels["helps"]
    before, steps = window.session.store.spec, window.session.store.history.count()
    row = next(place for place in panel.table.rows() if len(panel.ranking[place].change) == 2)
    top = panel.table.mapToScene(QPointF(20, (row - panel.table.rows()[0] + 1.5) * panel.table._row_height()))
    assert panel.change_at(QPointF(-50, -50)) == {} == panel.change_at(panel.table.mapToScene(QPointF(20, 2)))
    spot = panel.view.mapFromScene(top)
    wanted = before.replace(**dict(panel.ranking[row].change))
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(spot.x(), spot.y()))
    assert window.session.store.spec == wanted and window.session.store.history.count() == steps + 1
    qtbot.waitUntil(lambda: window.session.frame.spec == wanted)
    window.session.store.history.undo()
    assert window.session.store.spec == before


def test_without_a_column_it_is_one_more_panel(open_window):
    window = open_window(SMALL)
    window.arrangement.use_named("large")
    window.actions_["helps"].setChecked(True)
    assert "helps" in panels_in(window.board.layout_) and window.actions_["helps"].isChecked()
    window.actions_["helps"].setChecked(False)
    assert panels_in(window.board.layout_) == ["activations", "gradient"]


def test_one_layer_asks_for_nothing(open_window):
    window = open_window("depth=1&width=4&batch=4")
    window.actions_["helps"].trigger()
    assert window.board.panels["helps"].finding.text == "one layer: there is nothing to cross"
    assert not window.headline.button.isVisible()


def test_while_the_wave_runs_nothing_of_the_future_is_said(open_window):
    """No finding of all layers, no label of the whole slope; the product so far stands at the layer that the wave has come to."""
    window = open_window(SMALL)
    gradient = window.board.panels["gradient"]
    window.session.transport.scrub(9)  # 6 forward, then layers 6, 5, 4
    assert window.session.transport.playhead == Playhead(4, Phase.BACKWARD)
    sizes = window.session.frame.series["log10_grad_a_rms"]
    running = gradient.slope.running
    factors = [f"×{10 ** (sizes[place] - sizes[place + 1]):.2f}" for place in (4, 3)]
    product = f"{10 ** (sizes[3] - sizes[5]):.2g}"
    assert running.isVisible() and running.toPlainText() == f"{' '.join(factors)} = {product}"
    assert not gradient.slope.text.isVisible()
    assert not any(panel.finding.text for panel in window.board.seen())
    window.session.transport.to_end()
    assert gradient.slope.text.isVisible() and not running.isVisible()


def test_a_number_that_is_clicked_says_where_it_comes_from(open_window, qtbot, monkeypatch):
    """The headline's, the factor per layer, and every number of the layer."""
    said = []
    monkeypatch.setattr(QWhatsThis, "showText", lambda place, text, widget: said.append(text))
    window = open_window("depth=6&width=8&batch=16&initializer=glorot_normal", size=(1280, 800))
    frame, headline = window.session.frame, window.headline
    for y, what in ((25, "gradient"), (headline.height() - 15, "signal")):
        qtbot.mouseClick(headline, Qt.MouseButton.LeftButton, pos=QPoint(400, y))
        assert said.pop() == of_verdict(frame, what)
    qtbot.mouseClick(headline, Qt.MouseButton.LeftButton, pos=QPoint(400, headline.height() - 1))
    assert not said
    gradient, layer = window.board.panels["gradient"], window.board.panels["layer"]
    label = gradient.slope.text
    click(qtbot, gradient, label.mapRectToScene(label.boundingRect()).center())
    assert said.pop() == of_verdict(frame, "gradient")
    click(qtbot, layer, layer.rows.mapToScene(QPointF(40, 8)))
    assert said.pop() == of_layer_number(frame, "activation_rms", window.session.transport.playhead.layer)
    window.session.transport.to_start()  # the gradient has no number yet
    rows = layer.rows.rows
    backward = next(place for place, row in enumerate(rows) if row.value == "…")
    click(qtbot, layer, layer.rows.mapToScene(QPointF(40, (backward + 0.5) * layer.rows.height() / len(rows))))
    assert not said


def click(qtbot, panel, place):
    spot = panel.view.mapFromScene(place)
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(spot.x(), spot.y()))
