"""Quotebank: quotations out of the news, each with its likeliest speaker."""

from __future__ import annotations

from collections.abc import Iterator

from compare.corpus.importers.account import Account
from compare.corpus.importers.cells import host, link
from compare.corpus.importers.formats import Format
from compare.corpus.importers.records import Cells, Record, reader


def _quotation(record: Record, account: Account) -> Iterator[Cells]:
    speaker = record.known("speaker")  # "None": no speaker is the likeliest
    if not speaker:
        account.note("quotations without a speaker")
    urls = record.listed("urls")
    url = link(urls[0], account) if urls else ""
    yield {
        "id": f"quotebank-{record.text('quoteID')}",
        "text": account.take(record.text("quotation")),
        "speaker": speaker,
        "date": record.text("date"),
        "source": "; ".join(filter(None, ("Quotebank (Vaucher et al., 2021)", host(url)))),
        "url": url,
        "language": "en",
        "doc_type": "quotation",
        "wikidata": "; ".join(record.listed("qids")),
        "probability": _probability(record) if speaker else "",
        "occurrences": record.text("numOccurrences"),
        "other_urls": "; ".join(urls[1:]),
    }


def _probability(record: Record) -> str:
    """Return how likely the speaker is, as the file writes it."""
    candidates = record.values.get("probas")
    for candidate in candidates if isinstance(candidates, list) else []:
        if isinstance(candidate, list) and candidate[:1] == [record.text("speaker")]:
            return str(candidate[1]) if len(candidate) > 1 else ""
    return ""


FORMATS = (
    Format(
        "quotebank",
        "Quotebank, quotation-centric",
        "quotes-YYYY.json.bz2, or unpacked: JSON lines",
        lambda seen: seen.has_keys("quoteID", "quotation"),
        reader(("quoteID", "quotation", "speaker"), _quotation),
    ),
)
