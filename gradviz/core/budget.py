"""Estimates of a run's memory and time, made before anything is allocated."""

from __future__ import annotations

import ctypes
import mmap
import time
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from math import floor, log10
from typing import NamedTuple

import numpy as np

from gradviz.cache import CACHE
from gradviz.core.architecture import Architecture
from gradviz.core.batch import features_of
from gradviz.core.choices.errors import ExperimentError, Problem
from gradviz.core.choices.initializers import INITIALIZERS
from gradviz.core.spec import Spec
from gradviz.i18n import _

LONG = 60.0
"""Expected seconds of work above which the window asks before it begins, and the command line announces how long it takes."""

QUEUED_BYTES = 16 * 2**20
"""Bytes of arrays that may wait to be measured: enough that the pass and the measuring do not wait for each other."""

STEPS_AT_ONCE = 2
"""Steps whose arrays are held at once besides the waiting ones: the one being computed and the one being measured."""

LARGEST_MAPPED = 31 * 2**20
"""Bytes; glibc ignores freed blocks of 32 MiB and more (see `keep_freed_memory`)."""

PRODUCTS_PER_SECOND = 5e10
"""Multiply-adds of a float32 product on one core of the machine that these rates were measured on."""

PER_STATE, PER_WEIGHT, PER_DRAW, PER_LAYER = 4.7e-8, 3e-8, 3.4e-8, 2.5e-4
"""Seconds there for a number in the activations (both passes, measured, put in order and counted), for a weight (its gradient,
measured), for a weight that is drawn and put in order, and for a layer however small."""

PER_SINGULAR = 40
"""Multiply-adds per n³ that the two decompositions and the solution of an n × n Jacobian cost as much as."""

SLOWER = {"float64": 2.0, "float16": 1.9, "bfloat16": 1.2}
"""Precisions that take longer than float32, and how many times."""

BESIDE_EACH_OTHER = 0.75
"""Of the time on one core, where another thread measures what the pass has left behind."""

WORTH_A_THREAD = 2**15
"""Numbers in a layer's activations, below which handing a layer to another thread costs more than measuring it."""

PROBE_SIDE, PROBE_RATE = 60, 4.3e10
"""A product of two such matrices, which no BLAS hands to several threads, and its multiply-adds per second on that machine."""

MOST_FREED = 128 * 2**20
"""Bytes that may stay resident though they are not in use: the next run spares the page faults."""

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


class _FreedMemory:
    """Returns memory that was freed to the system, when much more of it is resident than can be in use.

    glibc keeps what lies free between blocks that are in use: after a visit to 152 × 512 and 20 × 2048 it was 500 MiB, although
    the cache had let go of it. Elsewhere nothing is known of it, and nothing done.
    """

    def __init__(self) -> None:
        self._usual: int | None = None
        """Resident bytes beside those of the cache and of a run."""

    def give_back(self, needed: int) -> None:
        """Look after the memory before a run that needs so many bytes."""
        if (resident := _resident_bytes()) is None:
            return
        elsewhere = resident - CACHE.held
        if self._usual is None:
            self._usual = elsewhere
        if elsewhere > self._usual + needed + MOST_FREED and _trim():
            # What is resident all the same is in use, and not worth another attempt.
            self._usual = max(self._usual, (_resident_bytes() or 0) - CACHE.held - needed)


def _resident_bytes() -> int | None:
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * mmap.PAGESIZE
    except (OSError, ValueError, IndexError):  # no Linux
        return None


def _trim() -> bool:
    """Call glibc's ``malloc_trim(3)``; return whether there is one."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (OSError, AttributeError, TypeError):
        return False
    return True


FREED_MEMORY = _FreedMemory()
"""Of this process."""


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


def refuse_what_does_not_fit(spec: Spec, needed_by: Callable[[Spec], int]) -> None:
    """Raise an ExperimentError that names a way out when an experiment needs more memory than is free.

    Parameters
    ----------
    spec : Spec
    needed_by : function of a Spec
        `needed_bytes` or `traced_bytes`.
    """
    needed = needed_by(spec)
    if needed < ALWAYS_THERE:
        return
    import psutil  # here, because only large experiments need it

    free = psutil.virtual_memory().available
    if needed > free:
        raise ExperimentError([_too_large(spec, needed_by, needed, free)])


def _too_large(spec: Spec, needed_by: Callable[[Spec], int], needed: int, free: int) -> Problem:
    """Return what is wrong, with the one change that makes it fit and takes least away."""
    sizes = {"needed": needed / 2**30, "free": free / 2**30}
    fitting = {name: value for name in ("depth", "width", "batch") if (value := _largest_that_fits(spec, name, needed_by, free))}
    if not fitting:
        text = _("this network needs {needed:.1f} GiB of memory and {free:.1f} GiB are free; make depth, width or batch smaller")
        return Problem("depth × width", text.format(**sizes))
    name = max(fitting, key=lambda name: fitting[name] / getattr(spec, name))
    text = _("this network needs {needed:.1f} GiB of memory and {free:.1f} GiB are free; with {field}={value} it would fit")
    return Problem(name, text.format(field=name, value=fitting[name], **sizes))


def _largest_that_fits(spec: Spec, name: str, needed_by: Callable[[Spec], int], free: int) -> int:
    """Return about the largest value of a field, smaller than the present one, with which an experiment fits; 0 for none."""

    def fits(value: int) -> bool:
        try:
            return needed_by(spec.replace(**{name: value})) <= free
        except ExperimentError:  # not a field that can be changed here: the units stand one by one in `widths`
            return False

    low, high = 0, getattr(spec, name)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return _rounded_down(low)


def _rounded_down(value: int) -> int:
    """Return the first two digits of a whole number, and zeros."""
    unit = 10 ** max(0, floor(log10(value)) - 1) if value else 1
    return value // unit * unit


def expected_seconds(spec: Spec) -> float:
    """Estimate how long `simulate` takes on this machine, when nothing else runs on it. Right to a factor of 2.

    Raises
    ------
    ExperimentError
        When the data cannot be read.
    """
    net = Architecture.of(spec, features_of(spec))
    sizes = _Sizes.of(net, spec.batch)
    passes = 3 * spec.batch * sizes.weights / PRODUCTS_PER_SECOND + PER_STATE * sizes.states
    passes += PER_WEIGHT * sizes.weights + PER_LAYER * net.depth
    if 2 * sizes.weights * sizes.itemsize > CACHE.budget:  # drawn in both passes of every run
        passes += 2 * PER_DRAW * sizes.weights
    if spec.batch * sizes.widest >= WORTH_A_THREAD:
        passes *= BESIDE_EACH_OTHER
    jacobian = PER_SINGULAR * sum(min(net.units[0], n) * n * max(m, n) for m, n in pairwise(net.units)) if spec.jacobian else 0
    return (passes * SLOWER.get(spec.dtype, 1.0) + jacobian / PRODUCTS_PER_SECOND) / machine_speed()


@cache
def machine_speed() -> float:
    """Measure how fast this machine multiplies, once a process, in about 2 ms; 1 for the one that the rates were measured on."""
    factor = np.full((PROBE_SIDE, PROBE_SIDE), 0.5, np.float32)
    product, rounds, fastest = np.empty_like(factor), 40, float("inf")
    for _try in range(7):
        start = time.perf_counter()
        for _round in range(rounds):
            np.matmul(factor, factor, out=product)
        fastest = min(fastest, time.perf_counter() - start)
    return PROBE_SIDE**3 * rounds / fastest / PROBE_RATE
