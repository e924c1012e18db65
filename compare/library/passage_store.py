"""The protocols of a library's store, and the kinds of stores that a folder can hold.

`Library`, `comparison` and the app only use the methods of `PassageStore`. In a folder, a
generation's manifest names the kind of its store. To add a kind, add a `FileStore` to `STORES` that
passes `tests/library/test_store_contract.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from compare.errors import UPDATE, LibraryError
from compare.library.index.base import Floats, Neighbours, Rows, Selection

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

    from compare.library.actors import ActorNames
    from compare.library.build import Change, Embedding
    from compare.library.filters import FacetByYear, Facets, Filters
    from compare.progress import Progress
    from compare.statements import Passage, Statement

STORES = {"sqlite": "compare.library.sqlite_store:SqliteStore"}
"""The class of each kind of store, by the name in the manifest."""

DEFAULT_STORE = "sqlite"

EXACT = "exact"
"""The index of a store that compares a query with all passages."""

READ_AT_MOST = 20_000
"""Maximum number of passages that a full-text query reads, so that it is fast in any library."""


class PassageMetadata(NamedTuple):
    """Metadata of some passages, int64 [n] each.

    Attributes:
        statement: Number of the passage's statement.
        first_day: First day of the period that its date covers, as a `datetime.date` ordinal; 0 if
            undated.
        last_day: Last day of that period.
        words: Key of the words, equal for duplicates; see `statements.duplicates.words_key`.
    """

    statement: Rows
    first_day: Rows
    last_day: Rows
    words: Rows


class ActorPassages(NamedTuple):
    """Passages of each actor, by its number, the most similar first.

    Attributes:
        row: Row of the passage, int64 [n]; a passage of several actors occurs once for each.
        actor: Number of the actor, int64 [n].
        similarity: Cosine, float32 [n].
    """

    row: Rows
    actor: Rows
    similarity: Floats

    def take(self, kept: np.ndarray) -> ActorPassages:
        """Return the passages at these indices, or where the mask is true."""
        return ActorPassages(self.row[kept], self.actor[kept], self.similarity[kept])


Period = tuple[date, date]
"""A first and a last day."""


class Written(NamedTuple):
    """The size of a written store; `corpus_digest` is over the sorted content hashes."""

    statements: int
    passages: int
    corpus_digest: str


class PassageStore(Protocol):
    """The statements of one generation of a library, with their passages and vectors.

    A passage's row is its number; a statement's passages have consecutive rows. A store that is
    open never changes, and several threads may read it. Results have the order of the given rows.
    `within=None` means all passages.
    """

    nearest_by: str
    """How the nearest passages are found: `EXACT`, or the method with its measured recall."""

    def close(self) -> None:
        """Close all files."""

    # -- Statements ------------------------------------------------------------------------------

    def ids(self) -> set[str]:
        """Return the ids of all statements."""

    def statements(self, ids: Collection[str]) -> dict[str, Statement]:
        """Return the statements with these ids, without unknown ones."""

    def all_statements(self) -> Iterator[Statement]:
        """Read all statements by id, a few at a time."""

    def same_text(self, statement_id: str) -> list[Statement]:
        """Return the other statements with the same words and context, by id."""

    def browse(
        self, filters: Filters, query: str, limit: int, offset: int
    ) -> tuple[list[Statement], int]:
        """Return a page of the statements that pass, newest first, and their total number.

        Each word of the query must occur in the statement or its metadata.
        """

    def facets(self) -> Facets:
        """Return the values that filters offer."""

    def facets_by_year(self, kind: str, filters: Filters, query: str) -> tuple[FacetByYear, ...]:
        """Return the countries or speakers of the statements that `browse` finds.

        Raises:
            QueryError: `kind` is not one of `actors.KINDS`.
        """

    def year_counts(
        self, kind: str, filters: Filters, query: str
    ) -> Iterable[tuple[str, int | None, int]]:
        """Return key, year (None if undated) and number of statements, of what `browse` finds."""

    def period(self) -> Period | None:
        """Return the first and the last day that a statement may be of; None without any date."""

    def spellings(self, attribute: str) -> list[tuple[str, str, int]]:
        """Return key, spelling and number of statements of each value of an attribute."""

    def country_counts(self) -> Mapping[str, int]:
        """Return the number of statements of each country's key."""

    def languages(self) -> Mapping[str, int]:
        """Return the number of statements that models read in each language, "" included."""

    # -- Passages --------------------------------------------------------------------------------

    def __len__(self) -> int:
        """Return the number of passages."""

    def rows_of(self, ids: Collection[str]) -> dict[str, range]:
        """Return the rows of each statement's passages, without unknown statements."""

    def passages(self, rows: Iterable[int]) -> list[Passage]:
        """Return the passages in these rows.

        Raises:
            IndexError: There is no such row.
        """

    def metadata(self, rows: Rows) -> PassageMetadata:
        """Return the metadata of these passages."""

    def words(self, rows: Rows) -> Rows:
        """Return the keys of the passages' words, equal for duplicates."""

    def with_words(self, keys: Iterable[int]) -> list[tuple[int, int, str]]:
        """Return key, row and statement id of all passages with these word keys, by row."""

    def vectors(self, rows: Rows) -> Floats:
        """Return the vectors of these passages, float32 [rows, dim] (16 bits on disk)."""

    # -- Retrieval -------------------------------------------------------------------------------

    def select(self, filters: Filters) -> Selection:
        """Return the passages of the statements that pass the filters."""

    def nearest(self, vectors: Floats, k: int, within: Selection | None = None) -> Neighbours:
        """Return the k nearest passages of each vector; ties by row. `nearest_by` says how."""

    def at_least(
        self, vector: Floats, least: float, within: Selection | None = None
    ) -> tuple[Rows, Floats]:
        """Return the passages with a cosine of `least` or more, by row, and their cosines."""

    def ranked_by_words(self, query: str, k: int, within: Selection | None = None) -> Rows:
        """Return the rows of the k passages that share words with `query`, best first (BM25).

        Stop words are ignored, and so are the most common words once the rarer ones occur in more
        than `READ_AT_MOST` passages; the rarest word always counts.
        """

    # -- Actors ----------------------------------------------------------------------------------

    def actors(self, kind: str) -> ActorNames:
        """Return the countries or the speakers.

        Raises:
            QueryError: `kind` is not one of `actors.KINDS`.
        """

    def actors_of(self, kind: str, statements: Rows) -> tuple[Rows, Rows]:
        """Return index into `statements` and actor number, for each actor of each statement."""

    def statement_counts(self, kind: str, within: Selection) -> Rows:
        """Return how many statements with selected passages each actor has, int64 [actors]."""


class FileStore(PassageStore, Protocol):
    """A store in the folder of a generation; rows count from 0 in the order of statements' ids."""

    @classmethod
    def write(
        cls,
        folder: Path,
        change: Change,
        embedding: Embedding,
        on_progress: Progress | None = None,
    ) -> Written:
        """Write the statements after a change into the folder of a generation; embed new texts.

        Equal statements give equal bytes. The folder may hold the files of an interrupted writer.
        `on_progress` reports new texts.
        """

    @classmethod
    def open(cls, folder: Path, passages: int, dim: int) -> Self:
        """Open what `write` wrote, without loading a model or an index.

        Raises:
            LibraryError: A file is missing or damaged.
        """

    def embedded_rows(self, keys: Rows) -> Rows:
        """Return a row for each `build.passage_key`, -1 for texts that are not in the store."""


def period_of(rows: list[Any]) -> Period | None:
    """Return a period of its first and last day as ordinals, the one row of `rows`."""
    ((first, last),) = rows
    return (date.fromordinal(first), date.fromordinal(last)) if first else None


def store_kind(name: str, folder: Path | None = None) -> type[FileStore]:
    """Return the class of a kind of store; raise LibraryError if the kind is unknown."""
    if name not in STORES:
        where = f" in {folder}" if folder else ""
        raise LibraryError(
            f"The library{where} is kept in a store of the kind {name[:40]!r}, which this program "
            f"cannot read (it reads {', '.join(STORES)}): {UPDATE}."
        )
    kind: type[FileStore] = resolve_name(STORES[name])
    return kind


def passages_by_actor(
    store: PassageStore, kind: str, rows: Rows, similarity: Floats
) -> ActorPassages:
    """Return the passages of each actor among these, the most similar first.

    Of an actor's duplicates, only the most similar is returned; the first wins a tie.
    """
    about = store.metadata(rows)
    at, actor = store.actors_of(kind, about.statement)
    order = np.lexsort((rows[at], -similarity[at], actor))
    at, actor = at[order], actor[order]
    once = occurrence(actor, about.words[at]) == 0
    return ActorPassages(rows[at], actor, similarity[at]).take(once)


def find_runs(numbers: Rows, wanted: Rows) -> tuple[Rows, Rows]:
    """Find each wanted number among ascending ones, where it may stand several times.

    Returns index into `wanted` and index into `numbers` of each place where they are equal.
    """
    first = np.searchsorted(numbers, wanted, "left")
    counts = np.searchsorted(numbers, wanted, "right") - first
    # Equal numbers are consecutive: join these runs without a loop.
    at = np.repeat(np.arange(len(wanted)), counts)
    ahead = np.cumsum(counts) - counts
    return at, np.repeat(first - ahead, counts) + np.arange(len(at))


def occurrence(group: Rows, within: Rows | None = None) -> Rows:
    """Return how many items of the same group (and the same `within`) precede each item."""
    if within is not None:
        _, number = np.unique(within, return_inverse=True)
        group = group * (number.max(initial=0) + 1) + number
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    preceding = np.empty(len(group), np.int64)
    preceding[order] = np.arange(len(group)) - np.searchsorted(ordered, ordered)
    return preceding
