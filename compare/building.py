"""Write one generation of a library: store, vectors and index, embedding only what is new."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from compare import __version__
from compare.errors import LibraryError, ModelError
from compare.generations import (
    FORMAT,
    INDEX,
    STORE,
    VECTORS,
    Generation,
    Manifest,
    record_files,
)
from compare.index import FaissIndex, Floats, check_vectors
from compare.statement import Statement
from compare.store import Store, Written, write_store

if TYPE_CHECKING:
    from compare.encoder import Encoder

Progress = Callable[[int, int], None]
_BATCH = 1024


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
    """Vectors that need not be made again: the row of each key in a matrix."""

    rows: dict[bytes, int]
    vectors: Floats

    @classmethod
    def none(cls, dim: int) -> Known:
        """Return nothing known."""
        return cls({}, np.zeros((0, dim), np.float32))

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
            rows = {key: row for row, key in store.every_key()}
        finally:
            store.close()
        return cls(rows, load_vectors(generation))


def load_vectors(generation: Generation) -> Floats:
    """Map the vectors of a generation, float32 [passages, dim].

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
            "`compare build`."
        ) from error
    if vectors.dtype != np.float32 or vectors.shape != shape:
        raise LibraryError(
            f"The library is damaged: {path} holds {vectors.dtype} {list(vectors.shape)}, not "
            f"float32 {list(shape)}; build it again with `compare build`."
        )
    return np.asarray(vectors)


def in_order(statements: Iterable[Statement]) -> list[Statement]:
    """Return the statements as they are kept: by id."""
    return sorted(statements, key=attrgetter("id"))


def changed(
    before: Iterable[Statement], add: Sequence[Statement], remove: Iterable[str]
) -> Iterator[Statement]:
    """Go through a library's statements as they are after a change, by id.

    Args:
        before: By id.
        add: By id; each takes the place of a statement with its id, if there is one.
        remove: Ids.
    """
    gone = {*remove, *(statement.id for statement in add)}
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
    written = write_store(scratch / STORE, statements)
    _write_vectors(scratch, written, known, load, identity, on_progress)
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
    written: Written,
    known: Known,
    load: Callable[[], Encoder],
    identity: EncoderIdentity,
    on_progress: Progress | None,
) -> None:
    shape = (len(written.keys), identity.dim)
    path = scratch / VECTORS
    if not written.keys:
        np.save(path, np.zeros(shape, np.float32))
        FaissIndex.build(np.zeros(shape, np.float32)).write(scratch / INDEX)
        return
    vectors = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
    new: dict[bytes, int] = {}
    again: list[tuple[int, int]] = []
    reused: list[tuple[int, int]] = []
    for row, key in enumerate(written.keys):
        if key in known.rows:
            reused.append((row, known.rows[key]))
        elif key in new:
            again.append((row, new[key]))
        else:
            new[key] = row
    _copy(vectors, known.vectors, reused)
    if new:
        _embed(vectors, scratch / STORE, list(new.values()), load(), identity, on_progress)
    _copy(vectors, vectors, again)
    vectors.flush()
    FaissIndex.build(np.asarray(vectors)).write(scratch / INDEX)


def _copy(target: Floats, source: Floats, pairs: list[tuple[int, int]]) -> None:
    for start in range(0, len(pairs), 65536):
        part = np.array(pairs[start : start + 65536], np.int64)
        target[part[:, 0]] = source[part[:, 1]]


def _embed(
    vectors: Floats,
    path: Path,
    rows: list[int],
    encoder: Encoder,
    identity: EncoderIdentity,
    on_progress: Progress | None,
) -> None:
    store = Store.open(path)
    try:
        for start in range(0, len(rows), _BATCH):
            part = rows[start : start + _BATCH]
            found = store.passages(part)
            texts = [found[row].completed for row in part]
            step = _from(start, len(rows), on_progress)
            vectors[part] = encode(encoder, texts, identity.dim, step)
            if on_progress:
                on_progress(start + len(part), len(rows))
    finally:
        store.close()


def _from(start: int, total: int, on_progress: Progress | None) -> Progress | None:
    if on_progress is None:
        return None
    return lambda done, _: on_progress(start + done, total)


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
