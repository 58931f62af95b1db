"""What helps here: every change is measured, and the ranking follows what arrives."""

from math import inf

import numpy as np
import pytest

from gradviz.core.choices.errors import ExperimentError, Problem
from gradviz.core.choices.initializers import INITIALIZERS
from gradviz.core.runs import remedies as module
from gradviz.core.runs.remedies import Remedies
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec

OPENING = Spec.from_text("depth=12&width=24&initializer=glorot_normal&batch=48")


def last(spec):
    *_earlier, ranking = Remedies(spec).answers(lambda share: None)
    return ranking


def arrived(spec):
    """log10 of the gradient's size in layer 1 over that in the last layer, and of the spread: from the series alone."""
    frame = simulate(spec)
    gradient, spread = frame.series["log10_grad_a_rms"], np.log10(frame.series["activation_spread"])
    return gradient[0] - gradient[-1], spread[-1] - spread[0]


def test_the_network_as_it_is_comes_first_and_the_best_change_next():
    now, *others = last(OPENING)
    assert now.change == () and len(others) > 25
    distances = [each.decades for each in others]
    assert distances == sorted(distances) or max(np.diff(distances)[np.isfinite(np.diff(distances))]) >= -0.01
    assert others[0].decades < 0.5 < now.decades
    fields = {tuple(name for name, _value in each.change) for each in others}
    assert fields == {("activation",), ("initializer",), ("activation", "initializer"), ("residual",), ("normalization",)}


def test_every_change_says_what_the_changed_network_does():
    few = OPENING.replace(batch=32)
    for each in last(OPENING):
        gradient, signal = arrived(few.replace(**dict(each.change)))
        assert each.gradient.log10_total == pytest.approx(gradient, abs=1e-9, nan_ok=True), each.change
        if each.forward.lost is None and not each.is_noise and np.isfinite(signal):
            assert each.forward.log10_total == pytest.approx(signal, abs=1e-9), each.change


def test_what_is_no_remedy_is_not_offered():
    """No activation at all, what reads a file, and what is chosen already."""
    spec = OPENING.replace(residual=3, normalization="layer")
    changes = [dict(each.change) for each in last(spec)[1:]]
    assert not any(change.get("activation") in ("linear", "sigmoid") for change in changes)
    assert not any(INITIALIZERS[change["initializer"]].is_loaded for change in changes if "initializer" in change)
    assert not any("residual" in change or change.get("normalization") in ("none", "layer") for change in changes)


def test_a_signal_that_is_lost_or_only_noise_comes_last():
    """Zeros lose it; batch normalization after weights of ones finds only rounding noise."""
    ranking = last(Spec.from_text("depth=30&width=16&initializer=glorot_normal&batch=32"))
    by_change = {each.change: each for each in ranking}
    assert by_change[(("initializer", "zeros"),)].decades == inf
    assert ranking[-1].decades == inf


def test_a_change_that_cannot_be_run_is_left_out(monkeypatch):
    run = module.simulate

    def refuse(spec, tick):
        if spec.normalization == "batch":
            raise ExperimentError([Problem("", "too large")])
        return run(spec, tick)

    monkeypatch.setattr(module, "simulate", refuse)
    assert all(dict(each.change).get("normalization") != "batch" for each in last(OPENING))
    monkeypatch.setattr(module, "simulate", lambda spec, tick: refuse(spec.replace(normalization="batch"), tick))
    with pytest.raises(ExperimentError, match="too large"):
        last(OPENING)


def test_a_first_ranking_comes_soon_and_grows():
    rankings = list(Remedies(OPENING).answers(lambda share: None))
    counts = [len(each) for each in rankings]
    assert counts[0] == module.AT_ONCE + 1 and counts == sorted(counts) and len(rankings) > 5
    assert Remedies(OPENING).seconds() == 0
