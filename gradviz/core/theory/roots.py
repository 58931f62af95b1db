"""Root finding for functions of one number."""

from collections.abc import Callable

CLOSE = 1e-14
"""The width of the interval at which the search stops."""


def root(f: Callable[[float], float], low: float, high: float) -> float:
    """Return the point between `low` and `high` where f changes sign, to about 1e-14, by bisection.

    Some 50 calls take a few ms; importing SciPy's root finders would delay the window by 0.7 s.
    """
    falls = f(low) > 0
    while high - low > CLOSE and low < (middle := (low + high) / 2) < high:
        low, high = (low, middle) if (f(middle) < 0) is falls else (middle, high)
    return (low + high) / 2
