"""simulate(spec) → Frame: one pass through the network, measured layer by layer; trace(spec) keeps the arrays instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from threadpoolctl import ThreadpoolController

from gradviz.core.arrays import FloatArray
from gradviz.core.errors import ExperimentError, Problem
from gradviz.core.frame import Frame
from gradviz.core.histograms import counts, magnitude_counts, shared_edges
from gradviz.core.measures import MEASURES, measured, moments
from gradviz.core.network import BackwardStep, ForwardStep, Network, propagate
from gradviz.core.spec import Spec
from gradviz.core.verdict import Verdict
from gradviz.i18n import _

BLAS_THREADS = 1
"""One, everywhere: how a product is split among threads changes its last bits, and the window wants a core for itself."""

Tick = Callable[[float], None]
"""Called between layers with the share of the work that is done; it may raise to break the run off."""


def simulate(spec: Spec, tick: Tick = lambda share: None) -> Frame:
    """Run the experiment and return what was measured. The same Spec gives the same Frame, byte for byte, on one machine.

    Raises
    ------
    ExperimentError
        When the network does not fit into the memory that is free; nothing has been allocated then.
    """
    refuse_what_does_not_fit(spec, needed_bytes(spec))
    network = Network(spec)
    layers: list[dict[str, float]] = [{} for _layer in range(spec.depth)]
    activations: list[FloatArray] = []
    magnitudes: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {"activation_log10": [], "grad_a_log10": []}
    for step in _steps(network, tick):
        row = layers[step.layer - 1]
        if isinstance(step, ForwardStep):
            row |= measured({"a": moments(step.a), "z": moments(step.z)})
            activations.append(step.a)
            magnitudes["activation_log10"].append(magnitude_counts(step.a))
        else:
            gradients = {name: getattr(step, name) for name in ("grad_a", "grad_z", "grad_W", "grad_b")}
            row |= measured({name: moments(array, step.exponent) for name, array in gradients.items()})
            magnitudes["grad_a_log10"].insert(0, magnitude_counts(step.grad_a, step.exponent))
        if isinstance(step, ForwardStep) and step.layer == spec.depth:
            shared = shared_edges(activations, network.activation.bounds_at(network.k))
            shared_counts = np.stack([counts(activation, shared) for activation in activations])
            activations.clear()
    series = {key: np.array([row[key] for row in layers]) for key in MEASURES}
    with np.errstate(divide="ignore"):
        log10_rms = np.log10(series["activation_rms"])
    return Frame(
        spec=spec,
        step=0,
        edges={"activation": shared} | {key: np.stack([edges for edges, _counts in rows]) for key, rows in magnitudes.items()},
        counts={"activation": shared_counts}
        | {key: np.stack([count for _edges, count in rows]) for key, rows in magnitudes.items()},
        series=series,
        verdict=Verdict.of(log10_rms, series["log10_grad_a_rms"], spec.dtype),
    )


@dataclass(frozen=True, eq=False)
class Trace:
    """The raw arrays of one pass, in the network's own precision.

    Attributes
    ----------
    spec : Spec
    arrays : dict of str to ndarray
        ``a0``, the input batch, and for l = 1 … L: ``W{l}`` (n_l, n_{l-1}), ``b{l}`` (n_l,), ``z{l}`` and ``a{l}``
        (batch, n_l), and the gradients of the loss with respect to each, ``grad_W{l}``, ``grad_b{l}``, ``grad_z{l}`` and
        ``grad_a{l}``. The loss is the sum of ``a{L} * grad_a{L}``. What the precision cannot hold is 0 or infinite here.
    """

    spec: Spec
    arrays: dict[str, FloatArray]


def trace(spec: Spec, tick: Tick = lambda share: None) -> Trace:
    """Run the experiment and return every array of the pass.

    Raises
    ------
    ExperimentError
        When the arrays do not fit into the memory that is free.
    """
    refuse_what_does_not_fit(spec, traced_bytes(spec))
    network = Network(spec)
    arrays: dict[str, FloatArray] = {}
    for step in _steps(network, tick):
        if isinstance(step, ForwardStep):
            if step.layer == 1:
                arrays["a0"] = step.a_before
            arrays |= {f"{name}{step.layer}": getattr(step, name) for name in ("W", "b", "z", "a")}
        else:
            for name in ("grad_z", "grad_a", "grad_W", "grad_b"):
                with np.errstate(all="ignore"):
                    arrays[f"{name}{step.layer}"] = np.ldexp(getattr(step, name), step.exponent)
    return Trace(spec, arrays)


def _steps(network: Network, tick: Tick) -> Iterator[ForwardStep | BackwardStep]:
    """Yield the pass, telling how far it is; overflow and NaN are what is being taught, not something to warn of."""
    total = 2 * network.spec.depth
    # NumPy's error state is the thread's own, so it is set here, wherever this runs.
    with np.errstate(all="ignore"), _blas_threads(BLAS_THREADS):
        for done, step in enumerate(propagate(network)):
            tick(done / total)
            yield step
    tick(1.0)


@cache
def _threadpools() -> ThreadpoolController:
    return ThreadpoolController()


@contextmanager
def _blas_threads(count: int) -> Iterator[None]:
    with _threadpools().limit(limits=count, user_api="blas"):
        yield


def needed_bytes(spec: Spec) -> int:
    """Estimate the peak memory of `simulate`: the draws and the activations of all layers, and one layer's working arrays."""
    itemsize, weights, states = _sizes(spec)
    kept = 2 if Network(spec).activation.derivative_of == "pre_activation" else 1
    n, b = max(Network(spec).units), spec.batch
    return itemsize * (weights + kept * states) + 8 * (2 * n * n + 4 * b * n)


def traced_bytes(spec: Spec) -> int:
    """Estimate the peak memory of `trace`: as `simulate`, and all that it keeps."""
    itemsize, weights, states = _sizes(spec)
    return needed_bytes(spec) + itemsize * (2 * weights + 3 * states)


def _sizes(spec: Spec) -> tuple[int, int, int]:
    units = Network(spec).units
    weights = sum(fan_in * fan_out for fan_in, fan_out in pairwise(units))
    return Network(spec).dtype.itemsize, weights, spec.batch * sum(units)


def refuse_what_does_not_fit(spec: Spec, needed: int) -> None:
    """Raise an ExperimentError when `needed` bytes are not free."""
    if needed < 64 * 2**20:
        return
    import psutil  # only for the large ones: most experiments never ask

    free = psutil.virtual_memory().available
    if needed > free:
        message = _(
            "this network needs {needed:.1f} GiB of memory and {free:.1f} GiB are free; make depth, width or batch smaller"
        )
        raise ExperimentError([Problem("depth × width", message.format(needed=needed / 2**30, free=free / 2**30))])
