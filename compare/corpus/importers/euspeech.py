"""EUSpeech: speeches of heads of government and of the European Union's institutions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from compare.corpus.importers.account import Account
from compare.corpus.importers.cells import key, known, link
from compare.corpus.importers.formats import Format, Glimpse, Piece
from compare.corpus.importers.reading import each
from compare.corpus.importers.records import Cells, Record, checked, reader
from compare.corpus.importers.sources import Entry, Source
from compare.corpus.tables import read_csv
from compare.corpus.values import Problem, Row

_COLUMNS = ("title", "date", "institution", "speaker", "length", "fulltext", "stemmed", "lang")
_LAYOUTS = {
    8: _COLUMNS,
    # machine translations into English, the original behind them
    9: (*_COLUMNS[:7], "original", "lang"),
}
_TRANSLATED = "entr"
_NAME = re.compile(r"Speeches_([A-Za-z]+)_Cleaned(?:_Translated)?\.csv")
_COUNTRIES = {
    "CZ": "Czech Republic",
    "DE": "Germany",
    "EC": "European Union",
    "EUCouncil": "European Union",
    "FR": "France",
    "GR": "Greece",
    "IT": "Italy",
    "NL": "Netherlands",
    "PL": "Poland",
    "PO": "Portugal",
    "SP": "Spain",
    "UK": "United Kingdom",
}
"""What the file names call countries; the other files are of parties, banks and the parliament."""

_DAY_FIRST = re.compile(r"(\d{1,2})-(0?[1-9]|1[0-2])-(\d{4})")
_BETWEEN_PARAGRAPHS = re.compile(r"\s*</p>\s*<p>\s*")
_TAG = re.compile(r"</?p>")


def read_first(source: Source, account: Account) -> Iterator[Piece]:
    """Yield the speeches of the first version, whose files have no header."""
    return each(source, account, {".csv"}, _speeches)


def _speeches(entry: Entry, account: Account) -> Iterator[Piece]:
    named = _NAME.fullmatch(entry.base)
    country = _COUNTRIES.get(named[1], "") if named else ""
    rows = read_csv(entry, entry.label, _LAYOUTS)
    found = (row if isinstance(row, Problem) else Record(entry, row, row.cells) for row in rows)
    for record in checked(found, ()):
        if isinstance(record, Problem):
            yield record
        else:
            yield from _speech(record, country, account)


def _speech(record: Record, country: str, account: Account) -> Iterator[Row]:
    text = _paragraphs(account.take(record.text("fulltext")), account)
    if not known(text):
        account.leave("rows without words", text, piece=True)
        return
    speaker, date = record.known("speaker"), record.known("date")
    cells = {
        "id": key("euspeech1", date, speaker, text),
        "text": text,
        "speaker": speaker,
        "country": country,
        "date": _day(date),
        "title": record.known("title"),
        "source": f"EUSpeech (Schumacher et al., doi:10.7910/DVN/XPCVEI), {record.entry.base}",
        "language": record.known("lang"),
        "doc_type": "speech",
        "institution": record.known("institution"),
    }
    if cells["language"] == _TRANSLATED:
        cells |= {"language": "en", "translation": "machine"}
        account.note("machine translations into English")
    yield record.row(cells)


def _second(record: Record, account: Account) -> Iterator[Cells]:
    text = _paragraphs(account.take(record.text("origtext")), account)
    speaker, date, url = record.known("speaker"), record.known("date"), record.known("url")
    yield {
        "id": key("euspeech2", url, date, speaker, text),
        "text": text,
        "speaker": speaker,
        "country": record.known("country"),
        "date": _day(date),
        "title": record.known("title"),
        "source": f"EUSpeech, version 2 (Berk et al.), {record.entry.base}",
        "url": link(url, account),
        "language": record.known("lang"),
        "doc_type": "speech",
    }


def _paragraphs(text: str, account: Account) -> str:
    """Return the words with a line break between paragraphs for the tags that stand there."""
    text = account.without("paragraph tags", _BETWEEN_PARAGRAPHS, text, "\n")
    return account.without("paragraph tags", _TAG, text)


def _day(date: str) -> str:
    """Return the day of "02-01-2014", which the corpus writes day first."""
    found = _DAY_FIRST.fullmatch(date)
    return f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}" if found else date


def _is_first(seen: Glimpse) -> bool:
    cells = seen.columns()
    return len(cells) > 5 and bool(_DAY_FIRST.fullmatch(cells[1])) and cells[4].isdigit()


FORMATS = (
    Format(
        "euspeech1",
        "EUSpeech, version 1",
        "Speeches_XX_Cleaned.csv, without a header",
        _is_first,
        read_first,
    ),
    Format(
        "euspeech2",
        "EUSpeech, version 2",
        "a CSV file with the columns date, country, speaker, title, url, origtext, lang",
        lambda seen: {"speaker", "origtext", "lang", "lang_prob"} <= set(seen.columns()),
        reader(("speaker", "origtext"), _second),
    ),
)
