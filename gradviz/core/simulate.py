"""simulate(spec) → Frame: one pass at birth, measured layer by layer; trace(spec) returns the arrays instead.

`measured` runs and measures a pass with any parameters: at birth, after a training step, or from a file.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from math import nan
from typing import NamedTuple, TypeVar

import numpy as np

from gradviz.blas import limited_blas
from gradviz.cache import CACHE
from gradviz.core.birth import Birth
from gradviz.core.budget import (
    FREED_MEMORY,
    QUEUED_BYTES,
    WORTH_A_THREAD,
    keep_freed_memory,
    needed_bytes,
    refuse_what_does_not_fit,
    step_bytes,
    traced_bytes,
)
from gradviz.core.data.csv_table import Reading
from gradviz.core.frame import Frame
from gradviz.core.jacobian import obstacle
from gradviz.core.meter import EVERYTHING, JACOBIAN, Meter
from gradviz.core.network import BackwardStep, ForwardStep, propagate
from gradviz.core.spec import Spec

Tick = Callable[[float], None]
"""Called on the way with the share of the work that is done; raises, as a rule `Aborted`, to stop the work."""

Step = ForwardStep | BackwardStep

T = TypeVar("T")


class Aborted(Exception):  # noqa: N818 - no error: nobody waits for the result any more
    """Raised by a tick to stop work whose result is no longer wanted."""


def simulate(spec: Spec, tick: Tick = lambda share: None) -> Frame:
    """Run the experiment and return its Frame. The same Spec gives the same Frame, byte for byte, on one machine.

    Raises
    ------
    ExperimentError
        When the network does not fit into free memory (nothing has been allocated then), or its data or weights cannot be read.
    """
    return frame_of(spec, begun(spec), tick)


def begun(spec: Spec) -> Birth:
    """Return what an experiment begins with, if there is memory for its pass. Raises ExperimentError as `simulate` does."""
    refuse_what_does_not_fit(spec, needed_bytes)
    CACHE.begin_generation()
    FREED_MEMORY.give_back(needed_bytes(spec))
    return Birth.of(spec)


def frame_of(spec: Spec, birth: Birth, tick: Tick = lambda share: None) -> Frame:
    """Run and measure the pass of an experiment that has begun."""
    wants = EVERYTHING if obstacle(birth.net, is_wanted=spec.jacobian) is None else EVERYTHING - {JACOBIAN}
    meter = Meter(birth.net, birth.parameters, wants)
    return measured(birth, meter, tick).frame(spec)


class Measured(NamedTuple):
    """A pass that was measured.

    Attributes
    ----------
    meter : Meter
    loss : float
        The value of the loss.
    reading : Reading or None
        How the data file was read.
    """

    meter: Meter
    loss: float
    reading: Reading | None

    def frame(self, spec: Spec, step: int = 0) -> Frame:
        """Return the Frame; the meter must have measured EVERYTHING, with or without the Jacobian."""
        return self.meter.frame(spec, step=step, loss=self.loss, reading=self.reading)


def measured(birth: Birth, meter: Meter, tick: Tick = lambda share: None) -> Measured:
    """Run one pass and measure it."""
    keep_freed_memory()
    loss = nan
    with limited_blas(), _measuring(birth, meter) as measure:
        meter.predict(birth.batch, unit_gradient=birth.loss.is_unit_gradient)
        for step in _steps(birth, tick):
            meter.follow(step)
            measure(step)
            if isinstance(step, ForwardStep) and step.layer == birth.net.depth:
                loss = birth.loss.value(step.a, birth.batch.target)
    return Measured(meter, loss, birth.batch.reading)


@contextmanager
def _measuring(birth: Birth, meter: Meter) -> Iterator[Callable[[Step], None]]:
    """Yield the function that measures a step: in a second thread where that pays, else immediately.

    Each layer's results have their own place, so the order and the thread do not matter. When the second thread falls behind,
    the pass's own thread measures too. (Two extra threads are slower than one.)
    """
    if birth.batch.size * max(birth.net.units) < WORTH_A_THREAD:
        yield meter.measure
        return
    queue: deque[tuple[Future[None], Step]] = deque()
    longest = max(4, QUEUED_BYTES // step_bytes(birth.net, birth.batch.size))
    with ThreadPoolExecutor(1, "measure") as worker:

        def submit(step: Step) -> None:
            while queue and queue[0][0].done():
                queue.popleft()[0].result()
            if len(queue) < longest:
                queue.append((worker.submit(meter.measure, step), step))
            else:
                meter.measure(step)

        try:
            yield submit
            while queue:
                future, step = queue.pop()
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
        ``a0``, the input batch (batch, n_0); ``target``, except with loss=cotangent; and for l = 1 … L: ``W{l}`` (n_l, n_{l-1}),
        ``b{l}`` (n_l,), ``z{l}`` and ``a{l}`` (batch, n_l), and the gradients of the loss with respect to them, ``grad_W{l}``,
        ``grad_b{l}``, ``grad_z{l}`` and ``grad_a{l}``. With loss=cotangent, the loss is the sum of ``a{L} * grad_a{L}``. Numbers
        that the precision cannot hold are 0 or infinite.
    """

    spec: Spec
    arrays: dict[str, np.ndarray]


def trace(spec: Spec, tick: Tick = lambda share: None) -> Trace:
    """Run the experiment and return every array of the pass.

    Raises
    ------
    ExperimentError
        When the arrays do not fit into free memory, or the data or weights cannot be read.
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
    """Run the forward pass up to layer `last` and return `inspect(step)` of each layer; the arrays are those of `trace`."""
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
    """Yield the steps of the pass and report progress; overflow and NaN give no warnings, because they are what is taught."""
    total = 2 * birth.net.depth
    # NumPy's error state belongs to the thread, so it is set here, in the thread that runs the pass.
    with np.errstate(all="ignore"):
        for done, step in enumerate(propagate(birth.net, birth.parameters, birth.batch, birth.loss)):
            tick(done / total)
            yield step
    tick(1.0)
