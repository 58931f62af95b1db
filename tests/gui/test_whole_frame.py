"""A Frame is whole: after `simulate` has returned, no panel opens a file, draws a random number or runs the network again.

The data file is deleted, everything that opens files or draws numbers raises, and then every panel is drawn, hovered, restyled,
translated and exported. Only what a panel asks beside the run is answered beforehand.
"""

import builtins
import io
from itertools import product

import numpy as np
import pytest
import scipy.special  # noqa: F401 - a library that is loaded when it is first used
from PySide6.QtGui import QImage

from gradviz.core import batch, birth, parameters, simulate
from gradviz.core.choices import draws
from gradviz.core.data import data_file, sources
from gradviz.core.runs.playhead import Phase, Playhead
from gradviz.core.runs.scene import Scene
from gradviz.core.spec import Spec
from gradviz.export.answers import answered
from gradviz.export.figure import FORMATS, figure_bytes
from gradviz.export.picture import Figure
from gradviz.i18n import use_language
from gradviz.panels import PANELS
from gradviz.panels.layouts import stacked
from gradviz.panels.parts.style import Style
from gradviz.panels.parts.themes import THEMES

DEPTH = 5
PLAYHEADS = [Playhead(layer, phase) for layer, phase in product((1, 3, DEPTH), Phase)]

FORBIDDEN = [
    (builtins, "open"),
    (io, "open"),
    (np, "load"),
    (np, "loadtxt"),
    (np, "genfromtxt"),
    *(
        (np.random, name)
        for name in ("default_rng", "Generator", "RandomState", "SeedSequence", "normal", "rand", "randn", "seed")
    ),
    *((draws, name) for name in ("rng", "unit_weight", "gaussian")),
    (data_file, "read_data"),
    (simulate, "simulate"),
    (simulate, "trace"),
    (simulate, "inspect_forward"),
    (batch.Batch, "of"),
    (birth.Birth, "of"),
    (parameters.Drawn, "draw"),
    (parameters.Drawn, "weight"),
]
"""What opens files or draws numbers, where it is defined."""

MODULES = (batch, birth, data_file, draws, parameters, simulate, sources)
"""Modules that have some of it by name too."""


class NotWholeError(AssertionError):
    """Something was opened, drawn or run again."""


def forbid(monkeypatch):
    """Let everything in FORBIDDEN raise."""

    def refusal(name):
        def refuse(*_arguments, **_named):
            raise NotWholeError(name)

        return refuse

    for owner, name in FORBIDDEN:
        found, refuse = getattr(owner, name), refusal(name)
        for module in MODULES:
            for alias in [alias for alias, value in vars(module).items() if value is found]:
                monkeypatch.setattr(module, alias, refuse)
        monkeypatch.setattr(owner, name, refuse)


@pytest.fixture
def scene(tmp_path, monkeypatch):
    """Two runs on a file that is gone when they are looked at."""
    path = tmp_path / "examples.csv"
    rows = np.random.default_rng(3).standard_normal((40, 7)).round(4)
    path.write_text("\n".join(",".join(map(str, row)) for row in rows))
    spec = Spec.from_text(f"depth={DEPTH}&width=6&batch=16&activation=tanh&jacobian=true&data=file").replace(data_file=str(path))
    for language in ("ko", "en"):  # a catalogue is read once
        use_language(language)
    scene = Scene.of(simulate.simulate(spec), reference=simulate.simulate(spec.replace(gain=2.0)))
    panels = [entry.load()(Style(THEMES["light"])) for entry in PANELS.values()]
    for panel in panels:
        for layer in range(1, DEPTH + 1):
            scene = answered(scene.at(Playhead(layer)), panel)
        panel.deleteLater()
    path.unlink()
    forbid(monkeypatch)
    return scene


@pytest.mark.parametrize("key", PANELS)
@pytest.mark.sampled(3)
def test_a_panel_needs_nothing_but_the_scene(key, scene, qtbot):
    panel = PANELS[key].load()(Style(THEMES["light"]))
    qtbot.addWidget(panel)
    panel.resize(800, 320)
    panel.show()
    for playhead in PLAYHEADS:
        panel.draw(scene.at(playhead))
        for layer in (2, DEPTH, 0):
            panel.hover(layer)
            panel.draw(scene.at(playhead))
        panel.grab()
    panel.restyle(Style(THEMES["dark"], 1.4))
    use_language("ko")
    panel.redraw()
    panel.grab()
    assert panel.header.name.text and panel.header.said


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.sampled(3)
def test_a_picture_needs_nothing_but_the_scene(ending, scene, qapp):
    content = figure_bytes(scene.at(Playhead(3)), Figure(stacked(tuple(PANELS)), (900, 3000)), ending)
    assert len(content) > 10_000
    assert ending != "png" or not QImage.fromData(content).isNull()


def test_what_is_forbidden_is_what_a_run_needs(scene):
    """The test can fail: a run on the same experiment meets a refusal at once."""
    with pytest.raises(NotWholeError):
        simulate.Birth.of(scene.run.spec)
    with pytest.raises(NotWholeError):
        open("anything", encoding="utf-8")  # noqa: SIM115
