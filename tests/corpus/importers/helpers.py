"""Helpers that make files and archives and import them."""

from __future__ import annotations

import csv
import io
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import openpyxl

from compare.corpus.importers.registry import recognise_format
from compare.corpus.importers.sources import Source
from compare.corpus.importing import Import, Report
from compare.statements import Statement

Files = Mapping[str, str | bytes]


def read(path: Path, name: str | None = None) -> tuple[list[Statement], Report]:
    """Import all of a corpus, whose account is checked to balance."""
    reading = Import([path], name)
    return list(reading.statements()), reading.report


def format_of(path: Path) -> str | None:
    """The name of the format that a corpus is recognised as."""
    found = recognise_format(Source([path]))
    return found.name if found else None


def column(statement: Statement, name: str) -> str:
    """The cell of a column, which may be a field of a statement."""
    return str(getattr(statement, name, statement.extra.get(name, "")))


def write(folder: Path, files: Files) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_bytes(content))
    return folder


def tarred(path: Path, files: Files, mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(_bytes(content))
            archive.addfile(member, io.BytesIO(_bytes(content)))
    return path


def zipped(path: Path, files: Files) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def table(*rows: Iterable[Any]) -> str:
    """The text of a CSV file."""
    written = io.StringIO(newline="")
    csv.writer(written).writerows(rows)
    return written.getvalue()


def workbook(*rows: Iterable[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append([*row])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content
