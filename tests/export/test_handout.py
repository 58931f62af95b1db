"""A lesson on paper says what the lesson says, shows its runs, breaks where a reader would, and keeps the answers for the end."""

import re
import shutil
import subprocess
import sys
import time
import tomllib
import unicodedata
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest
from PySide6.QtGui import QColor, QImage

from gradviz import cli
from gradviz.assets import resources
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec
from gradviz.experiment import read_experiment
from gradviz.export.handout import sections
from gradviz.export.handout.pages import Piece, paginated, wrapped
from gradviz.export.handout.sections import Handout
from gradviz.i18n import LANGUAGES, _, use_language
from gradviz.lessons.files.shelf import lesson_named, lessons
from gradviz.panels.parts.themes import THEMES
from gradviz.report.verdict import backward_text, forward_text

LESSON = "depth_multiplies"
needs_poppler = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in ("pdftotext", "pdftoppm")), reason="needs poppler to look at a PDF"
)

HOSTILE = """
title = { en = "Mine <img src=x> & more", ko = "내 강의 <img src=x>" }
summary = { en = "<script>alert(1)</script>", ko = "요약 ]]> <!--" }
[[step]]
name = "one"
title = { en = "One <b>", ko = "하나 <b>" }
text = { en = "Said </section> aloud.", ko = "말로 </section> 합니다." }
formula = '\\notlatex{<img src=x>'
experiment = "depth=3&width=4"
claim = ["max(activation_std[1:L]) > 0", "all(abs(activation_mean) < 9)", "activation_std[1] > 0"]
note = { en = "A note <img src=x>.", ko = "노트 <img src=x>." }
[step.question]
text = { en = "Which <i>?", ko = "어느 것 <i>?" }
choices = [{ text = { en = "this <img src=x>", ko = "이것 <img src=x>" } }, { text = { en = "that", ko = "저것" }, claim = "L == 3" }]
answer = 2
because = { en = "Secret <img src=x>.", ko = "비밀 <img src=x>." }
[[step]]
name = "two"
title = { en = "Two", ko = "둘" }
text = { en = "No board of its own.", ko = "판이 없습니다." }
formula = '\\notlatex{'
experiment = "depth=20"
claim = ["L == 20"]
"""


@pytest.fixture
def gradviz(capsys, qapp):
    """Run a command and return status, output and errors."""

    def call(*arguments):
        status = cli.run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return status, out, err

    return call


@pytest.fixture(scope="module")
def handouts(qapp, tmp_path_factory):
    """Return a function that gives the file of a handout, each made once."""
    folder, made = tmp_path_factory.mktemp("handouts"), {}
    hostile = folder / "hostile.toml"
    hostile.write_text(HOSTILE, encoding="utf-8")

    def handout(name, ending, language="en", *options):
        key = (name, ending, language, options)
        if key not in made:
            made[key] = folder / f"{len(made)}.{ending}"
            lesson = hostile if name == "hostile" else name
            assert cli.run(["handout", str(lesson), "--lang", language, "-o", str(made[key]), *options]) == 0
        use_language(language)
        return made[key]

    return handout


def squeezed(text):
    """Without white space and ligatures, which depend on where lines are broken."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def pages_of(path):
    """The text of every page, as a reader who copies it gets it."""
    text = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, check=True).stdout.decode()
    return [squeezed(page) for page in text.removesuffix("\f").split("\f")]


def words_of(path):
    """Every word with left, top, right and bottom, in points."""
    out = subprocess.run(["pdftotext", "-bbox", path, "-"], capture_output=True, check=True).stdout.decode()
    pattern = r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">([^<]*)<'
    return [(*map(float, found[:4]), found[4]) for found in re.findall(pattern, out)]


def source(name=LESSON):
    """The lesson as its author wrote it, of its numbers what is shown."""
    if name == "hostile":
        return tomllib.loads(HOSTILE)
    [path] = (resources() / "lessons").glob(f"*_{name}.toml")
    return tomllib.loads(re.sub(r"\{(\S[^{}]*?) [=<>~] [^{}\"]*\}", r"\1", path.read_text(encoding="utf-8")))


def said_in(found, language):
    """A text that stands once for all languages, or once for each."""
    return found if isinstance(found, str) else found[language]


def experiments_in(text):
    return [Spec.from_text(line) for line in re.findall(r"gradviz'([^']+)'", text)]


# --- PDF ---


@needs_poppler
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.sampled(2)
def test_a_page_has_all_of_a_step(handouts, language):
    """Title, text, verdict and experiment are on the same page, as text that can be copied, whatever the language."""
    pages = pages_of(handouts(LESSON, "pdf", language))
    lesson, told = lesson_named(LESSON), source()
    assert squeezed(told["title"][language] + told["summary"][language]) in pages[0]
    for number, (step, said) in enumerate(zip(lesson.steps, told["step"], strict=True), start=1):
        [page] = [page for page in pages if squeezed(f"{number}. {said['title'][language]}") in page]
        verdict = simulate(step.spec).verdict
        for text in (said["text"][language], forward_text(verdict), backward_text(verdict)):
            assert squeezed(text) in page
        assert step.spec in experiments_in(page)
    assert experiments_in("".join(pages)) == [step.spec for step in lesson.steps]


@needs_poppler
@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_stand_at_the_end_only(handouts, language):
    pages = pages_of(handouts(LESSON, "pdf", language))
    steps, _heading, answers = "".join(pages).rpartition(squeezed(_("Answers")))
    for step in source()["step"]:
        if question := step.get("question"):
            choices = [said_in(choice["text"], language) for choice in question["choices"]]
            assert all(squeezed(each) in steps for each in (said_in(question["text"], language), *choices))
            right = f"{'ABC'[question['answer'] - 1]}) {choices[question['answer'] - 1]}"
            assert squeezed(right) in answers
            because = squeezed(said_in(question["because"], language))
            assert because in answers and because not in steps


@needs_poppler
def test_numbers_that_claims_speak_of_are_there(handouts):
    """1.5^10 = 57.67 and 1.5^151 = 3.889e26, by hand."""
    text = "".join(pages_of(handouts(LESSON, "pdf")))
    assert "everyunitholds57.7." in text and "thevaluesgrow3.9·1026times" in text
    assert "activation_rms[L]=57.67" in text


@needs_poppler
def test_pages_are_numbered_and_not_too_many(handouts):
    pages = pages_of(handouts(LESSON, "pdf"))
    assert 3 <= len(pages) <= 7
    assert all(page.endswith(f"gradviz{number}/{len(pages)}") for number, page in enumerate(pages, start=1))


@needs_poppler
@pytest.mark.parametrize("language", LANGUAGES)
def test_type_is_of_a_size_to_read_and_nothing_leaves_the_page(handouts, language):
    """A4 with margins; the axes' numbers are 4 to 9 points high (at 300 dpi they came out three times as large once)."""
    words = words_of(handouts(LESSON, "pdf", language))
    assert len(words) > 500
    for left, top, right, bottom, word in words:
        assert 40 < left < right < 595 - 40 and 35 < top < bottom < 842 - 20, word
    ticks = [bottom - top for _left, top, _right, bottom, word in words if word in ("20", "60", "100", "140")]
    assert len(ticks) > 20 and all(4 < height < 9 for height in ticks)


@needs_poppler
@pytest.mark.whole
def test_pictures_are_there_as_vectors(handouts):
    """Both waves' colours on every page of steps, and no image in the file."""
    path = handouts(LESSON, "pdf")
    assert b"/Subtype /Image" not in path.read_bytes()
    for page in ("1", "2"):
        command = ["pdftoppm", "-r", "75", "-png", "-f", page, "-l", page, path]
        image = QImage.fromData(subprocess.run(command, capture_output=True, check=True).stdout)
        assert (image.width(), image.height()) == (620, 878)
        for role in ("forward", "backward"):
            assert pixels_of(image, QColor(getattr(THEMES["light"], role))) > 250


def pixels_of(image, wanted):
    def distance(colour):
        return max(abs(ours - theirs) for ours, theirs in zip(colour.getRgb(), wanted.getRgb(), strict=True))

    return sum(distance(image.pixelColor(x, y)) < 40 for x in range(image.width()) for y in range(image.height()))


@needs_poppler
def test_notes_are_for_the_lecturer(handouts):
    note = squeezed(source()["step"][1]["note"]["en"])
    assert note not in "".join(pages_of(handouts(LESSON, "pdf")))
    assert note in "".join(pages_of(handouts(LESSON, "pdf", "en", "--notes")))


@needs_poppler
def test_a_formula_that_cannot_be_set_is_written_out(handouts):
    text = "".join(pages_of(handouts("hostile", "pdf")))
    assert "Noboardofitsown.\\notlatex{thisformulaisnoLaTeXthatcanbeset" in text and "Mine<imgsrc=x>&more" in text


# --- HTML ---


class Strict(HTMLParser):
    """Notes what an HTML parser sees."""

    def __init__(self):
        super().__init__()
        self.tags, self.links = set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name in ("src", "href", "srcset", "data", "action")]


def body(path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>\n")
    return text, ET.fromstring(text.removeprefix("<!DOCTYPE html>"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [LESSON, "hostile"])
@pytest.mark.sampled(2)
def test_html_says_everything_and_runs_nothing(handouts, language, name):
    """It parses as XML and as HTML; what looks like a tag in a lesson is text; nothing is fetched from anywhere."""
    text, root = body(handouts(name, "html", language, "--notes"))
    assert root.get("lang") == language
    said, parser = squeezed("".join(root.itertext())), Strict()
    parser.feed(text)
    assert not parser.tags & {"img", "script", "link", "iframe", "object", "image", "b", "i"} and parser.links == []
    assert set(re.findall(r"https?://[^\s\"'<]+", text)) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert not re.search(r"url\((?!#)|@import", text)
    told = source(name)
    assert all(squeezed(told[key][language]) in said for key in ("title", "summary"))
    for step in told["step"]:
        texts = [step["title"], step["text"], *([step["note"]] if "note" in step else [])]
        if question := step.get("question"):
            texts += [question["text"], *(choice["text"] for choice in question["choices"]), question["because"]]
        assert all(squeezed(said_in(each, language)) in said for each in texts)


def test_html_answers_stand_at_the_end_only(handouts):
    _text, root = body(handouts(LESSON, "html"))
    *steps, answers = root.iter("section")
    because = [squeezed(step["question"]["because"]["en"]) for step in source()["step"] if "question" in step]
    said = squeezed("".join(text for step in steps for text in step.itertext()))
    assert because and all(each in squeezed("".join(answers.itertext())) and each not in said for each in because)


def test_html_pictures_speak_and_do_not_share_names(handouts):
    """Every picture has a sentence, every formula its LaTeX; a name in the file means one thing."""
    text, root = body(handouts(LESSON, "html"))
    pictures = [figure.find("{http://www.w3.org/2000/svg}svg") for figure in root.iter("figure")]
    assert len(pictures) == len(source()["step"])
    assert "size grows" in pictures[0].get("aria-label")
    assert all(len(list(picture.iter())) > 100 for picture in pictures)
    labels = [svg.get("aria-label") for svg in root.iter("{http://www.w3.org/2000/svg}svg") if svg not in pictures]
    assert labels == [str(step.formula) for step in lesson_named(LESSON).steps if step.formula]
    assert any("1.5" in label for label in labels) and not any("value" in label for label in labels)
    names = re.findall(r'\bid="([^"]*)"', text)
    assert len(names) == len(set(names))
    assert set(re.findall(r"url\(#([^)]*)\)", text)) <= set(names)


# --- both ---


@pytest.mark.parametrize("ending", ["pdf", "html"])
def test_the_experiments_travel_inside(handouts, ending):
    """All of them; whoever opens the file gets the first."""
    path = handouts(LESSON, ending)
    steps = lesson_named(LESSON).steps
    assert read_experiment(str(path)) == steps[0].spec
    content = path.read_bytes().decode("utf-8", "replace").replace("&amp;", "&")
    found = re.findall(r"gradviz:experiment\[([^\]]*)\]", content)
    assert [Spec.from_text(text) for text in found] == [step.spec for step in steps]


def test_every_experiment_is_run_once(monkeypatch):
    runs = []
    monkeypatch.setattr(sections, "simulate", lambda spec: (runs.append(spec), simulate(spec))[1])
    lesson = lesson_named("check_the_claim")
    Handout.of(lesson)
    assert len(runs) == len(set(runs)) and set(runs) >= {step.spec for step in lesson.steps}


def test_a_lesson_takes_less_than_ten_seconds(gradviz, tmp_path):
    start = time.process_time()
    assert gradviz("handout", "2", "-o", tmp_path / "x.pdf")[0] == 0
    assert time.process_time() - start < 10


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.name)
@pytest.mark.sampled(3)
def test_numbers_of_every_lesson_can_be_said(monkeypatch, lesson):
    """Claims of every form that lessons make: a measure at a layer is always among the numbers. Narrow networks say as many."""
    monkeypatch.setattr(sections, "simulate", lambda spec: simulate(spec.replace(width=min(spec.width, 12), batch=8)))
    for section in Handout.of(lesson).sections:
        named = re.findall(r"[a-zA-Z_.0-9]+\[\w+\]", " ".join(claim.text for claim in section.step.claims))
        assert all(f"{name} = " in section.quantities for name in named), section.step.name


@pytest.mark.parametrize(
    ("lesson", "output", "expected", "says"),
    [
        ("depth_multiplie", "x.pdf", 2, ['did you mean "depth_multiplies"']),
        ("none.toml", "x.pdf", 2, ["cannot read none.toml"]),
        ("1", "x.docx", 2, ['"x.docx" ends in none of .pdf, .html']),
        ("99", "x", 2, ['there is no "99"', '"x" ends in none of .pdf, .html']),
        ("1", "no/x.pdf", 1, ["cannot write no/x.pdf: there is no such folder"]),
        ("hostile.toml", "folder.pdf", 1, ["cannot write folder.pdf"]),
    ],
)
def test_bad_input_is_named_and_nothing_is_written(gradviz, tmp_path, monkeypatch, lesson, output, expected, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.pdf").mkdir()
    (tmp_path / "hostile.toml").write_text(HOSTILE, encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    status, out, err = gradviz("handout", lesson, "-o", output)
    assert (status, out) == (expected, "")
    assert all(text in err for text in says), err
    assert sorted(tmp_path.rglob("*")) == before


WITHOUT_QT = """
import sys
from gradviz import cli
status = cli.run(["handout", "nothing", "-o", "x.pdf"])
print(status, any(name.startswith("PySide6") for name in sys.modules))
"""


def test_what_is_wrong_is_said_without_qt():
    child = subprocess.run([sys.executable, "-c", WITHOUT_QT], capture_output=True, text=True, check=True)
    assert child.stdout == "2 False\n"


# --- pages ---


def blocks(*heights):
    return [[Piece(height, lambda painter, top: None)] for height in heights]


@pytest.mark.parametrize(
    ("groups", "tops"),
    [
        ([(40,), (40,)], [[0, 50]]),
        ([(40,), (60,)], [[0], [0]]),  # the gap counts
        ([(40,), (30, 30)], [[0], [0, 30]]),  # a group goes to the next page as a whole
        ([(40,), (40, 80)], [[0, 50], [0]]),  # but not one that no page holds
        ([(90,), (40, 80)], [[0], [0], [0]]),
        ([(100,), (100,)], [[0], [0]]),
        ([(130,), (10,)], [[0], [0]]),  # what is too high stands alone
    ],
)
def test_pages_break_between_groups_if_they_can(groups, tops):
    pages = paginated([blocks(*heights) for heights in groups], 100, 10)
    assert [[top for top, _piece in page] for page in pages] == tops


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one two three", ["one two", "three"]),
        ("기울기가 사라집니다 층마다", ["기울기가", "사라집니다", "층마다"]),
        ("depth=5&gain=2&seed=7", ["depth=5&", "gain=2&", "seed=7"]),
        ("incomprehensibilities", ["incompre", "hensibil", "ities"]),
        ("a incomprehensible", ["a", "incompre", "hensible"]),
        ("", []),
    ],
)
def test_lines_break_between_words(text, lines):
    """Eight letters wide; an experiment breaks after its fields, and no letter is lost."""
    found = list(wrapped(text, len, 8))
    assert found == lines
    assert squeezed("".join(found)) == squeezed(text)
