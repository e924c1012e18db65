"""Bring the many spellings of a country to one code, keeping each spelling as it was given."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

from compare.statements.country_names import OWN_NAMES, RENAMED, SHORT_NAMES, SPELLINGS
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
_SHARED_NAMES = frozenset({"china", "congo", "germany", "guinea", "korea", "yemen"})
"""Names of more than one State, told apart by the form of State: it must not be taken off."""


@lru_cache(maxsize=8192)
def parse_countries(text: str) -> tuple[Country, ...]:
    """Return the countries of a cell, which stand apart by ";", each once and in their order."""
    spellings = dict.fromkeys(part.strip() for part in text.split(";"))
    return tuple(Country(name, country_code(name)) for name in spellings if name)


@lru_cache(maxsize=8192)
def country_code(spelling: str) -> str | None:
    """Return the code of a country or organisation in any known spelling, None if unknown.

    The code is ISO 3166-1 alpha-3 where there is one; States that are no more and organisations
    have the codes of `statements.country_names`. Nothing is guessed from a likeness of letters.
    """
    for key in _keys(spelling):
        code = _codes().get(key)
        if code is not None:
            return code
    return _of_alternatives(spelling)


def country_name(code: str) -> str:
    """Return the short English name of a code, or the code itself where it has none."""
    return _names().get(code, code)


def country_key(country: Country) -> str:
    """Return what is equal for two entries exactly where they mean the same country.

    That is the code (upper case), or the folded spelling (never upper case) where there is none.
    """
    return country.code or fold(country.name)


def same_country(one: Country, other: Country) -> bool:
    """Say whether two entries mean the same country, by code or, lacking one, by spelling."""
    return country_key(one) == country_key(other)


def _keys(spelling: str) -> list[str]:
    folded = fold(_INITIALS.sub(lambda found: re.sub(r"[.\s]", "", found[0]) + " ", spelling))
    keys = [_key(folded)]
    bare = _FORM_OF_STATE.sub("", folded, count=1) if _FORM_OF_STATE.match(folded) else ""
    if len(bare) > 3 and bare not in _SHARED_NAMES:  # "Republic of Co" is cut short, not a code
        keys.append(_key(bare))
    return [key for key in keys if key]


def _key(folded: str) -> str:
    """Return the words in alphabetical order: "Korea, Republic of" is "Republic of Korea"."""
    words = sorted(_SAINT.get(word, word) for word in folded.split())
    told = [word for word in words if word not in _LITTLE_WORDS]
    return " ".join(told or words)  # "AND" alone is Andorra's code


def _of_alternatives(spelling: str) -> str | None:
    """Return the code that both of "Myanmar / Burma" or of "Ceylon (Sri Lanka)" have."""
    parts = [part for part in re.split(r"[/()]", spelling) if part.strip()]
    if len(parts) != 2:
        return None
    codes = {country_code(part.strip()) for part in parts}
    return codes.pop() if len(codes) == 1 else None


@cache
def _codes() -> dict[str, str]:
    """Return the code of every key; of two claims to a key the one made first stands."""
    codes: dict[str, str] = {}
    for code, spellings in SPELLINGS.items():
        for spelling in (code, *spellings.split(";")):
            codes[_keys(spelling)[0]] = code
    for entry in _iso("countries"):
        for spelling in _spellings(entry):
            codes.setdefault(_keys(spelling)[0], entry.alpha_3)
    for code in OWN_NAMES:
        codes.setdefault(_keys(code)[0], code)
    for entry in _iso("historic_countries"):
        code = RENAMED.get(entry.alpha_3, entry.alpha_3)
        for spelling in _spellings(entry):
            codes.setdefault(_keys(spelling)[0], code)
    del codes["cs"]  # was Czechoslovakia's, then that of Serbia and Montenegro
    return codes


def _spellings(entry: Any) -> list[str]:
    names = ("name", "official_name", "common_name", "alpha_2", "alpha_3", "alpha_4")
    return [entry._fields[name] for name in names if name in entry._fields]


@cache
def _names() -> dict[str, str]:
    names = {entry.alpha_3: entry.name for entry in _iso("historic_countries")}
    for entry in _iso("countries"):
        names[entry.alpha_3] = entry._fields.get("common_name", entry.name)
    return names | OWN_NAMES | SHORT_NAMES


def _iso(table: str) -> list[Any]:
    import pycountry

    return list(getattr(pycountry, table))
