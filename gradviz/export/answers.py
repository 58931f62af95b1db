"""Answers to what a panel asks beside the run, where somebody waits for them: in a picture file."""

from __future__ import annotations

from collections import deque
from typing import Any

from gradviz.core.choices.errors import ExperimentError
from gradviz.core.runs.request import Request
from gradviz.core.runs.scene import Scene
from gradviz.panels.base import Panel


def answered(scene: Scene, panel: Panel) -> Scene:
    """Return a Scene that holds whole answers to everything that a panel asks; those that it holds already stay."""
    missing = [request for request in panel.asks(scene) if request not in scene.answers]
    return scene.with_answers({**scene.answers, **{request: _whole_answer(request) for request in missing}})


def _whole_answer(request: Request) -> Any:
    """Return the last answer, or the ExperimentError that says why there is none."""
    try:
        return deque(request.answers(lambda share: None), maxlen=1).pop()
    except ExperimentError as error:
        return error
