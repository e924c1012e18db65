"""What all stores have in common; `PassageStore` documents the public methods."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from compare.library.actors import KINDS, ActorNames, check_kind, name_actors
from compare.library.filters import (
    FACETED,
    FILTERS,
    Facet,
    FacetByYear,
    Facets,
    Filters,
    facets_of,
    has_no_region,
    most_first,
)
from compare.statements import Passage
from compare.statements.languages import language_code
from compare.statements.statement import READ_IN_TRANSLATION


class BaseStore:
    """Passages, values of filters, statements by year and actors, given what its tables hold."""

    def __len__(self) -> int:
        raise NotImplementedError

    def spellings(self, attribute: str) -> list[tuple[str, str, int]]:
        raise NotImplementedError

    def country_counts(self) -> Mapping[str, int]:
        raise NotImplementedError

    def year_counts(
        self, kind: str, filters: Filters, query: str
    ) -> Iterable[tuple[str, int | None, int]]:
        raise NotImplementedError

    def translated(self) -> Mapping[str, int]:
        """Return the number of statements of each language whose translation models read."""
        raise NotImplementedError

    def _passages(self, rows: list[int]) -> Iterable[tuple[Any, ...]]:
        """Return row and fields of the passages in these rows, without unknown ones."""
        raise NotImplementedError

    def passages(self, rows: Iterable[int]) -> list[Passage]:
        wanted = [int(row) for row in rows]
        by_row = {row: Passage(*fields) for row, *fields in self._passages(wanted)}
        for row in wanted:
            if row not in by_row:
                raise IndexError(f"row {row} of {len(self)} passages")
        return [by_row[row] for row in wanted]

    def facets(self) -> Facets:
        return {name: tuple(by_key.values()) for name, by_key in self._facets.items()}

    def facets_by_year(self, kind: str, filters: Filters, query: str) -> tuple[FacetByYear, ...]:
        check_kind(kind)
        by_key: dict[str, Counter[int]] = defaultdict(Counter)
        for key, year, count in self.year_counts(kind, filters, query):
            by_key[key][year or 0] += count
        facets = self._facets["countries" if kind == "country" else "speakers"]
        by_actor = []
        for key, counts in by_key.items():
            if facet := facets.get(key):
                years = {year: counts[year] for year in sorted(counts) if year}
                about = facet.value, facet.label, counts.total(), facet.spellings
                by_actor.append(FacetByYear(*about, years))
        return tuple(sorted(by_actor, key=most_first))

    @cached_property
    def _facets(self) -> dict[str, dict[str, Facet]]:
        counts = self.country_counts()
        return {
            name: facets_of(
                self.spellings(FILTERS[name].word), counts if name == "countries" else None
            )
            for name in FACETED
        }

    def languages(self) -> Mapping[str, int]:
        return self._languages

    @cached_property
    def _languages(self) -> Mapping[str, int]:
        total: Counter[str] = Counter()
        for language, _, count in self.spellings("language"):
            total[language] += count
        translated = self.translated()
        total.subtract(translated)
        total[READ_IN_TRANSLATION] += sum(translated.values())
        return +total

    @cached_property
    def _language_tags(self) -> Sequence[str]:
        return [tag for tag, *_ in self.spellings("language") if has_no_region(tag)]

    def _with_tags(self, filters: Filters) -> Filters:
        """Add the library's tags of the same languages: "rus" and "Russian" for "ru".

        A tag with a region ("en-GB") only means itself.
        """
        if not filters.languages:
            return filters
        wanted = {language_code(tag) for tag in filters.languages if has_no_region(tag)}
        same = (tag for tag in self._language_tags if language_code(tag) in wanted)
        return replace(filters, languages=tuple(dict.fromkeys((*filters.languages, *same))))

    def actors(self, kind: str) -> ActorNames:
        check_kind(kind)
        return self._actors[kind]

    @cached_property
    def _actors(self) -> dict[str, ActorNames]:
        return {kind: name_actors(kind, self.spellings(kind)) for kind in KINDS}

    @cached_property
    def _actor_numbers(self) -> dict[str, dict[str, int]]:
        """Return the number of each actor, by kind and key."""
        return {
            kind: {actor.key: number for number, actor in enumerate(actors)}
            for kind, actors in self._actors.items()
        }
