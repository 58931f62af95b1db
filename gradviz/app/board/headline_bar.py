"""The headline above the board: what becomes of the gradient and of the signal, and what differs from the pinned run."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWhatsThis, QWidget

from gradviz.core.runs.playhead import Phase, Playhead
from gradviz.core.runs.scene import Scene
from gradviz.core.verdict import State
from gradviz.panels.headline.headline import Headline
from gradviz.panels.parts.style import Style
from gradviz.report.derivations import of_verdict
from gradviz.report.headline import headline, note_text
from gradviz.report.verdict import output_text, scale_text, text


class HeadlineBar(QWidget):
    """As high as its text; while the wave is on its way, it does not say what the wave has not shown.

    Where something does not hold, a button beside it asks what helps.
    """

    def __init__(self, style: Style, helps: QAction) -> None:
        super().__init__()
        self._style = style
        self.button = QToolButton(self)
        self.button.setDefaultAction(helps)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.is_hinting = self._has_button = False
        self.headline: Headline | None = None
        self._scene: Scene | None = None
        self._is_compact = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_scene(self, scene: Scene) -> None:
        """Say what becomes of signal and gradient in a Scene, as far as its wave has come."""
        before, self._scene = self._scene, scene
        is_same_run = before is not None and (scene.frame, scene.run, scene.reference) == (
            before.frame,
            before.run,
            before.reference,
        )
        kept_back = what_is_kept_back(scene.playhead, scene.frame.depth)
        if not is_same_run or self.headline is None or kept_back != self.headline.kept_back:
            self._write(scene, kept_back)

    def set_compact(self, on: bool) -> None:
        """Say the gradient's line alone, in smaller type, while a lesson that is presented has its own text."""
        if on != self._is_compact:
            self._is_compact = on
            self._rewrite()

    def set_hinting(self, on: bool) -> None:
        """Fill the button with colour: here it goes on."""
        self.is_hinting = on
        self._restyle_button()

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self._rewrite()

    def restyle(self, style: Style) -> None:
        """Take colours and sizes."""
        self._style = style
        self._restyle_button()
        self._rewrite()

    def _rewrite(self) -> None:
        if self._scene is not None:
            self._write(self._scene, what_is_kept_back(self._scene.playhead, self._scene.frame.depth))

    def _write(self, scene: Scene, kept_back: frozenset[str]) -> None:
        verdict = scene.frame.verdict
        lines = headline(verdict)
        if self._is_compact:
            self.headline = Headline(lines[:1], "", self._style, kept_back, is_compact=True)
        else:
            self.headline = Headline(lines, note_text(scene), self._style, kept_back)
        self.setAccessibleName(self.headline.text)
        self.setToolTip("\n".join(filter(None, (text(verdict), scale_text(), output_text(verdict)))))
        self._fit()
        self.update()

    def _fit(self) -> None:
        if self.headline is None:
            return
        self._has_button = not self._is_compact and any(line.state not in (None, State.HOLDS) for line in self.headline.lines)
        self.button.setVisible(self._has_button and not self.headline.kept_back)
        self.button.adjustSize()
        self.setFixedHeight(round(self.headline.height(self._room())))
        gap = round(self._style.px(14))
        self.button.move(self.width() - self.button.width() - gap, gap)

    def _room(self) -> float:
        """Return the width that the text has, the same while the wave keeps the button back."""
        return self.width() - (self.button.width() + self._style.px(14) if self._has_button else 0)

    def _restyle_button(self) -> None:
        style, theme = self._style, self._style.theme
        ground, ink = (theme.forward, theme.ground) if self.is_hinting else (theme.raised, theme.ink)
        self.button.setFont(style.font(14, bold=self.is_hinting))
        self.button.setStyleSheet(
            f"QToolButton {{ background: {ground}; color: {ink}; border: {style.px(1):.0f}px solid {theme.forward};"
            f" border-radius: {style.px(6):.0f}px; padding: {style.px(4):.0f}px {style.px(12):.0f}px; }}"
            f"QToolButton:checked {{ background: {theme.grid}; color: {theme.ink}; }}"
            f"QToolButton:focus {{ border-width: {style.px(2.5):.0f}px; }}"
        )
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Say where the number of a line comes from that is clicked."""
        if self.headline is None or self._scene is None:
            return
        line = self.headline.line_at(event.position().y(), self._room())
        explanation = of_verdict(self._scene.frame, line.what) if line is not None and line.what else ""
        if explanation:
            QWhatsThis.showText(event.globalPosition().toPoint(), explanation, self)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.headline is not None:
            self.headline.paint(QPainter(self), 0, 0, self._room())


def what_is_kept_back(playhead: Playhead, depth: int) -> frozenset[str]:
    """Return what a wave has not yet shown at a place of its way."""
    if playhead.phase is Phase.FORWARD:
        return frozenset({"gradient"} if playhead.layer >= depth else {"gradient", "signal", "size", ""})
    is_back = playhead.phase is Phase.WHOLE or playhead.layer <= 1
    return frozenset() if is_back else frozenset({"gradient"})
