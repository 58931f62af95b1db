"""The verdict's words, judged once more by brute force over the arrays of random networks, from docs/verdict.md alone."""

import random
from math import inf, log10

import numpy as np
import pytest

from gradviz.core.choices.activations import ACTIVATIONS
from gradviz.core.choices.errors import ExperimentError
from gradviz.core.simulate import simulate, trace
from gradviz.core.spec import Spec

EPS = {"float16": 2.0**-10, "bfloat16": 2.0**-7, "float32": 2.0**-23, "float64": 2.0**-52}
BOUNDS = (1e-3, 1 / 3, 3.0, 1e3)
NEAR = 1e-4
"""Decades: a total this near a bound is left to rounding."""

CHOICES = {
    "depth": (1, 2, 3, 5, 8, 12, 20, 40, 60),
    "width": (2, 4, 8, 16, 32, 48),
    "batch": (1, 2, 4, 8, 16, 24),
    "activation": tuple(ACTIVATIONS),
    "initializer": ("he_normal", "glorot_uniform", "lecun_normal", "orthogonal", "normal", "identity", "constant", "zeros"),
    "gain": (0, 0.01, 0.3, 0.5, 0.9, 1, 1, 1.1, 2, 8, 1000),
    "bias_std": (0, 0, 0.3, 1),
    "residual": (0, 0, 0, 1, 2),
    "residual_order": ("pre", "post"),
    "residual_scale": ("one", "inverse_sqrt_depth"),
    "normalization": ("none", "none", "none", "batch", "layer", "rms"),
    "width_profile": ("constant", "constant", "funnel", "widening", "bottleneck", "hourglass"),
    "data": ("gaussian", "gaussian", "digits", "ones"),
    "loss": ("cotangent", "cotangent", "mse", "cross_entropy"),
    "dtype": ("float16", "bfloat16", "float32", "float64"),
}


def experiment(number):
    chance = random.Random(number)
    fields = {name: chance.choice(values) for name, values in CHOICES.items()} | {"seed": number}
    fields["output_activation"] = "softmax" if chance.random() < 0.2 else "same"
    if fields["loss"] == "cross_entropy":
        fields["output_activation"] = chance.choice(["linear", "softmax"])
    try:
        return Spec.from_text("&".join(f"{name}={value}" for name, value in fields.items()))
    except ExperimentError:
        fields |= {"loss": "cotangent", "output_activation": "same"}
        return Spec.from_text("&".join(f"{name}={value}" for name, value in fields.items()))


def word(total):
    names = ("vanishes", "shrinks", "holds", "grows")
    return next((name for name, least in zip(names, BOUNDS, strict=True) if total < least or (name == "holds" and total <= 3) or (name == "grows" and total <= 1e3)), "explodes")  # fmt: skip


def is_near(total):
    return 0 < total < inf and min(abs(log10(total) - log10(bound)) for bound in BOUNDS) < NEAR


def rms(x):
    x = x.astype(np.longdouble)
    return np.sqrt(np.mean(x * x))


def spread(x):
    x = x.astype(np.longdouble)
    return np.sqrt(np.mean(np.mean((x - x.mean(axis=0)) ** 2, axis=0)))


def judge(values, first_lost=None, exactly_equal=False):
    """Return the word, the farthest place where it gives the word, and whether a bound is too near; of values on their way."""
    if len(values) == 1:
        return None, None, False
    known = values if first_lost is None else values[:first_lost]
    if not np.isfinite(known).all():
        return "explodes", None, False
    if not len(known) or (first_lost is None and values[-1] == 0) or exactly_equal:
        return "vanishes", None, False
    if known[0] == 0:
        return None, None, True  # a start of 0 that does not last: nothing to compare with
    totals = [float(value / known[0]) for value in known]
    size = [abs(log10(total)) if total else -1.0 for total in totals]
    place = int(np.argmax(size))
    near = is_near(totals[-1]) or is_near(totals[place])
    if word(totals[place]) != word(totals[-1]) and size[place] > abs(log10(totals[-1])):
        return word(totals[place]), place, near
    return word(totals[-1]), None, near


def first_of_the_last_run(flags):
    if not flags[-1]:
        return None
    place = len(flags)
    while place and flags[place - 1]:
        place -= 1
    return place


def judged(spec, frame):
    """Return what a judge says of signal, size and gradient: (word, farthest layer, whether to leave it) each."""
    arrays, depth = trace(spec).arrays, spec.depth
    own_output = spec.output_activation != "same"
    end = depth - 1 if own_output and depth > 1 else depth
    a = [arrays[f"a{l}"].astype(np.float64) for l in range(depth + 1)]
    limit, near_the_limit = 4 * EPS[spec.dtype], []

    def is_below(x):
        size, difference = rms(x), spread(x)
        if not np.isfinite(size) or size == 0:
            return False
        if difference > 0 and 0.5 < difference / (limit * size) < 2:
            near_the_limit.append(True)
        return bool(difference < limit * size)

    lost = [spec.batch == 1 or not a[0].any() or is_below(a[0])]
    for l in range(1, depth + 1):
        is_output, r = own_output and l == depth, spec.residual
        source = l - r if r and l % r == 0 and not is_output and a[l - r].shape == a[l].shape else None
        normalizes = spec.normalization != "none" and not is_output
        branch = lost[l - 1] or (normalizes and is_below(arrays[f"z{l}"].astype(np.float64)))
        lost.append(is_below(a[l]) or rms(a[l]) == 0 or bool(branch and (source is None or lost[source])))
    sizes = np.array([rms(x) for x in a[1 : end + 1]])
    spreads = np.array([spread(x) if np.isfinite(x).all() else rms(x) for x in a[1 : end + 1]])
    flags = lost[1 : end + 1]
    run, zeros = first_of_the_last_run(flags), first_of_the_last_run((sizes == 0).tolist())
    first_lost = None if run is None or run == zeros else run
    exactly = first_lost is not None and bool((spreads[first_lost:] == 0).any())
    spreads = np.where(np.array(flags) & np.isfinite(sizes), 0, spreads)
    signal = None if lost[0] else judge(spreads, first_lost, exactly)
    with np.errstate(over="ignore"):
        gradient = (np.longdouble(10.0) ** frame.series["log10_grad_a_rms"][:end].astype(np.longdouble))[::-1]
    if spec.dtype == "float64" and np.isfinite(frame.series["log10_grad_a_rms"]).all():
        own = np.array([rms(arrays[f"grad_a{l}"]) for l in range(end, 0, -1)])
        np.testing.assert_allclose(own.astype(float), gradient.astype(float), rtol=1e-9)
    return signal, judge(sizes), judge(gradient), end, bool(near_the_limit)


@pytest.mark.parametrize("first", range(0, 240, 30))
@pytest.mark.sampled(3)
def test_a_judge_of_its_own_says_the_same(first):
    left = 0
    for number in range(first, first + 30):
        spec = experiment(number)
        frame = simulate(spec)
        with np.errstate(all="ignore"):
            signal, size, gradient, end, is_unsure = judged(spec, frame)
        verdict, line = frame.verdict, spec.to_text()
        assert (verdict.signal is None) == (signal is None), line
        for name, expected in (("signal", signal), ("size", size), ("gradient", gradient)):
            found = getattr(verdict, name)
            if expected is None:
                continue
            state, place, is_left = expected
            if is_left or (name == "signal" and is_unsure):
                left += 1
                continue
            assert (found.state and found.state.value) == state, (name, line)
            layer = None if place is None else end - place if name == "gradient" else place + 1
            assert (found.farthest and found.farthest.layer) == layer, (name, line)
    assert left <= 5
