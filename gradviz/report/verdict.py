"""The verdict in words: every sentence on the signal, its size and the gradient, in the language in use.

All that speaks of them takes its sentences from here, so that one word stands for one thing on the whole screen.
"""

from __future__ import annotations

from math import inf, isfinite, isnan, log10

from gradviz.core.verdict import Judgement, State, Stretch, Verdict
from gradviz.i18n import N_, _
from gradviz.numbers import factor_text, power_text

GROWN_DECADES = log10(1.005)
"""log10 of the total factor above which it is printed as more than 1.00."""

PHRASES: dict[str, dict[State, str]] = {
    "signal": {
        State.VANISHES: N_("The signal vanishes"),
        State.SHRINKS: N_("The signal shrinks"),
        State.HOLDS: N_("The signal holds"),
        State.GROWS: N_("The signal grows"),
        State.EXPLODES: N_("The signal explodes"),
    },
    "size": {
        State.VANISHES: N_("The size vanishes"),
        State.SHRINKS: N_("The size shrinks"),
        State.HOLDS: N_("The size holds"),
        State.GROWS: N_("The size grows"),
        State.EXPLODES: N_("The size explodes"),
    },
    "gradient": {
        State.VANISHES: N_("The gradient vanishes"),
        State.SHRINKS: N_("The gradient shrinks"),
        State.HOLDS: N_("The gradient holds"),
        State.GROWS: N_("The gradient grows"),
        State.EXPLODES: N_("The gradient explodes"),
    },
}
"""What is judged → its state → the clause that every sentence and every title begins with."""

_WAYS = {"signal": N_("from layer {layer} on"), "size": N_("from layer {layer} on"), "gradient": N_("from layer {layer} down")}

_ZERO = {
    "precision": N_("{where} it is exactly 0 in {dtype}"),
    "weights": N_("all weights of layer {cause_layer} are 0"),
    "dead": N_("all units of layer {cause_layer} are dead"),
    "flat": N_("no unit of layer {cause_layer} passes it on"),
    "input": N_("the input is 0"),
    "": N_("{where} it is exactly 0"),
}

_RATE = N_("{factor} per layer")
_RATE_TO = N_("{factor} per layer ({bound} at {layers} layers)")
NOTHING_TO_CROSS = N_("One layer: there is nothing to cross.")
ALL_ALIKE = N_("No two examples differ: there is no signal between them.")
_NOISE = N_(
    "From layer {layer} on, batch normalization finds at most rounding noise between the examples, and divides it by √ε: what"
    " follows is no signal."
)


def forward_text(verdict: Verdict) -> str:
    """Return the sentences on the forward pass: the signal, and its size where that has another word."""
    if verdict.size.state is None:
        return _(NOTHING_TO_CROSS)
    sentences = [_(ALL_ALIKE) if verdict.signal is None else _sentence("signal", verdict.signal, verdict.dtype)]
    if verdict.noise_layer is not None:
        sentences.append(noise_text(verdict))
    elif verdict.signal is None or verdict.size.state is not verdict.signal.state:
        sentences.append(_sentence("size", verdict.size, verdict.dtype))
    return " ".join(sentences)


def noise_text(verdict: Verdict) -> str:
    """Return that batch normalization has made noise of what followed a layer."""
    return _(_NOISE).format(layer=verdict.noise_layer)


def backward_text(verdict: Verdict) -> str:
    """Return the sentences on the gradient."""
    return _(NOTHING_TO_CROSS) if verdict.gradient.state is None else _sentence("gradient", verdict.gradient, verdict.dtype)


def lines(verdict: Verdict) -> list[str]:
    """Return what is said of the gradient and of the forward pass, a line each; of one layer, one line."""
    return list(dict.fromkeys((backward_text(verdict), forward_text(verdict))))


def text(verdict: Verdict) -> str:
    """Return all sentences, the gradient's first."""
    return " ".join(lines(verdict))


def scale_text() -> str:
    """Return what the five words mean, and whose convention it is."""
    return _(
        "vanishes < 10⁻³ ≤ shrinks < ⅓ ≤ holds ≤ 3 < grows ≤ 10³ < explodes: this program's convention, between the first layer and "
        "the last. The signal is what differs between examples."
    )


def output_text(verdict: Verdict) -> str:
    """Return that the output layer is left out, where it is."""
    if not verdict.has_own_output:
        return ""
    return _("The output layer is of another kind and is judged apart: the way ends at layer {layer}.").format(
        layer=verdict.depth
    )


def phrase(what: str, state: State) -> str:
    """Return the clause of `PHRASES` in the language in use."""
    clause = PHRASES[what][state]
    return _(clause)


def _sentence(what: str, judged: Judgement, dtype: str) -> str:
    """Return a whole sentence: the word, the factor per layer, what is left at the end, and what lies beyond the precision."""
    assert judged.state is not None
    clauses = [_rate(judged)] if _has_rate(judged) else []
    end = end_text(what, judged, dtype)
    sentence = f"{phrase(what, judged.state)}: {', '.join([*clauses, end])}."
    if judged.zero is None:
        for stretch, texts in ((judged.underflow, _UNDERFLOW), (judged.overflow, _OVERFLOW)):
            if stretch is not None:
                sentence += " " + _beyond(what, stretch, texts, dtype)
    return sentence


def _has_rate(judged: Judgement) -> bool:
    is_over = judged.farthest is not None or judged.nonfinite_layer is not None or judged.zero is not None
    return not is_over and judged.steps > 0 and isfinite(judged.log10_total)


def _rate(judged: Judgement) -> str:
    layers, factor = judged.layers_to_threshold, factor_text(judged.log10_factor)
    if layers is None:
        return _(_RATE).format(factor=factor)
    return _(_RATE_TO).format(factor=factor, bound="10³" if judged.log10_factor > 0 else "10⁻³", layers=layers)


def end_text(what: str, judged: Judgement, dtype: str) -> str:
    """Return what becomes of it at the farthest layer, where the word is that layer's, and at the end of its way."""
    if judged.farthest is None:
        return _last(what, judged, dtype)
    far = judged.farthest.log10_total
    text = next(text for least, text in _FARTHEST if not far < least)
    text = _(text).format(far=power_text(far), layer=judged.farthest.layer, dtype=dtype)
    return f"{text}, {_last(what, judged, dtype)}"


def _last(what: str, judged: Judgement, dtype: str) -> str:
    """Return what becomes of it at the end of its way."""
    total = power_text(judged.log10_total)
    if judged.nonfinite_layer is not None:
        text = (
            N_("{where} it is infinite or NaN in {dtype}")
            if isnan(judged.log10_total)
            else N_("{where} it is infinite in {dtype}")
        )
        return _(text).format(dtype=dtype, where=_where(what, judged.nonfinite_layer))
    if judged.zero is not None:
        zero = judged.zero
        return _(_ZERO[zero.cause]).format(dtype=dtype, where=_where(what, zero.layer), cause_layer=zero.cause_layer)
    if judged.lost is not None:
        text = (
            N_("{where} it is the same, whatever goes in")
            if judged.lost.is_exact
            else N_("{where} it is below the rounding of {dtype}")
        )
        return _(text).format(dtype=dtype, where=_where(what, judged.lost.layer))
    if judged.farthest is not None:
        text = N_("{total} at layer {end}") if judged.farthest.log10_total < 0 else N_("×{total} at layer {end}")
        return _(text).format(total=total, end=judged.end)
    text = (
        N_("{total} times as large at layer {end}")
        if judged.log10_total > GROWN_DECADES
        else N_("{total} of it reaches layer {end}")
    )
    return _(text).format(total=total, end=judged.end)


_FARTHEST = (
    # from this log10 on; a NaN is not less than anything
    (inf, N_("infinite in {dtype} at layer {layer}")),
    (0.0, N_("×{far} at layer {layer}")),
    (-inf, N_("{far} of it at layer {layer}")),
)


def _where(what: str, layer: int) -> str:
    return _(_WAYS[what]).format(layer=layer)


_UNDERFLOW = (
    N_("It is below the smallest number of {dtype} {where}."),
    N_("It is below the smallest number of {dtype} at layer {layer}: computed in it, nothing would come back."),
)
_OVERFLOW = (
    N_("It is beyond the largest number of {dtype} {where}."),
    N_("It is beyond the largest number of {dtype} at layer {layer}: computed in it, nothing would come back."),
)


def _beyond(what: str, stretch: Stretch, texts: tuple[str, str], dtype: str) -> str:
    return _(texts[0 if stretch.lasts else 1]).format(dtype=dtype, where=_where(what, stretch.layer), layer=stretch.layer)
