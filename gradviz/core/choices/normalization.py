"""Normalization inside the network, and its backward pass. No learned scale or shift, as the network is at initialization.

Batch: Ioffe and Szegedy (2015); layer: Ba, Kiros and Hinton (2016); RMS: Zhang and Sennrich (2019).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gradviz.core.choices.arrays import FloatArray
from gradviz.i18n import N_

EPSILON = 1e-5
"""Added to the variance under the square root; PyTorch's value."""

BATCH = 0
"""The axis of the examples."""

Pullback = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True)
class Normalization:
    """One kind of normalization.

    Attributes
    ----------
    name, title, help : str
        Its name in a Spec, and texts for the user, marked for translation.
    axis : int or None
        The axis over which mean and variance are taken: 0 the batch, 1 the units; None for no normalization.
    centres : bool
        Whether the mean is subtracted.
    """

    name: str
    title: str
    help: str
    axis: int | None
    centres: bool = True

    def apply(self, x: FloatArray) -> tuple[FloatArray, Pullback]:
        """Return the normalized y, and the function that turns the gradient with respect to y into that with respect to x."""
        axis = self.axis
        if axis is None:
            return x, lambda gradient: gradient
        centred = x - x.mean(axis=axis, keepdims=True) if self.centres else x
        kind = x.dtype.type
        inverse = 1 / np.sqrt(np.mean(centred * centred, axis=axis, keepdims=True) + kind(EPSILON))
        y = centred * inverse

        def pull_back(gradient: FloatArray) -> FloatArray:
            along = gradient - y * np.mean(gradient * y, axis=axis, keepdims=True)
            if self.centres:
                along = along - np.mean(gradient, axis=axis, keepdims=True)
            back: FloatArray = along * inverse
            return back

        return y, pull_back


BLOCK_NORMALIZATIONS: dict[str, Normalization] = {
    entry.name: entry
    for entry in (
        Normalization("none", N_("None"), N_("The signal passes as it is."), None),
        Normalization(
            "batch",
            N_("Batch"),
            N_("Each unit: mean 0 and variance 1 over the batch. A batch of one leaves nothing but zeros."),
            BATCH,
        ),
        Normalization("layer", N_("Layer"), N_("Each example: mean 0 and variance 1 over the units of a layer."), 1),
        Normalization(
            "rms", N_("RMS"), N_("Each example: mean square 1 over the units of a layer; the mean stays."), 1, centres=False
        ),
    )
}
"""Name → Normalization."""
