"""Playing: the wave runs there and back, and then everything is shown."""

import time

import pytest

from gradviz.app.session import transport as module
from gradviz.app.session.transport import SPEEDS, Transport
from gradviz.core.runs.playhead import Phase, Playhead


@pytest.fixture
def transport(qapp):
    transport = Transport()
    transport.set_depth(5)
    yield transport
    transport.pause()


def test_play_runs_there_and_back_and_ends_with_everything_shown(transport, qtbot, monkeypatch):
    monkeypatch.setattr(module, "LEAST_RATE", 200.0)
    seen = []
    transport.moved.connect(seen.append)
    transport.play()
    qtbot.waitUntil(lambda: not transport.is_playing)
    positions = [head.position(5) for head in seen[:-1]]
    assert positions == sorted(positions)
    assert seen[-1] == Playhead(1, Phase.WHOLE)


def test_play_goes_on_from_where_it_was_paused(transport, qtbot):
    transport.scrub(4)
    transport.play()
    assert transport.playhead == Playhead(4, Phase.FORWARD)
    transport.toggle()
    assert not transport.is_playing


def test_loop_begins_again(transport, qtbot, monkeypatch):
    monkeypatch.setattr(module, "LEAST_RATE", 200.0)
    transport.set_loops(True)
    starts = []
    transport.moved.connect(lambda head: starts.append(head) if head == Playhead(1, Phase.FORWARD) else None)
    transport.play()
    qtbot.waitUntil(lambda: len(starts) >= 3)
    assert transport.is_playing


def test_steps_follow_the_wave_or_the_layers(transport):
    transport.scrub(5)
    transport.step(1)
    assert transport.playhead == Playhead(5, Phase.BACKWARD)
    transport.look_at(2)
    transport.step(1)
    assert transport.playhead == Playhead(3, Phase.WHOLE)
    transport.step(-9)
    assert transport.playhead.layer == 1


def test_a_shallower_network_keeps_the_playhead_inside(transport):
    transport.look_at(5)
    transport.set_depth(2)
    assert transport.playhead.layer == 2


def test_speeds_end_at_the_slowest_and_the_fastest(transport):
    for _ in range(10):
        transport.change_speed(1)
    assert transport.speed == SPEEDS[-1]
    for _ in range(10):
        transport.change_speed(-1)
    assert transport.speed == SPEEDS[0]


def test_the_wave_stays_at_the_loss_before_it_turns(transport, qtbot, monkeypatch):
    """Half a second at speed 1, less at a higher one; a part that is only forward ends there at once."""
    monkeypatch.setattr(module, "LEAST_RATE", 60.0)
    seen = []
    transport.moved.connect(lambda head: seen.append((time.monotonic(), head)))
    transport.play()
    qtbot.waitUntil(lambda: not transport.is_playing)
    turn = next(place for place, (_when, head) in enumerate(seen) if head.phase is Phase.BACKWARD)
    assert seen[turn - 1][1] == Playhead(5, Phase.FORWARD)
    assert 0.4 <= seen[turn][0] - seen[turn - 1][0] <= 2.0
    seen.clear()
    transport.play_part("forward")
    started = time.monotonic()
    qtbot.waitUntil(lambda: not transport.is_playing)
    assert time.monotonic() - started < 0.45 and seen[-1][1] == Playhead(5, Phase.WHOLE)
