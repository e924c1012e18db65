"""The document of watches: damage in one sentence, kills, several programs, a database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from compare.errors import CompareError, LibraryError, WatchError
from compare.library.backend import Backend, backend_at
from compare.library.library import Library
from compare.watch.document import FILE, Document, change, read
from tests.fakes import WordJudge
from tests.postgres_server import Server
from tests.watch.conftest import BLOCKADE, LATER, briefly, open_at, run, said, searched, watching

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=["folder", "database"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An address for a library, in a folder or in a database."""
    if request.param == "folder":
        return str(tmp_path / "library")
    server: Server = request.getfixturevalue("postgres")
    return server.address(f"watch_{request.node.name.encode().hex()[:12]}_{os.urandom(3).hex()}")


def documents(backend: Backend) -> list[str]:
    """The documents of watches that are there."""
    names = [FILE, *(f"watches-known-{n}.json" for n in range(5))]
    return [name for name in names if backend.read_document(name) is not None]


# --- anywhere ------------------------------------------------------------------------------------


def test_watches_are_kept_anywhere(anywhere: str) -> None:
    library = watching(anywhere, "canal", "second")
    assert documents(library.backend) == [FILE, "watches-known-0.json"]
    after = library.update([LATER])
    assert run(after, names=["canal"]) == {"canal": [("new", "later")]}
    assert documents(library.backend) == [FILE, "watches-known-0.json", "watches-known-1.json"]
    assert run(after) == {"canal": [], "second": [("new", "later")]}
    assert documents(library.backend) == [FILE, "watches-known-1.json"]
    left = open_at(anywhere).delete(["later"])
    assert "at once" not in (left.backend.read_document(FILE) or "")
    left.watches.remove("canal")
    left.watches.remove("second")
    assert documents(library.backend) == [FILE]


def test_two_that_add_at_once_lose_nothing(anywhere: str) -> None:
    library = watching(anywhere)
    result = searched(library)
    errors: list[Exception] = []

    def add(letter: str) -> None:
        try:
            own = open_at(anywhere)
            for number in range(4):
                own.watches.add(f"{letter}{number}", result, stance_model=WordJudge())
        except CompareError as error:
            errors.append(error)

    threads = [threading.Thread(target=add, args=(letter,)) for letter in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    names = [watch.name for watch in library.watches]
    assert names == [*(f"a{n}" for n in range(4)), *(f"b{n}" for n in range(4)), "canal"]


_ADDING = """
import sys
from compare.results import Result
from tests.fakes import WordJudge
from tests.watch.conftest import open_at

library = open_at(sys.argv[1])
for number in range(5):
    result = Result.load(sys.argv[2])
    library.watches.add(sys.argv[3] + str(number), result, stance_model=WordJudge())
"""


def test_two_processes_that_add_lose_nothing(place: Path, tmp_path: Path) -> None:
    library = watching(place)
    saved = searched(library).save(tmp_path / "result.json")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    children = [
        subprocess.Popen([sys.executable, "-c", _ADDING, place, saved, letter], env=environment)
        for letter in "ab"
    ]
    assert [child.wait(60) for child in children] == [0, 0]
    assert len(list(library.watches)) == 11


def test_a_state_that_another_program_removed_is_written_again(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    after = library.update([LATER])
    stale = Document(known={after.digest: "watches-known-9.json"})
    with monkeypatch.context() as patch:
        patch.setattr("compare.watch.watches.read", lambda _: stale)
        after.watches.add("second", searched(after), stance_model=WordJudge())
    assert run(after) == {"canal": [("new", "later")], "second": []}


def test_two_that_run_at_once_report_once(anywhere: str) -> None:
    after = watching(anywhere).update([LATER])

    class Overtaken(WordJudge):
        def score(self, pairs: Any, on_progress: Any = None) -> Any:
            self.other = run(open_at(anywhere))
            return super().score(pairs, on_progress)

    judge = Overtaken()
    ran = after.watches.run(stance_model=judge)
    assert judge.other == {"canal": [("new", "later")]}
    assert (ran.entries, ran.left_out) == ({}, ("canal",))
    assert briefly(after.watches.entries("canal")) == [("new", "later")]


def test_a_watch_that_is_removed_during_a_run_stays_away(anywhere: str) -> None:
    after = watching(anywhere, "canal", "second").update([LATER])

    class Removing(WordJudge):
        def score(self, pairs: Any, on_progress: Any = None) -> Any:
            if len(list(after.watches)) == 2:
                open_at(anywhere).watches.remove("canal")
            return super().score(pairs, on_progress)

    ran = after.watches.run(stance_model=Removing())
    assert ran.left_out == ("canal",)
    assert [watch.name for watch in after.watches] == ["second"]
    assert briefly(ran.entries["second"]) == [("new", "later")]


def test_a_database_that_is_only_read_refuses(postgres: Server) -> None:
    library = watching(postgres.address("watch_read"))
    database = library.backend._database
    with database.transaction() as connection:
        connection.execute("CREATE ROLE reader LOGIN")
        connection.execute("GRANT USAGE ON SCHEMA watch_read TO reader")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA watch_read TO reader")
    other = open_at(postgres.address("watch_read", user="reader"))
    assert [watch.name for watch in other.watches] == ["canal"]
    with pytest.raises(LibraryError, match="may not do this"):
        other.watches.remove("canal")


# --- kills ---------------------------------------------------------------------------------------

_CHILD = """
import os, sys
from compare.library.folder import FolderBackend
from tests.watch.conftest import open_at, run

place, method, at, after = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4] == "after"
seen = 0
real = getattr(FolderBackend, method)

def killed(*arguments):
    global seen
    seen += 1
    if seen == at and not after:
        os._exit(9)
    done = real(*arguments)
    if seen == at and after:
        os._exit(9)
    return done

setattr(FolderBackend, method, killed)
library = open_at(place)
run(library)
"""
_WRITES = [("write_document", 1), ("write_document", 2), ("remove_document", 1)]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(("method", "at"), _WRITES)
def test_a_run_that_is_killed_is_run_again(place: Path, method: str, at: int, moment: str) -> None:
    after = watching(place).update(
        [LATER, said("more", "The blockade of Port Meren must end soon.")]
    )
    child = [sys.executable, "-c", textwrap.dedent(_CHILD), str(place), method, str(at), moment]
    done = subprocess.run(child, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 9
    run(after)
    found = briefly(after.watches.entries("canal"))
    assert sorted(found) == [("new", "later"), ("new", "more")]
    last = after.update([said("last", "The blockade of Port Meren must end, they say.")])
    assert run(last) == {"canal": [("new", "last")]}
    assert len(documents(last.backend)) <= 3  # one that a kill left is used again
    run(last.update([said("end", "The blockade of Port Meren must end, all say.")]))
    assert len(documents(last.backend)) <= 3


def test_a_run_that_is_stopped_changes_nothing(library: Library, place: Path) -> None:
    after = library.update([LATER])
    before = (place / FILE).read_bytes()

    class Stopped(WordJudge):
        def score(self, pairs: Any, on_progress: Any = None) -> Any:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        after.watches.run(stance_model=Stopped())
    assert (place / FILE).read_bytes() == before
    assert run(after) == {"canal": [("new", "later")]}


# --- damage --------------------------------------------------------------------------------------


def edited(place: Path, edit: Callable[[Any], object], name: str = FILE) -> None:
    path = place / name
    data = json.loads(path.read_text("utf-8"))
    edit(data)
    path.write_text(json.dumps(data), "utf-8")


def first(data: Any) -> Any:
    return data["watches"][0]


@pytest.mark.parametrize(
    ("edit", "field"),
    [
        (lambda d: d.update(format="other"), "format"),
        (lambda d: d.pop("watches"), "watches"),
        (lambda d: d.update(more=1), "more"),
        (lambda d: first(d).update(name=3), "watches.0.name"),
        (lambda d: first(d).update(created="today"), "watches.0.created"),
        (lambda d: first(d).update(created="2024-01-01"), "watches.0.created"),
        (lambda d: first(d).update(digest="0" * 64), "watches.0.digest"),
        (lambda d: first(d)["thresholds"].update(probability=2), "thresholds.probability"),
        (lambda d: first(d)["thresholds"].update(probability=float("nan")), "NaN"),
        (lambda d: first(d)["thresholds"].update(similarity=float("inf")), "Infinity"),
        (lambda d: first(d).update(candidates=0), "watches.0.candidates"),
        (lambda d: first(d).update(candidates=True), "watches.0.candidates"),
        (lambda d: first(d)["filters"].update(speakers="Ada"), "watches.0: filters.speakers"),
        (lambda d: first(d)["filters"].update(magic=["x"]), "watches.0: filters.magic"),
        (lambda d: first(d)["filters"].update(date_from="2022-13"), "watches.0"),
        (lambda d: first(d)["quote"].update(date="2022-13"), "watches.0"),
        (lambda d: first(d)["entries"][1].update(similarity=7), "watches.0.entries.1.similarity"),
        (lambda d: first(d)["entries"][1].update(found="x"), "watches.0.entries.1.found"),
        (lambda d: first(d)["entries"][0].update(stance=None), "entries.0: it has only a part"),
        (lambda d: first(d)["entries"][0]["statement"].pop("text"), "entries.0.statement.text"),
        (lambda d: first(d)["entries"].append(first(d)["entries"][0]), "two have the same id"),
        (lambda d: d["watches"].append(first(d)), "two have the same name"),
    ],
)
def test_damage_is_one_sentence_with_its_place(
    library: Library, place: Path, edit: Callable[[Any], object], field: str
) -> None:
    edited(place, edit)
    for ask in (lambda: list(library.watches), library.watches.run):
        with pytest.raises(WatchError) as told:
            ask()
        sentence = str(told.value)
        assert str(place / FILE) in sentence
        assert field in sentence
        assert "\n" not in sentence
        assert sentence.endswith("to begin without watches.")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_document_is_one_sentence(library: Library, place: Path, content: bytes) -> None:
    (place / FILE).write_bytes(content)
    with pytest.raises(WatchError, match="cannot be read"):
        list(library.watches)
    with pytest.raises(WatchError, match="cannot be read"):
        library.watches.add("second", searched(library), stance_model=WordJudge())
    assert (place / FILE).read_bytes() == content


def test_a_later_version_is_not_guessed_at(library: Library, place: Path) -> None:
    edited(place, lambda data: data.update(version=2))
    with pytest.raises(WatchError, match="pip install --upgrade"):
        list(library.watches)


@pytest.mark.parametrize(
    ("edit", "said_of"),
    [
        (lambda d: d.update(digest="0" * 64), "another state"),
        (lambda d: d.update(statements="AAAA"), "cut"),
        (lambda d: d.update(statements="é"), "statements"),
        (lambda d: d.update(statements=3), "statements"),
        (lambda d: d.update(statements="/////////////////////wAAAAAAAAAAAAAAAAAAAAA="), "sorted"),
    ],
)
def test_damaged_known_statements_are_one_sentence(
    library: Library, place: Path, edit: Callable[[Any], object], said_of: str
) -> None:
    after = library.update([LATER])
    edited(place, edit, "watches-known-0.json")
    with pytest.raises(WatchError, match=r"watches-known-0\.json.*cannot be read") as told:
        after.watches.run(stance_model=WordJudge())
    assert said_of in str(told.value)


def test_missing_known_statements_are_one_sentence(library: Library, place: Path) -> None:
    after = library.update([LATER])
    (place / "watches-known-0.json").unlink()
    with pytest.raises(WatchError, match="it is missing"):
        after.watches.run(stance_model=WordJudge())


def test_text_that_no_file_can_hold_is_kept_readable(place: Path) -> None:
    odd = said("odd", "The blockade of Port Meren must end \0 now.", "A\x1b[0m")
    library = watching(place, statements=[odd])
    library.watches.add("half", searched(library, f"{BLOCKADE} \ud800"), stance_model=WordJudge())
    assert library.watches.watch("half").quote.text == f"{BLOCKADE} ?"
    (entry,) = library.watches.entries("canal", with_baseline=True)
    assert (entry.statement.text, entry.statement.speaker) == (odd.text, odd.speaker)


def test_a_document_is_written_as_it_is_read(library: Library, place: Path) -> None:
    run(library.update([LATER]))
    before = (place / FILE).read_text("utf-8")
    backend = backend_at(place)
    change(backend, lambda document: document)
    assert (place / FILE).read_text("utf-8") == before
    counts = Counter(entry.kind for one in read(backend).watches for entry in one.entries)
    assert counts == {"baseline": 2, "new": 1}
