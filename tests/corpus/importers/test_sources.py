"""Folders, archives and single files; archives that are damaged, huge, or point outside."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from compare.corpus import BadFileError, Problem, Row, text_files
from compare.corpus.importers import sources
from compare.corpus.importers.sources import (
    Account,
    Entry,
    Piece,
    SkipFileError,
    Source,
    each_file,
)
from compare.errors import CorpusError
from tests.corpus.importers.helpers import tarred, write, zipped

FILES = {"b/one.txt": b"One.", "a/two.txt": b"Two.", ".stray": b"x"}


def test_the_same_files_come_out_of_a_folder_and_of_archives(tmp_path: Path) -> None:
    places = [
        write(tmp_path / "folder", FILES),
        tarred(tmp_path / "files.tgz", FILES),
        tarred(tmp_path / "files.tar.xz", FILES, "w:xz"),
        zipped(tmp_path / "files.ZIP", FILES),
    ]
    for place in places:
        found = {entry.name: entry.bytes() for entry in Source([place]).entries()}
        assert found == FILES, place


def test_an_entry_is_opened_as_often_as_one_likes(tmp_path: Path) -> None:
    entry = next(
        Source([tarred(tmp_path / "files.tgz", {"a.txt": "\ufeffé\n".encode()})]).entries()
    )
    assert entry.text() == entry.text() == "é\n"
    assert list(entry.lines()) == ["é\n"]
    assert entry.label == f"{tmp_path / 'files.tgz'}: a.txt"


def test_links_are_left_out_and_names_reach_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    path = tmp_path / "files.tar"
    with tarfile.open(path, "w") as archive:
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, str(tmp_path / "secret.txt")
        archive.addfile(link)
        upward = tarfile.TarInfo("../../secret.txt")
        upward.size = 4
        archive.addfile(upward, io.BytesIO(b"fine"))
    found = [(entry.name, entry.bytes()) for entry in Source([path]).entries()]
    assert found == [("../../secret.txt", b"fine")]
    assert (tmp_path / "secret.txt").read_text() == "secret"


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.95])
def test_an_archive_that_is_cut_short_is_one_sentence(tmp_path: Path, cut: float) -> None:
    path = tarred(tmp_path / "files.tgz", {f"{n}.txt": os.urandom(9_000) for n in range(30)})
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * cut)])
    with pytest.raises(CorpusError, match=r"files.tgz is truncated or damaged after \d"):
        list(Source([path]).entries())


def test_what_is_no_archive_is_one_sentence(tmp_path: Path) -> None:
    for name in ("files.tgz", "files.zip"):
        (tmp_path / name).write_bytes(b"no archive at all")
        with pytest.raises(CorpusError, match="is truncated or damaged after 0 files"):
            list(Source([tmp_path / name]).entries())


@pytest.mark.parametrize("make", [tarred, zipped])
def test_an_archive_that_unpacks_to_too_much_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    monkeypatch.setattr(text_files, "SMALL", 100_000)
    bomb = {f"{n}.txt": bytes(60_000) for n in range(9)}
    path = make(tmp_path / ("bomb.tgz" if make is tarred else "bomb.zip"), bomb)
    monkeypatch.setattr(text_files, "MOST_TIMES", 2)
    with pytest.raises(CorpusError, match="unpacks to more than"):
        list(Source([path]).entries())
    monkeypatch.setattr(sources, "MOST_OF_MEMBER", 50_000)
    with pytest.raises(CorpusError, match=r"the file '0.txt' in it unpacks to more than"):
        list(Source([path]).entries())


@pytest.mark.parametrize(
    "kind", [tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE]
)
def test_a_header_that_is_far_larger_than_a_name_is_not_read(tmp_path: Path, kind: bytes) -> None:
    path = tmp_path / "files.tgz"
    with tarfile.open(path, "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("a.txt"))
        header = tarfile.TarInfo("long")
        header.type, header.size = kind, sources.MOST_OF_HEADER + 1
        archive.addfile(header, io.BytesIO(bytes(header.size)))
        archive.addfile(tarfile.TarInfo("b.txt"))
    with pytest.raises(CorpusError, match=r"1 files \(a header of 1,048,577 bytes, which no file"):
        list(Source([path]).entries())


def test_long_names_are_read(tmp_path: Path) -> None:
    name = f"{'long' * 90}/{'name' * 60}.txt"
    for number, form in enumerate((tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)):
        path = tmp_path / f"{number}.tar"
        with tarfile.open(path, "w", format=form) as archive:
            archive.addfile(tarfile.TarInfo(name))
        assert [entry.name for entry in Source([path]).entries()] == [name]


def test_members_that_are_no_files_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "folders.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for _ in range(1_000):
            folder = tarfile.TarInfo("a")
            folder.type = tarfile.DIRTYPE
            archive.addfile(folder)
    assert not list(Source([path]).entries())
    monkeypatch.setattr(text_files, "SMALL", 100_000)
    monkeypatch.setattr(text_files, "MOST_TIMES", 2)
    with pytest.raises(CorpusError, match="unpacks to more than"):
        list(Source([path]).entries())


def test_a_file_beside_is_found_in_any_spelling(tmp_path: Path) -> None:
    path = tarred(tmp_path / "files.tgz", FILES)
    (tmp_path / "SPEAKERS.xlsx").write_bytes(b"x")
    found = Source([path]).find("Speakers.xlsx")
    assert found is not None
    assert found.path == tmp_path / "SPEAKERS.xlsx"
    assert Source([write(tmp_path / "folder", FILES)]).find("Speakers.xlsx") is None


def test_paths_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="There is no file or folder"):
        Source([tmp_path / "missing"])
    with pytest.raises(CorpusError, match="No corpus is named"):
        Source([])


def read(entry: Entry, account: Account) -> Iterator[Piece]:
    if entry.base == "b.txt":
        raise SkipFileError("older versions")
    if entry.base == "f.txt":
        raise BadFileError("it is no text")
    yield Row(entry.label, 1, {})
    if entry.base == "c.txt":
        raise BadFileError("it ends here", 2)


def test_files_are_counted_by_what_came_of_them(tmp_path: Path) -> None:
    names = ("a.TXT", "b.txt", "c.txt", "d.csv", ".e.txt", "f.txt", "README.txt", "Index.txt")
    write(tmp_path, dict.fromkeys(names, ""))
    account = Account()
    found = list(each_file({".txt"}, read, {"index.txt"})(Source([tmp_path]), account))
    assert found == [
        Row(str(tmp_path / "a.TXT"), 1, {}),
        Row(str(tmp_path / "c.txt"), 1, {}),
        Problem(str(tmp_path / "c.txt"), 2, "", "", "it ends here"),
        Problem(str(tmp_path / "f.txt"), 0, "", "", "it is no text"),
    ]
    assert account.files == 2
    assert account.files_left_out == {
        "older versions": 1,
        "of another kind": 3,
        "unreadable": 1,
    }


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (8, 1, "a.zip needs a password: save it without one"),
        (10, 99, "a.zip is packed by a method that cannot be read: unpack it yourself"),
    ],
)
def test_an_archive_that_needs_more_than_the_program_has(
    tmp_path: Path, place: int, value: int, message: str
) -> None:
    path = zipped(tmp_path / "a.zip", {"a.txt": "words"})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + place] = value
    path.write_bytes(content)
    with pytest.raises(CorpusError, match=message):
        list(Source([path]).entries())
