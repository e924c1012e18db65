from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

from compare.errors import LibraryError
from compare.facade import Library
from compare.library import generations
from compare.library.folder import FolderBackend
from compare.library.generations import current_name, mark_read_only, open_generation, writing
from compare.statements import Statement
from tests.fakes import HashingEncoder, all_vectors, sample_statements, statement

ROOT = Path(__file__).resolve().parents[2]


def build(folder: Path, statements: list[Statement] | None = None) -> Library:
    return Library.build(statements or sample_statements(), folder, HashingEncoder())


def files_of(folder: Path) -> dict[str, bytes]:
    """The files of the generation in use."""
    path = folder / "generations" / current_name(folder)
    return {entry.name: entry.read_bytes() for entry in path.iterdir()}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "generations").iterdir())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "library"


# -- The folder ----------------------------------------------------------------------------------


def test_a_library_is_one_folder(folder: Path) -> None:
    build(folder)
    assert {path.name for path in folder.iterdir()} >= {"CURRENT", "generations"}
    assert (folder / "CURRENT").read_text() == names(folder)[0] + "\n"
    assert set(files_of(folder)) == {
        "manifest.json",
        "library.sqlite",
        "vectors.npy",
        "index.faiss",
    }


def test_the_manifest_says_what_was_built_from_what(folder: Path) -> None:
    library = build(folder)
    data = json.loads(files_of(folder)["manifest.json"])
    assert data["format"] == generations.FORMAT
    assert data["encoder"] == "hashing"
    assert data["encoder_digest"] == HashingEncoder().digest
    assert (data["statements"], data["passages"], data["dim"]) == (5, 6, 32)
    assert data["corpus_digest"] == library.digest
    assert set(data["files"]) == {"library.sqlite", "vectors.npy", "index.faiss"}


def test_an_index_that_is_damaged_later_is_one_sentence(folder: Path) -> None:
    library = build(folder)
    path = folder / "generations" / library.generation / "index.faiss"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(LibraryError, match=r"index\.faiss is not the index of .* build --force"):
        library.store.nearest(HashingEncoder().encode(["A canal."]), 1)


def test_the_generation_before_is_kept_and_older_ones_are_removed(folder: Path) -> None:
    library = build(folder)
    seen = [library.generation]
    for n in range(4):
        library = library.update(add=[statement(f"new-{n}", "Something new was said here.")])
        seen.append(library.generation)
        assert names(folder) == seen[-2:]
    assert [name.split("-")[0] for name in seen] == [f"{n:06d}" for n in range(1, 6)]


def test_what_people_wrote_themselves_is_never_touched(folder: Path) -> None:
    library = build(folder)
    (folder / "reviews.sqlite").write_bytes(b"mine")
    library.update(remove=["joint-1"])
    build(folder)
    assert (folder / "reviews.sqlite").read_bytes() == b"mine"


def test_a_reader_goes_on_while_others_write(folder: Path) -> None:
    reader, idle = build(folder), Library.open(folder)
    before = [entry.id for entry in reader.statements()]
    library = reader
    for n in range(3):
        library = library.update(add=[statement(f"new-{n}", "Something new was said here.")])
    assert not (folder / "generations" / reader.generation).exists()
    for old in (reader, idle):
        assert [entry.id for entry in old.statements()] == before
        assert old.store.nearest(all_vectors(old), 1).rows[:, 0].tolist() == list(range(6))
        assert len(old.store.ranked_by_words("blockade", 9)) == 2
        assert current_name(folder) != old.generation
    assert current_name(folder) == library.generation


def test_leftovers_of_a_writer_that_died_are_removed(folder: Path) -> None:
    library = build(folder)
    for name in (".unfinished-17", "000009-0123456789abcdef"):
        (folder / "generations" / name).mkdir()
        (folder / "generations" / name / "vectors.npy").write_bytes(b"half")
    after = library.update(remove=["joint-1"])
    assert names(folder) == [library.generation, after.generation]


def test_a_build_that_fails_leaves_the_library_as_it_was(folder: Path) -> None:
    class Failing(HashingEncoder):
        def encode(self, *_: object) -> None:
            raise RuntimeError("out of order")

    before = build(folder)
    with pytest.raises(RuntimeError, match="out of order"):
        Library.build([statement("a", "These words are new to all.")], folder, Failing())
    assert names(folder) == [before.generation]
    assert Library.open(folder).digest == before.digest
    build(folder)  # the lock was given back


def test_ctrl_c_leaves_the_library_as_it_was(folder: Path) -> None:
    before = build(folder)

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        before.update(add=[statement("a", "These words are new to all.")], on_progress=interrupt)
    assert names(folder) == [before.generation]
    assert Library.open(folder).digest == before.digest


# -- One writer ----------------------------------------------------------------------------------


def test_a_second_writer_gets_a_clear_sentence_and_readers_go_on(folder: Path) -> None:
    library = build(folder)
    with FileLock(folder / "write.lock"):
        for write in (lambda: library.delete(["joint-1"]), lambda: build(folder)):
            with pytest.raises(
                LibraryError,
                match=f"^Another program is writing to the library in {folder}: wait until it has "
                "finished, then try again.$",
            ):
                write()
        assert len(Library.open(folder)) == 5
    assert len(library.delete(["joint-1"])) == 4


def test_a_second_process_is_kept_out_too(folder: Path) -> None:
    build(folder)
    script = (
        "import sys\nfrom compare.facade import Library\n"
        "from compare.errors import LibraryError\n"
        "try:\n    Library.open(sys.argv[1]).delete(['joint-1'])\n"
        "except LibraryError as error:\n    print(error)\n"
    )
    with writing(folder):
        done = subprocess.run(
            [sys.executable, "-c", script, str(folder)], capture_output=True, text=True, cwd=ROOT
        )
    assert done.stdout.startswith("Another program is writing to the library"), done.stderr


def test_a_library_marked_read_only_is_not_written(folder: Path) -> None:
    library = build(folder)
    assert not library.read_only
    mark_read_only(folder)
    assert Library.open(folder).read_only
    for write in (lambda: library.delete(["joint-1"]), lambda: build(folder)):
        with pytest.raises(
            LibraryError,
            match="is read-only: build one of your own with `compare build --corpus FILE --library",
        ):
            write()
    assert names(folder) == [library.generation]


@pytest.fixture
def without_rights(folder: Path) -> Iterator[Path]:
    """A library that this user may read and not write."""
    build(folder)
    paths = [folder, *folder.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield folder
    for path in paths:
        path.chmod(0o755)


def test_a_folder_without_the_right_to_write_opens(without_rights: Path) -> None:
    library = Library.open(without_rights)
    library.verify()
    assert library.store.nearest(all_vectors(library)[:1], 1).rows.tolist() == [[0]]
    if os.geteuid() != 0:
        assert library.read_only
        with pytest.raises(LibraryError, match=r"cannot be written .*: name a folder of your own"):
            library.delete(["joint-1"])


def test_a_missing_right_is_a_clear_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = build(folder)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(folder / "generations"))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(
        LibraryError,
        match=r"cannot be written \(Permission denied: .*generations\): name a folder of your own "
        "with --library",
    ):
        library.delete(["joint-1"])


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let no file grow beyond a size: what a full disk does, without one."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("full", ["library.sqlite", "vectors.npy", "index.faiss"])
def test_a_full_disk_is_a_clear_sentence(folder: Path, full: str) -> None:
    encoder = HashingEncoder(dim=16_384)
    library = Library.build(sample_statements(), folder, encoder)
    sizes = {name: len(content) for name, content in files_of(folder).items()}
    assert sizes["library.sqlite"] < sizes["vectors.npy"] < sizes["index.faiss"]
    room = {
        "library.sqlite": sizes["library.sqlite"] - 9_000,
        "vectors.npy": sizes["library.sqlite"] + 9_000,
        "index.faiss": sizes["vectors.npy"] + 9_000,
    }
    before = files_of(folder)
    with room_for(room[full]), pytest.raises(LibraryError, match="could not be written"):
        library.delete(["valdoria-1"])
    assert Library.open(folder, encoder).generation == library.generation
    assert files_of(folder) == before
    library.delete(["valdoria-1"])


def test_no_other_folder_is_made_a_library(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine")
    with pytest.raises(
        LibraryError, match=r"is neither a library nor empty \(it holds 'letters.txt'\): name a new"
    ):
        build(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]
    with pytest.raises(LibraryError, match=r"letters.txt is a file: name a folder for the library"):
        build(tmp_path / "letters.txt")


def test_an_empty_folder_may_become_one(tmp_path: Path) -> None:
    assert len(build(tmp_path)) == 5


# -- Damage --------------------------------------------------------------------------------------


def test_no_library_is_a_clear_sentence(folder: Path) -> None:
    for _ in range(2):
        with pytest.raises(
            LibraryError,
            match=f"^There is no library in {folder}: build one with "
            f"`compare build --corpus FILE --library {folder}`.$",
        ):
            Library.open(folder)
        folder.mkdir(exist_ok=True)


def the_current(folder: Path, name: str) -> Path:
    return folder / "generations" / current_name(folder) / name


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "CURRENT empty": (lambda f: (f / "CURRENT").write_text(""), "CURRENT names no generation"),
    "CURRENT binary": (
        lambda f: (f / "CURRENT").write_bytes(b"\xff\x00"),
        "CURRENT names no generation",
    ),
    "CURRENT elsewhere": (
        lambda f: (f / "CURRENT").write_text("../../etc"),
        r"CURRENT names no generation \('../../etc'\)",
    ),
    "CURRENT a folder": (
        lambda f: ((f / "CURRENT").unlink(), (f / "CURRENT").mkdir()),
        "CURRENT is a folder; remove it, then",
    ),
    "generation gone": (
        lambda f: shutil.rmtree(f / "generations"),
        "CURRENT names 000001-.*, which is not there",
    ),
    "manifest gone": (
        lambda f: the_current(f, "manifest.json").unlink(),
        "manifest.json is missing",
    ),
    "manifest cut": (
        lambda f: the_current(f, "manifest.json").write_text('{"format":'),
        "manifest.json is not a manifest",
    ),
    "manifest a list": (
        lambda f: the_current(f, "manifest.json").write_text("[1]"),
        "manifest.json is not a manifest",
    ),
    "manifest changed": (
        lambda f: the_current(f, "manifest.json").write_text(
            the_current(f, "manifest.json").read_text().replace("hashing", "hushing")
        ),
        "manifest.json is not as it was written",
    ),
    "store gone": (
        lambda f: the_current(f, "library.sqlite").unlink(),
        "library.sqlite is missing",
    ),
    "store cut": (
        lambda f: cut(the_current(f, "library.sqlite")),
        r"library.sqlite has \d+ bytes instead of \d+",
    ),
    "store flipped": (
        lambda f: flip(the_current(f, "library.sqlite")),
        "library.sqlite is not as it was written",
    ),
    "vectors gone": (lambda f: the_current(f, "vectors.npy").unlink(), "vectors.npy is missing"),
    "vectors flipped": (
        lambda f: flip(the_current(f, "vectors.npy")),
        "vectors.npy is not as it was written",
    ),
    "index cut": (
        lambda f: cut(the_current(f, "index.faiss")),
        r"index.faiss has \d+ bytes instead of \d+",
    ),
    "index flipped": (
        lambda f: flip(the_current(f, "index.faiss")),
        "index.faiss is not as it was written",
    ),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_named_with_its_remedy_and_a_build_repairs_it(folder: Path, kind: str) -> None:
    library = build(folder)
    damage, message = DAMAGE[kind]
    damage(folder)
    remedy = r".*build (it|the library) again with `compare build --force` \(what you"
    with pytest.raises(LibraryError, match=f"^The library is damaged: .*{message}{remedy}"):
        Library.open(folder)
    with pytest.raises(LibraryError, match=r"^The library is damaged: "):
        library.update(add=[statement("a", "These words are new to all.")])
    if kind == "CURRENT a folder":
        with pytest.raises(LibraryError, match="CURRENT is a folder; remove it, then build"):
            build(folder)
        (folder / "CURRENT").rmdir()
    build(folder).verify()
    assert Library.open(folder).digest == library.digest


@pytest.mark.parametrize("name", ["library.sqlite", "vectors.npy", "index.faiss"])
def test_large_files_are_checked_by_size_at_open_and_whole_on_demand(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(folder)
    flip(the_current(folder, name))
    monkeypatch.setattr(generations, "_CHECKED_AT_OPEN", 0)
    library = Library.open(folder)
    with pytest.raises(LibraryError, match=f"{name} is not as it was written"):
        library.verify()
    # Nothing damaged is taken over into a new generation either.
    with pytest.raises(LibraryError, match=f"{name} is not as it was written"):
        library.update(add=[statement("a", "These words are new to all.")])
    rebuilt = build(folder)
    rebuilt.verify()
    query = HashingEncoder().encode([rebuilt.passages([3])[0].text])
    assert rebuilt.store.nearest(query, 1).rows.tolist() == [[3]]


def test_a_damaged_database_is_a_clear_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(folder)
    path = the_current(folder, "library.sqlite")
    path.write_bytes(b"\0" * path.stat().st_size)
    monkeypatch.setattr(generations, "_CHECKED_AT_OPEN", 0)
    with pytest.raises(
        LibraryError, match=r"damaged: .*library.sqlite cannot be read \(.*\); build it again"
    ):
        Library.open(folder)


@pytest.mark.parametrize(
    ("version", "message"),
    [
        (
            generations.FORMAT + 1,
            f"has format {generations.FORMAT + 1}, written by version 9.0 of the program; this "
            f"one reads format {generations.FORMAT}: "
            "get a newer version of the program, and run `make setup` in its folder",
        ),
        (
            generations.FORMAT - 2,
            f"has the old format {generations.FORMAT - 2}, and this program reads format "
            f"{generations.FORMAT}: build it again with "
            "`compare build --corpus FILE --library .*`; what you wrote yourself stays",
        ),
    ],
)
def test_another_format_is_refused_with_a_sentence_that_says_how(
    folder: Path, version: int, message: str
) -> None:
    library = build(folder)
    path = the_current(folder, "manifest.json")
    path.write_text(json.dumps({"format": version, "program": "9.0", "new": "fields"}))
    with pytest.raises(LibraryError, match=message):
        Library.open(folder)
    with pytest.raises(LibraryError, match=message):
        library.update(add=[statement("a", "These words are new to all.")])
    assert len(build(folder)) == 5


def test_opening_follows_a_writer_that_moves_on_meanwhile(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = build(folder).generation
    new = build(folder).update(remove=["joint-1"]).generation
    shutil.rmtree(folder / "generations" / old, ignore_errors=True)
    answers = iter([old])
    monkeypatch.setattr(generations, "current_name", lambda _: next(answers, new))
    assert open_generation(folder).name == new


def test_the_database_is_written_without_side_files(folder: Path) -> None:
    build(folder)
    with sqlite3.connect(the_current(folder, "library.sqlite")) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def test_a_file_that_is_a_link_is_refused(folder: Path, tmp_path: Path) -> None:
    build(folder)
    database = the_current(folder, "library.sqlite")
    database.rename(tmp_path / "elsewhere.sqlite")
    database.symlink_to(tmp_path / "elsewhere.sqlite")
    with pytest.raises(LibraryError, match=r"library\.sqlite is a link to another file"):
        Library.open(folder)


def test_a_file_system_without_locks_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    document = FolderBackend(folder).update_document
    folder.mkdir()
    monkeypatch.setattr("fcntl.flock", flock)
    for write in (lambda: build(folder), lambda: document("x.json", str)):
        with pytest.raises(LibraryError, match="this file system has no locks"):
            write()
