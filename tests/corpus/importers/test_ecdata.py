"""The Executive Communications Dataset: paragraphs are joined, duplicate rows left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from compare.corpus.importing import Import, Report
from compare.statements import Statement
from tests.corpus.importers import helpers
from tests.corpus.importers.helpers import table

HEADER = ["country", "url", "text", "date", "title", "executive", "type", "language", "isonumber"]


def rows(*texts: str, url: str = "https://a.invalid/1", **other: str) -> list[list[str]]:
    cells = {"country": "Valdoria", "url": url, "date": "1964-12-01", "title": "NA",
             "executive": "Ada Veld", "type": "Speech", "language": "English"}  # fmt: skip
    return [[(cells | other | {"text": text}).get(name, "NA") for name in HEADER] for text in texts]


def read(path: Path, *tables: list[list[str]]) -> tuple[list[Statement], Report]:
    path.write_text(table(HEADER, *(row for rows in tables for row in rows)), "utf-8")
    return helpers.read(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "valdoria.csv"


def test_the_rows_of_one_address_are_one_statement(path: Path) -> None:
    (one, two), report = read(
        path, rows("We build.", "NA", "We stay."), rows("It rains.", url="https://a.invalid/2")
    )
    assert report.format == "ecdata"
    assert (one.text, two.text) == ("We build.\nWe stay.", "It rains.")
    assert (one.speaker, one.countries, str(one.date)) == ("Ada Veld", "Valdoria", "1964-12-01")
    assert (one.title, one.url, one.language) == ("", "https://a.invalid/1", "English")
    assert one.extra == {"doc_type": "Speech", "source_file": "valdoria.csv"}
    assert report.account.characters_left_out["rows without words"] == 2
    assert report.account.pieces == 2


def test_rows_that_stand_there_several_times_count_once(path: Path) -> None:
    (statement,), report = read(path, rows(*"AAABBBBBBCCC"))
    assert statement.text == "A\nB\nB\nC"  # B is said twice in the document
    assert report.account.characters_left_out["duplicate rows"] == 8
    (statement,), _ = read(path, rows(*"ABCABC"))
    assert statement.text == "A\nB\nC"
    (statement,), _ = read(path, rows(*"ABCA"))
    assert statement.text == "A\nB\nC\nA"


def test_rows_without_an_address_stand_alone(path: Path) -> None:
    found, _ = read(path, rows("One.", "Two.", url="NA"))
    assert [statement.text for statement in found] == ["One.", "Two."]


def test_several_executives_are_all_named(path: Path) -> None:
    (statement,), report = read(path, rows("A"), rows("A", executive="Bo Moss"))
    assert (statement.text, statement.speaker) == ("A", "Ada Veld; Bo Moss")
    assert report.account.notes == {"documents under more than one executive": 1}


def test_documents_that_are_there_already_and_those_of_another_country(path: Path) -> None:
    found, report = read(
        path,
        rows("A"),
        rows("B", url="https://presidencia.invalid.do/1", country="Ecuador"),
        rows("A"),
        rows("C", url="https://presidencia.invalid.ec/1", country="Ecuador"),
        rows("NA", url="https://a.invalid/3"),
        rows("A changed", url="https://a.invalid/1"),
    )
    assert [statement.text for statement in found] == ["A", "C", "A changed"]
    assert report.account.left_out == {
        "documents of another country than the file says": 1,
        "duplicate documents": 1,
        "documents without words": 1,
    }
    assert not report.problems


def test_parquet_as_it_is_published(tmp_path: Path) -> None:
    pa: Any = pytest.importorskip("pyarrow")
    pq: Any = pytest.importorskip("pyarrow.parquet")
    values = [dict(zip(HEADER, row, strict=True)) for row in rows("We build.", "We stay.")]
    pq.write_table(
        pa.Table.from_pylist([*values, values[0] | {"url": None}]), tmp_path / "n.parquet"
    )
    reading = Import([tmp_path])
    assert [statement.text for statement in reading.statements()] == [
        "We build.\nWe stay.",
        "We build.",
    ]
    assert reading.report.format == "ecdata"
    (tmp_path / "n.parquet").write_bytes(b"PAR1")
    reading = Import([tmp_path], "ecdata")
    assert not list(reading.statements())
    assert "no readable Parquet file" in str(reading.report.problems[0])


def test_another_table_is_told(path: Path) -> None:
    path.write_text("country,text\nValdoria,x\n", "utf-8")
    reading = Import([path], "ecdata")
    assert not list(reading.statements())
    assert "it has no 'executive'" in str(reading.report.problems[0])
