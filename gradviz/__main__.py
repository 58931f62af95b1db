"""The program itself: `gradviz`, and `python -m gradviz`."""

import gc
import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import NoReturn

INTERRUPTED = 130
INTERRUPTED_LINE = b"gradviz: interrupted\n"


def main() -> NoReturn:
    """Run the command line of this process."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)
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
    if status == INTERRUPTED:
        _leave_at_once()
    sys.exit(status)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt; within an import leave at once, because some of what is imported swallows it, or aborts on it."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            _say_interrupted()
            _leave_at_once()
        frame = frame.f_back
    raise KeyboardInterrupt


def _say_interrupted() -> None:
    # Not by print: the signal may have come within one.
    with suppress(OSError):
        os.write(2, INTERRUPTED_LINE)


def _leave_at_once() -> NoReturn:
    """End without waiting for threads: one may be within a matrix decomposition that takes another minute."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with suppress(OSError, ValueError, RuntimeError):  # closed, full, or within a write just now
                stream.flush()
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
