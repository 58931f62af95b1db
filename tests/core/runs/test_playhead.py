"""A Playhead is a layer of a pass, and what that pass has shown by then."""

import pytest

from gradviz.core.runs.playhead import Phase, Playhead


@pytest.mark.parametrize("depth", [1, 2, 20])
def test_positions_run_forward_and_then_backward(depth):
    way = [Playhead.at(position, depth) for position in range(1, 2 * depth + 1)]
    assert [head.layer for head in way] == [*range(1, depth + 1), *range(depth, 0, -1)]
    assert [head.phase for head in way] == [Phase.FORWARD] * depth + [Phase.BACKWARD] * depth
    assert [head.position(depth) for head in way] == list(range(1, 2 * depth + 1))


def test_what_the_wave_has_reached():
    forward, backward, whole = Playhead(3, Phase.FORWARD), Playhead(3, Phase.BACKWARD), Playhead(3)
    layers = range(1, 6)
    assert [forward.has_activation(l) for l in layers] == [True, True, True, False, False]
    assert not any(forward.has_gradient(l) for l in layers)
    assert all(backward.has_activation(l) for l in layers)
    assert [backward.has_gradient(l) for l in layers] == [False, False, True, True, True]
    assert all(whole.has_activation(l) and whole.has_gradient(l) for l in layers)


@pytest.mark.parametrize(("position", "head"), [(-3, Playhead(1, Phase.FORWARD)), (99, Playhead(1, Phase.BACKWARD))])
def test_a_position_outside_the_pass_is_one_of_its_ends(position, head):
    assert Playhead.at(position, 5) == head


@pytest.mark.parametrize(("layer", "kept"), [(0, 1), (1, 1), (5, 5), (9, 5)])
def test_a_playhead_within_a_depth_keeps_phase_and_step(layer, kept):
    assert Playhead(layer, Phase.BACKWARD, step=7).within(5) == Playhead(kept, Phase.BACKWARD, step=7)
