"""Names, roles and countries of speakers, from titles and labels; nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from compare.statements import country_code


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
_HONORIFIC_BEHIND = re.compile(r"(?:^|(?<= ))(?:Mr|Ms|Mrs|Dr|Sir|Dame|Lord)\.?$")
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
    if start and words[start - 1].casefold() in _LINKS:
        start += len(_leading_country(words[start:]).split())
        if words[start - 1].casefold() in _LINKS:
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
        if country := _leading_country(text[found.end() :].split()):
            return country.rstrip(".,:;")
    return ""


def country_in(role: str) -> str:
    """Return the country that a role names: "President of Valdoria"."""
    words = role.split()
    for at, word in enumerate(words):
        if word in {"of", "the"} and (country := _leading_country(words[at + 1 :])):
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


def _leading_country(words: Sequence[str]) -> str:
    """Return the first words that are the name of a country, "" if they are not."""
    for length in range(min(len(words), _LONGEST_COUNTRY), 0, -1):
        named = " ".join(words[:length])
        name = named.rstrip(".,:;")
        whole = name[:1].isupper() and words[length - 1][0].isupper()
        if len(name) > 3 and whole and country_code(name):
            return named
    return ""


# Labels in capitals

_HONORIFIC = re.compile(r"(?:M[RS]S?|DR)\.? ")
_OFFICE = re.compile(
    r"(?:(?:THE|FORMER|DEPUTY|ASSISTANT|ACTING|STATE|LT\.|VICE|PRIME|FIRST|SURGEON|ATTORNEY|FOREIGN"
    r"|SPECIAL|UNDER) |SECRETARY[ -](?=GENERAL))*"
    r"(?:PRESIDENT|SECRETARY|GENERAL|GOVERNOR|SENATOR|REPRESENTATIVE|CONGRESS(?:WO)?MAN|MAYOR"
    r"|ADMINISTRATOR|AMBASSADOR|DIRECTOR|CHAIR(?:MAN|WOMAN)?|ADVISOR|MINISTER|CHANCELLOR|KING|QUEEN"
    r"|AMIR|LADY|GENTLEM[AE]N|SPEAKER|LEADER|JUSTICE|JUDGE|COMMISSIONER|COLONEL|ADMIRAL|MAJOR|CHIEF"
    r"|COUNSEL|COORDINATOR|ENVOY|RABBI|CHAPLAIN|PRINCE(?:SS)?|POPE|ASSISTANT) "
)
_RANK = re.compile(
    r"[DV]?FM|D?PM|SG|HRVP|HR/VP|MP|MEP|(?:GEN|ADM|COL|MAJ|CAPT|CMDR|LT|BRIG|SGT|VADM|RADM)\.?"
    r"|COUNCILL?OR|CHANCELLERY|TAOISEACH|HIGHNESS|MAJESTY|EXCELLENCY|SHEIKH|CROWN|ENVOY|DELEGATE"
)
_OFFICES_OF = {
    "United States": re.compile(
        r"(?:THE )?(?:(?:DEPUTY|ACTING|ASSISTANT|UNDER|PRINCIPAL|PENTAGON|PRESS|U\.?S\.?)[ -])*"
        r"(?:SECRETARY(?! GENERAL\b)(?: OF (?:STATE|DEFENSE|WAR|(?:THE )?TREASURY|COMMERCE|ENERGY"
        r"|LABOR|AGRICULTURE|HOMELAND SECURITY|THE (?:INTERIOR|ARMY|NAVY|AIR FORCE)))?"
        r"|AMBASSADOR|SPOKES(?:PERSON|MAN|WOMAN)|SENATOR|REPRESENTATIVE|CONGRESS(?:WO)?MAN"
        r"|ADMINISTRATOR|COUNSELOR)(?: (?!OF |FOR )|$)"
        r"|(?:AN? )?(?:SENIOR )?(?:(?:STATE|DEFENSE|DEPARTMENT|ADMINISTRATION|MILITARY|WHITE|HOUSE"
        r"|U\.?S\.?|GOVERNMENT) )*OFFICIAL(?: |$)"
    ),
    "China": re.compile(r"SPOKES(?:PERSON|MAN|WOMAN)(?: |$)"),
}
_ADDRESSED = frozenset({"PRESIDENT", "MINISTER", "CHANCELLOR", "COMMISSIONER", "AMBASSADOR"})
_FOREIGN_OFFICE = re.compile(
    r"(?:VICE )?PRESIDENT|PRIME MINISTER|(?:FOREIGN )?MINISTER|CHANCELLOR|KING|QUEEN|AMIR|POPE"
    r"|PRINCE(?:SS)?|SECRETARY[ -]GENERAL|FIRST LADY"
)


def split_office(label: str) -> tuple[str, str]:
    """Return office and surname of a label in capitals; without an office, "" and the whole."""
    if found := _HONORIFIC.match(label):
        return "", label[found.end() :]
    found = _OFFICE.match(label)
    return (found[0].strip(), label[found.end() :]) if found else ("", label)


def is_foreign_office(office: str) -> bool:
    """Say whether an office in capitals is a guest's in a transcript of the United States."""
    return bool(_FOREIGN_OFFICE.fullmatch(office))


def speaks_for(label: str, country: str) -> bool:
    """Say whether the speaker of a label in capitals speaks for the transcript's country.

    Speakers without an office ("MS ROE") or with one of that country ("SECRETARY ROE") do; others
    may be guests.
    """
    found = _HONORIFIC.match(label)
    rest = label[found.end() :] if found else label
    if found and " " not in rest and rest not in _ADDRESSED:
        return True
    words = re.split(r"[ -]", rest)
    if not (has_office(words) or any(map(_RANK.fullmatch, words))):
        return True
    office = _OFFICES_OF[country].match(rest) if country in _OFFICES_OF else None
    return office is not None and not has_office(re.split(r"[ -]", rest[office.end() :])[:-1])


# Roles on the Kremlin's pages

_OF = re.compile(r" of (?:the )?", re.IGNORECASE)
_OF_STATE = re.compile(
    r"\b(?:President|Minister|Premier|Chancellor|King|Queen|Emir|Amir|Sultan|Prince|Princess|Leader"
    r"|Head of (?:State|Government)|Governor-General|Ambassador|Plenipotentiary|Envoy|Consul"
    r"|Representative|Secretary of State|Senate|Parliament|Assembly|Congress|Duma|Council|Party"
    r"|Government|Cabinet|Court|Central Bank|National Bank)$|\bMinist(?:er|ry) (?:of|for) [^,]+$",
    re.IGNORECASE,
)
"""What precedes a country: an office of a State, or one of its institutions."""

_ENDS = re.compile(r"$|[,;)]| (?:and|of|to|for|on|in|at|with|–|-) ")
_ONLY_ABOUT = re.compile(r"\b(?:to|for|on|in|with|from|friends)(?: the)? $", re.IGNORECASE)
_ALWAYS_RUSSIAN = re.compile(r"\bState Duma\b|(?<!and )\bPlenipotentiary\b")
_OF_CABINET = re.compile(r"\b(?:Minister|Governor)\b")
_RUSSIAN_PLACES = re.compile(r"\b(?:Region|Territory|Area|District|Federal City|St Petersburg)\b")
_PORTFOLIO = re.compile(
    r"(?:(?:acting|affairs|agriculture|and|arctic|board|chair|chairman|chief|civil|commission"
    r"|communications|construction|culture|defence|deputy|development|digital|disaster|east"
    r"|economic|economy|education|emergencies|emergency|energy|environment|envoy|far|federal"
    r"|finance|first|food|for|foreign|former|government|governor|health|healthcare|higher|housing"
    r"|industry|information|interior|internal|justice|labour|mass|media|military-industrial"
    r"|minister|natural|nuclear|of|office|open|policy|presidential|prime|protection|railways"
    r"|regional|relief|resources|science|security|situations|social|sports?|staff|technology|the"
    r"|tourism|trade|transport|utilities|youth),?(?: |$))+",
    re.IGNORECASE,
)
"""A government office in generic words, without a place or a nationality."""

_OTHER_STATES = re.compile(
    r"\b(?:US|USA|UK|UAE|DPRK)\b|\b[A-Z][a-z]+(?:an|ish|ese|ch|i|ss|ek|ai) (?:Federal )?"
    r"(?:President|Chancellor|King|Emir|(?:Prime |Foreign |Defence )?Minister)\b"
)


def country_of_role(role: str, title: str, home: str) -> str:
    """Return the country in which a role is an office of State; "" in doubt.

    The Kremlin's pages name no country for offices at home. So an office without a country is at
    home if no other State has it, or if it is a government's and the title names no other country.
    """
    for found in _OF.finditer(role):
        before, behind = role[: found.start()], role[found.end() :]
        country = _leading_country(behind.split()).rstrip(",")
        # what follows a country can make it a part of another name, as in that of a war
        ends = _ENDS.match(behind, len(country)) or before.endswith("Party")
        if country and behind.startswith(country) and _OF_STATE.search(before) and ends:
            return country
    at_home = re.finditer(rf"(?<![-–])\b(?:{home}n|of (?:the )?{home})\b(?![-–])", role)
    if any(not _ONLY_ABOUT.search(role[: found.start()]) for found in at_home):
        return home
    if country_in(role):
        return ""
    is_plain = _RUSSIAN_PLACES.search(role) or _PORTFOLIO.fullmatch(role)
    may_be = (_OF_CABINET.search(role) and is_plain) or role.startswith("Presidential ")
    ours = _ALWAYS_RUSSIAN.search(role) or (may_be and not _names_another(title, home))
    return home if ours else ""


def _names_another(title: str, home: str) -> bool:
    """Say whether a title names another country: by its name, or "Ostravian-Valdorian talks"."""
    words = re.sub(r"[-–—:,;()]", " ", title).split()
    named = filter(None, (_leading_country(words[at:]) for at in range(len(words))))
    return (
        any(home not in country for country in named)
        or re.search(rf"\b{home}n?[-–]\w", title) is not None
        or any(not found[0].startswith(f"{home}n ") for found in _OTHER_STATES.finditer(title))
    )
