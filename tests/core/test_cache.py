"""The cache: bounded, shared by threads, and rid of what several runs have not used."""

import threading

import numpy as np

from gradviz.cache import GENERATIONS, PLAIN_BYTES, SMALL, Cache, bytes_of, remembered


def array(_name="", size=1000):
    return np.zeros(size, np.uint8)


def test_the_budget_holds_and_the_least_recently_used_goes_first():
    cache, made = Cache(budget=3 * (1000 + PLAIN_BYTES)), []

    def get(name):
        return cache.get(name, lambda: made.append(name) or array())

    for name in "abcab":
        get(name)
    assert made == ["a", "b", "c"]
    get("d")  # c was not used for longest
    assert cache.held == 3 * (1000 + PLAIN_BYTES)
    get("a"), get("b"), get("c")
    assert made == ["a", "b", "c", "d", "c"]


def test_what_is_larger_than_the_budget_is_made_each_time():
    cache, made = Cache(budget=100), []
    for _time in range(2):
        cache.get("large", lambda: made.append(1) or array())
    assert len(made) == 2 and cache.held == 0


def test_a_smaller_budget_takes_effect_at_once():
    cache = Cache(budget=10**6)
    for name in range(100):
        cache.get(name, array)
    cache.budget = 5 * (1000 + PLAIN_BYTES)
    assert cache.held <= cache.budget and cache.held > 0
    cache.clear()
    assert cache.held == 0


def test_what_several_runs_have_not_used_goes_when_it_is_much():
    """A visit to the largest networks leaves nothing behind; what is small may stay."""
    cache = Cache(budget=4 * SMALL)
    cache.get("small and old", array)
    for name in "xy":
        cache.get(name, lambda: array(size=SMALL))
    for _run in range(GENERATIONS):
        cache.begin_generation()
        cache.get("y", array)
    assert cache.held > 2 * SMALL
    cache.begin_generation()
    cache.begin_generation()
    assert SMALL < cache.held < 1.1 * SMALL  # y was used all the time


def test_sizes_are_those_of_the_arrays_within():
    assert bytes_of((array(), [array(), 1.0])) == 2000 + 5 * PLAIN_BYTES


def test_a_remembered_function_is_asked_once_for_the_same_arguments():
    asked = []

    @remembered
    def double(x, *, more=0):
        asked.append(x)
        return 2 * x + more

    assert [double(1), double(1), double(2), double(1, more=1)] == [2, 2, 4, 3]
    assert asked == [1, 2, 1]


def test_threads_get_one_and_the_same_value():
    cache, found = Cache(), []
    barrier = threading.Barrier(4)

    def ask():
        barrier.wait()
        found.extend(cache.get(name, array) for name in range(50))

    threads = [threading.Thread(target=ask) for _thread in range(4)]
    [thread.start() for thread in threads], [thread.join() for thread in threads]
    assert len(found) == 200 and cache.held == 50 * (1000 + PLAIN_BYTES)
