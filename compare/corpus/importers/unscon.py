"""UNSCon: sentences of the UN Security Council that are marked for conflict.

A statement is a sentence, since it is sentences that carry the marks; whole speeches are in the
Security Council Debates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from compare.corpus.importers.account import Account
from compare.corpus.importers.cleaning import untokenised
from compare.corpus.importers.formats import Format, Glimpse, Piece
from compare.corpus.importers.reading import LeftOutError, each
from compare.corpus.importers.records import Record, records
from compare.corpus.importers.sources import Entry, Source
from compare.corpus.values import Problem

_MARKS = ("A0", "A2", "A3", "A4", "B1", "B2", "B3")
_PARTS = "the same words in parts of sentences (EDUs)"
_NONE = frozenset({"", "_", "-NONE-"})
_FILE = re.compile(
    r"UNSC_(?P<year>\d{4})_SPV\.(?P<meeting>.+?)_spch(?P<speech>\d+)(?:_preproc)?"
    r"_(?P<country>\D+?)(?:(?<=[a-z])A)?\d*(?:_neg|_pos)?(?:(?:_|%20)\d+)?(?:_GD)?(?:\.txt)?"
)
"""The country comes from here: the column `country` of the published file is out of order."""

_LETTER = re.compile(r"\w")


def read(source: Source, account: Account) -> Iterator[Piece]:
    """Yield the sentences; the file of their parts (EDUs) has the same words and is left out."""
    yield from each(source, account, {".csv"}, _sentences)
    if not account.files and _PARTS in account.files_left_out:
        yield Problem.of_file(
            str(source.paths[0]),
            "it has parts of sentences (EDUs); name conflict_annotations_sentences.csv",
        )


def _has_parts(entry: Entry) -> bool:
    with entry.open("rb") as opened:
        return b"EDU_text" in opened.readline(4096)


def _sentences(entry: Entry, account: Account) -> Iterator[Piece]:
    if _has_parts(entry):
        raise LeftOutError(_PARTS)
    for record in records(entry, ("file_id", "sentence_text", *_MARKS)):
        if isinstance(record, Problem):
            yield record
            continue
        text = account.take(record.text("sentence_text"))
        if not _LETTER.search(text):
            account.leave("sentences without words", text, piece=True)
            continue
        file_id = record.text("file_id").strip()
        found = _FILE.fullmatch(file_id)
        if found and record.values.get("country", found["country"]) != found["country"]:
            account.note('rows whose column "country" is not the country in their file\'s name')
        cells = {
            "id": _id(file_id, record),
            "text": untokenised(text, account),
            "country": found["country"].replace("_", " ") if found else "",
            "date": found["year"] if found else "",
            "venue": "UN Security Council",
            "title": f"S/PV.{found['meeting']}" if found else "",
            "source": f"UNSCon (Zaczynska, Bourgonje, Stede), {file_id}",
            "language": "en",
            "doc_type": "sentence of a speech",
            "turn": str(int(found["speech"])) if found else "",
            "characters": record.text("sentence_char_offsets"),
            "licence": "CC BY-SA",
        }
        marks = {name: mark for name in _MARKS if (mark := record.text(name)) not in _NONE}
        yield record.row(cells | marks)


def _id(file_id: str, record: Record) -> str:
    start = record.text("sentence_char_offsets").partition("-")[0]
    return f"unscon-{file_id.removesuffix('.txt')}-{start}" if start else ""


def _recognises(seen: Glimpse) -> bool:
    columns = set(seen.columns())
    return {"file_id", "A0", "B1"} <= columns and bool(columns & {"sentence_text", "EDU_text"})


FORMATS = (
    Format(
        "unscon",
        "UNSCon, the UN Security Council Conflict Corpus",
        "conflict_annotations_sentences.csv",
        _recognises,
        read,
    ),
)
