"""Simulates off the GUI thread: the latest Spec wins, the last picture stays.

The mailbox has one place. A Spec that comes while another one runs waits there, and a newer one takes its place; when the
run ends, its Frame is handed over, and when that is painted, the Spec in the mailbox is next: drawing and simulating both hold
the interpreter, so that at once they take longer than one after the other, and what is begun last is newest. So a steady drag
shows a picture as often as the machine can make one, and nothing piles up. A run is broken off for a newer Spec only when it
has become slow.
"""

from __future__ import annotations

import queue
import sys
import threading
import time
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from gradviz.core.choices.errors import ExperimentError
from gradviz.core.frame import Frame
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec

SLOW = 0.4
"""Seconds; a run that takes longer than this gives way to a newer Spec."""

PROGRESS_AFTER_MS = 150
"""A run that is done before this shows no progress line: it would only flicker."""

STOP_WITHIN = 1.9
"""Seconds that closing waits for the run under way, which breaks off between two layers."""

# A worker that computes keeps the interpreter for a switch interval at a time; at Python's own 5 ms the window stutters.
SWITCH_INTERVAL = 0.0005


class _BrokenOff(Exception):  # noqa: N818 - not an error: the run was no longer wanted
    pass


@dataclass(frozen=True)
class _Answer:
    spec: Spec
    frame: Frame | None
    fault: BaseException | None


class Runner(QObject):
    """Turns Specs into Frames in a worker thread. Lives on the GUI thread, and so does its mailbox."""

    finished = Signal(object)
    """A Frame."""
    refused = Signal(object)
    """An ExperimentError: the Spec cannot be run on this machine."""
    failed = Signal(object)
    """Any other exception: a fault of the program."""
    progressed = Signal(float)
    """The share of a long run that is done; negative when there is none under way."""

    _answered = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        sys.setswitchinterval(SWITCH_INTERVAL)
        self._waiting: Spec | None = None
        self._running: Spec | None = None
        self._started = 0.0
        self._share = 0.0
        self._stopping = False
        self._tasks: queue.SimpleQueue[Spec | None] = queue.SimpleQueue()
        self.runs = 0
        # A bound method of an object on this thread: the answer is queued to it from the worker.
        self._answered.connect(self._on_answered, Qt.ConnectionType.QueuedConnection)
        self._progress = QTimer(self, interval=50)
        self._progress.timeout.connect(self._report_progress)
        self._after_painting = QTimer(self, interval=0, singleShot=True)
        self._after_painting.timeout.connect(self._next)
        # A daemon, because a thread that still multiplies two large matrices must not keep the program from ending.
        self._thread = threading.Thread(target=self._work, name="simulate", daemon=True)
        self._thread.start()

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs and nothing waits."""
        return self._running is None and self._waiting is None

    def submit(self, spec: Spec) -> None:
        """Ask for a Frame; whatever waits already is forgotten, and what runs already is not begun again."""
        self._waiting = spec if spec != self._running else None
        if self._running is None and not self._after_painting.isActive():
            self._next()

    def stop(self) -> None:
        """Break off, and wait until the worker is done, but not for long."""
        self._waiting, self._stopping = None, True
        self._progress.stop()
        self._tasks.put(None)
        self._thread.join(STOP_WITHIN)

    def _next(self) -> None:
        self._running, self._waiting = self._waiting, None
        if self._running is not None:
            self.runs += 1
            self._share, self._started = 0.0, time.monotonic()
            self._progress.start()
            self._tasks.put(self._running)

    @Slot(object)
    def _on_answered(self, answer: _Answer) -> None:
        if self._stopping:
            return
        self._progress.stop()
        if answer.frame is None and answer.fault is None and self._waiting is None:
            self._waiting = answer.spec  # broken off for another wish, and then wished again
        self._running = None
        self._after_painting.start()
        if self._waiting is None:
            self.progressed.emit(-1.0)
        if answer.frame is not None:
            self.finished.emit(answer.frame)
        elif isinstance(answer.fault, ExperimentError):
            self.refused.emit(answer.fault)
        elif answer.fault is not None:
            self.failed.emit(answer.fault)

    def _report_progress(self) -> None:
        if 1000 * (time.monotonic() - self._started) > PROGRESS_AFTER_MS:
            self.progressed.emit(self._share)

    # --- in the worker thread ---

    def _work(self) -> None:
        while (spec := self._tasks.get()) is not None:
            answer = self._answer_to(spec)
            if self._stopping:
                return
            self._answered.emit(answer)

    def _answer_to(self, spec: Spec) -> _Answer:
        try:
            return _Answer(spec, simulate(spec, self._tick), None)
        except _BrokenOff:
            return _Answer(spec, None, None)
        except BaseException as fault:  # whatever it is, the window must hear of it
            return _Answer(spec, None, fault)

    def _tick(self, share: float) -> None:
        self._share = share
        newer = self._waiting is not None and time.monotonic() - self._started > SLOW
        if self._stopping or newer:
            raise _BrokenOff
