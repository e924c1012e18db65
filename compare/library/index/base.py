"""The protocol of a vector index, the indexes, and the selections of rows that they search."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from typing import Self

Floats = NDArray[np.float32]
Halves = NDArray[np.float16]
Rows = NDArray[np.int64]

INDEXES = {"faiss": "compare.library.index.faiss:FaissIndex"}
"""The class of each index, by the ending of its file. The first one is written, all are read."""

BLOCK = 65_536
"""Number of rows read at once when a whole selection is compared."""

_PART = 4096
_FILE = "index"


class Selection(Protocol):
    """The passages that a search may return; a store may represent them in its own way."""

    def __len__(self) -> int:
        """Return the number of passages."""

    def holds(self, rows: Rows) -> NDArray[np.bool_]:
        """Tell for each row whether it is selected."""

    def blocks(self, size: int = BLOCK) -> Iterator[Rows]:
        """Yield the rows, ascending, at most `size` at a time."""


class RowSpans:
    """A selection as spans of consecutive rows, so that memory grows with the gaps only."""

    def __init__(self, first: Rows, end: Rows) -> None:
        """Take spans `first`..`end` (exclusive), ascending without overlap; some may be empty."""
        first, end = first[end > first], end[end > first]
        # Spans that touch become one.
        apart = np.append(True, first[1:] > end[:-1])[: len(first)]
        self._first, self._end = first[apart], end[np.append(apart[1:], True)[: len(end)]]
        counts = self._end - self._first
        self._ahead = np.cumsum(counts) - counts
        self._size = int(counts.sum())

    @classmethod
    def of(cls, rows: Rows) -> Self:
        """Select rows, given in any order.

        Raises:
            ValueError: They are not int64 [n].
        """
        rows = np.asarray(rows)
        if rows.ndim != 1 or (rows.size and not np.issubdtype(rows.dtype, np.integer)):
            raise ValueError(f"selected rows are int64 [n], not {rows.dtype} {list(rows.shape)}")
        rows = np.unique(rows).astype(np.int64)
        return cls(rows, rows + 1)

    @classmethod
    def whole(cls, size: int) -> Self:
        """Select all of the first `size` rows."""
        return cls(np.array([0]), np.array([size]))

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._size

    def holds(self, rows: Rows) -> NDArray[np.bool_]:
        """Tell for each row whether it is selected."""
        if not self._size:
            return np.zeros(len(rows), bool)
        span = np.maximum(np.searchsorted(self._first, rows, "right") - 1, 0)
        held: NDArray[np.bool_] = (rows >= self._first[span]) & (rows < self._end[span])
        return held

    def blocks(self, size: int = BLOCK) -> Iterator[Rows]:
        """Yield the rows, ascending, at most `size` at a time."""
        for start in range(0, self._size, size):
            place = np.arange(start, min(start + size, self._size))
            span = np.searchsorted(self._ahead, place, "right") - 1
            yield self._first[span] + place - self._ahead[span]


def selected_rows(selection: Selection) -> Rows:
    """Return all rows of a selection, int64, ascending."""
    return np.concatenate([np.zeros(0, np.int64), *selection.blocks()])


class Neighbours(NamedTuple):
    """The nearest rows of each query, best first.

    Attributes:
        scores: Inner products, float32 [queries, found], 1 for the same direction.
        rows: Row numbers, int64 [queries, found]; found is k, or the size of a smaller selection.
    """

    scores: Floats
    rows: Rows


class VectorIndex(Protocol):
    """Unit vectors that are searched exactly by inner product; ties are in row order.

    `within=None` searches all rows, and an empty selection none.
    """

    @classmethod
    def build(cls, vectors: Floats | Halves) -> Self:
        """Index vectors [n, dim].

        Raises:
            ValueError: They have another type or shape, or are not finite.
        """

    @classmethod
    def open(cls, path: Path, vectors: Floats | Halves) -> Self:
        """Open the file that `write` wrote; `vectors` are those it was built from.

        Raises:
            ValueError: The file is damaged or belongs to other vectors.
        """

    def write(self, path: Path) -> None:
        """Write the index to a file; equal vectors give equal bytes.

        Raises:
            OSError: It could not be written whole.
        """

    def __len__(self) -> int:
        """Return the number of vectors."""

    def search(self, queries: Floats, k: int, within: Selection | None = None) -> Neighbours:
        """Return the k nearest selected rows for each query; none if k is less than 1.

        Raises:
            ValueError: The queries have another type or dimension, or a row does not exist.
        """

    def at_least(
        self, query: Floats, least: float, within: Selection | None = None
    ) -> tuple[Rows, Floats]:
        """Return the selected rows with a score of `least` or more, ascending, and their scores."""


def new_index(vectors: Floats | Halves) -> tuple[str, VectorIndex]:
    """Index vectors; return the name of the file for the index, too."""
    ending, kind = next(iter(INDEXES.items()))
    return f"{_FILE}.{ending}", resolve_name(kind).build(vectors)


def index_file(folder: Path) -> tuple[Path, type[VectorIndex]] | None:
    """Return the file of an index in a folder, and the class that reads it; None without one."""
    for ending, kind in INDEXES.items():
        if (path := folder / f"{_FILE}.{ending}").exists():
            return path, resolve_name(kind)
    return None


def exact_scores(vectors: Halves | Floats, rows: Rows, query: Floats) -> Floats:
    """Return the inner products of rows with a query, summed in float64.

    A sum along each row does not depend on the other rows; a matrix product may.
    """
    scores = np.empty(len(rows), np.float32)
    for start in range(0, len(rows), _PART):
        part = slice(start, start + _PART)
        scores[part] = (vectors[rows[part]].astype(np.float64) * query).sum(axis=1)
    return scores


def check_vectors(vectors: Any, dim: int | None = None, *, halves: bool = False) -> Floats:
    """Return the vectors, C-contiguous.

    Raises:
        ValueError: They are not finite float32 [n, dim] (or float16 with `halves`).
    """
    kind = getattr(vectors, "dtype", type(vectors))
    if kind != np.float32 and not (halves and kind == np.float16):
        raise ValueError(f"vectors are float32, not {kind}")
    if vectors.ndim != 2 or (dim is not None and vectors.shape[1] != dim):
        raise ValueError(f"vectors are [n, {dim or 'dim'}], not {list(vectors.shape)}")
    for start in range(0, len(vectors), BLOCK):
        if not np.isfinite(vectors[start : start + BLOCK]).all():
            raise ValueError("vectors hold a number that is not finite")
    return np.ascontiguousarray(vectors)
