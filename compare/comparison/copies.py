"""A sentence that is said again and again: which of its copies stands beside another passage."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.library.index.faiss import Rows

_DAYS = 4_000_000  # more than dates have: 9999-12-31 is day 3,652,059


class Copies(NamedTuple):
    """Which passages are the same words, and when they were said.

    Attributes:
        words: Of each passage, equal for the same words, int64 [passages].
        day: Of each passage the first day it can be of, a count of days, int64 [passages].
        last_day: Of each passage the last day it can be of.
        statement: Of each passage, the number of its statement, int32 [passages].
        same_day: Whether two passages that may be of one day may stand beside each other.
    """

    words: Rows
    day: Rows
    last_day: Rows
    statement: NDArray[np.int32]
    same_day: bool

    def told_apart(self, parties: Rows) -> Copies:
        """Return the same where equal words of two parties are no copies; `parties` of passages."""
        both = np.stack([self.words, parties], axis=1)
        _, words = np.unique(both, axis=0, return_inverse=True)
        return self._replace(words=words.reshape(-1))


class Once:
    """Passages with each sentence once, however often it is said.

    Attributes:
        rows: The first copy of each sentence, ascending.
    """

    def __init__(self, copies: Copies, rows: Rows) -> None:
        """Sort the copies.

        Args:
            copies: Of all passages.
            rows: Of the passages, ascending.
        """
        _, first, words = np.unique(copies.words[rows], return_index=True, return_inverse=True)
        self._copies = copies
        self._sorted, self._moments = _by_moment(rows, words, copies.day)
        self._by_end, self._ends = _by_moment(rows, words, copies.last_day)
        self.rows: Rows = rows[np.sort(first)]
        self._words: Rows = words[np.sort(first)]

    def nearest_in_time(self, pairs: Rows) -> Rows:
        """Return the pairs with that copy of the second that stands nearest in time to the first.

        It is of another statement, and of two as near the earlier; a pair without such a copy is
        left out.

        Args:
            pairs: A passage and one of `rows`, int64 [n, 2].
        """
        start = self._words[np.searchsorted(self.rows, pairs[:, 1])] * _DAYS
        if self._copies.same_day:
            return self._nearest_first_day(pairs, start)
        return self._before_or_after(pairs, start)

    def _before_or_after(self, pairs: Rows, start: Rows) -> Rows:
        """Take the last copy that was surely said before, or the first that surely was after."""
        first = start + self._copies.day[pairs[:, 0]]
        last = start + self._copies.last_day[pairs[:, 0]]
        before, after = (
            np.searchsorted(self._ends, first) - 1,
            np.searchsorted(self._moments, last + 1),
        )
        held = np.maximum(before, 0), np.minimum(after, len(self._moments) - 1)
        since = np.where(self._ends[held[0]] >= start, first - self._ends[held[0]], _DAYS)
        since = np.where(before >= 0, since, _DAYS)
        until = np.where(
            self._moments[held[1]] < start + _DAYS, self._moments[held[1]] - last, _DAYS
        )
        until = np.where(after < len(self._moments), until, _DAYS)
        found = np.where(since <= until, self._by_end[held[0]], self._sorted[held[1]])
        chosen: Rows = np.stack([pairs[:, 0], found], axis=1)[np.minimum(since, until) < _DAYS]
        return chosen

    def _nearest_first_day(self, pairs: Rows, start: Rows) -> Rows:
        own = self._copies.statement[pairs[:, 0]]
        today = start + self._copies.day[pairs[:, 0]]
        from_today, from_tomorrow = np.searchsorted(self._moments, np.stack([today, today + 1]))
        begin, end = np.searchsorted(self._moments, np.stack([start, start + _DAYS]))
        found, distance = np.full(len(pairs), -1), np.full(len(pairs), _DAYS)
        # Of one day's copies, those of one statement stand together: if the first and the last are
        # of the passage's own, all are.
        for at in (from_today - 1, from_today, from_tomorrow - 1, from_tomorrow):
            within = np.clip(at, 0, len(self._sorted) - 1)
            row, apart = self._sorted[within], np.abs(self._moments[within] - today)
            fits = (at >= begin) & (at < end) & (self._copies.statement[row] != own)
            fits &= apart < distance
            found, distance = np.where(fits, row, found), np.where(fits, apart, distance)
        chosen: Rows = np.stack([pairs[:, 0], found], axis=1)[found >= 0]
        return chosen


def _by_moment(rows: Rows, words: Rows, day: Rows) -> tuple[Rows, Rows]:
    """Return rows by their words and days, and both as one ascending number each."""
    order = np.lexsort((rows, day[rows], words))
    return rows[order], words[order] * _DAYS + day[rows][order]
