"""GDELT: lists of articles, which have headlines only, and the quotations of articles.

A headline is a paper's own account of what somebody said or did: it is imported as reported
speech without a speaker, a lead to the article, and never as an official's words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from compare.corpus.importers.account import Account
from compare.corpus.importers.cells import host, key, link
from compare.corpus.importers.formats import Format, Glimpse
from compare.corpus.importers.json_streams import starts_list
from compare.corpus.importers.records import Cells, Record, reader

_LISTS = ("articles",)


def _headline(record: Record, account: Account) -> Iterator[Cells]:
    record = _folded(record)
    text, url = account.take(record.text("title")), link(record.text("url"), account)
    outlet = record.known("outletname") or record.known("domain") or host(url)
    account.note("headlines, which name no speaker")
    yield {
        "id": key("gdelt", url, text),
        "text": text,
        "date": record.known("seendate") or record.known("date"),
        "source": f"GDELT; {outlet}",
        "url": url,
        "language": record.known("language") or record.known("lang"),
        "quotation": "reported",
        "doc_type": "headline",
        "outlet": outlet,
        "outlet_country": record.known("sourcecountry"),
    }


def _folded(record: Record) -> Record:
    """Return the record with names in lower case: the lists spell them in three ways."""
    return replace(record, values={name.casefold(): v for name, v in record.values.items()})


def _quotations(record: Record, account: Account) -> Iterator[Cells]:
    url = link(record.text("url"), account)
    for quote in record.objects("quotes"):
        text = account.take(quote.text("quote"))
        account.note("quotations, which name no speaker")
        yield {
            "id": key("gdelt-quote", url, quote.text("pre"), text),
            "text": text,
            "date": record.text("date"),
            "title": record.known("title"),
            "source": f"GDELT Global Quotation Graph; {host(url)}",
            "url": url,
            "language": record.known("lang"),
            "doc_type": "quotation",
            "pre": quote.text("pre"),
            "post": quote.text("post"),
        }


def _lists_articles(seen: Glimpse) -> bool:
    columns = {name.casefold() for name in seen.columns()}
    in_table = {"url", "title"} <= columns and bool({"seendate", "mobileurl"} & columns)
    in_json = starts_list(seen.head, _LISTS) and seen.has_keys("seendate")
    return in_table or in_json or seen.has_keys("outletName", "title")


FORMATS = (
    Format(
        "gdelt-articles",
        "GDELT article lists (headlines)",
        "CSV or JSON of the DOC 2.0 API (mode ArtList), YYYYMMDDhhmmss.gal.json.gz",
        _lists_articles,
        reader((), _headline, lists=_LISTS),
    ),
    Format(
        "gdelt-quotes",
        "GDELT Global Quotation Graph",
        "YYYYMMDDhhmmss.gqg.json.gz, or unpacked: JSON lines",
        lambda seen: seen.has_keys("quotes", "pre", "quote", "post"),
        reader(("quotes", "url"), _quotations),
    ),
)
