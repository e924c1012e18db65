"""A connection to the schema of a library, made again once if it is lost, and its errors."""

from __future__ import annotations

import re
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeVar
from urllib.parse import quote, unquote, urlencode

import pgvector.psycopg
import psycopg

from compare.errors import UPDATE, LibraryError
from compare.library.postgres.schema import MIGRATIONS
from compare.progress import Progress

T = TypeVar("T")

DEFAULT_NAME = "statements"
"""The name of a library whose address does not give one."""

WRITER = 0
"""In place of a generation's number, the lock of the program that writes."""

_NAME = re.compile(r"(?!.*_reviews\Z)[a-z][a-z0-9_]{0,39}\Z")
_OPTION = re.compile(r"[a-z_]+\Z")
_LEAST_PGVECTOR = (0, 8)
_LEAST_POSTGRES = 13
_SETTINGS = {
    # Set before anything is planned: a plan that was made before stays.
    "hnsw.iterative_scan": "relaxed_order",  # the order is computed again
    "hnsw.ef_search": "800",
    "hnsw.scan_mem_multiplier": "4",
    "jit": "off",
}
_OPTIONS = {"connect_timeout": "10", "keepalives_idle": "30", "tcp_user_timeout": "30000"}
"""What the address may set otherwise, so that a host that is gone is noticed."""

_SHOWN = ("host", "hostaddr", "port", "dbname", "user", "sslmode", "target_session_attrs")
"""Options that messages may show."""

_LOST = ("08", "57P")  # classes of errors after which the connection is of no more use
_NO_ROOM = (
    "The library in {at} could not be written ({reason}): make room on the server, then try again; "
    "what was there before is unchanged."
)
_ERRORS = {
    "42501": "The user of {at} may not do this ({reason}): name a user with the right to, or ask "
    "the administrator of the database.",
    "25006": "{at} is a server that only reads ({reason}): write to the primary server; an address "
    "with target_session_attrs=read-write finds it.",
    "55P03": "Another program has been writing to {at} for long: try again once it is done.",
    "53100": _NO_ROOM,
    "53200": _NO_ROOM,
}
"""What is said of an error of the server, by its code."""
_WAS_LOST = (
    "The connection to {at} was lost ({reason}): try again once the server runs; nothing that was "
    "there before is lost."
)
_OTHER_ERROR = "The database of {at} refused a statement ({reason})."
_WAIT_FOR_WRITER = 600  # seconds
_ASK_AGAIN = 0.2


class Database:
    """The schema of a library on a server; `str` is its address without a password.

    One connection is used by one thread at a time.
    """

    def __init__(self, address: str, suffix: str = "", holds: int | None = None) -> None:
        """Read `postgresql://[user[:password]@]host[:port],…/database?library=NAME`.

        Args:
            address: The address; its other options are those of PostgreSQL.
            suffix: Names another schema of the same library.
            holds: A generation that no writer may remove while the connection is open.

        Raises:
            LibraryError: The address is invalid.
        """
        self.address = address
        _, _, rest = address.partition("://")
        place, _, query = rest.partition("?")
        given = [entry.partition("=")[::2] for entry in query.split("&") if entry]
        if "@" in query or not all(_OPTION.match(name) for name, _ in given):
            raise LibraryError(
                "The address of the database cannot be read: write each ?, &, ; and @ in a "
                "password by its code (%3F, %26, %3B, %40), or keep the password in ~/.pgpass."
            )
        options = {name: unquote(value) for name, value in given}
        self.name = options.pop("library", DEFAULT_NAME)
        self._place, self._options = place, options
        if not _NAME.match(self.name):
            raise LibraryError(
                f"{self.name!r} cannot be the name of a library: use up to 40 lowercase letters, "
                "digits and underscores, beginning with a letter and not ending in _reviews."
            )
        self.schema = self.name + suffix
        self._holds = holds
        self._connection: psycopg.Connection[Any] | None = None
        self._is_writing = False
        self._lock = threading.RLock()

    def __str__(self) -> str:
        user, at, host = self._place.rpartition("@")
        shown = {name: value for name, value in self._options.items() if name in _SHOWN}
        query = urlencode({**shown, "library": self.name}, safe="/,", quote_via=quote)
        return f"postgresql://{user.partition(':')[0]}{at}{host}?{query}"

    # -- Connections -------------------------------------------------------------------------------

    def connect(self) -> psycopg.Connection[Any]:
        """Return a new connection in the library's schema, which commits each statement.

        Raises:
            LibraryError: The server cannot be reached, or it has not what a library needs.
        """
        own = {**_OPTIONS, **self._options}
        try:
            connection = psycopg.connect(
                f"postgresql://{self._place}?{urlencode(own, quote_via=quote)}", autocommit=True,
                prepare_threshold=None, application_name="compare-statements",
            )  # fmt: skip
        except psycopg.Error as error:
            raise LibraryError(
                f"The library in {self} cannot be reached ({self._reason(error)}): check that the "
                "server runs, and the address, the user and the password."
            ) from error
        try:
            self._prepare(connection)
            if self._holds is not None:
                self._hold(connection, self._holds)
        except BaseException as error:
            connection.close()
            if isinstance(error, psycopg.Error):
                raise self.error(error) from error
            raise
        return connection

    def _prepare(self, connection: psycopg.Connection[Any]) -> None:
        """See that server and extension are new enough; choose the schema; let vectors be sent."""
        server = connection.info.server_version // 10_000
        found = connection.execute(
            "SELECT extversion, nspname FROM pg_extension JOIN pg_namespace n "
            "ON n.oid = extnamespace WHERE extname = 'vector'"
        ).fetchone()
        if server < _LEAST_POSTGRES:
            raise LibraryError(
                f"{self} is a PostgreSQL {server}: version {_LEAST_POSTGRES} or later is needed."
            )
        needed = ".".join(map(str, _LEAST_PGVECTOR))
        if found is None:
            raise LibraryError(
                f"The database of {self} does not have the extension pgvector: install version "
                f"{needed} or later on the server, and let its administrator run `CREATE EXTENSION "
                "vector`."
            )
        version, schema = found
        if tuple(map(int, version.split(".")[:2])) < _LEAST_PGVECTOR:
            raise LibraryError(
                f"The database of {self} has pgvector {version}, and {needed} or later is needed: "
                "install it, and run `ALTER EXTENSION vector UPDATE`."
            )
        settings = {**_SETTINGS, "search_path": f'"{self.schema}", "{schema}"'}
        for name, value in settings.items():
            connection.execute("SELECT set_config(%s, %s, false)", (name, value))
        pgvector.psycopg.register_vector(connection)

    def _hold(self, connection: psycopg.Connection[Any], generation: int) -> None:
        """Keep writers from removing a generation while the connection is open."""
        key = (self.lock_class, generation)
        connection.execute("SELECT pg_advisory_lock_shared(%s, %s)", key)
        sql = "SELECT 1 FROM generations WHERE number = %s"
        if connection.execute(sql, (generation,)).fetchone() is None:
            raise self.gone()

    def gone(self) -> LibraryError:
        """Return the error for a generation that is open and was removed."""
        return LibraryError(
            f"The library in {self} has been written again, and the state that was open is no "
            "longer there: open it again."
        )

    def damaged(self, what: str) -> LibraryError:
        """Return the error for rows that do not fit together."""
        return LibraryError(
            f"The library in {self} is damaged: {what}; build it again with `compare build "
            "--force`, or restore the database from a copy."
        )

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def __del__(self) -> None:
        """Close the connection if the library was not closed."""
        if getattr(self, "_connection", None) is not None:
            self.close()

    @property
    def connection(self) -> psycopg.Connection[Any]:
        """Return the open connection, or a new one."""
        with self._lock:
            if self._connection is None or self._connection.closed:
                self._connection = self.connect()
            return self._connection

    # -- Reading and writing -----------------------------------------------------------------------

    def all(self, sql: str, parameters: Sequence[Any] = (), *, binary: bool = False) -> list[Any]:
        """Return all rows of a query; a lost connection is made again once.

        Raises:
            LibraryError: The query failed.
        """

        def read() -> list[Any]:
            cursor = self.connection.execute(sql, parameters or None, binary=binary)
            return cursor.fetchall()

        return self.try_again(read)

    def in_parts(
        self, sql: str, parameters: Sequence[Any], size: int, *, binary: bool = False
    ) -> Iterator[list[Any]]:
        """Yield the rows of a query, some at a time, so that they need not fit in memory.

        Use it within `try_again`.
        """
        connection = self.connection
        with connection.transaction(), connection.cursor("parts", binary=binary) as cursor:
            cursor.execute(sql, parameters)
            while found := cursor.fetchmany(size):
                yield found

    def try_again(self, read: Callable[[], T]) -> T:
        """Return what a function reads; if the connection is lost on the way, read again once."""
        with self._lock:
            try:
                return read()
            except psycopg.Error as error:
                # A writer would lose its lock with the connection.
                if self._is_writing or not self._is_lost(error):
                    raise self.error(error) from error
            self.close()
            try:
                return read()
            except psycopg.Error as error:
                raise self.error(error) from error

    def _is_lost(self, error: psycopg.Error) -> bool:
        connection = self._connection
        is_closed = connection is not None and connection.closed
        return (error.sqlstate or "").startswith(_LOST) or is_closed

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection[Any]]:
        """Yield the connection in a transaction; nothing is tried again.

        Raises:
            LibraryError: Something failed; nothing was written.
        """
        with self._lock:
            was_writing, self._is_writing = self._is_writing, True
            try:
                with self.connection.transaction():
                    yield self.connection
            except psycopg.Error as error:
                raise self.error(error) from error
            finally:
                self._is_writing = was_writing

    # -- Locks -------------------------------------------------------------------------------------

    @property
    def lock_class(self) -> int:
        """Return the number that the library's locks share, from the name of its schema."""
        return zlib.crc32(self.schema.encode()) - 2**31

    @contextmanager
    def writing(self, on_progress: Progress | None = None) -> Iterator[None]:
        """Wait for other writers to finish, and keep others waiting; migrate the schema.

        Args:
            on_progress: Called while this waits, so that it may stop the waiting.

        Raises:
            LibraryError: Another program writes for long, or nothing may be written.
        """
        key = (self.lock_class, WRITER)
        try:
            connection = self.connection
            self._is_writing = True  # from here, a lost connection is an error
            deadline = time.monotonic() + _WAIT_FOR_WRITER
            while not self.all("SELECT pg_try_advisory_lock(%s, %s)", key)[0][0]:
                if time.monotonic() > deadline:
                    raise LibraryError(
                        f"Another program has been writing to the library in {self} for "
                        f"{_WAIT_FOR_WRITER} seconds: wait until it has finished, then try again."
                    )
                if on_progress:
                    on_progress(0, 1)
                time.sleep(_ASK_AGAIN)  # between two looks, so that the waiting can be stopped
            try:
                self._migrate(connection)
                yield
            finally:
                with suppress(psycopg.Error):
                    connection.execute("SELECT pg_advisory_unlock(%s, %s)", key)
        except psycopg.Error as error:
            raise self.error(error) from error
        finally:
            self._is_writing = False

    def _migrate(self, connection: psycopg.Connection[Any]) -> None:
        done = self.migration()
        if done >= len(MIGRATIONS):
            return
        with connection.transaction():
            self.create_schema()
            if not done:
                connection.execute("CREATE TABLE migrations (number int PRIMARY KEY)")
            for number, migration in enumerate(MIGRATIONS[done:], start=done + 1):
                connection.execute(migration)
                connection.execute("INSERT INTO migrations VALUES (%s)", (number,))

    def create_schema(self) -> None:
        """Create the schema unless it exists, for which a user needs fewer rights."""
        if not self.all("SELECT to_regnamespace(%s) IS NOT NULL", (f'"{self.schema}"',))[0][0]:
            self.connection.execute(f'CREATE SCHEMA "{self.schema}"')

    def migration(self) -> int:
        """Return the number of the last migration, 0 without tables.

        Raises:
            LibraryError: A later version of the program has written the schema.
        """
        if not self.has_table("migrations"):
            return 0
        ((done,),) = self.all("SELECT coalesce(max(number), 0) FROM migrations")
        if done > len(MIGRATIONS):
            raise LibraryError(
                f"The library in {self} has format {done}, and this program reads "
                f"{len(MIGRATIONS)}: {UPDATE}."
            )
        return int(done)

    def has_table(self, table: str) -> bool:
        """Tell whether the schema has a table."""
        ((found,),) = self.all(
            "SELECT to_regclass(%s) IS NOT NULL", (f'"{self.schema}"."{table}"',)
        )
        return bool(found)

    # -- Errors ------------------------------------------------------------------------------------

    def error(self, error: psycopg.Error) -> LibraryError:
        """Return an error of the database as one sentence with a remedy."""
        state = error.sqlstate or ""
        if state in ("42P01", "3F000"):
            return self.none_here()
        sentence = _ERRORS.get(state) or (_WAS_LOST if self._is_lost(error) else _OTHER_ERROR)
        return LibraryError(sentence.format(at=self, reason=self._reason(error)))

    def none_here(self) -> LibraryError:
        """Return the error for an address without a library."""
        return LibraryError(
            f"There is no library in {self}: build one with "
            f"`compare build --corpus FILE --library '{self}'`."
        )

    def _reason(self, error: psycopg.Error) -> str:
        """Return what the server says, in one line, without a password."""
        said = error.diag.message_primary or str(error) or type(error).__name__
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        told = [line for line in lines if not line.endswith("?")] or lines
        reason = told[-1].removesuffix(".")
        secrets = [unquote(self._place.rpartition("@")[0].partition(":")[2])]
        secrets += [self._place.rpartition("@")[0].partition(":")[2]]
        secrets += [value for name, value in self._options.items() if name not in _SHOWN]
        for secret in filter(None, secrets):
            reason = reason.replace(secret, "…")
        return reason
