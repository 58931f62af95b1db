"""Play, pause, step, scrub: moves the playhead over a finished Frame."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from gradviz.core.runs.playhead import Phase, Playhead

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)

SECONDS_PER_WAVE = 2.0
"""How long the forward wave takes through a deep network at speed 1 …"""

LEAST_RATE = 4.0
"""… and how many layers a second a shallow one passes, so that it is not slower than one can watch."""

AT_LOSS = 0.5
"""Seconds at speed 1 for which the wave stays in the last layer, at the loss, before it turns."""

TICK_MS = 16


class Transport(QObject):
    """The playhead and what moves it."""

    moved = Signal(object)
    """The new Playhead."""
    changed = Signal()
    """Playing, speed, loop or depth."""

    def __init__(self) -> None:
        super().__init__()
        self.playhead = Playhead()
        self.speed = 1.0
        self.loops = False
        self.depth = 1
        self._place = 0.0
        self._rest = 0.0
        """How much longer it stays at the loss."""
        self._end: int | None = None
        """Where the wave ends before its time."""
        self._last = 0.0
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    @property
    def is_playing(self) -> bool:
        """Whether the wave runs."""
        return self._timer.isActive()

    def set_depth(self, depth: int) -> None:
        """Take the depth of a new Frame; the playhead stays where it is, if it can."""
        if self._end is not None:
            self._end = depth
        is_other, self.depth = depth != self.depth, depth
        moved = is_other or self.playhead != self.playhead.within(depth)
        self._move(self.playhead.within(depth))
        if moved:  # else the wave keeps the part of a layer that it has gone
            self._place = float(self.playhead.position(depth))
        if is_other:
            self.changed.emit()

    def play(self) -> None:
        """Run the wave on, from the beginning where everything is shown already."""
        if self.playhead.phase is Phase.WHOLE or self.playhead.position(self.depth) >= 2 * self.depth:
            self._move(Playhead.at(1, self.depth))
            self._end = None
        self._place, self._rest = float(self.playhead.position(self.depth)), 0.0
        self._last = time.monotonic()
        self._timer.start()
        self.changed.emit()

    def play_part(self, part: str) -> None:
        """Run one of the waves, ``forward`` or ``backward``, or with ``whole`` both, from its beginning; everything is there then."""
        self.pause()
        self._move(Playhead.at(self.depth + 1 if part == "backward" else 1, self.depth))
        self.play()
        self._end = self.depth if part == "forward" else None

    def pause(self) -> None:
        """Stay here."""
        if self.is_playing:
            self._timer.stop()
            self.changed.emit()

    def toggle(self) -> None:
        """Play or pause."""
        (self.pause if self.is_playing else self.play)()

    def step(self, layers: int) -> None:
        """Move by layers: along the wave while it is on its way, else simply to the next layer."""
        self.pause()
        if self.playhead.phase is Phase.WHOLE:
            self._move(Playhead(self.playhead.layer + layers).within(self.depth))
        else:
            self._move(Playhead.at(self.playhead.position(self.depth) + layers, self.depth))

    def step_on(self) -> None:
        """One layer further."""
        self.step(1)

    def step_back(self) -> None:
        """One layer back."""
        self.step(-1)

    def to_start(self) -> None:
        """Go to where the forward wave begins."""
        self.pause()
        self._move(Playhead.at(1, self.depth))

    def to_end(self) -> None:
        """Show everything."""
        self.pause()
        self._move(Playhead(self.playhead.layer, Phase.WHOLE))

    def scrub(self, position: int) -> None:
        """Go to a place on the way there and back, 1 … 2L."""
        self.pause()
        self._move(Playhead.at(position, self.depth))

    def reset(self) -> None:
        """Show everything, from the first layer."""
        self.pause()
        self._move(Playhead())

    def look_at(self, layer: int) -> None:
        """Bring out a layer and leave everything shown."""
        self.pause()
        self._move(Playhead(layer, Phase.WHOLE).within(self.depth))

    def set_speed(self, speed: float) -> None:
        """Choose how fast the wave runs."""
        self.speed = speed
        self.changed.emit()

    def change_speed(self, steps: int) -> None:
        """Go to the next faster or slower speed."""
        place = min(max(SPEEDS.index(self.speed) + steps, 0), len(SPEEDS) - 1)
        self.set_speed(SPEEDS[place])

    def faster(self) -> None:
        """Double the speed."""
        self.change_speed(1)

    def slower(self) -> None:
        """Halve the speed."""
        self.change_speed(-1)

    def set_loops(self, loops: bool) -> None:
        """Choose whether the wave begins again when it has come back."""
        self.loops = loops
        self.changed.emit()

    def _tick(self) -> None:
        now = time.monotonic()
        # After a pause of the machine the wave goes on from where it was seen last.
        passed, self._last = min(now - self._last, 0.25), now
        if self._rest > 0:
            self._rest -= passed * self.speed
            return
        before, self._place = self._place, self._place + passed * self.speed * max(LEAST_RATE, self.depth / SECONDS_PER_WAVE)
        if self._end is None and before < self.depth + 1 <= self._place:
            self._place, self._rest = float(self.depth + 1), AT_LOSS
            self._move(Playhead.at(self.depth, self.depth))
            return
        if self._end is not None and self._place >= self._end + 1:
            self._move(Playhead(self._end, Phase.WHOLE))
            self.pause()
        elif self._place < 2 * self.depth + 1:
            self._move(Playhead.at(int(self._place), self.depth))
        elif self.loops:
            self._place = 1.0
            self._move(Playhead.at(1, self.depth))
        else:
            self._move(Playhead(1, Phase.WHOLE))
            self.pause()

    def _move(self, playhead: Playhead) -> None:
        if playhead != self.playhead:
            self.playhead = playhead
            self.moved.emit(playhead)
