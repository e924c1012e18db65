"""Remember who was named on a page, so that a surname or "she" can be told."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

from compare.corpus.web import words
from compare.corpus.web.who import Kind, Who
from compare.statements.normalize import fold, speaker_key

_FAR = 12
"""Sentences over which "she" is told."""

_IN_OFFICE = 50
"""Of how many people "the minister" is told."""


@dataclass(slots=True)
class Person:
    """Someone who was named: the fullest name, and the first office that stood beside it."""

    name: str
    role: str = ""
    country: str = ""
    spoke: bool = False


class People:
    """All who were named on a page so far.

    Attributes:
        subject: Who spoke last, or was spoken of first in the last sentence that names someone.
        subject_at: In which sentence that was, counted over the page.
    """

    def __init__(self) -> None:
        """Know nobody."""
        self._by_key: dict[str, Person] = {}
        self._by_word: dict[str, list[Person]] = {}
        self._in_office: deque[Person] = deque(maxlen=_IN_OFFICE)
        self.subject: Who | None = None
        self.subject_at = 0

    def meet(self, who: Who) -> Person | None:
        """Remember a person and return what is known of them.

        A single word is taken for the one person whose name begins or ends with it.
        """
        key = speaker_key(who.name)
        if who.kind is not Kind.PERSON or not key:
            return None
        person = self._by_key.get(key)
        if person is None and len(named := self._by_word.get(key, [])) == 1:
            person = named[0]
        if person is None:
            person = self._by_key[key] = Person(who.name)
            for word in {key.partition(" ")[0], key.rpartition(" ")[2]} - {key}:
                self._by_word.setdefault(word, []).append(person)
        if who.role and not person.role:
            self._in_office.append(person)
            person.role = who.role
        person.country = person.country or who.country
        return person

    def knows(self, who: Who) -> bool:
        """Say whether such a name was met before."""
        key = speaker_key(who.name)
        return key in self._by_key or key in self._by_word

    def full(self, who: Who) -> Who:
        """Return a person with the full name, and the office where the words have none."""
        person = self.meet(who)
        return _completed(who, person) if person else who

    def in_office(self, who: Who) -> Who | None:
        """Return the one who was named with such an office."""
        if self.subject and _is_that_of(self.subject.role, who.role):
            return self.subject if " and " not in self.subject.name else None
        found = [person for person in self._in_office if _is_that_of(person.role, who.role)]
        return _completed(who, found[0]) if len(found) == 1 else None

    def bears(self, word: str, *, last: bool = False) -> bool:
        """Say whether someone has a word, such as a country's name, for a first or last name.

        Args:
            last: Count the last names of those who spoke or have an office alone.
        """
        key = speaker_key(word)
        people = self._by_word.get(key, ())
        if key in self._by_key or len(people) > _IN_OFFICE:
            return True
        for person in people:
            name = speaker_key(person.name).split()
            countries = name[0] in words.NOT_ITS_OWN or "and" in (name[1], name[-2])
            plainly = bool(person.role or person.spoke) and name[-1] == key
            if not countries and (plainly or not last):
                return True
        return False

    def turn_to(self, who: Who | None, at: int) -> None:
        """Take someone for the one who is meant by "she" from now on, None for nobody known."""
        self.subject, self.subject_at = who, at

    def meant(self, at: int) -> Who | None:
        """Return who is meant by "she", where the page has not left them too long ago."""
        who = self.subject if at - self.subject_at <= _FAR else None
        return who if who and who.kind in (Kind.PERSON, Kind.ROLE) else None


def _is_that_of(known: str, asked: str) -> bool:
    """Say whether a person in an office is meant by some of its words.

    All of them are words of the office, and the noun is the same: "the president" is no spokesman
    for the president, and no vice president either.
    """
    own, said = fold(known).split(), fold(asked).split()
    all_of_it = set(said) - words.PREPOSITIONS - words.DETERMINERS <= set(own)
    lesser = words.LESSER.intersection(own) - set(said)
    return all_of_it and not lesser and _noun(own) == _noun(said)


def _noun(office: list[str]) -> str:
    """Return the last word ahead of "of" and the like."""
    ends = (i for i, word in enumerate(office) if i and word in words.ENDS_OF_NOUN)
    return office[next(ends, len(office)) - 1] if office else ""


def _completed(who: Who, person: Person) -> Who:
    role = who.role if who.name and who.role else person.role
    country = who.country or ("" if role != person.role else person.country)
    return replace(who, kind=Kind.PERSON, name=person.name, role=role, country=country)
