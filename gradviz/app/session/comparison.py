"""Comparison: the run that was pinned, beside the present one."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from gradviz.core.frame import Frame


class Comparison(QObject):
    """Keeps A, the reference; B is whatever is shown."""

    changed = Signal()
    """There is another reference, or none any more."""

    def __init__(self) -> None:
        super().__init__()
        self.reference: Frame | None = None

    def pin(self, frame: Frame | None) -> None:
        """Keep a Frame as the reference, or with None let go of it."""
        if frame is not self.reference:
            self.reference = frame
            self.changed.emit()
