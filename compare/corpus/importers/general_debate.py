"""The UN General Debate Corpus: a text file a speech, and a workbook that says who spoke."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from compare.corpus.importers.account import OTHER_FILES, Account
from compare.corpus.importers.cleaning import joined_hyphens, unwrapped
from compare.corpus.importers.formats import Format, Glimpse, Piece
from compare.corpus.importers.reading import LeftOutError, each, told
from compare.corpus.importers.records import Cells, Record, reader
from compare.corpus.importers.sources import Entry, Source
from compare.corpus.tables import read_xlsx
from compare.corpus.values import Problem, Row
from compare.statements.countries import country_code
from compare.statements.normalize import speaker_key

SPEAKERS = "Speakers_by_session.xlsx"
_CITATION = "UN General Debate Corpus (Jankin, Baturo, Dasandi)"
_SPEECH = re.compile(r"([A-Z]{2,3})_(\d{1,2})_(\d{4})\.txt")
_NUMBERED = re.compile(r"^[ \t]*(\d{1,3})[.:][ \t]+", re.MULTILINE)
_LEAST_NUMBERED = 3
_LINE_END = re.compile(r"\r\n|\n\r(?!\n)|\r")
_JOB, _PAGE, _DAY = r"\d\d-\d{5}", r"\d{1,3}(?:/\d{1,3})?", r"\d\d/\d\d/\d{4}"
_SYMBOL = r"A/\d\d/(?:PV\.\d{1,3}|\d{1,3}/Add\.\d{1,2})"
_SURE = rf"(?:{_JOB}(?: {_PAGE})?|{_PAGE} {_JOB}|{_SYMBOL}(?: {_DAY})?|{_DAY} {_SYMBOL})"
_BESIDE = rf"(?:(?:{_PAGE}|{_DAY})[ \t]*\n\s*){{0,4}}"
_BEFORE_WORDS = r"(?:\d\d-\d{5} \d{1,3}/\d{1,3}|\d{1,3}/\d{1,3} \d\d-\d{5}) "
_FOOTERS = re.compile(
    r"(?:\A|(?<!\s)(?:[^\S\n]*\n)+)[^\S\n]*(?:"
    rf"{_BESIDE}(?:{_SURE}[ \t]*(?:\n\s*|\Z)|{_BEFORE_WORDS}){_BESIDE}"
    r"|\d{1,3}[^\S\n]*\n[^\S\n]*\n\s*)+"
)
"""The foot of a page and the head of the next: job number and page, symbol and day.

A page's number alone is one where a blank line follows it.
"""
_IN_SENTENCE = re.compile(r"[\w,;]")
_BLANK_LINES = re.compile(r"(?<=[a-zà-öø-ÿ,])(?:[^\S\n]*\n){2,}[^\S\n]*(?=[a-zà-öø-ÿ])")
_DIGITS = re.compile(r"\d+")
_KAGGLE = ("session", "year", "country", "text")
_MARK = re.compile("\ufeff")
_BEFORE_THE_FIRST = 1945
_FILED_UNDER = {"SUN": "RUS", "SCG": "YUG", "EC": "EUU"}
"""What the speeches of a State or organisation are filed under, where that is not its own code."""
_GERMAN_STATES = frozenset({"DDR", "DEU"})


@dataclass(frozen=True, slots=True)
class _Speaker:
    """A row of the workbook.

    Attributes:
        country: As the workbook spells it.
        code: The State whose code the row has.
        named: The State that `country` names; `code` where it is no known name.
    """

    name: str
    post: str
    country: str
    code: str
    named: str


_NOBODY = _Speaker("", "", "", "", "")


class _Speakers:
    """The rows of the workbook, by session."""

    def __init__(self) -> None:
        self._rows: defaultdict[str, list[_Speaker]] = defaultdict(list)
        self._states = set(_GERMAN_STATES)
        self._agreed: set[tuple[str, str]] = set()

    def add(self, session: str, speaker: _Speaker) -> bool:
        """Keep a row; say whether it is the first with its session and code."""
        first = all(row.code != speaker.code for row in self._rows[session])
        self._rows[session].append(speaker)
        self._states.add(speaker.code)
        if speaker.code == speaker.named:
            self._agreed.add((session, speaker.code))
        return first

    def of(self, session: str, code: str) -> list[_Speaker]:
        """Return the rows for a speech; where they name several people, it may be any of them.

        Rows of the two German States can both name one State, so that neither says whose it is.
        """
        state = _state(code)
        all_rows = self._rows.get(session, [])
        rows = [row for row in all_rows if self._owner(session, row) == state]
        if state in _GERMAN_STATES:
            named = {state, *(row.named for row in rows)}
            return rows + [row for row in all_rows if row.named in named]
        return [row if row.named == state else replace(row, country=code) for row in rows]

    def _owner(self, session: str, row: _Speaker) -> str:
        """Return the State that a row belongs to: the one it names, whatever its code.

        Where that State has a row of its own, or never speaks, the name is a slip.
        """
        slip = row.named not in self._states or (session, row.named) in self._agreed
        return row.code if slip else row.named


def read(source: Source, account: Account) -> Iterator[Piece]:
    """Yield the speeches, each with its speaker and post where the workbook has them.

    The workbook is looked for among the files and beside an archive.
    """
    speakers = _Speakers()
    workbook = source.beside(SPEAKERS)
    if workbook is None:
        yield Problem.of_file(
            SPEAKERS,
            "this workbook was not found, so that no speaker is known; put it beside the speeches",
            skips=False,
        )
    else:
        yield from told(workbook, _read_speakers(workbook, speakers, account), account)
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
        rows = speakers.of(str(int(session)), code)
        cells = _cells(entry, code, str(int(session)), year) | {
            "text": _words(text, account),
            # the workbook's spelling counts where it is a known name
            "country": rows[0].country if rows and country_code(rows[0].country) else code,
        }
        cells |= _who(rows, _state(code), account)
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


def _who(rows: list[_Speaker], state: str, account: Account) -> Cells:
    """Return the speaker and the post; of several people only the names, in a column apart."""
    if any(row.code != state or row.named != state for row in rows):
        account.note("speeches whose row of the workbook has another code or country than the file")
    people = _people(rows)
    if len(people) > 1:
        account.note(
            "speeches without a speaker because the workbook names several people, "
            "whose speeches can stand in one file"
        )
        return {"speakers": "; ".join(person.name for person in people)}
    speaker = next(iter([*people, *rows]), _NOBODY)
    if not speaker.name:
        account.note("speeches without a speaker")
    return {"speaker": speaker.name, "role": speaker.post}


def _people(rows: Iterable[_Speaker]) -> list[_Speaker]:
    """Return the first row of each person that is named."""
    people: dict[str, _Speaker] = {}
    for row in rows:
        if row.name:
            people.setdefault(speaker_key(row.name), row)
    return [*people.values()]


def _state(code: str) -> str:
    """Return the one code that a State has here, of its code in the corpus or of its name."""
    known = code if code in _FILED_UNDER else country_code(code) or code
    return _FILED_UNDER.get(known, known)


def _words(text: str, account: Account) -> str:
    """Return the words without paragraph numbers and the footers and line breaks of the page."""
    text = account.without("line breaks of the page", _LINE_END, text, "\n")
    numbers = [int(found[1]) for found in _NUMBERED.finditer(text)]
    rising = sum(b == a + 1 for a, b in pairwise(numbers))
    if len(numbers) >= _LEAST_NUMBERED and rising * 2 >= len(numbers):
        text = account.without("paragraph numbers", _NUMBERED, text)
    text = account.without("page footers", _FOOTERS, text, _around)
    text = account.without("line breaks of the page", _BLANK_LINES, text, " ")
    return unwrapped(joined_hyphens(text, account), account)


def _around(footers: re.Match[str]) -> str:
    """Return what stands in the place of page footers: a blank inside a sentence."""
    start, text = footers.start(), footers.string
    if not start or footers.end() == len(text):
        return ""
    return " " if _IN_SENTENCE.match(text, start - 1) else "\n"


def _read_speakers(workbook: Entry, speakers: _Speakers, account: Account) -> Iterator[Problem]:
    """Keep who spoke, by session, code and country."""
    for row in read_xlsx(workbook, workbook.label, loose=True):
        if isinstance(row, Problem):
            yield row
            continue
        cell = {name.strip().casefold(): value.strip() for name, value in row.cells.items()}
        session = _DIGITS.fullmatch(cell.get("session", ""))
        if session is None or not cell.get("iso code"):
            continue
        country = " ".join(cell.get("country", "").split())
        speaker = _Speaker(
            " ".join(cell.get("name of person speaking", "").split()),
            " ".join(cell.get("post", "").split()),
            country,
            _state(cell["iso code"]),
            _state(country if country_code(country) else cell["iso code"]),
        )
        if not speakers.add(str(int(session[0])), speaker):
            account.note("rows of the workbook for a speech that has one")


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
