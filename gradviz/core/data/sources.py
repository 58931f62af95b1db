"""The sources of the input batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from gradviz.assets import resources
from gradviz.cache import remembered
from gradviz.core.choices.arrays import Float64Array
from gradviz.core.choices.draws import Stream, gaussian, rng
from gradviz.core.data.csv_manners import TableOptions
from gradviz.core.data.data_file import read_data
from gradviz.core.data.data_set import DataSet
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

    @property
    def target(self) -> str:
        """The column or array of it that holds the labels."""

    @property
    def missing(self) -> str:
        """What is done where it lacks a value, a name in MISSING."""

    @property
    def separator(self) -> str:
        """What stands between its cells, a name in SEPARATORS."""

    @property
    def decimal(self) -> str:
        """Its decimal sign, a name in DECIMALS."""

    @property
    def header(self) -> str:
        """Whether its first line names the columns, a name in HEADERS."""


@remembered
def digits() -> DataSet:
    """Return the 1,797 handwritten digits: 8 × 8 pixels, each a whole number from 0 to 16, and their labels, 0 … 9.

    Notes
    -----
    E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits" (1998), test part; see `resources/data/README.md`.
    """
    with np.load(resources() / "data" / "digits.npz", allow_pickle=False) as stored:
        return DataSet(stored["images"].astype(np.float64), stored["labels"].astype(np.int64), classes=10)


@dataclass(frozen=True)
class Source:
    """A source of input batches.

    Attributes
    ----------
    name : str
        Its name in a Spec.
    title, help : str
        Texts for the user, marked for translation.
    draw : callable or None
        ``draw(spec)`` → a drawn batch, (batch, input_width), float64.
    data : callable or None
        ``data(spec)`` → the DataSet to choose the batch from. A source has either.
    """

    name: str
    title: str
    help: str
    draw: Callable[[SourceFields], Float64Array] | None = None
    data: Callable[[SourceFields], DataSet] | None = None

    @property
    def is_set(self) -> bool:
        """Whether it is a data set: has parts, and is normalized."""
        return self.data is not None


def _gaussian(spec: SourceFields) -> Float64Array:
    return gaussian(spec.seed, Stream.INPUT, (spec.batch, spec.input_width))


def _ones(spec: SourceFields) -> Float64Array:
    return np.ones((spec.batch, spec.input_width))


UNLIKE_EXAMPLES = 2000
"""The size of the data set of two features of unlike scale."""


@remembered
def _unlike(seed: int, feature_scale: float) -> DataSet:
    """Return two independent uniform features, (2000, 2): the first from 1 to `feature_scale`, the second from 0 to 1."""
    shares = rng(seed, 0, Stream.DATA_SET).uniform(size=(UNLIKE_EXAMPLES, 2))
    return DataSet(np.array([1.0, 0.0]) + shares * np.array([feature_scale - 1.0, 1.0]))


def _file(spec: SourceFields) -> DataSet:
    return read_data(spec.data_file, TableOptions(spec.separator, spec.decimal, spec.header, spec.target, spec.missing))


SOURCES: dict[str, Source] = {
    entry.name: entry
    for entry in (
        Source("gaussian", N_("Gaussian, N(0, 1)"), N_("Independent random numbers of mean 0 and variance 1, one feature per unit."), draw=_gaussian),
        Source("ones", N_("All ones"), N_("Every feature is 1, as in the lecture's first example."), draw=_ones),
        Source("digits", N_("Handwritten digits"), N_("Real input: 1,797 images of 8 × 8 pixels, 64 features."), data=lambda spec: digits()),
        Source("unlike", N_("Two features of unlike scale"), N_("One feature from 1 to 1000, the other from 0 to 1: why inputs are normalized."), data=lambda spec: _unlike(spec.seed, spec.feature_scale)),
        Source("file", N_("A file of yours"), N_("A CSV or NPZ file: one row per example, one column per feature."), data=_file),
    )
}  # fmt: skip
"""Name → Source."""
