"""The store of a library in PostgreSQL; `PassageStore` documents the public methods.

Vectors are halfvec: the database proposes the nearest, and their scores are computed again in
float64, as for a library in a folder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pgvector import HalfVector

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
from compare.library.index.base import (
    BLOCK,
    Floats,
    Neighbours,
    Rows,
    RowSpans,
    Selection,
    check_vectors,
    exact_scores,
    selected_rows,
)
from compare.library.passage_store import (
    EXACT,
    READ_AT_MOST,
    PassageMetadata,
    Period,
    find_runs,
    period_of,
)
from compare.library.postgres.database import Database
from compare.library.postgres.schema import nearness, visible
from compare.statements import Statement
from compare.statements.normalize import content_words, distinct_words, searchable

_MARGIN = 64
"""Candidates fetched beyond k, so that rounding does not decide which are the nearest."""

_ROUNDING = np.float32(6e-4)
"""Upper bound on the error of a score of the database: the query is rounded to 16 bits."""

_STATEMENT = "s.id, s.hash, c.data"
_CONTENTS = "LEFT JOIN contents c USING (n)"
_TRANSLATIONS = "translations"
_NONE = "(SELECT 0 AS \"row\", 0 AS n, '' AS text, false AS is_read WHERE false)"
"""The translations of a library that a version without them has written."""

_AT_ONCE = 5000
_VECTORS_AT_ONCE = 20_000

_SPELLINGS = {
    COUNTRY.name: "SELECT key, name, count(DISTINCT n) FROM countries JOIN statements s USING (n) "
    "WHERE {shown} GROUP BY 1, 2",
    **{
        column.name: f'SELECT "{column.key_column}", "{column.name}", count(*) FROM statements s '
        "WHERE {shown} GROUP BY 1, 2"
        for column in COLUMNS
    },
}
"""Queries for the key, spelling and number of statements of each value, by attribute."""

_ACTOR_KEYS = {
    "country": "SELECT DISTINCT n, key FROM countries WHERE n = ANY(%s) AND name <> ''",
    "speaker": "SELECT n, speaker_key FROM statements WHERE n = ANY(%s) AND speaker <> ''",
}
"""Queries for the numbers of statements with their actors' keys, by kind of actor."""

_YEAR = "extract(year FROM date '0001-01-01' + (s.first_day - 1))::int"  # of an ordinal
_YEAR_COUNTS = {
    "country": f"SELECT c.key, {_YEAR}, count(DISTINCT s.n) FROM statements s "
    "JOIN countries c USING (n) WHERE {where} GROUP BY 1, 2",
    "speaker": f"SELECT s.speaker_key, {_YEAR}, count(*) FROM statements s WHERE {{where}} "
    "GROUP BY 1, 2",
}
"""Queries for key, year and number of the statements that pass, by kind of actor."""

_LEAST_IDF, _K, _B = 1e-6, 1.2, 0.75
"""Of BM25 (Robertson and Zaragoza 2009, section 3): least weight of a word, saturation, length."""

_IN_CONTEXT = 0.5
"""Weight of a word in a passage's context."""

_MOST_COUNTED = READ_AT_MOST + 1


class FilteredPassages:
    """The passages that pass filters, as a condition that the database applies."""

    def __init__(
        self, store: PostgresStore, where: str, parameters: Sequence[Any], size: int | None = None
    ) -> None:
        """Take a condition on the statements `s`, and the number of passages if it is known."""
        self.where, self.parameters = where, parameters
        self._store, self._known_size = store, size

    @cached_property
    def spans(self) -> RowSpans:
        """Return the passages as spans of rows."""
        found = self._store.all(
            f"SELECT first_row, first_row + row_count FROM statements s WHERE {self.where} "
            "ORDER BY first_row",
            self.parameters,
        )
        first, end = np.array(found, np.int64).reshape(-1, 2).T
        return RowSpans(first, end)

    @cached_property
    def _size(self) -> int:
        if self._known_size is not None:
            return self._known_size
        sql = f"SELECT coalesce(sum(row_count), 0) FROM statements s WHERE {self.where}"
        return int(self._store.all(sql, self.parameters)[0][0])

    def __len__(self) -> int:
        return self._size

    def holds(self, rows: Rows) -> NDArray[np.bool_]:
        found = self._store.all(
            'SELECT p."row" FROM passages p JOIN statements s USING (n) '
            f'WHERE p."row" = ANY(%s) AND {self.where}',
            (np.unique(rows).tolist(), *self.parameters),
        )
        return np.isin(rows, np.array(found, np.int64).reshape(-1))

    def blocks(self, size: int = BLOCK) -> Iterator[Rows]:
        return self.spans.blocks(size)


class PostgresStore(BaseStore):
    """One generation, read over a connection of its own.

    The connection holds a lock on the generation, so that no writer removes it.
    """

    def __init__(
        self,
        database: Database,
        generation: int,
        encoder: int,
        dim: int,
        passages: int,
        mean_length: float,
        nearest_by: str,
    ) -> None:
        """Connect, holding the generation; use `PostgresGeneration.open_store`.

        Raises:
            LibraryError: The generation is no longer there, or the server cannot be reached.
        """
        self.nearest_by = nearest_by
        self._database = database
        self._generation, self._encoder, self._dim = generation, encoder, dim
        self._size, self._mean_length = passages, mean_length
        self._shown = visible(generation, "s")
        self._translations = _TRANSLATIONS if database.has_table("translations") else _NONE
        self._shown_passages = f"{visible(generation, 'p')} AND p.encoder = {encoder}"
        self.all("SELECT 1")

    def all(self, sql: str, parameters: Sequence[Any] = (), *, binary: bool = False) -> list[Any]:
        """Return all rows of a query."""
        return self._database.all(sql, parameters, binary=binary)

    def _check(self) -> None:
        """Raise LibraryError if the generation has been removed, so that less would be found."""
        if not self.all("SELECT 1 FROM generations WHERE number = %s", (self._generation,)):
            raise self._database.gone()

    def close(self) -> None:
        self._database.close()

    # -- Statements ------------------------------------------------------------------------------

    def ids(self) -> set[str]:
        found = self.all(f"SELECT id FROM statements s WHERE {self._shown}")
        return {identity for (identity,) in found}

    def _where_shown(self, more: str, parameters: Sequence[Any] = ()) -> list[Statement]:
        sql = f"SELECT {_STATEMENT} FROM statements s {_CONTENTS} WHERE {self._shown}"
        return self._statements(self.all(f"{sql} {more}", parameters))

    def _statements(self, found: Iterable[Sequence[Any]]) -> list[Statement]:
        """Return the statements of the columns `_STATEMENT`; refuse edited ones."""
        read = []
        for identity, digest, data in found:
            if data is None or hashlib.sha256(data.encode()).digest() != digest:
                raise self._database.damaged(f"the statement {identity!r} is not as it was written")
            read.append(Statement.from_json(data))
            if read[-1].id != identity:
                raise self._database.damaged(f"the statement {identity!r} has another id")
        return read

    def statements(self, ids: Collection[str]) -> dict[str, Statement]:
        found = self._where_shown("AND s.id = ANY(%s)", (_clean(ids),))
        return {statement.id: statement for statement in found}

    def all_statements(self) -> Iterator[Statement]:
        found = self._where_shown(f"ORDER BY s.id LIMIT {_AT_ONCE}")
        while found:
            yield from found
            more = f"AND s.id > %s ORDER BY s.id LIMIT {_AT_ONCE}"
            found = self._where_shown(more, (found[-1].id,))

    def same_text(self, statement_id: str) -> list[Statement]:
        return self._where_shown(
            "AND s.id <> %s AND s.text_key = "
            f"(SELECT s.text_key FROM statements s WHERE {self._shown} AND s.id = %s) "
            "ORDER BY s.id",
            _clean([statement_id] * 2),
        )

    def browse(
        self, filters: Filters, query: str, limit: int, offset: int
    ) -> tuple[list[Statement], int]:
        where, parameters = self._browsed(filters, query)
        ((total,),) = self.all(f"SELECT count(*) FROM statements s WHERE {where}", parameters)
        found = self.all(
            f"SELECT {_STATEMENT} FROM (SELECT s.n, s.hash, s.first_day, s.id FROM statements s "
            f"WHERE {where} ORDER BY s.first_day DESC NULLS LAST, s.id LIMIT %s OFFSET %s) s "
            f"{_CONTENTS} ORDER BY s.first_day DESC NULLS LAST, s.id",
            [*parameters, max(0, limit), max(0, offset)],
        )
        return self._statements(found), total

    def _browsed(self, filters: Filters, query: str) -> tuple[str, list[Any]]:
        """Return the condition on the statements `s` that `browse` finds, and its parameters."""
        self._check()
        where, parameters = self._where(filters)
        for word in filter(None, map(searchable, distinct_words(query))):
            where += (
                " AND s.n IN (SELECT n FROM statements WHERE about @@ to_tsquery('words', %s) "
                "UNION SELECT n FROM passages WHERE terms @@ to_tsquery('words', %s))"
            )
            parameters += [_term(word), _term(word)]
        if filters.words:
            where += " AND s.n IN (SELECT n FROM passages WHERE terms @@ to_tsquery('words', %s))"
            parameters.append(_required(filters.words))
        return where, parameters

    def year_counts(self, kind: str, filters: Filters, query: str) -> list[Any]:
        where, parameters = self._browsed(filters, query)
        return self.all(_YEAR_COUNTS[kind].format(where=where), parameters)

    def spellings(self, attribute: str) -> list[tuple[str, str, int]]:
        return self.all(_SPELLINGS[attribute].format(shown=self._shown))

    def country_counts(self) -> Mapping[str, int]:
        counts = "SELECT key, count(DISTINCT n) FROM countries JOIN statements s USING (n)"
        return dict(self.all(f"{counts} WHERE {self._shown} GROUP BY 1"))

    @property
    def _read_in_translation(self) -> str:
        """Return the condition that models read a translation of a statement `s`."""
        return f"s.n IN (SELECT n FROM {self._translations} t WHERE is_read)"

    def translated(self) -> Mapping[str, int]:
        where = f"{self._shown} AND {self._read_in_translation}"
        counts = "SELECT language, count(*) FROM statements s"
        return dict(self.all(f"{counts} WHERE {where} GROUP BY 1"))

    def period(self) -> Period | None:
        days = "SELECT min(first_day), max(last_day) FROM statements s"
        return period_of(self.all(f"{days} WHERE {self._shown}"))

    # -- Passages --------------------------------------------------------------------------------

    def __len__(self) -> int:
        return self._size

    def rows_of(self, ids: Collection[str]) -> dict[str, range]:
        found = self.all(
            "SELECT id, first_row, row_count, (SELECT count(*) FROM passages p WHERE p.n = s.n AND "
            f'p."row" >= first_row AND p."row" < first_row + row_count) FROM statements s '
            f"WHERE {self._shown} AND id = ANY(%s)",
            (_clean(ids),),
        )
        for identity, _, count, there in found:
            if count != there:
                raise self._database.damaged(f"passages of the statement {identity!r} are missing")
        return {identity: range(first, first + count) for identity, first, count, _ in found}

    def _passages(self, rows: list[int]) -> list[tuple[Any, ...]]:
        found = self.all(
            "SELECT p.\"row\", s.id, p.first, p.last, p.text, c.context, coalesce(t.text, ''), "
            f"coalesce(t.is_read, false) FROM passages p LEFT JOIN statements s USING (n) "
            f'{_CONTENTS} LEFT JOIN {self._translations} t ON t."row" = p."row" '
            'WHERE p."row" = ANY(%s)',
            (rows,),
        )
        if any(None in passage for passage in found):
            raise self._database.damaged("a passage has no statement")
        if len(found) < len(set(rows)):
            self._check()
        return found

    def metadata(self, rows: Rows) -> PassageMetadata:
        columns = ("n", "coalesce(first_day, 0)", "coalesce(last_day, 0)", "words")
        return PassageMetadata(*self._of_rows(columns, rows, " JOIN statements s USING (n)").T)

    def words(self, rows: Rows) -> Rows:
        return self._of_rows(("words",), rows)[:, 0]

    def _of_rows(self, columns: Sequence[str], rows: Rows, joined: str = "") -> NDArray[np.int64]:
        """Return whole numbers of passages, in the order of the rows, int64 [rows, columns]."""
        known, which = np.unique(rows, return_inverse=True)
        found = self.all(
            f'SELECT {", ".join(columns)} FROM passages p{joined} WHERE p."row" = ANY(%s) '
            'ORDER BY p."row"',
            (known.tolist(),),
        )
        if len(found) < len(known):
            raise self._database.gone()
        return np.array(found, np.int64).reshape(-1, len(columns))[which]

    def with_words(self, keys: Iterable[int]) -> list[tuple[int, int, str]]:
        found = self.all(
            'SELECT p.words, p."row", s.id FROM passages p JOIN statements s USING (n) '
            f'WHERE {self._shown} AND p.words = ANY(%s) ORDER BY p."row"',
            (list(keys),),
        )
        return [(key, row, statement_id) for key, row, statement_id in found]

    def vectors(self, rows: Rows) -> Floats:
        known, which = np.unique(rows, return_inverse=True)
        found = self.all(
            'SELECT halfvec_send(vector) FROM passages WHERE "row" = ANY(%s) ORDER BY "row"',
            (known.tolist(),),
            binary=True,
        )
        if len(found) < len(known):
            raise self._database.gone()
        vectors = received([sent for (sent,) in found], self._dim)
        return vectors[which].astype(np.float32)

    # -- Retrieval -------------------------------------------------------------------------------

    def select(self, filters: Filters) -> Selection:
        self._check()
        where, parameters = self._where(filters)
        if not filters.words:
            return FilteredPassages(self, where, parameters, None if parameters else len(self))
        found = self.all(
            f'SELECT p."row" FROM passages p JOIN statements s USING (n) WHERE '
            f"{self._shown_passages} AND {where} AND p.terms @@ to_tsquery('words', %s)",
            [*parameters, _required(filters.words)],
        )
        return RowSpans.of(np.array(found, np.int64).reshape(-1))

    def nearest(self, vectors: Floats, k: int, within: Selection | None = None) -> Neighbours:
        vectors = check_vectors(vectors, self._dim)
        size = len(self) if within is None else len(within)
        found = max(0, min(k, size))
        scores = np.zeros((len(vectors), found), np.float32)
        rows = np.zeros((len(vectors), found), np.int64)
        if found:
            where, parameters = self._within(within)
            for number, vector in enumerate(vectors):
                best = self._nearest(vector, found, size, where, parameters)
                scores[number], rows[number] = best
        return Neighbours(scores, rows)

    def _nearest(
        self, vector: Floats, k: int, size: int, where: str, parameters: Sequence[Any]
    ) -> tuple[Floats, Rows]:
        """Return scores and rows of the k nearest of `size` passages."""
        fetch = min(size, k + _MARGIN)
        if self.nearest_by != EXACT:
            scores, rows, _ = self._proposed(vector, fetch, where, parameters, approximate=True)
            if len(rows) == fetch:  # otherwise the walk of the graph ended too early
                return scores[:k], rows[:k]
        while True:
            scores, rows, least = self._proposed(vector, fetch, where, parameters)
            if len(rows) < fetch:
                raise self._database.gone()
            if fetch == size or scores[k - 1] > least + 2 * _ROUNDING:
                return scores[:k], rows[:k]
            fetch = min(size, fetch * 4)

    def _proposed(
        self,
        vector: Floats,
        fetch: int,
        where: str,
        parameters: Sequence[Any],
        *,
        approximate: bool = False,
    ) -> tuple[Floats, Rows, np.float32]:
        """Return scores and rows that the database proposes, best first, and the least score."""
        # The vectors of the chosen rows are read only once they are chosen.
        found = self.all(
            'SELECT "row", halfvec_send(q.vector) FROM (SELECT p."row" FROM passages p '
            f"WHERE {self._shown_passages} {where} "
            f"ORDER BY {nearness(self._dim, approximate=approximate)} LIMIT %s) p "
            'JOIN passages q USING ("row")',
            (*parameters, HalfVector(vector), fetch),
            binary=True,
        )
        rows, scores = self._scored(vector, found)
        order = np.lexsort((rows, -scores))
        return scores[order], rows[order], scores.min(initial=np.float32(1))

    def _scored(self, vector: Floats, found: Sequence[tuple[int, bytes]]) -> tuple[Rows, Floats]:
        """Return rows and exact scores of what was found as row and vector."""
        rows = np.array([row for row, _ in found], np.int64)
        vectors = received([sent for _, sent in found], self._dim)
        return rows, exact_scores(vectors, np.arange(len(rows)), vector)

    def at_least(
        self, vector: Floats, least: float, within: Selection | None = None
    ) -> tuple[Rows, Floats]:
        where, parameters = self._within(within)
        sql = (
            f'SELECT "row", halfvec_send(vector) FROM passages p WHERE {self._shown_passages} '
            f"{where} AND (vector <#> %s) <= %s"
        )
        given = (*parameters, HalfVector(vector), float(_ROUNDING) - least)

        def read() -> list[tuple[Rows, Floats]]:
            found = self._database.in_parts(sql, given, _VECTORS_AT_ONCE, binary=True)
            return [self._scored(vector, part) for part in found]

        parts = self._database.try_again(read)
        self._check()
        rows = np.concatenate([np.zeros(0, np.int64), *(rows for rows, _ in parts)])
        scores = np.concatenate([np.zeros(0, np.float32), *(scores for _, scores in parts)])
        kept = np.flatnonzero(scores >= least)
        kept = kept[np.argsort(rows[kept])]
        return rows[kept], scores[kept]

    def ranked_by_words(self, query: str, k: int, within: Selection | None = None) -> Rows:
        words = self._rarest(filter(None, map(searchable, content_words(query))))
        if not words or k <= 0:
            return np.zeros(0, np.int64)
        where, parameters = self._within(within)
        # BM25, with a word counted once however often it occurs in a sentence.
        length = f"{_K} * ({1 - _B} + {_B} * p.length / {max(self._mean_length, 1.0)})"
        score = " + ".join(f"%s * f{n} * {_K + 1} / (f{n} + {length})" for n in range(len(words)))
        counted = ", ".join(
            "(terms @@ to_tsquery('words', %s))::int "
            f"+ {_IN_CONTEXT} * (terms @@ to_tsquery('words', %s))::int AS f{n}"
            for n in range(len(words))
        )
        weights = [self._weight(count) for count in words.values()]
        marked = [f"{_term(word)}:{mark}" for word in words for mark in "AB"]
        found = self.all(
            f'SELECT "row" FROM (SELECT "row", length, {counted} FROM passages p '
            f"WHERE {self._shown_passages} AND terms @@ to_tsquery('words', %s) {where}) p "
            f'ORDER BY {score} DESC, "row" LIMIT %s',
            (*marked, " | ".join(map(_term, words)), *parameters, *weights, k),
        )
        return np.array(found, np.int64).reshape(-1)

    def _rarest(self, words: Iterable[str]) -> dict[str, int]:
        """Return the rarest words that together occur in few enough passages, with their counts."""
        given = [*dict.fromkeys(words)]
        if not given:
            return {}
        one = (
            f"SELECT %s, count(*) FROM (SELECT 1 FROM passages p WHERE {self._shown_passages} "
            f"AND terms @@ to_tsquery('words', %s) LIMIT {_MOST_COUNTED}) counted"
        )
        found = self.all(
            " UNION ALL ".join([one] * len(given)),
            [parameter for word in given for parameter in (word, _term(word))],
        )
        rare: dict[str, int] = {}
        for count, word in sorted((count, word) for word, count in found):
            if count and (not rare or sum(rare.values()) + count <= READ_AT_MOST):
                rare[word] = count
        return rare

    def _weight(self, count: int) -> float:
        """Return the weight of a word that occurs in some passages."""
        rarity = np.log((len(self) - count + 0.5) / (count + 0.5))
        return max(_LEAST_IDF, float(rarity))

    def _within(self, within: Selection | None) -> tuple[str, list[Any]]:
        """Return the condition on the passages `p` for a selection, and its parameters."""
        if within is None or len(within) == len(self):
            return "", []
        if isinstance(within, FilteredPassages):
            sql = f"AND p.n IN (SELECT s.n FROM statements s WHERE {within.where})"
            return sql, [*within.parameters]
        return 'AND p."row" = ANY(%s)', [selected_rows(within).tolist()]

    def _where(self, filters: Filters) -> tuple[str, list[Any]]:
        """Return the condition on the statements `s` for filters, and its parameters."""
        conditions: list[str] = [self._shown]
        parameters: list[Any] = []
        for chosen, attribute, values in self._with_tags(filters).chosen():
            if attribute is COUNTRY:
                of_country = "FROM countries c WHERE (c.key = ANY(%s) OR c.name_key = ANY(%s))"
                condition = f"s.n IN (SELECT c.n {of_country})"
                if chosen.excludes:  # "NOT IN" would go through all for each
                    condition = f"EXISTS (SELECT 1 {of_country} AND c.n = s.n)"
                parameters += map(_clean, country_spellings(values))
            else:
                condition = f's."{attribute.key_column}" = ANY(%s)'
                if attribute is LANGUAGE and reads_translations(values):
                    condition = f"({condition} OR {self._read_in_translation})"
                parameters.append(_clean(map(attribute.key or str, values)))
            conditions.append(f"NOT {condition}" if chosen.excludes else condition)
        if filters.date_from is not None:
            conditions.append("s.last_day >= %s")
            parameters.append(filters.date_from.first.toordinal())
        if filters.date_to is not None:
            conditions.append("s.first_day <= %s")
            parameters.append(filters.date_to.last.toordinal())
        return " AND ".join(conditions), parameters

    # -- Actors ----------------------------------------------------------------------------------

    def actors_of(self, kind: str, statements: Rows) -> tuple[Rows, Rows]:
        check_kind(kind)
        number = self._actor_numbers[kind]
        wanted = np.unique(statements).tolist()
        found = sorted((n, number[key]) for n, key in self.all(_ACTOR_KEYS[kind], (wanted,)))
        statement, actor = np.array(found, np.int64).reshape(-1, 2).T
        at, found_at = find_runs(statement, statements)
        return at, actor[found_at]

    def statement_counts(self, kind: str, within: Selection) -> Rows:
        check_kind(kind)
        if isinstance(within, FilteredPassages):
            where, parameters = f"s.row_count > 0 AND {within.where}", [*within.parameters]
        else:
            where = 's.n IN (SELECT p.n FROM passages p WHERE p."row" = ANY(%s))'
            parameters = [selected_rows(within).tolist()]
        keys = (
            "SELECT key, count(DISTINCT s.n) FROM statements s JOIN countries c USING (n) "
            "WHERE c.name <> '' AND"
            if kind == "country"
            else "SELECT speaker_key, count(*) FROM statements s WHERE speaker <> '' AND"
        )
        counts = np.zeros(len(self.actors(kind)), np.int64)
        for key, count in self.all(f"{keys} {self._shown} AND {where} GROUP BY 1", parameters):
            counts[self._actor_numbers[kind][key]] = count
        return counts


def received(sent: Sequence[bytes], dim: int) -> NDArray[np.float16]:
    """Return vectors as `halfvec_send` gave them: two numbers of 16 bits, then the values."""
    numbers = np.frombuffer(b"".join(sent), ">f2").reshape(len(sent), dim + 2)
    return numbers[:, 2:].astype(np.float16)


def _term(word: str) -> str:
    """Return a word, or words, of `searchable` as a query; they hold neither quotes nor marks."""
    return "'" + word.replace("'", "").replace("\\", "") + "'"


def _required(texts: Iterable[str]) -> str:
    """Return a query for the words that passages must hold."""
    # All words of a phrase must be in the text (A), or all in the context (B).
    alternatives = (
        " | ".join(f"{_term(searchable(word))}:{mark}" for word in words for mark in "AB")
        for words in required_words(texts)
    )
    return " & ".join(f"({words})" for words in alternatives)


def _clean(values: Iterable[str]) -> list[str]:
    """Return texts without what PostgreSQL refuses: null characters and lone surrogates."""
    return [value.replace("\0", "").encode("utf-8", "replace").decode() for value in values]
