"""Read XLSX: the first sheet of a workbook."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from compare.corpus.packed import DAMAGED, most_unpacked
from compare.corpus.tables import Table
from compare.corpus.text_files import Readable
from compare.corpus.values import BadFileError, Problem, Row

_BROKEN = "this is no workbook that can be read ({}); save it again as XLSX without a password"


def read_xlsx(path: Readable, file: str, *, loose: bool = False) -> Iterator[Row | Problem]:
    """Yield the rows of the first sheet, with their numbers in the sheet.

    `loose` drops cells that stand beyond the header.
    """
    from openpyxl.utils.exceptions import InvalidFileException

    # What openpyxl lets through when a part of the archive is missing or damaged; bad XML is a
    # SyntaxError, with lxml and without.
    broken = (
        *DAMAGED, InvalidFileException, SyntaxError, KeyError, ValueError, TypeError, IndexError,
        AttributeError,
    )  # fmt: skip
    try:
        yield from _rows(path, file, loose)
    except BadFileError:
        raise
    except broken as error:
        raise BadFileError(_BROKEN.format(str(error) or type(error).__name__)) from None


def _rows(path: Readable, file: str, loose: bool) -> Iterator[Row | Problem]:
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
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            texts = [_text(cell.value, str(cell.number_format or "")) for cell in cells]
            while texts and not texts[-1]:
                texts.pop()
            texts += [""] * (len(table.header) - len(texts))
            yield from table.add(number, texts)


def _text(value: Any, number_format: str) -> str:
    """Return what a cell says; a date to the year, month or day that the cell shows."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        if value.time() != time():
            return value.isoformat(" ", "seconds")
        return _day(value.date(), number_format)
    if isinstance(value, date):
        return _day(value, number_format)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _day(value: date, number_format: str) -> str:
    shown = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", number_format.casefold())
    if "d" in shown:
        return value.isoformat()
    return value.isoformat()[:7] if "m" in shown else value.isoformat()[:4]
