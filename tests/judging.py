"""The pictures to judge by: `uv run python tests/judging.py FOLDER [--quick]`.

Grabs the real window, off the screen, in every combination that a lecture may meet, and every panel alone, and writes an index
page: sizes, colours, languages, depths, and a vanishing, a stable and an exploding network. What to look for: overlap, clipped
text, unreadable ticks, empty space, a title that says nothing, a colour that means two things.
"""

from __future__ import annotations

import argparse
import html
import itertools
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from gradviz.app.main import make_window
from gradviz.core.runs.playhead import Phase, Playhead
from gradviz.core.spec import Spec
from gradviz.panels import PANELS
from gradviz.panels.layouts import LAYOUTS, stacked

SIZES = ((1920, 1080), (1280, 720))
THEMES = ("light", "dark")
LANGUAGES = ("en", "ko")
DEPTHS = (5, 20, 50, 152)
NETWORKS = {
    "vanishing": "activation=sigmoid&initializer=glorot_normal",
    "stable": "activation=relu&initializer=he_normal",
    "exploding": "activation=tanh&initializer=glorot_normal&gain=3",
}
SPECIAL = {
    "opening": "",
    "ends of float32": "depth=152&width=16&activation=linear&initializer=identity&gain=0.5",
    "overflow in float16": "depth=50&width=16&activation=linear&initializer=identity&gain=1.5&dtype=float16",
    "all zero": "activation=relu&gain=0&depth=10&width=12",
    "one layer": "depth=1&width=5",
    "tiny": "depth=4&width=6&activation=tanh&initializer=glorot_normal",
    "1000 layers": "depth=1000&width=20&activation=tanh&initializer=lecun_normal&batch=32",
    "residual": "depth=50&width=64&activation=relu&initializer=he_normal&residual=2&normalization=batch",
    "recurrent": "depth=30&width=50&activation=linear&initializer=normal&gain=0.12&shared_weights=true&jacobian=true",
    "funnel": "depth=12&width=256&width_profile=funnel&activation=relu&initializer=he_normal",
}


class Judge:
    """Takes pictures of one window after another and notes them for the page."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.shown = folder, []
        folder.mkdir(parents=True, exist_ok=True)

    def take(
        self, name: str, text: str, size, theme: str, language: str, *, panels=(), layout="", pinned="", playhead=None
    ) -> None:
        window = make_window(Spec.from_text(text), language=language, theme=theme)
        window.session.settings.zoom = 1.0
        window.resize(*size)
        if panels or layout:
            window.arrangement.use(stacked(panels) if panels else LAYOUTS[layout].rows)
        else:
            window.arrangement.reset()
        window.show()
        window.session.start(Spec.from_text(pinned) if pinned else None)
        self._settle(window)
        if playhead is not None:
            window.session.transport.scrub(playhead.position(window.session.frame.depth))
        QApplication.processEvents()
        file = f"{len(self.shown):03d}.png"
        window.grab().save(str(self.folder / file))
        window.close()
        window.deleteLater()
        QApplication.processEvents()
        self.shown.append((file, f"{name} · {size[0]}×{size[1]} · {theme} · {language} · {text}"))

    def _settle(self, window) -> None:
        until = time.monotonic() + 60
        while not (
            window.session.runner.is_idle
            and window.session.frame is not None
            and window.session.frame.spec == window.session.store.spec
        ):
            QApplication.processEvents()
            if time.monotonic() > until:
                raise TimeoutError(window.session.store.spec.to_text())
        while not window.board.is_up_to_date:
            QApplication.processEvents()
        until = time.monotonic() + 0.1
        while time.monotonic() < until:
            QApplication.processEvents()

    def write_page(self) -> Path:
        figures = "\n".join(
            f'<figure><a href="{file}"><img src="{file}" loading="lazy"></a><figcaption>{html.escape(text)}</figcaption></figure>'
            for file, text in self.shown
        )
        style = (
            "body{font:14px sans-serif;display:grid;grid-template-columns:repeat(2,1fr);gap:12px}figure{margin:0}img{width:100%}"
        )
        page = self.folder / "index.html"
        page.write_text(f"<!doctype html><meta charset=utf-8><title>gradviz</title><style>{style}</style>\n{figures}\n", "utf-8")
        return page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--quick", action="store_true", help="one of each kind instead of all combinations")
    options = parser.parse_args()
    os.environ["XDG_CONFIG_HOME"] = tempfile.mkdtemp()
    judge = Judge(options.folder)
    for name, text in SPECIAL.items():
        judge.take(name, text, SIZES[1], "light", "en")
    for key in PANELS:
        for theme, language in zip(THEMES, LANGUAGES, strict=True):
            judge.take(f"panel {key}", NETWORKS["vanishing"] + "&jacobian=true", SIZES[1], theme, language, panels=[key])
    for layout in LAYOUTS:
        judge.take(f"layout {layout}", NETWORKS["stable"], SIZES[0], "projector", "en", layout=layout)
    judge.take("compared", NETWORKS["stable"], SIZES[0], "light", "en", pinned=NETWORKS["vanishing"])
    for place in (Playhead(8, Phase.FORWARD), Playhead(8, Phase.BACKWARD)):
        judge.take(place.phase.value, NETWORKS["stable"], SIZES[1], "dark", "ko", playhead=place)
    combinations = itertools.product(NETWORKS, DEPTHS, SIZES, THEMES, LANGUAGES)
    for place, (network, depth, size, theme, language) in enumerate(combinations):
        if not options.quick or place % 11 == 0:
            judge.take(network, f"{NETWORKS[network]}&depth={depth}", size, theme, language)
    print(f"{len(judge.shown)} pictures: {judge.write_page()}")


if __name__ == "__main__":
    sys.exit(main())
