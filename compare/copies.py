"""A sentence that is said again and again: which of its copies stands beside another passage."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.index import Rows

_DAYS = 4_000_000  # more than dates have: 9999-12-31 is day 3,652,059


class Copies(NamedTuple):
    """Which passages are the same words, and when they were said.

    Attributes:
        words: Of each passage, equal for the same words, int64 [passages].
        day: Of each passage, a count of days, int64 [passages].
        statement: Of each passage, the number of its statement, int32 [passages].
        same_day: Whether two passages of one day may stand beside each other.
    """

    words: Rows
    day: Rows
    statement: NDArray[np.int32]
    same_day: bool


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
        order = np.lexsort((rows, copies.day[rows], words))
        self._copies = copies
        self._sorted = rows[order]
        self._moments = words[order] * _DAYS + copies.day[rows][order]
        self.rows: Rows = rows[np.sort(first)]
        self._words: Rows = words[np.sort(first)]

    def nearest_in_time(self, pairs: Rows) -> Rows:
        """Return the pairs with that copy of the second that stands nearest in time to the first.

        It is of another statement, and of two as near the earlier; a pair without such a copy is
        left out.

        Args:
            pairs: A passage and one of `rows`, int64 [n, 2].
        """
        own = self._copies.statement[pairs[:, 0]]
        start = self._words[np.searchsorted(self.rows, pairs[:, 1])] * _DAYS
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
            fits &= (apart < distance) & (self._copies.same_day | (apart > 0))
            found, distance = np.where(fits, row, found), np.where(fits, apart, distance)
        chosen: Rows = np.stack([pairs[:, 0], found], axis=1)[found >= 0]
        return chosen
