"""The program itself: `gradviz`, and `python -m gradviz`."""

import gc
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

INTERRUPTED = 130
INTERRUPTED_LINE = "gradviz: interrupted"


def main() -> NoReturn:
    """Run the command line of this process."""
    interruption = _Interruption()
    gc.disable()  # of what an import makes nearly all stays; looking through it time and again takes a sixth of the start
    try:
        from gradviz.cli import run
        from gradviz.streams import prepare

        prepare()
        gc.freeze()
        gc.enable()
        status = run(sys.argv[1:])
    except BaseException as fault:  # before or after the command itself
        # An import that is interrupted may end with a fault of its own.
        if not interruption.came or isinstance(fault, SystemExit):
            raise
        print(INTERRUPTED_LINE, file=sys.stderr)
        status = INTERRUPTED
    if status == INTERRUPTED:
        _leave_at_once()
    sys.exit(status)


class _Interruption:
    """Knows whether Ctrl+C was pressed; it raises KeyboardInterrupt as ever."""

    def __init__(self) -> None:
        self.came = False
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._hear)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self.came = True
        if "shiboken6" in sys.modules and "PySide6.QtCore" not in sys.modules:
            # Qt's binding aborts the process where an exception comes while it is set up. Nothing is being written yet.
            print(INTERRUPTED_LINE, file=sys.stderr)
            _leave_at_once()
        signal.default_int_handler(number, frame)


def _leave_at_once() -> NoReturn:
    """End without waiting for threads: one may be within a matrix decomposition that takes another minute."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
