"""Tell whether a text is English, the language that the stance model reads."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]+")
_LEAST_WORDS = 5
_ENOUGH = 2_000  # characters
_MARGIN = 20.0
"""How much likelier (natural logarithm) another language must be: names alone reach about 10."""


def is_english(language: str) -> bool:
    """Tell whether a statement's language is English, or not known."""
    plain = language.strip().casefold()
    return plain in {"", "en", "eng", "english"} or plain.startswith(("en-", "en_"))


def foreign_language(text: str) -> str | None:
    """Return the ISO 639-1 code of a text that is plainly not English, else None.

    The first 2,000 characters tell. Fewer than five words in Latin letters are too few to tell and
    count as English, as does a list of names.
    """
    words = _WORD.findall(text[:_ENOUGH])
    latin = sum(word[0] < "ɐ" for word in words)
    if latin * 2 > len(words):
        small = [word for word in words if word[0].islower()]
        words = small if len(small) >= _LEAST_WORDS or not text.isupper() else words
        if len(words) < _LEAST_WORDS:
            return None
    if not words:
        return None
    from py3langid import rank

    ranked = rank(" ".join(words))
    best, score = ranked[0]
    english = dict(ranked)["en"]
    return str(best) if best != "en" and score - english >= _MARGIN else None
