"""What is remembered from one start to the next. A damaged file is the same as none."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from math import isfinite, nan
from pathlib import Path

from PySide6.QtCore import QLockFile, QSettings

from gradviz.cache import BUDGET
from gradviz.core.choices.errors import ExperimentError
from gradviz.core.choices.regular_files import content_of, path_shown
from gradviz.core.spec import Spec
from gradviz.experiment import OPENING_EXPERIMENT
from gradviz.i18n import LANGUAGES, _, system_language
from gradviz.panels.layouts import OPENING, Layout, from_text, to_text
from gradviz.panels.parts.themes import THEMES

LARGEST_FILE = 256 * 2**10
"""Bytes; with eight paths and a layout it has some five thousand."""

MOST_RECENT = 8
LEAST_ZOOM, MOST_ZOOM = 0.5, 3.0

LEAST_CACHE, MOST_CACHE = 64, 4096
"""MiB: with less, the draws of the opening layout's larger networks are made anew in every run; 4 GiB hold those of 152 × 1,500."""


def _path() -> Path:
    """Return where the settings are kept. Qt is asked about another file, because it reads the one that it is asked about."""
    other = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "gradviz", "none").fileName()
    return Path(other).with_name("gradviz.ini")


def _set_aside(path: Path) -> str:
    """Rename what is no settings file, lest Qt read it and write over it; return what is to be told of it, or ""."""
    if not path.exists():
        return ""
    try:
        content_of(path, "", LARGEST_FILE).decode()
    except (ExperimentError, UnicodeDecodeError):
        aside = path.with_suffix(".damaged")
        try:
            os.replace(path, aside)
        except OSError:
            return _("the settings cannot be read from {path}").format(path=path_shown(path))
        return _("the settings could not be read and are now in {path}; all is as at the first start").format(
            path=path_shown(aside)
        )
    return ""


class Settings:
    """Language, colours, sizes, files, and the session: experiment, reference and layout."""

    def __init__(self) -> None:
        self.theme_for_now: str | None = None
        """A theme for this time only; choosing another ends it."""
        self.path = _path()
        self.problem = _set_aside(self.path)
        """Why nothing is kept or nothing was found, or ""; to be told once."""
        self._kept = QSettings(str(self.path), QSettings.Format.IniFormat)
        self._lock = QLockFile(str(self.path.with_name("session.lock")))
        self._lock.setStaleLockTime(0)  # it is stale when its process is gone, not by its age

    # --- the file ---

    def holds_session(self) -> bool:
        """Whether this is the window whose experiment and layout are remembered: the first one that is open."""
        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        return self._lock.isLocked() or self._lock.tryLock(0) or self._lock.error() != QLockFile.LockError.LockFailedError

    def release_session(self) -> None:
        """Let another window remember what it shows."""
        self._lock.unlock()

    def write(self) -> None:
        """Write what has changed now, and note in `problem` what keeps it from being written."""
        self._kept.sync()
        if self._kept.status() == QSettings.Status.AccessError:
            self.problem = _("the settings cannot be written to {path}").format(path=path_shown(self.path))

    # --- what is in it ---

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
    def cache_mib(self) -> int:
        """How much memory random draws and answers may take between two runs, in MiB: 64 to 4096; 448 where nothing else is kept.

        It stands in the settings file only, and is taken at the next start.
        """
        try:
            mib = float(str(self._kept.value("cache_mib", BUDGET // 2**20)))
        except ValueError:
            mib = nan
        return round(min(max(mib, LEAST_CACHE), MOST_CACHE)) if isfinite(mib) else BUDGET // 2**20

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

    @property
    def recent(self) -> list[str]:
        """Files that were opened or written, the last one first."""
        try:
            paths = json.loads(str(self._kept.value("recent", "[]")))
        except ValueError:
            return []
        return [path for path in paths if isinstance(path, str)][:MOST_RECENT] if isinstance(paths, list) else []

    def add_recent(self, path: str) -> None:
        """Put a file first."""
        others = [other for other in self.recent if other != path]
        self._kept.setValue("recent", json.dumps([path, *others][:MOST_RECENT]))

    def drop_recent(self, path: str) -> None:
        """Forget a file."""
        self._kept.setValue("recent", json.dumps([other for other in self.recent if other != path]))

    @property
    def layout(self) -> Layout:
        """What is on the board; where nothing valid is kept, the layout that the program opens with."""
        return from_text(str(self._kept.value("layout", ""))) or OPENING.rows

    @layout.setter
    def layout(self, layout: Layout) -> None:
        self._kept.setValue("layout", to_text(layout))

    @property
    def experiment(self) -> Spec:
        """The experiment of the last time; where nothing valid is kept, the one that the program opens with."""
        return self._spec("experiment") or OPENING_EXPERIMENT

    @experiment.setter
    def experiment(self, spec: Spec) -> None:
        self._kept.setValue("experiment", spec.to_text(full=True))

    @property
    def reference(self) -> Spec | None:
        """The experiment that was pinned."""
        return self._spec("reference")

    @reference.setter
    def reference(self, spec: Spec | None) -> None:
        self._kept.setValue("reference", spec.to_text(full=True) if spec else "")

    def _spec(self, name: str) -> Spec | None:
        text = str(self._kept.value(name, ""))
        try:
            return Spec.from_text(text) if text else None
        except ExperimentError:
            return None

    def _one_of(self, name: str, known: list[str], default: str) -> str:
        value = str(self._kept.value(name, default))
        return value if value in known else default
