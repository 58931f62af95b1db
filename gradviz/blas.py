"""One BLAS thread while anything is computed that must have the same last bits on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from threading import Lock

from threadpoolctl import ThreadpoolController

BLAS_THREADS = 1
"""One: splitting a product among threads changes its last bits, and the window needs a core for itself."""


@cache
def threadpools() -> ThreadpoolController:
    """Return what knows the BLAS libraries of this process, found once."""
    return ThreadpoolController()


class _BlasLimit:
    """Limits matrix products to BLAS_THREADS while any pass runs: the first pass sets the limit, the last one lifts it.

    The limit applies to the whole BLAS library, not to a thread: lifting it while another pass runs would change that pass's
    last bits half way.
    """

    def __init__(self) -> None:
        self._lock, self._passes, self._limit = Lock(), 0, ExitStack()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        with self._lock:
            if not self._passes:
                self._limit.enter_context(threadpools().limit(limits=BLAS_THREADS, user_api="blas"))
            self._passes += 1
        try:
            yield
        finally:
            with self._lock:
                self._passes -= 1
                if not self._passes:
                    self._limit.close()


limited_blas = _BlasLimit()
