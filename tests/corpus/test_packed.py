"""Files packed by gzip and bzip2."""

from __future__ import annotations

import bz2
import gzip
import io
from pathlib import Path

import pytest

from compare.corpus import packed
from compare.corpus.importers.sources import Entry
from compare.corpus.packed import most_unpacked, plain_name, unpacked
from compare.corpus.text_files import read_text
from compare.corpus.values import BadFileError

WORDS = "Täglich\r\nneu\n" * 50


def entry(path: Path, content: bytes) -> Entry:
    path.write_bytes(content)
    return Entry(path.name, str(path), path)


def test_both_are_unpacked(tmp_path: Path) -> None:
    for name, pack in (("a.JSON.gz", gzip.compress), ("a.json.BZ2", bz2.compress)):
        file = entry(tmp_path / name, pack(WORDS.encode()))
        assert (file.base, file.kind) == (name.rpartition(".")[0], ".json")
        assert read_text(file) == file.text() == WORDS
        assert file.bytes() == WORDS.encode()
        held = Entry(name, name, tmp_path, (tmp_path / name).read_bytes())
        assert held.text() == WORDS


def test_another_file_is_the_same() -> None:
    raw = io.BytesIO(b"{}")
    assert unpacked(raw, "a.json") is raw
    assert [plain_name(name) for name in ("a.json", "gz", "a.GZ")] == ["a.json", "gz", "a"]


@pytest.mark.parametrize(
    "content", [gzip.compress(WORDS.encode(), mtime=0)[:-20], b"no gzip", b"\x1f\x8b"]
)
def test_a_damaged_file_is_told(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadFileError, match="cut short or damaged"):
        entry(tmp_path / "a.gz", content).text()


def test_no_more_is_unpacked_than_such_a_file_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "SMALL", 1000)
    bomb = entry(tmp_path / "a.gz", gzip.compress(b"\n" * 10_000_000))
    with pytest.raises(BadFileError, match="unpacks to far more"):
        bomb.text()


def test_how_much_may_be_unpacked() -> None:
    assert most_unpacked(10) == packed.SMALL
    assert most_unpacked(1024**2) == 1024**2 * packed.MOST_TIMES
    assert most_unpacked(1024**4) == packed.MOST_UNPACKED
