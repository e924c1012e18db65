"""Messages of Ukrainian officials in Ukrainian and English: the lists of resistinua."""

from __future__ import annotations

import re
from collections.abc import Iterator

from compare.corpus.importers.account import OTHER_FILES, Account
from compare.corpus.importers.cells import link
from compare.corpus.importers.formats import Format, Glimpse, Piece
from compare.corpus.importers.javascript import read_list
from compare.corpus.importers.reading import LeftOutError, each
from compare.corpus.importers.records import Record
from compare.corpus.importers.sources import Entry, Source
from compare.corpus.values import BadFileError, Row

_FILE = re.compile(r"messages(?:-\d+)?(-en)?\.js", re.IGNORECASE)
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_BOLD = re.compile(r"\*\*")


def read(source: Source, account: Account) -> Iterator[Piece]:
    """Yield the messages, each with the id of the same in the other language, if that is there."""
    keys = {"en": set[str](), "uk": set[str]()}
    for entry in source.entries():
        if _FILE.fullmatch(entry.base):
            keys[_language(entry)].update(_keys(entry))

    def read_entry(entry: Entry, account: Account) -> Iterator[Piece]:
        if not _FILE.fullmatch(entry.base):
            raise LeftOutError(OTHER_FILES)
        language = _language(entry)
        other = "uk" if language == "en" else "en"
        for literal in read_list(entry.text()):
            record = Record(entry, Row(entry.label, literal.line, {}), literal.values)
            name = _key(record)
            pair = f"zelensky-{name}-{other}" if name in keys[other] else ""
            yield from _message(record, f"zelensky-{name}-{language}", language, pair, account)
            if not literal.whole:
                yield record.here.problem(
                    "the file ends inside this message, of which the words so far are taken; "
                    "fetch the file again"
                )

    yield from each(source, account, {".js"}, read_entry)


def _language(entry: Entry) -> str:
    found = _FILE.fullmatch(entry.base)
    return "en" if found and found[1] else "uk"


def _keys(entry: Entry) -> Iterator[str]:
    try:
        for literal in read_list(entry.text()):
            yield _key(Record(entry, Row(entry.label, literal.line, {}), literal.values))
    except BadFileError:
        return  # told when the messages are read


def _key(record: Record) -> str:
    """Return a message's id and time: one id can stand at two messages."""
    return f"{record.text('id')}-{record.text('date')}"


def _message(
    record: Record, name: str, language: str, pair: str, account: Account
) -> Iterator[Row]:
    text = account.take(record.text("text"))
    title = record.text("name").strip()
    if text.strip() == title:
        account.leave("titles of videos without their words", text, piece=True)
        return
    text = account.without("images", _IMAGE, text)
    text = account.without("addresses of links", _LINK, text, r"\1")
    text = account.without("marks of bold type", _BOLD, text)
    if not record.listed("speaker"):
        account.note("messages without a speaker")
    yield record.row(
        {
            "id": name,
            "text": text,
            "speaker": "; ".join(record.listed("speaker")),
            "country": "Ukraine",
            "date": record.text("date"),
            "title": title,
            "source": f"resistinua, {record.entry.base}",
            "url": link(record.text("url"), account),
            "language": language,
            "topics": "; ".join(record.listed("topics")),
            "cities": "; ".join(record.listed("cities")),
            "other_language": pair,
        }
    )


def _recognises(seen: Glimpse) -> bool:
    return any(map(_FILE.fullmatch, seen.bases))


FORMATS = (
    Format(
        "zelensky",
        "Messages of Ukrainian officials in Ukrainian and English (resistinua)",
        "messages.js, messages-2.js, messages-en.js and the like",
        _recognises,
        read,
    ),
)
