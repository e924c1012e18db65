"""Read CSV and TSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from compare.corpus.tables import Layouts, Table
from compare.corpus.text_files import Readable, read_lines
from compare.corpus.values import BadFileError, Problem, Row
from compare.export.spreadsheet import unescape_cell

LARGEST_CELL = 16_000_000
"""Characters; a larger cell is a quotation mark that was never closed."""

_CSV_REMEDY = "put a cell that has a separator or a line break in it in quotation marks"
_TSV_REMEDY = "a cell can have no tab and no line break in it; write blanks instead"
_MESSAGES = {
    "unexpected end of data": "a quoted cell that starts here is never closed; "
    "write a quotation mark inside a cell twice",
    "field larger": f"a cell is larger than {LARGEST_CELL:,} characters; "
    "close the quotation mark that opens it",
    "expected after": "a quotation mark stands alone in a quoted cell; write it twice",
}


def read_csv(path: Readable, file: str, layouts: Layouts | None = None) -> Iterator[Row | Problem]:
    """Yield the rows of a CSV file, with the number of the line on which each starts.

    Cells stand apart by commas, or by semicolons or tabs where the header has no comma. An
    apostrophe that keeps a spreadsheet from reading a cell as a formula is taken off. A file with
    `layouts` has no header.
    """
    if csv.field_size_limit() < LARGEST_CELL:  # whole speeches are longer than the default
        csv.field_size_limit(LARGEST_CELL)
    lines = iter(read_lines(path))
    first = next((line for line in _counted(lines)), None)
    if first is None:
        return
    blank, header = first
    reader = csv.reader(_chain(header, lines), delimiter=_delimiter(header), strict=True)
    table = Table(file, "line", _CSV_REMEDY, layouts=layouts)
    while True:
        line = blank + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield from _broken(table, line, error)
        else:
            yield from table.add(line, [unescape_cell(cell) for cell in cells])


def read_tsv(path: Readable, file: str) -> Iterator[Row | Problem]:
    """Yield the rows of a TSV file: a line a row, and quotation marks are what they are."""
    table = Table(file, "line", _TSV_REMEDY)
    for line, text in enumerate(read_lines(path), start=1):
        yield from table.add(line, text.rstrip("\r\n").split("\t"))


def _counted(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank, and how many lines stand before each."""
    for number, line in enumerate(lines):
        if line.strip():
            yield number, line


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _delimiter(header: str) -> str:
    return "," if "," in header else next((mark for mark in ";\t" if mark in header), ",")


def _broken(table: Table, line: int, error: csv.Error) -> Iterator[Problem]:
    said = str(error)
    message = next((text for part, text in _MESSAGES.items() if part in said), said)
    if not (table.header or table.layouts):
        raise BadFileError(message, line)
    yield Row(table.file, line, {}).problem(message)
