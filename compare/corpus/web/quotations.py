"""Propose the quotations of a page as statements, with their speakers as the page names them.

A speaker is always a span of the page, or "" if none is found. Still, "she" can be somebody else
and a title can be in quotation marks, so a person has to confirm each proposal.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace

from compare.corpus.web import words
from compare.corpus.web.attribution import (
    NOBODY,
    WHEN_AND_WHERE,
    Act,
    Quoted,
    Sentence,
    Who,
    is_country,
    sentences,
    tokens,
)
from compare.corpus.web.page import Page
from compare.corpus.web.proposals import Confidence, Proposal
from compare.statements import Quotation, fold, speaker_key

LEAST_WORDS = 4
"""With fewer words, a quotation is a term, not a statement."""

_WORD = re.compile(r"\w+(?:[’'‑-]\w+)*")
_AROUND = 600  # characters of context on each side of the words in a very long sentence
_OWNER = re.compile("c?d?[NKTRIw]{0,6}P")  # "Lorn’s rival left."


def propose(page: Page) -> list[Proposal]:
    """Return the quotations and the reported speech of a page in the order of the text."""
    finder, following = _Finder(), (*page.paragraphs[1:], "")
    pairs = zip(page.paragraphs, following, strict=True)
    return [found for number, pair in enumerate(pairs) for found in finder.paragraph(number, *pair)]


class _Finder:
    """Goes through a page once and remembers who was named."""

    def __init__(self) -> None:
        self._people = _People()
        self._at = 0  # number of sentences so far
        self._paragraph = 0
        self._goes_on = False  # whether a quotation continues in the next paragraph
        self._signer: Who | None = None

    def paragraph(self, number: int, text: str, following: str) -> Iterator[Proposal]:
        """Yield the proposals of a paragraph; a quotation may continue in the following one."""
        quoted, began_before = quotations(text), self._goes_on
        is_open = bool(quoted) and not quoted[-1].closed
        self._goes_on = is_open and text[quoted[-1].start - 1] == following[:1]
        if is_open and not self._goes_on:
            quoted.pop()
        found = tokens(text, quoted)
        only_quoted = quoted and not "".join(token.kind for token in found).strip("Q.,;")
        self._signer = _signer(following) if only_quoted else None
        if only_quoted and self._goes_on != began_before and (self._goes_on or self._signer):
            self._signer = NOBODY  # whoever began the earlier paragraphs may be the speaker, too
        self._paragraph = number
        for sentence in sentences(text, found):
            self._at += 1
            yield from self._sentence(sentence)

    def _sentence(self, sentence: Sentence) -> Iterator[Proposal]:
        mentioned = self._mentioned(sentence)
        found = [*self._quoted(sentence)] or [*self._reported(sentence)]
        if sentence.acts and not found:
            self._resolve(sentence.acts[-1].who, Confidence.BESIDE, sentence)
        yield from found
        if self._people.subject_at < self._at and (mentioned or _OWNER.match(sentence.kinds)):
            # from here on, "she" is the only person named where a subject can be
            self._people.turn_to(_only_subject(sentence, mentioned), self._at)

    def _mentioned(self, sentence: Sentence) -> list[Who]:
        return [self._people.remember(who) for who in sentence.mentions() if self._is_name(who)]

    def _is_name(self, who: Who) -> bool:
        # every first word has a capital, so a single one is a name only if it is known
        return who.last > 0 or not who.person or self._people.knows(who.name)

    def _quoted(self, sentence: Sentence) -> Iterator[Proposal]:
        for group in _group_quotations(sentence):
            spans = [_inner_span(sentence.text, sentence.tokens[at].quoted) for at in group]
            text = " ".join(sentence.text[start:end] for start, end in spans)
            if _is_long_enough(text):
                span = spans[0][0], spans[-1][1]
                named = self._speaker(sentence, group[0])
                yield self._proposal(sentence, Quotation.DIRECT, text, span, *named)

    def _reported(self, sentence: Sentence) -> Iterator[Proposal]:
        for first, end, by in _clauses(sentence):
            span = sentence.tokens[first].start, sentence.tokens[end - 1].end
            text = sentence.text[slice(*span)]
            if _is_long_enough(text):
                named = self._resolve(by, Confidence.BESIDE, sentence)
                yield self._proposal(sentence, Quotation.REPORTED, text, span, *named)

    def _speaker(self, sentence: Sentence, quotation: int) -> tuple[Who, Confidence]:
        """Return the speaker of the quotation at a token, and where the speaker was found."""
        if self._signer is not None:
            return self._resolve(self._signer, Confidence.BESIDE, sentence)
        if (found := sentence.speaker(quotation)) is not None:
            return self._resolve(*found, sentence)
        subject, alone = self._people.subject, not sentence.kinds.strip("Q.,-#")
        if subject and subject.name and alone and self._people.subject_at >= self._at - 1:
            self._people.turn_to(subject, self._at)
            return subject, Confidence.BEFORE
        return NOBODY, Confidence.NONE

    def _resolve(
        self, who: Who, confidence: Confidence, sentence: Sentence
    ) -> tuple[Who, Confidence]:
        """Replace "she", "Lorn" or "the minister" by the full name if the reference is clear."""
        people = self._people
        near = people.subject_at >= self._at - 1
        distance = Confidence.BEFORE if near else Confidence.FURTHER_UP
        if who.pronoun:
            before = [named for named in self._mentioned(sentence) if named.last < who.first]
            inside = [named for named in before if sentence.can_be_subject(named)]
            confidence = Confidence.IN_SENTENCE if inside else distance
            who = (
                _only_subject(sentence, inside) if inside else people.referent(self._at)
            ) or NOBODY
        elif who.role and not who.name and sentence.tokens[who.first].lower == "the":
            meant = people.holder_of_office(who)
            confidence = distance if meant is people.subject else Confidence.FURTHER_UP
            who = meant or who
        elif is_country(who.name):
            who = NOBODY if people.knows(who.name) else who  # a person named like a country
        elif who.name:
            plural = who.name.endswith("s") and not self._is_name(who)  # "Scientists said"
            who = NOBODY if plural else people.remember(who)
        if who.name or who.role.casefold().rpartition(" ")[2] not in words.ASKERS:
            people.turn_to(who or None, self._at)  # after a question, "she" is who was asked
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
        named = (who.name, who.role, country)
        return Proposal(text, quotation, *named, context, self._paragraph, *span, confidence)


def _only_subject(sentence: Sentence, named: Sequence[Who]) -> Who | None:
    """Return the only person with a full name where a subject can be."""
    subjects = {who.name: who for who in named if sentence.can_be_subject(who)}
    name, who = next(iter(subjects.items()), ("", None))
    return who if len(subjects) == 1 and " " in name else None


def _is_long_enough(text: str) -> bool:
    return len(_WORD.findall(text)) >= LEAST_WORDS


# -- people named before ---------------------------------------------------------------------------

_FAR = 12  # sentences over which "she" can refer to somebody
_OF = re.compile(r" (?:of|for|to|at|in|who)\b")


class _People:
    """Everybody who was named on a page so far.

    Attributes:
        subject: Whom "she" means: the last to speak or to be named alone; None if unclear.
        subject_at: The number of the sentence of `subject` on the page.
    """

    def __init__(self) -> None:
        self.subject: Who | None = None
        self.subject_at = 0
        self._by_key: dict[str, Who] = {}
        self._by_word: dict[str, list[str]] = {}  # keys of names that begin or end with a word
        self._in_office: deque[str] = deque(maxlen=50)

    def turn_to(self, who: Who | None, at: int) -> None:
        """Let "she" mean `who` from sentence `at` on."""
        self.subject, self.subject_at = who, at

    def referent(self, at: int) -> Who | None:
        """Return whom "she" means in sentence `at`, None if they were named too long ago."""
        who = self.subject if at - self.subject_at <= _FAR else None
        return who if who and (who.person or not who.name) else None

    def knows(self, word: str) -> bool:
        """Return whether a word is somebody's full, first or last name."""
        key = speaker_key(word)
        return bool(key) and (key in self._by_key or key in self._by_word)

    def remember(self, who: Who) -> Who:
        """Remember a person; return them with their full name, and their office if none is given.

        A single word means the one person whose name begins or ends with it.
        """
        key = speaker_key(who.name)
        if not key or not who.person:
            return who
        named = [key] if key in self._by_key else self._by_word.get(key, [])
        if len(named) == 1:
            key = named[0]
        else:
            self._by_key[key] = replace(who, role="")
            for word in {key.partition(" ")[0], key.rpartition(" ")[2]} - {key}:
                self._by_word.setdefault(word, []).append(key)
        known = self._by_key[key]
        if who.role and not known.role:
            self._in_office.append(key)
        role, country = known.role or who.role, known.country or who.country
        self._by_key[key] = known = replace(known, role=role, country=country)
        return _complete(who, known)

    def holder_of_office(self, who: Who) -> Who | None:
        """Return the only person who was named with such an office."""
        if self.subject and _can_mean(who.role, self.subject.role):
            return self.subject if " and " not in self.subject.name else None
        holders = [self._by_key[key] for key in self._in_office]
        found = [known for known in holders if _can_mean(who.role, known.role)]
        return _complete(who, found[0]) if len(found) == 1 else None


def _complete(who: Who, known: Who) -> Who:
    role = who.role if who.name and who.role else known.role
    country = who.country or (known.country if role == known.role else "")
    return replace(who, name=known.name, role=role, country=country, person=True)


def _can_mean(asked: str, known: str) -> bool:
    """Return whether a short form ("the minister") can mean a known office.

    "The president" is neither a spokesman for the president nor a vice president.
    """
    own, said = (_OF.split(fold(office))[0].split() for office in (known, asked))
    rest = own[: -len(said)]
    same = bool(said) and own[-len(said) :] == said and words.LESSER.isdisjoint(rest)
    return same and set(fold(asked).split()) <= set(fold(known).split())


# -- signatures ------------------------------------------------------------------------------------

_LONGEST_SIGNATURE = 200
_DASHES = "—–―-‒"


def _signer(text: str) -> Who | None:
    """Return who signs the quotation before a paragraph, None if the paragraph is no signature.

    A name without a dash can be the next speaker's; it is then not taken for a signature.
    """
    if len(text) > _LONGEST_SIGNATURE:
        return None
    said = text.lstrip(f"{_DASHES} ")
    sentence = Sentence(said, tokens(said, []))
    who = sentence.signer()
    named = who if " " in who.name or who.role else NOBODY
    if text.startswith(tuple(_DASHES)):
        return named
    return NOBODY if named and not sentence.kinds.endswith((".", ":")) else None


# -- quotation marks -------------------------------------------------------------------------------

_OPENER = r"(?<![^\s(\[{—–\-/:,;.!?…“„«‘])"
"""Required before an opening mark that could also be a closing mark or an apostrophe."""

_MARKED = re.compile(
    r"[“‟](?=\S)(?P<curly>[^“”‟]*)”"
    r"|„(?=\S)(?P<low>[^„“”]*)[“”]"
    r"|«(?P<angle>[^«»]*(?:«[^«»]*»[^«»]*)*)»"
    rf"|{_OPENER}»(?=\S)(?P<reverse>[^«»]*)«"
    # a mark inside a word is not a closing one
    rf'|{_OPENER}"(?=\S)(?P<straight>[^"]*(?:(?<=\w)"(?=\w)[^"]*)*)(?<!\s)"(?!\w)'
    # nor is an apostrophe, or that of "the ministers’ talks" if another mark follows
    rf"|{_OPENER}‘(?![\d\s])(?P<single>"
    r"(?:[^‘’]|(?<=\w)’(?=\w)|(?<=s)’(?= [^‘]*?\S’(?!\w)))*)(?<!\s)’(?!\w)"
    r"|[“„«](?=\S)(?P<open>[^“”„«»]*)\Z"
    rf'|{_OPENER}"(?=\S)(?P<open_straight>[^"]*)\Z'
)


def quotations(text: str) -> list[Quoted]:
    """Return the spans between quotation marks, only the outermost if they are nested.

    If a closing mark is missing, the next opening mark starts a new span.
    """
    return [
        Quoted(*found.span(kind), closed=not kind.startswith("open"))
        for found in _MARKED.finditer(text)
        if (kind := found.lastgroup)
    ]


def _inner_span(text: str, quoted: Quoted | None) -> tuple[int, int]:
    """Return the span of a quotation without blanks around it and a comma at its end."""
    assert quoted is not None
    inside = text[quoted.start : quoted.end]
    start = quoted.start + len(inside) - len(inside.lstrip())
    return start, quoted.start + len(inside.rstrip(" ,\u00a0"))


_AROUND_ACT = re.compile(rf"{WHEN_AND_WHERE}[,-]")


def _group_quotations(sentence: Sentence) -> list[list[int]]:
    """Group the quotations of a sentence: parts around an attribution belong together."""
    groups: list[list[int]] = []
    for at in (at for at, kind in enumerate(sentence.kinds) if kind == "Q"):
        acts = [act for act in sentence.acts if groups and groups[-1][-1] < act.verb < at]
        if (
            len(acts) == 1
            and sentence.speaker_after(groups[-1][-1]) is not None
            and _AROUND_ACT.fullmatch(sentence.kinds, acts[0].last + 1, at)
        ):
            groups[-1].append(at)
        else:
            groups.append([at])
    return groups


# -- reported speech -------------------------------------------------------------------------------

_THAT = re.compile(rf"{WHEN_AND_WHERE},?r(?![hx])")
_ENDS = re.compile(WHEN_AND_WHERE)
_WHEN = re.compile(r"(?:p?t){0,6}")
_CLAUSE_VERBS = words.KINDS["h"] | words.KINDS["x"] | {"will", "shall", "must", "needs", "need"}
_SUBJECTS = frozenset({"it", "he", "she", "they", "there", "we"})


def _clauses(sentence: Sentence) -> Iterator[tuple[int, int, Who]]:
    """Yield the first token, end and speaker of each clause of reported speech."""
    taken, end = 0, len(sentence.kinds.rstrip("."))
    for act in (act for act in sentence.acts if act.who and not act.denied):
        first, stop = _clause(sentence, act, end) or (0, 0)
        for other in sentence.acts:  # stop at the comma before the next speaker
            edge = len(sentence.kinds[: other.first].rstrip("ac")) - 1
            if other.verb > act.verb and edge > act.last and sentence.kinds[edge] == ",":
                stop = min(stop, edge)
        if taken <= first < stop:
            yield first, stop, act.who
            taken = stop


def _clause(sentence: Sentence, act: Act, end: int) -> tuple[int, int] | None:
    """Return the first token and the end of the clause that an act reports."""
    kinds, after = sentence.kinds, act.last + 1
    verb = sentence.tokens[act.verb].lower
    if act.first == 0 and kinds[0] == "S":
        return (after + 1, end) if kinds[after : after + 1] == "," else None
    if verb not in words.REPORTING and kinds[act.verb] not in "GS":
        return None
    if after == act.verb + 1:  # "Lorn said on Monday that …", "Lorn said it would …"
        that = _THAT.match(kinds, after, end)
        if that and sentence.tokens[that.end() - 1].lower == "that":
            return that.end(), end
        when = _WHEN.match(kinds, after, end)
        first = when.end() if when else after
        listener = verb in ("told", "tells") and kinds[first : first + 1] == "s"  # "told reporters"
        if (listener or verb in words.BARE) and _is_clause(sentence, first + listener, end):
            return first + listener, end
    if act.first > 1 and kinds[act.first - 1] == "," and _ENDS.fullmatch(kinds, after, end):
        says = kinds[act.verb] == "S" or _has_verb(sentence, 0, act.first - 1)
        return (0, act.first - 1) if says else None
    return None


def _is_clause(sentence: Sentence, first: int, end: int) -> bool:
    if first < end and sentence.tokens[first].lower in _SUBJECTS:
        return True
    return sentence.kinds[first:end][:1] in tuple("dNKPTRIw") and _has_verb(sentence, first, end)


def _has_verb(sentence: Sentence, first: int, end: int) -> bool:
    return any(token.lower in _CLAUSE_VERBS for token in sentence.tokens[first:end])
