"""LayerPanel: a panel whose plots stand over the layers."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QPointF
from PySide6.QtGui import QResizeEvent

from gradviz.panels.base import BODY_ROW, Panel
from gradviz.panels.parts.axes import PanelAxis, PlainAxis
from gradviz.panels.parts.layer_plots import LayerPlots
from gradviz.panels.parts.style import Style


class LayerPanel(Panel):
    """A panel that holds `LayerPlots`. Abstract.

    Attributes
    ----------
    stage : LayerPlots
        The plots; their axes and the upper plot also go by names of their own.
    """

    is_abstract = True

    value_axis_types: ClassVar[tuple[type[PanelAxis], ...]] = (PlainAxis,)
    """The vertical axis of each plot, from the top down: one or two."""

    names_its_layers: ClassVar[bool] = True
    """Whether the layer axis has a name below it, where there is room."""

    def __init__(self, style: Style) -> None:
        super().__init__(style)
        axes = [axis_type("left") for axis_type in self.value_axis_types]
        self.stage = LayerPlots(self.view.ci, BODY_ROW, axes, has_name=self.names_its_layers)
        self.stage.height = self.height()
        self.parts.append(self.stage)
        self.plots, self.plot = self.stage.plots, self.stage.plots[0]
        self.layer_axis, self.value_axis = self.stage.layer_axis, axes[0]
        self.plot.vb.sigResized.connect(self._on_resized)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.stage.fit_height(self.height(), self.style_):
            self._on_resized()

    def layer_at(self, position: QPointF) -> int:
        """Return the layer at a place of the graphics scene, or 0."""
        return 0 if self.frame is None else self.stage.layer_at(position)
