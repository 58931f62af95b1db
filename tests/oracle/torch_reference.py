"""One pass of a gradviz network, recomputed by PyTorch in float64 from the definitions alone.

The truth checked: given the weights, the biases, the input and the target (or the cotangent) that gradviz dumped,
autograd must find the same pre-activations, activations and gradients. No derivative is written here, and none of
gradviz's code was read: activations and normalizations are torch.nn.functional's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

torch.set_num_threads(1)

EPS = 1e-5

#: What a field means where an experiment does not name it; only the fields that shape a pass, given its arrays.
DEFAULTS: dict[str, Any] = {
    "activation": "sigmoid",
    "slope": 0.01,
    "alpha": 1.0,
    "residual": 0,
    "residual_order": "pre",
    "residual_scale": "one",
    "normalization": "none",
    "normalization_place": "before",
    "loss": "cotangent",
    "output_activation": "same",
}

#: name → f(h, fields). Softplus is −log sigmoid(−h): F.softplus turns into the identity above its threshold.
#: The linear activation clones, so that a and z are two nodes of the graph although they hold the same values.
ACTIVATIONS = {
    "linear": lambda h, fields: h.clone(),
    "sigmoid": lambda h, fields: torch.sigmoid(h),
    "tanh": lambda h, fields: torch.tanh(h),
    "softsign": lambda h, fields: F.softsign(h),
    "hardtanh": lambda h, fields: F.hardtanh(h),
    "relu": lambda h, fields: F.relu(h),
    "leaky_relu": lambda h, fields: F.leaky_relu(h, fields["slope"]),
    "elu": lambda h, fields: F.elu(h, fields["alpha"]),
    "selu": lambda h, fields: F.selu(h),
    "gelu": lambda h, fields: F.gelu(h, approximate="none"),
    "silu": lambda h, fields: F.silu(h),
    "softplus": lambda h, fields: -F.logsigmoid(-h),
    "mish": lambda h, fields: F.mish(h),
    "softmax": lambda h, fields: F.softmax(h, dim=1),
}

NORMALIZATIONS = {
    "none": lambda x: x,
    "batch": lambda x: F.batch_norm(x, None, None, training=True, eps=EPS),
    "layer": lambda x: F.layer_norm(x, x.shape[1:], eps=EPS),
    "rms": lambda x: F.rms_norm(x, x.shape[1:], eps=EPS),
}

LOSSES = {
    "cotangent": lambda a, target: (a * target).sum(),
    "mse": F.mse_loss,
    "cross_entropy": F.cross_entropy,
}


def parse(line: str) -> dict[str, Any]:
    """Return the fields of an experiment line, DEFAULTS filled in, each in the type of its default (others stay text)."""
    given = dict(pair.split("=", 1) for pair in line.split("&"))
    return DEFAULTS | {name: type(DEFAULTS.get(name, ""))(value) for name, value in given.items()}


def count_layers(arrays: Mapping[str, np.ndarray]) -> int:
    """Return L, the largest l for which there is a W{l}."""
    return max(int(name[1:]) for name in arrays if name[0] == "W" and name[1:].isdigit())


def layer_fields(l: int, depth: int, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that hold in layer l: an output layer with its own activation has no normalization, no skip."""
    if l < depth or fields["output_activation"] == "same":
        return dict(fields)
    return {**fields, "activation": fields["output_activation"], "normalization": "none", "residual": 0}


def skip_of(l: int, width: int, a: list[Tensor], fields: Mapping[str, Any]) -> Tensor | None:
    """Return a[l−r] where a skip ends in layer l: l divisible by r, and n_l = n_{l−r}."""
    r = fields["residual"]
    if r == 0 or l % r or a[l - r].shape[1] != width:
        return None
    return a[l - r]


def activate(h: Tensor, fields: Mapping[str, Any]) -> Tensor:
    """Return u for what arrives at the activation: N before f, or N after f, or f alone."""
    normalize = NORMALIZATIONS[fields["normalization"]]
    f = ACTIVATIONS[fields["activation"]]
    return f(normalize(h), fields) if fields["normalization_place"] == "before" else normalize(f(h, fields))


def layer(z: Tensor, skip: Tensor | None, scale: float, fields: Mapping[str, Any]) -> Tensor:
    """Return a[l] for z[l]: the skip is added after the activation ("pre"), or to z before it ("post")."""
    if skip is None:
        return activate(z, fields)
    if fields["residual_order"] == "pre":
        return skip + scale * activate(z, fields)
    return activate(skip + scale * z, fields)


def forward(a0: Tensor, W: list[Tensor], b: list[Tensor], fields: Mapping[str, Any]) -> tuple[list[Tensor], list[Tensor]]:
    """Return z and a, both indexed by layer (z[0] is a placeholder, a[0] the input), each keeping its gradient."""
    depth = len(W) - 1
    scale = {"one": 1.0, "inverse_sqrt_depth": 1 / sqrt(depth)}[fields["residual_scale"]]
    z, a = [a0], [a0]
    for l in range(1, depth + 1):
        here = layer_fields(l, depth, fields)
        z.append(F.linear(a[l - 1], W[l], b[l]))
        a.append(layer(z[l], skip_of(l, W[l].shape[0], a, here), scale, here))
        z[l].retain_grad()
        a[l].retain_grad()
    return z, a


def target_of(arrays: Mapping[str, np.ndarray], depth: int, fields: Mapping[str, Any]) -> Tensor:
    """Return R (which is grad_a[L]), or T, or the labels, as the loss wants it."""
    if fields["loss"] == "cotangent":
        return as_tensor(arrays[f"grad_a{depth}"])
    if fields["loss"] == "cross_entropy":
        return torch.from_numpy(np.array(arrays["target"], dtype=np.int64))
    return as_tensor(arrays["target"])


def as_tensor(array: np.ndarray) -> Tensor:
    """Return a float64 copy, so that torch never writes into gradviz's arrays."""
    return torch.from_numpy(np.array(array, dtype=np.float64))


def leaves(arrays: Mapping[str, np.ndarray], kind: str, depth: int) -> list[Tensor]:
    """Return W or b, indexed by layer, each a leaf of its own: shared matrices then get each layer's own contribution."""
    return [torch.empty(0), *(as_tensor(arrays[f"{kind}{l}"]).requires_grad_() for l in range(1, depth + 1))]


def recompute(arrays: Mapping[str, np.ndarray], fields: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Return loss, z{l}, a{l}, grad_z{l}, grad_a{l}, grad_W{l}, grad_b{l} for l = 1 … L, as autograd finds them.

    `arrays` needs W{l}, b{l}, a0 and, by the loss, grad_a{L} or target; `fields` needs what differs from DEFAULTS.
    """
    fields = DEFAULTS | dict(fields)
    depth = count_layers(arrays)
    W, b = leaves(arrays, "W", depth), leaves(arrays, "b", depth)
    z, a = forward(as_tensor(arrays["a0"]), W, b, fields)
    loss = LOSSES[fields["loss"]](a[depth], target_of(arrays, depth, fields))
    loss.backward()
    found = {"loss": loss.detach().numpy()}
    for l in range(1, depth + 1):
        found |= {f"z{l}": z[l].detach().numpy(), f"a{l}": a[l].detach().numpy()}
        found |= {f"grad_{kind}{l}": x[l].grad.numpy() for kind, x in zip("zaWb", (z, a, W, b), strict=True)}
    return found
