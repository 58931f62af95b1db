"""Where one is in a Frame: the animation is a position over a finished result, not a running simulation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum


class Phase(Enum):
    """What of a Frame is shown."""

    FORWARD = "forward"
    BACKWARD = "backward"
    WHOLE = "whole"


@dataclass(frozen=True)
class Playhead:
    """A layer, and what has happened when the wave is there.

    Forward, the activations of layers 1 … `layer` are there and no gradient yet; backward, all activations and the gradients of
    layers L … `layer`; whole, everything, and `layer` is merely looked at. `step` is the step of the
    training that is looked at.
    """

    layer: int = 1
    phase: Phase = Phase.WHOLE
    step: int = 0

    def within(self, depth: int) -> Playhead:
        """Return the nearest playhead that a network of this depth has."""
        return replace(self, layer=min(max(self.layer, 1), depth))

    def has_activation(self, layer: int) -> bool:
        """Whether the forward wave has been at a layer."""
        return self.phase is not Phase.FORWARD or layer <= self.layer

    def has_gradient(self, layer: int) -> bool:
        """Whether the backward wave has been at a layer."""
        return self.phase is Phase.WHOLE or (self.phase is Phase.BACKWARD and layer >= self.layer)

    def position(self, depth: int) -> int:
        """Return the place on the way there and back: 1 … L forward, L + 1 … 2L backward; whole lies on the way there."""
        return 2 * depth + 1 - self.layer if self.phase is Phase.BACKWARD else self.layer

    @classmethod
    def at(cls, position: int, depth: int) -> Playhead:
        """Return the playhead at a place on the way there and back."""
        position = min(max(position, 1), 2 * depth)
        if position <= depth:
            return cls(position, Phase.FORWARD)
        return cls(2 * depth + 1 - position, Phase.BACKWARD)
