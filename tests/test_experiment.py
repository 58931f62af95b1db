"""What is given as an experiment and is none: refused at once, in words that say what it is."""

import gzip
import io
import os
import sys
import zipfile

import numpy as np
import pytest

from gradviz.core.choices.errors import ExperimentError
from gradviz.core.choices.precisions import PRECISIONS
from gradviz.core.choices.regular_files import content_of
from gradviz.core.choices.weight_files import read_parameters
from gradviz.core.data.csv_manners import TableOptions
from gradviz.core.data.data_file import read_data
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec
from gradviz.experiment import read_experiment, read_file
from gradviz.export.embedded import marked
from gradviz.lessons.files.shelf import lesson_named
from gradviz.report.formats import csv_text

SPEC = Spec(depth=3, width=5, gain=1.5)
LINE = SPEC.to_text()


def archive(**members):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as opened:
        for name, member in members.items():
            opened.writestr(name, member)
    return content.getvalue()


def npz():
    content = io.BytesIO()
    np.savez(content, x=np.eye(3))
    return content.getvalue()


def refused(source):
    with pytest.raises(ExperimentError) as caught:
        read_experiment(str(source))
    return str(caught.value)


READERS = {
    "experiment": (read_file, ""),
    "picture": (read_file, ".png"),
    "lesson": (lesson_named, ".toml"),
    "data": (lambda path: read_data(path, TableOptions()), ".csv"),
    "weights": (lambda path: read_parameters(path, (2, 2), PRECISIONS["float32"]), ".npz"),
}
"""What opens a file that a user names, and how such a file's name ends."""


@pytest.mark.parametrize(("read", "ending"), READERS.values(), ids=READERS)
def test_a_folder_is_none_of_the_files_that_are_read(tmp_path, read, ending):
    path = tmp_path / f"folder{ending}"
    path.mkdir()
    with pytest.raises(ExperimentError, match=r"folder\S* is a folder"):
        read(str(path))


@pytest.mark.skipif(sys.platform == "win32", reason="has no such files")
@pytest.mark.parametrize(("read", "ending"), READERS.values(), ids=READERS)
def test_a_pipe_or_a_device_is_not_waited_for(tmp_path, read, ending):
    """Nobody writes to the pipe, and the device never ends: opening the one or reading the other would take for ever."""
    pipe, device = tmp_path / f"pipe{ending}", tmp_path / f"device{ending}"
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    for path, says in ((pipe, "is a pipe"), (device, "is a device")):
        with pytest.raises(ExperimentError, match=says):
            read(str(path))


@pytest.mark.skipif(sys.platform == "win32", reason="has no such files")
def test_a_file_that_becomes_a_pipe_while_it_is_opened_is_not_waited_for(tmp_path, monkeypatch):
    """It was a file when it was looked at; what is open is looked at once more."""
    pipe, stat = tmp_path / "pipe", os.stat
    os.mkfifo(pipe)
    with monkeypatch.context() as patch:
        patch.setattr(os, "stat", lambda path, **how: stat(__file__ if path == pipe else path, **how))
        with pytest.raises(ExperimentError, match="is a pipe"):
            content_of(pipe, "", 2**20)


@pytest.mark.parametrize("content", [b"", b" \r\n", b"\xef\xbb\xbf", b"\xff\xfe", b"&\n"])
def test_what_is_empty_is_not_the_opening_experiment(tmp_path, monkeypatch, content):
    path = tmp_path / "empty.txt"
    path.write_bytes(content)
    assert "there is no experiment in" in refused(path)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert "there is no experiment in" in refused("-")
    assert "there is no experiment in" in refused("") == refused("  ")
    assert read_experiment(None) == Spec(initializer="glorot_normal")


def test_without_a_console_there_is_no_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    assert "no standard input" in refused("-")


def test_a_folder_named_like_an_experiment_hides_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / LINE).mkdir()
    assert read_experiment(LINE) == SPEC


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("text", [LINE, SPEC.to_json(), f"\r\n{LINE}\r\n"])
def test_an_experiment_is_read_as_an_editor_saves_it(tmp_path, text, encoding):
    path = tmp_path / "e.txt"
    path.write_bytes(text.encode(encoding))
    assert read_file(path) == SPEC


@pytest.mark.parametrize(
    "content",
    [
        f'<?xml version="1.0"?><svg><desc>{marked(LINE.replace("&", "&amp;"))}</desc></svg>',
        f"<!-- saved by another program --><svg><desc>{marked(LINE.replace('&', '&#38;'))}</desc></svg>",
        f"\ufeff<!DOCTYPE svg><svg><desc>{marked(LINE.replace('&', '&amp;'))}</desc></svg>",
        f"%PDF-1.7\n1 0 obj <</Subject ({marked(LINE)})>>",
    ],
)
def test_an_exported_drawing_that_another_program_saved_is_opened(tmp_path, content):
    path = tmp_path / "drawing"
    path.write_text(content, encoding="utf-8")
    assert read_file(path) == SPEC


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>", ["picture (SVG) without an experiment"]),
        (b"\n<svg width='3'/>", ["picture (SVG) without an experiment"]),
        (b"%PDF-1.4\n%\xe2\xe3", ["picture (PDF) without an experiment"]),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", ["picture (PNG) without an experiment"]),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", ["picture (JPEG)", "PNG, SVG and PDF"]),
        (b"RIFF\0\0\0\0WEBPVP8 ", ["picture (WebP)"]),
        (b"<!DOCTYPE html><html><body>depth=3</body></html>", ["page or drawing (HTML)"]),
        (archive(**{"[Content_Types].xml": "", "xl/workbook.xml": ""}), ["office document (XLSX", "saved as CSV"]),
        (npz(), ["archive (ZIP, NPZ)", "data_file="]),
        (gzip.compress(b"depth=3", mtime=0), ["archive (GZIP)"]),
        (b"1,2,3\n4,5,6\n", ["is a table", "data_file="]),
        ("이름;값\n1,5;2,5\n".encode("cp949"), ["is a table", "data_file="]),
        (csv_text(simulate(SPEC)).encode(), ["measures that gradviz wrote", "does not carry its experiment"]),
        (bytes(range(256)), ["neither text nor a picture"]),
        (b"\xff\xff depth", ["neither text nor a picture"]),
        (b"depth=3&" * 100_000, ["too large"]),
    ],
)
def test_a_file_without_an_experiment_is_called_what_it_is(tmp_path, content, says):
    path = tmp_path / "dropped"
    path.write_bytes(content)
    message = refused(path)
    assert all(text in message for text in [str(path), *says]), message


def test_a_picture_of_countless_empty_pieces_is_left_early(tmp_path):
    """200 MiB of chunks without content would be followed for half a minute."""
    path = tmp_path / "x.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0\0\0\0tEXt\0\0\0\0" * 300_000 + b"\0\0\0\x0ftEXtgradviz\0depth=3")
    assert "without an experiment" in refused(path)
