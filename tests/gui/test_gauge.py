"""The gauge beside a chip: it says the word of the chip, by where its marker stands."""

from math import inf, nan

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec
from gradviz.core.verdict import State, state_of
from gradviz.panels.headline.gauge import paint_gauge, place_of
from gradviz.panels.headline.headline import ROLES
from gradviz.panels.parts.style import Style
from gradviz.panels.parts.themes import THEMES
from gradviz.report.headline import headline

EXPERIMENTS = [
    "depth=20&width=30&batch=8",
    "depth=20&width=30&batch=8&activation=sigmoid&initializer=glorot_normal",
    "depth=20&width=30&batch=8&activation=relu&initializer=he_normal&gain=1.3",
    "depth=9&width=30&batch=8&activation=tanh&gain=0.8",
    "depth=20&width=30&batch=8&gain=0",
    "depth=20&width=30&batch=8&activation=relu&initializer=he_normal&gain=20&dtype=float16",
    "depth=200&width=6&batch=8&activation=tanh&initializer=glorot_normal",
    "depth=40&width=30&batch=8&residual=2&normalization=batch&activation=relu&initializer=he_normal",
    "depth=20&width=30&batch=8&data=ones",
]


@pytest.fixture
def painted(qapp):
    """Return a function that paints a gauge 120 pixels wide, from the pixel 20 on, around the line 20."""

    def paint(theme, value):
        style, image = Style(THEMES[theme]), QImage(160, 40, QImage.Format.Format_ARGB32)
        image.fill(style.colour("ground"))
        painter = QPainter(image)
        paint_gauge(painter, QRectF(20, 10, 120, 20), value, ROLES[state_of(value)], style)
        painter.end()
        return image

    return paint


@pytest.mark.parametrize("text", EXPERIMENTS)
def test_the_marker_stands_on_the_stretch_of_the_chip_s_word(text):
    for line in headline(simulate(Spec.from_text(text)).verdict):
        if line.state is not None:
            assert state_of(line.log10_deciding) is line.state


def test_the_middle_is_one_and_what_is_far_out_stands_at_the_ends():
    assert [place_of(value) for value in (-inf, -6, -3, 0, 6, inf, nan)] == [0, 0, 0.25, 0.5, 1, 1, 1]


@pytest.mark.parametrize("theme", THEMES)
def test_the_shade_changes_where_the_word_does(painted, theme):
    image = painted(theme, 5.9)
    shades: dict[State, set[str]] = {}
    for x in range(22, 122):  # the marker stands to the right
        decades = (x + 0.5 - 20) / 120 * 12 - 6
        if min(abs(abs(decades) - bound) for bound in (0.477, 3)) > 0.1:
            shades.setdefault(state_of(decades), set()).add(image.pixelColor(x, 20).name())
    assert {len(shade) for shade in shades.values()} == {1}
    assert shades[State.SHRINKS] == shades[State.GROWS] != shades[State.HOLDS] != shades[State.VANISHES] != shades[State.SHRINKS]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("value", "share"), [(-2.0, 1 / 3), (0.0, 0.5), (4.5, 0.875), (-40.0, 0.0), (inf, 1.0), (nan, 1.0)])
def test_the_marker_has_the_chip_s_colour_where_it_belongs(painted, theme, value, share):
    colour = Style(THEMES[theme]).colour(ROLES[state_of(value)])
    assert painted(theme, value).pixelColor(round(20 + 120 * share), 20).name() == colour.name()
