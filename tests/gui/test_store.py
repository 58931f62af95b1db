"""Every change is an undo step, and a drag is one."""

import pytest

from gradviz.app.session.store import Store
from gradviz.core.choices.errors import ExperimentError
from gradviz.core.spec import Spec


@pytest.fixture
def store(qapp):
    return Store(Spec())


def test_edit_undo_redo(store, qtbot):
    seen = []
    store.changed.connect(seen.append)
    store.edit("depth", 30)
    store.edit("activation", "tanh")
    store.history.undo()
    store.history.undo()
    store.history.redo()
    assert [(spec.depth, spec.activation) for spec in seen] == [
        (30, "sigmoid"), (30, "tanh"), (30, "sigmoid"), (20, "sigmoid"), (30, "sigmoid"),
    ]  # fmt: skip
    assert store.spec == Spec(depth=30)


def test_a_drag_is_one_step_and_two_drags_are_two(store):
    for values in ((21, 22, 23), (30, 40)):
        drag = store.new_drag()
        for depth in values:
            store.edit("depth", depth, drag)
    assert store.history.count() == 2
    store.history.undo()
    assert store.spec.depth == 23
    store.history.undo()
    assert store.spec.depth == 20


def test_a_drag_that_comes_back_leaves_no_step(store):
    drag = store.new_drag()
    store.edit("depth", 30, drag)
    store.edit("depth", 20, drag)
    assert store.history.count() == 0
    assert store.spec == Spec()


def test_what_changes_nothing_is_no_step(store):
    repeated, changed = [], []
    store.repeated.connect(repeated.append)
    store.changed.connect(changed.append)
    store.edit("depth", 20)
    assert store.history.count() == 0 and not changed
    assert repeated == [Spec()]  # the same was asked for once more


def test_a_bad_value_changes_nothing(store):
    with pytest.raises(ExperimentError):
        store.edit("depth", 0)
    assert store.spec == Spec()
    assert store.history.count() == 0


def test_edits_by_keyboard_are_steps_of_their_own(store):
    for depth in (21, 22):
        store.edit("depth", depth)
    assert store.history.count() == 2
