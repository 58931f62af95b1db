"""The session: everything that the window knows and that is no widget. It owns the Scene, which panels are given to draw.

What an answer means is said by its slot and its request: "run" is what is looked at, "reference" what is pinned beside it,
and a panel's slot holds what the panel has asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from gradviz.app.session.runner import EXPORT, REFERENCE, RUN, Runner
from gradviz.app.session.settings import Settings
from gradviz.app.session.store import Store
from gradviz.app.session.transport import Transport
from gradviz.app.session.waiting import Incomplete, Waiting, is_preview_of, is_whole_answer, whole_of
from gradviz.core.choices.errors import ExperimentError, Problem
from gradviz.core.frame import Frame
from gradviz.core.runs.playhead import Playhead
from gradviz.core.runs.request import Request, Run
from gradviz.core.runs.scene import Scene
from gradviz.core.runs.timeline import Timeline
from gradviz.core.spec import Spec
from gradviz.experiment import OPENING_EXPERIMENT
from gradviz.i18n import _
from gradviz.report.words import difference_text


class Session(QObject):
    """The experiment, its answers, what they are compared with, and where one is in them.

    Attributes
    ----------
    store, runner, transport, settings
        Its parts.
    scene : Scene or None
        What is looked at; None until the first answer has come.
    wanted : Run
        What has been asked for last, by the store's experiment and its files as they were then.
    """

    scene_changed = Signal(object)
    """The new Scene."""
    run_arrived = Signal(object, object)
    """A Run, and its whole Timeline, which is in the Scene now."""
    reference_changed = Signal()
    """Another run is pinned, or none any more."""
    complained = Signal(str, bool)
    """What went wrong, and whether it is about a run: then a run that goes well takes it back."""
    went_well = Signal()
    """An answer to a run has come."""
    long_run_asked = Signal(float)
    """The seconds that what was asked for is expected to take, so that it waits for `run_long`; 0 when nothing waits any more."""
    progressed = Signal(float)
    """The share of a long run that is done; negative when none is under way."""

    def __init__(self, store: Store, runner: Runner, transport: Transport, settings: Settings) -> None:
        super().__init__()
        self.store, self.runner, self.transport, self.settings = store, runner, transport, settings
        self.scene: Scene | None = None
        self._reference: Timeline | None = None
        self._wanted_reference: Run | None = None
        """What the slot "reference" is to answer."""
        self._asked: dict[str, tuple[Request, ...]] = {}
        """What each panel wants to know, by its key."""
        self._answers: dict[Request, Any] = {}
        self._answered: set[Request] = set()
        """Those whose last answer has come."""
        self._long: dict[str, tuple[Request, float]] = {}
        """What waits for `run_long`, by slot, and the seconds that it is expected to take."""
        self.wanted = Run(store.spec)
        self._is_run_coming = False
        """Whether `wanted` is under way, or waits for its turn."""
        self._swapped_in: Run | None = None
        """What a swap has just shown, until the store has its Spec: whatever has become of its files, it is not run again."""
        self._waiting = Waiting()
        store.changed.connect(self._on_spec)
        store.repeated.connect(self._on_repeated)
        store.swapped.connect(self._on_swapped)
        runner.answered.connect(self._on_answered)
        runner.refused.connect(self._on_refused)
        runner.failed.connect(self._on_failed)
        runner.hesitated.connect(self._on_hesitated)
        runner.progressed.connect(self._on_progressed)
        transport.moved.connect(self._on_moved)

    @property
    def frame(self) -> Frame | None:
        """What is looked at, or None before the first answer."""
        return None if self.scene is None else self.scene.frame

    @property
    def reference(self) -> Timeline | None:
        """The run that is pinned."""
        return self._reference

    # --- the experiment ---

    def start(self, reference: Spec | None = None) -> None:
        """Ask for the first picture, and for that of a reference to pin."""
        self._on_spec(self.store.spec)
        if reference is not None:
            self.pin_experiment(reference)

    def compare(self, spec: Spec, reference: Spec | None, why: str) -> None:
        """Show an experiment beside another one, which is pinned; what is there already is not run again."""
        pinned = None if reference is None else self.whole(Run(reference))
        self.store.replace(spec, why)
        if reference is None or pinned is not None:
            self.pin(pinned)
        else:
            self.pin_experiment(reference)

    def change(self, values: dict[str, Any]) -> None:
        """Change several fields of the experiment at once, as one step to be undone."""
        spec = self.store.spec.replace(**values)
        self.store.replace(spec, difference_text(spec, self.store.spec))

    def reset(self) -> None:
        """Go back to the opening experiment."""
        self.store.replace(OPENING_EXPERIMENT, _("Opening experiment"))

    def shows(self, run: Run) -> bool:
        """Whether the whole answer to a run is what is looked at."""
        return self.scene is not None and is_whole_answer(self.scene.run, run)

    def whole(self, run: Run) -> Timeline | None:
        """Return the whole answer to a run, where it is shown or pinned."""
        shown = None if self.scene is None else self.scene.run
        for timeline in (shown, self._reference):
            if timeline is not None and is_whole_answer(timeline, run):
                return timeline
        return None

    def run_long(self) -> None:
        """Run what is expected to take long after all."""
        self._is_run_coming |= RUN in self._long
        for slot, (request, _seconds) in self._long.items():
            self.runner.submit(slot, request, may_be_long=True)
        self._long.clear()
        self.long_run_asked.emit(0.0)

    def leave_long(self) -> None:
        """Do not run what is expected to take long: go back to the experiment that is shown, or to the opening one."""
        left = set(self._long)
        self._long.clear()
        if left:
            self.long_run_asked.emit(0.0)
        if REFERENCE in left:
            self._wanted_reference = None
        if RUN in left:
            self.store.replace(OPENING_EXPERIMENT if self.scene is None else self.scene.run.spec, _("Do not run"))

    def _on_spec(self, spec: Spec) -> None:
        run, self._swapped_in = self._swapped_in, None
        if run is None or run.spec != spec:
            run = Run(spec)
        self.wanted = run
        self._forget_long(RUN)
        whole = self.whole(run)
        self._is_run_coming = whole is None
        if whole is None:
            # Whoever sees a preview has agreed to the whole.
            is_agreed = self.scene is not None and is_preview_of(self.scene.run, run)
            self.runner.submit(RUN, run, may_be_long=is_agreed)
            return
        self.runner.submit(RUN, None)
        if not self.shows(run):  # it is pinned
            self._show(whole)
            self.run_arrived.emit(run, whole)
        self.went_well.emit()

    def _on_repeated(self, spec: Spec) -> None:
        if Run(spec) != self.wanted:  # else nothing else would come of it
            self._on_spec(spec)

    # --- what it is compared with ---

    def set_pinned(self, on: bool) -> None:
        """Keep the present run as the reference, or let go of it."""
        if on != (self._reference is not None):
            self.pin(self.scene.run if on and self.scene is not None else None)
        if on != (self._reference is not None):  # there is nothing to pin yet: whoever shows that it is pinned hears so
            self.reference_changed.emit()

    def pin(self, run: Timeline | None) -> None:
        """Compare with a run that is there, or with None no more. Of a preview the whole follows."""
        self._await_whole_reference(run)
        if run is not self._reference:
            self._set_reference(run)

    def pin_experiment(self, spec: Spec) -> None:
        """Compare with an experiment that has to be run first; until then with none."""
        self._await_reference(Run(spec, has_preview=False))
        if self._reference is not None:
            self._set_reference(None)

    def swap(self) -> None:
        """Show the pinned run and pin the one that is shown."""
        if self.scene is not None and self._reference not in (None, self.scene.run):
            self.store.swap(self.scene.run.spec, self._reference.spec, _("Swap A and B"))

    def _on_swapped(self, shown: Spec, pinned: Spec) -> None:
        """Bring the Scene to a swap, or to one that is undone or done again."""
        if self.scene is None or self._reference is None or self._reference.spec != shown:
            return  # another run has been pinned since, or none
        run, self._reference = self._reference, self.scene.run
        self._swapped_in = Run.answered_by(run)
        if self._reference.spec == pinned:
            self._await_whole_reference(self._reference)
            self._show(run)
        else:  # another run has been shown since
            self._reference = None
            self._show(run)
            self.pin_experiment(pinned)
        self.reference_changed.emit()

    def _await_whole_reference(self, run: Timeline | None) -> None:
        """Ask for the whole of a preview; however long it takes, that has been agreed to when the preview was begun."""
        self._await_reference(whole_of(run) if run is not None and run.is_preview else None, may_be_long=True)

    def _await_reference(self, run: Run | None, *, may_be_long: bool = False) -> None:
        self._wanted_reference = run
        self._forget_long(REFERENCE)
        self.runner.submit(REFERENCE, run, may_be_long=may_be_long)

    def _set_reference(self, run: Timeline | None) -> None:
        self._reference = run
        if self.scene is not None:
            self._change(replace(self.scene, reference=run))
        self.reference_changed.emit()

    # --- what panels ask beside the run ---

    def asks(self, key: str, requests: Sequence[Request]) -> None:
        """Take what a panel wants to know; the answers come in the Scene. What no panel wants any more is forgotten."""
        if self._asked.get(key, ()) == tuple(requests):
            return
        self._asked[key] = tuple(requests)
        wanted = {request for asked in self._asked.values() for request in asked}
        if not wanted.issuperset(self._answers):
            self._answers = {request: answer for request, answer in self._answers.items() if request in wanted}
            if self.scene is not None:
                self.scene = self.scene.with_answers(self._answers)
        self._answered &= wanted
        self._ask(key)

    def _ask(self, key: str) -> None:
        """Have the first thing answered that a panel does not know yet."""
        self.runner.submit(key, next((request for request in self._asked[key] if request not in self._answered), None))

    # --- answers ---

    def _on_answered(self, slot: str, request: Request, answer: Any, is_final: bool) -> None:
        if is_final:
            self._complete(request, answer)
        if slot == RUN:
            self._show(answer)
            self.went_well.emit()
            if is_final:
                self._is_run_coming = False
                self.run_arrived.emit(request, answer)
        elif request in self._asked.get(slot, ()):
            self._take(request, answer, is_final=is_final)

    def _show(self, run: Timeline) -> None:
        """Bring a run into the Scene."""
        # The Scene moves the playhead to where this network has it, as the transport does then: so nothing is drawn twice.
        self.scene = Scene(run, self.transport.playhead, self._reference, self._answers)
        self.transport.set_depth(self.scene.frame.depth)
        self._change(self.scene)

    def _take(self, request: Request, answer: Any, *, is_final: bool) -> None:
        """Keep an answer for the panels that wait for it."""
        self._answers[request] = answer
        if is_final:
            self._answered.add(request)
            for key, asked in self._asked.items():
                if request in asked:
                    self._ask(key)
        if self.scene is not None:
            self._change(self.scene.with_answers(self._answers))

    def _on_refused(self, slot: str, request: Request, error: ExperimentError) -> None:
        self._give_up(slot, request, error)
        if isinstance(request, Run):  # whatever else is asked stands in a panel, and so does why there is no answer
            self.complain(_("The last picture stays."), error, about_a_run=True)

    def _on_failed(self, slot: str, request: Request, fault: BaseException) -> None:
        text = _("The simulation failed ({reason}). The last picture stays.").format(reason=fault)
        self._give_up(slot, request, ExperimentError([Problem("", text)]))
        self.complained.emit(text, True)

    def _give_up(self, slot: str, request: Request, error: ExperimentError) -> None:
        if slot == RUN:
            self._is_run_coming = False
        elif slot == REFERENCE:
            self._wanted_reference = None
        elif request in self._asked.get(slot, ()):
            self._take(request, error, is_final=True)
        self._waiting.give_up_run(request)
        self._complete(request, error)

    def _on_hesitated(self, slot: str, request: Request, seconds: float) -> None:
        self._long[slot] = request, seconds
        self._is_run_coming &= slot != RUN
        self.long_run_asked.emit(sum(seconds for _request, seconds in self._long.values()))

    def _forget_long(self, slot: str) -> None:
        if self._long.pop(slot, None):
            self.long_run_asked.emit(sum(seconds for _request, seconds in self._long.values()))

    def _on_progressed(self, slot: str, share: float) -> None:
        self.progressed.emit(share)

    def _on_moved(self, playhead: Playhead) -> None:
        if self.scene is not None and playhead != self.scene.playhead:
            self._change(self.scene.at(playhead))

    def _change(self, scene: Scene) -> None:
        self.scene = scene
        self.scene_changed.emit(scene)

    # --- whole answers ---

    def when_whole(self, use: Callable[[Scene], None], asks: Callable[[Scene], Sequence[Request]] = lambda scene: ()) -> None:
        """Use the Scene of now when it is whole: at once, or when what is missing has come.

        Parameters
        ----------
        use : function of a Scene
        asks : function of a Scene
            What has to be known beside the runs, which are whole in the Scene given. Where there is no answer, the Scene holds
            the ExperimentError that says why.
        """
        if self.scene is not None:
            final = {request: answer for request, answer in self._answers.items() if request in self._answered}
            self._waiting.add(Incomplete(self.scene.with_answers(final), use, asks))
            self._use_complete()

    def use_whole_runs(self) -> None:
        """Use at once every Scene whose runs are whole, without the answers beside them: the program ends and cannot wait."""
        for each in self._waiting.take_whole_runs():
            each.use(each.scene)

    def _complete(self, request: Request, answer: Any) -> None:
        """Put a final answer wherever a preview, or nothing yet, stands for it."""
        if isinstance(answer, Timeline) and self._wanted_reference == request:
            self.pin(answer)
        self._waiting.complete(request, answer)
        self._use_complete()

    def _use_complete(self) -> None:
        complete = self._waiting.take_complete()
        self.runner.submit(EXPORT, self._waiting.missing(), may_be_long=True)
        for each in complete:
            each.use(each.scene)

    # --- words, and the end ---

    def complain(self, what: str, error: ExperimentError, *, about_a_run: bool = False) -> None:
        """Say everything that is wrong with an experiment, and what that means."""
        self.complained.emit("\n".join([*error.lines(), what]), about_a_run)

    def say(self, text: str) -> None:
        """Say something that has nothing to do with a run."""
        self.complained.emit(text, False)

    def remember(self) -> None:
        """Keep experiment and reference in the settings.

        An experiment that was refused, or waits for consent, is not remembered where another one is shown.
        """
        shown = None if self.scene is None or self._is_run_coming else self.scene.run
        self.settings.experiment = self.store.spec if shown is None else shown.spec
        pinned = self._wanted_reference or self._reference
        self.settings.reference = None if pinned is None else pinned.spec

    def stop(self) -> None:
        """Break off what is under way."""
        self.transport.pause()
        self.runner.stop()
        self.store.history.blockSignals(True)  # it speaks once more when it is destroyed, and nobody is there then
