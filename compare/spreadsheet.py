"""Keep a spreadsheet program from taking the text of a cell for a formula, and undo it."""

from __future__ import annotations

import unicodedata

_FORMULA = "=+-@"
_BREAKS = ("\t", "\r", "\n")


def escape_cell(text: str) -> str:
    """Return `text` with an apostrophe before it where a spreadsheet would not show it as text.

    That is where its first visible character is one of = + - @, or where it starts with a tab or
    a line break. A text that has such apostrophes already gets one more, so that `unescape_cell`
    gives back every text exactly.
    """
    return f"'{text}" if _needs_apostrophe(text) else text


def unescape_cell(text: str) -> str:
    """Return the text that `escape_cell` was given; any other text comes back as it is."""
    return text[1:] if text.startswith("'") and _needs_apostrophe(text[1:]) else text


def _needs_apostrophe(text: str) -> bool:
    bare = text.lstrip("'")
    if bare.startswith(_BREAKS):
        return True
    first = next((character for character in bare if _visible(character)), "")
    return first != "" and first in _FORMULA


def _visible(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) not in {"Cc", "Cf"}
