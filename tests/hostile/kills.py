"""Kill a job before each change that it makes to its folder, then run it again.

    python -m tests.hostile.kills JOB FOLDER

Prints, as JSON, how many kills there were and what was wrong after one. A deletion that was killed
after it was published is also finished by each of the other jobs that write. Changes are seen by
the audit events of Python: a file opened for writing, renamed, removed, linked or truncated, a
folder made or removed, a database opened.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from compare.deletion import NOTE
from compare.errors import LibraryError
from compare.facade import Library
from compare.statements.languages import language_name
from compare.strict_model import model
from tests.fakes import HashingEncoder, WordJudge, statement

for name in ("faiss", "filelock", "numpy.random", "pycountry", "compare.comparison.search",
             "compare.library.sqlite_store", "compare.watch"):  # fmt: skip
    importlib.import_module(name)  # once, before all forks
for table in ("library manifest", "kept watches", "deletion"):
    model(table)
language_name("en")

ENCODER = HashingEncoder(32)
FIRST = [
    statement("a", "The blockade of Port Meren must end.", speaker="Ada Lorn", date="2021"),
    statement("b", "The blockade of Port Meren will not end.", speaker="Bren Tal", date="2022"),
]
DELETED = (b"will not end", b"Bren Tal")  # of "b"
LATER = statement("c", "The blockade of Port Meren must end today.", speaker="Cor Vey", date="2023")
_CHANGES = {"os.rename", "os.remove", "os.link", "os.truncate", "os.mkdir", "os.rmdir",
            "sqlite3.connect"}  # fmt: skip
_KILLED = 9


def opened(folder: Path) -> Library:
    return Library.open(folder, ENCODER)


def build(folder: Path) -> None:
    Library.build(FIRST, folder, ENCODER).close()


def update(folder: Path) -> None:
    opened(folder).update([LATER]).close()


def build_after(folder: Path) -> None:
    Library.build([FIRST[0], LATER], folder, ENCODER).close()


def delete(folder: Path) -> None:
    try:
        opened(folder).delete(["b"]).close()
    except LibraryError:  # it was deleted before the kill
        assert "b" not in opened(folder).store.ids()


def watch(folder: Path) -> None:
    library = opened(folder)
    if not list(library.watches):
        quote = "The blockade of Port Meren must end."
        library.watches.add("port", library.search(quote, stance_model=WordJudge()),
                            stance_model=WordJudge())  # fmt: skip


def run_watch(folder: Path) -> None:
    opened(folder).watches.run(stance_model=WordJudge())


def state(folder: Path) -> dict[str, object]:
    """What a reader finds: the statements, their digest, and what watches reported."""
    library = opened(folder)
    library.verify()
    found = library.watches.found()
    entries = {one.name: sorted(entry.id for entry in entries) for one, entries in found}
    return {"ids": sorted(library.store.ids()), "digest": library.digest, "watches": entries}


# Each job, with those that have to be done before.
JOBS: dict[str, tuple[tuple[Callable[[Path], None], ...], Callable[[Path], None]]] = {
    "build": ((), build),
    "update": ((build,), update),
    "delete": ((build, watch, update), delete),
    "watch": ((build,), watch),
    "run_watch": ((build, watch, update), run_watch),
}
FINISHING = (build_after, update)
"""What finishes a deletion that was killed."""


def in_child(work: Callable[[], None]) -> int:
    child = os.fork()
    if not child:
        try:
            work()
        except BaseException as error:
            print(type(error).__name__, error, file=sys.stderr)
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(job: Callable[[Path], None], folder: Path, change: int) -> Callable[[], None]:
    def work() -> None:
        left = change

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            nonlocal left
            changes = event in _CHANGES
            if event == "open":  # by its mode, or by the flags of `os.open`
                mode, flags = arguments[1:3]
                changes = bool(set(mode or "") & set("wax+")) or bool(flags & os.O_CREAT)
            if changes and str(folder) in str(arguments[0]):
                left -= 1
                if left == 0:
                    os._exit(_KILLED)

        sys.addaudithook(hook)
        job(folder)

    return work


def unfinished(place: Path) -> list[str]:
    """Return the jobs that leave words of the statement that was deleted on the disk."""
    found = []
    for finish in FINISHING:
        copy = shutil.copytree(place, place.with_name("copy"))
        if in_child(lambda folder=copy / "library": finish(folder)):  # noqa: B023  # it runs at once
            found.append(f"{finish.__name__} fails")
        files = [path for path in copy.rglob("*") if path.is_file()]
        if [path for path in files if any(word in path.read_bytes() for word in DELETED)]:
            found.append(f"{finish.__name__} leaves what was deleted")
        if (copy / "library" / NOTE).exists():
            found.append(f"{finish.__name__} leaves the note")
        shutil.rmtree(copy)
    return found


def main() -> None:
    prepare, job = JOBS[sys.argv[1]]
    home = Path(sys.argv[2])
    start, whole = home / "start", home / "whole"
    start.mkdir()
    for earlier in prepare:  # each in a child, since a search starts threads that no fork has
        assert in_child(lambda earlier=earlier: earlier(start / "library")) == 0
    shutil.copytree(start, whole)
    before = state(start / "library") if (start / "library").exists() else None
    assert in_child(lambda: job(whole / "library")) == 0
    after = state(whole / "library")
    kills, wrong = 0, []
    for change in range(1, 1000):
        place = home / f"{change}"
        shutil.copytree(start, place)
        folder = place / "library"
        if in_child(killed_at(job, folder, change)) != _KILLED:
            break
        kills += 1
        try:
            between = state(folder)
        except LibraryError as error:
            between = None
            if before is not None:
                wrong.append(f"{change}: {error}")
        if between not in (before, after):
            wrong.append(f"{change}: neither the old state nor the new: {between}")
        if job is delete and between == after:
            wrong += [f"{change}: {found}" for found in unfinished(place)]
        if in_child(lambda folder=folder: job(folder)) or state(folder) != after:
            wrong.append(f"{change}: run again, it ends in another state")
        shutil.rmtree(place)
    print(json.dumps({"kills": kills, "wrong": wrong}))


if __name__ == "__main__":
    main()
