"""Read statements out of tables and lists of objects: some cells for each row or object."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from compare.corpus.importers.account import Account
from compare.corpus.importers.cells import known
from compare.corpus.importers.formats import Piece, Read
from compare.corpus.importers.json_streams import read_objects
from compare.corpus.importers.reading import each
from compare.corpus.importers.sources import Entry
from compare.corpus.tables import read_csv, read_xlsx
from compare.corpus.values import BadFileError, Problem, Row

Cells = dict[str, str]

JSON = frozenset({".json", ".jsonl", ".ndjson"})
KINDS = JSON | {".csv", ".xlsx"}


@dataclass(frozen=True, slots=True)
class Record:
    """A row of a table, whose values are texts, or an object."""

    entry: Entry
    here: Row
    values: Mapping[str, Any]

    def text(self, name: str) -> str:
        """Return a value that is a text or a number, "" where there is none."""
        value = self.values.get(name)
        return value if isinstance(value, str) else ""

    def known(self, name: str) -> str:
        """Return a value without blanks around it, "" for "NA", "-" and their like."""
        return known(self.text(name))

    def listed(self, name: str) -> list[str]:
        """Return the texts of a list."""
        value = self.values.get(name)
        return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []

    def objects(self, name: str) -> list[Record]:
        """Return the objects of a list."""
        value = self.values.get(name)
        found = value if isinstance(value, list) else []
        return [Record(self.entry, self.here, each) for each in found if isinstance(each, dict)]

    def row(self, cells: Mapping[str, str]) -> Row:
        """Return a statement's cells as the row of where the record stands."""
        return Row(
            self.here.file,
            self.here.line,
            {**cells, "source_file": self.entry.name},
            self.here.place,
        )


Statements = Callable[[Record, Account], Iterable[Cells]]


def reader(
    needed: Collection[str],
    statements: Statements,
    *,
    lists: Collection[str] = (),
    aside: Collection[str] = (),
) -> Read:
    """Return how to read a format whose files are CSV, XLSX or JSON.

    Args:
        needed: Columns, or fields of the first object, without which a file is none of these.
        statements: Gives the cells of a record's statements; it takes the record's words into the
            account, and what it yields as `text` is counted here where that is blank.
        lists: Names under which a JSON file has its list; see `read_objects`.
        aside: Names of files, in lower case, that are read apart.
    """

    def read(entry: Entry, account: Account) -> Iterator[Piece]:
        for record in records(entry, needed, lists):
            if isinstance(record, Problem):
                yield record
                continue
            for cells in statements(record, account):
                if known(cells["text"]):
                    yield record.row(cells)
                else:
                    account.leave("rows without words", cells["text"], piece=True)

    return lambda source, account: each(source, account, KINDS, read, aside)


def records(
    entry: Entry, needed: Collection[str] = (), lists: Collection[str] = ()
) -> Iterator[Record | Problem]:
    """Yield the rows of a table, or the objects of a JSON file.

    Raises:
        BadFileError: It cannot be read, there are none, or the first lacks what is needed.
    """
    return checked(_records(entry, lists), needed)


def checked(
    found: Iterable[Record | Problem], needed: Collection[str]
) -> Iterator[Record | Problem]:
    """Yield records; raise where there are none, or the first lacks what is needed."""
    empty, wanted = True, needed
    for record in found:
        empty = False
        if isinstance(record, Record):
            if missing := [name for name in wanted if name not in record.values]:
                raise BadFileError(
                    f"it has no {' and no '.join(map(repr, missing))}, which files of this corpus "
                    "have; leave it out"
                )
            wanted = ()
        yield record
    if empty:
        raise BadFileError("there is nothing in it; fetch it again")


def _records(entry: Entry, lists: Collection[str]) -> Iterator[Record | Problem]:
    if entry.kind in JSON:
        for found in read_objects(entry, entry.label, lists):
            if isinstance(found, Problem):
                yield found
            else:
                yield Record(entry, Row(entry.label, found.line, {}), found.values)
    elif entry.kind == ".parquet":
        yield from _parquet(entry)
    else:
        table = read_xlsx if entry.kind == ".xlsx" else read_csv
        for row in table(entry, entry.label):
            yield row if isinstance(row, Problem) else Record(entry, row, row.cells)


def _parquet(entry: Entry) -> Iterator[Record]:
    parquet: Any = importlib.import_module("pyarrow.parquet")
    try:
        with entry.open("rb") as opened:
            number = 0
            for batch in parquet.ParquetFile(opened).iter_batches():
                for values in batch.to_pylist():
                    number += 1
                    cells = {name: "" if v is None else str(v) for name, v in values.items()}
                    yield Record(entry, Row(entry.label, number, {}, "row"), cells)
    except (OSError, ValueError) as error:  # what pyarrow raises
        raise BadFileError(f"this is no Parquet file that can be read ({error})") from None
