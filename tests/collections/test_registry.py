"""The registry of collections."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from compare.collections import collections, named_collection
from compare.corpus.importers.registry import formats
from compare.errors import CorpusError

COMPLETE = """
[canals]
title = "Debates"
about = "Debates on canals"
years = "2021"
languages = "English"
size = "one"
licence = "CC0 1.0"
cite = "Ada"
page = "https://example.org"
format = "ungdc"
service = "dataverse"
address = "https://example.org"
dataset = "doi:10.5072/FK2/CANALS"
files = ["UNGDC_*.tgz"]
"""


def test_the_shipped_collections_can_be_imported_and_are_fetched_over_tls() -> None:
    found = collections()
    assert {"un-general-debate", "un-security-council", "parlamint-gb", "uk-commons"} <= set(found)
    for collection in found.values():
        assert collection.format in formats()
        assert collection.address.startswith("https://")
        assert collection.licence
        assert collection.cite
        assert re.fullmatch(r"(\d{4}-\d{2}-\d{2})?", collection.tried)
    assert {each.languages for each in found.values()} >= {"French", "Spanish"}
    assert found["un-general-debate"].dataset == "doi:10.7910/DVN/0TJX8Y"
    assert found["un-security-council"].dataset == "doi:10.7910/DVN/KGVSYH"


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(CorpusError, match=r"no collection 'x': choose one of un-general-debate, "):
        named_collection("x")


def test_a_file_of_ones_own_adds_collections(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "own.toml"
    monkeypatch.setenv("COMPARE_COLLECTIONS", str(path))
    path.write_text(COMPLETE)
    assert named_collection("canals").title == "Debates"
    assert "un-general-debate" in collections()
    path.write_text(COMPLETE.replace('"Debates"', '"Other debates"'))
    assert named_collection("canals").title == "Other debates"
    path.unlink()
    with pytest.raises(CorpusError, match=r"own\.toml cannot be read .*COMPARE_COLLECTIONS"):
        collections()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[canals]", "[canals", r"is not a file of collections \(.*line 2"),
        ("[canals]", '["../x"]', r"needs a name of small letters"),
        ('"ungdc"', '"poetry"', r"has the format 'poetry': use one of ungdc, "),
        ('address = "https:', 'address = "http:', r"'http://example.org': give one that starts"),
        ('address = "https:', 'address = "file:', r"'file://example.org': give one that starts"),
        ('"dataverse"', '"ftp"', r"service: Input should be 'dataverse', .*, not \"ftp\"\)"),
        ('"dataverse"', '"index"', r"it needs the groups date and version"),
        ("UNGDC_*.tgz", "(", r"'\(', which is wrong: "),
        ('"CC0 1.0"', "7", r"licence: Input should be a valid string, not 7\)"),
        ('licence = "CC0 1.0"', "", r"cannot be read \(licence: Field required\)"),
        ('"Ada"', '"Ada"\nsince = true', r"\(since: Input should be a valid integer, not true\)"),
        ('"Ada"', '"Ada"\nquote = "x"', r"\(quote: Unexpected keyword argument\)"),
        ('dataset = "doi:10.5072/FK2/CANALS"', "", r"does not name its dataset"),
        ('"dataverse"', '"address"', r"needs the one name of its file, without a folder"),
        ('["UNGDC_*.tgz"]', "[]", r"names no files"),
    ],
)
def test_a_bad_entry_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, message: str
) -> None:
    path = tmp_path / "own.toml"
    text = COMPLETE.replace(old, new)
    if new == "(":
        text = text.replace('"dataverse"', '"index"')
    path.write_text(text)
    monkeypatch.setenv("COMPARE_COLLECTIONS", str(path))
    with pytest.raises(CorpusError, match=message) as said:
        collections()
    assert str(path) in str(said.value)
