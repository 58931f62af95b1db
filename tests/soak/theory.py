"""Where theory speaks, is it true? `uv run python tests/soak/theory.py [--experiments 200] [--first 0] [--seeds 5] [--only N]`.

Random experiments of every kind of architecture, the same for the same numbers, each against the mean over its seeds. Tells how
many had a theory and which layers of which measures are off by more than sampling and finite width allow; ends with status 1 if
any are. What is off with the few seeds is judged once more with many, because five seeds now and then lie together by chance.
`--only N` shows experiment N alone, with every measure in every layer that is off.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from gradviz.core.choices.activations import ACTIVATIONS
from gradviz.core.choices.initializers import INITIALIZERS
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec

EXPERIMENTS, SEEDS, MANY_SEEDS = 200, 5, 25

TOLERANCE = 0.3
"""Decades, a factor of 2: what the limits of the theory were chosen for (`gradviz/core/theory/assumptions.py`)."""

SAMPLING = 3.0
"""Standard errors of the mean over seeds."""

CORRELATION_TOLERANCE = 0.2

HELD = {"float16": (2e-3, 1e3), "bfloat16": (1e-36, 1e36), "float32": (1e-36, 1e36), "float64": (1e-300, 1e300)}
"""Precision → the root mean squares at which hardly any activation is subnormal or infinite in it."""

SIZES = ("activation_rms", "activation_std", "activation_spread", "pre_activation_rms", "pre_activation_std", "weight_std")
GRADIENTS = ("log10_grad_a_rms", "log10_grad_z_rms", "log10_grad_W_rms", "log10_grad_b_rms")

INDEPENDENT = [name for name, entry in INITIALIZERS.items() if entry.is_independent]
OTHERS = [name for name, entry in INITIALIZERS.items() if not entry.is_independent and not entry.is_loaded]


def experiment(number: int) -> Spec:
    """Return random experiment `number`: mostly with a gain at which something arrives, and always of a kind that may be asked for."""
    draw = np.random.default_rng((2026, number))

    def one_of(*values: object) -> object:
        return values[draw.integers(len(values))]

    def rarely(value: object, otherwise: object, chance: float = 0.1) -> object:
        return value if draw.random() < chance else otherwise

    initializer = str(rarely(one_of(*OTHERS), one_of(*INDEPENDENT)))
    # N(0, 1) and its like are 1/√width times too large for most; half of them are scaled to fit, as one would with the gain.
    width = int(np.exp(draw.uniform(np.log(16), np.log(257))))
    fitted = 1 / np.sqrt(width) if not INITIALIZERS[initializer].fan and initializer in INDEPENDENT and draw.random() < 0.5 else 1
    return Spec(
        depth=int(np.exp(draw.uniform(np.log(2), np.log(201)))),
        width=width,
        activation=one_of(*ACTIVATIONS),
        slope=rarely(float(draw.uniform(0, 1)), 0.01, 0.5),
        alpha=rarely(float(draw.uniform(0.1, 3)), 1.0),
        initializer=initializer,
        gain=float(fitted * one_of(0.5, 0.9, 1.0, 1.0, 1.0, 1.2, 1.414, 1.6, 2.0, 3.0)),
        data=one_of("gaussian", "gaussian", "ones", "digits", "unlike"),
        normalize=one_of("none", "centre", "standardize", "standardize"),
        feature_scale=rarely(float(10 ** draw.uniform(0, 4)), 1000.0),
        seed=100 * number,
        width_profile=rarely(one_of("funnel", "widening", "bottleneck", "hourglass"), "constant", 0.3),
        input_units=rarely(int(draw.integers(1, 200)), 0),
        output_units=rarely(int(draw.integers(1, 20)), 0, 0.2),
        fan_mode=rarely(one_of("fan_in", "fan_out", "fan_avg"), "auto"),
        bias_std=rarely(float(10 ** draw.uniform(-2, 0.5)), 0.0, 0.3),
        residual=rarely(int(one_of(1, 1, 2, 3, 5)), 0, 0.4),
        residual_order=rarely("post", "pre"),
        residual_scale=one_of("one", "inverse_sqrt_depth"),
        normalization=rarely(one_of("batch", "batch", "layer", "rms"), "none", 0.45),
        normalization_place=one_of("before", "after"),
        shared_weights=rarely(True, False, 0.05),
        output_activation=rarely(one_of("linear", "sigmoid", "tanh", "softmax"), "same"),
        loss=rarely(one_of("mse", "cross_entropy"), "cotangent"),
        batch=one_of(1, 16, 32, 64, 128, 256),
        dtype=rarely(one_of("float16", "bfloat16", "float64"), "float32", 0.3),
    )


class Off(NamedTuple):
    """A measure in one layer that is off: by how much, and what is allowed, in decades (a correlation: in units of itself)."""

    measure: str
    layer: int
    by: float
    allowed: float


class Judged(NamedTuple):
    """What became of one experiment: the measures that were predicted, and those that are off, the worst layer of each first."""

    predicted: tuple[str, ...]
    off: tuple[Off, ...]


def judge(spec: Spec, seeds: int = SEEDS) -> Judged:
    """Compare an experiment's theory with the mean over seeds, of logarithms where a measure is a size."""
    frames = [simulate(spec.replace(seed=spec.seed + seed)) for seed in range(seeds)]
    theory = frames[0].theory
    off: list[Off] = []
    for key in [key for key in (*SIZES, "activation_mean", *GRADIENTS, "input_correlation") if key in theory]:
        measured = np.array([frame.series[key] for frame in frames])
        predicted = np.array([frame.theory.get(key, np.full(frame.depth, np.nan)) for frame in frames])
        off += _judged(key, _held(frames, measured), predicted, theory.get("activation_rms"))
    return Judged(tuple(key for key in theory if not key.startswith("weight")), tuple(off))


def _held(frames: list, measured: np.ndarray) -> np.ndarray:
    """Return the measured values with NaN where the precision does not hold the signal: what it makes of it is not theory's."""
    small, large = HELD[frames[0].spec.dtype]
    rms = np.array([frame.series["activation_rms"] for frame in frames])
    with np.errstate(all="ignore"):
        held = np.minimum.accumulate((rms > small) & (rms < large), axis=1)
    return np.where(held, measured, np.nan)


def _judged(key: str, measured: np.ndarray, predicted: np.ndarray, rms: np.ndarray | None) -> Iterator[Off]:
    tolerance: float | np.ndarray = TOLERANCE
    with np.errstate(all="ignore"):
        if key in SIZES:
            measured, predicted = np.log10(measured), np.log10(predicted)
        elif key == "activation_mean":
            if rms is None:
                return
            measured, predicted = measured / rms, predicted / rms
            # A mean that shrinks with the size, by as much as a size may be off, is off by no more than the size.
            tolerance = np.maximum(CORRELATION_TOLERANCE, np.abs(predicted).mean(axis=0) * (1 - 10**-TOLERANCE))
        elif key == "input_correlation":
            tolerance = CORRELATION_TOLERANCE
        by = (measured - predicted).mean(axis=0)
        allowed = tolerance + SAMPLING * (measured - predicted).std(axis=0, ddof=1) / np.sqrt(len(measured))
        excess = np.where(np.isfinite(by) & np.isfinite(allowed), np.abs(by) - allowed, -np.inf)
    worst = int(np.argmax(excess))
    if excess[worst] > 0:
        yield Off(key, worst + 1, round(float(by[worst]), 2), round(float(allowed[worst]), 2))


def main() -> int:
    """Search, and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--experiments", type=int, default=EXPERIMENTS)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--only", type=int)
    options = parser.parse_args()
    numbers = range(options.first, options.first + options.experiments) if options.only is None else [options.only]
    spoke, gradients, wrong = 0, 0, 0
    for number in numbers:
        spec = experiment(number)
        judged = judge(spec, options.seeds)
        if judged.off:
            judged = judge(spec, max(options.seeds, MANY_SEEDS))
        spoke += bool(judged.predicted)
        gradients += "log10_grad_a_rms" in judged.predicted
        wrong += bool(judged.off)
        if judged.off or options.only is not None:
            print(f"{number}: {spec.to_text()}")
            for each in judged.off:
                print(f"    {each.measure}, layer {each.layer}: off by {each.by}, allowed {each.allowed}")
    print(f"{len(numbers)} experiments: {spoke} with a theory, {gradients} of the gradient too; {wrong} off")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
