"""The SQLite store: statements and words in one database, vectors and their index in files.

`PassageStore` documents the public methods.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import unicodedata
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from compare.errors import LibraryError
from compare.library.actors import check_kind
from compare.library.base_store import BaseStore
from compare.library.filters import (
    COLUMNS,
    COUNTRY,
    LANGUAGE,
    Filters,
    country_spellings,
    reads_translations,
    required_words,
)
from compare.library.generations import damaged, unreadable
from compare.library.index.base import (
    Floats,
    Halves,
    Neighbours,
    Rows,
    RowSpans,
    Selection,
    VectorIndex,
    index_file,
    new_index,
)
from compare.library.passage_store import (
    EXACT,
    READ_AT_MOST,
    PassageMetadata,
    Period,
    Written,
    find_runs,
    period_of,
)
from compare.library.sqlite_writer import STORE, TRANSLATIONS, VECTORS, write_tables, write_vectors
from compare.safe_text import one_line
from compare.statements import Statement
from compare.statements.normalize import content_words, distinct_words, fold_case, segmented

if TYPE_CHECKING:
    from typing import Self

    from compare.library.build import Change, Embedding
    from compare.progress import Progress

_LISTED = "(SELECT value FROM json_each(?))"
_OF_COUNTRY = (
    f"n IN (SELECT n FROM countries WHERE key IN {_LISTED} "
    f"UNION SELECT n FROM countries WHERE name_key IN {_LISTED})"
)
_HOLDS_WORD = (
    "n IN (SELECT rowid FROM statement_words WHERE statement_words MATCH ? UNION "
    "SELECT n FROM passages WHERE row IN "
    "(SELECT rowid FROM passage_words WHERE passage_words MATCH ?))"
)
_READ_IN_TRANSLATION = "n IN (SELECT n FROM translations WHERE is_read)"
_WITH_WORDS = "SELECT rowid FROM passage_words WHERE passage_words MATCH ?"
_NEWEST_FIRST = "first_day IS NULL, first_day DESC, n"
_SPELLINGS = {
    COUNTRY.name: "SELECT key, name, count(DISTINCT n) FROM countries GROUP BY 1, 2",
    **{
        one.name: f"SELECT {one.key_column}, {one.name}, count(*) FROM statements GROUP BY 1, 2"
        for one in COLUMNS
    },
}
"""Queries for the key, spelling and number of statements of each value, by attribute."""

_ACTOR_KEYS = {
    "country": "SELECT DISTINCT n, key FROM countries WHERE name <> '' ORDER BY n, key",
    "speaker": "SELECT n, speaker_key FROM statements WHERE speaker <> '' ORDER BY n",
}
"""Queries for each statement's number with its actors' keys, by kind of actor."""

_YEAR = "CAST(strftime('%Y', first_day + 1721424.5) AS INTEGER)"  # of a `datetime.date` ordinal
_YEAR_COUNTS = {
    "country": f"SELECT key, {_YEAR}, count(DISTINCT n) FROM (SELECT n, first_day FROM statements "
    "{where}) JOIN countries USING (n) GROUP BY 1, 2",
    "speaker": f"SELECT speaker_key, {_YEAR}, count(*) FROM statements {{where}} GROUP BY 1, 2",
}
"""Queries for key, year and number of the statements that pass, by kind of actor."""


class SqliteStore(BaseStore):
    """A store in the folder of a generation."""

    nearest_by = EXACT

    def __init__(self, folder: Path, database: sqlite3.Connection, vectors: Halves) -> None:
        """Wrap an open connection and mapped vectors; use `open`."""
        self._folder = folder
        self._database = database
        self._vectors = vectors
        self._lock = threading.RLock()
        # Those of languages are asked for by every search.
        self._spans = lru_cache(maxsize=4)(self._spans_where)

    @classmethod
    def write(
        cls, folder: Path, change: Change, embedding: Embedding, on_progress: Progress | None = None
    ) -> Written:
        for path in (folder / STORE, *folder.glob("index.*")):  # left by an interrupted writer
            path.unlink(missing_ok=True)
        statements, keys, digest = write_tables(folder / STORE, change.statements(), embedding.read)
        vectors = write_vectors(folder, keys, embedding, on_progress)
        name, index = new_index(vectors)
        index.write(folder / name)
        return Written(statements, len(keys), digest)

    @classmethod
    def open(cls, folder: Path, passages: int, dim: int) -> Self:
        path = folder / STORE
        # Generations never change, so SQLite needs no locks.
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        try:
            size = path.stat().st_size
            database = sqlite3.connect(uri, uri=True, check_same_thread=False)
        except OSError as error:
            raise unreadable(path, error) from error
        except sqlite3.Error as error:
            raise damaged(path, f"cannot be read ({error})") from error
        store = cls(folder, database, _load_vectors(folder / VECTORS, (passages, dim)))
        store._all(f"PRAGMA mmap_size={size}")
        # This fails if it is no database. In one of format 4, no passage has a translation.
        if not store._all("SELECT 1 FROM sqlite_schema WHERE name = 'translations'"):
            store._all(TRANSLATIONS.replace("TABLE", "TEMPORARY TABLE"))
        return store

    def close(self) -> None:
        self._database.close()

    def _all(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            with self._lock:
                return self._database.execute(sql, parameters).fetchall()
        except (sqlite3.Error, UnicodeDecodeError, OverflowError, MemoryError) as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> LibraryError:
        said = one_line(str(error)) or type(error).__name__
        return damaged(self._folder / STORE, f"cannot be read ({said})")

    def _statement(self, data: str) -> Statement:
        try:
            return Statement.from_json(data)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise self._damaged(error) from error

    def _listed(self, sql: str, values: Iterable[Any]) -> list[tuple[Any, ...]]:
        """Return all rows of a query whose one parameter is a list of values."""
        return self._all(sql, (json.dumps(list(values)),))

    def _in_parts(self, sql: str, size: int = 5000) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query, which takes the first number and a limit, a part at a time."""
        first = 0
        while rows := self._all(sql, (first, size)):
            yield from rows
            first = rows[-1][0] + 1

    # -- Statements ------------------------------------------------------------------------------

    def ids(self) -> set[str]:
        return {identity for (identity,) in self._all("SELECT id FROM statements")}

    def statements(self, ids: Collection[str]) -> dict[str, Statement]:
        found = self._listed(
            "SELECT s.id, c.data FROM statements s JOIN contents c USING (n) "
            f"WHERE s.id IN {_LISTED}",
            ids,
        )
        return {identity: self._statement(data) for identity, data in found}

    def all_statements(self) -> Iterator[Statement]:
        found = self._in_parts("SELECT n, data FROM contents WHERE n >= ? ORDER BY n LIMIT ?")
        return (self._statement(data) for _, data in found)

    def same_text(self, statement_id: str) -> list[Statement]:
        found = self._all(
            "SELECT c.data FROM statements s JOIN contents c USING (n) WHERE s.text_key = "
            "(SELECT text_key FROM statements WHERE id = ?) AND s.id <> ? ORDER BY s.n",
            (statement_id, statement_id),
        )
        return [self._statement(data) for (data,) in found]

    def browse(
        self, filters: Filters, query: str, limit: int, offset: int
    ) -> tuple[list[Statement], int]:
        where, parameters = self._browsed(filters, query)
        ((total,),) = self._all(f"SELECT count(*) FROM statements {where}", parameters)
        found = self._all(
            "SELECT data FROM contents JOIN "
            f"(SELECT n, first_day FROM statements {where} "
            f"ORDER BY {_NEWEST_FIRST} LIMIT ? OFFSET ?) USING (n) ORDER BY {_NEWEST_FIRST}",
            [*parameters, max(0, limit), max(0, offset)],
        )
        return [self._statement(data) for (data,) in found], total

    def _browsed(self, filters: Filters, query: str) -> tuple[str, list[str | int]]:
        """Return the WHERE clause for the statements that `browse` finds, and its parameters."""
        where, parameters = _where(self._with_tags(filters), map(_quoted, distinct_words(query)))
        if filters.words:
            where += " AND " if where else "WHERE "
            where += f"n IN (SELECT n FROM passages WHERE row IN ({_WITH_WORDS}))"
            parameters.append(_required(filters.words))
        return where, parameters

    def year_counts(self, kind: str, filters: Filters, query: str) -> list[Any]:
        where, parameters = self._browsed(filters, query)
        return self._all(_YEAR_COUNTS[kind].format(where=where), parameters)

    def spellings(self, attribute: str) -> list[Any]:
        return self._all(_SPELLINGS[attribute])

    def country_counts(self) -> Mapping[str, int]:
        return dict(self._all("SELECT key, count(DISTINCT n) FROM countries GROUP BY 1"))

    def translated(self) -> Mapping[str, int]:
        return dict(
            self._all(
                f"SELECT language, count(*) FROM statements WHERE {_READ_IN_TRANSLATION} GROUP BY 1"
            )
        )

    def period(self) -> Period | None:
        return period_of(self._all("SELECT min(first_day), max(last_day) FROM statements"))

    # -- Passages --------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._vectors)

    def rows_of(self, ids: Collection[str]) -> dict[str, range]:
        found = self._listed(
            f"SELECT id, first_row, row_count FROM statements WHERE id IN {_LISTED}", ids
        )
        return {identity: range(first, first + count) for identity, first, count in found}

    def _passages(self, rows: list[int]) -> list[tuple[Any, ...]]:
        found = self._listed(
            "SELECT p.row, s.id, p.first, p.last, p.text, c.context, coalesce(t.text, ''), "
            "coalesce(t.is_read, 0) FROM passages p JOIN statements s USING (n) "
            "JOIN contents c USING (n) LEFT JOIN translations t ON t.row = p.row "
            f"WHERE p.row IN {_LISTED}",
            rows,
        )
        return [(*fields, bool(is_read)) for *fields, is_read in found]

    def metadata(self, rows: Rows) -> PassageMetadata:
        statement = self._statement_of(rows)
        _, first, last = self._statements
        return PassageMetadata(statement, first[statement], last[statement], self.words(rows))

    def words(self, rows: Rows) -> Rows:
        wanted = rows.tolist()
        sql = f"SELECT row, words FROM passages WHERE row IN {_LISTED}"
        found = dict(self._listed(sql, wanted))
        return np.array([found[row] for row in wanted], np.int64)

    def with_words(self, keys: Iterable[int]) -> list[tuple[int, int, str]]:
        found = self._listed(
            "SELECT p.words, p.row, s.id FROM passages p JOIN statements s USING (n) "
            f"WHERE p.words IN {_LISTED} ORDER BY p.row",
            keys,
        )
        return [(key, row, statement_id) for key, row, statement_id in found]

    def vectors(self, rows: Rows) -> Floats:
        return self._vectors[rows].astype(np.float32)

    def embedded_rows(self, keys: Rows) -> Rows:
        sql = "SELECT row, key FROM passages WHERE row >= ? ORDER BY row LIMIT ?"
        kept = array("q", (key for _, key in self._in_parts(sql)))
        if not kept:
            return np.full(len(keys), -1)
        known, first = np.unique(np.array(kept, np.int64), return_index=True)
        at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
        return np.where(known[at] == keys, first[at], -1)

    @cached_property
    def _statements(self) -> tuple[Rows, Rows, Rows]:
        """Return the first row of each statement, and the first and last day of its date."""
        found = self._all(
            "SELECT first_row, coalesce(first_day, 0), coalesce(last_day, 0) FROM statements "
            "ORDER BY n"
        )
        first_row, first, last = np.array(found, np.int64).reshape(-1, 3).T
        return first_row, first, last

    def _statement_of(self, rows: Rows) -> Rows:
        # A statement without passages has the first row of the next one.
        return np.searchsorted(self._statements[0], rows, "right") - 1

    # -- Retrieval -------------------------------------------------------------------------------

    def select(self, filters: Filters) -> Selection:
        within = self._of_statements(filters)
        if not filters.words:
            return within
        found = self._all(_WITH_WORDS, (_required(filters.words),))
        rows = np.array(found, np.int64).reshape(-1)
        return RowSpans.of(rows[within.holds(rows)])

    def _of_statements(self, filters: Filters) -> RowSpans:
        """Return all passages of the statements that pass the filters, `words` aside."""
        where, parameters = _where(self._with_tags(filters))
        if not where:
            return RowSpans.whole(len(self))
        return self._spans(where, *parameters)

    def _spans_where(self, where: str, *parameters: Any) -> RowSpans:
        found = self._all(
            f"SELECT first_row, first_row + row_count FROM statements {where} ORDER BY n",
            parameters,
        )
        first, end = np.array(found, np.int64).reshape(-1, 2).T
        return RowSpans(first, end)

    @cached_property
    def _index(self) -> VectorIndex:
        with self._lock:
            found = index_file(self._folder)
            if found is None:  # another program has removed this generation
                return new_index(self._vectors)[1]
            path, kind = found
            try:
                return kind.open(path, self._vectors)
            except ValueError as error:
                raise damaged(path, str(error)) from error

    def nearest(self, vectors: Floats, k: int, within: Selection | None = None) -> Neighbours:
        with np.errstate(invalid="ignore", over="ignore"):
            found = self._index.search(vectors, k, self._narrower(within))
        self._check_finite(found.scores)
        return found

    def at_least(
        self, vector: Floats, least: float, within: Selection | None = None
    ) -> tuple[Rows, Floats]:
        with np.errstate(invalid="ignore", over="ignore"):
            rows, scores = self._index.at_least(vector, least, self._narrower(within))
        self._check_finite(scores)
        return rows, scores

    def _check_finite(self, scores: Floats) -> None:
        if not np.isfinite(scores).all():
            raise damaged(self._folder / VECTORS, "holds numbers that are not finite")

    def ranked_by_words(self, query: str, k: int, within: Selection | None = None) -> Rows:
        within = self._narrower(within)
        rare = self._rarest(content_words(query))
        if not rare:
            return np.zeros(0, np.int64)
        found = self._all(
            "SELECT rowid FROM passage_words WHERE passage_words MATCH ? "
            "ORDER BY bm25(passage_words, 1.0, 0.5), rowid LIMIT ?",
            (" OR ".join(map(_quoted, rare)), max(0, k) if within is None else -1),
        )
        rows = np.array(found, np.int64).reshape(-1)
        return rows if within is None else rows[within.holds(rows)][: max(0, k)]

    def _narrower(self, within: Selection | None) -> Selection | None:
        """Return None for a selection of all passages, which is searched faster."""
        return None if within is None or len(within) == len(self) else within

    def _rarest(self, words: dict[str, str]) -> list[str]:
        """Return the rarest words that together occur in few enough passages, at least one."""
        counted = sorted((self._count(word), folded, word) for folded, word in words.items())
        rare: list[str] = []
        total = 0
        for count, _, word in counted:
            total += count
            if count and (not rare or total <= READ_AT_MOST):
                rare.append(word)
        return rare

    def _count(self, word: str) -> int:
        """Return how many passages contain a word, counting no further than `READ_AT_MOST` + 1."""
        ((count,),) = self._all(
            "SELECT count(*) FROM "
            "(SELECT 1 FROM passage_words WHERE passage_words MATCH ? LIMIT ?)",
            (_quoted(word), READ_AT_MOST + 1),
        )
        return int(count)

    # -- Actors ----------------------------------------------------------------------------------

    @cached_property
    def _actors_by_statement(self) -> dict[str, tuple[Rows, Rows]]:
        """Return statement numbers, ascending, and actor numbers, by kind of actor."""
        found = {}
        for kind, sql in _ACTOR_KEYS.items():
            number = self._actor_numbers[kind]
            pairs = np.array([(n, number[key]) for n, key in self._all(sql)], np.int64)
            statement, actor = pairs.reshape(-1, 2).T
            found[kind] = statement, actor
        return found

    def actors_of(self, kind: str, statements: Rows) -> tuple[Rows, Rows]:
        check_kind(kind)
        statement, actor = self._actors_by_statement[kind]
        at, found = find_runs(statement, statements)
        return at, actor[found]

    def statement_counts(self, kind: str, within: Selection) -> Rows:
        blocks = [np.unique(self._statement_of(rows)) for rows in within.blocks()]
        statements = np.unique(np.concatenate([np.zeros(0, np.int64), *blocks]))
        return np.bincount(self.actors_of(kind, statements)[1], minlength=len(self.actors(kind)))


# -- Conditions ----------------------------------------------------------------------------------


def _where(filters: Filters, words: Iterable[str] = ()) -> tuple[str, list[str | int]]:
    """Return the WHERE clause for filters and quoted words ("" if empty), and its parameters."""
    conditions: list[str] = []
    parameters: list[str | int] = []
    for chosen, attribute, values in filters.chosen():
        condition = f"{attribute.key_column} IN {_LISTED}"
        if attribute is COUNTRY:
            condition = _OF_COUNTRY
            parameters += map(json.dumps, country_spellings(values))
        else:
            parameters.append(json.dumps([*map(attribute.key or str, values)]))
            if attribute is LANGUAGE and reads_translations(values):
                condition = f"({condition} OR {_READ_IN_TRANSLATION})"
        conditions.append(f"NOT {condition}" if chosen.excludes else condition)
    if filters.date_from is not None:
        conditions.append("last_day >= ?")
        parameters.append(filters.date_from.first.toordinal())
    if filters.date_to is not None:
        conditions.append("first_day <= ?")
        parameters.append(filters.date_to.last.toordinal())
    for word in words:
        conditions.append(_HOLDS_WORD)
        parameters += [word, word]
    return f"WHERE {' AND '.join(conditions)}" if conditions else "", parameters


def _required(texts: Iterable[str]) -> str:
    """Return an FTS5 query for the words that passages must hold."""
    alternatives = (" OR ".join(map(_quoted, words)) for words in required_words(texts))
    return " AND ".join(f"({words})" for words in alternatives)


def _quoted(word: str) -> str:
    """Return an FTS5 query for a word with any characters.

    FTS5 folds case and accents itself. Spellings that it keeps apart, such as "ß" and "ss", or a
    ligature and its letters, are both searched.
    """
    spellings = [word, fold_case(word)]
    if spellings[1] == unicodedata.normalize("NFC", word).lower():
        return _string(word)
    return f"({' OR '.join(map(_string, spellings))})"


def _string(word: str) -> str:
    return '"' + segmented(word).replace('"', '""') + '"'


def _load_vectors(path: Path, shape: tuple[int, int]) -> Halves:
    try:
        vectors = np.load(path, mmap_mode="r" if shape[0] else None, allow_pickle=False)
        if vectors.dtype != np.float16 or vectors.shape != shape:
            found = f"{vectors.dtype} {list(vectors.shape)}"
            raise ValueError(f"it holds {found}, not float16 {list(shape)}")
    except Exception as error:  # the header of a damaged file can fail in many ways
        raise damaged(path, f"cannot be read ({one_line(str(error))})") from error
    return np.asarray(vectors)
