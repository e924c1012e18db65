"""Names, roles and countries of speakers, from titles and labels; nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from compare.statements import country_code
from compare.statements.normalize import HONORIFICS


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_OFFICES = _words(
    """
    admiral administrator adviser advisor aide ambassador amir anchor assistant attorney captain
    ceo chair chairman chairperson chairwoman chancellor chief co-chair colonel commander
    commissioner congressman congresswoman coordinator correspondent cosmonaut counsel counselor
    deputy director director-general editor editor-in-chief emir envoy general gentleman governor
    head journalist judge justice king lady leader lieutenant major manager mayor member minister
    moderator officer official ombudsman patriarch pope premier president prince princess producer
    queen rabbi rector representative secretary secretary-general senator sergeant speaker
    spokesman spokesperson spokeswoman sultan surgeon vice-president
    """
)
"""A role has at least one of these words."""

_OF_ROLES = _OFFICES | _words(
    """
    acting advisers advisors affairs agency agriculture bank baroness board cdc cea chain city
    climate commerce commission committee communications corporation council covid-19 culture cyber
    dame defence defense department development domestic dr dr. economic economics economy
    education emerging energy ensign environment environmental epa eu european excellency executive
    father fda federal federation fema finance first force foreign former gen. gender gov. health
    healthcare hhs high highness homeland house implementation industry infrastructure interior
    labor labour lady lead lord lt. majesty mass media medical military monkeypox mr mr. mrs mrs.
    ms ms. national nations nato nec nsa nsc office omb permanent policy presidential press prime
    principal prof. professor protection public region rep. republic response reverend russia
    science second security sen. senior sheikh sir sister special sport sports staff state states
    supply task team technologies technology territory trade transport treasury u.s. uk un
    under union united us usaid vice white
    """
)
"""Words that cannot be part of a name after a role."""

PARTICLES = _words(
    """
    al ben bin bint da de del della den der di dos du el ibn la le ter van von y
    """
)
_LINKS = frozenset({"of", "the", "for", "and", "to"})
_NO_NAMES = _words(
    """
    all also and as but good hello here hi i if it joining like madam my no now okay or our she so
    thank thanks that then there they this today we well when with yes you he
    """
)
_GENERATION = re.compile(r",? (?:Jr|Sr)\.?(?=$|[ ,])")
_HONORIFIC_BEHIND = re.compile(rf"(?:^|(?<= ))(?i:{HONORIFICS}|sir|dame|lord)\.?$")
_POSSESSIVE = re.compile(r"[’']s?$")
_MARKS = '.,:;!?()“”"|'
_MOST_WORDS = 5
_LONGEST_COUNTRY = 6  # words


def split_role(text: str) -> tuple[str, str]:
    """Return role and name of "Foreign Minister of Valdoria Jane Roe".

    If name and role cannot be separated, the whole text is the role.
    """
    words = _GENERATION.sub("", " ".join(text.split())).split()
    start = len(words)
    while start and (words[start - 1] in PARTICLES or _may_be_name(words[start - 1])):
        start -= 1
    for at, word in enumerate(words, 1):
        if word.casefold() in _LINKS and (country := leading_country(words[at:])):
            start = max(start, at + len(country.split()))
    if start and words[start - 1].casefold() in _LINKS:
        return " ".join(words), ""
    name = words[start:]
    if not 2 <= len(name) <= _MOST_WORDS or name[0] in PARTICLES:
        return " ".join(words), ""
    return _bare(" ".join(words[:start])), " ".join(name)


def find_full_name(text: str, surname: str) -> tuple[str, str] | None:
    """Return the one full name with a surname, and the role before it; None if none or several."""
    words = _GENERATION.sub("", text).split()
    wanted = surname.casefold().split()
    plain = [_POSSESSIVE.sub("", word.strip(_MARKS)).casefold() for word in words]
    found: dict[str, tuple[str, str]] = {}
    for at in range(len(words)):
        if plain[at : at + len(wanted)] != wanted or words[at][0].islower():
            continue
        start = at
        while start and at - start < 3 and _may_be_name(words[start - 1]):
            start -= 1
        unclear = at - start > 1 and start and words[start - 1].casefold() in _LINKS - {"to"}
        if start == at or unclear:
            continue
        given, family = words[start:at], words[at : at + len(wanted)]
        family[-1] = _POSSESSIVE.sub("", family[-1].rstrip(_MARKS))
        name = " ".join([*given, *family])
        found.setdefault(name.casefold(), (name, _role_before(words[:start])))
    return next(iter(found.values())) if len(found) == 1 else None


def spelling_in(text: str, shouted: str) -> str:
    """Return a text's own spelling of a label in capitals, or the label if it has none."""
    pattern = re.escape(shouted.casefold()).replace(r"\ ", r"\s+")
    for found in re.finditer(rf"\b{pattern}(?!\w)", text, re.IGNORECASE):
        if not found[0].isupper() and found[0][0].isupper():
            return " ".join(found[0].split())
    return shouted


def country_behind(text: str, name: str) -> str:
    """Return the country after a name ("Jane Roe of Valdoria") in a text, "" if none."""
    for found in re.finditer(rf"\b{re.escape(name)}(?: [A-Z]\S*)*? of (?:the )?", text):
        if country := leading_country(text[found.end() :].split()):
            return country.rstrip(".,:;")
    return ""


def country_in(role: str) -> str:
    """Return the country that a role names: "President of Valdoria"."""
    words = role.split()
    for at, word in enumerate(words):
        if word in {"of", "the"} and (country := leading_country(words[at + 1 :])):
            return country.rstrip(",")
    return ""


def has_office(words: Sequence[str]) -> bool:
    """Say whether some words name an office."""
    return any(part.casefold() in _OFFICES for word in words for part in re.split("[,/]", word))


def _may_be_name(word: str) -> bool:
    """Say whether a word has the form of a part of a personal name."""
    if re.fullmatch(r"[A-Z]\.(?:[A-Z]\.)?", word):
        return True
    lower = word.casefold()
    if lower in _OF_ROLES or lower in _NO_NAMES or not re.fullmatch(r"[^\W\d_][\w’'\-]*", word):
        return False
    contracted = re.search(r"[’'](?:s|m|re|ll|ve|d)$", word)
    return word[0].isupper() and not word.isupper() and not contracted


def _role_before(words: Sequence[str]) -> str:
    """Return the role at the end of some words, "" if there is none."""
    start = len(words)
    while start:
        word = words[start - 1]
        lower = word.casefold()
        if lower in {"by", "with"} or (lower == "and" and has_office(words[start:])):
            break
        if word[-1] in ".,:;|" and lower not in _OF_ROLES:
            break
        if not (word[0].isupper() or word[0].isdigit() or word in _LINKS):
            break
        start -= 1
    while start < len(words) and words[start].casefold() not in _OF_ROLES:
        start += 1
    role = words[start:]
    return _bare(" ".join(role)) if has_office(role) and role[-1].casefold() in _OF_ROLES else ""


def _bare(role: str) -> str:
    """Return a role without an honorific at its end or an article before it."""
    role = _HONORIFIC_BEHIND.sub("", role.strip(" ,")).strip(" ,")
    return re.sub(r"^(?:[Tt]he|[Aa]n?) ", "", role)


def leading_country(words: Sequence[str]) -> str:
    """Return the first words that are the name of a country, "" if they are not."""
    for length in range(min(len(words), _LONGEST_COUNTRY), 0, -1):
        named = " ".join(words[:length])
        name = named.rstrip(".,:;")
        whole = name[:1].isupper() and words[length - 1][0].isupper()
        if len(name) > 3 and whole and country_code(name):
            return named
    return ""
