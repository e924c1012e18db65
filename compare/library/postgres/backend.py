"""A library in a schema of a PostgreSQL database; `library.backend` documents the methods."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from compare.errors import LibraryError
from compare.library.build import Change, Embedding, no_statement
from compare.library.generations import Manifest, manifest_of
from compare.library.postgres.database import Database
from compare.library.postgres.schema import visible
from compare.library.postgres.store import PostgresStore
from compare.library.postgres.writer import DIGEST, Writer, forget
from compare.statements import WordsRead
from compare.strict_json import read_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compare.models import Encoder
    from compare.progress import Progress
    from compare.statements import Statement

STORE = "postgres"

_DOCUMENTS = -1
"""In place of a generation's number, the lock of the program that changes a document."""

_WAIT = 30
"""Seconds to wait for another program that changes a document."""


@dataclass(frozen=True, slots=True)
class PostgresGeneration:
    """A published generation of a library in a database."""

    address: str = field(repr=False)
    number: int
    token: str
    manifest: Manifest
    encoder: int
    mean_length: float
    nearest_by: str
    built: datetime

    @property
    def name(self) -> str:
        return f"{self.number:06d}-{self.token}"

    def open_store(self) -> PostgresStore:
        return PostgresStore(
            Database(self.address, holds=self.number), self.number, self.encoder,
            self.manifest.dim, self.manifest.passages, self.mean_length, self.nearest_by,
        )  # fmt: skip

    def verify(self) -> None:
        """Compare statements and numbers of passages; checksums of the server guard the rest."""
        shown = visible(self.number, "s")
        with closing(self.open_store()) as store:
            ((changed, digest),) = store.all(
                "SELECT count(*) FILTER (WHERE s.hash IS DISTINCT FROM "
                f"sha256(convert_to(c.data, 'UTF8'))), {DIGEST} "
                f"FROM statements s LEFT JOIN contents c USING (n) WHERE {shown}"
            )
            ((passages,),) = store.all(f"SELECT count(*) FROM passages s WHERE {shown}")
            ((apart,),) = store.all(
                'SELECT count(*) FROM statements s LEFT JOIN (SELECT n, min("row") AS first, '
                f"count(*) AS rows FROM passages s WHERE {shown} GROUP BY n) p USING (n) "
                f"WHERE {shown} AND (coalesce(rows, 0) <> row_count OR first <> first_row)"
            )
        expected = self.manifest.passages
        if changed or apart or passages != expected or digest != self.manifest.corpus_digest:
            raise Database(self.address).damaged(
                f"{changed} statements are not as they were written, {apart} have other passages, "
                f"and {passages} of {expected} passages are there"
            )


class PostgresBackend:
    """The backend of a schema.

    Attributes:
        address: The address, which may hold a password; `str` leaves it out.
    """

    folder: Path | None = None

    def __init__(self, address: str) -> None:
        """Read the address; nothing is opened yet.

        Raises:
            LibraryError: It is invalid.
        """
        self.address = address
        self._database = Database(address)

    def __str__(self) -> str:
        return str(self._database)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PostgresBackend) and other.address == self.address

    def __hash__(self) -> int:
        return hash(self.address)

    @property
    def name(self) -> str:
        return self._database.name

    @property
    def read_only(self) -> bool:
        schema = f'"{self._database.schema}"'
        ((may, stands_by),) = self._database.all(
            "SELECT coalesce(has_table_privilege(to_regclass(%s), 'INSERT'), "
            "has_schema_privilege(to_regnamespace(%s), 'CREATE'), "
            "has_database_privilege(current_database(), 'CREATE')), pg_is_in_recovery()",
            (f"{schema}.statements", schema),
        )
        return stands_by or not may

    def exists(self) -> bool:
        return self._newest(self._database) is not None

    def current(self) -> str:
        return self.open().name

    def open(self) -> PostgresGeneration:
        return self._open(self._database)

    def _open(self, database: Database) -> PostgresGeneration:
        found = self._newest(database)
        if found is None:
            raise database.none_here()
        number, token, manifest, *rest = found
        try:
            made = manifest_of(read_json(manifest))
        except ValueError as error:
            raise LibraryError(
                f"The library in {database} is damaged: the manifest of its generation {number} "
                f"cannot be read ({error}); build it again with `compare build --force`, or "
                "restore the database from a copy."
            ) from error
        return PostgresGeneration(self.address, number, token, made, *rest)

    def _newest(self, database: Database) -> tuple[Any, ...] | None:
        """Return the row of the newest generation; None if there is none."""
        if not database.migration():
            return None
        found = database.all(
            "SELECT number, token, manifest, encoder, mean_length, nearest_by, published "
            "FROM generations ORDER BY number DESC LIMIT 1"
        )
        return found[0] if found else None

    # -- Writing -----------------------------------------------------------------------------------

    def build(
        self,
        statements: Iterable[Statement],
        encoder: Encoder,
        on_progress: Progress | None = None,
        *,
        store: str | None = None,
        read: WordsRead = WordsRead.TRANSLATIONS,
    ) -> PostgresGeneration:
        if store not in (None, STORE):
            raise LibraryError(f"{self} cannot hold a store of the kind {store!r}: leave it out.")
        seen = self._newest(self._database)  # before it waits for another writer
        with self._writing(on_progress) as (database, scratch):
            before = self._newest(database)
            if (before and before[0]) != (seen and seen[0]):
                raise LibraryError(
                    f"Another program has changed the library in {database} meanwhile: nothing was "
                    "written; run the command again."
                )
            embedding = Embedding.by(encoder, read=read)
            writer = Writer(database, before[0] if before else 0, embedding)
            writer.write(Change(scratch, statements), replaces=True, on_progress=on_progress)
            forget(database, keep=2)
            return self._open(database)

    def update(
        self,
        add: Iterable[Statement],
        remove: frozenset[str],
        encoder: Encoder | None,
        on_progress: Progress | None = None,
        *,
        for_good: bool = False,
    ) -> PostgresGeneration:
        with self._writing(on_progress) as (database, scratch):
            before = self._open(database)
            embedding = Embedding.as_before(self, before.manifest, encoder)
            with closing(before.open_store()) as there:
                for missing in sorted(remove - there.statements(remove).keys()):
                    raise no_statement(missing, self)
            writer = Writer(database, before.number, embedding)
            change = Change(scratch, add, remove=remove)
            writer.write(change, replaces=False, for_good=for_good, on_progress=on_progress)
            forget(database, keep=2)
            return self._open(database)

    def forget_before(self) -> None:
        with self._writing(None) as (database, _):
            forget(database, keep=1)

    @contextmanager
    def _writing(self, on_progress: Progress | None) -> Iterator[tuple[Database, Path]]:
        """Yield a connection of its own that holds the writer's lock, and an empty folder."""
        database = Database(self.address)
        try:
            with (
                database.writing(on_progress),
                TemporaryDirectory(prefix="compare-") as scratch,
            ):
                yield database, Path(scratch)
        finally:
            database.close()

    # -- Documents ---------------------------------------------------------------------------------

    def place_of(self, document: str) -> str:
        return f"{self} ({document})"

    def read_document(self, document: str) -> str | None:
        if not self._database.has_table("documents"):
            return None
        sql = "SELECT content FROM documents WHERE name = %s"
        found = self._database.all(sql, (document,))
        return found[0][0] if found else None

    def write_document(self, document: str, text: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO documents VALUES (%s, %s) "
                "ON CONFLICT (name) DO UPDATE SET content = excluded.content",
                (document, text),
            )

    def update_document(self, document: str, change: Callable[[str | None], str]) -> None:
        with self._database.transaction() as connection:
            connection.execute(f"SET LOCAL lock_timeout = '{_WAIT}s'")
            key = (self._database.lock_class, _DOCUMENTS)
            connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", key)
            before = self.read_document(document)
            after = change(before)
            if after != before:
                self.write_document(document, after)

    def remove_document(self, document: str) -> bool:
        with self._database.transaction() as connection:
            sql = "DELETE FROM documents WHERE name = %s"
            return bool(connection.execute(sql, (document,)).rowcount)
