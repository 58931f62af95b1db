"""A Style for the widgets.

Qt's own dark scheme is a silent no-op on plain X and offscreen, so the palette is ours.
"""

from __future__ import annotations

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from gradviz.panels.style import Style

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


def apply_style(application: QApplication, style: Style) -> None:
    """Give all widgets colours and type."""
    palette = QPalette()
    for role, name in _ROLES.items():
        palette.setColor(role, style.colour(name))
    for role in _DIM:
        palette.setColor(QPalette.ColorGroup.Disabled, role, style.colour("quiet", 0.6))
    application.setPalette(palette)
    application.setFont(style.font(13))
