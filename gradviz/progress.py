"""Work on the command line: how long it will take, how far it is, and an end to it at once when Ctrl+C is pressed.

All of it goes to standard error. The bar is shown on a terminal only, and only for what takes longer than a second.
"""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from gradviz import streams
from gradviz.core.budget import LONG
from gradviz.core.simulate import Aborted, Tick
from gradviz.i18n import _
from gradviz.report.words import duration_text

T = TypeVar("T")

BAR_AFTER, BAR_EVERY = 1.0, 0.1
"""Seconds until a bar is shown, and between two pictures of it."""

BAR_WIDTH = 40
"""Characters."""


def announce(seconds: float) -> None:
    """Say how long something takes where that is long."""
    if seconds > LONG:
        streams.tell(_("this takes about {time}").format(time=duration_text(seconds)))


def done_with_bar(work: Callable[[Tick], T], bar: Bar | None = None, place: int = 0, of: int = 1) -> T:
    """Call a function in another thread, so that Ctrl+C is heard even within a long call, and return what it returns.

    Parameters
    ----------
    work : function of a Tick
    bar : Bar, optional
        One for several calls, made one after the other.
    place, of : int
        How many of them have been made before this one, and how many there are in all.

    Raises
    ------
    KeyboardInterrupt
        When it is interrupted. The thread may go on for a moment: until its next tick.
    """
    job = _Job(work)
    threading.Thread(target=job.run, name="work", daemon=True).start()
    bar = bar or Bar()
    try:
        while not job.is_done.wait(BAR_EVERY):
            bar.show((place + job.share) / of)
    finally:
        job.is_wanted = False
        bar.clear()
    return job.result()


class _Job(Generic[T]):
    """A function that runs in another thread, its progress and its result."""

    def __init__(self, work: Callable[[Tick], T]) -> None:
        self._work = work
        self._results: list[T] = []
        self._fault: BaseException | None = None
        self.share = 0.0
        self.is_wanted = True
        self.is_done = threading.Event()

    def run(self) -> None:
        try:
            self._results.append(self._work(self._tick))
        except BaseException as fault:  # raised where it is waited for
            self._fault = fault
        self.is_done.set()

    def result(self) -> T:
        if self._fault is not None:
            raise self._fault
        return self._results[0]

    def _tick(self, share: float) -> None:
        self.share = share
        if not self.is_wanted:
            raise Aborted


class Bar:
    """A line that is written over and over, and gone in the end."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._is_terminal = sys.stderr is not None and sys.stderr.isatty()
        self._length = 0

    def show(self, share: float) -> None:
        """Show how much of the work is done, where that is wanted."""
        passed = time.monotonic() - self._start
        if not self._is_terminal or passed < BAR_AFTER:
            return
        full = round(share * BAR_WIDTH)
        text = f"[{'#' * full}{'.' * (BAR_WIDTH - full)}] {100 * share:3.0f} %"
        if share > 0.02:  # before that the rest is a guess
            text += "  " + _("{time} left").format(time=duration_text(passed * (1 - share) / share))
        self._write(text[: shutil.get_terminal_size().columns - 1])

    def clear(self) -> None:
        """Leave an empty line."""
        if self._length:
            self._write("")
            print("\r", end="", file=sys.stderr, flush=True)

    def _write(self, text: str) -> None:
        print(f"\r{text.ljust(self._length)}", end="", file=sys.stderr, flush=True)
        self._length = len(text)
