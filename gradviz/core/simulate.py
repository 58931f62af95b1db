"""simulate(spec) → Frame: one pass through the network, measured layer by layer; trace(spec) keeps the arrays instead."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from threadpoolctl import ThreadpoolController

from gradviz.core.activations import SATURATED_BELOW
from gradviz.core.arrays import Float64Array, FloatArray, IntArray
from gradviz.core.frame import Frame
from gradviz.core.histograms import counts, magnitude_counts, own_counts, shared_edges
from gradviz.core.jacobian import Jacobian
from gradviz.core.measures import moments, series_of
from gradviz.core.memory import needed_bytes, refuse_what_does_not_fit, traced_bytes
from gradviz.core.network import BackwardStep, ForwardStep, Network, propagate
from gradviz.core.predict import predict
from gradviz.core.spec import Spec
from gradviz.core.verdict import Verdict
from gradviz.core.weights import weight_statistics

BLAS_THREADS = 1
"""One, everywhere: how a product is split among threads changes its last bits, and the window wants a core for itself."""

MOST_PAIRS = 32
"""The correlation of two inputs is the mean over so many pairs at most."""

WORTH_A_THREAD = 2**15
"""Numbers in a layer's activations, below which handing a layer to another thread costs more than measuring it."""

MOST_BEHIND = 4
"""So many steps may wait to be measured; each holds its layer's arrays."""

Tick = Callable[[float], None]
"""Called between layers with the share of the work that is done; it may raise to break the run off."""

Histogram = tuple[Float64Array, IntArray]


def simulate(spec: Spec, tick: Tick = lambda share: None) -> Frame:
    """Run the experiment and return what was measured. The same Spec gives the same Frame, byte for byte, on one machine.

    Raises
    ------
    ExperimentError
        When the network does not fit into the memory that is free (nothing has been allocated then), or its data cannot be read.
    """
    refuse_what_does_not_fit(needed_bytes(spec))
    meter = _Meter(Network(spec))
    with _blas_threads(BLAS_THREADS), _measuring(meter.network) as submit:
        for step in _steps(meter.network, tick):
            meter.follow(step)
            submit(meter.measure, step)
            if isinstance(step, ForwardStep) and step.layer == spec.depth:
                for place in range(spec.depth):
                    submit(meter.count, place)
    return meter.frame()


Submit = Callable[[Callable[[Any], None], Any], None]


@contextmanager
def _measuring(network: Network) -> Iterator[Submit]:
    """Hand out what calls a function: beside the network's own thread where that pays, else at once.

    Each layer has its own place, so that it makes no difference when it is measured. (Two threads beside the network's are
    slower than one: they wait for each other's hold on the interpreter.)
    """
    if network.spec.batch * max(network.units) < WORTH_A_THREAD:
        yield lambda call, argument: call(argument)
        return
    behind: deque[Future[None]] = deque()
    with ThreadPoolExecutor(1, "measure") as worker:

        def submit(call: Callable[[Any], None], argument: Any) -> None:
            behind.append(worker.submit(call, argument))
            if len(behind) > MOST_BEHIND:
                behind.popleft().result()

        try:
            yield submit
            for future in behind:
                future.result()
        except BaseException:
            worker.shutdown(cancel_futures=True)
            raise


class _Meter:
    """Measures each layer as the pass goes by, and keeps no array longer than it must."""

    def __init__(self, network: Network) -> None:
        self.network = network
        depth = network.spec.depth
        self._found: list[dict[str, Any]] = [{} for _layer in range(depth)]
        self._histograms: dict[str, list[Histogram | None]] = {
            key: [None] * depth for key in ("activation_log10", "pre_activation", "weight", "grad_a_log10", "grad_W_log10")
        }
        self._activations: list[FloatArray | None] = [None] * depth
        self._shared_edges: Float64Array | None = None
        self._shared_counts: list[IntArray | None] = [None] * depth
        self._jacobian = Jacobian(network)
        self._loss = np.nan
        self._theory: dict[str, Float64Array] = {}

    def follow(self, step: ForwardStep | BackwardStep) -> None:
        """Do what has to be done in the order of the pass."""
        if not isinstance(step, ForwardStep):
            return
        place = step.layer - 1
        self._activations[place] = step.a
        if self._jacobian.is_defined:
            self._found[place] |= self._jacobian.follow(step)
        if step.layer == self.network.spec.depth:
            self._finish_forward(step)

    def count(self, place: int) -> None:
        """Count the activations of a layer on the axis that all share."""
        activation = self._activations[place]
        assert activation is not None and self._shared_edges is not None
        self._shared_counts[place] = counts(activation, self._shared_edges)
        self._activations[place] = None

    def measure(self, step: ForwardStep | BackwardStep) -> None:
        """Measure one layer, one way; in any order, in any thread."""
        with np.errstate(all="ignore"):  # NumPy's error state is the thread's own
            if isinstance(step, ForwardStep):
                self._measure_forward(step)
            else:
                self._measure_backward(step)

    def _measure_forward(self, step: ForwardStep) -> None:
        place = step.layer - 1
        found = self._found[place]
        weight = weight_statistics(self.network, step)
        found |= {"a": moments(step.a), "z": moments(step.z), "W": weight.moments}
        found["saturated"] = self._saturated(step)
        found["dead"] = float(np.mean(~step.a.any(axis=0)))
        small = np.abs(step.a) < self.network.precision.smallest_normal
        found["subnormal"] = np.count_nonzero(step.a[small]) / small.size if small.any() else 0.0
        found["correlation"] = _correlation(step.z)
        if step.layer == 1:
            self._theory = predict(self.network, moments(step.a_before).rms ** 2, _correlation(step.a_before))
        for key, counted in (
            ("activation_log10", magnitude_counts(step.a)),
            ("pre_activation", own_counts(step.z)),
            ("weight", (weight.edges, weight.counts)),
        ):
            self._histograms[key][place] = counted

    def _measure_backward(self, step: BackwardStep) -> None:
        place = step.layer - 1
        for name in ("grad_a", "grad_z", "grad_W", "grad_b"):
            self._found[place][name] = moments(getattr(step, name), step.exponent)
        self._histograms["grad_a_log10"][place] = magnitude_counts(step.grad_a, step.exponent)
        self._histograms["grad_W_log10"][place] = magnitude_counts(step.grad_W, step.exponent)

    def frame(self) -> Frame:
        """Return everything that was measured."""
        spec, series = self.network.spec, series_of(self._found)
        with np.errstate(divide="ignore"):
            log10_rms = np.log10(series["activation_rms"])
        rows = {key: [row for row in each if row is not None] for key, each in self._histograms.items()}
        assert self._shared_edges is not None
        shared_counts = np.stack([counted for counted in self._shared_counts if counted is not None])
        return Frame(
            spec=spec,
            step=0,
            edges={"activation": self._shared_edges}
            | {key: np.stack([edges for edges, _counts in each]) for key, each in rows.items()},
            counts={"activation": shared_counts}
            | {key: np.stack([count for _edges, count in each]) for key, each in rows.items()},
            series=series,
            theory=self._theory,
            verdict=Verdict.of(log10_rms, series["log10_grad_a_rms"], spec.dtype),
            loss=self._loss,
        )

    def _saturated(self, step: ForwardStep) -> float:
        f, k = self.network.activation(step.layer), self.network.k(step.layer)
        slopes = np.abs(f.derivative(step.v, k))
        return float(np.mean(slopes < SATURATED_BELOW * f.steepest_at(k)))

    def _finish_forward(self, step: ForwardStep) -> None:
        spec, loss = self.network.spec, self.network.loss
        self._loss = loss.value(step.a, loss.target(spec, self.network.units[-1]))
        # Normalization and skip connections lead beyond the bounds of f.
        plain = spec.normalization == "none" and not spec.residual and spec.output_activation == "same"
        bounds = self.network.activation(1).bounds_at(self.network.k(1)) if plain else (-np.inf, np.inf)
        self._shared_edges = shared_edges([a for a in self._activations if a is not None], bounds)


def _correlation(z: FloatArray) -> float:
    """Return the mean cosine between the rows of the pairs of examples 1 and 2, 3 and 4, and so on."""
    if len(z) < 2:
        return float("nan")
    pairs = z[: min(len(z) // 2, MOST_PAIRS) * 2].astype(np.float64).reshape(-1, 2, z.shape[1])
    pairs = pairs / np.abs(pairs).max(axis=2, keepdims=True)
    one, other = pairs[:, 0], pairs[:, 1]
    products = np.einsum("bi,bi->b", one, other)
    return float(np.mean(products / np.sqrt(np.einsum("bi,bi->b", one, one) * np.einsum("bi,bi->b", other, other))))


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
    refuse_what_does_not_fit(traced_bytes(spec))
    network = Network(spec)
    arrays: dict[str, np.ndarray] = {}
    with _blas_threads(BLAS_THREADS):
        _collect(network, tick, arrays)
    with np.errstate(all="ignore"):
        arrays = {name: array.astype(network.precision.dtype, copy=False) for name, array in arrays.items()}
    if spec.loss != "cotangent":
        arrays["target"] = network.loss.target(spec, network.units[-1])
    return Trace(spec, arrays)


def _collect(network: Network, tick: Tick, arrays: dict[str, np.ndarray]) -> None:
    for step in _steps(network, tick):
        if isinstance(step, ForwardStep):
            if step.layer == 1:
                arrays["a0"] = step.a_before
            arrays |= {f"{name}{step.layer}": getattr(step, name) for name in ("W", "b", "z", "a")}
        else:
            for name in ("grad_z", "grad_a", "grad_W", "grad_b"):
                with np.errstate(all="ignore"):
                    arrays[f"{name}{step.layer}"] = np.ldexp(getattr(step, name), step.exponent)


def _steps(network: Network, tick: Tick) -> Iterator[ForwardStep | BackwardStep]:
    """Yield the pass, telling how far it is; overflow and NaN are what is being taught, not something to warn of."""
    total = 2 * network.spec.depth
    # NumPy's error state is the thread's own, so it is set here, wherever this runs.
    with np.errstate(all="ignore"):
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
