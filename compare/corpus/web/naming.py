"""Find who is named ahead of a verb, behind it, or anywhere in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from compare.corpus.web import words
from compare.corpus.web.who import Kind, Reader, Who, known_country

_LONGEST = 14
_LONGEST_ASIDE = 25
_LONGEST_IN_BRACKETS = 12
_DASHES = ("—", "–")
_ENDS = (",", ".", ";", ":", "?", "!", *_DASHES)


class Names(Reader):
    """Who is named where in a paragraph."""

    def before(self, start: int, at: int) -> Who | None:
        """Return who the words that end ahead of token `at` name; they begin at `start` or later.

        The office may stand between commas behind the name, or the name behind the office.
        """
        last = at - 1
        if last < start:
            return None
        sign = self.tokens[last].text
        if sign not in (",", *_DASHES):
            return self._with_name_ahead(start, self._ending_with(start, last))
        commas = list(self._commas(start, last))
        for comma in commas:
            who = self._ending_with(start, comma - 1)
            joined = who and self.joined(who, comma + 1, last - 1)
            if joined:
                return replace(joined, last=last - 1)
        if commas and self._opens_aside(commas[0] + 1) and not self._is(last + 1, "who"):
            return self._ahead_of_aside(start, commas[0], last - 1)
        who = self._ending_with(start, last - 1)
        return who if who and who.name else None

    def after(self, at: int, end: int, *, alone: bool = False) -> Who | None:
        """Return who the words that begin with token `at` name; they end ahead of `end`.

        Args:
            alone: Whether no noun can follow the name, as behind a verb: "said Lorn ally Bren Tal".
        """
        last = self._last_of(at, end)
        who = self.named(at, last) if last >= at else None
        if who and who.kind is Kind.PERSON and not who.role and self._ends_with_common(who):
            return Who(Kind.OTHER, at, last)
        if who is None or last + 1 >= end:
            return who
        if self.tokens[last].is_name and self._is_of_another(last + 1, alone=alone):
            return Who(Kind.OTHER, at, last)
        if self.tokens[last + 1].text == "(":
            closing = self._find(")", last + 2, min(end, last + _LONGEST_IN_BRACKETS))
            return _aside(who, self.span(last + 2, closing - 1), closing) if closing else who
        if self.tokens[last + 1].text != ",":
            return who
        behind = stop = last + 2
        while stop < min(end, behind + _LONGEST_ASIDE) and not self._ends_aside(stop):
            stop += 1
        return self.joined(who, behind, stop - 1) or who

    def mentions(self, start: int, end: int) -> Iterator[Who]:
        """Yield the people and institutions that are named from `start` to `end`."""
        for last in range(start, end):
            if not self.tokens[last].is_name or self._goes_on(last, end):
                continue
            who = self.named(self._first_of(start, last), last)
            if who is None or not who.name:
                continue
            if not who.role and last + 1 < end and self.tokens[last + 1].text in (",", "("):
                who = self.after(who.first, end) or who
            if not who.role and who.first - 2 >= start and self.tokens[who.first - 1].text == ",":
                office = self._ending_with(start, who.first - 2)
                if office and office.kind is Kind.ROLE:
                    who = replace(who, role=office.role, country=who.country or office.country)
            yield who

    def _commas(self, start: int, last: int) -> Iterator[int]:
        """Yield where what ends with the comma or dash `last` can begin, the nearest first."""
        inner = False
        for at in range(last - 1, max(start, last - _LONGEST_ASIDE) - 1, -1):
            token, behind = self.tokens[at], self.tokens[at + 1].lower
            if token.quoted or token.text in (".", ";", ":"):
                break
            if token.text == self.tokens[last].text:
                if behind in words.JOINING or (inner and behind in words.OPENING):
                    break
                yield at
                inner = True

    def _opens_aside(self, at: int) -> bool:
        """Say whether what begins with token `at` between commas names no subject."""
        token = self.tokens[at]
        participle = token.text.islower() and token.lower.endswith(("ing", "ed"))
        return participle or token.lower in words.ASIDES or token.lower in ("like", "such")

    def _ahead_of_aside(self, start: int, comma: int, last: int) -> Who | None:
        """Return the subject of which an aside says more; what is named in it is none."""
        if comma > start and self.tokens[comma - 1].lower in words.JOINING:
            return None
        who = self._ending_with(start, comma - 1)
        if who and who.kind in (Kind.PRONOUN, Kind.ROLE, Kind.INSTITUTION):
            return replace(who, last=last)
        return Who(Kind.OTHER, comma + 1, last)

    def _is_of_another(self, at: int, *, alone: bool) -> bool:
        """Say whether the noun `at` makes of the name ahead of it a word about someone else."""
        token = self.tokens[at]
        if not token.is_noun or token.is_name:
            return False
        if token.lower in words.RELATIONS:
            return True
        free = token.lower.endswith(("ly", "ed")) or token.lower in words.BEHIND_NAMES
        return alone and not free

    def _ends_with_common(self, who: Who) -> bool:
        """Say whether a single word stands behind a possessive: "Women’s Forum"."""
        return (
            who.last > who.first and " " not in who.name and self.tokens[who.last - 1].is_possessive
        )

    def is_part(self, who: Who, end: int) -> bool:
        """Say whether a name is part of what names another: "Lorn’s envoy", "Lorn ally"."""
        at = who.last + 1
        if at >= end:
            return False
        token = self.tokens[at]
        owns = token.is_possessive and token.text[0].isupper()
        return owns or self._is_of_another(at, alone=False)

    def _with_name_ahead(self, start: int, who: Who | None) -> Who | None:
        """Read "Lorn, a spokesperson for the ministry", where a second comma is missing."""
        if who is None or who.kind is not Kind.ROLE or who.first - 2 < start:
            return who
        if self.tokens[who.first - 1].text != ",":
            return who
        named = self._ending_with(start, who.first - 2)
        if named is None or named.kind is not Kind.PERSON or named.role:
            return who
        return self.joined(named, who.first, who.last) or who

    def _ending_with(self, start: int, last: int) -> Who | None:
        """Return who is named by the words that end with token `last`."""
        if last < start:
            return None
        if self.tokens[last].text == ")":
            nearest = range(last - 1, max(start, last - _LONGEST_IN_BRACKETS), -1)
            opening = next((i for i in nearest if self.tokens[i].text == "("), start)
            who = self._ending_with(start, opening - 1)
            return who and _aside(who, self.span(opening + 1, last - 1), last)
        first = self._first_of(start, last)
        if first > last:
            return None
        if self._is_object(start, first, last):
            return Who(Kind.OTHER, first, last)
        return self.named(first, last)

    def _is_object(self, start: int, first: int, last: int) -> bool:
        """Say whether a preposition or another verb stands ahead, so that these are no subject."""
        ahead = self.tokens[first - 1] if first > start else None
        word = ahead.lower if ahead else ""
        if word == "under" and self._is(first, "secretary"):
            return False
        if word in words.NO_SUBJECT_BEHIND and word not in words.ALIKE:
            return True
        if self._goes_on_with_who(last):
            return False
        such = word == "as" and self._is(first - 2, "such")
        if such or word in words.ALIKE or word in words.VERBS or word in words.BEING:
            return True
        if ahead and ahead.text.islower() and word.endswith("ing"):
            return word not in words.NO_PARTICIPLES
        return self.tokens[last].lower not in words.PERSONS and self._is_in_relative(
            start, first, last
        )

    def _goes_on_with_who(self, last: int) -> bool:
        """Say whether "who" is behind token `last`, a comma or a dash at most between."""
        behind = self.tokens[last + 1 : last + 3]
        signs = len(behind) == 2 and behind[0].text in (",", *_DASHES)
        return bool(behind) and behind[int(signs)].lower == "who"

    def _is_in_relative(self, start: int, first: int, last: int) -> bool:
        """Say whether "who" and a verb stand ahead: "the man who met Ada Lorn"."""
        verb = any(self._may_be_verb(i) for i in range(first, self.run(first, last)))
        if self._is(first, "that"):
            return verb
        at = first
        while at > start and first - at < _LONGEST and self._stands_by_verb(at - 1):
            at -= 1
            verb = verb or self._may_be_verb(at)
        return verb and at > start and self.tokens[at - 1].lower in words.RELATIVES

    def _stands_by_verb(self, at: int) -> bool:
        token = self.tokens[at]
        if token.lower in words.RELATIVES:
            return False
        return (token.is_noun and not token.is_name) or token.lower in words.BESIDE_VERBS

    def _may_be_verb(self, at: int) -> bool:
        token = self.tokens[at]
        return token.is_noun and not (
            token.is_name or token.is_office or token.is_possessive or token.lower in words.NO_VERBS
        )

    def _is(self, at: int, word: str) -> bool:
        return at >= 0 and self.tokens[at].lower == word

    def _first_of(self, start: int, last: int) -> int:
        """Return where the words that name someone begin, going back from `last`."""
        if self.tokens[last].lower in words.PERSONS:
            return last
        first = last + 1
        while first > start and last - first < _LONGEST:
            if self.tokens[first - 1].lower in words.DETERMINERS:
                first -= 1
                if first == start or self.tokens[first - 1].lower not in words.PREPOSITIONS:
                    break
            elif self._precedes(first - 1, start, last):
                first -= 1
            else:
                break
        return first

    def _precedes(self, i: int, start: int, last: int) -> bool:
        """Say whether token `i` belongs to the words that end with `last` and name someone."""
        token = self.tokens[i]
        if token.lower in words.PREPOSITIONS or token.lower == "and":
            return start < i < last and self.tokens[i - 1].is_noun
        return token.is_noun or token.is_possessive or self.joins(i)

    def _last_of(self, at: int, end: int) -> int:
        """Return where the words that name someone end, going on from `at`."""
        if at < end and self.tokens[at].lower in words.PERSONS:
            return at
        last = at - 1
        office = False
        while last + 1 < min(end, at + _LONGEST) and self._belongs(last + 1, at, end, office):
            last += 1
            office = office or self.tokens[last].is_office
        return last

    def _belongs(self, i: int, at: int, end: int, office: bool) -> bool:
        """Say whether token `i` goes on with the words that begin with `at` and name someone."""
        token, before = self.tokens[i], self.tokens[i - 1] if i > at else None
        if token.lower in words.DETERMINERS:
            return before is None or before.lower in words.PREPOSITIONS
        if token.lower in words.PREPOSITIONS:
            behind = self.tokens[i + 1] if office and i + 1 < end else None
            return behind is not None and (
                behind.is_noun or behind.is_possessive or behind.lower == "the"
            )
        if self.joins(i):
            return before is not None and before.is_name and self._is_name(i + 1, end)
        if token.is_possessive and token.text[0].isupper():
            return True
        if token.is_noun and not token.is_name:
            return before is None or not before.is_name or token.is_office
        return token.is_name or token.is_possessive

    def _goes_on(self, last: int, end: int) -> bool:
        """Say whether a name goes on behind `last`."""
        if self._is_name(last + 1, end):
            return True
        return last + 1 < end and self.joins(last + 1) and self._is_name(last + 2, end)

    def _ends_aside(self, at: int) -> bool:
        token = self.tokens[at]
        return token.quoted is not None or token.text in _ENDS or token.lower in words.VERBS

    def _find(self, sign: str, start: int, end: int) -> int:
        """Return where a sign is, 0 if nowhere."""
        return next((i for i in range(start, end) if self.tokens[i].text == sign), 0)

    def _is_name(self, at: int, end: int) -> bool:
        return at < end and self.tokens[at].is_name


def _aside(who: Who, aside: str, last: int) -> Who:
    """Return a speaker with the country that stands in brackets, if one does."""
    country = aside if known_country(aside) else ""
    return replace(who, country=who.country or country, last=last)
