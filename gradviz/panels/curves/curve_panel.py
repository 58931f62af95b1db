"""CurvePanel: measures as curves over the layers, in one plot or two."""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from gradviz.core.frame import Frame
from gradviz.core.runs.playhead import Playhead
from gradviz.i18n import _
from gradviz.panels.curves.curve import Curve, Measures
from gradviz.panels.curves.curves import Curves, Sources
from gradviz.panels.layer_panel import LayerPanel
from gradviz.panels.parts.panel_part import PanelPart
from gradviz.panels.parts.style import Style
from gradviz.panels.parts.text import Notice
from gradviz.panels.scales.limits import Span
from gradviz.panels.scales.ranges import StillRange
from gradviz.panels.scales.room import Room

LEAST_DECADES = 2.2
"""The shortest axis: it always shows two powers of ten."""

SYMBOL_ROOM = 5.0
"""Pixels at scale 1 beyond the ends of a vertical axis: a symbol on the edge is seen whole."""


class CurvePanel(LayerPanel):
    """A table of curves for each plot. Abstract; the concrete panels say what they find.

    Attributes
    ----------
    curves : list of Curves
        Those of each plot.
    notices : list of Notice
        The sentence in an empty plot.
    """

    is_abstract = True
    shows_reference = True

    tables: ClassVar[tuple[tuple[Curve, ...], ...]]
    """What is drawn in each plot."""

    fixed: ClassVar[Mapping[int, Span]] = {}
    """The vertical ranges that never change, by the number of the plot; the others are in decades and keep still."""

    marks_role: ClassVar[str] = "ink"
    """The colour of the marks for zeros, infinities and NaN."""

    symbol_room: ClassVar[float] = SYMBOL_ROOM
    """Pixels at scale 1 that are added at both ends of every vertical axis."""

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        drawn = CurvePlots(self)
        self.parts.append(drawn)
        self.curves, self.notices = drawn.curves, drawn.notices
        self.add_items()
        self.restyle(style)

    # --- hooks, beside those of all panels ---

    def add_items(self) -> None:
        """Create the items that are drawn beside the curves."""

    def axis_names(self, frame: Frame) -> tuple[str, ...]:
        """Return quantity and unit of each plot's vertical axis."""
        raise NotImplementedError

    def sources(self, place: int, frame: Frame, reference: Frame | None) -> Sources | None:
        """Return what a plot shows, or None for everything the Frames have."""
        return None

    def also_in_sight(self, frame: Frame) -> Sequence[float]:
        """Return further values that the axis of the upper plot must include."""
        return ()

    def notice_text(self, place: int, frame: Frame, reference: Frame | None) -> str:
        """Return why a plot is empty, or what that means; an empty text where it is not."""
        return ""

    def show_behind(self, frame: Frame, room: Room) -> None:
        """Update the items behind the upper plot's curves, and take their room before the curves are named."""


class CurvePlots(PanelPart):
    """The curves in a CurvePanel's plots, their ranges, and the notices where there are none."""

    def __init__(self, panel: CurvePanel) -> None:
        # The panel holds its parts: a strong reference back would leave a closed panel, and all of its plots, to the garbage collector.
        self._panel: CurvePanel = weakref.proxy(panel)
        self._plots = panel.plots
        tables = zip(self._plots, panel.tables, strict=True)
        self.curves = [Curves(plot, table, panel.marks_role) for plot, table in tables]
        self.notices = [Notice() for _plot in self._plots]
        self._ranges = [StillRange(room=0.06) for _plot in self._plots]
        for plot, notice in zip(self._plots, self.notices, strict=True):
            plot.addItem(notice, ignoreBounds=True)

    def restyle(self, style: Style) -> None:
        """Take colours and sizes."""
        for curves, notice in zip(self.curves, self.notices, strict=True):
            curves.restyle(style)
            notice.restyle(style)

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Bring curves, ranges and notices to a new Frame."""
        for place, name in enumerate(self._panel.axis_names(frame)):
            axis, text = self._panel.stage.value_axes[place], self._panel.notice_text(place, frame, reference)
            axis.name_it("" if text else name)
            axis.setStyle(showValues=not text)
            if text:
                self.curves[place].show_none()
            else:
                self._show_curves(place, frame, reference)
            self.notices[place].say(text, self._plots[place].vb)

    def show_playhead(self, frame: Frame, playhead: Playhead) -> None:
        """Light the layers that the waves have passed."""
        for curves in self.curves:
            curves.light(playhead)

    def layer_text(self, frame: Frame, layer: int) -> str:
        """Read out every measure at a layer."""
        told: list[str] = []
        for place, table in enumerate(self._panel.tables):
            if not self._panel.notice_text(place, frame, None):
                measured = self._sources(place, frame, None).measured
                told += [curve.told(measured, layer) for curve in table if curve.key in measured]
        return ", ".join(told) or _("not measured")

    def forget_range(self) -> None:
        """Fit the axes to the next Frame."""
        for each in self._ranges:
            each.forget()

    def _sources(self, place: int, frame: Frame, reference: Frame | None) -> Sources:
        every = Sources(frame.series, frame.theory, reference.series if reference is not None else None)
        return self._panel.sources(place, frame, reference) or every

    def _show_curves(self, place: int, frame: Frame, reference: Frame | None) -> None:
        curves, sources = self.curves[place], self._sources(place, frame, reference)
        span = self._panel.fixed.get(place)
        if span is None:
            more = self._panel.also_in_sight(frame) if place == 0 else ()
            span = self._ranges[place].fit(*curves.span(sources, more=more, least=LEAST_DECADES))
        height = max(1.0, self._plots[place].vb.height())
        room = min(0.2, self._panel.style_.px(self._panel.symbol_room) / height) * (span[1] - span[0])
        curves.show(sources, self._panel.stage.ends, (span[0] - room, span[1] + room))
        if place == 0:
            self._panel.show_behind(frame, curves.room)
        curves.write_names()


def only(measures: Measures, keys: set[str]) -> Measures:
    """Return some of the measures."""
    return {key: values for key, values in measures.items() if key in keys}


def ends_of(values: np.ndarray) -> tuple[float, float]:
    """Return the first and the last of a measure."""
    return float(values[0]), float(values[-1])
