"""Propose the quotations of a page as statements, each with its speaker as the page names it.

Nothing is made up: a speaker is a span of the page, or "" if none is found. Each is only a
proposal, since "she" can be another and a title can stand in quotation marks: a person confirms it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from compare.corpus.web import words
from compare.corpus.web.attribution import (
    Act,
    People,
    Quoted,
    Sentence,
    Who,
    known_country,
    sentences,
    tokens,
)
from compare.corpus.web.page import Page
from compare.corpus.web.proposals import Confidence, Proposal
from compare.statements.statement import Quotation

LEAST_WORDS = 4
"""Fewer are a term in quotation marks, not a statement."""

_WORD = re.compile(r"\w+(?:[’'‑-]\w+)*")
_AROUND = 600
_NOBODY = Who(0, 0)
_BEHIND_WORDS = " ,\u00a0"


def propose(page: Page) -> list[Proposal]:
    """Return the quotations and the reported speech of a page, in the order of its text."""
    finder = _Finder()
    following = (*page.paragraphs[1:], "")
    signed = _signers(page.paragraphs)
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
        if quoted and not quoted[-1].closed and not _goes_on(text, quoted, following):
            quoted.pop()
        for sentence in sentences(text, tokens(text, quoted)):
            self._at += 1
            mentioned = self._mentioned(sentence)
            found = [*self._quoted(sentence)] or [*self._reported(sentence)]
            if sentence.acts and not found:
                self._resolved(sentence.acts[-1].who, Confidence.BESIDE, sentence)
            yield from found
            owner = re.match("c?d?[NKTRIw]{0,6}P", sentence.kinds)  # "Lorn’s rival left."
            if self._people.subject_at < self._at and (mentioned or owner):
                # "she" is the one person who is named where a subject can be, else anyone
                self._people.turn_to(_alone(sentence, mentioned), self._at)

    def _mentioned(self, sentence: Sentence) -> list[Who]:
        """Return the people who are named in a sentence."""
        return [self._people.full(who) for who in sentence.mentions() if self._is_name(who)]

    def _is_name(self, who: Who) -> bool:
        """Say whether this is a name: the first word of a sentence is a capital in any case."""
        return who.last > 0 or not who.person or self._people.knows(who.name)

    def _quoted(self, sentence: Sentence) -> Iterator[Proposal]:
        for group in _groups(sentence):
            spans = [_trimmed(sentence.text, sentence.tokens[at].quoted) for at in group]
            text = " ".join(sentence.text[start:end] for start, end in spans)
            if _is_long_enough(text):
                who, confidence = self._speaker(sentence, group[0])
                span = spans[0][0], spans[-1][1]
                yield self._proposal(sentence, Quotation.DIRECT, text, span, who, confidence)

    def _reported(self, sentence: Sentence) -> Iterator[Proposal]:
        for first, end, by in _clauses(sentence):
            span = sentence.tokens[first].start, sentence.tokens[end - 1].end
            text = sentence.text[slice(*span)]
            if _is_long_enough(text):
                who, confidence = self._resolved(by, Confidence.BESIDE, sentence)
                yield self._proposal(sentence, Quotation.REPORTED, text, span, who, confidence)

    def _speaker(self, sentence: Sentence, quotation: int) -> tuple[Who, Confidence]:
        """Return who says what is quoted at a token, and where that was found."""
        if self._signer is not None:
            return self._resolved(self._signer, Confidence.BESIDE, sentence)
        ahead, behind = sentence.ahead(quotation), sentence.behind(quotation)
        if ahead and (ahead[1] or behind is None):
            confidence = Confidence.BESIDE if ahead[1] else Confidence.IN_SENTENCE
            return self._resolved(ahead[0], confidence, sentence)
        if behind is not None:
            return self._resolved(behind, Confidence.BESIDE, sentence)
        if (named := sentence.further_behind(quotation)) is not None:
            return self._resolved(named, Confidence.IN_SENTENCE, sentence)
        subject, alone = self._people.subject, not sentence.kinds.strip("Q.,-#")
        if subject and subject.name and alone and self._people.subject_at >= self._at - 1:
            self._people.turn_to(subject, self._at)
            return subject, Confidence.BEFORE
        return _NOBODY, Confidence.NONE

    def _resolved(
        self, who: Who, confidence: Confidence, sentence: Sentence
    ) -> tuple[Who, Confidence]:
        """Return a speaker by name, if it is clear whom "she", "Lorn" or "the minister" means."""
        people = self._people
        near = people.subject_at >= self._at - 1
        distance = Confidence.BEFORE if near else Confidence.FURTHER_UP
        if who.pronoun:
            before = [named for named in self._mentioned(sentence) if named.last < who.first]
            inside = [named for named in before if sentence.can_be_subject(named)]
            confidence = Confidence.IN_SENTENCE if inside else distance
            who = (_alone(sentence, inside) if inside else people.meant(self._at)) or _NOBODY
        elif who.role and not who.name and who.definite:
            meant = people.in_office(who)
            confidence = distance if meant is people.subject else Confidence.FURTHER_UP
            who = meant or who
        elif known_country(who.name):
            who = _NOBODY if people.knows(who.name) else who  # who has a country's name
        elif who.name:
            plural = who.name.endswith("s") and not self._is_name(who)  # "Scientists said"
            who = _NOBODY if plural else people.full(who)
        if who.name or who.role.casefold().rpartition(" ")[2] not in words.ASKERS:
            people.turn_to(who or None, self._at)  # "she" is who was asked, not who asks
        return who, confidence if who.name else Confidence.NONE

    def _proposal(
        self,
        sentence: Sentence,
        quotation: Quotation,
        text: str,
        span: tuple[int, int],
        who: Who,
        confidence: Confidence,
    ) -> Proposal:
        first, last = sentence.tokens[0].start, sentence.tokens[-1].end
        begin, stop = max(first, span[0] - _AROUND), min(last, span[1] + _AROUND)
        context = f"{'…' * (begin > first)}{sentence.text[begin:stop]}{'…' * (stop < last)}"
        country = "" if self._people.knows(who.country) else who.country
        return Proposal(
            text,
            quotation,
            who.name,
            who.role,
            country,
            context,
            self._paragraph,
            *span,
            confidence,
        )


def _alone(sentence: Sentence, named: Sequence[Who]) -> Who | None:
    """Return the one person who is named in full where a subject can be."""
    subjects = {who.name: who for who in named if sentence.can_be_subject(who)}
    name, who = next(iter(subjects.items()), ("", None))
    return who if len(subjects) == 1 and " " in name else None


def _is_long_enough(text: str) -> bool:
    return len(_WORD.findall(text)) >= LEAST_WORDS


# -- quotation marks -------------------------------------------------------------------------------

_OPENER = r"(?<![^\s(\[{—–\-/:,;.!?…“„«‘])"
"""What comes ahead of an opening mark that looks like a closing one or like an apostrophe."""

_MARKED = re.compile(
    r"[“‟](?=\S)(?P<curly>[^“”‟]*)”"
    r"|„(?=\S)(?P<low>[^„“”]*)[“”]"
    r"|«(?P<angle>[^«»]*(?:«[^«»]*»[^«»]*)*)»"
    rf"|{_OPENER}»(?=\S)(?P<reverse>[^«»]*)«"
    # a mark inside of a word, as of inches, is none
    rf'|{_OPENER}"(?=\S)(?P<straight>[^"]*(?:(?<=\w)"(?=\w)[^"]*)*)(?<!\s)"(?!\w)'
    # neither is an apostrophe, nor the mark of "the ministers’ talks" if another one closes
    rf"|{_OPENER}‘(?![\d\s])(?P<single>"
    r"(?:[^‘’]|(?<=\w)’(?=\w)|(?<=s)’(?= [^‘]*?\S’(?!\w)))*)(?<!\s)’(?!\w)"
    r"|[“„«](?=\S)(?P<open>[^“”„«»]*)\Z"
    rf'|{_OPENER}"(?=\S)(?P<open_straight>[^"]*)\Z'
)


def quotations(text: str) -> list[Quoted]:
    """Return what stands between quotation marks, the outermost if they are nested.

    If a closing mark is missing, the next opening one begins anew.
    """
    return [
        Quoted(*found.span(kind), closed=not kind.startswith("open"))
        for found in _MARKED.finditer(text)
        if (kind := found.lastgroup)
    ]


def _goes_on(text: str, quoted: Sequence[Quoted], following: str) -> bool:
    """Say whether a paragraph ends within a quotation that the following one goes on with."""
    open_end = bool(quoted) and not quoted[-1].closed
    return open_end and text[quoted[-1].start - 1] == following[:1]


def _trimmed(text: str, quoted: Quoted | None) -> tuple[int, int]:
    """Return where the words of a quotation begin and end, without blanks and a comma behind."""
    assert quoted is not None
    said = text[quoted.start : quoted.end]
    start = quoted.start + len(said) - len(said.lstrip())
    return start, quoted.start + len(said.rstrip(_BEHIND_WORDS))


_WHERE_AND_WHEN = re.compile(r"(?:[pf]?t|[pf]?d?[sI]|[pf]d?w|p?#|[pf]?d?N{1,3}|[pd]|b){0,6}[,-]")


def _groups(sentence: Sentence) -> list[list[int]]:
    """Return the quotations of a sentence; one that its attribution interrupts is one group."""
    groups: list[list[int]] = []
    for at in (at for at, kind in enumerate(sentence.kinds) if kind == "Q"):
        acts = [act for act in sentence.acts if groups and groups[-1][-1] < act.verb < at]
        if (
            len(acts) == 1
            and sentence.behind(groups[-1][-1]) is not None
            and _WHERE_AND_WHEN.fullmatch(sentence.kinds, acts[0].last + 1, at)
            and not sentence.is_of_another(acts[0], acts[0].last + 1, at)
        ):
            groups[-1].append(at)
        else:
            groups.append([at])
    return groups


# -- reported speech -------------------------------------------------------------------------------

_THAT = re.compile(r"(?:[ptsb#,]|[pf]?d?(?:N{1,3}|I|P[wR])|[pf]d?w){0,10}r(?![hx])")
_ENDS = re.compile(r"(?:[ptsdNKIT#b]|f[sd]|,[ptb]){0,10}")
_WHEN = re.compile(r"(?:p?t){1,6}")
_CLAUSE_VERBS = words.KINDS["h"] | words.KINDS["x"] | {"will", "shall", "must", "needs", "need"}
_SUBJECTS = frozenset({"it", "he", "she", "they", "there", "we"})


def _clauses(sentence: Sentence) -> Iterator[tuple[int, int, Who]]:
    """Yield the clauses in which a sentence reports what someone said: first token, end, who."""
    taken, end = 0, len(sentence.kinds.rstrip("."))
    for act in (act for act in sentence.acts if act.who and not act.denied):
        first, stop = _clause(sentence, act, end) or (0, 0)
        for other in sentence.acts:  # up to the comma at which someone speaks next
            edge = len(sentence.kinds[: other.first].rstrip("ac")) - 1
            if other.verb > act.verb and edge > act.last and sentence.kinds[edge] == ",":
                stop = min(stop, edge)
        while first < stop and sentence.kinds[first] == ",":
            first += 1
        if taken <= first < stop:
            yield first, stop, act.who
            taken = stop


def _clause(sentence: Sentence, act: Act, end: int) -> tuple[int, int] | None:
    """Return the first token of the clause that an act reports, and its end."""
    kinds, behind = sentence.kinds, act.last + 1
    verb = sentence.tokens[act.verb].lower
    if kinds[act.verb] == "S" and act.verb == 0:
        return (behind + 1, end) if kinds[behind : behind + 1] == "," else None
    if kinds[act.verb] == "S":
        return (0, act.verb - 1) if kinds[act.verb - 1] == "," and behind >= end else None
    if verb not in words.REPORTING and kinds[act.verb] != "G":
        return None
    if behind == act.verb + 1:  # "Lorn said on Monday that …", "Lorn said it would …"
        that = _THAT.match(kinds, behind, end)
        if that and sentence.tokens[that.end() - 1].lower == "that":
            other = sentence.is_of_another(act, behind, that.end())
            return None if other else (that.end(), end)
        when = _WHEN.match(kinds, behind, end)
        first = when.end() if when else behind
        told = verb in ("told", "tells") and kinds[first : first + 1] == "s"
        if (told or verb in words.BARE) and _is_clause(sentence, first + told, end):
            return first + told, end
    if act.first > 1 and kinds[act.first - 1] == "," and _ENDS.fullmatch(kinds, behind, end):
        return (0, act.first - 1) if _has_verb(sentence, 0, act.first - 1) else None
    return None


def _is_clause(sentence: Sentence, first: int, end: int) -> bool:
    if first < end and sentence.tokens[first].lower in _SUBJECTS:
        return True
    return sentence.kinds[first:end][:1] in tuple("dNKPTRIw") and _has_verb(sentence, first, end)


def _has_verb(sentence: Sentence, first: int, end: int) -> bool:
    return any(token.lower in _CLAUSE_VERBS for token in sentence.tokens[first:end])


# -- signatures ------------------------------------------------------------------------------------

_DASHES = "—–―-‒"
_LONGEST_SIGNATURE = 200


def _signers(paragraphs: Sequence[str]) -> list[Who | None]:
    """Return who signs each paragraph in the one behind it; a quotation can fill several.

    None if nobody does; nobody known if the signature cannot be read, or has no dash, since such a
    name can be of whoever speaks next.
    """
    found: list[Who | None] = [None] * len(paragraphs)
    for at in range(len(paragraphs) - 2, -1, -1):
        text, following = paragraphs[at], paragraphs[at + 1]
        quoted = quotations(text)
        goes_on = _goes_on(text, quoted, following)
        if quoted and not "".join(token.kind for token in tokens(text, quoted)).strip("Q.,;"):
            found[at] = found[at + 1] if goes_on else _signer(following)
        elif goes_on:  # words that began where another is named are not the signer's
            for later in range(at + 1, len(paragraphs)):
                if not found[later]:
                    break
                found[later] = _NOBODY
    return found


def _signer(text: str) -> Who | None:
    if not text or len(text) > _LONGEST_SIGNATURE:
        return None
    said = text.lstrip(_DASHES).lstrip()
    sentence = Sentence(said, tokens(said, []))
    who = sentence.signer()
    told = who if who and (" " in who.name or who.role) else _NOBODY
    if text.startswith(tuple(_DASHES)):
        return told
    return _NOBODY if told and not sentence.kinds.endswith((".", ":")) else None
