"""The input batch: where it comes from, which part of it, and how it is normalized."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np

from gradviz.assets import resources
from gradviz.core.choices.arrays import Float64Array, IntArray
from gradviz.core.choices.datafile import read_examples
from gradviz.core.choices.draws import Stream, gaussian, rng
from gradviz.i18n import N_


class Asked(Protocol):
    """What a source reads of an experiment."""

    @property
    def seed(self) -> int:
        """Names the random draws."""

    @property
    def batch(self) -> int:
        """How many examples there are to be."""

    @property
    def input_width(self) -> int:
        """How many features a drawn input has."""

    @property
    def feature_scale(self) -> float:
        """How far the first of two unlike features reaches."""

    @property
    def data_file(self) -> str:
        """The path of a file of the user's."""


@cache
def digits() -> tuple[Float64Array, IntArray]:
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
        classes = stored["labels"].astype(np.int64)
    images.flags.writeable = classes.flags.writeable = False
    return images, classes


@dataclass(frozen=True)
class InputNormalization:
    """What is done to the features (the columns) before the network sees them.

    `measure` takes the training part, (examples, features), to one shift and one divisor per feature; they are applied
    unchanged to the test part.
    """

    name: str
    title: str
    help: str
    measure: Callable[[Float64Array], tuple[Float64Array, Float64Array]]


def _leave(training: Float64Array) -> tuple[Float64Array, Float64Array]:
    return np.zeros(training.shape[1]), np.ones(training.shape[1])


def _centre(training: Float64Array) -> tuple[Float64Array, Float64Array]:
    apart, size = _apart(training)
    return training[0] + apart.mean(axis=0) * size, np.ones(training.shape[1])


def _standardize(training: Float64Array) -> tuple[Float64Array, Float64Array]:
    apart, size = _apart(training)
    deviation = apart.std(axis=0) * size
    # A pixel that is the same in every image carries nothing; it becomes 0, and is not divided by 0.
    return _centre(training)[0], np.where(deviation > 0, deviation, 1.0)


def _apart(training: Float64Array) -> tuple[Float64Array, Float64Array]:
    """Return how far the features are from the first example's, over a power of two for each; it times that is the distance.

    So a feature that never changes is exactly 0, and the squares of none are 0 or infinite for its size.
    """
    apart = training - training[0]
    size: Float64Array = np.ldexp(1.0, np.frexp(np.abs(apart).max(axis=0))[1])
    return apart / size, size


INPUT_NORMALIZATIONS: dict[str, InputNormalization] = {
    entry.name: entry
    for entry in (
        InputNormalization("none", N_("None (raw)"), N_("The features as they are, such as pixels from 0 to 16."), _leave),
        InputNormalization("centre", N_("Centre"), N_("Subtract each feature's mean."), _centre),
        InputNormalization("standardize", N_("Standardize"), N_("Subtract each feature's mean, then divide by its standard deviation."), _standardize),
    )
}  # fmt: skip
"""Name → InputNormalization."""


@dataclass(frozen=True)
class Part:
    """A part of a data set."""

    name: str
    title: str
    help: str


PARTS: dict[str, Part] = {
    entry.name: entry
    for entry in (
        Part("training", N_("Training"), N_("The first four fifths, of which mean and standard deviation are taken.")),
        Part("test", N_("Test"), N_("The last fifth, normalized with the training part's mean and standard deviation.")),
    )
}
"""Name → Part."""


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
        ``units(asked)`` → n_0, the number of features.
    examples : callable
        For a data set, ``examples(asked)`` → all of it, (examples, n_0); else a batch, (batch, n_0). float64.
    is_set : bool
        Whether it is a data set: has parts, is normalized, and a batch is drawn from it.
    classes : callable or None
        Where each example has a class, ``classes()`` → those of all of them, (examples,).
    """

    name: str
    title: str
    help: str
    units: Callable[[Asked], int]
    examples: Callable[[Asked], Float64Array]
    is_set: bool = False
    classes: Callable[[], IntArray] | None = None


def _gaussian(asked: Asked) -> Float64Array:
    return gaussian(asked.seed, Stream.INPUT, (asked.batch, asked.input_width))


def _ones(asked: Asked) -> Float64Array:
    return np.ones((asked.batch, asked.input_width))


UNLIKE_EXAMPLES = 2000


def _unlike(asked: Asked) -> Float64Array:
    """Return two independent features, uniform: the first from 1 to `feature_scale`, the second from 0 to 1."""
    shares = rng(asked.seed, 0, Stream.DATA_SET).uniform(size=(UNLIKE_EXAMPLES, 2))
    return np.array([1.0, 0.0]) + shares * np.array([asked.feature_scale - 1.0, 1.0])


SOURCES: dict[str, Source] = {
    entry.name: entry
    for entry in (
        Source("gaussian", N_("Gaussian, N(0, 1)"), N_("Independent random numbers of mean 0 and variance 1, one feature per unit."), lambda asked: asked.input_width, _gaussian),
        Source("ones", N_("All ones"), N_("Every feature is 1, as in the lecture's first example."), lambda asked: asked.input_width, _ones),
        Source("digits", N_("Handwritten digits"), N_("Real input: 1,797 images of 8 × 8 pixels, 64 features."), lambda asked: 64, lambda asked: digits()[0], is_set=True, classes=lambda: digits()[1]),
        Source("unlike", N_("Two features of unlike scale"), N_("One feature from 1 to 1000, the other from 0 to 1: why inputs are normalized."), lambda asked: 2, _unlike, is_set=True),
        Source("file", N_("A file of yours"), N_("A CSV or NPZ file: one row per example, one column per feature."), lambda asked: read_examples(asked.data_file).shape[1], lambda asked: read_examples(asked.data_file), is_set=True),
    )
}  # fmt: skip
"""Name → Source."""
