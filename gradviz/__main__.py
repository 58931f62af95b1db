"""The program itself: `gradviz`, and `python -m gradviz`."""

import gc
import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import NoReturn

from gradviz.commands import COMMANDS

INTERRUPTED = 130
ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
INTERRUPTED_LINE = b"gradviz: interrupted\n"


def main() -> NoReturn:
    """Run the command line of this process."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)
    if is_for_a_window(sys.argv[1:]):
        for number in ENDING:
            if signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores one
                signal.signal(number, _close_early)
    gc.disable()  # of what an import makes nearly all stays; looking through it time and again takes a sixth of the start
    try:
        from gradviz.cli import run
        from gradviz.streams import prepare

        prepare()
        gc.freeze()
        gc.enable()
        status = run(sys.argv[1:])
    except KeyboardInterrupt:  # before or after the command itself
        _say_interrupted()
        status = INTERRUPTED
    if status == INTERRUPTED or "PySide6.QtWidgets" in sys.modules:
        # What was to be written is written. A thread may still compute, and the interpreter would wait for it, or take Qt from under it.
        _leave_at_once(status)
    sys.exit(status)


def is_for_a_window(arguments: list[str]) -> bool:
    """Whether no command stands there but ``show``, before anything is imported that could say so exactly."""
    return next((word for word in arguments if word in COMMANDS), "show") == "show"


def _close_early(number: int, frame: FrameType | None) -> None:
    """End well: a window that is asked to close before it is there has nothing to lose."""
    _leave_at_once(0)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt, or leave at once where nobody would hear it.

    Some of what is imported swallows it, or aborts on it. So does Qt where it calls Python while a window is made: the window would
    come up all the same. It has nothing to lose yet; when it is there, it hears the signal itself.
    """
    if is_for_a_window(sys.argv[1:]) or _is_within_an_import(frame):
        _say_interrupted()
        _leave_at_once()
    raise KeyboardInterrupt


def _is_within_an_import(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _say_interrupted() -> None:
    # Not by print: the signal may have come within one.
    with suppress(OSError):
        os.write(2, INTERRUPTED_LINE)


def _leave_at_once(status: int = INTERRUPTED) -> NoReturn:
    """End without waiting for threads: one may be within a matrix decomposition that takes another minute."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with suppress(OSError, ValueError, RuntimeError):  # closed, full, or within a write just now
                stream.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
