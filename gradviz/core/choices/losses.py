"""The loss at the output, its target, and its gradient with respect to a[L]."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gradviz.core.choices.activations import SOFTMAX
from gradviz.core.choices.arrays import FloatArray
from gradviz.core.choices.draws import Stream, gaussian, rng
from gradviz.core.choices.sources import labels
from gradviz.i18n import N_

if TYPE_CHECKING:
    from gradviz.core.spec import Spec


def _gaussian_target(spec: Spec, units: int) -> np.ndarray:
    return gaussian(spec.seed, Stream.COTANGENT, (spec.batch, units))


def _class_target(spec: Spec, units: int) -> np.ndarray:
    """Return one label per example: the digits' own where there are units for ten, else drawn."""
    own = labels(spec)
    if own is not None and units >= 10:
        return own
    return rng(spec.seed, 0, Stream.COTANGENT).integers(0, units, spec.batch)


def _squared_error_gradient(a: FloatArray, target: np.ndarray) -> FloatArray:
    return (a - target.astype(a.dtype)) * a.dtype.type(2 / a.size)


def _cross_entropy_gradient(a: FloatArray, target: np.ndarray) -> FloatArray:
    gradient = SOFTMAX.f(a, 0.0)
    gradient[np.arange(len(a)), target] -= 1
    return gradient / a.dtype.type(len(a))


def _squared_error(a: FloatArray, target: np.ndarray) -> float:
    return float(np.mean((a.astype(np.float64) - target) ** 2))


def _cross_entropy(a: FloatArray, target: np.ndarray) -> float:
    logits = a.astype(np.float64)
    top = logits.max(axis=1, keepdims=True)
    log_sums = np.log(np.exp(logits - top).sum(axis=1)) + top[:, 0]
    return float(np.mean(log_sums - logits[np.arange(len(a)), target]))


@dataclass(frozen=True)
class Loss:
    """A loss function.

    Attributes
    ----------
    name, title, formula, help : str
        What a Spec calls it, and what people read; `title` and `help` are marked for translation.
    target : callable
        ``target(spec, units)``: what the output is compared with, (batch, units) or one label per example.
    value, gradient : callable
        ``value(a, target)`` and ``gradient(a, target)``, with respect to a[L].
    """

    name: str
    title: str
    formula: str
    help: str
    target: Callable[[Spec, int], np.ndarray]
    value: Callable[[FloatArray, np.ndarray], float]
    gradient: Callable[[FloatArray, np.ndarray], FloatArray]


LOSSES: dict[str, Loss] = {
    entry.name: entry
    for entry in (
        Loss(
            name="cotangent",
            title=N_("None: a unit gradient"),
            formula="loss = Σ a[L] · R",
            help=N_("A random gradient of size 1 enters the last layer, so that decay is read without a loss in the way."),
            target=_gaussian_target,
            value=lambda a, target: float(np.sum(a.astype(np.float64) * target)),
            gradient=lambda a, target: target.astype(a.dtype),
        ),
        Loss(
            name="mse",
            title=N_("Mean squared error"),
            formula="loss = mean (a[L] − t)²",
            help=N_("Compared with a target of independent N(0, 1) numbers."),
            target=_gaussian_target,
            value=_squared_error,
            gradient=_squared_error_gradient,
        ),
        Loss(
            name="cross_entropy",
            title=N_("Softmax cross-entropy"),
            formula="loss = mean −ln softmax(a[L])[label]",
            help=N_("The output is taken for logits. The labels are the digits' own where there are at least ten output units, else drawn. A softmax output would be a second softmax."),
            target=_class_target,
            value=_cross_entropy,
            gradient=_cross_entropy_gradient,
        ),
    )
}  # fmt: skip
"""Name → Loss."""
