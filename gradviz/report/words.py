"""An experiment as words, in the language in use."""

from pathlib import Path
from typing import Any

from gradviz.core.choices.errors import shown
from gradviz.core.data.csv_manners import DECIMALS, SEPARATORS
from gradviz.core.data.csv_table import Reading
from gradviz.core.spec import KNOBS, Spec
from gradviz.i18n import _


def value_text(name: str, value: Any) -> str:
    """Return a field's value as text for the user: a table entry's title, yes or no, or a number to six digits."""
    knob = KNOBS[name]
    if knob.choices is not None:
        return _(knob.choices[value].title)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def caption(spec: Spec) -> str:
    """Return a one-line description: the fields that have an effect; of the group "more" only those not at their default."""
    parts = [
        f"{_(knob.title)} {value_text(name, getattr(spec, name))}"
        for name, knob in KNOBS.items()
        if knob.applies(spec) and (knob.group == "front" or getattr(spec, name) != knob.default)
    ]
    return " · ".join(parts)


def difference_text(spec: Spec, reference: Spec) -> str:
    """Return the differences from a reference, such as ``Gain 1 → 0.5``, with the reference's value first."""
    parts = [
        f"{_(KNOBS[name].title)} {value_text(name, getattr(reference, name))} → {value_text(name, getattr(spec, name))}"
        for name in spec.differences(reference)
    ]
    return " · ".join(parts) if parts else _("the same experiment")


MOST_NAMED = 2
"""Of more differences than these, a name tells the first ones alone."""


def name_beside(spec: Spec, other: Spec) -> str:
    """Return what to call an experiment beside another one: the values in which it differs, such as ``Tanh`` or ``Gain 0.5``.

    How many examples are measured makes it no other network: that is told only where there is nothing else to tell.
    """
    all_ = list(spec.differences(other))
    different = [name for name in all_ if name not in ("batch", "jacobian")] or all_
    named = [_name_of_value(name, getattr(spec, name), getattr(other, name)) for name in different[:MOST_NAMED]]
    if not named:
        return _("the same experiment")
    return ", ".join(named) + (" …" if len(different) > MOST_NAMED else "")


def _name_of_value(name: str, value: Any, other: Any) -> str:
    """Return a value; with the field's name where the value alone does not say what it is, and in short where that tells it apart."""
    text = value_text(name, value)
    if name == "initializer" and _family(text) != _family(value_text(name, other)):
        return _family(text)
    return text if name in ("activation", "initializer", "data", "dtype") else f"{_(KNOBS[name].title)} {text}"


def _family(title: str) -> str:
    """Return whose initializer it is, without its distribution: Glorot of ``Glorot (Xavier), normal``."""
    return title.partition(",")[0].partition("(")[0].strip()


def file_stem(spec: Spec) -> str:
    """Return a name for a file about an experiment: ``sigmoid-glorot_normal-20x100``, and what else is not usual."""
    size = f"{spec.depth}x{spec.width}" if not spec.widths else spec.widths
    more = [f"gain{spec.gain:g}"] if spec.gain != 1 else []
    return "-".join([spec.activation, spec.initializer, size, *more])


def duration_text(seconds: float) -> str:
    """Return about how long something takes."""
    if seconds < 120:
        return _("{count} seconds").format(count=round(seconds))
    if seconds < 7200:
        return _("{count} minutes").format(count=round(seconds / 60))
    return _("{count} hours").format(count=round(seconds / 3600))


def reading_text(path: str, reading: Reading) -> str:
    """Return how a data file was read, above all what was found out and not told."""
    parts = [_("{examples} examples of {features} features").format(examples=reading.examples, features=reading.features)]
    if reading.separator:
        known = SEPARATORS.get(reading.separator)
        parts.append(_("separator: {sign}").format(sign=_(known.title) if known else shown(reading.separator)))
    if reading.decimal:
        parts.append(_("decimal sign: {sign}").format(sign=_(DECIMALS[reading.decimal].title)))
    if reading.has_header:
        parts.append(_("with a header line"))
    parts.append(reading.encoding)
    if reading.target:
        parts.append(_("labels: {name}, {count} classes").format(name=reading.target, count=reading.classes))
    if reading.dropped:
        parts.append(_("examples left out for lack of a value: {count}").format(count=reading.dropped))
    if reading.filled:
        parts.append(_("values put in where one was missing: {count}").format(count=reading.filled))
    return f"{shown(Path(path).name)}: {' · '.join(parts)}"
