"""Write one generation of a library: store, vectors and index, embedding only what is new."""

from __future__ import annotations

import hashlib
import heapq
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from compare import __version__
from compare.errors import LibraryError, ModelError
from compare.library.generations import (
    FORMAT,
    INDEX,
    MANIFEST,
    RESUME,
    STAGED,
    STORE,
    VECTORS,
    Generation,
    Manifest,
    record_files,
)
from compare.library.index.faiss import FaissIndex, Floats, Halves, Rows, check_vectors
from compare.library.staging import Staged
from compare.library.store import Store, write_store
from compare.progress import counted_on
from compare.statements.passages import Passage
from compare.statements.statement import Statement

if TYPE_CHECKING:
    from compare.models import Encoder

Progress = Callable[[int, int], None]
_BATCH = 1024
_SAVED_EVERY = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class EncoderIdentity:
    """Which encoder made, or is to make, the vectors."""

    name: str
    digest: str
    dim: int

    @classmethod
    def of(cls, encoder: Encoder) -> EncoderIdentity:
        """Return the identity of an encoder."""
        return cls(encoder.name, encoder.digest, encoder.dim)

    @classmethod
    def recorded(cls, manifest: Manifest) -> EncoderIdentity:
        """Return the identity of the encoder that a library was built with."""
        return cls(manifest.encoder, manifest.encoder_digest, manifest.dim)


@dataclass(frozen=True, slots=True)
class Known:
    """Vectors that need not be made again: the row of each key in a matrix.

    Attributes:
        keys: int64, ascending.
        rows: int64, the row of each key in `vectors`.
        vectors: float16 [n, dim].
    """

    keys: Rows
    rows: Rows
    vectors: Halves

    @classmethod
    def none(cls, dim: int) -> Known:
        """Return nothing known."""
        empty = np.zeros(0, np.int64)
        return cls(empty, empty, np.zeros((0, dim), np.float16))

    @classmethod
    def of(cls, generation: Generation, identity: EncoderIdentity) -> Known:
        """Return the vectors of a generation, none if another encoder made them.

        Raises:
            LibraryError: The generation is damaged: it is read whole before it is relied on.
        """
        if EncoderIdentity.recorded(generation.manifest) != identity:
            return cls.none(identity.dim)
        generation.verify()
        store = Store.open(generation.path / STORE)
        try:
            keys, rows = np.unique(store.keys(), return_index=True)
        finally:
            store.close()
        return cls(keys, rows, load_vectors(generation))

    def find(self, keys: Rows) -> Rows:
        """Return the row of each key, -1 where it is not known."""
        if not len(self.keys):
            return np.full(len(keys), -1, np.int64)
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[at] == keys, self.rows[at], -1)


def load_vectors(generation: Generation) -> Halves:
    """Map the vectors of a generation, float16 [passages, dim].

    Raises:
        LibraryError: The file is damaged.
    """
    path = generation.path / VECTORS
    manifest = generation.manifest
    shape = (manifest.passages, manifest.dim)
    try:
        vectors = np.load(path, mmap_mode="r" if manifest.passages else None, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise LibraryError(
            f"The library is damaged: {path} cannot be read ({error}); build it again with "
            "`compare build --force`."
        ) from error
    if vectors.dtype != np.float16 or vectors.shape != shape:
        raise LibraryError(
            f"The library is damaged: {path} holds {vectors.dtype} {list(vectors.shape)}, not "
            f"float16 {list(shape)}; build it again with `compare build --force`."
        )
    return np.asarray(vectors)


def changed(before: Iterable[Statement], add: Staged, remove: Iterable[str]) -> Iterator[Statement]:
    """Go through a library's statements as they are after a change, by id.

    Args:
        before: By id.
        add: Each takes the place of a statement with its id, if there is one.
        remove: Ids.
    """
    gone = {*remove, *add.ids()}
    kept = (statement for statement in before if statement.id not in gone)
    return heapq.merge(kept, add, key=attrgetter("id"))


def write_files(
    scratch: Path,
    statements: Iterable[Statement],
    known: Known,
    identity: EncoderIdentity,
    load: Callable[[], Encoder],
    on_progress: Progress | None = None,
) -> Manifest:
    """Write the files of a generation and return the manifest for them.

    Args:
        scratch: An empty folder.
        statements: By id.
        known: Vectors that `identity` made before.
        identity: Of the encoder.
        load: Called only if there is something to embed.
        on_progress: Told how many of the new texts are embedded.
    """
    for name in (STORE, INDEX, MANIFEST):  # what a writer left that died
        (scratch / name).unlink(missing_ok=True)
    written = write_store(scratch / STORE, statements)
    (scratch / STAGED).unlink(missing_ok=True)
    _write_vectors(scratch, written.keys, known, load, identity, on_progress)
    return Manifest(
        format=FORMAT,
        program=__version__,
        encoder=identity.name,
        encoder_digest=identity.digest,
        dim=identity.dim,
        statements=written.statements,
        passages=len(written.keys),
        corpus_digest=written.corpus_digest,
        files=record_files(scratch),
    )


def _write_vectors(
    scratch: Path,
    keys: Rows,
    known: Known,
    load: Callable[[], Encoder],
    identity: EncoderIdentity,
    on_progress: Progress | None,
) -> None:
    """Write the vectors, a block of rows at a time, and the index over them.

    Every few seconds the disk has what is finished so far, and a record of it: a writer that died,
    even while it wrote the index, is gone on from there.
    """
    path, unfinished = scratch / VECTORS, scratch / RESUME
    shape = (len(keys), identity.dim)
    if not len(keys):
        np.save(path, np.zeros(shape, np.float16))
        FaissIndex.build(np.zeros(shape, np.float16)).write(scratch / INDEX)
        return
    record = {"keys": hashlib.sha256(keys.tobytes()).hexdigest(), "encoder": identity.digest}
    done = _finished(unfinished, record) if _shape_of(path) == shape else 0
    if not done:
        unfinished.unlink(missing_ok=True)  # of another build: its vectors go now
    vectors = np.lib.format.open_memmap(
        path, mode="r+" if done else "w+", dtype=np.float16, shape=shape
    )
    _reserve(path)
    _, first, which = np.unique(keys, return_index=True, return_inverse=True)
    rows = _Rows(known.find(keys), first[which])
    total, count = int(rows.new.sum()), int(rows.new[:done].sum())
    encoder = load() if count < total else None
    saved = time.monotonic()
    with closing(Store.open(scratch / STORE)) as store:
        for start in range(done, len(keys), _BATCH):
            block = np.arange(start, min(start + _BATCH, len(keys)))
            wanted = block[rows.new[block]]
            if encoder is not None and len(wanted):
                texts = [passage.completed for passage in _passages(store, wanted)]
                step = counted_on(on_progress, count, total)
                vectors[wanted] = encode(encoder, texts, identity.dim, step)
                count += len(wanted)
            taken = block[rows.known[block] >= 0]
            vectors[taken] = known.vectors[rows.known[taken]]
            again = block[~rows.new[block] & (rows.known[block] < 0)]
            vectors[again] = vectors[rows.first[again]]
            if time.monotonic() - saved > _SAVED_EVERY:
                vectors.flush()
                _write_record(unfinished, {**record, "rows": int(block[-1]) + 1})
                saved = time.monotonic()
    vectors.flush()
    if unfinished.exists() or time.monotonic() - saved > _SAVED_EVERY:
        _write_record(unfinished, {**record, "rows": len(keys)})
    FaissIndex.build(vectors).write(scratch / INDEX)


def _reserve(path: Path) -> None:
    """Have the disk set the file's room apart: a mapped page without room kills the process.

    Raises:
        OSError: There is no room for it.
    """
    if hasattr(os, "posix_fallocate"):
        with path.open("rb+") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)


class _Rows:
    """Where the vector of each row comes from.

    Attributes:
        known: Its row among the known vectors, or -1.
        first: The first row with the same key.
        new: Whether it has to be embedded.
    """

    def __init__(self, known: Rows, first: Rows) -> None:
        self.known, self.first = known, first
        self.new = (known < 0) & (first == np.arange(len(first)))


def _shape_of(path: Path) -> tuple[int, ...] | None:
    try:
        shape: tuple[int, ...] = np.load(path, mmap_mode="r", allow_pickle=False).shape
    except (OSError, ValueError):
        return None
    return shape


def _finished(path: Path, record: Mapping[str, str]) -> int:
    """Return how many rows a writer of the same passages had finished when it died."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 0
    same = all(found.get(name) == value for name, value in record.items())
    return int(found["rows"]) if same else 0


def _write_record(path: Path, record: Mapping[str, str | int]) -> None:
    new = path.with_suffix(".new")
    new.write_text(json.dumps(record), encoding="utf-8")
    new.replace(path)


def _passages(store: Store, rows: Rows) -> list[Passage]:
    found = store.passages(rows.tolist())
    return [found[row] for row in rows.tolist()]


def encode(
    encoder: Encoder, texts: Sequence[str], dim: int, on_progress: Progress | None = None
) -> Floats:
    """Encode texts and check what comes back.

    Raises:
        ModelError: It is not float32 [texts, dim] of unit rows.
    """
    vectors = encoder.encode(texts, on_progress)
    try:
        vectors = check_vectors(vectors, dim)
        if len(vectors) != len(texts):
            raise ValueError(f"{len(vectors)} vectors for {len(texts)} texts")
        lengths = np.linalg.norm(vectors, axis=1)
        if texts and np.abs(lengths - 1).max() > 1e-3:
            raise ValueError(f"a vector of length {lengths[np.abs(lengths - 1).argmax()]:.3f}")
    except ValueError as error:
        raise ModelError(
            f"The encoder {encoder.name!r} did not give unit vectors ({error}): use another with "
            "--encoder."
        ) from error
    return vectors
