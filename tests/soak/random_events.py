"""Whatever a hand may do: `uv run python tests/soak/random_events.py [--events 20000] [--seed 1]`.

Random clicks, drags, wheels, keys, typed text, edits, resizes and actions on the real window, off the screen. The same seed
sends the same events. Ends with status 1 at an exception, a Qt warning, or a picture that "reset view" does not restore. A stall is
a time of more than 250 ms in which the event loop cannot take the next event; it is told with the event that began it.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer, qInstallMessageHandler
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QWidget

from gradviz.app.main import collect_what_comes, make_window
from gradviz.app.parts.actions import ACTIONS
from gradviz.core.spec import KNOBS, Spec
from gradviz.export.formula import load_beforehand

STALL = 0.25
"""Seconds after which a person notices that the window does not answer."""

EVENTS = 20_000
LEAVING = {"quit", "full_screen"}
OPENING = Spec(depth=12, width=24, batch=32)
MOST_WEIGHTS = 2**20
"""Larger networks are taken back at once: what is tested is the window, not the patience."""

BUTTONS = (Qt.MouseButton.LeftButton, Qt.MouseButton.LeftButton, Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton)
KEYS = [key for entry in ACTIONS.values() if entry.key not in LEAVING for key in entry.shortcuts]
TYPED = "0123456789.e-+ aㅠ한/\\<&"


class Hand:
    """Does one random thing after another to a window."""

    def __init__(self, window: QWidget, seed: int) -> None:
        self.window, self.random, self.pressed = window, random.Random(seed), None
        self.kinds = (
            (12, self.click), (14, self.move), (5, self.release), (3, self.double_click), (5, self.wheel), (10, self.key),
            (5, self.type_), (8, self.edit), (8, self.act), (2, self.choose), (1, self.resize), (3, self.close_dialogs),
        )  # fmt: skip

    def do(self) -> str:
        """Do something, and say what."""
        weights = [weight for weight, _kind in self.kinds]
        kind = self.random.choices([kind for _weight, kind in self.kinds], weights)[0]
        return f"{kind.__name__} {kind()}"

    def widget(self) -> QWidget:
        top = QApplication.activeModalWidget() or self.window
        seen = [each for each in [top, *top.findChildren(QWidget)] if each.isVisible() and each.width() > 0 < each.height()]
        return self.random.choice(seen)

    def mouse(self, kind: QEvent.Type, widget: QWidget, button: Qt.MouseButton, held: Qt.MouseButton) -> str:
        place = QPoint(self.random.randrange(widget.width()), self.random.randrange(widget.height()))
        there = QPointF(widget.mapToGlobal(place))
        QApplication.sendEvent(widget, QMouseEvent(kind, QPointF(place), there, button, held, Qt.KeyboardModifier.NoModifier))
        return f"{type(widget).__name__} {place.x()},{place.y()}"

    def click(self) -> str:
        widget, button = self.widget(), self.random.choice(BUTTONS)
        self.pressed = widget if button is Qt.MouseButton.LeftButton else None
        said = self.mouse(QEvent.Type.MouseButtonPress, widget, button, button)
        if self.random.random() < 0.6:
            self.mouse(QEvent.Type.MouseButtonRelease, widget, button, Qt.MouseButton.NoButton)
            self.pressed = None
        return said

    def held(self) -> QWidget:
        try:
            if self.pressed is not None and self.pressed.isVisible():
                return self.pressed
        except RuntimeError:  # gone with its dialog
            self.pressed = None
        return self.widget()

    def move(self) -> str:
        held = Qt.MouseButton.LeftButton if self.pressed is not None else Qt.MouseButton.NoButton
        return self.mouse(QEvent.Type.MouseMove, self.held(), Qt.MouseButton.NoButton, held)

    def release(self) -> str:
        widget, self.pressed = self.held(), None
        return self.mouse(QEvent.Type.MouseButtonRelease, widget, Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton)

    def double_click(self) -> str:
        return self.mouse(QEvent.Type.MouseButtonDblClick, self.widget(), Qt.MouseButton.LeftButton, Qt.MouseButton.LeftButton)

    def wheel(self) -> str:
        widget, turn = self.widget(), QPoint(0, self.random.choice((-120, 120, 15)))
        place = QPointF(widget.rect().center())
        no_button, no_keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
        there = QPointF(widget.mapToGlobal(place.toPoint()))
        QApplication.sendEvent(
            widget, QWheelEvent(place, there, QPoint(), turn, no_button, no_keys, Qt.ScrollPhase.NoScrollPhase, False)
        )
        return f"{type(widget).__name__} {turn.y()}"

    def send_key(self, widget: QWidget, key: int, keys: Qt.KeyboardModifier, text: str = "") -> None:
        for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(widget, QKeyEvent(kind, key, keys, text))

    def key(self) -> str:
        keys = self.random.choice([*KEYS, "Tab", "Shift+Tab", "Return", "Up", "Down", "PageUp", "PageDown", "Backspace"])
        combination = QKeySequence(keys)[0]
        widget = QApplication.focusWidget() or self.window
        self.send_key(widget, combination.key(), combination.keyboardModifiers())
        return keys

    def type_(self) -> str:
        text = self.random.choice(TYPED)
        self.send_key(QApplication.focusWidget() or self.widget(), 0, Qt.KeyboardModifier.NoModifier, text)
        return text

    def edit(self) -> str:
        name = self.random.choice([name for name, knob in KNOBS.items() if knob.kind is not str or knob.choices is not None])
        knob = KNOBS[name]
        if knob.choices is not None:
            value: object = self.random.choice([value for value in knob.choices if value != "file"])
        elif knob.kind is bool:
            value = self.random.random() < 0.5
        else:
            low, high = knob.reach or (knob.low, min(knob.high, 60))
            value = knob.kind(self.random.uniform(float(low), float(high)))
        self.window.session.store.edit(name, value)
        return f"{name}={value}"

    def act(self) -> str:
        key = self.random.choice([key for key in ACTIONS if key not in LEAVING])
        self.window.actions_[key].trigger()
        return key

    def choose(self) -> str:
        arrangement, menus = self.window.arrangement, self.window.menus_of_choices
        actions: list[QAction] = [*arrangement.panel_actions.values(), *arrangement.layout_actions.values()]
        actions += [action for menu in menus.values() for action in menu.actions()]
        action = self.random.choice(actions)
        action.trigger()
        return action.text()

    def resize(self) -> str:
        size = self.random.choice(((900, 560), (1024, 640), (1280, 720), (1600, 900)))
        self.window.resize(*size)
        return str(size)

    def close_dialogs(self) -> str:
        closed = 0
        while isinstance(top := QApplication.activeModalWidget() or QApplication.activePopupWidget(), QWidget) and closed < 9:
            top.close()
            closed += 1
        return str(closed)


class Pulse:
    """How long the event loop has been without a turn, at most."""

    def __init__(self) -> None:
        self.timer = QTimer(interval=0)
        self.timer.timeout.connect(self.beat)
        self.timer.start()
        self.begin()

    def begin(self) -> None:
        self.last, self.longest = time.perf_counter(), 0.0

    def beat(self) -> None:
        now = time.perf_counter()
        self.longest, self.last = max(self.longest, now - self.last), now


def run(seed: int, events: int) -> tuple[list[str], list[tuple[float, str]]]:
    """Return what went wrong, and the stalls."""
    faults: list[str] = []
    stalls: list[tuple[float, str]] = []
    last = ""
    window = make_window(OPENING, language="en")
    window.resize(1280, 720)
    window.show()
    window.session.start()
    load_beforehand().join()
    collect_what_comes()
    pulse = Pulse()
    sys.excepthook = lambda kind, fault, _trace: faults.append(f"{last}: {kind.__name__}: {fault}")
    ignored = ("propagateSizeHints", "does not support raise", "grabbing the")
    qInstallMessageHandler(
        lambda _kind, _context, text: None if any(part in text for part in ignored) else faults.append(f"{last}: {text}")
    )
    hand = Hand(window, seed)
    for place in range(events):
        pulse.begin()
        last = f"event {place}"
        try:
            last = f"event {place}: {hand.do()}"
        except Exception as fault:
            faults.append(f"{last}: {type(fault).__name__}: {fault}")
        pulse.beat()
        QApplication.processEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # which the program's own loop does
        pulse.beat()
        if pulse.longest > STALL:
            stalls.append((pulse.longest, last))
        spec = window.session.store.spec
        if spec.depth * spec.width**2 > MOST_WEIGHTS or spec.batch > 512:
            window.session.store.replace(OPENING, "")
    hand.close_dialogs()
    last = "reset view"
    sys.excepthook = sys.__excepthook__
    faults += _not_restored(window)
    window.close()
    window.deleteLater()
    QApplication.processEvents()
    return faults, stalls


def _settled(window: QWidget) -> None:
    until = time.monotonic() + 60
    while not (
        window.session.runner.is_idle
        and window.session.frame is not None
        and window.session.frame.spec == window.session.store.spec
    ):
        QApplication.processEvents()
        if time.monotonic() > until:
            raise TimeoutError("no picture after 60 s")
    QApplication.processEvents()


def _picture(window: QWidget) -> object:
    window.lecture.player.close()
    window.session.store.replace(OPENING, "")
    window.session.pin(None)
    window.arrangement.reset()
    window.resize(1280, 720)
    _settled(window)
    until = time.monotonic() + 0.2  # sizes settle after 40 ms
    while time.monotonic() < until:
        QApplication.processEvents()
    window.reset_view()
    window.board.hover(0)
    while not window.board.is_up_to_date:
        QApplication.processEvents()
    QApplication.processEvents()
    return window.board.grab().toImage()


def _not_restored(window: QWidget) -> list[str]:
    """Compare the board with that of a window in which nothing was done."""
    window.session.transport.set_speed(1.0)
    window.look.set_language("en")
    window.look.set_theme("light")
    found = _picture(window)
    fresh = make_window(OPENING, language="en", theme="light")
    fresh.resize(1280, 720)
    fresh.show()
    fresh.start()
    expected = _picture(fresh)
    fresh.close()
    fresh.deleteLater()
    return [] if found == expected else ["reset view: the picture is another one"]


def quiet_dialogs() -> None:
    """Dialogs that would wait for a person return at once."""
    QFileDialog.getOpenFileName = lambda *_, **__: ("", "")
    QFileDialog.getSaveFileName = lambda *_, **__: ("", "")
    QDialog.exec = lambda self: QDialog.DialogCode.Rejected


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    os.environ["XDG_CONFIG_HOME"] = tempfile.mkdtemp()
    quiet_dialogs()
    start = time.perf_counter()
    faults, stalls = run(options.seed, options.events)
    for fault in faults[:30]:
        print(fault)
    for taken, what in sorted(stalls, reverse=True)[:10]:
        print(f"stall of {1e3 * taken:.0f} ms: {what}")
    taken = time.perf_counter() - start
    print(
        f"{options.events} events in {taken:.0f} s, seed {options.seed}: {len(faults)} faults, {len(stalls)} stalls over 250 ms"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
