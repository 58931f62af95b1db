import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings
from PySide6.QtWidgets import QApplication, QMenu

from gradviz.app.main import make_window
from gradviz.core.spec import Spec


@pytest.fixture(autouse=True)
def settings_elsewhere(tmp_path):
    """Nobody's settings are read or written."""
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))


@pytest.fixture(autouse=True)
def no_widget_is_left(qapp):
    """A widget that a test leaves behind may crash a later one."""
    before = set(QApplication.topLevelWidgets())
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    # pyqtgraph makes menus without a parent for every plot, and keeps them as long as the plot's Python object.
    left = [widget for widget in QApplication.topLevelWidgets() if widget not in before and not isinstance(widget, QMenu)]
    assert not left, left


@pytest.fixture
def open_window(qtbot):
    """Return a function that opens the window on an experiment and waits for its picture."""
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
