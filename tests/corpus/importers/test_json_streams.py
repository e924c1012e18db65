"""JSON read piece by piece is what JSON read whole is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.corpus.importers import json_streams
from compare.corpus.importers.json_streams import Object, read_objects, starts_list
from compare.corpus.values import BadFileError, Problem

VALUES = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
OBJECTS = st.lists(st.dictionaries(st.text(max_size=4), VALUES, max_size=4), max_size=6)


def read(path: Path, *lists: str) -> list[Object | Problem]:
    return list(read_objects(path, "a.json", lists))


@given(OBJECTS, st.integers(1, 9), st.booleans(), st.sampled_from([None, 1]))
def test_a_list_comes_back_whatever_the_size_of_the_pieces(
    tmp_path_factory: pytest.TempPathFactory,
    objects: list[dict[str, Any]],
    chunk: int,
    named: bool,
    indent: int | None,
) -> None:
    path = tmp_path_factory.mktemp("json") / "a.json"
    path.write_text(json.dumps({"speeches": objects} if named else objects, indent=indent), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_streams, "_CHUNK", chunk)
        patch.setattr(json_streams, "_HEAD", 20)
        found = read(path, "speechs", "speeches")
    assert [each.values for each in found if isinstance(each, Object)] == objects
    assert len(found) == len(objects)


def test_lines_are_counted_and_numbers_stay_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_streams, "_CHUNK", 3)
    path = tmp_path / "a.json"
    path.write_text('\ufeff[\n\n{"a": 1.10},\n{"b":\n007e1},{"c": -0}\n]', "utf-8")
    with pytest.raises(BadFileError):
        read(path)  # 007 is no number of JSON
    path.write_text('\ufeff[\n\n{"a": 1.10},\n{"b":\n"x"},{"c": -0}\n]', "utf-8")
    assert read(path) == [
        Object(3, {"a": "1.10"}),
        Object(4, {"b": "x"}),
        Object(5, {"c": "-0"}),
    ]


def test_one_object_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('\ufeff{"a": "x"}\r\n\n{"a": \n[1]\n{"a": "y"}\n', "utf-8")
    first, bad, number, last = read(path)
    assert (first, last) == (Object(1, {"a": "x"}), Object(5, {"a": "y"}))
    assert "line 3: this is no JSON with one object on each line, column" in str(bad)
    assert "line 4: this is no JSON object" in str(number)


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
        read(path, "speeches")


def test_a_list_in_utf_16(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"a": "é"}]', "utf-16")
    assert read(path) == [Object(1, {"a": "é"})]


def test_bytes_that_are_no_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'[{"a": "\xff"}]')
    with pytest.raises(BadFileError, match="not UTF-8"):
        read(path)


def test_a_broken_element_is_not_sought_through_the_whole_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_streams, "_CHUNK", 10)
    monkeypatch.setattr(json_streams, "LARGEST", 50)
    path = tmp_path / "a.json"
    path.write_text('[{"a": "never closed ' + "x" * 1000, "utf-8")
    with pytest.raises(BadFileError, match="no JSON"):
        read(path)


def test_starts_of_lists() -> None:
    assert starts_list(' [{"a"')
    assert starts_list('{ "articles" : [', ("articles",))
    assert not starts_list('{"a": [', ("articles",))
    assert not starts_list('{"a": [')
