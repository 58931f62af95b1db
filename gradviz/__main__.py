"""The program itself: `gradviz`, and `python -m gradviz`."""

import gc
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line of this process."""
    gc.disable()  # of what an import makes nearly all stays; looking through it time and again takes a sixth of the start
    from gradviz.cli import run

    gc.freeze()
    gc.enable()
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
