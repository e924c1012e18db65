"""Write a result's matched pairs, or the statements they use, in the formats researchers read.

A table has the columns of `compare.export.rows.COLUMNS`. In CSV text is quoted and numbers are not,
lines end in CR LF, a byte order mark tells spreadsheets that it is UTF-8, and `safe_text`
keeps text from being read as a formula; `read_pairs_csv` takes all that off again.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path

from compare.errors import ExportError
from compare.export import citations
from compare.export.markdown import markdown
from compare.export.rows import (
    COLUMNS,
    NUMBERS,
    Cell,
    Record,
    records_of,
)
from compare.files import write_whole
from compare.results.result import Result, Stance
from compare.safe_text import escape_cell, unescape_cell

__all__ = ["COLUMNS", "Format", "export", "export_bytes", "read_pairs_csv"]


class Format(StrEnum):
    """What a result can be written as."""

    CSV = "csv"
    JSONL = "jsonl"
    XLSX = "xlsx"
    MARKDOWN = "markdown"
    BIBTEX = "bibtex"
    RIS = "ris"
    HTML = "html"

    @property
    def suffix(self) -> str:
        """Return the ending of a file of this format."""
        return {Format.MARKDOWN: ".md", Format.BIBTEX: ".bib"}.get(self, f".{self}")

    @classmethod
    def of(cls, path: Path) -> Format:
        """Return the format that a file's ending names, or raise ExportError."""
        for member in cls:
            if member.suffix == path.suffix.lower():
                return member
        endings = ", ".join(member.suffix for member in cls)
        raise ExportError(
            f"The ending of {path.name!r} names no format: end it in one of {endings}."
        )


def export(
    result: Result,
    path: Path | str,
    format: Format | str | None = None,
    *,
    stances: Sequence[Stance] | None = None,
    force: bool = False,
) -> Path:
    """Write the listed pairs of `stances` to `path`, whole or not at all; return the path.

    Args:
        format: One of `Format`; left out, the path's ending names it.
        stances: Which lists; None: all of a search, and of two sides those that agree or oppose.

    Raises:
        ExportError: The file is there already and `force` is not given, it cannot be written, or
            the format is not known.
    """
    path = Path(path)
    chosen = Format.of(path) if format is None else _format(format)
    write_whole(path, export_bytes(result, chosen, stances=stances), force=force)
    return path


def export_bytes(
    result: Result, format: Format | str, *, stances: Sequence[Stance] | None = None
) -> bytes:
    """Return what `export` writes."""
    chosen = result.usual_lists if stances is None else stances
    return _WRITERS[_format(format)](result, chosen)


def _format(name: Format | str) -> Format:
    try:
        return Format(name)
    except ValueError:
        raise ExportError(f"{name!r} is no format: use one of {', '.join(Format)}.") from None


def read_pairs_csv(path: Path | str) -> list[Record]:
    """Read the CSV that `export` wrote: the same records, numbers as numbers."""
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, strict=True)
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise ExportError(f"{path} is no CSV of matched pairs: its header is another.")
        return [{name: _value(name, text) for name, text in row.items()} for row in rows]


def _value(column: str, text: str) -> Cell:
    if column not in NUMBERS:
        return unescape_cell(text)
    return int(text) if column == "rank" else float(text)


def csv_bytes(columns: Sequence[str], rows: Sequence[Record], *, header: bool = True) -> bytes:
    """Return rows as CSV that is safe to open in a spreadsheet."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    if header:
        writer.writerow(columns)
    for row in rows:
        cells = (row[name] for name in columns)
        writer.writerow(escape_cell(cell) if isinstance(cell, str) else cell for cell in cells)
    return text.getvalue().encode("utf-8-sig" if header else "utf-8", "replace")


def _csv(result: Result, stances: Sequence[Stance]) -> bytes:
    return csv_bytes(COLUMNS, records_of(result, stances))


def _jsonl(result: Result, stances: Sequence[Stance]) -> bytes:
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in records_of(result, stances))
    return "".join(lines).encode("utf-8", "replace")


def _xlsx(result: Result, stances: Sequence[Stance]) -> bytes:
    from compare.export.workbook import workbook_bytes

    return workbook_bytes(result, records_of(result, stances))


def _markdown(result: Result, stances: Sequence[Stance]) -> bytes:
    return markdown(result, stances).encode("utf-8", "replace")


def _bibtex(result: Result, stances: Sequence[Stance]) -> bytes:
    return citations.bibtex(citations.cited(result, stances)).encode("utf-8", "replace")


def _ris(result: Result, stances: Sequence[Stance]) -> bytes:
    return citations.ris(citations.cited(result, stances)).encode("utf-8", "replace")


def _html(result: Result, stances: Sequence[Stance]) -> bytes:
    from compare.export.report import report_html

    return report_html(result, stances).encode("utf-8", "replace")


_WRITERS: dict[Format, Callable[[Result, Sequence[Stance]], bytes]] = {
    Format.CSV: _csv,
    Format.JSONL: _jsonl,
    Format.XLSX: _xlsx,
    Format.MARKDOWN: _markdown,
    Format.BIBTEX: _bibtex,
    Format.RIS: _ris,
    Format.HTML: _html,
}
