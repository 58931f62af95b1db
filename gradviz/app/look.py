"""How the window looks: colours, size of type, language; switched live and remembered."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget

from gradviz.app.parts.qt_setup import use_qt_language
from gradviz.app.parts.theme import apply_style
from gradviz.app.session.settings import LEAST_ZOOM, MOST_ZOOM, Settings
from gradviz.i18n import use_language
from gradviz.panels.parts.style import Style
from gradviz.panels.parts.themes import THEMES

DESIGN_HEIGHT = 740.0
"""The height of the window in pixels at which type has its design size; it grows with the window, for the back row."""

CONTROLS_WIDTH, CONTROLS_SHARE, LEAST_HEIGHT = 288, 0.42, 520
"""The controls' width at scale 1 and the share of the window's that they may take; the height below which rows are clipped."""

ZOOM_STEP = 1.1


class Look(QObject):
    """Theme, zoom and language of a window."""

    restyled = Signal(object)
    """The new Style."""
    retranslated = Signal()

    def __init__(self, window: QWidget, settings: Settings) -> None:
        super().__init__()
        self._window, self._settings = window, settings
        self._growth = 1.0
        self.style_ = Style(THEMES[settings.theme])

    def set_language(self, code: str) -> None:
        """Switch the language of everything, now and at the next start."""
        use_language(code)
        use_qt_language(code)
        self._settings.language = code
        self.retranslated.emit()

    def set_theme(self, name: str) -> None:
        """Switch the colours of everything, now and at the next start."""
        self._settings.theme = name
        self.restyle()

    def set_zoom(self, zoom: float) -> None:
        """Scale type and lines, now and at the next start."""
        self._settings.zoom = min(max(zoom, LEAST_ZOOM), MOST_ZOOM)
        self.restyle()

    def zoom_in(self) -> None:
        """Make everything one step larger."""
        self.set_zoom(self._settings.zoom * ZOOM_STEP)

    def zoom_out(self) -> None:
        """Make everything one step smaller."""
        self.set_zoom(self._settings.zoom / ZOOM_STEP)

    def zoom_reset(self) -> None:
        """Go back to the usual size."""
        self.set_zoom(1.0)

    def set_growth(self, growth: float) -> None:
        """Scale type and lines for now, beside what is remembered."""
        self._growth = growth
        self.restyle()

    def wished_style(self) -> Style:
        """Return the Style that fits the window and the settings of now."""
        width, height = self._window.width(), self._window.height()
        # In steps, so that a window being resized is not set anew at every pixel.
        by_height = round(8 * height / DESIGN_HEIGHT) / 8
        scale = self._growth * self._settings.zoom * min(max(by_height, 0.875), 3.0)
        # The controls must leave the board more than half of the width, and the panels room for their text.
        scale = min(scale, CONTROLS_SHARE * width / CONTROLS_WIDTH, height / LEAST_HEIGHT)
        return Style(THEMES[self._settings.theme], scale, self._window.devicePixelRatioF())

    def restyle(self) -> None:
        """Take colours and sizes anew."""
        self.style_ = self.wished_style()
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        apply_style(application, self.style_)
        self.restyled.emit(self.style_)

    def restyle_if_needed(self) -> None:
        """Take sizes anew where the window has another size now."""
        if self.wished_style() != self.style_:
            self.restyle()
