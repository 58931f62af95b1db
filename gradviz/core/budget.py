"""How much memory a run needs, asked before anything is allocated."""

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

BEHIND_BYTES = 16 * 2**20
"""Of arrays that may wait to be measured: enough for measuring and the pass not to wait for each other."""

STEPS_AT_ONCE = 2
"""Steps whose arrays are held besides: the one that is being made, and the one that is being measured."""

LARGEST_MAPPED = 31 * 2**20
"""Bytes; from 32 MiB on glibc takes no notice."""

PRODUCTS_PER_SECOND, ELEMENTS_PER_SECOND, PER_LAYER = 2.5e10, 3e8, 2e-4
"""Multiply-adds of a float32 product on one core; numbers that are computed, put in order and counted; seconds that a layer
costs however small it is."""

ALWAYS_THERE = 64 * 2**20
"""Bytes that are not worth asking for."""


@cache
def keep_what_is_freed() -> None:
    """Have the C library keep freed memory for the next run, which spares a run some thousand page faults: 4 % of its time.

    glibc hands back what lies free at the end of its heap beyond twice the largest block that was ever mapped and freed, up to
    64 MiB (``mallopt(3)``, M_MMAP_THRESHOLD). None of this block is ever touched; elsewhere it does nothing.
    """
    np.empty(LARGEST_MAPPED, np.uint8)


class _Sizes(NamedTuple):
    """What the arrays of an experiment are made of."""

    itemsize: int
    weights: int
    """Of all layers."""
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
    """Estimate the peak memory of `simulate`: the pass, and what it takes to measure it."""
    net = Architecture.of(spec, features_of(spec))
    sizes = _Sizes.of(net, spec.batch)
    behind = min(net.depth * sizes.step_bytes(spec.batch), BEHIND_BYTES)
    # What is measured is put in order and taken to float64.
    measuring = (sizes.itemsize + 8) * max(spec.batch, sizes.widest) * sizes.widest
    jacobian = 8 * 4 * sizes.widest * sizes.widest if spec.jacobian else 0
    return _pass_bytes(spec, net, sizes, drawn_twice=True) + behind + measuring + jacobian


def _pass_bytes(spec: Spec, net: Architecture, sizes: _Sizes, *, drawn_twice: bool = False) -> int:
    """Estimate the memory of the pass itself: the draws (in order too) and the states of all layers, and the arrays of two steps."""
    # a of every layer; z where f′ needs it; what normalization and a skip connection remember besides.
    kept = 1 + (net.activation(1).derivative_of == "pre_activation")
    kept += 2 * net.is_normalized + (net.residual > 0)
    # Draws beyond what the cache keeps are made again on the way back; weights from a file are all there.
    one_draw = sizes.weights * sizes.itemsize
    is_loaded = INITIALIZERS[spec.initializer].is_loaded
    draws = one_draw if is_loaded else min((1 + drawn_twice) * one_draw, CACHE.budget)
    batch = sizes.states // sum(net.units)
    return draws + sizes.itemsize * kept * sizes.states + STEPS_AT_ONCE * sizes.step_bytes(batch)


def step_bytes(net: Architecture, batch: int) -> int:
    """Estimate what one step of the pass holds beside what is kept anyway: z or two gradients, and W or its gradient."""
    return _Sizes.of(net, batch).step_bytes(batch)


def traced_bytes(spec: Spec) -> int:
    """Estimate the peak memory of `trace`: the pass, and all that it keeps."""
    net = Architecture.of(spec, features_of(spec))
    sizes = _Sizes.of(net, spec.batch)
    return _pass_bytes(spec, net, sizes) + sizes.itemsize * (2 * sizes.weights + 3 * sizes.states)


def refuse_what_does_not_fit(needed: int) -> None:
    """Raise an ExperimentError when `needed` bytes are not free."""
    if needed < ALWAYS_THERE:
        return
    import psutil  # only for the large ones: most experiments never ask

    free = psutil.virtual_memory().available
    if needed > free:
        message = _(
            "this network needs {needed:.1f} GiB of memory and {free:.1f} GiB are free; make depth, width or batch smaller"
        )
        raise ExperimentError([Problem("depth × width", message.format(needed=needed / 2**30, free=free / 2**30))])


def expected_seconds(spec: Spec) -> float:
    """Estimate how long `simulate` takes, on a machine like the one that the rates were measured on."""
    net = Architecture.of(spec, features_of(spec))
    sizes = _Sizes.of(net, spec.batch)
    products = 3 * spec.batch * sizes.weights
    elements = 5 * sizes.states + sizes.weights
    seconds = products / PRODUCTS_PER_SECOND + elements / ELEMENTS_PER_SECOND + net.depth * PER_LAYER
    if spec.jacobian:
        seconds += sum(min(net.units[0], n) * n * (m + 20 * n) for m, n in pairwise(net.units)) / PRODUCTS_PER_SECOND
    return seconds * (2 if spec.dtype == "float64" else 1)
