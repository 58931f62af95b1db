"""What Qt and pyqtgraph are told before the first widget."""

from __future__ import annotations

import locale
import os
import sys

import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, QHashSeed, QLibraryInfo, QtMsgType, QTranslator, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from gradviz import streams
from gradviz.panels.parts.typeface import load_typeface

# Seen from Qt 6.10 to 6.11 and of no use to anyone: the offscreen platform says it for every widget.
NOT_WORTH_SAYING = ("This plugin does not support propagateSizeHints()",)


def make_application() -> QApplication:
    """Return the application, made on the first call."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    _speak_utf_8()
    QHashSeed.setDeterministicGlobalSeed()  # a PDF file's fonts come in the order of a hash table
    qInstallMessageHandler(_on_qt_message)
    QApplication.setApplicationName("gradviz")
    QApplication.setOrganizationName("gradviz")
    QApplication.setStyle("Fusion")
    pg.setConfigOptions(antialias=True)
    application = QApplication(sys.argv[:1])
    load_typeface()
    return application


def _on_qt_message(kind: QtMsgType, context: object, message: str) -> None:
    if message not in NOT_WORTH_SAYING:
        streams.tell(message, who="Qt")


def _speak_utf_8() -> None:
    """Name a UTF-8 locale where the environment names another: Qt takes C.UTF-8 then, and says so in four lines."""
    if sys.platform == "linux" and locale.getencoding().lower().replace("-", "") != "utf8":
        os.environ["LC_ALL"] = "C.UTF-8"


_qt_texts: list[QTranslator] = []
"""Qt keeps no reference of its own."""


def use_qt_language(code: str) -> None:
    """Take the texts of Qt's own dialogs and standard buttons from Qt's catalogue of a language, where it has one."""
    while _qt_texts:
        QCoreApplication.removeTranslator(_qt_texts.pop())
    translator = QTranslator()
    if translator.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        QCoreApplication.installTranslator(translator)
        _qt_texts.append(translator)
