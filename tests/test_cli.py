"""The command line: data on standard output, everything else on standard error, and the exit statuses."""

import contextlib
import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from gradviz import cli, progress, system
from gradviz.core.budget import expected_seconds, needed_bytes
from gradviz.core.measures import MEASURES
from gradviz.core.simulate import simulate
from gradviz.core.spec import KNOBS, Spec
from gradviz.i18n import LANGUAGES
from gradviz.panels import PANELS
from gradviz.report.verdict import backward_text, forward_text
from gradviz.report.words import duration_text


@pytest.fixture
def gradviz(capsys, monkeypatch):
    """Run a command and return status, output and errors."""
    monkeypatch.setattr(cli, "system_language", lambda: "en")

    def call(*arguments):
        try:
            status = cli.run([str(argument) for argument in arguments])
        except SystemExit as end:
            status = end.code
        out, err = capsys.readouterr()
        return status, out, err

    return call


def test_run_prints_a_row_per_layer_and_the_verdict(gradviz):
    status, out, err = gradviz("run", "depth=7&width=10", "--set", "activation=tanh")
    assert (status, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines() if re.match(r"\s+\d+ ", line)] == [str(l) for l in range(1, 8)]
    frame = simulate(Spec(depth=7, width=10, activation="tanh"))
    assert backward_text(frame.verdict) in out and forward_text(frame.verdict) in out


def test_csv_has_a_row_a_layer_and_a_column_a_measure(gradviz, tmp_path):
    """The numbers of the Frame, digit for digit; a size beyond float64 stands in decimal notation."""
    text = "depth=400&width=4&batch=3&activation=linear&initializer=identity&gain=0.1"
    path = tmp_path / "measures.csv"
    assert gradviz("run", text, "--csv", path)[0] == 0
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    frame = simulate(Spec.from_text(text))
    assert set(MEASURES) <= set(rows[0])
    for key in MEASURES:
        np.testing.assert_array_equal([float(row[key]) for row in rows], frame.series[key])
    assert re.fullmatch(r"\d\.\d{14}e-399", rows[0]["grad_a_rms"])
    status, out, _ = gradviz("run", text, "--csv", "-")
    assert status == 0 and list(csv.DictReader(io.StringIO(out))) == rows


def test_json_is_strict_and_complete(gradviz, tmp_path):
    text = "depth=60&width=4&batch=3&activation=linear&initializer=identity&gain=1000"
    path = tmp_path / "run.json"
    assert gradviz("run", text, "--json", path)[0] == 0
    content = json.loads(path.read_text(encoding="utf-8"), parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert Spec.from_text(content["experiment"]) == Spec.from_text(text) == Spec(**content["spec"])
    assert content["verdict"]["forward"]["kind"] == "explodes"
    assert content["layers"]["activation_rms"][-1] == "nan"
    assert len(content["layers"]["layer"]) == 60


def test_arrays_are_those_that_design_names(gradviz, tmp_path):
    """W b z a and their gradients for l = 1 … L, and a0; the loss is the sum of a[L] times grad_a[L]."""
    path = tmp_path / "F.npz"
    sets = ["depth=30", "width=64", "activation=tanh", "initializer=glorot_normal", "dtype=float64"]
    status, *_ = gradviz("run", *(word for one in sets for word in ("--set", one)), "--arrays", path)
    assert status == 0
    with np.load(path, allow_pickle=False) as arrays:
        names = {f"{kind}{l}" for l in range(1, 31) for kind in ["W", "b", "z", "a", "grad_z", "grad_a", "grad_W", "grad_b"]} | {
            "a0"
        }
        assert set(arrays) == names
        assert {arrays[name].dtype for name in names} == {np.dtype(np.float64)}
        a = arrays["a0"]
        for l in range(1, 31):
            a = np.tanh(a @ arrays[f"W{l}"].T + arrays[f"b{l}"])
        np.testing.assert_allclose(a, arrays["a30"], rtol=1e-12)


def test_describe_names_everything(gradviz):
    status, out, _ = gradviz("describe")
    assert status == 0
    for name in [*KNOBS, *MEASURES, *PANELS, *(name for knob in KNOBS.values() for name in knob.choices or ())]:
        assert f"`{name}`" in out
    status, out, _ = gradviz("describe", "--schema")
    assert json.loads(out)["properties"].keys() == KNOBS.keys()


def test_experiment_may_be_a_line_a_file_a_picture_or_standard_input(gradviz, tmp_path, monkeypatch):
    spec = Spec(depth=3, width=5, gain=1.5)
    json_file, text_file, picture = tmp_path / "e.json", tmp_path / "e.txt", tmp_path / "e.svg"
    json_file.write_text(spec.to_json())
    text_file.write_text(spec.to_text())
    assert gradviz("export", spec.to_text(), "-o", picture, "--size", "640x480")[0] == 0
    expected = gradviz("run", spec.to_text())
    for source in (json_file, text_file, picture, spec.to_json()):
        assert gradviz("run", source) == expected
    for content in (spec.to_json().encode(), picture.read_bytes()):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        assert gradviz("run", "-") == expected


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "depth=0"], ["depth: 0 is outside 1 … 1000"]),
        (["run", "activation=sigmod"], ['did you mean "sigmoid"?']),
        (["run", "--set", "dept=3"], ['did you mean "depth"?']),
        (["run", "--set", "depth=3", "--set", "depth=4"], ["depth: is given twice"]),
        (["run", "depth=0&gain=nan", "--set", "width=x"], ["depth: ", "gain: ", "width: "]),
        (["run", "no-such-file.json"], ["cannot read no-such-file.json"]),
        (["run", "."], [". is a folder"]),
        (["run", ""], ["no experiment in an empty text"]),
        ([""], ["no experiment in an empty text"]),
        (["run", "depth"], ["cannot read depth"]),
        (["run", "a\0b"], ["cannot read"]),
        (["rum"], ['did you mean "run"?']),
        (["run", "--nonsense"], ["--nonsense"]),
        (["export"], ["-o"]),
        (["export", "-o", "x.gif"], [".png, .svg, .pdf"]),
        (["export", "-o", "x.png", "--size", "big"], ["1920x1080"]),
        (["export", "-o", "x.png", "--size", "0x0"], ["0×0", "160 to 16384"]),
        (["export", "-o", "x.png", "--size", "99999x100"], ["99999×100"]),
        (["export", "-o", "x.png", "--dpi", "0"], ["36 … 2400"]),
        (["export", "-o", "x.png", "--panel", "gradent"], ['did you mean "gradient"?']),
        (["export", "-o", "x.png", "--layout", "lectur"], ['did you mean "lecture"?']),
        (["export", "-o", "x.png", "--theme", "drak"], ['did you mean "dark"?']),
        (["export", "-o", "x.png", "--at", "21"], ["--at: 21 is outside 1 … 20"]),
        (["run", "--lang", "xx"], ["en, ko"]),
        (["run", "self=1"], ['there is no "self"']),
        (["run", "--arrays", "-"], ["--json -"]),
        (["run", "--csv", "-", "--json", "-"], ["--json -"]),
        (["run", "--se", "depth=3"], ["--se"]),
        (["missing.json"], ["cannot read missing.json"]),
        (["export", "depth=0", "-o", "a.bmp", "--size", "5x5"], ["depth: ", "--size: ", "-o: "]),
        (["export", "-o", "a.bmp", "--at", "99"], ["--at: 99", "-o: "]),
    ],
)
def test_wrong_usage_is_status_2_and_every_error_is_named(gradviz, arguments, says, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["gradviz", *arguments])
    status, out, err = gradviz(*arguments)
    assert (status, out) == (2, "")
    assert all(text in err for text in says), err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("option", ["--csv", "--json", "--arrays"])
def test_what_cannot_be_written_is_status_1(gradviz, tmp_path, option):
    status, _, err = gradviz("run", "depth=2&width=2", option, tmp_path / "no" / "folder")
    assert status == 1
    assert "cannot write" in err and "folder" in err


@pytest.fixture
def little_memory(monkeypatch):
    """256 MiB are free."""
    import psutil

    monkeypatch.setattr(psutil, "virtual_memory", lambda: type("Memory", (), {"available": 2**28}))


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("depth=1000&width=2048", "width"),
        ("depth=1000&width=100&batch=4096", "depth|width|batch"),
        ("widths=2048-2048-2048-2048&batch=4096", "batch"),
    ],
)
def test_too_large_a_network_is_status_2_and_what_would_fit_is_said(gradviz, little_memory, text, field):
    """The field of which least has to be taken away, and a value with which it does fit."""
    status, out, err = gradviz("run", text)
    assert (status, out) == (2, "") and "GiB" in err
    name, value = re.search(rf"with ({field})=(\d+) it would fit", err).groups()
    assert needed_bytes(Spec.from_text(text).replace(**{name: int(value)})) <= 2**28


def test_what_nothing_makes_fit_is_refused_all_the_same(gradviz, monkeypatch):
    import psutil

    monkeypatch.setattr(psutil, "virtual_memory", lambda: type("Memory", (), {"available": 0}))
    status, _, err = gradviz("run", "depth=1000&width=2048")
    assert status == 2 and "make depth, width or batch smaller" in err


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_is_there_in_every_language(gradviz, language):
    for command in ("show", "run", "export", "describe", "doctor"):
        status, out, _ = gradviz(command, "--lang", language, "--help")
        assert status == 0 and len(out) > 100
    assert ("화면" in gradviz("export", "--help", "--lang=ko")[1]) and "needs no display" in gradviz("export", "--help")[1]


def test_doctor_reports_and_says_how_to_mend(gradviz, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(system, "_loads", lambda library: library != "libxcb-cursor.so.0")
    monkeypatch.setattr(system, "_display_answers", lambda: True)
    status, out, _ = gradviz("doctor")
    assert status == 3
    assert "apt-get install -y --no-install-recommends libxcb-cursor0" in out
    monkeypatch.setattr(system, "_loads", lambda library: True)
    assert gradviz("doctor")[0] == 0


@pytest.mark.parametrize("command", [["show"], ["export", "-o", "x.png"], ["handout", "1", "-o", "x.pdf"]])
def test_a_missing_library_is_status_3_with_the_line_that_mends_it(gradviz, monkeypatch, command):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(system, "_loads", lambda library: library != "libGL.so.1")
    status, out, err = gradviz(*command)
    assert (status, out) == (3, "")
    assert len(err.splitlines()) == 1 and err.rstrip().endswith("libgl1")


def test_a_reader_that_has_seen_enough_is_no_error():
    """``gradviz run | head -1`` ends quietly."""
    code = "from gradviz.cli import run; raise SystemExit(run(['run', 'depth=1000&width=2&batch=2', '--csv', '-']))"
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    child.stdout.read(10)
    child.stdout.close()
    assert child.wait(timeout=300) == 0
    assert child.stderr.read() == b""
    child.stderr.close()


@pytest.mark.parametrize(
    ("arguments", "parsed"),
    [
        ([], []),
        (["depth=3"], ["show", "depth=3"]),
        (["-"], ["show", "-"]),
        (["--lang", "ko"], ["show", "--lang", "ko"]),
        (["--lang", "ko", "run", "depth=3"], ["run", "--lang", "ko", "depth=3"]),
        (["--lang=ko", "run"], ["run", "--lang=ko"]),
        (["a.json"], ["show", "a.json"]),
        (["--set", "depth=3"], ["show", "--set", "depth=3"]),
        (["run", "depth=3"], ["run", "depth=3"]),
        (["--help"], ["--help"]),
        (["--version"], ["--version"]),
        (["exprt"], ["exprt"]),
    ],
)
def test_show_may_be_left_out(arguments, parsed):
    assert cli._with_command(arguments) == parsed


def test_panels_may_be_named_one_by_one(gradviz, tmp_path):
    """Given twice, once, or in one go: both are drawn, each once."""
    sizes = []
    for words in (
        ["--panel", "gradient", "--panel", "activations"],
        ["--panel", "gradient", "activations", "gradient"],
        ["--panel", "gradient"],
    ):
        path = tmp_path / "x.svg"
        assert gradviz("export", "depth=3&width=4", "-o", path, *words)[0] == 0
        sizes.append(path.read_text().count("input left"))
    assert sizes == [2, 2, 1]


def test_numbers_of_any_size_fit_into_the_table(gradviz):
    out = gradviz("run", "initializer=identity&activation=linear&gain=1000000&depth=40&dtype=float64")[1]
    table = out.split("\n\n")[1]
    assert max(map(len, table.splitlines())) < 160


def test_nothing_is_written_when_one_file_cannot_be(gradviz, tmp_path):
    status, out, _ = gradviz("run", "depth=2&width=2", "--csv", tmp_path / "a.csv", "--json", tmp_path / "no" / "b.json")
    assert (status, out) == (1, "") and not list(tmp_path.iterdir())


def test_a_picture_that_there_is_no_room_for_is_status_1(gradviz, monkeypatch, tmp_path):
    """Said in a line, not in a traceback, and nothing is written."""
    from gradviz.export import figure

    monkeypatch.setattr(
        figure,
        "QImage",
        type("NoRoom", (), {"Format": figure.QImage.Format, "__init__": lambda *_: None, "isNull": lambda _: True}),
    )
    status, _, err = gradviz("export", "depth=2&width=2", "-o", tmp_path / "x.png")
    assert status == 1 and "cannot be made at this size" in err and not list(tmp_path.iterdir())


def test_what_takes_long_is_announced_and_the_result_stays_the_same(gradviz, monkeypatch):
    """On standard error, once; there is no bar where standard error is no terminal."""
    _, expected, _ = gradviz("run", "depth=3&width=4")
    monkeypatch.setattr("gradviz.core.budget.expected_seconds", lambda spec: 241.0)
    monkeypatch.setattr(progress, "BAR_AFTER", 0.0)
    status, out, err = gradviz("run", "depth=3&width=4")
    assert (status, out, err) == (0, expected, "gradviz: this takes about 4 minutes\n")


@pytest.mark.parametrize(("seconds", "text"), [(61, "61 seconds"), (119.6, "120 seconds"), (121, "2 minutes"), (8000, "2 hours")])
def test_durations_in_words(seconds, text):
    assert duration_text(seconds) == text


def test_the_largest_networks_are_known_to_take_long():
    """Hours for the Jacobian of 1000 layers of 2048, which ran without a word."""
    largest = Spec(depth=1000, width=2048, batch=256)
    assert 60 < expected_seconds(largest) < expected_seconds(largest.replace(jacobian=True))
    assert expected_seconds(Spec()) < 1


def in_a_child(*arguments, stderr=subprocess.PIPE):
    return subprocess.Popen(
        [sys.executable, "-m", "gradviz", *arguments, "--lang", "en"], stdout=subprocess.PIPE, stderr=stderr, text=True
    )


@pytest.mark.skipif(sys.platform == "win32", reason="a signal cannot be sent to a child alone")
def test_a_long_run_is_not_silent_and_ctrl_c_ends_it_at_once():
    """Within a long call of LAPACK too: one line, status 130, no traceback."""
    child = in_a_child("run", "depth=1000&width=2048&batch=256&jacobian=true")
    assert "this takes about" in child.stderr.readline()
    time.sleep(0.5)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert (child.returncode, out, err) == (130, "", "gradviz: interrupted\n")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_on_a_terminal_a_bar_is_shown_and_goes_again():
    """For what takes longer than a second."""
    import pty

    ours, theirs = pty.openpty()
    child = in_a_child("run", "depth=1000&width=200&batch=64", stderr=theirs)
    os.close(theirs)
    parts = []

    def read_what_is_shown():
        with contextlib.suppress(OSError):  # nobody writes any more
            while part := os.read(ours, 2**12):
                parts.append(part)

    reader = threading.Thread(target=read_what_is_shown)
    reader.start()
    out = child.stdout.read()
    assert child.wait(timeout=120) == 0 and "1000" in out
    child.stdout.close()
    reader.join()
    os.close(ours)
    shown = b"".join(parts).decode()
    assert re.search(r"\r\[#+\.+\] +\d+ %", shown)
    assert re.split(r"\r", shown)[-2].strip() == "" and shown.endswith("\r")


def test_a_bar_is_for_terminals_and_for_what_takes_longer_than_a_second(monkeypatch, capsys):
    shown = []
    for is_terminal, after in ((False, 0.0), (True, 60.0), (True, 0.0)):
        monkeypatch.setattr(sys.stderr, "isatty", lambda is_terminal=is_terminal: is_terminal)
        monkeypatch.setattr(progress, "BAR_AFTER", after)
        bar = progress.Bar()
        bar.show(0.25)
        bar.clear()
        shown.append(capsys.readouterr().err)
    assert shown[:2] == ["", ""] and "[##########....." in shown[2] and shown[2].endswith("\r")


def test_a_work_that_fails_fails_where_it_is_waited_for():
    with pytest.raises(ZeroDivisionError):
        progress.done_with_bar(lambda tick: 1 / 0)


def test_a_work_that_nobody_waits_for_any_more_ends_at_its_next_tick(monkeypatch):
    ended = threading.Event()

    def work(tick):
        try:
            while True:
                tick(0.0)
                time.sleep(0.001)
        finally:
            ended.set()

    def interrupted(self, share):
        raise KeyboardInterrupt

    monkeypatch.setattr(progress.Bar, "show", interrupted)
    with pytest.raises(KeyboardInterrupt):
        progress.done_with_bar(work)
    assert ended.wait(5)
