"""Published experiments come out again."""

import re
from dataclasses import replace

import numpy as np
import pytest

from gradviz.core.measures import MEASURES
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec
from gradviz.i18n import LANGUAGES, use_language
from gradviz.lessons.cards import CARDS, Draws, PublishedFigure, reproduce, reproduction
from gradviz.lessons.shown_numbers import read_number
from gradviz.lessons.wording import Wording


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_a_card_is_reproduced_within_its_tolerance(card):
    result = reproduce(card)
    assert [found for found in result.figures if not found.holds] == []
    assert result.holds
    for found in result.figures:
        if found.expected is not None:
            assert found.figure.low <= found.expected <= found.figure.high, "theory lies within the tolerance too"


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_a_card_fails_for_another_experiment(card):
    """The tolerances are not so wide that anything passes: a fifth of the gain is noticed, or five times of it."""
    spec = Spec.from_text(card.experiment)
    others = [replace(card, experiment=spec.replace(gain=spec.gain * factor).to_text()) for factor in (0.2, 5)]
    assert not all(reproduce(other).holds for other in others)


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_a_card_says_where_it_comes_from_and_how_exact_it_is(card):
    assert card.title and card.source and card.tolerance
    assert Spec.from_text(card.experiment) != Spec()
    for figure in card.figures:
        assert figure.measure in MEASURES and 1 <= figure.layer <= Spec.from_text(card.experiment).depth
        assert figure.low <= figure.high
        if isinstance(figure.published, str):
            assert figure.low <= float(figure.published) <= figure.high


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_no_number_of_a_card_s_texts_can_be_changed(card, language):
    """In either language: a digit of it, or its expression left out."""
    use_language(language)
    frame = simulate(card.spec)
    assert reproduction(card, frame).faults == ()
    for wording in card.wordings:
        for said in wording.said:
            digit = re.search(r"\d", said.text)
            other = said.text.replace(digit[0], str((int(digit[0]) + 1) % 10), 1)
            number = read_number(other)
            assert number is not None and not number.says(said.relation, said.quantity.value(frame))
            assert Wording.of_text(wording.text).bare


@pytest.mark.whole
def test_what_a_tolerance_says_of_draws_is_measured():
    """One standard deviation over the seeds, of every figure, divided by its layer: the mean over the layers, to one digit."""
    drawn = [card for card in CARDS.values() if isinstance(card.tolerance, Draws)]
    assert len(drawn) == 2
    for card in drawn:
        frames = [simulate(card.spec.replace(seed=seed)) for seed in range(card.tolerance.seeds)]
        for measure in {figure.measure for figure in card.figures}:
            values = np.array([frame.series[measure] for frame in frames])
            share = values.std(axis=0, ddof=1) / values.mean(axis=0) / np.arange(1, card.spec.depth + 1)
            assert float(f"{share.mean():.0e}") == card.tolerance.deviation, measure
        assert f"{card.tolerance.seeds} seeds" in str(card.tolerance)


def test_the_published_figures_are_those_of_the_lecture():
    """As printed there, independently of the table's tolerances."""
    tanh = [figure.published for figure in CARDS["tanh-small"].figures]
    assert tanh == [".213081", ".047551", ".010630", ".002378", ".000532", ".000119", ".000026", ".000006", ".000001", ".000000"]
    means = {figure.layer: float(figure.published) for figure in CARDS["relu-he"].figures if figure.measure == "activation_mean"}
    stds = {figure.layer: float(figure.published) for figure in CARDS["relu-he"].figures if figure.measure == "activation_std"}
    assert [round(means[layer], 4) for layer in (1, 2, 3)] == [0.5625, 0.5536, 0.5459]
    assert [round(stds[layer], 4) for layer in (1, 2, 3)] == [0.8252, 0.8278, 0.8139]
    powers = [float(CARDS[f"{base}^152"].figures[0].published) for base in ("1.5", "0.5", "0.9")]
    assert powers == pytest.approx([1.5**152, 0.5**152, 0.9**152], rel=1e-3)


def test_a_figure_outside_its_tolerance_is_seen():
    card = CARDS["1.5^152"]
    wrong = PublishedFigure("activation_rms", 152, "6e26", 5.9e26, 6.1e26)
    assert not reproduce(replace(card, figures=(wrong,))).holds
