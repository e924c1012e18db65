"""Exact search with FAISS; `VectorIndex` documents the public methods."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from compare.library.index.base import (
    Floats,
    Halves,
    Neighbours,
    Rows,
    RowSpans,
    Selection,
    check_vectors,
    exact_scores,
    selected_rows,
)
from compare.models.runtime import thread_count

if TYPE_CHECKING:
    from typing import Self

FEW = 8192
"""Maximum size of a selection that is scored directly; larger ones use a FAISS selector."""

FLAT_UP_TO = 200_000
"""Maximum number of vectors indexed in 32 bits; more are indexed in 8 bits to save memory."""

# Extra candidates beyond k, so that ties at rank k are decided by row number.
_MARGIN = 32
_MARGIN_8_BIT = 160

_ROUNDING = np.float32(1e-4)
"""Upper bound on the error of a FAISS score of unit vectors."""

_PRODUCT_ROUNDING = 1e-3
"""Upper bound on the error of a 32-bit matrix product."""

_BLOCK = 8192
_OTHER = "is not the index of this library's vectors"


class FaissIndex:
    """Exact inner product over all vectors.

    A FAISS index, flat or in 8 bits for many vectors, proposes candidates; their scores are
    computed again in float64. So a score never depends on other vectors, and equal vectors are in
    row order. FAISS is asked for more candidates until no other row can be among the best, given
    the largest error of its scores.
    """

    def __init__(self, vectors: Floats | Halves, index: Any) -> None:
        """Wrap a matrix and its FAISS index; use `build` or `open`."""
        self._vectors = vectors
        self._index = index
        small = len(vectors) <= FLAT_UP_TO
        self._margin = _MARGIN if small else _MARGIN_8_BIT
        self._max_error = _ROUNDING if small else _ROUNDING + _error_of_8_bits(index)

    @classmethod
    def build(cls, vectors: Floats | Halves) -> Self:
        check_vectors(vectors, halves=True)  # FAISS takes some other types and shapes silently
        index = _empty(vectors.shape[1], _ranges(vectors))
        # This keeps the memory reserved: growing step by step would need twice as much.
        index.codes.resize(len(vectors) * index.code_size)
        index.codes.resize(0)
        for block in _blocks(vectors):
            index.add(block)
        return cls(vectors, index)

    @classmethod
    def open(cls, path: Path, vectors: Floats | Halves) -> Self:
        faiss = _faiss()
        # FAISS should not parse an untrusted file: check its first bytes and size before.
        with path.open("rb") as handle:
            first = handle.read(8)
        if (first, path.stat().st_size) != _written(*vectors.shape):
            raise ValueError(_OTHER)
        try:
            index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError as error:
            raise ValueError(_OTHER) from error
        shape = (index.ntotal, index.d)
        if shape != vectors.shape or index.metric_type != faiss.METRIC_INNER_PRODUCT:
            raise ValueError(_OTHER)
        return cls(vectors, index)

    def write(self, path: Path) -> None:
        with suppress(RuntimeError):  # FAISS does not report every failure: check the size instead
            _faiss().write_index(self._index, str(path))
        if not path.exists() or path.stat().st_size != _written(*self._vectors.shape)[1]:
            raise OSError(f"{path} could not be written whole")

    def __len__(self) -> int:
        return len(self._vectors)

    def search(self, queries: Floats, k: int, within: Selection | None = None) -> Neighbours:
        queries = check_vectors(queries, self._vectors.shape[1])
        size = len(self) if within is None else len(within)
        found = max(0, min(k, size))
        if found == 0 or len(queries) == 0:
            shape = (len(queries), found)
            return Neighbours(np.zeros(shape, np.float32), np.zeros(shape, np.int64))
        if within is not None and size <= FEW:
            rows = self._check_rows(selected_rows(within))
            best = [self._best(query, rows, found) for query in queries]
        else:
            best = self._through_faiss(queries, found, within, size)
        return Neighbours(
            np.stack([scores for scores, _ in best]), np.stack([rows for _, rows in best])
        )

    def at_least(
        self, query: Floats, least: float, within: Selection | None = None
    ) -> tuple[Rows, Floats]:
        # A matrix product proposes candidates, a block at a time.
        proposed = [np.zeros(0, np.int64)]
        for rows in (RowSpans.whole(len(self)) if within is None else within).blocks():
            self._check_rows(rows)
            consecutive = rows[-1] - rows[0] + 1 == len(rows)  # a slice needs no copy
            block = self._vectors[rows[0] : rows[-1] + 1] if consecutive else self._vectors[rows]
            likely = np.asarray(block, np.float32) @ query >= least - _PRODUCT_ROUNDING
            proposed.append(rows[likely])
        rows = np.concatenate(proposed)
        scores = exact_scores(self._vectors, rows, query)
        kept = scores >= least
        return rows[kept], scores[kept]

    def _through_faiss(
        self, queries: Floats, found: int, within: Selection | None, size: int
    ) -> list[tuple[Floats, Rows]]:
        """Fetch more candidates until no other row can be among the best."""
        bitmap = None if within is None else self._bitmap(within)
        best: list[tuple[Floats, Rows] | None] = [None] * len(queries)
        fetch = min(size, found + self._margin)
        while waiting := [at for at, done in enumerate(best) if done is None]:
            scores, rows = self._proposed(queries[waiting], fetch, bitmap)
            for at, its_scores, its_rows in zip(waiting, scores, rows, strict=True):
                ranked = self._best(queries[at], its_rows, found)
                length = max(np.float32(1), np.abs(ranked[0][0]))
                if fetch == size or ranked[0][-1] > its_scores[-1] + self._max_error * length:
                    best[at] = ranked
            fetch = min(size, fetch * 4)
        return [ranked for ranked in best if ranked is not None]

    def _proposed(self, queries: Floats, k: int, bitmap: Any) -> tuple[Floats, Rows]:
        """Return the k best by FAISS; each thread scans a share of the rows."""
        faiss = _faiss()

        def scan(share: tuple[int, int]) -> tuple[Floats, Rows]:
            # FAISS itself distributes queries over threads, but not the rows for one query.
            chosen = in_share = faiss.IDSelectorRange(*share)
            if bitmap is not None:
                selected = faiss.IDSelectorBitmap(bitmap)
                chosen = faiss.IDSelectorAnd(in_share, selected)
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
        scores = exact_scores(self._vectors, rows, query)
        order = np.lexsort((rows, -scores))[:found]
        return scores[order], rows[order].astype(np.int64)

    def _bitmap(self, within: Selection) -> Any:
        """Return the selection as FAISS reads it: one bit per row."""
        mask = np.zeros(len(self), bool)
        for rows in within.blocks():
            mask[self._check_rows(rows)] = True
        return np.packbits(mask, bitorder="little")

    def _check_rows(self, rows: Rows) -> Rows:
        if rows.size and (rows[0] < 0 or rows[-1] >= len(self)):
            raise ValueError(f"row {rows[0] if rows[0] < 0 else rows[-1]} of {len(self)} rows")
        return rows


def _empty(dim: int, ranges: Floats | None) -> Any:
    """Return an empty FAISS index, in 8 bits if ranges are given.

    `ranges` is float32 [2, dim]: minimum and maximum of each dimension.
    """
    faiss = _faiss()
    if ranges is None:
        return faiss.IndexFlatIP(dim)
    kind = faiss.ScalarQuantizer.QT_8bit
    index = faiss.IndexScalarQuantizer(dim, kind, faiss.METRIC_INNER_PRODUCT)
    index.train(ranges)
    return index


def _ranges(vectors: Floats | Halves) -> Floats | None:
    """Return the ranges over all vectors, so that none is clipped; None for few vectors."""
    if len(vectors) <= FLAT_UP_TO:
        return None
    ends = [(block.min(0), block.max(0)) for block in _blocks(vectors)]
    least, most = (np.array(side) for side in zip(*ends, strict=True))
    return np.stack([least.min(0), most.max(0)])


def _error_of_8_bits(index: Any) -> np.float32:
    """Return the largest error of an 8-bit index's score for a query of unit length.

    Each number is off by at most half a step, so by the Cauchy-Schwarz inequality the error is at
    most the norm of the half steps.
    """
    faiss = _faiss()
    trained = faiss.vector_to_array(index.sq.trained)
    steps = trained[len(trained) // 2 :] / 255
    return np.float32(np.linalg.norm(steps) / 2)


def _blocks(vectors: Floats | Halves) -> Iterator[Floats]:
    for start in range(0, len(vectors), _BLOCK):
        yield np.ascontiguousarray(vectors[start : start + _BLOCK], np.float32)


@cache
def _threads() -> ThreadPoolExecutor:
    """Return the scanning threads; FAISS must not start threads of its own in them."""
    return ThreadPoolExecutor(
        thread_count(), "scan", initializer=lambda: _faiss().omp_set_num_threads(1)
    )


def _faiss() -> Any:
    """Import FAISS late, and untyped, since its type stubs are incomplete."""
    return importlib.import_module("faiss")


def _written(count: int, dim: int) -> tuple[bytes, int]:
    """Return the first bytes and the size of the file of an index with `count` vectors."""
    small = count <= FLAT_UP_TO
    empty = _faiss().serialize_index(
        _empty(dim, None if small else np.eye(2, dim, dtype=np.float32))
    )
    return empty[:8].tobytes(), len(empty) + count * dim * (4 if small else 1)
