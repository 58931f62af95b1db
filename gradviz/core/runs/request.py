"""Requests: questions as hashable values. Each yields answers, and every answer replaces the one before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from gradviz.core.budget import expected_seconds, needed_bytes, refuse_what_does_not_fit
from gradviz.core.choices.regular_files import FileState, seen_state
from gradviz.core.runs.timeline import Timeline
from gradviz.core.simulate import Tick, begun, frame_of
from gradviz.core.spec import KNOBS, Spec

PREVIEW_EXAMPLES = 32
"""The number of examples in the preview of a slow pass."""

PREVIEW_ABOVE = 0.040
"""Expected seconds of a whole pass above which there is a preview: while a control is dragged, an answer is due within 80 ms."""

WORTH_IT = 0.75
"""Of the time of the whole pass, the most that a preview may take. The whole comes later by as much.

Fewer examples gain nothing at the weights: over 32 of 256, 50 layers of 256 units take half of the whole, 152 of 512 take 0.7; over
32 of 64, 20 of 1024 take 0.9 and have no preview. Draws that the cache holds are made once for both passes. Those that it does not
hold are made in each, twice, and take most of the time: 20 layers of 2048 units would be shown after 5.5 s, and whole after 12.5
instead of 7.5; 1,000 of 512, whose few examples do not pay for a thread that measures, after 17 s instead of 12. They have none.
"""


class Request(Protocol):
    """A question, frozen and hashable."""

    def answers(self, tick: Tick) -> Iterator[Any]:
        """Yield answers, each better than the one before; the last is complete.

        `tick` is called before anything costly that follows an answer: so the caller knows at once that more is to come.
        """

    def seconds(self) -> float:
        """Estimate the seconds until the complete answer. Raises ExperimentError like `answers`."""


@dataclass(frozen=True)
class Run:
    """A Request for the Timeline of an experiment.

    Attributes
    ----------
    spec : Spec
    files : tuple of FileState or None
        The states of the files that it reads, in the order of the fields; None for one that is not there. Left out, as they are
        now. A file that has been replaced makes another question, by the rule of the cache: another time of change or size.
    has_preview : bool
        Whether a preview may come first. The complete answer is the same, so it makes no other question.
    """

    spec: Spec
    files: tuple[FileState | None, ...] | None = field(default=None, kw_only=True)
    has_preview: bool = field(default=True, compare=False, kw_only=True)

    def __post_init__(self) -> None:
        if self.files is None:
            object.__setattr__(self, "files", _states_of_files(self.spec))

    @classmethod
    def answered_by(cls, timeline: Timeline) -> Run:
        """Return the question that a Timeline answers."""
        return cls(timeline.spec, files=timeline.files)

    def answers(self, tick: Tick) -> Iterator[Timeline]:
        """Yield the Timeline; if the pass is slow, first a preview with a batch of PREVIEW_EXAMPLES and without the Jacobian.

        There is none where it would arrive little earlier than the whole, and make that late (see WORTH_IT).

        Raises
        ------
        ExperimentError
            When the experiment cannot be run (see `simulate`).
        """
        spec = self.spec
        refuse_what_does_not_fit(spec, needed_bytes)  # before the preview: what is shown must be able to become whole
        few = spec.replace(batch=PREVIEW_EXAMPLES, jacobian=False)
        if self.has_preview and _is_worth_a_preview(spec, few):
            files, birth = _states_of_files(spec), begun(few)
            frame = frame_of(few, birth, lambda share: tick(0.0))
            yield Timeline(spec, {0: frame}, is_preview=True, birth=birth, files=files)
            tick(0.0)
        # Before the files are read: should one be replaced at this moment, it is read once more when it is asked for again.
        files, birth = _states_of_files(spec), begun(spec)
        yield Timeline(spec, {0: frame_of(spec, birth, tick)}, birth=birth, files=files)

    def seconds(self) -> float:
        """Estimate how long `simulate` takes. What does not fit into memory is refused before anybody is asked to wait for it."""
        refuse_what_does_not_fit(self.spec, needed_bytes)
        return expected_seconds(self.spec)


def _states_of_files(spec: Spec) -> tuple[FileState | None, ...]:
    return tuple(seen_state(getattr(spec, name)) for name, knob in KNOBS.items() if knob.opens and knob.applies(spec))


def _is_worth_a_preview(spec: Spec, few: Spec) -> bool:
    whole = expected_seconds(spec)
    return spec.batch > few.batch and whole > PREVIEW_ABOVE and expected_seconds(few) <= WORTH_IT * whole
