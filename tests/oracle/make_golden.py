"""Make golden.npz: what PyTorch finds for a list of experiments, as three numbers per array.

    python tests/oracle/make_golden.py gradviz [--only TEXT] [--output golden.npz]

The truth checked on the way: every array gradviz dumps equals the one torch_reference.py recomputes from the same W, b,
a0 and target, element by element, relative to the largest element (grad_b: see `scale_of`). An experiment that gradviz
cannot run yet is listed and left out of the file; one that disagrees is listed and kept, for torch's numbers are the
truth. Exit status 1 if either happened.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from experiments import experiments
from torch_reference import count_layers, parse, recompute

QUANTITIES = ("z", "a", "grad_z", "grad_a", "grad_W", "grad_b")
Arrays = Mapping[str, np.ndarray]


def tolerance(depth: int) -> float:
    """Return the relative error allowed: rounding errors pile up with the depth."""
    return 1e-10 if depth <= 50 else 1e-9


def fingerprint(x: np.ndarray) -> tuple[float, float, float]:
    """Return Σ x·cos(1 + index) over the flattened array, its root mean square, and its largest absolute value."""
    flat = np.asarray(x, dtype=np.float64).ravel()
    return float(flat @ np.cos(1.0 + np.arange(flat.size))), float(np.sqrt(np.mean(flat**2))), float(np.abs(flat).max())


def draws(arrays: Arrays) -> np.ndarray:
    """Return everything random end to end: input, target or R, weights, biases. Another fingerprint: other draws."""
    depth = count_layers(arrays)
    target = arrays["target"] if "target" in arrays else arrays[f"grad_a{depth}"]
    parameters = [arrays[f"{kind}{l}"] for l in range(1, depth + 1) for kind in "Wb"]
    return np.concatenate([np.ravel(x) for x in (arrays["a0"], target, *parameters)])


def scale_of(quantity: str, l: int, reference: Arrays) -> float:
    """Return what an error in {quantity}{l} is relative to: its largest element.

    Batch normalization undoes a bias, so that grad_b is 0 but for rounding: it is then relative to its terms, grad_z.
    """
    names = [f"{quantity}{l}", *([f"grad_z{l}"] if quantity == "grad_b" else [])]
    return max(float(np.abs(reference[name]).max()) for name in names)


def error_of(quantity: str, l: int, arrays: Arrays, reference: Arrays) -> float:
    """Return the largest difference between two arrays of the same name, relative to `scale_of`; NaN counts as infinite."""
    x, y = arrays[f"{quantity}{l}"], reference[f"{quantity}{l}"]
    if x.shape != y.shape or not np.isfinite(x).all() or not np.isfinite(y).all():
        return np.inf
    difference, scale = float(np.abs(x - y).max()), scale_of(quantity, l, reference)
    return 0.0 if difference == 0 else difference / scale if scale else np.inf


def worst_errors(arrays: Arrays, reference: Arrays) -> dict[str, tuple[float, int]]:
    """Return for each quantity the worst error over the layers, and its layer."""
    layers = range(1, count_layers(arrays) + 1)
    return {q: max((error_of(q, l, arrays, reference), l) for l in layers) for q in QUANTITIES}


def rounding_noise(arrays: Arrays, reference: Arrays, fields: Mapping) -> float:
    """Return how far the results move when every weight moves by one rounding: a chaotic experiment shows itself."""
    rng = np.random.default_rng(0)
    nudged = {name: x * (1 + 2.2e-16 * rng.choice([-1, 1], x.shape)) if name[0] == "W" else x for name, x in arrays.items()}
    moved = recompute(nudged, fields)
    return max(error for error, _ in worst_errors(nudged | moved, reference).values())


def check_inputs(line: str, arrays: Arrays) -> list[str]:
    """Return what is wrong with the dump itself: depth, precision, and copies of a shared matrix that differ."""
    fields, depth = parse(line), count_layers(arrays)
    wrong = [f"{name} is {x.dtype}" for name, x in arrays.items() if name != "target" and x.dtype != np.float64]
    if depth != int(fields["depth"]):
        wrong.append(f"{depth} layers, not {fields['depth']}")
    if fields.get("shared_weights") == "true":
        first: dict = {}
        for l in range(1, depth + 1):
            W, b = first.setdefault(arrays[f"W{l}"].shape, (arrays[f"W{l}"], arrays[f"b{l}"]))
            if not (np.array_equal(W, arrays[f"W{l}"]) and np.array_equal(b, arrays[f"b{l}"])):
                wrong.append(f"layer {l} does not share its matrix")
    return wrong


def dump(command: str, line: str) -> dict[str, np.ndarray]:
    """Run one experiment with gradviz and return the arrays of its pass."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "arrays.npz"
        done = subprocess.run(
            [command, "run", line, "--arrays", str(file)], capture_output=True, text=True, timeout=300, check=False
        )
        if done.returncode:
            raise RuntimeError(f"gradviz: status {done.returncode}: {done.stderr.strip()[-200:]}")
        with np.load(file, allow_pickle=False) as arrays:
            return dict(arrays)


def examine(group: str, line: str, arrays: Arrays) -> tuple[dict[str, np.ndarray], dict[str, float], list[str]]:
    """Return torch's arrays, the worst error of each quantity (and the noise), and a sentence for each disagreement.

    On a kink, one rounding changes the slope for good, so there the noise says nothing.
    """
    fields, limit = parse(line), tolerance(count_layers(arrays))
    reference = recompute(arrays, fields)
    errors = worst_errors(arrays, reference)
    noise = 0.0 if group == "kinks" else rounding_noise(arrays, reference, fields)
    wrong = check_inputs(line, arrays)
    wrong += [f"{q}{l} is off by {error:.1e}" for q, (error, l) in errors.items() if not error <= limit]
    if not noise <= limit / 10:
        wrong.append(f"chaotic: one rounding grows to {noise:.1e}, choose another experiment")
    return reference, {q: error for q, (error, _) in errors.items()} | {"noise": noise}, wrong


def rows_of(arrays: Arrays, reference: Arrays) -> np.ndarray:
    """Return the fingerprints of one experiment: its draws, then every quantity of layer 1, then of layer 2."""
    layers = range(1, count_layers(arrays) + 1)
    names = [f"{q}{l}" for l in layers for q in QUANTITIES]
    return np.array([fingerprint(draws(arrays)), *(fingerprint(reference[name]) for name in names)])


def print_table(worst: Mapping[str, Mapping[str, float]], counts: Mapping[str, int]) -> None:
    """Print the worst relative error of each quantity in each group."""
    columns = [*QUANTITIES, "noise"]
    print(f"{'group':24}{'lines':>6}" + "".join(f"{column:>10}" for column in columns))
    for group, errors in worst.items():
        print(f"{group:24}{counts[group]:6}" + "".join(f"{errors[column]:10.1e}" for column in columns))


def save(path: str, kept: list[tuple[str, str, np.ndarray]]) -> None:
    """Write the golden file: lines, their groups, and their fingerprints end to end from row start[i] on."""
    groups, lines, rows = zip(*kept, strict=True)
    start = np.cumsum([0, *(len(block) for block in rows)])
    made_with = np.array([f"torch {torch.__version__}", f"numpy {np.__version__}"])
    np.savez_compressed(
        path, lines=np.array(lines), groups=np.array(groups), quantities=np.array(QUANTITIES), made_with=made_with,
        start=start, rows=np.concatenate(rows),
    )  # fmt: skip
    print(f"{path}: {len(lines)} experiments, {Path(path).stat().st_size / 1000:.0f} kB")


def main() -> int:
    """Run, recompute, compare, write; list what failed at the end."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", help="the gradviz command")
    parser.add_argument("--only", default="", help="only the experiments whose group or line contains this text")
    parser.add_argument("--output", default="golden.npz")
    options = parser.parse_args()
    worst: dict[str, dict[str, float]] = {}
    counts: dict[str, int] = {}
    kept, failures = [], []
    for group, line in experiments():
        if options.only not in f"{group}: {line}":
            continue
        try:
            arrays = dump(options.command, line)
            reference, errors, wrong = examine(group, line, arrays)
            kept.append((group, line, rows_of(arrays, reference)))
        except Exception as problem:  # whatever one experiment does, the others go on
            failures.append(f"{group}: {line}\n    left out: {type(problem).__name__}: {problem}")
            continue
        failures += [f"{group}: {line}\n    {sentence}" for sentence in wrong]
        before = worst.get(group, errors)
        worst[group] = {name: max(error, before[name]) for name, error in errors.items()}
        counts[group] = counts.get(group, 0) + 1
    print_table(worst, counts)
    if kept:
        save(options.output, kept)
    print(f"{len(failures)} failures", *failures, sep="\n")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
