"""The headline: what a picture says from the back row, first of the gradient, then of the signal.

A word on a chip, and one sentence. Words and numbers are those of `report.verdict`.
"""

from __future__ import annotations

from math import nan
from typing import NamedTuple

from gradviz.core.runs.scene import Scene
from gradviz.core.runs.timeline import Timeline
from gradviz.core.verdict import Judgement, State, Verdict
from gradviz.i18n import N_, _
from gradviz.numbers import power_text
from gradviz.report.verdict import ALL_ALIKE, GROWN_DECADES, NOTHING_TO_CROSS, end_text, noise_text, phrase
from gradviz.report.words import name_beside

CHIPS: dict[str, dict[State, str]] = {
    "signal": {
        State.VANISHES: N_("signal vanishes"),
        State.SHRINKS: N_("signal shrinks"),
        State.HOLDS: N_("signal holds"),
        State.GROWS: N_("signal grows"),
        State.EXPLODES: N_("signal explodes"),
    },
    "size": {
        State.VANISHES: N_("size vanishes"),
        State.SHRINKS: N_("size shrinks"),
        State.HOLDS: N_("size holds"),
        State.GROWS: N_("size grows"),
        State.EXPLODES: N_("size explodes"),
    },
    "gradient": {
        State.VANISHES: N_("gradient vanishes"),
        State.SHRINKS: N_("gradient shrinks"),
        State.HOLDS: N_("gradient holds"),
        State.GROWS: N_("gradient grows"),
        State.EXPLODES: N_("gradient explodes"),
    },
}
"""What is judged → its state → what stands on the chip."""

_ARRIVES = {
    "signal": (N_("Only {total} of the signal reaches layer {end}."), N_("{total} of the signal reaches layer {end}.")),
    "size": (
        N_("At layer {end} the size is only {total} of what it was."),
        N_("At layer {end} the size is {total} of what it was."),
    ),
    "gradient": (N_("Only {total} of the gradient reaches layer {end}."), N_("{total} of the gradient reaches layer {end}.")),
}
"""What is judged → the sentence where it vanishes or shrinks, and where it holds."""

_GROWN = {
    "signal": N_("The signal is {total} times as large at layer {end}."),
    "size": N_("The size is {total} times as large at layer {end}."),
    "gradient": N_("The gradient is {total} times as large at layer {end}."),
}


class HeadlineLine(NamedTuple):
    """A line of the headline.

    Attributes
    ----------
    what : str
        "signal", "size" or "gradient"; "" where there is nothing to judge.
    state : State or None
        The chip's.
    chip, sentence : str
        The chip's word, or "", and what stands beside it.
    log10_deciding : float
        What the word was chosen by (see `Judgement`); NaN where there is none.
    """

    what: str
    state: State | None
    chip: str
    sentence: str
    log10_deciding: float = nan


def headline(verdict: Verdict) -> tuple[HeadlineLine, ...]:
    """Return the headline: of the gradient and of the forward pass; of one layer, one line."""
    if verdict.gradient.state is None or verdict.size.state is None:
        return (HeadlineLine("", None, "", _(NOTHING_TO_CROSS)),)
    return _line("gradient", verdict.gradient, verdict.dtype), _forward(verdict)


def _forward(verdict: Verdict) -> HeadlineLine:
    if verdict.signal is None:
        if verdict.noise_layer is not None:
            return HeadlineLine("", None, "", noise_text(verdict))
        size = _line("size", verdict.size, verdict.dtype)
        return size._replace(sentence=f"{_(ALL_ALIKE)} {size.sentence}")
    line = _line("signal", verdict.signal, verdict.dtype)
    if verdict.noise_layer is not None:
        return line._replace(sentence=f"{line.sentence} {noise_text(verdict)}")
    if verdict.size.state is verdict.signal.state or verdict.size.state is None:
        return line
    return line._replace(sentence=f"{line.sentence} {phrase('size', verdict.size.state)}.")


def _line(what: str, judged: Judgement, dtype: str) -> HeadlineLine:
    assert judged.state is not None
    chip = CHIPS[what][judged.state]
    return HeadlineLine(what, judged.state, _(chip), _sentence(what, judged, dtype), judged.log10_deciding)


def _sentence(what: str, judged: Judgement, dtype: str) -> str:
    is_plain = judged.farthest is None and judged.nonfinite_layer is None and judged.zero is None and judged.lost is None
    if not is_plain:
        clause = end_text(what, judged, dtype)
        return f"{clause[:1].upper()}{clause[1:]}."
    fallen, held = _ARRIVES[what]
    is_less = judged.state in (State.VANISHES, State.SHRINKS)
    text = fallen if is_less else _GROWN[what] if judged.log10_total > GROWN_DECADES else held
    return _(text).format(total=power_text(judged.log10_total), end=judged.end)


def note_text(scene: Scene) -> str:
    """Return what is compared, and whether only a part has been measured."""
    run, reference, notes = scene.run, scene.reference, []
    if reference is not None:
        pinned = reference.nearest(0)
        name, sentence = name_beside(reference.spec, run.spec), headline(pinned.verdict)[0].sentence
        notes.append(_("Grey, {name}: {sentence}").format(name=name, sentence=sentence))
        notes += _preview_note(reference, _("(pinned run: over the first {examples} of {batch} examples)"))
    notes += _preview_note(run, _("(over the first {examples} of {batch} examples)"))
    return "   ".join(notes)


def _preview_note(run: Timeline, text: str) -> list[str]:
    return [text.format(examples=run.nearest(0).spec.batch, batch=run.spec.batch)] if run.is_preview else []
