"""Does an animation stay as fast and as small as it began? `uv run python tests/soak/animation.py [--minutes 30]`.

Plays the wave in a loop on the opening board while the experiment changes now and then, off the screen, and prints memory and
frame rate minute by minute. Ends with status 1 when memory grows by more than 0.5 MB a minute after the first fifth, or the last
fifth's frame rate is below 95 % of the second fifth's.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["XDG_CONFIG_HOME"] = tempfile.mkdtemp()

import numpy as np
import psutil
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from gradviz.app.main import make_window
from gradviz.core.spec import Spec

GROWTH = 0.5  # MB a minute
RATE = 0.95
EVERY = 10.0  # seconds between two entries
EXPERIMENTS = ("", "gain=1.5", "activation=tanh&initializer=glorot_normal", "activation=relu&initializer=he_normal")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    options = parser.parse_args()
    window = make_window(Spec(), language="en")
    window.resize(1280, 720)
    window.show()
    window.session.start()
    moves = [0]
    window.session.transport.moved.connect(lambda _playhead: moves.__setitem__(0, moves[0] + 1))
    while window.session.frame is None:
        QApplication.processEvents()
    window.session.transport.set_loops(True)
    window.session.transport.set_speed(8.0)
    window.session.transport.play()
    process, entries = psutil.Process(), []
    start = last = time.monotonic()
    while (now := time.monotonic()) - start < 60 * options.minutes:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)
        if now - last >= EVERY:
            entries.append((now - start, process.memory_info().rss / 1e6, moves[0] / (now - last)))
            print("{:6.0f} s  {:7.1f} MB  {:5.1f} moves a second".format(*entries[-1]), flush=True)
            moves[0], last = 0, now
            window.session.store.replace(Spec.from_text(EXPERIMENTS[len(entries) % len(EXPERIMENTS)]), "")
    window.close()
    seconds, memory, rate = np.array(entries).T
    fifth = max(1, len(entries) // 5)
    growth = 60 * np.polyfit(seconds[fifth:], memory[fifth:], 1)[0]
    kept = np.median(rate[-fifth:]) / np.median(rate[fifth : 2 * fifth])
    print(f"{growth:+.2f} MB a minute, frame rate {kept:.0%} of the first")
    return 0 if growth <= GROWTH and kept >= RATE else 1


if __name__ == "__main__":
    sys.exit(main())
