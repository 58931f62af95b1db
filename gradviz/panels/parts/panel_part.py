"""PanelPart: a piece that several panels have in common. Panels hold parts instead of inheriting from one another."""

from __future__ import annotations

from gradviz.core.frame import Frame
from gradviz.core.runs.playhead import Playhead
from gradviz.panels.parts.style import Style


class PanelPart:
    """A piece of a panel. Abstract: every method is a hook, which the panel calls before its own of the same name."""

    def restyle(self, style: Style) -> None:
        """Take colours and sizes."""

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Bring its items to a new Frame."""

    def show_playhead(self, frame: Frame, playhead: Playhead) -> None:
        """Highlight the layers that the wave has reached."""

    def show_hovered(self, frame: Frame, layer: int) -> None:
        """Highlight the hovered layer, or none for 0."""

    def forget_range(self) -> None:
        """Fit the axes to the next Frame even where they would otherwise keep still."""

    def finding_text(self, frame: Frame) -> str:
        """Return the title, for panels that have none of their own."""
        return ""

    def layer_text(self, frame: Frame, layer: int) -> str:
        """Return the exact values at a layer, for panels that read out nothing themselves."""
        return ""
