"""Known encodings are read, others refused with one clear sentence; compressed files."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from compare.corpus import BadFileError, Corpus, text_files
from compare.corpus.importers.sources import Entry
from compare.corpus.text_files import most_unpacked, plain_name, read_lines, read_text, unpacked
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
        ("text\nx\n".encode("utf-16-le"), ", line 1: this is not text (it has a NUL character)"),
        (codecs.BOM_UTF16_LE + b"t\0e\0x", ": byte 6 (0x78) is not UTF-16: save it"),
        (codecs.BOM_UTF32_LE + "text".encode("utf-32-le"), ": this is UTF-32: save it as UTF-8"),
        (b"text\nx\n\0\0\n", ", line 3: this is not text (it has a NUL character)"),
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


@pytest.mark.parametrize(
    "words",
    [
        "BZhang said that we agree.",
        "GIF89 is a format.",
        "GIF89a is a format, too.",
        "%PDF is what we oppose.",
        "PAR1 opens.",
        "SQLite format 3 is old.",
    ],
)
def test_words_that_begin_like_another_kind_are_read(read: Read, words: str) -> None:
    assert [s.text for s in read("a.txt", words, strict=True).statements] == [words]


def test_a_column_can_be_called_like_another_kind(read: Read) -> None:
    assert len(read("a.csv", "PAR1,text\n1,x\n")) == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x89PNG\r\n\x1a\n\0", "a PNG picture, not text; leave it out"),
        (b"\xff\xd8\xff\xe0\0", "a JPEG picture, not text; leave it out"),
        (b"GIF89a\x10\x01\x10\x01\xf7\0\0", "a GIF picture, not text; leave it out"),
        (b"%PDF-1.7\n", "a PDF, not text; end its name in .pdf"),
        (b"PK\x03\x04\x14\0", "another ZIP archive, not text; save it as CSV, PDF or text, or"),
        (b"\xd0\xcf\x11\xe0\xa1", "an old office program, not text; save it as XLSX, CSV, PDF or"),
        (
            gzip.compress(b"text", mtime=0),
            "packed with gzip, not text; unpack it, and name what is in it",
        ),
        (bz2.compress(b"text"), "packed with bzip2, not text; unpack it, and name what is in it"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive, not text; unpack it, and name what is in it"),
        (b"PAR1\x15\x04\x15", "a Parquet file, not text; save it as XLSX or CSV"),
        (b"SQLite format 3\0\x10", "an SQLite database, not text; save it as XLSX or CSV"),
    ],
)
def test_another_kind_is_told_with_its_remedy(read: Read, content: bytes, sentence: str) -> None:
    with pytest.raises(CorpusError, match=sentence):
        read("a.csv", content)


# -- packed files ----------------------------------------------------------------------------------


PACKED = "Täglich\r\nneu\n" * 50


def entry(path: Path, content: bytes) -> Entry:
    path.write_bytes(content)
    return Entry(path.name, str(path), path)


def test_both_are_unpacked(tmp_path: Path) -> None:
    for name, pack in (("a.JSON.gz", gzip.compress), ("a.json.BZ2", bz2.compress)):
        file = entry(tmp_path / name, pack(PACKED.encode()))
        assert (file.base, file.kind) == (name.rpartition(".")[0], ".json")
        assert read_text(file) == file.text() == PACKED
        assert file.bytes() == PACKED.encode()
        held = Entry(name, name, tmp_path, (tmp_path / name).read_bytes())
        assert held.text() == PACKED


def test_another_file_is_the_same() -> None:
    raw = io.BytesIO(b"{}")
    assert unpacked(raw, "a.json") is raw
    assert [plain_name(name) for name in ("a.json", "gz", "a.GZ")] == ["a.json", "gz", "a"]


@pytest.mark.parametrize(
    "content", [gzip.compress(PACKED.encode(), mtime=0)[:-20], b"no gzip", b"\x1f\x8b"]
)
def test_a_damaged_file_is_told(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadFileError, match="cut short or damaged"):
        entry(tmp_path / "a.gz", content).text()


def test_no_more_is_unpacked_than_such_a_file_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_files, "SMALL", 1000)
    bomb = entry(tmp_path / "a.gz", gzip.compress(b"\n" * 10_000_000))
    with pytest.raises(BadFileError, match="unpacks to far more"):
        bomb.text()


def test_how_much_may_be_unpacked() -> None:
    assert most_unpacked(10) == text_files.SMALL
    assert most_unpacked(1024**2) == 1024**2 * text_files.MOST_TIMES
    assert most_unpacked(1024**4) == text_files.MOST_UNPACKED
