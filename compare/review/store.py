"""Where reviews are stored: a SQLite file beside a library, or the library's own database.

Reviews are never rebuilt with their library. Any number of programs and browser tabs may use them
at once: each write is one transaction, and on disk when it returns. Triggers keep events from being
changed or removed, except with their review.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from compare.errors import DamagedReviewError, ReviewError
from compare.files import home_path, is_file
from compare.safe_text import one_line

if TYPE_CHECKING:
    import psycopg

    from compare.library.library import OpenLibrary

REVIEWS_VARIABLE = "COMPARE_REVIEWS"
REVIEWS = "reviews.sqlite"

FORMAT = 3
"""Increased when older programs could no longer read the reviews; each write marks them with it."""

OLDEST = 1
"""The oldest readable format."""

APPLICATION = 0x434D5052
"""Marks a file as one of reviews ("CMPR"); files of older programs lack it."""

_MARKS = (f"PRAGMA user_version = {FORMAT}", f"PRAGMA application_id = {APPLICATION}")
_WAIT = 30
"""Seconds to wait for another program's write."""

_REASON = 80  # characters of an error of SQLite in a message
_HEADER = 100
"""Bytes of the header of an SQLite file."""

_TABLES = """
CREATE TABLE IF NOT EXISTS statements (
    hash text NOT NULL PRIMARY KEY, id text NOT NULL, data text NOT NULL);
CREATE TABLE IF NOT EXISTS projects (
    project integer PRIMARY KEY NUMBERED, name text NOT NULL, codebook text NOT NULL,
    settings text NOT NULL, created text NOT NULL, version text NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS named ON projects (lower(name));
CREATE TABLE IF NOT EXISTS readers (
    project integer NOT NULL, reader integer NOT NULL, name text NOT NULL, handed_in text,
    PRIMARY KEY (project, reader));
CREATE TABLE IF NOT EXISTS pairs (
    project integer NOT NULL, place integer NOT NULL, id text NOT NULL,
    a_hash text NOT NULL, a_start integer NOT NULL, a_end integer NOT NULL,
    b_hash text NOT NULL, b_start integer NOT NULL, b_end integer NOT NULL,
    machine text, p_agree double precision, p_oppose double precision, p_neither double precision,
    label_source text NOT NULL, similarity double precision, divergence double precision,
    topic text NOT NULL, stratum text NOT NULL, weight double precision NOT NULL,
    PRIMARY KEY (project, place), UNIQUE (project, id));
CREATE TABLE IF NOT EXISTS answers (
    project integer NOT NULL, reader integer NOT NULL, place integer NOT NULL, stance text,
    confidence integer, note text NOT NULL, at text NOT NULL, who text NOT NULL,
    PRIMARY KEY (project, reader, place));
CREATE TABLE IF NOT EXISTS events (
    n integer PRIMARY KEY NUMBERED, project integer NOT NULL, reader integer NOT NULL,
    place integer NOT NULL, who text NOT NULL, what text NOT NULL, before text NOT NULL,
    after text NOT NULL, undoes integer, at text NOT NULL);
CREATE INDEX IF NOT EXISTS events_of ON events (project, reader, n);
CREATE INDEX IF NOT EXISTS undone ON events (undoes);
"""
"""Of both databases; SQLite and PostgreSQL number rows with words of their own."""

_SQLITE_TRIGGERS = """
CREATE TRIGGER IF NOT EXISTS events_stay BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
CREATE TRIGGER IF NOT EXISTS events_last BEFORE DELETE ON events
    WHEN EXISTS (SELECT 1 FROM projects WHERE project = OLD.project)
    BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
"""
_POSTGRES_TRIGGERS = """
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
_TABLE_NAMES = frozenset(re.findall(r"CREATE TABLE IF NOT EXISTS (\w+)", _TABLES))


class ReviewDatabase(Protocol):
    """A connection within a transaction."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Any:
        """Run a statement with its parameters written as "?", and return its cursor."""


class ReviewStore(Protocol):
    """A place for reviews; the first write creates it.

    Attributes:
        location: Where it is, in words.
    """

    location: str

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query; none if there is nothing yet."""

    def writing(self) -> AbstractContextManager[ReviewDatabase]:
        """Yield a connection in a transaction, committed at the end or rolled back on an error."""


def store_of(library: OpenLibrary | None = None) -> ReviewStore:
    """Return the store of a library's reviews: beside it, unless $COMPARE_REVIEWS names a file."""
    backend = library.backend if library else None
    named = os.environ.get(REVIEWS_VARIABLE)
    if backend is not None and backend.folder is None and not named and not backend.read_only:
        return PostgresReviews(backend.address)
    return SqliteReviews(reviews_file(backend.folder if backend else None))


def reviews_file(folder: Path | None = None) -> Path:
    """Return the file of a library's reviews: $COMPARE_REVIEWS, else reviews.sqlite in its folder.

    Without a library, or with a read-only one such as the sample, it is beside the user's own.
    """
    if named := os.environ.get(REVIEWS_VARIABLE):
        return home_path(named, REVIEWS_VARIABLE)
    from compare.library.generations import is_read_only
    from compare.library.locations import user_library

    if folder is not None and not is_read_only(folder):
        return folder / REVIEWS
    return user_library().parent / REVIEWS


def reviews_inside(library: OpenLibrary) -> ReviewStore | None:
    """Return the store of the reviews that a read-only library brings along; None without any."""
    folder = library.backend.folder
    if folder is None or os.environ.get(REVIEWS_VARIABLE) or not library.read_only:
        return None
    return SqliteReviews(folder / REVIEWS, locked=True) if is_file(folder / REVIEWS) else None


class SqliteReviews:
    """A file, opened anew for each read and write; the first write creates it."""

    def __init__(self, path: Path, *, locked: bool = False) -> None:
        """Use the file at a path; if `locked`, only to read."""
        self.path, self._locked = path, locked
        self.location = str(path)

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query; none if there is no file yet."""
        with self._plain_errors():
            if not self._is_there():
                return []
            places = (self.path, self.path.parent)
            if self._locked or not all(os.access(place, os.W_OK) for place in places):
                with self._read_only() as database:
                    return database.execute(sql, parameters).fetchall()
            with self._open() as database:
                return database.execute(sql, parameters).fetchall()

    @contextmanager
    def writing(self) -> Iterator[ReviewDatabase]:
        """Yield a connection in a transaction, committed at the end or rolled back on an error."""
        if self._locked:
            raise ReviewError(
                f"{self.path} belongs to a read-only library: create a review of your own, or name "
                f"a file with {REVIEWS_VARIABLE}."
            )
        with self._plain_errors():
            self._is_there()
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._open() as database:
                database.execute("BEGIN IMMEDIATE")
                try:
                    for mark in _MARKS:  # an older program may have made the file
                        database.execute(mark)
                    yield database
                except BaseException:
                    database.execute("ROLLBACK")
                    raise
                database.execute("COMMIT")

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        """Turn errors of SQLite and of the system into one sentence."""
        try:
            yield
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise ReviewError(
                    f"{self.path} has been locked by another program for {_WAIT} seconds: close "
                    "it, then try again."
                ) from error
            # "no such table", or text that is not UTF-8: nothing that rights or space would mend.
            if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) == sqlite3.SQLITE_ERROR:
                raise self._foreign(str(error)) from error
            raise self._unusable(str(error)) from error
        except sqlite3.DatabaseError as error:
            raise self._foreign(str(error)) from error
        except UnicodeDecodeError as error:  # of the names in its schema
            raise self._foreign("it holds text that is not UTF-8") from error
        except OSError as error:
            raise self._unusable(error.strerror or type(error).__name__) from error

    def _is_there(self) -> bool:
        """Tell whether there is a file of reviews; nothing is written to find out.

        Raises:
            ReviewError: There is another file.
        """
        try:
            with self.path.open("rb") as file:
                head = file.read(_HEADER)
        except (FileNotFoundError, NotADirectoryError):
            return False
        if not head:
            return True  # new, and about to be filled
        application = int.from_bytes(head[68:72], "big")
        if not head.startswith(b"SQLite format 3\0") or application not in (0, APPLICATION):
            raise self._foreign("it is of another kind")
        if application == 0:  # made by an older program, or another program is creating it now
            with self._read_only() as database:
                found = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
                names = {name for (name,) in found if not name.startswith("sqlite_")}
            if names not in (set(), _TABLE_NAMES):
                raise self._foreign("it holds other tables")
        return True

    @contextmanager
    def _read_only(self) -> Iterator[sqlite3.Connection]:
        """Open the file without writing anything into its folder."""
        log = self.path.with_name(f"{self.path.name}-wal")
        # Without a log of writes, SQLite need not share the file with other programs.
        how = "" if log.exists() and log.stat().st_size else "&immutable=1"
        uri = f"{self.path.absolute().as_uri()}?mode=ro{how}"
        with closing(sqlite3.connect(uri, uri=True, timeout=_WAIT)) as database:
            yield database

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.path, timeout=_WAIT, isolation_level=None)
        with closing(connection):
            connection.execute("PRAGMA secure_delete = ON")  # deleted answers leave no traces
            self._prepare(connection)
            yield connection

    def _prepare(self, database: sqlite3.Connection) -> None:
        version = int(database.execute("PRAGMA user_version").fetchone()[0])
        if version == 0:  # new; IF NOT EXISTS, as other programs may create it now
            database.execute("PRAGMA journal_mode = WAL")
            database.executescript(
                f"BEGIN IMMEDIATE; {_TABLES.replace('NUMBERED', 'AUTOINCREMENT')} "
                f"{_SQLITE_TRIGGERS} {'; '.join(_MARKS)}; COMMIT;"
            )
        else:
            _check_format(self.location, version)

    def _foreign(self, reason: str) -> ReviewError:
        shown = one_line(reason)[:_REASON]  # SQLite quotes text that is not UTF-8
        return DamagedReviewError(
            f"{self.path} is not a file of reviews, or is damaged ({shown}): move it away, or "
            f"name another with {REVIEWS_VARIABLE}."
        )

    def _unusable(self, reason: str) -> ReviewError:
        return ReviewError(
            f"{self.path} cannot be read or written ({reason}): check that it is yours and "
            f"the disk is not full, or name another file with {REVIEWS_VARIABLE}."
        )


class PostgresReviews:
    """The reviews in a schema beside that of a library."""

    def __init__(self, address: str) -> None:
        """Use the database at the address of a library."""
        from compare.library.postgres.database import Database

        self._database = Database(address, suffix="_reviews")
        self.location = str(self._database)

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query; none if there are no tables yet."""
        return self._database.all(*_for_postgres(sql, parameters)) if self._is_there() else []

    @contextmanager
    def writing(self) -> Iterator[ReviewDatabase]:
        """Yield a connection in a transaction, committed at the end or rolled back on an error."""
        with self._database.transaction() as connection:
            # Creating the tables, and then writing, is done by one program at a time.
            connection.execute(f"SET LOCAL lock_timeout = '{_WAIT}s'")
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (self._database.lock_class,))
            if not self._is_there():
                self._database.create_schema()
                numbered = "GENERATED ALWAYS AS IDENTITY"
                connection.execute(_TABLES.replace("NUMBERED", numbered) + _POSTGRES_TRIGGERS)
                connection.execute(f"CREATE TABLE format AS SELECT {FORMAT} AS version")
            connection.execute("UPDATE format SET version = %s", (FORMAT,))
            yield _Transaction(connection)

    def _is_there(self) -> bool:
        if not self._database.has_table("format"):
            return False
        versions = [version for (version,) in self._database.all("SELECT version FROM format")]
        _check_format(self.location, versions[0] if len(versions) == 1 else None)
        return True


class _Transaction:
    """A connection in a transaction that takes parameters as SQLite does."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> psycopg.Cursor[Any]:
        return self._connection.execute(*_for_postgres(sql, parameters))


def _for_postgres(sql: str, parameters: Sequence[Any]) -> tuple[str, list[Any]]:
    """Return SQL and values as PostgreSQL takes them: it stores no null characters."""
    values = [one.replace("\0", "") if isinstance(one, str) else one for one in parameters]
    return sql.replace("?", "%s"), values


def _check_format(location: str, version: int | None) -> None:
    if version is None or not OLDEST <= version <= FORMAT:
        raise ReviewError(
            f"The reviews in {location} have format {version or 'none'}, this program reads "
            f"{OLDEST} to {FORMAT}: use the version of the program that wrote them."
        )
