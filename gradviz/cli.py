"""The command line. Qt is imported only in the branches that need it.

Exit status 0 done, 1 the run failed, 2 wrong usage or an invalid experiment, 3 no display or a missing system library, 130
interrupted. Data goes to standard output, everything else to standard error.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from gradviz import __version__, streams
from gradviz.commands import COMMANDS, DRAWING_COMMANDS
from gradviz.core.choices.errors import ExperimentError, Problem, shown, unknown_name
from gradviz.core.choices.regular_files import LONGEST_PATH
from gradviz.core.spec import Spec
from gradviz.experiment import names_experiment, read_experiment
from gradviz.export.limits import ENDINGS, HANDOUT_ENDINGS, LARGEST, SMALLEST, PictureTooLargeError, ending_of
from gradviz.i18n import LANGUAGES, _, system_language, use_language
from gradviz.lessons.files.shelf import names_step, step_named
from gradviz.panels import PANELS, panel_key
from gradviz.panels.layouts import LAYOUTS, OPENING, layout_of, stacked
from gradviz.panels.parts.themes import THEMES

if TYPE_CHECKING:
    from gradviz.core.frame import Frame
    from gradviz.lessons.lesson import Lesson

DONE, FAILED, WRONG, LACKING, INTERRUPTED = 0, 1, 2, 3, 130

T = TypeVar("T")


def run(arguments: Sequence[str]) -> int:
    """Run one command and return the exit status."""
    use_language(_language_in(arguments))
    options = _parser().parse_args(_with_command(arguments))
    try:
        status: int = options.run(options)
    except ExperimentError as error:
        return _complain(*error.lines(), status=WRONG)
    except BrokenPipeError:
        # Whoever read us has seen enough (`| head`). Nothing more can be written, at exit neither.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return _complain(_("interrupted"), status=INTERRUPTED)
    except PictureTooLargeError as error:
        return _complain(str(error), status=FAILED)
    except MemoryError:
        return _complain(_("there is not enough memory: make width, depth or batch smaller"), status=FAILED)
    except OSError as error:
        return _complain(_text_of(error), status=FAILED)
    return status


def _text_of(error: OSError) -> str:
    """Return what the system says, with the name of the file in words."""
    if error.filename is None or error.strerror is None:
        return str(error)
    return f"{shown(str(error.filename), LONGEST_PATH)}: {error.strerror}"


def _complain(*lines: str, status: int) -> int:
    for line in lines:
        streams.tell(line)
    return status


# --- the commands ---


def _show(options: argparse.Namespace) -> int:
    spec = _spec(options)
    status = _lacks("require_window")
    if status:
        return status
    gc.disable()  # what is imported and made from here on stays; `open_window` goes on collecting after the first picture
    from gradviz.app.main import open_window

    return open_window(
        spec if options.experiment or options.set else None,
        language=options.lang,
        theme=options.theme,
        step=_step(options),
    )


def _run(options: argparse.Namespace) -> int:
    from gradviz.core.budget import refuse_what_does_not_fit, traced_bytes
    from gradviz.core.simulate import trace
    from gradviz.progress import done_with_bar

    spec = _spec(options)
    on_stdout = [name for name in ("csv", "json", "arrays") if getattr(options, name) == "-"]
    if len(on_stdout) > 1 or "arrays" in on_stdout:
        return _complain(_("standard output takes one of --csv - and --json -, and no arrays"), status=WRONG)
    files = {name: path for name in ("csv", "json", "arrays") if (path := getattr(options, name)) not in (None, "-")}
    # Whatever can be known to fail is said before anything is computed or written.
    for path in files.values():
        _refuse_missing_folder(path)
    if "arrays" in files:
        refuse_what_does_not_fit(spec, traced_bytes)
    frame = _simulated(spec)
    if files:
        from gradviz.export import tables as table

        write: dict[str, Callable[[str], None]] = {
            "csv": lambda path: table.write_csv(frame, path),
            "json": lambda path: table.write_json(frame, path),
            "arrays": lambda path: table.write_arrays(done_with_bar(partial(trace, spec)), path),
        }
        for name, path in files.items():
            write[name](path)
    if on_stdout == ["csv"]:
        from gradviz.report.formats import csv_text

        sys.stdout.write(csv_text(frame))
    elif on_stdout == ["json"]:
        from gradviz.report.formats import json_text

        text = json_text(frame)
        sys.stdout.write(text if streams.can_write(text) else json_text(frame, only_ascii=True))
    else:
        from gradviz.report.table import report

        print(report(frame))
    return DONE


def _simulated(spec: Spec) -> Frame:
    """Run an experiment; where that takes long, say how long, and how far it is."""
    from gradviz.core.budget import expected_seconds, needed_bytes, refuse_what_does_not_fit
    from gradviz.core.simulate import simulate
    from gradviz.progress import announce, done_with_bar

    refuse_what_does_not_fit(spec, needed_bytes)
    announce(expected_seconds(spec))
    frame = done_with_bar(partial(simulate, spec))
    if frame.reading is not None:
        from gradviz.report.words import reading_text

        _complain(reading_text(spec.data_file, frame.reading), status=DONE)
    return frame


def _refuse_missing_folder(path: str | Path) -> None:
    if not Path(path).absolute().parent.is_dir():
        raise OSError(_("cannot write {path}: there is no such folder").format(path=path))


def _export(options: argparse.Namespace) -> int:
    problems: list[Problem] = []
    lesson, place = None, 0
    try:
        spec = _spec(options)
        lesson, place = _step(options) or (None, 0)
    except ExperimentError as error:
        problems, spec = list(error.problems), Spec()
    else:
        if options.at is not None and not 1 <= options.at <= spec.depth:
            message = _("{value} is outside {low} … {high}").format(value=options.at, low=1, high=spec.depth)
            problems.append(Problem("--at", message))
    if not all(SMALLEST <= side <= LARGEST for side in options.size):
        limits = {"size": "×".join(map(str, options.size)), "low": SMALLEST, "high": LARGEST}
        problems.append(
            Problem("--size", _("{size} is no size for a picture: each side has {low} to {high} pixels").format(**limits))
        )
    problems += _ending_problems(options.output, ENDINGS)
    if problems:
        raise ExperimentError(problems)
    status = _lacks("require_drawing")
    if status:
        return status
    _draw_without_display()
    from gradviz.app.headless import offscreen_application
    from gradviz.core.runs.playhead import Playhead
    from gradviz.core.runs.scene import Scene
    from gradviz.export.figure import write_figure
    from gradviz.export.picture import Figure

    board = options.layout or (lesson.board_at(place) if lesson else ())
    layout = stacked(tuple(dict.fromkeys(options.panel))) if options.panel else layout_of(board) or OPENING.rows
    figure = Figure(layout, options.size, options.theme or "light", options.dpi)
    frame = _simulated(spec)
    step = lesson.steps[place] if lesson else None
    pinned = _simulated(step.reference) if step and step.reference else None
    playhead = Playhead.after(step.play if step else "", frame.depth) if options.at is None else Playhead(options.at)
    with offscreen_application():
        write_figure(Scene.of(frame, playhead, pinned), figure, options.output)
    return DONE


def _handout(options: argparse.Namespace) -> int:
    from gradviz.export.handout.sections import Handout
    from gradviz.lessons.files.shelf import lesson_named

    problems = _ending_problems(options.output, HANDOUT_ENDINGS)
    try:
        lesson = lesson_named(options.lesson)
    except ExperimentError as error:
        raise ExperimentError([*error.problems, *problems]) from None
    if problems:
        raise ExperimentError(problems)
    _refuse_missing_folder(options.output)
    status = _lacks("require_drawing")
    if status:
        return status
    _draw_without_display()
    from gradviz.app.headless import offscreen_application
    from gradviz.export.handout.handout import write_handout
    from gradviz.progress import done_with_bar

    handout = done_with_bar(lambda tick: Handout.of(lesson, options.theme or "light", has_notes=options.notes, tick=tick))
    with offscreen_application():
        write_handout(handout, options.output)
    return DONE


def _draw_without_display() -> None:
    """Let Qt draw to memory, whatever platform the environment names for windows: that one may want a display, or not exist."""
    from gradviz.system import NO_DISPLAY_NEEDED, wanted_platform

    if wanted_platform() not in NO_DISPLAY_NEEDED:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"


def _ending_problems(path: Path, endings: Sequence[str], option: str = "-o") -> list[Problem]:
    if ending_of(path) in endings:
        return []
    known = ", ".join(f".{ending}" for ending in endings)
    return [Problem(option, _('"{path}" ends in none of {known}').format(path=path, known=known))]


def _describe(options: argparse.Namespace) -> int:
    if options.schema:
        import json

        print(json.dumps(Spec.model_json_schema(), indent=2))
    else:
        from gradviz.reference import reference

        sys.stdout.write(reference())
    return DONE


def _lessons(options: argparse.Namespace) -> int:
    from gradviz.lessons.check import check
    from gradviz.lessons.files.shelf import lesson_named, lessons
    from gradviz.lessons.text import check_text, lesson_text, list_text
    from gradviz.progress import Bar, done_with_bar

    if options.schema:
        return _print_lesson_schema()
    if options.new:
        return _new_lesson(options.new)
    chosen = (lesson_named(options.name),) if options.name else lessons()
    if not options.check:
        print(lesson_text(chosen[0]) if options.name else list_text(chosen))
        return DONE
    status = DONE
    bar = Bar()
    for place, lesson in enumerate(chosen):
        report = done_with_bar(_without_ticks(partial(check, lesson)), bar, place, len(chosen))
        print(check_text(lesson, report), flush=True)
        status = FAILED if report.failures else status
    return status


def _new_lesson(path: Path) -> int:
    from gradviz.lessons.files.shelf import write_starting_point

    problems = _ending_problems(path, ["toml"], "--new")
    if problems:
        raise ExperimentError(problems)
    _refuse_missing_folder(path)
    try:
        write_starting_point(path)
    except FileExistsError:
        return _complain(_("{path} is there already, and stays as it is").format(path=path), status=WRONG)
    return DONE


def _print_lesson_schema() -> int:
    import json

    from gradviz.lessons.files.lesson_file import lesson_schema

    print(json.dumps(lesson_schema(), indent=2))
    return DONE


def _without_ticks(work: Callable[[], T]) -> Callable[[object], T]:
    """Return a work that does not say how far it is."""
    return lambda _tick: work()


def _cards(options: argparse.Namespace) -> int:
    from gradviz.lessons.cards import CARDS, reproduce
    from gradviz.lessons.text import card_text
    from gradviz.progress import Bar, done_with_bar

    if options.name and options.name not in CARDS:
        return _complain(unknown_name(options.name, list(CARDS)), status=WRONG)
    chosen = [CARDS[options.name]] if options.name else list(CARDS.values())
    bar, count = Bar(), len(chosen)
    works = (_without_ticks(partial(reproduce, card)) for card in chosen)
    results = [done_with_bar(work, bar, place, count) for place, work in enumerate(works)]
    print("\n\n".join(map(card_text, results)))
    return DONE if all(result.holds for result in results) else FAILED


def _doctor(options: argparse.Namespace) -> int:
    from gradviz.system import examine

    findings = examine()
    for finding in findings:
        print(f"{'✓' if finding.ok else '✗'} {finding.what}" + (f": {finding.mend}" if finding.mend else ""))
    return DONE if all(finding.ok for finding in findings) else LACKING


def _lacks(requirement: str) -> int:
    from gradviz import system

    try:
        getattr(system, requirement)()
    except system.NoSuchPlatformError as error:
        return _complain(str(error), status=WRONG)
    except system.SystemLacksError as error:
        return _complain(str(error), status=LACKING)
    return DONE


def _spec(options: argparse.Namespace) -> Spec:
    """Return the experiment that was asked for, or raise everything that is wrong with it at once."""
    changes = "&".join(options.set or [])
    try:
        base = read_experiment(options.experiment)
    except ExperimentError as error:
        try:
            Spec.from_text(changes)
        except ExperimentError as another:
            raise ExperimentError([*error.problems, *another.problems]) from None
        raise
    return Spec.from_text(changes, base)


def _step(options: argparse.Namespace) -> tuple[Lesson, int] | None:
    """Return the lesson's step that is asked for, or None. One that is changed is but an experiment: without text, board and reference."""
    is_step = options.experiment and names_step(options.experiment) and not options.set
    return step_named(options.experiment) if is_step else None


# --- the arguments ---


class _Parser(argparse.ArgumentParser):
    """argparse, with the nearest command named when one is misspelt, and no option by half its name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        words = [word for word in sys.argv[1:] if not word.startswith("-")]
        if "invalid choice" in message and words and (near := get_close_matches(words[0], COMMANDS, n=1)):
            message += "; " + _('did you mean "{nearest}"?').format(nearest=near[0])
        super().error(message)


def _size(text: str) -> tuple[int, int]:
    width, cross, height = text.lower().replace("×", "x").partition("x")
    if not (cross and width.isdecimal() and height.isdecimal() and len(width) < 7 and len(height) < 7):
        raise argparse.ArgumentTypeError(_('"{text}" is not of the form 1920x1080').format(text=text))
    return int(width), int(height)


def _dots(text: str) -> int:
    if not (text.isdecimal() and len(text) < 6 and 36 <= int(text) <= 2400):
        raise argparse.ArgumentTypeError(_('"{text}" is outside 36 … 2400').format(text=text))
    return int(text)


def _name_in(table: Sequence[str]) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text not in table:
            raise argparse.ArgumentTypeError(unknown_name(text, list(table)))
        return text

    return check


def _with_command(arguments: Sequence[str]) -> Sequence[str]:
    """Put ``show`` in front where no command stands, and a command in front of options that were given before it."""
    options, rest = [], list(arguments)
    while rest and rest[0].startswith("-") and rest[0] not in ("-", "-h", "--help", "--version"):
        takes_a_word = "=" not in rest[0] and len(rest) > 1
        options += [rest.pop(0) for _word in range(1 + takes_a_word)]
    if rest and rest[0] in COMMANDS:
        return [rest[0], *options, *rest[1:]]
    return ["show", *options, *rest] if options or (rest and names_experiment(rest[0])) else rest


def _language_in(arguments: Sequence[str]) -> str:
    """Return the language asked for, before anything is parsed: the parser's own texts are in it."""
    asked = dict(pairwise(arguments)).get("--lang")
    wanted = next((word[7:] for word in arguments if word.startswith("--lang=")), asked) or system_language()
    # What is drawn has its language whatever standard output can write.
    is_printed = next(iter(_with_command(arguments)), "") not in DRAWING_COMMANDS
    return "en" if wanted == "ko" and is_printed and not streams.can_write(streams.HANGUL) else wanted


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="gradviz", description=_("See vanishing and exploding gradients, in a real network simulated in NumPy.")
    )
    parser.add_argument("--version", action="version", version=f"gradviz {__version__}")
    experiment = _Parser(add_help=False)
    experiment.add_argument(
        "experiment",
        nargs="?",
        metavar="EXPERIMENT",
        help=_(
            "a line such as depth=50&activation=tanh, a .json file, an exported picture, a lesson's step lesson:NAME/STEP, "
            "or - for standard input"
        ),
    )
    experiment.add_argument(
        "--set", action="append", metavar="FIELD=VALUE", help=_("change one field (gradviz describe lists them)")
    )
    language = _Parser(add_help=False)
    language.add_argument("--lang", type=_name_in(list(LANGUAGES)), metavar="|".join(LANGUAGES), help=_("language"))
    theme = _Parser(add_help=False)
    theme.add_argument("--theme", type=_name_in(list(THEMES)), metavar="|".join(THEMES), help=_("colours"))

    parser.set_defaults(run=_show, experiment=None, set=None, lang=None, theme=None)
    commands = parser.add_subparsers(metavar="COMMAND", title=_("commands"))
    made = {}
    for name, (command, text, parents) in {
        "show": (_show, _("open the window (also without a command)"), [experiment, language, theme]),
        "run": (_run, _("simulate, and print a table per layer and the verdict"), [experiment, language]),
        "export": (_export, _("draw panels to a file; needs no display"), [experiment, language, theme]),
        "handout": (_handout, _("put a lesson on paper, its answers at the end; needs no display"), [language, theme]),
        "describe": (_describe, _("print the reference of fields, activations, initializers, measures and panels"), [language]),
        "lessons": (_lessons, _("list the lessons, print one, or check what it claims"), [language]),
        "cards": (
            _cards,
            _("run published experiments: what was published, what comes out here, and what theory says"),
            [language],
        ),
        "doctor": (_doctor, _("say what this machine lacks, with the line that installs it"), [language]),
    }.items():
        made[name] = commands.add_parser(name, help=text, description=text, parents=parents)
        made[name].set_defaults(run=command)
    for name, text in {
        "csv": _("write the measures as CSV (- for standard output)"),
        "json": _("write experiment, verdict and measures as JSON (- for standard output)"),
        "arrays": _("write the arrays of the pass as NPZ"),
    }.items():
        made["run"].add_argument(f"--{name}", metavar="FILE", help=text)
    picture = made["export"].add_argument
    picture(
        "--panel",
        nargs="+",
        action="extend",
        type=lambda text: _name_in(list(PANELS))(panel_key(text)),
        metavar="KEY",
        help=_("which panels, below one another: {keys}").format(keys=", ".join(PANELS)),
    )
    picture(
        "--layout",
        type=_name_in(list(LAYOUTS)),
        metavar="KEY",
        help=_("or a layout: {keys}; by default {opening}, or the board of a lesson's step").format(
            keys=", ".join(LAYOUTS), opening=OPENING.key
        ),
    )
    picture("--at", type=int, metavar="LAYER", help=_("the layer that is brought out"))
    picture("--size", type=_size, default=(1920, 1080), metavar="WxH", help=_("in pixels, 1920x1080 by default"))
    picture("--dpi", type=_dots, metavar="N", help=_("dots per inch, for print: 300"))
    picture("-o", "--output", required=True, metavar="FILE", type=Path, help=_(".png, .svg or .pdf"))
    handout = made["handout"].add_argument
    handout("lesson", metavar="LESSON", help=_("a lesson's name or number, or a .toml file of your own"))
    handout("--notes", action="store_true", help=_("with the lecturer's notes"))
    handout("-o", "--output", required=True, metavar="FILE", type=Path, help=_(".pdf or .html"))
    made["lessons"].add_argument("name", nargs="?", metavar="NAME", help=_("a lesson's name, or a .toml file of your own"))
    made["lessons"].add_argument(
        "--check", action="store_true", help=_("run every step: do its claims hold, are its numbers and answers right?")
    )
    made["lessons"].add_argument(
        "--new", metavar="FILE", type=Path, help=_("write a lesson to start from, with comments, into a .toml file")
    )
    made["lessons"].add_argument(
        "--schema",
        action="store_true",
        help=_(
            "the JSON Schema of a lesson's file; saved as lesson.schema.json, editors read it after #:schema ./lesson.schema.json"
        ),
    )
    made["cards"].add_argument("name", nargs="?", metavar="NAME", help=_("which card; all by default"))
    made["describe"].add_argument("--schema", action="store_true", help=_("the JSON Schema of an experiment instead"))
    return parser
