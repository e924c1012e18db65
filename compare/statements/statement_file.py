"""Statements in a file, by their ids, since a corpus may not fit in memory."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from compare.errors import LibraryError
from compare.statements.statement import Statement

_PROGRESS_STEP = 100


class StatementFile:
    """Statements in a temporary file, which can be iterated several times, by id."""

    def __init__(
        self,
        path: Path,
        statements: Iterable[Statement],
        on_progress: Callable[[int], None] | None = None,
    ) -> None:
        """Write statements to a new file; an id may occur twice.

        Args:
            path: The file; another one there is replaced.
            statements: They are written as they come.
            on_progress: Called now and then with the number of statements so far.

        Raises:
            LibraryError: The disk is full.
        """
        self._path, self._count = path, 0
        path.unlink(missing_ok=True)

        def rows() -> Iterator[tuple[bytes, str]]:
            for self._count, entry in enumerate(statements, start=1):
                # As bytes, SQLite sorts ids as Python sorts strings.
                yield entry.id.encode("utf-8", "surrogatepass"), json.dumps(entry.to_dict())
                if on_progress and self._count % _PROGRESS_STEP == 0:
                    on_progress(self._count)

        with new_database(path) as database:
            database.execute("CREATE TABLE statements (id BLOB NOT NULL, data TEXT NOT NULL)")
            database.executemany("INSERT INTO statements VALUES (?, ?)", rows())
            database.execute("CREATE INDEX statements_id ON statements (id)")

    def __len__(self) -> int:
        """Return the number of statements."""
        return self._count

    def __iter__(self) -> Iterator[Statement]:
        """Yield the statements by id."""
        rows = self._rows("SELECT data FROM statements ORDER BY id")
        return (Statement.from_json(data) for (data,) in rows)

    def ids(self) -> set[str]:
        """Return the ids of all statements."""
        rows = self._rows("SELECT id FROM statements")
        return {key.decode("utf-8", "surrogatepass") for (key,) in rows}

    def _rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        with closing(sqlite3.connect(self._path)) as database:
            yield from database.execute(sql)


@contextmanager
def in_file(
    statements: Iterable[Statement], on_progress: Callable[[int], None] | None = None
) -> Iterator[StatementFile]:
    """Keep statements in a temporary file until the context ends; see `StatementFile`."""
    with tempfile.TemporaryDirectory() as scratch:
        yield StatementFile(Path(scratch) / "statements.sqlite", statements, on_progress)


@contextmanager
def new_database(path: Path) -> Iterator[sqlite3.Connection]:
    """Yield a new SQLite file inside a transaction, which is committed at the end.

    Raises:
        LibraryError: The disk is full.
    """
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            # No journal is needed: after an interruption the writer starts a new file.
            for pragma in ("page_size = 4096", "journal_mode = OFF", "synchronous = OFF"):
                database.execute(f"PRAGMA {pragma}")
            database.execute("BEGIN")
            yield database
            database.execute("COMMIT")
    except sqlite3.Error as error:
        remedy = "make room on the disk"
        if path.is_relative_to(tempfile.gettempdir()):
            remedy += ", or name another folder with TMPDIR"
        raise LibraryError(
            f"{path} could not be written ({error}): {remedy}, then try again."
        ) from error
