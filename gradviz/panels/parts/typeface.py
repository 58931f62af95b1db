"""The typeface that comes with the program: one for Latin, Hangul and the signs of mathematics, in the window and in every picture."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtGui import QFont, QFontDatabase, QTextLayout

from gradviz.assets import resources

FAMILY = "Gradviz Sans"
"""Pretendard, cut down (`resources/fonts`)."""

FAMILIES = [
    FAMILY, "Pretendard",
    "Noto Sans", "Segoe UI", "Helvetica Neue", "DejaVu Sans",
    "Noto Sans KR", "Noto Sans CJK KR", "Malgun Gothic", "Apple SD Gothic Neo", "NanumGothic", "sans-serif",
]  # fmt: skip
"""The typeface, and where a sign that it lacks is looked for."""


def load_typeface() -> None:
    """Make the typeface known to Qt; the QApplication has to be there.

    Raises
    ------
    OSError
        When a file of it is missing or damaged.
    """
    for path in sorted((resources() / "fonts").glob("*.otf")):
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            raise OSError(f"{path} is no font; install gradviz again")
    if FAMILY not in QFontDatabase.families():
        raise OSError(f"no font in {resources() / 'fonts'}; install gradviz again")


def signs_without_font(texts: Iterable[str]) -> str:
    """Return the signs of some texts that neither the typeface nor any font of the system has: they would be drawn as boxes."""
    font = QFont()
    font.setFamilies(FAMILIES)
    signs = sorted({sign for text in texts for sign in text if sign.isprintable() and not sign.isspace()})
    return "".join(sign for sign in signs if not _is_drawn(sign, font))


def _is_drawn(sign: str, font: QFont) -> bool:
    layout = QTextLayout(sign, font)
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    runs = layout.glyphRuns()
    return bool(runs) and all(index for run in runs for index in run.glyphIndexes())
