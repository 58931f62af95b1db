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

MARGIN = 4.0
"""Pixels that a text keeps free around its letters."""

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
        texts = {"f": "f(z)", "slope": "f′(z)", "note": note}
        for name, text in texts.items():
            self._texts[name].setText(text)
            self._texts[name].setVisible(bool(text) and (curves is not None or name == "note"))
        self._texts["flat"].hide()
        self._texts["note"].setAnchor((0.0, 0.0))
        self._texts["note"].setPos(across[0], up[1])
        if curves is not None:
            self._show_curve_names(curves, across, up)
            self._show_flat_name(curves, across, up, share)

    def _size(self, name: str, across: Span, up: Span) -> tuple[float, float]:
        """Return width and height of a text in the plot's coordinates."""
        rect, box = self._texts[name].boundingRect(), self._plot.vb
        width = rect.width() * (across[1] - across[0]) / max(1.0, box.width())
        return width, rect.height() * (up[1] - up[0]) / max(1.0, box.height())

    def _letters(self, name: str, across: Span, up: Span) -> tuple[float, float]:
        """Return width and height of a text's letters in the plot's coordinates."""
        rect = self._texts[name].boundingRect()
        width, height = self._size(name, across, up)
        return width * (1 - 2 * MARGIN / rect.width()), height * (1 - 2 * MARGIN / rect.height())

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

    def _show_flat_name(self, curves: SlopeCurves, across: Span, up: Span, share: str) -> None:
        """Set it into the widest of the stretches, in the largest gap between the curves there; shortened, or left out, without room."""
        text = self._texts["flat"]
        for said in _flat_texts(curves, share) if len(curves.flat) else ():
            text.setText(said)
            low, high = curves.flat[int(np.argmax(curves.flat[:, 1] - curves.flat[:, 0]))]
            width, height = self._letters("flat", across, up)
            x = (low + high) / 2
            around = (curves.x >= x - width / 2) & (curves.x <= x + width / 2)
            taken = np.clip(np.concatenate([up, np.nan_to_num(curves.f[around]), np.nan_to_num(curves.slope[around])]), *up)
            levels = np.sort(taken)
            gap = int(np.argmax(np.diff(levels)))
            text.setPos(x, float(levels[gap] + levels[gap + 1]) / 2)
            has_room = levels[gap + 1] - levels[gap] > height and width < high - low
            if has_room and not any(self._overlap("flat", name, across, up) for name in ("f", "slope", "note")):
                text.show()
                return
        text.hide()

    def _overlap(self, one: str, other: str, across: Span, up: Span) -> bool:
        """Whether two texts lie over one another; their places in the scene are known only when they have been painted."""
        if not self._texts[other].isVisible():
            return False
        sizes = [self._letters(name, across, up) for name in (one, other)]
        centres = [
            (text.pos().x() + (0.5 - text.anchor.x()) * width, text.pos().y() - (0.5 - text.anchor.y()) * height)
            for text, (width, height) in zip((self._texts[one], self._texts[other]), sizes, strict=True)
        ]
        return all(abs(centres[0][axis] - centres[1][axis]) < (sizes[0][axis] + sizes[1][axis]) / 2 for axis in (0, 1))


def _flat_texts(curves: SlopeCurves, share: str) -> list[str]:
    """Return what is said of the stretches where f′ is nearly 0, the longest text first."""
    small = "f′ = 0" if curves.is_zero_where_flat else "f′ ≈ 0"
    return [_("{share} of the units: {small}").format(share=share, small=small), f"{share}: {small}"] if share else [small]
