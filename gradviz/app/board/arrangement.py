"""Which panels are on the board: chosen from menus, by name or by the mouse, and remembered."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from gradviz.app.board.board import Board
from gradviz.i18n import _
from gradviz.panels import PANELS
from gradviz.panels.layouts import LAYOUTS, OPENING, Layout, column_of, exchanged, panels_in, stacked, with_panel, without_panel


class Arrangement(QObject):
    """The View menu's part on panels and layouts, and each panel's own menu."""

    changed = Signal()
    """Other panels, or other places for them."""
    copy_asked = Signal(object)
    """A Layout that is to be copied as a picture."""

    def __init__(self, board: Board) -> None:
        super().__init__(board)
        self._board = board
        self.panels_menu, self.layouts_menu = QMenu(board), QMenu(board)
        self._layouts = QActionGroup(self)
        self.panel_actions = {key: self._panel_action(key) for key in PANELS}
        self.layout_actions = {key: self._layout_action(key) for key in LAYOUTS}
        self._board.menu_asked.connect(self._open_menu)
        self._board.arranged.connect(self._show_state)
        self._board.arranged.connect(lambda _layout: self.changed.emit())
        self._show_state()

    def use(self, layout: Layout) -> None:
        """Show the panels of a layout."""
        self._board.arrange(layout)
        self._show_state()
        self.changed.emit()

    def use_named(self, key: str) -> None:
        """Show a layout of the table."""
        self.use(LAYOUTS[key].rows)

    def reset(self) -> None:
        """Show the layout that the program opens with."""
        self.use(OPENING.rows)

    def set_shown(self, key: str, shown: bool) -> None:
        """Put a panel on the board, or take it off; the last one stays."""
        if shown != (key in panels_in(self._board.layout_)):
            self.use((with_panel if shown else without_panel)(self._board.present_layout(), key))
        self._show_state()

    def set_helps_shown(self, shown: bool) -> None:
        """Ask what helps here: in the column beside the score where there is one, in the place of the layer's numbers."""
        layout = self._board.present_layout()
        there, wanted = ("layer", "helps") if shown else ("helps", "layer")
        column = column_of(layout)
        if column is not None and there in column.panels and wanted not in panels_in(layout):
            self.use(exchanged(layout, there, wanted))
        else:
            self.set_shown("helps", shown)

    def toggle_maximised(self) -> None:
        """Fill the board with the panel under the pointer, or the first; or show all again."""
        board = self._board
        under = [panel.key for panel in board.seen() if panel.underMouse()]
        board.maximise("" if board.maximised_key else (under or panels_in(board.layout_))[0])

    def show_all(self) -> None:
        """Show all panels again where one fills the board."""
        if self._board.maximised_key:
            self._board.maximise("")

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.panels_menu.setTitle(_("Panels"))
        self.layouts_menu.setTitle(_("Layout"))
        for key, action in self.panel_actions.items():
            action.setText(_(PANELS[key].title))
            action.setToolTip(_(PANELS[key].help))
        for key, action in self.layout_actions.items():
            action.setText(_(LAYOUTS[key].title))

    def _panel_action(self, key: str) -> QAction:
        action = self.panels_menu.addAction("")
        action.setCheckable(True)
        action.triggered.connect(lambda on, key=key: self.set_shown(key, on))
        return action

    def _layout_action(self, key: str) -> QAction:
        action = self.layouts_menu.addAction("")
        action.setCheckable(True)
        action.triggered.connect(lambda _on, key=key: self.use_named(key))
        self._layouts.addAction(action)
        return action

    def _show_state(self) -> None:
        layout = self._board.layout_
        rows = [row.panels for row in layout]
        for key, action in self.panel_actions.items():
            action.setChecked(key in panels_in(layout))
        self._layouts.setExclusive(False)
        for key, action in self.layout_actions.items():
            action.setChecked([row.panels for row in LAYOUTS[key].rows] == rows)
        self._layouts.setExclusive(True)

    def _open_menu(self, key: str, place: QPoint) -> None:
        menu = self.menu_of(key)
        menu.popup(place)

    def menu_of(self, key: str) -> QMenu:
        """Return a panel's own menu."""
        menu = QMenu(self._board)
        menu.aboutToHide.connect(menu.deleteLater)
        filled = bool(self._board.maximised_key)
        menu.addAction(
            _("Show all panels") if filled else _("Fill the board"), lambda: self._board.maximise("" if filled else key)
        )
        menu.addAction(_("Take off the board"), lambda: self.set_shown(key, False))
        menu.addAction(_("Copy as picture"), lambda: self.copy_asked.emit(stacked([key])))
        menu.addSeparator()
        # Not addMenu: PySide6 6.11 then takes the two for this menu's own, and lets go of them with it.
        menu.addActions([self.layouts_menu.menuAction(), self.panels_menu.menuAction()])
        return menu
