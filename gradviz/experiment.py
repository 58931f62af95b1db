"""Reads an experiment from a line of text, a JSON file, an exported picture, a lesson's step, or standard input."""

from __future__ import annotations

import sys
from pathlib import Path

from gradviz.core.choices.errors import ExperimentError, Problem, shown
from gradviz.core.spec import Spec
from gradviz.export.embedded import experiment_in
from gradviz.i18n import _
from gradviz.lessons.shelf import names_step, step_experiment

LONGEST_PICTURE = 256 * 2**20
"""Bytes; larger inputs are refused. A 16K picture is smaller."""


def read_experiment(source: str | None) -> Spec:
    """Return the experiment that a command-line argument names; without one, the opening experiment.

    Raises
    ------
    ExperimentError
        With every problem of the experiment, or because there is no such file, or no experiment in it.
    """
    if not source:
        return Spec()
    if source == "-":
        return _from_any(sys.stdin.buffer.read(LONGEST_PICTURE + 1), _("standard input"))
    if names_step(source):
        return step_experiment(source)
    if _is_text(source):
        return _from_bytes(source.encode(errors="replace"))
    return read_file(source)


def names_experiment(word: str) -> bool:
    """Whether a word can only be an experiment: a line of text, a path, a lesson's step, or ``-``."""
    return word == "-" or names_step(word) or _is_text(word) or _is_file(word) or Path(word).suffix != "" or "/" in word


def _is_text(source: str) -> bool:
    return ("=" in source or source.lstrip().startswith("{")) and not _is_file(source)


def read_file(path: str | Path) -> Spec:
    """Return the experiment in a file: JSON, a line of text, or a picture that gradviz exported.

    Raises
    ------
    ExperimentError
        With every problem of the experiment, or because the file cannot be read or holds no experiment.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(LONGEST_PICTURE + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        message = _("cannot read {path}: {reason}").format(path=_path_shown(path), reason=reason)
        raise ExperimentError([Problem("", message)]) from None
    return _from_any(content, _path_shown(path))


def _from_any(content: bytes, where: str) -> Spec:
    if len(content) > LONGEST_PICTURE:
        raise ExperimentError([Problem("", _("{path} is too large for an experiment").format(path=where))])
    embedded = experiment_in(content)
    if embedded is not None:
        return Spec.from_text(embedded)
    if content[:4] in (b"\x89PNG", b"%PDF") or content[:5] in (b"<?xml", b"<svg "):
        raise ExperimentError([Problem("", _("there is no experiment in {path}").format(path=where))])
    return _from_bytes(content)


def _from_bytes(content: bytes) -> Spec:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ExperimentError([Problem("", _("this is neither text nor a picture with an experiment in it"))]) from None
    return Spec.from_json(text) if text.lstrip().startswith("{") else Spec.from_text(text)


def _path_shown(path: str | Path) -> str:
    return shown(str(path), longest=300)


def _is_file(source: str) -> bool:
    try:
        return Path(source).is_file()
    except (OSError, ValueError):  # a name too long or with a NUL
        return False
