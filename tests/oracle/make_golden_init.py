"""Make golden_init.npz: the moments of the weights that torch.nn.init and nn.Linear really draw.

    python tests/oracle/make_golden_init.py [--output golden_init.npz]

The truth stored: for each initializer the mean, variance, kurtosis and largest |w| of a 300×200 matrix, averaged over
2000 matrices, and how much each spreads from matrix to matrix, from which a test gets its standard errors.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from math import sqrt
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

torch.set_num_threads(1)

MATRICES = 2000
FAN_OUT, FAN_IN = 300, 200
KERAS = 0.87962566103423978  # the standard deviation that N(0, 1) has left when cut at ±2


def truncated(w: Tensor, std: float) -> None:
    """Draw a truncated normal that has this standard deviation after the cut at twice its σ."""
    sigma = std / KERAS
    nn.init.trunc_normal_(w, std=sigma, a=-2 * sigma, b=2 * sigma)


def linear_layer(w: Tensor) -> None:
    """Draw what a new nn.Linear holds."""
    w.copy_(nn.Linear(FAN_IN, FAN_OUT, dtype=torch.float64).weight.detach())


#: gradviz's fields → torch's own draw. Bounded ones never pass their largest value, which is stored as a bound.
INITIALIZERS: dict[str, Callable[[Tensor], object]] = {
    "initializer=normal": nn.init.normal_,
    "initializer=normal&gain=0.01": lambda w: nn.init.normal_(w, std=0.01),
    "initializer=uniform": lambda w: nn.init.uniform_(w, -sqrt(3), sqrt(3)),
    "initializer=truncated": lambda w: truncated(w, 1),
    "initializer=lecun_normal": lambda w: nn.init.kaiming_normal_(w, nonlinearity="linear"),
    "initializer=lecun_uniform": lambda w: nn.init.kaiming_uniform_(w, nonlinearity="linear"),
    "initializer=lecun_truncated": lambda w: truncated(w, sqrt(1 / FAN_IN)),
    "initializer=glorot_normal": nn.init.xavier_normal_,
    "initializer=glorot_normal&gain=1.5": lambda w: nn.init.xavier_normal_(w, gain=1.5),
    "initializer=glorot_uniform": nn.init.xavier_uniform_,
    "initializer=glorot_uniform&gain=1.5": lambda w: nn.init.xavier_uniform_(w, gain=1.5),
    "initializer=glorot_truncated": lambda w: truncated(w, sqrt(2 / (FAN_IN + FAN_OUT))),
    "initializer=he_normal": lambda w: nn.init.kaiming_normal_(w, mode="fan_in", nonlinearity="relu"),
    "initializer=he_uniform": lambda w: nn.init.kaiming_uniform_(w, mode="fan_in", nonlinearity="relu"),
    "initializer=he_truncated": lambda w: truncated(w, sqrt(2 / FAN_IN)),
    "initializer=he_normal&fan_mode=fan_out": lambda w: nn.init.kaiming_normal_(w, mode="fan_out", nonlinearity="relu"),
    "initializer=he_uniform&fan_mode=fan_out": lambda w: nn.init.kaiming_uniform_(w, mode="fan_out", nonlinearity="relu"),
    "initializer=he_truncated&fan_mode=fan_out": lambda w: truncated(w, sqrt(2 / FAN_OUT)),
    "initializer=pytorch_default": linear_layer,
    "initializer=orthogonal": nn.init.orthogonal_,
    "initializer=orthogonal&gain=1.5": lambda w: nn.init.orthogonal_(w, gain=1.5),
}
BOUNDED = ("uniform", "truncated", "pytorch_default")
MOMENTS = ("mean", "variance", "kurtosis", "largest")


def moments(w: np.ndarray) -> tuple[float, float, float, float]:
    """Return mean, mean square (the mean is 0), kurtosis and largest |w| of one matrix."""
    square = np.mean(w**2)
    return w.mean(), square, np.mean(w**4) / square**2, np.abs(w).max()


def sample(draw: Callable[[Tensor], object]) -> np.ndarray:
    """Return the four moments of each of the matrices."""
    w = torch.empty(FAN_OUT, FAN_IN, dtype=torch.float64)
    rows = []
    for _ in range(MATRICES):
        draw(w)
        rows.append(moments(w.numpy()))
    return np.array(rows)


def orthogonal_trace() -> tuple[float, float, float]:
    """Return mean and std of tr Q over many 6×6 matrices, and the largest |QᵀQ − 1|; asserts that Q is orthogonal."""
    matrices = [nn.init.orthogonal_(torch.empty(6, 6, dtype=torch.float64)).numpy() for _ in range(MATRICES)]
    tall = nn.init.orthogonal_(torch.empty(FAN_OUT, FAN_IN, dtype=torch.float64)).numpy()
    error = max(np.abs(q.T @ q - np.eye(q.shape[1])).max() for q in [*matrices, tall])
    assert error < 1e-13
    traces = np.array([np.trace(q) for q in matrices])
    return traces.mean(), traces.std(), error


def linear_bias() -> np.ndarray:
    """Return mean, variance, kurtosis and largest |b| of nn.Linear's bias (not gradviz's: there bias_std decides)."""
    layers = (nn.Linear(FAN_IN, FAN_OUT, dtype=torch.float64) for _ in range(MATRICES))
    return np.array(moments(np.concatenate([layer.bias.detach().numpy() for layer in layers])))


@torch.no_grad()
def main() -> None:
    """Sample, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", default="golden_init.npz")
    output = parser.parse_args().output
    torch.manual_seed(20)
    samples = {line: sample(draw) for line, draw in INITIALIZERS.items()}
    means = np.array([rows.mean(axis=0) for rows in samples.values()])
    spreads = np.array([rows.std(axis=0, ddof=1) for rows in samples.values()])
    largest = np.array([rows[:, 3].max() for rows in samples.values()])
    bounded = np.array([any(word in line for word in BOUNDED) for line in samples])
    mean, std, error = orthogonal_trace()
    contents = {"lines": np.array(list(samples)), "shape": np.array([FAN_OUT, FAN_IN]), "matrices": np.array(MATRICES)}
    contents |= {name: means[:, i] for i, name in enumerate(MOMENTS)}
    contents |= {f"{name}_spread": spreads[:, i] for i, name in enumerate(MOMENTS)}
    contents |= {"bound": np.where(bounded, largest, 0), "linear_bias": linear_bias()}
    contents |= {"orthogonal_trace_mean": np.array(mean), "orthogonal_trace_std": np.array(std)}
    contents |= {"orthogonal_error": np.array(error), "made_with": np.array(f"torch {torch.__version__}")}
    np.savez_compressed(output, **contents)
    for line, row, top in zip(samples, means, largest, strict=True):
        print(f"{line:45} mean {row[0]:+.1e} variance {row[1]:.6e} kurtosis {row[2]:.5f} max {row[3]:.6f} ever {top:.8f}")
    print("nn.Linear bias: mean, variance, kurtosis, max", contents["linear_bias"], "1/√fan_in", 1 / sqrt(FAN_IN))
    print(f"orthogonal: trace {mean:.4f} ± {std:.4f}, |QᵀQ − 1| ≤ {error:.1e}; {Path(output).stat().st_size} bytes")


if __name__ == "__main__":
    main()
