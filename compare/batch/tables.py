"""Read tables of pairs: two texts per row, their countries and dates, and perhaps a label."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Literal

from compare.corpus import BadFileError, Problem, Row
from compare.corpus.columns import column_key, names_found
from compare.corpus.documents import read_jsonl
from compare.corpus.tables import read_csv, read_tsv
from compare.corpus.text_files import unpacked
from compare.errors import CorpusError
from compare.models import ModelInput
from compare.results import Stance
from compare.statements import MISSING, PartialDate, parse_countries, parse_date

READERS = {".csv": read_csv, ".tsv": read_tsv, ".jsonl": read_jsonl}
"""Readers by suffix; ".gz" may follow it. In TSV a quotation mark is an ordinary character."""

GZ = ".gz"

LABELS: Mapping[str, Stance] = {
    "agree": Stance.AGREE,
    "oppose": Stance.OPPOSE,
    "neither": Stance.NEITHER,
    "entailment": Stance.AGREE,
    "contradiction": Stance.OPPOSE,
    "neutral": Stance.NEITHER,
}
"""The labels that files may use, in lower case."""

_COLUMNS = "a file of pairs has the columns premise and hypothesis, or a and b"
_LABELLED_COLUMNS = (
    "a file of labelled pairs has the columns premise, hypothesis and label, or a, b and label"
)
NO_WORDS = "there are no words; write them, or remove the row"
_NO_COUNTRY = MISSING - {"na"}  # NA is Namibia


@dataclass(frozen=True, slots=True)
class PairRow:
    """A row of a file of pairs: both sides as model inputs, and all its cells."""

    a: ModelInput
    b: ModelInput
    row: Row


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """Two sides and their label.

    Attributes:
        mode: What the pair tests ("negation"); None if the file has no such column.
    """

    a: ModelInput
    b: ModelInput
    label: Stance
    mode: str | None = None


# -- Tables --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TableFile:
    """A table on disk, decompressed as it is read."""

    path: Path

    def open(self, mode: Literal["rb"] = "rb") -> IO[bytes]:
        """Open it at the start."""
        return unpacked(self.path.open(mode), self.path.name)


def without_gz(path: Path) -> Path:
    """Return a path without its ".gz"."""
    return path.with_suffix("") if path.suffix.casefold() == GZ else path


def table_suffix(path: Path) -> str:
    """Return the kind of a table, ".csv", ".tsv" or ".jsonl", by its file name."""
    suffix = without_gz(path).suffix.casefold()
    if suffix not in READERS:
        raise CorpusError(
            f"{path}: this is not a table that can be read; end the name in {', '.join(READERS)}, "
            f"or one of them and {GZ}."
        )
    return suffix


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a table.

    Raises:
        CorpusError: It is missing, empty or not text, or a row has too few or too many cells.
    """
    file, table, found = str(path), TableFile(path), []
    try:
        if path.is_dir():
            raise BadFileError("this is a folder; name a file")
        reader = READERS[table_suffix(path)]
        with table.open() as start:
            if not start.read(1):
                raise BadFileError("the file is empty; name another, or put rows into it")
        for item in reader(table, file):
            if isinstance(item, Problem):
                raise CorpusError(str(item))
            found.append(item)
        if not found:
            raise BadFileError("there are no rows below the header; name another file, or add rows")
    except (BadFileError, OSError) as error:
        reason = BadFileError.unreadable(error) if isinstance(error, OSError) else error
        raise CorpusError(str(Problem.of_file(file, reason))) from None
    return found


def cell(row: Row, name: str) -> str | None:
    """Return the text in a column, ignoring case and hyphens; None if there is no such column."""
    found = columns_named(row, name)
    if len(found) > 1:
        columns = " and ".join(f'"{column}"' for column in found)
        message = f'the columns {columns} can each be read as "{name}"; rename all but one'
        raise _header_error(row, message)
    return row.cells[found[0]] if found else None


def required_cell(row: Row, name: str, columns: str) -> str:
    """Return the text in a column; `columns` ends the error for a missing one as a hint."""
    text = cell(row, name)
    if text is None:
        found = names_found(row.cells)
        raise _header_error(row, f'there is no column "{name}" (found: {found}); {columns}')
    return text


def columns_named(row: Row, name: str) -> tuple[str, ...]:
    """Return the file's spellings of a column name, ignoring case and hyphens."""
    return _columns(tuple(row.cells)).get(column_key(name), ())


@lru_cache(maxsize=64)
def _columns(columns: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for column in columns:
        found[column_key(column)] = (*found.get(column_key(column), ()), column)
    return found


def _header_error(row: Row, message: str) -> CorpusError:
    # Each JSONL line has its own columns; elsewhere line 0 means the whole file.
    line = row.line if table_suffix(Path(row.file)) == ".jsonl" else 0
    return CorpusError(str(Problem(row.file, line, "", "", message)))


# -- Pairs ---------------------------------------------------------------------------------------


def read_pairs(path: Path, columns: str = _COLUMNS) -> list[PairRow]:
    """Return the pairs of a file.

    The texts are `premise` and `hypothesis`, else `a` and `b`. The model also reads `a_country`,
    `a_date` and `a_context`, and the same for b; it ignores `a_speaker` and `a_role`. Beside
    premise and hypothesis, `a` and `b` hold "country|speaker|date". A cell like "nan" counts as
    empty.

    Raises:
        CorpusError: It cannot be read, or a column is missing or there twice.
    """
    return [_pair(row, columns) for row in read_rows(path)]


def read_labelled(path: Path) -> list[LabelledPair]:
    """Return the labelled pairs of a file; see `read_pairs` for its columns.

    Raises:
        CorpusError: It cannot be read, a column is missing or there twice, or a label is not in
            `LABELS`.
    """
    found = []
    for pair in read_pairs(path, _LABELLED_COLUMNS):
        mode, label = cell(pair.row, "mode"), read_label(pair.row, _LABELLED_COLUMNS)
        found.append(LabelledPair(pair.a, pair.b, label, mode if mode is None else mode.strip()))
    return found


def read_label(row: Row, columns: str, name: str = "label") -> Stance:
    """Return the label in a column of a row; see `required_cell` for `columns`."""
    given = required_cell(row, name, columns)
    if label := LABELS.get(given.strip().casefold()):
        return label
    message = "this is not a label; write agree, oppose or neither, or entailment, contradiction "
    raise CorpusError(str(row.problem(f"{message}or neutral", name, given)))


def _pair(row: Row, columns: str) -> PairRow:
    if cell(row, "premise") is None and cell(row, "hypothesis") is None:
        a, b = (read_side(row, side, side, columns) for side in "ab")
    else:
        a = read_side(row, "a", "premise", columns, cell(row, "a") or "")
        b = read_side(row, "b", "hypothesis", columns, cell(row, "b") or "")
    return PairRow(a, b, row)


def read_side(row: Row, side: str, text: str, columns: str, short: str = "") -> ModelInput:
    """Return a side of a row, with the text in the column `text` and a_context, a_date and so on.

    `short` is "country|speaker|date", which supplies what those columns lack.
    """
    words = required_cell(row, text, columns)
    if not words.strip():
        (column,) = columns_named(row, text)
        raise CorpusError(str(row.problem(NO_WORDS, column, words)))
    country, date = _country_and_date(short)
    return ModelInput(
        words,
        _unless_missing(cell(row, f"{side}_context") or ""),
        _countries(cell(row, f"{side}_country") or "") or _countries(country),
        _unless_missing(cell(row, f"{side}_date") or "") or _unless_missing(date),
    )


def check_dates(pair: PairRow) -> None:
    """Refuse a pair with a date that is none, or can mean two days.

    Raises:
        CorpusError: The message names the line, the column and the date.
    """
    for side, read in (("a", pair.a), ("b", pair.b)):
        try:
            parse_date(read.date)
        except ValueError as error:
            column = next(iter(columns_named(pair.row, f"{side}_date")), side)
            raise CorpusError(str(pair.row.problem(str(error), column, read.date))) from None


def _countries(text: str) -> str:
    names = [_unless_missing(entry.name, _NO_COUNTRY) for entry in parse_countries(text)]
    return ", ".join(name for name in names if name)


def _unless_missing(text: str, missing: Set[str] = MISSING) -> str:
    """Return a text without surrounding blanks; "" for "unknown", "n/a" and the like."""
    return "" if " ".join(text.casefold().split()) in missing else text.strip()


def _country_and_date(short: str) -> tuple[str, str]:
    """Split "country|speaker|date", which may also be shorter: "country|date" or "country"."""
    country, *others = [part.strip() for part in short.split("|")]
    if others and (len(others) > 1 or _is_date(others[-1])):
        return country, others[-1]
    return country, ""


def _is_date(text: str) -> bool:
    try:
        PartialDate(text)
    except ValueError:
        return False
    return True
