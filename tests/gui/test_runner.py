"""The latest Spec wins, nothing piles up, and nothing is waited for at the end."""

import itertools
import threading

import pytest

from gradviz.app.session import runner as module
from gradviz.app.session.runner import Runner
from gradviz.core.choices.errors import ExperimentError, Problem
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec

SMALL = Spec(depth=3, width=10, batch=16)


@pytest.fixture
def runner(qapp):
    runner = Runner()
    yield runner
    runner.stop()


def test_a_frame_comes_back_on_the_gui_thread(runner, qtbot):
    """A Frame for the Spec that was asked for; computed elsewhere, delivered here."""
    threads = []
    runner.finished.connect(lambda frame: threads.append((threading.current_thread(), frame.spec)))
    with qtbot.waitSignal(runner.finished):
        runner.submit(SMALL)
    assert threads == [(threading.main_thread(), SMALL)]


def test_of_300_wishes_the_last_one_wins_and_few_are_run(runner, qtbot):
    """While one runs the mailbox holds one; the last Frame is that of the last wish."""
    frames = []
    runner.finished.connect(frames.append)
    for depth in range(1, 301):
        runner.submit(SMALL.replace(depth=depth))
    qtbot.waitUntil(lambda: runner.is_idle)
    qtbot.waitUntil(lambda: frames and frames[-1].spec.depth == 300)
    assert runner.runs <= 3
    assert len(frames) == runner.runs


def test_a_steady_drag_shows_pictures_on_the_way(runner, qtbot, monkeypatch):
    """Nothing is broken off because something newer waits, or a drag would show nothing until it ends.

    The hand moves on during every run, and goes on moving until there are six pictures.
    """
    frames, depths, moved_on = [], itertools.count(1), threading.Event()

    def simulate_while_the_hand_moves_on(spec, tick):
        moved_on.clear()
        moved_on.wait(10)
        return simulate(spec, tick)

    def has_moved():
        runner.submit(SMALL.replace(depth=next(depths)))
        moved_on.set()
        return len(frames) > 5

    monkeypatch.setattr(module, "SLOW", 60.0)
    monkeypatch.setattr(module, "simulate", simulate_while_the_hand_moves_on)
    runner.finished.connect(frames.append)
    qtbot.waitUntil(has_moved)
    monkeypatch.setattr(module, "simulate", simulate)
    last = SMALL.replace(depth=next(depths))
    runner.submit(last)
    moved_on.set()
    qtbot.waitUntil(lambda: frames[-1].spec == last)


def test_the_next_run_begins_when_the_last_picture_is_drawn(runner, qtbot):
    """Whatever is wished while one runs, and while its Frame is being shown: the newest of it is next."""
    runs = []
    runner.finished.connect(lambda frame: runner.submit(SMALL.replace(depth=frame.depth + 10)) if frame.depth < 20 else None)
    runner.finished.connect(lambda frame: runs.append((frame.depth, runner.runs)))
    runner.submit(SMALL)
    runner.submit(SMALL.replace(depth=4))
    qtbot.waitUntil(lambda: runner.is_idle and len(runs) == 3)
    assert runs == [(3, 1), (13, 2), (23, 3)]


def test_what_runs_already_is_not_begun_again(runner, qtbot):
    frames = []
    runner.finished.connect(frames.append)
    for spec in (SMALL, SMALL.replace(depth=5), SMALL):
        runner.submit(spec)
    qtbot.waitUntil(lambda: runner.is_idle and bool(frames))
    assert [frame.spec for frame in frames] == [SMALL] and runner.runs == 1


def test_a_wish_that_was_given_up_and_wished_again_is_answered(runner, qtbot, monkeypatch):
    """Broken off for another one, which is taken back before the worker has said so."""
    monkeypatch.setattr(module, "SLOW", 0.0)
    frames = []
    runner.finished.connect(frames.append)
    slow = Spec(depth=60, width=200, batch=64)
    given_up = threading.Event()
    answer_to = runner._answer_to

    def watched(spec):
        answer = answer_to(spec)
        given_up.set()
        return answer

    monkeypatch.setattr(runner, "_answer_to", watched)
    runner.submit(slow)
    runner.submit(SMALL)
    assert given_up.wait(30)  # the worker has let go, and this thread has not heard of it
    runner.submit(slow)
    qtbot.waitUntil(lambda: runner.is_idle and bool(frames))
    assert [frame.spec for frame in frames] == [slow]


def test_a_slow_run_gives_way(runner, qtbot, monkeypatch):
    monkeypatch.setattr(module, "SLOW", 0.0)
    frames = []
    runner.finished.connect(frames.append)
    runner.submit(Spec(depth=1000, width=300))
    qtbot.waitUntil(lambda: runner._share > 0)
    runner.submit(SMALL)
    qtbot.waitUntil(lambda: bool(frames))
    assert [frame.spec for frame in frames] == [SMALL]


def test_what_cannot_run_is_refused_and_the_next_one_runs(runner, qtbot, monkeypatch):
    def simulate_or_refuse(spec, tick):
        if spec.depth == 1000:
            raise ExperimentError([Problem("depth × width", "needs more memory than there is")])
        return simulate(spec, tick)

    monkeypatch.setattr(module, "simulate", simulate_or_refuse)
    with qtbot.waitSignal(runner.refused) as refused:
        runner.submit(SMALL.replace(depth=1000))
    assert refused.args[0].problems[0].field == "depth × width"
    with qtbot.waitSignal(runner.finished):
        runner.submit(SMALL)


def test_a_fault_of_the_simulation_is_told_and_the_worker_lives_on(runner, qtbot, monkeypatch):
    monkeypatch.setattr(module, "simulate", lambda spec, tick: 1 / 0)
    with qtbot.waitSignal(runner.failed) as failed:
        runner.submit(SMALL)
    assert isinstance(failed.args[0], ZeroDivisionError)
    monkeypatch.setattr(module, "simulate", simulate)
    with qtbot.waitSignal(runner.finished):
        runner.submit(SMALL)


def test_a_long_run_says_how_far_it_is(runner, qtbot, monkeypatch):
    monkeypatch.setattr(module, "PROGRESS_AFTER_MS", 0)
    shares = []
    runner.progressed.connect(shares.append)
    runner.submit(Spec(depth=1000, width=64))
    qtbot.waitUntil(lambda: runner.is_idle)
    qtbot.waitUntil(lambda: shares[-1] == -1.0)
    inside = [share for share in shares if share >= 0]
    assert inside == sorted(inside) and len(inside) > 2
    assert 0 <= inside[0] < inside[-1] <= 1


def test_stop_ends_the_worker_while_it_runs(qtbot):
    """Within a layer, not when the run is done: that takes longer than is waited for."""
    runner = Runner()
    runner.submit(Spec(depth=1000, width=500))
    qtbot.waitUntil(lambda: runner._share > 0)
    runner.stop()
    assert not runner._thread.is_alive()
