import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QMenu


@pytest.fixture(autouse=True)
def nobody_s_settings(settings_elsewhere):
    """Nobody's settings are read or written, by no test."""


@pytest.fixture(autouse=True)
def no_widget_is_left(qapp):
    """A widget that a test leaves behind may crash a later one."""
    before = set(QApplication.topLevelWidgets())
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    # pyqtgraph makes menus without a parent for every plot, and keeps them as long as the plot's Python object.
    left = [widget for widget in QApplication.topLevelWidgets() if widget not in before and not isinstance(widget, QMenu)]
    assert not left, left
