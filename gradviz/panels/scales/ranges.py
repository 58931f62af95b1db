"""Ranges that keep still, so that the eye sees the curve move and not the axis."""

from __future__ import annotations


class StillRange:
    """A range that changes only when it must.

    It stays as long as the values fit in and fill a good part of it; otherwise it becomes the range of the values, with
    some room.
    """

    LEAST_FILLED = 0.3

    def __init__(self, room: float) -> None:
        self._room = room
        self._kept: tuple[float, float] | None = None

    def fit(self, low: float, high: float) -> tuple[float, float]:
        """Return the range to show ``low … high`` in."""
        if self._kept is not None:
            kept_low, kept_high = self._kept
            fits = kept_low <= low and high <= kept_high
            if fits and (high - low) >= self.LEAST_FILLED * (kept_high - kept_low):
                return self._kept
        room = self._room * (high - low)
        self._kept = (low - room, high + room)
        return self._kept

    def forget(self) -> None:
        """Let the next call of `fit` set the range."""
        self._kept = None
