"""PanelPart: what a panel is built of. Panels hold parts; they do not inherit from one another what several of them do."""

from __future__ import annotations

from gradviz.core.frame import Frame
from gradviz.core.runs.playhead import Playhead
from gradviz.panels.parts.style import Style


class PanelPart:
    """A piece of a panel, which the panel tells what it shows before its own hooks are called. Abstract: every method is a hook."""

    def restyle(self, style: Style) -> None:
        """Take colours and sizes."""

    def show_frame(self, frame: Frame, reference: Frame | None) -> None:
        """Bring its items to a new Frame."""

    def show_playhead(self, frame: Frame, playhead: Playhead) -> None:
        """Bring out what the wave has reached."""

    def show_hovered(self, frame: Frame, layer: int) -> None:
        """Bring out the layer that is looked at, or with 0 none."""

    def forget_range(self) -> None:
        """Let the next Frame be fitted anew, where an axis keeps still otherwise."""

    def finding_text(self, frame: Frame) -> str:
        """Return the title, for panels that have none of their own."""
        return ""

    def layer_text(self, frame: Frame, layer: int) -> str:
        """Return the exact values at a layer, for panels that read out nothing themselves."""
        return ""
