"""The loss at the output, its target, and its gradient with respect to a[L]."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gradviz.core.choices.activations import SOFTMAX
from gradviz.core.choices.arrays import FloatArray, IntArray
from gradviz.core.choices.draws import Stream, gaussian, rng
from gradviz.i18n import N_


def _gaussian_target(seed: int, examples: int, units: int, labels: IntArray | None, classes: int) -> np.ndarray:
    return gaussian(seed, Stream.COTANGENT, (examples, units))


def _class_target(seed: int, examples: int, units: int, labels: IntArray | None, classes: int) -> np.ndarray:
    """Return one label per example, (examples,): the data's own if there is an output unit for each class, else drawn."""
    if labels is not None and units >= classes:
        return labels
    return rng(seed, 0, Stream.COTANGENT).integers(0, units, examples)


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
        Its name in a Spec, and texts for the user; `title` and `help` are marked for translation.
    target : callable
        ``target(seed, examples, units, labels, classes)`` returns what the output is compared with, (examples, units), or one
        label per example, (examples,). `labels` are the data's own, of so many classes, or None.
    value, gradient : callable
        ``value(a, target)`` returns the loss, and ``gradient(a, target)`` its gradient with respect to a = a[L].
    is_unit_gradient : bool
        Whether the gradient with respect to a[L] is the target itself: random, of size 1.
    """

    name: str
    title: str
    formula: str
    help: str
    target: Callable[[int, int, int, IntArray | None, int], np.ndarray]
    value: Callable[[FloatArray, np.ndarray], float]
    gradient: Callable[[FloatArray, np.ndarray], FloatArray]
    is_unit_gradient: bool = False


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
            is_unit_gradient=True,
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
            help=N_("The output is taken for logits. The labels are the data's own where it has some and there is an output unit for each class, else drawn. A softmax output would be a second softmax."),
            target=_class_target,
            value=_cross_entropy,
            gradient=_cross_entropy_gradient,
        ),
    )
}  # fmt: skip
"""Name → Loss."""
