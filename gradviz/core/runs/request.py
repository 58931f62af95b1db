"""Requests: questions as hashable values. Each yields answers, and every answer replaces the one before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from gradviz.core.budget import expected_seconds
from gradviz.core.runs.timeline import Timeline
from gradviz.core.simulate import simulate
from gradviz.core.spec import Spec

Tick = Callable[[float], None]
"""Called with the share of the work done; may raise to abort the work."""

PREVIEW_EXAMPLES = 32
"""The number of examples in the preview of a slow pass."""

SLOW = 0.040
"""Expected seconds of a pass above which there is a preview: while a control is dragged, an answer is due within 80 ms."""


class Request(Protocol):
    """A question, frozen and hashable."""

    def answers(self, tick: Tick) -> Iterator[Any]:
        """Yield answers, each better than the one before; the last is complete."""


@dataclass(frozen=True)
class Run:
    """A Request for the Timeline of an experiment."""

    spec: Spec

    def answers(self, tick: Tick) -> Iterator[Timeline]:
        """Yield the Timeline; if the pass is slow, first a preview with a batch of PREVIEW_EXAMPLES.

        Raises
        ------
        ExperimentError
            When the experiment cannot be run (see `simulate`).
        """
        spec = self.spec
        if spec.batch > PREVIEW_EXAMPLES and expected_seconds(spec) > SLOW:
            few = simulate(spec.replace(batch=PREVIEW_EXAMPLES), lambda share: tick(0.0))
            yield Timeline(spec, {0: few}, is_preview=True)
        yield Timeline(spec, {0: simulate(spec, tick)})
