"""A plain store and index in memory, which every real one has to equal."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from compare.library import FILTERS, Facets, Filters
from compare.library.actors import ActorNames, actor_keys, check_kind, name_actors
from compare.library.build import Change, Embedding, passage_key
from compare.library.filters import FacetByYear, facets_of, required_words
from compare.library.index.base import Floats, Neighbours, Rows, Selection
from compare.library.passage_store import PassageMetadata, Period, Written
from compare.statements import (
    Passage,
    Quote,
    Statement,
    country_key,
    fold,
    speaker_key,
    split_statement,
    words_key,
)
from compare.statements.duplicates import text_key
from compare.statements.normalize import content_words, distinct_words, searchable


class RowSet:
    """A selection as a plain set."""

    def __init__(self, rows: Iterable[int]) -> None:
        self.rows = sorted({int(row) for row in rows})

    def __len__(self) -> int:
        return len(self.rows)

    def holds(self, rows: Rows) -> np.ndarray:
        return np.array([row in self.rows for row in rows.tolist()], bool)

    def blocks(self, size: int = 3) -> Iterator[Rows]:
        for start in range(0, len(self.rows), size):
            yield np.array(self.rows[start : start + size], np.int64)


class ExactIndex:
    """Scores everything in float64 and sorts by score, then by row."""

    def __init__(self, vectors: np.ndarray) -> None:
        self.vectors = vectors

    @classmethod
    def build(cls, vectors: np.ndarray) -> ExactIndex:
        return cls(vectors)

    @classmethod
    def open(cls, path: Path, vectors: np.ndarray) -> ExactIndex:
        assert path.read_bytes() == bytes(len(vectors))
        return cls(vectors)

    def write(self, path: Path) -> None:
        path.write_bytes(bytes(len(self)))

    def __len__(self) -> int:
        return len(self.vectors)

    def search(self, queries: Floats, k: int, within: Selection | None = None) -> Neighbours:
        rows = self._rows(within)
        found = max(0, min(k, len(rows)))
        scores, best = np.zeros((2, len(queries), found))
        for n, query in enumerate(queries):
            exact = self._scores(rows, query)
            order = sorted(range(len(rows)), key=lambda at: (-exact[at], rows[at]))[:found]
            scores[n], best[n] = exact[order], rows[order]
        return Neighbours(scores.astype(np.float32), best.astype(np.int64))

    def at_least(
        self, query: Floats, least: float, within: Selection | None = None
    ) -> tuple[Rows, Floats]:
        rows = self._rows(within)
        scores = self._scores(rows, query)
        return rows[scores >= least], scores[scores >= least]

    def _rows(self, within: Selection | None) -> Rows:
        if within is None:
            return np.arange(len(self))
        return np.concatenate([np.zeros(0, np.int64), *within.blocks()])

    def _scores(self, rows: Rows, query: Floats) -> Floats:
        return (self.vectors[rows].astype(np.float64) * query).sum(axis=1).astype(np.float32)


# How each attribute is read and compared, once more; others are as `FILTERS` says.
WORDED: dict[str, tuple[Callable[[Statement], str], Callable[[str], str]]] = {
    "speaker": (lambda entry: entry.speaker, speaker_key),
    "role": (lambda entry: entry.role, fold),
    "party": (lambda entry: entry.extra.get("Party", ""), fold),
    "venue": (lambda entry: entry.venue, fold),
    "source": (lambda entry: entry.source, str),
    "language": (lambda entry: entry.language, str),
    "id": (lambda entry: entry.id, str),
}


def passes(entry: Statement, filters: Filters, quote: Quote | None = None) -> bool:
    """The filters once more, a statement at a time, as their documentation words them."""
    own = {c.code or c.name for c in quote.country} if quote else set()
    names = {name.casefold() for c in entry.country for name in (c.name, c.code or "") if name}
    date = entry.date
    for name, one in FILTERS.items():
        values = getattr(filters, name)
        if not one.attribute or not values:
            continue
        if one.attribute.name == "country":
            held = bool(names & {value.casefold() for value in values})
        else:
            as_registered = one.attribute.read, one.attribute.key or str
            read, key = WORDED.get(one.attribute.name, as_registered)
            held = key(read(entry)) in map(key, values)
        if held == name.startswith("not_"):
            return False
    return all(
        [
            not filters.date_from or (date and date.last >= filters.date_from.first),
            not filters.date_to or (date and date.first <= filters.date_to.last),
            not (filters.not_own_speaker and quote and quote.speaker)
            or speaker_key(entry.speaker) != speaker_key(quote.speaker),
            not filters.not_own_country or not own & {c.code or c.name for c in entry.country},
        ]
    )


def has_words(passage: Passage, filters: Filters) -> bool:
    """The filter `words` once more, without inflections."""
    texts = [f" {' '.join(folded_words(text))} " for text in (passage.text, passage.context)]
    return all(
        any(f" {' '.join(folded_words(word))} " in text for word in words for text in texts)
        for words in required_words(filters.words)
    )


def folded_words(text: str) -> list[str]:
    return searchable(text).split()


class MemoryStore:
    """All of a store in lists; see `PassageStore`."""

    nearest_by = "exact"

    def __init__(self, statements: list[Statement], vectors: np.ndarray) -> None:
        self.by_id = {entry.id: entry for entry in statements}
        self.all = [passage for entry in statements for passage in split_statement(entry)]
        self.index = ExactIndex(vectors)
        self.number = {entry.id: n for n, entry in enumerate(statements)}

    @classmethod
    def write(cls, folder: Path, change: Change, embedding: Embedding, on_progress=None) -> Written:
        statements = list(change.statements())
        texts = [p.completed for entry in statements for p in split_statement(entry)]
        vectors = np.zeros((len(texts), embedding.dim), np.float16)
        if texts:
            vectors[:] = embedding.encode(texts, on_progress)
        np.save(folder / "vectors.npy", vectors)
        (folder / "statements.json").write_text(json.dumps([e.to_dict() for e in statements]))
        return Written(len(statements), len(texts), "0" * 64)

    @classmethod
    def open(cls, folder: Path, passages: int, dim: int) -> MemoryStore:
        told = json.loads((folder / "statements.json").read_text())
        return cls([Statement.from_dict(entry) for entry in told], np.load(folder / "vectors.npy"))

    def close(self) -> None:
        pass

    def __len__(self) -> int:
        return len(self.all)

    def ids(self) -> set[str]:
        return set(self.by_id)

    def statements(self, ids: Collection[str]) -> dict[str, Statement]:
        return {i: self.by_id[i] for i in ids if i in self.by_id}

    def all_statements(self) -> Iterator[Statement]:
        return iter(self.by_id.values())

    def same_text(self, statement_id: str) -> list[Statement]:
        own = self.by_id.get(statement_id)
        others = [e for e in self.by_id.values() if own and e != own]
        return [entry for entry in others if text_key(entry) == text_key(own)]

    def browse(self, filters: Filters, query: str, limit: int, offset: int):
        def about(e: Statement) -> list[str]:
            known = (e.speaker, e.role, e.countries, e.venue, e.title, e.source, e.context, e.id)
            return folded_words(" ".join((e.text, *known)))

        wanted = {one for word in distinct_words(query) for one in folded_words(word)}
        found = [e for e in self.by_id.values() if passes(e, filters) and wanted <= {*about(e)}]
        if filters.words:
            holding = {p.statement_id for p in self.all if has_words(p, filters)}
            found = [entry for entry in found if entry.id in holding]
        found.sort(key=lambda e: -e.date.first.toordinal() if e.date else 1)
        return found[max(0, offset) : max(0, offset) + max(0, limit)], len(found)

    def facets(self) -> Facets:
        held, values = self.by_id.values(), {}
        for name, one in FILTERS.items():
            if one.attribute and not one.excludes and name not in ("countries", "statement_ids"):
                told = Counter(map(one.attribute.read, held))
                key = one.attribute.key or str
                counted = ((key(text), text, n) for text, n in told.items())
                values[name] = tuple(facets_of(counted).values())
        spelled = Counter((country_key(c), c.name) for e in held for c in e.country)
        totals = Counter(key for e in held for key in {country_key(c) for c in e.country})
        counted = ((*told, n) for told, n in spelled.items())
        values["countries"] = tuple(facets_of(counted, totals).values())
        return values

    def facets_by_year(self, kind: str, filters: Filters, query: str) -> tuple[FacetByYear, ...]:
        check_kind(kind)
        statements, _ = self.browse(filters, query, len(self.by_id), 0)
        found = []
        for facet in self.facets()["countries" if kind == "country" else "speakers"]:
            spelled = set(facet.spellings)
            names = [
                (s, {c.name for c in s.country} if kind == "country" else {s.speaker})
                for s in statements
            ]
            dates = [statement.date for statement, its in names if spelled & its]
            years = Counter(date.year for date in dates if date)
            if dates:
                about = facet.value, facet.label, len(dates), facet.spellings
                found.append(FacetByYear(*about, dict(sorted(years.items()))))
        return tuple(sorted(found, key=lambda one: (-one.count, one.label)))

    def year_counts(self, kind: str, filters: Filters, query: str):
        statements, _ = self.browse(filters, query, len(self.by_id), 0)
        years = [(statement.date and statement.date.year, statement) for statement in statements]
        return [(key, year, 1) for year, one in years for key in actor_keys(one, kind)]

    def period(self) -> Period | None:
        dates = [entry.date for entry in self.by_id.values() if entry.date]
        if not dates:
            return None
        return min(day.first for day in dates), max(day.last for day in dates)

    def languages(self) -> Mapping[str, int]:
        return Counter(entry.language for entry in self.by_id.values())

    def rows_of(self, ids: Collection[str]) -> dict[str, range]:
        first = {}
        for row, passage in reversed([*enumerate(self.all)]):
            first[passage.statement_id] = row
        count = Counter(passage.statement_id for passage in self.all)
        known = [i for i in ids if i in self.by_id]
        return {i: range(first.get(i, 0), first.get(i, 0) + count[i]) for i in known}

    def passages(self, rows: Iterable[int]) -> list[Passage]:
        for row in (rows := [int(row) for row in rows]):
            if not 0 <= row < len(self):
                raise IndexError(f"row {row} of {len(self)} passages")
        return [self.all[row] for row in rows]

    def metadata(self, rows: Rows) -> PassageMetadata:
        statements = [self.by_id[passage.statement_id] for passage in self.passages(rows)]
        days = [(e.date.first, e.date.last) if e.date else None for e in statements]
        told = [
            (self.number[e.id], *(day.toordinal() for day in both or ()), *[0] * (0 if both else 2))
            for e, both in zip(statements, days, strict=True)
        ]
        return PassageMetadata(*np.array(told, np.int64).reshape(-1, 3).T, self.words(rows))

    def words(self, rows: Rows) -> Rows:
        return np.array([words_key(p.text, p.context) for p in self.passages(rows)], np.int64)

    def with_words(self, keys: Iterable[int]) -> list[tuple[int, int, str]]:
        told = zip(
            self.words(np.arange(len(self))).tolist(), range(len(self)), self.all, strict=True
        )
        return [(key, row, p.statement_id) for key, row, p in told if key in {*keys}]

    def vectors(self, rows: Rows) -> Floats:
        return self.index.vectors[rows].astype(np.float32)

    def embedded_rows(self, keys: Rows) -> Rows:
        row_of = {passage_key(p.completed): row for row, p in reversed([*enumerate(self.all)])}
        return np.array([row_of.get(key, -1) for key in keys.tolist()], np.int64)

    def select(self, filters: Filters) -> Selection:
        return RowSet(
            n
            for n, p in enumerate(self.all)
            if passes(self.by_id[p.statement_id], filters) and has_words(p, filters)
        )

    def nearest(self, vectors: Floats, k: int, within: Selection | None = None) -> Neighbours:
        return self.index.search(vectors, k, within)

    def at_least(
        self, vector: Floats, least: float, within: Selection | None = None
    ) -> tuple[Rows, Floats]:
        return self.index.at_least(vector, least, within)

    def ranked_by_words(self, query: str, k: int, within: Selection | None = None) -> Rows:
        texts = [set(folded_words(passage.completed)) for passage in self.all]
        wanted = {word for told in content_words(query) for word in folded_words(told)}
        rare = {
            word: math.log1p(len(self) / (1 + sum(word in t for t in texts))) for word in wanted
        }
        scores = [sum(rare[word] for word in wanted & text) for text in texts]
        allowed = range(len(self)) if within is None else RowSet(self.index._rows(within)).rows
        found = sorted((row for row in allowed if scores[row]), key=lambda row: -scores[row])
        return np.array(found[: max(0, k)], np.int64)

    def actors(self, kind: str) -> ActorNames:
        check_kind(kind)
        told = Counter(
            spelled
            for e in self.by_id.values()
            for spelled in (
                {(country_key(c), c.name) for c in e.country}
                if kind == "country"
                else {(speaker_key(e.speaker), e.speaker)} - {("", "")}
            )
        )
        return name_actors(kind, ((*spelled, n) for spelled, n in told.items()))

    def actors_of(self, kind: str, statements: Rows) -> tuple[Rows, Rows]:
        number = {actor.key: n for n, actor in enumerate(self.actors(kind))}
        held = [*self.by_id.values()]
        pairs = [
            (at, n)
            for at, statement in enumerate(statements.tolist())
            for n in sorted(number[key] for key in actor_keys(held[statement], kind))
        ]
        at, actor = np.array(pairs, np.int64).reshape(-1, 2).T
        return at, actor

    def statement_counts(self, kind: str, within: Selection) -> Rows:
        rows = self.index._rows(within)
        statements = np.unique(self.metadata(rows).statement)
        actors = self.actors_of(kind, statements)[1]
        return np.bincount(actors, minlength=len(self.actors(kind)))
