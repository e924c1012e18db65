"""The formats of a result; tables as CSV, JSONL and XLSX.

CSV: text is quoted, numbers are not, lines end in CR LF, a byte order mark tells spreadsheets that
it is UTF-8, and `escape_cell` keeps text from being read as a formula. `read_pairs_csv` undoes all
of that. XLSX: control characters become visible signs, and text beyond a cell's limit is cut with
a remark (the CSV has all of it).
"""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from compare.errors import ExportError
from compare.export.dictionary import columns, numbers
from compare.files import check_ending
from compare.results import Result, Stance
from compare.safe_text import escape_cell, printable, unescape_cell
from compare.strict_model import model

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

CELL_LIMIT = 32_767
"""Most UTF-16 units in a cell of XLSX."""

_CUT = " … [cut: a cell holds no more; the CSV has all of it]"
# XLSX readers decode "_x0041_" to the character of that number, so its first "_" is escaped.
_NUMBERED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_WIDE = {"query", "text", "passage", "words", "also_said"}
_FOR_READERS = (
    "country", "speaker", "date", "passage", "context", "quotation", "words", "source", "url",
)  # fmt: skip
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class FileFormat(StrEnum):
    """Formats of files by name; `label` is that of the app's download button, "" for no button."""

    suffix: str
    mime: str
    label: str

    def __new__(cls, name: str, suffix: str = "", mime: str = "", label: str = "") -> Self:
        """Make a member whose value is its name, with attributes."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.suffix, member.mime, member.label = suffix, mime, label
        return member


class ExportFormat(FileFormat):
    """The formats of a result, for the commands, the app and the documentation.

    `WRITERS`, at the end of this module, has the function that writes each.
    """

    CSV = "csv", ".csv", "text/csv", "CSV"
    XLSX = "xlsx", ".xlsx", _WORKBOOK, "Excel"
    JSONL = "jsonl", ".jsonl", "application/x-ndjson", "JSONL"
    MARKDOWN = "markdown", ".md", "text/markdown", "Markdown"
    BIBTEX = "bibtex", ".bib", "application/x-bibtex", "BibTeX"
    RIS = "ris", ".ris", "application/x-research-info-systems", "RIS"
    HTML = "html", ".html", "text/html", "report"
    JSON = "json", ".json", "application/json", "all as JSON"
    """The whole result, not only its lists; `Result.load` makes an equal one."""

    @classmethod
    def of(cls, path: Path) -> ExportFormat:
        """Return the format of a file's suffix.

        Raises:
            ExportError: No format has it.
        """
        suffix = check_ending(path, [member.suffix for member in cls])
        return next(member for member in cls if member.suffix == suffix)


def export_bytes(
    result: Result, format: ExportFormat | str, *, stances: Sequence[Stance] | None = None
) -> bytes:
    """Return what `Result.export` writes.

    Raises:
        ExportError: The format is unknown.
    """
    try:
        chosen = ExportFormat(format)
    except ValueError:
        raise ExportError(
            f"{format!r} is not a format: use one of {', '.join(ExportFormat)}."
        ) from None
    return WRITERS[chosen](result, result.usual_lists if stances is None else stances)


# -- CSV and JSONL -------------------------------------------------------------------------------


def table_csv(table: str, rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return rows of a table of the dictionary as CSV."""
    return csv_bytes(columns(table), rows)


def csv_bytes(
    names: Sequence[str], rows: Iterable[Mapping[str, Any]], *, header: bool = True
) -> bytes:
    """Return rows as CSV that is safe in a spreadsheet; None is an empty cell."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    if header:
        writer.writerow(names)
    for row in rows:
        cells = ("" if row[name] is None else row[name] for name in names)
        writer.writerow(escape_cell(cell) if isinstance(cell, str) else cell for cell in cells)
    return text.getvalue().encode("utf-8-sig" if header else "utf-8", "replace")


def jsonl_bytes(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return rows as JSON, one a line."""
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return "".join(lines).encode("utf-8", "replace")


def read_pairs_csv(path: Path | str) -> list[dict[str, str | int | float | None]]:
    """Read a CSV that `Result.export` of this version wrote: its rows, numbers as numbers or None.

    Raises:
        ExportError: The file has other columns, or values that no pair has.
    """
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, strict=True)
        if tuple(rows.fieldnames or ()) != columns("pairs"):
            raise ExportError(f"{path} is not a CSV of pairs: it has other columns.")
        texts = [
            {
                name: None if not text and name in numbers("pairs") else unescape_cell(text)
                for name, text in row.items()
            }
            for row in rows
        ]
    try:
        return [model("pairs").model_validate(row).model_dump() for row in texts]
    except ValueError as error:
        raise ExportError(f"{path} is not a CSV of pairs: {error}") from error


# -- XLSX ----------------------------------------------------------------------------------------


def _xlsx(result: Result, stances: Sequence[Stance]) -> bytes:
    """Return a workbook: what most readers need, all columns, and how the pairs were found."""
    from openpyxl import Workbook

    from compare.export.rows import pair_rows
    from compare.export.words import read_as

    rows: list[dict[str, Any]] = [*pair_rows(result, stances)]
    for row, (stance, _, pair) in zip(rows, result.ranked(stances), strict=True):
        row["probability"] = round(pair.probabilities.of(read_as(stance, pair.probabilities)), 2)
    sides = "b" if result.quote else "ab"
    names = ["stance", "unsure", "probability"]
    names += [f"{side}_{name}" for side in sides for name in _FOR_READERS]
    book = Workbook(write_only=True)
    file = io.BytesIO()
    with _no_room_as_sentence(book):
        _sheet(book, "Results", names, rows)
        _sheet(book, "Pairs", columns("pairs"), rows)
        about = book.create_sheet("About")
        about.column_dimensions["A"].width = 24
        about.column_dimensions["B"].width = 80
        for name, value in about_sheet(result):
            about.append([_cell(about, name, bold=True), _cell(about, value)])
        book.save(file)
    return file.getvalue()


def _sheet(
    book: Workbook, title: str, names: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Add a sheet of these columns, whose header stays in view and filters the rows."""
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(names))}{len(rows) + 1}"
    for number, name in enumerate(names, start=1):
        wide = name.removeprefix("a_").removeprefix("b_") in _WIDE
        sheet.column_dimensions[get_column_letter(number)].width = 60 if wide else 16
    sheet.append([_cell(sheet, name, bold=True) for name in names])
    for row in rows:
        sheet.append([_cell(sheet, row[name]) for name in names])


@contextmanager
def _no_room_as_sentence(book: Workbook) -> Iterator[None]:
    """Say it if the temporary files of a workbook cannot be written."""
    try:
        yield
    except Exception as error:  # openpyxl writes with lxml if it is there; its errors are its own
        if not isinstance(error, OSError) and type(error).__module__ != "lxml.etree":
            raise
        for sheet in book.worksheets:
            with suppress(Exception):  # or Python prints the same error again at its end
                sheet.close()
        raise ExportError(
            f"The workbook cannot be written in {tempfile.gettempdir()} ({error}): make room "
            "there, or name another folder with TMPDIR."
        ) from error


def about_sheet(result: Result) -> list[tuple[str, str | int | float]]:
    """Return names and values: the query, and how its pairs were found."""
    made = result.provenance
    others = f"; {sources}" if (sources := made.other_label_sources) else ""
    return [
        ("query", result.subject),
        *(("note", note) for note in result.notes),
        ("searched on", made.date),
        ("version", made.version),
        ("encoder", f"{made.encoder}@{made.encoder_digest}"),
        ("labels by", f"{made.stance_model}@{made.stance_digest}{others}"),
        ("library digest", made.library_digest),
        ("statements", made.statements),
        ("passages", made.passages),
        ("least probability", result.thresholds.probability),
        ("least similarity", result.thresholds.similarity),
        ("not judged", len(result.unjudged)),
        ("without kinds", "; ".join(result.thresholds.without_kinds)),
        ("filters", json.dumps(dict(made.filters), ensure_ascii=False, sort_keys=True)),
        ("settings", json.dumps(dict(made.settings), sort_keys=True)),
    ]


def cell_text(text: str) -> str:
    """Return `text` as a cell of XLSX can hold it."""
    units = printable(text).encode("utf-16-le")  # two bytes each
    if len(units) > 2 * CELL_LIMIT:
        units = units[: 2 * (CELL_LIMIT - len(_CUT))]
        shown = units.decode("utf-16-le", "ignore") + _CUT  # "ignore": half a character at the end
    else:
        shown = units.decode("utf-16-le")
    return _NUMBERED.sub("_x005F_", shown)


def _cell(sheet: WriteOnlyWorksheet, value: str | int | float, *, bold: bool = False) -> Cell:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

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


# -- The writer of each format -------------------------------------------------------------------
# Late imports: the commands import this module only to name the formats.


def _csv(result: Result, stances: Sequence[Stance]) -> bytes:
    from compare.export.rows import pair_rows

    return table_csv("pairs", pair_rows(result, stances))


def _jsonl(result: Result, stances: Sequence[Stance]) -> bytes:
    from compare.export.rows import pair_rows

    return jsonl_bytes(pair_rows(result, stances))


def _markdown(result: Result, stances: Sequence[Stance]) -> bytes:
    from compare.export.markdown import markdown

    return markdown(result, stances).encode("utf-8", "replace")


def _bibtex(result: Result, stances: Sequence[Stance]) -> bytes:
    from compare.export.citations import bibtex, cited

    return bibtex(cited(result, stances)).encode("utf-8", "replace")


def _ris(result: Result, stances: Sequence[Stance]) -> bytes:
    from compare.export.citations import cited, ris

    return ris(cited(result, stances)).encode("utf-8", "replace")


def _html(result: Result, stances: Sequence[Stance]) -> bytes:
    from compare.export.report import report_html

    return report_html(result, stances).encode("utf-8", "replace")


def _json(result: Result, stances: Sequence[Stance]) -> bytes:
    from compare.export.json_files import result_bytes

    return result_bytes(result)  # always all pairs, whatever the lists


WRITERS: Mapping[ExportFormat, Callable[[Result, Sequence[Stance]], bytes]] = {
    ExportFormat.CSV: _csv,
    ExportFormat.XLSX: _xlsx,
    ExportFormat.JSONL: _jsonl,
    ExportFormat.MARKDOWN: _markdown,
    ExportFormat.BIBTEX: _bibtex,
    ExportFormat.RIS: _ris,
    ExportFormat.HTML: _html,
    ExportFormat.JSON: _json,
}
"""The function that writes the lists of `stances` of a result in each format."""
