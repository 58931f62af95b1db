"""Where a number on the screen comes from: its definition, and the numbers that give it."""

from __future__ import annotations

from math import isfinite, isnan

import numpy as np

from gradviz.core.choices.initializers import INITIALIZERS
from gradviz.core.frame import Frame
from gradviz.core.measures import MEASURES
from gradviz.core.runs.probe import Neuron
from gradviz.core.verdict import Judgement
from gradviz.i18n import N_, _
from gradviz.numbers import exact_text, factor_text, power_text, signed_text

_JUDGED = {
    "gradient": ("log10_grad_a_rms", N_("size of the gradient (RMS of ∂loss/∂a)")),
    "signal": ("activation_spread", N_("spread between examples")),
    "size": ("activation_rms", N_("size of a (RMS)")),
}
"""What is judged → the measure, and what it is called."""


def of_verdict(frame: Frame, what: str) -> str:
    """Return how much of the gradient, the signal or the size arrives, from its sizes at both ends, and the factor per layer."""
    verdict = frame.verdict
    judged = {"gradient": verdict.gradient, "signal": verdict.signal, "size": verdict.size}[what]
    if judged is None or judged.state is None:
        return ""
    key, name = _JUDGED[what]
    with np.errstate(all="ignore"):
        sizes = frame.series[key] if key.startswith("log10_") else np.log10(frame.series[key])
    start, end = (verdict.depth, judged.end) if what == "gradient" else (1, judged.end)
    first, last = float(sizes[start - 1]), float(sizes[end - 1])
    said = {"name": _(name), "start": start, "end": end, "first": _said(first, key), "last": _said(last, key)}
    lines = [_("{name}: {first} in layer {start}, {last} in layer {end}").format(**said)]
    if isfinite(first) and isfinite(last) and judged.steps and judged.log10_total == last - first:
        lines.append(f"{said['last']} / {said['first']} = {exact_text(last - first, 3)}")
        lines.append(_per_layer(judged))
    return "\n".join(lines)


def _said(log10: float, key: str) -> str:
    if isnan(log10):
        return _("below rounding") if key == "activation_spread" else "NaN"
    return exact_text(log10, 3)


def _per_layer(judged: Judgement) -> str:
    text = _("{steps} layers multiply: {total}^(1/{steps}) = {factor} per layer")
    said = {"steps": judged.steps, "total": power_text(judged.log10_total), "factor": factor_text(judged.log10_factor)}
    return text.format(**said)


def of_layer_number(frame: Frame, key: str, layer: int) -> str:
    """Return what a measure of a layer is, and where it is made of others, how."""
    units, examples = frame.net.units[layer], frame.spec.batch
    lines = [
        _(MEASURES[key].title),
        _("layer {layer}: {units} units, {examples} examples").format(layer=layer, units=units, examples=examples),
    ]
    made = {"activation_rms": _size_of_a, "log10_weight_rms": _size_of_weights, "log10_grad_a_rms": _size_of_gradient}.get(key)
    return "\n".join([*lines, *filter(None, [made(frame, layer)] if made else [])])


MOST_TERMS = 4
"""So many terms of a unit's sum are told one by one, the largest first."""


def of_unit(neuron: Neuron, unit: int) -> str:
    """Return what a unit adds up at the first example, from the rows of a matrix that is told whole; `unit` counts from 0."""
    w, x = neuron.matrix[unit].astype(np.float64), neuron.x.astype(np.float64)
    with np.errstate(all="ignore"):
        terms = w * x
    order = np.argsort(-np.abs(np.nan_to_num(terms, nan=np.inf)), kind="stable")[:MOST_TERMS].tolist()
    said = {"unit": unit + 1, "layer": neuron.layer, "z": signed_text(float(neuron.all_z[unit]), 3), "count": terms.size}
    lines = [_("unit {unit} of layer {layer}, first example").format(**said)]
    lines.append(_("z = Σ wᵢxᵢ + b = {z}, {count} terms and b = {b}").format(b=signed_text(float(neuron.all_b[unit]), 3), **said))
    lines += [
        f"w[{i + 1}] · x[{i + 1}] = {signed_text(float(w[i]), 3)} · {signed_text(float(x[i]), 3)}"
        f" = {signed_text(float(terms[i]), 3)}"
        for i in order
    ]
    return "\n".join([*lines, *(["…"] if terms.size > MOST_TERMS else [])])


def _size_of_a(frame: Frame, layer: int) -> str:
    mean, std, rms = (float(frame.series[f"activation_{name}"][layer - 1]) for name in ("mean", "std", "rms"))
    if not all(map(isfinite, (mean, std, rms))):
        return ""
    return f"√(mean² + std²) = √({signed_text(mean, 3)}² + {signed_text(std, 3)}²) = {signed_text(rms, 3)}"


def _size_of_weights(frame: Frame, layer: int) -> str:
    variance, size = float(frame.weight_variance[layer - 1]), float(frame.series["log10_weight_rms"][layer - 1])
    if not (isfinite(variance) and variance > 0):
        return ""
    fans = {"formula": INITIALIZERS[frame.spec.initializer].formula, "fan_in": frame.net.units[layer - 1]}
    text = _("{formula} with fan-in {fan_in} and fan-out {fan_out}: √Var(W) = {std}; of this draw {size}")
    said = {"fan_out": frame.net.units[layer], "std": signed_text(variance**0.5, 3), "size": exact_text(size, 3)}
    return text.format(**fans, **said)


def _size_of_gradient(frame: Frame, layer: int) -> str:
    sizes = frame.series["log10_grad_a_rms"]
    if layer == frame.depth or not np.isfinite(sizes[layer - 1 : layer + 1]).all():
        return ""
    above, here = float(sizes[layer]), float(sizes[layer - 1])
    factor = factor_text(here - above)
    return _("that of layer {above}, {size}, {factor} = {here}").format(
        above=layer + 1, size=exact_text(above, 3), factor=factor, here=exact_text(here, 3)
    )
