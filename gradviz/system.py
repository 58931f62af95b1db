"""Checks for what Qt needs on this machine, made before Qt starts, because Qt aborts the process if something is missing."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from gradviz.core.choices.errors import shown
from gradviz.i18n import _

DRAWING = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
}
"""Shared library → Debian package, of what Qt needs on Linux even to draw to a file."""

WINDOW = {
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
"""Shared library → Debian package, of what Qt needs in addition for a window under X."""

NO_DISPLAY_NEEDED = ("offscreen", "minimal", "vnc")
"""The Qt platforms that work without a display."""


class SystemLacksError(Exception):
    """Raised when the machine lacks something Qt needs; the message is one sentence that says what to do."""


class NoSuchPlatformError(Exception):
    """Raised when QT_QPA_PLATFORM names no platform of this Qt; Qt would abort the process."""


@dataclass(frozen=True)
class Finding:
    """One line of the report of `gradviz doctor`; `mend` is the fix, or ""."""

    ok: bool
    what: str
    mend: str = ""


def missing_packages(libraries: Mapping[str, str]) -> list[str]:
    """Return the packages of those libraries that cannot be loaded; none on systems other than Linux, which are not checked."""
    if sys.platform != "linux":
        return []
    return [package for library, package in libraries.items() if not _loads(library)]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def install_line(packages: list[str]) -> str:
    """Return the command line that installs Debian packages."""
    return f"apt-get install -y --no-install-recommends {' '.join(packages)}"


def require_drawing() -> None:
    """Raise SystemLacksError if Qt could not draw even to a file."""
    _require(DRAWING)


def require_window(platform: str | None = None) -> None:
    """Raise SystemLacksError if Qt could not open a window on a platform, by default that of QT_QPA_PLATFORM."""
    require_drawing()
    platform = wanted_platform() if platform is None else platform
    _require_platform(platform)
    if sys.platform != "linux" or platform in NO_DISPLAY_NEEDED:
        return
    if not _display_answers():
        raise SystemLacksError(
            _('there is no display to open a window on; "gradviz export" draws pictures without one (gradviz export --help)')
        )
    if not _wayland_answers():
        _require(WINDOW)


def wanted_platform() -> str:
    """Return the Qt platform that the environment asks for, without its options; "" where it leaves that to Qt."""
    return os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]


def _require_platform(wanted: str) -> None:
    # Qt takes the first of a list ("wayland;xcb") that starts; one that it has is enough.
    names = [name.partition(":")[0].partition("-")[0] for name in wanted.split(";") if name]
    known = _platforms()
    if names and known and not any(name in known for name in names):
        sentence = _('there is no Qt platform "{name}" (QT_QPA_PLATFORM); there are: {known}')
        raise NoSuchPlatformError(sentence.format(name=shown(wanted), known=", ".join(known)))


def _platforms() -> list[str]:
    """Return the names of Qt's platforms, from the names of its plugins: ``libqxcb.so``, ``qwindows.dll``; [] where none is found."""
    place = find_spec("PySide6")
    folders = [Path(folder) for folder in (place and place.submodule_search_locations) or ()]
    found = (
        path
        for folder in folders
        for plugins in ("Qt/plugins", "plugins")
        for path in (folder / plugins / "platforms").glob("*q*")
    )
    return sorted({path.name.partition(".")[0].removeprefix("lib").removeprefix("q").partition("-")[0] for path in found})


def _require(libraries: Mapping[str, str]) -> None:
    packages = missing_packages(libraries)
    if packages:
        sentence = _("this system lacks libraries that Qt needs; this installs them (as root): {line}")
        raise SystemLacksError(sentence.format(line=install_line(packages)))


def _display_answers() -> bool:
    return _wayland_answers() or _x_answers()


def _wayland_answers() -> bool:
    name = os.environ.get("WAYLAND_DISPLAY")
    folder = os.environ.get("XDG_RUNTIME_DIR")
    if sys.platform == "win32" or not name or not (folder or name.startswith("/")):
        return False
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1.0)
            client.connect(str(Path(folder or "/") / name))
    except OSError:
        return False
    return True


def _x_answers() -> bool:
    """Whether an X server accepts a connection through libxcb, as Qt's plugin makes it; a set DISPLAY alone does not prove it."""
    if not os.environ.get("DISPLAY"):
        return False
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # so that the missing library is reported instead of the display
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    failed = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not failed


def examine() -> list[Finding]:
    """Return the lines of the report of `gradviz doctor`."""
    findings = []
    for libraries, what in ((DRAWING, _("libraries to draw with")), (WINDOW, _("libraries for a window"))):
        packages = missing_packages(libraries)
        findings.append(Finding(not packages, what, install_line(packages) if packages else ""))
    display = sys.platform != "linux" or _display_answers()
    findings.append(
        Finding(display, _("a display"), "" if display else _('start it in a desktop session; "gradviz export" needs none'))
    )
    return findings
