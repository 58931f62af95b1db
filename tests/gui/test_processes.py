"""The program as a process of its own: a long animation, a close in the middle of a run, signals, no display."""

import os
import signal
import subprocess
import sys

import pytest

ENVIRONMENT = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}


def start(code, tmp_path):
    environment = ENVIRONMENT | {"QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(tmp_path), "PYTHONWARNINGS": "error"}
    return subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def communicated(child, seconds):
    """What a child has written; one that does not end is killed, so that it does not slow down whatever comes after."""
    try:
        return child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        raise


ANIMATION = """
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from gradviz.app.main import make_window
from gradviz.core.spec import Spec
window = make_window(Spec(depth=50, width=30, batch=32))
window.show(); window.session.start()
frames = 0
def tick():
    global frames
    if window.session.frame is None: return
    window.session.transport.scrub(frames % 100 + 1)
    window.board.repaint()
    if frames % 50 == 0: window.session.store.edit("seed", frames)
    frames += 1
    if frames == 350: window.close()
timer = QTimer(interval=0); timer.timeout.connect(tick); timer.start()
status = QApplication.exec()
assert frames >= 350
raise SystemExit(status)
"""


@pytest.mark.whole
def test_an_animation_of_350_frames_ends_well(tmp_path):
    """A binding that loses a reference per call dies after some hundred frames (PySide6 6.12 on Python 3.11 after 138)."""
    child = start(ANIMATION, tmp_path)
    errors = communicated(child, 600)[1]
    assert (child.returncode, errors) == (0, "")


CLOSE = """
from PySide6.QtCore import QTimer
from gradviz.app import main
from gradviz.app.session import runner
from gradviz.core.runs import request
from gradviz.core.spec import Spec
runner.LONG = float("inf")  # a slow machine would ask first whether to run it at all
made, frame_of, finished = main.make_window, request.frame_of, []
def frame_of_and_note(*arguments):
    frame = frame_of(*arguments)
    finished.append(frame)
    return frame
request.frame_of = frame_of_and_note
def make(*arguments, **named):
    window = made(*arguments, **named)
    def close():
        if window.session.runner._running is None:
            QTimer.singleShot(20, close)  # a slow machine has not begun it yet
        else:
            QTimer.singleShot(200, window.close)
    close()
    return window
main.make_window = make
status = main.open_window(Spec(depth=1000, width=600))
assert not finished
raise SystemExit(status)
"""


def test_closing_while_a_run_is_under_way(tmp_path):
    """Status 0, and the run is not waited for."""
    child = start(CLOSE, tmp_path)
    errors = communicated(child, 300)[1]
    assert (child.returncode, errors) == (0, "")


OPENS_A_STEP = """
from PySide6.QtCore import QTimer
from gradviz.app import main
from gradviz.cli import run
made = main.make_window
def make(*arguments, **named):
    window = made(*arguments, **named)
    def say():
        player = window.lecture.player
        print(player.lesson and player.lesson.key, player.place, window.session.store.spec.gain, flush=True)
        window.close()
    window.session.run_arrived.connect(lambda request, run: QTimer.singleShot(0, say))
    return window
main.make_window = make
raise SystemExit(run(["show", *{words!r}]))
"""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["lesson:depth_multiplies/3"], "01_depth_multiplies 2 0.5"),
        (["lesson:1/smaller", "--set", "gain=0.25"], "None 0 0.25"),
    ],
)
@pytest.mark.sampled(2)
def test_a_step_on_the_command_line_opens_its_lesson(tmp_path, words, said):
    """And one that is changed is an experiment like any other."""
    child = start(OPENS_A_STEP.format(words=words), tmp_path)
    out, errors = communicated(child, 300)
    assert (child.returncode, errors, out.splitlines()[0]) == (0, "", said)


STARTS = """
import gc, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
run_loop = QApplication.exec
def watched():
    window, = (widget for widget in QApplication.topLevelWidgets() if hasattr(widget, "board"))
    def say():
        print(gc.isenabled(), gc.get_freeze_count() > 10_000, "ziamath" in sys.modules, flush=True)
        window.close()
    print(gc.isenabled())
    window.session.run_arrived.connect(lambda request, run: QTimer.singleShot(0, say))
    return run_loop()
QApplication.exec = watched
sys.argv = ["gradviz", "depth=3&width=4"]
from gradviz.__main__ import main
main()
"""


def test_the_collector_rests_until_the_first_picture(tmp_path):
    """And is not left off; what only lessons need is loaded later still."""
    child = start(STARTS, tmp_path)
    out, errors = communicated(child, 300)
    assert (child.returncode, errors, out.split()) == (0, "", ["False", "True", "True", "False"])


SAYS_WHEN_IT_RUNS = """
from PySide6.QtCore import QTimer
from gradviz.app import main
from gradviz.cli import run
made = main.make_window
def make(*arguments, **named):
    window = made(*arguments, **named)
    QTimer.singleShot(0, lambda: print("running", flush=True))  # from the event loop, so after all is wired
    return window
main.make_window = make
raise SystemExit(run(["show", "depth=1000&width=300"]))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.sampled(2)
def test_signals_close_the_window(tmp_path, number):
    child = start(SAYS_WHEN_IT_RUNS, tmp_path)
    assert child.stdout.readline() == "running\n"
    child.send_signal(number)
    errors = communicated(child, 300)[1]
    assert (child.returncode, errors) == (0, "")


@pytest.mark.skipif(sys.platform != "linux", reason="only X and Wayland can be missing")
@pytest.mark.parametrize("more", [{}, {"DISPLAY": ":7771"}, {"WAYLAND_DISPLAY": "wayland-none", "XDG_RUNTIME_DIR": "/nowhere"}])
def test_without_a_display_it_says_so_and_does_not_abort(more):
    """Status 3 and one line that names what works without one."""
    environment = {key: value for key, value in ENVIRONMENT.items() if key != "QT_QPA_PLATFORM"} | more
    child = subprocess.run([sys.executable, "-m", "gradviz"], env=environment, capture_output=True, text=True, timeout=300)
    assert child.returncode == 3
    assert child.stdout == ""
    assert len(child.stderr.splitlines()) == 1 and "gradviz export" in child.stderr


DRAGS_TO_THE_LARGEST = """
import gc
import psutil
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from gradviz.app.main import make_window
from gradviz.core.spec import Spec
window = make_window(Spec(depth=10, width=64))
session = window.session
window.show()
small = [(10 + place, 64) for place in range(8)]
large = [(20, 512), (20, 1024), (20, 2048), (80, 512), (152, 512)]
way = [*small, *large, *small]
before = []
def go_on(request, run):
    if len(way) == len(large) + len(small):
        before.append(psutil.Process().memory_info().rss)
    if not way:
        gc.collect()
        QTimer.singleShot(200, window.close)
        return
    depth, width = way.pop(0)
    session.store.replace(Spec(depth=depth, width=width, batch=64), "")
session.run_arrived.connect(go_on)
session.start()
status = QApplication.exec()
grown = psutil.Process().memory_info().rss - before[0]
print(session.frame.depth, grown // 2**20)
raise SystemExit(status)
"""


@pytest.mark.whole
def test_the_memory_of_the_largest_networks_is_given_back(tmp_path):
    """A drag to 20 × 2048 and 152 × 512, and back to small ones: at most 300 MiB more than before."""
    child = start(DRAGS_TO_THE_LARGEST, tmp_path)
    out, errors = child.communicate(timeout=240)
    assert (child.returncode, errors) == (0, "")
    depth, mib = map(int, out.split())
    assert depth == 17 and mib <= 300, f"{mib} MiB more"
