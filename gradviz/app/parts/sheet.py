"""The sheet of shortcuts: every action of the table, by menu, with what it does and its keys."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from gradviz.app.parts.actions import ACTIONS, MENUS, keys_text
from gradviz.i18n import N_, _
from gradviz.panels.parts.style import Style

WITH_THE_MOUSE = {
    N_("Click in a panel"): N_("moves the playhead to that layer"),
    N_("Double click on a panel"): N_("fills the board with it, and back"),
    N_("Drag a panel's title"): N_("onto another panel: they change places"),
    N_("Right click on a panel"): N_("its own menu"),
    N_("Drag between panels"): N_("changes their sizes"),
    N_("Drop a picture or a file"): N_("opens the experiment in it"),
}


class ShortcutSheet(QDialog):
    """A table that can be read from the back row."""

    def __init__(self, parent: QWidget, style: Style) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Keyboard shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.tree = QTreeWidget()
        self.tree.setColumnCount(3)
        self.tree.setHeaderLabels([_("Action"), _("Keys"), _("What it does")])
        self.tree.setRootIsDecorated(False)
        self.tree.setFont(style.font(14))
        for key, title in MENUS.items():
            rows = [(_(entry.text), keys_text(entry), _(entry.help)) for entry in ACTIONS.values() if entry.menu == key]
            self._add(_(title), rows)
        self._add(_("Mouse"), [(_(what), "", _(does)) for what, does in WITH_THE_MOUSE.items()])
        self.tree.expandAll()
        header = self.tree.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        close = QDialogButtonBox()
        close.addButton(_("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        close.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        box.addWidget(self.tree)
        box.addWidget(close)
        self.resize(round(min(style.px(860), 0.95 * parent.width())), round(min(style.px(620), 0.9 * parent.height())))

    def _add(self, title: str, rows: list[tuple[str, str, str]]) -> None:
        group = QTreeWidgetItem(self.tree, [title])
        font = self.tree.font()
        font.setBold(True)
        group.setFont(0, font)
        for row in rows:
            QTreeWidgetItem(group, list(row))
