"""The meter: measures each layer as the pass goes by, and keeps no array longer than it must."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import log10, nan
from typing import Any

import numpy as np

from gradviz.core.architecture import Architecture
from gradviz.core.batch import Batch
from gradviz.core.choices.activations import SATURATED_BELOW
from gradviz.core.choices.arrays import Float64Array, FloatArray, IntArray, Series
from gradviz.core.choices.normalization import BATCH
from gradviz.core.data.csv_table import Reading
from gradviz.core.frame import Frame, UnitSample, sampled_units
from gradviz.core.histograms import (
    STANDARD_EDGES,
    LayerHistograms,
    Magnitudes,
    OwnHistogram,
    SharedAxis,
    Tally,
    each_by_magnitude,
    each_on_its_own,
    fixed_edges,
    on_one_axis,
)
from gradviz.core.jacobian import Jacobian
from gradviz.core.measures import (
    MEASURES,
    Spread,
    inputs_of,
    mean_cosine,
    moments,
    root_mean_square,
    series_of,
    spread_between_examples,
)
from gradviz.core.network import BackwardStep, ForwardStep
from gradviz.core.parameters import Parameters
from gradviz.core.spec import Spec
from gradviz.core.theory.predictions import NOTHING, Prediction, predict
from gradviz.core.verdict import Cause, Likeness, Verdict
from gradviz.core.weights import weight_histograms, weight_moments

PULSE = frozenset(
    {"activation_rms", "log10_grad_a_rms", "log10_grad_W_rms", "log10_grad_b_rms", "log10_weight_rms"},
)
"""The measures that a step of a training and a cell of a sweep are told by."""

HISTOGRAMS, JACOBIAN, THEORY = "histograms", "jacobian", "theory"
"""What else can be wanted."""

EVERYTHING = frozenset({*MEASURES, HISTOGRAMS, JACOBIAN, THEORY})
"""What a Frame that is looked at holds."""


@dataclass
class _Layer:
    """What was found in one layer: moments and numbers by the names of `Measure.of`, and histograms by their arrays' names."""

    found: dict[str, Any] = field(default_factory=dict)
    own: dict[str, OwnHistogram] = field(default_factory=dict)
    by_magnitude: dict[str, Magnitudes] = field(default_factory=dict)
    fixed: dict[str, IntArray] = field(default_factory=dict)
    units: Float64Array | None = None
    """Of the sampled units: the activations' root mean squares; below, their weights and the gradients' sizes, as log10."""
    links: FloatArray | None = None
    log10_gradients: Float64Array | None = None


class Meter:
    """Measures the steps of a pass and hands out the Frame.

    Parameters
    ----------
    net : Architecture
    parameters : Parameters
        Those of the pass.
    wants : frozenset of str
        With HISTOGRAMS any keys of `MEASURES`, JACOBIAN and THEORY; without, keys of PULSE, JACOBIAN and THEORY, and no Frame.

    Raises
    ------
    ValueError
        For anything else that is wanted.
    """

    def __init__(self, net: Architecture, parameters: Parameters, wants: frozenset[str] = EVERYTHING) -> None:
        unknown = wants - EVERYTHING if HISTOGRAMS in wants else wants - PULSE - {JACOBIAN, THEORY}
        if unknown:
            raise ValueError(f"measured only together with {HISTOGRAMS!r}, or not at all: {', '.join(sorted(unknown))}")
        self.net, self._parameters, self._wants = net, parameters, wants
        self._layers = [_Layer() for _layer in net.layers]
        self._fixed_edges = {"grad_a": STANDARD_EDGES, "grad_W": STANDARD_EDGES} | _edges_of_bounds(net)
        self._jacobian = Jacobian(net) if JACOBIAN in wants else None
        self._theory = NOTHING
        self._inputs_alike, self._input_rms = False, nan
        self._sampled = [sampled_units(units) for units in net.units]

    def follow(self, step: ForwardStep | BackwardStep) -> None:
        """Do what has to be done in the order of the pass."""
        if self._jacobian is not None and isinstance(step, ForwardStep):
            self._layers[step.layer - 1].found |= self._jacobian.follow(step)

    def measure(self, step: ForwardStep | BackwardStep) -> None:
        """Measure one layer, one way; in any order, in any thread."""
        layer = self._layers[step.layer - 1]
        if HISTOGRAMS not in self._wants:
            self._measure_sizes(step, layer)
            return
        with np.errstate(all="ignore"):  # NumPy's error state is the thread's own
            if isinstance(step, ForwardStep):
                self._measure_forward(step, layer)
            else:
                self._measure_backward(step, layer)

    def predict(self, batch: Batch, *, unit_gradient: bool) -> None:
        """Look at the input before the pass, and compute what theory predicts for it, where theory is wanted.

        Parameters
        ----------
        batch : Batch
        unit_gradient : bool
            Whether a random gradient of size 1 enters the last layer.
        """
        precision = self.net.precision
        with np.errstate(all="ignore"):  # the input may be beyond the precision
            a0 = precision.round(batch.a0.astype(precision.computes_in))
            if "activation_spread" in self._wants:
                self._inputs_alike = spread_between_examples(a0, moments(a0).rms, precision.eps).is_lost or not a0.any()
            if THEORY in self._wants:
                self._input_rms = moments(batch.a0).rms
                self._theory = _completed(predict(self._parameters.mean_field, inputs_of(a0), unit_gradient=unit_gradient))

    def series(self) -> dict[str, Float64Array]:
        """Return the measures that are wanted, (L,)."""
        found = [layer.found for layer in self._layers]
        if "activation_spread" in self._wants:
            found = [
                each | {"signal": nan if is_lost and each["a"].rms != 0 else each["spread"].value}
                for each, is_lost in zip(found, self._likeness.is_lost, strict=True)
            ]
        return series_of(found, self._wants)

    def frame(self, spec: Spec, *, step: int, loss: float, reading: Reading | None = None) -> Frame:
        """Return everything that was measured, beside it how the data was read."""
        series, histograms = self.series(), self._histograms()
        variances = [self._parameters.variance(l) for l in self.net.layers]
        return Frame(
            spec=spec,
            net=self.net,
            step=step,
            axes={key: each.axis for key, each in histograms.items()},
            counts={key: each.counts.astype(np.int32) for key, each in histograms.items()},
            series=series,
            theory=self._theory.series,
            bands=self._theory.bands,
            verdict=self._verdict(series),
            loss=loss,
            mean_field=self._parameters.mean_field,
            input_rms=self._input_rms,
            weight_variance=np.array(variances),
            samples=tuple(self._sample(l) for l in self.net.layers),
            reading=reading,
        )

    # --- one layer, one way ---

    def _measure_forward(self, step: ForwardStep, layer: _Layer) -> None:
        z = Tally(step.z)
        layer.own["pre_activation"], layer.by_magnitude["pre_activation"] = z.on_own_axis(), z.by_magnitude()
        a = self._tally_of_activation(step, z)
        layer.own["activation"], layer.by_magnitude["activation"] = a.on_own_axis(), a.by_magnitude()
        if "activation" in self._fixed_edges:
            layer.fixed["activation"] = a.counts(self._fixed_edges["activation"])
        draw, precision = self._parameters.draw(step.layer), self.net.precision
        layer.own["weight"], layer.by_magnitude["weight"] = weight_histograms(step.W, draw, precision)
        to, from_ = self._sampled[step.layer], self._sampled[step.layer - 1]
        layer.units = np.sqrt(np.mean(np.square(step.a[:, to], dtype=np.float64), axis=0))
        layer.links = step.W[np.ix_(to, from_)]
        of_a, of_z = moments(step.a, a), moments(step.z, z)
        layer.found |= {
            "a": of_a,
            "z": of_z,
            "spread": spread_between_examples(step.a, of_a.rms, precision.eps),
            "is_noise": self._normalizes_noise(step, of_z.rms),
            "W": weight_moments(step.W, draw, precision),
            "saturated": self._saturated(step),
            "dead": 1 - np.count_nonzero(step.a.any(axis=0)) / step.a.shape[1] if a.zeros else 0.0,
            "subnormal": a.share_between_zero_and(precision.smallest_normal),
            "correlation": mean_cosine(step.z),
        }

    def _measure_backward(self, step: BackwardStep, layer: _Layer) -> None:
        smallest, largest = self.net.precision.ends_over_two_to(step.exponent)
        links = step.grad_W[np.ix_(self._sampled[step.layer], self._sampled[step.layer - 1])]
        layer.log10_gradients = np.log10(np.abs(links, dtype=np.float64)) + step.exponent * log10(2)
        for name in ("grad_a", "grad_z", "grad_W", "grad_b"):
            array = getattr(step, name)
            ordered = Tally(array) if name in self._fixed_edges else None
            found = moments(array, ordered, about_mean=False)
            layer.found[name] = found.times_two_to(step.exponent)
            if ordered is not None:
                layer.by_magnitude[name] = ordered.by_magnitude(step.exponent)
                layer.fixed[name] = ordered.in_units_of(found.rms)
                layer.found[f"{name}_underflow"] = ordered.share_between_zero_and(smallest)
                layer.found[f"{name}_overflow"] = ordered.share_beyond(largest)

    def _measure_sizes(self, step: ForwardStep | BackwardStep, layer: _Layer) -> None:
        """Measure the sizes that are wanted, and nothing else."""
        wants, found = self._wants, layer.found
        if isinstance(step, ForwardStep):
            if "activation_rms" in wants:
                found["a"] = root_mean_square(step.a)
            if "log10_weight_rms" in wants:
                draw = self._parameters.draw(step.layer)
                # Of a draw the size that every Frame tells, which is remembered.
                found["W"] = root_mean_square(step.W) if draw is None else weight_moments(step.W, draw, self.net.precision)
            return
        for name, measure in SIZES_OF_GRADIENTS.items():
            if measure in wants:
                found[name] = root_mean_square(getattr(step, name), step.exponent)

    def _tally_of_activation(self, step: ForwardStep, pre_activation: Tally) -> Tally:
        if step.a is step.z:
            return pre_activation
        f, k, precision = self.net.activation(step.layer), self.net.k(step.layer), self.net.precision
        if f.rises_fast and self.net.is_plain and precision.computes_in == np.float32:  # in float64, exp is slow
            mapped = pre_activation.mapped(lambda z: precision.round(f.f(z, k)))
            if mapped is not None:
                return mapped
        return Tally(step.a)

    def _normalizes_noise(self, step: ForwardStep, z_rms: float) -> bool:
        """Whether what the layer normalizes differs between examples by rounding noise only, or not at all: then so does the rest."""
        net, eps, x, rms = self.net, self.net.precision.eps, step.z, z_rms
        if net.normalizations[step.layer - 1].axis is None:
            return False
        if net.place == "after":
            x = net.activation(step.layer).f(x, net.k(step.layer))
            rms = moments(x).rms
        return spread_between_examples(x, rms, eps).is_lost

    def _saturated(self, step: ForwardStep) -> float:
        f, k = self.net.activation(step.layer), self.net.k(step.layer)
        slopes = np.abs(f.derivative(step.v, k))
        return float(np.count_nonzero(slopes < SATURATED_BELOW * f.steepest_at(k)) / slopes.size)

    # --- all layers ---

    @cached_property
    def _likeness(self) -> Likeness:
        """What still tells the examples apart, layer by layer: what is lost comes back only by a skip connection. Read after the pass."""
        lost, equal, noise_layer = [self._inputs_alike], list[bool](), None
        for layer, findings in zip(self.net.layers, self._layers, strict=True):
            spread: Spread = findings.found["spread"]
            is_noise = findings.found["is_noise"]
            source = self.net.skips[layer - 1]
            branch_is_lost = (lost[layer - 1] or is_noise) and (source is None or lost[source])
            lost.append(spread.is_lost or findings.found["a"].rms == 0 or branch_is_lost)
            equal.append(spread.value == 0)
            if noise_layer is None and is_noise and self.net.normalizations[layer - 1].axis == BATCH:
                noise_layer = layer
        return Likeness(self._inputs_alike, np.array(lost[1:]), np.array(equal), noise_layer)

    def _verdict(self, series: Series) -> Verdict:
        with np.errstate(divide="ignore"):
            log10_size, log10_spread = np.log10(series["activation_rms"]), np.log10(series["activation_spread"])
        return Verdict.of(
            log10_spread,
            log10_size,
            series["log10_grad_a_rms"],
            self._likeness,
            self.net.precision,
            (self._why_zero_forward, self._why_zero_backward),
            has_own_output=self.net.has_own_output,
        )

    def _why_zero_forward(self, layer: int) -> tuple[Cause, int]:
        """Return why all activations of a layer are 0; "" where skip connections or normalization have a part in it."""
        found = self._layers[layer - 1].found
        if not self.net.is_plain:
            return "", layer
        if layer == 1 and self._input_rms == 0:
            return "input", layer
        if found["W"].rms == 0:
            return "weights", layer
        if found["z"].rms != 0:
            f, k = self.net.activation(layer), self.net.k(layer)
            return ("precision" if f.reads_all_units or f.f(_FAR, k).all() else "dead"), layer
        log10_before = log10(self._input_rms) if layer == 1 else self._layers[layer - 2].found["a"].log10_rms
        is_small = log10_before + found["W"].log10_rms < self.net.precision.log10_smallest + NEAR_THE_SMALLEST
        return ("precision" if is_small else ""), layer

    def _why_zero_backward(self, layer: int) -> tuple[Cause, int]:
        """Return why the gradient is 0 in a layer, from the layer above; "" likewise, and where the loss itself has none."""
        if not self.net.is_plain or layer == self.net.depth:
            return "", layer
        above = self._layers[layer].found
        if above["grad_z"].rms == 0:
            f, k = self.net.activation(layer + 1), self.net.k(layer + 1)
            return ("precision" if f.reads_all_units or f.derivative_at(_FAR, k).all() else "flat"), layer + 1
        return ("weights", layer + 1) if above["W"].rms == 0 else ("", layer)

    def _sample(self, layer: int) -> UnitSample:
        found = self._layers[layer - 1]
        assert found.units is not None and found.links is not None and found.log10_gradients is not None
        return UnitSample(self._sampled[layer], found.units, found.links.astype(np.float64), found.log10_gradients)

    def _histograms(self) -> dict[str, LayerHistograms]:
        layers, found = self._layers, dict[str, LayerHistograms]()
        for name in layers[0].own:
            own = [layer.own[name] for layer in layers]
            found[f"{name}_own"] = each_on_its_own(own)
            found[name] = on_one_axis(own)
        for name in layers[0].by_magnitude:
            found[f"{name}_log10"] = each_by_magnitude([layer.by_magnitude[name] for layer in layers])
        for name in layers[0].fixed:
            counts = np.stack([layer.fixed[name] for layer in layers])
            found[name] = LayerHistograms(SharedAxis(self._fixed_edges[name]), counts)
        return found


NEAR_THE_SMALLEST = 3.0
"""Decades: a product of sizes no farther than this above the smallest number of a precision may well be 0 in it."""

_FAR = np.array([-10.0, 10.0])
"""Where an activation function that has a flat part is in it, and no other one is flat in float64."""


SIZES_OF_GRADIENTS = {"grad_a": "log10_grad_a_rms", "grad_W": "log10_grad_W_rms", "grad_b": "log10_grad_b_rms"}
"""Array of a BackwardStep → the measure that is its size."""


def _completed(prediction: Prediction) -> Prediction:
    """Add the measures that follow from others, and leave out those of which nothing is known."""
    series = dict(prediction.series)
    for key, measure in MEASURES.items():
        derived = measure.derive(series)
        if derived is not None:
            series[key] = derived
    series = {key: np.asarray(values, np.float64) for key, values in series.items() if np.isfinite(values).any()}
    return Prediction(series, prediction.bands if "activation_rms" in series else {})


def _edges_of_bounds(net: Architecture) -> dict[str, Float64Array]:
    """Return the axis of the activations where they cannot leave bounds; normalization and skip connections lead beyond them."""
    low, high = net.activation(1).bounds_at(net.k(1))
    plain = net.is_plain and not net.has_own_output
    return {"activation": fixed_edges(low, high)} if plain and np.isfinite([low, high]).all() else {}
