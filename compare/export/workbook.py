"""A result as an Excel workbook: the pairs on one sheet, how they were found on another.

What a cell cannot hold is shown, never lost unseen: control characters become pictures, and text
beyond a cell's limit is cut with a mark that says so (the CSV has all of it).
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from compare.export.rows import COLUMNS, Cell, Record
from compare.results.result import Result
from compare.safe_text import printable

CELL_LIMIT = 32_767
_CUT = " … [cut: a cell holds no more; the CSV has all of it]"
# What a reader of the format would take for a character written by its number.
_NUMBERED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_WIDE = {"query", "text", "passage", "words", "also_said"}


def workbook_bytes(result: Result, rows: Sequence[Record]) -> bytes:
    """Return the workbook; every text is a text cell, whatever it begins with."""
    book = Workbook(write_only=True)
    pairs = book.create_sheet("Pairs")
    pairs.freeze_panes = "A2"
    for number, name in enumerate(COLUMNS, start=1):
        wide = name.removeprefix("a_").removeprefix("b_") in _WIDE
        pairs.column_dimensions[get_column_letter(number)].width = 60 if wide else 16
    pairs.append([_cell(pairs, name, bold=True) for name in COLUMNS])
    for row in rows:
        pairs.append([_cell(pairs, row[name]) for name in COLUMNS])
    about = book.create_sheet("About")
    about.column_dimensions["A"].width = 24
    about.column_dimensions["B"].width = 80
    for name, value in _about(result):
        about.append([_cell(about, name, bold=True), _cell(about, value)])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def cell_text(text: str) -> str:
    """Return `text` as a cell can hold it."""
    shown = printable(text)
    if _length(shown) > CELL_LIMIT:
        shown = shown[: CELL_LIMIT - len(_CUT)]
        while _length(shown) > CELL_LIMIT - len(_CUT):
            shown = shown[:-1]
        shown += _CUT
    return _NUMBERED.sub("_x005F_", shown)


def _length(text: str) -> int:
    """Return the length as Excel counts it, in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def _cell(sheet: WriteOnlyWorksheet, value: Cell, *, bold: bool = False) -> SheetCell:
    cell = WriteOnlyCell(sheet, value=None)
    if isinstance(value, str):
        cell.value = cell_text(value) or None
        if value:  # openpyxl takes "=1" for a formula and "#N/A" for an error
            cell.data_type = "s"
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    else:
        cell.value = value
    if bold:
        cell.font = Font(bold=True)
    return cell


def _about(result: Result) -> list[tuple[str, Cell]]:
    made = result.provenance
    fast = f"; {made.screening} where the fast model alone read" if made.screening else ""
    return [
        ("query", result.subject),
        *(("note", note) for note in result.notes),
        ("searched on", made.date),
        ("version", made.version),
        ("encoder", f"{made.encoder}@{made.encoder_digest}"),
        ("labels by", f"{made.stance_model}@{made.stance_digest}{fast}"),
        ("library digest", made.library_digest),
        ("statements", made.statements),
        ("passages", made.passages),
        ("least probability", result.thresholds.probability),
        ("least similarity", result.thresholds.similarity),
        ("filters", json.dumps(dict(made.filters), ensure_ascii=False, sort_keys=True)),
        ("settings", json.dumps(dict(made.settings), sort_keys=True)),
    ]
