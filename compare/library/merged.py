"""Several libraries searched as one: shards of a large one, or a public one and one's own.

Each part keeps its own rows and numbers of statements; here they carry the part's number in their
upper bits.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest
from operator import attrgetter
from typing import TYPE_CHECKING, ClassVar, NoReturn

import numpy as np
from numpy.typing import NDArray

from compare.errors import LibraryError
from compare.library.actors import check_kind
from compare.library.base_store import BaseStore
from compare.library.filters import Filters
from compare.library.generations import Manifest
from compare.library.index.base import BLOCK, Floats, Neighbours, Rows, RowSpans, Selection
from compare.library.passage_store import PassageMetadata, PassageStore, Period
from compare.statements import Passage, Statement, words_key
from compare.statements.duplicates import text_key

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from compare.library.backend import Backend, Generation

_BITS = 40
_IDS_AT_ONCE = 5000
_CHECKED: set[str] = set()
"""The generations that were found to share no id, since looking takes seconds in large ones."""


@dataclass(frozen=True, slots=True)
class MergedGeneration:
    """The generations of several libraries."""

    parts: tuple[Generation, ...]
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        return "+".join(part.name for part in self.parts)

    @property
    def built(self) -> datetime:
        return max(part.built for part in self.parts)

    @property
    def manifest(self) -> Manifest:
        made = [part.manifest for part in self.parts]
        for name, other in zip(self.names, made, strict=True):
            if (other.encoder_digest, other.dim) != (made[0].encoder_digest, made[0].dim):
                raise LibraryError(
                    f"{self.names[0]} and {name} were built with different encoders "
                    f"({made[0].encoder!r} and {other.encoder!r}), so they cannot be searched "
                    "together: build one again with --encoder."
                )
        digests = sorted(one.corpus_digest for one in made)
        return replace(
            made[0],
            statements=sum(one.statements for one in made),
            passages=sum(one.passages for one in made),
            corpus_digest=hashlib.sha256("\n".join(digests).encode()).hexdigest(),
            files={},
            store="several",
        )

    def open_store(self) -> MergedStore:
        _ = self.manifest  # raises if the encoders differ
        store = MergedStore([part.open_store() for part in self.parts])
        if self.name not in _CHECKED and (twice := store.twice()):
            statement_id, *places = twice
            names = " and ".join(self.names[place] for place in places)
            store.close()
            raise LibraryError(
                f"The id {statement_id!r} is in {names}, so they cannot be searched together: "
                "delete the statement from one of them."
            )
        _CHECKED.add(self.name)
        return store

    def verify(self) -> None:
        for part in self.parts:
            part.verify()


@dataclass(frozen=True)
class MergedBackend:
    """Several backends as one, which only reads, in the order in which they are named."""

    parts: tuple[Backend, ...]
    folder: ClassVar[Path | None] = None
    read_only: ClassVar[bool] = True

    def __str__(self) -> str:
        return ";".join(map(str, self.parts))

    @property
    def address(self) -> str:
        return ";".join(part.address for part in self.parts)

    @property
    def name(self) -> str:
        return ".".join(part.name for part in self.parts)

    def exists(self) -> bool:
        return all(part.exists() for part in self.parts)

    def current(self) -> str:
        return "+".join(part.current() for part in self.parts)

    def open(self) -> MergedGeneration:
        parts = tuple(part.open() for part in self.parts)
        return MergedGeneration(parts, tuple(map(str, self.parts)))

    def refuse(self, *_: object, **__: object) -> NoReturn:
        """Raise the error of writing to several libraries."""
        raise LibraryError(
            f"Several libraries ({self}) are only searched together: name the one to write to."
        )

    build = update = forget_before = write_document = update_document = refuse

    # -- Documents: several libraries have none ----------------------------------------------------

    def place_of(self, document: str) -> str:
        return f"{self} ({document})"

    def read_document(self, document: str) -> str | None:
        return None

    def remove_document(self, document: str) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class MergedSelection:
    """A selection in each part, of its own rows."""

    parts: Sequence[Selection]

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    def holds(self, rows: Rows) -> NDArray[np.bool_]:
        held = np.zeros(len(rows), bool)
        for number, at, own in _by_part(rows):
            held[at] = self.parts[number].holds(own)
        return held

    def blocks(self, size: int = BLOCK) -> Iterator[Rows]:
        for number, part in enumerate(self.parts):
            yield from (rows + (number << _BITS) for rows in part.blocks(size))


class MergedStore(BaseStore):
    """The stores of several libraries as one; `PassageStore` documents the public methods."""

    def __init__(self, parts: Sequence[PassageStore]) -> None:
        """Take open stores."""
        self._parts = parts
        self.nearest_by = "; ".join(sorted({part.nearest_by for part in parts}))

    def twice(self) -> tuple[str, int, int] | None:
        """Return an id that two parts have, with their numbers; None if there is none."""
        for number, part in enumerate(self._parts):
            for other in range(number + 1, len(self._parts)):
                few, many = sorted((part, self._parts[other]), key=len)
                ids = sorted(few.ids())
                for start in range(0, len(ids), _IDS_AT_ONCE):
                    if found := many.rows_of(ids[start : start + _IDS_AT_ONCE]):
                        return min(found), number, other
        return None

    def close(self) -> None:
        for part in self._parts:
            part.close()

    # -- Statements ------------------------------------------------------------------------------

    def ids(self) -> set[str]:
        return set().union(*(part.ids() for part in self._parts))

    def statements(self, ids: Collection[str]) -> dict[str, Statement]:
        ids = list(ids)
        by_id: dict[str, Statement] = {}
        for part in self._parts:
            by_id |= part.statements(ids)
        return by_id

    def all_statements(self) -> Iterator[Statement]:
        parts = (part.all_statements() for part in self._parts)
        return heapq.merge(*parts, key=attrgetter("id"))

    def same_text(self, statement_id: str) -> list[Statement]:
        given = self.statements([statement_id]).get(statement_id)
        if given is None:
            return []
        rows = next(iter(self.rows_of([statement_id]).values()))
        first = self.passages(rows[:1])
        keys = {words_key(passage.read, passage.context) for passage in first}
        ids = {i for _, _, i in self.with_words(keys)} - {statement_id}
        same = {each.id: each for part in self._parts for each in part.same_text(statement_id)}
        key = text_key(given)
        same |= {i: each for i, each in self.statements(ids).items() if text_key(each) == key}
        return [same[i] for i in sorted(same)]

    def browse(
        self, filters: Filters, query: str, limit: int, offset: int
    ) -> tuple[list[Statement], int]:
        limit, offset = max(0, limit), max(0, offset)
        pages = [part.browse(filters, query, limit + offset, 0) for part in self._parts]

        def newest_first(one: Statement) -> tuple[int, str]:
            return (-one.date.first.toordinal() if one.date else 0), one.id

        merged = sorted(chain(*(page for page, _ in pages)), key=newest_first)
        return merged[offset : offset + limit], sum(total for _, total in pages)

    def spellings(self, attribute: str) -> list[tuple[str, str, int]]:
        return [row for part in self._parts for row in part.spellings(attribute)]

    def country_counts(self) -> Mapping[str, int]:
        return sum((Counter(part.country_counts()) for part in self._parts), Counter())

    def languages(self) -> Mapping[str, int]:
        return sum((Counter(part.languages()) for part in self._parts), Counter())

    def year_counts(
        self, kind: str, filters: Filters, query: str
    ) -> Iterator[tuple[str, int | None, int]]:
        return chain(*(part.year_counts(kind, filters, query) for part in self._parts))

    def period(self) -> Period | None:
        periods = [*filter(None, (part.period() for part in self._parts))]
        if not periods:
            return None
        return min(first for first, _ in periods), max(last for _, last in periods)

    # -- Passages --------------------------------------------------------------------------------

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def rows_of(self, ids: Collection[str]) -> dict[str, range]:
        ids = list(ids)
        spans = {}
        for number, part in enumerate(self._parts):
            ahead = number << _BITS
            for statement_id, rows in part.rows_of(ids).items():
                spans[statement_id] = range(rows.start + ahead, rows.stop + ahead)
        return spans

    def passages(self, rows: Iterable[int]) -> list[Passage]:
        wanted = np.array([*rows], np.int64)
        by_place: dict[int, Passage] = {}
        for number, at, own in _by_part(wanted):
            if not 0 <= number < len(self._parts):
                raise IndexError(f"row {own[0]} of part {number} of {len(self._parts)}")
            by_place |= zip(at.tolist(), self._parts[number].passages(own.tolist()), strict=True)
        return [by_place[at] for at in range(len(wanted))]

    def metadata(self, rows: Rows) -> PassageMetadata:
        columns = np.zeros((len(PassageMetadata._fields), len(rows)), np.int64)
        for number, at, own in _by_part(rows):
            columns[:, at] = np.stack(self._parts[number].metadata(own))
            columns[0, at] += number << _BITS
        return PassageMetadata(*columns)

    def words(self, rows: Rows) -> Rows:
        keys = np.zeros(len(rows), np.int64)
        for number, at, own in _by_part(rows):
            keys[at] = self._parts[number].words(own)
        return keys

    def with_words(self, keys: Iterable[int]) -> list[tuple[int, int, str]]:
        keys = list(keys)
        return [
            (key, row + (number << _BITS), statement_id)
            for number, part in enumerate(self._parts)
            for key, row, statement_id in part.with_words(keys)
        ]

    def vectors(self, rows: Rows) -> Floats:
        dim = self._parts[0].vectors(np.zeros(0, np.int64)).shape[1]
        joined = np.zeros((len(rows), dim), np.float32)
        for number, at, own in _by_part(rows):
            joined[at] = self._parts[number].vectors(own)
        return joined

    # -- Retrieval -------------------------------------------------------------------------------

    def select(self, filters: Filters) -> Selection:
        return MergedSelection([part.select(filters) for part in self._parts])

    def _within(self, within: Selection | None) -> Sequence[Selection | None]:
        """Return what is selected in each part."""
        if within is None:
            return [None] * len(self._parts)
        if isinstance(within, MergedSelection):
            return within.parts
        own: list[Selection | None] = [RowSpans.of(np.zeros(0, np.int64)) for _ in self._parts]
        rows = np.concatenate([np.zeros(0, np.int64), *within.blocks()])
        for number, _, part_rows in _by_part(rows):
            own[number] = RowSpans.of(part_rows)
        return own

    def nearest(self, vectors: Floats, k: int, within: Selection | None = None) -> Neighbours:
        selected = zip(self._parts, self._within(within), strict=True)
        neighbours = [part.nearest(vectors, k, own) for part, own in selected]
        scores = np.concatenate([part.scores for part in neighbours], axis=1)
        rows = np.concatenate(
            [part.rows + (number << _BITS) for number, part in enumerate(neighbours)], axis=1
        )
        order = np.lexsort((rows, -scores), axis=1)[:, : max(0, k)]
        return Neighbours(np.take_along_axis(scores, order, 1), np.take_along_axis(rows, order, 1))

    def at_least(
        self, vector: Floats, least: float, within: Selection | None = None
    ) -> tuple[Rows, Floats]:
        selected = zip(self._parts, self._within(within), strict=True)
        similar = [part.at_least(vector, least, own) for part, own in selected]
        rows = [rows + (number << _BITS) for number, (rows, _) in enumerate(similar)]
        return np.concatenate(rows), np.concatenate([scores for _, scores in similar])

    def ranked_by_words(self, query: str, k: int, within: Selection | None = None) -> Rows:
        # Scores of different libraries cannot be compared: take the best of each in turn.
        selected = zip(self._parts, self._within(within), strict=True)
        ranked = [
            (part.ranked_by_words(query, k, own) + (number << _BITS)).tolist()
            for number, (part, own) in enumerate(selected)
        ]
        in_turn = [row for rows in zip_longest(*ranked) for row in rows if row is not None]
        return np.array(in_turn[: max(0, k)], np.int64)

    # -- Actors ----------------------------------------------------------------------------------

    def _numbers(self, kind: str, part: PassageStore) -> Rows:
        """Return the number here of each actor of a part."""
        number = self._actor_numbers[kind]
        return np.array([number[actor.key] for actor in part.actors(kind)], np.int64)

    def actors_of(self, kind: str, statements: Rows) -> tuple[Rows, Rows]:
        check_kind(kind)
        places, actors = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for number, at, own in _by_part(statements):
            part = self._parts[number]
            place, actor = part.actors_of(kind, own)
            places.append(at[place])
            actors.append(self._numbers(kind, part)[actor])
        place, actor = np.concatenate(places), np.concatenate(actors)
        order = np.lexsort((actor, place))
        return place[order], actor[order]

    def statement_counts(self, kind: str, within: Selection) -> Rows:
        counts = np.zeros(len(self.actors(kind)), np.int64)
        for part, own in zip(self._parts, self._within(within), strict=True):
            if own is not None:
                counts[self._numbers(kind, part)] += part.statement_counts(kind, own)
        return counts


def _by_part(numbers: Rows) -> Iterator[tuple[int, Rows, Rows]]:
    """Yield each part's number, the places of what is its own, and their numbers there."""
    of_part = numbers >> _BITS
    for part in np.unique(of_part).tolist():
        at = np.flatnonzero(of_part == part)
        yield part, at, numbers[at] - (part << _BITS)
