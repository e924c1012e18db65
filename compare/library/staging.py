"""Bring statements into the order of their ids on disk: a corpus may be larger than memory."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from compare.errors import LibraryError
from compare.statements.statement import Statement

_AT_ONCE = 200


class Staged:
    """Statements in a file of their own, to be read in the order of their ids."""

    def __init__(self, path: Path, statements: Iterable[Statement]) -> None:
        """Write the statements to a new file; an id may stand there twice.

        Raises:
            LibraryError: The disk is full.
        """
        self._path = path
        path.unlink(missing_ok=True)
        rows = ((_key(entry.id), json.dumps(entry.to_dict())) for entry in statements)
        try:
            with closing(sqlite3.connect(path, isolation_level=None)) as database:
                database.execute("PRAGMA journal_mode = OFF")
                database.execute("PRAGMA synchronous = OFF")
                database.execute("BEGIN")
                database.execute("CREATE TABLE staged (id BLOB NOT NULL, data TEXT NOT NULL)")
                database.executemany("INSERT INTO staged VALUES (?, ?)", rows)
                database.execute("CREATE INDEX staged_id ON staged (id)")
                database.execute("COMMIT")
        except sqlite3.Error as error:
            raise LibraryError(
                f"{path} could not be written ({error}): make room on the disk, then try again."
            ) from error

    def __iter__(self) -> Iterator[Statement]:
        """Give the statements by id."""
        for (data,) in self._rows("SELECT data FROM staged ORDER BY id"):
            yield Statement.from_json(data)

    def ids(self) -> set[str]:
        """Return all ids."""
        found = self._rows("SELECT id FROM staged")
        return {key.decode("utf-8", "surrogatepass") for (key,) in found}

    def _rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        with closing(sqlite3.connect(self._path)) as database:
            cursor = database.execute(sql)
            while rows := cursor.fetchmany(_AT_ONCE):
                yield from rows


def _key(identity: str) -> bytes:
    """Return bytes that are in the order of the texts."""
    return identity.encode("utf-8", "surrogatepass")
