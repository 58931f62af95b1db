"""CurvePanel: measures as curves over the layers, in one plot or two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from gradviz.core.frame import Frame
from gradviz.core.runs.playhead import Playhead
from gradviz.i18n import _
from gradviz.panels.base import LayerPanel
from gradviz.panels.curves.curve import Curve, Series
from gradviz.panels.curves.curves import Curves
from gradviz.panels.parts.ranges import StillRange
from gradviz.panels.parts.style import Style
from gradviz.panels.parts.text import Notice

LEAST_DECADES = 2.2
"""So that there are always two powers of ten to read the axis by."""

SYMBOL_ROOM = 5.0
"""Pixels at scale 1 beyond the ends of a vertical axis."""

Sources = tuple[Series, Series, Series | None]
"""What is drawn as measured, as theory and as the pinned reference."""


class CurvePanel(LayerPanel):
    """A table of curves for each plot. Abstract; the concrete panels say what they find.

    Attributes
    ----------
    curves : list of Curves
        Those of the plot, and of the lower one where there is one.
    """

    is_abstract = True

    tables: ClassVar[tuple[tuple[Curve, ...], ...]]
    """What is drawn in each plot."""

    fixed: ClassVar[Mapping[int, tuple[float, float]]] = {}
    """The vertical ranges that never change, by the number of the plot; the others are in decades and keep still."""

    marks_role: ClassVar[str] = "ink"
    """The colour of the marks for zeros, infinities and NaN."""

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.curves = [Curves(plot, table, self.marks_role) for plot, table in zip(self.plots, self.tables, strict=True)]
        self.notices = [Notice() for _plot in self.plots]
        self._ranges = [StillRange(room=0.06) for _plot in self.plots]
        for plot, notice in zip(self.plots, self.notices, strict=True):
            plot.addItem(notice, ignoreBounds=True)
        self.add_items()
        self.restyle(style)

    # --- what a concrete panel says ---

    def add_items(self) -> None:
        """Make what is drawn beside the curves."""

    def axis_names(self, frame: Frame) -> tuple[str, ...]:
        """Return quantity and unit of each plot's vertical axis."""
        raise NotImplementedError

    def sources(self, place: int, frame: Frame, reference: Frame | None) -> Sources:
        """Return what is drawn in a plot."""
        return frame.series, frame.theory, reference.series if reference is not None else None

    def also_in_sight(self, frame: Frame) -> np.ndarray:
        """Return what else the axis of the upper plot must reach to."""
        return np.empty(0)

    def notice_text(self, place: int, frame: Frame, reference: Frame | None) -> str:
        """Return why a plot has nothing to show, or what that means; nothing where it has."""
        return ""

    # --- what all of them do ---

    def restyle_items(self, style: Style) -> None:
        """Give every item its colour and size."""
        for curves, notice in zip(self.curves, self.notices, strict=True):
            curves.restyle(style)
            notice.restyle(style)

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Bring curves, ranges and notices to a new Frame."""
        for place, name in enumerate(self.axis_names(frame)):
            axis, text = (self.value_axis, self.lower_axis)[place], self.notice_text(place, frame, reference)
            assert axis is not None
            axis.name_it("" if text else name)
            axis.setStyle(showValues=not text)
            if text:
                self.curves[place].say_nothing()
            else:
                more = self.also_in_sight(frame) if place == 0 else np.empty(0)
                self._show_curves(place, self.sources(place, frame, reference), more)
            self.notices[place].say(text, self.plots[place].vb)

    def show_playhead(self, frame: Frame, playhead: Playhead) -> None:
        """Light the layers that the waves have passed."""
        for curves in self.curves:
            curves.light(playhead)

    def layer_text(self, frame: Frame, layer: int) -> str:
        """Read out every measure at a layer."""
        tables = enumerate(self.tables)
        sources = (
            (table, self.sources(place, frame, None)[0]) for place, table in tables if not self.notice_text(place, frame, None)
        )
        told = [curve.told(series, layer) for table, series in sources for curve in table if curve.key in series]
        return ", ".join(told) or _("not measured")

    def forget_range(self) -> None:
        """Fit the axes anew next time."""
        for each in self._ranges:
            each.forget()

    def _show_curves(self, place: int, sources: Sources, more: np.ndarray) -> None:
        curves = self.curves[place]
        span = self.fixed.get(place)
        if span is None:
            series, _theory, pinned = sources
            span = self._ranges[place].fit(*curves.span(series, pinned, more=more, least=LEAST_DECADES))
        # A symbol on the edge is seen whole.
        room = min(0.2, self.style_.px(SYMBOL_ROOM) / max(1.0, self.plots[place].vb.height())) * (span[1] - span[0])
        span = span[0] - room, span[1] + room
        curves.show(*sources, (self.left_end, self.right_end), span)


def only(series: Series, keys: set[str]) -> Series:
    """Return some of the measures."""
    return {key: values for key, values in series.items() if key in keys}


def ends_of(values: np.ndarray) -> tuple[float, float]:
    """Return the first and the last of a series."""
    return float(values[0]), float(values[-1])
