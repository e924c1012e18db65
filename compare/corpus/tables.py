"""Read tables: CSV, TSV, and the first sheet of an XLSX workbook."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from itertools import chain, islice, takewhile
from typing import Any

from compare.corpus.columns import resolve
from compare.corpus.text_files import DAMAGED, Readable, most_unpacked, read_lines
from compare.corpus.values import BadFileError, Problem, Row, listed, shortened
from compare.safe_text import unescape_cell

LARGEST_CELL = 16_000_000
"""Characters; in a larger cell, a quotation mark was never closed."""

_MOST_OF_TITLE = 10  # rows ahead of the header of a sheet
_SEPARATOR = re.compile(r"sep=([,;|\t])\s*", re.IGNORECASE)
_CSV_REMEDY = "put a cell that has a separator or a line break in it in quotation marks"
_TSV_REMEDY = "write a blank for each tab and line break in a cell"
_CSV_ERRORS = {
    "unexpected end of data": "a quoted cell that starts here is never closed; "
    "write a quotation mark inside a cell twice",
    "field larger": f"a cell is larger than {LARGEST_CELL:,} characters; "
    "close the quotation mark that opens it",
    "expected after": "a quotation mark stands alone in a quoted cell; write it twice",
}
_NO_WORKBOOK = "this workbook cannot be read ({}); save it again as XLSX without a password"
_WHY_NO_WORKBOOK = "it is damaged, has a password or is of another kind"


class Table:
    """Turns lists of cells into rows; the first list that is not blank is the header.

    Args:
        file: The name of the file in messages.
        place: The unit of row numbers: "line", or the rows of a sheet.
        remedy: How to correct a row that does not fit the header.
        loose: Drop cells beyond the header instead of refusing the row.
    """

    def __init__(self, file: str, place: str, remedy: str, *, loose: bool = False) -> None:
        """Start without a header."""
        self.file, self.place, self.remedy, self.loose = file, place, remedy, loose
        self.header: Sequence[str] = ()

    def row(self, line: int, cells: Sequence[str]) -> Row | Problem | None:
        """Return a list of cells as a row, or its problem; None for the header and blank rows."""
        if not any(cell.strip() for cell in cells):
            return None
        if not self.header:
            self.header = _header(cells, line)
            return None
        row = Row(self.file, line, dict(zip(self.header, cells, strict=False)), self.place)
        wanted, missing = len(self.header), len(cells) < len(self.header)
        if not missing and (self.loose or not any(cells[wanted:])):
            return row
        remedy = f"add the missing ones, or {self.remedy}" if missing else self.remedy
        return row.problem(f"the row has {_cells(len(cells))} and the header {wanted}; {remedy}")


def _cells(number: int) -> str:
    return "1 cell" if number == 1 else f"{number} cells"


def _header(cells: Sequence[str], line: int) -> Sequence[str]:
    names = [
        cell.strip("\ufeff \t\r\n") or f"column {number}"
        for number, cell in enumerate(cells, start=1)
    ]
    known: set[str] = set()
    for name in names:
        if name in known:
            message = f"the header names the column {shortened(name)} twice; rename one"
            raise BadFileError(message, line)
        known.add(name)
    return names


def read_csv(path: Readable, file: str) -> Iterator[Row | Problem]:
    """Yield the rows of a CSV file, each with the number of the line on which it starts.

    The separator is that of a first line "sep=;", which some spreadsheet programs write, else a
    comma, or a semicolon or tab if the header has no comma. The apostrophe that keeps spreadsheets
    from running a cell as a formula is removed.
    """
    if csv.field_size_limit() < LARGEST_CELL:  # whole speeches are longer than the default
        csv.field_size_limit(LARGEST_CELL)
    lines = iter(read_lines(path))
    header, before, delimiter = _find_header(lines)
    if not header:
        return
    reader = csv.reader(chain([header], lines), delimiter=delimiter, strict=True)
    table = Table(file, "line", _CSV_REMEDY)
    while True:
        line = before + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = str(error)
            message = next((text for part, text in _CSV_ERRORS.items() if part in reason), reason)
            if not table.header:
                raise BadFileError(message, line) from None
            yield Row(file, line, {}).problem(message)
        else:
            if row := table.row(line, [unescape_cell(cell) for cell in cells]):
                yield row


def _find_header(lines: Iterator[str]) -> tuple[str, int, str]:
    """Return the first line with cells, the number of lines before it, and the separator."""
    before, named = 0, ""
    for line in lines:
        if found := _SEPARATOR.fullmatch(line):
            named = found[1]
        elif line.strip():
            return line, before, named or next((mark for mark in ",;\t" if mark in line), ",")
        before += 1
    return "", before, ","


def read_tsv(path: Readable, file: str) -> Iterator[Row | Problem]:
    """Yield the rows of a TSV file: one per line; quotation marks have no special meaning."""
    table = Table(file, "line", _TSV_REMEDY)
    for line, text in enumerate(read_lines(path), start=1):
        if row := table.row(line, text.rstrip("\r\n").split("\t")):
            yield row


# -- XLSX ----------------------------------------------------------------------------------------


def read_xlsx(path: Readable, file: str, *, loose: bool = False) -> Iterator[Row | Problem]:
    """Yield the rows of the first sheet; if `loose`, drop cells beyond the header."""
    from openpyxl.utils.exceptions import InvalidFileException

    # openpyxl raises any of these for a damaged archive; bad XML is a SyntaxError
    broken = (
        *DAMAGED, InvalidFileException, SyntaxError, KeyError, ValueError, TypeError, IndexError,
        AttributeError, OSError,
    )  # fmt: skip
    try:
        yield from _sheet_rows(path, file, loose)
    except BadFileError:
        raise
    except broken as error:
        if isinstance(error, OSError) and error.errno:  # the system's, not the content's
            raise
        raise BadFileError(_NO_WORKBOOK.format(_WHY_NO_WORKBOOK)) from None


def _sheet_rows(path: Readable, file: str, loose: bool) -> Iterator[Row | Problem]:
    import openpyxl

    with path.open("rb") as opened, zipfile.ZipFile(opened) as archive:
        most = most_unpacked(opened.seek(0, io.SEEK_END))
        if sum(part.file_size for part in archive.infolist()) > most:
            raise BadFileError(
                f"this unpacks to more than {most // 1024**2:,} MB, far more than such a workbook "
                "holds; save it as CSV if you trust it"
            )
    with path.open("rb") as opened:  # openpyxl leaves a damaged file open
        book = openpyxl.load_workbook(opened, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        place = f'sheet "{sheet.title}", row'
        table = Table(file, place, "name each column in the header", loose=loose)
        sheet.reset_dimensions()  # some programs write a wrong size
        rows = enumerate(map(_texts, sheet.iter_rows()), start=1)
        first = list(islice(rows, _MOST_OF_TITLE))
        title = _title([cells for _, cells in first])
        if words := " ".join(filter(None, chain(*title))):
            reason = f"what stands above the header is not read: {shortened(words)}"
            yield Problem.of_file(file, reason, skips=False)
        for number, texts in chain(first[len(title) :], rows):
            padding = [""] * (len(table.header) - len(texts))
            if row := table.row(number, texts + padding):
                yield row
        others = [] if loose else [each.title for each in book.worksheets[1:] if _has_cells(each)]
        if others:
            reason = f"only its first sheet is read, not {listed(others)}; save each as a file"
            yield Problem.of_file(file, reason, skips=False)


def _texts(cells: Iterable[Any]) -> list[str]:
    texts = [_cell_text(cell) for cell in cells]
    # sheets often have formatted but empty cells at the end of a row
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _title(rows: list[list[str]]) -> list[list[str]]:
    """Return the rows above the header: none has more than one cell, or the name of a field."""
    above = list(takewhile(lambda cells: sum(map(bool, cells)) < 2, rows))
    is_title = len(above) < len(rows) and not any(resolve(cells, {}) for cells in above)
    return above if is_title else []


def _has_cells(sheet: Any) -> bool:
    sheet.reset_dimensions()
    return any(cell.value is not None for cells in sheet.iter_rows() for cell in cells)


def _cell_text(cell: Any) -> str:
    """Return the text of a cell; a date only as precise as it is shown, "" for an error (#N/A)."""
    value = cell.value
    if value is None or cell.data_type == "e":
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime) and value.time() != time():
        return value.isoformat(" ", "seconds")
    if isinstance(value, date):
        shown = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", str(cell.number_format or "").casefold())
        return value.isoformat()[: 10 if "d" in shown else 7 if "m" in shown else 4]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
