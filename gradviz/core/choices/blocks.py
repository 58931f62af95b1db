"""The structure of a layer: where skip connection and normalization come, and how the branch is scaled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

from gradviz.i18n import N_


@dataclass(frozen=True)
class Choice:
    """One option of a field; `title` and `help` are marked for translation."""

    name: str
    title: str
    help: str


@dataclass(frozen=True)
class ResidualScale(Choice):
    """A scale for residual branches: each is multiplied by ``factor(depth)``."""

    factor: Callable[[int], float]


RESIDUAL_ORDERS: dict[str, Choice] = {
    entry.name: entry
    for entry in (
        Choice(
            "pre", N_("x + f(z)"), N_("Added after the activation, so that the skipped signal passes untouched (pre-activation).")
        ),
        Choice("post", N_("f(x + z)"), N_("Added before the activation, as the first residual networks did (post-activation).")),
    )
}
"""Name → Choice."""

RESIDUAL_SCALES: dict[str, ResidualScale] = {
    entry.name: entry
    for entry in (
        ResidualScale("one", "1", N_("The branch as it is."), lambda depth: 1.0),
        ResidualScale("inverse_sqrt_depth", "1 / √L", N_("Divides the variance of each branch by the depth L: branches of mean 0 add no more in deeper networks. A mean that they share still adds up, to about √L times one branch."), lambda depth: 1 / sqrt(depth)),
    )
}  # fmt: skip
"""Name → ResidualScale."""

NORMALIZATION_PLACES: dict[str, Choice] = {
    entry.name: entry
    for entry in (
        Choice("before", N_("Before the activation"), N_("The activation sees normalized pre-activations.")),
        Choice("after", N_("After the activation"), N_("The next layer sees normalized activations.")),
    )
}
"""Name → Choice."""
