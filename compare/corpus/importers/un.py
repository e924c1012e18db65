"""United Nations: the General Debate, the Security Council's debates, and UNSCon's sentences."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from compare.corpus.importers.records import Cells, Record, check_records, read_statements
from compare.corpus.importers.registry import Format, Glimpse
from compare.corpus.importers.sources import (
    Account,
    Entry,
    Piece,
    Reason,
    SkipFileError,
    Source,
    each_file,
    missing_file,
    track_file,
)
from compare.corpus.importers.text import detokenise, join_hyphens, unwrap_lines
from compare.corpus.tables import read_xlsx
from compare.corpus.values import Problem, Row
from compare.statements import country_code, fold, speaker_key
from compare.statements.normalize import HONORIFICS

# The General Debate: a text file a speech, and a workbook that says who spoke

_WORKBOOK = "Speakers_by_session.xlsx"
_OF_WORKBOOK = ("session", "iso code", "country", "name of person speaking", "post")
_DEBATE_SPEECH = re.compile(r"([A-Z]{2,3})_(\d{1,2})_(\d{4})\.txt")
_FILED_UNDER = {"SUN": "RUS", "SCG": "YUG", "EC": "EUU"}
"""The codes under which a State's speeches are filed, if not its own."""
_GERMAN_STATES = frozenset({"DDR", "DEU"})

_NUMBERED = re.compile(r"^[ \t]*(\d{1,3})[.:][ \t]+", re.MULTILINE)
_LEAST_NUMBERED = 3
_LINE_END = re.compile(r"\r\n|\n\r(?!\n)|\r")
_JOB, _PAGE, _DAY = r"\d\d-\d{5}", r"\d{1,3}(?:/\d{1,3})?", r"\d\d/\d\d/\d{4}"
_SYMBOL = r"A/\d\d/(?:PV\.\d{1,3}|\d{1,3}/Add\.\d{1,2})"
_FOOTER_MARK = rf"(?:{_JOB}(?: {_PAGE})?|{_PAGE} {_JOB}|{_SYMBOL}(?: {_DAY})?|{_DAY} {_SYMBOL})"
_NUMBERS_AROUND = rf"(?:(?:{_PAGE}|{_DAY})[ \t]*\n\s*){{0,4}}"
_INLINE_FOOTER = r"(?:\d\d-\d{5} \d{1,3}/\d{1,3}|\d{1,3}/\d{1,3} \d\d-\d{5}) "
_FOOTERS = re.compile(
    r"(?:\A|(?<!\s)(?:[^\S\n]*\n)+)[^\S\n]*(?:"
    rf"{_NUMBERS_AROUND}(?:{_FOOTER_MARK}[ \t]*(?:\n\s*|\Z)|{_INLINE_FOOTER}){_NUMBERS_AROUND}"
    r"|\d{1,3}[^\S\n]*\n[^\S\n]*\n\s*)+"
)
"""The foot of a page and the head of the next: job number and page, symbol and day.

A page's number alone counts only before a blank line.
"""
_IN_SENTENCE = re.compile(r"[\w,;]")
_BLANK_LINES = re.compile(r"(?<=[a-zà-öø-ÿ,])(?:[^\S\n]*\n){2,}[^\S\n]*(?=[a-zà-öø-ÿ])")


@dataclass(frozen=True, slots=True)
class _Speaker:
    """A row of the workbook."""

    name: str = ""
    post: str = ""
    country: str = ""
    code: str = ""  # the State of its code
    named: str = ""  # the State that its country names


class _Speakers:
    """The rows of the workbook, by session."""

    def __init__(self) -> None:
        self._rows: defaultdict[str, list[_Speaker]] = defaultdict(list)
        self._states = set(_GERMAN_STATES)

    def read(self, workbook: Entry, account: Account) -> Iterator[Problem]:
        for row in read_xlsx(workbook, workbook.label, loose=True):
            if isinstance(row, Problem):
                yield row
                continue
            cells = {name.strip().casefold(): cell.split() for name, cell in row.cells.items()}
            session, code, country, name, post = (" ".join(cells.get(n, [])) for n in _OF_WORKBOOK)
            if not (session.isdecimal() and code):
                continue
            rows, state = self._rows[str(int(session))], _state(code)
            if any(other.code == state for other in rows):
                account.note("further workbook rows for the same speech")
            named = _state(country) if country_code(country) else state
            rows.append(_Speaker(name, post, country, state, named))
            self._states.add(state)

    def of(self, session: str, code: str) -> list[_Speaker]:
        """Return the rows for a speech; if they name several people, any of them may have spoken.

        Rows of both German States can name the same State, so neither row identifies its State.
        """
        state, all_rows = _state(code), self._rows.get(session, [])
        rows = [row for row in all_rows if self._owner(row, all_rows) == state]
        if state in _GERMAN_STATES:
            named = {state, *(row.named for row in rows)}
            return rows + [row for row in all_rows if row.named in named]
        return [row if row.named == state else replace(row, country=code) for row in rows]

    def _owner(self, row: _Speaker, rows: list[_Speaker]) -> str:
        """Return the State that a row names; if that has a row or never speaks, its code's."""
        has_its_own = any(other.code == other.named == row.named for other in rows)
        return row.code if has_its_own or row.named not in self._states else row.named


def _read_debate(source: Source, account: Account) -> Iterator[Piece]:
    """Yield the speeches, with speaker and post if the workbook has them."""
    speakers = _Speakers()
    workbook = source.find(_WORKBOOK)
    if workbook:
        yield from track_file(workbook, speakers.read(workbook, account), account)
    else:
        consequence = "no speaker is known; put it beside the speeches"
        yield missing_file(_WORKBOOK, "this workbook", consequence)
    seen: set[str] = set()

    def read_speech(entry: Entry, account: Account) -> Iterator[Row]:
        found = _DEBATE_SPEECH.fullmatch(entry.base)
        if found is None:
            raise SkipFileError(Reason.OTHER_FILES)
        code, session, year = found[1], str(int(found[2])), found[3]
        text = account.take(entry.text())
        if (key := f"{code}-{session}-{year}") in seen:
            account.leave("second files of one speech", text, piece=True)
            return
        seen.add(key)
        rows = speakers.of(session, code)
        cells = _debate_cells(entry, code, session, year) | {
            "text": _debate_words(text, account),
            # the workbook's spelling counts if it is a known name
            "country": rows[0].country if rows and country_code(rows[0].country) else code,
            "source_file": entry.name,
        }
        yield Row(entry.label, 1, cells | _who(rows, _state(code), account))

    yield from each_file({".txt"}, read_speech, {_WORKBOOK.casefold()})(source, account)


def _debate_cells(entry: Entry, code: str, session: str, year: str) -> Cells:
    return {
        "id": f"ungdc-{code}-{session}-{year}",
        "date": year,
        "venue": "UN General Assembly, General Debate",
        "title": f"General Debate, session {session} ({year})",
        "source": f"UN General Debate Corpus (Jankin, Baturo, Dasandi), {entry.base}",
        "language": "en",
        "doc_type": "speech",
    }


def _who(rows: list[_Speaker], state: str, account: Account) -> Cells:
    """Return speaker and post; of several people only the names, in a column of their own."""
    if any(row.code != state or row.named != state for row in rows):
        account.note("speeches whose workbook row has another code or country than the file")
    people: dict[str, _Speaker] = {}
    for row in rows:
        if row.name:
            people.setdefault(speaker_key(row.name), row)
    if len(people) > 1:
        account.note(
            "speeches without a speaker because the workbook names several people, "
            "whose speeches may stand in one file"
        )
        return {"speakers": "; ".join(person.name for person in people.values())}
    speaker = next(iter([*people.values(), *rows]), _Speaker())
    if not speaker.name:
        account.note("speeches without a speaker")
    return {"speaker": speaker.name, "role": speaker.post}


def _state(code: str) -> str:
    """Return the code under which a State is filed, from its code or name."""
    known = code if code in _FILED_UNDER else country_code(code) or code
    return _FILED_UNDER.get(known, known)


def _debate_words(text: str, account: Account) -> str:
    """Return the words without paragraph numbers, page footers and line breaks of the page."""
    text = account.remove(Reason.LINE_BREAKS, _LINE_END, text, "\n")
    numbers = [int(found[1]) for found in _NUMBERED.finditer(text)]
    rising = sum(b == a + 1 for a, b in pairwise(numbers))
    if len(numbers) >= _LEAST_NUMBERED and rising * 2 >= len(numbers):
        text = account.remove("paragraph numbers", _NUMBERED, text)
    text = account.remove("page footers", _FOOTERS, text, _around_footers)
    text = account.remove(Reason.LINE_BREAKS, _BLANK_LINES, text, " ")
    return unwrap_lines(join_hyphens(text, account), account)


def _around_footers(footers: re.Match[str]) -> str:
    """Return what replaces page footers: a space inside a sentence."""
    start, text = footers.start(), footers.string
    if not start or footers.end() == len(text):
        return ""
    return " " if _IN_SENTENCE.match(text, start - 1) else "\n"


def _is_debate(seen: Glimpse) -> bool:
    """Return whether most texts are named like speeches; session 1 was in 1946."""
    texts = [name for name in seen.bases if name.endswith(".txt")]
    found = [match for name in texts if (match := _DEBATE_SPEECH.fullmatch(name))]
    return sum(int(match[3]) - int(match[2]) == 1945 for match in found) * 2 > len(texts)


# The Security Council: a text file a speech, and a table that says who spoke

_TABLE = "speaker.tsv"
_COUNCIL_SPEECH = re.compile(
    r"(?P<stem>UNSC_(?P<year>\d{4})_SPV\.(?P<meeting>.+)_spch(?P<number>\d+))\.txt"
)
_RESUMPTION = re.compile(r"\s*[(\[]?Resumption\s*(\d+)[)\]]?", re.IGNORECASE)
_COLUMNS = {name: (name,) for name in (
    "date", "speaker", "country", "role", "participanttype", "turn", "symbol", "topic",
    "agenda_item1", "agenda_item2", "agenda_item3", "agenda_item4", "agenda_item_manual",
    "subtopic", "decision", "speech_format",
)} | {
    "country": ("country_org", "country"),
    "role": ("role", "role_in_un"),
    "turn": ("speech_number", "speech"),
    "symbol": ("document_symbol", "meeting_symbol", "spv"),
}  # fmt: skip
"""What is kept of the table, and the columns it is in: in version 6.1, then in version 5."""


def _read_council(source: Source, account: Account) -> Iterator[Piece]:
    """Yield the speeches, without the form of address that each starts with."""
    rows: dict[str, tuple[str, ...]] = {}
    table = source.find(_TABLE)
    if table is None:
        known = "a speech is known only by its file's name and its first words"
        yield missing_file(_TABLE, "this table", f"{known}; put it beside the speeches")
    else:
        records = check_records(_table_records(table, account), ("filename", "speaker", "date"))
        for record in track_file(table, records, account):
            if isinstance(record, Problem):
                yield record
            else:
                _keep(record, rows, account)

    def read_speech(entry: Entry, account: Account) -> Iterator[Piece]:
        found = _COUNCIL_SPEECH.fullmatch(entry.base)
        if found is None:
            raise SkipFileError(Reason.OTHER_FILES)
        about = rows.pop(found["stem"], None)
        if about is None and table is not None:
            account.note("speeches without a row in the table")
        named = dict(zip(_COLUMNS, about or [""] * len(_COLUMNS), strict=True))
        yield from _council_speech(entry, found, named, account)

    yield from each_file({".txt"}, read_speech, {_TABLE})(source, account)
    if rows:
        first = next(iter(rows))
        yield Problem(
            _TABLE, 0, "filename", f"{first}.txt",
            f"{len(rows):,} speeches have a row in the table but no text (this is the first); name "
            "the folder or archive of all speeches",
        )  # fmt: skip


def _table_records(table: Entry, account: Account) -> Iterator[Record | Problem]:
    """Yield the rows of a table without quotation marks, in which a cell can have a line break.

    Lines are joined until the row has all its columns.
    """

    def broken() -> Problem:
        message = "the row and the header have different numbers of cells; download the table again"
        return Row(table.label, start, {}).problem(message, value=" ".join(parts))

    header: list[str] = []
    parts: list[str] = []  # the lines of the unfinished row
    tabs = start = 0  # in these lines, and the number of the first of them
    for number, text in enumerate(table.lines(), start=1):
        line = text.rstrip("\r\n")
        if not header:
            header = [name.strip() or "row" for name in line.split("\t")]
            continue
        if parts and tabs + line.count("\t") >= len(header):
            yield broken()
            parts = []
        if not parts:
            tabs, start = 0, number
        parts.append(line)
        tabs += line.count("\t")
        missing = len(header) - 1 - tabs
        if missing > 0:
            parts = parts if parts[0].strip() else []
            continue
        if missing < 0:
            yield broken()
        else:
            if start != number:
                account.note("rows of the table joined from several lines")
            cells = dict(zip(header, " ".join(parts).split("\t"), strict=True))
            yield Record(table, Row(table.label, start, {}), cells)
        parts = []
    if parts:
        yield broken()


def _keep(record: Record, rows: dict[str, tuple[str, ...]], account: Account) -> None:
    """Keep what a row says of a speech; strings that rows share are held once."""
    stem = record.text("filename").strip().removesuffix(".txt")
    if stem in rows:
        account.note("further table rows for the same speech")
        return
    found = (
        next(filter(None, map(record.known, names)), "").replace("''", "'")
        for names in _COLUMNS.values()
    )
    rows[stem] = tuple(map(sys.intern, found))


def _council_speech(
    entry: Entry, found: re.Match[str], about: Mapping[str, str], account: Account
) -> Iterator[Row]:
    text = account.take(entry.text())
    address = read_address(text, about["speaker"], about["country"])
    account.leave("forms of address", text[: address.length])
    words = unwrap_lines(join_hyphens(text[address.length :], account), account)
    if not words.strip():
        account.leave("speeches without words", words, piece=True)
        return
    presides = about["participanttype"].casefold() == "the president"
    # "S/PV.7138 (Resumption 1)" for the many ways to write it
    symbol = _RESUMPTION.sub(r" (Resumption \1)", (about["symbol"] or found["meeting"]).strip())
    symbol = symbol if symbol.startswith("S/") else f"S/PV.{symbol}"
    cells = {name: cell for name, cell in about.items() if name != "symbol"} | {
        "id": f"unsc-{found['stem'].removeprefix('UNSC_')}",
        "text": words,
        "speaker": about["speaker"] or address.name,
        "role": about["role"] or ("President of the Security Council" if presides else ""),
        "country": about["country"] or address.country,
        "date": about["date"] or found["year"],
        "venue": "UN Security Council",
        "title": ", ".join(filter(None, (symbol, about["topic"]))),
        "source": f"UN Security Council Debates (Schoenfeld et al.), {symbol}, {entry.base}",
        "url": f"https://undocs.org/{symbol.replace(' ', '')}",
        "language": "en",
        "original_language": address.language,
        "doc_type": "speech",
        "turn": about["turn"] or str(int(found["number"])),
        "licence": "CC0 1.0",
        "source_file": entry.name,
    }
    if not cells["speaker"]:
        account.note("speeches without a speaker")
    yield Row(entry.label, 1, cells)


_ADDRESS = re.compile(
    r"\s*(?P<name>[^\s():][^():\n]{0,90}?)\s*(?P<notes>(?:\([^()]{1,160}\)\s*)*):\s*"
)
_NOTE = re.compile(r"\(([^()]*)\)")
_SPOKEN_IN = re.compile(
    r"(?i)(?:spoke|speaking|spoken|interpret\w*|translat\w*)\s+(?:in|fro\w)\s+(?P<language>[A-Z]\w+)"
)
_NAME = (
    r"(?:[^\W\d_a-zà-ÿ][\w.,'’-]*|al|as|bin|ben|da|das|de|del|della|den|der|di|do|dos|du|e|el|i|ibn"
    r"|la|le|of|ould|ter|the|van|vom|von|y|zu|(?:al|el|as|an)-\w+)"
)
_TITLED = re.compile(
    r"(?:(?i:The\s+(?:(?:acting|temporary)\s+)?(?:president|chair(?:man|person)?"
    r"|(?:deputy\s+)?secretary-general))"
    rf"|(?:(?i:{HONORIFICS})|Miss|Messrs|Sir|Dame|Lord|Lady|Baron|Baroness|Sheikha?|Nana|Dato"
    r"|Professor|Prince|Princess|Crown\s+Prince|King|Queen|Archbishop|Bishop|Cardinal|Monsignor"
    r"|Reverend|Judge|Justice|President|Vice-President|Prime\s+Minister|Chief|General"
    rf"|(?:Lieutenant|Major|Brigadier)\s+General|Ambassador)\b[.,]?(?:\s+{_NAME})+)"
)


@dataclass(frozen=True, slots=True)
class Address:
    """A form of address: `Mr. Ilves (Ostravia) (spoke in French):`."""

    length: int = 0  # number of characters at the start of the text; 0 if there is none
    name: str = ""  # with the title
    country: str = ""  # from the brackets that do not name a language
    language: str = ""  # the language of the speech, as the record names it


def read_address(text: str, speaker: str = "", country: str = "") -> Address:
    """Return the form of address that a speech starts with, an empty one if it has none.

    A title, the known speaker's last name, or a country or language in brackets distinguish it
    from a sentence with a colon.
    """
    found = _ADDRESS.match(text)
    if found is None:
        return Address()
    name = " ".join(found["name"].split())
    notes = [" ".join(note.split()) for note in _NOTE.findall(found["notes"])]
    languages = [spoken["language"] for note in notes if (spoken := _SPOKEN_IN.search(note))]
    places = [note for note in notes if not _SPOKEN_IN.search(note)]
    is_speaker = set(fold(speaker).split()[-1:]) & set(fold(name).split())
    is_place = any(fold(place) == fold(country) or country_code(place) for place in places)
    if not (_TITLED.fullmatch(name) or languages or is_speaker or is_place):
        return Address()
    language = languages[0].capitalize() if languages else ""
    return Address(found.end(), name, places[0] if places else "", language)


# UNSCon: each sentence is a statement, because conflict is annotated by sentence

_MARKS = ("A0", "A2", "A3", "A4", "B1", "B2", "B3")
_PARTS = "the same words in parts of sentences (EDUs)"
_NO_MARK = frozenset({"", "_", "-NONE-"})
_CONFLICT_SPEECH = re.compile(
    r"UNSC_(?P<year>\d{4})_SPV\.(?P<meeting>.+?)_spch(?P<speech>\d+)(?:_preproc)?"
    r"_(?P<country>\D+?)(?:(?<=[a-z])A)?\d*(?:_neg|_pos)?(?:(?:_|%20)\d+)?(?:_GD)?(?:\.txt)?"
)
"""The country comes from here: the column `country` of the published file is out of order."""


def _read_conflict(source: Source, account: Account) -> Iterator[Piece]:
    """Yield the sentences; the file of their parts (EDUs) has the same words and is left out."""

    def read_sentences(entry: Entry, account: Account) -> Iterator[Piece]:
        with entry.open("rb") as opened:
            if b"EDU_text" in opened.readline(4096):
                raise SkipFileError(_PARTS)
        needed = ("file_id", "sentence_text", *_MARKS)
        yield from read_statements(entry, account, _conflict_sentence, needed)

    yield from each_file({".csv"}, read_sentences)(source, account)
    if not account.files and _PARTS in account.files_left_out:
        yield Problem.of_file(
            str(source.paths[0]),
            "it has parts of sentences (EDUs); name conflict_annotations_sentences.csv",
        )


def _conflict_sentence(record: Record, account: Account) -> Iterator[Cells]:
    text = account.take(record.text("sentence_text"))
    if not re.search(r"\w", text):
        account.leave("sentences without words", text, piece=True)
        return
    file_id = record.text("file_id").strip()
    found = _CONFLICT_SPEECH.fullmatch(file_id)
    if found and record.values.get("country", found["country"]) != found["country"]:
        account.note('rows whose column "country" is not the country in their file\'s name')
    offsets = record.text("sentence_char_offsets")
    start = offsets.partition("-")[0]
    yield {
        "id": f"unscon-{file_id.removesuffix('.txt')}-{start}" if start else "",
        "text": detokenise(text, account),
        "country": found["country"].replace("_", " ") if found else "",
        "date": found["year"] if found else "",
        "venue": "UN Security Council",
        "title": f"S/PV.{found['meeting']}" if found else "",
        "source": f"UNSCon (Zaczynska, Bourgonje, Stede), {file_id}",
        "language": "en",
        "doc_type": "sentence of a speech",
        "turn": str(int(found["speech"])) if found else "",
        "characters": offsets,
        "licence": "CC BY-SA",
        **{name: mark for name in _MARKS if (mark := record.text(name)) not in _NO_MARK},
    }


FORMATS = (
    Format("ungdc", "UN General Debate Corpus",
           "TXT/Session NN - YYYY/ISO_NN_YYYY.txt (folder or archive) and Speakers_by_session.xlsx",
           _is_debate, _read_debate),
    Format("unsc", "UN Security Council Debates",
           "speeches/UNSC_*_spch*.txt (folder or archive), speaker.tsv and meta.tsv",
           lambda seen: (
               {"filename", "participanttype"} <= set(seen.columns("\t"))
               or {"basename", "spv", "num_speeches"} <= set(seen.columns("\t"))
               or seen.has_file(_COUNCIL_SPEECH)),
           _read_council),
    Format("unscon", "UNSCon, the UN Security Council Conflict Corpus",
           "conflict_annotations_sentences.csv",
           lambda seen: seen.has_columns("file_id", "A0", "B1") and (
               seen.has_columns("sentence_text") or seen.has_columns("EDU_text")), _read_conflict),
)  # fmt: skip
