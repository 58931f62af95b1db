"""The Scene: all that is shown at one moment. Panels, claims of lessons and picture files all receive a Scene."""

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
    """A run, the position in it, the run it is compared with, and the answers to further Requests.

    Attributes
    ----------
    run : Timeline
    playhead : Playhead
    reference : Timeline or None
        The pinned run, for comparison.
    answers : mapping of Request to its answer
        The answers to the Requests of panels; a Request without an answer yet is missing. An answer may be an ExperimentError
        that says why there is none.
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
        """The Frame of the playhead's step, or the nearest kept one."""
        return self.run.nearest(self.playhead.step)

    @property
    def reference_frame(self) -> Frame | None:
        """The pinned run's Frame of the same step, or the nearest kept one; None without a pinned run."""
        return None if self.reference is None else self.reference.nearest(self.playhead.step)

    def at(self, playhead: Playhead) -> Scene:
        """Return this Scene with another playhead."""
        return replace(self, playhead=playhead)

    def with_answers(self, answers: Mapping[Request, Any]) -> Scene:
        """Return this Scene with other answers."""
        return replace(self, answers=answers)
