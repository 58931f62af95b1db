"""Scenes that wait until they are whole: a picture is made of whole runs, and of answers to all that its panels ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gradviz.core.runs.request import Request, Run
from gradviz.core.runs.scene import Scene
from gradviz.core.runs.timeline import Timeline


def is_whole_answer(timeline: Timeline, run: Run) -> bool:
    """Return whether a Timeline is the last answer to a run."""
    return not timeline.is_preview and Run.answered_by(timeline) == run


def is_preview_of(timeline: Timeline, run: Run) -> bool:
    """Return whether a Timeline is the first answer to a run, over some of its examples."""
    return timeline.is_preview and Run.answered_by(timeline) == run


def whole_of(preview: Timeline) -> Run:
    """Return the run that gives the whole answer in place of a preview."""
    return replace(Run.answered_by(preview), has_preview=False)


@dataclass(frozen=True, eq=False)
class Incomplete:
    """A Scene that is to be used when its runs are whole and all that is asked beside them is answered.

    Attributes
    ----------
    scene : Scene
    use : function of a Scene
    asks : function of a Scene
        What has to be known beside the runs, which are whole in the Scene given.
    """

    scene: Scene
    use: Callable[[Scene], None]
    asks: Callable[[Scene], Sequence[Request]]

    def missing_runs(self) -> list[Run]:
        """Return the runs of which the Scene holds previews only."""
        return [whole_of(run) for run in (self.scene.run, self.scene.reference) if run is not None and run.is_preview]

    def missing(self) -> Sequence[Request]:
        """Return what has to be answered next; nothing when the Scene is whole."""
        return self.missing_runs() or [one for one in self.asks(self.scene) if one not in self.scene.answers]

    def completed(self, request: Request, answer: Any) -> Incomplete:
        """Return this with a final answer, where that is missing."""
        if request not in self.missing():
            return self
        if isinstance(request, Run):
            return replace(self, scene=_with_whole(self.scene, request, answer))
        return replace(self, scene=self.scene.with_answers({**self.scene.answers, request: answer}))


class Waiting:
    """The Scenes that wait, in the order in which they came."""

    def __init__(self) -> None:
        self._incomplete: list[Incomplete] = []

    def add(self, incomplete: Incomplete) -> None:
        """Let a Scene wait, even one that is whole already."""
        self._incomplete.append(incomplete)

    def missing(self) -> Request | None:
        """Return what has to be answered next, or None."""
        return next((request for each in self._incomplete for request in each.missing()), None)

    def complete(self, request: Request, answer: Any) -> None:
        """Put a final answer wherever it is missing."""
        self._incomplete = [each.completed(request, answer) for each in self._incomplete]

    def give_up_run(self, request: Request) -> None:
        """Forget the Scenes that wait for a run that has no answer."""
        self._incomplete = [each for each in self._incomplete if request not in each.missing_runs()]

    def take_complete(self) -> list[Incomplete]:
        """Hand out what is whole."""
        return self._take(lambda each: not each.missing())

    def take_whole_runs(self) -> list[Incomplete]:
        """Hand out what has whole runs, whatever is asked beside them."""
        return self._take(lambda each: not each.missing_runs())

    def _take(self, is_ready: Callable[[Incomplete], bool]) -> list[Incomplete]:
        ready = [each for each in self._incomplete if is_ready(each)]
        self._incomplete = [each for each in self._incomplete if each not in ready]
        return ready


def _with_whole(scene: Scene, run: Run, whole: Timeline) -> Scene:
    """Return a Scene with a whole answer in the place of its preview."""
    pinned = scene.reference
    is_pinned = pinned is not None and is_preview_of(pinned, run)
    is_shown = is_preview_of(scene.run, run)
    return replace(scene, run=whole if is_shown else scene.run, reference=whole if is_pinned else pinned)
