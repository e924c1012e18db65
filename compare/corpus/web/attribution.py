"""Find who says what stands in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from compare.corpus.web import words
from compare.corpus.web.claims import is_claim, is_of_another
from compare.corpus.web.naming import Names
from compare.corpus.web.tokens import may_end
from compare.corpus.web.who import Kind, Who

_DASHES = ("—", "–")
_NEAR = 8
_LONGEST = 300
_STOPS = (".", "!", "?", "…", ",")
_GOES_ON = frozenset({"on", "in", "at", "during", "after", "to", "when", "as"}) | words.AHEAD


@dataclass(frozen=True, slots=True)
class Act:
    """A verb of saying and its subject.

    Attributes:
        verb: The verb's token; that of "according" for "according to".
        who: The subject.
        behind: Whether the subject stands behind the verb.
        denied: Whether the subject did not, or only might say it.
    """

    verb: int
    who: Who
    behind: bool = False
    denied: bool = False

    @property
    def last(self) -> int:
        """Return the last token of both."""
        return max(self.verb, self.who.last if self.behind else 0)

    @property
    def speaker(self) -> Who:
        """Return the subject, nobody where it did not say it."""
        return Who(Kind.OTHER, self.who.first, self.who.last) if self.denied else self.who


class Sentence(Names):
    """A sentence of a paragraph: its tokens from `start` to `end`."""

    def __init__(self, names: Names, start: int, end: int) -> None:
        """Find the verbs of saying and their subjects."""
        super().__init__(names.text, names.tokens)
        self.start, self.end = start, end
        self.acts: list[Act] = list(self._find_acts())

    def _find_acts(self) -> Iterator[Act]:
        subject: Who | None = None
        for verb in range(self.start, self.end):
            act = self._act(verb, subject)
            if act is not None:
                subject = act.who
                yield act

    def _act(self, verb: int, subject: Who | None) -> Act | None:
        """Return what is said by the verb that token `verb` is, None where it is none."""
        word = self.tokens[verb].lower
        if source := self._source(verb):
            who = self.after(source, self.end, alone=True)
            return Act(verb, who, behind=True) if who else None
        if word in words.PARTICIPLES and not self._is(verb - 1, "as"):
            return self._act_of_participle(verb, subject)
        if word not in words.VERBS:
            return None
        who = self.after(verb + 1, self.end, alone=True)
        if who is not None and (self._follows_quotation(verb) or self._closes_sentence(verb, who)):
            return Act(verb, who, behind=True)
        return self._act_of_subject(verb, subject)

    def _act_of_participle(self, verb: int, subject: Who | None) -> Act | None:
        """Return the act of "…, saying", which can be another's or none at all."""
        at = verb
        while at > self.start and (
            self._may_stand_between(at - 1) or self.tokens[at - 1].lower in ("ever", "even")
        ):
            at -= 1
        who = subject or self.opening(verb)
        if who is None:
            return None
        ahead = self.tokens[at - 1].lower if at > self.start else ""
        named = self.before(self.start, at) if ahead not in ("", ",", *_DASHES) else None
        named_other = named and named.name not in ("", who.name) and named.last == at - 1
        if ahead in words.SAID_BY_ANOTHER or (named_other and who.last != at - 1):
            return Act(verb, Who(Kind.OTHER, at, verb))
        ruled_out = ahead == "out" and self.tokens[at - 2].lower in ("rule", "ruled", "rules")
        between = {token.lower for token in self.tokens[max(at - 1, self.start) : verb]}
        denied = any(word in words.NOT_DOING or _is_negated(word) for word in between)
        return Act(verb, who, denied=ruled_out or denied)

    def _act_of_subject(self, verb: int, subject: Who | None) -> Act | None:
        """Return the act of a verb whose subject stands ahead of it."""
        at, between = verb, []
        while at > self.start and self._may_stand_between(at - 1):
            at -= 1
            between.append(self.tokens[at].lower)
        passive = {"is", "was", "were", "been", "being"} & set(between) and "as" not in between
        if passive and self.tokens[verb].lower != "saying":
            return None
        if at > self.start and self.tokens[at - 1].lower in ("and", "but"):
            who = subject or self.opening(at - 1)
        else:
            who = self.before(self.start, at)
        if who is None:
            return None
        denied = any(word in words.DENYING or _is_negated(word) for word in between)
        return Act(verb, who, denied=denied or self._is_doubted(who.first))

    def _is_doubted(self, subject: int) -> bool:
        """Say whether it is open or denied that what begins with `subject` said something."""
        subject += self._is(subject, "that")  # read as "that minister"
        if subject <= self.start:
            return False
        word = self.tokens[subject - 1].lower
        ahead = self.tokens[subject - 2] if subject - 2 >= self.start else None
        if word in words.DOUBTING:
            return True
        if word in words.INVERTING:
            return ahead is None or ahead.quoted is not None or ahead.text in (",", *_DASHES)
        if word != "that" or ahead is None:
            return False
        untrue = ahead.lower == "true" and not words.DENYING.isdisjoint(
            token.lower for token in self.tokens[max(self.start, subject - 5) : subject - 2]
        )
        return untrue or ahead.lower in words.DISBELIEVING or is_claim(ahead)

    def _may_stand_between(self, at: int) -> bool:
        word = self.tokens[at].lower
        return (
            word in words.BETWEEN
            or word in words.DENYING
            or _is_negated(word)
            or (word.endswith("ly") and self.tokens[at].text.islower())
        )

    def _source(self, at: int) -> int:
        """Return what follows "according to" or "in the words of" at token `at`, 0 for neither."""
        for phrase in (("according", "to"), ("in", "the", "words", "of")):
            behind = at + len(phrase)
            said = tuple(token.lower for token in self.tokens[at:behind])
            if said == phrase and behind < self.end:
                return behind
        return 0

    def _follows_quotation(self, at: int) -> bool:
        """Say whether a quotation ends ahead of token `at`, a comma or a dash at most between."""
        if at > self.start and self.tokens[at - 1].text in (",", *_DASHES):
            at -= 1
        return at > self.start and self.tokens[at - 1].quoted is not None

    def _closes_sentence(self, verb: int, who: Who) -> bool:
        """Say whether the verb and its subject are the end of "…, said Lorn."."""
        if not who.name or verb == self.start or self.tokens[verb - 1].text != ",":
            return False
        behind = self._last_of(verb + 1, self.end) + 1
        return behind >= self.end or self.tokens[behind].text in (".", ",")

    def opening(self, end: int) -> Who | None:
        """Return who the sentence begins with, else who is named first ahead of `end`."""
        who = self.after(self.start, end)
        if who is not None and who.kind is not Kind.OTHER:
            return who
        found = self.mentions(self.start, end)
        return next((who for who in found if not self.is_part(who, end)), None)

    def behind(self, quotation: int) -> Who | None:
        """Return who is named right behind a quotation: "said Lorn", "Lorn said", "— Lorn"."""
        at = quotation + 1
        dashed = at < self.end and self.tokens[at].text in _DASHES
        if at < self.end and (dashed or self.tokens[at].text == ","):
            at += 1
        act = next((act for act in self.acts if act.verb > quotation), None)
        if act is not None and at == (act.verb if act.behind else act.who.first):
            return act.speaker
        who = self.after(at, self.end, alone=True) if dashed and at < self.end else None
        return who if who is not None and who.name else None

    def names_speaker(self) -> bool:
        """Say whether this is no sentence by itself but says who spoke: "Lorn asked."."""
        if not self.acts or self.acts[0].behind or self.acts[0].who.first != self.start:
            return False
        at = self.acts[0].verb + 1
        return at >= self.end or (
            self.tokens[at].text in _STOPS or self.tokens[at].lower in _GOES_ON
        )

    def ahead(self, quotation: int) -> tuple[Who, bool] | None:
        """Return who is named ahead of a quotation as its speaker, and whether right ahead."""
        act = next((act for act in reversed(self.acts) if act.verb < quotation), None)
        if act is not None:
            if self.is_of_another(act, quotation) or self._is_said_by_another(act, quotation):
                return Who(Kind.OTHER, act.verb, act.verb), True
            return act.speaker, self._is_beside(act, quotation)
        if is_of_another(self.tokens, -1, self.start, quotation):
            return Who(Kind.OTHER, quotation, quotation), False
        if quotation > self.start + 1 and self.tokens[quotation - 1].text == ":":
            who = self.after(self.start, quotation - 1)
            if who is not None and who.last == quotation - 2 and who.kind is not Kind.OTHER:
                return who, True
        return None

    def further_behind(self, quotation: int) -> Who | None:
        """Return who is named at the sentence's end, behind a comma: "…, Lorn said."."""
        for act in self.acts:
            edge = act.verb if act.behind else act.who.first
            if edge > quotation and self.tokens[edge - 1].text == ",":
                return act.speaker
        return None

    def is_of_another(self, act: Act, quotation: int) -> bool:
        """Say whether an act speaks of a claim, whose words follow at token `quotation`."""
        return is_of_another(self.tokens, act.verb, act.last + 1, quotation)

    def _is_said_by_another(self, act: Act, quotation: int) -> bool:
        """Say whether a verb whose subject is not known stands between an act and a quotation."""
        last = quotation - 1 - (self.tokens[quotation - 1].lower in ("that", ":", ","))
        return last > act.last and self.tokens[last].lower in words.SPEAKING

    def _is_beside(self, act: Act, quotation: int) -> bool:
        opens = self.tokens[quotation - 1]
        return quotation - act.last <= _NEAR and (
            act.last == quotation - 1 or opens.text in (":", ",") or opens.lower in ("that", "as")
        )

    def _is(self, at: int, word: str) -> bool:
        return at >= self.start and super()._is(at, word)


def _is_negated(word: str) -> bool:
    return word.endswith(("n’t", "n't"))


def sentences(names: Names) -> Iterator[Sentence]:
    """Cut a paragraph into sentences, an endless one into pieces."""
    count = len(names.tokens)
    ends = [at + 1 for at in range(count) if may_end(names.text, names.tokens, at)]
    start = 0
    for end, following in pairwise([*ends, count, count]):
        while end - start > _LONGEST:
            yield Sentence(names, start, start + _LONGEST)
            start += _LONGEST
        goes_on = end < count and names.tokens[end - 1].quoted is not None
        if end > start and not (goes_on and Sentence(names, end, following).names_speaker()):
            yield Sentence(names, start, end)
            start = end
