"""Where a function of one number is 0."""

from collections.abc import Callable

CLOSE = 1e-14


def root(f: Callable[[float], float], low: float, high: float) -> float:
    """Return where f changes its sign between two numbers, to about 1e-14, by bisection.

    Some 50 calls: a few ms, where importing SciPy's search would hold up the window for 0.7 s.
    """
    falls = f(low) > 0
    while high - low > CLOSE and low < (middle := (low + high) / 2) < high:
        low, high = (low, middle) if (f(middle) < 0) is falls else (middle, high)
    return (low + high) / 2
