"""The derivative of each layer by the input, for one example, and its singular values."""

from __future__ import annotations

from math import inf

import numpy as np

from gradviz.core.arrays import LOG10_2
from gradviz.core.network import ForwardStep, Network, Scaled, take_exponent
from gradviz.core.spec import Spec


def obstacle(spec: Spec) -> str | None:
    """Return the name of the field that must be changed for the Jacobian to be measured, or None where it is."""
    stands = {
        "normalization": spec.normalization != "none",
        "output_activation": spec.output_activation == "softmax",
        "jacobian": not spec.jacobian,
    }
    return next((name for name, there in stands.items() if there), None)


class Jacobian:
    """Follows ∂a[l]/∂a[0] of the first example through the layers, with an exponent, in float64.

    There is one only for networks without normalization: batch normalization ties the examples together, and the others are left
    out for want of a use. `is_defined` says so, and `obstacle` why.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self.is_defined = obstacle(network.spec) is None
        self._kept: dict[int, Scaled] = {0: Scaled(np.eye(network.units[0]), 0)} if self.is_defined else {}

    def follow(self, step: ForwardStep) -> dict[str, float]:
        """Take one layer more, and return log10 of the largest and of the smallest singular value.

        The smallest is an exact 0 (−inf) where it is less than what rounding makes of the largest.
        """
        network, l = self._network, step.layer
        before = self._kept[l - 1]
        slopes = network.activation(l).derivative(step.v[:1].astype(np.float64), network.k(l))[0]
        jacobian = Scaled(*take_exponent(step.W.astype(np.float64) @ before.array))
        jacobian = Scaled(jacobian.array, jacobian.exponent + before.exponent)
        jacobian = self._with_skip(l, "post", jacobian)
        jacobian = Scaled(slopes[:, np.newaxis] * jacobian.array, jacobian.exponent)
        jacobian = self._with_skip(l, "pre", jacobian)
        self._kept[l] = jacobian
        self._kept.pop(l - 1 - self._network.spec.residual, None)
        return _extremes(jacobian)

    def _with_skip(self, l: int, order: str, branch: Scaled) -> Scaled:
        source = self._network.skip(l, order)
        if source is None:
            return branch
        skipped, scale = self._kept[source], self._network.branch_scale
        exponent = max(branch.exponent, skipped.exponent)
        total = np.ldexp(skipped.array, skipped.exponent - exponent) + scale * np.ldexp(branch.array, branch.exponent - exponent)
        array, taken = take_exponent(total)
        return Scaled(array, exponent + taken)


def _extremes(jacobian: Scaled) -> dict[str, float]:
    array, exponent = jacobian
    if not np.isfinite(array).all():
        return {}
    singular = np.linalg.svd(array, compute_uv=False)
    largest, smallest = float(singular[0]), float(singular[-1])
    rounding = max(array.shape) * np.finfo(np.float64).eps * largest
    shift = exponent * LOG10_2
    return {
        "jacobian_largest": float(np.log10(largest)) + shift if largest > 0 else -inf,
        "jacobian_smallest": float(np.log10(smallest)) + shift if smallest > rounding else -inf,
    }
