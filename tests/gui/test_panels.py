"""Every panel of the table: draws anything, creates nothing while drawing, and says what it shows."""

import ast
import gc
import inspect
import itertools
import textwrap
import weakref
from dataclasses import replace

import numpy as np
import pyqtgraph as pg
import pytest
from drawing import draw, hover
from verdicts import judged

from gradviz.core.measures import MEASURES
from gradviz.core.runs.playhead import Phase, Playhead
from gradviz.core.runs.scene import Scene
from gradviz.core.runs.timeline import Timeline
from gradviz.core.simulate import simulate, trace
from gradviz.core.spec import Spec
from gradviz.export.answers import answered
from gradviz.i18n import use_language
from gradviz.numbers import exact_text, signed_text
from gradviz.panels import PANELS
from gradviz.panels.base import Panel
from gradviz.panels.histograms.shapes import without_zeros
from gradviz.panels.layer_panel import LayerPanel
from gradviz.panels.parts.axes import DecadeAxis, LayerAxis, PanelAxis, PlainAxis
from gradviz.panels.parts.panel_part import PanelPart
from gradviz.panels.parts.style import Style
from gradviz.panels.parts.text import first_clauses
from gradviz.panels.parts.themes import THEMES
from gradviz.panels.scales.extents import extent_of
from gradviz.panels.scales.ranges import StillRange

EVERY = pytest.mark.parametrize("key", PANELS)
LIGHT = Style(THEMES["light"])


@pytest.fixture
def panel(key, qtbot):
    panel = PANELS[key].load()(LIGHT)
    qtbot.addWidget(panel)
    panel.resize(900, 360)
    panel.show()
    return panel


def frame_of(text):
    return simulate(Spec.from_text(text))


NETWORKS = [
    "depth=1&width=1&batch=1",
    "depth=5",
    "activation=linear&initializer=identity&gain=0.5&depth=152&width=4",
    "activation=linear&initializer=identity&gain=1.5&depth=1000&width=4&batch=4",
    "activation=linear&initializer=identity&gain=1000000&depth=1000&width=2&batch=4&dtype=float64",
    "activation=relu&initializer=he_normal&depth=30&width=50",
    "gain=0",
    "activation=relu&gain=0&data=ones",
    "data=digits&normalize=none&activation=tanh",
    "activation=relu&gain=1000000&depth=50",
]


@EVERY
@pytest.mark.parametrize("text", NETWORKS)
@pytest.mark.sampled(8)
def test_any_network_is_drawn(panel, text):
    """No exception, no warning, a finite axis, and words for what is seen."""
    frame = frame_of(text)
    for playhead in (Playhead(1), Playhead(frame.depth, Phase.FORWARD), Playhead(1, Phase.BACKWARD)):
        draw(panel, frame, playhead)
        panel.grab()
    assert_finite_axes(panel)
    assert panel.header.name.text.startswith(panel.accessibleName()) and panel.header.said == panel.accessibleDescription()
    assert panel.header.name.text and panel.header.said and not panel.readout.text


def assert_finite_axes(panel):
    for plot in panel.view.scene().items():
        if isinstance(plot, pg.PlotItem):
            (left, right), (low, high) = plot.viewRange()
            assert np.isfinite([left, right, low, high]).all() and low < high and left < right


AWKWARD = {
    "nan": np.nan,
    "inf": np.inf,
    "-inf": -np.inf,
    "zero": 0.0,
    "subnormal": 5e-324,
    "huge": 1e300,
    "tiny": 1e-300,
    "negative huge": -1e300,
}


@EVERY
@pytest.mark.parametrize("where", ["all", "first", "last", "alternating"])
@pytest.mark.parametrize("kind", AWKWARD)
@pytest.mark.sampled(8)
def test_awkward_numbers_in_every_series_are_drawn(panel, kind, where):
    """NaN, infinities, zeros, subnormals, 1e±300: no exception, no warning, a finite axis, and the frame as it was."""
    frame = frame_of("depth=6&width=5&batch=4")
    spoilt = {}
    for key in MEASURES:
        values = frame.series[key].copy()
        values[{"all": slice(None), "first": 0, "last": -1, "alternating": slice(None, None, 2)}[where]] = AWKWARD[kind]
        spoilt[key] = values
    with np.errstate(all="ignore"):
        verdict = judged(spoilt, frame.net.precision)
    awkward = replace(frame, series=spoilt, verdict=verdict)
    draw(panel, awkward, Playhead(2), frame)
    draw(panel, frame, Playhead(2), awkward)
    draw(panel, awkward, Playhead(6, Phase.BACKWARD))
    panel.grab()
    assert_finite_axes(panel)


@EVERY
def test_drawing_updates_items_and_creates_none(panel):
    frames = [frame_of("depth=5&width=8&batch=8"), frame_of("depth=9&width=8&batch=8&gain=3")]
    draw(panel, frames[0], Playhead(1))
    before = set(map(id, panel.view.scene().items()))
    for frame in frames * 3:
        for playhead in (Playhead(2), Playhead(3, Phase.FORWARD), Playhead(3, Phase.BACKWARD)):
            draw(panel, frame, playhead, frames[0])
    assert set(map(id, panel.view.scene().items())) == before


def test_layer_axes_are_aligned(qtbot):
    """Layer 7 stands at the same place in every panel."""
    frame = frame_of("depth=20&width=8&batch=8")
    places = []
    for entry in PANELS.values():
        panel = entry.load()(LIGHT)
        qtbot.addWidget(panel)
        if not isinstance(panel, LayerPanel):
            continue
        panel.resize(900, 360)
        panel.show()
        draw(panel, frame, Playhead(1))
        panel.grab()
        places.append(panel.plot.vb.mapViewToScene(pg.Point(7, 0)).x())
    assert places == pytest.approx([places[0]] * len(places), abs=0.5)


READ_OUT = {
    # panel: what it reads out at layer 4
    "network": lambda frame: f"{frame.series['activation_rms'][3]:.4g}",
    "activations": lambda frame: f"{frame.series['activation_std'][3]:.4f}",
    "heatmap": lambda frame: f"{frame.series['activation_std'][3]:.4f}",
    "pre_activations": lambda frame: f"std {frame.series['pre_activation_std'][3]:.2f}",
    "sizes": lambda frame: signed_text(frame.series["activation_std"][3]),
    "gradient": lambda frame: f"{10 ** frame.series['log10_grad_a_rms'][3]:.4f}",
    "gradient_histograms": lambda frame: f"{10 ** frame.series['log10_grad_a_rms'][3]:.4f}",
    "weights": lambda frame: exact_text(frame.series["log10_weight_rms"][3]),
    "weight_histograms": lambda frame: f"std {frame.series['weight_std'][3]:.3f}",
    "jacobian": lambda frame: "",
    "correlation": lambda frame: signed_text(frame.series["input_correlation"][3]),
    "neuron": lambda frame: f"{abs(trace(frame.spec).arrays['z4'][0, 0]):.4g}",
    "gains": lambda frame: f"{np.sqrt(20):.4g}",
    "ratio": lambda frame: signed_text(frame.series["activation_std"][3]),
    "numbers": lambda frame: f"{frame.series['activation_rms'][3]:.4g}",
}


SHOW_A_LAYER = ("why", "layer", "matrix")
"""Panels that are nothing but the numbers of the layer that is looked at."""

OF_NO_LAYER = ("helps",)
"""Panels that say nothing of single layers."""


@EVERY
def test_hover_reads_out_exact_values(panel):
    """The readout holds the series' own digits at that layer."""
    frame = frame_of("depth=6&width=20&batch=32")
    draw(panel, frame, Playhead(1))
    hover(panel, 4)
    if key_of(panel) in (*SHOW_A_LAYER, *OF_NO_LAYER):
        assert not panel.readout.text
    else:
        assert panel.readout.text.startswith("layer 4: ") and READ_OUT[key_of(panel)](frame) in panel.readout.text
    hover(panel, 0)
    assert not panel.readout.text


@EVERY
@pytest.mark.parametrize(("language", "words"), [("en", "first 4 examples, the rest is coming; "), ("ko", "먼저 예제 4개")])
def test_a_preview_says_so_and_differs_in_nothing_else(panel, language, words):
    """The legend says first that it is one; when the whole run is there, the words go."""
    use_language(language)
    frame = frame_of("depth=3&width=5&batch=4")
    spec = frame.spec.replace(batch=64)
    panel.draw(answered(Scene(Timeline(spec, {0: frame}, is_preview=True)), panel))
    marked, finding = panel.legend.text, panel.finding.text
    panel.draw(answered(Scene(Timeline(spec, {0: frame})), panel))
    assert marked.startswith(words) and marked.endswith(panel.legend.text) and panel.finding.text == finding
    assert words not in panel.legend.text


REFERENCE_MARKS = [("en", "pinned run: first 4 examples, the rest is coming; "), ("ko", "고정한 기준: 먼저 예제 4개")]


@EVERY
@pytest.mark.parametrize(("language", "words"), REFERENCE_MARKS)
def test_a_pinned_preview_is_marked_where_it_is_drawn(panel, language, words):
    """Few examples stand beside many; when the whole pinned run is there, the words go. Other panels say nothing of it."""
    use_language(language)
    frame, pinned = frame_of("depth=3&width=5&batch=64"), frame_of("depth=3&width=5&batch=4&gain=2")
    run, few = Timeline.at_birth(frame), Timeline(pinned.spec, {0: pinned}, is_preview=True)
    panel.draw(answered(Scene(run, reference=few), panel))
    marked = panel.legend.text
    panel.draw(answered(Scene(run, reference=Timeline.at_birth(pinned)), panel))
    without = panel.legend.text
    assert words not in without
    assert panel.shows_reference is without.endswith({"en": "; grey: Gain 2", "ko": ". 회색: 배율 2"}[language])
    assert marked == without if not panel.shows_reference else marked.startswith(words) and marked.endswith(without)


def key_of(panel):
    return type(panel).key


@EVERY
def test_texts_follow_the_language(panel):
    frame = frame_of("depth=3&width=5&batch=4")
    draw(panel, frame, Playhead(1))
    hover(panel, 2)
    english = texts_of(panel)
    use_language("ko")
    panel.redraw()
    assert all(one != other for one, other in zip(english, texts_of(panel), strict=True))


def texts_of(panel):
    axes = [item.labelText for item in panel.view.scene().items() if isinstance(item, LayerAxis) and item.labelText]
    rows = [panel.readout.text] if panel.readout.text else []
    if hasattr(panel, "rows"):
        rows = [row.name for row in panel.rows.rows]
    if key_of(panel) in OF_NO_LAYER:
        rows = [column.heading for column in panel.table.table.columns]
    return [panel.header.name.text, panel.header.said, *rows, *axes]


def test_gradient_points_are_the_measured_ones(qtbot):
    """What is drawn is log10 of the gradient's RMS, layer by layer, and the lit part is what the wave has passed."""
    frame = frame_of("depth=8&width=20&batch=32&initializer=glorot_normal")
    panel = PANELS["gradient"].load()(LIGHT)
    qtbot.addWidget(panel)
    draw(panel, frame, Playhead(5, Phase.BACKWARD))
    np.testing.assert_array_equal(panel.curves[0].drawn["log10_grad_a_rms"].measured.values, frame.series["log10_grad_a_rms"])
    assert (np.flatnonzero(panel.curves[0].drawn["log10_grad_a_rms"].measured.lit) + 1).tolist() == [5, 6, 7, 8]


def test_ridges_are_the_counts(qtbot):
    """A ridge's outline is its layer's histogram, scaled to its peak, to 1/256 of it, at the bins' edges."""
    frame = frame_of("depth=3&width=20&batch=32")
    panel = PANELS["activations"].load()(LIGHT)
    qtbot.addWidget(panel)
    draw(panel, frame, Playhead(1))
    for layer, ridge in enumerate(panel._ridges.ridges, start=1):
        points = pg.functions.ndarray_from_qpolygonf(ridge.outline)
        counts, edges = frame.counts["activation"][layer - 1], frame.edges["activation"]
        starts, heights = points[1:-1:2, 1], points[1:-1:2, 0] - layer
        assert set(starts) <= set(edges)
        filled = np.flatnonzero(counts)
        for place in range(filled[0], filled[-1] + 1):
            drawn = heights[np.searchsorted(starts, edges[place], side="right") - 1] / heights.max()
            assert drawn == pytest.approx(counts[place] / counts.max(), abs=0.5 / 256 + 1e-9)


def test_zeros_infinities_and_nan_are_named(qtbot):
    panel = PANELS["activations"].load()(LIGHT)
    qtbot.addWidget(panel)
    draw(panel, frame_of("activation=linear&initializer=identity&gain=1000&depth=30&width=4"), Playhead(1))
    assert panel.axis.marks._names["infinite"].isVisible() and panel.axis.marks._names["nan"].isVisible()
    draw(panel, frame_of("activation=linear&initializer=identity&gain=0.001&depth=30&width=4"), Playhead(1))
    assert panel.axis.marks._names["zero"].isVisible()
    assert not panel.axis.marks._names["nan"].isVisible()


def test_a_panel_without_key_is_refused():
    with pytest.raises(TypeError, match="key"):
        type("Nameless", (Panel,), {})


def every_class_below(cls):
    return {each for below in cls.__subclasses__() for each in (below, *every_class_below(below))}


def is_hook(function):
    """Whether a method does nothing: a docstring, and at most an empty answer."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    body = [line for line in tree.body[0].body if not (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))]
    return not body or (len(body) == 1 and ast.unparse(body[0]) in EMPTY)


EMPTY = ("return None", "return ''", "return 0", "return ()", "return {}")


def overridden(cls, root):
    """The methods of a class that a base below or at `root` defines with a body."""
    ours = [base for base in cls.__mro__[1:] if issubclass(base, root)]
    methods = {name for name, value in vars(cls).items() if callable(value) or isinstance(value, property)}
    theirs = [(name, vars(base).get(name)) for base in ours for name in methods if not name.startswith("__")]
    return {name for name, value in theirs if value is not None and not (inspect.isfunction(value) and is_hook(value))}


@pytest.mark.parametrize("root", [Panel, PanelPart, PanelAxis])
def test_a_class_fills_in_hooks_only(root):
    """What does work in a base is never replaced."""
    for entry in PANELS.values():
        entry.load()
    classes = every_class_below(root)
    assert len(classes) > 2
    assert {cls.__name__: names for cls in classes if (names := overridden(cls, root))} == {}


@pytest.mark.parametrize("root", [Panel, PanelPart])
def test_a_class_is_abstract_or_final(root):
    """Nothing inherits from a panel or a part that can be made."""
    for entry in PANELS.values():
        entry.load()
    classes = every_class_below(root)
    finals = {cls for cls in classes if not getattr(cls, "is_abstract", False)}
    assert {cls.__name__ for cls in classes if finals & set(cls.__mro__[1:])} == set()


@pytest.mark.parametrize("key", PANELS)
@pytest.mark.sampled(3)
def test_a_panel_that_is_let_go_is_freed_at_once(key, qapp):
    """No part refers back to it: what the garbage collector finds later may be painted while it is taken apart."""
    gc.collect()
    gc.disable()
    try:
        panel = PANELS[key].load()(LIGHT)
        known = weakref.ref(panel)
        del panel
        assert known() is None
    finally:
        gc.enable()


def test_an_override_of_what_does_work_is_found():
    class Meddling(PanelPart):
        def layer_text(self, frame, layer):
            return "1"

    class MoreMeddling(Meddling):
        def layer_text(self, frame, layer):
            return "2"

    assert overridden(Meddling, PanelPart) == set() and overridden(MoreMeddling, PanelPart) == {"layer_text"}
    # Only this test knows them.
    del Meddling, MoreMeddling
    gc.collect()


def test_axes_keep_still_until_they_must_move():
    still = StillRange(room=0.0)
    assert still.fit(0.0, 10.0) == (0.0, 10.0)
    assert still.fit(1.0, 9.0) == (0.0, 10.0)
    assert still.fit(1.0, 12.0) == (1.0, 12.0)
    assert still.fit(5.0, 6.0) == (5.0, 6.0)
    still.forget()
    assert still.fit(5.2, 5.9) == (5.2, 5.9)


def test_ticks_are_powers_of_ten_and_layers(qapp):
    decades, layers, plain = DecadeAxis("left"), LayerAxis("bottom"), PlainAxis("left")
    for axis in (decades, layers, plain):
        axis.restyle(LIGHT, 40)
    layers.depth = 152
    assert decades.tickStrings([-3, 0, 12], 1, 1) == ["10⁻³", "1", "10¹²"]
    assert plain.tickStrings([-0.5, 0, 1e9], 1, 0.5) == ["−0.5", "0", "1·10⁹"]
    [(_, ticks)] = layers.tickValues(0.35, 153, 900)
    assert ticks[0] == 1 and ticks[-1] == 152 and len(ticks) > 10
    [(_, ticks)] = decades.tickValues(-6156.0, 3.0, 300)
    assert 2 <= len(ticks) <= 12


def test_a_reference_of_another_size_moves_both_to_decades(qtbot):
    """A linear axis of one would make a block of the other."""
    panel = PANELS["activations"].load()(LIGHT)
    qtbot.addWidget(panel)
    small, large = (
        frame_of("depth=5&activation=relu&initializer=he_normal"),
        frame_of("depth=50&activation=relu&initializer=he_normal&gain=1.5"),
    )
    draw(panel, small, Playhead(1))
    assert not panel.value_axis.by_magnitude
    draw(panel, small, Playhead(1), large)
    assert panel.value_axis.by_magnitude


def test_marks_come_with_the_wave(qtbot):
    """An exact zero is not marked before the backward wave has been there."""
    panel = PANELS["gradient"].load()(LIGHT)
    qtbot.addWidget(panel)
    frame = frame_of("activation=relu&gain=0&depth=10&width=4&batch=4")
    draw(panel, frame, Playhead(3, Phase.FORWARD))
    assert panel.curves[0].marks._points["zero"].data.size == 0
    draw(panel, frame, Playhead(3, Phase.BACKWARD))
    assert panel.curves[0].marks._points["zero"].data.size == 7


def test_exact_zeros_are_left_out_of_the_ridges_and_said(qtbot):
    """Half of a ReLU's output is exactly 0; what is drawn is the other half, and the axis need not reach to single outliers."""
    panel = PANELS["activations"].load()(LIGHT)
    qtbot.addWidget(panel)
    frame = frame_of("activation=relu&initializer=he_normal&depth=4&width=200&batch=200")
    rest, counts = without_zeros(frame, "activation"), frame.counts["activation"]
    zeros = np.round(frame.series["activation_zero"] * 200 * 200)
    np.testing.assert_array_equal((counts - rest).sum(axis=1), zeros)
    draw(panel, frame, Playhead(2))
    panel.hover(2)
    assert "exact zeros left out" in panel.legend.text and "50% exactly 0" in panel.readout.text
    low, high = panel.plot.viewRange()[1]
    assert low <= 0 and high < 0.9 * frame.edges["activation"][-1]
    draw(panel, frame_of("activation=relu&gain=0&depth=4&width=5&batch=4"), Playhead(2))
    assert panel.axis.marks._names["zero"].isVisible()


def test_a_sigmoid_that_reads_exactly_0_keeps_its_lower_spike(qtbot):
    """Saturated so far that half of its output is 0 in float32: both ends are drawn, and nothing is left out."""
    panel = PANELS["activations"].load()(LIGHT)
    qtbot.addWidget(panel)
    frame = frame_of("depth=3&width=50&gain=1000")
    assert (frame.series["activation_zero"] > 0.3).all()
    np.testing.assert_array_equal(without_zeros(frame, "activation"), frame.counts["activation"])
    draw(panel, frame, Playhead(1))
    assert "left out" not in panel.legend.text
    for ridge in panel._ridges.ridges:
        points = pg.functions.ndarray_from_qpolygonf(ridge.outline)
        assert (
            points[points[:, 1] < 0.02, 0].max() > ridge.layer + 0.5 and points[points[:, 1] > 0.98, 0].max() > ridge.layer + 0.5
        )


@pytest.mark.parametrize("key", ["gradient"])
@pytest.mark.parametrize("size", [(560, 300), (900, 360)])
@pytest.mark.parametrize("depth", [5, 20, 152])
def test_the_name_of_the_pinned_run_lies_beside_its_own_curve_and_over_no_other_text(panel, size, depth):
    """Where the two curves are far apart, off both of them, the slope, the zones' names and the floor's."""
    panel.resize(*size)
    kept = frame_of(f"activation=sigmoid&initializer=glorot_normal&depth={depth}&width=20&batch=16")
    draw(panel, frame_of(f"activation=relu&initializer=he_normal&depth={depth}&width=20&batch=16"), Playhead(1), kept)
    panel.grab()
    curves = panel.curves[0]
    pinned, line = extent_of(panel.plot, curves._pinned), curves.drawn["log10_grad_a_rms"]
    assert curves._pinned.isVisible()
    others = [panel.slope.text, *panel.zones.names.values(), panel.floor.name]
    assert not [text.toPlainText() for text in others if text.isVisible() and extent_of(panel.plot, text).intersects(pinned)]
    layers = np.arange(1, depth + 1)
    under = np.linspace(pinned.left(), pinned.right(), 20)
    own, present = (np.interp(under, layers, each.values) for each in (line.reference, line.measured))
    assert np.abs(own - pinned.center().y()).mean() < np.abs(present - pinned.center().y()).mean()
    for name in panel.zones.names.values():
        box, each = extent_of(panel.plot, name), np.linspace(1, depth, 400)
        inside = (each > box.left()) & (each < box.right())
        for values in (line.reference.values, line.measured.values):
            heights = np.interp(each, layers, values)[inside]
            assert not (name.isVisible() and ((heights > box.top() + 1e-9) & (heights < box.bottom() - 1e-9)).any())


@pytest.mark.parametrize("key", ["gradient"])
@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("size", [(420, 300), (560, 260), (700, 300)])
@pytest.mark.parametrize("depth", [5, 20, 152])
@pytest.mark.parametrize(
    "network", ["activation=sigmoid&initializer=glorot_normal", "activation=tanh&initializer=glorot_normal&gain=3"]
)
@pytest.mark.sampled(3)
def test_the_texts_of_the_gradient_keep_out_of_each_others_way(panel, language, size, depth, network):
    """The slope, the names of the zones and that of the floor."""
    use_language(language)
    panel.resize(*size)
    draw(panel, frame_of(f"{network}&depth={depth}"), Playhead(1))
    panel.grab()  # only then the texts are where they belong
    texts = [panel.slope.text, *panel.zones.names.values(), panel.floor.name]
    boxes = [
        text.textItem.sceneBoundingRect().adjusted(3, 3, -3, -3) for text in texts if text.isVisible() and text.toPlainText()
    ]
    assert len(boxes) >= 2
    assert not [(one, other) for one, other in itertools.combinations(boxes, 2) if one.intersects(other)]


@pytest.mark.parametrize("key", ["activations"])
def test_exact_zeros_are_marked_at_0_on_an_axis_of_values(panel):
    """Not at its edge, which is another number."""
    draw(panel, frame_of("activation=relu&gain=0&depth=6&width=5"), Playhead(6))
    assert panel.axis.marks._points["zero"].getData()[1].tolist() == [0.0] * 6
    draw(panel, frame_of("activation=relu&depth=152&width=6&initializer=identity&gain=0.5"), Playhead(152))
    assert panel.value_axis.by_magnitude
    assert (panel.axis.marks._points["zero"].getData()[1] < -3).all()


@pytest.mark.parametrize("key", ["sizes"])
def test_a_panel_without_room_leaves_names_out(panel):
    """Instead of letting them run into what stands beside it."""
    frame = frame_of("depth=6&width=20&activation=relu&initializer=he_normal")
    panel.resize(900, 500)
    draw(panel, frame, Playhead(1))
    assert panel.value_axis.label.isVisible() and panel.curves[0].drawn["activation_rms"].name.isVisible()
    panel.resize(260, 120)
    assert not panel.value_axis.label.isVisible()
    assert not panel.curves[0].drawn["activation_rms"].name.isVisible()


@pytest.mark.parametrize(
    ("room", "shown"),
    [
        (99, "one histogram per layer, each scaled to its own peak; dashed: theory"),
        (60, "one histogram per layer, each scaled to its own peak"),
        (30, "one histogram per layer"),
        (3, "one histogram per layer"),
    ],
)
def test_what_is_drawn_is_said_in_whole_clauses(room, shown):
    text = "one histogram per layer, each scaled to its own peak; dashed: theory"
    assert first_clauses(text, lambda text: len(text) <= room) == shown


def test_korean_has_full_stops_between_clauses():
    assert first_clauses("위: 크기. 아래: 비율. 점선: 이론", lambda text: len(text) <= 15) == "위: 크기. 아래: 비율"
