"""Bar, titles, report and JSON say the same word and the same number of the signal, its size and the gradient."""

import json
import re

import pytest
from drawing import draw

from gradviz.core.runs.playhead import Playhead
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec
from gradviz.core.verdict import State
from gradviz.i18n import use_language
from gradviz.numbers import power_text
from gradviz.panels import PANELS
from gradviz.panels.parts.style import Style
from gradviz.panels.parts.themes import THEMES
from gradviz.report.formats import json_text
from gradviz.report.headline import headline
from gradviz.report.table import report
from gradviz.report.verdict import backward_text, end_text, forward_text

NETWORKS = [
    *(f"depth={depth}" for depth in (1, 2, 3, 20, 60)),
    *(
        f"depth=20&activation=sigmoid&initializer=glorot_uniform&dtype={dtype}"
        for dtype in ("float16", "bfloat16", "float32", "float64")
    ),
    *(f"depth=20&activation=sigmoid&gain={gain}" for gain in (0, 0.01, 1, 4, 1000)),
    *(
        f"depth={depth}&activation=linear&initializer=identity&gain={gain}"
        for depth in (3, 20, 152)
        for gain in (0.5, 0.9, 1.5, 1000)
    ),
    *(f"depth=12&data=ones&normalization={name}" for name in ("none", "batch", "layer", "rms")),
    *(f"depth=12&residual={every}&activation={name}" for every in (1, 2) for name in ("relu", "sigmoid", "gelu")),
    *(f"depth={depth}&output_activation=softmax&loss=cross_entropy" for depth in (1, 2, 12)),
    *(f"depth=15&batch=1&activation={name}" for name in ("relu", "tanh")),
    *(f"depth=30&width={width}&activation=relu&initializer=he_normal" for width in (1, 3, 8)),
    *(f"depth=30&width=60&width_profile={name}&activation=relu" for name in ("funnel", "widening", "bottleneck", "hourglass")),
    *(f"depth=9&initializer={name}&activation=tanh" for name in ("zeros", "constant", "orthogonal", "normal")),
    *(f"depth=9&initializer={name}&activation=sigmoid&bias_std=1" for name in ("zeros", "constant", "normal")),
    "depth=120&activation=linear&initializer=normal&gain=0.07&width_profile=hourglass&width=400&batch=8",
    "depth=400&width=20&activation=linear&initializer=lecun_normal&gain=0.9&dtype=float16&batch=8",
    "depth=40&activation=hardtanh&initializer=normal&gain=1000000",
    "depth=60&data=ones&activation=tanh&initializer=lecun_normal&gain=4",
    "depth=20&normalization=batch&activation=sigmoid&gain=0.001&initializer=zeros",
]

SUBJECTS = {"en": ("signal", "size", "gradient"), "ko": ("신호", "크기", "기울기")}
WORDS = {"en": [state.value for state in State], "ko": ["소실", "감소", "유지", "증가", "폭주"]}


@pytest.fixture(scope="module")
def frames():
    return {text: simulate(Spec.from_text(text)) for text in NETWORKS}


@pytest.fixture(params=["en", "ko"])
def language(request):
    use_language(request.param)
    yield request.param
    use_language("en")


@pytest.fixture
def panels(qtbot):
    found = {}
    for key in ("sizes", "activations", "heatmap", "gradient", "network", "numbers"):
        found[key] = PANELS[key].load()(Style(THEMES["light"]))
        qtbot.addWidget(found[key])
        found[key].resize(1400, 400)
    return found


def said(text, language):
    """Return what a text says of whom: (subject, word) → word."""
    subjects, words = SUBJECTS[language], WORDS[language]
    return set(re.findall(rf"({'|'.join(subjects)}) ({'|'.join(words)})\b", text))


def expected(verdict, language):
    subjects, words = SUBJECTS[language], dict(zip(State, WORDS[language], strict=True))
    judged = zip(subjects, (verdict.signal, verdict.size, verdict.gradient), strict=True)
    return {(subject, words[each.state]) for subject, each in judged if each is not None and each.state is not None}


@pytest.mark.sampled(2)
def test_titles_report_and_sentences_agree(frames, panels, language):
    """Whatever speaks of one of the three uses its word, and a title's number is in the sentence."""
    for text, frame in frames.items():
        verdict, true = frame.verdict, expected(frame.verdict, language)
        sentences = f"{backward_text(verdict)} {forward_text(verdict)}"
        assert said(sentences, language) <= true, text
        judged = {subject for subject, _word in said(sentences, language)}
        assert frame.depth == 1 or verdict.depth == 1 or SUBJECTS[language][2] in judged, text
        for line in headline(verdict):
            judged_there = {"signal": verdict.signal, "size": verdict.size, "gradient": verdict.gradient}.get(line.what)
            assert bool(line.chip) is (judged_there is not None)
            if judged_there is not None:
                assert line.state is judged_there.state
                word = dict(zip(State, WORDS[language], strict=True))[line.state]
                assert re.search(rf"\b{word}$", line.chip), (text, line)
                assert said(line.sentence, language) <= true, (text, line)
                clause = end_text(line.what, judged_there, verdict.dtype)
                number = power_text(judged_there.log10_total)
                assert clause in sentences and (number in line.sentence or clause[1:] in line.sentence), (text, line)
        for key, panel in panels.items():
            draw(panel, frame, Playhead(1))
            assert said(panel.header.said, language) == set(), (text, key)  # the headline says it, once
        assert str(frame.depth) in panels["numbers"].finding.text or frame.depth == 1
        printed = report(frame).splitlines()
        assert {backward_text(verdict), forward_text(verdict)} <= set(printed), text
        assert set().union(*(said(line, language) for line in printed)) == said(sentences, language), text


def test_json_has_the_words_of_the_sentences(frames, language):
    for text, frame in frames.items():
        content, verdict = json.loads(json_text(frame))["verdict"], frame.verdict
        assert said(" ".join(content["sentences"].values()), language) <= expected(verdict, language), text
        kinds = {"size": verdict.size, "backward": verdict.gradient, "forward": verdict.forward}
        for name, judged in kinds.items():
            assert content[name]["kind"] == (judged.state and judged.state.value), text
        assert content["sentences"] == {"forward": forward_text(verdict), "backward": backward_text(verdict)}
        assert content["forward"]["of"] == ("signal" if verdict.signal else "size")
