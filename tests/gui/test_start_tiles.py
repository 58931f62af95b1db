"""Starting points: real networks, one click away."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from gradviz.core.simulate import simulate
from gradviz.core.verdict import State
from gradviz.starting_points import STARTING_POINTS


@pytest.mark.parametrize(
    ("key", "state"),
    [("vanishing", State.VANISHES), ("exploding", State.EXPLODES), ("healthy", State.HOLDS), ("residual", State.HOLDS)],
)
def test_a_starting_point_does_what_its_name_says(key, state):
    assert simulate(STARTING_POINTS[key].spec).verdict.gradient.state is state


def test_tiles_show_measured_gradients_and_lead_there_in_one_step(open_window, qtbot, settle):
    window = open_window("depth=3&width=4&batch=4")
    tiles = window.controls.tiles
    qtbot.waitUntil(lambda: len(tiles.curves) == len(STARTING_POINTS))
    for key, curve in tiles.curves.items():
        sizes = simulate(STARTING_POINTS[key].spec).series["log10_grad_a_rms"]
        np.testing.assert_allclose(curve, sizes - sizes[-1])
        assert not tiles.buttons[key].icon().isNull()
    assert tiles._request not in window.session.scene.answers  # nothing is kept for nobody
    steps = window.session.store.history.count()
    qtbot.mouseClick(tiles.buttons["exploding"], Qt.MouseButton.LeftButton)
    settle(window)
    assert window.session.frame.spec == STARTING_POINTS["exploding"].spec
    assert window.session.store.history.count() == steps + 1
    assert tiles.width() <= window.controls.viewport().width()


def test_tiles_go_while_a_step_wants_its_own_controls(open_window):
    window = open_window("depth=3&width=4&batch=4")
    assert window.controls.tiles.isVisible()
    window.controls.show_only(("gain",))
    assert not window.controls.tiles.isVisible()
    window.controls.show_only(())
    assert window.controls.tiles.isVisible()


def test_the_opening_experiment_comes_with_axes_that_fit_it(open_window, settle):
    """Ctrl+R left the axes of what was there before."""
    window = open_window("depth=100&width=20&batch=16&activation=linear&initializer=orthogonal&gain=3")
    axis = window.board.panels["gradient"].plot
    before = axis.viewRange()[1]
    window.actions_["reset"].trigger()
    settle(window)
    fresh = axis.viewRange()[1]
    assert before[1] - before[0] > 30 > fresh[1] - fresh[0]
    window.actions_["reset"].trigger()  # nothing is to come, and it fits all the same
    assert axis.viewRange()[1] == pytest.approx(fresh, abs=0.05)  # the headline may have taken a pixel from its room
