"""The visual language: colours by what they mean.

They are Okabe and Ito's, which the colour-blind tell apart, one set per theme, each at 3:1 or more against its ground.
"""

from dataclasses import dataclass

from gradviz.i18n import N_


@dataclass(frozen=True)
class Theme:
    """Colours, named by what they stand for."""

    name: str
    title: str
    window: str
    ground: str
    raised: str
    ink: str
    quiet: str
    grid: str
    forward: str
    backward: str
    reference: str
    cursor: str
    zone: str
    """Where a size counts as vanishing or exploding: laid thinly over the ground, neutral, for forward and backward have their hues."""
    positive: str
    negative: str
    """The sign of a weight: neither forward nor backward, so neither blue nor orange (ColorBrewer's PRGn)."""
    fault: str
    holds: str
    drifts: str
    fails: str
    on_state: str
    """What stands on a chip of the three colours before it, at 4.5:1 or more."""
    weight: float = 1.0
    """How thick lines are, 1 being right for a screen on a desk."""


THEMES: dict[str, Theme] = {
    entry.name: entry
    for entry in (
        Theme(
            name="light",
            title=N_("Light"),
            window="#f3f4f6",
            ground="#ffffff",
            raised="#ffffff",
            ink="#16181d",
            quiet="#5b626e",
            grid="#d9dce1",
            forward="#0072b2",
            backward="#d55e00",
            reference="#7a828e",
            cursor="#16181d",
            zone="#9aa0aa",
            positive="#762a83",
            negative="#1b7837",
            fault="#b3261e",
            holds="#1a7444",
            drifts="#8f5600",
            fails="#b3261e",
            on_state="#ffffff",
        ),
        Theme(
            name="dark",
            title=N_("Dark"),
            window="#15181d",
            ground="#1c2027",
            raised="#272c35",
            ink="#f0f2f5",
            quiet="#a5adb9",
            grid="#3a414c",
            forward="#56b4e9",
            backward="#e69f00",
            reference="#9aa3b0",
            cursor="#f0f2f5",
            zone="#8a93a0",
            positive="#c2a5cf",
            negative="#7fbf7b",
            fault="#ff8a80",
            holds="#5fd08f",
            drifts="#ffb84d",
            fails="#ff8a80",
            on_state="#10131a",
        ),
        Theme(
            name="projector",
            title=N_("Projector"),
            window="#ffffff",
            ground="#ffffff",
            raised="#ffffff",
            ink="#000000",
            quiet="#2f343b",
            grid="#b4bac2",
            forward="#005a94",
            backward="#b84500",
            reference="#5b626e",
            cursor="#000000",
            zone="#7a828e",
            positive="#5e1a6b",
            negative="#0b5d27",
            fault="#9c1710",
            holds="#0f5c33",
            drifts="#7a4800",
            fails="#9c1710",
            on_state="#ffffff",
            weight=1.6,
        ),
    )
}
"""Name → Theme, in menu order."""
