"""Axes that keep still: the eye should see the curve move, not the axis."""

from __future__ import annotations


class StillRange:
    """A range that changes only when it must.

    It stays as long as what is to be shown fits in and fills a good part of it; otherwise it takes the wished range, with
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
        """Let the next range be fitted anew."""
        self._kept = None
