"""Every random number of an experiment, each from a stream of its own.

A stream is named by the seed, the layer and the purpose, and by nothing else. So changing depth, gain or activation keeps the
draws, and two experiments side by side differ only in what was changed. Numbers are drawn in float64 and rounded to the
network's precision, so that both precisions start from the same draw.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from enum import IntEnum

import numpy as np

from gradviz.core.choices.arrays import Float64Array, FloatArray

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


class Shelf:
    """Arrays by key, the least recently used dropped first when they outgrow a budget of bytes."""

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._arrays: OrderedDict[object, FloatArray] = OrderedDict()
        self._held = 0
        self._lock = threading.Lock()

    def get(self, key: object, make: Callable[[], FloatArray]) -> FloatArray:
        """Return the array of a key, made if it is not there; read-only."""
        with self._lock:
            if key in self._arrays:
                self._arrays.move_to_end(key)
                return self._arrays[key]
        array = make()
        array.flags.writeable = False
        with self._lock:
            if key not in self._arrays and array.nbytes <= self._budget:
                self._arrays[key] = array
                self._held += array.nbytes
                while self._held > self._budget:
                    _, dropped = self._arrays.popitem(last=False)
                    self._held -= dropped.nbytes
        return array


SHELF_BYTES = 256 * 2**20
"""Drawing costs more than multiplying, so the draws of the last experiments stay; 50 layers of 256 units take 13 MB in float32."""

_shelf = Shelf(budget=SHELF_BYTES)


def gaussian(seed: int, stream: Stream, shape: tuple[int, int]) -> Float64Array:
    """Return the N(0, 1) numbers of a stream that belongs to no layer: the input's or the target's. float64, read-only."""
    drawn = _shelf.get((seed, stream, shape), lambda: rng(seed, 0, stream).standard_normal(shape))
    return drawn.astype(np.float64, copy=False)


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
    return _shelf.get(
        (seed, layer, shape, draw, dtype),
        lambda: draw(rng(seed, layer, Stream.WEIGHT), shape).astype(dtype, copy=False),
    )
