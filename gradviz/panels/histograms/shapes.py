"""Which form of a Frame's histograms is drawn: values or magnitudes, with or without the exact zeros."""

from __future__ import annotations

from math import log10

import numpy as np

from gradviz.core.choices.arrays import Float64Array, IntArray
from gradviz.core.frame import Frame

LINEAR_DECADES = 2.0
"""An unbounded activation whose layers differ by more than this in size is shown by magnitude, on an axis of decades."""

FAR_DECADES = 9.0
"""As is one larger than 10⁹ or smaller than 10⁻⁹, for which an axis of values cannot be labelled or drawn."""


def share_at_the_ends(frame: Frame) -> float | None:
    """Return the share of all activations within 2 % of either end of a bounded activation, else None."""
    if not frame.net.hidden.is_bounded:
        return None
    counts = frame.counts["activation"]
    end = round(0.02 * counts.shape[1])
    return float((counts[:, :end].sum() + counts[:, counts.shape[1] - end :].sum()) / max(1, counts.sum()))


def shown_by_magnitude(frame: Frame, reference: Frame | None = None) -> bool:
    """Whether the layers, the reference's included, are too unlike in size for one axis of values."""
    shown = [frame] if reference is None else [frame, reference]
    rms = np.concatenate([each.series["activation_rms"] for each in shown])
    sizes = rms[np.isfinite(rms) & (rms > 0)]
    if not sizes.size:
        return False
    smallest, largest = log10(sizes.min()), log10(sizes.max())
    if all(each.net.hidden.is_bounded for each in shown):
        return largest > FAR_DECADES
    return largest - smallest > LINEAR_DECADES or abs(largest) > FAR_DECADES or not np.isfinite(rms).all()


def leaves_zeros_out(frame: Frame) -> bool:
    """Whether exact zeros are left out of the histograms on an axis of values."""
    return not frame.net.hidden.is_bounded


def without_zeros(frame: Frame, key: str) -> IntArray:
    """Return the counts of the activations without the exact zeros, (L, bins).

    Half of what a ReLU gives out is exactly 0: in one bin it would be a spike beside which nothing else is seen. By magnitude
    zeros have no place anyway; the share of them is read out, and marked where it is all. Where the activation is bounded they
    stay: a sigmoid that saturates so far that float32 reads 0 must keep its lower spike.
    """
    if frame.edges[key].ndim > 1 or not leaves_zeros_out(frame):
        return frame.counts[key]
    return nonzero_counts(frame, key)


def zero_counts(frame: Frame, name: str) -> IntArray:
    """Return how many numbers of each layer are exactly 0, (L,): those missing from its histogram by magnitude."""
    missing: IntArray = frame.counts[name].sum(axis=1) - frame.counts[f"{name}_log10"].sum(axis=1)
    return np.maximum(missing, 0)


def sizes(frame: Frame) -> Float64Array:
    """Return how many activations a layer has, infinities and NaN included, (L,); 1 where none of them is finite."""
    finite = 1.0 - frame.series["activation_infinite"] - frame.series["activation_nan"]
    counted = frame.counts["activation"].sum(axis=1)
    return np.divide(counted, finite, out=np.ones(frame.depth), where=finite > 0)


def nonzero_counts(frame: Frame, name: str) -> IntArray:
    """Return the counts of a histogram on an axis of values, without the exact zeros in it, (L, bins)."""
    edges, counts = frame.edges[name], frame.counts[name].copy()
    place = min(max(int(np.searchsorted(edges, 0.0, side="right")) - 1, 0), counts.shape[1] - 1)
    counts[:, place] = np.maximum(counts[:, place] - zero_counts(frame, name), 0)
    return counts
