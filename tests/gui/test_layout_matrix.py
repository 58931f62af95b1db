"""Nothing is clipped and nothing out of reach: sizes from 1024 × 640 to 3840 × 2160, device scales 1 to 2, type 9 to 24 pt, two languages.

A device scale is the process's own, so each runs in a child, which looks through all the rest and prints what it finds.
What is looked at is where things lie and how wide they are; nothing is painted, which would be half of the work.
"""

import json
import os
import subprocess
import sys

import pytest

from gradviz.i18n import LANGUAGES

SIZES = ((1024, 640), (1280, 720), (1920, 1080), (3840, 2160))
POINTS = (9, 14, 24)
DESIGN_POINTS = 9.75
"""13 pixels at 96 dpi, the type at zoom 1."""

LOOKS_THROUGH = """
import json, sys
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import QAbstractSpinBox, QAbstractButton, QComboBox, QLabel, QScrollArea, QWidget
from PySide6.QtWidgets import QApplication
from gradviz.app.main import make_window
from gradviz.core.spec import Spec
from gradviz.panels.layouts import LAYOUTS

SIZES, POINTS, DESIGN_POINTS, LANGUAGE = json.loads(sys.argv[1])
SLACK = 2  # pixels: type is measured a little differently from how it is set

def wide(widget, text):
    return QFontMetricsF(widget.font()).horizontalAdvance(text)

def clipped(widget):
    if isinstance(widget, QLabel) and widget.text():
        if widget.wordWrap():
            return widget.heightForWidth(widget.width()) > widget.height() + SLACK
        return wide(widget, widget.text()) > widget.width() + SLACK
    if isinstance(widget, QComboBox):
        return wide(widget, widget.currentText()) > widget.width() - widget.height() * 0.5 + SLACK
    if isinstance(widget, QAbstractSpinBox):
        return wide(widget, widget.text()) > widget.lineEdit().width() + SLACK
    if isinstance(widget, QAbstractButton) and widget.text() and not widget.icon().isNull() is False:
        return wide(widget, widget.text()) > widget.width() + SLACK
    return False

def outside(widget, window):
    if any(isinstance(parent, QScrollArea) for parent in parents(widget)):
        area = next(parent for parent in parents(widget) if isinstance(parent, QScrollArea))
        left = widget.mapTo(area.viewport(), widget.rect().topLeft()).x() if area.viewport().isAncestorOf(widget) else 0
        return left < -SLACK or left + widget.width() > area.viewport().width() + SLACK
    corner = widget.mapTo(window, widget.rect().topLeft())
    return corner.x() < -SLACK or corner.x() + widget.width() > window.width() + SLACK or corner.y() + widget.height() > window.height() + SLACK

def parents(widget):
    while (widget := widget.parentWidget()) is not None:
        yield widget

def settle():
    for _turn in range(3):
        QApplication.processEvents()
    while not window.board.is_up_to_date:
        QApplication.processEvents()

found = []
window = make_window(Spec(depth=20, width=12, batch=16), language=LANGUAGE, theme="light")
window.setUpdatesEnabled(False)
window.show()
window.session.start()
while window.session.frame is None:
    QApplication.processEvents()
combinations = [
    (layout, size, points)
    for layout in LAYOUTS
    for size in SIZES
    for points in (POINTS if layout == next(iter(LAYOUTS)) else POINTS[1:2])
]
for layout, size, points in combinations:
    if window.board.layout_ != LAYOUTS[layout].rows:
        window.arrangement.use_named(layout)
    window.resize(*size)
    window.session.settings.zoom = points / DESIGN_POINTS
    window.look.restyle()
    settle()
    where = f"{layout} {size[0]}x{size[1]} {points} pt"
    if (window.width(), window.height()) != tuple(size):
        found.append(f"{where}: the window became {window.width()}x{window.height()}")
    if window.board.width() < 0.45 * window.width():
        found.append(f"{where}: the board is {window.board.width()} wide")
    for widget in window.centralWidget().findChildren(QWidget):
        if widget.isVisible() and (clipped(widget) or outside(widget, window)):
            text = widget.text() if hasattr(widget, "text") else getattr(widget, "currentText", lambda: "")()
            kind = "clipped" if clipped(widget) else "outside"
            found.append(f"{where}: {kind}: {type(widget).__name__} {text!r} {widget.width()}x{widget.height()}")
    for panel in window.board.seen():
        header = panel.header
        if not header.has_its_name and size[0] > 1024:
            found.append(f"{where}: no room for {header.name.text!r} in {header.width():.0f}")
window.close()
print(json.dumps(found))
"""


@pytest.mark.parametrize("scale", ["1", "1.5", "2"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.sampled(6)
def test_nothing_is_clipped_and_nothing_is_out_of_reach(tmp_path, language, scale):
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale, "XDG_CONFIG_HOME": str(tmp_path)}
    what = json.dumps([SIZES, POINTS, DESIGN_POINTS, language])
    child = subprocess.run(
        [sys.executable, "-c", LOOKS_THROUGH, what], env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    assert (child.returncode, child.stderr) == (0, "")
    found = json.loads(child.stdout)
    assert not found, "\n".join(found[:40])
