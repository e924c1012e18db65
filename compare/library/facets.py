"""The values that filters can choose from in a library."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compare.library.store import Store


@dataclass(frozen=True, slots=True)
class Facet:
    """A value that a filter can be set to.

    Attributes:
        value: What to put into `Filters`.
        label: What to show: the most frequent spelling.
        count: How many statements have it.
        spellings: All spellings in the library, the most frequent first.
    """

    value: str
    label: str
    count: int
    spellings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facets:
    """All values, the most frequent first; statements without one are left out."""

    speakers: tuple[Facet, ...]
    countries: tuple[Facet, ...]
    sources: tuple[Facet, ...]
    roles: tuple[Facet, ...]
    parties: tuple[Facet, ...]
    venues: tuple[Facet, ...]
    languages: tuple[Facet, ...]
    first_date: date | None
    last_date: date | None


def read_facets(store: Store) -> Facets:
    """Count the values of a store."""
    speakers = store.all(
        "SELECT speaker_key, speaker, count(*) FROM statements WHERE speaker <> '' GROUP BY 1, 2"
    )
    countries = store.all("SELECT key, name, count(DISTINCT n) FROM countries GROUP BY 1, 2")
    totals = dict(store.all("SELECT key, count(DISTINCT n) FROM countries GROUP BY 1"))
    sources = store.all("SELECT source, source, count(*) FROM statements GROUP BY 1")
    roles, parties, venues = (
        store.all(
            f"SELECT {name}_key, {name}, count(*) FROM statements WHERE {name} <> '' GROUP BY 1, 2"
        )
        for name in ("role", "party", "venue")
    )
    languages = store.all("SELECT language, language, count(*) FROM statements GROUP BY 1")
    first, last = store.one("SELECT min(first_day), max(last_day) FROM statements")
    return Facets(
        speakers=_facets(speakers),
        countries=_facets(countries, totals),
        sources=_facets(sources),
        roles=_facets(roles),
        parties=_facets(parties),
        venues=_facets(venues),
        languages=_facets(languages),
        first_date=None if first is None else date.fromordinal(first),
        last_date=None if last is None else date.fromordinal(last),
    )


def _facets(
    counted: list[tuple[str, str, int]],
    totals: dict[str, int] | None = None,
) -> tuple[Facet, ...]:
    spellings: dict[str, Counter[str]] = {}
    for key, spelling, count in counted:
        if spelling:
            spellings.setdefault(key, Counter())[spelling] += count
    found = []
    for key, its in spellings.items():
        ordered = tuple(sorted(its, key=lambda spelling: (-its[spelling], spelling)))
        total = totals[key] if totals else its.total()
        # A code is upper case; every other key has lost case and accents, a spelling has not.
        value = key if totals and key.isupper() else ordered[0]
        found.append(Facet(value, ordered[0], total, ordered))
    return tuple(sorted(found, key=lambda facet: (-facet.count, facet.label)))
