"""One translation system for core, command line and window: gettext, with a language that can change at run time.

Texts are English in the source. `_` translates at once. `N_` only marks a text in a table for the catalogue; it is translated
where it is shown, so that tables created at import follow a later change of language.
"""

import gettext
import locale
import os

from gradviz.assets import resources

LANGUAGES = {"en": "English", "ko": "한국어"}
"""Language code → the language's own name, in menu order."""

_current: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def N_(message: str) -> str:
    """Mark a text for the catalogue and return it unchanged."""
    return message


def _(message: str) -> str:
    """Translate a text into the language in use."""
    return _current.gettext(message) if message else ""


def use_language(code: str) -> None:
    """Set the language in use to `code`, a key of `LANGUAGES`; any other code means English."""
    global _current, _language
    _language = code if code in LANGUAGES else "en"
    fallback = _language == "en"
    _current = gettext.translation("gradviz", resources() / "i18n", [_language], fallback=fallback)


def language() -> str:
    """Return the code of the language in use."""
    return _language


def system_language() -> str:
    """Return the code of the system's language if it is in `LANGUAGES`, else of English."""
    locale_names = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")] + [locale.getlocale()[0] or ""]
    wanted = next((value for value in locale_names if value), "en")[:2].lower()
    return wanted if wanted in LANGUAGES else "en"
