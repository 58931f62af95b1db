"""Every word of the claims' language means what its table says: truths computed by hand, on numbers made up by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from gradviz.core.verdict import State
from gradviz.lessons.claims.claim import Claim


def made_up(loss, states, theory=(), **series):
    """Return what a claim may look at, and nothing else."""
    return SimpleNamespace(
        depth=len(next(iter(series.values()))),
        loss=loss,
        series={key: np.array(values, dtype=np.float64) for key, values in series.items()},
        theory={key: np.array(values, dtype=np.float64) for key, values in theory},
        verdict=SimpleNamespace(**{way: SimpleNamespace(state=state) for way, state in states.items()}),
    )


RUN = made_up(
    0.25,
    {"forward": State.VANISHES, "size": State.GROWS, "backward": State.EXPLODES},
    theory=[("activation_std", [10, 20, 30, 40, 50]), ("log10_grad_a_rms", [1, 1, 2, 3, 5])],
    activation_std=[1, 2, 4, 8, 16],
    activation_mean=[3, -1, 0.5, -2, 5],
    log10_grad_a_rms=[-4, -3, -2, -1, 0],
)
PINNED = made_up(
    0.5,
    {"forward": State.HOLDS, "size": State.SHRINKS, "backward": State.VANISHES},
    theory=[("activation_std", [11, 21, 31, 41, 51])],
    activation_std=[7, 6, 5, 4, 3],
    activation_mean=[0, 0, 0, 0, 9],
    log10_grad_a_rms=[2, 2, 2, 2, 3],
)

LAYERS = {
    "activation_std[1] == 1": True,
    "activation_std[2] == 2": True,
    "activation_std[L] == 16": True,
    "activation_std[L - 1] == 8": True,
    "activation_std[1] == 2": False,
    # from a to b, both included, in their order, none left out
    "min(activation_std[2:4]) == 2": True,
    "max(activation_std[2:4]) == 8": True,
    "mean(activation_std[2:4]) == 14 / 3": True,
    "mean(activation_std[1:L]) == 31 / 5": True,
    "mean(activation_std[3:3]) == 4": True,
    "mean(activation_std[1:1]) == 1": True,
    "mean(activation_std[L:L]) == 16": True,
    "mean(activation_std[L - 1:L]) == 12": True,
    "activation_std[2:4][1] == 2 and activation_std[2:4][2] == 4 and activation_std[2:4][3] == 8": True,
    "all(activation_std[2:L] == 2 * activation_std[1:L - 1])": True,
    "all(activation_std[1:4] < 16)": True,
    "all(activation_std[1:5] < 16)": False,
    "all(activation_std[2:5] > 1)": True,
    "all(activation_std[1:5] > 1)": False,
    "any(activation_std[2:5] == 1)": False,
    "any(activation_std[1:4] == 16)": False,
    "all((activation_std > 3)[3:5])": True,
    "any((activation_std > 3)[1:2])": False,
    "(activation_std > 3)[3]": True,
    "(activation_std > 3)[2]": False,
}

FUNCTIONS = {
    "min(activation_mean) == -2": True,
    "max(activation_mean) == 5": True,
    "mean(activation_mean) == 1.1": True,
    "min(7, L, 9) == 5 and min(L, 7, 9) == 5 and min(9, 7, L) == 5": True,
    "max(2, L, 3) == 5 and max(L, 2, 3) == 5 and max(3, 2, L) == 5": True,
    "abs(activation_mean[2]) == 1": True,
    "abs(activation_mean[1]) == 3": True,
    "min(abs(activation_mean)) == 0.5": True,
    "log10(1000) == 3": True,
    "log10(activation_std[1]) == 0": True,
    "all(log10(grad_a_rms) == log10_grad_a_rms)": True,
    "sqrt(activation_std[5]) == 4": True,
    "sqrt(9) == 3": True,
    "max(sqrt(activation_std)) == 4": True,
    "all(activation_std >= 1)": True,
    "all(activation_std > 1)": False,
    "any(activation_std >= 16)": True,
    "any(activation_std > 16)": False,
    "any(activation_std == 4)": True,
    "all(activation_std == 4)": False,
}

OPERATORS = {
    "2 + 3 == 5": True,
    "2 - 3 == -1": True,
    "2 * 3 == 6": True,
    "3 / 2 == 1.5": True,
    "2 ** 3 == 8": True,
    "-L == 0 - 5": True,
    "all(-activation_std < 0)": True,
    "all(activation_std + activation_mean == activation_mean + activation_std)": True,
    "max(activation_std - activation_mean) == 11": True,
    "max(activation_std * activation_mean) == 80": True,
    "min(activation_std / activation_mean) == -4": True,
    "max(activation_mean ** 2) == 25": True,
    "1 / 0 > 1e308": True,
    "0 / 0 == 0 / 0": False,
}

COMPARISONS = {
    "1 < 2": True,
    "2 < 2": False,
    "3 < 2": False,
    "1 <= 2": True,
    "2 <= 2": True,
    "3 <= 2": False,
    "1 > 2": False,
    "2 > 2": False,
    "3 > 2": True,
    "1 >= 2": False,
    "2 >= 2": True,
    "3 >= 2": True,
    "2 == 2": True,
    "1 == 2": False,
    "2 != 2": False,
    "1 != 2": True,
    # a chain holds when each of its links does
    "1 < 2 < 3": True,
    "1 < 2 < 2": False,
    "2 < 2 < 3": False,
    "3 > 2 >= 2 > 1": True,
    "3 > 2 >= 2 > 2": False,
    "1 < 3 > 2 != 3": True,
    "1 == 1 != 1": False,
    "all(0 < activation_std < 17)": True,
    "all(1 < activation_std < 17)": False,
    "all(0 < activation_std < 16)": False,
    "any(2 < activation_std < 8)": True,
    "any(4 < activation_std < 8)": False,
    "1 < 2 and 2 < 3": True,
    "1 < 2 and 3 < 2": False,
    "2 < 1 or 2 < 3": True,
    "2 < 1 or 3 < 2": False,
    "not 2 < 1": True,
    "not 1 < 2": False,
}

NAMES = {
    "L == 5": True,
    "loss == 0.25": True,
    "reference.loss == 0.5": True,
    "reference.L == 5": True,
    "reference.activation_std[1] == 7 and reference.activation_std[L] == 3": True,
    "activation_std[1] == 7": False,
    "all(activation_mean > reference.activation_mean)": False,
    "any(activation_mean > reference.activation_mean)": True,
    "theory.activation_std[1] == 10 and theory.activation_std[L] == 50": True,
    "all(theory.activation_std > activation_std)": True,
    "reference.theory.activation_std[2] == 21": True,
    "mean(theory.activation_std[2:3]) == 25": True,
    # kept as a logarithm, and the quantity itself
    "log10_grad_a_rms[2] == -3": True,
    "abs(grad_a_rms[2] - 0.001) < 1e-15": True,
    "grad_a_rms[L] == 1": True,
    "theory.log10_grad_a_rms[3] == 2": True,
    "theory.grad_a_rms[3] == 100": True,
    "reference.grad_a_rms[L] == 1000": True,
    'forward.kind == "vanishes"': True,
    'forward.kind == "holds"': False,
    'forward.kind != "vanishes"': False,
    'backward.kind == "explodes"': True,
    'backward.kind == "vanishes"': False,
    'reference.forward.kind == "holds"': True,
    'reference.backward.kind == "vanishes"': True,
    'size.kind == "grows"': True,
    'size.kind == "holds"': False,
    'reference.size.kind == "shrinks"': True,
    "forward.kind == backward.kind": False,
    "forward.kind != backward.kind": True,
    "forward.kind == reference.backward.kind": True,
    'forward.kind == "vanishes" != backward.kind': True,
}

TRUTHS = LAYERS | FUNCTIONS | OPERATORS | COMPARISONS | NAMES


@pytest.mark.parametrize(("text", "holds"), TRUTHS.items(), ids=TRUTHS)
def test_a_claim_is_as_true_as_by_hand(text, holds):
    assert Claim.parse(text).holds(RUN, PINNED) is holds
