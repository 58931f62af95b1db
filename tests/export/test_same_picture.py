"""One experiment, one picture: from the command line, from Python and from the window, to the pixel."""

import os
import subprocess
import sys

import pytest
from PySide6.QtGui import QImage

from gradviz import Spec, cli, simulate
from gradviz.core.runs.playhead import Phase, Playhead
from gradviz.core.runs.scene import Scene
from gradviz.export.figure import figure_bytes
from gradviz.export.picture import Figure
from gradviz.lessons.files.shelf import step_named
from gradviz.panels import PANELS
from gradviz.panels.layouts import LAYOUTS, stacked

TEXT = "depth=6&width=20&batch=32&activation=tanh&initializer=lecun_normal&gain=1.2&jacobian=true"
OTHER = TEXT.replace("gain=1.2", "gain=0.4")
SIZE = (900, 620)


def picture_of(panels, *, text=TEXT, at=1, phase=Phase.WHOLE, reference=None, size=SIZE, theme="light", dpi=None):
    """Return the picture that Python makes of a Spec's Frame. All that these tests know of `export` stands here."""
    layout = LAYOUTS[panels].rows if isinstance(panels, str) else stacked(panels)
    pinned = simulate(Spec.from_text(reference)) if reference else None
    figure = Figure(layout, size, theme, dpi)
    scene = Scene.of(simulate(Spec.from_text(text)), Playhead(at, phase), pinned)
    return pixels_of(figure_bytes(scene, figure, "png"))


def exported_by(window, panels, path, settled):
    """Return the picture that the window makes of what it shows."""
    window.files.export_to(str(path), Figure(stacked(panels), SIZE, window.look.style_.theme.name))
    settled(lambda: window.files.steps.is_idle)
    return pixels_of(path.read_bytes())


def pixels_of(content):
    image = QImage.fromData(content).convertToFormat(QImage.Format.Format_RGB32)
    assert not image.isNull()
    return image


@pytest.fixture
def drawn_by_command(qapp, tmp_path, capsys, monkeypatch):
    """Return the picture that a command line makes."""
    monkeypatch.setattr(cli, "system_language", lambda: "en")

    def call(*arguments):
        path = tmp_path / "x.png"
        assert cli.run(["export", TEXT, *map(str, arguments), "-o", str(path)]) == 0
        assert capsys.readouterr().err == ""
        return pixels_of(path.read_bytes())

    return call


@pytest.mark.parametrize("key", PANELS)
@pytest.mark.sampled(3)
def test_every_panel_looks_the_same_from_the_command_line(drawn_by_command, key):
    """At the layer that is asked for, which is another picture than that of any other layer."""
    size = ("--size", "x".join(map(str, SIZE)))
    at_4 = drawn_by_command("--panel", key, "--at", 4, *size)
    assert at_4 == picture_of([key], at=4)
    assert (at_4 != picture_of([key], at=5)) is (key != "helps")  # which is about no layer
    assert drawn_by_command("--panel", key, *size) == picture_of([key])


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["--panel", "gradient", "sizes"], {"panels": ["gradient", "sizes"], "size": (1920, 1080)}),
        (["--panel", "gradient", "--size", "1000x700"], {"panels": ["gradient"], "size": (1000, 700)}),
        (["--panel", "gradient", "--theme", "dark", "--size", "900x620"], {"panels": ["gradient"], "theme": "dark"}),
        (["--panel", "gradient", "--dpi", "300", "--size", "900x620"], {"panels": ["gradient"], "dpi": 300}),
        (["--panel", "gradient", "--set", "gain=0.4", "--size", "900x620"], {"panels": ["gradient"], "text": OTHER}),
        *((["--layout", name, "--size", "1280x720"], {"panels": name, "size": (1280, 720)}) for name in LAYOUTS),
        (["--size", "1280x720"], {"panels": next(iter(LAYOUTS)), "size": (1280, 720)}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
@pytest.mark.sampled(6)
def test_every_option_says_what_it_says(drawn_by_command, arguments, wanted):
    assert drawn_by_command(*arguments) == picture_of(**wanted)


def test_a_process_of_its_own_makes_the_same_picture(qapp, tmp_path):
    path = tmp_path / "x.png"
    command = [sys.executable, "-m", "gradviz", "export", TEXT, "--panel", "gradient", "numbers", "--at", "3", "--lang", "en"]
    environment = os.environ | {"XDG_CONFIG_HOME": str(tmp_path)}
    subprocess.run([*command, "--size", "900x620", "-o", path], check=True, env=environment)
    assert pixels_of(path.read_bytes()) == picture_of(["gradient", "numbers"], at=3)


PANELS_OF_THE_WINDOW = ("gradient", "activations", "numbers")


@pytest.mark.parametrize(
    ("go", "at", "phase"),
    [
        (lambda transport: transport.look_at(4), 4, Phase.WHOLE),
        (lambda transport: transport.scrub(4), 4, Phase.FORWARD),
        (lambda transport: transport.scrub(9), 4, Phase.BACKWARD),
        (lambda transport: transport.reset(), 1, Phase.WHOLE),
    ],
    ids=["looked at", "forward", "backward", "at first"],
)
@pytest.mark.sampled(4)
def test_the_window_exports_the_playhead_s_layer(open_window, qtbot, tmp_path, go, at, phase):
    """Forward no gradient is lit yet, backward all of the signal is: four pictures of one layer or another."""
    window = open_window(TEXT)
    go(window.session.transport)
    picture = exported_by(window, PANELS_OF_THE_WINDOW, tmp_path / "x.png", qtbot.waitUntil)
    assert picture == picture_of(PANELS_OF_THE_WINDOW, at=at, phase=phase)
    assert picture != picture_of(PANELS_OF_THE_WINDOW, at=at % 6 + 1, phase=phase)


@pytest.mark.parametrize("key", ["gradient", "sizes", "activations"])
def test_the_window_exports_the_pinned_reference(open_window, settle, qtbot, tmp_path, key):
    """The run that was pinned is drawn beside the one that is shown, and gone when it is let go."""
    window = open_window(OTHER)
    window.actions_["pin"].trigger()
    window.session.store.edit("gain", 1.2)
    settle(window)
    window.session.transport.look_at(3)
    with_reference = exported_by(window, [key], tmp_path / "a.png", qtbot.waitUntil)
    assert with_reference == picture_of([key], at=3, reference=OTHER)
    window.session.pin(None)
    without = exported_by(window, [key], tmp_path / "b.png", qtbot.waitUntil)
    assert without == picture_of([key], at=3)
    assert with_reference != without


def test_the_window_exports_in_its_own_colours(open_window, qtbot, tmp_path):
    window = open_window(TEXT, theme="dark")
    assert exported_by(window, ["gradient"], tmp_path / "x.png", qtbot.waitUntil) == picture_of(["gradient"], theme="dark")


LESSON = """
title = {en = "Two steps", ko = "두 단계"}
summary = {en = "One.", ko = "하나."}

[[step]]
name = "first"
title = {en = "First", ko = "첫째"}
text = {en = "A board.", ko = "판."}
experiment = "depth=6&width=20&batch=32&activation=tanh"
board = [["gradient", "sizes"], ["activations"]]

[[step]]
name = "second"
title = {en = "Second", ko = "둘째"}
text = {en = "The same board, a reference, a wave.", ko = "같은 판, 기준, 파동."}
experiment = "depth=6&width=20&batch=32&activation=tanh&gain=0.5"
reference = "depth=6&width=20&batch=32&activation=tanh"
play = "forward"
"""


@pytest.mark.parametrize("which", ["first", "second"])
def test_a_lesson_s_step_is_exported_as_the_window_shows_it(open_window, qtbot, tmp_path, which):
    """With the board (of a step before where it has none of its own), the pinned run, and the playhead where the wave leaves it."""
    lesson, name = tmp_path / "own.toml", f"lesson:{tmp_path}/own.toml/{which}"
    lesson.write_text(LESSON, encoding="utf-8")
    window = open_window(TEXT)
    window.session.transport.set_speed(8.0)
    window.lecture.begin(*step_named(name))
    step = window.lecture.player.step
    pinned = step.reference
    qtbot.waitUntil(lambda: window.session.frame.spec == step.spec and window.session.runner.is_idle)
    qtbot.waitUntil(lambda: (window.session.reference and window.session.reference.spec) == pinned)
    qtbot.waitUntil(lambda: not window.session.transport.is_playing and window.session.scene.playhead.phase is Phase.WHOLE)
    shown = window.board.seen_layout()
    window.files.export_to(str(tmp_path / "window.png"), Figure(shown, SIZE))
    qtbot.waitUntil(lambda: window.files.steps.is_idle)
    command = ["export", name, "--size", "x".join(map(str, SIZE)), "--lang", "en"]
    assert cli.run([*command, "-o", str(tmp_path / "command.png")]) == 0
    as_shown = pixels_of((tmp_path / "window.png").read_bytes())
    assert pixels_of((tmp_path / "command.png").read_bytes()) == as_shown
    for other in (["--at", "3"], ["--panel", "gradient"], ["--layout", "large"], ["--set", "gain=0.5"]):
        assert cli.run([*command, *other, "-o", str(tmp_path / "other.png")]) == 0
        assert pixels_of((tmp_path / "other.png").read_bytes()) != as_shown
