"""Tests lie where what they test lies."""

from collections import Counter
from pathlib import Path

import gradviz

HERE, PACKAGE = Path(__file__).parent, Path(gradviz.__file__).parent
OWN = {"gui", "oracle", "bench", "soak"}
"""Folders that are about no room of the package: what needs a window, and what compares, measures and runs for long."""


def test_every_folder_of_tests_is_a_room_of_the_package():
    folders = {file.parent.relative_to(HERE) for file in HERE.rglob("test_*.py")}
    strange = [
        str(folder) for folder in folders if folder.parts and folder.parts[0] not in OWN and not (PACKAGE / folder).is_dir()
    ]
    assert strange == []


def test_no_two_files_of_tests_have_one_name():
    """pytest imports them by their names alone."""
    names = Counter(file.name for file in HERE.rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []
