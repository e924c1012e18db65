"""A damaged archive is refused, however little of it is damaged, and nothing is written."""

from __future__ import annotations

import bz2
import gzip
import random
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from compare.corpus.importing import Import, import_corpus
from compare.errors import CorpusError
from tests.corpus.importers.helpers import tarred, zipped
from tests.corpus.importers.samples import SAMPLES

_HANSARD = str(SAMPLES["hansard"]["debates2031-02-03a.xml"])
_NOISE = random.Random(3)
_FILES = {
    f"debates2031-02-{n:02}a.xml": _HANSARD.replace("-03a", f"-{n:02}a").replace(
        "lock", " ".join(_NOISE.choices(("lock", "weir", "gate", "mole", "quay"), k=60))
    )
    for n in range(1, 21)
}
_MODES = {".tgz": "w:gz", ".bz2": "w:bz2", ".xz": "w:xz"}


def words_of(path: Path) -> list[str]:
    return [statement.text for statement in Import([path], "hansard").statements()]


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1 << at % 8]) + content[at + 1 :]


@pytest.mark.parametrize("name", ["a.tgz", "a.tar.bz2", "a.tar.xz", "a.zip"])
def test_one_flipped_bit_is_found_or_changes_no_word(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "a.zip":
        zipped(path, _FILES)
    else:
        tarred(path, _FILES, _MODES[path.suffix])
    whole, words = path.read_bytes(), words_of(path)
    said: list[str] = []
    places = range(0, len(whole), max(1, len(whole) // 40))
    for at in places:
        path.write_bytes(flipped(whole, at))
        try:
            assert words_of(path) == words  # a bit that says nothing of the content, as a time
        except CorpusError as error:
            said.append(str(error))
    assert len(said) > len(places) // 2
    assert all("download it again" in one for one in said)


def test_a_wrong_check_sum_is_found_behind_the_last_statement(tmp_path: Path) -> None:
    path = tarred(tmp_path / "a.tgz", _FILES)
    path.write_bytes(flipped(path.read_bytes(), path.stat().st_size - 6))
    with pytest.raises(CorpusError, match=r"after 20 statements \(CRC check failed .*download it"):
        words_of(path)


def test_an_archive_that_is_cut_anywhere_is_refused(tmp_path: Path) -> None:
    path = tarred(tmp_path / "a.tar", _FILES, "w")
    whole = path.read_bytes()
    with tarfile.open(path) as archive:
        begins = [member.offset for member in archive.getmembers()]
        end = archive.offset
    cuts = {at + more for at in begins[1:] for more in (0, 1, 511, 512, 700)} | {end, end + 512}
    for cut in sorted(cuts):
        path.write_bytes(whole[:cut])
        with pytest.raises(CorpusError, match=r"damaged after \d+ statements"):
            words_of(path)
    path.write_bytes(whole[: end + 1024])
    assert len(words_of(path)) == 20


def test_a_damaged_header_does_not_end_an_archive(tmp_path: Path) -> None:
    path = tarred(tmp_path / "a.tar", _FILES, "w")
    whole = path.read_bytes()
    with tarfile.open(path) as archive:
        at = archive.getmembers()[10].offset
        end = archive.offset
    path.write_bytes(flipped(whole, at + 3))
    with pytest.raises(CorpusError, match=r"after 10 statements \(bad checksum in a header\)"):
        words_of(path)
    path.write_bytes(whole + whole)
    with pytest.raises(CorpusError, match="something behind the blocks that end it"):
        words_of(path)
    path.write_bytes(flipped(whole, end + 700))
    with pytest.raises(CorpusError, match="something behind the blocks that end it"):
        words_of(path)


def test_an_archive_of_several_parts_is_read_whole(tmp_path: Path) -> None:
    whole = tarred(tmp_path / "a.tar", _FILES, "w").read_bytes()
    half = len(whole) // 2
    path = tmp_path / "b.tgz"
    path.write_bytes(gzip.compress(whole[:half]) + gzip.compress(whole[half:]))
    assert len(words_of(path)) == 20


@pytest.mark.parametrize(("ending", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress)])
def test_a_packed_file_is_checked(
    tmp_path: Path, ending: str, pack: Callable[[bytes], bytes]
) -> None:
    content = str(SAMPLES["us-china"]["corpus.csv"]).encode()
    header, row = content.splitlines(keepends=True)
    lines = header + b"".join(row.replace(b"/1", b"/%d" % n) for n in range(20))
    path, out = tmp_path / f"corpus.csv{ending}", tmp_path / "out.jsonl"
    path.write_bytes(pack(lines))
    assert import_corpus([path], out, "us-china").account.written == 20
    out.unlink()
    for damaged in (pack(lines)[:-6], flipped(pack(lines), len(pack(lines)) - 7)):
        path.write_bytes(damaged)
        with pytest.raises(CorpusError, match=r"damaged after \d+ statements"):
            import_corpus([path], out, "us-china")
        assert list(tmp_path.iterdir()) == [path]


def test_an_archive_that_no_reader_reads_to_its_end_is_checked(tmp_path: Path) -> None:
    files = SAMPLES["unsc"] | {f"z{n}.bin": _NOISE.randbytes(9_000) for n in range(20)}
    path = tarred(tmp_path / "a.tgz", files)
    reading = Import([path], "unsc")
    list(reading.statements())
    path.write_bytes(flipped(path.read_bytes(), path.stat().st_size - 6))
    with pytest.raises(CorpusError, match="damaged after"):
        list(Import([path], "unsc").statements())
