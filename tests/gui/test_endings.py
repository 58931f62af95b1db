"""Ended by a signal at some moment, in some mode: a sample of what `tests/soak/endings.py` does two hundred times."""

import os
import subprocess
import sys

import pytest
from ending import ended
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFileDialog


@pytest.mark.skipif(sys.platform == "win32", reason="no process can be sent these signals there")
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.sampled(3)
def test_any_ending_is_a_good_one(tmp_path, seed):
    ending = ended(seed, str(tmp_path), longest=2.5)
    assert ending.is_good, ending


F5_AND_TERM = """
import os, signal, sys
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from gradviz.app import main as app
from gradviz.__main__ import main
show = app._show_with_first_picture
def show_and_present(window):
    show(window)
    keys = [Qt.Key.Key_F5, Qt.Key.Key_PageDown, Qt.Key.Key_PageDown]
    def press():
        if keys:
            QTest.keyClick(window, keys.pop(0))
            QTimer.singleShot(200, press)
        else:
            os.kill(os.getpid(), signal.SIGTERM)
    QTimer.singleShot(1000, press)
app._show_with_first_picture = show_and_present
sys.argv[1:] = ["show", "lesson:depth_multiplies/3"]
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no process can be sent this signal there")
@pytest.mark.parametrize("leaves_at_once", [True, False])
@pytest.mark.sampled(2)
def test_a_presented_lesson_ends_well(tmp_path, leaves_at_once):
    """And leaves Qt nothing to delete at the interpreter's end, where it would call what is gone."""
    code = (
        F5_AND_TERM
        if leaves_at_once
        else F5_AND_TERM.replace("\nmain()", "\nfrom gradviz.cli import run\nsys.exit(run(sys.argv[1:]))")
    )
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


def test_nothing_is_begun_any_more_while_the_window_closes(open_window, monkeypatch):
    """The event loop runs while pictures are finished: what was asked for just before would open a dialog that nobody closes."""
    window, opened = open_window("depth=2&width=4&batch=4"), []
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: opened.append("dialog") or ("", ""))

    def work():
        QTimer.singleShot(0, window.actions_["open"].trigger)
        for _step in range(5):
            yield

    window.actions_["open"].trigger()
    assert opened == ["dialog"]
    window.files.steps.begin(work())
    window.close()
    QApplication.processEvents()
    assert opened == ["dialog"]


MADE_IN_QT = """
import os, signal, sys
from gradviz.app.window import Window
restyle = Window._restyle  # which Qt calls, by a signal
def interrupt_and_restyle(self, style):
    Window._restyle = restyle
    os.kill(os.getpid(), signal.SIGINT)
    for _step in range(100): pass  # here Python hears of it
    restyle(self, style)
Window._restyle = interrupt_and_restyle
sys.argv[1:] = ["show", "depth=2&width=4&batch=4"]
from gradviz.__main__ import main
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no process can be sent this signal there")
def test_ctrl_c_while_qt_makes_the_window_is_heard(tmp_path):
    """Raised there it would be swallowed, and the window come up all the same."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", MADE_IN_QT], env=environment, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (130, "gradviz: interrupted\n")
