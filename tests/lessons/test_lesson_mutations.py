"""Whatever is done to a lesson's file, it is a lesson or says what is wrong; nothing else comes out of reading it."""

import copy
import datetime
import tomllib

from hypothesis import given, settings
from hypothesis import strategies as st

from gradviz.assets import resources
from gradviz.core.choices.errors import ExperimentError
from gradviz.lessons.files.lesson_reader import lesson_of, read_lesson
from gradviz.lessons.lesson import Lesson

FILES = {path.stem: path.read_text(encoding="utf-8") for path in sorted((resources() / "lessons").glob("*.toml"))}
TREES = {name: tomllib.loads(text) for name, text in FILES.items()}

SNIPPETS = (
    "[",
    "]",
    "{",
    "}",
    '"',
    "'",
    "=",
    ".",
    ",",
    "\n",
    "\\",
    "#",
    "\0",
    "é",
    "[[step]]\n",
    "[step]\n",
    'change = ""\n',
    "1",
    "nan",
)
SNIPPETS += (
    '"""',
    "'''",
    '[step.question]\nen = "?"\n',
    'experiment = "depth=1e9&depth=2"\n',
    'claim = ["L[1:2] == theory.L"]\n',
)


def outcome(read):
    """Return the lesson, or what is wrong with it; any other exception fails the test."""
    try:
        lesson = read()
    except ExperimentError as error:
        assert error.problems
        assert all(str(problem).startswith("lesson mine") and len(str(problem)) < 3000 for problem in error.problems)
        return error
    assert isinstance(lesson, Lesson)
    assert lesson.steps
    hash(lesson)
    return lesson


@st.composite
def edited(draw):
    """Draw a file with a few pieces cut out, doubled, moved or put in."""
    text = draw(st.sampled_from(list(FILES.values())))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 60)))
        to = draw(st.integers(0, len(text)))
        piece = draw(st.one_of(st.just(""), st.just(text[start:end] * 2), st.sampled_from(SNIPPETS)))
        text = draw(st.sampled_from([text[:start] + piece + text[end:], text[:to] + text[start:end] + text[to:]]))
    return text.encode()


@settings(max_examples=300, deadline=None)
@given(edited())
def test_an_edited_file_is_a_lesson_or_an_error_with_its_place(content):
    outcome(lambda: read_lesson(content, "mine"))


SCALARS = st.one_of(
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from(["before", "network", "lecture", "depth", "whole", "L == 5", "depth=3&width=4", "gain=0.5", "x" * 1300]),
    st.just(datetime.date(1970, 1, 1)),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(["en", "ko", "name", "#x", ""]), inner, max_size=3)
    ),
    max_leaves=8,
)


def places(tree, path=()):
    """Yield the path of everything in a parsed file."""
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


@st.composite
def changed(draw):
    """Draw a parsed file in which a few values are others, gone, doubled or under another key."""
    tree = copy.deepcopy(draw(st.sampled_from(list(TREES.values()))))
    for _ in range(draw(st.integers(1, 4))):
        *above, key = draw(st.sampled_from(list(places(tree))))
        holder = tree
        for part in above:
            holder = holder[part]
        draw(st.sampled_from([put, drop, double]))(draw, holder, key)
        if not tree:
            break
    return tree


def put(draw, holder, key):
    holder[key] = draw(VALUES)


def drop(draw, holder, key):
    del holder[key]


def double(draw, holder, key):
    if isinstance(holder, list):
        holder.insert(key, copy.deepcopy(holder[key]))
    else:
        holder[draw(st.sampled_from(["name", "claim", "change", "reference", "board", "nmae", "#all"]))] = holder[key]


@settings(max_examples=300, deadline=None)
@given(changed())
def test_a_changed_tree_is_a_lesson_or_an_error_with_its_place(tree):
    outcome(lambda: lesson_of(tree, "mine"))


def test_arrays_of_dotted_keys_nest_deeper_than_a_message_can_follow():
    """Each line keeps the limit of dots; together they are 9,000 levels deep, and the value's repr cannot be taken."""
    dotted = ".".join("a" * 99)
    content = "[[step]]\nname = [\n" + f"[\n{{{dotted} = " * 90 + "1" + "}]" * 90 + "]"
    assert "too deeply nested" in str(outcome(lambda: read_lesson(content.encode(), "mine")))


def test_the_shipped_lessons_come_through_unchanged():
    for name, tree in TREES.items():
        assert outcome(lambda tree=tree: lesson_of(tree, "mine")).steps == read_lesson(FILES[name].encode(), "mine").steps
