"""The Batch: the input examples and the loss's target. The only module that opens an experiment's data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gradviz.core.choices.arrays import Float64Array, IntArray
from gradviz.core.choices.draws import Stream, rng
from gradviz.core.choices.errors import ExperimentError, Problem
from gradviz.core.choices.losses import LOSSES
from gradviz.core.choices.sources import INPUT_NORMALIZATIONS, SOURCES
from gradviz.core.spec import Spec
from gradviz.i18n import _

TRAINING_SHARE = 0.8
"""The share of a data set, in its own order, that is the training part; the rest is the test part."""


@dataclass(frozen=True, eq=False)
class Batch:
    """The input and target of one pass; both arrays are read-only.

    Attributes
    ----------
    a0 : ndarray, (batch, n_0)
        The input, normalized as the experiment asks; float64.
    target : ndarray
        What the loss compares the output with: (batch, n_L), or one label per example, (batch,).
    """

    a0: Float64Array
    target: np.ndarray

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
        examples = source.examples(spec)
        classes = None if source.classes is None else source.classes()
        if source.is_set:
            training, rows = _batch_rows(spec, len(examples))
            shift, divisor = INPUT_NORMALIZATIONS[spec.normalize].measure(examples[training])
            examples = (examples[rows] - shift) / divisor
            classes = None if classes is None else classes[rows]
        target = LOSSES[spec.loss].target(spec.seed, spec.batch, spec.layer_units[-1], classes)
        return cls(examples, target)

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
    return SOURCES[spec.data].units(spec)


def _batch_rows(spec: Spec, count: int) -> tuple[slice, IntArray]:
    """Return the training part's slice and the rows of the batch; a batch larger than its part repeats examples."""
    split = max(1, min(round(TRAINING_SHARE * count), count - 1))
    training = slice(0, split)
    part = np.arange(count)[training if spec.part == "training" else slice(split, count)]
    if not part.size:
        raise ExperimentError([Problem("part", _("one example is too few for a test part"))])
    order = rng(spec.seed, 0, Stream.INPUT).permutation(len(part))
    return training, part[np.resize(order, spec.batch)]
