"""Find the nearest vectors, exactly: the VectorIndex protocol and its FAISS implementation."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from compare.errors import LibraryError
from compare.models.runtime import thread_count

if TYPE_CHECKING:
    from typing import Self

Floats = NDArray[np.float32]
Halves = NDArray[np.float16]
Rows = NDArray[np.int64]

FEW = 8192
"""Up to so many allowed rows are multiplied one by one; more go through a FAISS selector."""

FLAT_UP_TO = 200_000
"""Up to so many vectors FAISS scans them in 32 bits; more in 8 bits, a quarter of the bytes."""

_MARGIN = 32
"""Candidates taken from FAISS beyond k, so that ties at rank k are settled by row number."""

_MARGIN_8_BIT = 160

_ROUNDING = np.float32(1e-4)
"""More than the greatest difference between a FAISS score and the exact one (unit vectors)."""

_BLOCK = 4096


class Neighbours(NamedTuple):
    """The nearest rows of each query, best first.

    Attributes:
        scores: Inner products, float32 [queries, found], 1 for the same direction.
        rows: Row numbers, int64 [queries, found]; found is k, or less where fewer are allowed.
    """

    scores: Floats
    rows: Rows


class VectorIndex(Protocol):
    """Nearest vectors by inner product; equal scores stand in the order of their rows."""

    def __len__(self) -> int:
        """Return the number of vectors."""
        ...

    def search(self, queries: Floats, k: int, allowed: Rows | None = None) -> Neighbours:
        """Return the k nearest of the `allowed` rows (None: of all) for each query."""
        ...


class FaissIndex:
    """Exact inner product over all vectors.

    FAISS proposes, by a flat index or for many vectors by one of 8 bits, and the score is computed
    again in float64: so a pair of vectors has one score, whatever else is searched or allowed, and
    equal vectors are always in row order. More is taken from FAISS until, by how far its scores
    can be wrong, nothing that was left out can belong to the best.
    """

    def __init__(self, vectors: Floats | Halves, index: Any) -> None:
        """Join the matrix and the FAISS index over it; use `build` or `open`."""
        self._vectors = vectors
        self._index = index
        small = len(vectors) <= FLAT_UP_TO
        self._margin = _MARGIN if small else _MARGIN_8_BIT
        self._wrong = _ROUNDING if small else _ROUNDING + _error_of_8_bits(index)

    @classmethod
    def build(cls, vectors: Floats | Halves) -> Self:
        """Index vectors [n, dim], a block at a time.

        Raises:
            ValueError: Another type or shape (FAISS takes some of them silently), or not finite.
        """
        _check_matrix(vectors)
        index = _empty(vectors.shape[1], _ranges(vectors))
        index.codes.resize(len(vectors) * index.code_size)
        index.codes.resize(0)  # the room stays: growing by and by takes twice as much at the end
        for block in _blocks(vectors):
            index.add(block)
        return cls(vectors, index)

    @classmethod
    def open(cls, path: Path, vectors: Floats | Halves) -> Self:
        """Map an index written by `write`; `vectors` is the matrix that it was built from.

        FAISS never parses a file that is not, by its first bytes and its size, an index of just
        this many vectors.

        Raises:
            LibraryError: The file is damaged or belongs to other vectors.
        """
        faiss = _faiss()
        with path.open("rb") as handle:
            first = handle.read(8)
        if (first, path.stat().st_size) != _written(*vectors.shape):
            raise _damaged(path)
        try:
            index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError as error:
            raise _damaged(path) from error
        shape = (index.ntotal, index.d)
        if shape != vectors.shape or index.metric_type != faiss.METRIC_INNER_PRODUCT:
            raise _damaged(path)
        return cls(vectors, index)

    def write(self, path: Path) -> None:
        """Write the index to a file; equal vectors give equal bytes.

        Raises:
            OSError: It could not be written whole. FAISS itself says so of some writes only.
        """
        try:
            _faiss().write_index(self._index, str(path))
        except RuntimeError as error:
            raise OSError(f"{path} could not be written") from error
        if path.stat().st_size != _written(*self._vectors.shape)[1]:
            raise OSError(f"{path} could not be written whole")

    def __len__(self) -> int:
        """Return the number of vectors."""
        return len(self._vectors)

    @property
    def dim(self) -> int:
        """Return the number of dimensions."""
        return int(self._vectors.shape[1])

    def search(self, queries: Floats, k: int, allowed: Rows | None = None) -> Neighbours:
        """Return the k nearest of the `allowed` rows (None: of all) for each query.

        Raises:
            ValueError: Queries of another type or dimension, or rows that there are not.
        """
        queries = check_vectors(queries, self.dim)
        if allowed is not None:
            allowed = self._check_rows(allowed)
        size = len(self) if allowed is None else allowed.size
        found = max(0, min(k, size))
        if found == 0 or len(queries) == 0:
            shape = (len(queries), found)
            return Neighbours(np.zeros(shape, np.float32), np.zeros(shape, np.int64))
        if allowed is not None and size <= FEW:
            best = [self._best(query, allowed, found) for query in queries]
        else:
            best = self._through_faiss(queries, found, allowed, size)
        return Neighbours(
            np.stack([scores for scores, _ in best]), np.stack([rows for _, rows in best])
        )

    def _through_faiss(
        self, queries: Floats, found: int, allowed: Rows | None, size: int
    ) -> list[tuple[Floats, Rows]]:
        """Take more candidates until none that was left out can belong to the best."""
        best: list[tuple[Floats, Rows] | None] = [None] * len(queries)
        fetch = min(size, found + self._margin)
        while waiting := [at for at, done in enumerate(best) if done is None]:
            scores, rows = self._proposed(queries[waiting], fetch, allowed)
            for at, its_scores, its_rows in zip(waiting, scores, rows, strict=True):
                ranked = self._best(queries[at], its_rows, found)
                length = max(np.float32(1), np.abs(ranked[0][0]))
                if fetch == size or ranked[0][-1] > its_scores[-1] + self._wrong * length:
                    best[at] = ranked
            fetch = min(size, fetch * 4)
        return [ranked for ranked in best if ranked is not None]

    def _proposed(self, queries: Floats, k: int, allowed: Rows | None) -> tuple[Floats, Rows]:
        """Return FAISS's k best; each thread scans its share of the rows."""
        faiss = _faiss()
        bitmap = None
        if allowed is not None:
            mask = np.zeros(len(self), bool)
            mask[allowed] = True
            bitmap = np.packbits(mask, bitorder="little")

        def scan(share: tuple[int, int]) -> tuple[Floats, Rows]:
            # FAISS itself spreads queries over threads, not rows.
            chosen = in_share = faiss.IDSelectorRange(*share)
            if bitmap is not None:
                may = faiss.IDSelectorBitmap(bitmap)
                chosen = faiss.IDSelectorAnd(in_share, may)
            params = faiss.SearchParameters(sel=chosen)
            scores, rows = self._index.search(queries, k, params=params)
            return scores, rows

        ends = [len(self) * n // thread_count() for n in range(thread_count() + 1)]
        found = list(_threads().map(scan, pairwise(ends)))
        scores, rows = (np.concatenate(part, axis=1) for part in zip(*found, strict=True))
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        return np.take_along_axis(scores, order, 1), np.take_along_axis(rows, order, 1)

    def _best(self, query: Floats, rows: Rows, found: int) -> tuple[Floats, Rows]:
        """Return the best of `rows` by exact score, then by row number."""
        scores = np.empty(len(rows), np.float32)
        for start in range(0, len(rows), _BLOCK):
            block = self._vectors[rows[start : start + _BLOCK]]
            # A sum along each row does not depend on the rows beside it; a matrix product may.
            scores[start : start + _BLOCK] = (block.astype(np.float64) * query).sum(axis=1)
        order = np.lexsort((rows, -scores))[:found]
        return scores[order], rows[order].astype(np.int64)

    def _check_rows(self, rows: Rows) -> Rows:
        rows = np.asarray(rows)
        if rows.ndim != 1 or (rows.size and not np.issubdtype(rows.dtype, np.integer)):
            raise ValueError(f"allowed rows are int64 [n], not {rows.dtype} {list(rows.shape)}")
        rows = np.unique(rows).astype(np.int64)
        if rows.size and (rows[0] < 0 or rows[-1] >= len(self)):
            raise ValueError(f"row {rows[0] if rows[0] < 0 else rows[-1]} of {len(self)} rows")
        return rows


def _empty(dim: int, ranges: Floats | None) -> Any:
    """Return a FAISS index that holds nothing: of 8 bits where the ranges of its numbers are given.

    `ranges` is float32 [2, dim]: the least and the most of each dimension.
    """
    faiss = _faiss()
    if ranges is None:
        return faiss.IndexFlatIP(dim)
    kind = faiss.ScalarQuantizer.QT_8bit
    index = faiss.IndexScalarQuantizer(dim, kind, faiss.METRIC_INNER_PRODUCT)
    index.train(ranges)
    return index


def _ranges(vectors: Floats | Halves) -> Floats | None:
    """Return the ranges over all vectors, so that none is cut off; None for few vectors."""
    if len(vectors) <= FLAT_UP_TO:
        return None
    ends = [(block.min(0), block.max(0)) for block in _blocks(vectors)]
    least, most = (np.array(side) for side in zip(*ends, strict=True))
    return np.stack([least.min(0), most.max(0)])


def _error_of_8_bits(index: Any) -> np.float32:
    """Return the most that a score of the 8-bit index can be wrong by, for unit queries.

    A number lies within half a step of what it is kept as; by Cauchy's inequality the products of
    a unit vector with those differences sum to no more than the length of the half steps.
    """
    faiss = _faiss()
    trained = faiss.vector_to_array(index.sq.trained)
    steps = trained[len(trained) // 2 :] / 255
    return np.float32(np.linalg.norm(steps) / 2)


def _blocks(vectors: Floats | Halves) -> Iterator[Floats]:
    for start in range(0, len(vectors), 2 * _BLOCK):
        yield np.ascontiguousarray(vectors[start : start + 2 * _BLOCK], np.float32)


def _check_matrix(vectors: Floats | Halves) -> None:
    """Refuse what FAISS would take silently: see `check_vectors`; 16 bits are allowed."""
    if isinstance(vectors, np.ndarray) and vectors.dtype == np.float16 and vectors.ndim == 2:
        for block in _blocks(vectors):
            check_vectors(block)
    else:
        check_vectors(vectors)  # type: ignore[arg-type]  # what else it is, it refuses


def check_vectors(vectors: Floats, dim: int | None = None) -> Floats:
    """Return the vectors, C-contiguous.

    Raises:
        ValueError: They are not finite float32 [n, dim].
    """
    if not isinstance(vectors, np.ndarray) or vectors.dtype != np.float32:
        raise ValueError(f"vectors are float32, not {getattr(vectors, 'dtype', type(vectors))}")
    if vectors.ndim != 2 or (dim is not None and vectors.shape[1] != dim):
        raise ValueError(f"vectors are [n, {dim or 'dim'}], not {list(vectors.shape)}")
    for start in range(0, len(vectors), 65536):
        if not np.isfinite(vectors[start : start + 65536]).all():
            raise ValueError("vectors hold a number that is not finite")
    return np.ascontiguousarray(vectors)


@cache
def _threads() -> ThreadPoolExecutor:
    """Return the threads that scan, each of which FAISS is not to divide any further."""
    return ThreadPoolExecutor(
        thread_count(), "scan", initializer=lambda: _faiss().omp_set_num_threads(1)
    )


def _faiss() -> Any:
    """Load FAISS, late; its own type stubs know less than it does."""
    return importlib.import_module("faiss")


def _written(count: int, dim: int) -> tuple[bytes, int]:
    """Return the first bytes and the size of the file of an index of so many vectors."""
    small = count <= FLAT_UP_TO
    empty = _faiss().serialize_index(
        _empty(dim, None if small else np.eye(2, dim, dtype=np.float32))
    )
    return empty[:8].tobytes(), len(empty) + count * dim * (4 if small else 1)


def _damaged(path: Path) -> LibraryError:
    return LibraryError(
        f"{path} is not the index of this library's vectors: build the library again with "
        "`compare build`."
    )
