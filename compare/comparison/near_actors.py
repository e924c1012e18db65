"""Find the passages nearest to a proposition within each party, so that none crowds out another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.library.fulltext import READ_AT_MOST
from compare.results.result import MOST_OF_STATEMENT

if TYPE_CHECKING:
    from compare.library.actors import Parties
    from compare.library.index.faiss import Floats, Halves, Rows
    from compare.library.library import Library

MOST_EACH = 24
"""Passages of a party that are read: the nearest; half as many more that share rare words."""

_ROUNDING = 1e-3
_BLOCK = 65_536


class NearParties(NamedTuple):
    """The passages to read of each party.

    Attributes:
        row: Of passages, int64 [n]; one of several parties stands once for each.
        party: Whose each is, int64 [n].
        similarity: Cosine to the proposition, float32 [n].
        found: How many passages of each party with different words are as near as was asked for,
            int64 [parties], to be read or not.
    """

    row: Rows
    party: Rows
    similarity: Floats
    found: Rows


def near_each_party(
    library: Library,
    proposition: str,
    parties: Parties,
    *,
    least: float,
    most_each: int = MOST_EACH,
    allowed: Rows | None = None,
) -> NearParties:
    """Return the passages nearest to a proposition within each party, exactly.

    Every allowed passage is compared with the proposition, a block at a time: what is nearest in
    the whole library is that of the parties that speak most. Within a party the same words count
    once, and no statement has more than three passages, so that one long speech does not fill the
    room of others.

    Args:
        library: Where to look.
        proposition: One sentence.
        parties: Of that library.
        least: The least cosine.
        most_each: See `MOST_EACH`.
        allowed: Rows that may be found, ascending; None: all.
    """
    (query,) = library.encoder.encode([proposition])
    rows, similarity = as_near(library.kept_vectors(), query, allowed, least)
    statement = library.whose.statement[rows].astype(np.int64)
    at, party = parties.of(statement)
    keys = library.words_keys(rows.tolist())
    order = np.lexsort((rows[at], -similarity[at], party))
    at, party = at[order], party[order]
    once = _among(party, keys[at]) == 0
    at, party = at[once], party[once]
    found = np.bincount(party, minlength=len(parties.keys))
    few = _among(party, statement[at]) < MOST_OF_STATEMENT
    at, party = at[few], party[few]
    chosen = _among(party) < most_each
    worded = library.full_text(proposition, READ_AT_MOST, allowed)
    chosen |= _first_by_words(rows[at], party, worded, most_each // 2)
    at, party = at[chosen], party[chosen]
    return NearParties(rows[at], party, similarity[at], found)


def as_near(
    vectors: Halves, query: Floats, allowed: Rows | None, least: float
) -> tuple[Rows, Floats]:
    """Return the rows that are as near as `least`, ascending, and their cosines.

    A matrix product proposes; a sum along each row, which does not depend on the rows beside it,
    decides.

    Args:
        vectors: Of all passages, unit length, [passages, dim].
        query: A unit vector, [dim].
        allowed: Rows that may be found, ascending; None: all.
        least: The least cosine.
    """
    size = len(vectors) if allowed is None else len(allowed)
    rows: list[Rows] = [np.zeros(0, np.int64)]
    for start in range(0, size, _BLOCK):
        stop = min(start + _BLOCK, size)
        part = np.arange(start, stop) if allowed is None else allowed[start:stop]
        block = vectors[start:stop] if allowed is None else vectors[part]
        rows.append(part[np.asarray(block, np.float32) @ query >= least - _ROUNDING])
    near = np.concatenate(rows)
    exact = np.empty(len(near), np.float32)
    for start in range(0, len(near), _BLOCK):
        part = near[start : start + _BLOCK]
        exact[start : start + _BLOCK] = (vectors[part].astype(np.float64) * query).sum(axis=1)
    kept = exact >= least
    return near[kept], exact[kept]


def _first_by_words(rows: Rows, party: Rows, worded: Rows, most: int) -> NDArray[np.bool_]:
    """Return which of the rows are among the `most` of their party that stand first in `worded`."""
    place = {int(row): n for n, row in enumerate(worded)}
    ranks = np.array([place.get(int(row), len(worded)) for row in rows], np.int64)
    order = np.argsort(ranks, kind="stable")
    first = np.zeros(len(rows), bool)
    first[order] = _among(party[order]) < most
    return first & (ranks < len(worded))


def _among(group: Rows, within: Rows | None = None) -> Rows:
    """Return how many of the same group (and of the same of `within`) stand before each."""
    if within is not None:
        _, number = np.unique(within, return_inverse=True)
        group = group * (number.max(initial=0) + 1) + number
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    found = np.empty(len(group), np.int64)
    found[order] = np.arange(len(group)) - np.searchsorted(ordered, ordered)
    return found
