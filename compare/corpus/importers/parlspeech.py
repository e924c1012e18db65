"""ParlSpeech V2: a table of speeches for each of nine parliaments."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterator

from compare.corpus.importers.account import Account
from compare.corpus.importers.cells import known
from compare.corpus.importers.formats import Format, Glimpse, Piece
from compare.corpus.importers.reading import each
from compare.corpus.importers.records import records
from compare.corpus.importers.sources import Entry, Source
from compare.corpus.values import BadFileError, Problem

_COLUMNS = ("date", "agenda", "speechnumber", "speaker", "party", "chair", "text", "parliament",
            "iso3country")  # fmt: skip
_R = frozenset({".rds", ".rdata"})
_TRUE = frozenset({"true", "1", "t"})
MOST_NUMBERS = 500_000
"""Numbers of speeches that are remembered, those of the days that were met last."""


def read(source: Source, account: Account) -> Iterator[Piece]:
    """Yield the speeches, those of the chair too."""
    return each(source, account, {".csv"} | _R, _speeches)


class _Numbers:
    """How often each number stands on a day, whose rows can stand apart."""

    def __init__(self) -> None:
        self._days: OrderedDict[str, Counter[str]] = OrderedDict()
        self._held = 0

    def count(self, day: str, number: str) -> int:
        """Count a speech, and return how many of its day have its number by now."""
        numbers = self._days.setdefault(day, Counter())
        self._days.move_to_end(day)
        self._held += number not in numbers
        numbers[number] += 1
        while self._held > MOST_NUMBERS and len(self._days) > 1:
            self._held -= len(self._days.popitem(last=False)[1])
        return numbers[number]


def _speeches(entry: Entry, account: Account) -> Iterator[Piece]:
    if entry.kind in _R:
        raise BadFileError(
            "R's own files are not read; save it as CSV in R: "
            'write.csv(readRDS("FILE.rds"), "FILE.csv", row.names = FALSE, fileEncoding = "UTF-8")'
        )
    numbers = _Numbers()
    for record in records(entry, _COLUMNS):
        if isinstance(record, Problem):
            yield record
            continue
        text = account.take(record.text("text"))
        if not known(text):
            account.leave("rows without words", text, piece=True)
            continue
        day, number = record.known("date"), record.known("speechnumber")
        count = numbers.count(day, number)
        repeat = f"-{count}" if count > 1 else ""
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
