"""What `gradviz run … --json -` says of random networks, beside the definitions in docs/verdict.md applied to the arrays.

Written from that page and the arrays alone, in long double; the number, the factor, and the layers are judged, not only the word.
"""

import json
import math
import random

import numpy as np
import pytest

from gradviz import cli
from gradviz.core.choices.activations import ACTIVATIONS
from gradviz.core.choices.errors import ExperimentError
from gradviz.core.choices.initializers import INITIALIZERS
from gradviz.core.simulate import trace
from gradviz.core.spec import Spec

EPS = {"float16": 2.0**-10, "bfloat16": 2.0**-7, "float32": 2.0**-23, "float64": 2.0**-52}
SMALLEST_NORMAL = {"float16": 2.0**-14, "bfloat16": 2.0**-126, "float32": 2.0**-126, "float64": 2.0**-1022}
THIRD = math.log10(3)
BOUNDS = (-3.0, -THIRD, THIRD, 3.0)
TOLERANCE = 1e-6
"""Decades: a total this near a bound, or this near another, is left to rounding."""

SETTINGS = {
    "depth": (1, 2, 2, 3, 4, 5, 8, 12, 20, 30, 50),
    "width": (1, 2, 3, 4, 8, 16, 24),
    "activation": tuple(ACTIVATIONS),
    "initializer": tuple(name for name, entry in INITIALIZERS.items() if not entry.is_loaded),
    "gain": (1, 1, 1, 0.01, 0.1, 0.3, 0.7, 0.9, 1.1, 1.5, 2, 3, 10, 100, 1000),
    "dtype": ("float16", "bfloat16", "float32", "float32", "float64"),
    "batch": (1, 2, 3, 8, 16, 32, 32),
    "data": ("gaussian", "gaussian", "gaussian", "ones", "unlike"),
    "loss": ("cotangent", "mse", "cross_entropy"),
}
SOMETIMES = {
    "width_profile": ("funnel", "widening", "bottleneck", "hourglass"),
    "bias_std": (0.01, 0.1, 1, 10),
    "residual": (1, 2, 3),
    "residual_scale": ("one", "inverse_sqrt_depth"),
    "normalization": ("batch", "layer", "rms"),
    "normalization_place": ("before", "after"),
    "output_activation": ("linear", "sigmoid", "softmax"),
    "output_units": (1, 2, 10),
    "shared_weights": ("true",),
}
GROUPS, EACH = 10, 25


def experiments(group):
    draw, found = random.Random(1000 + group), []
    while len(found) < EACH:
        fields = {name: draw.choice(values) for name, values in SETTINGS.items()} | {"seed": draw.randrange(10**6)}
        fields |= {name: draw.choice(values) for name, values in SOMETIMES.items() if draw.random() < 0.3}
        try:
            found.append(Spec.from_text("&".join(f"{name}={value}" for name, value in fields.items())))
        except ExperimentError:
            continue
    return found


def word(total):
    if math.isnan(total):
        return "explodes"
    names = ("vanishes", "shrinks", "holds", "grows", "explodes")
    return names[(total >= -3) + (total >= -THIRD) + (total > THIRD) + (total > 3)]


def judge(values, lost=None, exactly=False):
    """Return what is to be said of (layer, log10 of the value) on its way, and whether rounding may say otherwise."""
    said = dict.fromkeys(("kind", "farthest_layer", "exactly_zero_from_layer", "not_finite_from_layer", "lost_from_layer"))
    if len(values) < 2:
        return said, False
    layers, sizes = [layer for layer, _ in values], [size for _, size in values]
    is_bad = [math.isnan(size) or size == math.inf for size in sizes]
    said["lost_from_layer"] = lost
    known = len(values) if lost is None else layers.index(lost)
    if lost is None:
        bad_run = next((layer for n, layer in enumerate(layers) if all(is_bad[n:])), None)
        if bad_run is not None:
            return said | {"kind": "explodes", "not_finite_from_layer": bad_run}, False
        said["exactly_zero_from_layer"] = next((layer for n, layer in enumerate(layers) if max(sizes[n:]) == -math.inf), None)
    is_nothing = exactly or not known or said["exactly_zero_from_layer"] is not None
    if any(is_bad[:known]):
        return said | {"kind": "explodes", "farthest_layer": layers[is_bad.index(True)]}, False
    if is_nothing:
        return said | {"kind": "vanishes", "log10_total": -math.inf}, False
    first = next(n for n, size in enumerate(sizes) if size != -math.inf)
    way = [(layer, size - sizes[first]) for layer, size in values[first:known] if size > -math.inf]
    steps, end = known - 1 - first, sizes[known - 1] - sizes[first]
    far_layer, far = max(way, key=lambda place: abs(place[1]))  # the first of equals
    others = [abs(total) for layer, total in way if layer != far_layer]
    is_unsure = any(abs(total - bound) < TOLERANCE for total in (end, far) for bound in BOUNDS)
    said |= {"kind": word(end), "log10_total": end, "log10_factor_per_layer": end / steps if steps else 0.0}
    if abs(far) > abs(end) and word(far) != word(end):
        is_unsure |= any(abs(other - abs(far)) < TOLERANCE for other in others)
        said |= {"kind": word(far), "farthest_layer": far_layer, "farthest_log10_total": far}
    return said, is_unsure


def log10(value):
    return -math.inf if value == 0 else float(np.log10(value))


def measured(arrays, name, layers, spread=False):
    found = {}
    for layer in layers:
        x = arrays[f"{name}{layer}"].astype(np.longdouble)
        if np.isfinite(x).all():
            found[layer] = log10(np.sqrt((x.var(axis=0) if spread else x * x).mean()))
        else:
            found[layer] = math.nan if np.isnan(x).any() else math.inf
    return found


def is_below(arrays, name, layer, eps):
    size, difference = (measured(arrays, name, [layer], spread=spread)[layer] for spread in (False, True))
    return bool(size == -math.inf or difference < size + math.log10(4 * eps))


def expected(spec, gradient):
    """Return forward, size and backward as `judge` does. Gradients in the program's own range are taken from the file."""
    arrays, depth, eps = trace(spec).arrays, spec.depth, EPS[spec.dtype]
    has_own = spec.output_activation not in ("same", spec.activation) or (
        spec.output_activation != "same" and bool(spec.residual or spec.normalization != "none")
    )
    end = depth - 1 if has_own and depth > 1 else depth
    way = range(1, end + 1)
    size, spread = measured(arrays, "a", way), measured(arrays, "a", way, spread=True)
    for layer in range(1, depth + 1):
        g = np.abs(arrays[f"grad_a{layer}"].astype(np.longdouble))
        if np.isfinite(g).all() and g.max() > SMALLEST_NORMAL[spec.dtype] * 1e6 / math.sqrt(eps):
            gradient[layer] = log10(np.sqrt((g * g).mean()))
    backward = judge([(layer, gradient[layer]) for layer in reversed(way)])
    of_size, are_alike = judge(list(size.items())), is_below(arrays, "a", 0, eps)
    if are_alike:
        return of_size, of_size, backward, False
    lost, is_unsure = {}, False
    for layer in way:
        below = spread[layer] - size[layer] - log10(4 * eps) if math.isfinite(size[layer]) else math.inf
        is_unsure |= abs(below) < 0.02
        source = layer - spec.residual if spec.residual and layer % spec.residual == 0 else layer - 1
        is_skipped = arrays[f"a{source}"].shape == arrays[f"a{layer}"].shape and not (has_own and layer == depth)
        # What a layer normalizes may be noise already; which of a skip's two sides then counts is left to the program.
        is_unsure |= spec.normalization != "none" and is_below(arrays, "z", layer, 2 * eps)
        nothing_comes = lost.get(layer - 1, False) and (not is_skipped or lost.get(source, False))
        lost[layer] = below < 0 or size[layer] == -math.inf or nothing_comes
    run = next((layer for layer in way if all(lost[after] for after in range(layer, end + 1))), None)
    zeros = next((layer for layer in way if all(size[after] == -math.inf for after in range(layer, end + 1))), None)
    run = None if run == zeros else run
    values = [(layer, -math.inf if lost[layer] and math.isfinite(size[layer]) else spread[layer]) for layer in way]
    exactly = run is not None and any(spread[layer] == -math.inf for layer in range(run, end + 1))
    return judge(values, run, exactly), of_size, backward, is_unsure


def number(value):
    return float(value) if value in ("inf", "-inf", "nan") else value


@pytest.mark.parametrize("group", range(GROUPS))
@pytest.mark.sampled(3)
def test_the_file_says_what_the_definitions_make_of_the_arrays(group, capsys):
    left = 0
    for spec in experiments(group):
        assert cli.run(["run", spec.to_text(), "--json", "-"]) == 0
        content = json.loads(capsys.readouterr().out)
        gradient = {n + 1: number(value) for n, value in enumerate(content["layers"]["log10_grad_a_rms"])}
        with np.errstate(all="ignore"):
            *judged, signal_is_unsure = expected(spec, gradient)
        for name, (said, is_unsure) in zip(("forward", "size", "backward"), judged, strict=True):
            if is_unsure or (name == "forward" and signal_is_unsure):
                left += 1
                continue
            for key, value in said.items():
                found, where = number(content["verdict"][name][key]), (spec.to_text(), name, key)
                assert found == (pytest.approx(value, abs=3e-6, rel=3e-6) if isinstance(value, float) else value), where
    assert left <= EACH // 2
