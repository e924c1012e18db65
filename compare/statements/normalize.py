"""Fold spellings that differ only in case, accents, apostrophes, punctuation or blanks."""

from __future__ import annotations

import unicodedata

_APOSTROPHES = "'\u2018\u2019\u201b\u02bc\u02bb\u00b4`\u2032"
_WITHOUT_MARK = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ħ": "h",
        **dict.fromkeys(_APOSTROPHES),
    }
)


def fold(text: str) -> str:
    """Return `text` in lower case without accents, apostrophes and punctuation.

    What stands between words becomes one blank. Vowel signs of scripts that need them are kept:
    only marks placed above or below a letter are taken for accents.
    """
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    text = text.casefold().translate(_WITHOUT_MARK)
    return " ".join("".join(map(_kept, text)).split())


def _kept(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf" or unicodedata.combining(character) >= 200:
        return ""
    return character if category[0] in "LNM" else " "
