"""Fold spellings that differ only in case, accents or punctuation, and names of speakers."""

from __future__ import annotations

import re
import unicodedata

_APOSTROPHES = "'\u2018\u2019\u201b\u02bc\u02bb\u00b4`\u2032"
_LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
_PLAIN = str.maketrans({**_LETTERS, "ħ": "h", **dict.fromkeys(_APOSTROPHES)})
_HONORIFIC = re.compile(
    r"(?:mr|mrs|ms|miss|mx|messrs|mme|madame|madam|monsieur|sir|dame|dr|prof|professor"
    r"|he|h e|hm|h m|hrh|h r h"
    r"|(?:his|her|their) (?:excellency|excellencies|majesty|majesties|grace|holiness|eminence"
    r"|(?:(?:royal|serene|imperial) )?highness)"
    r"|(?:the )?(?:right |rt |most )?(?:hon|honourable|honorable|reverend|rev))(?: |$)"
)


def fold(text: str) -> str:
    """Return `text` in lower case without accents, apostrophes and punctuation.

    Other signs become one blank. Only marks above or below a letter count as accents, so the vowel
    signs of scripts that need them are kept.
    """
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    text = text.casefold().translate(_PLAIN)
    return " ".join("".join(map(_plain_character, text)).split())


def _plain_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf" or unicodedata.combining(character) >= 200:
        return ""
    return character if category[0] in "LNM" else " "


def speaker_key(name: str) -> str:
    """Return a key that two spellings of one speaker's name share, "" without a name.

    Case, accents, punctuation, blanks and honorifics in front ("H.E. Mr.") do not count, unless the
    name is only an honorific. Ranks and offices do: "General" and "President" can be two people.
    """
    key = fold(name)
    while (found := _HONORIFIC.match(key)) and found.end() < len(key):
        key = key[found.end() :]
    return key
