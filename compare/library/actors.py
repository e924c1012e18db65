"""Whose each statement of a library is: its countries, or its speaker."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.errors import QueryError
from compare.statements.countries import country_code, country_key, country_name
from compare.statements.normalize import fold, speaker_key
from compare.statements.statement import Country, Statement

if TYPE_CHECKING:
    from compare.library.index.faiss import Rows
    from compare.library.store import Store

KINDS = ("country", "speaker")
"""What parties can be."""

_SPELLINGS = {
    "country": "SELECT DISTINCT n, key, name FROM countries ORDER BY n, key",
    "speaker": "SELECT n, speaker_key, speaker FROM statements WHERE speaker <> '' ORDER BY n",
}


class Parties(NamedTuple):
    """The parties of a library, by number, and which statements are theirs.

    Attributes:
        keys: What is equal for all spellings of a party; ascending.
        names: What to show: the short English name of a country's code, else the commonest
            spelling; each once, with the key behind it where two would be the same.
        spellings: Of each party, folded.
        statement: Numbers of statements, int64 [m], ascending; one of several parties stands as
            often.
        party: Whose each of those is, int64 [m].
    """

    keys: tuple[str, ...]
    names: tuple[str, ...]
    spellings: tuple[frozenset[str], ...]
    statement: Rows
    party: Rows

    def of(self, statements: Rows) -> tuple[Rows, Rows]:
        """Return places in `statements` and the party there, a pair for each of its parties."""
        first = np.searchsorted(self.statement, statements, "left")
        counts = np.searchsorted(self.statement, statements, "right") - first
        ahead = np.cumsum(counts) - counts
        at = np.repeat(np.arange(len(statements)), counts)
        return at, self.party[np.repeat(first - ahead, counts) + np.arange(len(at))]

    def together(self, statements: NDArray[np.int32]) -> Rows:
        """Return a number for the party of each statement, or its parties together; -1 for none."""
        sets: dict[int, tuple[int, ...]] = defaultdict(tuple)
        for statement, party in zip(self.statement.tolist(), self.party.tolist(), strict=True):
            sets[statement] += (party,)
        numbers = {parties: n for n, parties in enumerate(dict.fromkeys(sets.values()))}
        found = np.full(int(statements.max(initial=-1)) + 1, -1, np.int64)
        found[[*sets]] = [numbers[parties] for parties in sets.values()]
        of_each: Rows = found[statements]
        return of_each

    def called(self, names: Iterable[str]) -> Rows:
        """Return the numbers of the parties that have one of the names, ascending."""
        wanted: set[str] = set()
        for name in names:
            wanted |= {country_key(Country(name, country_code(name))), name.strip().upper()}
            wanted |= {fold(name), speaker_key(name)}
        found = [
            n
            for n, (key, spelt) in enumerate(zip(self.keys, self.spellings, strict=True))
            if key in wanted or spelt & wanted
        ]
        return np.array(found, np.int64)


def party_keys(statement: Statement, by: str) -> set[str]:
    """Return the keys of a statement's parties."""
    if by == "speaker":
        return {speaker_key(statement.speaker)} if statement.speaker else set()
    return {country_key(entry) for entry in statement.country}


def read_parties(store: Store, by: str) -> Parties:
    """Read the parties of a store.

    Args:
        store: Of a library.
        by: One of `KINDS`. A statement of several countries is each one's.

    Raises:
        QueryError: `by` is something else.
    """
    if by not in KINDS:
        raise QueryError(f"Parties are not told apart by {by!r}: use {' or '.join(KINDS)}.")
    rows = store.all(_SPELLINGS[by])
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for _, key, name in rows:
        counts[key][name] += 1
    keys = tuple(sorted(counts))
    number = {key: n for n, key in enumerate(keys)}
    pairs = dict.fromkeys((n, number[key]) for n, key, _ in rows)  # two spellings, one party
    statements, parties = np.array([*pairs], np.int64).reshape(-1, 2).T
    return Parties(
        keys,
        _names(keys, counts, by),
        tuple(frozenset(map(fold, counts[key])) for key in keys),
        statements,
        parties,
    )


def _names(keys: Sequence[str], counts: Mapping[str, Counter[str]], by: str) -> tuple[str, ...]:
    names = [_name(key, counts[key], by) for key in keys]
    often = Counter(names)
    return tuple(
        name if often[name] == 1 else f"{name} ({key})"
        for name, key in zip(names, keys, strict=True)
    )


def _name(key: str, spellings: Counter[str], by: str) -> str:
    if by == "country" and key.isupper():  # a code; what has none has lost its case
        return country_name(key)
    return min(spellings, key=lambda name: (-spellings[name], name))
