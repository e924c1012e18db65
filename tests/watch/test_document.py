"""The document of watches: damage in one sentence, kills, several programs, a database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from compare.errors import CompareError, LibraryError, WatchError
from compare.facade import Library
from compare.library.backend import backend_at
from compare.statements import Quote
from compare.watch.document import FILE, change, read
from tests.fakes import WordJudge
from tests.postgres_server import Server
from tests.watch.conftest import (
    BLOCKADE,
    LATER,
    briefly,
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


# --- anywhere ------------------------------------------------------------------------------------


def test_watches_are_kept_anywhere(anywhere: str) -> None:
    library = watching(anywhere, "canal", "second")
    after = library.update([LATER])
    assert run(after) == {"canal": ["later"], "second": ["later"]}
    left = open_at(anywhere).delete(["later"])
    assert "at once" not in (left.backend.read_document(FILE) or "")
    left.watches.remove("canal")
    left.watches.remove("second")
    assert read(left.backend).digest is None


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


def test_two_that_run_at_once_report_once(anywhere: str) -> None:
    after = watching(anywhere).update([LATER])

    class Overtaken(WordJudge):
        def score(self, pairs: Any, on_progress: Any = None) -> Any:
            self.other = run(open_at(anywhere))
            return super().score(pairs, on_progress)

    judge = Overtaken()
    with pytest.raises(WatchError, match="at the same time: `compare watch show`"):
        after.watches.run(stance_model=judge)
    assert judge.other == {"canal": ["later"]}
    assert briefly(reported(after)) == ["later"]


def test_watches_that_come_and_go_during_a_run_are_left_as_they_are(anywhere: str) -> None:
    after = watching(anywhere, "canal", "second").update([LATER])

    class Changing(WordJudge):
        def score(self, pairs: Any, on_progress: Any = None) -> Any:
            other = open_at(anywhere)
            if [watch.name for watch in other.watches] == ["canal", "second"]:
                other.watches.remove("canal")
                other.watches.add("third", searched(other), stance_model=WordJudge())
            return super().score(pairs, on_progress)

    ran = after.watches.run(stance_model=Changing())
    assert {name: briefly(entries) for name, entries in ran.entries.items()} == {
        "second": ["later"]
    }
    assert [watch.name for watch in after.watches] == ["second", "third"]


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

place, after = sys.argv[1], sys.argv[2] == "after"
real = FolderBackend.write_document

def killed(*arguments):
    if after:
        real(*arguments)
    os._exit(9)

FolderBackend.write_document = killed
library = open_at(place)
run(library)
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_run_that_is_killed_is_run_again(place: Path, moment: str) -> None:
    after = watching(place).update(
        [LATER, said("more", "The blockade of Port Meren must end soon.")]
    )
    child = [sys.executable, "-c", textwrap.dedent(_CHILD), str(place), moment]
    done = subprocess.run(child, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 9
    run(after)
    found = briefly(reported(after))
    assert sorted(found) == ["later", "more"]
    last = after.update([said("last", "The blockade of Port Meren must end, they say.")])
    assert run(last) == {"canal": ["last"]}


def test_a_run_that_is_stopped_changes_nothing(library: Library, place: Path) -> None:
    after = library.update([LATER])
    before = (place / FILE).read_bytes()

    class Stopped(WordJudge):
        def score(self, pairs: Any, on_progress: Any = None) -> Any:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        after.watches.run(stance_model=Stopped())
    assert (place / FILE).read_bytes() == before
    assert run(after) == {"canal": ["later"]}


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
        (lambda d: d.update(digest="A" * 64), "digest"),
        (lambda d: d.update(statements="AAAA"), "cut"),
        (lambda d: d.update(statements="é"), "statements"),
        (lambda d: d.update(statements=3), "statements"),
        (lambda d: first(d).update(baseline=["x"]), "watches.0.baseline.0"),
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
        (lambda d: first(d)["entries"][0].update(similarity=7), "watches.0.entries.0.similarity"),
        (lambda d: first(d)["entries"][0].update(found="x"), "watches.0.entries.0.found"),
        (lambda d: first(d)["entries"][0].update(id="1"), "watches.0.entries.0.id"),
        (lambda d: first(d)["entries"][0].update(passage=-1), "entries.0.passage"),
        (lambda d: first(d)["entries"][0].update(stance="neither"), "entries.0.stance"),
        (lambda d: first(d)["entries"].append(first(d)["entries"][0]), "two have the same id"),
        (lambda d: d["watches"].append(first(d)), "two have the same name"),
    ],
)
def test_damage_is_one_sentence_with_its_place(
    library: Library, place: Path, edit: Callable[[Any], object], field: str
) -> None:
    run(library.update([LATER]))
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
    edited(place, lambda data: data.update(version=3, more=[]))
    with pytest.raises(WatchError, match=r"watches\.json has format 3.*make setup"):
        library.watches.run(stance_model=WordJudge())


def as_version_1(data: Any) -> None:
    """Make a document one of version 1, whose entries held words."""
    digest = data["digest"]
    statement = {
        "id": "agree-1", "text": "words of long ago", "context": "", "speaker": "", "role": "",
        "country": [], "date": "", "venue": "", "title": "", "source": "", "url": "",
        "language": "", "quotation": "direct", "page": None,
    }  # fmt: skip
    entry = {
        "id": "0" * 64, "kind": "baseline", "found": "2024-01-01T00:00:00+00:00",
        "statement": statement, "stance": "agree", "similarity": 0.5, "label_source": "x",
        "probabilities": {"agree": 0.7, "oppose": 0.1, "neither": 0.2}, "before": None,
        "removed": None,
    }  # fmt: skip
    data.update(version=1, id="x", known=[digest, "../../mine"])
    del data["digest"], data["statements"]
    last = {"date": entry["found"], "statements": 3, "read": 0, "new": 0, "corrected": 0}
    for watch in data["watches"]:
        del watch["baseline"]
        watch.update(digest=digest, entries=[entry], last_run=last, total=7)


def test_watches_of_an_older_version_begin_anew(library: Library, place: Path) -> None:
    known = place / f"watches-known-{library.digest[:16]}.json"
    known.write_text("{}")
    edited(place, as_version_1)
    after = library.update([LATER])
    assert after.watches.are_behind
    assert after.watches.watch("canal").total == 7
    assert run(after) == {"canal": []}
    assert not known.exists()
    last = after.update([said("last", "The blockade of Port Meren must end, they say.")])
    assert run(last) == {"canal": ["last"]}


def test_a_deletion_removes_the_words_that_an_older_version_kept(
    library: Library, place: Path
) -> None:
    edited(place, as_version_1)
    library.delete(["agree-1"])
    assert "long ago" not in (place / FILE).read_text()
    assert [watch.name for watch in open_at(place).watches] == ["canal"]


@pytest.mark.parametrize("edit", [
    lambda d: d.update(known=5, watches=5), lambda d: d.update(watches=[5]),
    lambda d: first(d).update(last_run=5),
])  # fmt: skip
def test_damage_of_an_older_version_is_one_sentence(
    library: Library, place: Path, edit: Callable[[Any], object]
) -> None:
    edited(place, as_version_1)
    edited(place, edit)
    with pytest.raises(WatchError, match="cannot be read"):
        list(library.watches)


def test_text_that_no_file_can_hold_is_kept_readable(library: Library) -> None:
    library.watches.add("half", searched(library, f"{BLOCKADE} \ud800"), stance_model=WordJudge())
    assert library.watches.watch("half").quote.text == f"{BLOCKADE} ?"
    odd = said("odd", "The blockade of Port Meren must end \0 now.", "A\x1b[0m")
    assert run(library.update([odd])) == {"canal": ["odd"], "half": ["odd"]}


def test_a_document_is_written_as_it_is_read(library: Library, place: Path) -> None:
    run(library.update([LATER]))
    backend = backend_at(place)
    change(backend, replace)
    before = (place / FILE).read_text("utf-8")
    change(backend, replace)
    assert (place / FILE).read_text("utf-8") == before
    (one,) = read(backend).watches
    assert (len(one.baseline), [entry.statement for entry in one.entries]) == (2, ["later"])


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
