"""Faults of the program: the banner says them, whatever has become of standard error."""

import sys
import threading

import pytest

from gradviz.app.parts.faults import FaultHooks


class Full:
    """Standard error on a disk that is full."""

    def write(self, text):
        raise OSError(28, "No space left on device")

    def flush(self):
        raise OSError(28, "No space left on device")

    def fileno(self):
        return 2


@pytest.fixture
def told(qapp, monkeypatch):
    for module in (sys, threading):
        monkeypatch.setattr(module, "excepthook", module.excepthook)
    hooks, texts = FaultHooks(), []
    hooks.happened.connect(texts.append)
    return texts


@pytest.mark.parametrize("stream", [Full(), None], ids=["full", "none"])
def test_a_fault_is_told_whatever_becomes_of_standard_error(told, monkeypatch, stream):
    monkeypatch.setattr(sys, "stderr", stream)
    sys.excepthook(ArithmeticError, ArithmeticError("no such number"), None)
    assert told == ["ArithmeticError: no such number"]
