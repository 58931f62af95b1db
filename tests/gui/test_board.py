"""The board: panels chosen, arranged, maximised and remembered, by menu and by mouse; two runs compared."""

import json

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QApplication

from gradviz.app import files as files_module
from gradviz.app.board import board as board_module
from gradviz.app.main import make_window
from gradviz.app.parts.palette import Command, Palette, matching
from gradviz.app.parts.sheet import ShortcutSheet
from gradviz.app.session.settings import Settings
from gradviz.core.runs.playhead import Phase, Playhead
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec
from gradviz.experiment import OPENING_EXPERIMENT
from gradviz.panels import PANELS
from gradviz.panels.layouts import LAYOUTS, panels_in, stacked
from gradviz.report.headline import headline

TWO = stacked(["activations", "gradient"])


@pytest.fixture
def two(window, qapp):
    """The window with the activations above the gradient."""
    window.arrangement.use(TWO)
    qapp.processEvents()
    return window


def test_a_panel_that_changes_size_again_and_again_is_drawn_once(two, qtbot, monkeypatch):
    """In its turn: each change of a window's size changes that of every panel several times."""
    panel, drawn = two.board.panels["gradient"], []
    show_frame = panel.show_frame
    monkeypatch.setattr(panel, "show_frame", lambda *shown: (drawn.append(panel.view.height()), show_frame(*shown)))
    for height in (500, 420, 380):
        panel.resize(900, height)
    qtbot.waitUntil(lambda: bool(drawn) and two.board.is_up_to_date)
    assert drawn == [380]


def test_two_panels_are_made_before_the_window_is_shown(qapp, qtbot):
    """The others when there is something to see."""
    window = make_window(Spec(depth=4, width=8))
    qtbot.addWidget(window)
    assert list(window.board.panels) == panels_in(window.board.layout_)[:2]
    window.show()
    window.session.start()
    qtbot.waitUntil(lambda: window.session.frame is not None and window.board.is_up_to_date)
    assert list(window.board.panels) == panels_in(window.board.layout_)
    assert all(panel.frame is window.session.frame for panel in window.board.seen())
    window.close()


@pytest.mark.parametrize("key", PANELS)
@pytest.mark.sampled(4)
def test_every_panel_can_be_put_on_the_board_and_taken_off(two, key):
    """By its entry in the menu; it is drawn at once, with the Frame that all show."""
    action = two.arrangement.panel_actions[key]
    if not action.isChecked():
        action.trigger()
    assert two.board.panels[key].isVisible() and two.board.panels[key].frame is two.session.frame
    action.trigger()
    assert not two.board.panels[key].isVisible() and not action.isChecked()


def test_the_last_panel_stays(two):
    two.arrangement.panel_actions["gradient"].trigger()
    two.arrangement.panel_actions["activations"].trigger()
    assert panels_in(two.board.layout_) == ["activations"]
    assert two.arrangement.panel_actions["activations"].isChecked()


@pytest.mark.parametrize("key", LAYOUTS)
@pytest.mark.sampled(2)
def test_every_named_layout_can_be_chosen(two, qtbot, key):
    two.arrangement.layout_actions[key].trigger()
    assert panels_in(two.board.layout_) == panels_in(LAYOUTS[key].rows)
    qtbot.waitUntil(lambda: two.board.is_up_to_date)
    assert [panel.key for panel in two.board.seen()] == panels_in(LAYOUTS[key].rows)
    assert all(panel.isVisible() and panel.frame is two.session.frame for panel in two.board.seen())
    checked = [name for name, action in two.arrangement.layout_actions.items() if action.isChecked()]
    assert checked == [key]


def send(panel, kind, place, button=Qt.MouseButton.LeftButton):
    viewport = panel.view.viewport()
    position = QPointF(place)
    event = QMouseEvent(kind, position, QPointF(viewport.mapToGlobal(place)), button, button, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(viewport, event)


def test_a_double_click_fills_the_board_and_another_shows_all_again(two):
    gradient, activations = two.board.panels["gradient"], two.board.panels["activations"]
    send(gradient, QEvent.Type.MouseButtonDblClick, QPoint(60, 60))
    assert gradient.isVisible() and not activations.isVisible()
    two.session.transport.look_at(3)
    assert gradient.playhead.layer == 3 and activations.playhead.layer != 3  # what is not seen is not drawn
    send(gradient, QEvent.Type.MouseButtonDblClick, QPoint(60, 60))
    assert activations.isVisible() and activations.playhead.layer == 3


def test_many_panels_take_turns_and_each_has_one(two, qtbot, monkeypatch):
    """However little time there is: while new pictures keep coming the ones that waited longest are drawn first."""
    monkeypatch.setattr(board_module, "TURN", 0.0)
    two.arrangement.use_named("everything")
    qtbot.waitUntil(lambda: two.board.is_up_to_date)
    drawn = set()
    for panel in two.board.seen():
        monkeypatch.setattr(panel, "draw", lambda *_, key=panel.key: drawn.add(key))
    for _tick in PANELS:
        two.board._draw_seen()  # a new tick before the others had their turn
    assert drawn == set(panels_in(two.board.layout_))


def test_what_fills_the_board_is_what_is_copied(two, monkeypatch, qtbot):
    """And the sizes that the mouse had given the panels are there again afterwards."""
    two.board._rows.setSizes([100, 300])
    before = two.board._rows.sizes()
    two.board.maximise("gradient")
    seen = []
    monkeypatch.setattr(files_module, "drawing", lambda _frame, figure, *_: seen.append(figure.layout) or iter(()))
    two.files.copy_picture()
    assert [panels_in(layout) for layout in seen] == [["gradient"]]
    two.board.maximise("")
    qtbot.waitUntil(lambda: two.board._rows.sizes() == before)
    assert two.board.present_layout()[1].height > 2 * two.board.present_layout()[0].height


def test_escape_shows_all_again(two):
    two.actions_["maximise"].trigger()
    assert len(two.board.seen()) == 1
    two.actions_["show_all"].trigger()
    assert len(two.board.seen()) == 2 and not two.actions_["show_all"].isEnabled()


def test_a_title_dragged_onto_another_panel_swaps_them(two, qapp):
    """And only a title, and only over a distance."""
    one, other = two.board.panels["activations"], two.board.panels["gradient"]
    title = one.view.mapFromScene(one.header.sceneBoundingRect().center())
    over = one.view.viewport().mapFromGlobal(other.mapToGlobal(other.rect().center()))
    for start, end, swapped in ((title, title + QPoint(1, 1), False), (QPoint(200, 100), over, False), (title, over, True)):
        send(one, QEvent.Type.MouseButtonPress, start)
        send(one, QEvent.Type.MouseMove, end)
        send(one, QEvent.Type.MouseButtonRelease, end)
        assert (panels_in(two.board.layout_) == ["gradient", "activations"]) is swapped
    assert one.isVisible() and other.isVisible()


def test_a_panels_own_menu(two, qtbot):
    """Fill, take off, copy; then the panels and the layouts."""
    menu = two.arrangement.menu_of("gradient")
    fill, off, copy = menu.actions()[:3]
    copy.trigger()
    qtbot.waitUntil(lambda: two.files.steps.is_idle)
    assert QGuiApplication.clipboard().image().width() == 1920
    fill.trigger()
    assert two.board.maximised_key == "gradient"
    off.trigger()
    assert panels_in(two.board.layout_) == ["activations"]
    menu.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    two.arrangement.use(TWO)  # the menus that it shared are still there


def test_the_session_comes_back(open_window, settle, qtbot):
    """Experiment, pinned reference, layout and sizes, without being asked; a line on the command line goes first."""
    first = open_window("depth=5&width=8&batch=8")
    first.arrangement.use(stacked(["gradient"]))
    first.actions_["pin"].setChecked(True)
    first.session.store.edit("gain", 2.0)
    settle(first)
    first.close()
    second = open_window(restored=True)
    qtbot.waitUntil(lambda: second.session.reference is not None)
    assert second.session.frame.spec == Spec(depth=5, width=8, batch=8, gain=2.0)
    assert second.session.reference.spec == Spec(depth=5, width=8, batch=8)
    assert panels_in(second.board.layout_) == ["gradient"]
    third = open_window("depth=3&width=3")
    assert third.session.frame.depth == 3 and third.session.reference is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("experiment", "depth=0&what=1"),
        ("experiment", "\0\ud800".encode("utf-8", "replace").decode()),
        ("reference", "{}"),
        ("layout", "[[["),
        ("recent", '{"a": 1}'),
        ("recent", "[1, 2"),
    ],
)
@pytest.mark.sampled(3)
def test_a_damaged_session_is_none(open_window, name, value):
    settings = Settings()
    settings._kept.setValue(name, value)
    settings._kept.sync()
    window = open_window(restored=True)
    assert (
        window.session.frame.spec == OPENING_EXPERIMENT
        and window.session.reference is None
        and window.session.settings.recent == []
    )


def test_recent_files(window, tmp_path, settle):
    """The last one first, each once; one that is gone is dropped from the list and said."""
    for depth in (3, 4, 3):
        path = tmp_path / f"{depth} & more.json"
        path.write_text(Spec(depth=depth, width=4, batch=4).to_json())
        window.files.open_file(str(path))
    settle(window)
    assert [path[-13:] for path in window.session.settings.recent] == ["3 & more.json", "4 & more.json"]
    entries = window.recent_menu.actions()
    assert entries[1].text().endswith("4 && more.json")
    entries[1].trigger()
    settle(window)
    assert window.session.frame.depth == 4
    path.unlink()
    window.files.open_file(str(path))
    assert len(window.session.settings.recent) == 1 and window.banner.isVisible()
    assert json.loads(window.session.settings._kept.value("recent"))


def test_swapping_a_and_b(window, settle):
    """The other picture is there at once, without a simulation; both share the draws; undo goes back."""
    window.actions_["pin"].setChecked(True)
    first = window.session.frame
    window.session.store.edit("gain", 2.0)
    settle(window)
    second = window.session.frame
    window.actions_["swap"].trigger()
    assert window.session.frame is first and window.session.scene.reference_frame is second
    settle(window)
    assert window.session.frame.spec == first.spec == window.session.store.spec
    [sentence, _signal] = [line.sentence for line in headline(second.verdict)]
    assert window.headline.headline.note == f"Grey, Gain 2: {sentence}"
    window.actions_["undo"].trigger()
    settle(window)
    assert window.session.frame.spec.gain == 2.0


def test_reset_view_restores_the_picture(two, qtbot):
    def picture():
        return two.board.grab().toImage()

    def still():
        before = picture()
        qtbot.wait(60)  # sizes settle after 40
        return two.board.is_up_to_date and picture() == before

    two.reset_view()
    qtbot.waitUntil(still)
    before = picture()
    two.session.transport.scrub(3)
    two.look.set_zoom(1.4)
    two.actions_["maximise"].trigger()
    qtbot.waitUntil(still)
    assert picture() != before
    two.actions_["reset_view"].trigger()
    two.board.hover(0)
    qtbot.waitUntil(lambda: picture() == before)
    assert two.session.transport.playhead == Playhead(1, Phase.WHOLE)


def test_the_palette_finds_by_parts_of_names(window, qtbot, settle):
    """Actions, panels, layouts, themes, languages, fields and their values; Enter does what is marked."""
    palette = Palette(window, list(window.commands()), window.look.style_)
    qtbot.addWidget(palette)
    palette.show()
    qtbot.keyClicks(palette.line, "activ relu leaky")
    assert "Leaky ReLU" in palette.list.currentItem().text()
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    settle(window)
    assert window.session.frame.spec.activation == "leaky_relu" and not palette.isVisible()


def test_the_palette_by_keys_and_with_nothing_found(window, qtbot):
    palette = Palette(window, list(window.commands()), window.look.style_)
    qtbot.addWidget(palette)
    palette.show()
    qtbot.keyClick(palette.line, Qt.Key.Key_Down)
    qtbot.keyClick(palette.line, Qt.Key.Key_PageDown)
    assert palette.list.currentRow() == 11
    qtbot.keyClick(palette.line, Qt.Key.Key_Up)
    assert palette.list.currentRow() == 10
    qtbot.keyClicks(palette.line, "no such thing")
    assert palette.list.count() == 0
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert not palette.isVisible()


def test_the_palette_leads_to_fields(window):
    """A field that is folded away is unfolded, and has the keyboard."""
    commands = {command.text: command for command in window.commands()}
    commands["Batch"].run()
    assert window.controls.fold.isChecked()
    assert window.controls.controls["batch"].isAncestorOf(window.controls.focusWidget())


def test_what_begins_with_the_typed_text_comes_first():
    commands = [Command(text, "", print) for text in ("To gain", "Gain", "Again", "Loss")]
    assert [command.text for command in matching(commands, "gain")] == ["Gain", "To gain", "Again"]


def test_the_sheet_lists_every_action_and_the_mouse(window, qtbot):
    sheet = ShortcutSheet(window, window.look.style_)
    qtbot.addWidget(sheet)
    groups = [sheet.tree.topLevelItem(place) for place in range(sheet.tree.topLevelItemCount())]
    rows = [group.child(place).text(0) for group in groups for place in range(group.childCount())]
    assert {action.text().partition(":")[0] for action in window.actions_.values()} <= set(rows)
    assert groups[-1].text(0) == "Mouse" and groups[-1].childCount() == 6


def test_a_reference_that_cannot_be_run_does_not_keep_the_experiment_from_it(open_window, qtbot, monkeypatch):
    from gradviz.core import simulate as module
    from gradviz.core.choices.errors import ExperimentError, Problem

    window = open_window("depth=3&width=4&batch=4")
    reference = Spec(depth=4, width=4, batch=4)

    def refuse(spec, needed_by):
        raise ExperimentError([Problem("depth × width", "too large")])

    monkeypatch.setattr(module, "refuse_what_does_not_fit", refuse)
    window.session.start(reference)
    qtbot.waitUntil(lambda: window.banner.isVisible())
    monkeypatch.undo()
    qtbot.waitUntil(lambda: window.session.runner.is_idle)
    assert window.session.reference is None and window.session.frame.spec == window.session.store.spec


def test_a_frame_shown_while_a_panel_is_hidden_is_there_when_it_comes_back(two, settle):
    two.arrangement.set_shown("gradient", False)
    two.session.store.edit("depth", 4)
    settle(two)
    assert two.board.panels["gradient"].frame.depth == 6
    two.arrangement.set_shown("gradient", True)
    assert two.board.panels["gradient"].frame is two.session.frame


def test_pinned_and_present_have_the_same_draws():
    """Only what was changed differs: twice the gain is twice every weight."""
    one, two = (simulate(Spec(depth=3, width=6, batch=4, gain=gain)) for gain in (1.0, 2.0))
    assert two.series["weight_std"].tolist() == (2 * one.series["weight_std"]).tolist()
