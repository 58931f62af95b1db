"""What every test starts from: no display, settings in a temporary folder, English, one BLAS thread a process, patience."""

import os
from collections import defaultdict
from math import ceil
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import settings
from pytestqt.qtbot import QtBot

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if "PYTEST_XDIST_WORKER" in os.environ:
    # Before NumPy is loaded: products outside of a pass would otherwise take every core from the other processes.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from gradviz import system
from gradviz.i18n import use_language

PROCESSES = 2
"""What the suite runs in: a third one gains little, and each holds its own Qt and its own draws in memory."""

PATIENCE = 30_000
"""Milliseconds until a wait in a GUI test is given up: no limit for a busy machine, an end for a broken program."""

# An example may take as long as it likes: what is slow here is the machine.
settings.register_profile("patient", settings(), deadline=None)
settings.load_profile("patient")


def pytest_xdist_auto_num_workers(config):
    """Several processes for folders; a file or a test alone runs here, where nothing has to start and a debugger works."""
    is_alone = len(config.args) == 1 and Path(config.args[0].partition("::")[0]).is_file()
    return 0 if is_alone else min(PROCESSES, os.cpu_count() or 1)


class PatientBot(QtBot):
    """pytest-qt's robot, whose waits end after PATIENCE instead of five seconds."""

    def waitUntil(self, callback, *, timeout=PATIENCE):
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal, *, timeout=PATIENCE, **options):
        return super().waitSignal(signal, timeout=timeout, **options)


@pytest.fixture
def qtbot(qapp, request):
    return PatientBot(request)


def pytest_addoption(parser):
    parser.addoption("--whole", action="store_true", help="run every case of the tests that are marked `sampled`")


def pytest_collection_modifyitems(config, items):
    """Leave out what is marked `whole`, and of what is marked `sampled(n)` all but every n-th case, always the same ones.

    With ``--whole`` everything is run, and what is named by itself always.
    """
    if config.getoption("whole"):
        return
    cases, left_out = defaultdict(list), set()
    for item in items:
        if any(item.nodeid in argument for argument in config.args):
            continue
        if item.get_closest_marker("whole"):
            left_out.add(item)
        elif item.get_closest_marker("sampled"):
            cases[item.nodeid.partition("[")[0]].append(item)
    for found in cases.values():
        [share] = found[0].get_closest_marker("sampled").args
        found.sort(key=lambda item: crc32(item.nodeid.encode()))
        left_out |= set(found[ceil(len(found) / share) :])
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]


def pytest_configure(config):
    config.addinivalue_line("markers", "whole: runs only with --whole")
    config.addinivalue_line("markers", "sampled(n): every n-th case runs, unless --whole is given")
    try:
        system.require_drawing()
    except system.SystemLacksError as error:
        pytest.exit(str(error), returncode=3)


@pytest.fixture(autouse=True)
def english():
    """Texts under test are English unless the test says otherwise."""
    use_language("en")
    yield
    use_language("en")


@pytest.fixture(autouse=True)
def few_remedies(request, monkeypatch):
    """Of what could help, some: dozens of networks for every panel that is drawn would take a third of the suite."""
    from gradviz.core.runs import remedies

    changes = remedies._changes

    def few(spec):
        kinds = {}
        for change in changes(spec):
            kinds.setdefault(tuple(name for name, _value in change), change)
        yield from kinds.values()

    if request.module.__name__.rpartition(".")[2] != "test_remedies":
        monkeypatch.setattr(remedies, "_changes", few)


@pytest.fixture(scope="session")
def qapp():
    """The application as the program makes it."""
    from gradviz.app.parts.qt_setup import make_application

    return make_application()


@pytest.fixture
def settings_elsewhere(qapp, tmp_path):
    """Keep settings in a folder that only this test sees."""
    from PySide6.QtCore import QSettings

    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))


@pytest.fixture
def open_window(qtbot, settings_elsewhere):
    """Return a function that opens the window on an experiment and waits for its picture."""
    from gradviz.app.main import make_window
    from gradviz.core.spec import Spec

    windows = []

    def open_(text="", size=(1280, 720), *, restored=False, **named):
        window = make_window(None if restored else Spec.from_text(text), **named)
        windows.append(window)
        window.resize(*size)
        window.show()
        window.session.start(window.session.settings.reference if restored else None)
        qtbot.waitUntil(lambda: window.session.frame is not None and window.session.runner.is_idle)
        qtbot.waitUntil(lambda: window.look.wished_style() == window.look.style_ and window.board.is_up_to_date)
        return window

    yield open_
    for window in windows:
        window.close()
        window.deleteLater()


@pytest.fixture
def window(open_window):
    """The window on the opening experiment, made small so that tests are quick."""
    return open_window("depth=6&width=20&batch=32")


@pytest.fixture
def settle(qtbot):
    """Return a function that waits until a window shows what is asked of it."""

    def wait(window):
        qtbot.waitUntil(lambda: window.session.runner.is_idle and window.session.frame.spec == window.session.store.spec)

    return wait
