"""Files of every kind that comes from outside, sound or damaged, and the reading of them in a process with little memory."""

import io
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from gradviz.assets import resources
from gradviz.core.choices.errors import ExperimentError
from gradviz.core.data.csv_manners import TableOptions
from gradviz.core.data.data_file import read_data
from gradviz.core.spec import KNOBS, Spec
from gradviz.experiment import read_file
from gradviz.export.embedded import marked
from gradviz.lessons.files.lesson_reader import read_lesson

SETTINGS = """[General]
cache_mib=448
experiment=depth=6&width=20
folder=/tmp
language=en
layout="[{\\"panels\\": [\\"gradient\\"], \\"height\\": 1.0, \\"widths\\": []}]"
recent="[\\"/tmp/a.json\\"]"
reference=
theme=dark
window=1100x700
zoom=1.25
"""

STRANGE_VALUES = (b"99999x99999", b"1e308", b"nan", b"-1", b"@Variant(\\0\\0)", b"9" * 5000, b"[[[[")

SEPARATORS = {",": ".", ";": ",", "\t": ".", " ": "."}
"""Signs between cells, and the decimal sign that goes with each."""

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp949")


class Made(NamedTuple):
    """A file's ending and content, and what reading it has to give: None where it is damaged."""

    ending: str
    content: bytes
    expected: object


def made(kind: str, seed: int) -> Made:
    """Return a file of a kind; every second one is damaged."""
    chosen = random.Random(f"{kind} {seed}")
    ending, content, expected = KINDS[kind](chosen)
    if seed % 2:
        return Made(ending, content, expected)
    return Made(ending, (corrupted if kind == "settings" else damaged)(content, chosen), None)


def damaged(content: bytes, chosen: random.Random) -> bytes:
    """Return a content with some pieces changed, cut out, doubled, put in, or blown up."""
    text = bytearray(content)
    for _change in range(chosen.randrange(1, 6)):
        place = chosen.randrange(len(text) + 1)
        end = place + chosen.randrange(40)
        piece = chosen.choice(
            (
                bytes(chosen.randrange(256) for _ in range(chosen.randrange(1, 9))),
                b"",
                bytes(text[place:end]) * chosen.choice((2, 2000)),
                chosen.choice((b"1e308", b"-1", b"nan", b"=", b"&", b'"', b"\n", b"[", b"{", b"\0", b"99999999999")),
                chosen.choice((b"[", b"9", b"(", b"&", b"\n", b",")) * chosen.choice((10, 10_000, 1_000_000)),
            )
        )
        text[place:end] = piece
    return bytes(text[: chosen.randrange(len(text) + 1)] if chosen.random() < 0.2 else text)


def corrupted(content: bytes, chosen: random.Random) -> bytes:
    """Return settings with some bytes, lines or values changed."""
    text = bytearray(content)
    for _change in range(chosen.randrange(1, 8)):
        place = chosen.randrange(len(text))
        kind = chosen.randrange(4)
        if kind == 0:
            text[place] = chosen.randrange(256)
        elif kind == 1:
            del text[place : place + chosen.randrange(30)]
        elif kind == 2:
            text[place:place] = bytes(chosen.choice(b'0123456789=x,%[]{}"\\\n') for _ in range(chosen.randrange(20)))
        else:
            lines = text.split(b"\n")
            at = chosen.randrange(len(lines))
            lines[at] = lines[at].partition(b"=")[0] + b"=" + chosen.choice(STRANGE_VALUES)
            text = bytearray(b"\n".join(lines))
    return bytes(text)


def _spec(chosen: random.Random) -> Spec:
    numbers = {"depth": chosen.randrange(1, 200), "width": chosen.randrange(1, 400), "seed": chosen.randrange(2**31)}
    numbers |= {"gain": round(chosen.uniform(0.1, 3), chosen.randrange(1, 16))}
    words = {name: chosen.choice(list(KNOBS[name].choices)) for name in ("activation", "loss", "data")}
    return Spec(**numbers, **(words | {"data": "gaussian"} if words["data"] == "file" else words))


def _experiment(chosen: random.Random) -> Made:
    spec = _spec(chosen)
    text = chosen.choice(
        (spec.to_text(), spec.to_text(full=True), spec.to_json(), json.dumps(json.loads(spec.to_json()), indent=4))
    )
    return Made(".json", text.encode(chosen.choice(("utf-8", "utf-8-sig", "utf-16"))), spec)


def _png(text: str) -> bytes:
    """Return a picture of one pixel that carries a text."""
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)), (b"tEXt", b"gradviz\0" + text.encode("latin-1"))]
    chunks += [(b"IDAT", zlib.compress(b"\0\0")), (b"IEND", b"")]
    parts = [struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _picture(chosen: random.Random) -> Made:
    spec = _spec(chosen)
    line = spec.to_text()
    kind = chosen.choice(("png", "svg", "pdf"))
    content = {
        "png": lambda: _png(line),
        "svg": lambda: f"<?xml version='1.0'?><svg><desc>{marked(line.replace('&', '&amp;'))}</desc></svg>".encode(),
        "pdf": lambda: f"%PDF-1.7\n1 0 obj <</Subject ({marked(line)})>>\n%%EOF".encode(),
    }[kind]()
    return Made(f".{kind}", content, spec)


def _data(chosen: random.Random) -> Made:
    rows, columns = chosen.randrange(3, 40), chosen.randrange(2, 9)
    # Five decimal places: a group of three after a sign could be thousands, which is refused as it has two readings.
    table = np.array([[float(f"{chosen.uniform(-9, 9):.5f}") for _ in range(columns)] for _ in range(rows)])
    if chosen.random() < 0.3:
        buffer = io.BytesIO()
        chosen.choice((np.savez, np.savez_compressed))(buffer, x=table)
        return Made(".npz", buffer.getvalue(), table)
    separator = chosen.choice(list(SEPARATORS))
    lines = [separator.join(f"{value:.5f}".replace(".", SEPARATORS[separator]) for value in row) for row in table]
    if chosen.random() < 0.5:
        lines.insert(0, separator.join(f"열{column}" for column in range(columns)))
    return Made(".csv", chosen.choice(("\n", "\r\n")).join(lines).encode(chosen.choice(ENCODINGS)), table)


@cache
def _lessons() -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in sorted((resources() / "lessons").glob("*.toml"))}


def _lesson(chosen: random.Random) -> Made:
    name = chosen.choice(list(_lessons()))
    return Made(".toml", _lessons()[name], _read_lesson_of(name))


@cache
def _read_lesson_of(name: str) -> object:
    return read_lesson(_lessons()[name], "mine")


def _settings(_chosen: random.Random) -> Made:
    return Made(".ini", SETTINGS.encode(), ("en", "dark", 1.25, 448, (1100, 700), 6))


KINDS = {"experiment": _experiment, "picture": _picture, "data": _data, "lesson": _lesson, "settings": _settings}


def read(kind: str, path: Path) -> object:
    """Return what is in a file, by the way the program takes for it."""
    if kind == "data":
        return read_data(str(path), TableOptions()).examples
    if kind == "lesson":
        return read_lesson(path.read_bytes(), "mine")
    if kind == "settings":
        return _read_settings(path)
    return read_file(path)


def _read_settings(path: Path) -> object:
    from PySide6.QtCore import QSettings

    from gradviz.app.session.settings import Settings

    home = path.with_suffix("")
    (home / "gradviz").mkdir(parents=True)
    path.rename(home / "gradviz" / "gradviz.ini")
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(home))
    found = Settings()
    return (found.language, found.theme, found.zoom, found.cache_mib, found.window_size, found.experiment.depth)


def is_right(kind: str, expected: object, found: object) -> bool:
    """Whether what was read is what was written; of a damaged file, whether it is a whole value of its kind."""
    if kind == "data":
        return (expected is None or np.array_equal(found, expected)) and bool(np.isfinite(found).all())
    if kind == "settings":
        language, theme, zoom, cache_mib, size, depth = found
        is_sound = language in ("en", "ko") and bool(theme) and 0.5 <= zoom <= 3 and 64 <= cache_mib <= 4096
        return (found == expected or expected is None) and is_sound and depth >= 1 and (size is None or max(size) < 10**5)
    if kind == "lesson":
        return found == expected if expected is not None else bool(found.steps)
    return (expected is None or found == expected) and Spec.from_text(found.to_text(full=True)) == found


class Answer(NamedTuple):
    """What became of a file: its seed, the seconds that reading took, and what is wrong with the answer, "" for nothing."""

    seed: int
    seconds: float
    fault: str


def answers(kind: str, seeds: range) -> list[Answer]:
    """Read generated files, one after another."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            ending, content, expected = made(kind, seed)
            path = Path(folder) / f"{seed}{ending}"
            path.write_bytes(content)
            before, fault = time.perf_counter(), ""
            try:
                value = read(kind, path)
            except ExperimentError as error:
                value = error
            except Exception as error:
                fault = f"{type(error).__name__}: {error}"[:500]
            seconds = time.perf_counter() - before
            if not fault and isinstance(value, ExperimentError):
                if expected is not None:
                    fault = f"refused, and is sound: {value}"[:500]
                elif not value.problems or len(str(value)) > 20_000:
                    fault = f"refused in no words, or in too many ({len(str(value))} letters)"
            elif not fault and not is_right(kind, expected, value):
                fault = f"read wrong: {value}"[:500]
            found.append(Answer(seed, seconds, fault))
    return found


def answers_within(mebibytes: int, kind: str, seeds: range) -> tuple[list[Answer], int]:
    """Read generated files in a process that may take so much more memory than it begins with; and how much it took, in MiB."""
    code = (
        "import json, re, resource, sys\n"
        "from pathlib import Path\n"
        "import generated_files\n"
        "def status(name):\n"
        "    return int(re.search(name + ': *[^0-9]*([0-9]+)', Path('/proc/self/status').read_text())[1]) // 1024\n"
        f"most = (status('VmSize') + {mebibytes}) * 2**20\n"
        "resource.setrlimit(resource.RLIMIT_AS, (most, most))\n"
        f"found = generated_files.answers({kind!r}, range({seeds.start}, {seeds.stop}))\n"
        "print(json.dumps([found, status('VmHWM')]))\n"
    )
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    folder = Path(__file__).resolve().parent
    done = subprocess.run([sys.executable, "-c", code], env=environment, cwd=folder, capture_output=True, text=True, timeout=3000)
    assert done.returncode == 0, done.stderr[-3000:]
    found, used = json.loads(done.stdout)
    return [Answer(*answer) for answer in found], used
