"""The gains: which σ_w keeps the signal, which keeps the gradient, and where this network is.

What keeps the signal is 1/√E f(Z)²: the next layer's z has the mean square σ_w² E f(Z)², to which the mean of f counts. 1/std f is
another number wherever f has a mean (ReLU: 1.7129 instead of √2).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite, log10

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt

from gradviz.core.choices.activations import ACTIVATIONS, Activation
from gradviz.core.frame import Frame
from gradviz.core.runs.playhead import Playhead
from gradviz.core.spec import KNOBS
from gradviz.core.theory.gain_curves import against_critical, known_gains, settled_chi
from gradviz.core.theory.gains import Gains
from gradviz.i18n import N_, _
from gradviz.numbers import power_text
from gradviz.panels.base import BODY_ROW, Panel
from gradviz.panels.parts.axes import DecadeAxis, FactorAxis
from gradviz.panels.parts.style import Style
from gradviz.panels.parts.table_item import Table, TableColumn, TableItem
from gradviz.panels.scales.limits import drawable_log10

SHOWN = (log10(0.1), log10(30.0))
"""The log10 of σ_w on the axis, which is extended to include the network's."""

FACTORS = (-3.2, 3.2)
"""The factors per layer on the other axis, in decades."""

_WORDS = {
    "below": N_("σ_w = {value} is below the critical {critical} of {activation}: the gradient shrinks layer by layer"),
    "at": N_("σ_w = {value} is at the critical {critical} of {activation}: the gradient keeps its size"),
    "above": N_("σ_w = {value} is above the critical {critical} of {activation}: the gradient grows layer by layer"),
    "": N_("σ_w = {value}: {activation} has no critical gain"),
    "other": N_("σ_w = {value}; the gains are those of a plain network, its weights independent and without biases"),
}

_COLUMNS: Sequence[tuple[str, int, str, Callable[[Gains], float | str | None]]] = (
    # heading, rank, colour, value
    (N_("forward"), 1, "forward", lambda solved: solved.forward),
    (N_("backward"), 2, "backward", lambda solved: solved.backward),
    (N_("critical"), 0, "ink", lambda solved: solved.critical),
    (N_("PyTorch"), 3, "ink", lambda solved: solved.pytorch),
    (N_("Keras"), 4, "ink", lambda solved: solved.keras),
)

_GAINS: dict[str, tuple[str, str, Callable[[Gains], float | None]]] = {
    # mark: (colour, symbol, value)
    "forward": ("forward", "t1", lambda solved: solved.forward),
    "backward": ("backward", "t", lambda solved: solved.backward),
    "critical": ("ink", "d", lambda solved: solved.critical),
}


class GainsPanel(Panel):
    """Factors per layer against σ_w, the gains at which they are 1, and the table of all activations."""

    key = "gains"
    shows_one_layer = True

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.spread_axis, self.factor_axis = FactorAxis("bottom"), DecadeAxis("left")
        self.plot = pg.PlotItem(axisItems={"bottom": self.spread_axis, "left": self.factor_axis}, enableMenu=False)
        self.plot.hideButtons()
        self.plot.setMouseEnabled(False, False)
        self.plot.disableAutoRange()
        self.table = TableItem()
        body = pg.GraphicsLayout()
        body.setContentsMargins(0, 0, 0, 0)
        body.addItem(self.plot, 0, 0)
        body.addItem(self.table, 0, 1)
        body.layout.setColumnStretchFactor(0, 4)
        body.layout.setColumnStretchFactor(1, 6)
        self._body = body
        self.view.ci.addItem(body, BODY_ROW, 0)
        self.view.ci.layout.setRowStretchFactor(BODY_ROW, 100)
        self.table.geometryChanged.connect(self._on_resized)

        self._one = pg.InfiniteLine(angle=0, movable=False)
        self._here = pg.InfiniteLine(angle=90, movable=False)
        self._here_name = pg.TextItem()
        self.curves = {name: pg.PlotDataItem() for name in ("forward", "backward", "settled")}
        self.marks = {name: pg.ScatterPlotItem() for name in _GAINS}
        items = (self._one, *self.curves.values(), self._here, *self.marks.values(), self._here_name)
        for depth, item in enumerate(items):
            item.setZValue(depth)
            self.plot.addItem(item, ignoreBounds=True)
        self.restyle(style)

    def restyle_items(self, style: Style) -> None:
        """Give every item its colour and size."""
        self.spread_axis.restyle(style, 40)
        self.factor_axis.restyle(style, 62)
        self._body.layout.setHorizontalSpacing(round(style.px(24)))
        self._one.setPen(style.pen("grid", 1.5))
        self._here.setPen(style.pen("cursor", 2.0))
        self._here_name.setColor(style.colour("ink"))
        self._here_name.setFont(style.font(12, bold=True))
        self.curves["forward"].setPen(style.pen("forward", 1.8))
        self.curves["backward"].setPen(style.pen("backward", 1.3, 0.8, Qt.PenStyle.DashLine))
        self.curves["settled"].setPen(style.pen("backward", 2.4))
        for name, (role, symbol, _value) in _GAINS.items():
            self.marks[name].setSymbol(symbol)
            self.marks[name].setSize(style.px(12))
            self.marks[name].setPen(style.pen("ground", 1.0))
            self.marks[name].setBrush(style.brush(role))
        self.table.restyle(style)

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Bring the curves to the activation, and its row in the table."""
        activation, k = frame.net.hidden, frame.net.hidden_k
        solved = known_gains(activation, k)
        self.spread_axis.name_it(_("σ_w = √(fan-in · Var W)"))
        self.factor_axis.name_it(_("factor of the mean square"))
        spread = np.linspace(-6, 9, 2)
        self._draw_curve("forward", spread, 2 * spread - 2 * log10(solved.forward))
        self._draw_curve("backward", spread, 2 * spread - 2 * log10(solved.backward))
        curve = settled_chi(activation, k)
        self._draw_curve("settled", np.log10(curve.sigma_w), np.log10(curve.chi))
        for name, (_role, _symbol, value) in _GAINS.items():
            gain = value(solved)
            self.marks[name].setData([log10(gain)] if gain else [], [0.0] if gain else [])
        self._show_table(frame)

    def show_playhead(self, frame: Frame, playhead: Playhead) -> None:
        """Bring the line to the σ_w of the current layer."""
        self._show_here(frame.sigma_w(self.shown_layer()))

    def show_hovered(self, frame: Frame, layer: int) -> None:
        """Bring the line to the σ_w of the hovered layer."""
        self._show_here(frame.sigma_w(self.shown_layer()))

    def finding_text(self, frame: Frame) -> str:
        """Say on which side of the critical gain the network is."""
        layer = self.shown_layer()
        activation, value = frame.net.activation(layer), frame.sigma_w(layer)
        if activation.name not in ACTIVATIONS:
            activation = frame.net.hidden
        solved = known_gains(activation, _k(activation, frame))
        word = against_critical(value, solved) if _is_plain(frame) else "other"
        return _(_WORDS[word]).format(value=_size(value), critical=_size(solved.critical or 0), activation=_(activation.title))

    def legend_text(self, frame: Frame, reference: Frame | None) -> str:
        """Say what is drawn."""
        return _(
            "blue ▲ 1/√E f² keeps E z² = 1, not the std of f; orange ▼ E (∂loss/∂a)², dashed at E z² = 1, solid where a deep network settles; ◆ critical"
        )

    def layer_text(self, frame: Frame, layer: int) -> str:
        """Read out the gain of a layer."""
        return _("σ_w {value} on fan-in {fan_in}").format(value=_size(frame.sigma_w(layer)), fan_in=frame.net.units[layer - 1])

    def _draw_curve(self, name: str, x: np.ndarray, y: np.ndarray) -> None:
        """Cut a curve where it leaves the picture: SVG does not clip."""
        fine = np.unique(np.concatenate([x, np.linspace(x.min(), x.max(), 600)]))
        heights = np.interp(fine, x, y)
        self.curves[name].setData(fine[_within(heights, FACTORS)], heights[_within(heights, FACTORS)])

    def _show_here(self, value: float) -> None:
        place = drawable_log10(value)
        low, high = SHOWN
        if place is not None:
            low, high = min(low, place - 0.15), max(high, place + 0.15)
            self._here.setValue(place)
            self._here_name.setText(_("here: {value}").format(value=_size(value)))
            self._here_name.setAnchor((1 if place > (low + high) / 2 else 0, 0))
            self._here_name.setPos(place, FACTORS[1])
        room = max((place or 0.0) - low, high - (place or 0.0)) / (high - low) * self.plot.vb.width()
        self._here.setVisible(place is not None)
        self._here_name.setVisible(place is not None and self._here_name.boundingRect().width() < room)
        self.plot.setXRange(low, high, padding=0)
        self.plot.setYRange(*FACTORS, padding=0)

    def _show_table(self, frame: Frame) -> None:
        rows = [_row(activation, _k(activation, frame)) for activation in ACTIVATIONS.values()]
        heads = [
            TableColumn(_("Activation"), -1, left=True),
            *(TableColumn(_(heading), rank, role) for heading, rank, role, _value in _COLUMNS),
        ]
        table = Table(heads, len(rows), lambda row, column: rows[row][column], range(len(rows)))
        self.table.show_table(table)
        self.table.show_row(list(ACTIVATIONS).index(frame.net.hidden.name))


def _row(activation: Activation, k: float) -> list[str]:
    """Return the cells of one activation."""
    solved = known_gains(activation, k)
    return [_(activation.title), *(_cell(value(solved)) for _heading, _rank, _role, value in _COLUMNS)]


def _cell(value: float | str | None) -> str:
    return "—" if value is None else value if isinstance(value, str) else f"{value:.4f}"


def _k(activation: Activation, frame: Frame) -> float:
    """Return the constant of an activation: the network's for its own activation, else the default."""
    if activation == frame.net.hidden:
        return frame.net.hidden_k
    return float(KNOBS[activation.parameter].default) if activation.parameter else 0.0


def _is_plain(frame: Frame) -> bool:
    """Whether the network is one that the gains are solved for."""
    net = frame.mean_field
    return net is not None and net.is_plain and net.bias_variance == 0


def _within(values: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    return (values >= limits[0]) & (values <= limits[1])


def _size(value: float) -> str:
    if not isfinite(value):
        return "NaN" if value != value else "∞"
    return f"{value:.4g}" if value == 0 or 1e-3 <= value < 1e5 else power_text(log10(value))
