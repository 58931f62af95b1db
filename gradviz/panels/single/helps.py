"""What helps here: other choices for this network, ranked by how much of signal and gradient they let through."""

from __future__ import annotations

from math import isfinite
from typing import Any

from PySide6.QtCore import QPointF

from gradviz.core.choices.errors import ExperimentError
from gradviz.core.frame import Frame
from gradviz.core.runs.playhead import Playhead
from gradviz.core.runs.remedies import Remedies, Remedy
from gradviz.core.runs.request import PREVIEW_EXAMPLES
from gradviz.core.runs.scene import Scene
from gradviz.core.spec import KNOBS
from gradviz.core.verdict import Judgement
from gradviz.i18n import _
from gradviz.numbers import power_text
from gradviz.panels.base import BODY_ROW, Panel
from gradviz.panels.parts.style import Style
from gradviz.panels.parts.table_item import Table, TableColumn, TableItem
from gradviz.report.words import value_text

MEASURED_ROWS = 10
"""The first rows give the columns their widths: those that matter have room, even in a narrow panel."""


class HelpsPanel(Panel):
    """A row for each change, the best first; a click makes it."""

    key = "helps"

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.table = TableItem()
        self.view.ci.addItem(self.table, BODY_ROW, 0)
        self.view.ci.layout.setRowStretchFactor(BODY_ROW, 100)
        self.table.geometryChanged.connect(self._on_resized)
        self.ranking: tuple[Remedy, ...] = ()
        self._refusal = ""
        self.restyle(style)

    @classmethod
    def asks(cls, scene: Scene, layer: int) -> tuple[Remedies, ...]:
        """Ask for the ranking, where there is anything to cross."""
        return (Remedies(scene.run.spec),) if scene.frame.depth > 1 else ()

    def restyle_items(self, style: Style) -> None:
        """Give the table its type."""
        self.table.restyle(style)

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Take the headings of the language in use; the ranking comes beside the Frame, and later."""
        self._show_table()

    def show_playhead(self, frame: Frame, playhead: Playhead) -> None:
        """Show the ranking as far as it has come."""
        assert self.scene is not None
        answer = next((self.scene.answers.get(request) for request in self.asks(self.scene, playhead.layer)), None)
        self._refusal = " ".join(answer.lines()) if isinstance(answer, ExperimentError) else ""
        ranking = answer if isinstance(answer, tuple) else ()
        if ranking != self.ranking:
            self.ranking = ranking
            self._show_table()

    def _show_table(self) -> None:
        heads = [
            TableColumn(_("change"), -1, left=True),
            TableColumn(_("gradient"), 0, "backward"),
            TableColumn(_("signal"), 1, "forward"),
        ]
        rows = [[_change_text(each), _arrives(each.gradient), _arrives(each.forward, each)] for each in self.ranking]
        self.table.show_table(
            Table(heads, len(rows), lambda row, column: rows[row][column], range(min(MEASURED_ROWS, len(rows))))
        )
        self.table.show_row(0)

    def finding_text(self, frame: Frame) -> str:
        """Say what helps most."""
        if frame.depth == 1:
            return _("one layer: there is nothing to cross")
        if self._refusal:
            return self._refusal
        if len(self.ranking) < 2:
            return _("being measured …")
        now, best = self.ranking[:2]
        return _("most: {change}").format(change=_change_text(best)) if best.decades < now.decades else _("no single change does")

    def legend_text(self, frame: Frame, reference: Frame | None) -> str:
        """Say what the numbers are, and how they were found out."""
        examples = min(frame.spec.batch, PREVIEW_EXAMPLES)
        text = _("how much arrives, measured over {examples} examples; a click takes the change")
        return text.format(examples=examples)

    def show_pointed(self, position: QPointF | None) -> None:
        """Bring out the row under the pointer, which a click takes."""
        row = None if position is None else self._row_at(position)
        self.table.show_hovered(row or -1)

    def change_at(self, position: QPointF) -> dict[str, Any]:
        """Return the change whose row is at a place of the scene."""
        row = self._row_at(position)
        return dict(self.ranking[row].change) if row is not None else {}

    def _row_at(self, position: QPointF) -> int | None:
        return self.table.row_at(self.table.mapFromScene(position).y())


def _change_text(remedy: Remedy) -> str:
    """Return what is changed: ``Tanh``, ``ReLU + He, normal``, ``Normalization: Batch``."""
    named = (_value_text(name, value) for name, value in remedy.change)
    return " + ".join(named) or _("as it is")


def _value_text(name: str, value: Any) -> str:
    """Return a field's value; with the field's name where the value alone does not say what it is."""
    text = value_text(name, value)
    return text if name in ("activation", "initializer") else f"{_(KNOBS[name].title)}: {text}"


def _arrives(judged: Judgement, remedy: Remedy | None = None) -> str:
    """Return how much of it arrives."""
    if remedy is not None and remedy.is_noise:
        return _("noise")
    if judged.lost is not None:
        return _("lost")
    return power_text(judged.log10_total) if isfinite(judged.log10_total) or judged.log10_total < 0 else "∞"
