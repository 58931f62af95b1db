"""Both languages are complete: a text that is missing, stale or changed fails here."""

import gettext
import string

import pytest
from catalogue import MO, stored, template

from gradviz.core.spec import KNOBS
from gradviz.i18n import LANGUAGES, N_, _, language, system_language, use_language


def test_every_text_of_the_source_is_translated_and_nothing_else():
    source = {message.id for message in template() if message.id}
    korean = {message.id: message for message in stored() if message.id}
    assert source == korean.keys(), "bring it into step: uv run python tests/catalogue.py"
    untranslated = [id_ for id_, message in korean.items() if not message.string or message.fuzzy]
    assert untranslated == [], "add their Korean to resources/i18n/ko/LC_MESSAGES/gradviz.po, then run tests/catalogue.py"


def test_translations_have_the_same_places_to_fill_in():
    def places(text):
        return sorted((name, spec) for _, name, spec, _ in string.Formatter().parse(text) if name is not None)

    for message in stored():
        if message.id:
            assert places(message.string) == places(message.id), message.id


def test_what_the_program_reads_is_what_the_catalogue_says():
    with MO.open("rb") as file:
        read = gettext.GNUTranslations(file)
    assert [message.id for message in stored() if message.id and read.gettext(message.id) != message.string] == []


def test_switching_there_and_back():
    assert _("Depth") == "Depth"
    use_language("ko")
    assert (_("Depth"), language()) == ("깊이", "ko")
    use_language("xx")
    assert (_("Depth"), language()) == ("Depth", "en")
    assert N_("Depth") == "Depth"
    assert _("") == ""


@pytest.mark.parametrize(
    ("environment", "expected"),
    [({"LANG": "ko_KR.UTF-8"}, "ko"), ({"LANG": "en_GB.UTF-8", "LC_ALL": "ko_KR"}, "ko"), ({"LANG": "fr_FR"}, "en"), ({}, "en")],
)
def test_the_machine_s_language(monkeypatch, environment, expected):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("locale.getlocale", lambda: (None, None))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert system_language() == expected
    assert expected in LANGUAGES


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_two_fields_and_no_two_values_of_a_field_have_one_name(code):
    """One name for two things on the controls says the wrong thing of one of them."""
    use_language(code)
    names = [_(knob.title) for knob in KNOBS.values()]
    of_values = [[_(entry.title) for entry in knob.choices.values()] for knob in KNOBS.values() if knob.choices]
    for titles in (names, *of_values):
        assert len(set(titles)) == len(titles), sorted(titles)
