"""Find the passages of two sides that are on the same point: similar as vectors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from compare.library.index.base import Floats, Halves, Rows
from compare.library.passage_store import PassageMetadata, occurrence

if TYPE_CHECKING:
    from compare.progress import Progress

LEAST_SIMILARITY = 0.4
"""Cosine from which two passages count as on the same point: 99 % of the pairs that people judged
to agree or oppose reach it."""

MOST_PER_PASSAGE = 20
"""Most similar passages of the other side that are paired with each passage."""

_BLOCK = 1024
_CELLS = 2**25
_AT_ONCE = 2**14  # passages of one side that are compared together
_OTHERS = 2**16  # passages of the other side that are in memory in 32 bits
_ROUNDING = 1e-3  # more than a 32-bit matrix product differs from the exact cosine
_DAYS = 4_000_000  # more than dates have: 9999-12-31 is day 3,652,059

Vectors = Callable[[Rows], "Floats | Halves"]
"""Returns the vectors of some passages, unit length, [n, dim]."""


class NearestPairs(NamedTuple):
    """Pairs of passages.

    Attributes:
        a: Passages of side a, int64 [n].
        b: Passages of side b, int64 [n].
        similarity: Cosines, float32 [n].
    """

    a: Rows
    b: Rows
    similarity: Floats

    def take(self, numbers: Rows) -> NearestPairs:
        """Return the pairs with these numbers."""
        return NearestPairs(self.a[numbers], self.b[numbers], self.similarity[numbers])


def nearest_pairs(
    vectors: Vectors,
    a: Rows,
    b: Rows,
    *,
    metadata: PassageMetadata | None = None,
    over_time: bool = False,
    actors: Rows | None = None,
    least: float = LEAST_SIMILARITY,
    most_each: int = MOST_PER_PASSAGE,
    on_progress: Progress | None = None,
) -> NearestPairs:
    """Pair each passage with the most similar ones of the other side.

    A passage is paired with its `most_each` most similar and with those of which it is one, so that
    the sides can be exchanged. Passages of both sides are not paired with themselves, nor twice. A
    sentence that a side repeats is one candidate, paired as it was said next in time.

    Args:
        vectors: Of the passages, read in blocks, so that memory does not grow with the sides.
        a: Numbers of passages, ascending.
        b: Those of the other side.
        metadata: Of all passages, by number; without it there are no duplicates.
        over_time: Passages that may be of one day are no pair; see `DuplicateGroups`.
        actors: Of all passages, by number; passages of one actor are not paired and do not crowd
            out others.
        least: The least cosine.
        most_each: See above.
        on_progress: Reports passages done.
    """
    if metadata is not None and actors is not None:  # the same words of two actors are two things
        both = np.stack([metadata.words, actors], axis=1)
        _, words = np.unique(both, axis=0, return_inverse=True)
        metadata = metadata._replace(words=words.reshape(-1))
    same = np.array_equal(a, b)
    total = len(a) if same else len(a) + len(b)
    found = [np.zeros((0, 2), np.int64)]
    for one, other, done in ((a, b, 0),) if same else ((a, b, 0), (b, a, len(a))):
        groups = None if metadata is None else DuplicateGroups(metadata, other, over_time)
        distinct = other if groups is None else groups.first
        for rows, start in _parts(one, _AT_ONCE):
            ours = np.asarray(vectors(rows), np.float32)
            best = np.zeros((0, 2), np.int64), np.zeros(0, np.float32)
            for others, first in _parts(distinct, _OTHERS):
                theirs = np.ascontiguousarray(vectors(others), np.float32)
                near = [
                    _nearest(
                        some, ours[at : at + len(some)], others, theirs, actors, least, most_each
                    )
                    for some, at in _parts(rows, min(_BLOCK, max(1, _CELLS // len(others))))
                ]
                best = _nearest_of([best, *near], most_each)
                if on_progress:
                    share = min(1.0, (first + _OTHERS) / len(distinct))
                    on_progress(done + start + int(share * len(rows)), total)
            pairs = best[0] if groups is None else groups.nearest_in_time(best[0])
            found.append(pairs[:, ::-1] if done else pairs)
    pairs = _once_each(np.concatenate(found), a, b)
    a, b = pairs.T
    return NearestPairs(a, b, _cosines(vectors, a, vectors, b))


def _parts(rows: Rows, size: int) -> Iterator[tuple[Rows, int]]:
    """Yield parts of the rows and where each begins."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size], start


def _nearest_of(found: list[tuple[Rows, Floats]], most: int) -> tuple[Rows, Floats]:
    """Return the pairs, [n, 2], of each passage with its `most` most similar, and their cosines."""
    pairs, cosines = (np.concatenate(part) for part in zip(*found, strict=True))
    order = np.lexsort((pairs[:, 1], -cosines, pairs[:, 0]))
    kept = order[occurrence(pairs[order, 0]) < most]
    return pairs[kept], cosines[kept]


def _nearest(
    rows: Rows,
    ours: Floats,
    others: Rows,
    theirs: Floats,
    actors: Rows | None,
    least: float,
    most: int,
) -> tuple[Rows, Floats]:
    """Return pairs, int64 [n, 2], which include the most similar of each row, and their cosines.

    A matrix product only proposes pairs, since its rounding depends on the size of a block.
    """
    similarity = ours @ theirs.T
    if actors is not None:
        similarity[actors[rows][:, None] == actors[others]] = -2.0  # farther than any
    near = similarity >= least - _ROUNDING
    crowded = np.flatnonzero(near.sum(axis=1) > most + 1)  # the nearest may be the passage itself
    if len(crowded):
        part = similarity[crowded]
        enough = np.partition(part, -most - 1, axis=1)[:, -most - 1, None]
        near[crowded] = part >= np.maximum(enough, least) - _ROUNDING
    at, column = np.nonzero(near)
    pairs = np.stack([rows[at], others[column]], axis=1)
    exact = _cosines(ours.__getitem__, at, theirs.__getitem__, column)
    kept = (exact >= least) & (pairs[:, 0] != pairs[:, 1])
    return pairs[kept], exact[kept]


def _once_each(pairs: Rows, a: Rows, b: Rows) -> Rows:
    """Return each pair once, also if both sides hold both passages."""
    both = np.isin(pairs[:, 0], b) & np.isin(pairs[:, 1], a)
    turn = both & (pairs[:, 0] > pairs[:, 1])
    pairs = pairs.copy()
    pairs[turn] = pairs[turn][:, ::-1]
    return np.unique(pairs, axis=0) if len(pairs) else pairs


def _cosines(ours: Vectors, a: Rows, theirs: Vectors, b: Rows) -> Floats:
    """Return the cosines of the pairs (a, b), summed in float64."""
    found = np.empty(len(a), np.float32)
    for rows, start in _parts(a, 4 * _BLOCK):
        others = b[start : start + len(rows)]
        products = ours(rows).astype(np.float64) * theirs(others)
        found[start : start + len(rows)] = products.sum(axis=1)
    return found


class DuplicateGroups:
    """The passages of a side grouped by their words; `first` has the first of each group."""

    def __init__(self, metadata: PassageMetadata, rows: Rows, over_time: bool) -> None:
        """Group passages.

        Args:
            metadata: Of all passages.
            rows: Numbers of the side's passages, ascending.
            over_time: Pair passages only with duplicates that are surely of another day.
        """
        _, first, group = np.unique(metadata.words[rows], return_index=True, return_inverse=True)
        self._metadata, self._over_time = metadata, over_time
        self._by_first_day = _by_day(rows, group, metadata.first_day)
        self._by_last_day = _by_day(rows, group, metadata.last_day)
        self.first: Rows = rows[np.sort(first)]
        self._group: Rows = group[np.sort(first)]

    def nearest_in_time(self, pairs: Rows) -> Rows:
        """Replace the second passage of pairs by its duplicate nearest in time to the first.

        The duplicate is of another statement, of two equally near ones the earlier. Pairs without
        such a duplicate are left out.

        Args:
            pairs: A passage and one of `first`, int64 [n, 2].
        """
        statement = self._metadata.statement
        own = statement[pairs[:, 0]]
        group = self._group[np.searchsorted(self.first, pairs[:, 1])]
        found, distance = np.full(len(pairs), -1), np.full(len(pairs), _DAYS)
        for (rows, days), at, today in self._candidates(pairs[:, 0], group * _DAYS):
            within = np.clip(at, 0, len(days) - 1)
            row, apart = rows[within], np.abs(days[within] - today)
            fits = (at == within) & (days[within] // _DAYS == group) & (statement[row] != own)
            fits &= apart < distance
            found, distance = np.where(fits, row, found), np.where(fits, apart, distance)
        chosen: Rows = np.stack([pairs[:, 0], found], axis=1)[found >= 0]
        return chosen

    def _candidates(
        self, passages: Rows, start: Rows
    ) -> Iterator[tuple[tuple[Rows, Rows], Rows, Rows]]:
        """Yield sorted duplicates, places among them, and the day to compare theirs with."""
        first = start + self._metadata.first_day[passages]
        days = self._by_first_day[1]
        if self._over_time:  # the last one surely said before, and the first surely said after
            last = start + self._metadata.last_day[passages]
            before = np.searchsorted(self._by_last_day[1], first) - 1
            yield self._by_last_day, before, first
            yield self._by_first_day, np.searchsorted(days, last + 1), last
            return
        # Of one day's duplicates, those of one statement are neighbours: if the first and the last
        # are of the passage's own statement, all are.
        today, tomorrow = np.searchsorted(days, first), np.searchsorted(days, first + 1)
        for at in (today - 1, today, tomorrow - 1, tomorrow):
            yield self._by_first_day, at, first


def _by_day(rows: Rows, group: Rows, day: Rows) -> tuple[Rows, Rows]:
    """Return rows sorted by group and day, and group and day as one ascending number each."""
    order = np.lexsort((rows, day[rows], group))
    return rows[order], group[order] * _DAYS + day[rows][order]
