"""One place a slot, the latest wish wins, nothing piles up, and nothing is waited for at the end."""

import itertools
import threading
import time
from dataclasses import dataclass, field

import pytest

from gradviz.app.session import runner as module
from gradviz.app.session.runner import Runner
from gradviz.core.budget import LONG
from gradviz.core.choices.errors import ExperimentError, Problem
from gradviz.core.runs import request as request_module
from gradviz.core.runs.request import Run
from gradviz.core.spec import Spec

SMALL = Spec(depth=3, width=10, batch=16)

FOR_EVER = 10**6
"""Parts of a request that is never answered while a test runs."""


@dataclass(frozen=True)
class Asked:
    """A request that is worked on in parts of 5 ms, yields its first answer after `first` of them, and may fail."""

    name: str
    parts: int = 0
    first: int | None = None
    fault: BaseException | None = None
    expected: float = 0.0
    began: list = field(default_factory=list, compare=False)

    def answers(self, tick):
        self.began.append(time.monotonic())
        for part in range(self.parts):
            if part == self.first:
                yield f"{self.name}, coarse"
            tick(part / self.parts)
            time.sleep(0.005)
        if self.fault is not None:
            raise self.fault
        yield self.name

    def seconds(self):
        return self.expected


def wait_without_events(is_so):
    """Wait for the worker, and let nothing happen in the GUI thread meanwhile."""
    begun = time.monotonic()
    while not is_so():
        assert time.monotonic() < begun + 30, "the worker does nothing"
        time.sleep(0.001)


@pytest.fixture
def runner(qapp):
    runner = Runner()
    yield runner
    runner.stop()


@pytest.fixture
def answers(runner):
    """What the runner has handed over: (slot, answer, is_final)."""
    told = []
    runner.answered.connect(lambda slot, request, answer, is_final: told.append((slot, answer, is_final)))
    return told


def ask(runner, name, slot="run", **how):
    request = Asked(name, **how)
    runner.submit(slot, request)
    return request


def test_a_timeline_comes_back_on_the_gui_thread(runner, qtbot):
    """For the request that was submitted; computed elsewhere, delivered here."""
    told = []
    runner.answered.connect(lambda *answer: told.append((threading.current_thread(), *answer)))
    with qtbot.waitSignal(runner.answered):
        runner.submit("run", Run(SMALL))
    ((thread, slot, request, timeline, is_final),) = told
    assert (thread, slot, request, is_final) == (threading.main_thread(), "run", Run(SMALL), True)
    assert timeline.spec == SMALL and not timeline.is_preview


def test_of_300_wishes_the_last_one_wins_and_few_are_run(runner, qtbot, answers):
    """While one runs its slot holds one; the last answer is that of the last wish."""
    for depth in range(1, 301):
        runner.submit("run", Run(SMALL.replace(depth=depth)))
    qtbot.waitUntil(lambda: runner.is_idle)
    assert answers[-1][1].spec.depth == 300
    assert runner.runs <= 3 and len(answers) == runner.runs


def test_a_steady_drag_shows_pictures_on_the_way(runner, qtbot, answers, monkeypatch):
    """Nothing is broken off because something newer waits, or a drag would show nothing until it ends.

    The hand moves on during every run, and goes on moving until there are six pictures.
    """
    depths, moved_on = itertools.count(1), threading.Event()
    simulate = request_module.frame_of

    def simulate_while_the_hand_moves_on(spec, birth, tick):
        moved_on.clear()
        moved_on.wait(10)
        return simulate(spec, birth, tick)

    def has_moved():
        runner.submit("run", Run(SMALL.replace(depth=next(depths))))
        moved_on.set()
        return len(answers) > 5

    monkeypatch.setattr(module, "GIVES_WAY_AFTER", 60.0)
    monkeypatch.setattr(request_module, "frame_of", simulate_while_the_hand_moves_on)
    qtbot.waitUntil(has_moved)
    monkeypatch.setattr(request_module, "frame_of", simulate)
    last = SMALL.replace(depth=next(depths))
    runner.submit("run", Run(last))
    moved_on.set()
    qtbot.waitUntil(lambda: answers[-1][1].spec == last)


def test_the_next_run_begins_when_the_last_picture_is_drawn(runner, qtbot, answers):
    """Whatever is wished while one runs, and while its answer is being shown: the newest of it is next."""
    runs = []
    runner.answered.connect(lambda slot, request, answer, final: runs.append((answer, runner.runs)))
    runner.answered.connect(lambda slot, request, answer, final: ask(runner, answer + "'") if len(answer) < 3 else None)
    ask(runner, "a")
    ask(runner, "b")
    qtbot.waitUntil(lambda: runner.is_idle and len(runs) == 3)
    assert runs == [("a", 1), ("a'", 2), ("a''", 3)]


def test_what_runs_already_is_not_begun_again(runner, qtbot, answers):
    first = ask(runner, "a", parts=10)
    ask(runner, "b")
    ask(runner, "a", parts=10)
    qtbot.waitUntil(lambda: runner.is_idle and bool(answers))
    assert answers == [("run", "a", True)] and len(first.began) == 1


def test_slots_are_answered_in_their_order(runner, qtbot, answers):
    """The run, its reference, what is exported, then panels, whichever has waited longest."""
    ask(runner, "under way", parts=4)
    for slot in ("one panel", "another panel", "export", "reference", "run"):
        ask(runner, slot, slot)
    ask(runner, "one panel, newer", "one panel")
    qtbot.waitUntil(lambda: runner.is_idle)
    names = [answer for _slot, answer, _final in answers]
    assert names == ["under way", "run", "reference", "export", "one panel, newer", "another panel"]


def test_a_slow_run_gives_way(runner, qtbot, answers, monkeypatch):
    monkeypatch.setattr(module, "GIVES_WAY_AFTER", 0.0)
    slow = ask(runner, "slow", parts=FOR_EVER)
    qtbot.waitUntil(lambda: bool(slow.began))
    ask(runner, "b")
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == [("run", "b", True)]


def test_a_slow_request_gives_way_to_a_slot_before_it_and_is_answered_later(runner, qtbot, answers, monkeypatch):
    """The reference does not hold up the picture, and comes all the same; a panel's wish breaks nothing off."""
    monkeypatch.setattr(module, "GIVES_WAY_AFTER", 0.02)
    reference = ask(runner, "pinned", "reference", parts=100)
    qtbot.waitUntil(lambda: runner._running.seconds > 0.02)
    ask(runner, "probe", "neuron")
    ask(runner, "now")
    qtbot.waitUntil(lambda: runner.is_idle)
    assert answers == [("run", "now", True), ("reference", "pinned", True), ("neuron", "probe", True)]
    assert len(reference.began) == 2


def test_a_wish_that_was_given_up_and_wished_again_is_answered(runner, qtbot, monkeypatch, answers):
    """Broken off for another one, which is taken back before the worker has said so."""
    monkeypatch.setattr(module, "GIVES_WAY_AFTER", 0.0)
    given_up = threading.Event()
    report_on = runner._report_on

    def watched(task):
        report = report_on(task)
        given_up.set()
        return report

    monkeypatch.setattr(runner, "_report_on", watched)
    ask(runner, "slow", parts=20)
    ask(runner, "b")
    assert given_up.wait(10)  # the worker has let go, and this thread has not heard of it
    ask(runner, "slow", parts=20)
    qtbot.waitUntil(lambda: runner.is_idle and bool(answers))
    assert answers == [("run", "slow", True)]


def test_what_is_no_longer_wanted_is_given_up_and_never_handed_over(runner, qtbot, answers):
    """Under way or waiting; a slot that is wished for again afterwards works as before."""
    gone = ask(runner, "gone", "neuron", parts=FOR_EVER)
    ask(runner, "waits", "slopes")
    qtbot.waitUntil(lambda: bool(gone.began))
    runner.submit("neuron", None)
    runner.submit("slopes", None)
    qtbot.waitUntil(lambda: runner.is_idle)
    assert answers == []
    ask(runner, "again", "neuron")
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == [("neuron", "again", True)]


def test_an_answer_that_was_on_its_way_when_it_was_no_longer_wanted_is_dropped(runner, qtbot, answers):
    request = ask(runner, "a", "neuron")
    wait_without_events(lambda: request.began)
    time.sleep(0.05)  # answered by now, and this thread has not heard of it
    runner.submit("neuron", None)
    qtbot.waitUntil(lambda: runner.is_idle)
    assert answers == []


def test_a_first_answer_is_shown_and_replaced(runner, qtbot, answers):
    """The first one comes while the rest is being computed, not with it."""
    ask(runner, "a", parts=40, first=2)
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == [("run", "a, coarse", False)] and not runner.is_idle
    qtbot.waitUntil(lambda: runner.is_idle)
    assert answers == [("run", "a, coarse", False), ("run", "a", True)]


def test_the_worker_goes_on_when_the_first_answer_is_painted(runner, qtbot):
    """Not beside the drawing: both would take longer."""
    request, ticks = Asked("a", parts=3, first=1), []
    answers_of = request.answers
    drawn = []

    def watched(tick):
        def noted(share):
            tick(share)
            ticks.append((share, bool(drawn)))

        return answers_of(noted)

    object.__setattr__(request, "answers", watched)

    def draw(slot, _request, _answer, is_final):
        if not is_final:
            time.sleep(0.1)
            drawn.append(slot)

    runner.answered.connect(draw)
    runner.submit("run", request)
    qtbot.waitUntil(lambda: runner.is_idle)
    assert [is_drawn for _share, is_drawn in ticks] == [False, True, True]


def test_a_newer_wish_ends_a_run_after_its_first_answer(runner, qtbot, answers, monkeypatch):
    """So a drag over slow networks shows a first answer of each, and the whole one where it ends."""
    monkeypatch.setattr(module, "GIVES_WAY_AFTER", 60.0)
    first = ask(runner, "a", parts=FOR_EVER, first=1)
    qtbot.waitUntil(lambda: bool(first.began))
    ask(runner, "b", parts=4, first=1)
    qtbot.waitUntil(lambda: runner.is_idle)
    assert answers == [("run", "a, coarse", False), ("run", "b, coarse", False), ("run", "b", True)]


def test_a_slow_pass_is_previewed(runner, qtbot, answers, monkeypatch):
    """Over the first examples, marked; then the whole of it."""
    monkeypatch.setattr(request_module, "PREVIEW_ABOVE", 0.0)
    monkeypatch.setattr(request_module, "WORTH_IT", 1.0)
    spec = SMALL.replace(batch=64)
    runner.submit("run", Run(spec))
    qtbot.waitUntil(lambda: runner.is_idle)
    assert [(answer.spec, answer.is_preview, final) for _slot, answer, final in answers] == [
        (spec, True, False),
        (spec, False, True),
    ]


def test_what_cannot_run_is_refused_and_the_next_one_runs(runner, qtbot):
    fault = ExperimentError([Problem("depth × width", "needs more memory than there is")])
    with qtbot.waitSignal(runner.refused) as refused:
        request = ask(runner, "a", fault=fault)
    assert refused.args == ["run", request, fault]
    with qtbot.waitSignal(runner.answered):
        ask(runner, "b")


def test_a_fault_of_the_program_is_told_and_the_worker_lives_on(runner, qtbot):
    with qtbot.waitSignal(runner.failed) as failed:
        ask(runner, "a", fault=ZeroDivisionError())
    assert isinstance(failed.args[2], ZeroDivisionError)
    with qtbot.waitSignal(runner.answered):
        ask(runner, "b")


def test_what_is_expected_to_take_long_is_asked_about_first(runner, qtbot, answers):
    """And begun when it is submitted as what may take long."""
    with qtbot.waitSignal(runner.hesitated) as hesitated:
        request = ask(runner, "a", expected=2 * LONG)
    assert hesitated.args == ["run", request, 2 * LONG] and not request.began
    qtbot.waitUntil(lambda: runner.is_idle)
    runner.submit("run", request, may_be_long=True)
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == [("run", "a", True)]


def test_a_drag_past_a_long_one_asks_nothing(runner, qtbot, answers):
    asked = []
    runner.hesitated.connect(lambda *told: asked.append(told))
    ask(runner, "a", expected=2 * LONG)
    ask(runner, "b")
    qtbot.waitUntil(lambda: runner.is_idle)
    assert not asked and answers == [("run", "b", True)]


def test_a_long_run_says_how_far_it_is(runner, qtbot, monkeypatch):
    monkeypatch.setattr(module, "PROGRESS_AFTER_MS", 0)
    told = []
    runner.progressed.connect(lambda slot, share: told.append((slot, share)))
    ask(runner, "a", parts=60)
    qtbot.waitUntil(lambda: bool(told) and told[-1] == ("run", -1.0))
    inside = [share for _slot, share in told if share >= 0]
    assert inside == sorted(inside) and len(inside) > 2
    assert 0 <= inside[0] < inside[-1] <= 1


@pytest.mark.parametrize("request_", [Run(Spec(depth=1000, width=200, batch=32)), Asked("a", parts=FOR_EVER, first=1)])
def test_stop_ends_the_worker_while_it_runs(qapp, request_):
    """Within a layer, or while it waits for a first answer to be painted; not when the run is done."""
    runner = Runner()
    runner.submit("run", request_, may_be_long=True)
    wait_without_events(lambda: runner._running.share > 0 or runner._running.is_shown)
    runner.stop()
    assert not runner._thread.is_alive()
