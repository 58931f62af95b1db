"""Asks what of the board becomes a picture, and how large."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QVBoxLayout, QWidget

from gradviz.export.picture import Figure
from gradviz.i18n import N_, _
from gradviz.panels import PANELS
from gradviz.panels.layouts import Layout, stacked

PICTURE_SIZES = {
    (1280, 720): N_("1280 × 720, slide"),
    (1920, 1080): N_("1920 × 1080, full HD"),
    (3840, 2160): N_("3840 × 2160, 4K"),
    (1600, 1200): N_("1600 × 1200, 4 : 3"),
    (2000, 1250): N_("2000 × 1250, a figure in print"),
}
"""Pixels → text, in the order of the list."""

RESOLUTIONS = {None: N_("for the screen"), 300: N_("300 dpi, for print"), 600: N_("600 dpi, for print")}


class ExportDialog(QDialog):
    """Chooses panels, size and resolution."""

    def __init__(self, parent: QWidget, theme: str, board: Layout) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setWindowTitle(_("Export picture"))
        self.what, self.size_box, self.resolution = QComboBox(), QComboBox(), QComboBox()
        self.what.addItem(_("the whole board"), board)
        for key, entry in PANELS.items():
            self.what.addItem(_(entry.title), stacked([key]))
        for size, text in PICTURE_SIZES.items():
            self.size_box.addItem(_(text), size)
        self.size_box.setCurrentIndex(1)
        for dpi, text in RESOLUTIONS.items():
            self.resolution.addItem(_(text), dpi)
        form = QFormLayout()
        form.addRow(_("Picture of"), self.what)
        form.addRow(_("Size"), self.size_box)
        form.addRow(_("Resolution"), self.resolution)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setText(_("Save…"))
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(_("Cancel"))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        rows = QVBoxLayout(self)
        rows.addLayout(form)
        rows.addWidget(self.buttons)

    def figure(self) -> Figure:
        """Return what was chosen."""
        return Figure(self.what.currentData(), tuple(self.size_box.currentData()), self._theme, self.resolution.currentData())
