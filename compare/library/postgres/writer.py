"""Write a generation into PostgreSQL: embed what is new, publish it, remove old generations.

A part of some thousand passages is one transaction. Readers do not see the rows of an unpublished
generation. If a writer is interrupted, the next one reuses its vectors and removes its rows.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import psycopg
from pgvector import HalfVector

from compare.errors import LibraryError
from compare.library.build import Change, Embedding, columns_of, in_order
from compare.library.filters import COLUMN_NAMES
from compare.library.passage_store import EXACT
from compare.library.postgres.database import Database
from compare.library.postgres.schema import FOREVER, MIGRATIONS, index_name, nearness, visible
from compare.library.postgres.store import received
from compare.progress import Progress, within_total
from compare.statements import Passage, Statement, split_statement, words_key
from compare.statements.normalize import searchable

if TYPE_CHECKING:
    from collections.abc import Mapping


EXACT_UP_TO = 300_000
"""Maximum number of passages that are compared with a query one by one; more have an HNSW index."""

RECALL_OF, RECALL_AT = 200, 400
"""The recall of the index is measured with this many of its vectors, on as many neighbours."""

_TABLES = "statements, contents, countries, passages, translations"
_STATEMENTS_AT_ONCE = 2000
_HNSW = "m = 16, ef_construction = 200"
_MEMORY = 2**20  # KiB for building an index, or what the server allows if that is more


class _New(NamedTuple):
    """A statement to write, with its JSON and passages."""

    statement: Statement
    data: str
    passages: Sequence[Passage]


class Writer:
    """Writes one generation; the caller holds the writer's lock."""

    def __init__(self, database: Database, before: int, embedding: Embedding) -> None:
        """Write after the generation `before`, 0 if there is none."""
        self._database, self._before, self._embedding = database, before, embedding
        ((number,),) = database.all("SELECT nextval('generation_numbers')")
        self.number = int(number)
        self._encoder = self._encoder_number()

    def _encoder_number(self) -> int:
        """Return the number of the encoder, which the first generation that uses it adds."""
        key = (self._embedding.digest, self._embedding.dim)
        find = "SELECT encoder FROM encoders WHERE digest = %s AND dim = %s"
        if not self._database.all(find, key):
            with self._database.transaction() as connection:
                connection.execute("INSERT INTO encoders (digest, dim) VALUES (%s, %s)", key)
        return int(self._database.all(find, key)[0][0])

    def write(
        self,
        change: Change,
        *,
        replaces: bool,
        for_good: bool = False,
        on_progress: Progress | None = None,
    ) -> None:
        """Write and publish the statements after a change.

        Args:
            change: The added and removed statements.
            replaces: Whether statements that were not added are removed.
            for_good: Whether all generations before are removed, too, even if one is open.
            on_progress: Reports passages written.
        """
        total = sum(len(new.passages) for part in self._parts(change) for new in part)
        done = 0
        with self._database.transaction() as connection:
            connection.execute("DROP TABLE IF EXISTS unchanged")
            connection.execute('CREATE TEMPORARY TABLE unchanged (id text COLLATE "C" NOT NULL)')
        for part in self._parts(change, keep=True):
            self._write_part(part, within_total(on_progress, done, total))
            done += sum(len(new.passages) for new in part)
        if on_progress and total:
            on_progress(total, total)
        self._publish(change.removed, replaces=replaces, for_good=for_good)

    # -- Parts -------------------------------------------------------------------------------------

    def _parts(self, change: Change, *, keep: bool = False) -> Iterator[list[_New]]:
        """Yield the new statements, some thousand passages at a time.

        `keep` puts the ids of the others into the table `unchanged`.
        """
        part: list[_New] = []
        count = 0
        added = in_order(change.added)
        while batch := list(islice(added, _STATEMENTS_AT_ONCE)):
            there = self._hashes([statement.id for statement, _ in batch])
            unchanged = []
            for statement, data in batch:
                # One with a translation is written again: another part of it may be read now.
                if there.get(statement.id) == _sha256(data) and not statement.translation:
                    unchanged.append((statement.id,))
                    continue
                if "\0" in statement.id:
                    raise LibraryError(
                        f"The id {statement.id!r} holds a null character, which a database cannot "
                        "keep: give the statement another."
                    )
                part.append(_New(statement, data, split_statement(statement, self._embedding.read)))
                count += len(part[-1].passages)
                if count >= self._embedding.at_once or len(part) >= _STATEMENTS_AT_ONCE:
                    yield part
                    part, count = [], 0
            if keep and unchanged:
                with self._database.transaction() as connection, connection.cursor() as cursor:
                    cursor.executemany("INSERT INTO unchanged VALUES (%s)", unchanged)
        if part:
            yield part

    def _hashes(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        """Return the hashes of the statements before, with vectors of this encoder."""
        sql = (
            "SELECT id, hash FROM statements s "
            f"WHERE {visible(self._before, 's')} AND s.encoder = %s AND id = ANY(%s)"
        )
        return dict(self._database.all(sql, (self._encoder, [_plain(i) for i in ids])))

    def _write_part(self, part: Sequence[_New], step: Progress | None) -> None:
        passages = [passage for new in part for passage in new.passages]
        vectors = self._vectors([passage.completed for passage in passages], step)
        rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _INSERTS}
        n, row = self._reserve("statement_numbers", len(part)), 0
        if passages:
            row = self._reserve("passage_rows", len(passages))
        for number, new in enumerate(part, start=n):
            self._add(rows, number, row, new, vectors)
            row += len(new.passages)
        with self._database.transaction() as connection, connection.cursor() as cursor:
            for table, sql in _INSERTS.items():
                if rows[table]:
                    cursor.executemany(sql, rows[table])

    def _reserve(self, sequence: str, count: int) -> int:
        """Reserve consecutive numbers and return the first; the caller is the only writer."""
        ((first,),) = self._database.all("SELECT nextval(%s)", (sequence,))
        self._database.all("SELECT setval(%s, %s)", (sequence, first + count - 1))
        return int(first)

    def _add(
        self,
        rows: dict[str, list[tuple[Any, ...]]],
        n: int,
        row: int,
        new: _New,
        vectors: Mapping[uuid.UUID, HalfVector],
    ) -> None:
        """Add the rows of a statement to those of each table."""
        statement, passages = new.statement, new.passages
        shown, columns = (self.number, FOREVER, self._encoder), columns_of(statement)
        texts = [searchable(passage.searched) for passage in passages]
        context = searchable(statement.context)
        lengths = [_words(text) + _words(context) for text in texts]
        rows["statements"].append(
            (
                *(n, *shown, statement.id, _sha256(new.data), row, len(passages), sum(lengths)),
                *map(_plain, columns.values),
                *(*columns.days, columns.text_key, searchable(columns.about)),
            )
        )
        rows["contents"].append((n, _plain(statement.context), new.data))
        rows["countries"] += [(n, *map(_plain, country)) for country in columns.countries]
        for at, passage in enumerate(passages):
            same, words = _key(passage.completed), words_key(passage.read, passage.context)
            place = (row + at, n, *shown, passage.start, passage.end, words, same, lengths[at])
            terms = (texts[at], context)
            rows["passages"].append((*place, vectors[same], _plain(passage.text), *terms))
            if passage.translation:
                said = (row + at, n, _plain(passage.translation), passage.reads_translation)
                rows["translations"].append(said)

    def _vectors(
        self, texts: Sequence[str], step: Progress | None
    ) -> Mapping[uuid.UUID, HalfVector]:
        """Return the vector of each text by its key, embedding those that no row has."""
        by_key = {_key(text): text for text in texts}
        found = self._database.all(
            "SELECT DISTINCT ON (key) key, halfvec_send(vector) FROM passages "
            "WHERE encoder = %s AND key = ANY(%s)",
            (self._encoder, list(by_key)),
            binary=True,
        )
        known = received([sent for _, sent in found], self._embedding.dim)
        vectors = {key: HalfVector(known[at]) for at, (key, _) in enumerate(found)}
        new = [key for key in by_key if key not in vectors]
        if new:
            encoded = self._embedding.encode([by_key[key] for key in new], step)
            halves = encoded.astype(np.float16)
            vectors |= {key: HalfVector(halves[at]) for at, key in enumerate(new)}
        return vectors

    # -- Publishing --------------------------------------------------------------------------------

    def _publish(self, removed: Iterable[str], *, replaces: bool, for_good: bool) -> None:
        """Make the rows visible, and those that they replace invisible, in one transaction."""
        with self._database.transaction() as connection:
            # What an interrupted writer left, which would be visible otherwise.
            left = "SELECT n FROM statements WHERE since > %s AND since < %s"
            for table in ("contents", "countries", "translations", "passages", "statements"):
                connection.execute(
                    f"DELETE FROM {table} WHERE n IN ({left})", (self._before, self.number)
                )
            connection.execute(f"ANALYZE unchanged, {_TABLES}")
        nearest_by, measured_at = self._index()
        before, number = visible(self._before, "s"), self.number
        over = "UPDATE statements s SET until = %s"
        with self._database.transaction() as connection:
            connection.execute(
                f"{over} FROM statements new WHERE {before} AND new.since = %s AND new.id = s.id",
                (number, number),
            )
            among, ids = ("", ()) if replaces else ("AND s.id = ANY(%s)", (list(removed),))
            connection.execute(
                f"{over} WHERE {before} {among} AND NOT EXISTS "
                "(SELECT 1 FROM unchanged u WHERE u.id = s.id)",
                (number, *ids),
            )
            connection.execute(
                "UPDATE passages p SET until = %s FROM statements s "
                "WHERE s.until = %s AND p.n = s.n",
                (number, number),
            )
            statements, passages, words, digest = connection.execute(
                "SELECT count(*), coalesce(sum(row_count), 0), coalesce(sum(length), 0), "
                f"{DIGEST} FROM statements s WHERE {visible(number, 's')}"
            ).fetchone() or (0, 0, 0, "")
            manifest = self._embedding.manifest(
                format=len(MIGRATIONS), store="postgres", statements=statements,
                passages=int(passages), corpus_digest=digest, files={},
            )  # fmt: skip
            kept = json.dumps(asdict(manifest), sort_keys=True)
            connection.execute(
                "INSERT INTO generations (number, token, manifest, encoder, mean_length, "
                "nearest_by, measured_at) VALUES (%s, %s, %s, %s, %s, %s, %s)",
                (
                    *(number, uuid.uuid4().hex[:16], kept, self._encoder),
                    *(float(words) / max(1, int(passages)), nearest_by, measured_at),
                ),
            )
            if for_good:
                _remove_before(connection, number)
                # The server's statistics hold frequent words, those of removed statements too.
                connection.execute(f"ANALYZE {_TABLES}")

    def _index(self) -> tuple[str, int]:
        """Build the index of the vectors if there are many.

        Returns how the nearest are found, and at how many passages its recall was measured: when
        the index was built, and again each time that the library has doubled.
        """
        ((count,),) = self._database.all(
            f"SELECT count(*) FROM passages p WHERE {self._future}", (self._encoder,)
        )
        if count <= EXACT_UP_TO:
            return EXACT, 0
        dim, encoder = self._embedding.dim, self._encoder
        with self._database.transaction() as connection:
            connection.execute(
                "SELECT set_config('maintenance_work_mem', greatest(%s, "
                "pg_size_bytes(current_setting('maintenance_work_mem')) / 1024)::text, true)",
                (_MEMORY,),
            )
            connection.execute(
                f"CREATE INDEX IF NOT EXISTS {index_name(encoder)} ON passages "
                f"USING hnsw ((vector::halfvec({dim})) halfvec_ip_ops) WITH ({_HNSW}) "
                f"WHERE encoder = {encoder}"
            )
        found = self._database.all(
            "SELECT nearest_by, measured_at FROM generations WHERE encoder = %s "
            "AND measured_at > %s ORDER BY number DESC LIMIT 1",
            (encoder, count / 2),
        )
        if found:
            return str(found[0][0]), int(found[0][1])
        return f"hnsw, recall {self._recall():.3f}", count

    @property
    def _future(self) -> str:
        """Return the condition that a passage may belong to the generation being written."""
        return (
            f"p.encoder = %s AND p.since <= {self.number} AND p.until > {self.number} "
            f"AND (p.since <= {self._before} OR p.since = {self.number})"
        )

    def _recall(self) -> float:
        """Return which share of the nearest by exact search the index finds, over some vectors."""
        rows = self._database.all(
            "SELECT halfvec_send(vector) FROM passages p "
            f"WHERE {self._future} ORDER BY key LIMIT {RECALL_OF}",
            (self._encoder,),
            binary=True,
        )
        vectors = received([sent for (sent,) in rows], self._embedding.dim)
        found = [self._nearest(vectors, approximate=approximate) for approximate in (False, True)]
        both = sum(len(exact & near) for exact, near in zip(*found, strict=True))
        return both / max(1, sum(map(len, found[0])))

    def _nearest(self, vectors: np.ndarray, *, approximate: bool) -> list[set[int]]:
        """Return the rows of the nearest passages of each vector."""
        sql = (
            f'SELECT p."row" FROM passages p WHERE {self._future.replace("%s", str(self._encoder))}'
            f" ORDER BY {nearness(self._embedding.dim, approximate=approximate)} LIMIT {RECALL_AT}"
        )
        found = [self._database.all(sql, (HalfVector(vector),)) for vector in vectors]
        return [{row for (row,) in rows} for rows in found]


DIGEST = "encode(sha256(coalesce(string_agg(s.hash, ''::bytea ORDER BY s.hash), ''::bytea)), 'hex')"
"""The sha256 over the sorted hashes of the statements `s`."""


def forget(database: Database, keep: int) -> None:
    """Remove the generations before the `keep` last ones, unless a reader has one open.

    The caller holds the writer's lock.
    """
    numbers = [n for (n,) in database.all("SELECT number FROM generations ORDER BY number DESC")]
    with database.transaction() as connection:
        oldest = numbers[min(keep, len(numbers)) - 1]
        # Whoever opens a generation waits for the lock, and then sees that it is gone.
        free = "SELECT pg_try_advisory_xact_lock(%s, %s)"
        for number in numbers[keep:]:
            if connection.execute(free, (database.lock_class, number)).fetchone() != (True,):
                oldest = number
        _remove_before(connection, oldest)


def _remove_before(connection: psycopg.Connection[Any], oldest: int) -> None:
    """Remove the generations before one, with the rows that only they have."""
    gone = "SELECT n FROM statements WHERE until <= %s"
    for table in ("translations", "passages", "contents", "countries"):
        connection.execute(f"DELETE FROM {table} WHERE n IN ({gone})", (oldest,))
    connection.execute("DELETE FROM statements WHERE until <= %s", (oldest,))
    connection.execute("DELETE FROM generations WHERE number < %s", (oldest,))
    unused = "SELECT encoder FROM encoders WHERE encoder NOT IN (SELECT encoder FROM generations)"
    for (encoder,) in connection.execute(unused).fetchall():
        connection.execute(f"DROP INDEX IF EXISTS {index_name(encoder)}")


def _sha256(data: str) -> bytes:
    return hashlib.sha256(data.encode()).digest()  # equals the statement's content_hash


def _key(completed: str) -> uuid.UUID:
    """Return 128 bits of the sha256 of a passage's embedded text."""
    return uuid.UUID(bytes=hashlib.sha256(completed.encode()).digest()[:16])


def _words(text: str) -> int:
    return text.count(" ") + 1 if text else 0


def _plain(text: str) -> str:
    """Return a text without null characters, which PostgreSQL refuses."""
    return text.replace("\0", "")


_QUOTED = ", ".join(f'"{name}"' for name in COLUMN_NAMES)
_INSERTS = {
    "statements": "INSERT INTO statements (n, since, until, encoder, id, hash, first_row, "
    f"row_count, length, {_QUOTED}, first_day, last_day, text_key, about) "
    f"VALUES ({', '.join(['%s'] * (12 + len(COLUMN_NAMES)))}, "
    "to_tsvector('words', %s))",
    "contents": "INSERT INTO contents VALUES (%s, %s, %s)",
    "countries": "INSERT INTO countries VALUES (%s, %s, %s, %s)",
    "passages": "INSERT INTO passages VALUES "
    f"({', '.join(['%s'] * 12)}, setweight(to_tsvector('words', %s), 'A') || "
    "setweight(to_tsvector('words', %s), 'B'))",
    "translations": "INSERT INTO translations VALUES (%s, %s, %s, %s)",
}
"""How a row is written to each table."""
