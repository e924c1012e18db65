"""Proposed quotations, and the statements of those that a person confirmed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from compare.corpus.columns import FIELDS
from compare.corpus.validate import Validator
from compare.corpus.values import Problem, Row
from compare.corpus.web.page import Page
from compare.errors import CorpusError
from compare.statements.statement import Quotation, Statement

_OPENING = " \u00a0\"'“‘«„‹「『"
_REJECTS = re.compile(
    r"\b(?:den(?:y|ies|ied|ying|ial)|reject|dismiss|refut|rebut|disput|doubt|disavow|repudiat|never"
    r"|not\b|\w+n[’']t\b|nor\b|neither\b|false|untrue|lies?\b|lying|nonsense|absurd|fabricat"
    r"|disinformation|slander|mock|if\b|whether\b|alleg|accus|called|calls)",
    re.IGNORECASE,
)


class Confidence(StrEnum):
    """Where the speaker was found."""

    BESIDE = "speaker named beside it"
    IN_SENTENCE = "speaker named in the sentence"
    BEFORE = "speaker from the sentence before"
    FURTHER_UP = "speaker from further up"
    NONE = "no speaker found"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A quotation or reported words, not yet confirmed.

    Attributes:
        text: The words; those of a quotation that an attribution interrupts are joined.
        speaker: As named somewhere on the page, "" if nobody is found.
        country: A known country that the role names, else "".
        context: The sentence around the words, or the nearest part of a very long one.
        paragraph: The paragraph's index.
        start: Where the words begin in the paragraph.
        end: Where they end; an attribution can come between.
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


def confirmed(
    page: Page, proposals: Sequence[Proposal], chosen: Collection[int], *, on: date | None = None
) -> Iterator[Row]:
    """Yield a row for each proposal that a person confirmed.

    A fragment ("an act of war") gets its sentence as context, without its own words.

    Args:
        page: The page of the proposals.
        proposals: All proposals of the page.
        chosen: The indices of those confirmed.
        on: The day of the confirmation; None is today.
    """
    day = (on or datetime.now().astimezone().date()).isoformat()
    for index in sorted(set(chosen)):
        proposal = proposals[index]
        cells = {
            "text": proposal.text,
            "context": _around(proposal),
            **{name: getattr(proposal, name) for name in ("speaker", "role", "country")},
            **{name: getattr(page, name) for name in ("date", "title", "url", "language")},
            "source": page.site,
            "quotation": proposal.quotation.value,
            "confirmed_on": day,
        }
        name = page.url or page.title or "the page"
        yield Row(name, proposal.paragraph + 1, cells, place="paragraph")


def statements_of(accepted: Sequence[tuple[Page, Proposal]]) -> list[Statement]:
    """Return the statements of confirmed proposals; CorpusError if a cell cannot be used."""
    validator, statements = Validator(), []
    for row in (row for page, proposal in accepted for row in confirmed(page, [proposal], [0])):
        fields = {name: name for name in row.cells if name in FIELDS}
        statement = validator.statement(row, fields)
        if isinstance(statement, Problem):
            raise CorpusError(str(statement))
        statements.append(statement)
    return statements


def _around(proposal: Proposal) -> str:
    """Return the sentence around a quotation with "…" for its words, "" if it adds nothing.

    It completes a fragment, and words that are a part of the sentence ("denied that “…”"). Where
    it denies, doubts or rejects, the words without it would say the opposite of what was said.
    """
    before, found, behind = proposal.context.partition(proposal.text)
    if proposal.quotation is Quotation.REPORTED or not found:
        return ""
    ahead = before.rstrip(_OPENING)
    alone = not ahead or ahead[-1] in ",:—–"
    if alone and not proposal.text[:1].islower() and not _REJECTS.search(f"{ahead} {behind}"):
        return ""
    return f"{before}…{behind}"
