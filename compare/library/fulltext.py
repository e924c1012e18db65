"""Find words: safe full-text queries out of whatever a person typed."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice

READ_AT_MOST = 20_000
"""Passages that a full-text query may touch, so that it stays fast in a library of any size."""

_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 64
_ENGLISH = """
    a about after again against all also am an and any are aren as at be because been before
    being below between both but by can cannot could couldn did didn do does doesn doing don down
    during each few for from further had hadn has hasn have haven having he her here hers herself
    him himself his how i if in into is isn it its itself just ll me more most mustn my myself no
    nor not now of off on once only or other our ours ourselves out over own re s same shan she
    should shouldn so some such t than that the their theirs them themselves then there these they
    this those through to too under until up ve very was wasn we were weren what when where which
    while who whom why will with won would wouldn you your yours yourself yourselves
"""
STOP_WORDS = frozenset(_ENGLISH.split())
"""Words of English that say little by themselves."""


def words(text: str) -> list[str]:
    """Return the distinct words of `text` as they are spelled, in order, at most 64."""
    return list(_spelled(text).values())[:_MOST_WORDS]


def content_words(text: str) -> dict[str, str]:
    """Return the words of `text`, folded, with their spelling: at most 64, in order.

    English stop words are left out, unless it has no others.
    """
    found = _spelled(text)
    telling = {folded: word for folded, word in found.items() if folded not in STOP_WORDS}
    return dict(islice((telling or found).items(), _MOST_WORDS))


def _spelled(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _WORD.finditer(marks_as_letters(text)):
        word = text[match.start() : match.end()]
        found.setdefault(_folded(word), word)
    return found


def _folded(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold()


def marks_as_letters(text: str) -> str:
    """Return `text`, as long as it is, with a letter for each combining mark within a word.

    A regular expression takes such marks, as of accents that are written apart, for no letters.
    """
    if text.isascii():
        return text
    signs = list(text)
    for place, sign in enumerate(text[1:], start=1):
        if unicodedata.category(sign)[0] == "M" and signs[place - 1].isalnum():
            signs[place] = "x"
    return "".join(signs)


def quoted(word: str) -> str:
    """Return what FTS5 finds a word by, whatever it holds.

    FTS5 folds case and accents itself, of the spelling in the texts. What it keeps apart, as "ß"
    and "ss", or a ligature and its letters, is looked for in both spellings.
    """
    folded = _folded(word)
    if folded == unicodedata.normalize("NFC", word).lower():
        return _string(word)
    return f"({_string(word)} OR {_string(folded)})"


def _string(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'
