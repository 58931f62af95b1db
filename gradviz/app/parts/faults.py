"""Faults of the program: said in the banner and on standard error, and the program goes on."""

from __future__ import annotations

import faulthandler
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

from PySide6.QtCore import QObject, QSocketNotifier, Signal

CLOSING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]
"""Signals that ask the program to end: Ctrl+C, a session's end, a terminal that is closed. Windows has no SIGHUP, and SIGBREAK for it."""


class FaultHooks(QObject):
    """Catches what no one caught, in any thread, and hands it to the GUI thread."""

    happened = Signal(str)
    """What to tell the user."""

    def __init__(self) -> None:
        super().__init__()
        if sys.stderr is not None:
            faulthandler.enable()
        sys.excepthook = self._on_exception
        threading.excepthook = lambda fault: self._on_exception(fault.exc_type, fault.exc_value, fault.exc_traceback)

    def _on_exception(self, kind: type[BaseException], fault: BaseException | None, trace: TracebackType | None) -> None:
        with suppress(OSError, ValueError):  # nobody hears it on standard error; the banner says it all the same
            traceback.print_exception(kind, fault, trace)
        self.happened.emit(f"{kind.__name__}: {fault}")


class QuitOnSignal(QObject):
    """Ends the program as closing the window does when the terminal asks for it.

    The signal only writes to a socket that Qt's loop watches, and the window is closed from there. A handler would run between
    any two steps of Python, in the middle of painting too, and Python would not run at all while the loop is idle.
    """

    def __init__(self, leave: Callable[[], object]) -> None:
        super().__init__()
        self._leave = leave
        self._read, self._write = socket.socketpair()
        self._read.setblocking(False)
        self._write.setblocking(False)
        signal.set_wakeup_fd(self._write.fileno())
        self._notifier = QSocketNotifier(self._read.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_woken)
        heard = [number for number in CLOSING if signal.getsignal(number) is not signal.SIG_IGN]  # as nohup wants it
        self._before = {number: signal.signal(number, lambda *_: None) for number in heard}

    def close(self) -> None:
        """Give the signals back."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(-1)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._read.close()
        self._write.close()

    def _on_woken(self) -> None:
        self._notifier.setEnabled(False)  # closing runs the event loop too, and another signal may come meanwhile
        self._read.recv(64)
        self._leave()
