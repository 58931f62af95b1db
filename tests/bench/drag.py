"""How soon the picture follows the hand: `uv run python tests/bench/drag.py`.

Moves the depth slider 300 times at 120 moves a second at the opening experiment, and measures from the last move to the painted
picture of the last value, and how many simulations ran. Beside it, in the same run: one simulation and one drawing alone, which
is the least that can be.
"""

import os
import statistics
import tempfile
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["XDG_CONFIG_HOME"] = tempfile.mkdtemp()

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from gradviz.app.main import make_window
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec

MOVES, MOVES_PER_SECOND, ROUNDS = 300, 120, 7


class Painted(QObject):
    """Notes when a widget was painted last."""

    at = 0.0

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            self.at = time.perf_counter()
        return False


def drag(window, painted):
    """Return seconds from the last move to the painted picture, and how many simulations ran."""
    slider, before = window.controls.controls["depth"].slider, window.session.runner.runs
    for move in range(MOVES):
        due = time.perf_counter() + 1 / MOVES_PER_SECOND
        # There and back between 5 and 25 layers or so; the last move is to 20.
        slider.set_share(0.25 + 0.22 * abs(1 - 2 * (move % 100) / 100) if move < MOVES - 1 else 0.4337)
        while time.perf_counter() < due:
            QApplication.processEvents()
    last = time.perf_counter()
    wish = window.session.store.spec
    while not (window.session.frame.spec == wish and painted.at > last and window.session.runner.is_idle):
        QApplication.processEvents()
    assert window.board.panels["gradient"].frame.spec == wish
    return painted.at - last, window.session.runner.runs - before


def timed(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main():
    window = make_window(Spec(), language="en")
    window.resize(1920, 1080)
    window.show()
    window.session.start()
    while window.session.frame is None or not window.board.is_up_to_date:
        QApplication.processEvents()
    painted = Painted()
    window.board.panels["gradient"].view.viewport().installEventFilter(painted)
    rounds = [drag(window, painted) for _ in range(ROUNDS)]
    alone = statistics.median(timed(lambda: simulate(window.session.store.spec)) for _ in range(20))
    draw = statistics.median(timed(window.board.grab) for _ in range(20))
    window.close()
    lags, runs = zip(*rounds, strict=True)
    print(f"| {MOVES} moves of the depth slider, {ROUNDS} rounds, 1920 × 1080 | median | worst |")
    print("|---|---|---|")
    print(f"| from the last move to the last picture | {1e3 * statistics.median(lags):.0f} ms | {1e3 * max(lags):.0f} ms |")
    print(f"| simulations that ran | {statistics.median(runs):.0f} | {max(runs)} |")
    print(f"| one simulation alone | {1e3 * alone:.0f} ms | |")
    print(f"| one drawing alone | {1e3 * draw:.0f} ms | |")


if __name__ == "__main__":
    main()
