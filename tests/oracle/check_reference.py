"""Check torch_reference.py itself, with neither gradviz nor autograd: values by hand, gradients by central differences.

    python tests/oracle/check_reference.py

The truth checked, on random networks of every activation × normalization × residual × loss:
- z and a equal a forward pass written out in plain NumPy from the definitions (no torch.nn.functional),
- grad_z, grad_a, grad_W, grad_b equal central differences of that pass's loss, where z{l}, a{l}, W{l} or b{l} alone is
  moved and everything after follows: so grad_a of a residual net is the total over all paths, and grad_W{l} of a shared
  matrix is layer l's own part,
- the parts of a shared matrix add up to the gradient of one leaf used everywhere,
- F.mish is the mish of the exact softplus, and softplus and its derivative hold far out.
"""

from __future__ import annotations

import itertools
from math import erf, sqrt

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch_reference import DEFAULTS, LOSSES, as_tensor, forward, recompute

SELU_SCALE, SELU_ALPHA = 1.0507009873554804934, 1.6732632423543772848
ERF = np.vectorize(erf)


def softplus(h):
    """Return ln(1 + eʰ)."""
    return np.logaddexp(0, h)


def softmax(h):
    """Return eʰ over its sum."""
    e = np.exp(h - h.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


FORMULAS = {
    "linear": lambda h, s, k: h,
    "sigmoid": lambda h, s, k: 1 / (1 + np.exp(-h)),
    "tanh": lambda h, s, k: np.tanh(h),
    "softsign": lambda h, s, k: h / (1 + np.abs(h)),
    "hardtanh": lambda h, s, k: np.clip(h, -1, 1),
    "relu": lambda h, s, k: np.maximum(h, 0),
    "leaky_relu": lambda h, s, k: np.where(h > 0, h, s * h),
    "elu": lambda h, s, k: np.where(h > 0, h, k * np.expm1(np.minimum(h, 0))),
    "selu": lambda h, s, k: SELU_SCALE * np.where(h > 0, h, SELU_ALPHA * np.expm1(np.minimum(h, 0))),
    "gelu": lambda h, s, k: h * (1 + ERF(h / sqrt(2))) / 2,
    "silu": lambda h, s, k: h / (1 + np.exp(-h)),
    "softplus": lambda h, s, k: softplus(h),
    "mish": lambda h, s, k: h * np.tanh(softplus(h)),
    "softmax": lambda h, s, k: softmax(h),
}


def standardize(x, axis):
    """Return (x − mean) / √(biased variance + 1e-5)."""
    return (x - x.mean(axis=axis, keepdims=True)) / np.sqrt(x.var(axis=axis, keepdims=True) + 1e-5)


NORMS = {
    "none": lambda x: x,
    "batch": lambda x: standardize(x, 0),
    "layer": lambda x: standardize(x, 1),
    "rms": lambda x: x / np.sqrt(np.mean(x**2, axis=1, keepdims=True) + 1e-5),
}


def losses(a, target):
    """Return every loss by its formula, as functions without arguments."""
    return {
        "cotangent": lambda: (a * target).sum(),
        "mse": lambda: np.mean((a - target) ** 2),
        "cross_entropy": lambda: -np.mean(np.log(softmax(a))[np.arange(len(a)), target]),
    }


def by_hand(arrays, target, fields, nudge):
    """Return the loss and all z and a, as the contract reads; nudge[name] is added to that array alone."""
    depth = sum(name[0] == "W" for name in arrays)
    moved = lambda name, x: x + nudge.get(name, 0)  # noqa: E731
    s = 1.0 if fields["residual_scale"] == "one" else 1 / sqrt(depth)
    r, pre, before = fields["residual"], fields["residual_order"] == "pre", fields["normalization_place"] == "before"
    a, out = [arrays["a0"]], {}
    for l in range(1, depth + 1):
        W, b = moved(f"W{l}", arrays[f"W{l}"]), moved(f"b{l}", arrays[f"b{l}"])
        z = moved(f"z{l}", a[l - 1] @ W.T + b)
        own = l == depth and fields["output_activation"] != "same"
        f = FORMULAS[fields["output_activation"] if own else fields["activation"]]
        norm = NORMS["none" if own else fields["normalization"]]
        skip = r > 0 and l % r == 0 and not own and a[l - r].shape[1] == W.shape[0]
        t = a[l - r] + s * z if skip and not pre else z
        u = f(norm(t), fields["slope"], fields["alpha"]) if before else norm(f(t, fields["slope"], fields["alpha"]))
        a.append(moved(f"a{l}", a[l - r] + s * u if skip and pre else u))
        out |= {f"z{l}": z, f"a{l}": a[l]}
    return losses(a[depth], target)[fields["loss"]](), out


def random_network(rng, depth, width, units, batch, fields):
    """Return arrays as gradviz would dump them, and the target."""
    sizes = [width] * depth + [units]
    arrays = {"a0": rng.normal(size=(batch, width))}
    for l in range(1, depth + 1):
        arrays[f"W{l}"] = rng.normal(size=(sizes[l], sizes[l - 1])) * 1.3 / sqrt(sizes[l - 1])
        arrays[f"b{l}"] = 0.3 * rng.normal(size=sizes[l])
    labels = fields["loss"] == "cross_entropy"
    target = rng.integers(units, size=batch) if labels else rng.normal(size=(batch, units))
    return arrays | {f"grad_a{depth}" if fields["loss"] == "cotangent" else "target": target}, target


def slope_error(arrays, target, fields, name, gradient, rng):
    """Return how far a central difference in a random direction is from the gradient; the best of four step sizes."""
    v = rng.normal(size=gradient.shape)
    best = np.inf
    for h in (1e-4, 1e-5, 1e-6, 1e-7):  # a step over a kink is no derivative: a shorter one then is
        up, down = (by_hand(arrays, target, fields, {name: sign * h * v})[0] for sign in (1, -1))
        best = min(best, abs((up - down) / (2 * h) - (gradient * v).sum()))
    return best / max(np.linalg.norm(gradient), 1e-3)


def check_network(rng, fields, units=6):
    """Return the worst error of the values and of the slopes of one random network."""
    depth, width, batch = 6, 6, 5
    arrays, target = random_network(rng, depth, width, units, batch, fields)
    found = recompute(arrays, fields)
    loss, out = by_hand(arrays, target, fields, {})
    value = max(np.abs(out[name] - found[name]).max() / np.abs(found[name]).max() for name in out)
    value = max(value, abs(loss - found["loss"]) / max(abs(loss), 1))
    names = [f"{kind}{l}" for kind in "zaWb" for l in range(1, depth + 1)]
    slope = max(slope_error(arrays, target, fields, name, found[f"grad_{name}"], rng) for name in names)
    return value, slope


RESIDUALS = [(0, "pre", "one"), (1, "pre", "one"), (2, "post", "inverse_sqrt_depth"), (3, "pre", "inverse_sqrt_depth")]
LOSS_AND_OUTPUT = [
    ("cotangent", "same"), ("mse", "linear"), ("cross_entropy", "same"), ("cross_entropy", "softmax"),
    ("mse", "sigmoid"), ("cotangent", "softmax"),
]  # fmt: skip


def check_all_combinations():
    """Check every combination, the output width odd in every second one."""
    rng = np.random.default_rng(1)
    activations = [name for name in FORMULAS if name != "softmax"]
    norms = [(n, p) for n in NORMS for p in ("before", "after")]
    worst, count = np.zeros(2), 0
    for name, norm, residual in itertools.product(activations, norms, RESIDUALS):
        loss, output = LOSS_AND_OUTPUT[count % len(LOSS_AND_OUTPUT)]
        fields = DEFAULTS | {
            "activation": name, "slope": 0.2, "alpha": 1.5, "normalization": norm[0], "normalization_place": norm[1],
            "residual": residual[0], "residual_order": residual[1], "residual_scale": residual[2],
            "loss": loss, "output_activation": output,
        }  # fmt: skip
        errors = check_network(rng, fields, units=6 if count // 6 % 2 else 4)
        if errors[0] > 1e-12 or errors[1] > 1e-6:
            print("WRONG", errors, fields)
        worst, count = np.maximum(worst, errors), count + 1
    print(f"{count} networks: values off by {worst[0]:.1e} at most, central differences by {worst[1]:.1e}")
    assert worst[0] < 1e-12 and worst[1] < 1e-6


def check_shared_parts():
    """Check that the layers' parts of a shared matrix add up to the gradient of one leaf that all layers use."""
    rng = np.random.default_rng(2)
    fields = DEFAULTS | {"activation": "tanh", "residual": 2, "normalization": "layer"}
    arrays, R = random_network(rng, 8, 6, 6, 5, fields)
    arrays |= {f"{kind}{l}": arrays[f"{kind}1"] for kind in "Wb" for l in range(1, 9)}
    found = recompute(arrays, fields)
    W, b = as_tensor(arrays["W1"]).requires_grad_(), as_tensor(arrays["b1"]).requires_grad_()
    _, a = forward(as_tensor(arrays["a0"]), [W] * 9, [b] * 9, fields)
    LOSSES["cotangent"](a[8], as_tensor(R)).backward()
    for kind, leaf in (("W", W), ("b", b)):
        np.testing.assert_allclose(sum(found[f"grad_{kind}{l}"] for l in range(1, 9)), leaf.grad.numpy(), rtol=1e-12, atol=1e-13)
    print("shared matrix: the layers' parts add up to the one leaf's gradient")


def check_linear_nodes():
    """Check that in a linear network z{l} and a{l} hold equal values and equal gradients, yet are two nodes."""
    rng = np.random.default_rng(3)
    fields = DEFAULTS | {"activation": "linear", "residual": 1}
    arrays, _ = random_network(rng, 3, 4, 4, 2, fields)
    found = recompute(arrays, fields)
    np.testing.assert_allclose(found["grad_z2"], found["grad_a2"], rtol=1e-14)
    np.testing.assert_allclose(found["grad_a2"], found["grad_z3"] @ arrays["W3"] + found["grad_a3"], rtol=1e-12)
    print("linear: a and z apart, the skip's path is in grad_a")


def check_tails():
    """Check that mish and softplus have no threshold: values and slopes against extended precision, from −700 to 700."""
    x = np.concatenate([np.linspace(-700, 700, 2801), np.linspace(-40, 40, 8001)])
    wide = x.astype(np.longdouble)
    exact = {"softplus": np.logaddexp(wide, 0), "sigmoid": 1 / (1 + np.exp(-wide))}
    t = np.tanh(exact["softplus"])
    h = torch.tensor(x, requires_grad=True)
    cases = {
        "softplus": (-F.logsigmoid(-h), exact["softplus"], exact["sigmoid"]),
        "mish": (F.mish(h), wide * t, t + wide * (1 - t**2) * exact["sigmoid"]),
    }
    for name, (value, expected, slope) in cases.items():
        (found,) = torch.autograd.grad(value.sum(), h)
        pairs = [(value.detach().numpy(), expected), (found.numpy(), slope)]
        errors = [float(np.max(np.abs(x - y) / np.maximum(1, np.abs(y)))) for x, y in pairs]
        print(f"{name}: value and slope off by {errors[0]:.1e} and {errors[1]:.1e}, relative to max(1, size)")
        assert max(errors) < 1e-14  # F.mish forms x·(1 − tanh²), which costs x roundings


if __name__ == "__main__":
    check_tails()
    check_shared_parts()
    check_linear_nodes()
    check_all_combinations()
