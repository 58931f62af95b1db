"""The real window, driven with mouse and keys."""

import threading
import time

import pytest
from catalogue import stored
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QKeySequence, QWheelEvent
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMessageBox

from gradviz.app import controls as controls_module
from gradviz.app import files as files_module
from gradviz.app.controls import ChoiceControl, NumberControl, PathControl, SeedControl, SwitchControl, TextControl
from gradviz.app.parts.actions import ACTIONS
from gradviz.app.session.settings import Settings
from gradviz.cache import CACHE
from gradviz.core.choices.errors import ExperimentError, Problem
from gradviz.core.choices.initializers import FAMILIES, INITIALIZERS
from gradviz.core.runs import request as request_module
from gradviz.core.runs.playhead import Phase, Playhead
from gradviz.core.runs.probe import Probe
from gradviz.core.runs.request import Run
from gradviz.core.simulate import simulate
from gradviz.core.spec import KNOBS, Spec
from gradviz.export.embedded import experiment_in
from gradviz.export.picture import Figure
from gradviz.panels import PANELS
from gradviz.panels.layer_panel import LayerPanel
from gradviz.panels.layouts import stacked
from gradviz.panels.single.neuron import NeuronPanel
from gradviz.report.formats import csv_text
from gradviz.report.headline import headline

BOTH = stacked(["activations", "gradient"])


def test_it_opens_on_something_worth_seeing(open_window):
    """20 layers of 100, sigmoid, Glorot: a gradient that vanishes, and said so."""
    window = open_window(restored=True)
    assert window.session.frame.spec == Spec(depth=20, width=100, activation="sigmoid", initializer="glorot_normal")
    assert window.headline.headline.lines == headline(window.session.frame.verdict)
    assert window.headline.accessibleName().startswith("gradient vanishes: Only 1.1·10⁻¹² of the gradient reaches layer 1.")


@pytest.mark.parametrize("name", KNOBS)
@pytest.mark.sampled(3)
def test_every_field_has_the_control_that_its_declaration_calls_for(window, name):
    """Its name, a tooltip, the range or the choices of the declaration, and the value of now."""
    knob, control = KNOBS[name], window.controls.controls[name]
    assert control.label.text().startswith(knob.title)
    assert control.toolTip() == knob.help
    assert control.box.accessibleName() == knob.title
    if knob.choices is not None:
        assert isinstance(control, ChoiceControl)
        names = [control.box.itemData(place) for place in range(control.box.count())]
        assert [name for name in names if name is not None] == list(knob.choices)
        assert control.box.currentData() == getattr(window.session.store.spec, name)
    elif knob.low is None:
        assert isinstance(control, {bool: SwitchControl, str: PathControl if knob.opens else TextControl}[knob.kind])
    else:
        assert isinstance(control, SeedControl if knob.is_seed else NumberControl)
        assert (control.box.minimum(), control.box.maximum()) == (knob.low, knob.high)
        assert control.box.value() == getattr(window.session.store.spec, name)


def test_fields_that_make_no_difference_are_not_shown(window, settle):
    slope, normalize = window.controls.controls["slope"], window.controls.controls["normalize"]
    assert not slope.isVisible() and not normalize.isVisible()
    window.session.store.edit("activation", "leaky_relu")
    window.session.store.edit("data", "digits")
    assert slope.isVisible() and normalize.isVisible()
    settle(window)


def drag_slider(qtbot, control, shares):
    """Press the handle, move it through shares of the slider's length, and let go."""
    slider = control.slider
    start = slider.rect().center()
    start.setX(round(slider.share() * slider.width()))
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=start)
    for share in shares:
        place = slider.rect().center()
        place.setX(round(share * slider.width()))
        qtbot.mouseMove(slider, place)
        yield
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=place)


def test_a_drag_simulates_on_the_way_and_is_one_undo_step(window, qtbot, settle):
    """The picture follows the hand; undo goes back to where the drag began."""
    control = window.controls.controls["depth"]
    seen = set()
    for step, _moved in enumerate(drag_slider(qtbot, control, [place / 50 for place in range(10, 40)])):
        qtbot.wait(3)
        if step % 6 == 5:  # a hand that rests for as long as a picture takes
            settle(window)
        seen.add(window.session.frame.depth)
    settle(window)
    assert len(seen) > 3
    assert window.session.frame.depth > 100
    assert window.session.store.history.count() == 1
    assert window.board.panels["gradient"].frame.depth == window.session.store.spec.depth
    window.actions_["undo"].trigger()
    settle(window)
    assert window.session.frame.depth == 6


def test_the_mouse_moves_a_slider(window, qtbot, settle):
    control = window.controls.controls["width"]
    for _step in drag_slider(qtbot, control, (0.5, 0.7, 0.9)):
        qtbot.wait(5)
    settle(window)
    assert window.session.frame.spec.width > 200
    assert control.box.value() == window.session.frame.spec.width
    assert window.session.store.history.count() == 1


def test_typing_an_exact_value(window, qtbot, settle):
    """152 is asked for once, when it is entered, not as 1, 15 and 152."""
    box = window.controls.controls["depth"].box
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "152")
    assert window.session.store.history.count() == 0
    qtbot.keyClick(box, Qt.Key.Key_Return)
    settle(window)
    assert window.session.frame.depth == 152
    assert window.session.store.history.count() == 1


@pytest.mark.parametrize(("typed", "value"), [("0.001", 0.001), ("1e-6", 1e-6), ("1000000", 1e6), ("1.5", 1.5)])
def test_a_gain_of_any_size_can_be_typed(window, qtbot, settle, typed, value):
    box = window.controls.controls["gain"].box
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, typed)
    qtbot.keyClick(box, Qt.Key.Key_Return)
    settle(window)
    assert window.session.frame.spec.gain == value
    assert box.value() == value


def test_choosing_and_drawing_anew(window, settle, monkeypatch):
    combo = window.controls.controls["activation"].box
    combo.setCurrentIndex(combo.findData("tanh"))
    monkeypatch.setattr(controls_module.random, "randrange", lambda stop: 123)
    window.controls.controls["seed"].button.click()
    settle(window)
    assert (window.session.frame.spec.activation, window.session.frame.spec.seed) == ("tanh", 123)


def test_a_switch_and_a_path(window, qtbot, settle, monkeypatch, tmp_path):
    """A check box for what is on or off; a path that can be typed or looked for; a file that is wrong changes no picture."""
    window.controls.controls["shared_weights"].box.click()
    settle(window)
    assert window.session.frame.spec.shared_weights
    path = tmp_path / "데이터.csv"
    path.write_text("x,y\n1,2\n3,4\n")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (str(path), ""))
    window.controls.controls["data_file"].button.click()
    window.session.store.edit("data", "file")
    settle(window)
    assert window.session.frame.spec.data_file == str(path)
    frame = window.session.frame
    box = window.controls.controls["data_file"].box
    box.setText(str(tmp_path / "missing.csv"))
    with qtbot.waitSignal(window.session.runner.refused):
        box.editingFinished.emit()
    assert window.session.frame is frame
    assert "data_file" in window.banner.label.text() and "missing.csv" in window.banner.label.text()


def test_a_line_of_text(window, qtbot, settle):
    """It is taken on Enter or when the keyboard goes elsewhere; what is refused is named, and the former value stands again."""
    box, before = window.controls.controls["widths"].box, window.session.store.spec
    box.setText(" 12-5-1 ")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    settle(window)
    assert window.session.frame.spec.layer_units == (12, 5, 1) and window.session.frame.net.units[1:] == (12, 5, 1)
    assert box.text() == "12-5-1" and not window.controls.controls["depth"].isVisibleTo(window)
    box.setText("12-5-x")
    box.editingFinished.emit()
    assert "widths" in window.banner.label.text() and "12-5-x" in window.banner.label.text()
    assert (box.text(), window.session.store.spec.widths) == ("12-5-1", "12-5-1")
    window.session.store.history.undo()
    settle(window)
    assert box.text() == "" and window.session.store.spec == before and not window.banner.isVisible()


def test_a_file_dialog_offers_what_the_field_declares(window, monkeypatch):
    """Data are CSV or NPZ, weights NPZ or safetensors."""
    offered = []
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *asked, **_: (offered.append(asked[-1]), ("", ""))[1])
    for name in ("data_file", "weights_file"):
        window.controls.controls[name].button.click()
    assert offered == [KNOBS["data_file"].opens, KNOBS["weights_file"].opens]
    assert "*.csv" in offered[0] and "*.safetensors" in offered[1]


def test_language_is_switched_live(window, qtbot):
    """Every text of the window changes, and the choice is remembered."""
    before = texts(window)
    window.look.set_language("ko")
    qtbot.waitUntil(lambda: window.board.is_up_to_date)
    after = texts(window)
    same = [text for text, other in zip(before, after, strict=True) if text == other]
    proper_names = {message.id for message in stored() if message.id == message.string} | {"", "1", "1 / √L"}
    assert set(same) <= proper_names
    assert Settings().language == "ko"
    window.look.set_language("en")
    assert texts(window) == before


def texts(window):
    shown = [action.text() for action in window.actions_.values()]
    shown += [menu.title() for menu in window.menus.values()] + [menu.title() for menu in window.menus_of_choices.values()]
    for control in window.controls.controls.values():
        shown += [control.label.text(), control.toolTip()]
        if isinstance(control, ChoiceControl):
            shown += [control.box.itemText(place).strip(" ✓") for place in range(control.box.count())]
    for panel in window.board.panels.values():
        shown += [panel.header.name.text, panel.header.said, panel.readout.text]
    return [
        *shown,
        window.bar.place.text(),
        window.bar.track.toolTip(),
        window.headline.headline.text,
    ]


def test_theme_is_switched_live(window, qapp):
    """Plots and widgets go dark together, and the choice is remembered."""
    window.look.set_theme("dark")
    qapp.processEvents()
    image = window.grab().toImage()
    dark = sum(image.pixelColor(x, y).lightness() < 80 for x in range(0, image.width(), 20) for y in range(0, image.height(), 20))
    assert dark > 0.8 * (image.width() // 20) * (image.height() // 20)
    assert Settings().theme == "dark"


def test_zoom_scales_controls_and_plots_together(window, qapp):
    qapp.processEvents()
    font, axis = window.font().pixelSize(), window.board.panels["gradient"].value_axis.style["tickFont"].pixelSize()
    for _ in range(3):
        window.look.zoom_in()
    qapp.processEvents()
    assert window.controls.controls["depth"].label.font().pixelSize() > font
    assert window.board.panels["gradient"].value_axis.style["tickFont"].pixelSize() > axis
    window.look.zoom_reset()
    qapp.processEvents()
    assert window.controls.controls["depth"].label.font().pixelSize() == font


def test_pin_keeps_the_run_as_a_ghost_and_says_what_differs(window, settle):
    pinned = window.session.frame
    window.actions_["pin"].setChecked(True)
    window.session.store.edit("gain", 2.5)
    settle(window)
    assert all(panel.reference is pinned for panel in window.board.panels.values())
    assert window.headline.headline.note == f"Grey, Gain 1: {headline(pinned.verdict)[0].sentence}"
    window.actions_["pin"].setChecked(False)
    assert all(panel.reference is None for panel in window.board.panels.values())
    assert not window.headline.headline.note


def test_a_click_in_a_panel_moves_the_playhead_in_all(window, qtbot):
    panel = window.board.panels["gradient"]
    low, high = panel.plot.viewRange()[1]
    scene = panel.plot.vb.mapViewToScene(QPointF(4.0, low + 0.1 * (high - low)))
    assert not panel.explanation_at(scene)
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=panel.view.mapFromScene(scene))
    assert window.session.transport.playhead == Playhead(4, Phase.WHOLE)
    assert all(other.stage.cursors[0].value() == 4 for other in window.board.panels.values() if isinstance(other, LayerPanel))


def test_hover_reads_out_in_all_panels(window, qtbot):
    panel = window.board.panels["activations"]
    scene = panel.plot.vb.mapViewToScene(QPointF(5.0, 0.5))
    panel.view.scene().sigMouseMoved.emit(scene)
    for other in window.board.panels.values():
        assert other.readout.text.startswith("layer 5: ") or other.header.name.text.endswith("layer 5")


def press(window, qtbot, keys):
    sequence = QKeySequence(keys)[0]
    qtbot.keyClick(window, sequence.key(), sequence.keyboardModifiers())


def test_keys_play_step_and_show_everything(window, qtbot):
    window.activateWindow()
    window.board.setFocus()
    press(window, qtbot, "Home")
    assert window.session.transport.playhead == Playhead(1, Phase.FORWARD)
    press(window, qtbot, "Right")
    assert window.session.transport.playhead == Playhead(2, Phase.FORWARD)
    press(window, qtbot, "Left")
    assert window.session.transport.playhead == Playhead(1, Phase.FORWARD)
    press(window, qtbot, "Space")
    assert window.session.transport.is_playing
    press(window, qtbot, "Space")
    assert not window.session.transport.is_playing
    press(window, qtbot, "End")
    assert window.session.transport.playhead.phase is Phase.WHOLE


def test_scrubbing_the_track_goes_there_and_back(window):
    window.bar.track.setValue(3)
    assert window.session.transport.playhead == Playhead(3, Phase.FORWARD)
    window.bar.track.setValue(12)
    assert window.session.transport.playhead == Playhead(1, Phase.BACKWARD)
    assert "backward" in window.bar.place.text()


@pytest.mark.parametrize("key", ACTIONS)
@pytest.mark.sampled(6)
def test_every_action_can_be_done(window, qtbot, settle, monkeypatch, tmp_path, key):
    """Each entry of the table, by its QAction: no exception, no warning, and the program goes on."""
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: ("", ""))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: ("", ""))
    monkeypatch.setattr(files_module.ExportDialog, "exec", lambda self: QDialog.DialogCode.Accepted)
    QGuiApplication.clipboard().setText("depth=4&width=9")
    action = window.actions_[key]
    assert action.text() and action.toolTip()
    action.setEnabled(True)
    action.trigger()
    for box in window.findChildren(QMessageBox):
        box.close()
    if key != "quit":
        settle(window)


def test_no_two_actions_share_a_key():
    keys = [key for entry in ACTIONS.values() for key in entry.shortcuts]
    assert len(keys) == len(set(keys))


@pytest.fixture
def made(qtbot):
    """Return a function that waits until the pictures of a window are made."""
    return lambda window: qtbot.waitUntil(lambda: window.files.steps.is_idle)


def dropped(window, path):
    """Drop a file on a window."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    left, copy, none = Qt.MouseButton.LeftButton, Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(1, 1), copy, mime, left, none))


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_what_is_exported_is_restored_when_it_is_dropped(window, settle, made, tmp_path, ending):
    window.session.store.edit("activation", "tanh")
    settle(window)
    path = tmp_path / f"그림.{ending}"
    window.files.export_to(str(path), Figure(BOTH, (800, 600)))
    window.session.store.replace(Spec(depth=3), "")
    made(window)
    dropped(window, path)
    settle(window)
    assert window.session.frame.spec == Spec(depth=6, width=20, batch=32, activation="tanh")
    assert not window.banner.isVisible()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        (
            "a.svg",
            b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
            ["a picture (SVG)", "left the experiment out"],
        ),
        ("a.pdf", b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF", ["a picture (PDF)", "left the experiment out"]),
        ("a.png", b"\x89PNG\r\n\x1a\n", ["a picture (PNG)", "left the experiment out"]),
        ("a.jpg", b"\xff\xd8\xff\xe0", ["a picture (JPEG)", "only exported PNG, SVG and PDF"]),
        ("a.csv", b"x1,x2,label\n1,2,0\n", ["a table", "data=file&data_file="]),
        (
            "a.csv",
            csv_text(simulate(Spec(depth=3))).encode(),
            ["a table of measures that gradviz wrote", "does not carry its experiment"],
        ),
        ("a.toml", b"[lesson", ["lesson a: this is no lesson"]),
    ],
)
@pytest.mark.sampled(3)
def test_what_holds_no_experiment_is_called_what_it_is_when_it_is_dropped(window, tmp_path, name, content, says):
    before, path = window.session.store.spec, tmp_path / name
    path.write_bytes(content)
    dropped(window, path)
    assert window.session.store.spec == before and window.banner.isVisible()
    text = window.banner.label.text()
    assert all(part in text for part in says), text


@pytest.mark.parametrize("text", ["", " \n", "depth=0&gain=x", "what is this", '{"depth": true}', "<img src=x>=1", "\0"])
@pytest.mark.sampled(3)
def test_bad_text_changes_nothing_and_is_answered(window, text):
    before = window.session.store.spec
    window.files.read_text(text)
    assert window.session.store.spec == before
    assert window.banner.isVisible()
    assert window.banner.label.textFormat() is Qt.TextFormat.PlainText
    assert "Nothing was pasted." in window.banner.label.text()


def test_a_file_that_cannot_be_read_or_written_is_answered(window, made, tmp_path):
    window.files.open_file(str(tmp_path / "missing.json"))
    assert "missing.json" in window.banner.label.text()
    window.banner.hide()
    window.files.export_to(str(tmp_path / "no" / "such" / "folder.png"), Figure(BOTH, (800, 600)))
    made(window)
    assert "folder.png" in window.banner.label.text()


def test_what_does_not_fit_into_memory_leaves_the_last_picture(window, qtbot):
    """The banner says why; the picture and its words stay, and the next good experiment takes the banner away."""
    frame = window.session.frame
    window.session.runner.refused.emit("run", Run(Spec(depth=9)), ExperimentError([Problem("depth × width", "needs 9.9 GiB")]))
    assert "needs 9.9 GiB" in window.banner.label.text() and window.banner.isVisible()
    assert window.board.panels["gradient"].frame is frame
    window.session.store.edit("depth", 4)
    qtbot.waitUntil(lambda: not window.banner.isVisible())


def test_copies(window, made):
    window.files.copy_text()
    assert Spec.from_text(QGuiApplication.clipboard().text()) == window.session.store.spec
    window.files.copy_picture()
    made(window)
    assert QGuiApplication.clipboard().image().width() == 1920


def test_the_window_lives_while_a_picture_is_made(window, qtbot, tmp_path):
    """What is exported is what was seen when it was asked for; the event loop turns after every step."""
    window.session.store.edit("activation", "relu")
    turns, path = [], tmp_path / "a.png"
    pulse = QTimer(window, interval=0)
    pulse.timeout.connect(lambda: turns.append(window.files.steps.is_idle))
    pulse.start()
    before = window.session.frame.spec
    window.files.export_to(str(path), Figure(BOTH, (800, 600)))
    assert not path.exists()
    qtbot.waitUntil(lambda: window.files.steps.is_idle and window.session.frame.spec.activation == "relu")
    assert turns.count(False) >= 4
    assert Spec.from_text(experiment_in(path.read_bytes())) == before


def test_a_picture_that_is_being_made_is_finished_before_the_window_closes(window, tmp_path):
    path = tmp_path / "a.png"
    window.files.export_to(str(path), Figure(BOTH, (800, 600)))
    window.files.copy_picture()
    window.close()
    assert path.exists() and window.files.steps.is_idle


def test_export_dialog_makes_the_file_that_was_chosen(window, made, monkeypatch, tmp_path):
    """The whole board at full HD by default; the ending comes from the chosen kind where the name has none."""
    monkeypatch.setattr(files_module.ExportDialog, "exec", lambda self: QDialog.DialogCode.Accepted)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(tmp_path / "board"), "SVG (*.svg)"))
    window.files.export()
    made(window)
    content = (tmp_path / "board.svg").read_bytes()
    assert Spec.from_text(experiment_in(content)) == window.session.store.spec
    assert b'viewBox="0 0 1920 1080"' in content


def test_damaged_settings_never_stop_a_start(open_window, tmp_path):
    folder = tmp_path / "gradviz"
    folder.mkdir()
    (folder / "gradviz.ini").write_bytes(b"[General]\nlanguage=\xff\nzoom=abc\nwindow=9x\ntheme=@Variant(\0\0)\n\xfe\xff")
    read = Settings()
    assert (read.zoom, read.theme, read.window_size) == (1.0, "light", None)
    assert open_window("depth=2&width=3").isVisible()


def test_settings_are_kept(open_window):
    first = open_window("depth=2&width=3", size=(1000, 700))
    first.look.set_zoom(1.3)
    first.close()
    second = Settings()
    assert (second.zoom, second.window_size) == (1.3, (1000, 700))


def test_board_rows_never_clip_their_text_in_a_small_window(qtbot, open_window):
    """At 1024 × 640 everything is still there: the board keeps more than half, and the panels their height."""
    window = open_window("depth=5&width=8", size=(1024, 640))
    assert window.width() == 1024 and window.height() == 640
    assert window.board.width() > 512
    seen = window.board.seen()
    qtbot.waitUntil(lambda: all(panel.height() >= (150 if PANELS[panel.key].height == 1 else 80) for panel in seen))


@pytest.mark.parametrize(
    ("key", "sign"), [("Up", 1), ("Right", 1), ("PageUp", 1), ("End", 1), ("Down", -1), ("Left", -1), ("Home", -1)]
)
@pytest.mark.sampled(3)
def test_sliders_answer_the_keyboard(window, qtbot, settle, key, sign):
    """While a slider has the focus the arrows are its own, not the playhead's."""
    window.activateWindow()
    slider = window.controls.controls["depth"].slider
    slider.setFocus()
    playhead = window.session.transport.playhead
    for _ in range(8):
        qtbot.keyClick(slider, getattr(Qt.Key, f"Key_{key}"))
    settle(window)
    assert sign * (window.session.frame.depth - 6) > 0
    assert window.session.transport.playhead == playhead or window.session.frame.depth < playhead.layer


def test_space_presses_the_button_that_has_the_focus(window, qtbot, monkeypatch, settle):
    monkeypatch.setattr(controls_module.random, "randrange", lambda stop: 321)
    window.activateWindow()
    button = window.controls.controls["seed"].button
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    settle(window)
    assert window.session.frame.spec.seed == 321
    assert not window.session.transport.is_playing


def test_the_wave_goes_on_where_it_was_when_the_depth_changes(window, qtbot, settle):
    """Backward stays backward."""
    window.session.store.edit("depth", 20)
    settle(window)
    window.session.transport.set_speed(0.25)
    window.session.transport.scrub(25)
    window.session.transport.play()
    assert window.session.transport.playhead.phase is Phase.BACKWARD
    window.session.store.edit("depth", 50)
    settle(window)
    qtbot.wait(60)
    assert window.session.transport.playhead.phase is Phase.BACKWARD
    window.session.transport.pause()


def test_a_message_about_a_file_outlives_the_next_run(window, settle, tmp_path):
    window.files.open_file(str(tmp_path / "missing.json"))
    window.session.store.edit("depth", 4)
    settle(window)
    assert window.banner.isVisible()


def test_the_menu_says_what_would_be_undone(window):
    window.session.store.edit("depth", 4)
    assert window.actions_["undo"].text() == "Undo: Depth"
    window.actions_["undo"].trigger()
    assert (window.actions_["undo"].text(), window.actions_["redo"].text()) == ("Undo", "Redo: Depth")


def test_a_theme_from_the_command_line_is_for_this_time(open_window):
    window = open_window("depth=2&width=3", theme="dark")
    assert window.look.style_.theme.name == "dark" and Settings().theme == "light"
    window.look.set_theme("dark")
    assert Settings().theme == "dark"


@pytest.mark.parametrize("text", ["1e-10", "0.123456789", "3"])
def test_the_gain_box_shows_what_the_experiment_holds(window, settle, text):
    window.files.read_text(f"{window.session.store.spec.to_text()}&gain={text}")
    settle(window)
    box = window.controls.controls["gain"].box
    assert float(box.text()) == box.value() == float(text)


def test_a_long_run_is_asked_about_and_the_last_picture_stays(window, qtbot, settle, monkeypatch):
    """The question has two buttons; choosing another experiment takes it back."""
    monkeypatch.setattr(Run, "seconds", lambda run: 240.0 if run.spec.depth > 6 else 0.0)
    before, question = window.session.frame, window.question
    window.session.store.edit("depth", 7)
    qtbot.waitUntil(question.isVisible)
    assert question.label.text() == "This takes about 4 minutes. Run it?"
    assert window.session.frame is before and window.board.panels["gradient"].frame is before
    window.session.store.edit("depth", 5)
    settle(window)
    assert not question.isVisible()
    window.session.store.edit("depth", 7)
    qtbot.waitUntil(question.isVisible)
    question.leave_button.click()
    assert not question.isVisible() and window.session.frame.depth == 5
    window.session.store.edit("depth", 8)
    qtbot.waitUntil(question.isVisible)
    question.run_button.click()
    settle(window)
    assert not question.isVisible() and window.session.frame.depth == 8


@pytest.fixture
def previews(monkeypatch):
    """Every run of more than 32 examples is previewed, and its whole pass takes a while."""
    monkeypatch.setattr(request_module, "PREVIEW_ABOVE", 0.0)
    monkeypatch.setattr(request_module, "WORTH_IT", 1.0)
    real = request_module.frame_of

    def simulate(spec, birth, tick):
        for _part in range(30 if spec.batch > 32 else 0):
            tick(0.0)
            time.sleep(0.01)
        return real(spec, birth, tick)

    monkeypatch.setattr(request_module, "frame_of", simulate)


def test_enter_in_the_line_of_a_file_that_was_replaced_runs_it_again(window, settle, qtbot, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("1,2\n3,5\n")
    window.session.store.replace(window.session.store.spec.replace(data="file", data_file=str(path)), "")
    settle(window)
    path.write_text("1,2,4\n3,5,9\n")
    qtbot.keyClick(window.controls.controls["data_file"].box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.session.frame.net.units[0] == 3)


def test_a_pinned_preview_is_marked_in_the_bar_below_the_board(window, qtbot, settle, previews):
    """As in the panels, until its whole run has come."""
    window.session.store.edit("batch", 64)
    qtbot.waitUntil(lambda: window.session.scene.run.is_preview)
    window.session.set_pinned(True)
    assert "(pinned run: over the first 32 of 64 examples)" in window.headline.headline.note
    settle(window)
    assert window.session.reference.spec.batch == 64 and "over the first" not in window.headline.headline.note


def test_a_picture_is_of_the_layer_under_the_pointer_and_computed_in_the_worker(window, qtbot, made, monkeypatch):
    """As in the window; the GUI thread only draws it."""
    threads, probed = set(), Probe.answers

    def answers(request, tick):
        threads.add(threading.current_thread())
        return probed(request, tick)

    monkeypatch.setattr(Probe, "answers", answers)
    drawn, draw = [], NeuronPanel.draw

    def draw_and_note(panel, scene):
        draw(panel, scene)
        drawn.append((panel.neuron.layer, panel.readout.text))

    monkeypatch.setattr(NeuronPanel, "draw", draw_and_note)
    window.board.hover(4)
    window.files.copy_picture(stacked(["gradient", "neuron"]))
    qtbot.waitUntil(lambda: bool(drawn))
    made(window)
    ((layer, readout),) = drawn
    assert layer == 4 and readout.startswith("layer 4:")
    assert threads and threading.main_thread() not in threads


def test_a_picture_that_waits_for_an_answer_is_written_when_the_window_is_closed(window, tmp_path):
    window.files.export_to(str(tmp_path / "a.png"), Figure(stacked(["neuron"]), (800, 600)))
    assert not list(tmp_path.glob("*.png"))
    window.close()
    assert experiment_in((tmp_path / "a.png").read_bytes()) is not None


def test_a_preview_is_marked_and_what_is_copied_is_whole(window, qtbot, settle, made, previews):
    """In the bar below the board; the picture that is asked for meanwhile is made of the whole run."""
    window.session.store.edit("batch", 64)
    qtbot.waitUntil(lambda: window.session.scene.run.is_preview)
    assert window.headline.headline.note.endswith("(over the first 32 of 64 examples)")
    window.files.copy_picture(BOTH)
    assert window.files.steps.is_idle
    settle(window)
    assert not window.headline.headline.note
    made(window)
    image = QGuiApplication.clipboard().image()
    assert Spec.from_text(image.text("gradviz")).batch == 64


def test_the_budget_of_the_cache_is_a_setting(open_window):
    """Taken at the start, within limits; a value that is none is the usual one."""
    settings, before = Settings(), CACHE.budget
    try:
        for kept, mib in (("128", 128), ("1", 64), ("99999", 4096), ("nan", 448), ("much", 448), (None, 448)):
            settings._kept.remove("cache_mib")
            if kept is not None:
                settings._kept.setValue("cache_mib", kept)
            settings._kept.sync()
            assert Settings().cache_mib == mib
        settings._kept.setValue("cache_mib", 100)
        settings._kept.sync()
        open_window("depth=2&width=3")
        assert CACHE.budget == 100 * 2**20
    finally:
        CACHE.budget = before


def test_of_one_layer_the_bar_says_one_line(window, qtbot):
    window.session.store.edit("depth", 1)
    qtbot.waitUntil(lambda: window.session.frame is not None and window.session.frame.depth == 1)
    assert window.headline.headline.text == "One layer: there is nothing to cross."
    window.session.store.edit("depth", 2)
    qtbot.waitUntil(lambda: window.session.frame.depth == 2)
    assert len(window.headline.headline.lines) == 2


def wheel_over(widget):
    """Turn the wheel by one notch over a widget, as the system would; return whether it was used up there."""
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle,
        widget.mapToGlobal(middle),
        QPoint(0, 0),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


@pytest.mark.parametrize("name", ["depth", "gain", "activation", "normalization"])
def test_the_wheel_turns_only_what_has_the_keyboard(window, settle, name):
    """Scrolled past, a box keeps its value; after a click into it the wheel turns it."""
    window.controls.fold.setChecked(True)
    box, before = window.controls.controls[name].box, getattr(window.session.store.spec, name)
    window.controls.controls["seed"].box.setFocus()
    wheel_over(box)
    assert getattr(window.session.store.spec, name) == before and not box.hasFocus()
    box.setFocus()
    wheel_over(box)
    settle(window)
    assert getattr(window.session.store.spec, name) != before


@pytest.mark.parametrize(("name", "typed"), [("depth", "5000"), ("seed", "-3"), ("gain", "1e9")])
def test_a_number_beyond_the_ends_is_refused_in_words(window, qtbot, settle, name, typed):
    """Never shortened in silence: 5000 layers are not 500."""
    control, before = window.controls.controls[name], getattr(window.session.store.spec, name)
    control.box.setFocus()
    control.box.selectAll()
    qtbot.keyClicks(control.box, typed)
    assert control.box.lineEdit().text() == typed
    qtbot.keyClick(control.box, Qt.Key.Key_Return)
    assert getattr(window.session.store.spec, name) == before and control.box.value() == before
    said = window.banner.label.text()
    assert window.banner.isVisible() and said.startswith(f"{name}: ") and "is outside" in said


def test_a_file_of_yours_opens_a_dialog(window, monkeypatch, tmp_path, settle):
    """Cancelled, the former data stay, on the controls too; chosen, data and file are one step."""
    control, before = window.controls.controls["data"], window.session.store.spec
    place = control.box.findData("file")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    control.box.setCurrentIndex(place)
    assert window.session.store.spec == before and control.box.currentData() == before.data
    assert not window.banner.isVisible()
    path = tmp_path / "points.csv"
    path.write_text("1,2\n3,4\n5,7\n")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    steps = window.session.store.history.count()
    control.box.setCurrentIndex(place)
    settle(window)
    assert (window.session.frame.spec.data, window.session.frame.spec.data_file) == ("file", str(path))
    assert window.session.store.history.count() == steps + 1


def test_initializers_stand_under_headings_and_the_usual_ones_are_ticked(window, settle):
    """A heading cannot be chosen; which are ticked follows the activation."""
    box = window.controls.controls["initializer"].box
    headings = [place for place in range(box.count()) if box.itemData(place) is None]
    assert [box.itemText(place) for place in headings] == list(FAMILIES)
    assert not any(box.model().item(place).isEnabled() for place in headings)
    assert sum(FAMILIES.values(), ()) == tuple(INITIALIZERS)
    for activation, family in (("relu", "he"), ("tanh", "glorot"), ("selu", "lecun")):
        window.session.store.edit("activation", activation)
        ticked = {box.itemData(place) for place in range(box.count()) if box.itemText(place).endswith("✓")}
        assert ticked == {f"{family}_normal", f"{family}_uniform", f"{family}_truncated"}
    settle(window)
