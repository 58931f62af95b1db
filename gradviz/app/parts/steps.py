"""Work that takes longer than the eye forgives, and can only be done in the window's own thread: a step at a time."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Generator

from PySide6.QtCore import QObject, QTimer

from gradviz.export.picture import at_once

Work = Generator[None, None, None]
"""Gives way between its steps; says itself what went wrong."""


class Steps(QObject):
    """Does one piece of work after the other, each a step at a time, while the window goes on living."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._works: deque[Work] = deque()
        self._next = QTimer(self, interval=0)
        self._next.timeout.connect(self._step)

    @property
    def is_idle(self) -> bool:
        """Whether everything is done."""
        return not self._works

    def begin(self, work: Work) -> None:
        """Do this when what was begun before is done."""
        self._works.append(work)
        self._next.start()

    def finish(self, within: float) -> bool:
        """Do at once what is left, because nobody waits for the window any more, and return whether so many seconds were enough."""
        self._next.stop()
        end, was_enough = time.monotonic() + within, True
        while self._works:
            work = self._works.popleft()
            try:
                was_enough &= at_once(_until(end, work))
            except Exception as error:  # the others are to be finished all the same, and the window closed
                sys.excepthook(type(error), error, error.__traceback__)
        return was_enough

    def _step(self) -> None:
        work = self._works[0]
        try:
            next(work)
        except BaseException as end:
            self._works.popleft()
            if not self._works:
                self._next.stop()
            if not isinstance(end, StopIteration):
                raise


def _until(end: float, work: Work) -> Generator[None, None, bool]:
    """Yield from a piece of work, and break it off at a time; then it has written nothing. Return whether it was done."""
    for step in work:
        if time.monotonic() > end:
            work.close()
            return False
        yield step
    return True
