"""What hypothesis draws: made from the Spec's declarations, so that a new field is drawn on arrival."""

from hypothesis import strategies as st

from gradviz.core.spec import KNOBS, SIZES, Spec


def values_of(knob):
    if knob.name == "widths":
        units = st.lists(st.integers(1, 2048), min_size=1, max_size=5).map(lambda each: "-".join(map(str, each)))
        return st.one_of(st.just(""), units)
    if knob.choices is not None:
        return st.sampled_from([name for name in knob.choices if (knob.name, name) != ("initializer", "file")])
    if knob.low is None:
        # A path that is no file's; the field matters with data=file only, which is tested by itself.
        return {bool: st.booleans(), str: st.text("abc/.& =%한", max_size=20)}[knob.kind]
    return {int: st.integers, float: st.floats}[knob.kind](knob.low, knob.high)


def spec_of(values):
    """Leave out what the widths say, where they are given."""
    return Spec(**{name: value for name, value in values.items() if not (values["widths"] and name in SIZES)})


SPECS = st.fixed_dictionaries({name: values_of(knob) for name, knob in KNOBS.items()}).map(spec_of)
