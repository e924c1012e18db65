"""Normalise text: fold case, accents and punctuation, key speakers' names, list words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import chain, islice, pairwise

_APOSTROPHES = "'\u2018\u2019\u201b\u02bc\u02bb\u00b4`\u2032"
_LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
_ARABIC = {"ٱ": "ا", "ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", **dict.fromkeys("ـًٌٍَُِّْٰ", "")}
_PLAIN = str.maketrans({**_LETTERS, **_ARABIC, "ħ": "h", **dict.fromkeys(_APOSTROPHES)})
HONORIFICS = "mr|mrs|ms|mme|dr|prof"
"""As a pattern: those that are shortened in every kind of text."""

_HONORIFIC = re.compile(
    rf"(?:{HONORIFICS}|miss|mx|messrs|madame|madam|monsieur|sir|dame|professor"
    r"|he|h e|hm|h m|hrh|h r h"
    r"|(?:his|her|their) (?:excellency|excellencies|majesty|majesties|grace|holiness|eminence"
    r"|(?:(?:royal|serene|imperial) )?highness)"
    r"|(?:the )?(?:right |rt |most )?(?:hon|honourable|honorable|reverend|rev)"
    # not "m", "d" and "don", which are initials and a name
    r"|mlle|s e (?:m|mme|mlle|sr|sra|el sr|la sra)|excm[oa] sra?|sra?|srta|dna"
    r"|г н|г жа|господин|госпожа"
    r"|ا ?د|د|السيده?|الدكتوره?|(?:صاحبه? )?(?:ال)?(?:معالي|سعاده|فخامه|جلاله|سمو))(?: |$)"
)
_HONORIFIC_BEHIND = re.compile(r"(?<=\w) ?(?:先生|女士|阁下|閣下|同志)$")
_LETTERS_OF_CYRILLIC = "абвгдезийклмнопрстуфхыэіґ", "abvgdeziyklmnoprstufhyeig"
_SOUNDS = {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya"}
_CYRILLIC = str.maketrans(*_LETTERS_OF_CYRILLIC, "ъь") | str.maketrans({**_SOUNDS, "є": "ye"})


def fold(text: str) -> str:
    """Return `text` in lower case without accents, apostrophes and punctuation.

    Other signs become one blank. Only marks above or below a letter count as accents, so scripts
    keep their vowel signs; Arabic loses its short vowels, and letters that are often exchanged
    (alef, ya, ta marbuta) become one.
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
    """Return a key that all spellings of a speaker's name share, "" for no name.

    Case, accents, punctuation, blanks and honorifics ("H.E. Mr.") are ignored, unless the name is
    only an honorific. Ranks and offices count: "General" and "President" can be two people. A
    Cyrillic name has the key of one English spelling: "Ада Лорн" is "Ada Lorn", and "Сергей" is
    "Sergei", not "Sergey". Chinese and Arabic do not settle how a name is spelled. So a name in
    another script may have its Latin spelling behind a slash: "艾达·洛恩 / Ada Lorn" is "Ada
    Lorn", and "Сергей Лорн / Sergey Lorn" is "Sergey Lorn".
    """
    if not name.isascii() and name.count("/") == 1:
        latin = [part for part in name.split("/") if all(sign < "ɐ" for sign in part)]
        name = latin[0] if len(latin) == 1 else name
    key = fold(name)
    while (found := _HONORIFIC.match(key)) and found.end() < len(key):
        key = key[found.end() :]
    if key.isascii():
        return key
    return _in_latin_letters(_HONORIFIC_BEHIND.sub("", key))


def _in_latin_letters(key: str) -> str:
    """Transliterate Cyrillic as the BGN/PCGN system, but endings and "кс" as newspapers do.

    "Дмитрий", "Мария" and "Александр" are "Dmitry", "Maria" and "Alexander".
    """
    key = re.sub(r"[иы]и\b", "y", key)  # `fold` has taken the mark of й
    key = re.sub(r"ия\b", "ia", key).replace("кс", "x")
    key = re.sub(r"андр\b", "ander", key)
    return key.translate(_CYRILLIC)


def without_honorifics(name: str) -> str:
    """Return a name without the honorifics before it: "Ada Lorn" for "H.E. Mrs. Ada Lorn"."""
    words = name.split()
    for count in range(min(4, len(words) - 1), 0, -1):
        before = " ".join(words[:count])
        if _HONORIFIC.fullmatch(fold(before)) and before != "He":  # a surname; "HE" is none
            return without_honorifics(" ".join(words[count:]))
    return " ".join(words)


# -- words ---------------------------------------------------------------------------------------

UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Scripts without blanks between words, of a letter or two each: a range of characters."""

_EACH_UNSPACED = re.compile(f"[{UNSPACED}]")
_HAMZA = {
    "أ": "ا",
    "إ": "ا",
    "آ": "ا",
    "ؤ": "و",
    "ئ": "ي",
    **dict.fromkeys("\u0653\u0654\u0655", ""),
}
_INDEXED = str.maketrans({**_ARABIC, **_HAMZA, "ё": "е", "Ё": "Е"})
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
"""English words that say little by themselves."""


def distinct_words(text: str) -> list[str]:
    """Return the first 64 distinct words of `text` as spelled, in order."""
    return list(_spellings(text).values())[:_MOST_WORDS]


def content_words(text: str) -> dict[str, str]:
    """Map the first 64 words of `text`, without case, to their spelling, in order.

    English stop words are left out, unless the text has no other words. Of Chinese and Japanese,
    which have no blanks between words, every two neighbouring characters are a word.
    """
    pieces = chain.from_iterable(map(_pieces, _spellings(text).values()))
    found = {fold_case(piece): piece for piece in pieces}
    content = {folded: word for folded, word in found.items() if folded not in STOP_WORDS}
    return dict(islice((content or found).items(), _MOST_WORDS))


def _spellings(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _WORD.finditer(marks_as_letters(text)):
        word = text[match.start() : match.end()]
        found.setdefault(fold_case(word), word)
    return found


def _pieces(word: str) -> Iterator[str]:
    for run in re.findall(rf"[{UNSPACED}]+|[^{UNSPACED}]+", word):
        if len(run) > 2 and _EACH_UNSPACED.match(run):
            yield from map("".join, pairwise(run))
        else:
            yield run


def searchable(text: str) -> str:
    """Return the words of `text` as a full-text index keeps them: folded, with single blanks."""
    words = (fold(text[m.start() : m.end()]) for m in _WORD.finditer(marks_as_letters(text)))
    return " ".join(segmented(" ".join(words)).split())


def segmented(text: str) -> str:
    """Return `text` so that an index that knows blanks and Latin accents finds its words.

    Chinese and Japanese characters become words of their own, so that a phrase of them finds them
    anywhere; Arabic is folded as in `fold`, and ё becomes е. Other texts stay as they are.
    """
    if text.isascii():
        return text
    return _EACH_UNSPACED.sub(r" \g<0> ", without_variants(text))


def without_variants(text: str) -> str:
    """Return `text` with Arabic folded as in `fold`, and е for ё; other scripts stay."""
    return text.translate(_INDEXED)


def fold_case(word: str) -> str:
    """Return a word without case; unlike `fold` it keeps accents."""
    return unicodedata.normalize("NFKC", word).casefold()


def marks_as_letters(text: str) -> str:
    """Return `text` with each combining mark inside a word replaced by a letter; offsets stay.

    Regular expressions do not treat combining marks (decomposed accents) as letters.
    """
    if text.isascii():
        return text
    signs = list(text)
    for place, sign in enumerate(text[1:], start=1):
        if unicodedata.category(sign)[0] == "M" and signs[place - 1].isalnum():
            signs[place] = "x"
    return "".join(signs)
