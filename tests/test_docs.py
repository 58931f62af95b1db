"""The documents say what is so."""

import re
from pathlib import Path

import pytest

from gradviz.core.spec import Spec
from gradviz.reference import reference

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]


def test_the_reference_is_what_the_program_describes():
    stored = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    assert stored == reference(), "make it anew: uv run gradviz describe --lang en > docs/reference.md"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_and_pictures_are_there(document):
    for target in re.findall(r"\]\(([^)#]+)", document.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (document.parent / target).exists(), target


def test_experiments_in_the_readme_are_experiments():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"'([a-z_]+=[^']+)'", readme)
    assert len(lines) >= 3
    for line in [*lines, "&".join(re.findall(r"--set (\S+)", readme))]:
        assert Spec.from_text(line) != Spec()


def test_the_readme_calls_the_test_command_that_ci_calls():
    assert "uv run pytest\n" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "uv run pytest\n" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
