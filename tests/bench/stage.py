"""How fast the board is: `uv run python tests/bench/stage.py`.

Everything at 1920 × 1080 with software drawing and the layout that the program opens with: a step of the wave, a new Frame, from
the slider to the pixels, how late the event loop is while a network is simulated without pause, and the start of the program
beside that of a bare one which shows an empty plot. Where matplotlib is installed, the same board is redrawn with it.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["XDG_CONFIG_HOME"] = tempfile.mkdtemp()

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QSlider

from gradviz.app.main import make_window
from gradviz.core.runs.playhead import Playhead
from gradviz.core.runs.request import Run
from gradviz.core.runs.scene import Scene
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec
from gradviz.experiment import OPENING_EXPERIMENT
from gradviz.lessons.files.shelf import lessons

SIZE = (1920, 1080)
STARTS = 7
DRAG_SECONDS, DRAGS, MOVES_PER_SECOND = 3.0, 3, 60
LATE_SECONDS, LATE_EVERY_MS = 8.0, 5

PRINTS_WHEN_PAINTED = """
import sys, time
from PySide6.QtCore import QEvent, QObject
class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and ready(watched):
            print("painted", flush=True)
            import os; os._exit(0)
        return False
watch = Watch()
"""

BARE = (
    PRINTS_WHEN_PAINTED
    + """
import pyqtgraph as pg
app = pg.mkQApp()
ready = lambda watched: True
plot = pg.PlotWidget()
plot.viewport().installEventFilter(watch)
plot.resize(1920, 1080)
plot.show()
app.exec()
"""
)

OURS = (
    PRINTS_WHEN_PAINTED
    + """
from PySide6.QtWidgets import QApplication
exec_ = QApplication.exec
def watched():
    global ready
    window, = (widget for widget in QApplication.topLevelWidgets() if hasattr(widget, "board"))
    ready = lambda watched: any(panel.frame and panel.view.viewport() is watched for panel in window.board.seen())
    QApplication.instance().installEventFilter(watch)
    window.resize(1920, 1080)
    return exec_()
QApplication.exec = watched
import gradviz.__main__
sys.argv = ["gradviz", "--lang", "en"]
gradviz.__main__.main()
"""
)


def settled(window):
    while not (
        window.session.runner.is_idle
        and window.session.frame is not None
        and window.session.frame.spec == window.session.store.spec
        and window.board.is_up_to_date
    ):
        QApplication.processEvents()
    until = time.perf_counter() + 0.15
    while time.perf_counter() < until:
        QApplication.processEvents()


def open_window(spec):
    window = make_window(spec, language="en")
    window.arrangement.reset()
    window.resize(*SIZE)
    window.show()
    window.session.start()
    settled(window)
    return window


def until_painted(call):
    start = time.perf_counter()
    call()
    QApplication.processEvents()
    return 1e3 * (time.perf_counter() - start)


def share(values, part):
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


def row(what, values, wish):
    print(f"| {what} | {statistics.median(values):.1f} ms | {share(values, 0.95):.1f} ms | {wish} |", flush=True)


def ticks(depth):
    window = open_window(Spec(depth=depth))
    places = [*range(1, 2 * depth + 1)]
    step = max(1, len(places) // 200)
    taken = [
        until_painted(lambda place=place: window.session.transport._move(Playhead.at(place, depth))) for place in places[::step]
    ]
    row(f"a step of the wave, depth {depth}", taken, {50: "16.7, 25", 152: "25"}[depth])
    scenes = [Scene.of(simulate(Spec(depth=depth, gain=gain))) for gain in (1.0, 1.2)]
    window.session.transport.to_end()
    taken = [until_painted(lambda scene=scene: window.board.draw(scene)) for scene in scenes * 10][2:]
    row(f"a new Frame, depth {depth}", taken, "33" if depth == 50 else "")
    close(window)


class Painted(QObject):
    """Notes for each value of a slider whose picture is painted how long ago the slider took it."""

    def __init__(self, shown):
        super().__init__()
        self.shown, self.asked, self.taken, self.last = shown, {}, [], None

    def ask(self, value):
        self.asked[value] = time.perf_counter()

    def eventFilter(self, watched, event):
        value = self.shown()
        if event.type() == QEvent.Type.Paint and value != self.last and value in self.asked:
            self.last = value
            self.taken.append(1e3 * (time.perf_counter() - self.asked[value]))
        return False


class BareDrag:
    """The same drag with nothing behind it: a slider, and an empty plot that is painted anew at every move."""

    def __init__(self):
        self.slider, self.plot = QSlider(Qt.Orientation.Horizontal, maximum=10_000), pg.PlotWidget()
        self.plot.resize(*SIZE)
        self.painted = Painted(self.slider.value)
        self.slider.valueChanged.connect(self.painted.ask)
        self.slider.valueChanged.connect(lambda value: self.plot.setXRange(0, 1 + value / 10_000, padding=0))
        self.plot.viewport().installEventFilter(self.painted)
        self.plot.show()

    def move(self, share):
        self.slider.setValue(round(10_000 * share))

    def close(self):
        self.plot.close()


class OurDrag:
    """A drag of the gain."""

    def __init__(self, spec):
        self.window = open_window(spec)
        self.painted = Painted(lambda: self.window.session.scene.run.spec)
        self.window.session.store.changed.connect(self.painted.ask)
        self.window.board.panels["gradient"].view.viewport().installEventFilter(self.painted)

    def move(self, share):
        self.window.controls.controls["gain"].slider.set_share(share)

    def close(self):
        close(self.window)


def drag_once(dragged):
    """Return how many moves were made."""
    start, move = time.perf_counter(), 0
    while (now := time.perf_counter()) - start < DRAG_SECONDS:
        if now - start > move / MOVES_PER_SECOND:
            move += 1
            dragged.move(0.3 + 0.4 * abs(1 - 2 * (move % 120) / 120))
        QApplication.processEvents()
        time.sleep(0.0005)  # as the program's own loop does when there is nothing to do: it must not keep the worker waiting
    return move


def drag(name, spec, wish):
    """From the slider to the pixels of the gradient, and in turns with it the same of a bare plot."""
    ours, bare = OurDrag(spec), BareDrag()
    moves = 0
    for _round in range(DRAGS):
        moves += drag_once(ours)
        drag_once(bare)
    taken, floor = ours.painted.taken, bare.painted.taken
    row(f"from the slider to the pixels, {name} ({len(taken)} pictures of {moves} moves)", taken, f"p95 {wish}")
    row(f"the same with an empty plot ({len(floor)} pictures)", floor, "")
    bare.close()
    ours.close()


class FirstPaint(QObject):
    """Notes when anything of a window is painted first."""

    at = 0.0

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and not self.at:
            self.at = time.perf_counter()
        return False


def steps():
    """From the key to the first changed pixels, over all steps of all lessons."""
    window, taken = open_window(Spec()), []
    first = FirstPaint()
    QApplication.instance().installEventFilter(first)
    for lesson in lessons():
        window.lecture.begin(lesson)
        settled(window)
        while not window.lecture.player.is_at_end:
            window.session.transport.pause()
            settled(window)
            start, first.at = time.perf_counter(), 0.0
            window.lecture.next()
            while not first.at:
                QApplication.processEvents()
            taken.append(1e3 * (first.at - start))
    row(f"from the key to the next step's first pixels ({len(taken)} steps)", taken, "p95 150")
    QApplication.instance().removeEventFilter(first)
    close(window)


def lateness():
    window = open_window(Spec(depth=152, width=256))
    late, last = [], [time.perf_counter()]
    timer = QTimer(interval=LATE_EVERY_MS)
    timer.setTimerType(Qt.TimerType.PreciseTimer)

    def tick():
        now = time.perf_counter()
        late.append(max(0.0, 1e3 * (now - last[0]) - LATE_EVERY_MS))
        last[0] = now

    timer.timeout.connect(tick)
    session, request = window.session, Run(Spec(depth=152, width=256))
    session.scene_changed.disconnect(window._on_scene)  # the loop's own drawing is another row
    session.run_arrived.connect(lambda _request, _run: session.runner.submit("run", request))
    session.runner.submit("run", request)
    timer.start()
    until = time.perf_counter() + LATE_SECONDS
    while time.perf_counter() < until:
        QApplication.processEvents()
        time.sleep(0.0005)
    timer.stop()
    print(
        f"| lateness of the event loop beside 152 × 256 | {statistics.median(late):.1f} ms | p99 {share(late, 0.99):.1f} ms | p99 15 |"
    )
    close(window)


def close(window):
    window.close()
    window.deleteLater()
    QApplication.processEvents()


def start_of(program):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["XDG_CONFIG_HOME"] = tempfile.mkdtemp()  # no session to restore
    start = time.perf_counter()
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False)
    assert "painted" in child.stdout, child.stderr
    return 1e3 * (time.perf_counter() - start)


def starts():
    for program in (BARE, OURS):
        start_of(program)
    pairs = [(start_of(BARE), start_of(OURS)) for _round in range(STARTS)]
    bare, ours = (statistics.median(values) for values in zip(*pairs, strict=True))
    print(f"| start to the first picture; a bare program: {bare:.0f} ms | {ours:.0f} ms | × {ours / bare:.2f} | × 1.3 |")


def in_matplotlib():
    try:
        import matplotlib
    except ImportError:
        return
    matplotlib.use("Agg")
    import numpy as np
    from matplotlib.figure import Figure

    frame = simulate(Spec(depth=50))
    figure = Figure(figsize=(19.2, 10.8), dpi=100)
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)

    def ridges(axes, edges, counts):
        middles = (edges[..., 1:] + edges[..., :-1]) / 2
        for layer, row_ in enumerate(counts, 1):
            axes.fill_betweenx(
                middles if middles.ndim == 1 else middles[layer - 1], layer, layer + 0.8 * row_ / max(1, row_.max())
            )

    def redraw():
        figure.clear()
        one, two, three, four = figure.subplots(2, 2).ravel()
        ridges(one, frame.edges["activation"], frame.counts["activation"])
        two.plot(np.arange(1, 51), frame.series["log10_grad_a_rms"], "o-")
        ridges(three, frame.edges["grad_a_log10"], frame.counts["grad_a_log10"])
        for key in ("activation_std", "activation_saturated"):
            four.plot(np.arange(1, 51), frame.series[key])
        start = time.perf_counter()
        canvas.draw()
        return 1e3 * (time.perf_counter() - start)

    taken = [redraw() for _round in range(8)][1:]
    row(f"the four panels, depth 50, redrawn with matplotlib {matplotlib.__version__}", taken, "")


def main():
    print("| what | median | 95th percentile | wished |\n|---|---|---|---|")
    for depth in (50, 152):
        ticks(depth)
    drag("the opening experiment", OPENING_EXPERIMENT, 50)
    drag("50 × 256", Spec(depth=50, width=256), 80)
    steps()
    lateness()
    starts()
    in_matplotlib()


if __name__ == "__main__":
    main()
