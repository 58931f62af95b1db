"""Builds the window and wires it; the only file that knows all its parts."""

from __future__ import annotations

import gc

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import QApplication

from gradviz.app.opening import Opening
from gradviz.app.parts.faults import FaultHooks, QuitOnSignal
from gradviz.app.parts.qt_setup import make_application, use_qt_language
from gradviz.app.session.runner import Runner
from gradviz.app.session.session import Session
from gradviz.app.session.settings import Settings
from gradviz.app.session.store import Store
from gradviz.app.session.transport import Transport
from gradviz.app.window import Window
from gradviz.cache import CACHE
from gradviz.core.spec import Spec
from gradviz.experiment import OPENING_EXPERIMENT
from gradviz.export.formula import load_beforehand
from gradviz.i18n import _, use_language
from gradviz.lessons.lesson import Lesson

PATIENCE_MS = 200
"""How long the window waits for its first picture."""

IDLE_AFTER_MS = 2000
"""When what only lessons need is loaded."""


def make_window(spec: Spec | None, *, language: str | None = None, theme: str | None = None) -> Window:
    """Return the window, not yet shown. What is not said is as it was left."""
    make_application()
    settings = Settings()
    settings.theme_for_now = theme
    use_language(language or settings.language)
    use_qt_language(language or settings.language)
    CACHE.budget = settings.cache_mib * 2**20
    return Window(Session(Store(spec or settings.experiment), Runner(), Transport(), settings))


def _show_with_first_picture(window: Window) -> None:
    """Show the window when there is something to see, so that it is not painted twice; without it, after a moment."""
    moment = QTimer(window, interval=PATIENCE_MS, singleShot=True)
    for react in (window.show, collect_what_comes):
        moment.timeout.connect(react)
    for react in (moment.stop, window.show, collect_what_comes):
        window.session.scene_changed.connect(react, Qt.ConnectionType.SingleShotConnection)
    moment.start()


def collect_what_comes() -> None:
    """Let the collector of cycles run, past what is there: it stays, and looking through it would hold up the window each time."""
    gc.freeze()
    gc.enable()


def open_window(
    spec: Spec | None, *, language: str | None = None, theme: str | None = None, step: tuple[Lesson, int] | None = None
) -> int:
    """Show the window until it is closed, with a lesson at one of its steps where one is given; return the exit status."""
    if step is not None:  # the panels that come first do not answer its question either
        lesson, place = step
        pictured = lesson.pictured(place, is_asked=lesson.steps[place].question is not None)
        spec = pictured.spec if pictured else OPENING_EXPERIMENT
    window = make_window(spec, language=language, theme=theme)
    faults = FaultHooks()
    faults.happened.connect(
        lambda text: window.banner.say(_("Something went wrong ({fault}). The program goes on.").format(fault=text))
    )
    leaving = QuitOnSignal(lambda: (window.close(), QApplication.quit()))  # which it may not be shown yet to do by itself
    if spec is None and window.session.store.spec == OPENING_EXPERIMENT and window.session.settings.reference is None:
        Opening(window.session, window.headline, window.controls)
    window.session.start(window.session.settings.reference if spec is None else None)
    if step is not None:
        window.lecture.begin(*step)
    window.mention_settings()
    _show_with_first_picture(window)
    QTimer.singleShot(IDLE_AFTER_MS, load_beforehand)
    status = QApplication.exec()
    window.session.runner.stop()
    # Now: at the interpreter's end Qt would delete what is left in any order, and call Python when it is gone.
    window.deleteLater()
    QApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)
    leaving.close()
    return status
