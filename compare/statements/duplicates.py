"""Recognise statements with the same words, so that they are shown once.

Similar words are not enough: "We will send arms" and "We will not send arms" are nearly identical
as strings and as vectors, and opposite in meaning.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING

from compare.statements.normalize import HONORIFICS, UNSPACED, without_variants

if TYPE_CHECKING:
    from compare.statements.statement import Statement

_HONORIFIC = re.compile(
    rf"\b(?:{HONORIFICS}|h\.\s?e)\.(?=\s)|\b(?:mr|mrs|ms)\b"
    r"|\bг-(?:н|жа)\b\.?|\bالسيدة?\b",
    re.I,
)
_MARK = re.compile(r"[^\w\s]|_")
_BLANK = re.compile(rf" (?=[{UNSPACED}])|(?<=[{UNSPACED}]) ")  # no word needs it
_ARTICLES = {"a", "an", "the"}
_JOINING = "'’‘ʼ[]"
"""Dropped without leaving a blank: "don’t" is "dont", "shoulder[ing]" is "shouldering"."""


def text_key(statement: Statement) -> int:
    """Return the `words_key` of a statement."""
    return words_key(statement.text, statement.context)


def words_key(text: str, context: str = "") -> int:
    """Return a signed 64-bit key, the same for texts with the same words and context.

    Case, punctuation, blanks, honorifics and articles are ignored; question marks and signs count.
    So are short vowels and variants of letters in Arabic, and the dots of the Russian ё.
    """
    content = f"{_normalised(text)}\n{_normalised(context)}"
    digest = hashlib.sha256(content.encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _normalised(text: str) -> str:
    text = unicodedata.normalize("NFKC", text)
    text = text if text.isascii() else without_variants(text)
    words = _MARK.sub(_normalised_mark, _HONORIFIC.sub(" ", text)).split()
    # the A of "Plan A" is not an article
    content = [
        word
        for at, word in enumerate(words)
        if word.casefold() not in _ARTICLES or (word == "A" and at)
    ]
    key = " ".join(content).casefold() or " ".join(text.split())
    return key if key.isascii() else _BLANK.sub("", key)


def _normalised_mark(mark: re.Match[str]) -> str:
    character = mark[0]
    if character in _JOINING:
        return ""
    if not unicodedata.category(character).startswith("P") or character in "%‰":
        return character
    if character in "?؟":
        return " ? "
    return character if _in_number(mark.string, mark.start()) else " "


def _in_number(text: str, at: int) -> bool:
    """Return whether a mark belongs to a number: "1.5", "3:1", "-5" (but not "2021-5")."""
    before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if text[at] in ".,:/":
        return before.isdigit() and after.isdigit()
    return text[at] == "-" and after.isdigit() and not before.isalnum()
