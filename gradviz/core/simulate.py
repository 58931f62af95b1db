"""simulate(spec) → Frame: one pass at birth, measured layer by layer; trace(spec) keeps the arrays instead.

`measured` runs and measures a pass with any parameters: those of birth, after a step of training, or from a file.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import islice
from math import nan
from threading import Lock
from typing import NamedTuple, TypeVar

import numpy as np
from threadpoolctl import ThreadpoolController

from gradviz.cache import CACHE
from gradviz.core.birth import Birth
from gradviz.core.budget import (
    BEHIND_BYTES,
    FREED_MEMORY,
    WORTH_A_THREAD,
    keep_what_is_freed,
    needed_bytes,
    refuse_what_does_not_fit,
    step_bytes,
    traced_bytes,
)
from gradviz.core.frame import Frame
from gradviz.core.jacobian import obstacle
from gradviz.core.measures import moments
from gradviz.core.meter import EVERYTHING, JACOBIAN, Meter
from gradviz.core.network import BackwardStep, ForwardStep, propagate
from gradviz.core.spec import Spec

BLAS_THREADS = 1
"""One, everywhere: how a product is split among threads changes its last bits, and the window wants a core for itself."""

Tick = Callable[[float], None]
"""Called between layers with the share of the work that is done; it may raise to break the run off."""

Step = ForwardStep | BackwardStep

T = TypeVar("T")


def simulate(spec: Spec, tick: Tick = lambda share: None) -> Frame:
    """Run the experiment and return what was measured. The same Spec gives the same Frame, byte for byte, on one machine.

    Raises
    ------
    ExperimentError
        When the network does not fit into the memory that is free (nothing has been allocated then), or its data or its
        weights cannot be read.
    """
    refuse_what_does_not_fit(spec, needed_bytes)
    keep_what_is_freed()
    CACHE.begin_generation()
    FREED_MEMORY.give_back(needed_bytes(spec))
    birth = Birth.of(spec)
    wants = EVERYTHING if obstacle(spec) is None else EVERYTHING - {JACOBIAN}
    meter = Meter(birth.net, birth.parameters, wants)
    return measured(birth, meter, tick).frame(spec)


class Measured(NamedTuple):
    """A pass that was measured.

    Attributes
    ----------
    meter : Meter
        What was found.
    loss : float
        The value of the loss.
    input_rms : float
        The root mean square of the input.
    """

    meter: Meter
    loss: float
    input_rms: float

    def frame(self, spec: Spec, step: int = 0) -> Frame:
        """Return the Frame, where the meter has measured everything."""
        return self.meter.frame(spec, step=step, loss=self.loss, input_rms=self.input_rms)


def measured(birth: Birth, meter: Meter, tick: Tick = lambda share: None) -> Measured:
    """Run one pass and have it measured."""
    loss = nan
    with limited_blas(), _measuring(birth, meter) as measure:
        for step in _steps(birth, tick):
            meter.follow(step)
            measure(step)
            if isinstance(step, ForwardStep) and step.layer == 1:
                meter.predict(step.a_before, unit_gradient=birth.loss.is_unit_gradient)
            if isinstance(step, ForwardStep) and step.layer == birth.net.depth:
                loss = birth.loss.value(step.a, birth.batch.target)
    return Measured(meter, loss, moments(birth.batch.a0).rms)


@contextmanager
def _measuring(birth: Birth, meter: Meter) -> Iterator[Callable[[Step], None]]:
    """Hand out what measures a step: beside the network's own thread where that pays, else at once.

    Each layer has its own place, so that it makes no difference when and where it is measured. When the other thread is behind,
    the network's own lends a hand. (Two threads beside the network's are slower than one.)
    """
    if birth.batch.size * max(birth.net.units) < WORTH_A_THREAD:
        yield meter.measure
        return
    behind: deque[tuple[Future[None], Step]] = deque()
    most = max(4, BEHIND_BYTES // step_bytes(birth.net, birth.batch.size))
    with ThreadPoolExecutor(1, "measure") as worker:

        def submit(step: Step) -> None:
            while behind and behind[0][0].done():
                behind.popleft()[0].result()
            if len(behind) < most:
                behind.append((worker.submit(meter.measure, step), step))
            else:
                meter.measure(step)

        try:
            yield submit
            while behind:
                future, step = behind.pop()
                if future.cancel():
                    meter.measure(step)
                else:
                    future.result()
        except BaseException:
            worker.shutdown(cancel_futures=True)
            raise


@dataclass(frozen=True, eq=False)
class Trace:
    """The raw arrays of one pass, in the network's own precision.

    Attributes
    ----------
    spec : Spec
    arrays : dict of str to ndarray
        ``a0``, the input batch, ``target`` where the loss has one, and for l = 1 … L: ``W{l}`` (n_l, n_{l-1}), ``b{l}`` (n_l,), ``z{l}`` and ``a{l}``
        (batch, n_l), and the gradients of the loss with respect to each, ``grad_W{l}``, ``grad_b{l}``, ``grad_z{l}`` and
        ``grad_a{l}``. With loss=cotangent, the loss is the sum of ``a{L} * grad_a{L}``. What the precision cannot hold is 0 or
        infinite here.
    """

    spec: Spec
    arrays: dict[str, np.ndarray]


def trace(spec: Spec, tick: Tick = lambda share: None) -> Trace:
    """Run the experiment and return every array of the pass.

    Raises
    ------
    ExperimentError
        When the arrays do not fit into the memory that is free, or the data cannot be read.
    """
    refuse_what_does_not_fit(spec, traced_bytes)
    birth = Birth.of(spec)
    arrays: dict[str, np.ndarray] = {}
    with limited_blas():
        _collect(birth, tick, arrays)
    with np.errstate(all="ignore"):
        arrays = {name: array.astype(birth.net.precision.dtype, copy=False) for name, array in arrays.items()}
    if not birth.loss.is_unit_gradient:
        arrays["target"] = birth.batch.target
    return Trace(spec, arrays)


def inspect_forward(birth: Birth, last: int, inspect: Callable[[ForwardStep], T]) -> list[T]:
    """Run the pass forward as far as a layer and return what `inspect` makes of each step; the arrays are those of `trace`."""
    with limited_blas():
        steps = islice(_steps(birth, lambda share: None), last)
        return [inspect(step) for step in steps if isinstance(step, ForwardStep)]


def _collect(birth: Birth, tick: Tick, arrays: dict[str, np.ndarray]) -> None:
    for step in _steps(birth, tick):
        if isinstance(step, ForwardStep):
            if step.layer == 1:
                arrays["a0"] = step.a_before
            arrays |= {f"{name}{step.layer}": getattr(step, name) for name in ("W", "b", "z", "a")}
            if step.b is None:
                arrays[f"b{step.layer}"] = np.zeros(step.z.shape[1], step.z.dtype)
        else:
            for name in ("grad_z", "grad_a", "grad_W", "grad_b"):
                with np.errstate(all="ignore"):
                    arrays[f"{name}{step.layer}"] = np.ldexp(getattr(step, name), step.exponent)


def _steps(birth: Birth, tick: Tick) -> Iterator[ForwardStep | BackwardStep]:
    """Yield the pass, telling how far it is; overflow and NaN are what is being taught, not something to warn of."""
    total = 2 * birth.net.depth
    # NumPy's error state is the thread's own, so it is set here, wherever this runs.
    with np.errstate(all="ignore"):
        for done, step in enumerate(propagate(birth.net, birth.parameters, birth.batch, birth.loss)):
            tick(done / total)
            yield step
    tick(1.0)


@cache
def _threadpools() -> ThreadpoolController:
    return ThreadpoolController()


class _BlasLimit:
    """Keeps products to BLAS_THREADS while any pass runs: the first one sets the limit, the last one lifts it.

    The limit is the library's, not the thread's; lifted while another pass runs, it would change that one's last bits half way.
    """

    def __init__(self) -> None:
        self._lock, self._passes, self._limit = Lock(), 0, ExitStack()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        with self._lock:
            if not self._passes:
                self._limit.enter_context(_threadpools().limit(limits=BLAS_THREADS, user_api="blas"))
            self._passes += 1
        try:
            yield
        finally:
            with self._lock:
                self._passes -= 1
                if not self._passes:
                    self._limit.close()


limited_blas = _BlasLimit()
