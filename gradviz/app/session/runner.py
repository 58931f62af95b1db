"""Answers Requests off the GUI thread: a few named slots, the latest wish in each wins, the last picture stays.

A slot has one place. A wish that comes while another one is being answered waits there, and a newer one takes its place. When
an answer has been handed over and painted, the first waiting wish is next, in the order of the slots: drawing and simulating
both hold the interpreter, so that together they take longer than one after the other. So a steady drag shows a picture as often
as the machine can make one, and nothing piles up.

A request may yield a first, coarse answer and a better one later. The worker goes on when the first one has been painted, or
turns to a newer wish, if there is one by then. A request that has shown nothing yet is given up for a newer wish only when it has
become slow: otherwise a drag would show nothing until it ends.
"""

from __future__ import annotations

import queue
import sys
import threading
import time
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from gradviz.core.budget import LONG
from gradviz.core.choices.errors import ExperimentError
from gradviz.core.runs.request import Request
from gradviz.core.simulate import Aborted

RUN, REFERENCE, EXPORT = "run", "reference", "export"
"""The slots that come first, in this order; then those of panels, whichever has waited longest."""

_FIRST = (RUN, REFERENCE, EXPORT)

GIVES_WAY_AFTER = 0.4
"""Seconds; a request that has been worked on for longer, and has shown nothing, gives way to a newer wish."""

PROGRESS_AFTER_MS = 150
"""A request that is done before this shows no progress line: it would only flicker."""

STOP_WITHIN = 0.5
"""Seconds that closing waits for the worker, which breaks off between two layers."""

SWITCH_INTERVAL = 0.0005
"""Seconds. A worker that computes keeps the interpreter for so long at a time; at Python's own 5 ms the window stutters."""


class _Outcome(Enum):
    """What a report of the worker says about a wish."""

    MORE_FOLLOWS = "an answer that a better one will replace"
    DONE = "the whole answer"
    ABORTED = "given up"
    TOO_LONG = "not begun, because it is expected to take long"
    FAULT = "an exception"


@dataclass(eq=False)
class _Wish:
    """A request that waits in its slot, or that the worker has taken.

    The GUI thread sets the flags and the worker reads them, except for `share` and `is_shown`, which the worker sets.
    """

    slot: str
    request: Request
    may_be_long: bool
    started: float = field(default_factory=time.monotonic)
    share: float = 0.0
    is_wanted: bool = True
    is_superseded: bool = False
    """Whether a newer wish for the same slot waits, or one for a slot that comes before it."""
    is_shown: bool = False
    """Whether an answer has been handed over."""
    go_on: threading.Event = field(default_factory=threading.Event)
    """Set when the answer that was handed over has been painted."""

    @property
    def seconds(self) -> float:
        """How long the worker has had it."""
        return time.monotonic() - self.started

    @property
    def gives_way(self) -> bool:
        """Whether to break off for a newer wish."""
        return not self.is_wanted or (self.is_superseded and (self.is_shown or self.seconds > GIVES_WAY_AFTER))


@dataclass(frozen=True)
class _Report:
    wish: _Wish
    outcome: _Outcome
    content: Any = None
    """The answer, the exception, or the expected seconds."""


class Runner(QObject):
    """Answers requests in a worker thread. Lives on the GUI thread, and so do its slots."""

    answered = Signal(str, object, object, bool)
    """Slot, request, answer, and whether it is the last one; also while a newer wish waits in the slot."""
    refused = Signal(str, object, object)
    """Slot, request, and an ExperimentError: it cannot be answered on this machine."""
    failed = Signal(str, object, object)
    """Slot, request, and any other exception: a fault of the program."""
    hesitated = Signal(str, object, float)
    """Slot, request, and the seconds that it is expected to take: more than LONG. It was not begun."""
    progressed = Signal(str, float)
    """Slot, and the share of a long request that is done; negative when nothing is under way any more."""

    _reported = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        sys.setswitchinterval(SWITCH_INTERVAL)
        self._wishes: dict[str, _Wish] = {}
        self._running: _Wish | None = None
        self._stopping = False
        self._taken: queue.SimpleQueue[_Wish | None] = queue.SimpleQueue()
        self.runs = 0
        # A bound method of an object on this thread: the report is queued to it from the worker.
        self._reported.connect(self._on_reported, Qt.ConnectionType.QueuedConnection)
        self._progress = QTimer(self, interval=50)
        self._progress.timeout.connect(self._report_progress)
        self._after_painting = QTimer(self, interval=0, singleShot=True)
        self._after_painting.timeout.connect(self._go_on)
        # A daemon, because a thread that still multiplies two large matrices must not keep the program from ending.
        self._thread = threading.Thread(target=self._work, name="answer", daemon=True)
        self._thread.start()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being answered and nothing waits."""
        return self._running is None and not self._wishes

    def submit(self, slot: str, request: Request | None, *, may_be_long: bool = False) -> None:
        """Put a wish into a slot in place of the one that waits there; with None, nothing is wanted for the slot any more.

        What is being answered already is not begun again.
        """
        running = self._running if self._running is not None and self._running.slot == slot else None
        if running is not None:
            running.is_wanted = request is not None
        if request is None or (running is not None and request == running.request):
            self._wishes.pop(slot, None)
        else:
            self._wishes[slot] = _Wish(slot, request, may_be_long)
        self._compare_with_running()
        if self._running is None and not self._after_painting.isActive():
            self._go_on()

    def stop(self) -> None:
        """Break off, and wait until the worker is done, but not for long."""
        self._wishes.clear()
        self._stopping = True
        self._progress.stop()
        if self._running is not None:
            self._running.go_on.set()
        self._taken.put(None)
        self._thread.join(STOP_WITHIN)

    def _compare_with_running(self) -> None:
        running = self._running
        if running is not None:
            place = _place(running.slot)
            running.is_superseded = running.slot in self._wishes or any(_place(slot) < place for slot in self._wishes)

    def _go_on(self) -> None:
        """Let the worker go on with what it has, or begin with the first wish."""
        if self._running is not None:
            self._running.go_on.set()
        elif self._wishes:
            slot = min(self._wishes, key=_place)
            wish = self._running = self._wishes.pop(slot)
            wish.started = time.monotonic()
            self.runs += 1
            self._compare_with_running()
            self._progress.start()
            self._taken.put(wish)

    @Slot(object)
    def _on_reported(self, report: _Report) -> None:
        if self._stopping:
            return
        wish, outcome = report.wish, report.outcome
        self._after_painting.start()
        if outcome is not _Outcome.MORE_FOLLOWS:
            self._end(wish, outcome)
        if not wish.is_wanted:
            return
        arguments = wish.slot, wish.request, report.content
        if outcome is _Outcome.TOO_LONG:
            if wish.slot not in self._wishes:  # a drag that goes past it asks nothing
                self.hesitated.emit(*arguments)
        elif outcome is _Outcome.FAULT:
            (self.refused if isinstance(report.content, ExperimentError) else self.failed).emit(*arguments)
        elif outcome is not _Outcome.ABORTED:
            self.answered.emit(*arguments, outcome is _Outcome.DONE)

    def _end(self, wish: _Wish, outcome: _Outcome) -> None:
        self._progress.stop()
        self._running = None
        if outcome is _Outcome.ABORTED and wish.is_wanted and wish.slot not in self._wishes:
            # Given up for a wish of another slot, or for one that was taken back since.
            self._wishes[wish.slot] = _Wish(wish.slot, wish.request, wish.may_be_long)
        if not self._wishes:
            self.progressed.emit(wish.slot, -1.0)

    def _report_progress(self) -> None:
        running = self._running
        if running is not None and 1000 * running.seconds > PROGRESS_AFTER_MS:
            self.progressed.emit(running.slot, running.share)

    # --- in the worker thread ---

    def _work(self) -> None:
        while (wish := self._taken.get()) is not None:
            report = self._report_on(wish)
            if self._stopping:
                return
            self._reported.emit(report)

    def _report_on(self, wish: _Wish) -> _Report:
        try:
            if not wish.may_be_long and (seconds := wish.request.seconds()) > LONG:
                return _Report(wish, _Outcome.TOO_LONG, seconds)
            return _Report(wish, _Outcome.DONE, self._answer_to(wish))
        except Aborted:
            return _Report(wish, _Outcome.ABORTED)
        except BaseException as fault:  # whatever it is, the window must hear of it
            return _Report(wish, _Outcome.FAULT, fault)

    def _answer_to(self, wish: _Wish) -> Any:
        """Return the last answer. The others are handed over as soon as the request ticks again, which says that more follows."""
        held: list[Any] = []

        def tick(share: float) -> None:
            wish.share = share
            if held:
                self._hand_over(wish, held.pop())
            if self._stopping or wish.gives_way:
                raise Aborted

        for answer in wish.request.answers(tick):
            if held:
                self._hand_over(wish, held.pop())
            held.append(answer)
        return held.pop()

    def _hand_over(self, wish: _Wish, answer: Any) -> None:
        """Hand over an answer that a better one follows, and wait until it has been painted."""
        if not self._stopping:
            wish.go_on.clear()
            wish.is_shown = True
            self._reported.emit(_Report(wish, _Outcome.MORE_FOLLOWS, answer))
            while not wish.go_on.wait(0.1) and not self._stopping:
                pass


def _place(slot: str) -> int:
    """Return where a slot stands in the order in which wishes are answered."""
    return _FIRST.index(slot) if slot in _FIRST else len(_FIRST)
