"""What is remembered, whatever ends the program, and whatever is in the file."""

import os
import signal
import subprocess
import sys

import pytest
from generated_files import SETTINGS, made
from PySide6.QtCore import QSize

from gradviz.app.session import settings as settings_module
from gradviz.app.session.settings import Settings
from gradviz.app.window import LEAST_SIZE
from gradviz.core.spec import Spec


@pytest.fixture
def file(settings_elsewhere, tmp_path):
    path = tmp_path / "gradviz" / "gradviz.ini"
    path.parent.mkdir()
    return path


def test_a_window_is_no_larger_than_the_screen(file, open_window):
    file.write_text(SETTINGS.replace("1100x700", "99999x99999"))
    window = open_window("depth=3&width=4&batch=4", size=(0, 0))
    room = window.screen().availableSize()
    assert window._size_on_screen() == room.expandedTo(QSize(*LEAST_SIZE))
    file.write_text(SETTINGS)
    window.session.settings._kept.sync()
    assert window._size_on_screen() == QSize(1100, 700).boundedTo(room).expandedTo(QSize(*LEAST_SIZE))


@pytest.mark.parametrize(
    "content", [b"\xff" * 4000, b"a=1\n" * 10**5, os.urandom(3000) + b"\xff"], ids=["no text", "long", "noise"]
)
def test_what_is_no_settings_file_is_set_aside_and_told_once(file, content, open_window):
    file.write_bytes(content)
    window = open_window("depth=3&width=4&batch=4")
    window.mention_settings()
    assert "gradviz.damaged" in window.banner.label.text() and window.banner.isVisible()
    assert file.with_suffix(".damaged").read_bytes() == content
    window.close()
    assert Settings().problem == "" and Settings().experiment == Spec(depth=3, width=4, batch=4)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes among the files here")
def test_a_pipe_in_its_place_is_not_waited_for(file):
    os.mkfifo(file)
    assert "gradviz.damaged" in Settings().problem


def test_settings_that_cannot_be_written_are_told_of_once(file, open_window, qtbot):
    """A folder stands where the file would be put."""
    file.parent.rmdir()
    file.parent.write_text("no folder")
    window = open_window("depth=3&width=4&batch=4")
    told = []
    window.session.complained.connect(lambda text, _about: told.append(text))
    for gain in (0.5, 0.6):
        window.session.store.edit("gain", gain)
        qtbot.waitUntil(lambda: window.session.runner.is_idle)
        window._remember()
    assert told == [f"the settings cannot be written to {file}"]


def test_the_session_is_kept_within_seconds_of_a_change(file, open_window, qtbot):
    window = open_window("depth=3&width=4&batch=4")
    window.session.store.edit("gain", 0.5)
    qtbot.waitUntil(lambda: file.exists() and "gain=0.5" in file.read_text(), timeout=5000)
    window.arrangement.set_shown("heatmap", True)
    qtbot.waitUntil(lambda: "heatmap" in file.read_text(), timeout=5000)
    window.actions_["pin"].trigger()
    qtbot.waitUntil(lambda: Settings().reference == window.session.store.spec, timeout=5000)


def test_of_two_windows_the_first_is_remembered_and_the_second_says_so(file, open_window, qtbot):
    first = open_window("depth=3&width=4&batch=4")
    first.mention_settings()
    first._remember()
    assert not first.banner.isVisible()
    second = open_window("depth=5&width=4&batch=4")
    second.mention_settings()
    assert "another window" in second.banner.label.text() and second.banner.isVisible()
    second._remember()
    assert Settings().experiment.depth == 3
    first.close()
    second._remember()  # which is the only one now
    assert Settings().experiment.depth == 5


STARTS = """
import sys
from PySide6.QtCore import QTimer
from gradviz.app import main
made = main.make_window
def make(*arguments, **named):
    window = made(*arguments, **named)
    window.session.store.edit("gain", 0.25)
    told = window._keeping.timeout
    told.connect(lambda: print("kept", flush=True))
    return window
main.make_window = make
from gradviz.cli import run
raise SystemExit(run(["show", "depth=4&width=6&batch=8"]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="neither signal is there")
@pytest.mark.parametrize("number", [signal.SIGKILL, getattr(signal, "SIGHUP", signal.SIGTERM)])
@pytest.mark.sampled(2)
def test_the_next_start_has_it_after_any_end(tmp_path, file, number):
    """And another window after a kill is the first one: the lock of a process that is gone binds nobody."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(tmp_path)}
    for _again in range(2):
        with subprocess.Popen([sys.executable, "-c", STARTS], env=environment, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout.readline() == "kept\n"
            child.send_signal(number)
        assert child.returncode == (-9 if number == signal.SIGKILL else 0)
        found = Settings()
        assert (found.experiment.gain, found.experiment.depth) == (0.25, 4)
        assert found.holds_session()
        found.release_session()


@pytest.mark.parametrize("seed", range(60))
def test_every_value_of_a_damaged_file_makes_sense(file, seed):
    file.write_bytes(made("settings", 2 * seed).content)
    found = Settings()
    assert found.language in ("en", "ko") and found.theme and 0.5 <= found.zoom <= 3 and 64 <= found.cache_mib <= 4096
    assert isinstance(found.experiment, Spec) and found.layout and len(found.recent) <= settings_module.MOST_RECENT
    size = found.window_size
    assert size is None or (0 <= size[0] < 10**5 and 0 <= size[1] < 10**5)
    assert (isinstance(found.folder, str) and found.reference is None) or isinstance(found.reference, Spec)


@pytest.mark.skipif(sys.platform != "linux", reason="the most memory that was taken is read from /proc")
@pytest.mark.parametrize("seed", [3, 14])
@pytest.mark.whole
def test_a_start_from_a_damaged_file_takes_no_more_memory(tmp_path, file, seed):
    file.write_bytes(made("settings", 2 * seed).content.replace(b"1100x700", b"99999x99999"))
    assert started_within(300, tmp_path) == (0, "")


def started_within(mebibytes, folder):
    """Status and errors of a start that is closed after its first picture and must not take more memory than so much."""
    code = (
        "import re, sys\n"
        "from pathlib import Path\n"
        "from PySide6.QtCore import QTimer\n"
        "from gradviz.app import main\n"
        "made = main.make_window\n"
        "def make(*arguments, **named):\n"
        "    window = made(*arguments, **named)\n"
        "    window.session.scene_changed.connect(lambda _scene: QTimer.singleShot(300, window.close))\n"
        "    return window\n"
        "main.make_window = make\n"
        "from gradviz.cli import run\n"
        "status = run(['show'])\n"
        # Not what getrusage says: that begins with what the process had that started this one.
        "used = int(re.search('VmHWM: *[^0-9]*([0-9]+)', Path('/proc/self/status').read_text())[1]) // 1024\n"
        f"sys.exit(status if used <= {mebibytes} else f'{{used}} MiB')\n"
    )
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(folder)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stderr
