"""Who speaks in the White House's texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from compare.corpus.importers.labels import is_abroad, split_label
from compare.corpus.importers.people import (
    PARTICLES,
    country_behind,
    country_in,
    has_office,
    named_in,
    spelled_in,
    split_role,
)
from compare.corpus.importers.turns import Turn

_US = "United States"
TERM = ("2021-01-20", "2025-01-20")
OFFICE_HOLDERS = {
    "president": ("Joe Biden", "Joseph Biden"),
    "vice president": ("Kamala Harris",),
    "first lady": ("Jill Biden",),
    "second gentleman": ("Douglas Emhoff",),
}
"""Who held, in the term that the archive is of, the offices that stand alone before a turn.

The first spelling is the one that a speaker gets.
"""

_AT_HOME = re.compile(
    r"(?:[A-Z.]+ )*(?:SECRETARY|GOVERNOR|SENATOR|REPRESENTATIVE|CONGRESS(?:WO)?MAN|MAYOR"
    r"|ADMINISTRATOR|DIRECTOR|ADVISOR|(?:SURGEON|ATTORNEY) GENERAL|SPEAKER|LEADER|JUSTICE"
    r"|ASSISTANT)"
)
_BY = re.compile(
    r"\b(?:statement|remarks|message|letter|excerpts?|readout|note|address|release)s?\b"
    r"(?: \([^)]*\))?(?: as prepared)?(?: for delivery)?"
    r"(?:(?: on .+)? (?:by|from)| (?P<of>of)) (?P<who>.+)"
    r"|(?P<whose>(?:vice )?president \w+)(?:’s)? statement\b",
    re.IGNORECASE,
)
_TOPIC = re.compile(
    r" (?:on|at|in|to(?! the (?:vice )?president\b)|upon|during|before|after|following|regarding"
    r"|about|as|virtual|\w+ years|(?!emerging)\w{4,}ing|call|meeting)\b.*"
    r"|:.*| \|.*",
    re.IGNORECASE,
)
_ASIDE = re.compile(r" with\b.*|,(?! jr).*", re.IGNORECASE)
_JOINS = re.compile(r"(,? (?:and|&|with) |,(?! jr) ?)", re.IGNORECASE)
_AND = re.compile(r",? (?:and|&) ", re.IGNORECASE)
_JOINT = re.compile(
    r"\bjoint\b(?: [\w.’\-]+){0,2} (?:statement|message|letter|declaration|remarks)s?\b",
    re.IGNORECASE,
)
_DOCTOR = re.compile(r"Dr\. ")
_SIGNED = re.compile(r"([A-Z]+)(?: [A-Z]\.)? ([A-Z]+),?(?: JR\.?)?")


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who a turn or a text is by, as far as it is known."""

    name: str = ""
    role: str = ""
    country: str = ""


@dataclass(slots=True)
class Speakers:
    """The speakers of one transcript, by the labels of their turns."""

    title: str
    date: str
    section: str
    _heard: list[str] = field(default_factory=list)
    _known: dict[str, Speaker] = field(default_factory=dict)

    def listening(self, turns: Iterable[Turn]) -> Iterator[Turn]:
        """Yield the turns, and remember what was said before the next one is looked at."""
        for turn in turns:
            if turn.label not in self._known and not turn.left_out:
                self._known[turn.label] = self._speaker(turn.label)
            yield turn
            self._heard.append(turn.text)

    def of(self, label: str) -> Speaker:
        """Return the speaker of a label that was listened to."""
        return self._known[label]

    def _speaker(self, label: str) -> Speaker:
        if holder := _holder(label, self.date):
            return holder
        office, surname = split_label(label)
        if surname == label:
            unnamed = "OFFICIAL" in label.split()
            name = _cased(label) if unnamed else self._spelled(label)
            return Speaker(name, country=self._country(label, "", name))
        full = named_in(self.title, surname)
        if full and full[1] and office and office.split()[-1].casefold() not in full[1].casefold():
            full = None  # it is another of that surname
        role = full[1] if full else ""
        if full is None and not office.endswith("LADY"):
            full = named_in(" ".join(self._heard), surname)
        name = full[0] if full else self._spelled(label)
        country = self._country(office, role, full[0] if full else self._spelled(surname))
        return Speaker(name, role or _cased(office), country)

    def _spelled(self, label: str) -> str:
        found = spelled_in(self.title, label)
        return spelled_in(" ".join(self._heard), label) if found == label else found

    def _country(self, office: str, role: str, name: str) -> str:
        """Return the country that is spoken for: another's where the title says so.

        Guests without an office are nobody's, as are ambassadors outside press briefings.
        """
        if name and (abroad := country_behind(self.title, name)):
            return abroad
        if is_abroad(office):
            return ""
        known = role or _AT_HOME.fullmatch(office) or office.startswith("SENIOR ADMIN")
        return _US if known or self.section == "press-briefings" else ""


def author(title: str, last: str, date: str) -> Speaker:
    """Return who a text without turns is by: whom its title says, or who signed it.

    It is nobody where the title names several, or says that a statement is joint.
    """
    found = _BY.search(title)
    if _JOINT.search(_head(title, found)):
        return Speaker(country=_US)
    if found and not (found["of"] and "readout" in found[0].casefold()):
        joined = found["whose"] and _JOINS.search(title[: found.start()])
        authors = _TOPIC.sub("", found["who"] or found["whose"])
        if joined or _are_several(authors, date):
            return Speaker(country=_US)
        who = _ASIDE.sub("", authors)
        if holder := _holder(who, date):
            return holder
        role, name = split_role(who)
        if name and (has_office(role.split()) or _DOCTOR.match(who)):
            return Speaker(name, role, country_in(role) or country_behind(title, name) or _US)
    if found := _SIGNED.fullmatch(last):
        for office in ("president", "vice president"):
            holder = _holder(office, date)
            spelled = [name.upper() for name in OFFICE_HOLDERS[office]]
            if holder and f"{found[1]} {found[2]}" in spelled:
                return holder
    return Speaker(country=_US)


def _head(title: str, found: re.Match[str] | None) -> str:
    """Return a title without its authors and what follows them; all of it where it has none."""
    if found is None:
        return title
    return title[: found.start("who")] if found["who"] else found[0]


def _are_several(authors: str, date: str) -> bool:
    """Say whether more than one person may be named; in doubt they are several.

    "Senior Advisor and Chief Spokesperson Ada Veld" is one: "and" joins two offices of hers. Behind
    a person an office is another's, and behind "and" anything is.
    """
    first, *rest = _JOINS.split(authors)
    for join, part in zip(rest[::2], rest[1::2], strict=True):
        words, is_and = part.split(), _AND.fullmatch(join)
        if not words:
            continue
        if _is_person(first, date):
            if is_and or has_office(words) or split_role(part) == ("", " ".join(words)):
                return True
        elif is_and and (words[0] == "the" or _holder(part, date)) and has_office(first.split()):
            return True
        first += join + part
    role, name = split_role(authors)
    return bool(name) and _has_name(role)


def _is_person(text: str, date: str) -> bool:
    """Say whether a person is named, or an office that one person holds: "the President"."""
    office = text.casefold().removeprefix("the ").partition(" of ")[0]
    return bool(_holder(text, date)) or is_abroad(office.upper()) or _has_name(text)


def _has_name(text: str) -> bool:
    """Say whether a name, be it a surname alone, ends a text, or stands before an "of" in it."""
    words = [word for word in text.split() if word not in PARTICLES]
    ends = [at for at, word in enumerate(words) if at and word == "of"] + [len(words)]
    return any(split_role(" ".join([*words[:end], words[end - 1]]))[1] for end in ends if end)


def _holder(label: str, date: str) -> Speaker | None:
    """Return who holds the office of "THE PRESIDENT" or of "President Joseph R. Biden, Jr."."""
    if not TERM[0] <= date < TERM[1]:
        return None
    for office, names in OFFICE_HOLDERS.items():
        given = "|".join(name.split()[0] for name in names)
        surname = names[0].split()[1]
        alone = re.fullmatch(rf"(?:the )?{office}", label, re.IGNORECASE)
        named = rf"(?:the )?{office} (?:(?:{given}) (?:[A-Z]\.? )?)?{surname}(?![\w’])"
        if alone or re.match(named, label, re.IGNORECASE):
            return Speaker(names[0], office.title(), _US)
    return None


def _cased(label: str) -> str:
    """Return a label that is nothing but an office in the case of a title."""
    return " ".join(word.capitalize() for word in label.split())
