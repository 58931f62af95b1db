"""The names of f, of f′ and of where f′ is nearly 0, each where there is room for it."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from gradviz.i18n import _
from gradviz.panels.parts.style import Style
from gradviz.panels.scales.limits import Span
from gradviz.panels.single.slopes import SlopeCurves

END, BESIDE = 0.08, 0.2
"""In shares of the axis: how far names stay from its ends, and from each other."""

_ROLES = {"f": "forward", "slope": "backward", "flat": "ink", "note": "forward"}


class SlopeNames:
    """Four texts in a plot."""

    def __init__(self, plot: pg.PlotItem) -> None:
        self._plot = plot
        self._texts = {name: pg.TextItem(anchor=(0.5, 0.5)) for name in _ROLES}
        for text in self._texts.values():
            text.setZValue(20)
            plot.addItem(text, ignoreBounds=True)

    def restyle(self, style: Style) -> None:
        """Take colours and sizes."""
        for name, text in self._texts.items():
            text.setColor(style.colour(_ROLES[name]))
            text.setFont(style.font(14 if name != "flat" else 12, bold=True))

    def show(self, curves: SlopeCurves | None, across: Span, up: Span, share: str, note: str) -> None:
        """Set and place the texts; `share` is how many units are saturated, `note` what else is to be said."""
        texts = {"f": "f(z)", "slope": "f′(z)", "flat": _flat_text(curves, share), "note": note}
        for name, text in texts.items():
            self._texts[name].setText(text)
            self._texts[name].setVisible(bool(text) and (curves is not None or name == "note"))
        self._texts["note"].setAnchor((0.0, 0.0))
        self._texts["note"].setPos(across[0], up[1])
        if curves is not None:
            self._show_curve_names(curves, across, up)
            self._show_flat_name(curves, across, up)

    def _size(self, name: str, across: Span, up: Span) -> tuple[float, float]:
        """Return width and height of a text in the plot's coordinates."""
        rect, box = self._texts[name].boundingRect(), self._plot.vb
        width = rect.width() * (across[1] - across[0]) / max(1.0, box.width())
        return width, rect.height() * (up[1] - up[0]) / max(1.0, box.height())

    def _show_curve_names(self, curves: SlopeCurves, across: Span, up: Span) -> None:
        """Set each name where the curves are far apart, on the side away from the other one, and the two beside each other."""
        f, slope = (np.clip(np.nan_to_num(values), *up) for values in (curves.f, curves.slope))
        along = np.linspace(0, 1, len(curves.x))
        apart = np.where((along > END) & (along < 1 - END), np.abs(f - slope), -1.0)
        here = int(np.argmax(np.where((curves.f > up[0]) & (curves.f < up[1]), apart, -2.0)))
        there = int(np.argmax(np.where(np.abs(along - along[here]) > BESIDE, apart, -2.0)))
        for name, own, other, place in (("f", f, slope, here), ("slope", slope, f, there)):
            width, height = self._size(name, across, up)
            if np.ptp(own[max(place - 5, 0) : place + 6]) > height:  # so steep that only its sides have room
                self._texts[name].setPos(
                    curves.x[place] + 0.65 * width, float(np.clip(own[place], up[0] + height, up[1] - height))
                )
                continue
            sides = [own[place] + side * 0.65 * height for side in ((1, -1) if own[place] >= other[place] else (-1, 1))]
            fitting = [y for y in sides if up[0] + height / 2 <= y <= up[1] - height / 2]
            self._texts[name].setPos(curves.x[place], float((fitting or sides)[0]))

    def _show_flat_name(self, curves: SlopeCurves, across: Span, up: Span) -> None:
        """Set it into the widest of the stretches, in the largest gap between the curves there."""
        text = self._texts["flat"]
        text.setVisible(len(curves.flat) > 0)
        if len(curves.flat):
            low, high = curves.flat[int(np.argmax(curves.flat[:, 1] - curves.flat[:, 0]))]
            width, _height = self._size("flat", across, up)
            x = float(np.clip((low + high) / 2, across[0] + width / 2, max(across[1] - width / 2, across[0] + width / 2)))
            around = (curves.x >= x - width / 2) & (curves.x <= x + width / 2)
            taken = np.clip(np.concatenate([up, np.nan_to_num(curves.f[around]), np.nan_to_num(curves.slope[around])]), *up)
            levels = np.sort(taken)
            gap = int(np.argmax(np.diff(levels)))
            text.setPos(x, float(levels[gap] + levels[gap + 1]) / 2)


def _flat_text(curves: SlopeCurves | None, share: str) -> str:
    small = "f′ = 0" if curves is not None and curves.is_zero_where_flat else "f′ ≈ 0"
    return _("{share} of the units: {small}").format(share=share, small=small) if share else small
