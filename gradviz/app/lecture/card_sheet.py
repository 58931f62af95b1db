"""A published experiment run again: what was printed, what was measured, what theory says, beside the window."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QMenu,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gradviz.app.parts.palette import Command
from gradviz.app.session.session import Session
from gradviz.core.frame import Frame
from gradviz.core.runs.request import Run
from gradviz.core.runs.timeline import Timeline
from gradviz.i18n import _
from gradviz.lessons.cards import CARDS, Card, reproduction
from gradviz.lessons.text import figure_row
from gradviz.panels.parts.style import Style


class CardSheet(QDialog):
    """Stays open beside the window, and is filled when the picture is there."""

    def __init__(self, parent: QWidget, card: Card, style: Style) -> None:
        super().__init__(parent)
        self.card = card
        self.setWindowTitle(_("Reproduce a published experiment"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.words = QLabel(f"{card.title}\n{card.source}\n" + _("Tolerance: {reason}").format(reason=card.tolerance))
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.verdict = QLabel()
        self.verdict.setTextFormat(Qt.TextFormat.PlainText)
        self.table = QTreeWidget()
        self.table.setRootIsDecorated(False)
        self.table.setHeaderLabels(["", _("measure"), _("layer"), _("published"), _("measured"), _("theory")])
        self.table.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for widget, size, bold in ((self.words, 14, False), (self.verdict, 16, True), (self.table, 14, False)):
            widget.setFont(style.font(size, bold=bold))
        close = QDialogButtonBox()
        close.addButton(_("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        close.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        for widget in (self.words, self.verdict, self.table):
            box.addWidget(widget)
        box.addWidget(close)
        self.resize(round(min(style.px(720), 0.9 * parent.width())), round(min(style.px(460), 0.85 * parent.height())))

    def fill(self, frame: Frame) -> None:
        """Write what was measured beside what was published."""
        result = reproduction(self.card, frame)
        self.table.clear()
        for found in result.figures:
            row = QTreeWidgetItem(self.table, list(figure_row(found)))
            for column in range(2, self.table.columnCount()):
                row.setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
        inside = sum(found.holds for found in result.figures)
        text = _("{inside} of {all} published figures come out within the tolerance.")
        self.verdict.setText(text.format(inside=inside, all=len(result.figures)))


class Cards(QObject):
    """The menu of published experiments, and the sheet of the one that was chosen."""

    def __init__(self, window: QWidget, session: Session, style: Style) -> None:
        super().__init__(window)
        self._window, self._session, self._style = window, session, style
        self.sheet: CardSheet | None = None
        self._run: Run | None = None
        """That of the sheet's experiment."""
        self._waits = False
        """Whether the sheet waits for its run; else nothing of it is done when one comes."""
        self.menu = QMenu(window)
        self.menu.aboutToShow.connect(self._fill_menu)

    def open(self, card: Card) -> None:
        """Set up a published experiment, and show its figures beside what comes out."""
        self._session.store.replace(card.spec, str(card.title))
        self._open_sheet(card, self._session.wanted)

    def commands(self) -> Iterator[Command]:
        """Yield the published experiments, for the palette."""
        for card in CARDS.values():
            yield Command(f"{self.menu.title()}: {card.title}", "", partial(self.open, card))

    def restyle(self, style: Style) -> None:
        """Take colours and sizes, for the next sheet."""
        self._style = style

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.menu.setTitle(_("Reproduce a published experiment"))
        if self.sheet is not None and self._run is not None:
            self._open_sheet(self.sheet.card, self._run)

    def _fill_menu(self) -> None:
        self.menu.clear()
        for card in CARDS.values():
            self.menu.addAction(str(card.title).replace("&", "&&"), partial(self.open, card))

    def _open_sheet(self, card: Card, wanted: Run) -> None:
        if self.sheet is not None:
            self.sheet.destroyed.disconnect(self._forget_sheet)
            self.sheet.close()
            self._stop_waiting()
        self.sheet = CardSheet(self._window, card, self._style)
        self.sheet.destroyed.connect(self._forget_sheet)
        self.sheet.addActions(self._window.actions())
        self.sheet.show()
        self._run, run = wanted, self._session.whole(wanted)
        if run is None:
            self._session.run_arrived.connect(self._on_run)
            self._waits = True
        else:
            self.sheet.fill(run.nearest(0))

    def _on_run(self, request: Run, run: Timeline) -> None:
        """Fill the sheet when the picture that it waits for is there."""
        if self.sheet is not None and request == self._run:
            self.sheet.fill(run.nearest(0))
            self._stop_waiting()

    def _stop_waiting(self) -> None:
        if self._waits:
            self._session.run_arrived.disconnect(self._on_run)
            self._waits = False

    def _forget_sheet(self) -> None:
        self.sheet = None
        self._stop_waiting()
