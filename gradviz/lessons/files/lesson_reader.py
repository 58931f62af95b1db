"""Reads a lesson's file. Such files also come from outside: everything in them is checked, and every error is named at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from gradviz.core.choices.errors import ExperimentError, shown
from gradviz.core.spec import KNOBS, Spec
from gradviz.i18n import _
from gradviz.lessons.files.lesson_file import (
    FormulaTable,
    LessonTable,
    LineTable,
    QuestionTable,
    StepTable,
    TextTable,
)
from gradviz.lessons.files.lesson_problems import Location, Wrong, in_our_words, missing, problem_of, step_index
from gradviz.lessons.files.lesson_values import one_line
from gradviz.lessons.files.limited_toml import parse_toml
from gradviz.lessons.lesson import Choice, Lesson, LessonStep, Question
from gradviz.lessons.wording import Bilingual, Wording

BEFORE = "before"
"""As a reference: the experiment of the step before."""


class _Experiments(NamedTuple):
    """The experiment of a step, and the one that is pinned beside it."""

    spec: Spec
    reference: Spec | None


def read_lesson(content: bytes, key: str, folder: Path | None = None) -> Lesson:
    """Read a lesson.

    Parameters
    ----------
    content : bytes
        Of the file.
    key : str
        The file's name without its ending.
    folder : Path or None
        The file's; the files that its experiments name are looked for there. None: in the current directory.

    Raises
    ------
    ExperimentError
        With everything that is wrong, each with lesson, step and place.
    """
    try:
        found = parse_toml(content)
    except ValueError as error:
        raise _no_lesson(key, str(error)) from None
    try:
        return lesson_of(found, key, folder)
    except RecursionError:  # arrays of dotted keys nest deeper than the repr of a value can follow
        raise _no_lesson(key, _("too deeply nested")) from None


def _no_lesson(key: str, reason: str) -> ExperimentError:
    return ExperimentError([problem_of(key, Wrong((), _("this is no lesson: {reason}").format(reason=reason)))])


def lesson_of(found: Mapping[str, Any], key: str, folder: Path | None = None) -> Lesson:
    """Return the lesson that a parsed file holds; `key`, `folder` and the errors are those of `read_lesson`."""
    wrong: list[Wrong] = []
    try:
        table = LessonTable.model_validate(found)
    except ValidationError as error:
        wrong += [in_our_words(details) for details in error.errors(include_url=False)]
    experiments = (
        [] if ("step",) in {each.location for each in wrong} else _Reader(folder, wrong).experiments(found.get("step", ()))
    )
    if wrong:
        raise ExperimentError([problem_of(key, each) for each in sorted(wrong, key=step_index)])
    return Lesson(
        key=key,
        title=_bilingual(table.title),
        summary=_bilingual(table.summary),
        steps=tuple(_step(*pair) for pair in zip(table.step, experiments, strict=True)),
    )


def _step(table: StepTable, experiments: _Experiments) -> LessonStep:
    board = table.board
    return LessonStep(
        name=table.name,
        title=_bilingual(table.title),
        text=_bilingual(table.text),
        spec=experiments.spec,
        reference=experiments.reference,
        claims=tuple(table.claim),
        board=board if isinstance(board, str) else tuple(map(tuple, board or ())),
        controls=tuple(table.controls),
        formula=None if table.formula is None else _bilingual(table.formula),
        question=None if table.question is None else _question(table.question),
        note=None if table.note is None else _bilingual(table.note),
        play=table.play or "",
    )


def _bilingual(found: Wording | LineTable | TextTable | FormulaTable) -> Bilingual:
    return Bilingual.same(found) if isinstance(found, Wording) else Bilingual(found.en, found.ko)


def _question(table: QuestionTable) -> Question:
    return Question(
        text=_bilingual(table.text),
        choices=tuple(Choice(_bilingual(choice.text), choice.claim) for choice in table.choices),
        answer=table.answer,
        because=_bilingual(table.because),
    )


# --- what a step takes from those before it ---


class _Reader(NamedTuple):
    """Resolves the experiments of a lesson's steps: `folder` is the lesson's, and `wrong` gathers what is wrong."""

    folder: Path | None
    wrong: list[Wrong]

    def experiments(self, steps: Sequence[Any]) -> list[_Experiments]:
        """Resolve the experiments of all steps in their order.

        The steps are read as they stand in the file, so that an error elsewhere in a step hides none here.
        """
        experiments: list[_Experiments] = []
        names: set[str] = set()
        before: Spec | None = None
        for index, table in enumerate(steps):
            here: Location = ("step", index)
            lines = _lines(table)
            if "name" in lines:
                if lines["name"] in names:
                    message = _('"{name}" is the name of a step before').format(name=shown(lines["name"]))
                    self.wrong.append(Wrong((*here, "name"), message))
                names.add(lines["name"])
            if before is None and isinstance(table, dict) and not table.keys() & {"experiment", "change"}:
                self.wrong.append(Wrong(here, missing("experiment")))
            spec = self._spec(lines, before, here)
            experiments.append(_Experiments(spec, self._reference(lines.get("reference"), before, here)))
            before = spec
        return experiments

    def _spec(self, lines: Mapping[str, str], before: Spec | None, here: Location) -> Spec:
        if "experiment" in lines:
            return self._parsed(lines["experiment"], None, (*here, "experiment"))
        if "change" not in lines:
            return before or Spec()
        if before is None:
            self.wrong.append(Wrong((*here, "change"), _("there is no step before")))
        return self._parsed(lines["change"], before, (*here, "change"))

    def _reference(self, line: str | None, before: Spec | None, here: Location) -> Spec | None:
        if line is None:
            return None
        if line != BEFORE:
            return self._parsed(line, None, (*here, "reference"))
        if before is None:
            self.wrong.append(Wrong((*here, "reference"), _("there is no step before")))
        return before

    def _parsed(self, line: str, base: Spec | None, location: Location) -> Spec:
        try:
            return self._with_whole_paths(Spec.from_text(line, base))
        except ExperimentError as error:
            self.wrong.extend(Wrong(location, str(problem)) for problem in error.problems)
            return base or Spec()

    def _with_whole_paths(self, spec: Spec) -> Spec:
        """Return an experiment whose files are looked for in the lesson's folder, wherever the program is started."""
        paths = {name: getattr(spec, name) for name, knob in KNOBS.items() if knob.opens}
        if self.folder is None or not any(paths.values()):
            return spec
        return spec.replace(**{name: str((self.folder / path).absolute()) for name, path in paths.items() if path})


def _lines(table: Any) -> dict[str, str]:
    """Return the keys of a step that hold a text; pydantic has refused the others that should."""
    if not isinstance(table, dict):
        return {}
    return {name: one_line(value) for name, value in table.items() if isinstance(value, str)}
