"""Passages with the same words: read once, and shown once with all who said them, and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from compare.library.index.faiss import Neighbours, Rows
    from compare.library.library import Library
    from compare.statements.statement import Statement


def distinct(library: Library, rows: Iterable[int], leave_out: Collection[int] = ()) -> list[int]:
    """Return the rows without those left out and without a second one of the same words."""
    kept = [int(row) for row in rows if int(row) not in leave_out]
    first: dict[int, int] = {}
    for row, key in zip(kept, library.words_keys(kept), strict=True):
        first.setdefault(int(key), row)
    return list(first.values())


def nearest_distinct(
    library: Library,
    vectors: np.ndarray,
    k: int,
    leave_out: Collection[int] = (),
    allowed: Rows | None = None,
    found: Neighbours | None = None,
) -> list[list[int]]:
    """Return the k nearest passages with different words of each vector, best first.

    `found` is what was found already, without a filter; more is asked for where it is too little.
    """
    size = library.manifest.passages if allowed is None else len(allowed)
    fetch = 0
    while True:
        if found is None:
            fetch = max(2 * (k + len(leave_out)), 4 * fetch)
            found = library.nearest(vectors, fetch, allowed)
        rows = [distinct(library, part.tolist(), leave_out)[:k] for part in found.rows]
        if found.rows.shape[1] >= size or min(map(len, rows)) >= k:
            return rows
        fetch, found = found.rows.shape[1], None


def repetitions(
    library: Library, rows: Sequence[int], leave_out: Collection[int], allowed: Rows | None
) -> dict[int, list[Statement]]:
    """Return for each of the rows the other statements that hold the same words.

    Rows that are left out or not allowed hold nothing; a statement stands once.
    """
    row_of = {int(key): row for key, row in zip(library.words_keys(rows), rows, strict=True)}
    passages = library.rows_with_words(row_of)
    own = dict(zip(rows, (p.statement_id for p in library.passages(rows)), strict=True))
    found: dict[int, dict[str, None]] = defaultdict(dict)
    for key, row, statement_id in passages:
        if row in leave_out or (allowed is not None and not _holds(allowed, row)):
            continue
        if statement_id != own[row_of[key]]:
            found[row_of[key]][statement_id] = None
    return {row: library.statements(ids) for row, ids in found.items()}


def _holds(rows: Rows, row: int) -> bool:
    """Tell whether ascending rows hold one."""
    at = int(np.searchsorted(rows, row))
    return at < len(rows) and int(rows[at]) == row
