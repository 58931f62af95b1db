"""What a picture can be, known without Qt."""

from pathlib import Path

from gradviz.core.choices.errors import shown
from gradviz.i18n import _

SMALLEST, LARGEST = 160, 16384
"""Pixels along a side."""

ENDINGS = ("png", "svg", "pdf")
HANDOUT_ENDINGS = ("pdf", "html")


def ending_of(path: str | Path) -> str:
    """Return the ending of a file's name, in small letters, without the dot."""
    return Path(path).suffix.lower().removeprefix(".")


class NoFontError(OSError):
    """Raised for signs that no font has; the message names them and says what to install."""

    def __init__(self, signs: str) -> None:
        message = _("no font on this system has {signs}; install one that has, such as Noto (Debian and Ubuntu: fonts-noto)")
        super().__init__(message.format(signs=shown(signs)))


class PictureTooLargeError(MemoryError):
    """Raised when there is no room for a picture of that size; the message says so."""
