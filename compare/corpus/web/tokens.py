"""Cut a paragraph into words, signs and quotations, and these into sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from compare.corpus.web import words
from compare.corpus.web.marks import Quoted

_WORD = re.compile(
    r"(?:[^\W\d_]\.){2,}"
    r"|(?:Mr|Mrs|Ms|Dr|Prof|Gen|Lt|Col|Capt|Sen|Rep|Gov|St|Hon|Messrs|Mme|Adm|Maj|Sgt|Amb|Rev)\."
    r"|[^\W\d_a-zß-ÿ]\.(?=\s)"
    rf"|(?:{'|'.join(words.PAIRS)})(?= )"
    r"|\w+(?:[’'‑-]\w+)*(?:(?<=s)[’'](?=\s))?"
    r"|\S"
)
_WITH_ARTICLE = re.compile(r"(?:al|el|ad|as|at|az|an|ul|d|l)[-’'‑][^\W\d_a-zß-ÿ]")
_SENTENCE_ENDS = ".!?…"
_NO_SENTENCE_STARTS = ",;:—–-)."


@dataclass(frozen=True)
class Token:
    """A word, a sign, or a whole quotation, which stands for itself as one sign.

    Attributes:
        quoted: The quotation.
    """

    text: str
    start: int
    end: int
    quoted: Quoted | None = None

    @cached_property
    def lower(self) -> str:
        """Return the word as the word lists have it."""
        return self.text.casefold()

    @cached_property
    def is_possessive(self) -> bool:
        """Say whether it is "Valdoria’s" or "Nations’"."""
        return self.text.endswith(("’s", "'s", "s’", "s'"))

    @cached_property
    def is_name(self) -> bool:
        """Say whether it can be part of a name: "Lorn" or "al-Lorn", not "On"."""
        capital = self.text[0].isupper() or _WITH_ARTICLE.match(self.text) is not None
        return capital and self.lower not in words.NO_NOUNS and not self.is_possessive

    @cached_property
    def is_noun(self) -> bool:
        """Say whether it can be part of an office."""
        return self.is_name or (
            self.text[0].isalpha()
            and self.lower not in words.NO_NOUNS
            and not self.lower.endswith("ing")
        )

    @cached_property
    def is_role(self) -> bool:
        """Say whether it is an office or an occupation."""
        parts = (self.lower.removesuffix("s"), self.lower, *self.lower.split("-"))
        return any(part in words.ROLES for part in parts)

    @cached_property
    def is_institution(self) -> bool:
        """Say whether it is something that can speak."""
        return self.lower in words.INSTITUTIONS

    @cached_property
    def is_office(self) -> bool:
        """Say whether it is either."""
        return self.is_role or self.is_institution


def tokens(text: str, quoted: list[Quoted]) -> list[Token]:
    """Return the words and signs outside of quotations, and each quotation as one."""
    found: list[Token] = []
    place = 0
    for quotation in quoted:
        begin, end = quotation.start - 1, quotation.end + quotation.closed
        found += _outside(text, place, begin)
        found.append(Token(text[begin], begin, end, quotation))
        place = end
    return [*found, *_outside(text, place, len(text))]


def _outside(text: str, start: int, end: int) -> Iterator[Token]:
    for match in _WORD.finditer(text, start, end):
        yield Token(match[0], match.start(), match.end())


def may_end(text: str, found: Sequence[Token], at: int) -> bool:
    """Say whether a sentence can end with the token `at`."""
    token = found[at]
    if token.quoted is not None:
        last = text[token.quoted.end - 1 : token.quoted.end]
        if last not in _SENTENCE_ENDS or not last:
            return False
    elif token.text not in _SENTENCE_ENDS:
        return False
    if at + 1 == len(found):
        return True
    behind = found[at + 1]
    spaced = behind.start > token.end
    return spaced and not behind.text[0].islower() and behind.text not in _NO_SENTENCE_STARTS
