"""The UN General Debate Corpus: a text file a speech, and a workbook that says who spoke."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from compare.corpus.imports.account import Account
from compare.corpus.imports.cleaning import joined_hyphens, unwrapped
from compare.corpus.imports.formats import Format, Glimpse, Piece
from compare.corpus.imports.sources import Entry, Source
from compare.corpus.sheets import read_xlsx
from compare.corpus.values import BadFileError, Problem, Row
from compare.countries import country_code

SPEAKERS = "Speakers_by_session.xlsx"
_CITATION = "UN General Debate Corpus (Jankin, Baturo, Dasandi)"
_SPEECH = re.compile(r"([A-Z]{2,3})_(\d{1,2})_(\d{4})\.txt")
_NUMBERED = re.compile(r"^[ \t]*(\d{1,3})[.:][ \t]+", re.MULTILINE)
_LEAST_NUMBERED = 3
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class _Speaker:
    name: str
    post: str
    country: str


def read(source: Source, account: Account) -> Iterator[Piece]:
    """Yield the speeches, each with its speaker and post where the workbook has them.

    The workbook is looked for among the paths, in a named folder and beside an archive.
    """
    speakers: Mapping[tuple[str, str], _Speaker] = {}
    workbook = source.beside(SPEAKERS)
    if workbook is None:
        yield Problem(
            SPEAKERS, 0, "", "",
            "this workbook was not found, so that no speaker is known; put it beside the speeches",
        )  # fmt: skip
    else:
        account.files += 1
        speakers, problems = _speakers(workbook, account)
        yield from problems
    seen: set[str] = set()
    for entry in source.entries():
        found = _SPEECH.fullmatch(entry.base)
        if found is None:
            if entry.base != SPEAKERS:
                account.skip_file("stray" if entry.base.startswith(".") else "no speech by name")
            continue
        account.files += 1
        code, session, year = found.groups()
        key = f"{code}-{int(session)}-{year}"
        try:
            text = account.take(entry.text())
        except BadFileError as error:
            yield Problem(entry.label, error.line, "", "", str(error))
            continue
        if key in seen:
            account.leave("second files of one speech", text, piece=True)
            continue
        seen.add(key)
        speaker = speakers.get((str(int(session)), code))
        if speaker is None or not speaker.name:
            account.note("speeches without a speaker")
        cells = {
            "id": f"ungdc-{key}",
            "text": _words(text, account),
            "speaker": speaker.name if speaker else "",
            "role": speaker.post if speaker else "",
            "country": _country(code, speaker),
            "date": year,
            "venue": "UN General Assembly, General Debate",
            "title": f"General Debate, session {int(session)} ({year})",
            "source": f"{_CITATION}, {entry.base}",
            "language": "en",
            "doc_type": "speech",
            "source_file": entry.name,
        }
        yield Row(entry.label, 1, cells)


def _words(text: str, account: Account) -> str:
    """Return the words without paragraph numbers and the line breaks of the page."""
    numbers = [int(found[1]) for found in _NUMBERED.finditer(text)]
    rising = sum(b == a + 1 for a, b in pairwise(numbers))
    if len(numbers) >= _LEAST_NUMBERED and rising * 2 >= len(numbers):
        text = account.without("paragraph numbers", _NUMBERED, text)
    return unwrapped(joined_hyphens(text, account), account)


def _country(code: str, speaker: _Speaker | None) -> str:
    """Return the country's name in the workbook; the file's code where that is no known name."""
    return speaker.country if speaker and country_code(speaker.country) else code


def _speakers(
    workbook: Entry, account: Account
) -> tuple[dict[tuple[str, str], _Speaker], list[Problem]]:
    """Return who spoke, by session and code; of two rows for one key the first with a name."""
    found: dict[tuple[str, str], _Speaker] = {}
    problems: list[Problem] = []
    for row in read_xlsx(workbook, workbook.label, loose=True):
        if isinstance(row, Problem):
            problems.append(row)
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
        if key in found:
            account.note("rows of the workbook for a speech that has one")
        if key not in found or not found[key].name:
            found[key] = speaker
    return found, problems


def _recognises(seen: Glimpse) -> bool:
    texts = [name.rpartition("/")[2] for name in seen.names if name.endswith(".txt")]
    return sum(bool(_SPEECH.fullmatch(name)) for name in texts) * 2 > len(texts)


def read_kaggle(source: Source, account: Account) -> Iterator[Piece]:
    """Yield the speeches of `un-general-debates.csv`: session, year, country, text."""
    from compare.corpus.delimited import read_csv

    for entry in source.entries():
        account.files += 1
        for row in read_csv(entry, entry.label):
            if isinstance(row, Problem):
                yield row
                continue
            text = account.take(row.cells["text"])
            text = account.without("byte order marks", re.compile("\ufeff"), text)
            code, session = row.cells["country"].strip(), row.cells["session"].strip()
            year = row.cells["year"].strip()
            cells = {
                "id": f"ungdc-{code}-{session}-{year}",
                "text": _words(text, account),
                "country": code,
                "date": year,
                "venue": "UN General Assembly, General Debate",
                "title": f"General Debate, session {session} ({year})",
                "source": f"{_CITATION}, {entry.base}",
                "language": "en",
                "doc_type": "speech",
                "source_file": entry.name,
            }
            yield Row(row.file, row.line, cells)


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
        lambda seen: seen.columns() == ["session", "year", "country", "text"],
        read_kaggle,
    ),
)
