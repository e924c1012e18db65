"""Propose the quotations of a web page, and make rows of those that a person confirms."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime

from compare.corpus.values import Row
from compare.corpus.web.page import Page
from compare.corpus.web.proposal import Confidence, Proposal
from compare.corpus.web.quotes import propose
from compare.statement import Quotation

__all__ = ["Confidence", "Page", "Proposal", "confirmed", "propose"]


def confirmed(
    page: Page, proposals: Sequence[Proposal], chosen: Collection[int], *, on: date | None = None
) -> Iterator[Row]:
    """Yield a row for each proposal that a person confirmed.

    A fragment ("an act of war") gets the sentence it stands in as its context, without its words.

    Args:
        chosen: Indices of proposals.
        on: The day of the confirmation; None is today.
    """
    day = (on or datetime.now().astimezone().date()).isoformat()
    for index in sorted(set(chosen)):
        proposal = proposals[index]
        cells = {
            "text": proposal.text,
            "context": _around(proposal),
            "speaker": proposal.speaker,
            "role": proposal.role,
            "country": proposal.country,
            "date": page.date,
            "title": page.title,
            "source": page.site,
            "url": page.url,
            "language": page.language,
            "quotation": proposal.quotation.value,
            "confirmed_on": day,
        }
        name = page.url or page.title or "the page"
        yield Row(name, proposal.paragraph + 1, cells, place="paragraph")


def _around(proposal: Proposal) -> str:
    """Return the sentence around a fragment with "…" for its words, "" around whole sentences."""
    if proposal.quotation is Quotation.REPORTED or not proposal.text[:1].islower():
        return ""
    before, found, behind = proposal.context.partition(proposal.text)
    return f"{before}…{behind}" if found else ""
