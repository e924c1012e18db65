from __future__ import annotations

import errno
import json
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compare.errors import LibraryError
from compare.facade import Library
from compare.library import sqlite_writer
from tests.fakes import HashingEncoder, all_vectors, sample_statements, statement

ROOT = Path(__file__).resolve().parents[2]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "generations").iterdir())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "library"


WRITER = '''
"""Change libraries, each in a process that dies by kill -9 at the N-th file operation.

Reads lines of a JSON list: action, folder, N. Prints one for each: the status of the process, and
how many file operations there were or its error. The modules are loaded once, for all processes.
"""
import json, os, signal, sys, traceback
from pathlib import Path
from compare.facade import Library
from tests.fakes import HashingEncoder, all_vectors, statement
import filelock, numpy, compare.models.encoder  # loaded before counting
import compare.library.sqlite_writer as sqlite_writer
import tests.library.test_killed_writers as test

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
    old = found_in(Library.build(BEFORE, whole, HashingEncoder()))
    expected = found_in(Library.build(AFTER, tmp_path / "expected", HashingEncoder()))
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
    assert len(Library.build(sample_statements(), folder, HashingEncoder())) == 5
    assert len(names(folder)) == 1
