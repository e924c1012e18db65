"""Kill a job, or cut its connection, before each statement that changes a library in PostgreSQL.

    python -m tests.hostile.kills_of_databases [--most NUMBER] [--how HOW] [--address TEXT] [JOB...]

In an address, {} stands for the name of a library; without one, a server is made. Each try has a
library of its own. After it, readers find the old state or the new one, and the job, run again,
ends in the new one.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import psycopg

from compare.errors import CompareError
from compare.results import Stance
from compare.review import Answer, PairSelection, Reviews
from tests.hostile import kills
from tests.hostile.kills_of_files import spread
from tests.postgres_server import programs, running_server
from tests.review.conftest import pair

KILL, CUT = HOWS = ("kill", "cut")
_DONE, _FAILED, _REFUSED, _KILLED = 0, 1, 2, 9
_READS = ("SELECT", "SHOW", "FETCH", "CLOSE", "DECLARE")

Work = Callable[[str], None]


def delete(address: str) -> None:
    library = kills.opened(address)
    if "b" in library.store.ids():
        library.delete(["b"]).close()


def reviews(address: str) -> Reviews:
    return Reviews.of(kills.opened(address))


def create(address: str) -> None:
    there = reviews(address)
    if not there.all():
        pairs = [pair(number) for number in range(3)]
        there.create("canal", PairSelection.imported(pairs), ["Ada"], order="given")


def answer(address: str) -> None:
    review = reviews(address).open("canal")
    given = {1: Answer(Stance.AGREE, 3, "clear"), 2: Answer(Stance.OPPOSE), 3: Answer(None)}
    review.answer_many("Ada", given)


def hand_in(address: str) -> None:
    review = reviews(address).open("canal")
    if not review.handed_in:
        review.hand_in("Ada")


def remove(address: str) -> None:
    there = reviews(address)
    if there.all():
        there.delete("canal")


def state(address: str) -> dict[str, Any]:
    """What readers find: statements, watches and reviews; nothing if there is no library yet."""
    library = kills.opened(address)
    library.verify()
    watches = {
        one.name: sorted(entry.statement.id for entry in entries)
        for one, entries in library.watches.found()
    }
    found = {}
    for review in Reviews.of(library).all():
        answers = {place: given.label for place, given in review.answers("Ada")["Ada"].items()}
        history = [event.what for event in review.history("Ada")]
        found[review.name] = (answers, history, review.handed_in)
    ids = sorted(library.store.ids())
    library.close()
    return {"ids": ids, "digest": library.digest, "watches": watches, "reviews": found}


# Each job, with those that have to be done before.
JOBS: dict[str, tuple[tuple[Work, ...], Work]] = {
    "build": ((), kills.build),
    "update": ((kills.build,), kills.update),
    "delete": ((kills.build, kills.update), delete),
    "watch": ((kills.build,), kills.watch),
    "run_watch": ((kills.build, kills.watch, kills.update), kills.run_watch),
    "review_new": ((kills.build,), create),
    "review_answers": ((kills.build, create), answer),
    "review_done": ((kills.build, create, answer), hand_in),
    "review_delete": ((kills.build, create, answer), remove),
}


class Counter:
    """Counts the statements that change something, and ends the process or the connection."""

    def __init__(self, at: int, how: str) -> None:
        self.at, self.how, self.count = at, how, 0

    def step(self, connection: psycopg.Connection[Any], sql: Any) -> None:
        """Called before each statement."""
        text = sql if isinstance(sql, str) else sql.decode() if isinstance(sql, bytes) else ""
        if text.lstrip().upper().startswith(_READS) and "nextval" not in text:
            return
        self.count += 1
        if self.count != self.at:
            return
        if self.how == KILL:
            os._exit(_KILLED)
        info = connection.info
        other = psycopg.connect(
            host=info.host, port=info.port, user=info.user, dbname=info.dbname, autocommit=True
        )
        self.at = -1
        other.pgconn.exec_(f"SELECT pg_terminate_backend({info.backend_pid}, 5000)".encode())
        other.close()

    def install(self) -> None:
        """Be called by psycopg in this process."""
        cursor, base = psycopg.Cursor, psycopg.Connection
        execute, executemany, copy = cursor.execute, cursor.executemany, cursor.copy
        command = base._exec_command  # BEGIN, COMMIT and ROLLBACK

        def counted(real: Any) -> Any:
            def call(this: Any, sql: Any, *rest: Any, **options: Any) -> Any:
                self.step(getattr(this, "connection", this), sql)
                return real(this, sql, *rest, **options)

            return call

        cursor.execute, cursor.executemany = counted(execute), counted(executemany)
        cursor.copy, base._exec_command = counted(copy), counted(command)


def tried(job: Work, address: str, at: int = 0, how: str = KILL) -> tuple[int, int]:
    """Run a job in a child; return its exit code, and the number of its changes."""
    reading, writing = os.pipe()
    if not (child := os.fork()):
        counter = Counter(at, how)
        counter.install()
        code = _DONE
        try:
            job(address)
        except CompareError as error:
            code = _REFUSED if "\n" not in str(error) and str(error).endswith(".") else _FAILED
            print(error, file=sys.stderr)
        except BaseException as error:
            code = _FAILED
            print(type(error).__name__, error, file=sys.stderr)
        os.write(writing, str(counter.count).encode())
        os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as counts:
        told = counts.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), int(told or 0)


def check(
    name: str, address_of: Callable[[str], str], most: int, hows: Sequence[str]
) -> dict[str, Any]:
    """Stop a job before each of its changes, or `most` of them; tell what was wrong after one."""
    earlier, job = JOBS[name]

    def prepared(library: str) -> str:
        address = address_of(f"{name}_{library}")
        for work in earlier:
            code, _ = tried(work, address)
            assert code == _DONE
        return address

    whole = prepared("whole")
    before = found(whole)
    code, count = tried(job, whole)
    assert code == _DONE
    after, wrong, tries = found(whole), [], spread(count, most)
    assert before != after
    for change in tries:
        for how in hows:
            address, where = prepared(f"{how}{change}"), f"{how} {change}"
            code, _ = tried(job, address, change, how)
            if code not in ((_KILLED,) if how == KILL else (_DONE, _REFUSED)):
                wrong.append(f"{where}: it ended with {code}")
            between = found(address)
            if between not in ((before, after) if code != _DONE else (after,)):
                wrong.append(f"{where}: neither the old state nor the new: {between}")
            again, _ = tried(job, address)
            if again != _DONE or found(address) != after:
                wrong.append(f"{where}: run again, it ends in another state: {found(address)}")
    return {"kills": len(tries), "of": count, "wrong": wrong}


def found(address: str) -> Any:
    """Return the state of a library, or the sentence that says that there is none."""
    try:
        return state(address)
    except CompareError as error:
        return "none" if "no library" in str(error) else str(error)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("jobs", nargs="*")
    parser.add_argument("--most", type=int, default=10_000)
    parser.add_argument("--how", choices=HOWS, action="append")
    parser.add_argument("--address", default="")
    given = parser.parse_intermixed_args()

    def run(address_of: Callable[[str], str]) -> None:
        for name in given.jobs or JOBS:
            told = check(name, address_of, given.most, given.how or HOWS)
            print(json.dumps({"job": name, **told}), flush=True)

    if given.address:
        run(given.address.format)
        return
    where = programs()
    assert where is not None
    with running_server(where) as server:
        run(server.address)


if __name__ == "__main__":
    main()
