"""One typeface for both scripts: it comes with the program, has every sign that the program writes, and goes into every file."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from PySide6.QtGui import QFont, QFontInfo, QRawFont

from gradviz import cli
from gradviz.assets import resources
from gradviz.panels.parts.style import Style
from gradviz.panels.parts.themes import THEMES
from gradviz.panels.parts.typeface import FAMILY, signs_without_font

ROOT = Path(cli.__file__).parent.parent
STYLE = Style(THEMES["light"])


def test_it_comes_with_the_program_and_with_its_licence(qapp):
    assert sum(path.stat().st_size for path in (resources() / "fonts").glob("*.otf")) < 3_000_000
    assert "SIL OPEN FONT LICENSE" in (resources() / "fonts" / "LICENSE.txt").read_text(encoding="utf-8")
    for bold, weight in ((False, 400), (True, 600)):
        info = QFontInfo(STYLE.font(16, bold=bold))
        assert (info.family(), info.weight()) == (FAMILY, weight)


def texts():
    for pattern in ("gradviz/app/**/*.py", "gradviz/panels/**/*.py", "gradviz/report/**/*.py"):
        for path in ROOT.glob(pattern):
            yield from re.findall(r'"([^"\n]*)"', path.read_text(encoding="utf-8"))
    for path in (*resources().glob("lessons/*.toml"), *resources().glob("i18n/**/*.po")):
        yield path.read_text(encoding="utf-8")


@pytest.mark.parametrize("weight", [400, 500, 600, 700])
def test_it_has_every_sign_that_the_program_writes(qapp, weight):
    """ᵀ stands in two sentences; a font of the system has it."""
    font = QFont(FAMILY)
    font.setWeight(QFont.Weight(weight))
    raw = QRawFont.fromFont(font)
    signs = {sign for text in texts() for sign in text if not sign.isspace()}
    assert len(signs) > 600
    assert {sign for sign in signs if not raw.supportsCharacter(ord(sign))} <= set("ᵀ")


def test_it_has_the_syllables_that_are_written(qapp):
    """The 2,350 of KS X 1001."""
    raw = QRawFont.fromFont(QFont(FAMILY))
    syllables = [bytes([high, low]).decode("euc-kr") for high in range(0xB0, 0xC9) for low in range(0xA1, 0xFF)]
    assert len(syllables) == 2350 and all(raw.supportsCharacter(ord(each)) for each in syllables)


def test_signs_that_no_font_has_are_found(qapp):
    assert signs_without_font(["Text, 글 \N{SUPERSCRIPT TWO}", "\U00012345"]) == "\U00012345"


LESSON = """
title = "Mine SIGN"
summary = "One step."
[[step]]
name = "one"
title = "One"
text = "Said aloud."
experiment = "depth=2&width=2&batch=2"
"""


def test_a_box_is_never_printed(qapp, tmp_path, capsys):
    path, out = tmp_path / "mine.toml", tmp_path / "x.pdf"
    path.write_text(LESSON.replace("SIGN", "\U00012345"), encoding="utf-8")
    assert cli.run(["handout", str(path), "-o", str(out)]) == 1
    assert "no font on this system has \U00012345; install one" in capsys.readouterr().err
    assert not out.exists()
    assert cli.run(["handout", str(path), "-o", str(tmp_path / "x.html")]) == 0
    path.write_text(LESSON.replace("SIGN", "\N{GREEK SMALL LETTER SIGMA}"), encoding="utf-8")
    assert cli.run(["handout", str(path), "-o", str(out)]) == 0


@pytest.mark.skipif(shutil.which("pdffonts") is None, reason="needs poppler to look at a PDF")
@pytest.mark.parametrize("language", ["en", "ko"])
def test_files_carry_it(qapp, tmp_path, language):
    """Embedded in PDF; named in SVG, with what may stand in for it."""
    pdf, svg = tmp_path / "x.pdf", tmp_path / "x.svg"
    for path in (pdf, svg):
        assert cli.run(["export", "depth=2&width=2", "--lang", language, "-o", str(path)]) == 0
    lines = subprocess.run(["pdffonts", pdf], capture_output=True, check=True, text=True).stdout.splitlines()[2:]
    assert lines and all(line.startswith("GradvizSans-") and " yes " in line for line in lines)
    named = set(re.findall(r'<text[^>]*font-family="([^"]*)"', svg.read_text(encoding="utf-8")))
    assert named and all(each.startswith("Gradviz Sans,Pretendard,") and each.endswith(",sans-serif") for each in named)
