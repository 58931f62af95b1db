"""The Timeline: the Frames of a network by training step. A network at birth is a Timeline of one Frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gradviz.core.birth import Birth
from gradviz.core.choices.regular_files import FileState
from gradviz.core.frame import Frame
from gradviz.core.spec import Spec


@dataclass(frozen=True, eq=False)
class Timeline:
    """The answer to a `Run`.

    Attributes
    ----------
    spec : Spec
        The experiment.
    frames : mapping of int to Frame
        Step → Frame, never empty.
    is_preview : bool
        Whether it was measured on fewer examples and the complete answer follows.
    birth : Birth or None
        What the run began with, for questions about its inside: its data file may have changed since. None where nobody asks.
    files : tuple of FileState or None
        The states of the experiment's files when it was run, in the order of the fields; None for one that was not there.
    """

    spec: Spec
    frames: Mapping[int, Frame]
    is_preview: bool = False
    birth: Birth | None = None
    files: tuple[FileState | None, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "frames", MappingProxyType(dict(self.frames)))

    @classmethod
    def at_birth(cls, frame: Frame) -> Timeline:
        """Return the Timeline of a network at birth."""
        return cls(frame.spec, {0: frame})

    def nearest(self, step: int) -> Frame:
        """Return the kept Frame nearest to a step; of two equally near, the earlier."""
        return self.frames[min(self.frames, key=lambda kept: (abs(kept - step), kept))]
