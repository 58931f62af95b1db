"""Pictures: the exact size, vector where it should be, the experiment inside, and whole or not there."""

import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
import zlib

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QImageReader

from gradviz.core.runs.playhead import Playhead
from gradviz.core.runs.scene import Scene
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec
from gradviz.export import files as files_module
from gradviz.export.embedded import PNG_START, experiment_in
from gradviz.export.figure import FORMATS, figure_bytes, format_of, write_figure
from gradviz.export.files import FileError, whole_file, write_whole
from gradviz.export.picture import Figure
from gradviz.export.svg import flattened
from gradviz.i18n import use_language
from gradviz.panels import PANELS
from gradviz.panels.layouts import stacked
from gradviz.panels.parts.themes import THEMES

BOARD = stacked(["activations", "gradient"])
SPEC = Spec(depth=12, width=30, batch=64, activation="tanh", initializer="glorot_normal", gain=0.8)


@pytest.fixture(scope="module")
def frame():
    return simulate(SPEC)


def drawn(frame, ending, figure=None, reference=None):
    return figure_bytes(Scene.of(frame, Playhead(3), reference), figure or Figure(BOARD, (1280, 720)), ending)


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (3840, 2160), (640, 480), (1000, 1700)])
@pytest.mark.parametrize("panels", [("activations", "gradient"), *((key,) for key in PANELS)], ids=str)
@pytest.mark.sampled(5)
def test_png_has_exactly_the_size_asked_for(qapp, frame, size, panels):
    image = QImage.fromData(drawn(frame, "png", Figure(stacked(panels), size)))
    assert (image.width(), image.height()) == size


def test_png_says_its_resolution(qapp, frame):
    image = QImage.fromData(drawn(frame, "png", Figure(BOARD, (2000, 1250), dpi=300)))
    assert round(image.dotsPerMeterX() * 0.0254) == round(image.dotsPerMeterY() * 0.0254) == 300


@pytest.mark.parametrize("theme", THEMES)
def test_png_is_in_the_theme_and_shows_both_waves(qapp, frame, theme):
    """The ground, the forward colour and the backward colour are there, in numbers of pixels that can be seen."""
    image = QImage.fromData(drawn(frame, "png", Figure(BOARD, (1280, 720), theme)))
    colours = {}
    for x in range(0, 1280, 2):
        for y in range(0, 720, 2):
            name = image.pixelColor(x, y).name()
            colours[name] = colours.get(name, 0) + 1
    assert colours[QColor(THEMES[theme].ground).name()] > 0.3 * 640 * 360
    assert colours[QColor(THEMES[theme].backward).name()] > 100


def test_type_and_lines_grow_with_the_picture(qapp, frame):
    """A 4K picture made smaller is the full HD picture, but for the smoothing: nothing becomes a hairline."""

    small = QImage.fromData(drawn(frame, "png", Figure(BOARD, (1280, 720))))
    large = QImage.fromData(drawn(frame, "png", Figure(BOARD, (3840, 2160))))
    large = large.scaled(1280, 720, mode=Qt.TransformationMode.SmoothTransformation)
    differences = [
        abs(small.pixelColor(x, y).lightness() - large.pixelColor(x, y).lightness())
        for x in range(0, 1280, 3)
        for y in range(0, 720, 3)
    ]
    assert sum(differences) / len(differences) < 6


def test_svg_is_vector_with_text_as_text(qapp, frame):
    root = ET.fromstring(drawn(frame, "svg"))
    tags = [element.tag.rpartition("}")[2] for element in root.iter()]
    assert "image" not in tags
    texts = ["".join(element.itertext()) for element in root.iter() if element.tag.endswith("}text")]
    assert any("layer" in text for text in texts) and any("per layer" in text for text in texts)
    assert root.get("viewBox") == "0 0 1280 720"


def test_svg_leaves_nothing_for_the_reader_to_transform(qapp, frame):
    """No pen is to be kept from scaling, and every line lies within the picture, so that clipping is not missed."""
    assert_lines_within(drawn(frame, "svg", reference=simulate(SPEC.replace(gain=3.0))))


def test_theory_that_leads_out_of_sight_is_cut(qapp):
    """The gradient is exactly 0 in float32 where theory lets it grow without end."""
    frame = simulate(Spec(depth=60, width=50, gain=1000.0))
    assert_lines_within(drawn(frame, "svg", Figure(stacked(["gradient"]), (1280, 720))))


def assert_lines_within(content):
    assert b"vector-effect" not in content
    root = ET.fromstring(content)
    for group in root.iter("{http://www.w3.org/2000/svg}g"):
        numbers = [float(number) for number in re.findall(r"-?\d+\.?\d*", group.get("transform", "")[7:])]
        numbers = numbers or [1, 0, 0, 1, 0, 0]  # what has been flattened has no transformation left
        if numbers[:4] != [1, 0, 0, 1]:
            continue
        for shape in group:
            for x, y in re.findall(r"(-?\d+\.?\d*),(-?\d+\.?\d*)", shape.get("points", "") + shape.get("d", "")):
                assert -3 <= float(x) + numbers[4] <= 1283, shape.attrib
                assert -3 <= float(y) + numbers[5] <= 723, shape.attrib


def test_flattening_carries_the_transformation_out():
    """By hand: (2x + 10, −3y + 20)."""
    svg = (
        b'<svg xmlns="http://www.w3.org/2000/svg"><g><g transform="matrix(2,0,0,-3,10,20)">'
        b'<path vector-effect="non-scaling-stroke" d="M1,2 L-1.5,0 C0,0 1,1 2,2"/>'
        b'<rect vector-effect="non-scaling-stroke" x="0" y="0" width="1" height="2"/></g><g fill="none"/></g></svg>'
    )
    root = ET.fromstring(flattened(svg))
    path, polygon = root[0][0]
    assert path.get("d") == "M12.000,14.000 L7.000,20.000 C10.000,20.000 12.000,17.000 14.000,14.000"
    assert polygon.get("points") == "10.000,20.000 12.000,20.000 12.000,14.000 10.000,14.000"
    assert len(root[0]) == 1


def test_pdf_is_one_page_of_vectors_at_its_size(qapp, frame):
    content = drawn(frame, "pdf", Figure(BOARD, (1920, 1080), dpi=300))
    assert content.startswith(b"%PDF") and content.rstrip().endswith(b"%%EOF")
    assert b"/Subtype /Image" not in content
    [box] = re.findall(rb"/MediaBox \[([^\]]+)\]", content)
    # 1920 × 1080 pixels at 300 dpi are 460.8 × 259.2 points, and Qt writes whole ones.
    assert [float(number) for number in box.split()] == pytest.approx([0, 0, 460.8, 259.2], abs=0.5)


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_experiment_travels_inside(qapp, ending, language):
    use_language(language)
    spec = SPEC.replace(depth=3, activation="leaky_relu", slope=0.25, gain=1e-6, data="digits")
    assert Spec.from_text(experiment_in(drawn(simulate(spec), ending))) == spec


def test_a_foreign_picture_has_no_experiment(qapp):
    image = QImage(10, 10, QImage.Format.Format_RGB32)
    assert experiment_in(b"") is None
    assert experiment_in(b"%PDF-1.4 something else") is None
    assert experiment_in(b"<svg></svg>") is None
    assert experiment_in(b"depth=3") is None
    assert not image.isNull()


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@pytest.mark.parametrize(
    "body",
    [
        chunk(b"tEXt", b"gradviz\0depth=3"),
        chunk(b"zTXt", b"gradviz\0\0" + zlib.compress(b"depth=3")),
        chunk(b"zTXt", b"gradviz\0\0" + zlib.compress(b"depth=3&" + b"x" * 10**7)),
        chunk(b"zTXt", b"gradviz\0\0not compressed"),
        b"\xff\xff\xff\xfftEXtgradviz\0depth=3",
        b"\0\0",
        chunk(b"tEXt", b"other\0depth=3"),
    ],
)
def test_png_from_elsewhere_is_read_within_limits(body):
    """Damaged, endless or foreign: an answer or none, no exception, no gigabytes."""
    text = experiment_in(PNG_START + body)
    assert text is None or (text.startswith("depth=3") and len(text) <= 64 * 1024)


def test_qt_reads_the_same_text(qapp, frame, tmp_path):
    """The PNG text is where every other program finds it too."""
    path = tmp_path / "x.png"
    write_figure(Scene.of(frame), Figure(BOARD, (640, 480)), path)
    assert QImageReader(str(path)).text("gradviz") == SPEC.to_text(full=True)


def test_endings():
    assert format_of("a/B.PNG") == "png"
    with pytest.raises(ValueError, match=r"\.png, \.svg, \.pdf"):
        format_of("x.jpg")


# --- files are whole or not there ---


@pytest.mark.parametrize("path", ["", "a\0b", "no/such/folder/x.png", "."])
def test_names_that_are_none(tmp_path, monkeypatch, path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileError):
        write_whole(path, b"content")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["con", "NUL.png", "com1 .svg", "lpt9.tar.gz", "CONOUT$", "plot:b.png", "x/a?.png", "a.", "a "])
def test_windows_keeps_some_names_for_itself(tmp_path, monkeypatch, name):
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileError, match="Windows"):
        write_whole(name, b"content")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["console.png", "c.on", "com.png", "com10.png", "그림 & 1.png", "C:x.png", "nul/a.png"])
def test_other_names_are_no_devices_of_windows(name):
    assert not files_module._is_reserved(name)


def test_an_exception_while_writing_leaves_the_old_file(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"old")

    def write_half():
        with whole_file(path) as file:
            file.write(b"new")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


FULL_DISK = """
import resource, signal, sys
from gradviz.export import files as files_module
from gradviz.export.files import FileError, write_whole
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    write_whole(sys.argv[1], b"new" * 1_000_000)
except FileError as error:
    print(error)
"""


def test_a_full_disk_leaves_the_old_file(tmp_path):
    """The system refuses to write on after 100 kB: an error, and the old file is what it was."""
    path = tmp_path / "x.png"
    path.write_bytes(b"old")
    child = subprocess.run([sys.executable, "-c", FULL_DISK, path], capture_output=True, text=True, check=True)
    assert "cannot write" in child.stdout
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


FOREVER = """
import sys
from gradviz.export.files import write_whole
print(flush=True)
while True:
    for letter in b"ab":
        write_whole(sys.argv[1], bytes([letter]) * 3_000_000)
"""


@pytest.mark.whole
def test_kill_leaves_a_whole_file(tmp_path):
    """Killed in the middle of writing, ten times: the file is one of the two, never a part or a mixture."""
    path = tmp_path / "x"
    for attempt in range(10):
        child = subprocess.Popen([sys.executable, "-c", FOREVER, path], stdout=subprocess.PIPE)
        child.stdout.readline()
        time.sleep(0.02 + 0.013 * attempt)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
        content = path.read_bytes() if path.exists() else b""
        assert content in (b"", b"a" * 3_000_000, b"b" * 3_000_000)


def test_a_hostile_picture_is_read_in_no_time():
    """Two megabytes of beginnings without an end."""
    start = time.process_time()
    assert experiment_in(b"%PDF" + b"gradviz:experiment[" * 100_000) is None
    assert time.process_time() - start < 2


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path):
    """What is no regular file is not replaced by one."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE)
    write_whole(pipe, b"content")
    assert reader.communicate(timeout=300)[0] == b"content"
    assert pipe.is_fifo()


@pytest.mark.parametrize(("dpi", "width"), [(None, "1280"), (300, "108.373mm")])
def test_svg_says_its_size(qapp, frame, dpi, width):
    assert ET.fromstring(drawn(frame, "svg", Figure(BOARD, (1280, 720), dpi=dpi))).get("width") == width


def greys(content):
    """Return a picture as 800 × 500 grey values."""
    image = QImage.fromData(content).scaled(800, 500, mode=Qt.TransformationMode.SmoothTransformation)
    image = image.convertToFormat(QImage.Format.Format_Grayscale8)
    return np.array(image.constBits(), np.uint8).reshape(500, image.bytesPerLine())[:, :800].astype(int)


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="needs pdftoppm to look at a PDF")
@pytest.mark.parametrize("dpi", [300, 600])
def test_pdf_is_the_same_picture_at_every_resolution(qapp, frame, dpi):
    """Read back as an image, it is the PNG of the same size: nothing is scaled by the resolution once more.

    0.4 % of the pixels differ by more than a smoothed edge may; with the axes' numbers three times too large it was 1.2 %.
    """
    figure = Figure(BOARD, (1600, 1000), dpi=dpi)
    command = ["pdftoppm", "-r", str(dpi), "-png", "-"]
    page = subprocess.run(command, input=drawn(frame, "pdf", figure), capture_output=True, check=True).stdout
    difference = np.abs(greys(page) - greys(drawn(frame, "png", figure)))
    assert (difference > 60).mean() < 0.007
