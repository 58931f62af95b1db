"""One bounded store for what is costly to make again: random draws, tables of the theory, answers.

Everything that is remembered between two runs lies in `CACHE`, under a key that says all it depends on. What was not used for
longest goes first when the budget is reached, and what several runs have not used goes without that: after a visit to the
largest networks their draws do not stay.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, NamedTuple, ParamSpec, TypeVar

BUDGET = 448 * 2**20
"""Bytes. 152 layers of 512 units in float32 have draws of 152 MiB, and as much again in order."""

GENERATIONS = 6
"""Runs that an entry outlives without being used: enough to compare with a few others and come back."""

SMALL = 64 * 2**20
"""Bytes below which entries may stay however long they are not used."""

PLAIN_BYTES = 256
"""What a number, a name or a small record counts as, its key included."""

T = TypeVar("T")
P = ParamSpec("P")


class _Entry(NamedTuple):
    value: Any
    size: int
    generation: int


def bytes_of(value: Any) -> int:
    """Return about how many bytes a value holds: the arrays in it, through tuples and lists."""
    if isinstance(value, tuple | list):
        return PLAIN_BYTES + sum(map(bytes_of, value))
    if isinstance(value, bytes | str):
        return PLAIN_BYTES + len(value)
    return PLAIN_BYTES + int(getattr(value, "nbytes", 0))


class Cache:
    """Values by key, within a budget of bytes. Any thread may use it."""

    def __init__(self, budget: int = BUDGET) -> None:
        self._budget = budget
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._held = 0
        self._generation = 0
        self._lock = threading.Lock()

    @property
    def budget(self) -> int:
        """How many bytes may be held."""
        return self._budget

    @budget.setter
    def budget(self, budget: int) -> None:
        with self._lock:
            self._budget = budget
            self._drop_beyond(budget)

    @property
    def held(self) -> int:
        """How many bytes are held."""
        return self._held

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value of a key, made if it is not there. What is larger than the budget is made each time."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                self._entries.move_to_end(key)
                if entry.generation != self._generation:
                    self._entries[key] = entry._replace(generation=self._generation)
                known: T = entry.value
                return known
        value = make()
        size = bytes_of(value)
        with self._lock:
            if key not in self._entries and size <= self._budget:
                self._entries[key] = _Entry(value, size, self._generation)
                self._held += size
                self._drop_beyond(self._budget)
        return value

    def begin_generation(self) -> None:
        """Count one run more, and let go of what the last ones have not used."""
        with self._lock:
            self._generation += 1
            while self._held > SMALL and self._is_oldest_unused():
                self._drop_oldest()

    def clear(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._entries.clear()
            self._held = 0

    def _is_oldest_unused(self) -> bool:
        oldest = next(iter(self._entries.values()))
        return oldest.generation < self._generation - GENERATIONS

    def _drop_beyond(self, budget: int) -> None:
        while self._held > budget:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        _key, entry = self._entries.popitem(last=False)
        self._held -= entry.size


CACHE = Cache()
"""The one that the program uses."""


def remembered(function: Callable[P, T]) -> Callable[P, T]:
    """Let a pure function of hashable arguments keep its answers in `CACHE`."""
    name = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def from_cache(*args: P.args, **named: P.kwargs) -> T:
        return CACHE.get((name, args, tuple(named.items())), lambda: function(*args, **named))

    return from_cache
