"""Starts the window in a process of its own, uses it at random, and ends it by a signal at a random moment."""

import os
import random
import select
import signal
import subprocess
import sys
import time
from typing import NamedTuple

IMPORTING = "print(flush=True); from gradviz.__main__ import main; main()"

USED = """
import random, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from gradviz.app import main as app
from gradviz.__main__ import main
chosen = random.Random(int(sys.argv.pop()))
show = app._show_with_first_picture
def show_and_use(window):
    show(window)
    def use():
        if QApplication.activeModalWidget() is not None:
            return  # nobody reaches the window past a dialog; it is there when the signal comes
        action = chosen.choice([action for key, action in window.actions_.items() if key != "quit" and action.isEnabled()])
        QTimer.singleShot(0, action.trigger)  # one may open a dialog, with a loop of its own
    timer = QTimer(window, interval=chosen.choice([20, 60, 150]))
    timer.timeout.connect(use)
    timer.start()
app._show_with_first_picture = show_and_use
print(flush=True)
main()
"""

MODES = (
    [],
    ["lesson:depth_multiplies/3"],
    ["lesson:table", "--lang", "ko"],
    ["lesson:one_neuron/4", "--theme", "dark"],
    ["depth=1000&width=1200"],
    ["depth=60&width=400&jacobian=true&loss=cross_entropy"],
    ["depth=152&width=100&activation=relu&initializer=he_normal", "--theme", "dark"],
)
SIGNALS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGINT") if hasattr(signal, name)]


class Ending(NamedTuple):
    """What became of a process: its arguments, the signal, the status, what it said, and how long it took to end, in seconds."""

    arguments: list[str]
    number: int
    status: int
    errors: str
    seconds: float

    @property
    def is_good(self) -> bool:
        """Whether it ended as the window does that is closed; Ctrl+C before there is a window ends as any command does."""
        is_early = self.number == signal.SIGINT and (self.status, self.errors) == (130, "gradviz: interrupted\n")
        return is_early or (self.status == 0 and self.errors == "" and self.seconds < 2.5)


def ended(seed: int, folder: str, longest: float = 6.0) -> Ending:
    """Start the program in one of the modes, and end it at some moment."""
    chosen = random.Random(seed)
    is_used, mode, number = chosen.random() < 0.7, chosen.choice(MODES), chosen.choice(SIGNALS)
    arguments = ["show", *mode]
    command = [sys.executable, "-c", USED if is_used else IMPORTING, *arguments, *([str(seed)] if is_used else [])]
    environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment |= {"QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": folder, "HOME": folder}
    with subprocess.Popen(command, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert select.select([process.stdout], [], [], 120)[0], "it does not start"
        process.stdout.read(1)
        time.sleep(chosen.uniform(0.05, longest))
        before = time.monotonic()
        process.send_signal(number)
        try:
            errors = process.communicate(timeout=60)[1].decode()
        except subprocess.TimeoutExpired:
            process.kill()
            errors = process.communicate()[1].decode() + "still there after a minute"
        return Ending(arguments, number, process.returncode, errors, time.monotonic() - before)
