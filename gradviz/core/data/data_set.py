"""A DataSet: examples to choose a batch from, their labels, and what normalizes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from gradviz.core.choices.arrays import Float64Array, IntArray
from gradviz.core.data.csv_table import Reading
from gradviz.i18n import N_

TRAINING_SHARE = 0.8
"""The share of a data set, in its own order, that is the training part; the rest is the test part."""

AT_ONCE = 2**21
"""Numbers that are normalized at once: 16 MiB as float64."""


def training_examples(count: int) -> int:
    """Return how many of so many examples are the training part; where there are two or more, one is left for the test part."""
    return max(1, min(round(TRAINING_SHARE * count), count - 1))


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


@dataclass(frozen=True, eq=False)
class DataSet:
    """Examples to choose from. The arrays are read-only.

    Attributes
    ----------
    examples : ndarray, (examples, features)
        Of any type of real numbers: a file's 8-bit pixels stay 8-bit, because only the batch is computed with.
    labels : ndarray of int, (examples,), or None
        The class of each example, 0 … classes − 1.
    classes : int
    reading : Reading or None
        How a table of text was read.
    """

    examples: np.ndarray
    labels: IntArray | None = None
    classes: int = 0
    reading: Reading | None = None
    _measured: dict[str, tuple[Float64Array, Float64Array]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for array in (self.examples, self.labels):
            if array is not None:
                array.flags.writeable = False

    @property
    def nbytes(self) -> int:
        """The number of bytes that the arrays take."""
        return self.examples.nbytes + (0 if self.labels is None else self.labels.nbytes)

    @property
    def features(self) -> int:
        """n_0."""
        return int(self.examples.shape[1])

    def __len__(self) -> int:
        return len(self.examples)

    def normalized(self, rows: IntArray, normalization: str) -> Float64Array:
        """Return some of the examples, (rows, n_0), normalized by the training part; float64."""
        shift, divisor = self._measures(normalization)
        chosen: Float64Array = (self.examples[rows].astype(np.float64) - shift) / divisor
        return chosen

    def _measures(self, normalization: str) -> tuple[Float64Array, Float64Array]:
        if normalization not in self._measured:
            training = self.examples[: training_examples(len(self))]
            measure = INPUT_NORMALIZATIONS[normalization].measure
            columns = max(1, AT_ONCE // len(training))
            pieces = [measure(training[:, at : at + columns].astype(np.float64)) for at in range(0, self.features, columns)]
            self._measured[normalization] = (
                np.concatenate([shift for shift, _divisor in pieces]),
                np.concatenate([divisor for _shift, divisor in pieces]),
            )
        return self._measured[normalization]
