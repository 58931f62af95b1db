"""Reads an experiment from a line of text, a JSON file, an exported picture, a lesson's step, or standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from gradviz.core.choices.errors import ExperimentError, Problem
from gradviz.core.choices.regular_files import content_of, faults_named, path_shown
from gradviz.core.spec import LONGEST_TEXT, Spec
from gradviz.export.embedded import experiment_in
from gradviz.export.foreign import what_it_is
from gradviz.i18n import _
from gradviz.lessons.files.shelf import names_step, step_experiment

LARGEST_FILE = 256 * 2**20
"""Bytes; larger inputs are refused. A 16K picture is smaller."""

OPENING_EXPERIMENT = Spec(initializer="glorot_normal")
"""What the program opens with, and what "opening experiment" returns to: a gradient that vanishes. The defaults of a Spec are others,
so that every line of text means what it always meant.
"""

LARGEST_TEXT_FILE = 4 * LONGEST_TEXT
"""Bytes; a larger file without a picture's signature is no experiment. UTF-16 takes two bytes a letter."""


def read_experiment(source: str | None) -> Spec:
    """Return the experiment that a command-line argument names; without one (None), the opening experiment.

    Raises
    ------
    ExperimentError
        With every problem of the experiment, or because there is no such file, or no experiment in it.
    """
    if source is None:
        return OPENING_EXPERIMENT
    if source == "-":
        return _from_any(_standard_input(), _("standard input"))
    if names_step(source):
        return step_experiment(source)
    if not source.strip() or _is_text(source):
        return read_text(source)
    return read_file(source)


def names_experiment(word: str) -> bool:
    """Whether a word can only be an experiment: a line of text, a path, a lesson's step, or ``-``."""
    return (
        word in ("", "-")
        or names_step(word)
        or _is_text(word)
        or _is(Path.exists, word)
        or Path(word).suffix != ""
        or any(sign in word for sign in (os.sep, os.altsep) if sign)
    )


def read_text(text: str) -> Spec:
    """Return the experiment in a text: a line, or JSON, also the report of a run.

    Raises
    ------
    ExperimentError
        With every problem of the experiment; a text in which nothing stands is none.
    """
    if not text.strip(" \t\r\n\f\v&\ufeff"):
        raise _refused(_("there is no experiment in an empty text; a line such as depth=50&activation=tanh is one"))
    if not text.lstrip().startswith("{"):
        return Spec.from_text(text)
    line = experiment_in(text.encode(errors="replace"))
    return Spec.from_json(text) if line is None else Spec.from_text(line)


def read_file(path: str | Path) -> Spec:
    """Return the experiment in a file: JSON, a line of text, or a picture that gradviz exported.

    Raises
    ------
    ExperimentError
        With every problem of the experiment, or because the file cannot be read or holds no experiment.
    """
    return _from_any(content_of(path, "", LARGEST_FILE), path_shown(path))


def _standard_input() -> bytes:
    if sys.stdin is None:  # a program without a console
        raise _refused(_("there is no standard input"))
    with faults_named(_("standard input"), ""):
        return sys.stdin.buffer.read(LARGEST_FILE + 1)


def _from_any(content: bytes, where: str) -> Spec:
    if len(content) > LARGEST_FILE:
        raise _refused(_("{path} is too large for an experiment").format(path=where))
    if not content.strip():
        raise _refused(_("{path} is empty; there is no experiment in it").format(path=where))
    if (embedded := experiment_in(content)) is not None:
        return Spec.from_text(embedded)
    if sentence := what_it_is(content, where):
        raise _refused(sentence)
    if len(content) > LARGEST_TEXT_FILE:
        raise _refused(_("{path} is too large for an experiment").format(path=where))
    try:
        return read_text(content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig"))
    except UnicodeDecodeError:
        raise _refused(_("{path} is neither text nor a picture with an experiment in it").format(path=where)) from None


_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""Begin a text that an editor on Windows saved as "Unicode"."""


def _refused(message: str) -> ExperimentError:
    return ExperimentError([Problem("", message)])


def _is_text(source: str) -> bool:
    # A folder may well be called by the experiment whose results it holds.
    return ("=" in source or source.lstrip().startswith("{")) and not _is(Path.is_file, source)


def _is(test: Callable[[Path], bool], source: str) -> bool:
    try:
        return test(Path(source))
    except (OSError, ValueError):  # a name too long or with a NUL
        return False
