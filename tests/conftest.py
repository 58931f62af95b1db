"""What every test starts from: no display, settings in a temporary folder, English, one BLAS thread a process, patience."""

import os
from pathlib import Path

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


def pytest_configure(config):
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


@pytest.fixture(scope="session")
def qapp():
    """The application as the program makes it."""
    from gradviz.app.parts.qt_setup import make_application

    return make_application()
