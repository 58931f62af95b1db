"""One term for one thing: the glossary's words are the ones in use, and none of the others is."""

from pathlib import Path

import pytest
from catalogue import stored

from gradviz.lessons.files.shelf import lessons

GLOSSARY = Path(__file__).resolve().parent.parent / "docs" / "glossary.md"
ROWS = [
    [cell.strip() for cell in line.replace("\\|", "¦").strip("|").split("|")]
    for line in GLOSSARY.read_text("utf-8").splitlines()
    if line.startswith("| ") and "한국어" not in line
]
PART_OF_OTHERS = {"경사", "편차", "폭", "노드", "레이어", "계층", "활성 함수"}
"""Also parts of other words (기울기 폭주, 표준편차), or meant otherwise."""


def korean_texts():
    yield from (str(message.string) for message in stored() if message.id)
    for lesson in lessons():
        yield from (str(lesson.title.ko), str(lesson.summary.ko))
        for step in lesson.steps:
            yield from (str(step.title.ko), str(step.text.ko))


KOREAN = "\n".join(korean_texts())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_term_is_in_use_and_the_others_are_not(row):
    _english, terms, others, _meaning = row
    assert all(word in KOREAN for term in terms.split(",") for word in term.split())
    for other in (word.strip() for word in others.split(",")):
        if other not in PART_OF_OTHERS:
            assert other not in KOREAN, other
