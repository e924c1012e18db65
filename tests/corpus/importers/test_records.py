"""What the importers of tables and lists have in common: files told apart, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from compare.corpus.importers.account import Account
from compare.corpus.importers.formats import Piece
from compare.corpus.importers.records import Cells, Record, reader
from compare.corpus.importers.sources import Source
from compare.corpus.values import Problem, Row
from tests.corpus.importers.helpers import workbook


def words(record: Record, account: Account) -> Iterator[Cells]:
    yield {"text": account.take(record.text("said"))}


def read(path: Path) -> tuple[list[Piece], Account]:
    account = Account()
    found = reader(("said",), words, lists=("all",), aside=("index.csv",))(Source([path]), account)
    return list(found), account


def test_one_format_in_files_of_every_kind(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("said\nin a row\n", "utf-8")
    (tmp_path / "b.json").write_text('{"all": [{"said": "in a list"}]}', "utf-8")
    (tmp_path / "c.jsonl").write_text('{"said": "on a line"}\n{"said": 5}\n{}\n', "utf-8")
    (tmp_path / "d.xlsx").write_bytes(workbook(["said"], ["in a sheet"]))
    for other in ("index.csv", ".hidden.csv", "README.md"):
        (tmp_path / other).write_text("x", "utf-8")
    found, account = read(tmp_path)
    rows = [piece for piece in found if isinstance(piece, Row)]
    assert [row.cells["text"] for row in rows] == [
        "in a row", "in a list", "on a line", "5", "in a sheet"
    ]  # fmt: skip
    assert [row.cells["source_file"] for row in rows][1:3] == ["b.json", "c.jsonl"]
    assert [(row.place, row.line) for row in rows][3:] == [("line", 2), ('sheet "Sheet", row', 2)]
    assert (account.files, account.files_left_out) == (4, {"of another kind": 2})
    assert account.left_out == {"rows without words": 1}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "there is nothing in it"),
        ("a.csv", b"said\n", "there is nothing in it"),
        ("a.csv", b"heard\nx\n", "it has no 'said'"),
        ("a.csv", b"said\n\xff\n", "is not UTF-8"),
        ("a.json", b"[]", "there is nothing in it"),
        ("a.json", b'[{"heard": ""}]', "it has no 'said'"),
        ("a.xlsx", b"PK", "no workbook"),
        ("a.jsonl.gz", b"PK", "cut short or damaged"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_problem(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "z.csv").write_text("said\nthe rest\n", "utf-8")
    (problem, row), account = read(tmp_path)
    assert isinstance(problem, Problem)
    assert said in str(problem)
    assert isinstance(row, Row)
    assert (account.files, account.files_left_out) == (1, {"that cannot be read": 1})
