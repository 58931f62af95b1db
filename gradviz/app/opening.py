"""The opening: the wave runs through the network once, and then the window shows where it goes on."""

from __future__ import annotations

from PySide6.QtCore import QObject

from gradviz.app.board.headline_bar import HeadlineBar
from gradviz.app.controls import Controls
from gradviz.app.session.session import Session
from gradviz.core.runs.playhead import Phase

HINTED = ("activation", "initializer")
"""The fields that would save the opening experiment's gradient."""


class Opening(QObject):
    """Plays once, when the first picture is there, and hints until another experiment is wanted."""

    def __init__(self, session: Session, headline: HeadlineBar, controls: Controls) -> None:
        super().__init__(headline)
        self._session, self._headline, self._controls = session, headline, controls
        self._has_begun = self._has_ended = False
        session.run_arrived.connect(self._play)
        session.transport.changed.connect(self._on_transport)
        session.store.changed.connect(self.end)

    def _play(self) -> None:
        if not self._has_begun and not self._has_ended:
            self._has_begun = True
            self._session.transport.play_part("whole")

    def _on_transport(self) -> None:
        transport = self._session.transport
        has_come_back = not transport.is_playing and transport.playhead.phase is Phase.WHOLE
        if self._has_begun and not self._has_ended and has_come_back:
            self._show_hint(True)

    def _show_hint(self, on: bool) -> None:
        self._headline.set_hinting(on)
        self._controls.set_hinted(HINTED if on else ())

    def end(self) -> None:
        """Another experiment is wanted: no wave is played and nothing is hinted at any more."""
        if not self._has_ended:
            self._has_ended = True
            self._show_hint(False)
