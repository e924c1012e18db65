"""Make safe full-text queries out of whatever a person typed."""

from __future__ import annotations

import re
import unicodedata

TOKENIZE = "porter unicode61 remove_diacritics 2"

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
_STOP_WORDS = frozenset(_ENGLISH.split())


def words(text: str) -> list[str]:
    """Return the distinct words of `text`, in order, at most 64."""
    found = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    return list(dict.fromkeys(found))[:_MOST_WORDS]


def content_words(text: str) -> list[str]:
    """Return the words of `text` without English stop words; all, if it has no others."""
    found = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    distinct = list(dict.fromkeys(found))
    return ([word for word in distinct if word not in _STOP_WORDS] or distinct)[:_MOST_WORDS]


def quoted(word: str) -> str:
    """Return a word as FTS5 reads it: as a string, whatever it holds."""
    return '"' + word.replace('"', '""') + '"'


def any_of(found: list[str]) -> str:
    """Return the FTS5 query for texts that hold any of the words."""
    return " OR ".join(map(quoted, found))
