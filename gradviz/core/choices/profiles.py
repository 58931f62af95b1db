"""Width profiles: each layer's width as a share of the full width.

Where fan-in and fan-out differ, no weight variance preserves both the forward signal and the gradient.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gradviz.i18n import N_

NARROWEST = 0.25
"""The smallest share of the full width in any profile."""


@dataclass(frozen=True)
class WidthProfile:
    """Each layer's share of the full width.

    ``share(t)`` is the share, from `NARROWEST` to 1, at relative depth t: 0 at layer 1 and 1 at layer L.
    """

    name: str
    title: str
    help: str
    share: Callable[[float], float]

    def units(self, width: int, depth: int) -> tuple[int, ...]:
        """Return n_1 … n_L, each at least 1."""
        places = (layer / max(1, depth - 1) for layer in range(depth))
        return tuple(max(1, round(width * self.share(place))) for place in places)


WIDTH_PROFILES: dict[str, WidthProfile] = {
    entry.name: entry
    for entry in (
        WidthProfile("constant", N_("Constant"), N_("Every layer is as wide as the others."), lambda t: 1.0),
        WidthProfile("funnel", N_("Funnel"), N_("From the full width down to a quarter, by the same factor in every layer."), lambda t: NARROWEST**t),
        WidthProfile("widening", N_("Widening"), N_("From a quarter up to the full width, by the same factor in every layer."), lambda t: NARROWEST ** (1 - t)),
        WidthProfile("bottleneck", N_("Bottleneck"), N_("A quarter of the width in the middle third, the full width elsewhere."), lambda t: NARROWEST if 1 / 3 < t < 2 / 3 else 1.0),
        WidthProfile("hourglass", N_("Hourglass"), N_("Down to a quarter of the width in the middle, and up again."), lambda t: NARROWEST ** (1 - abs(2 * t - 1))),
    )
}  # fmt: skip
"""Name → WidthProfile."""
