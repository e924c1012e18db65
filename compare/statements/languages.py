"""Detect the language of a text, and compare language tags."""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from compare.errors import CompareError

_TAG = re.compile(r"([a-z]{2,3})(?:[-_].*)?\Z")
_WORD = re.compile(r"[^\W\d_]+")
_LEAST_WORDS = 5
_FEWEST_WORDS = 3
_COMMON = "the and that with this have which from will been are was our they for their has not is"
_ENGLISH = frozenset(_COMMON.split())
_LEAST_ENGLISH = 0.15
"""Least share of such words, two of them different, in a text that needs no closer look: 95 % of
English passages."""

_JUDGED_CHARACTERS = 2_000
_AMONG = ("ar", "en", "es", "fr", "ru", "zh")
_SHORT_MARGIN = 8.0
"""The same of few words, among these languages, if no common English word is there."""

_ONLY_ENGLISH = _ENGLISH | {"of", "to", "we", "must", "should", "who", "what", "can", "do", "did"}
_TIE = 5.0
"""The same, within which one of these languages is meant rather than a neighbour of it: Russian
rather than Macedonian."""

_WRITTEN_ALIKE = {"arz": "ar", "ary": "ar", "wuu": "zh", "yue": "zh"}
"""Varieties that are taken for a language in a few of its sentences."""

_OWN_NAMES = {
    "العربية": "ar", "беларуская": "be", "български": "bg", "bosanski": "bs", "català": "ca",
    "čeština": "cs", "cymraeg": "cy", "dansk": "da", "deutsch": "de", "ελληνικά": "el",
    "español": "es", "castellano": "es", "eesti": "et", "euskara": "eu", "euskera": "eu",
    "suomi": "fi", "français": "fr", "gaeilge": "ga", "galego": "gl", "hrvatski": "hr",
    "magyar": "hu", "íslenska": "is", "italiano": "it", "lietuvių": "lt", "latviešu": "lv",
    "македонски": "mk", "malti": "mt", "nederlands": "nl", "norsk": "no", "bokmål": "nb",
    "nynorsk": "nn", "occitan": "oc", "polski": "pl", "português": "pt", "română": "ro",
    "русский": "ru", "slovenčina": "sk", "slovenščina": "sl", "shqip": "sq", "српски": "sr",
    "srpski": "sr", "svenska": "sv", "türkçe": "tr", "українська": "uk", "中文": "zh",
    "汉语": "zh",
}  # fmt: skip
"""Languages by their own names."""

_MARGIN = 20.0
"""How much likelier (natural logarithm) another language must be: names alone reach about 10."""


def language_of(text: str, assumed: str = "en") -> str:
    """Return the ISO 639-1 code of a text's language.

    It is `assumed` unless the first 2,000 characters are clearly likelier in another language.
    Fewer than five different words in Latin letters, without names, can only be in one of six
    languages.

    Raises:
        CompareError: There is no room for temporary files.

    >>> language_of("ha " * 90), language_of("Мы этого не говорили.")
    ('en', 'ru')
    """
    words = every = _WORD.findall(text[:_JUDGED_CHARACTERS])
    if assumed == "en" and _is_plainly_english(words):
        return assumed
    latin = sum(word[0] < "ɐ" for word in words)
    if latin * 2 > len(words):
        # names look foreign in any language: leave capitalised words out, unless all are
        lower = [word for word in words if word[0].islower()]
        words = lower if len(lower) >= _LEAST_WORDS or not text.isupper() else words
        if len(set(words)) < _LEAST_WORDS:
            return _of_few_words([*dict.fromkeys(every)], assumed)
    if not words:
        return assumed
    ranked = _ranked(" ".join(words))
    score = ranked[0][1]
    near = [name for name, other in ranked if score - other <= _TIE]
    best = next((name for name in near if name in _AMONG), ranked[0][0])
    clearly = score - dict(ranked).get(assumed, -1e9) >= _MARGIN
    return _WRITTEN_ALIKE.get(best, str(best)) if clearly else assumed


def _of_few_words(words: list[str], assumed: str) -> str:
    small = [word.lower() for word in words]
    if len(small) < _FEWEST_WORDS or not _ONLY_ENGLISH.isdisjoint(small):
        return assumed
    ranked = [(name, score) for name, score in _ranked(" ".join(small)) if name in _AMONG]
    (best, score), scores = ranked[0], dict(ranked)
    return str(best) if score - scores.get(assumed, score) >= _SHORT_MARGIN else assumed


def _is_plainly_english(words: list[str]) -> bool:
    common = [word for word in words if word in _ENGLISH]
    return len(set(common)) > 1 and len(common) >= _LEAST_ENGLISH * len(words)


def _ranked(words: str) -> list[tuple[str, float]]:
    """Return the languages of some words, the likeliest first."""
    from py3langid import rank

    try:
        return list(rank(words))
    except OSError as error:  # the model is unpacked into a temporary file
        raise CompareError(
            f"The language model cannot be unpacked into {tempfile.gettempdir()} "
            f"({error.strerror}): make room there, or name another folder with TMPDIR."
        ) from error


def is_language(tag: str, *codes: str) -> bool:
    """Return whether a tag ("en-GB", "eng", "English") is empty or means one of the ISO codes."""
    return not tag.strip() or language_code(tag) in codes


@lru_cache(maxsize=1024)
def language_code(tag: str) -> str:
    """Return the code of a tag or a name ("French", "français"), else the tag itself.

    The code is ISO 639-1, else 639-3.
    """
    plain = " ".join(tag.casefold().split())
    found = _TAG.match(plain)
    if found and len(found[1]) == 2:
        return found[1]
    entry = _iso(found[1] if found else plain)
    if entry:
        return entry.get("alpha_2", entry["alpha_3"])
    return _OWN_NAMES.get(unicodedata.normalize("NFC", plain), plain)


@lru_cache(maxsize=1024)
def language_name(code: str) -> str:
    """Return the English name of a language, or the code itself if it has none."""
    entry = _iso(code)
    return entry["name"] if entry else code


def language_names(tags: Iterable[str]) -> str:
    """Return the English names of languages in words, each once.

    >>> language_names(["ru", "rus", "fr"])
    'French and Russian'
    """
    codes = {language_code(tag) for tag in tags if tag.strip()}
    *others, last = sorted(map(language_name, codes)) or [""]
    return f"{', '.join(others)} and {last}" if others else last


def _iso(text: str) -> dict[str, str] | None:
    import pycountry

    for field in ("alpha_2", "alpha_3", "bibliographic", "name"):
        if entry := pycountry.languages.get(**{field: text}):
            fields: dict[str, str] = entry._fields
            return fields
    return None
