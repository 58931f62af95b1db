"""Finds lessons: those that come with the program, and those in the user's own files."""

from __future__ import annotations

from pathlib import Path

from gradviz.assets import resources
from gradviz.core.choices.errors import ExperimentError, Problem, unknown_name
from gradviz.core.choices.regular_files import content_of
from gradviz.core.spec import Spec
from gradviz.i18n import language
from gradviz.lessons.files.lesson_reader import read_lesson
from gradviz.lessons.files.limited_toml import LARGEST_TOML
from gradviz.lessons.lesson import Lesson

PREFIX = "lesson:"
"""Begins the name of a lesson's step where an experiment is asked for: ``lesson:NAME/STEP``."""


def lessons() -> tuple[Lesson, ...]:
    """Return the lessons that come with the program, in the order of their file names' numbers.

    Raises
    ------
    ExperimentError
        With everything that is wrong in any of them.
    """
    found: list[Lesson] = []
    problems: list[Problem] = []
    for path in _shipped():
        try:
            found.append(_from_file(path))
        except ExperimentError as error:
            problems += error.problems
    if problems:
        raise ExperimentError(problems)
    return tuple(found)


def lesson_named(name: str) -> Lesson:
    """Return the lesson with a name (with or without its number), with a number, or at the path of a .toml file.

    Raises
    ------
    ExperimentError
        When there is none, or with everything that is wrong in it.
    """
    if name.lower().endswith(".toml"):
        return _from_file(Path(name))
    shipped: dict[str, Path] = {}
    for path in _shipped():
        number, _underscore, bare = path.stem.partition("_")
        shipped |= {bare: path, path.stem: path, number: path, str(int(number)): path}
    if name not in shipped:
        raise ExperimentError([Problem("", unknown_name(name, [key for key in shipped if key.isidentifier()]))])
    return _from_file(shipped[name])


def write_starting_point(path: Path) -> None:
    """Write a lesson to start from, with comments in the language in use. Raises OSError: what is there is not replaced."""
    content = (resources() / "templates" / f"lesson.{language()}.toml").read_bytes()
    with path.open("xb") as file:
        file.write(content)


def names_step(source: str) -> bool:
    """Whether a word names a lesson's step: ``lesson:NAME/STEP``, or the path of a lesson's file, which means its first step."""
    return source.startswith(PREFIX) or source.lower().endswith(".toml")


def step_named(source: str) -> tuple[Lesson, int]:
    """Return the lesson in ``lesson:NAME/STEP`` and the index of the step, which is given by number or name; by default the first."""
    name, slash, step = source.removeprefix(PREFIX).rpartition("/")
    if not slash or step.lower().endswith(".toml"):  # a path has slashes of its own
        name, step = source.removeprefix(PREFIX), "1"
    lesson = lesson_named(name)
    return lesson, lesson.steps.index(lesson.step(step))


def step_experiment(source: str) -> Spec:
    """Return the experiment of a step, named as for `step_named`."""
    lesson, place = step_named(source)
    return lesson.steps[place].spec


def _shipped() -> list[Path]:
    return sorted((resources() / "lessons").glob("*.toml"))


def _from_file(path: Path) -> Lesson:
    return read_lesson(content_of(path, "", LARGEST_TOML), path.stem, path.parent)
