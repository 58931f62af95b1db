"""One translation system for core, command line and window: gettext, switched while the program runs.

Texts are English in the source. `_` translates now; `N_` only marks a text in a table for the catalogue, to be translated
where it is shown, so that a table made at import follows a later change of language.
"""

import gettext
import locale
import os

from gradviz.assets import resources

LANGUAGES = {"en": "English", "ko": "한국어"}
"""Language code → its own name, in menu order."""

_current: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def N_(message: str) -> str:
    """Mark a text for the catalogue and hand it back unchanged."""
    return message


def _(message: str) -> str:
    """Translate a text into the language in use."""
    return _current.gettext(message) if message else ""


def use_language(code: str) -> None:
    """Translate from here on into `code`, one of `LANGUAGES`; anything else means English."""
    global _current, _language
    _language = code if code in LANGUAGES else "en"
    fallback = _language == "en"
    _current = gettext.translation("gradviz", resources() / "i18n", [_language], fallback=fallback)


def language() -> str:
    """Return the code of the language in use."""
    return _language


def system_language() -> str:
    """Return the language of `LANGUAGES` that the machine is set to, else English."""
    told = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")] + [locale.getlocale()[0] or ""]
    wanted = next((value for value in told if value), "en")[:2].lower()
    return wanted if wanted in LANGUAGES else "en"
