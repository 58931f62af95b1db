"""The verdict: vanishing, stable or exploding, for the signal in the forward pass and the gradient in the backward pass."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import inf, isfinite, isnan, log10

import numpy as np

from gradviz.core.choices.arrays import BoolArray, Float64Array, IntArray
from gradviz.core.choices.precisions import Precision
from gradviz.i18n import N_, _
from gradviz.numbers import factor_text, power_text

THRESHOLD_DECADES = 3.0
"""A total factor below 10⁻³ or above 10³ over the depth counts as vanishing or exploding.

A convention of this program: at one learning rate for all layers, one end then learns a thousand times slower or faster than the
other, which the lecture calls slow learning and divergence.
"""


FACTOR_DECADES = log10(2.0) - 1e-12
"""A mean factor per layer of 2 or more, or ½ or less, counts too: a shallow network reaches it before the total reaches 10±³."""


GROWN_DECADES = log10(1.005)
"""log10 of the total factor above which it is printed as more than 1.00."""


class Kind(Enum):
    """The three verdicts on a signal or a gradient."""

    VANISHING = "vanishing"
    STABLE = "stable"
    EXPLODING = "exploding"


@dataclass(frozen=True)
class Judgement:
    """The verdict on the signal or the gradient, from the sizes that it has layer by layer.

    Attributes
    ----------
    kind : Kind
    log10_total : float
        log10 of the size at the end over the size at the start: −inf for an exact 0, inf or NaN if the size at the end is.
    steps : int
        The number of factors between start and end: one less than the layers.
    zero_layer, nonfinite_layer : int or None
        The first layer of a run of exact zeros up to the end; the first layer that holds an infinity or a NaN.
    underflow_layer, overflow_layer : int or None
        The first layer of a run up to the end in which every size is below the smallest, or above the largest, number of the
        network's precision. (The program still reads such sizes, because it carries a separate exponent.)
    equal_layer : int or None
        The first layer of a run up to the end in which all examples are the same, though the inputs are not.
    """

    kind: Kind
    log10_total: float
    steps: int
    zero_layer: int | None
    nonfinite_layer: int | None
    underflow_layer: int | None
    overflow_layer: int | None
    equal_layer: int | None = None

    @property
    def word(self) -> str:
        """The key of the sentence to use: the kind, or "grown" for a stable signal that has grown a little."""
        return "grown" if self.kind is Kind.STABLE and self.log10_total > GROWN_DECADES else self.kind.value

    @property
    def log10_factor(self) -> float:
        """log10 of the geometric mean of the factor per layer."""
        return self.log10_total / self.steps if self.steps else 0.0


def judge(log10_sizes: Float64Array, layers: IntArray, precision: Precision, is_equal: BoolArray | None = None) -> Judgement:
    """Judge a signal or a gradient from its sizes.

    Parameters
    ----------
    log10_sizes : ndarray, (L,)
        In the order in which it passes the layers.
    layers : ndarray, (L,)
        The layer numbers in that order.
    precision : Precision
        Of the network.
    is_equal : ndarray, (L,), or None
        In which layers all examples are the same.
    """
    start, end = float(log10_sizes[0]), float(log10_sizes[-1])
    zero = _last_run(layers, log10_sizes == -inf)
    nonfinite = _first(layers, np.isnan(log10_sizes) | (log10_sizes == inf))
    underflow = _last_run(layers, np.isfinite(log10_sizes) & (log10_sizes < precision.log10_smallest))
    overflow = _last_run(layers, np.isfinite(log10_sizes) & (log10_sizes > precision.log10_largest))
    is_comparable = len(layers) > 1 and zero is None and nonfinite is None
    equal = _last_run(layers, is_equal) if is_equal is not None and is_comparable else None
    total = end - start if isfinite(start) else (-inf if zero is not None and nonfinite is None else end)
    steps = len(layers) - 1
    per_layer = total / steps if steps else 0.0
    if nonfinite is not None or total > THRESHOLD_DECADES or per_layer >= FACTOR_DECADES:
        kind = Kind.EXPLODING
    elif zero is not None or equal is not None or total < -THRESHOLD_DECADES or per_layer <= -FACTOR_DECADES:
        kind = Kind.VANISHING
    else:
        kind = Kind.STABLE
    return Judgement(kind, total, steps, zero, nonfinite, underflow, overflow, equal)


def _last_run(layers: IntArray, where: np.ndarray) -> int | None:
    """Return the first layer of the unbroken run where `where` holds up to the end, or None if it does not hold at the end."""
    if not where[-1]:
        return None
    return int(layers[len(where) - int(np.argmin(where[::-1]))] if not where.all() else layers[0])


def _first(layers: IntArray, where: np.ndarray) -> int | None:
    return int(layers[np.argmax(where)]) if where.any() else None


@dataclass(frozen=True)
class Verdict:
    """The verdicts on the activations (layer 1 → depth) and on the gradient (layer depth → 1).

    Attributes
    ----------
    forward, backward : Judgement
    depth : int
        The last layer judged. An output layer of another kind (a softmax, say) is left out: the size of its numbers says nothing
        of how the signal got there.
    dtype : str
        The name of the network's precision.
    """

    forward: Judgement
    backward: Judgement
    depth: int
    dtype: str

    @classmethod
    def of(
        cls,
        log10_activation_rms: Float64Array,
        log10_grad_a_rms: Float64Array,
        precision: Precision,
        examples_are_equal: BoolArray | None = None,
    ) -> Verdict:
        """Judge signal and gradient from their log10 sizes, (depth,), and from the layers where all examples are the same, (depth,)."""
        depth = len(log10_grad_a_rms)
        layers = np.arange(1, depth + 1, dtype=np.int64)
        return cls(
            forward=judge(log10_activation_rms, layers, precision, examples_are_equal),
            backward=judge(log10_grad_a_rms[::-1], layers[::-1], precision),
            depth=depth,
            dtype=precision.name,
        )

    def forward_text(self) -> str:
        """Return one sentence on the activations, in the language in use."""
        return self._sentence(self.forward, _FORWARD)

    def backward_text(self) -> str:
        """Return one sentence on the gradient, in the language in use."""
        return self._sentence(self.backward, _BACKWARD)

    @staticmethod
    def threshold_text() -> str:
        """Return the sentence that defines "stable" and says whose convention it is."""
        return _(
            "Stable means: between 10⁻³ and 10³ in all, and less than a factor of 2 per layer. That is this program's convention."
        )

    def text(self) -> str:
        """Return both sentences, the gradient's first."""
        return f"{self.backward_text()} {self.forward_text()}"

    def _sentence(self, signal: Judgement, words: dict[str, str]) -> str:
        values = {
            "factor": factor_text(signal.log10_factor),
            "total": power_text(signal.log10_total),
            "dtype": self.dtype,
            "depth": self.depth,
        }
        if signal.nonfinite_layer is not None:
            template = words["nan" if isnan(signal.log10_total) else "infinite"]
            return _(template).format(layer=signal.nonfinite_layer, **values)
        ended = {"zero": signal.zero_layer, "equal": signal.equal_layer}
        word = next((word for word, layer in ended.items() if layer is not None), signal.word if signal.steps else "single")
        sentence = _(words[word]).format(layer=ended.get(word), **values)
        for beyond, layer in (("underflow", signal.underflow_layer), ("overflow", signal.overflow_layer)):
            if signal.zero_layer is None and layer is not None:
                sentence += " " + _(words[beyond]).format(layer=layer, **values)
        return sentence


_FORWARD = {
    "vanishing": N_("The signal vanishes: {factor} per layer, {total} of it arrives at layer {depth}."),
    "stable": N_("The signal is stable: {factor} per layer, {total} of it arrives at layer {depth}."),
    "grown": N_("The signal is stable: {factor} per layer, {total} times as large at layer {depth}."),
    "exploding": N_("The signal explodes: {factor} per layer, {total} times as large at layer {depth}."),
    "zero": N_("The signal vanishes: it is exactly 0 in {dtype} from layer {layer} on."),
    "infinite": N_("The signal explodes: from layer {layer} on it is infinite in {dtype}."),
    "nan": N_("The signal explodes: at layer {layer} the numbers of {dtype} end, and what follows is infinite or NaN."),
    "equal": N_("The signal vanishes: from layer {layer} on it is the same, whatever goes in."),
    "underflow": N_("From layer {layer} on it is below the smallest number of {dtype}."),
    "single": N_("One layer: the signal has no way to go."),
}
_BACKWARD = {
    "vanishing": N_("The gradient vanishes: {factor} per layer, {total} of it reaches layer 1."),
    "stable": N_("The gradient is stable: {factor} per layer, {total} of it reaches layer 1."),
    "grown": N_("The gradient is stable: {factor} per layer, {total} times as large at layer 1."),
    "exploding": N_("The gradient explodes: {factor} per layer, {total} times as large at layer 1."),
    "zero": N_("The gradient vanishes: it is exactly 0 in {dtype} from layer {layer} down."),
    "infinite": N_("The gradient explodes: from layer {layer} down it is infinite in {dtype}."),
    "nan": N_("The gradient cannot be computed: from layer {layer} down it is infinite or NaN in {dtype}."),
    "underflow": N_("From layer {layer} down it is below the smallest number of {dtype}."),
    "overflow": N_("From layer {layer} down it is beyond the largest number of {dtype}."),
    "single": N_("One layer: the gradient has no way to go."),
}
