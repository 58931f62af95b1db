"""The reference of all fields, activations, initializers, measures and panels, generated from their declarations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gradviz.core.choices.activations import ACTIVATIONS, SOFTMAX, Activation
from gradviz.core.choices.initializers import INITIALIZERS
from gradviz.core.measures import MEASURES
from gradviz.core.spec import KNOBS, Knob
from gradviz.core.theory.gains import gains
from gradviz.i18n import N_, _
from gradviz.panels import PANELS
from gradviz.report.words import value_text

TableRows = Sequence[Sequence[str]]


def reference() -> str:
    """Return the reference as Markdown tables, in the language in use."""
    heading = _("Reference")
    parts = [f"# {heading}\n"]
    for title, head, rows in _tables():
        note = f"\n{_(_NOTES[title])}\n" if title in _NOTES else ""
        parts.append(f"## {_(title)}\n\n{_markdown([_(cell) for cell in head], rows)}{note}")
    return "\n".join(parts)


def _tables() -> Iterator[tuple[str, Sequence[str], TableRows]]:
    yield N_("Fields"), _FIELD_HEAD, [_field_row(knob) for knob in KNOBS.values()]
    yield (
        N_("Activation functions"),
        (N_("Name"), N_("Title"), N_("Formula"), N_("Between"), N_("Initializer"), N_("Saturated"), N_("Meaning")),
        [
            (
                f"`{a.name}`",
                _(a.title),
                a.formula,
                _interval(*(round(end, 4) for end in a.bounds)),
                f"`{a.initializer}`",
                _(a.saturation),
                _(a.help),
            )
            for a in (*ACTIVATIONS.values(), SOFTMAX)
        ],
    )
    yield (
        N_("Initializers"),
        (N_("Name"), N_("Title"), N_("Formula"), N_("Meaning")),
        [(f"`{i.name}`", _(i.title), i.formula, _(i.help)) for i in INITIALIZERS.values()],
    )
    listed = {id(ACTIVATIONS), id(INITIALIZERS)}
    for knob in KNOBS.values():
        if knob.choices is not None and id(knob.choices) not in listed:
            yield (
                knob.title,
                _ENTRY_HEAD,
                [(f"`{name}`", _(entry.title), _meaning(entry)) for name, entry in knob.choices.items()],
            )
    yield N_("Gains"), _GAIN_HEAD, [_gain_row(a) for a in ACTIVATIONS.values()]
    yield N_("Measures"), (N_("Name"), N_("Meaning")), [(f"`{m.key}`", _(m.title)) for m in MEASURES.values()]
    yield N_("Panels"), _ENTRY_HEAD, [(f"`{p.key}`", _(p.title), _(p.help)) for p in PANELS.values()]


def _meaning(entry: Any) -> str:
    formula = getattr(entry, "formula", "")
    return f"{formula}. {_(entry.help)}" if formula else _(entry.help)


_NOTES = {
    "Gains": N_(
        "Moments at z ~ N(0, 1), and at the default of a constant. Critical: where a deep network without biases settles at a size "
        "of z at which the gradient neither shrinks nor grows; — where there is no such size, or where the depth leads away from it. "
        "What keeps the signal is 1/√E f², so that the mean square of z stays 1. It is the second moment, because the next layer's sums "
        "add up the mean of f too; 1/std f would be 1.7129 for ReLU. For tanh, whose mean is 0, both are 1.5925. PyTorch's 5/3 is no "
        "solution of this: with it the mean square grows to 1.0953 in the next layer and settles at 1.1785. A gain of 1.598, which is "
        "also read, is the ratio of the standard deviations of 10,000 random numbers before and after tanh; 98 of 100 such draws give between 1.576 and 1.609."
    )
}
"""Title of a table → the note below it."""

_FIELD_HEAD = (N_("Name"), N_("Title"), N_("Values"), N_("Default"), N_("Meaning"))
_GAIN_HEAD = (
    N_("Name"),
    N_("E f"),
    N_("E f²"),
    N_("E f′²"),
    N_("Keeps the signal"),
    N_("Keeps the gradient"),
    N_("Critical"),
    N_("in PyTorch"),
    N_("in Keras"),
)
_ENTRY_HEAD = (N_("Name"), N_("Title"), N_("Meaning"))


def _field_row(knob: Knob) -> Sequence[str]:
    if knob.choices is not None:
        values = ", ".join(f"`{name}`" for name in knob.choices)
        default = f"`{knob.default}`"
    elif knob.low is None:
        values, default = ("`true`, `false`" if knob.kind is bool else "…"), f"`{knob.default}`".lower()
    else:
        values = f"{value_text(knob.name, knob.low)} … {value_text(knob.name, knob.high)} {_(knob.unit)}".rstrip()
        default = value_text(knob.name, knob.default)
    return f"`{knob.name}`", _(knob.title), values, default, _(knob.help)


def _gain_row(activation: Activation) -> Sequence[str]:
    """Return a row of an activation's Gaussian moments, the gains that follow from them, and those of PyTorch and Keras."""
    k = float(KNOBS[activation.parameter].default) if activation.parameter else 0.0
    solved = gains(activation, k)
    m = solved.at_1
    numbers = [m.mean, m.mean_square, m.slope_square, solved.forward, solved.backward, solved.critical, solved.pytorch]
    return (
        f"`{activation.name}`",
        *("—" if n is None else f"{n:z.4f}" for n in numbers),
        f"`{solved.keras}`" if solved.keras else "—",
    )


def _interval(low: float, high: float) -> str:
    ends = [str(end).replace("inf", "∞").removesuffix(".0").replace("-", "−") for end in (low, high)]
    return " … ".join(ends)


def _markdown(head: Sequence[str], rows: TableRows) -> str:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"

    return line(head) + line(["---"] * len(head)) + "".join(line(row) for row in rows)
