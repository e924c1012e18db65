"""XLSX: cells, dates as they are shown, positions, and workbooks that are none."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from compare.corpus import Corpus, packed
from compare.errors import CorpusError

Read = Callable[..., Corpus]


def workbook(*rows: list[Any], formats: dict[str, str] | None = None) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "Quotes"
    for row in rows:
        book.active.append(row)
    for cell, number_format in (formats or {}).items():
        book.active[cell].number_format = number_format
    book.create_sheet("Other").append(["text"])
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_the_first_sheet(read: Read) -> None:
    corpus = read(
        "a.xlsx",
        workbook(
            [None, None],
            ["id", "text", "speaker", None, "ok", "share"],
            [1, "  peace ", "Ana Veld", None, True, 0.5],
            [2.0, "'=1+1", None, None, False, None],
        ),
        strict=True,
    )
    assert [(s.id, s.text, s.speaker) for s in corpus.statements] == [
        ("1", "peace", "Ana Veld"),
        ("2", "'=1+1", ""),
    ]
    assert [s.extra for s in corpus.statements] == [{"ok": "true", "share": "0.5"}, {"ok": "false"}]


@pytest.mark.parametrize(
    ("value", "number_format", "iso"),
    [
        (date(2022, 3, 18), "yyyy-mm-dd", "2022-03-18"),
        (date(2022, 3, 18), "[$-409]mmmm d, yyyy", "2022-03-18"),
        (datetime(2022, 3, 18, 10, 15), "yyyy-mm-dd h:mm", "2022-03-18"),  # noqa: DTZ001  # cells have no zone
        (date(2022, 3, 1), "mmm-yy", "2022-03"),
        (date(2022, 3, 1), '[$-409]mmmm" and "yyyy', "2022-03"),
        (date(2022, 1, 1), "yyyy", "2022"),
        ("18 March 2022", "General", "2022-03-18"),
        (2022, "General", "2022"),
        ("2022-03", "@", "2022-03"),
    ],
)
def test_a_date_is_what_the_cell_shows(
    read: Read, value: Any, number_format: str, iso: str
) -> None:
    content = workbook(["text", "date"], ["x", value], formats={"B2": number_format})
    (statement,) = read("a.xlsx", content, strict=True).statements
    assert statement.date is not None
    assert statement.date.iso == iso


def test_problems_name_the_sheet_and_the_row(read: Read) -> None:
    content = workbook(["text", "date"], ["x", 44638], [], [None, "2022"], ["z", None, "more"])
    corpus = read("a.xlsx", content)
    assert [str(problem) for problem in corpus.problems] == [
        'a.xlsx, sheet "Quotes", row 2, column "date", \'44638\': this is a spreadsheet\'s number '
        "of a day, not a date; write it as 2022, 2022-03 or 2022-03-18.",
        'a.xlsx, sheet "Quotes", row 4, column "text", \'\': a statement needs words; fill the '
        "cell or remove the row.",
        'a.xlsx, sheet "Quotes", row 5: the row has 3 cells and the header 2; name each '
        "column in the header.",
    ]
    with pytest.raises(CorpusError, match=r'^a.xlsx, sheet "Quotes", row 2, column "date"'):
        read("a.xlsx", content, strict=True)


def test_without_words(read: Read) -> None:
    with pytest.raises(
        CorpusError, match=r"^a.xlsx: no column holds the words .*found: Year, Post"
    ):
        read("a.xlsx", workbook(["Year", "Post"], [2022, "x"]))


def damaged(name: str) -> bytes:
    """Return a workbook one of whose parts is broken."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(["text"], ["x"]))) as good,
        zipfile.ZipFile(file, "w") as bad,
    ):
        for part in good.namelist():
            bad.writestr(part, b"<broken" if part == name else good.read(part))
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 but no more",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 a workbook with a password is such a file",
        b"text\nx\n",
        workbook(["text"], ["x"])[:-200],
        damaged("xl/workbook.xml"),
        damaged("xl/worksheets/sheet1.xml"),
        damaged("[Content_Types].xml"),
    ],
)
def test_what_is_no_workbook(read: Read, content: bytes) -> None:
    with pytest.raises(CorpusError) as caught:
        read("a.xlsx", content)
    assert str(caught.value).startswith("a.xlsx: this is no workbook that can be read (")
    assert str(caught.value).endswith("); save it again as XLSX without a password.")


def test_a_zip_that_is_no_workbook(read: Read) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "words")
    with pytest.raises(CorpusError, match=r"^a.xlsx: this is no workbook that can be read"):
        read("a.xlsx", file.getvalue())


def test_a_workbook_that_unpacks_to_too_much(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "SMALL", 100)
    monkeypatch.setattr(packed, "MOST_TIMES", 0)
    with pytest.raises(CorpusError, match=r"^a.xlsx: this unpacks to more than 0 MB, far more"):
        read("a.xlsx", workbook(["text"], ["x"]))


def test_a_workbook_of_charts_only(read: Read) -> None:
    book = openpyxl.Workbook()
    book.create_chartsheet("Chart")
    book.remove(book["Sheet"])
    with pytest.raises(CorpusError, match=r"^a.xlsx: this is no workbook that can be read"):
        read("a.xlsx", saved(book))


def test_a_blank_sheet_holds_no_statements(read: Read) -> None:
    assert read("a.xlsx", workbook()).notes == ("a.xlsx holds no statements.",)


def test_the_file_is_closed(read: Read, tmp_path: Path) -> None:
    read("a.xlsx", workbook(["text"], ["x"]))
    (tmp_path / "a.xlsx").unlink()
