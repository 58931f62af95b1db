"""What hypothesis draws: made from the Spec's declarations, so that a new field is drawn on arrival."""

from hypothesis import strategies as st

from gradviz.core.choices.initializers import INITIALIZERS
from gradviz.core.spec import KNOBS, SIZE_FIELDS, WIDEST, Spec


def values_of(knob):
    if knob.choices is INITIALIZERS:
        # Weights from a file are tested by themselves, as data from a file are.
        return st.sampled_from([name for name, entry in INITIALIZERS.items() if not entry.is_loaded])
    if knob.choices is not None:
        return st.sampled_from(list(knob.choices))
    if knob.low is None:
        # A path that is no file's; the field matters with a file only, which is tested by itself.
        return {bool: st.booleans(), str: st.text("abc/.& =%한", max_size=20)}[knob.kind]
    return {int: st.integers, float: st.floats}[knob.kind](knob.low, knob.high)


def specs(values):
    return st.builds(Spec, **values)


VALUES = {name: values_of(knob) for name, knob in KNOBS.items()}

SPECS = specs({name: values for name, values in VALUES.items() if name != "widths"})
"""Networks of a depth and a width."""

WIDTHS = st.lists(st.integers(1, WIDEST), min_size=1, max_size=12).map(lambda units: "-".join(map(str, units)))

SPECS_OF_WIDTHS = specs({name: values for name, values in VALUES.items() if name not in SIZE_FIELDS} | {"widths": WIDTHS})
"""Networks whose layers are told one by one."""
