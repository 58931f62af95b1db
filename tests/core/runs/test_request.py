"""A Run yields the Timeline of an experiment; where its pass is slow, a preview over the first examples comes before it."""

import numpy as np
import pytest

from gradviz.core.batch import Batch
from gradviz.core.choices.errors import ExperimentError
from gradviz.core.runs import request as module
from gradviz.core.runs.request import PREVIEW_EXAMPLES, Run
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec

SPEC = Spec(depth=3, width=5, batch=2 * PREVIEW_EXAMPLES)


@pytest.fixture
def slow(monkeypatch):
    """Every pass counts as slow, and every preview as worth its time."""
    monkeypatch.setattr(module, "PREVIEW_ABOVE", 0.0)
    monkeypatch.setattr(module, "WORTH_IT", 1.0)


def answers(spec, tick=lambda share: None):
    return list(Run(spec).answers(tick))


def assert_same_numbers(one, other):
    assert one.series.keys() == other.series.keys() and one.loss == other.loss
    for key, values in one.series.items():
        np.testing.assert_array_equal(values, other.series[key], err_msg=key)


def test_one_spec_is_one_question():
    """So the runner knows what is there already, and a Scene finds its answers."""
    assert Run(SPEC) == Run(SPEC.replace()) != Run(SPEC.replace(seed=1))
    assert len({Run(SPEC), Run(SPEC.replace()), Run(SPEC.replace(seed=1))}) == 2


@pytest.mark.parametrize("kind", ["data", "weights"])
def test_a_file_that_was_replaced_makes_another_question(tmp_path, kind):
    """One that the experiment reads. The Timeline says which of the two it answers; without the file it is a third one."""
    path = tmp_path / "file.csv"
    path.write_text("1,2\n3,5\n")
    spec = SPEC.replace(
        **({"data": "file", "data_file": str(path)} if kind == "data" else {"initializer": "file", "weights_file": str(path)})
    )
    before = Run(spec)
    assert before == Run(spec)
    if kind == "data":
        (timeline,) = before.answers(lambda share: None)
    path.write_text("1,2\n3,5\n8,13\n")
    after = Run(spec)
    assert after != before and after == Run(spec)
    if kind == "data":
        assert Run.answered_by(timeline) == before
        (timeline,) = before.answers(lambda share: None)  # the file is read when the run begins
        assert Run.answered_by(timeline) == after
    path.unlink()
    assert Run(spec) not in (before, after)


def test_files_that_are_not_read_make_no_difference(tmp_path):
    path = tmp_path / "file.csv"
    spec = SPEC.replace(data_file=str(path), weights_file=str(path))
    before = Run(spec)
    path.write_text("1,2\n")
    assert Run(spec) == before


def test_a_fast_pass_has_one_answer(monkeypatch):
    monkeypatch.setattr(module, "PREVIEW_ABOVE", 1e9)
    (timeline,) = answers(SPEC)
    assert timeline.spec == SPEC and list(timeline.frames) == [0] and not timeline.is_preview
    assert_same_numbers(timeline.frames[0], simulate(SPEC))


def test_a_preview_is_the_run_over_the_first_examples(slow):
    """And says so. The whole answer that follows is what it would be without it."""
    few, whole = answers(SPEC)
    assert few.spec == whole.spec == SPEC and few.is_preview and not whole.is_preview
    assert_same_numbers(few.frames[0], simulate(SPEC.replace(batch=PREVIEW_EXAMPLES)))
    assert_same_numbers(whole.frames[0], simulate(SPEC))


def test_a_preview_leaves_the_jacobian_out(slow):
    """It takes most of the time, whatever the number of examples."""
    few, whole = answers(SPEC.replace(jacobian=True))
    assert np.isnan(few.frames[0].series["log10_jacobian_largest"]).all() and few.spec.jacobian
    assert np.isfinite(whole.frames[0].series["log10_jacobian_largest"]).all()


@pytest.mark.parametrize(
    ("text", "has_preview"),
    [
        ("depth=50&width=256", True),
        ("depth=50&width=256&jacobian=true", True),
        ("depth=152&width=512", True),
        ("depth=20&width=1024&batch=64", False),  # 0.9 of the time of the whole
        ("depth=20&width=2048", False),  # drawn in each pass, because the cache cannot hold it
        ("depth=1000&width=512", False),
    ],
)
def test_there_is_a_preview_where_it_comes_much_earlier_than_the_whole(monkeypatch, text, has_preview):
    """By the estimates, on any machine that needs long for both."""
    monkeypatch.setattr(module, "PREVIEW_ABOVE", 0.0)
    monkeypatch.setattr(module, "begun", lambda spec: begun.append(spec))
    monkeypatch.setattr(module, "frame_of", lambda spec, birth, tick: simulate(Spec(depth=1, width=1, batch=1)))
    begun = []
    few, *whole = answers(Spec.from_text(text))
    assert few.is_preview is bool(whole) is has_preview
    assert begun[-1] == Spec.from_text(text)


@pytest.mark.parametrize("batch", [1, PREVIEW_EXAMPLES])
def test_no_more_examples_than_a_preview_has_need_none(slow, batch):
    assert [timeline.is_preview for timeline in answers(SPEC.replace(batch=batch))] == [False]


def test_a_run_without_a_preview_is_the_same_question(slow):
    """Where nobody would see the preview. So the runner takes one for the other."""
    asked = Run(SPEC, has_preview=False)
    assert asked == Run(SPEC) and hash(asked) == hash(Run(SPEC))
    assert [timeline.is_preview for timeline in asked.answers(lambda share: None)] == [False]


def test_a_preview_that_would_take_most_of_the_time_is_left_out(slow, monkeypatch):
    monkeypatch.setattr(module, "WORTH_IT", 0.0)
    assert [timeline.is_preview for timeline in answers(SPEC)] == [False]


def test_the_caller_can_stop_between_a_preview_and_the_costly_rest(slow, monkeypatch):
    """The tick that may raise comes before anything is read or drawn for the rest."""
    read, of = [], Batch.of
    monkeypatch.setattr(Batch, "of", lambda spec, *rest: read.append(spec.batch) or of(spec, *rest))

    def tick(share):
        if has_preview:
            raise InterruptedError

    has_preview = False
    running = Run(SPEC).answers(tick)
    has_preview = next(running).is_preview
    with pytest.raises(InterruptedError):
        next(running)
    assert set(read) == {PREVIEW_EXAMPLES}


def test_the_share_done_rises_to_the_whole(slow):
    shares = []
    answers(SPEC, shares.append)
    assert shares == sorted(shares) and shares[-1] == pytest.approx(1.0)


def test_what_cannot_become_whole_is_refused_before_its_preview(slow, monkeypatch):
    monkeypatch.setattr(module, "needed_bytes", lambda spec: 2**60)
    with pytest.raises(ExperimentError):
        next(Run(SPEC).answers(lambda share: None))
