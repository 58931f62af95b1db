"""Answers what a panel asks beside the run synchronously, for pictures."""

from __future__ import annotations

from collections import deque
from typing import Any

from gradviz.core.choices.errors import ExperimentError
from gradviz.core.runs.request import Request
from gradviz.core.runs.scene import Scene
from gradviz.panels.base import Panel


def answered(scene: Scene, panel: Panel) -> Scene:
    """Return the Scene with final answers to all that a panel asks; answers that it holds already are kept."""
    missing = [request for request in panel.asks(scene) if request not in scene.answers]
    return scene.with_answers({**scene.answers, **{request: _whole_answer(request) for request in missing}})


def _whole_answer(request: Request) -> Any:
    """Return the last answer, or the ExperimentError that says why there is none."""
    try:
        return deque(request.answers(lambda share: None), maxlen=1).pop()
    except ExperimentError as error:
        return error
