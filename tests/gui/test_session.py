"""The session without a window: what is run, pinned, asked for and given up, and the Scene that comes of it."""

import subprocess
import sys
import time
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QSettings

from gradviz.app.session.runner import Runner
from gradviz.app.session.session import Session
from gradviz.app.session.settings import Settings
from gradviz.app.session.store import Store
from gradviz.app.session.transport import Transport
from gradviz.core.choices.errors import ExperimentError, Problem
from gradviz.core.runs import request as request_module
from gradviz.core.runs.playhead import Phase
from gradviz.core.runs.request import Run
from gradviz.core.spec import Spec

SMALL = Spec(depth=3, width=10, batch=64)


@dataclass(frozen=True)
class Asked:
    """What a panel asks: its name is its answer."""

    name: str
    is_wrong: bool = False

    def answers(self, tick):
        tick(0.0)
        if self.is_wrong:
            raise ExperimentError([Problem("", f"no {self.name}")])
        yield f"{self.name}, coarse"
        tick(0.5)
        yield self.name

    def seconds(self):
        return 0.0


@pytest.fixture
def session(qapp, tmp_path):
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))
    session = Session(Store(SMALL), Runner(), Transport(), Settings())
    yield session
    session.stop()


@pytest.fixture
def settle(qtbot):
    return lambda session: qtbot.waitUntil(lambda: session.runner.is_idle and session.scene is not None)


@pytest.fixture
def opened(session, settle):
    """A session that shows its first run."""
    session.start()
    settle(session)
    return session


@pytest.fixture
def previews(monkeypatch):
    """Every run of more than 32 examples is previewed."""
    monkeypatch.setattr(request_module, "PREVIEW_ABOVE", 0.0)
    monkeypatch.setattr(request_module, "WORTH_IT", 1.0)


@pytest.fixture
def slowly(monkeypatch):
    """Return a function that makes the whole pass of an experiment slow."""
    slow, real = {}, request_module.frame_of

    def simulate(spec, birth, tick):
        for _part in range(slow.get(spec, 0)):
            tick(0.0)
            time.sleep(0.01)
        return real(spec, birth, tick)

    monkeypatch.setattr(request_module, "frame_of", simulate)
    return lambda spec, parts=100: slow.__setitem__(spec, parts)


def heard(signal):
    """Return a list of what a signal says from now on."""
    told = []
    signal.connect(lambda *arguments: told.append(arguments))
    return told


def test_an_edit_becomes_a_scene(opened, settle):
    scenes = heard(opened.scene_changed)
    opened.store.edit("depth", 5)
    settle(opened)
    assert opened.scene.run.spec.depth == opened.frame.depth == opened.transport.depth == 5
    assert [scene for (scene,) in scenes] == [opened.scene]


def test_a_scene_comes_once_for_a_network_that_is_too_shallow_for_the_playhead(opened, settle):
    """The playhead is where the new network has it, and nothing is drawn twice."""
    opened.transport.look_at(3)
    scenes = heard(opened.scene_changed)
    opened.store.edit("depth", 2)
    settle(opened)
    assert [scene.playhead.layer for (scene,) in scenes] == [2] and opened.transport.playhead.layer == 2


def test_the_playhead_moves_in_the_scene(opened):
    opened.transport.scrub(5)
    assert opened.scene.playhead == opened.transport.playhead
    assert (opened.scene.playhead.layer, opened.scene.playhead.phase) == (2, Phase.BACKWARD)


def test_what_is_shown_already_is_not_run_again(opened, settle):
    """Back at once, while the edit that was taken back is still under way; the complaint about it is taken back too."""
    run, before, well = opened.scene.run, opened.runner.runs, heard(opened.went_well)
    opened.store.edit("depth", 900)
    opened.store.history.undo()
    settle(opened)
    assert opened.scene.run is run and opened.runner.runs == before + 1 and well


def test_the_present_run_is_pinned_and_let_go_of(opened, settle):
    changes, run = heard(opened.reference_changed), opened.scene.run
    opened.set_pinned(True)
    assert opened.reference is opened.scene.reference is run
    opened.store.edit("gain", 2.0)
    settle(opened)
    assert opened.scene.reference is run and opened.scene.run is not run
    opened.set_pinned(False)
    assert opened.reference is opened.scene.reference is None and len(changes) == 2


def test_where_there_is_nothing_to_pin_yet_that_is_said(session):
    """So that the mark in the menu goes again."""
    changes = heard(session.reference_changed)
    session.set_pinned(True)
    assert session.reference is None and changes == [()]


def test_swapping_runs_nothing(opened, settle):
    first = opened.scene.run
    opened.set_pinned(True)
    opened.store.edit("gain", 2.0)
    settle(opened)
    second, runs = opened.scene.run, opened.runner.runs
    opened.swap()
    settle(opened)
    assert (opened.scene.run, opened.scene.reference, opened.reference) == (first, second, second)
    assert opened.store.spec == first.spec and opened.runner.runs == runs


@pytest.fixture
def swapped(opened, settle):
    """A session that has swapped gain 2, which is pinned now, and the first run."""
    opened.set_pinned(True)
    opened.store.edit("gain", 2.0)
    settle(opened)
    opened.swap()
    settle(opened)
    return opened


def gains(session):
    """The gain that is shown, the one that is pinned, and the one in the controls."""
    return session.scene.run.spec.gain, session.reference and session.reference.spec.gain, session.store.spec.gain


def test_undoing_a_swap_swaps_back_and_runs_nothing(swapped, settle):
    """Again and again, there and back; the Timelines are the ones that were there."""
    shown, pinned, runs = swapped.scene.run, swapped.reference, swapped.runner.runs
    for _round in range(2):
        swapped.store.history.undo()
        settle(swapped)
        assert (swapped.scene.run, swapped.scene.reference, swapped.reference) == (pinned, shown, shown)
        assert gains(swapped) == (2.0, 1.0, 2.0)
        swapped.store.history.redo()
        settle(swapped)
        assert (swapped.scene.run, swapped.scene.reference, swapped.reference) == (shown, pinned, pinned)
        assert gains(swapped) == (1.0, 2.0, 1.0)
    assert swapped.runner.runs == runs


def test_undoing_a_swap_leaves_what_has_been_pinned_since(swapped, settle):
    swapped.store.edit("gain", 3.0)
    settle(swapped)
    swapped.set_pinned(False)
    swapped.set_pinned(True)
    for _step in range(2):
        swapped.store.history.undo()
        settle(swapped)
    assert gains(swapped) == (2.0, 3.0, 2.0)


def test_undoing_a_swap_runs_again_what_is_no_longer_there(swapped, settle):
    """Two steps back at once: the run that is to be pinned was given up for another one."""
    swapped.store.edit("gain", 3.0)
    settle(swapped)
    swapped.store.history.undo()
    swapped.store.history.undo()
    settle(swapped)
    assert gains(swapped) == (2.0, 1.0, 2.0)


def test_undoing_a_swap_asks_again_for_what_was_under_way(opened, settle):
    """Swapped while a third experiment ran: the swap is taken back, and that experiment comes."""
    opened.set_pinned(True)
    opened.store.edit("gain", 2.0)
    settle(opened)
    opened.store.edit("gain", 3.0)
    opened.swap()
    settle(opened)
    assert gains(opened) == (1.0, 2.0, 1.0)
    opened.store.history.undo()
    settle(opened)
    assert gains(opened) == (3.0, 1.0, 3.0)


def test_the_pinned_experiment_is_shown_beside_itself_without_being_run(opened, settle):
    """Also for those that wait for the run: it arrives."""
    first = opened.scene.run
    opened.set_pinned(True)
    opened.store.edit("gain", 2.0)
    settle(opened)
    runs, arrived, well = opened.runner.runs, heard(opened.run_arrived), heard(opened.went_well)
    opened.store.edit("gain", 1.0)
    assert opened.scene.run is opened.scene.reference is first
    assert arrived == [(Run(SMALL), first)] and len(well) == 1
    settle(opened)
    assert opened.runner.runs == runs


def test_a_reference_that_has_to_be_run_comes_after_the_run(session, settle):
    arrived = heard(session.scene_changed)
    session.start(SMALL.replace(gain=2.0))
    settle(session)
    assert session.scene.run.spec == SMALL and session.scene.reference.spec.gain == 2.0
    assert [scene.reference is None for (scene,) in arrived] == [True, False]


def test_a_comparison_takes_what_is_there(opened, settle):
    """The run that is shown becomes the reference without being run again."""
    first, runs = opened.scene.run, opened.runner.runs
    opened.compare(SMALL.replace(gain=2.0), SMALL, "a step")
    assert opened.reference is first
    settle(opened)
    assert opened.scene.run.spec.gain == 2.0 and opened.runner.runs == runs + 1
    opened.compare(SMALL.replace(gain=2.0), SMALL.replace(gain=3.0), "the next one")
    settle(opened)
    assert opened.scene.reference.spec.gain == 3.0 and opened.runner.runs == runs + 2
    opened.compare(SMALL, None, "another one")
    settle(opened)
    assert opened.reference is None and opened.scene.run.spec == SMALL


def test_the_last_comparison_counts(opened, settle, slowly):
    """A reference that is still being run when another one is wanted is never pinned."""
    slowly(SMALL.replace(gain=3.0))
    pinned = []
    opened.reference_changed.connect(lambda: pinned.append(opened.reference and opened.reference.spec.gain))
    opened.compare(SMALL, SMALL.replace(gain=3.0), "")
    opened.compare(SMALL, SMALL.replace(gain=4.0), "")
    settle(opened)
    assert pinned[-1] == 4.0 and 3.0 not in pinned


def test_an_experiment_that_is_its_own_reference_is_run_once(opened, settle):
    other, runs = SMALL.replace(gain=2.0), opened.runner.runs
    opened.compare(other, other, "")
    settle(opened)
    assert opened.scene.run is opened.scene.reference and opened.runner.runs == runs + 1


def test_a_preview_is_shown_first_and_arrives_as_a_whole(session, settle, previews):
    arrived, shown = heard(session.run_arrived), heard(session.scene_changed)
    session.start()
    settle(session)
    assert [scene.run.is_preview for (scene,) in shown] == [True, False]
    assert [(request, run.is_preview) for request, run in arrived] == [(Run(SMALL), False)]


def test_a_pinned_preview_becomes_whole(session, settle, qtbot, previews, slowly):
    """Also when the run that it is a preview of is given up for the next one."""
    slowly(SMALL, 40)
    session.start()
    qtbot.waitUntil(lambda: session.scene is not None)
    session.set_pinned(True)
    assert session.reference.is_preview
    session.store.edit("gain", 2.0)
    settle(session)
    assert session.scene.run.spec.gain == 2.0 and not session.scene.run.is_preview
    assert session.scene.reference.spec == SMALL and not session.scene.reference.is_preview


def test_the_whole_of_a_preview_is_not_asked_about_again(session, settle, qtbot, previews, slowly, monkeypatch):
    """Pinned, or exported, while another run has taken its place: whoever saw the preview had agreed to the whole."""
    slowly(SMALL, 40)
    session.start()
    qtbot.waitUntil(lambda: session.scene is not None)
    monkeypatch.setattr(Run, "seconds", lambda run: 120.0 if run.spec == SMALL else 0.0)
    used, asked = [], heard(session.long_run_asked)
    session.set_pinned(True)
    session.when_whole(used.append)
    session.store.edit("gain", 2.0)
    settle(session)
    assert not asked and not session.reference.is_preview and len(used) == 1


def test_no_preview_is_computed_where_none_is_shown(session, settle, qtbot, previews, slowly):
    """Of a reference, and of what is exported while another run has taken its place."""
    first, reference = SMALL, SMALL.replace(gain=3.0)
    slowly(first, 40)
    answers = heard(session.runner.answered)
    session.start()
    qtbot.waitUntil(lambda: session.scene is not None)
    session.when_whole(lambda scene: None)
    session.compare(SMALL.replace(gain=2.0), reference, "")
    settle(session)
    told = [(slot, is_final) for slot, _request, _answer, is_final in answers]
    assert told == [("run", False), ("run", False), ("run", True), ("reference", True), ("export", True)]


def test_what_is_used_is_whole(session, settle, qtbot, previews, slowly):
    """What is exported while a preview is shown is that run, whole, though another one is asked for in the meantime."""
    slowly(SMALL, 40)
    session.start()
    qtbot.waitUntil(lambda: session.scene is not None)
    assert session.scene.run.is_preview
    session.transport.scrub(2)
    used = []
    session.when_whole(used.append)
    session.store.edit("gain", 2.0)
    assert not used
    settle(session)
    (scene,) = used
    assert scene.run.spec == SMALL and not scene.run.is_preview and scene.playhead.layer == 2
    session.when_whole(used.append)
    assert (used[-1].run, used[-1].playhead) == (session.scene.run, session.scene.playhead)


def test_what_is_used_is_used_with_the_answers_to_what_is_asked_of_it(session, settle, qtbot, previews, slowly):
    """Of the whole run, from the worker; an answer to the preview, or a first, coarse one, is none. Why one is missing is said too."""
    slowly(SMALL, 40)
    session.start()
    qtbot.waitUntil(lambda: session.scene is not None)
    asked_of, used, complaints = [], [], heard(session.complained)

    def asks(scene):
        asked_of.append(scene.run.is_preview)
        return Asked("one"), Asked("two"), Asked("three", is_wrong=True)

    session.asks("neuron", (Asked("one"),))
    session.when_whole(used.append, asks)
    assert not used
    settle(session)
    (scene,) = used
    assert list(map(str, scene.answers.values())) == ["one", "two", "no three"]
    assert not any(asked_of) and not complaints
    session.when_whole(used.append, lambda scene: [Asked("one")])
    assert len(used) == 2  # it is known already


def test_panels_get_the_answers_that_they_still_want(opened, settle):
    """One after the other, a first answer replaced by the whole one; what no panel wants any more is gone."""
    one, two = Asked("one"), Asked("two")
    scenes = heard(opened.scene_changed)
    opened.asks("neuron", (one, two))
    settle(opened)
    assert dict(opened.scene.answers) == {one: "one", two: "two"}
    assert [tuple(scene.answers.values()) for (scene,) in scenes] == [
        ("one, coarse",),
        ("one",),
        ("one", "two, coarse"),
        ("one", "two"),
    ]
    runs = opened.runner.runs
    opened.asks("slopes", (two,))
    opened.asks("neuron", (one,))
    settle(opened)
    assert dict(opened.scene.answers) == {one: "one", two: "two"} and opened.runner.runs == runs
    opened.asks("slopes", ())
    assert dict(opened.scene.answers) == {one: "one"}
    opened.store.edit("gain", 2.0)
    settle(opened)
    assert dict(opened.scene.answers) == {one: "one"}


def test_an_answer_that_came_too_late_is_dropped(opened, settle):
    opened.asks("neuron", (Asked("old"),))
    opened.asks("neuron", (Asked("new"),))
    settle(opened)
    assert list(opened.scene.answers.values()) == ["new"]


def test_a_panel_is_told_why_there_is_no_answer(opened, settle):
    """And nothing is said in the window; it is not asked for again."""
    wrong, complaints = Asked("answer", is_wrong=True), heard(opened.complained)
    opened.asks("neuron", (wrong, Asked("other")))
    settle(opened)
    assert str(opened.scene.answers[wrong]) == "no answer" and opened.scene.answers[Asked("other")] == "other"
    assert not complaints


def test_what_is_refused_leaves_the_scene(opened, settle):
    scene, complaints = opened.scene, heard(opened.complained)
    opened.store.replace(Spec(data="file", data_file="missing.csv"), "")
    settle(opened)
    assert opened.scene is scene
    ((text, about_a_run),) = complaints
    assert "missing.csv" in text and about_a_run


def test_a_reference_that_is_refused_is_not_awaited_for_ever(opened, settle):
    complaints = heard(opened.complained)
    opened.compare(SMALL, Spec(data="file", data_file="missing.csv"), "")
    settle(opened)
    assert opened.reference is None and len(complaints) == 1


def test_a_fault_of_the_program_is_said(opened, settle, monkeypatch):
    complaints = heard(opened.complained)
    monkeypatch.setattr(request_module, "frame_of", lambda spec, birth, tick: 1 / 0)
    opened.store.edit("gain", 2.0)
    settle(opened)
    assert "division by zero" in complaints[0][0]


@pytest.fixture
def asking(opened, monkeypatch):
    """A session in which runs of five layers or more are expected to take two minutes."""
    monkeypatch.setattr(Run, "seconds", lambda run: 120.0 if run.spec.depth >= 5 else 0.0)
    return opened, heard(opened.long_run_asked)


def test_what_takes_long_is_asked_about_and_the_scene_stays(asking, settle):
    session, asked = asking
    scene = session.scene
    session.store.edit("depth", 5)
    settle(session)
    assert asked == [(120.0,)] and session.scene is scene
    session.run_long()
    settle(session)
    assert session.frame.depth == 5 and asked == [(120.0,), (0.0,)]


@pytest.mark.parametrize("then", ["it is declined", "another one is chosen"])
def test_what_takes_long_is_not_run_without_consent(asking, settle, then):
    session, asked = asking
    session.store.edit("depth", 5)
    settle(session)
    if then == "it is declined":
        session.leave_long()
    else:
        session.store.edit("depth", 4)
        settle(session)
        assert session.frame.depth == 4
    assert asked == [(120.0,), (0.0,)]
    session.run_long()
    settle(session)
    assert session.frame.depth != 5


def test_declining_a_long_run_goes_back_to_what_is_shown(asking, settle):
    """Controls and picture agree, nothing is run, and the undo stack holds what was declined: undo asks again."""
    session, asked = asking
    scene = session.scene
    for gain, depth in ((2.0, 5), (3.0, 6)):
        session.store.replace(SMALL.replace(gain=gain, depth=depth), "")
        settle(session)
    runs = session.runner.runs
    session.leave_long()
    settle(session)
    assert session.store.spec == SMALL and session.scene is scene and session.runner.runs == runs
    assert asked[-2:] == [(120.0,), (0.0,)]
    session.store.history.undo()
    settle(session)
    assert session.store.spec.depth == 6 and asked[-1] == (120.0,)
    session.leave_long()
    assert session.store.spec == SMALL
    for _step in range(3):
        session.store.history.undo()
    settle(session)
    assert session.store.spec == SMALL and asked[-1] == (0.0,)


def test_declining_a_long_first_run_shows_the_opening_experiment(session, settle, qtbot, monkeypatch):
    monkeypatch.setattr(Run, "seconds", lambda run: 120.0 if run.spec == SMALL else 0.0)
    asked = heard(session.long_run_asked)
    session.start()
    qtbot.waitUntil(lambda: asked == [(120.0,)])
    assert session.scene is None
    session.leave_long()
    settle(session)
    assert session.store.spec == session.scene.run.spec == Spec(initializer="glorot_normal")


def test_a_long_reference_that_is_declined_leaves_the_experiment_alone(asking, settle):
    """And is not asked for again at the next start."""
    session, _asked = asking
    session.compare(SMALL.replace(gain=2.0), SMALL.replace(depth=5), "")
    settle(session)
    session.leave_long()
    session.remember()
    assert session.store.spec.gain == session.settings.experiment.gain == 2.0
    assert session.reference is None and session.settings.reference is None


def test_the_whole_of_a_shown_preview_is_run_without_asking_when_one_comes_back_to_it(
    session, settle, qtbot, previews, slowly, monkeypatch
):
    """Whoever sees a preview has agreed to the whole; another long run that is declined leads back to it."""
    slowly(SMALL, 40)
    session.start()
    qtbot.waitUntil(lambda: session.scene is not None)
    monkeypatch.setattr(Run, "seconds", lambda run: 120.0)
    asked = heard(session.long_run_asked)
    session.store.edit("depth", 5)
    settle(session)
    session.leave_long()
    settle(session)
    assert asked == [(120.0,), (0.0,)] and session.scene.run.spec == SMALL and not session.scene.run.is_preview


@pytest.mark.parametrize("why", ["it waits for consent", "it was refused"])
def test_an_experiment_that_was_never_run_is_not_remembered(asking, settle, why):
    """The next start shows what was shown."""
    session, _asked = asking
    never_run = SMALL.replace(depth=5) if why == "it waits for consent" else Spec(data="file", data_file="missing.csv")
    session.store.replace(never_run, "")
    settle(session)
    session.remember()
    assert session.settings.experiment == SMALL


@pytest.fixture
def of_file(opened, settle, tmp_path):
    """A session that shows an experiment on a data file of two features, and that file."""
    path = tmp_path / "x.csv"
    path.write_text("1,2\n3,5\n")
    opened.store.replace(SMALL.replace(data="file", data_file=str(path)), "")
    settle(opened)
    return opened, path


def features(timeline):
    return timeline.frames[0].net.units[0]


def test_an_experiment_is_run_again_when_its_file_was_replaced(of_file, settle):
    """When it is asked for again. While the file is the same that does nothing."""
    session, path = of_file
    runs, steps = session.runner.runs, session.store.history.count()
    session.store.replace(session.store.spec, "Open")
    settle(session)
    assert session.runner.runs == runs
    path.write_text("1,2,4\n3,5,9\n")
    session.store.replace(session.store.spec, "Open")
    settle(session)
    assert features(session.scene.run) == 3 and (session.runner.runs, session.store.history.count()) == (runs + 1, steps)
    path.unlink()
    complaints = heard(session.complained)
    for _time in range(2):
        session.store.replace(session.store.spec, "Open")
        settle(session)
    assert len(complaints) == 1 and features(session.scene.run) == 3


def test_two_runs_of_one_experiment_are_swapped_and_neither_is_run_again(of_file, settle):
    """Before and after its file was replaced."""
    session, path = of_file
    session.set_pinned(True)
    path.write_text("1,2,4\n3,5,9\n")
    session.store.replace(session.store.spec, "Open")
    settle(session)
    runs, sides = session.runner.runs, lambda: (features(session.scene.run), features(session.scene.reference))
    assert sides() == (3, 2)
    for act, seen in ((session.swap, (2, 3)), (session.store.history.undo, (3, 2)), (session.store.history.redo, (2, 3))):
        act()
        settle(session)
        assert sides() == seen
    assert session.runner.runs == runs


def test_the_session_is_remembered(opened):
    """Also a reference whose run has not come yet."""
    opened.compare(SMALL.replace(gain=2.0), SMALL.replace(gain=3.0), "")
    opened.remember()
    assert opened.settings.experiment.gain == 2.0 and opened.settings.reference.gain == 3.0


NEEDS_NO_WIDGET = """
import sys, tempfile
from PySide6.QtCore import QCoreApplication, QSettings
QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, tempfile.mkdtemp())
application = QCoreApplication([])
from gradviz.app.session.runner import Runner
from gradviz.app.session.session import Session
from gradviz.app.session.settings import Settings
from gradviz.app.session.store import Store
from gradviz.app.session.transport import Transport
from gradviz.core.spec import Spec
session = Session(Store(Spec(depth=3, width=4)), Runner(), Transport(), Settings())
session.run_arrived.connect(application.quit)
session.start(Spec(depth=4, width=4))
application.exec()
session.stop()
print(session.frame.depth, "PySide6.QtWidgets" in sys.modules, "pyqtgraph" in sys.modules)
"""


def test_it_needs_no_widget():
    """Not even the module: a QCoreApplication is enough."""
    child = subprocess.run([sys.executable, "-c", NEEDS_NO_WIDGET], capture_output=True, text=True, timeout=60, check=False)
    assert (child.stdout, child.stderr) == ("3 False False\n", "")
