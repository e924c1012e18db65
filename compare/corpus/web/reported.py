"""Find reported speech: "Lorn said that …", "…, Lorn said.", "According to Lorn, …"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from compare.corpus.web import words
from compare.corpus.web.attribution import Act, Sentence
from compare.corpus.web.tokens import Token
from compare.corpus.web.who import Who

_LEADS_TO_THAT = frozenset(
    {"on", "in", "at", "during", "to", "after", "before", "earlier", "later", "yesterday", "today"}
) | words.MONTHS_AND_DAYS  # fmt: skip
_MAY_FOLLOW = _LEADS_TO_THAT | words.AHEAD | {",", "of"}
_TOLD = frozenset({"told", "tells"})
_BARE = frozenset(
    {
        "said",
        "says",
        "added",
        "adds",
        "argued",
        "argues",
        "insisted",
        "insists",
        "warned",
        "warns",
        "claimed",
    }
)
_WITHIN = 16
_BEHIND = 10


class Reported(NamedTuple):
    """The tokens of a clause, and whose words it reports."""

    first: int
    last: int
    who: Who


def reported(sentence: Sentence) -> Iterator[Reported]:
    """Yield the clauses in which a sentence reports what someone said, in their order."""
    taken = sentence.start - 1
    for act in sentence.acts:
        found = None if act.denied else _clause(sentence, act)
        if found is None:
            continue
        first, last = found[0], min(found[1], _edge(sentence, act))
        while first < last and sentence.tokens[first].text == ",":
            first += 1
        if taken < first <= last:
            yield Reported(first, last, act.who)
            taken = last


def _clause(sentence: Sentence, act: Act) -> tuple[int, int] | None:
    word = sentence.tokens[act.verb].lower
    if word in ("according", "in"):
        return _by_source(sentence, act)
    if word in words.REPORTING or word in words.PARTICIPLES:
        return _behind_verb(sentence, act) or _ahead_of_verb(sentence, act)
    return None


def _edge(sentence: Sentence, act: Act) -> int:
    """Return the last token ahead of the comma at which someone speaks next."""
    for other in sentence.acts:
        if other.verb > act.verb:
            edge = other.who.first if act.verb < other.who.first < other.verb else other.verb
            if sentence.tokens[edge - 1].lower in ("and", "but", "while"):
                edge -= 1
            if sentence.tokens[edge - 1].text == ",":
                return edge - 2
    return sentence.end


def _behind_verb(sentence: Sentence, act: Act) -> tuple[int, int] | None:
    """Find the clause of "Lorn said on Monday that …" and of "Lorn said it would …"."""
    first, last = act.verb + 1, _last(sentence)
    if first > last or act.behind:
        return None
    word = sentence.tokens[act.verb].lower
    begin = _behind_that(sentence, first, last, told=word in _TOLD)
    if begin and sentence.is_of_another(act, begin):
        return None
    if begin:
        return begin, last
    while first < last and (_is_day(sentence, first) or _is_on_day(sentence, first)):
        first += 1
    if word in _TOLD and sentence.tokens[first].lower in words.AHEAD:
        first += 1
    elif word not in _BARE:
        return None
    if first <= last and sentence.tokens[first].lower in words.SUBJECTS:
        return first, last
    if first > last or not _opens_clause(sentence.tokens[first]):
        return None
    return (first, last) if _has_plain_verb(sentence, first, last) else None


def _opens_clause(token: Token) -> bool:
    return token.lower in words.DETERMINERS or token.is_noun or token.is_possessive


def _behind_that(sentence: Sentence, first: int, last: int, *, told: bool) -> int:
    """Return where the clause behind "that" begins, 0 where there is none."""
    opens = sentence.tokens[first].lower
    if opens == "that":
        is_pronoun = first < last and sentence.tokens[first + 1].lower in words.AUXILIARIES
        return 0 if is_pronoun else first + 1
    if told or opens in _LEADS_TO_THAT:
        for at in range(first, min(last, first + _WITHIN)):
            token = sentence.tokens[at]
            if token.lower == "that":
                return at + 1
            if token.quoted or token.text in (".", ";", ":") or token.lower in words.SAYING:
                break
    return 0


def _is_day(sentence: Sentence, at: int) -> bool:
    return sentence.tokens[at].lower in words.MONTHS_AND_DAYS


def _is_on_day(sentence: Sentence, at: int) -> bool:
    return sentence.tokens[at].lower == "on" and _is_day(sentence, at + 1)


def _ahead_of_verb(sentence: Sentence, act: Act) -> tuple[int, int] | None:
    """Find the clause of "…, Lorn said on Monday."."""
    comma = (act.verb if act.behind else act.who.first) - 1
    said = max(act.verb, act.who.last)
    ends = _last(sentence) - said <= _BEHIND
    if comma <= sentence.start or not ends or sentence.tokens[comma].text != ",":
        return None
    if said < _last(sentence) and sentence.tokens[said + 1].lower not in _MAY_FOLLOW:
        return None
    clause = sentence.start, comma - 1
    return clause if _has_plain_verb(sentence, *clause) else None


def _by_source(sentence: Sentence, act: Act) -> tuple[int, int] | None:
    """Find the clause of "According to Lorn, …" and of "…, according to Lorn."."""
    behind = act.who.last + 1
    if act.verb == sentence.start:
        comma = behind < sentence.end and sentence.tokens[behind].text == ","
        return (behind + 1, _last(sentence)) if comma else None
    if sentence.tokens[act.verb - 1].text != "," or behind <= _last(sentence):
        return None
    return sentence.start, act.verb - 2


def _has_plain_verb(sentence: Sentence, first: int, last: int) -> bool:
    return any(token.lower in words.AUXILIARIES for token in sentence.tokens[first : last + 1])


def _last(sentence: Sentence) -> int:
    """Return the last token of a sentence ahead of its full stop."""
    last = sentence.end - 1
    while last >= sentence.start and sentence.tokens[last].text in (".", "!", "?", "…"):
        last -= 1
    return last
