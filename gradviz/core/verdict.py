"""The verdict: how much of the signal, its size and the gradient is left at the end of its way, in five words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from math import ceil, inf, isfinite, log10, nan
from typing import Literal, NamedTuple

import numpy as np

from gradviz.core.choices.arrays import BoolArray, Float64Array, IntArray
from gradviz.core.choices.precisions import Precision

THRESHOLD_DECADES = 3.0
"""A total factor below 10⁻³ or above 10³ over the depth counts as vanishing or exploding.

A convention of this program: at one learning rate for all layers, one end then learns a thousand times slower or faster than the
other, which the lecture calls slow learning and divergence.
"""

HELD_DECADES = log10(3.0)
"""A total factor from ⅓ to 3 counts as holding."""

ROUNDING = 1e-12
"""Decades: a total this close to a bound is on it, so that 0.1**3 is not below 10⁻³."""

STEADY = (log10(0.95), log10(1.05))
"""log10 of the factors per layer that are near enough to 1 not to be warned of."""


class State(Enum):
    """The five words, from the least total to the greatest."""

    VANISHES = "vanishes"
    SHRINKS = "shrinks"
    HOLDS = "holds"
    GROWS = "grows"
    EXPLODES = "explodes"


_LEAST = (
    # from this log10 of the total on
    (THRESHOLD_DECADES + ROUNDING, State.EXPLODES),
    (HELD_DECADES + ROUNDING, State.GROWS),
    (-HELD_DECADES - ROUNDING, State.HOLDS),
    (-THRESHOLD_DECADES - ROUNDING, State.SHRINKS),
)


def state_of(log10_total: float) -> State:
    """Return the word for a total factor; an infinity or NaN explodes, an exact 0 vanishes."""
    if log10_total != log10_total:
        return State.EXPLODES
    return next((state for least, state in _LEAST if log10_total >= least), State.VANISHES)


class Place(NamedTuple):
    """A layer, and log10 of the size there over the size at the start."""

    layer: int
    log10_total: float


class Stretch(NamedTuple):
    """Layers beyond the range of a precision: the first of them on the way, and whether all that follow are too."""

    layer: int
    lasts: bool


Cause = Literal["precision", "weights", "dead", "flat", "input", ""]
"""Why something is exactly 0: the precision has no smaller number; all weights are 0; all units are dead, or pass no gradient
back; the input is 0; or something else."""


class Zero(NamedTuple):
    """The first layer of a run of exact zeros up to the end; why it is 0, and in which layer the cause lies."""

    layer: int
    cause: Cause
    cause_layer: int


class Lost(NamedTuple):
    """Where a signal is lost.

    Attributes
    ----------
    layer : int
        The first layer from which on nothing tells the examples apart.
    is_exact : bool
        Whether they are exactly equal there, not only up to rounding.
    ends_equal : bool
        Whether they are exactly equal in a layer after it: then nothing of the signal can arrive.
    """

    layer: int
    is_exact: bool
    ends_equal: bool


@dataclass(frozen=True)
class Judgement:
    """The verdict on the signal, the size or the gradient, from the value that it has layer by layer.

    Attributes
    ----------
    state : State or None
        The word; None where there is nothing to cross.
    log10_total : float
        log10 of the value at the end over that at the start: −inf for an exact 0, inf or NaN if the value at the end is. For a
        signal that is lost in rounding, at the last layer before.
    steps : int
        The number of factors between the start and where `log10_total` is taken.
    end : int
        The layer where the way ends.
    farthest : Place or None
        The layer that is farther from the start, in decades, than the end is, where its word is another one than the end's; then
        the word is that of this layer. No layer is farther than one that holds an infinity or a NaN before layers that do not.
    zero : Zero or None
    nonfinite_layer : int or None
        The first layer from which on all hold an infinity or a NaN.
    underflow, overflow : Stretch or None
        Where the value is below the smallest, or above the largest, number of the network's precision. (The program still reads
        such values, because it carries a separate exponent.)
    lost : Lost or None
        Of a signal: where it is lost.
    """

    state: State | None
    log10_total: float
    steps: int
    end: int
    farthest: Place | None = None
    zero: Zero | None = None
    nonfinite_layer: int | None = None
    underflow: Stretch | None = None
    overflow: Stretch | None = None
    lost: Lost | None = None

    @property
    def log10_deciding(self) -> float:
        """log10 of what the word is said of: the total, or that of the farthest layer; −inf where a signal is lost in rounding."""
        if self.lost is not None:
            return -inf
        return self.log10_total if self.farthest is None else self.farthest.log10_total

    @property
    def log10_factor(self) -> float:
        """log10 of the geometric mean of the factor per layer; 0 where there is none."""
        return self.log10_total / self.steps if self.steps and isfinite(self.log10_total) else 0.0

    @property
    def layers_to_threshold(self) -> int | None:
        """The depth at which the factor per layer makes 10⁻³ or 10³ in all; None where it is near 1, or the way leads elsewhere."""
        low, high = STEADY
        return (
            None
            if self.farthest is not None or low <= self.log10_factor <= high
            else ceil(THRESHOLD_DECADES / abs(self.log10_factor) - 1e-9) + 1
        )


WhyZero = Callable[[int], tuple[Cause, int]]
"""From the first layer that is exactly 0 to the cause, and the layer in which it lies."""


def judge(
    log10_values: Float64Array,
    layers: IntArray,
    precision: Precision | None = None,
    why_zero: WhyZero = lambda layer: ("", layer),
    lost: Lost | None = None,
) -> Judgement:
    """Judge what has a value in every layer that it crosses.

    Parameters
    ----------
    log10_values : ndarray, (L,)
        In the order in which it crosses the layers. Where a signal is lost, −inf.
    layers : ndarray, (L,)
        The layer numbers in that order.
    precision : Precision or None
        The network's, where values beyond its range are to be found.
    why_zero : callable
    lost : Lost or None
        Of a signal that is lost on the way, from where on.
    """
    end = int(layers[-1])
    if len(layers) == 1:
        return Judgement(None, nan, 0, end)
    under, over = (None, None) if precision is None else _beyond(log10_values, layers, precision)
    # What is 0 at first and not later has come by a skip connection; its way begins where it is there.
    first = int(np.argmax(np.isfinite(log10_values)))
    start = float(log10_values[first]) if np.isfinite(log10_values[first]) else 0.0
    known = log10_values[: int(np.argmax(layers == lost.layer))] if lost is not None else log10_values
    is_nonfinite = np.isnan(known) | (known == inf)
    nonfinite = _last_run(layers, is_nonfinite) if len(known) == len(layers) else None
    zero_layer = _last_run(layers, log10_values == -inf) if lost is None else None
    zero = None if zero_layer is None else Zero(zero_layer, *why_zero(zero_layer))
    if nonfinite is not None:
        return Judgement(State.EXPLODES, float(known[-1]) - start, len(layers) - 1, end, None, zero, nonfinite, under, over)
    totals = known - start
    if zero is not None or not np.isfinite(known).any() or (lost is not None and lost.ends_equal):
        total, steps = -inf, len(layers) - 1
    else:
        total, steps = float(totals[-1]), len(known) - 1 - first
    state, farthest = state_of(total), None
    # An exact 0 that comes back lies beside a skip connection, in a branch that others go around.
    distances = np.where(is_nonfinite, inf, np.where(np.isfinite(totals), np.abs(totals), -1.0))
    if total > -inf or is_nonfinite.any():
        away = int(np.argmax(distances))
        if is_nonfinite[away] or (state_of(float(totals[away])) is not state and distances[away] > abs(total)):
            farthest = Place(int(layers[away]), float(totals[away]))
            state = state_of(farthest.log10_total)
    return Judgement(state, total, steps, end, farthest, zero, None, under, over, lost)


def _beyond(log10_values: Float64Array, layers: IntArray, precision: Precision) -> tuple[Stretch | None, Stretch | None]:
    is_finite = np.isfinite(log10_values)
    too_small, too_large = log10_values < precision.log10_smallest, log10_values > precision.log10_largest
    return _stretch(layers, is_finite & too_small), _stretch(layers, is_finite & too_large)


def _stretch(layers: IntArray, where: np.ndarray) -> Stretch | None:
    first, run = _first(layers, where), _last_run(layers, where)
    return None if first is None else Stretch(first if run is None else run, run is not None)


def _last_run(layers: IntArray, where: np.ndarray) -> int | None:
    """Return the first layer of the unbroken run where `where` holds up to the end, or None if it does not hold at the end."""
    if not where[-1]:
        return None
    return int(layers[len(where) - int(np.argmin(where[::-1]))] if not where.all() else layers[0])


def _first(layers: IntArray, where: np.ndarray) -> int | None:
    return int(layers[np.argmax(where)]) if where.any() else None


class Likeness(NamedTuple):
    """What is known of the examples beside their spread, by layer: (L,) each.

    Attributes
    ----------
    inputs_are_alike : bool
        Whether the inputs are all the same up to rounding, or there is only one.
    is_lost : ndarray
        Whether nothing tells the examples apart any more, up to rounding; where all activations are 0 too.
    is_equal : ndarray
        Whether all examples are exactly the same.
    noise_layer : int or None
        The first layer in which batch normalization divides what differs by rounding noise only, or not at all.
    """

    inputs_are_alike: bool
    is_lost: BoolArray
    is_equal: BoolArray
    noise_layer: int | None


@dataclass(frozen=True)
class Verdict:
    """The verdicts on the signal and its size (layer 1 → depth) and on the gradient (layer depth → 1).

    Attributes
    ----------
    signal : Judgement or None
        Of the spread between examples; None where the inputs are all alike, so that there is none.
    size : Judgement
        Of the root mean square of the activations.
    gradient : Judgement
        Of the root mean square of the gradient with respect to the activations.
    depth : int
        The last layer judged. An output layer of another kind (a softmax, say) is left out: the size of its numbers says nothing
        of how the signal got there.
    has_own_output : bool
        Whether such a layer follows.
    dtype : str
        The name of the network's precision.
    noise_layer : int or None
        See `Likeness`.
    """

    signal: Judgement | None
    size: Judgement
    gradient: Judgement
    depth: int
    has_own_output: bool
    dtype: str
    noise_layer: int | None = None

    @property
    def forward(self) -> Judgement:
        """The verdict on the forward pass: on the signal, or where there is none on the size."""
        return self.size if self.signal is None else self.signal

    @property
    def backward(self) -> Judgement:
        """The verdict on the backward pass."""
        return self.gradient

    @classmethod
    def of(
        cls,
        log10_spread: Float64Array,
        log10_size: Float64Array,
        log10_gradient: Float64Array,
        likeness: Likeness,
        precision: Precision,
        why_zero: tuple[WhyZero, WhyZero],
        *,
        has_own_output: bool = False,
    ) -> Verdict:
        """Judge signal, size and gradient from log10 of their values, (L,), of all layers.

        `why_zero` is for the forward pass and for the backward pass. With an output layer of another kind, the last layer is not
        judged.
        """
        depth = len(log10_size) - (has_own_output and len(log10_size) > 1)
        layers = np.arange(1, depth + 1, dtype=np.int64)
        spread, size, gradient = (values[:depth] for values in (log10_spread, log10_size, log10_gradient))
        forward_why, backward_why = why_zero
        noise = likeness.noise_layer
        return cls(
            signal=None if likeness.inputs_are_alike else _signal(spread, size, layers, likeness, forward_why),
            size=judge(size, layers, precision, forward_why),
            gradient=judge(gradient[::-1], layers[::-1], precision, backward_why),
            depth=depth,
            has_own_output=depth < len(log10_size),
            dtype=precision.name,
            noise_layer=noise if noise is not None and noise <= depth else None,
        )


def _signal(spread: Float64Array, size: Float64Array, layers: IntArray, likeness: Likeness, why_zero: WhyZero) -> Judgement:
    """Judge the signal. Where activations are not finite, their spread is what their size is."""
    is_lost, is_equal = likeness.is_lost[: len(layers)], likeness.is_equal[: len(layers)]
    values = np.where(is_lost, -inf, np.where(np.isfinite(size), spread, size))
    run, zero_run = _last_run(layers, is_lost), _last_run(layers, size == -inf)
    lost = None if run is None or run == zero_run else Lost(run, bool(is_equal[run - 1]), bool(is_equal[run - 1 :].any()))
    return judge(values, layers, None, why_zero, lost)
