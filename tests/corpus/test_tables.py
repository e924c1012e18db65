"""Tables: cells, line numbers, quotation marks, displayed dates, and broken files."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.corpus import Corpus, read_corpus, text_files
from compare.corpus.tables import LARGEST_CELL
from compare.errors import CorpusError
from compare.safe_text import escape_cell

Read = Callable[..., Corpus]


def texts(corpus: Corpus) -> list[str]:
    return [statement.text for statement in corpus.statements]


def test_csv(read: Read) -> None:
    corpus = read("a.csv", 'id,text,speaker\r\n1,"peace, now",Ana Veld\r\n2,war,\r\n')
    assert texts(corpus) == ["peace, now", "war"]
    assert [statement.id for statement in corpus.statements] == ["1", "2"]
    assert [statement.speaker for statement in corpus.statements] == ["Ana Veld", ""]
    assert corpus.problems == ()
    assert corpus.notes == ()


def test_line_numbers_count_lines_of_the_file(read: Read) -> None:
    corpus = read(
        "a.csv",
        '\n\nid,text,date\n1,"two\nlines, with a ""word""",2022\n\n2,x,soon\n'
        '3,"\n\n\n",2022\n4,y,z\n',
    )
    assert texts(corpus) == ['two\nlines, with a "word"']
    assert [(problem.line, problem.column) for problem in corpus.problems] == [
        (7, "date"),
        (8, "text"),
        (12, "date"),
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_that_of_the_header(read: Read, separator: str) -> None:
    corpus = read("a.csv", separator.join(["text", "role"]) + f"\na{separator}b\n")
    assert [(s.text, s.role) for s in corpus.statements] == [("a", "b")]


def test_a_comma_in_the_header_settles_the_separator(read: Read) -> None:
    corpus = read("a.csv", "text,a;b\nx;y,z\n")
    assert texts(corpus) == ["x;y"]
    assert corpus.statements[0].extra == {"a;b": "z"}


def test_an_apostrophe_before_a_formula_is_taken_off(read: Read) -> None:
    corpus = read("a.csv", "text,'=extra\n'=1+1,'-x\n'quoted' words,'@y\n''=z,'plain\n")
    assert texts(corpus) == ["=1+1", "'quoted' words", "'=z"]
    assert [s.extra["=extra"] for s in corpus.statements] == ["-x", "@y", "'plain"]


CELL = st.text(
    st.characters(blacklist_categories=["Cs", "Cc", "Cn"]) | st.sampled_from("\n=+-@'\",;"),
    max_size=12,
)


@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=4))
def test_what_an_export_writes_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    written = io.StringIO(newline="")
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)
    writer.writerow(["text", "note", "="])
    writer.writerows([escape_cell(text + "."), escape_cell(note), "x"] for text, note in rows)
    path.write_bytes(written.getvalue().encode("utf-8-sig"))
    found = read_corpus([path], strict=True).statements
    assert [s.text for s in found] == [re.sub(r"\A[\s\ufeff]+", "", f"{t}.") for t, _ in rows]
    assert [s.extra.get("note", "") for s in found] == [n if n.strip() else "" for _, n in rows]


def test_a_row_of_another_length_is_bad(read: Read) -> None:
    corpus = read("a.csv", "id,text,role\n1,a,b,c\n2,a\n3,a,b\n4,a,b,,\n")
    assert [statement.id for statement in corpus.statements] == ["3", "4"]
    assert [str(problem) for problem in corpus.problems] == [
        "a.csv, line 2: the row has 4 cells and the header 3; put a cell that has a separator "
        "or a line break in it in quotation marks.",
        "a.csv, line 3: the row has 2 cells and the header 3; add the missing ones, or put a cell "
        "that has a separator or a line break in it in quotation marks.",
    ]


def test_a_stray_quotation_mark_costs_one_row(read: Read) -> None:
    corpus = read("a.csv", 'id,text\n1,"a "word" b"\n2,fine\n3,a "word" b\n')
    assert texts(corpus) == ["fine", 'a "word" b']
    assert [str(problem) for problem in corpus.problems] == [
        "a.csv, line 2: a quotation mark stands alone in a quoted cell; write it twice."
    ]


def test_a_cell_that_is_never_closed_is_told_where_it_starts(read: Read) -> None:
    corpus = read("a.csv", 'id,text\n1,fine\n2,"open\n3,lost\n')
    assert texts(corpus) == ["fine"]
    assert [str(problem) for problem in corpus.problems] == [
        "a.csv, line 3: a quoted cell that starts here is never closed; "
        "write a quotation mark inside a cell twice."
    ]


def test_a_broken_header_is_an_error(read: Read) -> None:
    with pytest.raises(
        CorpusError, match=r"^a.csv, line 2: a quoted cell that starts here is never"
    ):
        read("a.csv", '\n"id,text\n1,x\n')
    with pytest.raises(
        CorpusError, match=r"^a.csv, line 1: the header names the column 'id' twice"
    ):
        read("a.csv", "id,text,id\n1,x,2\n")


def test_a_speech_is_not_too_long(read: Read) -> None:
    speech = "word " * 200_000
    assert texts(read("a.csv", f'text\n"{speech}"\n')) == [speech.strip()]


def test_a_cell_beyond_all_measure_is_bad(read: Read) -> None:
    corpus = read("a.csv", 'text\n"' + "x" * (LARGEST_CELL + 1) + '"\nfine\n')
    assert texts(corpus) == ["fine"]
    assert [str(problem) for problem in corpus.problems] == [
        "a.csv, line 2: a cell is larger than 16,000,000 characters; "
        "close the quotation mark that opens it."
    ]


def test_columns_without_a_name(read: Read) -> None:
    corpus = read("a.csv", "text,,role,\nx,y,z,\n")
    assert corpus.statements[0].role == "z"
    assert corpus.statements[0].extra == {"column 2": "y"}


def test_tsv_knows_no_quotation_marks(read: Read) -> None:
    corpus = read("a.tsv", 'id\ttext\n1\t"open\n2\ta "b" c\n3\t"d"\n4\te\tf\n')
    assert texts(corpus) == ['"open', 'a "b" c', '"d"']
    assert [str(problem) for problem in corpus.problems] == [
        "a.tsv, line 5: the row has 3 cells and the header 2; write a blank for each tab and "
        "line break in a cell."
    ]


def test_tsv_keeps_apostrophes(read: Read) -> None:
    assert texts(read("a.tab", "text\r\n'=x\r\n")) == ["'=x"]


@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(read: Read, name: str, end: str) -> None:
    separator = "," if name == "a.csv" else "\t"
    corpus = read(name, f"id{separator}text{end}1{separator}a{end}{end}2{separator}{end}")
    assert texts(corpus) == ["a"]
    assert [problem.line for problem in corpus.problems] == [4]


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.json", "a.md", "a.txt"])
@pytest.mark.parametrize("content", [" ", "\n\n", "\ufeff"])
def test_a_blank_file_holds_no_statements(read: Read, name: str, content: str) -> None:
    corpus = read(name, content)
    assert corpus.statements == ()
    assert corpus.notes == (f"{name} holds no statements.",)


@pytest.mark.parametrize(
    "error", ["#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!"]
)
def test_an_error_is_an_empty_cell_in_every_table(read: Read, error: str) -> None:
    header, good, bad = ["text", "speaker", "country", "note"], ["x", *[error] * 3], [error, "A"]
    rows = "".join(",".join(row + [""] * (4 - len(row))) + "\n" for row in (header, good, bad))
    for name, content in (("a.csv", rows), ("a.xlsx", workbook(header, good, bad))):
        corpus = read(name, content)
        assert [(s.text, s.speaker, s.country, s.extra) for s in corpus.statements] == [
            ("x", "", (), {})
        ]
        assert [(problem.line, problem.column) for problem in corpus.problems] == [(3, "text")]


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("a.csv", "write `sep=|` as the first line, or separate the cells by commas, semicolons"),
        ("a.tsv", "separate the cells by tabs."),
    ],
)
def test_cells_between_pipes(read: Read, name: str, remedy: str) -> None:
    content = "id|text\n1|x\n"
    with pytest.raises(CorpusError, match=re.escape(f"(found: id|text); {remedy}")):
        read(name, content)
    assert texts(read("a.csv", f"sep=|\n{content}")) == ["x"]


def test_a_header_alone_holds_no_statements(read: Read) -> None:
    assert read("a.csv", "id,text\n").notes == ("a.csv holds no statements.",)


def test_the_limit_for_cells_is_only_raised(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text\nx\n")
    before = csv.field_size_limit(LARGEST_CELL * 2)
    try:
        read_corpus([path])
        assert csv.field_size_limit() == LARGEST_CELL * 2
    finally:
        csv.field_size_limit(before)


# -- XLSX ------------------------------------------------------------------------------------------


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


def test_a_title_above_the_header_is_left_out(read: Read) -> None:
    title = [["Statements on the canal"], [], [None, "as of 2022"]]
    corpus = read("a.xlsx", workbook(*title, ["speaker", "text"], ["Ana Veld", "peace"], ["Bo"]))
    assert [(s.speaker, s.text) for s in corpus.statements] == [("Ana Veld", "peace")]
    above, bad = map(str, (corpus.notes[0], *corpus.problems))
    assert above == (
        "a.xlsx: what stands above the header is not read: 'Statements on the canal as of 2022'."
    )
    assert bad.startswith('a.xlsx, sheet "Quotes", row 6, column "text"')


@pytest.mark.parametrize(
    "rows",
    [
        [["text"], ["peace"], ["war"]],
        [["Words"], ["peace"], ["war"]],
        [["text"], ["peace"], ["war", "and more"]],
    ],
)
def test_a_sheet_of_one_column_has_no_title(read: Read, rows: list[list[str]]) -> None:
    corpus = read("a.xlsx", workbook(*rows), mapping={rows[0][0]: "text"})
    assert corpus.statements[0].text == "peace"
    assert not any("above the header" in str(problem) for problem in corpus.problems)


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
        'a.xlsx, sheet "Quotes", row 2, column "date", \'44638\': this is a spreadsheet\'s day '
        "number, not a date; write it as 2022, 2022-03 or 2022-03-18.",
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
    assert str(caught.value).startswith("a.xlsx: this workbook cannot be read (")
    assert str(caught.value).endswith("); save it again as XLSX without a password.")


def test_a_zip_that_is_no_workbook(read: Read) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "words")
    with pytest.raises(CorpusError, match=r"^a.xlsx: this workbook cannot be read"):
        read("a.xlsx", file.getvalue())


def test_a_workbook_that_unpacks_to_too_much(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_files, "SMALL", 100)
    monkeypatch.setattr(text_files, "MOST_TIMES", 0)
    with pytest.raises(CorpusError, match=r"^a.xlsx: this unpacks to more than 0 MB, far more"):
        read("a.xlsx", workbook(["text"], ["x"]))


def test_a_workbook_of_charts_only(read: Read) -> None:
    book = openpyxl.Workbook()
    book.create_chartsheet("Chart")
    book.remove(book["Sheet"])
    with pytest.raises(CorpusError, match=r"^a.xlsx: this workbook cannot be read"):
        read("a.xlsx", saved(book))


def test_a_blank_sheet_holds_no_statements(read: Read) -> None:
    assert read("a.xlsx", workbook()).notes == (
        "a.xlsx: only its first sheet is read, not Other; save each as a file.",
        "a.xlsx holds no statements.",
    )


def test_the_file_is_closed(read: Read, tmp_path: Path) -> None:
    read("a.xlsx", workbook(["text"], ["x"]))
    (tmp_path / "a.xlsx").unlink()


@pytest.mark.parametrize("mark", [",", ";", "|", "\t"])
def test_a_first_line_may_name_the_separator(read: Read, mark: str) -> None:
    corpus = read("a.csv", f"sep={mark}\n\nid{mark}text\n1{mark}a\n2{mark}b{mark}c\n")
    assert [(one.id, one.text) for one in corpus.statements] == [("1", "a")]
    assert corpus.problems[0].line == 5


def test_another_separator_is_told(read: Read) -> None:
    with pytest.raises(CorpusError, match="separate the cells by commas, semicolons or tabs"):
        read("a.csv", "id|text\n1|a\n")


def test_an_error_in_a_cell_is_no_text(read: Read) -> None:
    corpus = read("a.xlsx", workbook(["text", "speaker"], ["#N/A", "Ada Lorn"], ["a", "#REF!"]))
    assert [problem.line for problem in corpus.problems] == [2]
    assert [(one.text, one.speaker) for one in corpus.statements] == [("a", "")]
