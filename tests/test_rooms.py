"""The structure of the package: no circle between files or folders, and no folder that nobody can take in."""

import ast
from collections import Counter
from pathlib import Path

import gradviz

PACKAGE = Path(gradviz.__file__).parent
MOST_FILES = 16
"""In a folder, `__init__.py` included."""


def modules():
    """Module name → file, for every file of the package."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = ("gradviz", *path.relative_to(PACKAGE).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_of(path, known):
    """The modules of the package that a file imports: anywhere in it, for type checkers too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("gradviz"):
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in known else node.module


def graph():
    known = modules()
    return {name: set(imports_of(path, known)) - {name} for name, path in known.items()}


def room_of(module):
    """The folder of a module; a file of the top folder is a room of its own."""
    known = modules()
    is_folder = known[module].name == "__init__.py"
    folder = module if is_folder else module.rpartition(".")[0]
    return module if folder == "gradviz" else folder


def circle_in(edges):
    """A path that comes back to where it began, or nothing."""
    done, path = set(), []

    def visit(node):
        if node in path:
            return [*path[path.index(node) :], node]
        if node in done:
            return None
        path.append(node)
        for other in sorted(edges.get(node, ())):
            if circle := visit(other):
                return circle
        path.pop()
        done.add(node)
        return None

    return next(filter(None, map(visit, sorted(edges))), None)


def test_no_circle_between_files():
    assert circle_in(graph()) is None


def test_no_circle_between_rooms():
    """A folder may use another, or be used by it, and not both."""
    rooms = {}
    for module, imported in graph().items():
        rooms.setdefault(room_of(module), set()).update(room_of(each) for each in imported)
    assert circle_in({room: others - {room} for room, others in rooms.items()}) is None


def test_a_circle_is_found():
    assert circle_in({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]


def test_no_room_is_overfull():
    files = Counter(path.parent.relative_to(PACKAGE).as_posix() for path in modules().values())
    assert {folder: count for folder, count in files.items() if count > MOST_FILES} == {}


def test_the_core_knows_nothing_of_what_shows_it():
    """Only names without widgets: the catalogue, numbers as text, where resources lie, the cache, BLAS."""
    allowed = ("gradviz.core", "gradviz.i18n", "gradviz.numbers", "gradviz.assets", "gradviz.cache", "gradviz.blas")
    wrong = {
        module: bad
        for module, imported in graph().items()
        if module.startswith("gradviz.core") and (bad := {each for each in imported if not each.startswith(allowed)})
    }
    assert wrong == {}
