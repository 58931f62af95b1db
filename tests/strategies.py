"""What hypothesis draws: made from the Spec's declarations, so that a new field is drawn on arrival."""

from hypothesis import strategies as st

from gradviz.core.spec import KNOBS, Spec


def values_of(knob):
    if knob.choices is not None:
        return st.sampled_from(list(knob.choices))
    if knob.low is None:
        # A path that is no file's; the field matters with data=file only, which is tested by itself.
        return {bool: st.booleans(), str: st.text("abc/.& =%한", max_size=20)}[knob.kind]
    return {int: st.integers, float: st.floats}[knob.kind](knob.low, knob.high)


SPECS = st.builds(Spec, **{name: values_of(knob) for name, knob in KNOBS.items()})
