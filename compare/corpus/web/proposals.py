"""Proposed quotations, and statements of the confirmed ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from compare.corpus.columns import FIELDS
from compare.corpus.validate import Validator
from compare.corpus.values import Problem, Row
from compare.corpus.web.page import Page
from compare.errors import CorpusError
from compare.statements import Quotation, Statement

_OPENING = " \u00a0\"'“‘«„‹「『"
_REJECTS = re.compile(
    r"\b(?:den(?:y|ies|ied|ying|ial)|reject|dismiss|refut|rebut|disput|doubt|disavow|repudiat|never"
    r"|not\b|\w+n[’']t\b|nor\b|neither\b|false|untrue|lies?\b|lying|nonsense|absurd|fabricat"
    r"|disinformation|slander|mock|if\b|whether\b|alleg|accus|called|calls)",
    re.IGNORECASE,
)


class Confidence(StrEnum):
    """Where the speaker was named."""

    BESIDE = "speaker named beside it"
    IN_SENTENCE = "speaker named in the sentence"
    BEFORE = "speaker from the sentence before"
    FURTHER_UP = "speaker from further up"
    NONE = "no speaker found"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A quotation or reported words, not yet confirmed.

    Attributes:
        text: The words; the parts around an attribution are joined.
        speaker: As named somewhere on the page, "" if none was found.
        country: A known country that the role names, else "".
        context: The sentence around the words, or the nearest part of a very long one.
        paragraph: The index of the paragraph.
        start: The offset of the words in the paragraph.
        end: The offset after the words; an attribution can be in between.
    """

    text: str
    quotation: Quotation
    speaker: str
    role: str
    country: str
    context: str
    paragraph: int
    start: int
    end: int
    confidence: Confidence


def confirmed_row(page: Page, proposal: Proposal, on: date | None = None) -> Row:
    """Return the row of a proposal that a person confirmed; `on` is the day, today if None.

    A fragment ("an act of war") gets its sentence as context, without its own words.
    """
    day = on or datetime.now().astimezone().date()
    cells = {
        "text": proposal.text,
        "context": _context(proposal),
        **{name: getattr(proposal, name) for name in ("speaker", "role", "country")},
        **{name: getattr(page, name) for name in ("date", "title", "url", "language")},
        "source": page.site,
        "quotation": proposal.quotation.value,
        "confirmed_on": day.isoformat(),
    }
    name = page.url or page.title or "the page"
    return Row(name, proposal.paragraph + 1, cells, place="paragraph")


def statements_of(accepted: Sequence[tuple[Page, Proposal]]) -> list[Statement]:
    """Return the statements of confirmed proposals; CorpusError if a cell cannot be used."""
    validator, statements = Validator(), []
    for page, proposal in accepted:
        row = confirmed_row(page, proposal)
        fields = {name: name for name in row.cells if name in FIELDS}
        statement = validator.statement(row, fields)
        if isinstance(statement, Problem):
            raise CorpusError(str(statement))
        statements.append(statement)
    return statements


def _context(proposal: Proposal) -> str:
    """Return the sentence around a quotation with "…" for its words, "" if it adds nothing.

    It completes a fragment and words that are part of the sentence ("denied that “…”"). If it
    denies, doubts or rejects the words, they would mean the opposite without it.
    """
    before, found, behind = proposal.context.partition(proposal.text)
    if proposal.quotation is Quotation.REPORTED or not found:
        return ""
    ahead = before.rstrip(_OPENING)
    alone = not ahead or ahead[-1] in ",:—–"
    if alone and not proposal.text[:1].islower() and not _REJECTS.search(f"{ahead} {behind}"):
        return ""
    return f"{before}…{behind}"
