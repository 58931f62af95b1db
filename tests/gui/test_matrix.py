"""The weight matrix: its cells are the layer's weights, and a row explains its unit's sum."""

import numpy as np
import pytest
from drawing import draw
from PySide6.QtCore import QPointF

from gradviz.core.runs.playhead import Playhead
from gradviz.core.runs.probe import Probe, largest_of_blocks
from gradviz.core.simulate import simulate, trace
from gradviz.core.spec import Spec
from gradviz.panels import PANELS
from gradviz.panels.parts.style import Style
from gradviz.panels.parts.themes import THEMES


@pytest.fixture
def panel(qtbot):
    panel = PANELS["matrix"].load()(Style(THEMES["light"]))
    qtbot.addWidget(panel)
    panel.resize(700, 500)
    panel.show()
    return panel


def pixel(panel, row, column):
    cells, room, (rows, columns) = panel.cells, panel.cells.room, panel.cells.matrix.shape
    place = QPointF(room.left() + (column + 0.12) * room.width() / columns, room.top() + (row + 0.12) * room.height() / rows)
    spot = panel.view.mapFromScene(cells.mapToScene(place))
    return panel.view.grab().toImage().pixelColor(spot), cells.mapToScene(place)


@pytest.mark.parametrize("width", [3, 8, 30])
def test_a_cell_has_the_colour_of_its_weight(panel, width):
    """Against the arrays of the pass: positive purple, negative green, the ground's white at 0, full at the largest."""
    frame = simulate(Spec(depth=3, width=width, batch=4, activation="tanh", initializer="glorot_normal"))
    draw(panel, frame, Playhead(2))
    W = trace(frame.spec).arrays["W2"]
    np.testing.assert_array_equal(panel.cells.matrix, W)
    largest = np.abs(W).max()
    for row, column in [np.unravel_index(place(W), W.shape) for place in (np.argmax, np.argmin)] + [(0, 1), (2, 0)]:
        colour, share = pixel(panel, row, column)[0], abs(W[row, column]) / largest
        full = Style(THEMES["light"]).colour("positive" if W[row, column] > 0 else "negative")
        for part in ("red", "green", "blue"):
            assert getattr(colour, part)() == pytest.approx(255 + share * (getattr(full, part)() - 255), abs=1.5)
    assert f"±{largest:.3g}" in panel.finding.text


def test_numbers_stand_in_the_cells_while_they_are_few(panel):
    def inked(width):
        draw(panel, simulate(Spec(depth=2, width=width, batch=2, initializer="zeros")), Playhead(1))
        image = panel.view.grab().toImage()
        corner, far = (panel.cells.mapToScene(at) for at in (panel.cells.room.topLeft(), panel.cells.room.bottomRight()))
        return any(
            image.pixelColor(x, y).lightness() < 90
            for x in range(round(corner.x()) + 3, round(far.x()) - 3)
            for y in range(round(corner.y()) + 3, round(far.y()) - 3)
        )

    assert inked(4) and inked(8) and not inked(9)


def test_a_click_on_a_row_tells_its_unit_s_sum(panel, qtbot):
    frame = simulate(Spec(depth=3, width=12, batch=4, activation="relu", initializer="he_normal", bias_std=0.5))
    draw(panel, frame, Playhead(2))
    arrays = trace(frame.spec).arrays
    text = panel.explanation_at(pixel(panel, 6, 3)[1])
    terms = arrays["W2"][6].astype(float) * arrays["a1"][0].astype(float)
    first = int(np.argmax(np.abs(terms)))
    assert text.startswith("unit 7 of layer 2, first example\nz = Σ wᵢxᵢ + b = ")
    assert f"= {arrays['z2'][0, 6]:.3g}, 12 terms and b = {arrays['b2'][6]:.3g}".replace("-", "−") in text
    assert f"w[{first + 1}] · x[{first + 1}] = " in text.splitlines()[2]
    assert text.splitlines()[2].endswith(f" = {terms[first]:.3g}".replace("-", "−"))
    assert not panel.explanation_at(QPointF(1, 1))


def test_of_a_large_matrix_every_block_tells_its_largest_weight(panel):
    rng = np.random.default_rng(5)
    matrix = rng.standard_normal((70, 30)).astype(np.float32)
    small = largest_of_blocks(matrix, 20)
    assert small.shape == (20, 20)
    edges = np.arange(21) * 70 // 20, np.arange(21) * 30 // 20
    for row in range(20):
        for column in range(20):
            block = matrix[edges[0][row] : edges[0][row + 1], edges[1][column] : edges[1][column + 1]]
            assert small[row, column] == block.flat[np.abs(block).argmax()]
    matrix[3, 3] = np.nan
    assert np.isnan(largest_of_blocks(matrix, 20)[1, 2])
    [neuron] = Probe(Spec(depth=2, width=300, batch=2), 2).answers(lambda share: None)
    assert not neuron.is_told_whole and neuron.matrix.shape == (256, 256) and neuron.shape == (300, 300)
    frame = simulate(Spec(depth=2, width=300, batch=2))
    draw(panel, frame, Playhead(2))
    assert "of every block the largest weight" in panel.legend.text and not panel.explanation_at(pixel(panel, 6, 3)[1])


def test_what_is_no_number_has_the_colour_of_faults(panel):
    frame = simulate(Spec(depth=1, width=6, batch=2, initializer="normal", gain=6e4, dtype="float16"))
    draw(panel, frame, Playhead(1))
    W = trace(frame.spec).arrays["W1"]
    assert 0 < np.count_nonzero(np.isinf(W)) < W.size
    for row, column in np.argwhere(np.isinf(W))[:4]:
        assert pixel(panel, row, column)[0].name() == THEMES["light"].fault
    assert f"±{np.abs(W[np.isfinite(W)]).max():.0f}" in panel.finding.text
