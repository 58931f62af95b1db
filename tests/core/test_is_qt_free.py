"""The core is NumPy alone, and what needs no window loads no Qt."""

import subprocess
import sys

import pytest

import gradviz
from gradviz.core.spec import Spec


def modules_after(code: str) -> set[str]:
    report = "; import sys; print(*sys.modules)"
    child = subprocess.run([sys.executable, "-c", code + report], capture_output=True, check=True, encoding="utf-8")
    return {name.partition(".")[0] for name in child.stdout.splitlines()[-1].split()}


WINDOW = {"PySide6", "shiboken6", "pyqtgraph"}


def test_core_imports_no_qt():
    code = (
        "import pkgutil, importlib, gradviz.core as core\n"
        "for module in pkgutil.walk_packages(core.__path__, 'gradviz.core.'): importlib.import_module(module.name)\n"
        "from gradviz import *; simulate(Spec(depth=2, width=3))\npass"
    )
    assert not modules_after(code) & WINDOW


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["describe"], ["run", "depth=2&width=3"]], ids=str)
def test_commands_without_a_window_load_none(arguments):
    code = f"from gradviz.cli import run\ntry: run({arguments!r})\nexcept SystemExit: pass\npass"
    assert not modules_after(code) & WINDOW


def test_the_package_gives_out_what_it_names_and_nothing_else():
    assert gradviz.Spec is Spec
    assert {name for name in gradviz.__all__ if hasattr(gradviz, name)} == set(gradviz.__all__)
    with pytest.raises(AttributeError, match="no attribute"):
        _ = gradviz.simulated
