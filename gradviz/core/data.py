"""The input batch: where it comes from and how it is normalized."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from gradviz.assets import resources
from gradviz.core.arrays import PRECISIONS, Float64Array, FloatArray
from gradviz.core.draws import Stream, rng
from gradviz.i18n import N_

if TYPE_CHECKING:
    from gradviz.core.spec import Spec


@cache
def digits() -> tuple[Float64Array, np.ndarray]:
    """Return the 1,797 handwritten digits.

    Returns
    -------
    images : ndarray, (1797, 64)
        8 × 8 pixels, each a whole number from 0 to 16.
    labels : ndarray, (1797,)
        0 … 9.

    Notes
    -----
    E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits" (1998), test part; see `resources/data/README.md`.
    """
    with np.load(resources() / "data" / "digits.npz", allow_pickle=False) as stored:
        images = stored["images"].astype(np.float64)
        labels = stored["labels"].astype(np.int64)
    images.flags.writeable = labels.flags.writeable = False
    return images, labels


@dataclass(frozen=True)
class Normalization:
    """What is done to the features (the columns) before the network sees them.

    `measure` takes the training part, (examples, features), to one shift and one divisor per feature; they are applied
    unchanged to whatever goes in.
    """

    name: str
    title: str
    help: str
    measure: Callable[[Float64Array], tuple[Float64Array, Float64Array]]


def _leave(training: Float64Array) -> tuple[Float64Array, Float64Array]:
    return np.zeros(training.shape[1]), np.ones(training.shape[1])


def _standardize(training: Float64Array) -> tuple[Float64Array, Float64Array]:
    deviation = training.std(axis=0)
    # A pixel that is the same in every image carries nothing; it becomes 0 and is not divided by 0.
    return training.mean(axis=0), np.where(deviation > 0, deviation, 1.0)


NORMALIZATIONS: dict[str, Normalization] = {
    entry.name: entry
    for entry in (
        Normalization("none", N_("None (raw)"), N_("The features as they are: pixels from 0 to 16."), _leave),
        Normalization(
            "standardize",
            N_("Standardize"),
            N_("Subtract each feature's mean, then divide by its standard deviation."),
            _standardize,
        ),
    )
}
"""Name → Normalization."""


@dataclass(frozen=True)
class Source:
    """Where an input batch comes from.

    Attributes
    ----------
    name : str
        What a Spec calls it.
    title, help : str
        What people read, marked for translation.
    units : callable
        ``units(spec)`` → n_0, the number of features.
    batch : callable
        ``batch(spec)`` → (batch, n_0), float64.
    """

    name: str
    title: str
    help: str
    units: Callable[[Spec], int]
    batch: Callable[[Spec], Float64Array]


def _gaussian(spec: Spec) -> Float64Array:
    return rng(spec.seed, 0, Stream.INPUT).standard_normal((spec.batch, spec.width))


def _ones(spec: Spec) -> Float64Array:
    return np.ones((spec.batch, spec.width))


def _digits(spec: Spec) -> Float64Array:
    images, _labels = digits()
    shift, divisor = NORMALIZATIONS[spec.normalize].measure(images)
    order = rng(spec.seed, 0, Stream.INPUT).permutation(len(images))
    chosen = images[np.resize(order, spec.batch)]  # a batch larger than the set goes round again
    normalized: Float64Array = (chosen - shift) / divisor
    return normalized


SOURCES: dict[str, Source] = {
    entry.name: entry
    for entry in (
        Source(
            "gaussian",
            N_("Gaussian, N(0, 1)"),
            N_("Independent random numbers of mean 0 and variance 1, one feature per unit."),
            lambda spec: spec.width,
            _gaussian,
        ),
        Source(
            "ones", N_("All ones"), N_("Every feature is 1, as in the lecture's first example."), lambda spec: spec.width, _ones
        ),
        Source(
            "digits",
            N_("Handwritten digits"),
            N_("Real input: 1,797 images of 8 × 8 pixels, 64 features."),
            lambda spec: 64,
            _digits,
        ),
    )
}
"""Name → Source."""


def input_batch(spec: Spec) -> FloatArray:
    """Return a[0], (batch, n_0), in the Spec's precision."""
    return SOURCES[spec.data].batch(spec).astype(PRECISIONS[spec.dtype].dtype)
