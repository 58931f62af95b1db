"""The program itself: `gradviz`, and `python -m gradviz`."""

import gc
import os
import sys
from typing import NoReturn

INTERRUPTED = 130


def main() -> NoReturn:
    """Run the command line of this process."""
    gc.disable()  # of what an import makes nearly all stays; looking through it time and again takes a sixth of the start
    try:
        from gradviz.cli import run

        gc.freeze()
        gc.enable()
        status = run(sys.argv[1:])
    except KeyboardInterrupt:  # before or after the command itself
        status = INTERRUPTED
    if status == INTERRUPTED:
        _leave_at_once()
    sys.exit(status)


def _leave_at_once() -> NoReturn:
    """End without waiting for threads: one may be within a matrix decomposition that takes another minute."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
