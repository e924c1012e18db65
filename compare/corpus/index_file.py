"""Read `index.csv`, a table that says who spoke, when and where, of the documents in its folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PureWindowsPath

from compare.corpus.columns import column_key, resolve
from compare.corpus.tables import read_csv
from compare.corpus.validate import is_empty
from compare.corpus.values import Problem, Row
from compare.files import is_file

NAME = "index.csv"
_FILE = ("file", "filename", "path")  # the first of these that a table has
_OUTSIDE = (
    "an index names only files in its own folder; write the path from there, without .. and drive"
)


class Index:
    """The rows of an index, by the real paths of the documents that they describe."""

    def __init__(self, path: Path, mapping: Mapping[str, str], documents: Collection[str]) -> None:
        """Refer to an index.

        Args:
            path: Where it is.
            mapping: The fields of its columns, if they are not recognised.
            documents: The endings of the files that it can describe.
        """
        self.path, self._mapping, self._documents = path, mapping, documents
        self.rows: dict[Path, Row] = {}

    def matches(self) -> bool:
        """Return whether the file is an index: it has a column of files, and none with words."""
        if not is_named_index(self.path) or not is_file(self.path):
            return False
        rows = (row for row in read_csv(self.path, str(self.path)) if isinstance(row, Row))
        columns = list(first.cells) if (first := next(rows, None)) else []
        return (
            bool(_file_column(columns)) and "text" not in resolve(columns, self._mapping).values()
        )

    def read(self) -> Iterator[Problem]:
        """Fill `rows`; yield the problem of each row that describes no file."""
        items = list(read_csv(self.path, str(self.path)))
        rows = [row for row in items if isinstance(row, Row)]
        column = _file_column(rows[0].cells) if rows else ""
        names = Counter(PureWindowsPath(row.cells[column].strip()).name for row in rows)
        for row in items:
            if isinstance(row, Problem):
                yield row
                continue
            name = row.cells[column].strip()
            found = self._find(name, names)
            if isinstance(found, str):
                yield row.problem(found, column, name)
            elif found in self.rows:
                message = f"this file has line {self.rows[found].line} already; keep one of the two"
                yield row.problem(message, column, name)
            else:
                self.rows[found] = row

    def _find(self, name: str, names: Mapping[str, int]) -> Path | str:
        """Return the real path of a named document, or why it cannot be read.

        An upload has no folders: if the first one is not there, the name of the file is enough,
        unless several rows have it.
        """
        windows = PureWindowsPath(name)  # knows both kinds of slashes
        if not name:
            return "the row names no file; fill the cell or remove the row"
        if windows.anchor or ".." in windows.parts:
            return _OUTSIDE
        folder = self.path.parent.resolve()
        try:
            path = folder.joinpath(*windows.parts).resolve()
            if len(windows.parts) > 1 and not folder.joinpath(windows.parts[0]).exists():
                if names[windows.name] > 1:
                    return "the folder is not there, and other rows have such a file; put it there"
                path = folder.joinpath(windows.name).resolve()
            is_file = path.is_file()
        except (OSError, RuntimeError, ValueError):  # no file can have this name
            is_file = False
        if not is_file:
            return "there is no such file in the folder of the index; correct it or remove the row"
        if not path.is_relative_to(folder):  # by a link
            return _OUTSIDE
        if path.suffix.casefold() not in self._documents:
            kinds = ", ".join(sorted(self._documents))
            return f"only documents ({kinds}) have a row in an index; remove it"
        return path

    def described(self, row: Row, path: Path) -> Row:
        """Return the row of a document with the cells of its row here, which win unless empty."""
        entry = self.rows.get(path.resolve())
        if entry is None:
            return row
        columns = {field: column for column, field in resolve(row.cells, self._mapping).items()}
        spellings = {column_key(column): column for column in row.cells}
        fields = resolve(entry.cells, self._mapping)
        cells, indexed = dict(row.cells), dict(row.indexed)
        file = _file_column(entry.cells)
        for name, value in entry.cells.items():
            if name == file or is_empty(fields.get(name, ""), value):
                continue
            column = columns.get(fields.get(name, ""), spellings.get(column_key(name), name))
            cells[column] = value
            indexed[column] = (str(self.path), entry.line)
        fallbacks = row.fallbacks - indexed.keys()
        return replace(row, cells=cells, indexed=indexed, fallbacks=fallbacks)


def is_named_index(path: Path) -> bool:
    """Return whether a file has the name of an index; it may still be a table."""
    return path.name.casefold() == NAME


def _file_column(columns: Iterable[str]) -> str:
    """Return the column that names the files, "" if there is none."""
    named = {column_key(column): column for column in columns}
    return next((named[key] for key in _FILE if key in named), "")
