"""The panels that draw distributions: what they draw is what was counted, and any histogram can be drawn."""

from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pyqtgraph as pg
import pytest
from drawing import draw
from PySide6.QtCore import QEvent, QPointF
from PySide6.QtGui import QColor

from gradviz.core.choices.activations import ACTIVATIONS, SATURATED_BELOW
from gradviz.core.histograms import SharedAxis
from gradviz.core.runs.playhead import Phase, Playhead
from gradviz.core.simulate import simulate, trace
from gradviz.core.spec import Spec
from gradviz.panels import PANELS
from gradviz.panels.histograms.gradient_histograms import log10_median
from gradviz.panels.histograms.heat import strengths
from gradviz.panels.layer_panel import LayerPanel
from gradviz.panels.parts.ramp import ramp
from gradviz.panels.parts.style import Style
from gradviz.panels.parts.themes import THEMES
from gradviz.panels.scales.limits import drawable_span
from gradviz.panels.scales.spans import in_units, unit_exponent

KEYS = ("activations", "heatmap", "gradient_histograms", "pre_activations", "weight_histograms")
EVERY = pytest.mark.parametrize("key", KEYS)
LIGHT = Style(THEMES["light"])
OTHER = "depth=7&width=30&batch=16"


@pytest.fixture
def open_panel(qtbot):
    def open_(key):
        panel = PANELS[key].load()(LIGHT)
        qtbot.addWidget(panel)
        panel.resize(900, 300)
        panel.show()
        return panel

    return open_


def frame_of(text):
    return simulate(Spec.from_text(text))


def corners(polygon):
    return pg.functions.ndarray_from_qpolygonf(polygon).copy()


def exercise(panel, frame, reference=None):
    """Draw, hover, point and step through a frame, and look at the range."""
    depth = frame.depth
    for playhead in (Playhead(1), Playhead((depth + 1) // 2, Phase.FORWARD), Playhead(depth, Phase.BACKWARD), Playhead(depth)):
        draw(panel, frame, playhead, reference)
        panel.grab()
    for layer in {1, (depth + 1) // 2, depth}:
        panel.hover(layer)
        assert panel.readout.text.startswith(f"layer {layer}: ")
    middle = panel.plot.vb.sceneBoundingRect().center()
    for position in (middle, QPointF(middle.x(), panel.plot.vb.sceneBoundingRect().top() + 1)):
        panel.view.scene().sigMouseMoved.emit(position)
    panel.hover(0)
    panel.fit()
    panel.redraw()
    panel.grab()
    (left, right), (low, high) = panel.plot.viewRange()
    assert np.isfinite([left, right, low, high]).all() and left < right and low < high
    assert panel.header.name.text and panel.header.said


# --- what is drawn is what was counted ---


def heights_at(ridge, places):
    """Return how far a ridge reaches at values between the bins' edges."""
    points = corners(ridge.outline)
    starts, reach = points[1:-1:2, 1], points[1:-1:2, 0] - ridge.layer
    return reach[np.searchsorted(starts, places, side="right") - 1] / np.abs(reach).max()


RIDGES = {"gradient_histograms": "grad_a_log10", "weight_histograms": "weight"}


@pytest.mark.parametrize(("key", "counted"), RIDGES.items())
def test_ridges_are_the_counts(open_panel, key, counted):
    """Each ridge's outline is its layer's histogram over its peak, to 1/256; what lies beyond the axis is cut at its end."""
    panel, frame = open_panel(key), frame_of("depth=4&width=40&batch=32&initializer=glorot_normal")
    draw(panel, frame, Playhead(1))
    low, high = panel.plot.viewRange()[1]
    assert [ridge.layer for ridge in panel._ridges.ridges] == [1, 2, 3, 4]
    for ridge in panel._ridges.ridges:
        edges, row = frame.edges[counted], frame.counts[counted][ridge.layer - 1]
        edges = edges if edges.ndim == 1 else edges[ridge.layer - 1]
        middles = (edges[:-1] + edges[1:]) / 2
        seen = (middles > low) & (middles < high)
        ends = corners(ridge.outline)[[0, -1], 1]
        inside = np.flatnonzero(seen & (middles > ends[0]) & (middles < ends[1]))
        np.testing.assert_allclose(heights_at(ridge, middles[inside]), row[inside] / row.max(), atol=0.5 / 256 + 1e-9)
        assert row[seen].sum() == row[inside].sum()


@pytest.mark.parametrize("text", ["depth=5&width=30&batch=32", "depth=30&width=30&batch=32&activation=relu&gain=3"])
def test_the_heat_map_is_the_counts(open_panel, text):
    """The image's colours are the ramp at each share, bin by bin; by magnitude the layers stand on one grid."""
    panel, frame = open_panel("heatmap"), frame_of(text)
    draw(panel, frame, Playhead(1))
    by_magnitude = panel.value_axis.by_magnitude
    assert by_magnitude == (frame.depth == 30)
    pixels, place = panel._image.image, panel._image.mapRectToParent(panel._image.boundingRect())
    across, up = pixels.shape[0] // frame.depth, pixels.shape[1] // panel._heat.shares.shape[1]
    image = pixels[::across, ::up]
    np.testing.assert_array_equal(image.repeat(across, axis=0).repeat(up, axis=1), pixels)
    assert (place.left(), place.width()) == (0.5, frame.depth)
    key = "activation_log10" if by_magnitude else "activation"
    colours = ramp(LIGHT.colour("ground"), LIGHT.colour("forward"))
    height = place.height() / image.shape[1]
    for layer in range(frame.depth):
        edges = frame.edges[key][layer] if by_magnitude else frame.edges[key]
        share = frame.counts[key][layer] / (30 * 32)
        for bottom, top, part in zip(edges[:-1], edges[1:], share, strict=True):
            row = round((bottom - place.top()) / height)
            if 0 <= row < image.shape[1]:
                assert top - bottom == pytest.approx(height)
                np.testing.assert_array_equal(image[layer, row], colours[round(255 * float(strengths(np.array(part))))])


def test_all_of_a_deep_layer_is_in_the_heat_map(open_panel):
    """Where bins are put together because there are more than rows, none is lost."""
    panel, frame = (
        open_panel("heatmap"),
        frame_of("activation=linear&initializer=identity&gain=0.01&depth=150&width=4&dtype=float64"),
    )
    draw(panel, frame, Playhead(1))
    assert panel._heat.shares.shape[1] <= 512
    # The axis leaves out up to 1 % of a layer, and then whole bins: of 4 × 256 numbers here, ten and a few.
    assert (panel._heat.shares.sum(axis=1) > 0.95).all()


def test_the_share_under_the_pointer_is_read_out(open_panel):
    panel, frame = open_panel("heatmap"), frame_of("depth=4&width=50&batch=64&activation=tanh")
    draw(panel, frame, Playhead(1))
    panel.layer_hovered.connect(panel.hover)
    at = panel.plot.vb.mapViewToScene(QPointF(3, 0.999))
    panel.view.scene().sigMouseMoved.emit(at)
    share = frame.counts["activation"][2][-1] / (50 * 64)
    assert panel.readout.text.startswith(f"layer 3: {share:.2%} between 0.9802 and 1.000")
    panel.eventFilter(panel.view.viewport(), QEvent(QEvent.Type.Leave))
    assert not panel.readout.text


def test_the_wave_lights_the_layers(open_panel):
    """The heat map's veil begins behind the playhead's layer; the gradient's line is there where the wave has been."""
    frame = frame_of(OTHER)
    heat, gradient = open_panel("heatmap"), open_panel("gradient_histograms")
    draw(heat, frame, Playhead(3, Phase.FORWARD))
    assert heat._veil.isVisible() and heat._veil.getRegion() == (3.5, 7.5)
    draw(heat, frame, Playhead(3, Phase.BACKWARD))
    assert not heat._veil.isVisible()
    for playhead, layers in ((Playhead(3, Phase.FORWARD), []), (Playhead(5, Phase.BACKWARD), [5, 6, 7])):
        draw(gradient, frame, playhead)
        assert (gradient._rms.getData()[0] if layers else np.zeros(0)).tolist() == layers
        assert (gradient._rms.getData()[0] is None) == (not layers)


# --- f, f′ and z ---


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_curves_are_the_table_s(open_panel, name):
    """f and f′ as drawn are the table's where they are in sight; the tint is where f′ is below a hundredth of its largest."""
    panel, frame = (
        open_panel("pre_activations"),
        frame_of(f"depth=3&width=40&batch=32&activation={name}&gain=2&initializer=he_normal"),
    )
    draw(panel, frame, Playhead(1))
    (left, right), (low, high) = panel.plot.viewRange()
    f, k = ACTIVATIONS[name], {"slope": 0.01, "alpha": 1.0}.get(ACTIVATIONS[name].parameter, 0.0)
    for item, function in ((panel._f, f.f), (panel._slope, f.derivative_at)):
        x, y = item.getData()
        inside = (y > low) & (y < high)
        assert inside.sum() > 50 and x[0] == pytest.approx(left) and x[-1] == pytest.approx(right)
        np.testing.assert_array_equal(y[inside], function(x, k)[inside])
    tinted = [item.getRegion() for item in panel._flats if item.isVisible()]
    z = np.linspace(left, right, 3001)
    flat = np.abs(f.derivative_at(z, k)) < SATURATED_BELOW * f.steepest_at(k)
    drawn = np.any([(z >= a) & (z <= b) for a, b in tinted], axis=0) if tinted else np.zeros(z.shape, bool)
    assert np.count_nonzero(drawn != flat) <= 4 * max(1, 2 * len(tinted))


def test_the_histogram_of_z_is_the_array_s(open_panel):
    """Its steps, read back, are the counts of the raw pre-activations over their peak."""
    text = "depth=4&width=40&batch=32&activation=tanh"
    panel, z = open_panel("pre_activations"), trace(Spec.from_text(text)).arrays["z3"].astype(np.float64)
    draw(panel, frame_of(text), Playhead(3))
    points, (low, high) = corners(panel._histogram.polygon()), panel.plot.viewRange()[1]
    edges, heights = points[::2, 0], (points[1:-1:2, 1] - low) / (0.9 * (high - low))
    counts = np.array([np.count_nonzero((z >= a) & (z < b)) for a, b in pairwise(edges)])
    np.testing.assert_allclose(heights, counts / counts.max(), atol=1e-12)


def test_saturation_is_said_of_the_layer_that_is_looked_at(open_panel):
    """The title's share is the series' own, of the playhead's layer and then of the hovered one."""
    panel, frame = open_panel("pre_activations"), frame_of("depth=5&width=40&batch=32&activation=tanh&gain=0.5")
    for layer in (2, 5):
        draw(panel, frame, Playhead(layer))
        share = frame.series["activation_saturated"][layer - 1]
        assert share > 0.01 and panel.finding.text == f"{share:.0%} of layer {layer}'s units stand where f′ is nearly 0"
        assert panel._names._texts["flat"].toPlainText() == f"{share:.0%} of the units: f′ ≈ 0"
    panel.hover(1)
    assert "layer 1's" in panel.finding.text and panel.readout.text.startswith("layer 1: z")
    relu = frame_of("depth=3&activation=relu&initializer=he_normal&width=40&batch=32")
    draw(panel, relu, Playhead(2))
    panel.hover(0)
    assert panel.finding.text.endswith("stand where f′ is 0")


@pytest.mark.parametrize("size", [(275, 210), (400, 300), (900, 500)])
@pytest.mark.parametrize(
    "text",
    [
        "relu",
        "tanh&gain=10",
        "sigmoid",
        "sigmoid&gain=8",
        "sigmoid&initializer=zeros",
        "hardtanh",
        "gelu",
        "linear",
        "tanh&gain=0.1",
    ],
)
def test_the_names_in_the_plot_do_not_overlap_and_are_not_cut(open_panel, text, size):
    panel = open_panel("pre_activations")
    panel.resize(*size)
    panel.grab()
    draw(panel, frame_of(f"depth=3&width=40&batch=32&activation={text}"), Playhead(2))
    panel.grab()
    rects = [
        text.mapRectToScene(text.boundingRect()).adjusted(4, 5, -4, -5)  # what a document keeps free around its letters
        for text in panel._names._texts.values()
        if text.isVisible() and text.toPlainText()
    ]
    assert not any(one.intersects(other) for one, other in combinations(rects, 2))
    assert all(panel.plot.vb.sceneBoundingRect().adjusted(-1, -1, 1, 1).contains(rect) for rect in rects)


def test_a_name_that_finds_no_room_is_shortened(open_panel):
    panel, frame = open_panel("pre_activations"), frame_of("depth=3&width=40&batch=32&activation=relu")
    for width, said in ((900, "of the units: f′ = 0"), (275, "%: f′ = 0")):
        panel.resize(width, 300)
        panel.grab()
        draw(panel, frame, Playhead(2))
        panel.redraw()
        flat = panel._names._texts["flat"]
        assert flat.isVisible() and flat.toPlainText().endswith(said)
    assert "units" not in flat.toPlainText()


BETWEEN = {
    "normalization=layer": "f reads z normalized",
    "residual=1&residual_order=post": "f reads z plus the skip connection",
    "normalization=layer&normalization_place=after": "",
    "": "",
}


@pytest.mark.parametrize(("text", "said"), BETWEEN.items())
def test_what_comes_between_z_and_f_is_said(open_panel, text, said):
    """And the share is not written into the tint then, because the histogram does not show what f reads."""
    panel = open_panel("pre_activations")
    draw(panel, frame_of(f"depth=4&width=20&batch=32&activation=tanh&gain=0.5&{text}"), Playhead(2))
    assert ("f reads" in panel.legend.text) == bool(said) and said in panel.legend.text
    assert ("of the units" in panel._names._texts["flat"].toPlainText()) == (not said)


def test_an_output_layer_has_its_own_f(open_panel):
    """A linear one is drawn as it is; softmax reads all units and is no curve, and that is said."""
    panel = open_panel("pre_activations")
    draw(panel, frame_of("depth=3&width=20&batch=32&activation=tanh&output_activation=linear"), Playhead(3))
    assert set(panel._slope.getData()[1]) == {1.0}
    draw(panel, frame_of("depth=3&width=20&batch=32&activation=tanh&output_activation=softmax"), Playhead(3))
    assert not panel._f.isVisible() and "softmax" in panel._names._texts["note"].toPlainText()
    draw(panel, panel.frame, Playhead(2))
    assert panel._f.isVisible() and not panel._names._texts["note"].isVisible()


def test_theory_s_density_fits_wide_layers(open_panel):
    """N(0, q) over the peak of the histogram: of a wide first layer on Gaussian data it lies on it."""
    panel = open_panel("pre_activations")
    draw(panel, frame_of("depth=1&width=200&batch=500&activation=linear&initializer=lecun_normal"), Playhead(1))
    low, high = panel.plot.viewRange()[1]
    x, y = panel._theory.getData()
    points = corners(panel._histogram.polygon())
    middles, heights = (points[1:-1:2, 0] + points[2:-1:2, 0]) / 2, points[1:-1:2, 1]
    assert np.abs(np.interp(middles, x, y) - heights).max() < 0.06 * (high - low)


# --- words ---


@pytest.mark.parametrize(
    ("text", "zeros"),
    [("activation=relu&initializer=he_normal&gain=0.5", 0.0), ("activation=hardtanh&initializer=identity", 0.3)],
)
def test_half_of_the_gradient_lies_below_what_is_said(text, zeros):
    """The median read from the histogram is within a third of a bin of the array's own, exact zeros included."""
    spec = Spec.from_text(f"depth=6&width=60&batch=64&{text}")
    frame, arrays = simulate(spec), trace(spec).arrays
    assert frame.series["grad_a_zero"][0] == pytest.approx(zeros, abs=0.05)
    for layer in (1, 6):
        median = np.median(np.abs(arrays[f"grad_a{layer}"].astype(np.float64)))
        assert log10_median(frame, layer) == pytest.approx(np.log10(median), abs=1 / 18)


SAID = {
    ("gradient_histograms", "depth=20&activation=tanh&gain=0.05&width=50"): "Median gradient: ",
    ("gradient_histograms", "depth=3&gain=0&width=9"): "Median gradient: exactly 0 in layer 1",
    ("gradient_histograms", "depth=1&width=9"): "in layer 1",
    ("weight_histograms", "depth=3&width=50&initializer=he_normal"): "Var(W) = gain² · 2 / fan_in says 0.200",
    ("weight_histograms", "depth=3&width=64&width_profile=funnel&initializer=he_normal"): " says 0.177 → 0.",
    ("weight_histograms", "depth=3&width=9&initializer=identity&gain=1.5"): "W = gain · I",
    ("weight_histograms", "depth=3&width=9&gain=1000000&dtype=float16"): "too large for float16",
    ("pre_activations", "depth=3&width=9&activation=linear"): "No unit of layer 1",
    ("pre_activations", "depth=3&width=9&gain=1000000&dtype=float16&activation=relu"): "infinite or NaN",
    ("heatmap", "depth=3&width=9&gain=10000"): "% lie next to 0 or 1",
}


@pytest.mark.parametrize(("case", "said"), SAID.items(), ids=lambda value: " ".join(value) if isinstance(value, tuple) else "")
def test_findings(open_panel, case, said):
    panel = open_panel(case[0])
    draw(panel, frame_of(case[1]), Playhead(1))
    assert said in panel.finding.text


def test_weights_are_read_out_beside_the_formula(open_panel):
    """Of each layer its own: fan-in differs along a funnel."""
    panel, frame = open_panel("weight_histograms"), frame_of("depth=4&width=64&width_profile=funnel&initializer=lecun_normal")
    draw(panel, frame, Playhead(1))
    fan_in = trace(frame.spec).arrays["W4"].shape[1]
    panel.hover(4)
    assert panel.readout.text == f"layer 4: std {frame.series['weight_std'][3]:.4f}, by the formula {fan_in**-0.5:.4f}"


def test_only_the_diagonal_of_c_times_i_is_drawn(open_panel):
    panel = open_panel("weight_histograms")
    draw(panel, frame_of("depth=3&width=20&initializer=identity&gain=1.5"), Playhead(1))
    assert "exact zeros left out" in panel.legend.text
    for ridge in panel._ridges.ridges:
        low, high = corners(ridge.outline)[:, 1].min(), corners(ridge.outline)[:, 1].max()
        assert low <= 1.5 <= high and high - low < 0.05


MARKED = {
    ("gradient_histograms", "depth=4&gain=0&width=9"): ("zero", [1, 2, 3]),
    ("gradient_histograms", "depth=4&gain=1000000&dtype=float16&activation=relu&width=9"): ("nan", [1, 2, 3]),
    ("heatmap", "depth=3&activation=relu&gain=0&width=9"): ("zero", [1, 2, 3]),
    ("weight_histograms", "depth=3&gain=0&width=9"): ("zero", [1, 2, 3]),
    ("weight_histograms", "depth=3&gain=1000000&dtype=float16&width=9"): ("infinite", [1, 2, 3]),
}


@pytest.mark.parametrize(("case", "marked"), MARKED.items(), ids=lambda value: " ".join(map(str, value)))
def test_what_has_no_place_on_the_axis_is_marked(open_panel, case, marked):
    panel = open_panel(case[0])
    draw(panel, frame_of(case[1]), Playhead(1))
    kind, layers = marked
    marks = panel.axis.marks if case[0] in ("activations", "heatmap") else panel._marks
    assert marks._points[kind].getData()[0].tolist() == layers and marks._names[kind].isVisible()


# --- axes ---


def test_axes_keep_still(open_panel):
    """A little more gain moves no axis, and going from layer to layer moves none of alike layers."""
    one, other = (frame_of(f"depth=6&width=100&activation=tanh&initializer=glorot_normal&gain={gain}") for gain in (1.5, 1.45))
    for key in KEYS:
        panel = open_panel(key)
        draw(panel, one, Playhead(2))
        before = panel.plot.viewRange()
        draw(panel, other, Playhead(2))
        draw(panel, other, Playhead(5))
        assert panel.plot.viewRange() == before, key


@pytest.mark.parametrize(
    ("size", "unit"), [(1.0, 0), (1e-4, 0), (1e6, 0), (2e6, 6), (5e-5, -5), (3e300, 300), (np.nan, 0), (0.0, 0), (np.inf, 0)]
)
def test_units_of_an_axis(size, unit):
    assert unit_exponent(size) == unit
    assert np.isfinite(in_units(np.array([size if np.isfinite(size) else 1.0]), unit)).all()


@pytest.mark.parametrize("low", [-np.inf, -1e300, 0.0, 5.0, np.nan])
@pytest.mark.parametrize("high", [np.inf, 1e300, 0.0, 5.0, 5.0 + 1e-15, np.nan])
def test_any_range_can_be_drawn(low, high):
    start, end = drawable_span(low, high)
    assert np.isfinite([start, end]).all() and end - start >= 1e-9 and max(abs(start), abs(end)) <= 1.1e12


@pytest.mark.parametrize("theme", THEMES)
def test_the_ramp_is_even_and_of_one_hue(theme):
    """CIE lightness goes one way in nearly equal steps from the ground to the colour of what is forward."""
    ends = [QColor(getattr(THEMES[theme], role)) for role in ("ground", "forward")]
    colours = ramp(*ends, 33)
    assert [tuple(colours[place]) for place in (0, -1)] == [(c.red(), c.green(), c.blue()) for c in ends]
    linear = np.where(colours / 255 <= 0.04045, colours / 255 / 12.92, ((colours / 255 + 0.055) / 1.055) ** 2.4)
    lightness = 116 * np.cbrt(linear @ [0.2126, 0.7152, 0.0722]) - 16
    steps = np.diff(lightness) * np.sign(lightness[-1] - lightness[0])
    assert (steps > 0).all() and steps.max() < 2 * steps.min() + 0.5


# --- bad data ---

BAD = [
    "gain=0",
    "gain=1000000&activation=relu&dtype=float16&depth=30",
    "gain=1000000&activation=relu&dtype=bfloat16&depth=30&width=20",
    "initializer=constant",
    "initializer=zeros&activation=relu",
    "gain=1e-300&dtype=float64&activation=linear&depth=1&width=4",
    "gain=1e-300&dtype=float64&activation=relu&depth=3&width=4",
    "gain=1000000&dtype=float64&activation=linear&depth=60&width=4",
    "initializer=identity&gain=0.001&activation=linear&depth=152&width=3",
    "depth=1&width=1&batch=1",
    "depth=2&width=1&batch=1&activation=relu&bias_std=1000000",
    "depth=152&width=8&batch=8&activation=tanh&gain=3",
    "depth=1000&width=4&batch=4&activation=linear&gain=1000000&dtype=float64",
    "depth=6&width=16&normalization=batch&batch=1",
    "depth=6&width=16&residual=2&activation=softplus&gain=100",
    "depth=5&width=16&initializer=lsuv&activation=relu",
    "depth=5&output_activation=softmax&loss=cross_entropy&activation=gelu",
]


@EVERY
@pytest.mark.parametrize("text", BAD)
@pytest.mark.sampled(8)
def test_networks_gone_wrong_are_drawn(open_panel, key, text):
    """No exception, no warning, a finite axis, words; alone, over another network and under it."""
    panel, frame, other = open_panel(key), frame_of(text), frame_of(OTHER)
    exercise(panel, frame)
    exercise(panel, frame, other)
    exercise(panel, other, frame)


@EVERY
@pytest.mark.parametrize("value", ["1e150", "-1e-310"])
def test_data_gone_wrong_is_drawn(open_panel, key, value, tmp_path):
    """A file that holds what no measurement does (infinities and NaN are refused when it is read)."""
    path = tmp_path / "bad.npz"
    inputs = np.ones((8, 4))
    inputs[::2, 1] = float(value)
    np.savez(path, X=inputs)
    for activation in ("tanh", "linear"):
        spec = Spec(
            data="file", data_file=str(path), normalize="none", depth=4, width=4, batch=8, activation=activation, dtype="float64"
        )
        exercise(open_panel(key), simulate(spec))


def spoilt_histograms(frame, counts_of, edges_of):
    counts = {key: counts_of(rows.copy()) for key, rows in frame.counts.items()}
    axes = {key: SharedAxis(edges_of(key, ends.copy())) for key, ends in frame.edges.items()}
    return replace(frame, counts=counts, axes=axes)


def in_the_ends(rows):
    rows[:] = 0
    rows[:, 0], rows[:, -1] = 7, 5
    return rows


def in_one(rows):
    rows[:] = 0
    rows[:, rows.shape[1] // 3] = 9
    return rows


COUNTS = {"none": np.zeros_like, "in the ends": in_the_ends, "in one bin": in_one, "as they are": lambda rows: rows}
EDGES = {
    "as they are": lambda key, ends: ends,
    "huge": lambda key, ends: ends if "log10" in key else ends * (1e300 / np.abs(ends).max()),
    "tiny": lambda key, ends: ends if "log10" in key else ends * (1e-300 / np.abs(ends).max()),
    "far up": lambda key, ends: ends + 300 if "log10" in key else ends,
    "far down": lambda key, ends: ends - 6000 if "log10" in key else ends,
}


@EVERY
@pytest.mark.parametrize("edges", EDGES)
@pytest.mark.parametrize("counts", COUNTS)
@pytest.mark.parametrize("text", ["depth=1", "depth=2&activation=relu", "depth=6&activation=relu&gain=3&initializer=he_normal"])
@pytest.mark.sampled(6)
def test_awkward_histograms_are_drawn(open_panel, key, counts, edges, text):
    """All zero, one bin, the end bins only, on axes as long as float64 or as short."""
    frame = frame_of(f"{text}&width=5&batch=4")
    exercise(open_panel(key), spoilt_histograms(frame, COUNTS[counts], EDGES[edges]), frame)


@EVERY
def test_histograms_of_one_bin_are_drawn(open_panel, key):
    frame = frame_of("depth=3&width=5&batch=4&activation=relu")
    counts = {name: rows.sum(axis=1, keepdims=True) for name, rows in frame.counts.items()}
    axes = {name: SharedAxis(ends[..., [0, -1]]) for name, ends in frame.edges.items()}
    exercise(open_panel(key), replace(frame, counts=counts, axes=axes))


@EVERY
@pytest.mark.parametrize("reference", [None, "depth=4&width=5&batch=4", "depth=200&width=5&batch=4&gain=20"])
@pytest.mark.sampled(3)
def test_drawing_creates_no_items(open_panel, key, reference):
    """Also with a reference that is shallower, or deeper and of another size."""
    panel = open_panel(key)
    ghost = frame_of(reference) if reference else None
    draw(panel, frame_of(OTHER), Playhead(1))
    before = set(map(id, panel.view.scene().items()))
    for text in (OTHER, "depth=300&width=3&batch=4&activation=relu", "depth=1&width=5&batch=4"):
        exercise(panel, frame_of(text), ghost)
    assert set(map(id, panel.view.scene().items())) == before


@EVERY
def test_a_click_moves_the_playhead_where_there_is_a_layer_axis(open_panel, qtbot, key):
    panel = open_panel(key)
    draw(panel, frame_of(OTHER), Playhead(1))
    panel.grab()
    layer = panel.layer_at(panel.plot.vb.mapViewToScene(QPointF(4.2, sum(panel.plot.viewRange()[1]) / 2)))
    assert layer == (4 if isinstance(panel, LayerPanel) else 0)
