"""Parses TOML from outside, within limits that keep the parser fast."""

from __future__ import annotations

import tomllib
from typing import Any

from gradviz.core.choices.errors import shown
from gradviz.i18n import _

LARGEST_TOML = 64 * 1024
MOST_DOTS = 100
MOST_BRACKETS = 4000
"""Bytes of a file, dots in a line, opening brackets in all. A key of 50,000 parts (a.a.a…) took tomllib 41 s; within these limits
nothing was found that takes it longer than 0.3 s (Python 3.11).
"""


def parse_toml(content: bytes) -> dict[str, Any]:
    """Parse a file.

    Raises
    ------
    ValueError
        With the reason, when it is too large or no TOML; a key given twice is no TOML.
    """
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
        _refuse_slow(text, len(content))
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError(_("too deeply nested")) from None
    except ValueError as error:
        raise ValueError(shown(str(error), 200)) from None


def _refuse_slow(text: str, size: int) -> None:
    if size > LARGEST_TOML:
        raise ValueError(_("more than {limit} KiB").format(limit=LARGEST_TOML // 1024))
    for number, line in enumerate(text.split("\n"), start=1):
        if line.count(".") > MOST_DOTS:
            raise ValueError(_("more than {limit} dots in line {line}").format(limit=MOST_DOTS, line=number))
    if text.count("[") + text.count("{") > MOST_BRACKETS:
        raise ValueError(_("more than {limit} brackets").format(limit=MOST_BRACKETS))
