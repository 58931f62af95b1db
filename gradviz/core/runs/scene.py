"""The Scene: what is looked at. Panels, claims of lessons and picture files are given the same one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from gradviz.core.frame import Frame
from gradviz.core.runs.playhead import Playhead
from gradviz.core.runs.request import Request
from gradviz.core.runs.timeline import Timeline


@dataclass(frozen=True, eq=False)
class Scene:
    """A run, where one is in it, what it is compared with, and what was asked beside it.

    Attributes
    ----------
    run : Timeline
    playhead : Playhead
    reference : Timeline or None
        The run that is pinned.
    answers : mapping of Request to its answer
        Of what panels ask beside the run; a request that has none yet is not there. An answer may be an ExperimentError: why
        there is none.
    """

    run: Timeline
    playhead: Playhead = field(default_factory=Playhead)
    reference: Timeline | None = None
    answers: Mapping[Request, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "answers", MappingProxyType(dict(self.answers)))
        object.__setattr__(self, "playhead", self.playhead.within(self.frame.depth))

    @classmethod
    def of(cls, frame: Frame, playhead: Playhead | None = None, reference: Frame | None = None) -> Scene:
        """Return the Scene of a network at birth."""
        pinned = None if reference is None else Timeline.at_birth(reference)
        return cls(Timeline.at_birth(frame), playhead or Playhead(), pinned)

    @property
    def frame(self) -> Frame:
        """The Frame of the playhead's step, or the nearest one that is kept."""
        return self.run.nearest(self.playhead.step)

    @property
    def reference_frame(self) -> Frame | None:
        """The pinned run's Frame of the same step, or the nearest one that is kept."""
        return None if self.reference is None else self.reference.nearest(self.playhead.step)

    def at(self, playhead: Playhead) -> Scene:
        """Return the same with the playhead elsewhere."""
        return replace(self, playhead=playhead)

    def with_answers(self, answers: Mapping[Request, Any]) -> Scene:
        """Return the same with other answers."""
        return replace(self, answers=answers)
