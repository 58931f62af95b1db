"""The sources of the input batch, the parts of a data set, and the input normalizations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from gradviz.assets import resources
from gradviz.cache import remembered
from gradviz.core.choices.arrays import Float64Array, IntArray
from gradviz.core.choices.datafile import read_examples
from gradviz.core.choices.draws import Stream, gaussian, rng
from gradviz.i18n import N_


class SourceFields(Protocol):
    """The fields of a Spec that a source reads."""

    @property
    def seed(self) -> int:
        """The seed of the random draws."""

    @property
    def batch(self) -> int:
        """The number of examples in the batch."""

    @property
    def input_width(self) -> int:
        """The number of features of a drawn input."""

    @property
    def feature_scale(self) -> float:
        """The largest value of the first of two unlike features."""

    @property
    def data_file(self) -> str:
        """The path of the user's data file."""


@remembered
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
    """A normalization of the features (columns) of a data set.

    ``measure(training)``, with the training part (examples, features), returns the shift and the divisor of each feature, both
    (features,). They are applied unchanged to the test part.
    """

    name: str
    title: str
    help: str
    measure: Callable[[Float64Array], tuple[Float64Array, Float64Array]]


def _identity(training: Float64Array) -> tuple[Float64Array, Float64Array]:
    return np.zeros(training.shape[1]), np.ones(training.shape[1])


def _centre(training: Float64Array) -> tuple[Float64Array, Float64Array]:
    offsets, size = _scaled_offsets(training)
    return training[0] + offsets.mean(axis=0) * size, np.ones(training.shape[1])


def _standardize(training: Float64Array) -> tuple[Float64Array, Float64Array]:
    offsets, size = _scaled_offsets(training)
    deviation = offsets.std(axis=0) * size
    # A pixel that is the same in every image is divided by 1, not by 0: it becomes 0.
    return _centre(training)[0], np.where(deviation > 0, deviation, 1.0)


def _scaled_offsets(training: Float64Array) -> tuple[Float64Array, Float64Array]:
    """Return each feature's offsets from the first example divided by a power of two, (examples, n_0), and that power, (n_0,).

    So a constant feature gives exactly 0, and squaring the offsets neither underflows nor overflows at any scale.
    """
    offsets = training - training[0]
    size: Float64Array = np.ldexp(1.0, np.frexp(np.abs(offsets).max(axis=0))[1])
    return offsets / size, size


INPUT_NORMALIZATIONS: dict[str, InputNormalization] = {
    entry.name: entry
    for entry in (
        InputNormalization("none", N_("None (raw)"), N_("The features as they are, such as pixels from 0 to 16."), _identity),
        InputNormalization("centre", N_("Centre"), N_("Subtract each feature's mean."), _centre),
        InputNormalization("standardize", N_("Standardize"), N_("Subtract each feature's mean, then divide by its standard deviation."), _standardize),
    )
}  # fmt: skip
"""Name → InputNormalization."""


@dataclass(frozen=True)
class Part:
    """A part of a data set, and its texts for the user."""

    name: str
    title: str
    help: str


DATA_PARTS: dict[str, Part] = {
    entry.name: entry
    for entry in (
        Part("training", N_("Training"), N_("The first four fifths, of which mean and standard deviation are taken.")),
        Part("test", N_("Test"), N_("The last fifth, normalized with the training part's mean and standard deviation.")),
    )
}
"""Name → Part."""


@dataclass(frozen=True)
class Source:
    """A source of input batches.

    Attributes
    ----------
    name : str
        Its name in a Spec.
    title, help : str
        Texts for the user, marked for translation.
    units : callable
        ``units(spec)`` → n_0, the number of features.
    examples : callable
        For a data set, ``examples(spec)`` → all of it, (examples, n_0); else a batch, (batch, n_0). float64.
    is_set : bool
        Whether it is a data set: has parts, is normalized, and a batch is drawn from it.
    classes : callable or None
        Where each example has a class, ``classes()`` → those of all of them, (examples,).
    """

    name: str
    title: str
    help: str
    units: Callable[[SourceFields], int]
    examples: Callable[[SourceFields], Float64Array]
    is_set: bool = False
    classes: Callable[[], IntArray] | None = None


def _gaussian(spec: SourceFields) -> Float64Array:
    return gaussian(spec.seed, Stream.INPUT, (spec.batch, spec.input_width))


def _ones(spec: SourceFields) -> Float64Array:
    return np.ones((spec.batch, spec.input_width))


UNLIKE_EXAMPLES = 2000
"""The size of the data set of two features of unlike scale."""


def _unlike(spec: SourceFields) -> Float64Array:
    """Return two independent uniform features, (2000, 2): the first from 1 to `feature_scale`, the second from 0 to 1."""
    shares = rng(spec.seed, 0, Stream.DATA_SET).uniform(size=(UNLIKE_EXAMPLES, 2))
    return np.array([1.0, 0.0]) + shares * np.array([spec.feature_scale - 1.0, 1.0])


SOURCES: dict[str, Source] = {
    entry.name: entry
    for entry in (
        Source("gaussian", N_("Gaussian, N(0, 1)"), N_("Independent random numbers of mean 0 and variance 1, one feature per unit."), lambda spec: spec.input_width, _gaussian),
        Source("ones", N_("All ones"), N_("Every feature is 1, as in the lecture's first example."), lambda spec: spec.input_width, _ones),
        Source("digits", N_("Handwritten digits"), N_("Real input: 1,797 images of 8 × 8 pixels, 64 features."), lambda spec: 64, lambda spec: digits()[0], is_set=True, classes=lambda: digits()[1]),
        Source("unlike", N_("Two features of unlike scale"), N_("One feature from 1 to 1000, the other from 0 to 1: why inputs are normalized."), lambda spec: 2, _unlike, is_set=True),
        Source("file", N_("A file of yours"), N_("A CSV or NPZ file: one row per example, one column per feature."), lambda spec: read_examples(spec.data_file).shape[1], lambda spec: read_examples(spec.data_file), is_set=True),
    )
}  # fmt: skip
"""Name → Source."""
