"""Where numbers become pixels, words and keys: what is read out, set, coloured and drawn is the number that it stands for."""

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from math import inf, log10, nan

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtWidgets import QApplication

from gradviz import Spec, simulate
from gradviz.app.controls import control_for
from gradviz.core.runs.playhead import Phase, Playhead
from gradviz.core.runs.scene import Scene
from gradviz.core.spec import KNOBS
from gradviz.panels import PANELS
from gradviz.panels.parts.style import Style
from gradviz.panels.parts.themes import THEMES

THEME = THEMES["light"]
SMALLEST = {"float16": 2.0**-24, "bfloat16": 2.0**-133, "float32": 2.0**-149, "float64": 2.0**-1074}
"""The smallest number above 0 of each precision, by IEEE 754 and for bfloat16 by its 7 digits and the exponents of float32."""


@pytest.fixture
def panel_of(qtbot):
    """Return a panel that shows a Frame. All that these tests know of how one is made and drawn stands here."""

    def make(key, frame, playhead=None, size=(1000, 460)):
        panel = PANELS[key].load()(Style(THEME))
        qtbot.addWidget(panel)
        panel.resize(*size)
        panel.show()
        panel.draw(Scene.of(frame, playhead or Playhead(1)))
        QApplication.processEvents()
        return panel

    return make


def frame_of(text, **series):
    """Return the Frame of an experiment, with some of its series replaced."""
    frame = simulate(Spec.from_text(text))
    changed = {key: np.asarray(values, float) for key, values in series.items()}
    return replace(frame, series={**frame.series, **changed}) if series else frame


def pixels_of(widget):
    """Return what a widget paints, (height, width, 3), 0 … 255."""
    image = widget.grab().toImage().convertToFormat(widget.grab().toImage().Format.Format_RGB32)
    array = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return array[:, : image.width(), 2::-1].astype(int)


def near(pixels, colour, within=40):
    """Return where pixels have about a colour."""
    return np.abs(pixels - np.array(QColor(colour).getRgb()[:3])).max(axis=2) <= within


# --- shares ---

SHARES = [(0.0153, "1.53%"), (0.5, "50%"), (1.0, "100%"), (0.000153, "0.0153%"), (0.1234, "12.3%"), (nan, "NaN")]


@pytest.mark.parametrize(("share", "text"), SHARES)
@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("activation_nan", "NaN"),
        ("activation_infinite", "infinite"),
        ("activation_subnormal", "subnormal"),
        ("activation_dead", "dead"),
        ("activation_saturated", "saturated"),
        ("activation_zero", "exactly 0"),
    ],
)
def test_a_share_is_read_out_in_percent(panel_of, key, name, share, text):
    """At the layer that is pointed at, with three digits, by the name of what it is the share of."""
    panel = panel_of("sizes", frame_of("depth=4&width=8&batch=8", **{key: [0.25, 0.25, share, 0.25]}))
    panel.hover(3)
    assert panel.readout.text.startswith("layer 3: ") and f"{name} {text}" in panel.readout.text.split(", ")
    panel.hover(1)
    assert f"{name} 25%" in panel.readout.text.split(", ")


@pytest.mark.parametrize(("share", "text"), [(0.0153, "2%"), (0.5, "50%"), (1.0, "100%")])
@pytest.mark.parametrize(("key", "measure"), [("activations", "activation_zero"), ("gradient_histograms", "grad_a_zero")])
def test_a_share_of_zeros_is_read_out_in_whole_percents(panel_of, key, measure, share, text):
    panel = panel_of(key, frame_of("depth=3&width=8&batch=8", **{measure: [0.0, share, 0.0]}))
    panel.hover(2)
    assert panel.readout.text.endswith(f", {text} exactly 0")
    panel.hover(1)
    assert "exactly" not in panel.readout.text


@pytest.mark.parametrize(("share", "text"), [(0.0153, "2%"), (0.5, "50%"), (0.004, "<1%")])
def test_a_share_of_units_stands_in_the_title_in_percent(panel_of, share, text):
    panel = panel_of("pre_activations", frame_of("depth=3&width=8&batch=8", activation_saturated=[share, 0.0, 0.0]))
    assert panel.finding.text.startswith(f"{text} of layer 1's units")


@pytest.mark.parametrize("layer", [1, 2, 3])
def test_a_bin_is_read_out_with_its_share(panel_of, layer):
    """Of the activations of a layer, counted here: those between the two ends that the read-out names."""
    frame = frame_of("depth=3&width=12&batch=16&dtype=float64")
    panel = panel_of("heatmap", frame)
    counts, edges = frame.counts["activation"], frame.edges["activation"]
    place = panel.plot.vb.mapViewToScene(QPointF(2.0, (edges[0] + edges[-1]) / 2 + 1e-3))
    panel.view.scene().sigMouseMoved.emit(place)
    panel.hover(layer)
    share, low, high = re.match(rf"layer {layer}: (\S+)% between (\S+) and ([^;]+);", panel.readout.text).groups()
    low, high = (float(end.replace("−", "-")) for end in (low, high))
    inside = counts[:, (edges[:-1] >= low - 1e-3) & (edges[1:] <= high + 1e-3)].sum(axis=1)
    shares = 100 * inside / counts.sum(axis=1)
    assert float(share) == pytest.approx(shares[layer - 1], abs=0.00501)
    assert len(set(shares)) == 3  # of no other layer


def test_an_axis_of_shares_is_in_percent(panel_of):
    panel = panel_of("sizes", frame_of("depth=4&width=8&batch=8"))
    axis = panel.stage.value_axes[1]
    (spacing, ticks), *_rest = axis.tickValues(0.0, 1.0, 300.0)
    texts = axis.tickStrings(ticks, 1.0, spacing)
    assert [float(text.removesuffix("%")) / 100 for text in texts] == ticks and all(text.endswith("%") for text in texts)
    assert texts[0] == "0%" and texts[-1] == "100%"


# --- a gain of 1.37 ---


@pytest.fixture
def gain(open_window):
    window = open_window("depth=2&width=5&batch=4")
    return window, window.controls.controls["gain"]


def assert_set(window, settle, value):
    settle(window)
    control = window.controls.controls["gain"]
    assert window.session.store.spec.gain == window.session.frame.spec.gain == value
    assert control.box.text() == repr(value)
    assert control.slider.share() == pytest.approx(log10(100 * value) / 3, abs=1e-4)  # from 0.01 to 10, by decades
    assert f"gain={value!r}" in window.session.store.spec.to_text().split("&")


def test_1_37_can_be_typed(gain, qtbot, settle):
    window, control = gain
    control.box.setFocus()
    control.box.selectAll()
    qtbot.keyClicks(control.box, "1.37")
    qtbot.keyClick(control.box, Qt.Key.Key_Return)
    assert_set(window, settle, 1.37)


def test_1_37_can_be_reached_with_the_keys(gain, qtbot, settle):
    """From 1 in 37 steps, each of which is one of the third digit, and back."""
    window, control = gain
    for _step in range(37):
        qtbot.keyClick(control.slider, Qt.Key.Key_Right)
    settle(window)
    assert window.session.store.spec.gain == 1.37
    assert control.box.text() == "1.37"
    for _step in range(37):
        qtbot.keyClick(control.slider, Qt.Key.Key_Left)
    settle(window)
    assert window.session.store.spec.gain == 1.0


def test_1_37_can_be_dragged_to(qtbot):
    """On a slider of 2000 pixels, over which the hand moves one by one: three digits each, and none is left out on the way."""
    control = control_for(KNOBS["gain"], lambda: 1)
    qtbot.addWidget(control)
    control.resize(2100, 60)
    control.show_value(1.0)
    control.show()
    slider, seen = control.slider, []
    control.edited.connect(lambda name, value, drag: seen.append((name, value, drag)))
    middle = slider.rect().center().y()
    start = QPoint(round(slider.width() * slider.share()), middle)
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=start)
    for x in range(start.x(), start.x() + round(0.06 * slider.width())):
        place = QPointF(x, middle)
        none, left = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
        move = QMouseEvent(
            QEvent.Type.MouseMove, place, QPointF(slider.mapToGlobal(place)), none, left, Qt.KeyboardModifier.NoModifier
        )
        QApplication.sendEvent(slider, move)
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(x, middle))
    values = [value for _name, value, _drag in seen]
    assert {(name, drag) for name, _value, drag in seen} == {("gain", 1)}
    assert 1.37 in values and values == sorted(values)
    assert all(value == float(f"{value:.3g}") for value in values)
    held, beyond = [value for value in values if value == 1.0], [value for value in values if value != 1.0]
    assert len(held) >= 10 and beyond[0] < 1.045  # 1 is held for a moment: it means something
    assert max(b / a for a, b in pairwise(beyond)) < 1.012


# --- colours ---


def headings_of(panel, row_height):
    """Return the right ends of what is painted in the head of the table, in pixels: role → ends."""
    top = panel.view.mapFromScene(panel.table.mapToScene(QPointF(0, 0))).y()
    head = pixels_of(panel.view)[top : top + row_height]
    ends = {}
    for role in ("forward", "backward"):
        columns = np.flatnonzero(near(head, getattr(THEME, role), 60).any(axis=0))
        gaps = np.flatnonzero(np.diff(columns) > 9)
        ends[role] = [*columns[gaps], columns[-1]] if columns.size else []
    return top, ends


@pytest.mark.parametrize(
    ("playhead", "lit"),
    [
        (Playhead(4), {"forward": {1, 2, 3, 4, 5, 6}, "backward": {1, 2, 3, 4, 5, 6}}),
        (Playhead(4, Phase.FORWARD), {"forward": {1, 2, 3, 4}, "backward": set()}),
        (Playhead(4, Phase.BACKWARD), {"forward": {1, 2, 3, 4, 5, 6}, "backward": {4, 5, 6}}),
    ],
    ids=["whole", "forward", "backward"],
)
def test_a_cell_has_the_colour_of_its_way(panel_of, playhead, lit):
    """Headings of the signal blue, to the left; of the gradient orange; numbers stand where the wave has been."""
    frame = frame_of("depth=6&width=8&batch=8&initializer=orthogonal&activation=tanh")
    panel = panel_of("numbers", frame, playhead, (1700, 460))
    table = panel.table
    heights = Counter(row for y in range(1000) if (row := table.row_at(y)) is not None)
    row_height = heights[0]
    assert len(heights) == 6
    top, ends = headings_of(panel, row_height)
    assert max(ends["forward"]) < min(ends["backward"])
    assert (len(ends["forward"]), len(ends["backward"])) == (7, 5)
    pixels = pixels_of(panel.view).sum(axis=2) / 3
    for role, rights in ends.items():
        for right in rights:
            found = set()
            for layer in range(1, 7):
                cell = pixels[top + layer * row_height + 2 : top + (layer + 1) * row_height - 2, right - 14 : right + 3]
                ground = np.median(cell)
                assert (ground - cell.min() > 20) == (layer in lit[role]), (role, layer)
                if ground - cell.min() > 120:
                    found.add(layer)
            assert found == lit[role], (role, right)


# --- the gradient's zones ---

ZONES = [
    "depth=12&width=20&batch=16",
    "depth=5&width=20&batch=16&activation=relu&initializer=he_normal",
    "depth=8&width=16&batch=8&activation=linear&initializer=identity&gain=100",
    "depth=8&width=16&batch=8&loss=mse&activation=tanh&initializer=lecun_normal",
]


def decades_at(panel, y):
    """Return what of the vertical axis stands at a height of the picture."""
    return panel.plot.vb.mapSceneToView(panel.view.mapToScene(QPoint(0, round(y)))).y()


def named(panel, part):
    """Return the visible texts of the plot with a part in them."""
    items = [item for item in panel.view.scene().items() if isinstance(item, pg.TextItem) and item.isVisible()]
    return [item for item in items if part in item.toPlainText()]


def exponent_in(text):
    return int(re.search(r"10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", text)[1].translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))


@pytest.mark.parametrize("text", ZONES)
@pytest.mark.parametrize(("role", "name"), [("explode", "explodes"), ("vanish", "vanishes")])
def test_a_zone_begins_at_the_number_that_its_name_says(panel_of, text, role, name):
    """Painted from 10³ × the output's gradient upwards, and from 10⁻³ × downwards."""
    frame = frame_of(text)
    panel = panel_of("gradient", frame, size=(1400, 900))
    [item] = named(panel, name)
    output = float(frame.series["log10_grad_a_rms"][-1])
    border = output + exponent_in(item.toPlainText())
    ground, colour = (np.array(QColor(getattr(THEME, each)).getRgb()[:3]) for each in ("ground", "zone"))
    tint = QColor(*np.round(ground + 0.16 * (colour - ground)).astype(int).tolist())
    rows = np.flatnonzero(near(pixels_of(panel.view), tint, 3).mean(axis=1) > 0.4)
    rows = rows[[(decades_at(panel, row) > output) == (role == "explode") for row in rows]]
    edge = rows[-1] + 1 if role == "explode" else rows[0]
    pixel = abs(decades_at(panel, 101) - decades_at(panel, 100))
    assert decades_at(panel, edge) == pytest.approx(border, abs=2 * pixel)
    assert rows.size == pytest.approx(np.ptp(rows) + 1, abs=40)  # all of it, but for lines of text and grid
    middle = item.mapToScene(item.boundingRect().center())
    assert rows[0] <= panel.view.mapFromScene(middle).y() <= rows[-1]


@pytest.mark.parametrize("dtype", SMALLEST)
def test_the_floor_lies_at_the_smallest_number(panel_of, dtype):
    """Hatched below it, its name at its edge: what it says reads 0."""
    depth = {"float16": 20, "float64": 700}.get(dtype, 100)
    text = f"depth={depth}&width=4&batch=4&activation=linear&initializer=identity&gain=0.25&dtype={dtype}"
    panel = panel_of("gradient", frame_of(text), size=(1400, 900))
    [name] = named(panel, "below this line")
    assert name.toPlainText() == f"below this line {dtype} reads 0"
    smallest = log10(SMALLEST[dtype])
    regions = [item for item in panel.view.scene().items() if isinstance(item, pg.LinearRegionItem) and item.isVisible()]
    [hatched] = [item for item in regions if item.brush.style() == Qt.BrushStyle.BDiagPattern]
    assert max(hatched.getRegion()) == pytest.approx(smallest, abs=1e-9)
    assert name.pos().y() == pytest.approx(smallest, abs=1e-9)
    assert min(hatched.getRegion()) <= panel.plot.viewRange()[1][0]
    # Painted where it is: quiet lines below, none above, in the columns away from names and curve.
    place = panel.plot.vb.mapViewToScene(QPointF(depth / 2, smallest))
    x, y = (round(each) for each in panel.view.mapFromScene(place).toTuple())
    strip = pixels_of(panel.view)[:, x : x + 40].sum(axis=2)
    below, above = (
        np.count_nonzero(np.abs(np.diff(part, axis=1)) > 60) for part in (strip[y + 2 : y + 14], strip[y - 13 : y - 1])
    )
    assert below > 20 and above < below / 3


def test_an_axis_of_decades_says_the_powers_of_ten(panel_of):
    """Every tick is written as the number at its height."""
    frame = frame_of("depth=12&width=20&batch=16")
    panel = panel_of("gradient", frame, size=(900, 700))
    low, high = panel.plot.viewRange()[1]
    (spacing, ticks), *_rest = panel.value_axis.tickValues(low, high, 500.0)
    texts = panel.value_axis.tickStrings(ticks, 1.0, spacing)
    assert [0 if text == "1" else exponent_in(text) for text in texts] == ticks
    assert -inf < low < ticks[0] and ticks[-1] < high < inf


def test_the_names_of_floor_and_zone_do_not_cover_one_another(panel_of):
    """Where decades are narrow, the floor's name stands below its edge: float16 ends 4 decades below the zone."""
    frame = frame_of("depth=400&width=20&activation=linear&initializer=lecun_normal&gain=0.9&dtype=float16&batch=8")
    for size in ((1400, 900), (620, 300), (500, 220)):
        panel = panel_of("gradient", frame, size=size)
        [floor], [zone] = named(panel, "below this line"), named(panel, "vanishes")
        # 2 of the 4 pixels that a text keeps free around it
        floor_box, zone_box = (
            item.mapToScene(item.boundingRect()).boundingRect().adjusted(2, 2, -2, -2) for item in (floor, zone)
        )
        assert not floor_box.intersects(zone_box), size
