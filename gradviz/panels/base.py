"""Panel: draws a Scene and knows nothing else.

A panel has its name above it, what is to be seen in it, what is drawn, and what is read out of the layer that is pointed at. Everything it shows lies in
one graphics scene, so that the window, a picture file and a test see the same. ``draw`` updates items and never creates them.

A panel class is abstract or final. The methods of `Panel` do the work and are not overridden; what a panel draws and says is in
its hooks, which are empty here; what several panels have in common is in parts that they hold.
"""

from __future__ import annotations

from typing import Any, ClassVar

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gradviz.core.frame import Frame
from gradviz.core.runs.playhead import Phase, Playhead
from gradviz.core.runs.request import Request
from gradviz.core.runs.scene import Scene
from gradviz.i18n import _
from gradviz.panels import PANELS
from gradviz.panels.parts.panel_part import PanelPart
from gradviz.panels.parts.style import Style
from gradviz.panels.parts.text import HeaderLine
from gradviz.report.words import name_beside

BODY_ROW = 1
"""The first row of the graphics scene below the header."""


class Panel(QWidget):
    """One picture of a Scene. Abstract; concrete panels are final, have a `key` and fill in hooks.

    Parameters
    ----------
    style : Style
        Colours and sizes.

    Attributes
    ----------
    parts : list of PanelPart
        What it is built of; their hooks are called before the panel's own.
    scene : Scene or None
        What is drawn.
    frame, reference : Frame or None
        The Scene's Frame and that of its pinned run.
    playhead : Playhead
    hovered : int
        The layer that is looked at in any panel, or 0.
    waits : bool
        Whether its owner redraws it after a change of size; otherwise it redraws itself at once.
    """

    key: ClassVar[str]
    """Its name in the table of panels and on the command line."""

    shows_one_layer: ClassVar[bool] = False
    """Whether title and legend are about the layer that is looked at, and change with it."""

    shows_reference: ClassVar[bool] = False
    """Whether the pinned run is drawn; its values then carry the mark of a preview too."""

    layer_hovered = Signal(int)
    """The layer under the pointer, or 0 when it has left."""
    layer_clicked = Signal(int)
    outgrown = Signal()
    """Its size has changed and it has not been redrawn yet; emitted only where it `waits`."""
    change_asked = Signal(object)
    """Fields and values, by name: the experiment is to be changed so."""
    explained = Signal(str)
    """Where the number comes from that was clicked."""
    asked = Signal()
    """What it `asks` has changed because another layer is hovered."""

    is_abstract: ClassVar[bool] = True
    """False unless the class itself says otherwise: not inherited."""

    def __init_subclass__(cls) -> None:
        # A class that is both abstract and a QWidget would need a metaclass of both kinds; this check does the same.
        cls.is_abstract = cls.__dict__.get("is_abstract", False)
        if not cls.is_abstract and getattr(cls, "key", None) not in PANELS:
            raise TypeError(f"{cls.__name__} has no key, or one that is not in the table of panels")

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.style_ = style
        self.parts: list[PanelPart] = []
        self.scene: Scene | None = None
        self.frame: Frame | None = None
        self.reference: Frame | None = None
        self.playhead = Playhead()
        self.hovered = 0
        self.waits = False
        self._is_outdated = False

        self.view = pg.GraphicsLayoutWidget()
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setFrameShape(pg.QtWidgets.QFrame.Shape.NoFrame)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)

        self.header = HeaderLine()
        self.finding, self.legend, self.readout = self.header.finding, self.header.legend, self.header.readout
        self.view.ci.addItem(self.header, 0, 0)
        self.view.scene().sigMouseMoved.connect(self._on_mouse_moved)
        self.view.viewport().installEventFilter(self)

    # --- hooks: what a panel draws and says ---

    @classmethod
    def asks(cls, scene: Scene, layer: int) -> tuple[Request, ...]:
        """Return what is needed beside the run while a layer is read out; the answers are looked up in a Scene's `answers`."""
        return ()

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Bring the items to a new Frame."""

    def show_playhead(self, frame: Frame, playhead: Playhead) -> None:
        """Highlight the layers that the wave has reached."""

    def show_hovered(self, frame: Frame, layer: int) -> None:
        """Highlight the hovered layer, or none for 0."""

    def show_pointed(self, position: QPointF | None) -> None:
        """React to the pointer's position in the graphics scene; None when it has left."""

    def finding_text(self, frame: Frame) -> str:
        """Return what is to be seen and stands not in the headline; without one, that of a part, or nothing."""
        return ""

    def legend_text(self, frame: Frame, reference: Frame | None) -> str:
        """Return what is drawn, in words."""
        return ""

    def layer_text(self, frame: Frame, layer: int) -> str:
        """Return the exact values at a layer; without any, those of a part are read out."""
        return ""

    def restyle_items(self, style: Style) -> None:
        """Give the items their colours and sizes."""

    def forget_range(self) -> None:
        """Fit the axes to the next Frame even where they would otherwise keep still."""

    def layer_at(self, position: QPointF) -> int:
        """Return the layer at a place of the graphics scene, or 0."""
        return 0

    def change_at(self, position: QPointF) -> dict[str, Any]:
        """Return what a click at a place of the graphics scene changes: fields and values by name, or nothing."""
        return {}

    def explanation_at(self, position: QPointF) -> str:
        """Return where the number at a place of the graphics scene comes from, or nothing."""
        return ""

    # --- what all panels do ---

    def draw(self, scene: Scene) -> None:
        """Show a Scene: its Frame at its playhead, over the reference where there is one."""
        before, self.scene = self.scene, scene
        frame, reference, self.playhead = scene.frame, scene.reference_frame, scene.playhead
        has_begun = before is not None and (before.playhead.phase is Phase.WHOLE) != (scene.playhead.phase is Phase.WHOLE)
        # Whether a run is a preview is written in the legend, so it matters even where the Frame stays.
        has_other_marks = before is None or _previews_in(before) != _previews_in(scene)
        anew = self._is_outdated or frame is not self.frame or reference is not self.reference or has_other_marks
        self.frame, self.reference, self._is_outdated = frame, reference, False
        if anew:
            for part in self.parts:
                part.show_frame(frame, reference)
            self.show_frame(frame, reference)
        for part in self.parts:
            part.show_playhead(frame, self.playhead)
        self.show_playhead(frame, self.playhead)
        if anew and self.hovered:
            self._show_hovered(frame)
        if anew or has_begun or self.shows_one_layer or (before is not None and before.answers != scene.answers):
            self._write_texts(frame)
        self._write_readout()

    def outdate(self) -> None:
        """Let the next `draw` redo everything, because the language, a range or the size has changed."""
        self._is_outdated = True

    def redraw(self) -> None:
        """Draw the same Scene again, in the current language and style."""
        if self.scene is not None:
            self.outdate()
            self.draw(self.scene)

    def fit(self) -> None:
        """Let the next `draw` fit the axes to the Frame again."""
        for part in self.parts:
            part.forget_range()
        self.forget_range()
        self.outdate()

    def restyle(self, style: Style) -> None:
        """Take colours and sizes."""
        self.style_ = style
        self.view.setBackground(style.theme.ground)
        margin, gap = round(style.px(14)), round(style.px(2))
        self.view.ci.layout.setContentsMargins(margin, round(style.px(10)), margin, round(style.px(6)))
        self.view.ci.layout.setVerticalSpacing(gap)
        self.header.restyle(style)
        for part in self.parts:
            part.restyle(style)
        self.restyle_items(style)
        self.redraw()

    def hover(self, layer: int) -> None:
        """Read out a layer, or the playhead's for 0."""
        if layer == self.hovered:
            return
        read_before, self.hovered = self.shown_layer(), layer
        if self.scene is None or self.frame is None:
            return
        self._show_hovered(self.frame)
        if self.shows_one_layer:
            self._write_texts(self.frame)
        self._write_readout()
        if self.asks(self.scene, self.shown_layer()) != self.asks(self.scene, read_before):
            self.asked.emit()

    def questions(self, scene: Scene) -> tuple[Request, ...]:
        """Return what is needed beside the run to draw a Scene now."""
        return self.asks(scene, layer_read_out(scene, self.hovered))

    def shown_layer(self) -> int:
        """Return the layer whose values are read out now."""
        return 1 if self.scene is None else layer_read_out(self.scene, self.hovered)

    def _show_hovered(self, frame: Frame) -> None:
        layer = self.hovered if self.hovered <= frame.depth else 0
        for part in self.parts:
            part.show_hovered(frame, layer)
        self.show_hovered(frame, layer)

    def _on_resized(self) -> None:
        """Redraw: where texts find room depends on the size in pixels."""
        if self.waits:
            self.outdate()
            self.outgrown.emit()
        else:
            self.redraw()

    def _write_texts(self, frame: Frame) -> None:
        title = _(PANELS[self.key].title)
        of_layer = " · " + _("layer {layer}").format(layer=self.shown_layer()) if self.shows_one_layer else ""
        self.header.name.write(title + of_layer)
        findings = (self.finding_text(frame), *(part.finding_text(frame) for part in self.parts))
        # A finding is of all layers: while the wave is on its way it would say what is not shown yet.
        self.finding.write(next(filter(None, findings), "") if self.playhead.phase is Phase.WHOLE else "")
        legend = self.legend_text(frame, self.reference)
        if legend and self.shows_reference and self.reference is not None:
            legend += _("; grey: {name}").format(name=name_beside(self.reference.spec, frame.spec))
        self.legend.write(self._with_preview_marks(legend))
        self.setAccessibleName(title)
        self.setAccessibleDescription(self.header.said)

    def _with_preview_marks(self, legend: str) -> str:
        """Return the legend with the marks of previews in front, because the last clauses are dropped where there is no room."""
        if self.scene is None:
            return legend
        is_preview, is_pinned_preview = _previews_in(self.scene)
        if is_pinned_preview and self.shows_reference and self.reference is not None:
            text = _("pinned run: first {count} examples, the rest is coming; {legend}")
            legend = text.format(count=self.reference.spec.batch, legend=legend).removesuffix("; ")
        if is_preview:
            text = _("first {count} examples, the rest is coming; {legend}")
            legend = text.format(count=self.scene.frame.spec.batch, legend=legend).removesuffix("; ")
        return legend

    def _write_readout(self) -> None:
        """Read out the layer that is pointed at; where none is, nothing: the wave alone needs no numbers."""
        layer = self.hovered
        if self.frame is None or not 0 < layer <= self.frame.depth:
            self.readout.write("")
        else:
            read = (self.layer_text(self.frame, layer), *(part.layer_text(self.frame, layer) for part in self.parts))
            values = next(filter(None, read), "")
            self.readout.write(_("layer {layer}: {values}").format(layer=layer, values=values) if values else "")

    def _on_mouse_moved(self, position: QPointF) -> None:
        self.layer_hovered.emit(self.layer_at(position))
        self.show_pointed(position)
        is_clickable = bool(self.change_at(position) or self.explanation_at(position))
        self.view.viewport().setCursor(Qt.CursorShape.PointingHandCursor if is_clickable else Qt.CursorShape.ArrowCursor)

    def _on_clicked(self, place: QPointF) -> None:
        if explanation := self.explanation_at(place):  # a label above the layers, and not the layer below it
            self.explained.emit(explanation)
            return
        if layer := self.layer_at(place):
            self.layer_clicked.emit(layer)
        if change := self.change_at(place):
            self.change_asked.emit(change)

    def eventFilter(self, watched: object, event: object) -> bool:
        kind = event.type()  # type: ignore[attr-defined]
        if kind == pg.QtCore.QEvent.Type.Leave:
            self.show_pointed(None)
            self.layer_hovered.emit(0)
        elif (
            kind == pg.QtCore.QEvent.Type.MouseButtonPress
            and isinstance(event, QMouseEvent)
            and event.button() == Qt.MouseButton.LeftButton
        ):
            self._on_clicked(self.view.mapToScene(event.position().toPoint()))
        return False


def layer_read_out(scene: Scene, hovered: int) -> int:
    """Return the layer of a Scene whose values are read out: the hovered one where there is one, else the playhead's."""
    return hovered if 0 < hovered <= scene.frame.depth else scene.playhead.layer


def _previews_in(scene: Scene) -> tuple[bool, bool]:
    """Return whether the run, and whether the pinned run, is a preview."""
    return scene.run.is_preview, scene.reference is not None and scene.reference.is_preview
