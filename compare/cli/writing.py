"""Where a command's `--out` goes: a kept result, or its pairs in a format of `export.formats`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from compare.errors import ExportError
from compare.files import check_writable

if TYPE_CHECKING:
    from compare.results.result import Result

_KEPT = ".json"


def check_target(out: Path | None, force: bool) -> None:
    """Refuse ahead of the reading what could not be written after it."""
    from compare.export.formats import Format

    if out is None:
        return
    if out.suffix.lower() != _KEPT:
        Format.of(out)
    check_writable(out, force=force)


def check_csv(out: Path | None, force: bool) -> None:
    """Refuse ahead of the reading a table's file that is not named as CSV, or is there."""
    if out is None:
        return
    if out.suffix.lower() != ".csv":
        raise ExportError(f"{out} does not end in .csv, which is what is written.")
    check_writable(out, force=force)


def keep_or_export(result: Result, out: Path, force: bool) -> None:
    """Keep the whole result where the name ends in .json, else write its pairs."""
    from compare.export.formats import export
    from compare.export.saved import keep_result

    if out.suffix.lower() == _KEPT:
        keep_result(result, out, force=force)
    else:
        export(result, out, force=force)
