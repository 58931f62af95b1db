"""All random numbers of an experiment, drawn from named streams.

A stream is named by seed, layer and purpose, and by nothing else. So changing depth, gain or activation keeps the draws, and two
experiments compared side by side differ only in what was changed. Numbers are drawn in float64 and then rounded to the network's
precision, so that all precisions start from the same draw.
"""

from collections.abc import Callable
from enum import IntEnum
from typing import TypeVar

import numpy as np

from gradviz.cache import CACHE
from gradviz.core.choices.arrays import Float64Array, FloatArray

T = TypeVar("T", bound=np.ndarray)

Draw = Callable[[np.random.Generator, tuple[int, int]], FloatArray]
"""``draw(rng, shape)`` → numbers of unit variance, (fan_out, fan_in), float64."""


class Stream(IntEnum):
    """The purpose of a stream of random numbers. Never 0, because NumPy treats (seed, 0) and (seed,) as the same seed."""

    WEIGHT = 1
    INPUT = 2
    COTANGENT = 3
    BIAS = 4
    DATA_SET = 5


def rng(seed: int, layer: int, stream: Stream) -> np.random.Generator:
    """Return the generator of one stream; draws that belong to no layer, such as the input, have layer 0."""
    return np.random.default_rng((seed, layer, int(stream)))


def gaussian(seed: int, stream: Stream, shape: tuple[int, int]) -> Float64Array:
    """Return N(0, 1) numbers for the input or the target, of the given shape; float64, read-only."""
    return CACHE.get(("gaussian", seed, stream, shape), lambda: _read_only(rng(seed, 0, stream).standard_normal(shape)))


def unit_weight(seed: int, layer: int, shape: tuple[int, int], draw: Draw, dtype: np.dtype[np.floating]) -> FloatArray:
    """Return the unscaled weights of a layer: unit variance, (fan_out, fan_in), read-only.

    Parameters
    ----------
    seed, layer : int
        Name the stream.
    shape : tuple of int
        (fan_out, fan_in).
    draw : callable
        The distribution. A module-level function, because it is part of the draw's key in the cache.
    dtype : numpy.dtype
        The draw is rounded to it.
    """
    return CACHE.get(
        ("unit weight", seed, layer, shape, draw, dtype),
        lambda: _read_only(draw(rng(seed, layer, Stream.WEIGHT), shape).astype(dtype, copy=False)),
    )


def _read_only(array: T) -> T:
    array.flags.writeable = False
    return array
