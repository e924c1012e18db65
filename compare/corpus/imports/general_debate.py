"""The UN General Debate Corpus: a text file a speech, and a workbook that says who spoke."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from compare.corpus.imports.account import OTHER_FILES, Account
from compare.corpus.imports.cleaning import joined_hyphens, unwrapped
from compare.corpus.imports.formats import Format, Glimpse, Piece
from compare.corpus.imports.reading import LeftOutError, each, told
from compare.corpus.imports.records import Cells, Record, reader
from compare.corpus.imports.sources import Entry, Source
from compare.corpus.sheets import read_xlsx
from compare.corpus.values import Problem, Row
from compare.countries import country_code

SPEAKERS = "Speakers_by_session.xlsx"
_CITATION = "UN General Debate Corpus (Jankin, Baturo, Dasandi)"
_SPEECH = re.compile(r"([A-Z]{2,3})_(\d{1,2})_(\d{4})\.txt")
_NUMBERED = re.compile(r"^[ \t]*(\d{1,3})[.:][ \t]+", re.MULTILINE)
_LEAST_NUMBERED = 3
_DIGITS = re.compile(r"\d+")
_KAGGLE = ("session", "year", "country", "text")
_MARK = re.compile("\ufeff")
_BEFORE_THE_FIRST = 1945


@dataclass(frozen=True, slots=True)
class _Speaker:
    name: str
    post: str
    country: str


_NOBODY = _Speaker("", "", "")


def read(source: Source, account: Account) -> Iterator[Piece]:
    """Yield the speeches, each with its speaker and post where the workbook has them.

    The workbook is looked for among the files and beside an archive.
    """
    speakers: dict[tuple[str, str], _Speaker] = {}
    workbook = source.beside(SPEAKERS)
    if workbook is None:
        yield Problem.of_file(
            SPEAKERS,
            "this workbook was not found, so that no speaker is known; put it beside the speeches",
        )
    else:
        account.files += 1
        yield from told(workbook, _read_speakers(workbook, speakers, account))
    seen: set[str] = set()

    def read_entry(entry: Entry, account: Account) -> Iterator[Row]:
        found = _SPEECH.fullmatch(entry.base)
        if found is None:
            raise LeftOutError(OTHER_FILES)
        code, session, year = found.groups()
        text = account.take(entry.text())
        if (key := f"{code}-{int(session)}-{year}") in seen:
            account.leave("second files of one speech", text, piece=True)
            return
        seen.add(key)
        speaker = speakers.get((str(int(session)), code), _NOBODY)
        if not speaker.name:
            account.note("speeches without a speaker")
        cells = _cells(entry, code, str(int(session)), year) | {
            "text": _words(text, account),
            "speaker": speaker.name,
            "role": speaker.post,
            # the workbook's spelling counts where it is a known name
            "country": speaker.country if country_code(speaker.country) else code,
        }
        yield Row(entry.label, 1, cells | {"source_file": entry.name})

    yield from each(source, account, {".txt"}, read_entry, {SPEAKERS.casefold()})


def _kaggle(record: Record, account: Account) -> Iterator[Cells]:
    """Yield the speech of a row: session, year, country, text."""
    text = account.without("byte order marks", _MARK, account.take(record.text("text")))
    code, session, year = (record.known(name) for name in ("country", "session", "year"))
    words = {"text": _words(text, account), "country": code}
    yield _cells(record.entry, code, session, year) | words


def _cells(entry: Entry, code: str, session: str, year: str) -> Cells:
    return {
        "id": f"ungdc-{code}-{session}-{year}",
        "date": year,
        "venue": "UN General Assembly, General Debate",
        "title": f"General Debate, session {session} ({year})",
        "source": f"{_CITATION}, {entry.base}",
        "language": "en",
        "doc_type": "speech",
    }


def _words(text: str, account: Account) -> str:
    """Return the words without paragraph numbers and the line breaks of the page."""
    numbers = [int(found[1]) for found in _NUMBERED.finditer(text)]
    rising = sum(b == a + 1 for a, b in pairwise(numbers))
    if len(numbers) >= _LEAST_NUMBERED and rising * 2 >= len(numbers):
        text = account.without("paragraph numbers", _NUMBERED, text)
    return unwrapped(joined_hyphens(text, account), account)


def _read_speakers(
    workbook: Entry, speakers: dict[tuple[str, str], _Speaker], account: Account
) -> Iterator[Problem]:
    """Keep who spoke, by session and code; of two rows for one key the first with a name."""
    for row in read_xlsx(workbook, workbook.label, loose=True):
        if isinstance(row, Problem):
            yield row
            continue
        cell = {name.strip().casefold(): value.strip() for name, value in row.cells.items()}
        session = _DIGITS.fullmatch(cell.get("session", ""))
        if session is None or not cell.get("iso code"):
            continue
        key = (str(int(session[0])), cell["iso code"])
        speaker = _Speaker(
            " ".join(cell.get("name of person speaking", "").split()),
            " ".join(cell.get("post", "").split()),
            " ".join(cell.get("country", "").split()),
        )
        if key in speakers:
            account.note("rows of the workbook for a speech that has one")
        if key not in speakers or not speakers[key].name:
            speakers[key] = speaker


def _recognises(seen: Glimpse) -> bool:
    texts = [name for name in seen.bases if name.endswith(".txt")]
    return sum(map(_is_speech, texts)) * 2 > len(texts)


def _is_speech(name: str) -> bool:
    """Say whether a text is a speech by its name: the first session was that of 1946."""
    found = _SPEECH.fullmatch(name)
    return found is not None and int(found[3]) - int(found[2]) == _BEFORE_THE_FIRST


FORMATS = (
    Format(
        "ungdc",
        "UN General Debate Corpus",
        "TXT/Session NN - YYYY/ISO_NN_YYYY.txt (folder or archive) and Speakers_by_session.xlsx",
        _recognises,
        read,
    ),
    Format(
        "ungdc-kaggle",
        "UN General Debates on Kaggle",
        "un-general-debates.csv",
        lambda seen: seen.columns() == [*_KAGGLE],
        reader(_KAGGLE, _kaggle),
    ),
)
