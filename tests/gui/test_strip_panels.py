"""The network strip, one neuron, the gains and the numbers: what is drawn is what the Frame and the trace say."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from drawing import draw, hover
from PySide6.QtCore import QPointF, Qt
from verdicts import judged

from gradviz.core.choices.activations import ACTIVATIONS
from gradviz.core.choices.errors import ExperimentError, Problem
from gradviz.core.choices.profiles import WIDTH_PROFILES
from gradviz.core.runs.playhead import Phase, Playhead
from gradviz.core.runs.probe import Probe
from gradviz.core.runs.scene import Scene
from gradviz.core.simulate import simulate, trace
from gradviz.core.spec import Spec
from gradviz.core.theory.gains import gains
from gradviz.panels import PANELS
from gradviz.panels.parts.style import Style
from gradviz.panels.parts.themes import THEMES
from gradviz.panels.scales.points import merged
from gradviz.panels.strip import shape as shape
from gradviz.panels.strip.items import mixed
from gradviz.report.columns import COLUMNS

KEYS = ("network", "neuron", "gains", "numbers")
LIGHT = Style(THEMES["light"])


@pytest.fixture
def open_panel(qtbot):
    def open_(key, width=1200, height=300, theme="light"):
        panel = PANELS[key].load()(Style(THEMES[theme]))
        qtbot.addWidget(panel)
        panel.resize(width, height)
        panel.show()
        return panel

    return open_


def frame_of(text):
    return simulate(Spec.from_text(text))


def spoilt(frame, key, values):
    """Return a Frame with other numbers in one series, judged anew."""
    series = dict(frame.series) | {key: np.array(values, float)}
    with np.errstate(all="ignore"):
        verdict = judged(series, frame.net.precision)
    return replace(frame, series=series, verdict=verdict)


NETWORKS = [f"depth={depth}&width=16&batch=8" for depth in (1, 2, 5, 152, 1000)]
NETWORKS += [f"depth=3&width={width}&batch=2" for width in (1, 16, 17, 2048)]
NETWORKS += [f"depth=9&width=16&width_profile={profile}" for profile in WIDTH_PROFILES]
NETWORKS += [
    "depth=12&width=40&width_profile=funnel&data=digits&output_units=10&batch=16",
    "depth=20&width=8&activation=relu&gain=0",
    "depth=30&width=16&gain=1000000&dtype=float16&activation=linear",
    "depth=300&width=4&residual=1&normalization=layer&normalization_place=after&activation=relu",
    "depth=12&width=16&residual=3&normalization=batch&shared_weights=true",
    "depth=6&width=6&initializer=lsuv&dtype=bfloat16&activation=tanh",
]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("text", NETWORKS)
@pytest.mark.sampled(5)
def test_every_kind_of_network_is_drawn_large_and_small(open_panel, key, text):
    """No exception and no warning, at every place of the wave, light and dark; every line of text says something."""
    frame = frame_of(text)
    for theme, size in (("light", (1900, 160)), ("dark", (490, 220))):
        panel = open_panel(key, *size, theme)
        for phase in Phase:
            for layer in {1, frame.depth // 2 + 1, frame.depth}:
                draw(panel, frame, Playhead(layer, phase))
                panel.grab()
        assert panel.header.name.text and panel.header.said


# --- the shape of the strip, as functions of numbers ---


def test_levels_fall_by_a_sixth_per_decade():
    np.testing.assert_allclose(shape.levels(np.array([2.0, 1.0, -1.0, -4.0, -300.0])), [1, 5 / 6, 1 / 2, 0, 0], atol=1e-12)
    np.testing.assert_array_equal(shape.levels(np.array([-np.inf, np.inf, 3.0])), [0, 1, 1])
    np.testing.assert_array_equal(shape.levels(np.full(3, -np.inf)), [0, 0, 0])


def test_kinds_name_what_has_no_size():
    sizes = np.array([0.0, -np.inf, np.inf, np.nan, 1e300])
    assert shape.kinds(sizes).tolist() == [shape.FINITE, shape.ZERO, shape.INFINITE, shape.NAN, shape.FINITE]


@pytest.mark.parametrize("depth", [1, 2, 5, 152, 1000])
@pytest.mark.parametrize("pixels", [0.37, 1.8, 2.99, 3.0, 40.0])
def test_bands_hold_every_layer_once_and_are_wide_enough(depth, pixels):
    first, last = shape.bands(depth, pixels)
    assert first[0] == 1 and last[-1] == depth
    assert all(end + 1 == start for end, start in zip(last[:-1], first[1:], strict=True))
    assert ((last - first + 1)[:-1] * pixels >= shape.LEAST_BAND - 1e-9).all()
    assert pixels < shape.LEAST_BAND or (first == last).all()


def test_a_band_has_the_mean_level_and_the_gravest_kind():
    columns = shape.bands(5, 1.5)  # layers 1-2, 3-4, 5
    np.testing.assert_allclose(shape.mean_levels(np.array([1, 0.5, 0, 0.5, 0.25]), columns), [0.75, 0.25, 0.25])
    assert shape.gravest(np.array([0, shape.ZERO, shape.NAN, shape.INFINITE, 0]), columns).tolist() == [1, 3, 0]


def test_heights_are_by_units_or_their_root():
    assert shape.heights((100, 50, 25)).tolist() == [1, 0.5, 0.25]
    assert shape.heights((1600, 16, 400)).tolist() == [1, 0.1, 0.5]
    assert shape.is_by_root((1600, 16)) and not shape.is_by_root((160, 10))


def test_runs_are_found():
    assert shape.runs(np.array([1, 1, 0, 2, 3, 3])) == [(0, 1, 1), (3, 3, 2), (4, 5, 3)]
    assert shape.runs(np.zeros(4, int)) == []


def test_the_strongest_weights_are_the_largest():
    W = np.array([[0.1, -4.0], [2.0, 0.0]])
    assert shape.strongest(np.abs(W), 2) == [(0, 1, 4.0), (1, 0, 2.0)]
    assert len(shape.strongest(np.zeros((3, 3)), 5)) == 5


def test_paler_is_nearer_to_the_ground():
    for theme in THEMES.values():
        style = Style(theme)
        distances = [contrast(mixed(style, "forward", level), style.colour("ground")) for level in (0, 0.3, 0.6, 1)]
        assert distances == sorted(distances) and distances[0] > 0
        assert mixed(style, "backward", 1) == style.colour("backward")


def contrast(one, other):
    return sum(abs(a - b) for a, b in zip(one.getRgb(), other.getRgb(), strict=True))


# --- the network strip ---


@pytest.mark.parametrize("profile", WIDTH_PROFILES)
def test_columns_are_as_high_as_their_layers_are_wide(open_panel, profile):
    panel = open_panel("network", height=400)
    frame = frame_of(f"depth=20&width=200&width_profile={profile}&batch=4")
    draw(panel, frame, Playhead(1))
    units = np.array(frame.net.units[1:])
    for lane in (panel.row.layers.strip.forward, panel.row.layers.strip.backward):
        high = np.array([rect.height() for rect in lane.rects])
        np.testing.assert_allclose(high / high.max(), units / units.max(), atol=1 / high.max())
    centres = [rect.center().x() for rect in panel.row.layers.strip.forward.rects]
    places = [panel.plot.vb.mapFromViewToItem(panel.plot, QPointF(layer, 0)).x() for layer in range(1, 21)]
    np.testing.assert_allclose(centres, places, atol=1.5)


def test_the_colours_are_the_sizes(open_panel):
    """Full at the largest RMS, and a sixth paler per decade below: read back from what is painted."""
    panel = open_panel("network")
    panel.resize(700, 300)
    frame = frame_of("depth=70&width=50&gain=0.2&batch=16")
    draw(panel, frame, Playhead(1))
    strip = panel.row.layers.strip
    assert not strip.is_dots
    for lane, log10 in (
        (strip.forward, np.log10(frame.series["activation_rms"])),
        (strip.backward, frame.series["log10_grad_a_rms"]),
    ):
        expected = np.clip(1 - (log10.max() - log10) / 6, 0, 1)
        assert [c.name() for c in lane.colours] == [mixed(LIGHT, lane.role, level).name() for level in expected]
    panel.row.lens.hide()
    image = panel.view.grab().toImage()
    for place in (0, 9, 69):
        for lane in (strip.forward, strip.backward):
            spot = panel.plot.mapToScene(QPointF(lane.rects[place].center()) + QPointF(2, 0))
            assert image.pixelColor(round(spot.x()), round(spot.y())).name() == lane.colours[place].name()


@pytest.mark.parametrize("depth", [1, 2, 7, 1000])
def test_the_wave_lights_what_it_has_reached(open_panel, depth):
    panel = open_panel("network", 700)
    frame = frame_of(f"depth={depth}&width=4&batch=2")
    draw(panel, frame, Playhead(1))
    strip = panel.row.layers.strip
    for position in range(1, 2 * depth + 1, max(1, depth // 20)):
        playhead = Playhead.at(position, depth)
        for lane, has in ((strip.forward, playhead.has_activation), (strip.backward, playhead.has_gradient)):
            ends = zip(strip.first.tolist(), strip.last.tolist(), strict=True)
            reached = [any(map(has, range(first, last + 1))) for first, last in ends]
            assert [place in strip.lit(lane, playhead) for place in range(len(reached))] == reached
        assert strip.first[strip.column(playhead.layer)] <= playhead.layer <= strip.last[strip.column(playhead.layer)]


def test_zero_infinity_and_nan_have_their_marks(open_panel):
    panel = open_panel("network")
    frame = frame_of("depth=6&width=20&batch=4")
    awkward = spoilt(frame, "activation_rms", [1, 0, 0, np.inf, np.nan, np.nan])
    awkward = spoilt(awkward, "log10_grad_a_rms", [-np.inf, -np.inf, 0, 0, 1e300, np.inf])
    draw(panel, awkward, Playhead(1))
    panel.grab()
    strip = panel.row.layers.strip
    assert strip.forward.marks == [(1, 2, shape.ZERO), (3, 3, shape.INFINITE), (4, 5, shape.NAN)]
    assert strip.backward.marks == [(0, 1, shape.ZERO), (5, 5, shape.INFINITE)]
    assert strip.forward.colours[4].name() == mixed(LIGHT, "fault", 0.15).name()


def dots_in(strokes):
    return sum(len(stroke.path.toSubpathPolygons()) for stroke in strokes if not stroke.lines)


def lines_in(strokes):
    return sum(len(stroke.lines) for stroke in strokes)


@pytest.mark.parametrize(("width", "drawn"), [(1, 1), (5, 5), (16, 16), (17, 6), (200, 6)])
def test_units_are_dots_and_weights_lines(open_panel, width, drawn):
    """Every unit of a narrow network, six of a wide one; a line for every weight and gradient that can be seen."""
    panel = open_panel("network", 1400, 420)
    frame = frame_of(f"depth=3&width={width}&batch=8&initializer=he_normal&activation=relu")
    draw(panel, frame, Playhead(1))
    arrays = trace(frame.spec).arrays
    units = np.linspace(0, width - 1, drawn).round().astype(int)
    weights, gradients = (
        [np.abs(arrays[f"{name}{layer}"][np.ix_(units, units)]) for layer in (1, 2, 3)] for name in ("W", "grad_W")
    )
    strokes = panel.row.dots.strokes
    assert dots_in(strokes.unlit) == dots_in(strokes.forward) == dots_in(strokes.backward) == 4 * drawn
    assert lines_in(strokes.forward) == sum(np.count_nonzero(0.02 * W.max() < W) for W in weights)
    with np.errstate(all="ignore"):
        decades = [np.log10(W) for W in gradients]
        largest = max(each.max() for each in decades)
        seen = sum(np.count_nonzero(1 + (each - largest) / 6 > 0.02) for each in decades)
    assert lines_in(strokes.backward) == seen


def test_the_samples_are_the_network_s_own_numbers(open_panel):
    """Sizes of units, weights and their gradients, against the arrays themselves."""
    frame = frame_of("depth=4&width=40&batch=16&activation=tanh&initializer=glorot_normal")
    arrays, units = trace(frame.spec).arrays, [0, 8, 16, 23, 31, 39]
    for layer, sample in enumerate(frame.samples, start=1):
        assert sample.units.tolist() == units
        sizes = np.sqrt(np.mean(arrays[f"a{layer}"].astype(float)[:, units] ** 2, axis=0))
        np.testing.assert_allclose(sample.activation_rms, sizes, rtol=1e-6)
        np.testing.assert_array_equal(sample.weights, arrays[f"W{layer}"][np.ix_(units, units)])
        gradient = np.abs(arrays[f"grad_W{layer}"][np.ix_(units, units)].astype(float))
        np.testing.assert_allclose(10**sample.log10_gradients, gradient, rtol=1e-5)


def test_the_wave_lights_dots_and_lines(open_panel):
    """Forward blue to the front, backward orange from it, grey before: read back from what is painted."""
    panel = open_panel("network", 1400, 300)
    frame = frame_of("depth=10&width=60&batch=16&activation=relu&initializer=he_normal")

    def hues(playhead, layer):
        draw(panel, frame, playhead)
        strip, image = panel.row.layers.strip, panel.view.grab().toImage()
        area = strip.forward.rects[layer - 1].united(strip.backward.rects[layer - 1])
        left = panel.plot.mapToScene(QPointF(strip.right[layer - 2] + 2, area.top()))
        right = panel.plot.mapToScene(QPointF(strip.left[layer - 1] - 2, area.bottom()))
        pixels = [
            image.pixelColor(x, y)
            for x in range(round(left.x()), round(right.x()))
            for y in range(round(left.y()), round(right.y()), 2)
        ]
        return {
            "forward": sum(colour.blue() > colour.red() + 25 for colour in pixels),
            "backward": sum(colour.red() > colour.blue() + 25 for colour in pixels),
        }

    ahead = hues(Playhead(4, Phase.FORWARD), 8)
    assert ahead == {"forward": 0, "backward": 0}
    behind = hues(Playhead(7, Phase.FORWARD), 3)
    assert behind["forward"] > 20 and behind["backward"] == 0
    back = hues(Playhead(4, Phase.BACKWARD), 8)
    assert back["backward"] > 20 > back["forward"]
    assert hues(Playhead(4, Phase.BACKWARD), 2)["backward"] == 0
    assert hues(Playhead(1), 2)["backward"] > 20


@pytest.mark.parametrize(("layer", "first", "last"), [(1, 0, 6), (3, 0, 6), (100, 97, 103), (199, 194, 200)])
def test_a_lens_shows_the_units_around_the_playhead(open_panel, layer, first, last):
    """Where there are columns: seven layers' units and weights, lit as far as the wave has come."""
    panel = open_panel("network", 900, 200)
    frame = frame_of("depth=200&width=5&batch=8&activation=relu&initializer=he_normal")
    draw(panel, frame, Playhead(layer, Phase.FORWARD))
    lens = panel.row.lens.lens
    assert lens.is_dots and (lens.drawn.start, lens.drawn.stop - 1) == (first, last)
    assert dots_in(panel.row.lens._strokes.forward) == 5 * 7
    weights = [np.abs(trace(frame.spec).arrays[f"W{each}"]) for each in range(max(first, 0) + 1, last + 1)]
    assert lines_in(panel.row.lens._strokes.forward) == sum(np.count_nonzero(0.02 * W.max() < W) for W in weights)
    places = [lens.x(each) for each in lens.drawn]
    assert lens.box.left() < places[0] and places[-1] < lens.box.right() and panel.plot.vb.geometry().contains(lens.box)
    image = panel.view.grab().toImage()

    def is_blue_between(one, other):
        ends = [panel.plot.mapToScene(QPointF(lens.x(each), lens.middle)) for each in (one, other)]
        room = range(round(ends[0].x() + lens.radius + 2), round(ends[1].x() - lens.radius - 2))
        top, bottom = (round(panel.plot.mapToScene(QPointF(0, y)).y()) for y in (lens.box.top() + 6, lens.box.bottom() - 6))
        return any(image.pixelColor(x, y).blue() > image.pixelColor(x, y).red() + 25 for x in room for y in range(top, bottom))

    assert is_blue_between(layer - 1, layer)
    if layer < last:
        assert not is_blue_between(layer + 1, layer + 2) if layer + 2 <= last else True


@pytest.mark.parametrize(("text", "width"), [("depth=20&width=5&batch=2", 900), ("depth=200&width=5&batch=2", 330)])
def test_there_is_no_lens_where_units_are_drawn_or_where_it_would_cover_the_strip(open_panel, text, width):
    panel = open_panel("network", width, 200)
    draw(panel, frame_of(text), Playhead(9))
    assert not panel.row.lens.lens.is_dots


def test_skip_connections_are_arcs_and_normalization_bars(open_panel):
    panel = open_panel("network")
    draw(panel, frame_of("depth=12&width=20&batch=4&residual=3&normalization=batch"), Playhead(1))
    assert len(panel.row.between.strokes[-1].path.toSubpathPolygons()) == 4
    assert len(panel.row.layers.strip.bars) == 12
    assert "skip connections" in panel.legend.text and "normalization" in panel.legend.text
    draw(panel, frame_of("depth=12&width=20&batch=4&shared_weights=true"), Playhead(1))
    assert not panel.row.between.strokes and not panel.row.layers.strip.bars
    assert panel.legend.text.endswith("the same weights in every layer")


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("gain=0.1", "20 layers of 100 units"),
        ("depth=1&width=1&batch=2", "One layer of one unit"),
        ("depth=9&width=1&activation=linear&initializer=identity", "9 layers of one unit"),
        ("depth=9&width=16&width_profile=funnel&activation=relu&gain=0", "9 layers of 4 to 16 units"),
        ("depth=300&width=4&activation=linear&initializer=identity&gain=1.5", "300 layers of 4 units"),
    ],
)  # fmt: skip
def test_the_header_says_how_large_the_network_is(open_panel, text, finding):
    panel = open_panel("network")
    draw(panel, frame_of(text), Playhead(1))
    assert panel.finding.text == finding


def test_hover_and_click_find_the_column_under_the_pointer(open_panel, qtbot):
    panel = open_panel("network")
    draw(panel, frame_of("depth=20&width=30&batch=4"), Playhead(1))
    for layer in (1, 7, 20):
        spot = panel.plot.mapToScene(QPointF(panel.row.layers.strip.backward.rects[layer - 1].center()))
        assert panel.layer_at(spot) == layer
        with qtbot.waitSignal(panel.layer_clicked) as clicked:
            qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=panel.view.mapFromScene(spot))
        assert clicked.args == [layer]


# --- one neuron ---


def test_the_neuron_drawn_is_the_traces(open_panel):
    panel = open_panel("neuron")
    spec = Spec.from_text("depth=4&width=30&batch=8&bias_std=0.5")
    arrays = trace(spec).arrays
    draw(panel, simulate(spec), Playhead(3))
    terms = arrays["W3"][0].astype(float) * arrays["a2"][0].astype(float)
    x, y = panel.sum_plot.terms.getData()
    np.testing.assert_array_equal(y[1::2], terms)
    np.testing.assert_array_equal(x[1::2], np.arange(1, 31))
    x, y = panel.sum_plot.sums.getData()
    np.testing.assert_allclose(y[1:], np.cumsum(terms), rtol=1e-12)
    assert panel.sum_plot.z.getData()[1].tolist() == [arrays["z3"][0, 0]]
    assert panel.sum_plot.bias.getData()[1][1] == arrays["z3"][0, 0]
    n, variance = panel.variance_plot.measured.getData()
    assert (n[-1], variance[-1]) == (30, pytest.approx(arrays["z3"].astype(float).var(), rel=1e-9))
    n, variance = panel.variance_plot.expected.getData()
    expected = 30 * arrays["W3"].astype(float).var() * (arrays["a2"].astype(float) ** 2).mean() + 0.25
    assert variance[-1] == pytest.approx(expected, rel=1e-6)


def test_hover_shows_that_layers_neuron_and_leaving_the_playheads(open_panel):
    panel = open_panel("neuron")
    frame = frame_of("depth=4&width=30&batch=8")
    draw(panel, frame, Playhead(3))
    hover(panel, 2)
    assert panel.neuron is answer_to(panel)[Probe(frame.spec, 2)] and panel.readout.text.startswith("layer 2")
    assert panel.header.name.text.endswith("layer 2")
    hover(panel, 0)
    assert panel.neuron is answer_to(panel)[Probe(frame.spec, 3)] and panel.header.name.text.endswith("layer 3")


def answer_to(panel):
    return panel.scene.answers


def test_a_neuron_that_has_no_answer_yet_leaves_the_last_one_dimmed(open_panel, qtbot):
    """Nothing is computed while a panel draws: hovering asks, the last picture stays, and its numbers are not read out."""
    panel, frame = open_panel("neuron"), frame_of("depth=4&width=30&batch=8")
    draw(panel, frame, Playhead(3))
    before, opacity = panel.neuron, panel._body.opacity()
    with qtbot.waitSignal(panel.asked):
        panel.hover(2)
    assert panel.questions(panel.scene) == (Probe(frame.spec, 2),)
    assert panel.neuron is before and panel._body.opacity() < opacity and panel.readout.text == ""
    assert panel.legend.text == "the neuron of layer 3; that of layer 2 is being computed"
    with qtbot.assertNotEmitted(panel.asked):
        panel.hover(2)
    panel.draw(panel.scene.with_answers({Probe(frame.spec, 2): before}))
    assert panel._body.opacity() == opacity and panel.readout.text.startswith("layer 2")


def test_without_any_answer_the_neuron_panel_is_empty(open_panel):
    panel = open_panel("neuron")
    panel.draw(Scene.of(frame_of("depth=3&width=5&batch=4")))
    panel.grab()
    assert panel.neuron is None and not panel.sum_plot.terms_axis.isVisible() and panel.finding.text


def test_merged_bars_keep_the_sum():
    terms = np.random.default_rng(1).standard_normal(2048)
    places, bars = merged(terms, 200)
    assert len(bars) == 200 and bars.sum() == pytest.approx(terms.sum()) and (np.diff(places) > 0).all()
    places, bars = merged(terms[:7], 200)
    assert places.tolist() == list(range(1, 8)) and bars.tolist() == terms[:7].tolist()


def test_why_there_is_no_neuron_is_said(open_panel):
    """An ExperimentError as the answer is shown in its own words, and goes when there is a neuron again."""
    panel, scene = open_panel("neuron"), Scene.of(frame_of("depth=2&width=10"))
    panel.draw(scene.with_answers({Probe(scene.run.spec, 1): ExperimentError([Problem("", "too large to look inside")])}))
    assert panel.sum_plot.apology.toPlainText() == "too large to look inside" and not panel.variance_plot.plot.isVisible()
    draw(panel, scene.frame)
    assert panel.sum_plot.apology.toPlainText() == "" and panel.variance_plot.plot.isVisible()


# --- the gains ---


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_marks_stand_at_the_gains(open_panel, name):
    panel = open_panel("gains")
    draw(panel, frame_of(f"depth=3&width=20&batch=8&activation={name}"), Playhead(2))
    solved = gains(ACTIVATIONS[name], {"leaky_relu": 0.01, "elu": 1.0}.get(name, 0.0))
    for mark, gain in (("forward", solved.forward), ("backward", solved.backward), ("critical", solved.critical)):
        x = panel.marks[mark].getData()[0]
        assert (10.0**x).tolist() == pytest.approx([gain] if gain else [])
    for curve, gain in (("forward", solved.forward), ("backward", solved.backward)):
        x, y = panel.curves[curve].getData()
        assert np.interp(np.log10(gain), x, y) == pytest.approx(0, abs=1e-9)
    assert 10 ** panel._here.value() == pytest.approx(np.sqrt(20))
    table = panel.table
    row = [table.table.text(table.current, column) for column in range(5)]
    shown = [
        f"{number:.4f}" if number is not None else "—"
        for number in (solved.forward, solved.backward, solved.critical, solved.pytorch)
    ]
    assert row[1:] == shown
    assert list(ACTIVATIONS)[table.current] == name


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("activation=relu&initializer=he_normal", "is at the critical 1.414 of ReLU"),
        ("activation=relu&initializer=lecun_normal", "is below the critical"),
        ("activation=tanh&initializer=normal", "is above the critical 1 of Tanh"),
        ("activation=gelu", "has no critical gain"),
        ("activation=relu&residual=1", "plain network"),
        ("activation=linear&initializer=identity", "plain network"),
    ],
)
def test_the_finding_says_on_which_side_of_critical_the_network_is(open_panel, text, word):
    panel = open_panel("gains")
    draw(panel, frame_of(f"depth=4&width=50&batch=8&{text}"), Playhead(1))
    assert word in panel.finding.text


# --- the numbers ---


def test_the_cells_are_the_columns_texts(open_panel):
    panel = open_panel("numbers", 1600, 400)
    frame = frame_of("depth=50&width=20&batch=8")
    for layer in (1, 25, 50):
        draw(panel, frame, Playhead(layer))
        table = panel.table
        assert layer - 1 in table.rows() and table.current == layer - 1
        columns = [column for column in COLUMNS if column.is_in(frame)]
        for row, cells in zip(table.rows(), table.cells, strict=True):
            expected = [str(row + 1), *(column.text(frame, row + 1) for column in columns)]
            assert cells == [expected[column] for column in table.columns()]
        assert len(table.columns()) == len(columns) + 1


def test_the_most_important_columns_stay(open_panel):
    frame = frame_of("depth=20&width=20&batch=8")
    shown = []
    for width in (300, 500, 800, 1600):
        panel = open_panel("numbers", width, 300)
        draw(panel, frame, Playhead(5))
        shown.append({panel.table.table.columns[column].rank for column in panel.table.columns()})
    assert all(ranks == set(range(-1, len(ranks) - 1)) for ranks in shown)
    assert all(less < more for less, more in pairwise(shown))


def test_a_row_is_a_layer_to_hover_and_to_click(open_panel):
    panel = open_panel("numbers", 800, 300)
    draw(panel, frame_of("depth=50&width=5&batch=4"), Playhead(25))
    first, high = panel.table.rows()[0], panel.table._row_height()
    for place in (0, 3):
        spot = panel.table.mapToScene(QPointF(40, (place + 1.5) * high))
        assert panel.layer_at(spot) == first + place + 1
    assert panel.layer_at(panel.table.mapToScene(QPointF(40, 0.5 * high))) == 0


def test_numbers_that_the_wave_has_not_reached_are_left_blank(open_panel):
    panel = open_panel("numbers")
    draw(panel, frame_of("depth=9&width=5&batch=4"), Playhead(4, Phase.FORWARD))
    assert [panel.table.is_lit(row, "forward") for row in (2, 3, 4)] == [True, True, False]
    assert not panel.table.is_lit(8, "backward")
    draw(panel, panel.frame, Playhead(4, Phase.BACKWARD))
    assert [panel.table.is_lit(row, "backward") for row in (2, 3, 8)] == [False, True, True]
