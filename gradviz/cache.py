"""One bounded cache for values that are costly to recompute: random draws, theory tables, answers.

Everything kept between two runs is in `CACHE`, under a key that names all it depends on. When the budget is exceeded, the least
recently used entries are dropped first. Entries that several runs have not used are dropped even within the budget, so that
the draws of the largest networks do not stay after a visit to them.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, NamedTuple, ParamSpec, TypeVar

BUDGET = 448 * 2**20
"""Bytes. 152 layers of 512 units in float32 need 152 MiB of draws, and as much again for their sorted copies."""

GENERATIONS = 6
"""Number of runs an unused entry is kept for: enough to compare with a few other experiments and come back."""

SMALL = 64 * 2**20
"""Bytes held in all, below which no entry is dropped for being unused."""

PLAIN_BYTES = 256
"""Bytes counted for a number, a name or a small record, key included."""

T = TypeVar("T")
P = ParamSpec("P")


class _Entry(NamedTuple):
    value: Any
    size: int
    generation: int


def bytes_of(value: Any) -> int:
    """Return about how many bytes a value takes, counting the arrays inside tuples and lists."""
    if isinstance(value, tuple | list):
        return PLAIN_BYTES + sum(map(bytes_of, value))
    if isinstance(value, bytes | str):
        return PLAIN_BYTES + len(value)
    return PLAIN_BYTES + int(getattr(value, "nbytes", 0))


class Cache:
    """A least-recently-used cache within a budget of bytes. Thread-safe."""

    def __init__(self, budget: int = BUDGET) -> None:
        self._budget = budget
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._held = 0
        self._generation = 0
        self._lock = threading.Lock()

    @property
    def budget(self) -> int:
        """The number of bytes that may be held."""
        return self._budget

    @budget.setter
    def budget(self, budget: int) -> None:
        with self._lock:
            self._budget = budget
            self._shrink_to(budget)

    @property
    def held(self) -> int:
        """The number of bytes held now."""
        return self._held

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value of a key, calling `make` if it is missing. A value larger than the budget is made again each time."""
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
                self._shrink_to(self._budget)
        return value

    def begin_generation(self) -> None:
        """Start a new run, and drop entries unused in the last GENERATIONS runs while more than SMALL bytes are held."""
        with self._lock:
            self._generation += 1
            while self._held > SMALL and self._is_oldest_stale():
                self._drop_oldest()

    def clear(self) -> None:
        """Drop every entry."""
        with self._lock:
            self._entries.clear()
            self._held = 0

    def _is_oldest_stale(self) -> bool:
        oldest = next(iter(self._entries.values()))
        return oldest.generation < self._generation - GENERATIONS

    def _shrink_to(self, budget: int) -> None:
        while self._held > budget:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        _key, entry = self._entries.popitem(last=False)
        self._held -= entry.size


CACHE = Cache()
"""The program's only cache."""


def remembered(function: Callable[P, T]) -> Callable[P, T]:
    """Decorate a pure function of hashable arguments to keep its results in `CACHE`."""
    name = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def from_cache(*args: P.args, **named: P.kwargs) -> T:
        return CACHE.get((name, args, tuple(named.items())), lambda: function(*args, **named))

    return from_cache
