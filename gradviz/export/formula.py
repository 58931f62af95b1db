"""Formulas: LaTeX as vector graphics, by ziamath."""

from __future__ import annotations

import warnings
from threading import Lock, Thread

from PySide6.QtCore import QByteArray, QRectF
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from gradviz.cache import remembered

_setting = Lock()


def load_beforehand() -> Thread:
    """Bring in ziamath and its font in another thread, which takes half a second, so that the first formula need not wait."""
    thread = Thread(target=formula_svg, args=("z", 20.0, "black"), name="formulas", daemon=True)
    thread.start()
    return thread


@remembered
def formula_svg(latex: str, size: float, colour: str) -> bytes:
    """Return a formula as SVG; the letters' size in pixels. What cannot be set is written as it stands.

    Raises
    ------
    ValueError
        When it is not LaTeX that ziamath can read.
    """
    with _setting:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # ziamath 0.13 asks importlib.resources in an old way
            import ziafont  # 0.3 s: only where a formula is shown
            import ziamath

        # With <use>, which these two say they are for, Qt 6 draws the fraction bars and nothing else.
        ziamath.config.svg2 = ziafont.config.svg2 = False  # type: ignore[attr-defined]
        try:
            svg: str = ziamath.Latex(latex, size=size, color=colour).svg()  # type: ignore[attr-defined]
        except Exception as fault:  # it raises whatever its parsers meet
            raise ValueError(f"{latex}: {fault}") from fault
        return svg.encode()


def formula_or_none(latex: str, size: float, colour: str) -> bytes | None:
    """Return a formula as SVG, or None where it cannot be set."""
    try:
        return formula_svg(latex, size, colour)
    except ValueError:
        return None


def formula_pixmap(latex: str, size: float, colour: str, ratio: float) -> QPixmap:
    """Return a formula as a picture, `ratio` pixels of the device to one of the program; empty where none can be set."""
    svg = formula_or_none(latex, size, colour) if latex else None
    if svg is None:
        return QPixmap()
    renderer = QSvgRenderer(QByteArray(svg))
    wanted = renderer.viewBoxF().size()
    pixmap = QPixmap(round(wanted.width() * ratio), round(wanted.height() * ratio))
    pixmap.fill("transparent")
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, pixmap.width(), pixmap.height()))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
