"""Every random number of an experiment, each from a stream of its own.

A stream is named by the seed, the layer and the purpose, and by nothing else. So changing depth, gain or activation keeps the
draws, and two experiments side by side differ only in what was changed. Numbers are drawn in float64 and rounded to the
network's precision, so that both precisions start from the same draw.
"""

from collections.abc import Callable
from enum import IntEnum
from typing import TypeVar

import numpy as np

from gradviz.cache import CACHE
from gradviz.core.choices.arrays import Float64Array, FloatArray

T = TypeVar("T", bound=np.ndarray)

Draw = Callable[[np.random.Generator, tuple[int, int]], FloatArray]
"""``draw(rng, shape)`` → unit-variance numbers, (fan_out, fan_in), float64."""


class Stream(IntEnum):
    """What a stream of random numbers is for. Never 0: NumPy takes (seed, 0) and (seed,) for the same seed."""

    WEIGHT = 1
    INPUT = 2
    COTANGENT = 3
    BIAS = 4
    DATA_SET = 5


def rng(seed: int, layer: int, stream: Stream) -> np.random.Generator:
    """Return the generator of one stream; the input batch is layer 0."""
    return np.random.default_rng((seed, layer, int(stream)))


def gaussian(seed: int, stream: Stream, shape: tuple[int, int]) -> Float64Array:
    """Return the N(0, 1) numbers of a stream that belongs to no layer: the input's or the target's. float64, read-only."""
    return CACHE.get(("gaussian", seed, stream, shape), lambda: _read_only(rng(seed, 0, stream).standard_normal(shape)))


def unit_weight(seed: int, layer: int, shape: tuple[int, int], draw: Draw, dtype: np.dtype[np.floating]) -> FloatArray:
    """Return the weights of a layer before they are scaled: unit variance, read-only.

    Parameters
    ----------
    seed, layer : int
        Name the stream.
    shape : tuple of int
        (fan_out, fan_in).
    draw : callable
        The distribution; a module-level function, because it is part of the key under which the draw is kept.
    dtype : numpy.dtype
        What the draw is rounded to.
    """
    return CACHE.get(
        ("unit weight", seed, layer, shape, draw, dtype),
        lambda: _read_only(draw(rng(seed, layer, Stream.WEIGHT), shape).astype(dtype, copy=False)),
    )


def _read_only(array: T) -> T:
    array.flags.writeable = False
    return array
