"""Map the spellings of a country to one code.

ISO 3166 (pycountry) is the base. `country_names.csv` adds organisations and former States, with
codes in the range that ISO leaves to users; shorter names to show; the successors of withdrawn
codes (a State that was dissolved or joined another keeps its own code: its words are not its
successor's); and spellings found in public corpora: UN and historical forms, abbreviations, errors.
Names in French, Spanish, Russian, Chinese and Arabic are pycountry's translations and those of
`translated_names.csv`; an English spelling always takes precedence.
"""

from __future__ import annotations

import csv
import gettext
import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from compare.statements.normalize import fold
from compare.statements.statement import Country

_LITTLE_WORDS = frozenset({"the", "of", "and"})
_SAINT = {"st": "saint", "ste": "saint"}
_INITIALS = re.compile(r"\b\w(?:\.\s?\w\b)+\.?")
_FORM_OF_STATE = re.compile(
    r"(?:(?:the|republic|kingdom|principality|state|sultanate|commonwealth|union|federation"
    r"|grand|duchy|government|govt|territory|independent|sovereign|federal|federative|democratic"
    r"|peoples?|popular|socialist|islamic|arab|hashemite|plurinational|bolivarian|united"
    r"|cooperative|co|operative|revolutionary|eastern) )+of (?:the )?"
)
_NAMES = ("name", "official_name", "common_name")
_CODES = ("alpha_2", "alpha_3", "alpha_4")
_LANGUAGES = ("fr", "es", "ru", "zh_CN", "zh_TW", "ar")
"""Beside English."""

_SHARED_NAMES = frozenset({"china", "congo", "germany", "guinea", "korea", "yemen"})
"""Several States share each name; only the form of State ("Republic of") tells them apart."""


class NameEntry(NamedTuple):
    """A line of `country_names.csv`; "" where it adds nothing to the ISO list."""

    code: str
    name: str
    successor: str  # a code
    spellings: str  # separated by ";"


@cache
def name_entries() -> tuple[NameEntry, ...]:
    """Return the lines of `country_names.csv`."""
    text = files("compare.statements").joinpath("country_names.csv").read_text("utf-8")
    return tuple(NameEntry(*cells) for cells in list(csv.reader(text.splitlines()))[1:])


@lru_cache(maxsize=8192)
def parse_countries(text: str) -> tuple[Country, ...]:
    """Return the distinct countries of a cell, which are separated by ";", in order."""
    spellings = dict.fromkeys(part.strip() for part in text.split(";"))
    return tuple(Country(name, country_code(name)) for name in spellings if name)


@lru_cache(maxsize=8192)
def country_code(spelling: str) -> str | None:
    """Return the code of a country or organisation in any known spelling, None if unknown.

    The code is ISO 3166-1 alpha-3, else from `country_names.csv`. Case, accents, punctuation, word
    order, "the", "of" and "and" are ignored. Similar spellings are not guessed.
    """
    for key in _keys(spelling):
        code = _codes().get(key)
        if code is not None:
            return code
    # "Myanmar / Burma", "Ceylon (Sri Lanka)": accepted if both names have the same code
    parts = [part for part in re.split(r"[/()]", spelling) if part.strip()]
    if len(parts) != 2:
        return None
    codes = {country_code(part.strip()) for part in parts}
    return codes.pop() if len(codes) == 1 else None


def country_name(code: str) -> str:
    """Return the short English name of a code, or the code itself if it has none."""
    return _names().get(code, code)


def country_key(country: Country) -> str:
    """Return a key that entries share if they mean the same country: the code, else the spelling.

    A code is upper case and a folded spelling never is, so the two cannot be confused.
    """
    return country.code or fold(country.name)


def _keys(spelling: str) -> list[str]:
    """Return the keys to look up: the whole name, then without "Republic of" and the like."""
    folded = fold(_INITIALS.sub(lambda found: re.sub(r"[.\s]", "", found[0]) + " ", spelling))
    keys = [_key(folded)]
    bare = _FORM_OF_STATE.sub("", folded, count=1) if _FORM_OF_STATE.match(folded) else ""
    if len(bare) > 3 and bare not in _SHARED_NAMES:  # "Republic of Co" is cut short, not a code
        keys.append(_key(bare))
    return [key for key in keys if key]


def _key(folded: str) -> str:
    """Return the words in alphabetical order: "Korea, Republic of" is "Republic of Korea"."""
    words = sorted(_SAINT.get(word, word) for word in folded.split())
    content = [word for word in words if word not in _LITTLE_WORDS]
    return " ".join(content or words)  # "AND" alone is Andorra's code


@cache
def _codes() -> dict[str, str]:
    """Map keys to codes; our own spellings take precedence, withdrawn codes come last."""
    codes: dict[str, str] = {}
    for entry in name_entries():
        for spelling in (entry.code, *entry.spellings.split(";")) if entry.spellings else ():
            codes[_keys(spelling)[0]] = entry.code
    for country in _iso("countries"):
        for spelling in _iso_spellings(country):
            codes.setdefault(_keys(spelling)[0], country.alpha_3)
    for entry in name_entries():
        codes.setdefault(_keys(entry.code)[0], entry.successor or entry.code)
    successors = {entry.code: entry.successor for entry in name_entries() if entry.successor}
    for country in _iso("historic_countries"):
        code = successors.get(country.alpha_3, country.alpha_3)
        for spelling in _iso_spellings(country):
            codes.setdefault(_keys(spelling)[0], code)
    del codes["cs"]  # was Czechoslovakia's, then that of Serbia and Montenegro
    for spelling, code in translations():
        codes.setdefault(_keys(spelling)[0], code)
    return codes


def translations() -> Iterator[tuple[str, str]]:
    """Yield the names of countries in other languages, with their codes."""
    import pycountry

    yield from translated_names()
    for language in _LANGUAGES:
        names = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, [language])
        for country in _iso("countries"):
            for name in _iso_spellings(country, _NAMES):
                yield names.gettext(name), country.alpha_3


def translated_names() -> Iterator[tuple[str, str]]:
    """Yield the names of `translated_names.csv`, with their codes."""
    text = files("compare.statements").joinpath("translated_names.csv").read_text("utf-8")
    for code, spellings in list(csv.reader(text.splitlines()))[1:]:
        yield from ((spelling.strip(), code) for spelling in spellings.split(";"))


def _iso_spellings(entry: Any, fields: Sequence[str] = (*_NAMES, *_CODES)) -> list[str]:
    return [entry._fields[name] for name in fields if name in entry._fields]


@cache
def _names() -> dict[str, str]:
    names = {entry.alpha_3: entry.name for entry in _iso("historic_countries")}
    for entry in _iso("countries"):
        names[entry.alpha_3] = entry._fields.get("common_name", entry.name)
    return names | {entry.code: entry.name for entry in name_entries() if entry.name}


def _iso(table: str) -> list[Any]:
    import pycountry

    return list(getattr(pycountry, table))
