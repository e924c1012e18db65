"""Build a generation: bring statements into order, embed what is new, write the store."""

from __future__ import annotations

import hashlib
import heapq
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from compare import __version__
from compare.errors import LibraryError, ModelError
from compare.library.generations import FORMAT, MANIFEST, Manifest, record_files
from compare.library.index.base import Floats, check_vectors
from compare.library.passage_store import PassageStore, store_kind
from compare.statements.statement import Statement

if TYPE_CHECKING:
    from compare.models import Encoder
    from compare.progress import Progress

STAGED = "staged.sqlite"
_AT_ONCE = 200


class Staged:
    """Statements in a file of their own, in the order of their ids: they may outgrow memory."""

    def __init__(self, path: Path, statements: Iterable[Statement]) -> None:
        """Write the statements to a new file; an id may stand there twice.

        Raises:
            LibraryError: The disk is full.
        """
        self._path = path
        path.unlink(missing_ok=True)
        rows = ((_bytes(entry.id), json.dumps(entry.to_dict())) for entry in statements)
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
        """Go through the statements by id."""
        for (data,) in self._rows("SELECT data FROM staged ORDER BY id"):
            yield Statement.from_json(data)

    def ids(self) -> set[str]:
        """Return all ids."""
        found = self._rows("SELECT id FROM staged")
        return {key.decode("utf-8", "surrogatepass") for (key,) in found}

    def discard(self) -> None:
        """Remove the file."""
        self._path.unlink(missing_ok=True)

    def _rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        with closing(sqlite3.connect(self._path)) as database:
            cursor = database.execute(sql)
            while rows := cursor.fetchmany(_AT_ONCE):
                yield from rows


def _bytes(identity: str) -> bytes:
    """Return bytes that are in the order of the texts."""
    return identity.encode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class Change:
    """What a new generation holds.

    Attributes:
        add: Each takes the place of the statement before with its id, if there is one.
        before: The store that is changed; None: only what is added.
        remove: Ids.
    """

    add: Staged
    before: PassageStore | None = None
    remove: frozenset[str] = frozenset()

    def statements(self) -> Iterator[Statement]:
        """Go through the statements after the change, by id; what was staged is discarded then."""
        gone = self.remove | self.add.ids()
        before = iter(()) if self.before is None else self.before.all_statements()
        kept = (statement for statement in before if statement.id not in gone)
        yield from heapq.merge(kept, self.add, key=attrgetter("id"))
        self.add.discard()


@dataclass(frozen=True, slots=True)
class Embedding:
    """What the vectors of a new generation come from.

    Attributes:
        name: Of the encoder; `digest` names its weights.
        load: Load it; called only if there is something to embed.
        known: A store whose vectors the same encoder made.
    """

    name: str
    digest: str
    dim: int
    load: Callable[[], Encoder]
    known: PassageStore | None = None

    def encode(self, texts: Sequence[str], on_progress: Progress | None = None) -> Floats:
        """Encode texts and check what comes back.

        Raises:
            ModelError: It is not float32 [texts, dim] of unit rows.
        """
        vectors = self.load().encode(texts, on_progress)
        try:
            vectors = check_vectors(vectors, self.dim)
            if len(vectors) != len(texts):
                raise ValueError(f"{len(vectors)} vectors for {len(texts)} texts")
            lengths = np.linalg.norm(vectors, axis=1)
            if texts and np.abs(lengths - 1).max() > 1e-3:
                raise ValueError(f"a vector of length {lengths[np.abs(lengths - 1).argmax()]:.3f}")
        except ValueError as error:
            raise ModelError(
                f"The encoder {self.name!r} did not give unit vectors ({error}): use another with "
                "--encoder."
            ) from error
        return vectors


def passage_key(completed: str) -> int:
    """Return 64 bits of the sha256 of what is embedded of a passage, a signed number.

    Among ten million texts the chance that any two have one key is 3 in a million.
    """
    digest = hashlib.sha256(completed.encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def write_generation(
    scratch: Path,
    kind: str,
    change: Change,
    embedding: Embedding,
    on_progress: Progress | None = None,
) -> Manifest:
    """Write the files of a generation and return the manifest for them.

    Args:
        scratch: Where; empty, or with what a writer left that died.
        kind: Of the store.
        change: What it holds.
        embedding: What its vectors come from.
        on_progress: Told how many of the new texts are embedded.
    """
    (scratch / MANIFEST).unlink(missing_ok=True)
    written = store_kind(kind).write(scratch, change, embedding, on_progress)
    return Manifest(
        format=FORMAT,
        program=__version__,
        store=kind,
        encoder=embedding.name,
        encoder_digest=embedding.digest,
        dim=embedding.dim,
        statements=written.statements,
        passages=written.passages,
        corpus_digest=written.corpus_digest,
        files=record_files(scratch),
    )
