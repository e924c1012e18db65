"""Reviews in the database of a library; `ReviewStore` documents the methods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from typing import Any

import psycopg

from compare.errors import ReviewError
from compare.library.postgres.database import Database
from compare.review.store import FORMAT, OLDEST, ReviewDatabase

_TABLES = """
CREATE TABLE format (version int NOT NULL);
CREATE TABLE statements (hash text PRIMARY KEY, id text NOT NULL, data text NOT NULL);
CREATE TABLE projects (
    project int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL,
    codebook text NOT NULL, settings text NOT NULL, created text NOT NULL, version text NOT NULL);
CREATE UNIQUE INDEX ON projects (lower(name));
CREATE TABLE readers (
    project int, reader int, name text NOT NULL, handed_in text, PRIMARY KEY (project, reader));
CREATE TABLE pairs (
    project int, place int, id text NOT NULL,
    a_hash text NOT NULL, a_start int NOT NULL, a_end int NOT NULL,
    b_hash text NOT NULL, b_start int NOT NULL, b_end int NOT NULL,
    machine text, p_agree float8, p_oppose float8, p_neither float8, label_source text NOT NULL,
    similarity float8, divergence float8, topic text NOT NULL, stratum text NOT NULL,
    weight float8 NOT NULL, PRIMARY KEY (project, place), UNIQUE (project, id));
CREATE TABLE answers (
    project int, reader int, place int, stance text, confidence int, note text NOT NULL,
    at text NOT NULL, who text NOT NULL, PRIMARY KEY (project, reader, place));
CREATE TABLE events (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, project int NOT NULL, reader int NOT NULL,
    place int NOT NULL, who text NOT NULL, what text NOT NULL, before text NOT NULL,
    after text NOT NULL, undoes bigint, at text NOT NULL);
CREATE INDEX ON events (project, reader, n);
CREATE INDEX ON events (undoes);
CREATE FUNCTION stay() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'UPDATE' OR EXISTS (SELECT 1 FROM projects WHERE project = OLD.project) THEN
        RAISE EXCEPTION 'the history is append-only';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER events_stay BEFORE UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION stay();
"""


_WAIT = 30
"""Seconds to wait for another program's write."""


class _Transaction:
    """A connection in a transaction that takes parameters as SQLite does."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> psycopg.Cursor[Any]:
        return self._connection.execute(_marked(sql), _plain(parameters))

    def executemany(self, sql: str, parameters: Sequence[Sequence[Any]], /) -> None:
        with self._connection.cursor() as cursor:
            cursor.executemany(_marked(sql), [*map(_plain, parameters)])

    def mark_format(self) -> None:
        self._connection.execute("UPDATE format SET version = %s", (FORMAT,))


class PostgresReviews:
    """The reviews in a schema beside that of a library."""

    def __init__(self, address: str) -> None:
        """Use the database at the address of a library."""
        self._database = Database(address, suffix="_reviews")
        self.location = str(self._database)

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query; none if there are no tables yet."""
        if not self._is_there():
            return []
        return self._database.all(_marked(sql), _plain(parameters))

    @contextmanager
    def writing(self) -> Iterator[ReviewDatabase]:
        """Yield a connection in a transaction, committed at the end or rolled back on an error."""
        with self._database.transaction() as connection:
            # Creating the tables, and then writing, is done by one program at a time.
            connection.execute(f"SET LOCAL lock_timeout = '{_WAIT}s'")
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (self._database.lock_class,))
            if not self._is_there():
                self._database.create_schema()
                connection.execute(_TABLES)
                connection.execute("INSERT INTO format VALUES (%s)", (FORMAT,))
            yield _Transaction(connection)

    def _is_there(self) -> bool:
        if not self._database.has_table("format"):
            return False
        versions = [version for (version,) in self._database.all("SELECT version FROM format")]
        if len(versions) != 1 or not OLDEST <= versions[0] <= FORMAT:
            version = ", ".join(map(str, versions)) or "none"
            raise ReviewError(
                f"The reviews in {self.location} have format {version}, and this program reads "
                f"{OLDEST} to {FORMAT}: use the version of the program that wrote them."
            )
        return True


def _marked(sql: str) -> str:
    return sql.replace("?", "%s")


def _plain(parameters: Sequence[Any]) -> list[Any]:
    """Return the values as the database takes them: no enumerations, no null characters."""
    values = [value.value if isinstance(value, Enum) else value for value in parameters]
    return [value.replace("\0", "") if isinstance(value, str) else value for value in values]
