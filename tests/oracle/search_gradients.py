"""Search for a gradient that autograd does not find: `python tests/oracle/search_gradients.py [--experiments 500] [--first 0]`.

Needs PyTorch beside the program. Random architectures in float64; `trace` against torch_reference.py. Prints every experiment in
which an array is off by more than rounding, and how many there are. Left out are batches of one behind batch normalization, which
PyTorch refuses, and those in which batch normalization divides rounding noise. What remains is off for reasons that are understood:

- A unit stands on a kink of f up to rounding (ELU, SELU or leaky ReLU of a feature that is constant over the batch): normalization
  makes exactly 0 of it here and 1e-14 there, or the other way round, and f′ is another one on either side.
- The gradient is 0 in exact arithmetic, and both find rounding noise: equal weights under cross-entropy, whose gradients add up to
  0; a batch of two behind batch normalization, which makes ±1 of it.
- GELU far below 0, where PyTorch's 1 + erf is 0 to the last digit.
"""

from __future__ import annotations

import argparse
import random

import numpy as np
from torch_reference import parse, recompute

from gradviz.core.choices.activations import ACTIVATIONS
from gradviz.core.choices.errors import ExperimentError
from gradviz.core.simulate import simulate, trace
from gradviz.core.spec import Spec

CHOICES = {
    "depth": range(1, 13),
    "width": (1, 2, 3, 5, 8, 16, 32),
    "batch": (1, 2, 3, 8, 16),
    "activation": (*ACTIVATIONS, "elu", "selu"),
    "initializer": ("he_normal", "glorot_uniform", "lecun_normal", "orthogonal", "normal", "identity", "constant", "zeros"),
    "gain": (0.01, 0.5, 1, 2, 5),
    "bias_std": (0, 0.3, 1),
    "residual": (0, 1, 2, 3),
    "residual_order": ("pre", "post"),
    "residual_scale": ("one", "inverse_sqrt_depth"),
    "normalization": ("none", "batch", "layer", "rms"),
    "normalization_place": ("before", "after"),
    "loss": ("cotangent", "mse", "cross_entropy"),
    "width_profile": ("constant", "funnel", "widening", "bottleneck", "hourglass"),
    "data": ("gaussian", "ones", "digits"),
    "alpha": (0.5, 1, 2),
    "slope": (0.01, 0.3),
}

TOLERANCE = 1e-3
"""Of an array's largest number: below it lies what cancels to rounding in sums over the batch."""

SMALL = 1e-10
"""Of the largest number of all arrays of a kind: what is smaller is rounding."""


def line_of(number):
    """Return experiment `number`."""
    chance = random.Random(number)
    fields = {name: chance.choice(list(values)) for name, values in CHOICES.items()}
    fields |= {"seed": number, "dtype": "float64"}
    if fields["loss"] == "cross_entropy":
        fields["output_activation"] = "linear"
    return "&".join(f"{name}={value}" for name, value in fields.items())


def worst(arrays, found):
    """Return the largest relative difference, and the array's name."""
    largest: dict[str, float] = {}
    for name, values in found.items():
        kind = name.rstrip("0123456789")
        largest[kind] = max(largest.get(kind, 0.0), float(np.abs(values).max()))
    for kind in ("grad_W", "grad_b"):  # sums over the batch, which may cancel
        largest[kind] = max(largest[kind], largest["grad_z"])
    differences = [(0.0, "")]
    for name, values in found.items():
        if name in arrays and np.isfinite(values).all():
            size = max(float(np.abs(values).max()), SMALL * largest[name.rstrip("0123456789")])
            differences.append((float(np.abs(values - arrays[name]).max()) / size if size else 0.0, name))
    return max(differences)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--experiments", type=int, default=500)
    parser.add_argument("--first", type=int, default=0)
    asked = parser.parse_args()
    compared = off = 0
    for number in range(asked.first, asked.first + asked.experiments):
        line = line_of(number)
        try:
            spec = Spec.from_text(line)
        except ExperimentError:
            continue
        if (spec.batch == 1 and spec.normalization == "batch") or simulate(spec).verdict.noise_layer is not None:
            continue
        arrays = trace(spec).arrays
        difference, name = worst(arrays, recompute(arrays, parse(line)))
        compared += 1
        if difference > TOLERANCE:
            off += 1
            print(f"{name} {difference:.2g} {line}")
    print(f"{off} of {compared} are off")


if __name__ == "__main__":
    main()
