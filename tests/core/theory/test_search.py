"""Random experiments of every kind: where theory speaks, it is true. The search itself is `tests/soak/theory.py`."""

import pytest
from soak.theory import experiment, judge

EXPERIMENTS = 36


@pytest.mark.parametrize("number", range(EXPERIMENTS))
@pytest.mark.sampled(4)
def test_what_is_predicted_of_a_random_experiment_is_measured(number):
    """Within a factor of 2 and three standard errors over five seeds, in every layer and measure with a prediction."""
    assert judge(experiment(number)).off == ()


def test_the_search_finds_both_speech_and_silence():
    predicted = [bool(judge(experiment(number), seeds=2).predicted) for number in range(8)]
    assert True in predicted and False in predicted
