"""What is remembered from one start to the next. A damaged file is the same as none."""

from __future__ import annotations

from PySide6.QtCore import QSettings

from gradviz.i18n import LANGUAGES, system_language
from gradviz.panels.themes import THEMES

LEAST_ZOOM, MOST_ZOOM = 0.5, 3.0


class Settings:
    """Language, theme, zoom and the window's size."""

    def __init__(self) -> None:
        self.theme_for_now: str | None = None
        """A theme for this time only; choosing another ends it."""
        self._kept = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "gradviz", "gradviz")

    @property
    def language(self) -> str:
        """A key of `LANGUAGES`: the one chosen last, at first the machine's."""
        return self._one_of("language", list(LANGUAGES), system_language())

    @language.setter
    def language(self, code: str) -> None:
        self._kept.setValue("language", code)

    @property
    def theme(self) -> str:
        """A key of `THEMES`."""
        return self.theme_for_now or self._one_of("theme", list(THEMES), "light")

    @theme.setter
    def theme(self, name: str) -> None:
        self.theme_for_now = None
        self._kept.setValue("theme", name)

    @property
    def zoom(self) -> float:
        """The factor on type and lines, from 0.5 to 3."""
        try:
            zoom = float(str(self._kept.value("zoom", 1.0)))
        except ValueError:
            return 1.0
        return zoom if LEAST_ZOOM <= zoom <= MOST_ZOOM else 1.0

    @zoom.setter
    def zoom(self, zoom: float) -> None:
        self._kept.setValue("zoom", zoom)

    @property
    def window_size(self) -> tuple[int, int] | None:
        """Width and height of the window in pixels when it was closed last."""
        width, _cross, height = str(self._kept.value("window", "")).partition("x")
        if width.isdecimal() and height.isdecimal() and len(width) < 6 and len(height) < 6:
            return int(width), int(height)
        return None

    @window_size.setter
    def window_size(self, size: tuple[int, int]) -> None:
        self._kept.setValue("window", f"{size[0]}x{size[1]}")

    @property
    def folder(self) -> str:
        """Where the last file was opened or written."""
        return str(self._kept.value("folder", ""))

    @folder.setter
    def folder(self, path: str) -> None:
        self._kept.setValue("folder", path)

    def _one_of(self, name: str, known: list[str], default: str) -> str:
        value = str(self._kept.value(name, default))
        return value if value in known else default
