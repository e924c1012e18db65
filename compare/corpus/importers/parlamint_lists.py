"""Who spoke in a ParlaMint corpus: its lists of persons and of organisations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol
from xml.etree.ElementTree import Element

from compare.corpus.importers.account import UNREADABLE, Account
from compare.corpus.importers.sources import Entry, Source
from compare.corpus.importers.xml_files import ID, LANGUAGE, attribute, elements, name_of, text_of
from compare.corpus.values import BadFileError, Problem
from compare.statements.countries import country_code, country_name

TRANSCRIPT = re.compile(
    r"ParlaMint-(?P<corpus>[A-Z]{2}(?:-[A-Z]{2})?)(?P<translated>-en)?_.*(?<!\.ana)\.xml"
)
"""The files of a sitting's words; there is `.ana.xml` too, the same with an analysis."""

LIST = re.compile(r"ParlaMint-(?P<corpus>[A-Z]{2}(?:-[A-Z]{2})?)(?:-listPerson|-listOrg)?\.xml")
"""The files that hold them; before version 3 that was the corpus's own header."""

_PARTIES = frozenset({"politicalParty", "parliamentaryGroup", "party"})
_PARTS_OF_NAME = ("forename", "nameLink", "surname")
_WORD_STARTS = re.compile(r"(?<=[a-z])(?=[A-Z])")


class _Dated(Protocol):
    @property
    def start(self) -> str: ...

    @property
    def end(self) -> str: ...


@dataclass(frozen=True, slots=True)
class _Name:
    text: str
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class _Affiliation:
    role: str
    ref: str
    office: str
    where: str  # the organisation's name, where the affiliation itself has it
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class _Person:
    names: tuple[_Name, ...]
    affiliations: tuple[_Affiliation, ...]


@dataclass(frozen=True, slots=True)
class _Organisation:
    name: str
    role: str


class Lists:
    """The persons and organisations of the corpora in a source, by corpus and id."""

    def __init__(self) -> None:
        """Start with none."""
        self.problems: list[Problem] = []
        self.corpora: set[str] = set()  # that there is a list of persons of: "GB", "ES-CT"
        self._persons: dict[tuple[str, str], _Person] = {}
        self._organisations: dict[tuple[str, str], _Organisation] = {}

    def add(self, entry: Entry, corpus: str, account: Account) -> None:
        """Read a file, and count it."""
        try:
            for element in elements(entry, {"person", "org"}):
                key = (corpus, element.get(ID, ""))
                if name_of(element) == "person":
                    self._persons[key] = _person(element)
                    self.corpora.add(corpus)
                elif name_of(element) == "org":
                    self._organisations[key] = _organisation(element)
        except BadFileError as error:
            self.problems.append(Problem.of_file(entry.label, error))
            account.skip_file(UNREADABLE)
        else:
            account.files += 1

    def name(self, corpus: str, person: str, date: str) -> str:
        """Return what a person was called on a day, "" where that is not known."""
        found = self._persons.get((corpus, person))
        names = found.names if found else ()
        on_the_day = [name for name in names if _on(name, date)]
        return (*on_the_day, *names)[0].text if names else ""

    def organisation(self, corpus: str, ref: str) -> str:
        """Return an organisation's name, "" where it is not known."""
        found = self._organisations.get((corpus, ref))
        return found.name if found else ""

    def party(self, corpus: str, person: str, date: str) -> str:
        """Return the parties and groups that a person was in on a day."""
        return "; ".join(
            dict.fromkeys(
                self.organisation(corpus, one.ref) or one.ref.removeprefix("party.")
                for one in self._affiliations(corpus, person, date)
                if self._is_party(corpus, one.ref)
            )
        )

    def role(self, corpus: str, person: str, date: str) -> str:
        """Return the offices that a person held on a day, or the parliament they sat in."""
        offices, seats = [], []
        for one in self._affiliations(corpus, person, date):
            where = self.organisation(corpus, one.ref)
            if one.role not in {"member", "representative"}:
                offices.append(_office(one, where))
            elif self._role_of(corpus, one.ref) == "parliament":
                seats.append(f"Member, {where}")
        return "; ".join(dict.fromkeys(offices or seats))

    def _affiliations(self, corpus: str, person: str, date: str) -> Iterator[_Affiliation]:
        found = self._persons.get((corpus, person))
        return (one for one in (found.affiliations if found else ()) if _on(one, date))

    def _is_party(self, corpus: str, ref: str) -> bool:
        return self._role_of(corpus, ref) in _PARTIES or (
            (corpus, ref) not in self._organisations and ref.startswith("party.")
        )

    def _role_of(self, corpus: str, ref: str) -> str:
        found = self._organisations.get((corpus, ref))
        return found.role if found else ""


def read_lists(source: Source, account: Account) -> Lists:
    """Return the lists in a source, and in the two folders above for the corpora it is of."""
    lists = Lists()
    wanted: set[str] = set()
    read: set[str] = set()
    for entry in source.entries():
        if found := LIST.fullmatch(entry.base):
            lists.add(entry, found["corpus"], account)
            read.add(entry.base)
        elif found := TRANSCRIPT.fullmatch(entry.base):
            wanted.add(found["corpus"])
    for folder in dict.fromkeys(up for path in source.paths for up in path.resolve().parents[:2]):
        for path in sorted(folder.glob("ParlaMint-*.xml")):
            found = LIST.fullmatch(path.name)
            if found and found["corpus"] in wanted and path.name not in read:
                lists.add(Entry(path.name, str(path), path), found["corpus"], account)
                read.add(path.name)
    return lists


def country_of(corpus: str) -> str:
    """Return the country of a corpus's code: of "GB", "ES-CT"."""
    return country_name(country_code(corpus[:2]) or corpus[:2])


def _person(element: Element) -> _Person:
    names = [
        _Name(_full_name(one), one.get("from", ""), one.get("to", ""))
        for one in element
        if name_of(one) == "persName"
    ]
    affiliations = [
        _Affiliation(
            one.get("role", ""),
            one.get("ref", "").lstrip("#"),
            preferred(part for part in one if name_of(part) == "roleName"),
            preferred(part for part in one if name_of(part) == "orgName"),
            one.get("from", one.get("when", "")),
            one.get("to", one.get("when", "")),
        )
        for one in element
        if name_of(one) == "affiliation"
    ]
    return _Person(tuple(name for name in names if name.text), tuple(affiliations))


def _full_name(element: Element) -> str:
    parts = [text_of(part) for kind in _PARTS_OF_NAME for part in element if name_of(part) == kind]
    return " ".join(parts) or text_of(element)


def _organisation(element: Element) -> _Organisation:
    names = [part for part in element if name_of(part) == "orgName"]
    full = [part for part in names if part.get("full") != "abb"]
    return _Organisation(preferred(full or names), attribute(element, "role"))


def preferred(names: Iterable[Element]) -> str:
    """Return the English of some names, else the first."""
    found = list(names)
    english = [name for name in found if name.get(LANGUAGE) == "en"]
    return text_of((english or found)[0]) if found else ""


def _office(one: _Affiliation, where: str) -> str:
    role = _WORD_STARTS.sub(" ", one.role).capitalize()
    return one.office or ", ".join(part for part in (role, one.where or where) if part)


def _on(dated: _Dated, date: str) -> bool:
    """Say whether something held on a day; a year or month that it ends in counts whole."""
    start, end = dated.start[:10], dated.end[:10]
    return (not start or start <= date) and (not end or date <= end or date.startswith(end))
