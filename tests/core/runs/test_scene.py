"""A Scene is all that is shown at one moment."""

import pytest

from gradviz.core.runs.playhead import Phase, Playhead
from gradviz.core.runs.probe import Probe
from gradviz.core.runs.scene import Scene
from gradviz.core.runs.timeline import Timeline
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec

SPEC = Spec(depth=3, width=3, batch=4)


@pytest.fixture(scope="module")
def frames():
    return {step: simulate(SPEC) for step in (0, 10)}


def test_both_runs_are_shown_at_the_playheads_step(frames):
    """A comparison is one of the same step, or of the nearest one that each run has kept."""
    pinned = {0: frames[10], 10: frames[0]}
    scene = Scene(Timeline(SPEC, frames), reference=Timeline(SPEC, pinned))
    for step, kept in ((0, 0), (4, 0), (9, 10), (10, 10)):
        shown = scene.at(Playhead(step=step))
        assert shown.frame is frames[kept] and shown.reference_frame is pinned[kept]


def test_without_a_pinned_run_there_is_no_reference(frames):
    scene = Scene.of(frames[0])
    assert scene.reference is None and scene.reference_frame is None
    assert Scene.of(frames[0], reference=frames[10]).reference_frame is frames[10]


@pytest.mark.parametrize(("layer", "kept"), [(0, 1), (2, 2), (50, 3)])
def test_the_playhead_stays_inside_the_network(frames, layer, kept):
    """Also when it is moved, or another run comes: panels take its layer for a place in the arrays."""
    outside, inside = Playhead(layer, Phase.BACKWARD), Playhead(kept, Phase.BACKWARD)
    assert Scene.of(frames[0], outside).playhead == Scene.of(frames[0]).at(outside).playhead == inside


def test_other_answers_leave_the_rest_as_it_is(frames):
    scene, request = Scene.of(frames[0], Playhead(2), frames[10]), Probe(SPEC, 2)
    other = scene.with_answers({request: "one"})
    assert not scene.answers and dict(other.answers) == {request: "one"}
    assert (other.run, other.playhead, other.reference) == (scene.run, scene.playhead, scene.reference)
    assert dict(other.at(Playhead(3)).answers) == {request: "one"}


def test_answers_come_with_a_new_scene_only(frames):
    given = {}
    scene = Scene(Timeline.at_birth(frames[0]), answers=given)
    given[Probe(SPEC, 1)] = "one"
    assert not scene.answers
    with pytest.raises(TypeError):
        scene.answers[Probe(SPEC, 1)] = "one"
