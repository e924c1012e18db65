"""Make untrusted text harmless on a terminal, in the cells of a spreadsheet and as a name."""

from __future__ import annotations

import re

from compare.errors import CompareError

LONGEST_NAME = 100
"""Characters of the name of a review, a reader or a watch."""

# Control characters to their visible signs in Unicode; what no file can hold to "�".
_PICTURES = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"}
_PICTURES[0x7F] = 0x2421
_PICTURES |= dict.fromkeys([*range(0x80, 0xA0), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF], 0xFFFD)

DIRECTION_MARKS = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
"""Characters that turn the direction of writing: a terminal shows the words in another order."""

_TURNED = dict.fromkeys(DIRECTION_MARKS, 0xFFFD)

# What may precede the first visible character: blanks, controls, zero-width and direction marks.
_UNSEEN = r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*"
_FORMULA = re.compile(rf"'*(?:[\t\r\n]|{_UNSEEN}[=+\-@＝＋－＠])")


def printable(text: str) -> str:
    """Return `text` with every control character but tab and line feed replaced by a sign.

    An escape becomes "␛", so no terminal obeys it; what no file can hold (half a surrogate pair)
    becomes "�". A carriage return ahead of a line feed is dropped.
    """
    return text.replace("\r\n", "\n").translate(_PICTURES)


def for_terminal(text: str) -> str:
    """Return `text` printable and without marks that turn the direction of writing (U+202A …)."""
    return printable(text).translate(_TURNED)


def one_line(text: str) -> str:
    """Return `text` printable and with every run of white space as one space."""
    return printable(" ".join(text.split()))


def escape_cell(text: str) -> str:
    """Return `text` so that no spreadsheet reads it as a formula.

    A text whose first visible character is = + - or @, also in full width, or which begins with a
    tab or a line break, gets a leading apostrophe. A text that has such apostrophes of its own gets
    one more, so that nothing is lost: `unescape_cell(escape_cell(text)) == text`.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unescape_cell(text: str) -> str:
    """Return the text of a cell that `escape_cell` made, or any other text as it is."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def checked_name(given: str, what: str, error: type[CompareError]) -> str:
    """Return the name of a review or the like without needless blanks.

    Raises:
        CompareError: It is empty, too long, or holds characters that cannot be seen.
    """
    name = " ".join(given.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise error(
            f"{given[:LONGEST_NAME]!r} cannot be the name of a {what}: write 1 to {LONGEST_NAME} "
            "visible characters."
        )
    return name
