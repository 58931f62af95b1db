"""The meter: measures each layer as the pass goes by, and keeps no array longer than it must."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gradviz.core.choices.activations import SATURATED_BELOW
from gradviz.core.choices.arrays import Float64Array, FloatArray, IntArray
from gradviz.core.frame import Frame
from gradviz.core.histograms import STANDARD_EDGES, Histogram, Ordered, OwnHistogram, Rows, fixed_edges, on_one_axis, stacked
from gradviz.core.jacobian import Jacobian
from gradviz.core.measures import Series, mean_cosine, moments, series_of
from gradviz.core.network import BackwardStep, ForwardStep, Network
from gradviz.core.theory.predictions import Inputs, Prediction, predict
from gradviz.core.verdict import Verdict
from gradviz.core.weights import weight_histograms, weight_moments


@dataclass
class _Layer:
    """What was found in one layer: moments and numbers by the names of `Measure.of`, and histograms by their arrays' names."""

    found: dict[str, Any] = field(default_factory=dict)
    own: dict[str, OwnHistogram] = field(default_factory=dict)
    by_magnitude: dict[str, Histogram] = field(default_factory=dict)
    fixed: dict[str, IntArray] = field(default_factory=dict)


class Meter:
    """Measures the steps of a pass and hands out the Frame."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._layers = [_Layer() for _layer in range(network.spec.depth)]
        self._fixed_edges = {"grad_a": STANDARD_EDGES, "grad_W": STANDARD_EDGES} | _edges_of_bounds(network)
        self._jacobian = Jacobian(network)
        self._loss = np.nan
        self._theory = Prediction({}, {})
        self._inputs: FloatArray = np.zeros((1, 1))

    def follow(self, step: ForwardStep | BackwardStep) -> None:
        """Do what has to be done in the order of the pass."""
        if not isinstance(step, ForwardStep):
            return
        if self._jacobian.is_defined:
            self._layers[step.layer - 1].found |= self._jacobian.follow(step)
        if step.layer == self.network.spec.depth:
            loss = self.network.loss
            self._loss = loss.value(step.a, loss.target(self.network.spec, self.network.units[-1]))

    def measure(self, step: ForwardStep | BackwardStep) -> None:
        """Measure one layer, one way; in any order, in any thread."""
        with np.errstate(all="ignore"):  # NumPy's error state is the thread's own
            if isinstance(step, ForwardStep):
                self._measure_forward(step, self._layers[step.layer - 1])
            else:
                self._measure_backward(step, self._layers[step.layer - 1])

    def _measure_forward(self, step: ForwardStep, layer: _Layer) -> None:
        z = Ordered(step.z)
        a = self._ordered_activation(step, z)
        for name, each in (("activation", a), ("pre_activation", z)):
            layer.own[name] = each.on_own_axis()
            layer.by_magnitude[name] = each.by_magnitude()
            if name in self._fixed_edges:
                layer.fixed[name] = each.counts(self._fixed_edges[name])
        layer.own["weight"], layer.by_magnitude["weight"] = weight_histograms(self.network, step)
        layer.found |= {
            "a": moments(step.a, a),
            "z": moments(step.z, z),
            "W": weight_moments(self.network, step),
            "saturated": self._saturated(step),
            "alike": _are_alike(step.a),
            "dead": 1 - np.count_nonzero(step.a.any(axis=0)) / step.a.shape[1] if a.zeros else 0.0,
            "subnormal": a.share_between_zero_and(self.network.precision.smallest_normal),
            "correlation": mean_cosine(step.z),
        }
        if step.layer == 1:
            self._theory = predict(self.network, Inputs.of(step.a_before))
            self._inputs = step.a_before

    def _measure_backward(self, step: BackwardStep, layer: _Layer) -> None:
        smallest, largest = self.network.precision.ends_over_two_to(step.exponent)
        for name in ("grad_a", "grad_z", "grad_W", "grad_b"):
            array = getattr(step, name)
            ordered = Ordered(array) if name in self._fixed_edges else None
            found = moments(array, ordered, about_mean=False)
            layer.found[name] = found.times_two_to(step.exponent)
            if ordered is not None:
                layer.by_magnitude[name] = ordered.by_magnitude(step.exponent)
                layer.fixed[name] = ordered.in_units_of(found.rms)
                layer.found[f"{name}_underflow"] = ordered.share_between_zero_and(smallest)
                layer.found[f"{name}_overflow"] = ordered.share_beyond(largest)

    def frame(self) -> Frame:
        """Return everything that was measured."""
        spec, series, rows = self.network.spec, series_of([layer.found for layer in self._layers]), self._rows()
        return Frame(
            spec=spec,
            step=0,
            edges={key: each.edges for key, each in rows.items()},
            counts={key: each.counts for key, each in rows.items()},
            series=series,
            theory=self._theory.series,
            bands=self._theory.bands,
            verdict=self._verdict(series),
            loss=self._loss,
        )

    def _verdict(self, series: Series) -> Verdict:
        spec = self.network.spec
        last = spec.depth - (spec.output_activation != "same" and spec.depth > 2)
        with np.errstate(divide="ignore"):
            log10_rms = np.log10(series["activation_rms"])
        equal = np.array([layer.found["alike"] for layer in self._layers]) & (not _are_alike(self._inputs))
        return Verdict.of(log10_rms[:last], series["log10_grad_a_rms"][:last], spec.dtype, equal[:last])

    def _rows(self) -> dict[str, Rows]:
        layers, rows = self._layers, {}
        for name in layers[0].own:
            own = [layer.own[name] for layer in layers]
            rows[f"{name}_own"] = stacked([each.histogram for each in own])
            rows[name] = on_one_axis(own)
        for name in layers[0].by_magnitude:
            rows[f"{name}_log10"] = stacked([layer.by_magnitude[name] for layer in layers])
        for name in layers[0].fixed:
            rows[name] = Rows(self._fixed_edges[name], np.stack([layer.fixed[name] for layer in layers]))
        return rows

    def _ordered_activation(self, step: ForwardStep, pre_activation: Ordered) -> Ordered:
        if step.a is step.z:
            return pre_activation
        f, k, precision = self.network.activation(step.layer), self.network.k(step.layer), self.network.precision
        if f.rises_fast and self.network.is_plain and precision.computes_in == np.float32:  # in float64, exp is slow
            mapped = pre_activation.mapped(lambda z: precision.round(f.f(z, k)))
            if mapped is not None:
                return mapped
        return Ordered(step.a)

    def _saturated(self, step: ForwardStep) -> float:
        f, k = self.network.activation(step.layer), self.network.k(step.layer)
        slopes = np.abs(f.derivative(step.v, k))
        return float(np.count_nonzero(slopes < SATURATED_BELOW * f.steepest_at(k)) / slopes.size)


def _edges_of_bounds(network: Network) -> dict[str, Float64Array]:
    """Return the axis of the activations where they cannot leave bounds; normalization and skip connections lead beyond them."""
    spec, f = network.spec, network.activation(1)
    low, high = f.bounds_at(network.k(1))
    plain = network.is_plain and spec.output_activation == "same"
    return {"activation": fixed_edges(low, high)} if plain and np.isfinite([low, high]).all() else {}


def _are_alike(x: FloatArray) -> bool:
    """Whether all examples are the same; two of them tell mostly."""
    return bool((x[-1] == x[0]).all() and (x == x[0]).all())
