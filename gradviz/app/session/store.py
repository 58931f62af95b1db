"""The current Spec, and how one got there."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from gradviz.core.spec import KNOBS, Spec
from gradviz.i18n import _

UNDO_STEPS = 500


class Store(QObject):
    """The one place where the experiment is kept and changed.

    Every change is an undo step; changes with the same `drag` number become one.
    """

    changed = Signal(object)
    """The new Spec."""
    repeated = Signal(object)
    """The present Spec, which has been asked for once more: its files may have changed."""
    swapped = Signal(object, object)
    """The shown experiment and the pinned one change places, or change back: the Spec to show, and the one to pin. `changed` follows."""

    def __init__(self, spec: Spec) -> None:
        super().__init__()
        self._spec = spec
        self._drags = 0
        self.history = QUndoStack(self)
        self.history.setUndoLimit(UNDO_STEPS)

    @property
    def spec(self) -> Spec:
        """The experiment of now."""
        return self._spec

    def new_drag(self) -> int:
        """Return a number for the changes of one drag."""
        self._drags += 1
        return self._drags

    def edit(self, name: str, value: Any, drag: int = 0) -> None:
        """Change one field. Raises ExperimentError."""
        self.replace(self._spec.replace(**{name: value}), _(KNOBS[name].title), drag)

    def replace(self, spec: Spec, why: str, drag: int = 0) -> None:
        """Change to another experiment; `why` stands in the menu beside Undo. The present one is asked for once more."""
        if spec == self._spec:
            self.repeated.emit(spec)
        else:
            self.history.push(_Change(self, self._spec, spec, why, drag))

    def swap(self, shown: Spec, pinned: Spec, why: str) -> None:
        """Change to the pinned experiment and pin the shown one instead. Undo swaps them back."""
        self.history.push(_Change(self, self._spec, pinned, why, swap=(shown, pinned)))

    def _become(self, spec: Spec) -> None:
        self._spec = spec
        self.changed.emit(spec)


class _Change(QUndoCommand):
    def __init__(
        self, store: Store, old: Spec, new: Spec, why: str, drag: int = 0, swap: tuple[Spec, Spec] | None = None
    ) -> None:
        super().__init__(why)
        self._store, self.old, self.new, self._drag = store, old, new, drag
        self._swap = swap
        """For a swap, the Specs that were shown and pinned before it."""

    def id(self) -> int:
        return self._drag or -1

    def redo(self) -> None:
        if self._swap is not None:
            shown, pinned = self._swap
            self._store.swapped.emit(pinned, shown)
        self._store._become(self.new)

    def undo(self) -> None:
        if self._swap is not None:
            self._store.swapped.emit(*self._swap)
        self._store._become(self.old)

    def mergeWith(self, later: QUndoCommand) -> bool:
        assert isinstance(later, _Change)  # Qt asks only for the same id
        self.new = later.new
        self.setObsolete(self.new == self.old)
        return True
