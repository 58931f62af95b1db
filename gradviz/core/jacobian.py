"""The input–layer Jacobian of one example, ∂a[l]/∂a[0], and its singular values."""

from __future__ import annotations

from math import inf, log10, sqrt
from typing import NamedTuple

import numpy as np

from gradviz.core.architecture import Architecture
from gradviz.core.choices.arrays import LOG10_2, Float64Array
from gradviz.core.network import ForwardStep, Scaled, scaled, take_exponent

CLEAR_OF_ROUNDING = 1000.0
"""A singular value must be this many times the rounding error for its first three digits to be right."""


def obstacle(net: Architecture, *, is_wanted: bool) -> str | None:
    """Return the name of the Spec's field that keeps the Jacobian from being measured, or None if it is measured."""
    blocked = {
        "normalization": net.is_normalized,
        "output_activation": net.activations[-1].pull_back is not None,
        "jacobian": not is_wanted,
    }
    return next((name for name, is_blocked in blocked.items() if is_blocked), None)


class Jacobian:
    """Follows ∂a[l]/∂a[0] of the first example through the layers, in float64 with a separate exponent.

    Only for networks without normalization (see `obstacle`): batch normalization couples the examples.

    The smallest singular value of a long product is lost in the rounding of the largest. So three more things are followed:

    - the inverse, whose largest singular value is 1 over the smallest of the product, as long as the inverse exists and no skip
      connection has occurred;
    - an upper bound on the product's rank: where it is less than both sides, the smallest singular value is exactly 0;
    - the size of the rounding error, which later layers stretch as they stretch a random direction.
    """

    def __init__(self, net: Architecture) -> None:
        self._net = net
        units = net.units[0]
        self._kept: dict[int, _Product] = {0: _Product(np.eye(units), 0, 0.0)}
        self._inverse: Scaled | None = Scaled(np.eye(units), 0)
        self._rank: float = units

    def follow(self, step: ForwardStep) -> dict[str, float]:
        """Add the next layer, and return log10 of its largest and smallest singular values by the names of the findings.

        The smallest is left out where it is lost in the rounding and neither rank nor inverse gives it. Both are left out where
        the product is not finite.
        """
        net, l = self._net, step.layer
        before = self._kept[l - 1]
        W = step.W.astype(np.float64)
        slopes = net.activation(l).derivative(step.v[:1].astype(np.float64), net.k(l))[0]
        self._follow_inverse(l, W, slopes)
        jacobian = _Product.of(W @ before.array, before.exponent, _stretch(W) * before.error)
        jacobian = self._with_skip(l, "post", jacobian)
        jacobian = _Product.of(slopes[:, np.newaxis] * jacobian.array, jacobian.exponent, _stretch(slopes) * jacobian.error)
        jacobian = self._with_skip(l, "pre", jacobian)
        self._kept[l] = jacobian
        self._kept.pop(l - 1 - self._net.residual, None)
        return self._extremes(jacobian)

    def _follow_inverse(self, l: int, W: Float64Array, slopes: Float64Array) -> None:
        has_skip = any(self._net.skip(l, order) is not None for order in ("pre", "post"))
        self._rank = inf if has_skip else min(self._rank, float(len(np.unique(W, axis=0))), float(np.count_nonzero(slopes)))
        inverse, self._inverse = self._inverse, None
        if inverse is None or has_skip or W.shape[0] != W.shape[1] or not slopes.all():
            return
        try:
            self._inverse = scaled(np.linalg.solve(W.T, inverse.array.T).T / slopes, inverse.exponent)
        except np.linalg.LinAlgError:
            return

    def _with_skip(self, l: int, order: str, branch: _Product) -> _Product:
        source = self._net.skip(l, order)
        if source is None:
            return branch
        skipped, scale = self._kept[source], self._net.branch_scale
        exponent = max(branch.exponent, skipped.exponent)
        one, other = (np.ldexp(1.0, each.exponent - exponent) for each in (skipped, branch))
        return _Product.of(
            one * skipped.array + scale * other * branch.array, exponent, one * skipped.error + scale * other * branch.error
        )

    def _extremes(self, jacobian: _Product) -> dict[str, float]:
        if not np.isfinite(jacobian.array).all():
            return {}
        singular = np.linalg.svd(jacobian.array, compute_uv=False)
        largest, smallest = float(singular[0]), float(singular[-1])
        found = {"jacobian_largest": _log10(largest, jacobian.exponent)}
        if self._rank < min(jacobian.array.shape) or largest == 0:
            found["jacobian_smallest"] = -inf
        elif self._inverse is not None and np.isfinite(self._inverse.array).all():
            of_inverse = float(np.linalg.norm(self._inverse.array, 2))
            found["jacobian_smallest"] = -_log10(of_inverse, self._inverse.exponent)
        elif smallest > CLEAR_OF_ROUNDING * jacobian.error:
            found["jacobian_smallest"] = _log10(smallest, jacobian.exponent)
        return found


class _Product(NamedTuple):
    """An array times 2**exponent, and the approximate size of its rounding error, in the same units of 2**exponent."""

    array: Float64Array
    exponent: int
    error: float

    @classmethod
    def of(cls, array: Float64Array, exponent: int, error: float) -> _Product:
        """Return a newly computed array, its own rounding error added to that of its operands."""
        error += float(np.finfo(np.float64).eps * np.linalg.norm(array))
        scaled, taken = take_exponent(array)
        return cls(scaled.astype(np.float64, copy=False), exponent + taken, float(np.ldexp(error, -taken)))


def _stretch(factor: Float64Array) -> float:
    """Return the RMS factor by which a matrix, or a diagonal matrix given as a vector, stretches a random direction."""
    return float(np.linalg.norm(factor) / sqrt(factor.shape[-1]))


def _log10(size: float, exponent: int) -> float:
    return log10(size) + exponent * LOG10_2 if size > 0 else -inf
