"""Propose the quotations of a page as statements, each with its speaker as the page names it.

Nothing is made up: a speaker is a span of the page, or "" where none is found. What is found is
only a proposal, since "she" can be another and a title can stand in quotation marks: a person
confirms each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from compare.corpus.web import words
from compare.corpus.web.attribution import Act, Sentence, sentences
from compare.corpus.web.marks import Quoted, quotations
from compare.corpus.web.naming import Names
from compare.corpus.web.page import Page
from compare.corpus.web.people import People
from compare.corpus.web.proposal import Confidence, Proposal
from compare.corpus.web.reported import reported
from compare.corpus.web.signature import signers
from compare.corpus.web.tokens import tokens
from compare.corpus.web.who import Kind, Who
from compare.statements.statement import Quotation

LEAST_WORDS = 4
"""Fewer are a term in quotation marks, not a statement."""

_WORD = re.compile(r"\w+(?:[’'‑-]\w+)*")
_AROUND = 600
_NOBODY = Who(Kind.OTHER, 0, 0)
_GOES_ON = (",", "—", "–")
_SCENE = words.SCENES | words.AHEAD | words.BETWEEN | words.MONTHS_AND_DAYS
_WHERE = frozenset({"in", "at", "told", "tells"})
_BEHIND_WORDS = " ,\u00a0"


def propose(page: Page) -> list[Proposal]:
    """Return the quotations and the reported speech of a page, in the order of its text."""
    finder = _Finder()
    following = (*page.paragraphs[1:], "")
    signed = signers(page.paragraphs)
    found: list[Proposal] = []
    for number, (text, behind) in enumerate(zip(page.paragraphs, following, strict=True)):
        found += finder.paragraph(number, text, behind, signed[number])
    return found


class _Finder:
    """Goes over a page once, and knows who was named so far."""

    def __init__(self) -> None:
        self._people = People()
        self._at = 0  # sentences so far
        self._paragraph = 0
        self._signer: Who | None = None

    def paragraph(
        self, number: int, text: str, following: str, signer: Who | None
    ) -> Iterator[Proposal]:
        """Yield the proposals of a paragraph; a quotation may go on in the following one."""
        self._paragraph, self._signer = number, signer
        quoted = quotations(text)
        if quoted and not quoted[-1].closed and text[quoted[-1].start - 1] != following[:1]:
            quoted.pop()
        for sentence in sentences(Names(text, tokens(text, quoted))):
            self._at += 1
            yield from self._sentence(sentence)

    def _sentence(self, sentence: Sentence) -> Iterator[Proposal]:
        mentions = [
            who
            for who in sentence.mentions(sentence.start, sentence.end)
            # The first word of a sentence has a capital letter in any case.
            if who.last > sentence.start or self._people.knows(who)
        ]
        for who in mentions:
            self._people.meet(who)
        found = [*self._quoted(sentence, mentions)] or [*self._reported(sentence, mentions)]
        if not found:
            self._pass_over(sentence, mentions)
        yield from found

    def _quoted(self, sentence: Sentence, mentions: Sequence[Who]) -> Iterator[Proposal]:
        for group in _groups(sentence):
            spans = [_trimmed(sentence.text, quoted) for _, quoted in group]
            text = " ".join(sentence.text[start:end] for start, end in spans)
            if not _is_long_enough(text):
                continue
            who, confidence = self._speaker(sentence, [at for at, _ in group], mentions)
            start, end = spans[0][0], spans[-1][1]
            yield self._proposal(sentence, Quotation.DIRECT, text, (start, end), who, confidence)

    def _reported(self, sentence: Sentence, mentions: Sequence[Who]) -> Iterator[Proposal]:
        for first, last, by in reported(sentence):
            start, end = sentence.tokens[first].start, sentence.tokens[last].end
            text = sentence.text[start:end]
            if by.kind is not Kind.OTHER and _is_long_enough(text):
                who, found = self._resolved(by, Confidence.BESIDE, sentence, mentions)
                yield self._proposal(sentence, Quotation.REPORTED, text, (start, end), who, found)

    def _pass_over(self, sentence: Sentence, mentions: Sequence[Who]) -> None:
        """Take notice of who speaks or acts in a sentence of which nothing is proposed."""
        if acts := [act for act in sentence.acts if act.who.kind is not Kind.OTHER]:
            self._resolved(acts[-1].who, Confidence.BESIDE, sentence, mentions)
        elif person := self._person(sentence, mentions, sentence.end):
            self._people.turn_to(self._people.full(person), self._at)

    def _speaker(
        self, sentence: Sentence, group: Sequence[int], mentions: Sequence[Who]
    ) -> tuple[Who, Confidence]:
        """Return who says what is quoted at the tokens of a group, and where that was found."""
        if self._signer:
            return self._resolved(self._signer, Confidence.BESIDE, sentence, mentions)
        first = group[0]
        ahead, behind = sentence.ahead(first), sentence.behind(first)
        if ahead and ahead[1]:
            return self._resolved(ahead[0], Confidence.BESIDE, sentence, mentions)
        if behind:
            return self._resolved(behind, Confidence.BESIDE, sentence, mentions)
        if ahead:
            return self._resolved(ahead[0], Confidence.IN_SENTENCE, sentence, mentions)
        if named := sentence.further_behind(first) or self._person(sentence, mentions, first):
            return self._resolved(named, Confidence.IN_SENTENCE, sentence, mentions)
        opening = sentence.opening(first)
        if opening and opening.kind is Kind.PRONOUN:
            return self._resolved(opening, Confidence.IN_SENTENCE, sentence, mentions)
        subject = self._people.subject
        if subject and subject.name and self._people.subject_at >= self._at - 1:
            self._people.turn_to(subject, self._at)
            return subject, Confidence.BEFORE
        return _NOBODY, Confidence.NONE

    def _resolved(
        self, who: Who, confidence: Confidence, sentence: Sentence, mentions: Sequence[Who]
    ) -> tuple[Who, Confidence]:
        """Return a speaker by name, where "she", "Lorn" or "the minister" can be told."""
        people, meant = self._people, None
        if who.kind is Kind.PRONOUN:
            inside = self._named_before(who, sentence, mentions)
            meant = people.full(inside) if inside else people.meant(self._at)
            confidence = Confidence.IN_SENTENCE if inside else self._distance()
        elif who.kind is Kind.ROLE and who.definite:
            meant = people.in_office(who)
            confidence = self._distance() if meant is people.subject else Confidence.FURTHER_UP
        elif who.kind is Kind.PERSON and (person := people.meet(who)):
            person.spoke = True
            who = people.full(who)
        if who.kind is Kind.INSTITUTION and people.bears(who.name):
            who = _NOBODY  # a country, or who has its name
        if who.kind is Kind.OTHER or (who.kind is Kind.PRONOUN and not meant):
            who = _NOBODY
        who = meant or who
        if not _asks(who):
            people.turn_to(who if who.name or who.role else None, self._at)
        return who, confidence if who.name else Confidence.NONE

    def _named_before(self, who: Who, sentence: Sentence, mentions: Sequence[Who]) -> Who | None:
        """Return whom "she" means where they speak in the same sentence, or are alone in it."""
        speakers = [act.who for act in sentence.acts if act.who.last < who.first]
        for found in (speakers[-1:], mentions):
            inside = [m for m in found if m.last < who.first and m.kind is Kind.PERSON]
            if len(inside) == 1:
                return inside[0]
        return None

    def _distance(self) -> Confidence:
        near = self._people.subject_at >= self._at - 1
        return Confidence.BEFORE if near else Confidence.FURTHER_UP

    def _person(self, sentence: Sentence, mentions: Sequence[Who], end: int) -> Who | None:
        """Return the first who is named ahead of token `end` and is plainly a person."""
        for who in mentions:
            if who.last >= end or who.kind is not Kind.PERSON:
                continue
            if sentence.is_part(who, sentence.end):
                continue
            known = self._people.meet(who)
            behind = sentence.tokens[who.last + 1].lower if who.last + 1 < sentence.end else ""
            acts = " " in who.name and behind.endswith("ed")
            if acts or (known and (known.role or known.spoke)):
                return who
        return None

    def _proposal(
        self,
        sentence: Sentence,
        quotation: Quotation,
        text: str,
        span: tuple[int, int],
        who: Who,
        confidence: Confidence,
    ) -> Proposal:
        return Proposal(
            text=text,
            quotation=quotation,
            speaker=who.name,
            role=who.role,
            country="" if self._people.bears(who.country, last=True) else who.country,
            context=_context(sentence, *span),
            paragraph=self._paragraph,
            start=span[0],
            end=span[1],
            confidence=confidence,
        )


def _asks(who: Who) -> bool:
    """Say whether someone is there to ask, so that "she" is who was asked."""
    return not who.name and who.role.casefold().rpartition(" ")[2] in words.ASKERS


def _groups(sentence: Sentence) -> list[list[tuple[int, Quoted]]]:
    """Return the quotations of a sentence; one that an attribution interrupts is one group."""
    groups: list[list[tuple[int, Quoted]]] = []
    for at in range(sentence.start, sentence.end):
        quoted = sentence.tokens[at].quoted
        if quoted is None:
            continue
        if groups and _goes_on(sentence, groups[-1][-1][0], at):
            groups[-1].append((at, quoted))
        else:
            groups.append([(at, quoted)])
    return groups


def _goes_on(sentence: Sentence, before: int, at: int) -> bool:
    """Say whether between two quotations stands nothing but who says both."""
    between = [act for act in sentence.acts if before < act.verb < at]
    return (
        len(between) == 1
        and sentence.tokens[at - 1].text in _GOES_ON
        and sentence.behind(before) is not None
        and all(_is_scene(sentence, between[0], i) for i in range(between[0].last + 1, at - 1))
    )


def _is_scene(sentence: Sentence, act: Act, at: int) -> bool:
    """Say whether a word tells where, when or to whom somebody speaks, and no more."""
    token = sentence.tokens[at]
    if token.is_name and not token.is_institution:
        while sentence.tokens[at - 1].is_name and at > act.last + 1:
            at -= 1
        ahead = sentence.tokens[at - 1].lower
        return ahead in _WHERE or (ahead == "the" and sentence.tokens[at - 2].lower in _WHERE)
    return (
        token.lower in _SCENE
        or token.is_institution
        or token.text.isdigit()
        or (token.text.islower() and token.lower.endswith("ly"))
    )


def _trimmed(text: str, quoted: Quoted) -> tuple[int, int]:
    """Return where the words of a quotation begin and end, without blanks and a comma behind."""
    said = text[quoted.start : quoted.end]
    start = quoted.start + len(said) - len(said.lstrip())
    return start, quoted.start + len(said.rstrip(_BEHIND_WORDS))


def _context(sentence: Sentence, start: int, end: int) -> str:
    first, last = sentence.tokens[sentence.start].start, sentence.tokens[sentence.end - 1].end
    begin, stop = max(first, start - _AROUND), min(last, end + _AROUND)
    return f"{'…' * (begin > first)}{sentence.text[begin:stop]}{'…' * (stop < last)}"


def _is_long_enough(text: str) -> bool:
    return len(_WORD.findall(text)) >= LEAST_WORDS
