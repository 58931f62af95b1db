"""CurvePanel: measures as curves over the layers, in one plot or two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from gradviz.core.frame import Frame
from gradviz.core.runs.playhead import Playhead
from gradviz.i18n import _
from gradviz.panels.curves.curve import Curve, Measures
from gradviz.panels.curves.curves import Curves, Sources
from gradviz.panels.layer_panel import LayerPanel
from gradviz.panels.parts.layer_plots import LayerPlots
from gradviz.panels.parts.panel_part import PanelPart
from gradviz.panels.parts.style import Style
from gradviz.panels.parts.text import Notice
from gradviz.panels.scales.limits import Span
from gradviz.panels.scales.ranges import StillRange
from gradviz.report.words import name_beside

LEAST_DECADES = 2.2
"""The shortest axis: it always shows two powers of ten."""

SYMBOL_ROOM = 5.0
"""Pixels at scale 1 beyond the ends of a vertical axis: a symbol on the edge is seen whole."""


def all_measures(frame: Frame, reference: Frame | None) -> Sources:
    """Return everything that the Frames have."""
    return Sources(frame.series, frame.theory, reference.series if reference is not None else None)


@dataclass(frozen=True)
class CurvePlot:
    """The declaration of one plot.

    Attributes
    ----------
    axis_name : str
        Quantity and unit of the vertical axis, marked for translation.
    curves : tuple of Curve
    sources : callable
        From the Frame and the pinned one to what is drawn.
    span : tuple of float or None
        The ends of a vertical axis that never changes; None for one in decades that keeps still while it can.
    in_sight : callable
        From the Frame to further values that the axis must include.
    notice : callable
        From the Frame and the pinned one to why the plot is empty, or what that means; an empty text where it is not.
    """

    axis_name: str
    curves: tuple[Curve, ...]
    sources: Callable[[Frame, Frame | None], Sources] = all_measures
    span: Span | None = None
    in_sight: Callable[[Frame], Sequence[float]] = lambda frame: ()
    notice: Callable[[Frame, Frame | None], str] = lambda frame, reference: ""


class CurvePanel(LayerPanel):
    """Curves in plots over the layers. Abstract; the concrete panels declare the plots and say what they find.

    Attributes
    ----------
    curves : list of Curves
        Those of each plot.
    notices : list of Notice
        The sentence in an empty plot.
    """

    is_abstract = True
    shows_reference = True

    contents: ClassVar[tuple[CurvePlot, ...]]
    """What is drawn in each plot."""

    marks_role: ClassVar[str] = "ink"
    """The colour of the marks for zeros, infinities and NaN."""

    symbol_room: ClassVar[float] = SYMBOL_ROOM
    """Pixels at scale 1 that are added at both ends of every vertical axis."""

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        drawn = CurvePlots(self.stage, self.contents, self.marks_role, self.symbol_room)
        self.curves, self.notices = drawn.curves, drawn.notices
        self.parts.append(drawn)
        self.add_items()
        self.parts.append(CurveNames(self.curves))
        self.restyle(style)

    def add_items(self) -> None:
        """Create the items that are drawn beside the curves; parts that are added take their room before the curves are named."""


class CurvePlots(PanelPart):
    """The curves in their plots, the ranges, and the notices where there are none."""

    def __init__(self, stage: LayerPlots, contents: Sequence[CurvePlot], marks_role: str, symbol_room: float) -> None:
        self._stage, self._contents, self._symbol_room = stage, contents, symbol_room
        self._room_in_pixels = symbol_room
        self.curves = [Curves(plot, each.curves, marks_role) for plot, each in zip(stage.plots, contents, strict=True)]
        self.notices = [Notice() for _plot in stage.plots]
        self._ranges = [StillRange(room=0.06) for _plot in stage.plots]
        for plot, notice in zip(stage.plots, self.notices, strict=True):
            plot.addItem(notice, ignoreBounds=True)

    def restyle(self, style: Style) -> None:
        """Take colours and sizes."""
        self._room_in_pixels = style.px(self._symbol_room)
        for curves, notice in zip(self.curves, self.notices, strict=True):
            curves.restyle(style)
            notice.restyle(style)

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Bring curves, ranges and notices to a new Frame."""
        for place, content in enumerate(self._contents):
            axis, text = self._stage.value_axes[place], content.notice(frame, reference)
            axis.name_it("" if text else _(content.axis_name))
            axis.setStyle(showValues=not text)
            if text:
                self.curves[place].show_none()
            else:
                self._show_curves(place, frame, reference)
            self.notices[place].say(text, self._stage.plots[place].vb)

    def show_playhead(self, frame: Frame, playhead: Playhead) -> None:
        """Light the layers that the waves have passed."""
        for curves in self.curves:
            curves.light(playhead)

    def layer_text(self, frame: Frame, layer: int) -> str:
        """Read out every measure at a layer."""
        texts: list[str] = []
        for content in self._contents:
            if not content.notice(frame, None):
                measured = content.sources(frame, None).measured
                texts += [curve.value_text(measured, layer) for curve in content.curves if curve.key in measured]
        return ", ".join(texts) or _("not measured")

    def forget_range(self) -> None:
        """Fit the axes to the next Frame."""
        for each in self._ranges:
            each.forget()

    def _show_curves(self, place: int, frame: Frame, reference: Frame | None) -> None:
        curves, content = self.curves[place], self._contents[place]
        curves.reference_name = "" if reference is None else name_beside(reference.spec, frame.spec)
        sources, span = content.sources(frame, reference), content.span
        if span is None:
            span = self._ranges[place].fit(*curves.span(sources, more=content.in_sight(frame), least=LEAST_DECADES))
        height = max(1.0, self._stage.plots[place].vb.height())
        room = min(0.2, self._room_in_pixels / height) * (span[1] - span[0])
        curves.show(sources, self._stage.ends, (span[0] - room, span[1] + room))


class CurveNames(PanelPart):
    """The curves' names, written last, where curves and all that lies behind them have left room."""

    def __init__(self, curves: Sequence[Curves]) -> None:
        self._curves = curves

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Name the curves of a new Frame."""
        for curves in self._curves:
            curves.write_names()


def only(measures: Measures, keys: set[str]) -> Measures:
    """Return some of the measures."""
    return {key: values for key, values in measures.items() if key in keys}
