"""What a picture can be, known without Qt."""

from pathlib import Path

SMALLEST, LARGEST = 160, 16384
"""Pixels along a side."""

ENDINGS = ("png", "svg", "pdf")
HANDOUT_ENDINGS = ("pdf", "html")


def ending_of(path: str | Path) -> str:
    """Return the ending of a file's name, in small letters, without the dot."""
    return Path(path).suffix.lower().removeprefix(".")


class PictureTooLargeError(MemoryError):
    """Raised when there is no room for a picture of that size; the message says so."""
