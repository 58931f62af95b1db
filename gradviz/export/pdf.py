"""PDF files, the same bytes for the same pages: a date and a random number would make every file another one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from PySide6.QtCore import QBuffer, QByteArray, QMarginsF, QUuid
from PySide6.QtGui import QPageSize, QPdfWriter

from gradviz.export.embedded import xmp

_NAMESPACE = QUuid("{9f0c6bb4-6a57-4f53-9d7b-6d1c1a6f5b0e}")
_DATE = re.compile(rb"/(?:CreationDate|ModDate) \(D:[^()]*\)")


def pdf_bytes(
    title: str, experiments: Sequence[str], resolution: int, size: QPageSize, draw: Callable[[QPdfWriter], None]
) -> bytes:
    """Return a PDF file's content, with the experiments of its pictures in its metadata; `draw` draws its pages."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(resolution)
    writer.setPageSize(size)
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setTitle(title)
    writer.setCreator("gradviz")
    writer.setDocumentId(QUuid.createUuidV5(_NAMESPACE, "\n".join([title, *experiments]).encode()))
    writer.setDocumentXmpMetadata(xmp(title, experiments))
    draw(writer)
    del writer
    # Blanks of the same length, because the file's table of contents counts bytes.
    return _DATE.sub(lambda date: b" " * len(date[0]), bytes(content.data()))
