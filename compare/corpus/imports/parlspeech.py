"""ParlSpeech V2: a table of speeches for each of nine parliaments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from compare.corpus.imports.account import Account
from compare.corpus.imports.cells import known
from compare.corpus.imports.formats import Format, Glimpse, Piece
from compare.corpus.imports.reading import each
from compare.corpus.imports.records import records
from compare.corpus.imports.sources import Entry, Source
from compare.corpus.values import BadFileError, Problem

_COLUMNS = ("date", "agenda", "speechnumber", "speaker", "party", "chair", "text", "parliament",
            "iso3country")  # fmt: skip
_R = frozenset({".rds", ".rdata"})
_TRUE = frozenset({"true", "1", "t"})


def read(source: Source, account: Account) -> Iterator[Piece]:
    """Yield the speeches, those of the chair too."""
    return each(source, account, {".csv"} | _R, _speeches)


def _speeches(entry: Entry, account: Account) -> Iterator[Piece]:
    if entry.kind in _R:
        raise BadFileError(
            "R's own files are not read; save it as CSV in R: "
            'write.csv(readRDS("FILE.rds"), "FILE.csv", row.names = FALSE, fileEncoding = "UTF-8")'
        )
    day, seen = "", Counter[str]()
    for record in records(entry, _COLUMNS):
        if isinstance(record, Problem):
            yield record
            continue
        text = account.take(record.text("text"))
        if not known(text):
            account.leave("rows without words", text, piece=True)
            continue
        if record.known("date") != day:
            day, seen = record.known("date"), Counter()
        number = record.known("speechnumber")
        seen[number] += 1
        repeat = f"-{seen[number]}" if seen[number] > 1 else ""
        chairs = record.known("chair").casefold() in _TRUE
        if chairs:
            account.note("speeches of the chair")
        stem = entry.base.rpartition(".")[0]
        yield record.row(
            {
                "id": f"parlspeech-{stem}-{day}-{number}{repeat}",
                "text": text,
                "speaker": record.known("speaker"),
                "role": "Chair" if chairs else "",
                "country": record.known("iso3country"),
                "date": day,
                "venue": record.known("parliament"),
                "title": record.known("agenda"),
                "source": f"ParlSpeech V2 (Rauh, Schwalbach), {entry.base}",
                "doc_type": "parliamentary speech",
                "turn": number,
                "party": record.known("party"),
                "party_facts_id": record.known("party.facts.id"),
            }
        )


def _recognises(seen: Glimpse) -> bool:
    return {"speechnumber", "party", "chair", "text"} <= set(seen.columns()) or any(
        name.casefold().startswith("corp_") and name.casefold().endswith(".rds")
        for name in seen.bases
    )


FORMATS = (Format("parlspeech", "ParlSpeech V2", "Corp_*.csv (not .rds)", _recognises, read),)
