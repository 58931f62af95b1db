"""Keeps the Korean catalogue in step with the texts in the source.

``uv run python tests/catalogue.py`` adds the new texts, untranslated, to the catalogue, drops the stale ones and compiles it;
without a translation for each the tests fail.
"""

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "resources" / "i18n" / "ko" / "LC_MESSAGES" / "gradviz.po"
MO = PO.with_suffix(".mo")
KEYWORDS = {"_": None, "N_": None}


def template() -> Catalog:
    """Return every text that the source marks for translation."""
    catalog = Catalog(locale="ko", fuzzy=False, charset="utf-8")
    for _file, _line, message, comments, _context in extract_from_dir(str(ROOT / "gradviz"), keywords=KEYWORDS):
        catalog.add(message, auto_comments=comments)
    return catalog


def stored() -> Catalog:
    """Return the catalogue as it is in the repository."""
    with PO.open("rb") as file:
        return read_po(file, locale="ko")


def compiled(catalog: Catalog) -> bytes:
    """Return what the program reads."""
    content = io.BytesIO()
    write_mo(content, catalog)
    return content.getvalue()


def write(catalog: Catalog) -> None:
    """Store a catalogue, sorted so that a change shows as what it is."""
    with PO.open("wb") as file:
        write_po(file, catalog, omit_header=True, sort_output=True, width=120, no_location=True)
    header = b'msgid ""\nmsgstr ""\n"Language: ko\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    PO.write_bytes(header + PO.read_bytes())
    MO.write_bytes(compiled(stored()))


if __name__ == "__main__":
    fresh, old = template(), stored()
    for message in fresh:
        if message.id and message.id in old:
            message.string = old[message.id].string
    write(fresh)
