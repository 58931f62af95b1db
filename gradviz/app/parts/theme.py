"""A Style for the widgets.

Qt's own dark scheme is a silent no-op on plain X and offscreen, so the palette is ours.
"""

from __future__ import annotations

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from gradviz.panels.parts.style import Style

_ROLES = {
    QPalette.ColorRole.Window: "window",
    QPalette.ColorRole.WindowText: "ink",
    QPalette.ColorRole.Base: "raised",
    QPalette.ColorRole.AlternateBase: "window",
    QPalette.ColorRole.Text: "ink",
    QPalette.ColorRole.Button: "raised",
    QPalette.ColorRole.ButtonText: "ink",
    QPalette.ColorRole.ToolTipBase: "raised",
    QPalette.ColorRole.ToolTipText: "ink",
    QPalette.ColorRole.PlaceholderText: "quiet",
    QPalette.ColorRole.Highlight: "forward",
    QPalette.ColorRole.HighlightedText: "ground",
    QPalette.ColorRole.Link: "forward",
    QPalette.ColorRole.Mid: "grid",
    QPalette.ColorRole.Midlight: "grid",
    QPalette.ColorRole.Light: "raised",
    QPalette.ColorRole.Dark: "quiet",
    QPalette.ColorRole.Shadow: "window",
    QPalette.ColorRole.BrightText: "fault",
}

_DIM = (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText)


def slider_sheet(style: Style) -> str:
    """Return the look of a slider: Qt's own handles keep their pixels on a 4K screen."""
    theme, groove, handle = style.theme, max(2, round(style.px(4))), round(style.px(16))
    return f"""
        QSlider {{ min-height: {handle + 4}px; }}
        QSlider::groove:horizontal {{ height: {groove}px; border-radius: {groove // 2}px; background: {theme.grid}; }}
        QSlider::sub-page:horizontal {{ border-radius: {groove // 2}px; background: {theme.forward}; }}
        QSlider::handle:horizontal {{
            width: {handle - 2}px; margin: -{(handle - groove) // 2}px 0; border-radius: {handle // 2}px;
            background: {theme.raised}; border: {max(1, round(style.px(1.5)))}px solid {theme.quiet};
        }}
        QSlider::handle:horizontal:hover {{ border-color: {theme.ink}; }}
        QSlider::handle:horizontal:focus {{
            background: {theme.forward}; border: {max(2, round(style.px(2.5)))}px solid {theme.ink};
        }}
    """


def apply_style(application: QApplication, style: Style) -> None:
    """Give all widgets colours and type."""
    palette = QPalette()
    for role, name in _ROLES.items():
        palette.setColor(role, style.colour(name))
    for role in _DIM:
        palette.setColor(QPalette.ColorGroup.Disabled, role, style.colour("quiet", 0.6))
    application.setPalette(palette)
    application.setFont(style.font(13))
