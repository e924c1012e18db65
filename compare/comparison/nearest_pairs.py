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
_CELLS = 2**25  # most cosines in one matrix: 128 MiB
_AT_ONCE = 2**14  # passages of one side that are compared together
_OTHERS = 2**16  # passages of the other side that are in memory in 32 bits
_ROUNDING = 1e-3  # more than a 32-bit matrix product differs from the exact cosine
_DAYS = 4_000_000  # above the last day of `datetime.date`: 9999-12-31 is day 3,652,059

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
        """Return the pairs at these indices."""
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

    Two passages are paired if either is among the `most_each` most similar to the other, so that
    the sides can be swapped. No passage is paired with itself, and no pair occurs twice. A sentence
    that a side repeats is one candidate; the occurrence nearest in time is paired.

    Args:
        vectors: Reads vectors in blocks, so that memory does not grow with the sides.
        a: Numbers of the passages of side a, ascending.
        b: Numbers of the passages of side b, ascending.
        metadata: Metadata of all passages, by number; None treats no passages as duplicates.
        over_time: Leave out pairs that may be of the same day; see `DuplicateGroups`.
        actors: Actor of every passage, by number. Passages of the same actor are not paired and do
            not crowd out others.
        least: Minimum cosine.
        most_each: Maximum number of most similar passages per passage.
        on_progress: Reports passages compared.
    """
    if (
        metadata is not None and actors is not None
    ):  # said by two actors, the same words are no duplicates
        both = np.stack([metadata.words, actors], axis=1)
        _, words = np.unique(both, axis=0, return_inverse=True)
        metadata = metadata._replace(words=words.reshape(-1))
    # One direction finds all pairs if both sides have the same passages.
    directions = [(a, b)] if np.array_equal(a, b) else [(a, b), (b, a)]
    total, done = sum(len(side) for side, _ in directions), 0
    found = [np.zeros((0, 2), np.int64)]
    for side, opposite in directions:
        groups = None if metadata is None else DuplicateGroups(metadata, opposite, over_time)
        distinct = opposite if groups is None else groups.first
        for rows, start in _parts(side, _AT_ONCE):
            ours = np.asarray(vectors(rows), np.float32)
            best = np.zeros((0, 2), np.int64), np.zeros(0, np.float32)
            for others, first in _parts(distinct, _OTHERS):
                theirs = np.ascontiguousarray(vectors(others), np.float32)
                similar = [
                    _similar_pairs(
                        some, ours[at : at + len(some)], others, theirs, actors, least, most_each
                    )
                    for some, at in _parts(rows, min(_BLOCK, max(1, _CELLS // len(others))))
                ]
                best = _most_similar([best, *similar], most_each)
                if on_progress:
                    share = min(1.0, (first + _OTHERS) / len(distinct))
                    on_progress(done + start + int(share * len(rows)), total)
            pairs = best[0] if groups is None else groups.nearest_in_time(best[0])
            found.append(pairs[:, ::-1] if done else pairs)
        done += len(side)
    pairs = _distinct_pairs(np.concatenate(found), a, b)
    a, b = pairs.T
    return NearestPairs(a, b, _cosines(vectors, a, vectors, b))


def _parts(rows: Rows, size: int) -> Iterator[tuple[Rows, int]]:
    """Yield parts of the rows and where each begins."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size], start


def _most_similar(found: list[tuple[Rows, Floats]], most: int) -> tuple[Rows, Floats]:
    """Keep the `most` most similar pairs of each first passage: pairs, [n, 2], and cosines."""
    pairs, cosines = (np.concatenate(part) for part in zip(*found, strict=True))
    order = np.lexsort((pairs[:, 1], -cosines, pairs[:, 0]))
    kept = order[occurrence(pairs[order, 0]) < most]
    return pairs[kept], cosines[kept]


def _similar_pairs(
    rows: Rows,
    ours: Floats,
    others: Rows,
    theirs: Floats,
    actors: Rows | None,
    least: float,
    most: int,
) -> tuple[Rows, Floats]:
    """Return at least the `most` most similar pairs of each row, int64 [n, 2], and their cosines.

    A matrix product only proposes pairs, since its rounding depends on the block size.
    """
    similarity = ours @ theirs.T
    if actors is not None:
        similarity[actors[rows][:, None] == actors[others]] = -2.0  # below any cosine
    proposed = similarity >= least - _ROUNDING
    # One more than `most`, since the most similar may be the passage itself.
    crowded = np.flatnonzero(proposed.sum(axis=1) > most + 1)
    if len(crowded):
        part = similarity[crowded]
        lowest_kept = np.partition(part, -most - 1, axis=1)[:, -most - 1, None]
        proposed[crowded] = part >= np.maximum(lowest_kept, least) - _ROUNDING
    at, column = np.nonzero(proposed)
    pairs = np.stack([rows[at], others[column]], axis=1)
    exact = _cosines(ours.__getitem__, at, theirs.__getitem__, column)
    kept = (exact >= least) & (pairs[:, 0] != pairs[:, 1])
    return pairs[kept], exact[kept]


def _distinct_pairs(pairs: Rows, a: Rows, b: Rows) -> Rows:
    """Return each pair once, even if both passages are on both sides."""
    swappable = np.isin(pairs[:, 0], b) & np.isin(pairs[:, 1], a)
    swapped = swappable & (pairs[:, 0] > pairs[:, 1])
    pairs = np.where(swapped[:, None], pairs[:, ::-1], pairs)
    return np.unique(pairs, axis=0) if len(pairs) else pairs


def _cosines(ours: Vectors, a: Rows, theirs: Vectors, b: Rows) -> Floats:
    """Return the exact cosines of the pairs (a, b): products summed in float64."""
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
            metadata: Metadata of all passages.
            rows: Numbers of the side's passages, ascending.
            over_time: Pair passages only with duplicates that are certainly of another day.
        """
        _, first, group = np.unique(metadata.words[rows], return_index=True, return_inverse=True)
        self._metadata, self._over_time = metadata, over_time
        self._by_first_day = _by_day(rows, group, metadata.first_day)
        self._by_last_day = _by_day(rows, group, metadata.last_day)
        self.first: Rows = rows[np.sort(first)]
        self._group: Rows = group[np.sort(first)]

    def nearest_in_time(self, pairs: Rows) -> Rows:
        """Replace the second passage of each pair by its duplicate nearest in time to the first.

        The duplicate belongs to another statement; of two equally near in time, the earlier is
        taken. Pairs without such a duplicate are left out.

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
        """Yield sorted duplicates, a position in them per passage, and the day to compare with."""
        first = start + self._metadata.first_day[passages]
        days = self._by_first_day[1]
        if self._over_time:  # the last one certainly earlier, and the first certainly later
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
    """Sort rows by group and day; return them with one ascending number for group and day."""
    order = np.lexsort((rows, day[rows], group))
    return rows[order], group[order] * _DAYS + day[rows][order]
