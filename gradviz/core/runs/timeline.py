"""The Timeline: what a network does, at birth and later. A network at birth is a Timeline of one Frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gradviz.core.frame import Frame
from gradviz.core.spec import Spec


@dataclass(frozen=True, eq=False)
class Timeline:
    """The answer to a `Run`.

    Attributes
    ----------
    spec : Spec
        What was asked for.
    frames : mapping of int to Frame
        Step → Frame, never empty.
    is_preview : bool
        Whether it was measured over the first examples only, and the whole one follows.
    """

    spec: Spec
    frames: Mapping[int, Frame]
    is_preview: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "frames", MappingProxyType(dict(self.frames)))

    @classmethod
    def at_birth(cls, frame: Frame) -> Timeline:
        """Return the Timeline of a network that has not learned."""
        return cls(frame.spec, {0: frame})

    def nearest(self, step: int) -> Frame:
        """Return the kept Frame that is nearest to a step; of two equally near, the earlier."""
        return self.frames[min(self.frames, key=lambda kept: (abs(kept - step), kept))]
