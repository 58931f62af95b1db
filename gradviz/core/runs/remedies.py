"""What helps here: the same network with something else chosen, for everything that could be, ranked by what arrives.

Nothing is predicted: every network is run, over a few examples, and judged as it would be on the screen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, isnan
from typing import Any

from gradviz.core.choices.activations import ACTIVATIONS
from gradviz.core.choices.errors import ExperimentError
from gradviz.core.choices.initializers import INITIALIZERS
from gradviz.core.choices.normalization import BLOCK_NORMALIZATIONS
from gradviz.core.runs.request import PREVIEW_EXAMPLES
from gradviz.core.simulate import Tick, simulate
from gradviz.core.spec import Spec
from gradviz.core.verdict import Judgement

Change = tuple[tuple[str, Any], ...]
"""Fields and the values that they are given."""

BLOCK = 2
"""The layers that a skip connection passes by, as in He et al., "Deep residual learning" (2015)."""

AT_ONCE = 4
"""So many networks are run before the ranking is shown again."""


@dataclass(frozen=True)
class Remedy:
    """A change, and what it makes of the network.

    Attributes
    ----------
    change : Change
        Empty for the network as it is.
    gradient, forward : Judgement
        Of the network with this change, over its first examples.
    is_noise : bool
        Whether what arrives forward is rounding noise, enlarged by a normalization.
    """

    change: Change
    gradient: Judgement
    forward: Judgement
    is_noise: bool

    @property
    def decades(self) -> float:
        """How far the signal or the gradient is from arriving as it set out, whichever is farther, in decades."""
        return inf if self.is_noise else max(_decades(self.gradient), _decades(self.forward))


@dataclass(frozen=True)
class Remedies:
    """A Request for a ranking of Remedies: the first one is the network as it is, the others follow, the best of them first."""

    spec: Spec

    def answers(self, tick: Tick) -> Iterator[tuple[Remedy, ...]]:
        """Yield the ranking of those that have been run, until all have.

        Raises
        ------
        ExperimentError
            When the network as it is cannot be run. A change that makes no network, or one that does not fit, is left out.
        """
        few = self.spec.replace(batch=min(self.spec.batch, PREVIEW_EXAMPLES), jacobian=False)
        now, found = _judged((), few, tick), list[Remedy]()
        changes = list(_changes(self.spec))
        for count, change in enumerate(changes, 1):
            try:
                found.append(_judged(change, few.replace(**dict(change)), tick))
            except ExperimentError:
                continue
            if count % AT_ONCE == 0 and count < len(changes):
                yield now, *_ranked(found)
                tick(count / len(changes))
        yield now, *_ranked(found)

    def seconds(self) -> float:
        """Return 0: a first ranking comes soon, and every other wish comes before the rest."""
        return 0.0


def _judged(change: Change, spec: Spec, tick: Tick) -> Remedy:
    verdict = simulate(spec, lambda share: tick(0.0)).verdict
    return Remedy(change, verdict.gradient, verdict.forward, verdict.noise_layer is not None)


def _ranked(remedies: list[Remedy]) -> list[Remedy]:
    """Return the best first; of two that are as good, the one that changes less."""
    return sorted(remedies, key=lambda remedy: (round(remedy.decades, 2), len(remedy.change)))


def _decades(judged: Judgement) -> float:
    if judged.lost is not None or judged.nonfinite_layer is not None or isnan(judged.log10_total):
        return inf
    return max(abs(judged.log10_total), 0.0 if judged.farthest is None else abs(judged.farthest.log10_total))


def _changes(spec: Spec) -> Iterator[Change]:
    """Yield what could be chosen in place of what is: each field alone, and an activation with the initializer made for it.

    Without an activation a signal may pass, but the network is one linear layer, however deep: that helps nobody.
    """
    for name, activation in ACTIVATIONS.items():
        if name not in (spec.activation, "linear"):
            yield (("activation", name),)
            if activation.initializer != spec.initializer:
                yield ("activation", name), ("initializer", activation.initializer)
    for name in INITIALIZERS:
        if name != spec.initializer and not INITIALIZERS[name].is_loaded:
            yield (("initializer", name),)
    if not spec.residual and spec.depth > BLOCK:
        yield (("residual", BLOCK),)
    for name in BLOCK_NORMALIZATIONS:
        if name not in (spec.normalization, "none"):
            yield (("normalization", name),)
