"""The Batch: the input examples and the loss's target. The only module that opens an experiment's data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gradviz.core.choices.arrays import Float64Array, IntArray
from gradviz.core.choices.draws import Stream, rng
from gradviz.core.choices.errors import ExperimentError, Problem
from gradviz.core.choices.losses import LOSSES
from gradviz.core.data.csv_table import Reading
from gradviz.core.data.data_set import training_examples
from gradviz.core.data.sources import SOURCES
from gradviz.core.spec import Spec
from gradviz.i18n import _


@dataclass(frozen=True, eq=False)
class Batch:
    """The input and target of one pass; both arrays are read-only.

    Attributes
    ----------
    a0 : ndarray, (batch, n_0)
        The input, normalized as the experiment asks; float64.
    target : ndarray
        What the loss compares the output with: (batch, n_L), or one label per example, (batch,).
    reading : Reading or None
        How the file was read that it is from.
    """

    a0: Float64Array
    target: np.ndarray
    reading: Reading | None = None

    def __post_init__(self) -> None:
        for array in (self.a0, self.target):
            array.flags.writeable = False

    @classmethod
    def of(cls, spec: Spec) -> Batch:
        """Return the batch of an experiment.

        Raises
        ------
        ExperimentError
            When its data cannot be read, or is too small to have the part asked for.
        """
        source = SOURCES[spec.data]
        labels, classes, reading = None, 0, None
        if source.data is not None:
            data = source.data(spec)
            rows = _batch_rows(spec, len(data))
            examples = data.normalized(rows, spec.normalize)
            labels, classes, reading = None if data.labels is None else data.labels[rows], data.classes, data.reading
        else:
            assert source.draw is not None, spec.data
            examples = source.draw(spec)
        target = LOSSES[spec.loss].target(spec.seed, spec.batch, spec.layer_units[-1], labels, classes)
        return cls(examples, target, reading)

    @property
    def features(self) -> int:
        """n_0, the number of input features."""
        return self.a0.shape[1]

    @property
    def size(self) -> int:
        """The number of examples."""
        return len(self.a0)


def features_of(spec: Spec) -> int:
    """Return n_0 without making the batch.

    Raises
    ------
    ExperimentError
        When the data cannot be read.
    """
    data = SOURCES[spec.data].data
    return spec.input_width if data is None else data(spec).features


def _batch_rows(spec: Spec, count: int) -> IntArray:
    """Return the rows of the batch; one larger than its part repeats examples."""
    split = training_examples(count)
    part = np.arange(split) if spec.part == "training" else np.arange(split, count)
    if not part.size:
        raise ExperimentError([Problem("part", _("one example is too few for a test part"))])
    order = rng(spec.seed, 0, Stream.INPUT).permutation(len(part))
    return part[np.resize(order, spec.batch)]
