"""The file of reviews: SQLite, transactional, beside the library's generations and never rebuilt.

Several programs and browser tabs may use it at once. Each writing is one transaction behind a
write-ahead log, on the disk when it returns; a program that is killed leaves it whole. Events are
only ever added: the file itself refuses to change or remove one, unless its project is removed.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from compare.errors import ReviewError

REVIEWS_VARIABLE = "COMPARE_REVIEWS"
REVIEWS = "reviews.sqlite"

FORMAT = 2
"""Changes whenever a program of the old format could not read the file any more."""

_OLDEST = 1
"""The oldest format that can be read; a file gets the new one with the next project."""

_WAIT = 30
"""Seconds that a writing waits for another one."""

_TABLES = """
CREATE TABLE statements (hash TEXT PRIMARY KEY, id TEXT NOT NULL, data TEXT NOT NULL)
    WITHOUT ROWID;
CREATE TABLE projects (
    project INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    codebook TEXT NOT NULL, settings TEXT NOT NULL, created TEXT NOT NULL, version TEXT NOT NULL
);
CREATE TABLE readers (
    project INTEGER, reader INTEGER, name TEXT NOT NULL, handed_in TEXT,
    PRIMARY KEY (project, reader)
) WITHOUT ROWID;
CREATE TABLE pairs (
    project INTEGER, place INTEGER, id TEXT NOT NULL,
    a_hash TEXT NOT NULL, a_start INTEGER NOT NULL, a_end INTEGER NOT NULL,
    b_hash TEXT NOT NULL, b_start INTEGER NOT NULL, b_end INTEGER NOT NULL,
    machine TEXT, p_agree REAL, p_oppose REAL, p_neither REAL, label_source TEXT NOT NULL,
    similarity REAL, divergence REAL, topic TEXT NOT NULL, stratum TEXT NOT NULL,
    weight REAL NOT NULL,
    PRIMARY KEY (project, place), UNIQUE (project, id)
) WITHOUT ROWID;
CREATE TABLE answers (
    project INTEGER, reader INTEGER, place INTEGER, stance TEXT, confidence INTEGER,
    note TEXT NOT NULL, at TEXT NOT NULL, who TEXT NOT NULL,
    PRIMARY KEY (project, reader, place)
) WITHOUT ROWID;
CREATE TABLE events (
    n INTEGER PRIMARY KEY AUTOINCREMENT, project INTEGER NOT NULL, reader INTEGER NOT NULL,
    place INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, before TEXT NOT NULL,
    after TEXT NOT NULL, undoes INTEGER, at TEXT NOT NULL
);
CREATE INDEX events_of ON events (project, reader, n);
CREATE INDEX undone ON events (undoes);
CREATE TRIGGER events_stay BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'the history is only added to'); END;
CREATE TRIGGER events_last BEFORE DELETE ON events
    WHEN EXISTS (SELECT 1 FROM projects WHERE project = OLD.project)
    BEGIN SELECT RAISE(ABORT, 'the history is only added to'); END;
"""


def reviews_file(library: Path | None = None) -> Path:
    """Return the file of a library: $COMPARE_REVIEWS, else reviews.sqlite in its folder.

    That of a library that is read-only, as the sample is, lies beside the user's own library; so
    it does where no library is named.
    """
    if named := os.environ.get(REVIEWS_VARIABLE):
        return Path(named).expanduser()
    from compare.library.generations import is_read_only
    from compare.library.locations import user_library

    if library is not None and not is_read_only(library):
        return library / REVIEWS
    return user_library().parent / REVIEWS


class ReviewStore:
    """The file, opened for each reading and writing; it is made by the first writing."""

    def __init__(self, path: Path) -> None:
        """Name the file."""
        self.path = path

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query; none where there is no file yet."""
        if not self.path.exists():
            return []
        with self._open() as database:
            return database.execute(sql, parameters).fetchall()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give a connection in a transaction, which is on the disk at the end, or not at all.

        Raises:
            ReviewError: The file cannot be written, is damaged or of another format, or another
                program has been writing all the time.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unwritable(error.strerror or "") from error
        with self._open() as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
            except BaseException:
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = sqlite3.connect(self.path, timeout=_WAIT, isolation_level=None)
            with closing(connection):
                connection.execute("PRAGMA secure_delete = ON")  # what is removed is overwritten
                self._prepare(connection)
                yield connection
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise ReviewError(
                    f"{self.path} is being written by another program for {_WAIT} seconds: close "
                    "it, then try again."
                ) from error
            raise self._unwritable(str(error)) from error
        except sqlite3.DatabaseError as error:
            raise ReviewError(
                f"{self.path} is no file of reviews, or is damaged ({error}): move it away, or "
                f"name another with {REVIEWS_VARIABLE}."
            ) from error

    def _prepare(self, database: sqlite3.Connection) -> None:
        """Make the tables where there are none; only one of several programs does."""
        version = _version(database)
        if version == 0:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("BEGIN IMMEDIATE")
            version = _version(database)
            if version == 0:
                for command in _commands():
                    database.execute(command)
                database.execute(f"PRAGMA user_version = {FORMAT}")
                version = FORMAT
            database.execute("COMMIT")
        if not _OLDEST <= version <= FORMAT:
            raise ReviewError(
                f"{self.path} has format {version}, this program reads {_OLDEST} to {FORMAT}: use "
                "the program's version that wrote it."
            )

    def _unwritable(self, said: str) -> ReviewError:
        return ReviewError(
            f"{self.path} cannot be written ({said}): check that it is yours and the disk is not "
            f"full, or name another file with {REVIEWS_VARIABLE}."
        )


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def _commands() -> list[str]:
    """Return the commands of `_TABLES`, of which a trigger holds several."""
    found, part = [], ""
    for line in _TABLES.strip().splitlines():
        part += line + "\n"
        if sqlite3.complete_statement(part):
            found.append(part)
            part = ""
    return found
