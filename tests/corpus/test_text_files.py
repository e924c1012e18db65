"""Encodings that can be known are read, and any other is one clear sentence."""

from __future__ import annotations

import codecs
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from compare.corpus import Corpus
from compare.corpus.text_files import read_lines, read_text
from compare.corpus.values import BadFileError
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


@pytest.mark.parametrize("before", range(4))
def test_a_bad_byte_is_found_behind_blocks_that_cut_characters(tmp_path: Path, before: int) -> None:
    content = b"x" * before + "é€🕊".encode() * 40_000 + b"\xe9"
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    with pytest.raises(BadFileError, match=rf"^byte {len(content) - 1} \(0xE9\) is not UTF-8"):
        read_text(path)


def test_a_bad_byte_costs_no_more_memory_than_a_block(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"line\n" * 2_000_000 + b"\xff")
    tracemalloc.start()
    with pytest.raises(BadFileError, match=r"^byte 10000000 "):
        for _ in read_lines(path):
            pass
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def test_a_line_beyond_all_measure_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("short\n" + "x" * 99 + "\n")
    assert [len(line) for line in read_lines(path, longest=101)] == [6, 100]
    with pytest.raises(BadFileError, match="a line is longer than 100 characters") as caught:
        list(read_lines(path, longest=100))
    assert caught.value.line == 2
