"""The Executive Communications Dataset: a paragraph a row, put together to documents here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import gcd

from compare.corpus.importers.account import Account
from compare.corpus.importers.cells import is_of, key, known, link
from compare.corpus.importers.formats import Format, Piece
from compare.corpus.importers.reading import each
from compare.corpus.importers.records import Record, records
from compare.corpus.importers.sources import Entry, Source
from compare.corpus.values import Problem, Row

_NEEDED = ("country", "executive", "text")
_COLUMNS = frozenset({*_NEEDED, "url", "date", "title", "type", "language"})
_OF_THE_OTHER = {"Ecuador": "do", "Dominican Republic": "ec"}
"""Two files hold both countries' documents, all under the file's country (release 1.0.0)."""


@dataclass(slots=True)
class _Document:
    """Rows that follow each other and have one address."""

    first: Record
    texts: list[str] = field(default_factory=list)
    executives: dict[str, None] = field(default_factory=dict)

    def add(self, record: Record, same: dict[str, str]) -> None:
        text = record.text("text")
        self.texts.append(same.setdefault(text, text))
        if executive := record.known("executive"):
            self.executives[executive] = None


def read(source: Source, account: Account) -> Iterator[Piece]:
    """Yield the documents: the paragraphs of one address, without those that rows repeat."""
    seen: set[str] = set()

    def read_entry(entry: Entry, account: Account) -> Iterator[Piece]:
        for piece in _documents(records(entry, _NEEDED)):
            if isinstance(piece, Problem):
                yield piece
            else:
                yield from _statement(piece, seen, account)

    return each(source, account, {".csv", ".parquet"}, read_entry)


def _documents(rows: Iterable[Record | Problem]) -> Iterator[_Document | Problem]:
    document: _Document | None = None
    same: dict[str, str] = {}
    for record in rows:
        if isinstance(record, Problem):
            yield record
            continue
        if document is None or not _address(record) or _address(record) != _address(document.first):
            if document:
                yield document
            document, same = _Document(record), {}
        document.add(record, same)
    if document:
        yield document


def _address(record: Record) -> str:
    return record.known("url") or record.known("link")


def _statement(document: _Document, seen: set[str], account: Account) -> Iterator[Row]:
    record = document.first
    paragraphs = []
    for text in _once(document.texts, account):
        if known(text):
            paragraphs.append(text)
        else:
            account.leave("rows without words", account.take(text))
    text = account.take("\n".join(paragraphs))
    address, country = _address(record), record.known("country")
    name = key("ecdata", address, record.known("date"), text)
    elsewhere = _OF_THE_OTHER.get(country)
    if not text:
        account.leave("documents without words", "", piece=True)
    elif elsewhere and is_of(address, elsewhere):
        account.leave("documents of another country than the file says", text, piece=True)
    elif name in seen:
        account.leave("documents that are there already", text, piece=True)
    else:
        seen.add(name)
        if len(document.executives) > 1:
            account.note("documents under more than one executive")
        yield record.row(
            {
                "id": name,
                "text": text,
                "speaker": "; ".join(document.executives),
                "country": country,
                "date": record.known("date"),
                "title": record.known("title"),
                "source": f"Executive Communications Dataset, {record.entry.base}",
                "url": link(address, account),
                "language": record.known("language"),
                "doc_type": record.known("type"),
            }
        )


def _once(texts: list[str], account: Account) -> Iterator[str]:
    """Yield the paragraphs, each as often as it stands in the document.

    Some files hold every row of a document a number of times, which is what all counts share.
    """
    times = gcd(*Counter(texts).values())
    met: Counter[str] = Counter()
    for text in texts:
        if met[text] % times:
            account.leave("rows that are there already", account.take(text))
        else:
            yield text
        met[text] += 1


FORMATS = (
    Format(
        "ecdata",
        "Executive Communications Dataset",
        "CSV or Parquet files with the columns country, url, text, date, executive",
        lambda seen: set(seen.columns()) >= _COLUMNS,
        read,
    ),
)
