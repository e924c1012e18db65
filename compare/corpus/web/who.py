"""Read who is named by a few words: a name, an office, an institution, or "she"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from compare.corpus.web import words
from compare.corpus.web.tokens import Token
from compare.statements.countries import country_code

_LONGEST_COUNTRY = 6
_LONGEST_NAME = 6
_LONGEST_SPELLING = 80


class Kind(Enum):
    """What the words name."""

    PERSON = auto()
    INSTITUTION = auto()
    ROLE = auto()
    PRONOUN = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Who:
    """A speaker as the page names it.

    Attributes:
        first: The first of the tokens that name it.
        last: The last of them.
        definite: Whether "the" stands in front: "the minister", one who was named before.
    """

    kind: Kind
    first: int
    last: int
    name: str = ""
    role: str = ""
    country: str = ""
    definite: bool = False


class Reader:
    """Reads the tokens of one paragraph."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        """Take the paragraph and its tokens."""
        self.text = text
        self.tokens = tokens

    def span(self, first: int, last: int) -> str:
        """Return the paragraph's words from one token to another."""
        if first > last:
            return ""
        return self.text[self.tokens[first].start : self.tokens[last].end]

    def named(self, first: int, last: int) -> Who | None:
        """Return who the tokens from `first` to `last` name; None for a bare "the"."""
        start, lead = first, self.tokens[first].lower
        if lead in words.PERSONS:
            return Who(Kind.PRONOUN, first, last)
        if lead in words.DETERMINERS:
            first += 1
        if first > last:
            return None
        run = self.run(first, last)
        who = self._of_run(first, run, last) if run <= last else self._of_nouns(first, last)
        owner = self.span(first, first) if self.tokens[first].is_possessive else ""
        country = who.country or country_in(who.role or owner)
        return replace(who, first=start, definite=lead == "the", country=country)

    def run(self, first: int, last: int) -> int:
        """Return where the words with capital letters begin that end with `last`."""
        run = last + 1
        while run > first:
            if self.tokens[run - 1].is_name:
                run -= 1
            elif (
                run <= last
                and run - 2 >= first
                and self.joins(run - 1)
                and self.tokens[run - 2].is_name
            ):
                run -= 2
            else:
                break
        return run

    def joins(self, at: int) -> bool:
        """Say whether a token can stand inside of a name: "de", or the "and" of two."""
        return self.tokens[at].text in words.PARTICLES or self.tokens[at].text == "and"

    def joined(self, who: Who, first: int, last: int) -> Who | None:
        """Return a speaker with what stands behind a comma: the office, or the name.

        None says that it is neither.
        """
        if first > last:
            return None
        lead = self.tokens[first].lower
        if who.name:
            if lead in words.ASIDES or not any(
                self.tokens[i].is_office for i in range(first, last + 1)
            ):
                return who if who.kind is Kind.PERSON else None
            if who.role:
                return who
            said = self.span(first + (lead in words.DETERMINERS), last)
            return replace(who, role=said, country=who.country or country_in(said), last=last)
        is_name = self.run(first, last) == first and last - first < _LONGEST_NAME
        named = self.named(first, last) if who.kind is Kind.ROLE and is_name else None
        if named is None or named.kind is not Kind.PERSON:
            return None
        return replace(named, role=who.role, country=who.country, first=who.first)

    def _of_nouns(self, first: int, last: int) -> Who:
        """Read "minister for trade", "foreign ministry": words without a name at their end."""
        head = self.tokens[self._head(first, last)]
        said = self.span(first, last)
        if head.is_role or (head.is_institution and first == last):
            return Who(Kind.ROLE, first, last, role=said)
        return self._institution(first, last) if head.is_institution else _other(first, last)

    def _of_run(self, first: int, run: int, last: int) -> Who:
        """Read words that end with a name, or with what looks like one, from `run` on."""
        ahead = run - 2 if run > first and self.tokens[run - 1].lower == "the" else run - 1
        if ahead > first and self.tokens[ahead].lower in words.PREPOSITIONS:
            return self._behind_preposition(first, run, last)
        office = max((i for i in range(run, last + 1) if self.tokens[i].is_role), default=-1)
        if self._are_two(run, office):
            return Who(Kind.PERSON, first, last, self.span(first, last))
        if run <= office < last:
            name, role = self.span(office + 1, last), self.span(first, office)
            return Who(Kind.PERSON, first, last, name, role)
        titled = self.tokens[run].lower in words.TITLES or run == last or run > first
        determined = first > 0 and self.tokens[first - 1].lower in words.DETERMINERS
        if office == last and (titled or determined):
            return Who(Kind.ROLE, first, last, role=self.span(first, last))
        if self.tokens[last].is_institution or known_country(self.span(run, last)):
            return self._institution(first, last)
        role = self.span(first, run - 1) if run > first and self.tokens[run - 1].is_role else ""
        return Who(Kind.PERSON, first, last, self.span(run, last), role)

    def _are_two(self, run: int, office: int) -> bool:
        """Say whether an "and" ahead of an office joins two people, not the office's own words."""
        joint = next((i for i in range(run, office) if self.tokens[i].text == "and"), run)
        own = words.PORTFOLIO | words.TITLES
        return any(self.tokens[i].lower not in own for i in range(run, joint))

    def _behind_preposition(self, first: int, run: int, last: int) -> Who:
        """Read "minister of Foreign Affairs Ada Lorn", "ministry of Valdoria", "Lorn of …"."""
        at = self._head(first, last)
        head, name = self.tokens[at], self._behind_portfolio(run, last)
        if head.is_role and run < name <= last:
            role = self.span(first, name - 1)
            return Who(Kind.PERSON, first, last, self.span(name, last), role)
        if head.is_role:
            return Who(Kind.ROLE, first, last, role=self.span(first, last))
        if head.is_institution:
            return self._institution(first, last)
        if head.is_name:
            who = self._of_run(first, self.run(first, at), at)
            return replace(who, country=country_in(self.span(at + 2, last)))
        return _other(first, last)

    def _institution(self, first: int, last: int) -> Who:
        said = self.span(first, last)
        return Who(Kind.INSTITUTION, first, last, name=said, country=country_in(said))

    def _behind_portfolio(self, run: int, last: int) -> int:
        """Return where a name begins behind "State", or behind a country's name."""
        while run <= last:
            sizes = range(min(_LONGEST_COUNTRY, last - run + 1), 0, -1)
            fits = (size for size in sizes if known_country(self.span(run, run + size - 1)))
            size = next(fits, int(self.tokens[run].lower in words.PORTFOLIO))
            if not size:
                break
            run += size
        return run

    def _head(self, first: int, last: int) -> int:
        """Return the noun that the others hang on: the one ahead of the first preposition."""
        for i in range(first + 1, last + 1):
            if self.tokens[i].lower in words.PREPOSITIONS:
                return i - 1
        return last


def _other(first: int, last: int) -> Who:
    return Who(Kind.OTHER, first, last)


def known_country(text: str) -> bool:
    """Say whether a text is the name of a country, and no short word that is a code by chance."""
    if len(text) > _LONGEST_SPELLING:
        return False
    letters = text.replace(".", "")
    if len(letters) <= 3:
        return letters in words.SHORT_COUNTRIES
    return text[:1].isupper() and country_code(text) is not None


def _is_province(said: Sequence[str], first: int, end: int) -> bool:
    """Say whether the words from `first` to `end` are of "X Governor", "senator from X"."""
    ahead = [word.casefold() for word in said[max(0, first - 2) : first]]
    behind = [word.casefold().strip(",;()") for word in said[end : end + 1]]
    leads = ahead[1:] in (["of"], ["from"], ["for"]) and ahead[0] in words.OF_A_PROVINCE
    return leads or not words.OF_A_PROVINCE.isdisjoint(behind)


def country_in(text: str) -> str:
    """Return the first country that an office names as its own, as it is spelled, "" for none."""
    found = text.split()
    for first in range(len(found)):
        before = [word.casefold() for word in found[max(0, first - 2) : first] if word != "the"]
        if before and before[-1] in words.NOT_ITS_OWN | words.NOT_OF:
            continue
        for size in range(min(_LONGEST_COUNTRY, len(found) - first), 0, -1):
            if found[first + size : first + size + 1] == ["Affairs"]:  # an office for a country
                continue
            if _is_province(found, first, first + size):
                continue
            name = " ".join(found[first : first + size]).strip(",;()")
            for ending in ("’s", "'s", "’", "'"):
                name = name.removesuffix(ending)
            if known_country(name):
                return name
    return ""
