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
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from compare.errors import CompareError, LibraryError, WatchError
from compare.library.backend import Backend, backend_at
from compare.library.library import Library
from compare.statements import Quote
from compare.watch import Watches
from compare.watch.document import FILE, Document, change, known_name, read
from tests.fakes import WordJudge
from tests.postgres_server import Server
from tests.watch.conftest import (
    BLOCKADE,
    LATER,
    briefly,
    kept,
    open_at,
    reported,
    run,
    said,
    searched,
    watching,
)

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=["folder", "database"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An address for a library, in a folder or in a database."""
    if request.param == "folder":
        return str(tmp_path / "library")
    server: Server = request.getfixturevalue("postgres")
    return server.address(f"watch_{request.node.name.encode().hex()[:12]}_{os.urandom(3).hex()}")


def states(backend: Backend, *libraries: Library) -> list[bool]:
    """Whether the statements known in each state of a library are there."""
    names = [known_name(library.digest) for library in libraries]
    return [backend.read_document(name) is not None for name in names]


# --- anywhere ------------------------------------------------------------------------------------


def test_watches_are_kept_anywhere(anywhere: str) -> None:
    library = watching(anywhere, "canal", "second")
    after = library.update([LATER])
    assert states(library.backend, library, after) == [True, False]
    assert run(after, names=["canal"]) == {"canal": [("new", "later")]}
    assert states(library.backend, library, after) == [True, True]
    assert run(after) == {"canal": [], "second": [("new", "later")]}
    assert states(library.backend, library, after) == [False, True]
    left = open_at(anywhere).delete(["later"])
    assert "at once" not in (left.backend.read_document(FILE) or "")
    left.watches.remove("canal")
    left.watches.remove("second")
    assert states(library.backend, library, after, left) == [False, False, False]


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
    (one,) = read(library.backend).watches
    seen = replace(one, watch=replace(one.watch, digest=after.digest))
    with monkeypatch.context() as patch:
        patch.setattr("compare.watch.watches.read", lambda _: Document((seen,)))
        after.watches.add("second", searched(after), stance_model=WordJudge())
    assert run(after) == {"canal": [("new", "later")], "second": []}


def test_a_run_reads_what_was_known_before_another_removes_it(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    after = library.update([LATER])
    real = Watches._start

    def overtaken(self: Watches, names: Any) -> Any:
        monkeypatch.setattr(Watches, "_start", real)
        assert run(open_at(library.backend)) == {"canal": [("new", "later")]}
        assert states(library.backend, library) == [False]
        return self._start(names)

    monkeypatch.setattr(Watches, "_start", overtaken)
    assert run(after) == {"canal": []}


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
    assert briefly(reported(after)) == [("new", "later")]


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
    found = briefly(reported(after))
    assert sorted(found) == [("new", "later"), ("new", "more")]
    last = after.update([said("last", "The blockade of Port Meren must end, they say.")])
    assert run(last) == {"canal": [("new", "last")]}
    assert len([*place.glob("watches-known-*")]) == 1  # the next run removes what a kill left


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
        (lambda d: first(d).update(digest="../../statements"), "watches.0.digest"),
        (lambda d: d.update(known=["../" * 20 + "x"]), "known.0"),
        (lambda d: d.update(known=["A" * 64]), "known.0"),
        (lambda d: first(d)["thresholds"].update(probability=2), "thresholds.probability"),
        (lambda d: first(d)["thresholds"].update(probability=float("nan")), "probability"),
        (lambda d: first(d)["thresholds"].update(similarity=float("inf")), "similarity"),
        (lambda d: first(d).update(candidates=0), "watches.0.candidates"),
        (lambda d: first(d).update(candidates=10_001), "watches.0.candidates"),
        (lambda d: first(d).update(candidates=True), "watches.0.candidates"),
        (lambda d: first(d)["filters"].update(speakers="Ada"), "watches.0: filters.speakers"),
        (lambda d: first(d)["filters"].update(magic=["x"]), "watches.0: filters.magic"),
        (lambda d: first(d)["filters"].update(date_from="2022-13"), "watches.0"),
        (lambda d: first(d)["quote"].update(date="2022-13"), "watches.0"),
        (lambda d: first(d)["entries"][1].update(similarity=7), "watches.0.entries.1.similarity"),
        (lambda d: first(d)["entries"][1].update(found="x"), "watches.0.entries.1.found"),
        (lambda d: first(d)["entries"][1].update(removed="y"), "watches.0.entries.1.removed"),
        (lambda d: first(d)["entries"][1].update(id="1"), "watches.0.entries.1.id"),
        (lambda d: first(d)["entries"][1]["statement"].update(page=10**9), "statement.page"),
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
    after = library.update([LATER])
    for name in (known_name(library.digest), FILE):
        edited(place, lambda data: data.update(version=2, more=[]), name)
        with pytest.raises(WatchError, match=r"has format 2.*make setup") as told:
            after.watches.run(stance_model=WordJudge())
        assert name in str(told.value)


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
    name = known_name(library.digest)
    edited(place, edit, name)
    with pytest.raises(WatchError, match=r"cannot be read \(.*\): restore") as told:
        after.watches.run(stance_model=WordJudge())
    assert name in str(told.value)
    assert said_of in str(told.value)


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"version":true}'])
def test_what_is_no_known_document_is_one_sentence(
    library: Library, place: Path, content: bytes
) -> None:
    after = library.update([LATER])
    (place / known_name(library.digest)).write_bytes(content)
    with pytest.raises(WatchError, match=r"watches-known-\w{16}\.json cannot be read") as told:
        after.watches.run(stance_model=WordJudge())
    assert not any(one in str(told.value) for one in ("\n", "https://", "pydantic"))


def test_missing_known_statements_are_one_sentence(library: Library, place: Path) -> None:
    after = library.update([LATER])
    (place / known_name(library.digest)).unlink()
    with pytest.raises(WatchError, match="it is missing"):
        after.watches.run(stance_model=WordJudge())


def test_a_document_removes_nothing_but_known_statements(library: Library, place: Path) -> None:
    (place / "mine.json").write_text("{}")
    edited(place, lambda data: data.update(known=["0" * 64]))
    library.watches.remove("canal")
    assert (place / "mine.json").exists()
    assert list(library.watches) == []


def test_text_that_no_file_can_hold_is_kept_readable(place: Path) -> None:
    odd = said("odd", "The blockade of Port Meren must end \0 now.", "A\x1b[0m")
    library = watching(place, statements=[odd])
    library.watches.add("half", searched(library, f"{BLOCKADE} \ud800"), stance_model=WordJudge())
    assert library.watches.watch("half").quote.text == f"{BLOCKADE} ?"
    (entry,) = kept(library)
    assert (entry.statement.text, entry.statement.speaker) == (odd.text, odd.speaker)


def test_a_document_is_written_as_it_is_read(library: Library, place: Path) -> None:
    run(library.update([LATER]))
    backend = backend_at(place)
    change(backend, replace)
    before = (place / FILE).read_text("utf-8")
    change(backend, replace)
    assert (place / FILE).read_text("utf-8") == before
    counts = Counter(entry.kind for one in read(backend).watches for entry in one.entries)
    assert counts == {"baseline": 2, "new": 1}


def test_a_watch_keeps_its_opposite_and_one_without_has_none(library: Library, place: Path) -> None:
    against = Quote(BLOCKADE, opposite="The blockade of Port Meren must go on")
    library.watches.add("both", library.search(against, stance_model=WordJudge()))
    backend = backend_at(place)
    change(backend, replace)
    kept_as = {
        one["name"]: one["quote"] for one in json.loads((place / FILE).read_text())["watches"]
    }
    assert "opposite" not in kept_as["canal"]
    assert kept_as["both"]["opposite"] == against.opposite
    assert {one.watch.quote.opposite for one in read(backend).watches} == {"", against.opposite}
    run(library.update([LATER]))
