"""Draws a panel as the window does: with everything answered that it asks beside the run."""

from gradviz.core.runs.scene import Scene
from gradviz.export.answers import answered


def draw(panel, frame, playhead=None, reference=None):
    """Draw a Frame at a playhead, over a reference where there is one."""
    panel.draw(answered(Scene.of(frame, playhead, reference), panel))


def hover(panel, layer):
    """Hover a layer, and answer what the panel asks of it then."""
    panel.hover(layer)
    panel.draw(answered(panel.scene, panel))
