"""The panels of curves: what is drawn is what was measured, in whatever numbers, and what is missing is said."""

from dataclasses import replace
from time import thread_time

import numpy as np
import pytest
from drawing import draw
from verdicts import judged

from gradviz.app.parts.actions import ACTIONS
from gradviz.core.measures import MEASURES
from gradviz.core.runs.playhead import Phase, Playhead
from gradviz.core.simulate import simulate
from gradviz.core.spec import KNOBS, Spec
from gradviz.core.theory.limits import fixed_point
from gradviz.panels import PANELS
from gradviz.panels.parts.style import Style
from gradviz.panels.parts.themes import THEMES
from gradviz.panels.scales.room import Room

LIGHT = Style(THEMES["light"])
KEYS = ("sizes", "weights", "jacobian", "correlation", "ratio")
EVERY = pytest.mark.parametrize("key", KEYS)


@pytest.fixture
def make(qtbot):
    def make_(key):
        panel = PANELS[key].load()(LIGHT)
        qtbot.addWidget(panel)
        panel.resize(900, 420)
        panel.show()
        return panel

    return make_


def frame_of(text):
    return simulate(Spec.from_text(text))


def curve(panel, key):
    """Return the item that draws a measure."""
    return next(curves.drawn[key] for curves in panel.curves if key in curves.drawn)


DRAWN = [
    # panel, network, measure → what must stand on the axis, computed from the Frame here
    ("sizes", "depth=7&width=20&batch=32", "activation_std", lambda s: np.log10(s["activation_std"])),
    ("sizes", "depth=7&width=20&batch=32", "activation_mean", lambda s: np.log10(np.abs(s["activation_mean"]))),
    ("sizes", "depth=7&width=20&batch=32", "activation_saturated", lambda s: s["activation_saturated"]),
    (
        "sizes",
        "depth=7&width=40&batch=32&activation=relu&initializer=he_normal",
        "activation_rms",
        lambda s: np.log10(s["activation_rms"]),
    ),
    ("weights", "depth=7&width=20&batch=32", "log10_weight_rms", lambda s: s["log10_weight_rms"]),
    ("weights", "depth=7&width=20&batch=32", "log10_grad_b_rms", lambda s: s["log10_grad_b_rms"]),
    (
        "weights",
        "depth=7&width=20&batch=32",
        "log10_grad_W_ratio",
        lambda s: s["log10_grad_W_rms"] - s["log10_weight_rms"],
    ),
    ("jacobian", "depth=7&width=20&jacobian=true", "log10_jacobian_largest", lambda s: s["log10_jacobian_largest"]),
    ("correlation", "depth=7&width=20&batch=32", "input_correlation", lambda s: s["input_correlation"]),
]


@pytest.mark.parametrize(("key", "text", "measure", "expected"), DRAWN)
def test_curves_are_the_measured_numbers(make, key, text, measure, expected):
    """Each point of a curve is its layer's number, on the axis that the panel has."""
    panel, frame = make(key), frame_of(text)
    draw(panel, frame, Playhead(1))
    np.testing.assert_allclose(curve(panel, measure).measured.values, expected(frame.series), rtol=1e-14)


@pytest.mark.parametrize(("key", "measure"), [("sizes", "activation_std"), ("correlation", "input_correlation")])
def test_theory_and_reference_are_drawn_beside(make, key, measure):
    """The dashed line is the Frame's theory, the ghost the reference's measure in the layers that there is room for."""
    panel, frame, pinned = make(key), frame_of("depth=5&width=20&batch=32"), frame_of("depth=9&width=20&batch=32&seed=8")
    draw(panel, frame, Playhead(1), pinned)
    on_axis = (lambda v: np.log10(np.abs(v))) if key == "sizes" else (lambda v: v)
    np.testing.assert_allclose(curve(panel, measure).theory.values, on_axis(frame.theory[measure]))
    np.testing.assert_allclose(curve(panel, measure).reference.values, on_axis(pinned.series[measure][:5]))
    draw(panel, frame, Playhead(1))
    assert curve(panel, measure).reference.values.size == 0
    assert not panel.curves[0]._pinned.isVisible()


@pytest.mark.parametrize(
    ("key", "measure", "wave"),
    [
        ("sizes", "activation_std", "forward"),
        ("weights", "log10_grad_W_rms", "backward"),
        ("weights", "log10_weight_rms", "none"),
        ("jacobian", "log10_jacobian_largest", "forward"),
    ],
)
def test_curves_are_lit_by_their_wave(make, key, measure, wave):
    panel, frame = make(key), frame_of("depth=6&width=8&batch=8&jacobian=true")
    for playhead, forward, backward in (
        (Playhead(2, Phase.FORWARD), [1, 2], []),
        (Playhead(5, Phase.BACKWARD), [1, 2, 3, 4, 5, 6], [5, 6]),
        (Playhead(3), [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6]),
    ):
        draw(panel, frame, playhead)
        expected = {"forward": forward, "backward": backward, "none": [1, 2, 3, 4, 5, 6]}[wave]
        assert (np.flatnonzero(curve(panel, measure).measured.lit) + 1).tolist() == expected


# --- what there is to say ---


def shown(panel):
    """Return the sentence in the middle of the upper plot."""
    return panel.notices[0].toPlainText() if panel.notices[0].isVisible() else ""


def test_a_jacobian_that_is_not_measured_says_what_to_do(make):
    panel = make("jacobian")
    for text, field in (
        ("depth=3&width=5", "jacobian"),
        ("depth=3&width=5&jacobian=true&normalization=batch", "normalization"),
        ("depth=3&width=5&jacobian=true&output_activation=softmax", "output_activation"),
    ):
        draw(panel, frame_of(text), Playhead(1))
        assert f"“{KNOBS[field].title}”" in shown(panel)
        assert curve(panel, "log10_jacobian_largest").measured.values.size == 0
    draw(panel, frame_of("depth=3&width=5&jacobian=true"), Playhead(1))
    assert shown(panel) == ""


def test_without_a_reference_the_ratio_says_how_to_get_one(make):
    """The key that is named is the one that pins."""
    panel, frame = make("ratio"), frame_of("depth=3&width=5")
    draw(panel, frame, Playhead(1))
    assert ACTIONS["pin"].shortcuts[0] in shown(panel)
    draw(panel, frame, Playhead(1), frame)
    assert shown(panel) == "" and panel.finding.text == "Signal and gradient are those of the pinned run"
    draw(panel, frame, Playhead(1))
    assert "Pin a run" in shown(panel)


def test_ratio_is_present_over_pinned_in_common_layers(make):
    """c·I with 0.5 against c·I with 1 is 0.5^l forward and 0.5^(L−l) backward; further layers are left out, and that is said."""
    base = "activation=linear&initializer=identity&width=4&batch=8"
    panel = make("ratio")
    halved, kept = frame_of(f"{base}&depth=6&gain=0.5"), frame_of(f"{base}&depth=4&gain=1")
    draw(panel, halved, Playhead(1), kept)
    layers = np.arange(1, 5)
    np.testing.assert_allclose(curve(panel, "activation_std").measured.values, layers * np.log10(0.5), atol=1e-6)
    assert "layers 5 … 6 left out: only the present run has them" in panel.legend.text
    draw(panel, kept, Playhead(1), halved)
    assert "layers 5 … 6 left out: only the pinned run has them" in panel.legend.text
    draw(panel, frame_of(f"{base}&depth=4&gain=0.5"), Playhead(1), kept)
    np.testing.assert_allclose(curve(panel, "log10_grad_a_rms").measured.values, (4 - layers) * np.log10(0.5), atol=1e-6)
    assert "left out" not in panel.legend.text
    assert "×0.062 in layer 4" in panel.finding.text


def test_shares_that_are_0_everywhere_are_not_drawn_and_said_to_be(make):
    panel = make("sizes")
    draw(panel, frame_of("activation=linear&initializer=lecun_normal&depth=3&width=10&batch=16"), Playhead(1))
    assert panel.notices[1].isVisible() and "NaN" in panel.notices[1].toPlainText()
    draw(panel, frame_of("depth=3&width=20&batch=32&gain=3"), Playhead(1))
    assert not panel.notices[1].isVisible()
    assert curve(panel, "activation_saturated").name.isVisible() and not curve(panel, "activation_dead").name.isVisible()


def test_the_band_stands_round_the_rms_and_only_there(make):
    """Its corners are the Frame's band; std gives way to the RMS that it belongs to."""
    panel, frame = make("sizes"), frame_of("activation=relu&initializer=he_normal&depth=6&width=100")
    draw(panel, frame, Playhead(1))
    corners = [point.y() for point in panel.band.polygon()]
    band = np.log10(frame.bands["activation_rms"])
    np.testing.assert_allclose(corners, np.concatenate([band[:, 0], band[::-1, 1]]))
    assert panel.band.isVisible() and curve(panel, "activation_std").measured.values.size == 0
    assert "two thirds of all draws, one input" in panel.legend.text
    draw(panel, frame_of("depth=6&width=20"), Playhead(1))
    assert not panel.band.isVisible() and "draws" not in panel.legend.text


def test_curves_that_coincide_are_drawn_once_under_both_names(make):
    """What is dead in a ReLU network with weights of 0 is all that is exactly 0."""
    panel = make("sizes")
    draw(panel, frame_of("activation=relu&gain=0&depth=4&width=5&batch=4"), Playhead(1))
    names = [each.name.toPlainText() for each in panel.curves[1].drawn.values() if each.name.isVisible()]
    assert any("dead" in name and "exactly 0" in name for name in names)


def test_fixed_point_has_its_line(make):
    """A chaotic tanh network: the line stands at c* of the theory."""
    text = "activation=tanh&initializer=lecun_normal&gain=2&bias_std=0.3&depth=20&width=50"
    panel, frame = make("correlation"), frame_of(text)
    draw(panel, frame, Playhead(1))
    net = frame.mean_field
    settled = fixed_point(net.activation, net.k, net.sigma_w2[-1], net.bias_variance)
    assert panel.limit_line.isVisible() and panel.limit_line.value() == pytest.approx(settled.c, rel=1e-9) and settled.c < 1
    assert f"{settled.c:.3f}"[:4] in panel.limit_name.toPlainText()
    assert f"{settled.c_depth_scale:.3g} layers" in panel.legend.text
    draw(panel, frame_of("depth=4&residual=1&width=8"), Playhead(1))
    assert not panel.limit_line.isVisible() and "c*" not in panel.legend.text


def test_one_input_has_no_correlation(make):
    panel = make("correlation")
    draw(panel, frame_of("depth=4&width=8&batch=1"), Playhead(1))
    assert KNOBS["batch"].title in shown(panel)


FINDINGS = [
    ("sizes", "", {"activation_spread": [0.21, 0.3, 0.2], "activation_saturated": [0.1, 0.43, 0.2]}, "Up to 43% saturated"),
    ("sizes", "", {"activation_spread": [1.0, 0.1, 1e-6], "activation_rms": [1, 1, 1], "activation_saturated": [0, 0, 0]}, ""),
    ("weights", "", {"log10_grad_W_ratio": [-7.0, -3.0, -1.0]}, "Layer 1 learns 10⁻⁶ times as fast as layer 3"),
    ("weights", "", {"log10_grad_W_ratio": [-1.2, -1.0, -1.3]}, "All layers learn at a like pace: within a factor of 2.00"),
    ("weights", "", {"log10_grad_W_ratio": [-np.inf, -np.inf, -1.3]}, "2 of 3 layers learn nothing: their gradient is exactly 0"),
    ("weights", "", {"log10_grad_W_ratio": [np.nan, 0.0, np.inf]}, "2 of 3 layers have no such ratio: weights 0, or gradients infinite or NaN"),
    ("weights", "", {"log10_grad_W_ratio": [-np.inf] * 3}, "No layer learns: the gradients of all weights are exactly 0"),
    ("correlation", "", {"input_correlation": [0.1, np.nan, np.nan]}, "From layer 2 on nothing is left to compare: the signal is 0, infinite or NaN"),
    ("jacobian", "&jacobian=true", {"log10_jacobian_largest": [1.0, 2, 3], "log10_jacobian_smallest": [-1, -2, -np.inf]}, "One direction of the input grows 1000 times, another is lost"),
    ("jacobian", "&jacobian=true", {"log10_jacobian_largest": [1.0, 2, -3], "log10_jacobian_smallest": [-1, -2, -5]}, "All directions of the input shrink: to 10⁻³ at most, to 10⁻⁵ at least"),
    ("jacobian", "&jacobian=true", {"log10_jacobian_largest": [1.0, 2, 1], "log10_jacobian_smallest": [-1, -2, -1]}, "One direction of the input grows 10 times, another shrinks to 0.10"),
    ("jacobian", "&jacobian=true", {"log10_jacobian_largest": [0.0] * 3, "log10_jacobian_smallest": [0.0] * 3}, "All directions of the input fare alike: ×1.000"),
    ("jacobian", "&jacobian=true", {"log10_jacobian_largest": [-np.inf] * 3, "log10_jacobian_smallest": [-np.inf] * 3}, "No change of the input arrives: the derivative by it is exactly 0"),
    ("correlation", "", {"input_correlation": [0.1, 0.995, 0.998]}, "All inputs look alike from layer 2 on: correlation 0.998"),
    ("correlation", "", {"input_correlation": [0.1, 0.05, 0.08]}, "Inputs keep apart: correlation 0.10 → 0.080"),
    ("correlation", "", {"input_correlation": [0.9, 0.5, 0.2]}, "Like inputs grow apart: correlation 0.90 → 0.20"),
    ("correlation", "", {"input_correlation": [0.1, 0.5, 0.8]}, "Inputs grow alike: correlation 0.10 → 0.80"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "more", "series", "finding"), FINDINGS)
def test_findings(make, key, more, series, finding):
    """The title says what the numbers say."""
    frame = frame_of(f"depth=3&width=5&batch=8{more}")
    changed = {name: np.array(values, float) for name, values in series.items()}
    panel = make(key)
    series = {**frame.series, **changed}
    draw(panel, replace(frame, series=series, verdict=judged(series, frame.net.precision)), Playhead(1))
    assert panel.finding.text == finding


# --- what has no place on an axis ---


@pytest.mark.parametrize(
    ("key", "text", "measure"),
    [
        ("sizes", "", "activation_std"),
        ("weights", "", "log10_grad_W_rms"),
        ("jacobian", "&jacobian=true", "log10_jacobian_smallest"),
    ],
)
@pytest.mark.parametrize(("kind", "name"), [("zero", "exactly 0"), ("infinite", "infinite"), ("nan", "NaN, not a number")])
def test_zeros_infinities_and_nan_have_marks_and_words(make, key, text, measure, kind, name):
    frame = frame_of(f"depth=5&width=5&batch=8{text}")
    values = frame.series[measure].copy()
    values[2] = {"zero": -np.inf if measure.startswith("log10") else 0.0, "infinite": np.inf, "nan": np.nan}[kind]
    panel = make(key)
    draw(panel, replace(frame, series={**frame.series, measure: values}), Playhead(1))
    marks = panel.curves[0].marks
    assert marks._points[kind].data["x"].tolist() == [3]
    assert marks._names[kind].isVisible() and marks._names[kind].toPlainText().endswith(name)
    low, high = panel.plot.viewRange()[1]
    assert low < marks._points[kind].data["y"][0] < high
    assert np.isnan(curve(panel, measure).measured.values[2])


@EVERY
@pytest.mark.parametrize(
    "text", ["depth=1&gain=0", "depth=60&activation=linear&initializer=identity&gain=0.01", "depth=60&gain=0"]
)
def test_names_lie_within_their_plot(make, key, text):
    """No word is cut off, of curves, marks or notices."""
    panel, frame = make(key), frame_of(f"{text}&width=5&jacobian=true")
    panel.resize(490, 220)
    draw(panel, frame, Playhead(1), frame_of("depth=30&width=5&jacobian=true"))
    panel.grab()
    for curves, notice in zip(panel.curves, panel.notices, strict=True):
        names = [each.name for each in curves.drawn.values()] + [*curves.marks._names.values(), curves._pinned, notice]
        room = curves.plot.vb.sceneBoundingRect()
        for name in names:
            if name.isVisible():
                box = name.textItem.sceneBoundingRect()
                assert room.left() - 1 <= box.left() and box.right() <= room.right() + 1, name.toPlainText()


BAD = {
    "nan": [np.nan],
    "inf": [np.inf],
    "-inf": [-np.inf],
    "zero": [0.0],
    "negative zero": [-0.0],
    "subnormal": [5e-324],
    "constant": [0.1],
    "1 ulp apart": [1.0, np.nextafter(1.0, 2)],
    "huge": [1e300, -1e300],
    "tiny": [1e-300],
    "near the limit": [0.99e9, -0.99e9],
    "beyond the limit": [0.99e30, -0.99e30],
    "mixed": [np.nan, np.inf, -np.inf, 0.0, 5e-324, 1e300, -1e300, 1e-300, 1.0, np.nextafter(1.0, 2)],
}


def spoilt(frame, values, only_some):
    """Return a Frame whose every measure, prediction and band is made of bad numbers."""

    def bad(array):
        filled = np.resize(np.array(values), array.shape).astype(float)
        return np.where(np.arange(len(array)) % 3 == 0, filled, array) if only_some and array.ndim == 1 else filled

    series = {key: bad(frame.series[key]) for key in MEASURES}
    with np.errstate(all="ignore"):
        verdict = judged(series, frame.net.precision)
    theory = {key: bad(array) for key, array in frame.theory.items()}
    return replace(frame, series=series, theory=theory, bands={"activation_rms": bad(np.ones((frame.depth, 2)))}, verdict=verdict)


@pytest.mark.parametrize("depth", [1, 2, 152])
@pytest.mark.parametrize("kind", BAD)
@EVERY
@pytest.mark.sampled(10)
def test_bad_numbers_are_drawn(make, key, kind, depth):
    """No exception, no warning, finite axes, whatever the numbers, in present and reference; hovered and stepped through."""
    panel = make(key)
    good = frame_of(f"depth={depth}&width=4&batch=4&jacobian=true")
    for only_some in (False, True):
        bad = spoilt(good, BAD[kind], only_some)
        for frame, reference in ((bad, None), (bad, good), (good, bad), (bad, bad)):
            draw(panel, frame, Playhead(1), reference)
            for position in {1, depth, depth + 1, 2 * depth}:
                draw(panel, frame, Playhead.at(position, depth), reference)
                panel.hover(depth)
                panel.hover(0)
            panel.grab()
            for plot in panel.plots:
                assert np.isfinite(plot.viewRange()).all() and plot.viewRange()[1][0] < plot.viewRange()[1][1]
            assert panel.header.name.text and panel.legend.text


@EVERY
def test_axes_keep_still_for_a_small_change(make, key):
    panel = make(key)
    frames = [frame_of(f"depth=10&width=20&batch=16&jacobian=true&gain={gain}") for gain in (1, 1.01)]
    ranges = []
    for frame in frames:
        draw(panel, frame, Playhead(1), frames[0])
        ranges.append([plot.viewRange() for plot in panel.plots])
    assert ranges[0] == ranges[1]


@EVERY
def test_a_step_of_the_playhead_is_cheap(make, key):
    """Half of all steps take well below 2 ms of the processor at depth 152."""
    panel, frame = make(key), frame_of("depth=152&width=8&batch=8&jacobian=true")
    draw(panel, frame, Playhead(1), frame)
    times = []
    for position in range(1, 305):
        start = thread_time()
        draw(panel, frame, Playhead.at(position, 152), frame)
        times.append(thread_time() - start)
    assert np.median(times) < 2e-3


# --- where names go ---


def test_a_name_lies_beside_its_line_and_over_no_other():
    """Between two level lines there is room above the upper and below the lower one only."""
    room = Room(0.0, 10.0, 0.0, 1.0, width=400, height=100)
    lower, upper = np.full(10, 0.45), np.full(10, 0.55)
    room.take_line(lower)
    room.take_line(upper)
    first, second = room.take_place(lower, 80, 16), room.take_place(upper, 80, 16)
    assert not first.is_above and first.y < 0.45
    assert second.is_above and second.y > 0.55


def test_two_names_at_one_line_do_not_overlap():
    room = Room(0.0, 10.0, 0.0, 1.0, width=400, height=100)
    line = np.full(10, 0.5)
    places = [room.take_place(line, 80, 16) for _name in range(4)]
    boxes = [(p.x - 1, p.x + 1, p.y - 0.16 * (not p.is_above), p.y + 0.16 * p.is_above) for p in places]
    for i, one in enumerate(boxes):
        for other in boxes[:i]:
            assert min(one[1], other[1]) <= max(one[0], other[0]) + 0.11 or min(one[3], other[3]) <= max(one[2], other[2]) + 0.05


def test_no_line_no_name():
    assert Room(0.0, 1.0, 0.0, 1.0, 100, 100).take_place(np.full(3, np.nan), 20, 10) is None


def test_a_name_does_not_stray_from_a_line_that_ends():
    """A line that ends at the 3rd of 20 layers has its name there, though the rest of the plot is free."""
    line = np.full(20, np.nan)
    line[:3] = 0.5
    place = Room(0.0, 20.0, 0.0, 1.0, width=800, height=100).take_place(line, 40, 16)
    assert 0 < place.x < 4
