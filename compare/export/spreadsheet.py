"""Keep text in a spreadsheet's cells from being read as a formula.

A cell whose first visible character is = + - or @, or which begins with a tab or a line break, gets
a leading apostrophe; reading takes it off again. Text that has such apostrophes of its own gets one
more, so that nothing is ever lost: `unescape_cell(escape_cell(text)) == text`.
"""

from __future__ import annotations

import re

# Unseen ahead of the first visible character: blanks, controls, zero-width and direction marks.
_UNSEEN = r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*"
_RISKY = re.compile(rf"'*(?:[\t\r\n]|{_UNSEEN}[=+\-@])")


def escape_cell(text: str) -> str:
    """Return `text` as it is safe in a cell."""
    return f"'{text}" if _RISKY.match(text) else text


def unescape_cell(text: str) -> str:
    """Return the text of a cell that `escape_cell` made, or any other text as it is."""
    return text[1:] if text.startswith("'") and _RISKY.match(text[1:]) else text
