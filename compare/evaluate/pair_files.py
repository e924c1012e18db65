"""Read tables of pairs: two texts a row, with who said each and when, as far as the file says."""

from __future__ import annotations

import gzip
import shutil
import tempfile
import zlib
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from compare.corpus.columns import folded
from compare.corpus.documents import read_jsonl
from compare.corpus.tables import read_csv, read_tsv
from compare.corpus.values import BadFileError, Problem, Row
from compare.errors import CorpusError
from compare.results.result import Side
from compare.statements.countries import parse_countries
from compare.statements.dates import MISSING
from compare.statements.statement import PartialDate

READERS = {".csv": read_csv, ".tsv": read_tsv, ".jsonl": read_jsonl}
"""The kinds of tables; ".gz" may follow. In TSV a quotation mark is a character like any other."""

PACKED = ".gz"

_NO_COUNTRY = MISSING - {"na"}  # which is Namibia's code


@dataclass(frozen=True, slots=True)
class PairRow:
    """A row of a file of pairs: both sides as the stance model reads them, and all its cells."""

    a: Side
    b: Side
    row: Row


def table_suffix(path: Path) -> str:
    """Return the kind of a table by its name's ending: ".csv", ".tsv" or ".jsonl".

    Raises:
        CorpusError: It is none of them.
    """
    plain = path.with_suffix("") if path.suffix.casefold() == PACKED else path
    suffix = plain.suffix.casefold()
    if suffix not in READERS:
        raise CorpusError(
            f"{path}: the ending names no table that can be read; end the name in "
            f"{', '.join(READERS)}, or one of them and {PACKED}."
        )
    return suffix


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a table.

    Raises:
        CorpusError: It is not there, empty or no text, or a row is not as long as the header.
    """
    file, found = str(path), []
    try:
        if path.is_dir():
            raise BadFileError("this is a folder; name a file")
        reader = READERS[table_suffix(path)]
        with unpacked(path) as plain:
            if plain.stat().st_size == 0:
                raise BadFileError("the file is empty; name another, or put rows into it")
            for item in reader(plain, file):
                if isinstance(item, Problem):
                    raise CorpusError(str(item))
                found.append(item)
    except BadFileError as error:
        raise CorpusError(str(Problem(file, error.line, "", "", str(error)))) from None
    except OSError as error:
        said = error.strerror or type(error).__name__
        message = f"the file cannot be read ({said}); check that it is there and yours to read"
        raise CorpusError(str(Problem(file, 0, "", "", message))) from None
    if not found:
        message = "there is no row below the header; name another file, or put rows into it"
        raise CorpusError(str(Problem(file, 0, "", "", message)))
    return found


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Give a file that is not compressed: the file itself, or one that is removed at the end."""
    if path.suffix.casefold() != PACKED:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "table"
        try:
            with gzip.open(path) as source, plain.open("wb") as target:
                shutil.copyfileobj(source, target)
        except (gzip.BadGzipFile, EOFError, zlib.error):
            raise BadFileError("this is no whole gzip file; compress it again") from None
        yield plain


def cell(row: Row, name: str) -> str | None:
    """Return what stands in a column, whatever its case and hyphens; None: no such column.

    Raises:
        CorpusError: Two columns have that name.
    """
    found = columns_named(row, name)
    if len(found) > 1:
        columns = " and ".join(f'"{column}"' for column in found)
        message = f'the columns {columns} can each be read as "{name}"; rename all but one'
        raise CorpusError(_of_header(row, message))
    return row.cells[found[0]] if found else None


def columns_named(row: Row, name: str) -> tuple[str, ...]:
    """Return the columns of a name as the file spells them, whatever their case and hyphens."""
    return _columns(tuple(row.cells)).get(folded(name), ())


@lru_cache(maxsize=64)
def _columns(columns: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return the columns by their folded names."""
    found: dict[str, tuple[str, ...]] = {}
    for column in columns:
        name = folded(column)
        found[name] = (*found.get(name, ()), column)
    return found


def _of_header(row: Row, message: str) -> str:
    """Return what to say of the columns: of the file, or of the line where each has its own."""
    line = row.line if table_suffix(Path(row.file)) == ".jsonl" else 0
    return str(Problem(row.file, line, "", "", message))


def needed(row: Row, name: str, what: str) -> str:
    """Return what stands in a column that has to be there.

    Args:
        row: Where.
        name: Of the column.
        what: The columns that such a file has, for the message.

    Raises:
        CorpusError: There is no such column, or two have that name.
    """
    text = cell(row, name)
    if text is None:
        found = ", ".join(row.cells) or "none"
        message = f'there is no column "{name}" (found: {found}); {what}'
        raise CorpusError(_of_header(row, message))
    return text


_COLUMNS = "a file of pairs has the columns premise and hypothesis, or a and b"


def read_pairs(path: Path, what: str = _COLUMNS) -> list[PairRow]:
    """Return the pairs of a file.

    The texts are `premise` and `hypothesis`, else `a` and `b`. Who and when are `a_country` and
    `a_date`, with `a_context` what completes a fragment, and the same for b; `a_speaker` and
    `a_role` may be there too, but the model does not read them. Beside premise and hypothesis,
    `a` and `b` hold who and when as "country|speaker|date". A cell like "nan" says nothing.

    Args:
        path: The file.
        what: The columns that such a file has, for the message.

    Raises:
        CorpusError: It cannot be read, has no such columns, or two of one name.
    """
    return [_pair(row, what) for row in read_rows(path)]


def _pair(row: Row, what: str) -> PairRow:
    apart = cell(row, "premise") is not None or cell(row, "hypothesis") is not None
    columns = ("premise", "hypothesis") if apart else ("a", "b")
    texts = [needed(row, name, what) for name in columns]
    shorts = [cell(row, letter) or "" if apart else "" for letter in "ab"]
    a, b = (
        _side(row, letter, text, short)
        for letter, text, short in zip("ab", texts, shorts, strict=True)
    )
    return PairRow(a, b, row)


def _side(row: Row, letter: str, text: str, short: str) -> Side:
    country, date = _who(short)
    return Side(
        text,
        _known(cell(row, f"{letter}_context") or ""),
        _countries(cell(row, f"{letter}_country") or "") or _countries(country),
        _known(cell(row, f"{letter}_date") or "") or _known(date),
    )


def _countries(text: str) -> str:
    names = [_known(entry.name, _NO_COUNTRY) for entry in parse_countries(text)]
    return ", ".join(name for name in names if name)


def _known(text: str, missing: Set[str] = MISSING) -> str:
    """Return a text without blanks around it, "" where it says that nothing is known."""
    return "" if " ".join(text.casefold().split()) in missing else text.strip()


def _who(short: str) -> tuple[str, str]:
    """Read "country|speaker|date", of which the end may be missing, as country and date."""
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
