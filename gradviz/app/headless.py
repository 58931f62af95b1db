"""A Qt application for drawing without a display."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gradviz.app.parts.qt_setup import make_application


@contextmanager
def offscreen_application() -> Iterator[None]:
    """Provide the QApplication that widgets need; everything is deleted at the end, while Qt still stands."""
    application = make_application()
    try:
        yield
    finally:
        application.sendPostedEvents(None, 0)
        application.processEvents()
