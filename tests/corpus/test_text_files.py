"""Encodings that can be known are read, and any other is one clear sentence."""

from __future__ import annotations

import codecs
from collections.abc import Callable

import pytest

from compare.corpus import Corpus
from compare.errors import CorpusError

Read = Callable[..., Corpus]
WORDS = "Müdigkeit, мир, 和平, 🕊"
CSV = f'text,role\r\n"{WORDS}",x\r\n'


@pytest.mark.parametrize(
    "content",
    [
        CSV.encode(),
        codecs.BOM_UTF8 + CSV.encode(),
        codecs.BOM_UTF16_LE + CSV.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + CSV.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16 little end first", "utf-16 big end first"],
)
def test_encodings(read: Read, content: bytes) -> None:
    (statement,) = read("a.csv", content, strict=True).statements
    assert statement.text == WORDS
    assert statement.role == "x"


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.json", "a.md", "a.txt"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"text\nM\xfcdigkeit\n", ": byte 6 (0xFC) is not UTF-8: save it"),
        (codecs.BOM_UTF8 + b"text\n\x93words\x94\n", ": byte 8 (0x93) is not UTF-8: save it"),
        (b"text\n" + b"x\n" * 50_000 + b"\xff\n", ": byte 100005 (0xFF) is not UTF-8: save it"),
        ("text\nx\n".encode("utf-16-le"), ", line 1: this is no text (it holds a NUL character)"),
        (codecs.BOM_UTF16_LE + b"t\0e\0x", ": byte 6 (0x78) is not UTF-16: save it"),
        (codecs.BOM_UTF32_LE + "text".encode("utf-32-le"), ": this is UTF-32: save it as UTF-8"),
        (b"text\nx\n\0\0\n", ", line 3: this is no text (it holds a NUL character)"),
    ],
)
def test_anything_else_is_refused(read: Read, name: str, content: bytes, message: str) -> None:
    with pytest.raises(CorpusError) as caught:
        read(name, content)
    assert str(caught.value).startswith(name + message)
    assert str(caught.value).endswith('save it as UTF-8 (in a spreadsheet program: "CSV UTF-8").')
