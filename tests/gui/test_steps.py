"""Work a step at a time."""

import sys
import time

import pytest
from PySide6.QtCore import QObject

from gradviz.app.parts.steps import Steps


@pytest.fixture
def steps(qapp):
    parent = QObject()
    yield Steps(parent)
    parent.deleteLater()


def work(name, done, count=3):
    for step in range(count):
        done.append(f"{name}{step}")
        yield


def failing():
    yield
    raise ArithmeticError("no such picture")


def test_one_work_after_the_other(steps, qtbot):
    done = []
    steps.begin(work("a", done))
    steps.begin(work("b", done))
    assert not done and not steps.is_idle
    qtbot.waitUntil(lambda: steps.is_idle)
    assert done == ["a0", "a1", "a2", "b0", "b1", "b2"]


def test_what_fails_is_told_and_keeps_nothing_else_from_being_done(steps, qtbot):
    done = []
    with qtbot.captureExceptions() as told:
        steps.begin(failing())
        steps.begin(work("b", done))
        qtbot.waitUntil(lambda: steps.is_idle)
    assert [str(error) for _kind, error, _trace in told] == ["no such picture"]
    assert done == ["b0", "b1", "b2"]


def test_nothing_runs_when_there_is_nothing_to_do(steps, qtbot):
    """A timer that goes on would take a whole core."""
    steps.begin(work("a", []))
    qtbot.waitUntil(lambda: steps.is_idle)
    assert not steps._next.isActive()


def test_what_is_left_is_finished_at_once(steps):
    done = []
    steps.begin(work("a", done))
    steps.begin(work("b", done))
    assert steps.finish(10.0)
    assert done == ["a0", "a1", "a2", "b0", "b1", "b2"] and steps.is_idle


def test_what_takes_too_long_at_the_end_is_broken_off_and_said(steps):
    done = []

    def endless():
        try:
            while True:
                done.append("step")
                yield
        finally:
            done.append("put away")

    steps.begin(endless())
    before = time.monotonic()
    assert not steps.finish(0.2)
    assert time.monotonic() - before < 1 and steps.is_idle
    assert len(done) > 2 and done[-1] == "put away"


def test_what_fails_at_the_end_keeps_nothing_else_from_being_finished(steps):
    """Nor the window from being closed."""
    done, told = [], []
    before, sys.excepthook = sys.excepthook, lambda _kind, error, _trace: told.append(str(error))
    try:
        steps.begin(failing())
        steps.begin(work("b", done))
        steps.finish(10.0)
    finally:
        sys.excepthook = before
    assert done == ["b0", "b1", "b2"] and told == ["no such picture"]
