from __future__ import annotations

import errno
import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock

from compare.errors import LibraryError
from compare.library import generations, sqlite_writer
from compare.library.generations import current_name, mark_read_only, open_generation, writing
from compare.library.library import Library
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
        "import sys\nfrom compare.library.library import Library\n"
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
            generations.FORMAT - 1,
            f"has the old format {generations.FORMAT - 1}, and this program reads format "
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


# -- Killed at any moment --------------------------------------------------------------------------

WRITER = '''
"""Change libraries, each in a process that dies by kill -9 at the N-th file operation.

Reads lines of a JSON list: action, folder, N. Prints one for each: the status of the process, and
how many file operations there were or its error. The modules are loaded once, for all processes.
"""
import json, os, signal, sys, traceback
from pathlib import Path
from compare.library.library import Library
from tests.fakes import HashingEncoder, all_vectors, statement
import filelock, numpy, compare.models.encoder  # loaded before counting
import compare.library.sqlite_writer as sqlite_writer
import tests.library.test_generations as test

HashingEncoder.at_once, sqlite_writer._SAVED_EVERY = 16, 0.0

def change(action, folder, last):
    library = Library.open(folder, HashingEncoder()) if action == "update" else None
    library and library.store._index
    count = 0

    def step():
        nonlocal count
        count += 1
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def audited(event, arguments):
        if event.split(".")[0] in {"open", "os", "shutil", "sqlite3"}:
            if any(folder in str(argument) for argument in arguments):
                step()

    class Stepping(HashingEncoder):
        def encode(self, texts, on_progress=None):
            step()
            vectors = super().encode(texts, on_progress)
            step()
            return vectors

    fsync = os.fsync
    os.fsync = lambda handle: (step(), fsync(handle), step())
    sys.addaudithook(audited)
    if action == "update":
        library._encoder = Stepping()
        library.update(*test.CHANGE)
    else:
        Library.build(test.AFTER, folder, Stepping())
    return count

for line in sys.stdin:
    told, tell = os.pipe()
    writer = os.fork()
    if not writer:
        try:
            os.write(tell, str(change(*json.loads(line))).encode())
        except BaseException:
            os.write(tell, traceback.format_exc().encode())
            os._exit(1)
        os._exit(0)
    os.close(tell)
    with os.fdopen(told) as heard:
        said = heard.read()
    print(json.dumps([os.waitstatus_to_exitcode(os.waitpid(writer, 0)[1]), said]), flush=True)
'''

BEFORE = [statement(f"s-{n:03d}", f"Sentence number {n} of the speech.") for n in range(60)]
ADDED = [
    statement(f"s-{n:03d}", f"Another sentence, number {n}, stands here.") for n in range(40, 90)
]
REMOVED = [f"s-{n:03d}" for n in range(10)]
CHANGE = (ADDED, REMOVED)
AFTER = [entry for entry in [*BEFORE[:40], *ADDED] if entry.id not in REMOVED]


WriteUntil = Callable[[str, Path, int], tuple[int, str]]


@pytest.fixture
def write_until() -> Iterator[WriteUntil]:
    """Change a library up to a step; return how the writer ended, and its steps or its error."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=ROOT,
    ) as writers:  # fmt: skip

        def write(action: str, folder: Path, last: int) -> tuple[int, str]:
            print(json.dumps([action, str(folder), last]), file=writers.stdin, flush=True)
            status, said = json.loads(writers.stdout.readline())
            return status, said

        yield write
        writers.stdin.close()


def found_in(library: Library) -> tuple[str, list[list[int]], list[int]]:
    """What must not be half old and half new: the digest, and what both kinds of search find."""
    library.verify()
    queries = HashingEncoder().encode(["Sentence number 41 of the speech.", "Another sentence"])
    return (
        library.digest,
        library.store.nearest(queries, 5).rows.tolist(),
        library.store.ranked_by_words("sentence number 41", 5).tolist(),
    )


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no kill -9 on Windows")
def test_a_kill_at_any_moment_leaves_the_old_library_or_the_new_one(
    tmp_path: Path, write_until: WriteUntil
) -> None:
    whole = tmp_path / "whole"
    old = found_in(build(whole, BEFORE))
    expected = found_in(build(tmp_path / "expected", AFTER))
    assert old != expected
    moments = {}
    for action in ("update", "build"):
        shutil.copytree(whole, tmp_path / action)
        status, said = write_until(action, tmp_path / action, 0)
        assert status == 0, said
        assert found_in(Library.open(tmp_path / action)) == expected
        moments[action] = int(said)
        assert moments[action] > 40, "the writing takes many steps, in each of which it can die"

    seed = random.randrange(2**32)
    chance = random.Random(seed)
    outcomes, kills = [], 0
    folder = tmp_path / "killed"
    for n in range(20):
        action = ("update", "build")[n % 2]
        last = chance.randint(1, moments[action])
        if n in (4, 5):
            last = moments[action] - n  # among the last steps, when the new one is in use
        if not folder.exists():
            shutil.copytree(whole, folder)
        status, said = write_until(action, folder, last)
        told = f"seed {seed}, {action}, step {last} of {moments[action]}: {said}"
        finished = status == 0  # what another left may have spared it some steps
        assert finished or status == -signal.SIGKILL, told
        kills += not finished
        found = found_in(Library.open(folder))
        assert found == expected or (found == old and not finished), told
        outcomes.append(found == expected)
        if n % 3 == 0:  # what a killed writer left is in nobody's way
            after = Library.open(folder, HashingEncoder()).update(
                add=[statement("zz", "One more was said.")]
            )
            assert len(after) in (61, 81), told
            assert len(names(folder)) == 2, told
            shutil.rmtree(folder)
        elif outcomes[-1]:
            shutil.rmtree(folder)
    assert set(outcomes) == {False, True}, "both outcomes were seen"
    assert kills >= 15


class Dying(HashingEncoder):
    """Is killed, as it were, when it has encoded so many texts."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.after = after

    def encode(self, texts: Sequence[str], on_progress: Any = None) -> Any:
        if len(self.encoded) + len(texts) > self.after:
            raise KeyboardInterrupt
        return super().encode(texts, on_progress)


def test_a_writer_goes_on_where_another_one_died(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(HashingEncoder, "at_once", 7)
    monkeypatch.setattr(sqlite_writer, "_SAVED_EVERY", 0.0)
    first, second, third = Dying(20), Dying(40), Dying(999)
    for encoder in (first, second):
        with pytest.raises(KeyboardInterrupt):
            Library.build(AFTER, folder, encoder)
        assert not (folder / "CURRENT").exists()
    told: list[tuple[int, int]] = []
    library = Library.build(AFTER, folder, third, lambda *step: told.append(step))
    assert len(first.encoded) + len(second.encoded) + len(third.encoded) == len(AFTER)
    assert told[0][0] > len(first.encoded)
    assert told[-1] == (len(AFTER), len(AFTER))
    fresh = Library.build(AFTER, tmp_path / "fresh", HashingEncoder())
    assert library.generation.partition("-")[2] == fresh.generation.partition("-")[2]
    assert names(folder) == [library.generation]


@pytest.mark.parametrize("other", ["statements", "encoder", "damage", "more rows", "true"])
def test_what_was_left_of_something_else_is_not_gone_on_from(
    folder: Path, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    monkeypatch.setattr(HashingEncoder, "at_once", 7)
    monkeypatch.setattr(sqlite_writer, "_SAVED_EVERY", 0.0)
    with pytest.raises(KeyboardInterrupt):
        Library.build(AFTER, folder, Dying(20))
    encoder, statements = HashingEncoder(), AFTER
    if other == "statements":
        statements = BEFORE
    elif other == "encoder":
        encoder = HashingEncoder(seed="retrained")
    else:
        path = folder / "generations" / ".unfinished" / "unfinished.json"
        claims = {"damage": "{", "more rows": str(len(AFTER)), "true": "true"}
        record = json.dumps({**json.loads(path.read_text()), "rows": 0})
        path.write_text("{" if other == "damage" else record.replace("0}", claims[other] + "}"))
    library = Library.build(statements, folder, encoder)
    assert len(encoder.encoded) == len(statements)
    np.testing.assert_array_equal(
        all_vectors(library), encoder.encode([s.text for s in statements]).astype(np.float16)
    )


@pytest.mark.parametrize("size", ["as many", "fewer", "more"])
def test_a_record_does_not_outlive_the_vectors_it_tells_of(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, size: str
) -> None:
    monkeypatch.setattr(HashingEncoder, "at_once", 7)
    monkeypatch.setattr(sqlite_writer, "_SAVED_EVERY", 0.0)
    with pytest.raises(KeyboardInterrupt):
        Library.build(AFTER, folder, Dying(20))
    monkeypatch.setattr(sqlite_writer, "_SAVED_EVERY", 1000.0)
    count = {"as many": len(AFTER), "fewer": 9, "more": len(AFTER) + 9}[size]
    others = [statement(f"o{n:03}", f"The harbour has {n} piers.") for n in range(count)]
    with pytest.raises(KeyboardInterrupt):
        Library.build(others, folder, Dying(8))
    again = HashingEncoder()
    library = Library.build(AFTER, folder, again)
    assert len(again.encoded) == len(AFTER)
    fresh = Library.build(AFTER, tmp_path / "fresh", HashingEncoder())
    assert library.generation.partition("-")[2] == fresh.generation.partition("-")[2]


def test_a_writer_that_dies_over_the_index_is_gone_on_from(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sqlite_writer, "_SAVED_EVERY", 0.0)

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for where in (
        "compare.library.index.faiss.FaissIndex.write",
        "compare.library.generations._sync",
    ):
        with monkeypatch.context() as broken:
            broken.setattr(where, full)
            with pytest.raises(LibraryError, match="No space left on device"):
                Library.build(AFTER, folder, HashingEncoder())
    assert not (folder / "CURRENT").exists()
    again = HashingEncoder()
    library = Library.build(AFTER, folder, again)
    assert again.encoded == []
    fresh = Library.build(AFTER, tmp_path / "fresh", HashingEncoder())
    assert library.generation.partition("-")[2] == fresh.generation.partition("-")[2]
    assert names(folder) == [library.generation]
    files = {path.name for path in (folder / "generations" / library.generation).iterdir()}
    assert files == {"manifest.json", "library.sqlite", "vectors.npy", "index.faiss"}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no kill -9 on Windows")
def test_a_first_build_that_is_killed_leaves_no_library_and_can_be_made_again(
    folder: Path, write_until: WriteUntil
) -> None:
    assert write_until("build", folder, 12)[0] == -signal.SIGKILL
    assert (folder / "generations").is_dir()
    with pytest.raises(LibraryError, match="There is no library"):
        Library.open(folder)
    assert len(build(folder)) == 5
    assert len(names(folder)) == 1


def test_the_database_is_written_without_side_files(folder: Path) -> None:
    build(folder)
    with sqlite3.connect(the_current(folder, "library.sqlite")) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
