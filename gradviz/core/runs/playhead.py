"""The Playhead: a position in a finished result. The animation moves it; no simulation runs meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum


class Phase(Enum):
    """The part of a pass that is shown."""

    FORWARD = "forward"
    BACKWARD = "backward"
    WHOLE = "whole"


@dataclass(frozen=True)
class Playhead:
    """A training step, a phase of its pass, and the layer that the pass has reached.

    Attributes
    ----------
    layer : int
        In FORWARD, the activations of layers 1 … `layer` are shown and no gradients. In BACKWARD, all activations and the
        gradients of layers L … `layer` are shown. In WHOLE, everything is shown, and `layer` is the one selected.
    phase : Phase
    step : int
        The training step; 0 at birth.
    """

    layer: int = 1
    phase: Phase = Phase.WHOLE
    step: int = 0

    def within(self, depth: int) -> Playhead:
        """Return this playhead with `layer` limited to 1 … depth."""
        return replace(self, layer=min(max(self.layer, 1), depth))

    def has_activation(self, layer: int) -> bool:
        """Whether the activations of a layer are shown."""
        return self.phase is not Phase.FORWARD or layer <= self.layer

    def has_gradient(self, layer: int) -> bool:
        """Whether the gradients of a layer are shown."""
        return self.phase is Phase.WHOLE or (self.phase is Phase.BACKWARD and layer >= self.layer)

    @classmethod
    def after(cls, part: str, depth: int) -> Playhead:
        """Return where a wave leaves the playhead: ``forward`` at the last layer, ``backward``, ``whole`` and none at the first."""
        return cls(depth if part == "forward" else 1, Phase.WHOLE)

    def position(self, depth: int) -> int:
        """Return the position in the pass: 1 … L forward, L + 1 … 2L backward; in the phase WHOLE, the forward one."""
        return 2 * depth + 1 - self.layer if self.phase is Phase.BACKWARD else self.layer

    @classmethod
    def at(cls, position: int, depth: int) -> Playhead:
        """Return the playhead at a position in the pass, limited to 1 … 2L; the inverse of `position`."""
        position = min(max(position, 1), 2 * depth)
        if position <= depth:
            return cls(position, Phase.FORWARD)
        return cls(2 * depth + 1 - position, Phase.BACKWARD)
