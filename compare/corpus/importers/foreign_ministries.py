"""Statements of foreign ministries: press conferences of China's, and what ministries publish."""

from __future__ import annotations

from collections.abc import Iterator

from compare.corpus.importers.account import Account
from compare.corpus.importers.cells import known, link
from compare.corpus.importers.formats import Format, Piece
from compare.corpus.importers.reading import each
from compare.corpus.importers.records import JSON, Cells, Record, reader, records
from compare.corpus.importers.sources import Entry, Source
from compare.corpus.importers.turns import QUESTIONS
from compare.corpus.values import Problem

_NOT_GIVEN = "missing"
"""What the corpus of press conferences writes where no name is known."""


def _answer(record: Record, account: Account) -> Iterator[Cells]:
    question, answer = account.take(record.text("question")), account.take(record.text("answer"))
    if known(question):
        account.leave(QUESTIONS, question, piece=True)
    else:
        account.leave("cells without words", question)
    speaker = _name(record.known("spokesperson"))
    if not speaker:
        account.note("answers without a spokesperson")
    yield {
        "id": f"cmfa-{record.known('id') or record.known('id_split')}",
        "text": answer,
        "speaker": speaker,
        "role": "Foreign Ministry Spokesperson",
        "country": "China",
        "date": _day(record),
        "venue": "Foreign Ministry press conference",
        "source": f"CMFA PressCon (Mochtak and Turcsanyi), {record.entry.base}",
        "url": link(record.text("link"), account),
        "language": "en",
        "doc_type": "answer",
        "question": known(question),
        "asked_by": _name(record.known("who_asked")),
    }


def _name(text: str) -> str:
    return "" if text.casefold() == _NOT_GIVEN else text


def _day(record: Record) -> str:
    """Return the day out of its three columns, which cannot be misread; else the date as it is."""
    year, month, day = (record.known(name) for name in ("year", "month", "day"))
    whole = year.isdecimal() and month.isdecimal() and day.isdecimal()
    return f"{year}-{month:0>2}-{day:0>2}" if whole else record.known("date")


def read_diplomatic_pulse(source: Source, account: Account) -> Iterator[Piece]:
    """Yield the documents of Elasticsearch's bulk files: a line with the id, one with the words."""
    return each(source, account, JSON, _bulk)


def _bulk(entry: Entry, account: Account) -> Iterator[Piece]:
    name = ""
    for record in records(entry):
        if isinstance(record, Problem):
            yield record
        elif "index" in record.values:
            action = record.values["index"]
            name = str(action.get("_id", "")) if isinstance(action, dict) else ""
        elif "country" not in record.values:
            account.note("documents that set up the collection")
            name = ""
        else:
            text = account.take(record.text("statement"))
            if known(text):
                yield record.row(_document(record, name, text, account))
            else:
                account.leave("rows without words", text, piece=True)
            name = ""


def _document(record: Record, name: str, text: str, account: Account) -> Cells:
    account.note("statements without a speaker")
    return {
        "id": f"diplomatic-pulse-{name}" if name else "",
        "text": text,
        "country": record.known("country"),
        "date": record.known("posted_date"),
        "title": record.known("title"),
        "source": f"Diplomatic Pulse, {record.entry.base}",
        "url": link(record.text("url"), account),
        "language": record.known("language"),
        "content_type": record.known("content_type"),
    }


FORMATS = (
    Format(
        "cmfa",
        "Press conferences of the Chinese Ministry of Foreign Affairs (CMFA PressCon)",
        "CMFA_PressCon_v4.xlsx, or the same as CSV",
        lambda seen: {"id_split", "question", "answer", "spokesperson"} <= set(seen.columns()),
        reader(("question", "answer", "spokesperson"), _answer),
    ),
    Format(
        "diplomatic-pulse",
        "Diplomatic Pulse",
        "dppa.st.json: Elasticsearch bulk, JSON lines",
        lambda seen: "dppa.st.json" in seen.bases or seen.has_keys("index", "posted_date"),
        read_diplomatic_pulse,
    ),
)
