"""A Scene → a picture: PNG, SVG or PDF, by one painter path, from the window or without a display."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QRect, QSize, QSizeF
from PySide6.QtGui import QImage, QPageSize, QPaintDevice, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QApplication

from gradviz.core.runs.scene import Scene
from gradviz.export.embedded import KEY, marked
from gradviz.export.files import write_whole
from gradviz.export.limits import ENDINGS, PictureTooLargeError, ending_of
from gradviz.export.pdf import pdf_bytes
from gradviz.export.picture import Figure, Picture, drawn
from gradviz.export.svg import flattened
from gradviz.i18n import _
from gradviz.report.verdict import text as verdict_text

PNG_QUALITY = 80
"""Lossless all the same; 80 packs a 4K picture in 0.14 s where Qt's own choice takes 0.31 s for a fifth less."""

SCREEN_DPI = 96.0


def write_figure(scene: Scene, figure: Figure, path: str | Path) -> None:
    """Draw a picture and write it whole; the ending of the name is the format.

    Raises
    ------
    FileError
        When the file cannot be written.
    ValueError
        When no picture has that ending, or that size.
    PictureTooLargeError
        When there is no room for a picture of that size.
    """
    write_whole(path, figure_bytes(scene, figure, format_of(path)))


def format_of(path: str | Path) -> str:
    """Return the format that a file's ending names: one of `FORMATS`."""
    ending = ending_of(path)
    if ending not in FORMATS:
        known = ", ".join(f".{name}" for name in FORMATS)
        raise ValueError(_('"{path}" ends in none of {known}').format(path=path, known=known))
    return ending


def figure_bytes(scene: Scene, figure: Figure, ending: str) -> bytes:
    """Return a picture as the content of a file."""
    return drawn(scene, figure, FORMATS[ending])


def _paint_on(device: QPaintDevice, picture: Picture) -> None:
    painter = begun(device)
    picture.paint(painter)
    painter.end()


def begun(device: QPaintDevice) -> QPainter:
    """Return a painter on a device. Raises PictureTooLargeError when there is no room."""
    painter = QPainter()
    if not painter.begin(device):
        raise PictureTooLargeError(_("the picture cannot be made at this size"))
    return painter


def image(picture: Picture) -> QImage:
    """Return a picture as an image, for the clipboard."""
    figure = picture.figure
    made = QImage(QSize(*figure.size), QImage.Format.Format_RGB32)
    if made.isNull():
        raise PictureTooLargeError(_("the picture cannot be made at this size"))
    made.fill(figure.style.colour("window"))
    _paint_on(made, picture)
    dots = round((figure.dpi or SCREEN_DPI) / 0.0254)
    made.setDotsPerMeterX(dots)
    made.setDotsPerMeterY(dots)
    made.setText(KEY, picture.scene.run.spec.to_text(full=True))
    return made


def _png(picture: Picture) -> bytes:
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    if not image(picture).save(buffer, "PNG", PNG_QUALITY):  # type: ignore[call-overload]
        raise PictureTooLargeError(_("the picture cannot be made at this size"))
    return bytes(content.data())


def _svg(picture: Picture) -> bytes:
    verdict, spec, figure = picture.scene.frame.verdict, picture.scene.run.spec, picture.figure
    content = QByteArray()
    buffer = QBuffer(content)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(QSize(*figure.size))
    generator.setViewBox(QRect(0, 0, *figure.size))
    # The panels are laid out for the screen's resolution; at another one Qt would set all type anew.
    generator.setResolution(round(QApplication.primaryScreen().logicalDotsPerInch()))
    generator.setTitle(verdict_text(verdict))
    generator.setDescription(marked(spec.to_text(full=True)))
    _paint_on(generator, picture)
    return flattened(bytes(content.data()), 25.4 / figure.dpi if figure.dpi else None)


def _pdf(picture: Picture) -> bytes:
    verdict, spec, figure = picture.scene.frame.verdict, picture.scene.run.spec, picture.figure
    dpi = figure.dpi or round(SCREEN_DPI)
    points = QSizeF(*(side * 72.0 / dpi for side in figure.size))
    size = QPageSize(points, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch)
    return pdf_bytes(verdict_text(verdict), [spec.to_text(full=True)], dpi, size, lambda writer: _paint_on(writer, picture))


FORMATS: dict[str, Callable[[Picture], bytes]] = dict(zip(ENDINGS, (_png, _svg, _pdf), strict=True))
"""Ending → what makes the file's content."""
