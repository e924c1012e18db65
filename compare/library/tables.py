"""What stores in tables have in common; `PassageStore` documents the public methods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Any

from compare.library.actors import KINDS, Actors, check_kind, name_actors
from compare.library.filters import FACETED, FILTERS, Facets, facets_of
from compare.library.passage_store import Period
from compare.statements import Passage


class StoreInTables:
    """Values, dates and actors of a store, given what its tables hold."""

    def __len__(self) -> int:
        raise NotImplementedError

    def _spellings(self, attribute: str) -> list[tuple[str, str, int]]:
        """Return key, spelling and number of statements of each value of an attribute."""
        raise NotImplementedError

    def _country_counts(self) -> Mapping[str, int]:
        """Return the number of statements of each country's key."""
        raise NotImplementedError

    def _days(self) -> Any:
        """Return the first and the last day of all dates, as ordinals; None without any."""
        raise NotImplementedError

    def _passages(self, rows: list[int]) -> Iterable[tuple[Any, ...]]:
        """Return row and fields of the passages in these rows, without unknown ones."""
        raise NotImplementedError

    def passages(self, rows: Iterable[int]) -> list[Passage]:
        wanted = [int(row) for row in rows]
        found = {row: Passage(*fields) for row, *fields in self._passages(wanted)}
        for row in wanted:
            if row not in found:
                raise IndexError(f"row {row} of {len(self)} passages")
        return [found[row] for row in wanted]

    def facets(self) -> Facets:
        return self._facets

    @cached_property
    def _facets(self) -> Facets:
        counts = self._country_counts()
        return {
            name: facets_of(
                self._spellings(FILTERS[name].word), counts if name == "countries" else None
            )
            for name in FACETED
        }

    def period(self) -> Period | None:
        first, last = self._days()
        if first is None or last is None:
            return None
        return date.fromordinal(first), date.fromordinal(last)

    def languages(self) -> Mapping[str, int]:
        return self._languages

    @cached_property
    def _languages(self) -> Mapping[str, int]:
        return {language: count for language, _, count in self._spellings("language")}

    def actors(self, kind: str) -> Actors:
        check_kind(kind)
        return self._actors[kind]

    @cached_property
    def _actors(self) -> dict[str, Actors]:
        return {kind: name_actors(kind, self._spellings(kind)) for kind in KINDS}

    @cached_property
    def _actor_numbers(self) -> dict[str, dict[str, int]]:
        """Return the number of each actor, by kind and key."""
        return {
            kind: {actor.key: number for number, actor in enumerate(actors)}
            for kind, actors in self._actors.items()
        }
