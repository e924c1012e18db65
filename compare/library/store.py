"""Statements and passages in SQLite: written once, in the order of the ids, then only read."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compare.errors import LibraryError
from compare.statements.countries import country_key
from compare.statements.duplicates import text_key, words_key
from compare.statements.normalize import fold, speaker_key
from compare.statements.passages import Passage, split_statement
from compare.statements.statement import Statement

if TYPE_CHECKING:
    from typing import Self

_BATCH = 2000
_TOKENIZE = "porter unicode61 remove_diacritics 2"

_PRAGMAS = "PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
_TABLES = f"""
CREATE TABLE statements (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL, first_row INTEGER NOT NULL, row_count INTEGER NOT NULL,
    speaker TEXT NOT NULL, speaker_key TEXT NOT NULL, source TEXT NOT NULL, language TEXT NOT NULL,
    role TEXT NOT NULL, role_key TEXT NOT NULL, party TEXT NOT NULL, party_key TEXT NOT NULL,
    venue TEXT NOT NULL, venue_key TEXT NOT NULL,
    first_day INTEGER, last_day INTEGER, text_key INTEGER NOT NULL);
CREATE TABLE contents (n INTEGER PRIMARY KEY, context TEXT NOT NULL, data TEXT NOT NULL);
CREATE TABLE countries (n INTEGER NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL,
    name_key TEXT NOT NULL);
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, n INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    text TEXT NOT NULL, key INTEGER NOT NULL, words INTEGER NOT NULL);
CREATE VIRTUAL TABLE passage_words USING fts5(text, context, content='', tokenize='{_TOKENIZE}');
CREATE VIRTUAL TABLE statement_words USING fts5(about, content='', tokenize='{_TOKENIZE}');
"""
_INDEXES = """
CREATE UNIQUE INDEX statements_id ON statements (id);
CREATE INDEX statements_speaker ON statements (speaker_key);
CREATE INDEX statements_source ON statements (source);
CREATE INDEX statements_role ON statements (role_key);
CREATE INDEX statements_party ON statements (party_key);
CREATE INDEX statements_venue ON statements (venue_key);
CREATE INDEX statements_language ON statements (language);
CREATE INDEX statements_days ON statements (first_day, last_day);
CREATE INDEX statements_text_key ON statements (text_key);
CREATE INDEX passages_words ON passages (words);
CREATE INDEX countries_key ON countries (key, n);
CREATE INDEX countries_name_key ON countries (name_key, n);
INSERT INTO passage_words (passage_words) VALUES ('optimize');
INSERT INTO statement_words (statement_words) VALUES ('optimize');
"""


@dataclass(frozen=True, slots=True)
class Written:
    """What a store holds: `keys`, int64, has the key of the embedded text of every passage."""

    statements: int
    keys: NDArray[np.int64]
    corpus_digest: str


def passage_key(completed: str) -> int:
    """Return 64 bits of the sha256 of what is embedded of a passage, a signed number.

    Among ten million texts the chance that any two have one key is 3 in a million.
    """
    digest = hashlib.sha256(completed.encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


# -- Writing -------------------------------------------------------------------------------------


def write_store(path: Path, statements: Iterable[Statement]) -> Written:
    """Write a store; equal statements give equal bytes.

    Args:
        path: A new file.
        statements: In the order of their ids, each id once.

    Raises:
        LibraryError: An id is used twice, a text is not Unicode, or the disk is full.
    """
    hashes: list[bytes] = []
    keys = array("q")
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            _run(database, f"{_PRAGMAS} BEGIN; {_TABLES}")
            for first, batch in _batches(_checked(statements)):
                rows = _Rows(first, len(keys))
                for statement, data in batch:
                    rows.add(statement, data)
                    hashes.append(hashlib.sha256(data.encode()).digest())  # its content_hash
                rows.insert(database)
                keys.extend(rows.keys)
            _run(database, f"{_INDEXES} COMMIT;")
    except sqlite3.Error as error:
        raise LibraryError(
            f"{path} could not be written ({error}): make room on the disk, then try again."
        ) from error
    digest = hashlib.sha256(b"".join(sorted(hashes))).hexdigest()
    return Written(len(hashes), np.array(keys, np.int64), digest)


def _run(database: sqlite3.Connection, script: str) -> None:
    """Run a script inside the transaction that is open, which `executescript` would end."""
    for command in filter(None, map(str.strip, script.split(";"))):
        database.execute(command)


def _checked(statements: Iterable[Statement]) -> Iterator[tuple[Statement, str]]:
    """Give each statement with its JSON, which is made once."""
    before: str | None = None
    for statement in statements:
        if before == statement.id:
            raise LibraryError(
                f"The id {statement.id!r} is used twice: give every statement an id of its own."
            )
        if before is not None and before > statement.id:
            raise ValueError(f"{statement.id!r} comes behind {before!r}: sort by id")
        before = statement.id
        data = statement.to_json()
        try:
            data.encode()
        except UnicodeEncodeError as error:
            raise LibraryError(
                f"The statement {statement.id!r} holds half a character "
                f"({error.object[error.start]!r}), which no file can keep: save its corpus as "
                "UTF-8 again."
            ) from None
        yield statement, data


_Batch = list[tuple[Statement, str]]


def _batches(statements: Iterable[tuple[Statement, str]]) -> Iterator[tuple[int, _Batch]]:
    batch: _Batch = []
    first = 0
    for statement in statements:
        batch.append(statement)
        if len(batch) == _BATCH:
            yield first, batch
            first += len(batch)
            batch = []
    yield first, batch


class _Rows:
    """The rows of a batch of statements, for every table."""

    def __init__(self, n: int, row: int) -> None:
        self.n, self.row = n, row
        self.keys: list[int] = []
        self.statements: list[tuple[Any, ...]] = []
        self.contents: list[tuple[Any, ...]] = []
        self.countries: list[tuple[Any, ...]] = []
        self.passages: list[tuple[Any, ...]] = []
        self.passage_words: list[tuple[Any, ...]] = []
        self.statement_words: list[tuple[Any, ...]] = []

    def add(self, statement: Statement, data: str) -> None:
        passages = split_statement(statement)
        day = statement.date
        self.statements.append(
            (
                self.n,
                statement.id,
                self.row,
                len(passages),
                statement.speaker,
                speaker_key(statement.speaker),
                statement.source,
                statement.language,
                *(told for entry in _attributes(statement) for told in (entry, fold(entry))),
                day.first.toordinal() if day else None,
                day.last.toordinal() if day else None,
                text_key(statement),
            )
        )
        self.contents.append((self.n, statement.context, data))
        for entry in statement.country:
            self.countries.append((self.n, country_key(entry), entry.name, fold(entry.name)))
        about = (statement.speaker, statement.role, statement.countries, statement.venue)
        more = (statement.title, statement.source, statement.context, statement.id)
        self.statement_words.append((self.n, "\n".join((*about, *more))))
        for passage in passages:
            self._add_passage(passage)
        self.n += 1

    def _add_passage(self, passage: Passage) -> None:
        key = passage_key(passage.completed)
        self.keys.append(key)
        words = words_key(passage.text, passage.context)
        place = (self.row, self.n, passage.start, passage.end)
        self.passages.append((*place, passage.text, key, words))
        self.passage_words.append((self.row, passage.text, passage.context))
        self.row += 1

    def insert(self, database: sqlite3.Connection) -> None:
        for table, rows in (
            ("statements", self.statements),
            ("contents", self.contents),
            ("countries", self.countries),
            ("passages", self.passages),
            ("passage_words (rowid, text, context)", self.passage_words),
            ("statement_words (rowid, about)", self.statement_words),
        ):
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def _attributes(statement: Statement) -> tuple[str, str, str]:
    """Return role, party and venue; the party is a further column, however it is written."""
    party = next((v for name, v in statement.extra.items() if fold(name) == "party"), "")
    return statement.role, party, statement.venue


# -- Reading -------------------------------------------------------------------------------------


class Store:
    """A store that is read, from any thread; it never changes."""

    def __init__(self, path: Path, database: sqlite3.Connection) -> None:
        """Read through an open connection; use `open`."""
        self._path = path
        self._database = database
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a store that `write_store` wrote.

        Raises:
            LibraryError: The file is missing or damaged.
        """
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        try:
            database = sqlite3.connect(uri, uri=True, check_same_thread=False)
        except sqlite3.Error as error:
            raise _damaged(path, error) from error
        store = cls(path, database)
        store.all(f"PRAGMA mmap_size={path.stat().st_size}")
        store.all("SELECT count(*) FROM sqlite_schema")
        return store

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        try:
            with self._lock:
                return self._database.execute(sql, parameters).fetchall()
        except sqlite3.DatabaseError as error:
            raise _damaged(self._path, error) from error

    def one(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...]:
        """Return the first row of a query that has one."""
        return self.all(sql, parameters)[0]

    def every_statement(self) -> Iterator[Statement]:
        """Read all statements, in the order of their ids, a few at a time."""
        for rows in self._in_parts("SELECT n, data FROM contents WHERE n >= ? ORDER BY n LIMIT ?"):
            for _, data in rows:
                yield Statement.from_json(data)

    def keys(self) -> NDArray[np.int64]:
        """Return the keys of all passages, int64, in the order of their rows."""
        found = array("q")
        for rows in self._in_parts(
            "SELECT row, key FROM passages WHERE row >= ? ORDER BY row LIMIT ?"
        ):
            found.extend(key for _, key in rows)
        return np.array(found, np.int64)

    def _in_parts(self, sql: str, size: int = 5000) -> Iterator[list[tuple[Any, ...]]]:
        first = 0
        while rows := self.all(sql, (first, size)):
            yield rows
            first = rows[-1][0] + 1

    def statements(self, ids: Sequence[str]) -> dict[str, Statement]:
        """Return the statements with these ids, as far as there are any."""
        found = self.all(
            "SELECT s.id, c.data FROM statements s JOIN contents c USING (n) "
            "WHERE s.id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ids)),),
        )
        return {identity: Statement.from_json(data) for identity, data in found}

    def passages(self, rows: Sequence[int]) -> dict[int, Passage]:
        """Return the passages in these rows, as far as there are any."""
        found = self.all(
            "SELECT p.row, s.id, p.first, p.last, p.text, c.context FROM passages p "
            "JOIN statements s USING (n) JOIN contents c USING (n) "
            "WHERE p.row IN (SELECT value FROM json_each(?))",
            (json.dumps(list(rows)),),
        )
        return {row: Passage(*fields) for row, *fields in found}


def _damaged(path: Path, error: Exception) -> LibraryError:
    return LibraryError(
        f"The library is damaged: {path} cannot be read ({error}); build it again with "
        "`compare build` (what you wrote yourself stays), or restore the folder from a copy."
    )
