"""Cells and records of tables, JSON in pieces, and lists of object literals in JavaScript."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.corpus import BadFileError, Problem, Row
from compare.corpus.importers import records
from compare.corpus.importers.records import (
    Cells,
    Record,
    each_record,
    host,
    is_on_site,
    known,
    make_key,
    read_json,
    web_link,
)
from compare.corpus.importers.sources import Account, Entry, Piece, Source
from tests.corpus.importers.helpers import workbook


def test_keys_say_the_same_of_the_same() -> None:
    assert make_key("a", "x", "y") == make_key("a", "x", "y")
    assert make_key("a", "x", "y") != make_key("a", "xy", "")
    assert make_key("a", "\ud800").startswith("a-")


def test_what_is_known() -> None:
    assert [known(text) for text in (" Ana ", "NA", " - ", "None", "")] == ["Ana", "", "", "", ""]


def test_links() -> None:
    account = Account()
    assert web_link(" https://a.invalid/b?c=d ", account) == "https://a.invalid/b?c=d"
    assert [
        web_link(text, account) for text in ("NA", "www.a.invalid", "https://[", "https://a b")
    ] == [""] * 4
    assert account.notes == {"invalid links, left out": 3}
    assert [host("https://www.a.invalid:80/b"), host("")] == ["a.invalid", ""]
    assert is_on_site("https://www.mfa.gov.cn/a", "gov.cn")
    assert not is_on_site("https://notgov.cn/a", "gov.cn")
    assert not is_on_site("", "gov.cn")


def words(record: Record, account: Account) -> Iterator[Cells]:
    yield {"text": account.take(record.text("said"))}


def read(path: Path) -> tuple[list[Piece], Account]:
    account = Account()
    read_all = each_record(("said",), words)
    return list(read_all(Source([path]), account)), account


def test_one_format_in_files_of_every_kind(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("said\nin a row\n", "utf-8")
    (tmp_path / "b.json").write_text('[{"said": "in a list"}]', "utf-8")
    (tmp_path / "c.jsonl").write_text('{"said": "on a line"}\n{"said": 5}\n{}\n', "utf-8")
    (tmp_path / "d.xlsx").write_bytes(workbook(["said"], ["in a sheet"]))
    for other in (".hidden.csv", "README.md"):
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
        ("a.csv", b"", "it is empty"),
        ("a.csv", b"said\n", "it is empty"),
        ("a.csv", b"heard\nx\n", "it has no 'said'"),
        ("a.csv", b"said\n\xff\n", "is not UTF-8"),
        ("a.json", b"[]", "it is empty"),
        ("a.json", b'[{"heard": ""}]', "it has no 'said'"),
        ("a.xlsx", b"PK", "workbook cannot be read"),
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
    assert (account.files, account.files_left_out) == (1, {"unreadable": 1})


VALUES = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
OBJECTS = st.lists(st.dictionaries(st.text(max_size=4), VALUES, max_size=4), max_size=6)


def objects(path: Path) -> list[tuple[int, Mapping[str, Any]] | Problem]:
    """The objects of a JSON file, with the lines they start on."""
    found = read_json(Entry(path.name, "a.json", path))
    return [each if isinstance(each, Problem) else (each.here.line, each.values) for each in found]


@given(OBJECTS, st.integers(1, 9), st.sampled_from([None, 1]))
def test_a_list_comes_back_whatever_the_size_of_the_pieces(
    tmp_path_factory: pytest.TempPathFactory,
    written: list[dict[str, Any]],
    chunk: int,
    indent: int | None,
) -> None:
    path = tmp_path_factory.mktemp("json") / "a.json"
    path.write_text(json.dumps(written, indent=indent), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "_CHUNK", chunk)
        patch.setattr(records, "_HEAD", 20)
        found = objects(path)
    assert [each[1] for each in found if not isinstance(each, Problem)] == written
    assert len(found) == len(written)


def test_lines_are_counted_and_numbers_stay_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "_CHUNK", 3)
    path = tmp_path / "a.json"
    path.write_text('\ufeff[\n\n{"a": 1.10},\n{"b":\n007e1},{"c": -0}\n]', "utf-8")
    with pytest.raises(BadFileError):
        objects(path)  # 007 is no number of JSON
    path.write_text('\ufeff[\n\n{"a": 1.10},\n{"b":\n"x"},{"c": -0}\n]', "utf-8")
    assert objects(path) == [
        (3, {"a": "1.10"}),
        (4, {"b": "x"}),
        (5, {"c": "-0"}),
    ]


def test_one_object_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('\ufeff{"a": "x"}\r\n\n{"a": \n[1]\n{"a": "y"}\n', "utf-8")
    first, bad, number, last = objects(path)
    assert (first, last) == ((1, {"a": "x"}), (5, {"a": "y"}))
    assert "line 3: this is not JSON with one object on each line, column" in str(bad)
    assert "line 4: this is not a JSON object" in str(number)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('[{"a": 1}, {"b"', "cut short"),
        ('[{"a": 1}, ', "cut short"),
        ('[{"a": 1}', "cut short"),
        ('[{"a": 1} {"b": 2}]', "cut short"),
        ("a,b\n1,2\n", "nor a list of objects"),
        ('{\n "other": []\n}', "nor a list of objects"),
        ("[" * 100_000, "nested too deep"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(content, "utf-8")
    with pytest.raises(BadFileError, match=said):
        objects(path)


def test_a_list_in_utf_16(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"a": "é"}]', "utf-16")
    assert objects(path) == [(1, {"a": "é"})]


def test_bytes_that_are_no_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'[{"a": "\xff"}]')
    with pytest.raises(BadFileError, match="not UTF-8"):
        objects(path)


def test_a_broken_element_is_not_sought_through_the_whole_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "_CHUNK", 10)
    monkeypatch.setattr(records, "LARGEST", 50)
    path = tmp_path / "a.json"
    path.write_text('[{"a": "never closed ' + "x" * 1000, "utf-8")
    with pytest.raises(BadFileError, match="is not JSON"):
        objects(path)
