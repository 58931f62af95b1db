"""Panel: draws a Scene and knows nothing else.

A panel has its finding for a title, a line that says what is drawn, and one that reads out a layer. Everything it shows lies in
one graphics scene, so that the window, a picture file and a test see the same. ``draw`` updates items and never creates them.

Two classes are abstract: `Panel`, and `LayerPanel` for one or two plots over the layer axis. The concrete ones are final.
"""

from __future__ import annotations

from typing import ClassVar

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gradviz.core.frame import Frame
from gradviz.core.runs.playhead import Playhead
from gradviz.core.runs.request import Request
from gradviz.core.runs.scene import Scene
from gradviz.i18n import _
from gradviz.panels import PANELS
from gradviz.panels.parts.axes import LayerAxis, PlainAxis
from gradviz.panels.parts.style import Style
from gradviz.panels.parts.text import SharedLine, TextLine

BODY_ROW = 2
"""The first row of the scene below the lines of text."""


class Panel(QWidget):
    """One picture of a Scene. Abstract; concrete panels are final and have a `key` and `show_frame`.

    Parameters
    ----------
    style : Style
        Colours and sizes.
    """

    key: ClassVar[str]
    """Its name in the table of panels and on the command line."""

    layer_hovered = Signal(int)
    """The layer under the pointer, or 0 when it has left."""
    layer_clicked = Signal(int)
    outgrown = Signal()
    """It has another size, and is drawn for the old one still; only where it `waits`."""
    asked = Signal()
    """What it `asks` has changed because another layer is hovered."""

    is_abstract: ClassVar[bool] = True
    """Said anew by each abstract class."""

    def __init_subclass__(cls) -> None:
        # A class that is both abstract and a QWidget would need a metaclass of both kinds; this check does the same.
        cls.is_abstract = cls.__dict__.get("is_abstract", False)
        if cls.is_abstract:
            return
        if getattr(cls, "key", None) not in PANELS:
            raise TypeError(f"{cls.__name__} has no key, or one that is not in the table of panels")
        if cls.show_frame is Panel.show_frame:
            raise TypeError(f"{cls.__name__} does not define show_frame")

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.style_ = style
        self.scene: Scene | None = None
        """What is drawn."""
        self.frame: Frame | None = None
        self.reference: Frame | None = None
        self.playhead = Playhead()
        self.hovered = 0
        """The layer that is looked at in any panel, or 0."""
        self.waits = False
        """Whether somebody draws it after a change of size, in its turn; else it does so itself, at once, each time."""
        self._is_outdated = False

        self.view = pg.GraphicsLayoutWidget()
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setFrameShape(pg.QtWidgets.QFrame.Shape.NoFrame)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)

        self.finding = TextLine(17, "ink", bold=True)
        self._caption = SharedLine(13, "quiet", "ink")
        self.legend, self.readout = self._caption.left, self._caption.right
        self.view.ci.addItem(self.finding, 0, 0)
        self.view.ci.addItem(self._caption, 1, 0)
        self.view.scene().sigMouseMoved.connect(self._on_mouse_moved)
        self.view.viewport().installEventFilter(self)

    # --- what a concrete panel says ---

    def asks(self, scene: Scene) -> tuple[Request, ...]:
        """Return what is needed beside the run; the answers are looked up in a Scene's `answers`."""
        return ()

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Bring the items to a new Frame."""
        raise NotImplementedError

    def show_playhead(self, frame: Frame, playhead: Playhead) -> None:
        """Bring out what the wave has reached."""

    def show_hovered(self, frame: Frame, layer: int) -> None:
        """Bring out the layer that is looked at, or with 0 none."""

    def finding_text(self, frame: Frame) -> str:
        """Return the title: a finding, not a label."""
        return _(PANELS[self.key].title)

    def legend_text(self, frame: Frame, reference: Frame | None) -> str:
        """Return what is drawn, in words."""
        return ""

    def layer_text(self, frame: Frame, layer: int) -> str:
        """Return the exact values at a layer."""
        return ""

    def restyle_items(self, style: Style) -> None:
        """Give the concrete panel's items their colours and sizes."""

    def forget_range(self) -> None:
        """Let the next Frame be fitted anew, where the axis keeps still otherwise."""

    def layer_at(self, position: QPointF) -> int:
        """Return the layer at a place of the scene, or 0."""
        return 0

    # --- what all panels do ---

    def draw(self, scene: Scene) -> None:
        """Show a Scene: its Frame at its playhead, over the reference where there is one."""
        before, self.scene = self.scene, scene
        frame, reference, self.playhead = scene.frame, scene.reference_frame, scene.playhead
        is_same_run = before is not None and before.run.is_preview is scene.run.is_preview
        anew = self._is_outdated or frame is not self.frame or reference is not self.reference or not is_same_run
        self.frame, self.reference, self._is_outdated = frame, reference, False
        if anew:
            self._begin_frame(frame)
            self.show_frame(frame, reference)
            self._write(frame)
        self._begin_playhead(self.playhead)
        self.show_playhead(frame, self.playhead)
        self._write_readout()

    def outdate(self) -> None:
        """Let the next `draw` do everything anew: the language, the range or the size is another one."""
        self._is_outdated = True

    def redraw(self) -> None:
        """Draw the same once more, in the language and the style of now."""
        if self.scene is not None:
            self.outdate()
            self.draw(self.scene)

    def _on_resized(self) -> None:
        """Draw anew: where texts find room depends on the size in pixels."""
        if self.waits:
            self.outdate()
            self.outgrown.emit()
        else:
            self.redraw()

    def restyle(self, style: Style) -> None:
        """Take colours and sizes."""
        self.style_ = style
        self.view.setBackground(style.theme.ground)
        margin, gap = round(style.px(14)), round(style.px(2))
        self.view.ci.layout.setContentsMargins(margin, round(style.px(10)), margin, round(style.px(6)))
        self.view.ci.layout.setVerticalSpacing(gap)
        for line in (self.finding, self._caption):
            line.restyle(style)
        self._restyle_frame(style)
        self.restyle_items(style)
        self.redraw()

    def hover(self, layer: int) -> None:
        """Read out a layer, or with 0 the playhead's."""
        if layer == self.hovered:
            return
        asked_before = self.asks(self.scene) if self.scene is not None else ()
        self.hovered = layer
        if self.scene is None or self.frame is None:
            return
        self._write_readout()
        self.show_hovered(self.frame, layer if layer <= self.frame.depth else 0)
        if self.asks(self.scene) != asked_before:
            self.asked.emit()

    def layer_in(self, scene: Scene) -> int:
        """Return the layer whose values are read out: the hovered one, or the playhead's."""
        return self.hovered if 0 < self.hovered <= scene.frame.depth else scene.playhead.layer

    def shown_layer(self) -> int:
        """Return the layer whose values are read out now."""
        return 1 if self.scene is None else self.layer_in(self.scene)

    def _begin_frame(self, frame: Frame) -> None:
        """Do what a kind of panels does before `show_frame`."""

    def _begin_playhead(self, playhead: Playhead) -> None:
        """Do what a kind of panels does before `show_playhead`."""

    def _restyle_frame(self, style: Style) -> None:
        """Do what a kind of panels does before `restyle_items`."""

    def _write(self, frame: Frame) -> None:
        self.finding.write(self.finding_text(frame))
        self.legend.write(self._marked_preview(self.legend_text(frame, self.reference)))
        self.setAccessibleName(_(PANELS[self.key].title))
        self.setAccessibleDescription(f"{self.finding.text}. {self.legend.text}")

    def _marked_preview(self, legend: str) -> str:
        """Return the legend; of a preview it says so first, because what stands last is left out where there is no room."""
        if self.scene is None or not (self.scene.run.is_preview and legend):
            return legend
        count = self.scene.frame.spec.batch
        return _("first {count} examples, the rest is coming; {legend}").format(count=count, legend=legend)

    def _write_readout(self) -> None:
        if self.frame is not None:
            layer = self.shown_layer()
            values = self.layer_text(self.frame, layer)
            self.readout.write(_("layer {layer}: {values}").format(layer=layer, values=values) if values else "")

    def _on_mouse_moved(self, position: QPointF) -> None:
        self.layer_hovered.emit(self.layer_at(position))

    def eventFilter(self, watched: object, event: object) -> bool:
        kind = event.type()  # type: ignore[attr-defined]
        if kind == pg.QtCore.QEvent.Type.Leave:
            self.layer_hovered.emit(0)
        elif isinstance(event, QMouseEvent) and kind == pg.QtCore.QEvent.Type.MouseButtonPress:
            layer = self.layer_at(self.view.mapToScene(event.position().toPoint()))
            if layer and event.button() == Qt.MouseButton.LeftButton:
                self.layer_clicked.emit(layer)
        return False


class LayerPanel(Panel):
    """Plots over the layer axis, the cursor of the playhead and the hovered layer in all of them.

    Attributes
    ----------
    plot : PlotItem
        The plot, or the upper one of two.
    lower_plot : PlotItem or None
        The one below it, where `lower_axis_type` asks for one.
    """

    is_abstract = True

    value_axis_type: ClassVar[type[PlainAxis]] = PlainAxis
    """What its vertical axis is."""

    lower_axis_type: ClassVar[type[PlainAxis] | None] = None
    """What the vertical axis of a second plot below is."""

    LOWER_SHARE = 0.8
    """How high the lower plot is, the upper one being 1."""

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        self.left_end, self.right_end = 0.0, 1.0
        self.layer_axis, self.value_axis = LayerAxis("bottom"), self.value_axis_type("left")
        self.lower_axis = self.lower_axis_type("left") if self.lower_axis_type else None
        self._silent_axis = LayerAxis("bottom") if self.lower_axis else None
        self.plot = self._new_plot(self._silent_axis or self.layer_axis, self.value_axis, 0)
        self.lower_plot = self._new_plot(self.layer_axis, self.lower_axis, 1) if self.lower_axis else None
        if self._silent_axis is not None:
            self._silent_axis.setStyle(showValues=False)
            self.view.ci.layout.setRowStretchFactor(BODY_ROW, 100)
            self.view.ci.layout.setRowStretchFactor(BODY_ROW + 1, round(100 * self.LOWER_SHARE))
        self.plots = [plot for plot in (self.plot, self.lower_plot) if plot is not None]
        self._cursors, self._hover_lines = ([pg.InfiniteLine(angle=90, movable=False) for _plot in self.plots] for _kind in "ch")
        for lines, depth in ((self._cursors, 50), (self._hover_lines, 49)):
            for plot, line in zip(self.plots, lines, strict=True):
                line.setZValue(depth)
                plot.addItem(line, ignoreBounds=True)
        for line in self._hover_lines:
            line.hide()
        self._is_low = False
        self.plot.vb.sigResized.connect(self._on_resized)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if (self.height() < LOW * self.style_.scale) is not self._is_low:
            self._restyle_frame(self.style_)
            self._on_resized()

    def _new_plot(self, layer_axis: LayerAxis, value_axis: PlainAxis, row: int) -> pg.PlotItem:
        plot = pg.PlotItem(axisItems={"bottom": layer_axis, "left": value_axis}, enableMenu=False)
        plot.hideButtons()
        plot.setMouseEnabled(False, False)
        plot.disableAutoRange()
        self.view.ci.addItem(plot, BODY_ROW + row, 0)
        return plot

    def layer_at(self, position: QPointF) -> int:
        """Return the layer at a place of the scene, or 0."""
        for plot in self.plots:
            if self.frame is not None and plot.vb.sceneBoundingRect().contains(position):
                return min(max(round(plot.vb.mapSceneToView(position).x()), 1), self.frame.depth)
        return 0

    def show_hovered(self, frame: Frame, layer: int) -> None:
        """Draw a line at the hovered layer."""
        for line in self._hover_lines:
            line.setVisible(layer > 0 and layer != self.playhead.layer)
            line.setValue(layer)

    def _begin_frame(self, frame: Frame) -> None:
        for axis in (self.layer_axis, self._silent_axis):
            if axis is not None and axis.depth != frame.depth:
                axis.depth = frame.depth
                axis.picture = None
        if not self._is_low:
            self.layer_axis.name_it(_("layer   (input left, output right)"))
        self.left_end, self.right_end = layer_ends(frame.depth)
        for plot in self.plots:
            plot.setXRange(self.left_end, self.right_end, padding=0)

    def _begin_playhead(self, playhead: Playhead) -> None:
        for line in self._cursors:
            line.setValue(playhead.layer)

    def _restyle_frame(self, style: Style) -> None:
        self._is_low = self.height() < LOW * style.scale
        self.layer_axis.restyle(style, 22 if self._is_low else 40)
        self.layer_axis.showLabel(not self._is_low)
        for axis in (self.value_axis, self.lower_axis):
            if axis is not None:
                axis.restyle(style, VALUE_AXIS_WIDTH)
        if self._silent_axis is not None:
            self._silent_axis.restyle(style, 6)
        for cursor, hover_line in zip(self._cursors, self._hover_lines, strict=True):
            cursor.setPen(style.pen("cursor", 1.2, 0.55))
            hover_line.setPen(style.pen("cursor", 1.0, 0.35, Qt.PenStyle.DotLine))


LOW = 290.0
"""Pixels at scale 1: a panel below this height needs the room of the axis's name for its plot."""

VALUE_AXIS_WIDTH = 84.0
"""At scale 1, in every panel: so the layer axes of panels above one another are aligned."""


def layer_ends(depth: int) -> tuple[float, float]:
    """Return the range of the layer axis: room for the cursor at the first layer, and for the last one's histogram and number."""
    return 1 - max(0.65, 0.012 * depth), depth + max(1.15, 0.02 * depth)
