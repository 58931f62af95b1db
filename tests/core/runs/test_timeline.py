"""A Timeline keeps some Frames of a run, by training step."""

import pytest

from gradviz.core.runs.timeline import Timeline
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec

SPEC = Spec(depth=2, width=3, batch=4)


@pytest.fixture(scope="module")
def frames():
    """Three Frames that can be told apart by identity."""
    return {step: simulate(SPEC) for step in (0, 10, 20)}


@pytest.mark.parametrize(("step", "kept"), [(0, 0), (4, 0), (5, 0), (6, 10), (10, 10), (15, 10), (16, 20), (1000, 20)])
def test_the_nearest_frame_is_the_earlier_of_two_equally_near(frames, step, kept):
    for order in (sorted(frames), sorted(frames, reverse=True)):
        assert Timeline(SPEC, {place: frames[place] for place in order}).nearest(step) is frames[kept]


def test_a_network_at_birth_has_one_frame_and_that_is_whole(frames):
    timeline = Timeline.at_birth(frames[0])
    assert timeline.spec == SPEC and dict(timeline.frames) == {0: frames[0]} and not timeline.is_preview


def test_frames_are_added_by_a_new_timeline_only(frames):
    """A Timeline that is shown does not change under the panels, whatever becomes of the mapping that it was made of."""
    given = {0: frames[0]}
    timeline = Timeline(SPEC, given)
    given[10] = frames[10]
    assert list(timeline.frames) == [0]
    with pytest.raises(TypeError):
        timeline.frames[10] = frames[10]
