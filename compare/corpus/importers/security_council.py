"""The UN Security Council Debates: a text file a speech, and a table that says who spoke."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping

from compare.corpus.importers.account import OTHER_FILES, Account
from compare.corpus.importers.addresses import Address, address_of
from compare.corpus.importers.cleaning import joined_hyphens, unwrapped
from compare.corpus.importers.formats import Format, Glimpse, Piece
from compare.corpus.importers.reading import LeftOutError, each, told
from compare.corpus.importers.records import Record, checked
from compare.corpus.importers.sources import Entry, Source
from compare.corpus.values import Problem, Row

_TABLE = "speaker.tsv"
_CITATION = "UN Security Council Debates (Schoenfeld et al.)"
_SPEECH = re.compile(
    r"(?P<stem>UNSC_(?P<year>\d{4})_SPV\.(?P<meeting>.+)_spch(?P<number>\d+))\.txt"
)
_RESUMPTION = re.compile(r"\s*[(\[]?Resumption\s*(\d+)[)\]]?", re.IGNORECASE)

_COLUMNS = {
    "date": ("date",),
    "speaker": ("speaker",),
    "country": ("country_org", "country"),
    "role": ("role", "role_in_un"),
    "participanttype": ("participanttype",),
    "turn": ("speech_number", "speech"),
    "symbol": ("document_symbol", "meeting_symbol", "spv"),
    "topic": ("topic",),
    **{name: (name,) for name in ("agenda_item1", "agenda_item2", "agenda_item3", "agenda_item4",
                                  "agenda_item_manual", "subtopic", "decision", "speech_format")},
}  # fmt: skip
"""What is kept of the table, and the columns it is in: in version 6.1, then in version 5."""

_NEEDED = ("filename", "speaker", "date")
_NAMES = tuple(_COLUMNS)
_About = tuple[str, ...]


def read(source: Source, account: Account) -> Iterator[Piece]:
    """Yield the speeches, without the form of address that each starts with.

    `speaker.tsv` is looked for in a named folder, among the files and beside an archive.
    """
    speakers: dict[str, _About] = {}
    table = source.beside(_TABLE)
    if table is None:
        yield Problem.of_file(
            _TABLE,
            "this table was not found, so that no more is known of a speech than its file's name "
            "and its first words; put it beside the speeches",
            skips=False,
        )
    else:
        for record in told(table, checked(_joined(table, account), _NEEDED), account):
            if isinstance(record, Problem):
                yield record
            else:
                _keep(record, speakers, account)

    def read_entry(entry: Entry, account: Account) -> Iterator[Piece]:
        found = _SPEECH.fullmatch(entry.base)
        if found is None:
            raise LeftOutError(OTHER_FILES)
        about = speakers.pop(found["stem"], None)
        if about is None and table is not None:
            account.note("speeches without a row in the table")
        yield from _speech(entry, found, dict(zip(_NAMES, about or (), strict=False)), account)

    yield from each(source, account, {".txt"}, read_entry, {_TABLE})
    if speakers:
        first = next(iter(speakers))
        yield Problem(
            _TABLE, 0, "filename", f"{first}.txt",
            f"of {len(speakers):,} speeches, this the first, there is a row and no text; name the "
            "folder or archive of all speeches",
        )  # fmt: skip


def _joined(table: Entry, account: Account) -> Iterator[Record | Problem]:
    """Yield the rows of a table without quotation marks, in which a cell can have a line break.

    Lines are joined until the row has all its columns.
    """
    header: list[str] = []
    start, held = 0, ""  # the first line of a row that goes on, and what there is of it
    lines = (line.rstrip("\r\n") for line in table.lines())
    for number, line in enumerate(lines, start=1):
        if not header:
            header = [name.strip() or "row" for name in line.split("\t")]
            continue
        if start and held.count("\t") + line.count("\t") >= len(header):
            yield _broken(table, start, held)
            start = 0
        row = f"{held} {line}" if start else line
        if row.count("\t") < len(header) - 1:
            if row.strip():
                start, held = start or number, row
            continue
        if row.count("\t") == len(header) - 1:
            if start:
                account.note("rows of the table joined from several lines")
            here = Row(table.label, start or number, {})
            yield Record(table, here, dict(zip(header, row.split("\t"), strict=True)))
        else:
            yield _broken(table, number, row)
        start = 0
    if start:
        yield _broken(table, start, held)


def _broken(table: Entry, line: int, row: str) -> Problem:
    said = "the row has not as many cells as the header; fetch the table again"
    return Row(table.label, line, {}).problem(said, value=row)


def _keep(record: Record, speakers: dict[str, _About], account: Account) -> None:
    """Keep what a row says of a speech; words that many rows have are kept once."""
    stem = record.text("filename").strip().removesuffix(".txt")
    if stem in speakers:
        account.note("rows of the table for a speech that has one")
        return
    speakers[stem] = tuple(
        sys.intern(next((found for name in names if (found := _cell(record, name))), ""))
        for names in _COLUMNS.values()
    )


def _cell(record: Record, name: str) -> str:
    return record.known(name).replace("''", "'")


def _speech(
    entry: Entry, found: re.Match[str], about: Mapping[str, str], account: Account
) -> Iterator[Row]:
    text = account.take(entry.text())
    address = address_of(text, about.get("speaker", ""), about.get("country", ""))
    account.leave("forms of address", text[: address.length])
    words = unwrapped(joined_hyphens(text[address.length :], account), account)
    if not words.strip():
        account.leave("speeches without words", words, piece=True)
        return
    cells = _cells(entry, found, about, address)
    if not cells["speaker"]:
        account.note("speeches without a speaker")
    yield Row(entry.label, 1, cells | {"text": words})


def _cells(
    entry: Entry, found: re.Match[str], about: Mapping[str, str], address: Address
) -> dict[str, str]:
    symbol = _symbol(about.get("symbol") or found["meeting"])
    presides = about.get("participanttype", "").casefold() == "the president"
    topic = about.get("topic", "")
    role = about.get("role") or ("President of the Security Council" if presides else "")
    further = {name: about.get(name, "") for name in _NAMES[_NAMES.index("topic") :]}
    return further | {
        "id": f"unsc-{found['stem'].removeprefix('UNSC_')}",
        "speaker": about.get("speaker") or address.name,
        "role": role,
        "country": about.get("country") or address.country,
        "date": about.get("date") or found["year"],
        "venue": "UN Security Council",
        "title": ", ".join(part for part in (symbol, topic) if part),
        "source": f"{_CITATION}, {symbol}, {entry.base}",
        "language": "en",
        "original_language": address.language,
        "participanttype": about.get("participanttype", ""),
        "doc_type": "speech",
        "turn": about.get("turn") or str(int(found["number"])),
        "licence": "CC0 1.0",
        "source_file": entry.name,
    }


def _symbol(meeting: str) -> str:
    """Return "S/PV.7138 (Resumption 1)" for the many ways to write it."""
    number = _RESUMPTION.sub(r" (Resumption \1)", meeting.strip())
    return number if number.startswith("S/") else f"S/PV.{number}"


def _recognises(seen: Glimpse) -> bool:
    columns = set(seen.columns("\t"))
    return (
        {"filename", "participanttype"} <= columns
        or {"basename", "spv", "num_speeches"} <= columns
        or any(map(_SPEECH.fullmatch, seen.bases))
    )


FORMATS = (
    Format(
        "unsc",
        "UN Security Council Debates",
        "speeches/UNSC_*_spch*.txt (folder or archive), speaker.tsv and meta.tsv",
        _recognises,
        read,
    ),
)
