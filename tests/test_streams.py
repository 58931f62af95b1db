"""What the command line writes into streams, files and disks that are not as one would wish."""

import json
import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QSaveFile

from gradviz import cli
from gradviz.export.files import FileError, WholeFile
from gradviz.streams import readable

LINE = "depth=13&width=4&batch=4&activation=linear&initializer=identity&gain=10"


def started(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "gradviz", *arguments], capture_output=True, env=os.environ | environment, timeout=120
    )


@pytest.mark.parametrize(
    ("encoding", "text", "written"),
    [
        ("ascii", "Depth 3 · ×0.5 · 1.2·10⁻³ ≤ ⅓, √ε, σ₁₂, z²", "Depth 3 | x0.5 | 1.2*10^-3 <= 1/3, sqrt epsilon, sigma_12, z^2"),
        ("cp1252", "10³ ≤ 10⁻³ × ½", "10^3 <= 10^-3 × ½"),
        ("cp949", "신호: 10¹⁰, 10⁻⁴ − 1", "신호: 10^10, 10^-4 - 1"),
        ("utf-8", "한 10⁻³ \ud83d", "한 10⁻³ ?"),
    ],
)
def test_what_an_encoding_lacks_comes_in_ascii(encoding, text, written):
    assert readable(text, encoding) == written
    assert readable(written, encoding) == written


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp949", "utf-8"])
@pytest.mark.sampled(2)
def test_every_stream_can_be_written_to(encoding):
    """A table, and JSON that is JSON; in English where the stream has no Hangul."""
    done = started("run", LINE, "--lang", "ko", PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode(encoding)
    assert ("기울기" in text) == (encoding in ("cp949", "utf-8")) and ("gradient" in text) != ("기울기" in text)
    assert ("10^12" in text) == (encoding != "utf-8")
    content = json.loads(started("run", LINE, "--json", "-", "--lang", "ko", PYTHONIOENCODING=encoding).stdout.decode(encoding))
    assert content["experiment"].startswith("depth=13")


@pytest.mark.whole
def test_a_report_opens_again(tmp_path):
    """`run X --json F` writes what `run F` opens, also beyond the length of an experiment."""
    for line in (LINE, "depth=700&width=2&batch=4&bias_std=0.5"):
        assert started("run", line, "--json", str(tmp_path / "F.json")).returncode == 0
        again, first = started("run", str(tmp_path / "F.json")), started("run", line)
        assert (again.returncode, again.stdout) == (0, first.stdout)


def test_thousands_of_unknown_fields_are_told_of_in_a_few_lines():
    done = started("run", "&".join(f"f{number}=1" for number in range(8000)), "--lang", "en")
    lines = done.stderr.decode().splitlines()
    assert (done.returncode, len(lines), lines[-1]) == (2, 11, "gradviz: and 7990 more")
    assert len(done.stderr) < 1500


def test_each_misspelt_field_is_told_its_neighbour_and_all_fields_are_listed_once():
    lines = started("run", "depht=3&widht=4&nonsense=1&rubbish=2", "--lang", "en").stderr.decode().splitlines()
    assert lines[0].endswith('did you mean "depth"?') and lines[1].endswith('did you mean "width"?')
    assert [line.count("there are:") for line in lines] == [0, 0, 1, 0]


def test_what_is_drawn_has_its_language_whatever_a_stream_can_write(tmp_path):
    pictures = {}
    for language in ("en", "ko"):
        path = tmp_path / f"{language}.svg"
        done = started("export", LINE, "--panel", "gradient", "--lang", language, "-o", str(path), PYTHONIOENCODING="ascii")
        assert done.returncode == 0
        pictures[language] = path.read_text(encoding="utf-8")
    assert "기울기" in pictures["ko"] and "기울기" not in pictures["en"]


@pytest.mark.parametrize(("free", "says"), [(0, "the disk is full"), (10**12, "(?!the disk)")])
def test_a_full_disk_is_called_one(free, says, monkeypatch, tmp_path):
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=free))
    device = QSaveFile(str(tmp_path / "x.png"))
    assert device.open(QSaveFile.OpenModeFlag.WriteOnly)
    monkeypatch.setattr(device, "write", lambda content: -1)
    with pytest.raises(FileError, match=f"(?i)cannot write .*: {says}"):
        WholeFile(device).write(b"something")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may mount a disk")
@pytest.mark.whole
def test_a_disk_that_is_really_full_is_called_one(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a disk")
    try:
        line = "depth=300&width=4"
        for arguments in (
            *(["export", line, "-o", str(disk / f"x.{ending}")] for ending in ("png", "svg", "pdf")),
            *(["run", line, f"--{name}", str(disk / "x")] for name in ("csv", "json", "arrays")),
            *(["handout", "one_neuron", "-o", str(disk / f"h.{ending}")] for ending in ("pdf", "html")),
        ):
            done = started(*arguments, "--lang", "en")
            assert done.returncode == 1 and done.stderr.decode().endswith(": the disk is full\n"), arguments
            assert list(disk.iterdir()) == []
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_lack_of_memory_says_what_to_make_smaller(monkeypatch, capsys):
    monkeypatch.setattr(cli, "_simulated", lambda spec: np.empty((2**20, 2**22)))
    assert cli.run(["run", LINE, "--lang", "en"]) == 1
    assert capsys.readouterr().err == "gradviz: there is not enough memory: make width, depth or batch smaller\n"


@pytest.mark.skipif(sys.platform == "win32", reason="there a process alone cannot be sent Ctrl+C")
@pytest.mark.parametrize("after", [0.15, 0.3, 0.45, 0.6, 0.8, 1.0])
@pytest.mark.parametrize("arguments", [("run", "depth=900&width=1000"), ("export", "depth=900&width=1000", "-o", "x.png")])
@pytest.mark.sampled(3)
def test_ctrl_c_ends_a_command_with_one_line(arguments, after, tmp_path):
    """While it imports, too. (Before Python has come to the program, its own traceback is all there can be.)"""
    command = [sys.executable, "-c", "print(flush=True); from gradviz.__main__ import main; main()", *arguments]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.read(1)
        time.sleep(after)
        process.send_signal(signal.SIGINT)
        _out, errors = process.communicate(timeout=60)
    lines = [line for line in errors.decode().splitlines() if "this takes about" not in line]
    assert (process.returncode, lines) == (130, ["gradviz: interrupted"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [("run", LINE, "--csv"), ("export", LINE, "-o")])
def test_a_name_that_is_too_long_is_refused_in_words(arguments, tmp_path):
    done = started(*arguments, str(tmp_path / ("x" * 300 + ".png")))
    [line] = done.stderr.decode().splitlines()
    assert done.returncode == 1 and line.startswith("gradviz: cannot write") and "Errno" not in line


@pytest.mark.parametrize("name", ["a&b.png", "a=b.svg", "한 글.pdf"])
@pytest.mark.sampled(3)
def test_names_with_signs_of_an_experiment_work(name, tmp_path):
    path = str(tmp_path / name)
    assert started("export", LINE, "--panel", "gradient", "-o", path).returncode == 0
    assert started("run", path).stdout == started("run", LINE).stdout


@pytest.mark.whole
def test_a_pdf_has_the_same_bytes_every_time(tmp_path):
    files = [tmp_path / "a.pdf", tmp_path / "b.pdf"]
    for path in files:
        assert started("handout", "one_neuron", "-o", str(path)).returncode == 0
    assert files[0].read_bytes() == files[1].read_bytes()
    assert b"CreationDate" not in files[0].read_bytes()


def test_a_platform_that_does_not_exist_is_answered():
    done = started("show", LINE, "--lang", "en", QT_QPA_PLATFORM="nonsense")
    [line] = done.stderr.decode().splitlines()
    assert done.returncode == 2 and line.startswith('gradviz: there is no Qt platform "nonsense" (QT_QPA_PLATFORM); there are: ')
    assert "offscreen" in line


def test_a_picture_needs_no_display_and_no_locale(tmp_path):
    done = started("export", LINE, "-o", str(tmp_path / "a.png"), QT_QPA_PLATFORM="nonsense", LC_ALL="C")
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device here that is always full")
@pytest.mark.parametrize("redirection", ["2>/dev/full", "2>&-"])
@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ("run depth=0", 2),
        ("run nonsense=1", 2),
        ("export depth=3 -o x.tiff", 2),
        ("export depth=3 -o x.svg", 0),
        ("run depth=3", 0),
    ],
)
@pytest.mark.sampled(3)
def test_standard_error_that_takes_nothing_changes_nothing(arguments, status, redirection, tmp_path):
    command = f"{sys.executable} -m gradviz {arguments} {redirection}"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("COV")}
    done = subprocess.run(command, shell=True, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (status, b"")
    assert bool(done.stdout) == (arguments == "run depth=3")
    assert (tmp_path / "x.svg").exists() == (arguments.endswith("x.svg"))
