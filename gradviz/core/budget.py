"""Estimates of a run's memory and time, made before anything is allocated."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from gradviz.cache import CACHE
from gradviz.core.architecture import Architecture
from gradviz.core.batch import features_of
from gradviz.core.choices.errors import ExperimentError, Problem
from gradviz.core.choices.initializers import INITIALIZERS
from gradviz.core.spec import Spec
from gradviz.i18n import _

QUEUED_BYTES = 16 * 2**20
"""Bytes of arrays that may wait to be measured: enough that the pass and the measuring do not wait for each other."""

STEPS_AT_ONCE = 2
"""Steps whose arrays are held at once besides the waiting ones: the one being computed and the one being measured."""

LARGEST_MAPPED = 31 * 2**20
"""Bytes; glibc ignores freed blocks of 32 MiB and more (see `keep_freed_memory`)."""

PRODUCTS_PER_SECOND, ELEMENTS_PER_SECOND, PER_LAYER = 2.5e10, 3e8, 2e-4
"""On one core: multiply-adds per second of a float32 product; numbers per second that are computed, sorted and counted; seconds
per layer, however small the layer."""

ALWAYS_THERE = 64 * 2**20
"""Bytes below which free memory is not checked."""


@cache
def keep_freed_memory() -> None:
    """Make the C library keep freed memory for the next run, which saves a run some thousand page faults: 4 % of its time.

    glibc returns free memory at the end of its heap to the system only beyond twice the size of the largest block that was ever
    mapped and freed, up to 64 MiB (``mallopt(3)``, M_MMAP_THRESHOLD). So one large block is mapped and freed here; none of it is
    ever touched. On other C libraries this has no effect.
    """
    np.empty(LARGEST_MAPPED, np.uint8)


class _Sizes(NamedTuple):
    """The sizes that the memory estimates are made from."""

    itemsize: int
    weights: int
    """Numbers in the weights of all layers."""
    states: int
    """Numbers in a[0] … a[L]."""
    widest: int

    @classmethod
    def of(cls, net: Architecture, batch: int) -> _Sizes:
        units, itemsize = net.units, net.precision.computes_in.itemsize
        weights = sum(fan_in * fan_out for fan_in, fan_out in pairwise(units))
        return cls(itemsize, weights, batch * sum(units), max(units))

    def step_bytes(self, batch: int) -> int:
        return self.itemsize * (2 * batch * self.widest + self.widest * self.widest)


def needed_bytes(spec: Spec) -> int:
    """Estimate the peak memory of `simulate` in bytes: the pass and its measuring."""
    net = Architecture.of(spec, features_of(spec))
    sizes = _Sizes.of(net, spec.batch)
    queued = min(net.depth * sizes.step_bytes(spec.batch), QUEUED_BYTES)
    # An array that is measured is copied twice: sorted, and in float64.
    measuring = (sizes.itemsize + 8) * max(spec.batch, sizes.widest) * sizes.widest
    jacobian = 8 * 4 * sizes.widest * sizes.widest if spec.jacobian else 0
    return _pass_bytes(spec, net, sizes, with_sorted_draws=True) + queued + measuring + jacobian


def _pass_bytes(spec: Spec, net: Architecture, sizes: _Sizes, *, with_sorted_draws: bool = False) -> int:
    """Estimate the bytes of the pass: draws (also sorted, if asked), the states of all layers, and the arrays of two steps."""
    # Per layer: a; z where f′ needs it; two arrays more with normalization, and one more with skip connections.
    kept = 1 + (net.activation(1).derivative_of == "pre_activation")
    kept += 2 * net.is_normalized + (net.residual > 0)
    # Draws beyond the cache's budget are not kept; the backward pass draws them again. Weights from a file are all there.
    one_draw = sizes.weights * sizes.itemsize
    is_loaded = INITIALIZERS[spec.initializer].is_loaded
    draws = one_draw if is_loaded else min((1 + with_sorted_draws) * one_draw, CACHE.budget)
    batch = sizes.states // sum(net.units)
    return draws + sizes.itemsize * kept * sizes.states + STEPS_AT_ONCE * sizes.step_bytes(batch)


def step_bytes(net: Architecture, batch: int) -> int:
    """Estimate the bytes that one step adds to what the pass keeps anyway: z or two gradients, and W or its gradient."""
    return _Sizes.of(net, batch).step_bytes(batch)


def traced_bytes(spec: Spec) -> int:
    """Estimate the peak memory of `trace` in bytes: the pass and the arrays that it returns."""
    net = Architecture.of(spec, features_of(spec))
    sizes = _Sizes.of(net, spec.batch)
    return _pass_bytes(spec, net, sizes) + sizes.itemsize * (2 * sizes.weights + 3 * sizes.states)


def refuse_what_does_not_fit(needed: int) -> None:
    """Raise ExperimentError if `needed` bytes are not free."""
    if needed < ALWAYS_THERE:
        return
    import psutil  # here, because only large experiments need it

    free = psutil.virtual_memory().available
    if needed > free:
        message = _(
            "this network needs {needed:.1f} GiB of memory and {free:.1f} GiB are free; make depth, width or batch smaller"
        )
        raise ExperimentError([Problem("depth × width", message.format(needed=needed / 2**30, free=free / 2**30))])


def expected_seconds(spec: Spec) -> float:
    """Estimate the seconds that `simulate` takes on a machine like the one on which the rates were measured."""
    net = Architecture.of(spec, features_of(spec))
    sizes = _Sizes.of(net, spec.batch)
    products = 3 * spec.batch * sizes.weights
    elements = 5 * sizes.states + sizes.weights
    seconds = products / PRODUCTS_PER_SECOND + elements / ELEMENTS_PER_SECOND + net.depth * PER_LAYER
    if spec.jacobian:
        seconds += sum(min(net.units[0], n) * n * (m + 20 * n) for m, n in pairwise(net.units)) / PRODUCTS_PER_SECOND
    return seconds * (2 if spec.dtype == "float64" else 1)
