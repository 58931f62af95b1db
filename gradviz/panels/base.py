"""Panel: draws a Frame and knows nothing else.

A panel is one plot over the layer axis with its finding for a title. Everything it shows lies in one graphics scene, so that
the window, a picture file and a test see the same. ``draw`` updates items and never creates them.
"""

from __future__ import annotations

from typing import ClassVar

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gradviz.core.frame import Frame
from gradviz.i18n import _
from gradviz.panels import PANELS
from gradviz.panels.items import LayerAxis, PlainAxis, TextLine
from gradviz.panels.playhead import Playhead
from gradviz.panels.style import Style

LIMIT = 1e30
"""Beyond this pyqtgraph and Qt lose their way; what is larger is marked, not drawn to scale."""


class Panel(QWidget):
    """One picture of a Frame. Abstract; concrete panels are final and have a `key` and `show_frame`.

    Parameters
    ----------
    style : Style
        Colours and sizes.
    """

    key: ClassVar[str]
    """Its name in the table of panels and on the command line."""

    value_axis_type: ClassVar[type[PlainAxis]] = PlainAxis
    """What its vertical axis is."""

    layer_hovered = Signal(int)
    """The layer under the pointer, or 0 when it has left."""
    layer_clicked = Signal(int)

    def __init_subclass__(cls) -> None:
        # A class that is both abstract and a QWidget would need a metaclass of both kinds; this check does the same.
        if getattr(cls, "key", None) not in PANELS:
            raise TypeError(f"{cls.__name__} has no key, or one that is not in the table of panels")
        if cls.show_frame is Panel.show_frame:
            raise TypeError(f"{cls.__name__} does not define show_frame")

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.style_ = style
        self.frame: Frame | None = None
        self.reference: Frame | None = None
        self.playhead = Playhead()
        self.left_end, self.right_end = 0.0, 1.0
        self._hovered = 0

        self.view = pg.GraphicsLayoutWidget()
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setFrameShape(pg.QtWidgets.QFrame.Shape.NoFrame)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)

        self.finding = TextLine(17, "ink", bold=True)
        self.legend = TextLine(13, "quiet")
        self.readout = TextLine(13, "ink", right=True)
        self.layer_axis, self.value_axis = LayerAxis("bottom"), self.value_axis_type("left")
        self.plot = pg.PlotItem(axisItems={"bottom": self.layer_axis, "left": self.value_axis}, enableMenu=False)
        self.plot.hideButtons()
        self.plot.setMouseEnabled(False, False)
        self.plot.disableAutoRange()
        rows = self.view.ci
        rows.addItem(self.finding, 0, 0, colspan=2)
        rows.addItem(self.legend, 1, 0)
        rows.addItem(self.readout, 1, 1)
        rows.addItem(self.plot, 2, 0, colspan=2)

        self.cursor_line = pg.InfiniteLine(angle=90, movable=False)
        self.cursor_line.setZValue(50)
        self.plot.addItem(self.cursor_line, ignoreBounds=True)
        # Where texts find room depends on the size in pixels.
        self.plot.vb.sigResized.connect(self.redraw)
        self.view.scene().sigMouseMoved.connect(self._on_mouse_moved)
        self.view.viewport().installEventFilter(self)

    # --- what a concrete panel says ---

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Bring the items to a new Frame."""
        raise NotImplementedError

    def show_playhead(self, frame: Frame, playhead: Playhead) -> None:
        """Bring out what the wave has reached."""

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

    # --- what all panels do ---

    def draw(self, frame: Frame, playhead: Playhead, reference: Frame | None = None) -> None:
        """Show a Frame at a playhead, over a reference where there is one."""
        playhead = playhead.within(frame.depth)
        anew = frame is not self.frame or reference is not self.reference
        self.frame, self.reference, self.playhead = frame, reference, playhead
        if anew:
            self._show_layers(frame.depth)
            self.show_frame(frame, reference)
            self._write(frame)
        self.show_playhead(frame, playhead)
        self.cursor_line.setValue(playhead.layer)
        self._write_readout()

    def redraw(self) -> None:
        """Draw the same once more, in the language and the style of now."""
        if self.frame is not None:
            frame, self.frame = self.frame, None
            self.draw(frame, self.playhead, self.reference)

    def restyle(self, style: Style) -> None:
        """Take colours and sizes."""
        self.style_ = style
        self.view.setBackground(style.theme.ground)
        margin, gap = round(style.px(14)), round(style.px(2))
        self.view.ci.layout.setContentsMargins(margin, round(style.px(10)), margin, round(style.px(6)))
        self.view.ci.layout.setVerticalSpacing(gap)
        self.view.ci.layout.setHorizontalSpacing(margin)
        for line in (self.finding, self.legend, self.readout):
            line.restyle(style)
        for column, share in ((0, 3), (1, 2)):
            self.view.ci.layout.setColumnStretchFactor(column, share)
        self.layer_axis.restyle(style, 40)
        self.value_axis.restyle(style, 84)
        self.cursor_line.setPen(style.pen("cursor", 1.2, 0.55))
        self.restyle_items(style)
        self.redraw()

    def fit(self) -> None:
        """Fit the axis to what is shown."""
        self.forget_range()
        self.redraw()

    def hover(self, layer: int) -> None:
        """Read out a layer, or with 0 the playhead's."""
        if layer != self._hovered:
            self._hovered = layer
            self._write_readout()

    def shown_layer(self) -> int:
        """Return the layer whose values are read out."""
        depth = self.frame.depth if self.frame else 1
        return self._hovered if 0 < self._hovered <= depth else self.playhead.layer

    def _show_layers(self, depth: int) -> None:
        self.layer_axis.depth = depth
        self.layer_axis.picture = None
        # Room for the cursor at the first layer, and for the last one's histogram and number.
        self.left_end, self.right_end = 1 - max(0.65, 0.012 * depth), depth + max(1.15, 0.02 * depth)
        self.plot.setXRange(self.left_end, self.right_end, padding=0)

    def _write(self, frame: Frame) -> None:
        self.layer_axis.name_it(_("layer   (input left, output right)"))
        self.finding.write(self.finding_text(frame))
        self.legend.write(self.legend_text(frame, self.reference))
        self.setAccessibleName(_(PANELS[self.key].title))
        self.setAccessibleDescription(f"{self.finding.text}. {self.legend.text}")

    def _write_readout(self) -> None:
        if self.frame is not None:
            layer = self.shown_layer()
            self.readout.write(_("layer {layer}: {values}").format(layer=layer, values=self.layer_text(self.frame, layer)))

    def _layer_at(self, position: QPointF) -> int:
        if self.frame is None or not self.plot.vb.sceneBoundingRect().contains(position):
            return 0
        x = self.plot.vb.mapSceneToView(position).x()
        return min(max(round(x), 1), self.frame.depth)

    def _on_mouse_moved(self, position: QPointF) -> None:
        self.layer_hovered.emit(self._layer_at(position))

    def eventFilter(self, watched: object, event: object) -> bool:
        kind = event.type()  # type: ignore[attr-defined]
        if kind == pg.QtCore.QEvent.Type.Leave:
            self.layer_hovered.emit(0)
        elif isinstance(event, QMouseEvent) and kind == pg.QtCore.QEvent.Type.MouseButtonPress:
            layer = self._layer_at(self.view.mapToScene(event.position().toPoint()))
            if layer and event.button() == Qt.MouseButton.LeftButton:
                self.layer_clicked.emit(layer)
        return False
