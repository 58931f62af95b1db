"""Gradviz against numbers that PyTorch made (make_golden.py, make_golden_init.py); torch itself is not needed here.

The truth checked: a pass and its gradients are what autograd finds for the same weights, and random weights have the
moments of torch.nn.init's. Should "draws" fail, then the random numbers changed, not the mathematics: make the golden
file anew.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gradviz.core.simulate import trace
from gradviz.core.spec import Spec

HERE = Path(__file__).parent
GOLDEN = dict(np.load(HERE / "golden.npz", allow_pickle=False))
INIT = dict(np.load(HERE / "golden_init.npz", allow_pickle=False))

SEEDS = range(10)
ERRORS = 5  # standard errors


def arrays_of(line: str) -> dict[str, np.ndarray]:
    return dict(trace(Spec.from_text(line)).arrays)


def fingerprint(x: np.ndarray) -> np.ndarray:
    """Σ x·cos(1 + index) over the flattened array, its root mean square, its largest absolute value."""
    flat = np.asarray(x, dtype=np.float64).ravel()
    return np.array([flat @ np.cos(1.0 + np.arange(flat.size)), np.sqrt(np.mean(flat**2)), np.abs(flat).max()])


def draws(arrays: dict[str, np.ndarray], depth: int) -> np.ndarray:
    """Everything random end to end: input, target or cotangent, weights and biases."""
    target = arrays["target"] if "target" in arrays else arrays[f"grad_a{depth}"]
    parameters = [arrays[f"{kind}{l}"] for l in range(1, depth + 1) for kind in "Wb"]
    return np.concatenate([np.ravel(x) for x in (arrays["a0"], target, *parameters)])


def allowed(size: int, golden: np.ndarray, rtol: float) -> np.ndarray:
    """How far each of the three numbers may be off; the sum could be anywhere in ±√n · RMS, so it is relative to that."""
    _, rms, largest = golden
    return rtol * np.array([np.sqrt(size) * rms, rms, largest])


def golden_rows(number: int) -> tuple[np.ndarray, dict[tuple[str, int], np.ndarray]]:
    """The fingerprint of an experiment's draws, and those of its arrays by quantity and layer."""
    rows = GOLDEN["rows"][GOLDEN["start"][number] : GOLDEN["start"][number + 1]]
    quantities = [str(q) for q in GOLDEN["quantities"]]
    keys = [(q, l) for l in range(1, len(rows) // len(quantities) + 1) for q in quantities]
    return rows[0], dict(zip(keys, rows[1:], strict=True))


def scale(quantity: str, l: int, golden: dict[tuple[str, int], np.ndarray]) -> np.ndarray:
    """What an error is relative to. Batch normalization leaves grad_b nothing but rounding: then its terms, grad_z."""
    if quantity == "grad_b":
        return np.maximum(golden["grad_b", l], golden["grad_z", l])
    return golden[quantity, l]


@pytest.mark.parametrize("number", range(len(GOLDEN["lines"])), ids=[str(line) for line in GOLDEN["lines"]])
def test_a_pass_is_what_pytorch_finds(number: int) -> None:
    arrays = arrays_of(str(GOLDEN["lines"][number]))
    drawn, golden = golden_rows(number)
    depth = max(l for _, l in golden)
    random = draws(arrays, depth)
    assert (np.abs(fingerprint(random) - drawn) <= allowed(random.size, drawn, 1e-10)).all(), "other draws: make it anew"
    rtol = 1e-10 if depth <= 50 else 1e-9
    wrong = []
    for (quantity, l), expected in golden.items():
        x = arrays[f"{quantity}{l}"]
        off = np.abs(fingerprint(x) - expected)
        if not (off <= allowed(x.size, scale(quantity, l, golden), rtol)).all():
            wrong.append(f"{quantity}{l}: {fingerprint(x)} instead of {expected}")
    assert not wrong, "\n".join(wrong)


def weights(number: int, seed: int) -> np.ndarray:
    """One draw of W2, of the same fan_in and fan_out as torch's."""
    fan_out, fan_in = INIT["shape"]
    shape = f"depth=2&width={fan_in}&output_units={fan_out}&batch=2&activation=linear&dtype=float64"
    return arrays_of(f"{shape}&{INIT['lines'][number]}&seed={seed}")["W2"]


def kurtosis(W: np.ndarray) -> float:
    return float(np.mean(W**4) / np.mean(W**2) ** 2)


MOMENTS: dict[str, Callable[[np.ndarray], float]] = {
    "mean": lambda W: float(np.mean(W)),
    "variance": lambda W: float(np.mean(W**2)),
    "kurtosis": kurtosis,
    "largest": lambda W: float(np.abs(W).max()),
}


@pytest.mark.parametrize("number", range(len(INIT["lines"])), ids=[str(line) for line in INIT["lines"]])
def test_random_weights_have_the_moments_of_torch_nn_init(number: int) -> None:
    """Five standard errors, from the spread torch's own matrices have; a bounded draw never passes the bound."""
    drawn = [weights(number, seed) for seed in SEEDS]
    assert drawn[0].shape == tuple(INIT["shape"])
    for name, moment in MOMENTS.items():
        expected, spread = INIT[name][number], INIT[f"{name}_spread"][number]
        tolerance = ERRORS * spread * np.sqrt(1 / len(drawn) + 1 / INIT["matrices"]) + 1e-12 * abs(expected)
        assert np.mean([moment(W) for W in drawn]) == pytest.approx(expected, rel=0, abs=tolerance), name
    if INIT["bound"][number]:
        assert max(np.abs(W).max() for W in drawn) <= INIT["bound"][number] * (1 + 1e-6)


@pytest.mark.parametrize(("width", "units"), [(20, 20), (20, 30), (30, 20)])
@pytest.mark.parametrize("gain", [1.0, 1.5])
def test_orthogonal_weights_are_orthogonal(width: int, units: int, gain: float) -> None:
    """The shorter side's vectors are orthonormal, times the gain: Q Qᵀ = I, as after torch.nn.init.orthogonal_."""
    W = arrays_of(f"depth=2&width={width}&output_units={units}&batch=2&initializer=orthogonal&gain={gain}&dtype=float64")["W2"]
    gram = W @ W.T if units <= width else W.T @ W
    np.testing.assert_allclose(gram, gain**2 * np.eye(min(width, units)), atol=1e-13)


def test_orthogonal_matrices_are_spread_like_torchs() -> None:
    """A QR without fixed signs is orthogonal too, but not uniform: its traces have another mean. (Uniform: mean 0, variance 1.)"""
    lines = [f"depth=2&width=6&batch=2&initializer=orthogonal&dtype=float64&seed={seed}" for seed in range(200)]
    traces = np.array([np.trace(arrays_of(line)["W2"]) for line in lines])
    expected, spread = INIT["orthogonal_trace_mean"], INIT["orthogonal_trace_std"]
    assert abs(traces.mean() - expected) <= ERRORS * spread * np.sqrt(1 / traces.size + 1 / INIT["matrices"])
    assert traces.std() == pytest.approx(spread, rel=ERRORS / np.sqrt(2 * traces.size))


@pytest.mark.parametrize("activation", ["linear", "relu", "tanh"])
def test_lsuv_gives_every_layer_unit_variance(activation: str) -> None:
    arrays = arrays_of(f"depth=8&width=20&batch=30&activation={activation}&initializer=lsuv&gain=1&dtype=float64")
    for l in range(1, 9):
        W = arrays[f"W{l}"]
        assert np.var(arrays[f"z{l}"]) == pytest.approx(1, rel=1e-6), l
        np.testing.assert_allclose(W @ W.T, W[0] @ W[0] * np.eye(20), atol=1e-12 * (W[0] @ W[0]))


def test_biases_have_the_standard_deviation_asked_for() -> None:
    line = "depth=20&width=200&batch=2&activation=tanh&bias_std=0.3&dtype=float64"
    arrays = arrays_of(line)
    b = np.concatenate([arrays[f"b{l}"] for l in range(1, 21)])
    assert abs(b.mean()) <= ERRORS * 0.3 / np.sqrt(b.size)
    assert b.std() == pytest.approx(0.3, rel=ERRORS / np.sqrt(2 * b.size))
    assert kurtosis(b) == pytest.approx(3, abs=ERRORS * np.sqrt(24 / b.size))
