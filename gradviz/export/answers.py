"""What the panels of a picture ask beside the run, and the answers, computed here where nobody has had them computed before."""

from __future__ import annotations

from collections import deque
from typing import Any

from gradviz.core.choices.errors import ExperimentError
from gradviz.core.runs.request import Request
from gradviz.core.runs.scene import Scene
from gradviz.panels import PANELS
from gradviz.panels.base import Panel, layer_read_out
from gradviz.panels.layouts import Layout, panels_in


def questions(scene: Scene, layout: Layout, hovered: int = 0) -> list[Request]:
    """Return what the panels of a layout ask while a layer is hovered, or none for 0."""
    layer = layer_read_out(scene, hovered)
    return [request for key in panels_in(layout) for request in PANELS[key].load().asks(scene, layer)]


def answered(scene: Scene, panel: Panel) -> Scene:
    """Return the Scene with final answers to all that a panel asks; answers that it holds already are kept."""
    missing = [request for request in panel.questions(scene) if request not in scene.answers]
    return scene.with_answers({**scene.answers, **{request: _whole_answer(request) for request in missing}})


def _whole_answer(request: Request) -> Any:
    """Return the last answer, or the ExperimentError that says why there is none."""
    try:
        return deque(request.answers(lambda share: None), maxlen=1).pop()
    except ExperimentError as error:
        return error
