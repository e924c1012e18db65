"""Find the passages of two sides that are on the same point: near each other as vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.comparison.copies import Copies, Once
from compare.library.index.faiss import Floats, Halves, Rows

LEAST_SIMILARITY = 0.4
"""Cosine from which two passages count as on the same point: of what people judged to agree or to
oppose, 99 % is as near."""

MOST_EACH = 20
"""Passages of the other side that are kept for each passage: the nearest, the same words once."""

_BLOCK = 1024
_CELLS = 2**25
_AT_ONCE = 2**14  # passages whose nearest are sought together
_OTHERS = 2**16  # passages of the other side that are in memory in 32 bits
_ROUNDING = 1e-3

Progress = Callable[[int, int], None]


class Near(NamedTuple):
    """Pairs of passages.

    Attributes:
        a: Rows of side a, int64 [n].
        b: Rows of side b, int64 [n].
        similarity: Cosines, float32 [n].
    """

    a: Rows
    b: Rows
    similarity: Floats


def near_pairs(
    vectors: Halves | Floats,
    a: Rows,
    b: Rows,
    *,
    copies: Copies | None = None,
    parties: Rows | None = None,
    least: float = LEAST_SIMILARITY,
    most_each: int = MOST_EACH,
    on_progress: Progress | None = None,
) -> Near:
    """Return the pairs as near as `least`: each passage with the nearest of the other side.

    A pair stands where either passage has the other among its `most_each` nearest, so that the
    sides can be exchanged. A passage that both sides hold is no pair with itself, and two that both
    sides hold are one pair. A sentence that a side says year after year is one of the nearest, and
    stands in the pair as it was said next in time.

    Args:
        vectors: Of all passages, unit length, [passages, dim].
        a: Rows of one side, ascending.
        b: Rows of the other.
        copies: Which passages are the same words; where None, none are.
        parties: Of all passages; two with the same number are no pair, and crowd no other out.
            None: all may be.
        least: The least cosine.
        most_each: See above.
        on_progress: Told of passages done. The sides are read in blocks: beside what is found,
            memory does not grow with them.
    """
    same = np.array_equal(a, b)
    total = len(a) if same else len(a) + len(b)
    found = []
    for one, other, done in ((a, b, 0),) if same else ((a, b, 0), (b, a, len(a))):
        once = Once(copies, other) if copies else None
        distinct = once.rows if once else other
        for start in range(0, len(one), _AT_ONCE):
            rows = one[start : start + _AT_ONCE]
            best = _Best(most_each)
            for first in range(0, len(distinct), _OTHERS):
                others = distinct[first : first + _OTHERS]
                best.add(*_nearest(vectors, rows, others, parties, least, most_each))
                if on_progress:
                    share = min(1.0, (first + _OTHERS) / len(distinct))
                    on_progress(done + start + int(share * len(rows)), total)
            pairs = once.nearest_in_time(best.pairs) if once else best.pairs
            found.append(pairs[:, ::-1] if done else pairs)
    pairs = np.concatenate(found) if found else np.zeros((0, 2), np.int64)
    pairs = _without_repeats(pairs, a, b)
    return Near(pairs[:, 0], pairs[:, 1], _cosines(vectors, pairs))


class _Best:
    """The nearest of each passage so far.

    Attributes:
        pairs: int64 [n, 2], by the first passage, the nearest ahead.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.pairs: Rows = np.zeros((0, 2), np.int64)
        self._cosines: Floats = np.zeros(0, np.float32)

    def add(self, pairs: Rows, cosines: Floats) -> None:
        """Keep what is nearest of these and of those before."""
        pairs = np.concatenate([self.pairs, pairs])
        cosines = np.concatenate([self._cosines, cosines])
        order = np.lexsort((pairs[:, 1], -cosines, pairs[:, 0]))
        whose = pairs[order, 0]
        kept = order[np.arange(len(order)) - np.searchsorted(whose, whose) < self._most]
        self.pairs, self._cosines = pairs[kept], cosines[kept]


def _nearest(
    vectors: Halves | Floats,
    rows: Rows,
    others: Rows,
    parties: Rows | None,
    least: float,
    most: int,
) -> tuple[Rows, Floats]:
    """Return pairs, int64 [n, 2], among which are the nearest of each row, and their cosines."""
    matrix = np.ascontiguousarray(vectors[others], np.float32)
    at_once = min(_BLOCK, max(1, _CELLS // len(others)))
    found = [
        _proposed(vectors, rows[start : start + at_once], others, matrix, parties, least, most)
        for start in range(0, len(rows), at_once)
    ]
    pairs, cosines = zip(*found, strict=True)
    return np.concatenate(pairs), np.concatenate(cosines)


def _proposed(
    vectors: Halves | Floats,
    rows: Rows,
    others: Rows,
    matrix: Floats,
    parties: Rows | None,
    least: float,
    most: int,
) -> tuple[Rows, Floats]:
    """Return pairs and their cosines, as `_nearest` does.

    A matrix product proposes a few more, all that are as near as the last among them, and what it
    was computed from decides: so the pairs do not depend on the size of a block.
    """
    closeness = np.asarray(vectors[rows], np.float32) @ matrix.T
    if parties is not None:
        closeness[parties[rows][:, None] == parties[others]] = -2.0  # farther than any
    near = closeness >= least - _ROUNDING
    crowded = np.flatnonzero(near.sum(axis=1) > most + 1)  # the nearest may be the passage itself
    if len(crowded):
        part = closeness[crowded]
        enough = np.partition(part, -most - 1, axis=1)[:, -most - 1, None]
        near[crowded] = part >= np.maximum(enough, least) - _ROUNDING
    at, column = np.nonzero(near)
    pairs = np.stack([rows[at], others[column]], axis=1)
    exact = _cosines(vectors, pairs)
    kept = (exact >= least) & (pairs[:, 0] != pairs[:, 1])
    return pairs[kept], exact[kept]


def _without_repeats(pairs: Rows, a: Rows, b: Rows) -> Rows:
    """Return each pair once; of two passages that both sides hold, the one way round."""
    both = np.isin(pairs[:, 0], b) & np.isin(pairs[:, 1], a)
    turn = both & (pairs[:, 0] > pairs[:, 1])
    pairs = pairs.copy()
    pairs[turn] = pairs[turn][:, ::-1]
    return np.unique(pairs, axis=0) if len(pairs) else pairs


def _cosines(vectors: Halves | Floats, pairs: NDArray[np.int64]) -> Floats:
    found = np.empty(len(pairs), np.float32)
    for start in range(0, len(pairs), 4 * _BLOCK):
        part = pairs[start : start + 4 * _BLOCK]
        one = vectors[part[:, 0]].astype(np.float64)
        found[start : start + 4 * _BLOCK] = (one * vectors[part[:, 1]]).sum(axis=1)
    return found
